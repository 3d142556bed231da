"""The nouns of signing in."""

from hocvu.signin.models.second_step import Passkey, RecoveryCode, SecondStepReset, Totp
from hocvu.signin.models.sessions import Device, Proof, SignIn, SignInQuerySet, Way
from hocvu.signin.models.throttle import FailedSignIn

__all__ = (
    "Device",
    "FailedSignIn",
    "Passkey",
    "Proof",
    "RecoveryCode",
    "SecondStepReset",
    "SignIn",
    "SignInQuerySet",
    "Totp",
    "Way",
)
