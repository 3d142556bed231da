"""The nouns of signing in."""

from hocvu.signin.models.identities import ExternalIdentity, LinkCase, LinkCaseQuerySet
from hocvu.signin.models.sessions import Device, Proof, SignIn, SignInQuerySet, Way
from hocvu.signin.models.throttle import FailedSignIn

__all__ = (
    "Device",
    "ExternalIdentity",
    "FailedSignIn",
    "LinkCase",
    "LinkCaseQuerySet",
    "Proof",
    "SignIn",
    "SignInQuerySet",
    "Way",
)
