"""Partners of the ward: who they are, what they promise, what was received.

A partner that gave anything is never removed: it ends on a day. A contribution is never edited: a wrong one is
withdrawn with a reason and written again.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.money import money_words
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.ward import audit
from hocvu.ward.models import Account, Contribution, Partner, Ward

FIELDS = ("kind", "name", "phone", "email", "note")


@transaction.atomic
def add(
    ward: Ward, *, kind: str, name: str, phone: str = "", email: str = "", note: str = "", by: Account | None
) -> Partner:
    """A new partner of the ward."""
    _refuse_known(ward, name)
    partner = Partner.objects.create(ward=ward, kind=kind, name=name, phone=phone, email=email, note=note)
    audit.record(by, "added a partner", partner)
    return partner


@transaction.atomic
def change(
    partner: Partner, *, kind: str, name: str, phone: str = "", email: str = "", note: str = "", by: Account | None
) -> Partner:
    """Put right what is known of a partner."""
    _refuse_known(partner.ward, name, but=partner)
    held = _hold(partner)
    new = {"kind": kind, "name": name, "phone": phone, "email": email, "note": note}
    changed = [field for field in FIELDS if getattr(held, field) != new[field]]
    for field in changed:
        setattr(held, field, new[field])
    if changed:
        held.save()
        words = ", ".join(str(Partner._meta.get_field(field).verbose_name) for field in changed)  # type: ignore[union-attr]
        audit.record(by, "changed a partner", held, fields=words)
    return held


@transaction.atomic
def end(partner: Partner, *, ended_on: date, by: Account | None) -> None:
    """The ward works with the partner until the end of a day, and no longer."""
    held = _hold(partner)
    if held.ended_on is not None:
        raise Refusal(f"Đã ghi thôi hợp tác với {held.name} từ sau ngày {held.ended_on:%d/%m/%Y}.")
    if ended_on > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "ended_on")
    held.ended_on = ended_on
    held.save(update_fields=("ended_on",))
    audit.record(by, "ended a partnership", held, as_of=f"{ended_on:%d/%m/%Y}")


@transaction.atomic
def promise(
    partner: Partner,
    *,
    kind: str,
    what: str,
    quantity: int | None = None,
    quantity_unit: str = "",
    value: int | None = None,
    given_on: date,
    document: str = "",
    by: Account | None,
) -> Contribution:
    """Write down what a partner promises to give."""
    held = _hold(partner)
    if held.is_over(given_on):
        raise Refusal(
            f"Đã thôi hợp tác với {held.name} từ sau ngày {held.ended_on:%d/%m/%Y}. Hãy xem lại ngày.", "given_on"
        )
    if given_on > clock.today():
        raise Refusal("Ngày hứa chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "given_on")
    if value is not None and value <= 0:
        raise Refusal("Giá trị phải lớn hơn 0. Hãy để trống nếu chưa quy ra tiền được.", "value")
    if kind == Contribution.Kind.MONEY and value is None:
        raise Refusal("Đóng góp bằng tiền phải ghi số tiền.", "value")
    if quantity is not None and not quantity_unit:
        raise Refusal("Hãy ghi đơn vị tính của số lượng, ví dụ máy, buổi, bộ.", "quantity_unit")
    row = Contribution.objects.create(
        partner=held, kind=kind, what=what, quantity=quantity, quantity_unit=quantity_unit if quantity is not None else "",
        value=value, given_on=given_on, document=document,
    )  # fmt: skip
    _record(by, "wrote down a promised contribution", row)
    return row


@transaction.atomic
def receive(contribution: Contribution, *, received_on: date, by: Account | None) -> None:
    """What was promised has come."""
    held = _standing(contribution)
    if held.state == Contribution.State.RECEIVED:
        raise Refusal(f"Đã ghi nhận khoản này ngày {held.received_on:%d/%m/%Y}.")
    if received_on > clock.today():
        raise Refusal("Ngày nhận chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "received_on")
    if received_on < held.given_on:
        raise Refusal(f"Ngày nhận không thể trước ngày hứa ({held.given_on:%d/%m/%Y}). Hãy xem lại.", "received_on")
    held.state, held.received_on = Contribution.State.RECEIVED, received_on
    held.save(update_fields=("state", "received_on"))
    _record(by, "received a contribution", held)


@transaction.atomic
def withdraw(contribution: Contribution, *, reason: str, by: Account) -> None:
    """Take a contribution out of the count; it stays in sight with the reason."""
    held = _standing(contribution)
    if not reason.strip():
        raise Refusal("Hãy ghi lý do rút để người xem hiểu vì sao số thay đổi.", "reason")
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_why = clock.now(), by, reason.strip()
    held.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
    _record(by, "withdrew a contribution", held, reason=held.withdrawn_why)


def _refuse_known(ward: Ward, name: str, but: Partner | None = None) -> None:
    """The same name in other letters is the same partner. Holds the ward's row, so that two never add it at once."""
    Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)
    living = Partner.objects.of(ward).filter(ended_on=None).values_list("pk", "name")
    if any(fold(known) == fold(name) for pk, known in living if but is None or pk != but.pk):
        raise Refusal(f"{name} đã có trong danh sách. Hãy mở đối tác đã có để ghi tiếp.", "name")


def _hold(partner: Partner) -> Partner:
    return Partner.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=partner.pk)


def _standing(contribution: Contribution) -> Contribution:
    rows = Contribution.objects.select_for_update(of=("self",), no_key=True).select_related("partner__ward")
    held = rows.get(pk=contribution.pk)
    if held.withdrawn_at is not None:
        raise Refusal("Khoản đóng góp này đã rút. Hãy tải lại trang.")
    return held


def _record(by: Account | None, action: str, row: Contribution, *, reason: str | None = None) -> None:
    audit.record(
        by,
        action,
        row.partner,
        contribution=row.pk,
        what=row.what,
        quantity=row.amount_words or None,
        amount=money_words(row.value) if row.value else None,
        reason=reason,
    )
