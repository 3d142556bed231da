"""The nouns of signing in."""

from hocvu.signin.models.assisting import AssistedSession, AssistedSessionQuerySet
from hocvu.signin.models.card import MOST_FAILS, Card, CardQuerySet
from hocvu.signin.models.guardian import Guardianship, GuardianshipQuerySet
from hocvu.signin.models.identities import ExternalIdentity, LinkCase, LinkCaseQuerySet
from hocvu.signin.models.phone import PhoneCode, PhoneLink
from hocvu.signin.models.second_step import Passkey, RecoveryCode, SecondStepReset, Totp
from hocvu.signin.models.sessions import Device, Proof, SignIn, SignInQuerySet, Way
from hocvu.signin.models.throttle import FailedSignIn

__all__ = (
    "MOST_FAILS",
    "AssistedSession",
    "AssistedSessionQuerySet",
    "Card",
    "CardQuerySet",
    "Device",
    "ExternalIdentity",
    "FailedSignIn",
    "Guardianship",
    "GuardianshipQuerySet",
    "LinkCase",
    "LinkCaseQuerySet",
    "Passkey",
    "PhoneCode",
    "PhoneLink",
    "Proof",
    "RecoveryCode",
    "SecondStepReset",
    "SignIn",
    "SignInQuerySet",
    "Totp",
    "Way",
)
