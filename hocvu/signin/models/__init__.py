"""The nouns of signing in."""

from hocvu.signin.models.assisting import AssistedSession, AssistedSessionQuerySet
from hocvu.signin.models.sessions import Device, Proof, SignIn, SignInQuerySet, Way
from hocvu.signin.models.throttle import FailedSignIn

__all__ = (
    "AssistedSession",
    "AssistedSessionQuerySet",
    "Device",
    "FailedSignIn",
    "Proof",
    "SignIn",
    "SignInQuerySet",
    "Way",
)
