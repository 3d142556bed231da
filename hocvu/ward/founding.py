"""An installation's wards come into being, the first of them together with the first administrator.

Nobody can sign in to an empty installation. Whoever starts the machine proves it with a code that lies in the
data folder and is printed at the start; the code works until the first account exists.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.text import slug
from hocvu.ward import audit, granting, neighbourhoods
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit, Ward

FIELDS = ("name", "kind", "neighbourhood_kind", "city", "code", "host")
FIRST_PATH = "/bat-dau/"


class TooLate(Exception):
    """Somebody founded the installation already; the message is a Vietnamese sentence."""


def is_open() -> bool:
    """True while nobody has an account."""
    return not Account.objects.exists()


def door_code() -> str:
    """The code that opens the first page; made once, readable by whoever runs the machine alone."""
    place = _place()
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(secrets.token_urlsafe(18), encoding="ascii")
    return place.read_text(encoding="ascii").strip()


def opens(given: str) -> bool:
    """Whether the code is the one that lies in the data folder."""
    return secrets.compare_digest(given.encode(), door_code().encode())


def _place() -> Path:
    return Path(settings.DATA_DIR) / "ma-bat-dau"


@transaction.atomic
def begin(*, username: str, full_name: str, password: str, neighbourhood_count: int, **ward_fields: Any) -> Ward:
    """The first ward with its numbered neighbourhoods, and the first administrator. Raises TooLate."""
    if not is_open():
        raise TooLate("Hệ thống đã được lập từ trước. Hãy đăng nhập.")
    administrator = Account.objects.create_account(username, full_name, password)
    granting.grant(administrator, Role.ADMINISTRATOR, ward=None, by=None)
    audit.record(None, "made an account", administrator)
    ward = found(by=administrator, **ward_fields)
    if neighbourhood_count:
        neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, neighbourhood_count), by=administrator)
    transaction.on_commit(lambda: _place().unlink(missing_ok=True))
    return ward


@transaction.atomic
def found(*, by: Account | None, **fields: Any) -> Ward:
    """A new ward with its People's Committee; the rest of its units follow by hand or from its plan."""
    address = _free("slug", slug(fields["name"])[:50])
    code = fields["code"] or _free("code", address[:12])
    ward = Ward.objects.create(**{**fields, "code": code}, slug=address)
    Unit.objects.create(
        ward=ward,
        kind=Unit.Kind.COMMITTEE,
        name=f"Ủy ban nhân dân {ward.kind_word}",
        short_name=f"UBND {ward.kind_word}",
        valid_from=clock.today(),
    )
    audit.record(by, "founded a ward", ward)
    return ward


def _free(field: str, plain: str) -> str:
    """The word itself, or with a number where another ward has it: two wards may share a name."""
    free, number = plain, 1
    while Ward.objects.filter(**{field: free}).exists():
        number += 1
        free = f"{plain}-{number}"
    return free


@transaction.atomic
def change(ward: Ward, *, by: Account, **fields: Any) -> None:
    """Change a ward's name, kind and the like. Its name in addresses stays, so that old links still lead here."""
    fields["code"] = fields["code"] or ward.code
    changed = [name for name in FIELDS if getattr(ward, name) != fields[name]]
    for name in changed:
        setattr(ward, name, fields[name])
    if changed:
        ward.save(update_fields=changed)
        audit.record(by, "changed a ward", ward, fields=", ".join(changed))
