"""The lasting addresses of a ward as issuer: what stands inside every token and must open for as long as it is believed.

They begin with the installation's public address (`HOCVU_ADDRESS`). A token says its own base: a house that moved still
knows the keys of tokens that name the old one.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse

from hocvu.assessment.models import Certificate, SigningKey, StatusList, TestRule
from hocvu.ward.models import Ward

_KEY = re.compile(r"(https?://[^/?#\s]{1,200})/cap-giay/khoa/([-a-zA-Z0-9_]{1,40})\.json")


def profile(ward: Ward) -> str:
    """Who issues: `iss`."""
    return _whole(reverse("assessment:issuer_profile", args=(ward.slug,)))


def key(row: SigningKey) -> str:
    """The public half of a key: `kid`."""
    return _whole(reverse("assessment:issuer_key", args=(row.kid,)))


def status_list(row: StatusList) -> str:
    """The signed list of what was revoked."""
    return _whole(reverse("assessment:status_list", args=(row.ward.slug, row.number)))


def achievement(rule: TestRule) -> str:
    """What a rule asks of whoever is certified."""
    return _whole(reverse("assessment:achievement", args=(rule.ward.slug, rule.code, rule.number)))


def framework(code: str, version: str) -> str:
    """A framework's own page."""
    return _whole(reverse("learning:framework", args=(code, version)))


def urn(certificate: Certificate) -> str:
    """The lasting name of a certificate: `jti`."""
    return f"urn:uuid:{certificate.pk}"


def kid_in(url: str) -> tuple[str, str] | None:
    """(base, name of the key) of a `kid` that is written as ours; None for any other.

    >>> kid_in("https://hocvu.example/cap-giay/khoa/hai-an-20261127-k3f9.json")
    ('https://hocvu.example', 'hai-an-20261127-k3f9')
    >>> kid_in("https://hocvu.example/cap-giay/khoa/../a.json"), kid_in("did:key:z6Mk")
    (None, None)
    """
    found = _KEY.fullmatch(url)
    return (found[1], found[2]) if found else None


def _whole(path: str) -> str:
    return f"{settings.ADDRESS.rstrip('/')}{path}"
