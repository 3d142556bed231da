"""The nouns of signing in."""

from hocvu.signin.models.phone import PhoneCode, PhoneLink
from hocvu.signin.models.sessions import Device, Proof, SignIn, SignInQuerySet, Way
from hocvu.signin.models.throttle import FailedSignIn

__all__ = ("Device", "FailedSignIn", "PhoneCode", "PhoneLink", "Proof", "SignIn", "SignInQuerySet", "Way")
