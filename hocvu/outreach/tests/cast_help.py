"""Help and needs of the field cast: what the forms say, what stands in the ledger, a partner with gifts."""

from __future__ import annotations

from typing import Any

from hocvu.lib import clock
from hocvu.outreach import agreeing
from hocvu.outreach.tests.cast import Field
from hocvu.ward import consenting, partners
from hocvu.ward.models import Account, ConsentEntry, Contribution, Household, Person

HELP, NEED = "/tham-ho/giup/ghi/", "/tham-ho/can/ghi/"


def help_fields(person: Person, *topics: str, **more: Any) -> dict[str, Any]:
    """What the form says of somebody who agreed to the first version."""
    return {
        "nguoi": str(person.pk), "viec": list(topics or ("vneid",)), "noi": "door", "dong_y": "1", "ban": "1", **more,
    }  # fmt: skip


def need_fields(home: Household, kind: str = "device", **more: Any) -> dict[str, Any]:
    """What the form says of a household."""
    return {"ho": str(home.pk), "loai": kind, **more}


def for_person(person: Person) -> dict[str, Any]:
    """What the form of needs says beside where somebody agreed."""
    return {"nguoi": str(person.pk), "dong_y": "1", "ban": "1"}


def withdraw(person: Person, purpose: str, by: Account) -> None:
    """Somebody says no longer, at the office."""
    text = consenting.text_in_force(person.ward, purpose, clock.today())
    assert text is not None
    consenting.withdraw(
        person, text, party=ConsentEntry.Party.SELF, representative="", channel=ConsentEntry.Channel.PAPER, witness="",
        by=by,
    )  # fmt: skip


def write_words(field: Field, purpose: str = agreeing.HELP, text: str = "Lời mới. Có đồng ý không?") -> None:
    """The ward writes words of its own after those that are in force."""
    agreeing.in_force(field.ward, purpose)
    consenting.write_text(field.ward, purpose=purpose, text=text, valid_from=clock.today(), by=field.hoa)


def make_gift(field: Field, quantity: int | None = 1, kind: str = "goods", what: str = "điện thoại") -> Contribution:
    """What a partner gave and the ward received."""
    partner = partners.add(field.ward, kind="sponsor", name=f"Công ty {what}", by=field.hoa)
    gift = partners.promise(
        partner, kind=kind, what=what, quantity=quantity, quantity_unit="máy", given_on=clock.today(), by=field.hoa
    )
    partners.receive(gift, received_on=clock.today(), by=field.hoa)
    gift.refresh_from_db()
    return gift
