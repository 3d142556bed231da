"""What a device needs to check a certificate of a ward without a network: the ward's public keys and the newest signed
lists of what was revoked, with the table of what a token says."""

from __future__ import annotations

from typing import Any

from hocvu.assessment import facts
from hocvu.assessment.certificates import keys, places, status
from hocvu.assessment.models import SigningKey, StatusList
from hocvu.ward.models import Ward


def kit_of(ward: Ward) -> dict[str, Any]:
    """The kit of a ward as it is now. A list that cannot be signed at this moment is left out; the page then says that
    it has none. A key whose row is spoiled is left out too."""
    return {
        "issuer": places.profile(ward),
        "keys": [said for row in SigningKey.objects.filter(ward=ward) if (said := _key(row))],
        "lists": [one for row in StatusList.objects.select_related("ward").filter(ward=ward) if (one := _list(row))],
        "lines": facts.LINES,
        "marks": facts.MARKS,
    }


def _key(row: SigningKey) -> dict[str, Any] | None:
    try:
        keys.public_of(row.public)
    except ValueError:
        return None
    named = {name: row.public[name] for name in ("kty", "crv", "x", "y")}
    return {"kid": places.key(row), "jwk": named, "compromised": row.compromised_at is not None}


def _list(row: StatusList) -> dict[str, Any] | None:
    try:
        return {"id": places.status_list(row), "token": status.token_of(row)}
    except keys.Unsignable:
        return None
