"""What stands on a paper sheet is typed by two people. The second does not see what the first typed; where both read the
same it is marked and counts. Where they differ, both are shown the positions with the sheet in hand: each may correct
their own entry, or a third person says what stands there. Both entries stay as they were typed last; what counted is in
the attempt. The same wrong answers as on another sheet of the form and the day are shown to a person.

Nobody types for whom they helped, live with or are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from hocvu.assessment import fixed_form, practising, reaching
from hocvu.assessment.fixed_form import Asked
from hocvu.assessment.models import Attempt, PaperForm, PaperSheet
from hocvu.assessment.sittings import opening, taking
from hocvu.assessment.testing import suspecting
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.access import may
from hocvu.ward.models import Account, Ward

ENTER = "paper.enter"
State = PaperSheet.State
Typed = Mapping[int, str]  # by position from 1
NOON = time(12)  # a sheet says a day; the attempt needs a moment


def asked_on(form: PaperForm) -> list[Asked]:
    """The questions of a form as they are printed."""
    return [one for _, one in fixed_form.shown(form.items, seed=str(form.pk))]


def sheets_for(account: Account, ward: Ward) -> QuerySet[PaperSheet]:
    """The sheets of the people whom an account may type for."""
    people = reaching.people_of(account, ward, ENTER).order_by().values("pk")
    rows = PaperSheet.objects.filter(form__ward=ward, account__person__in=people)
    return rows.select_related("form__rule", "account", "first_by", "second_by")


# ---- Typing


@transaction.atomic
def type_first(
    form: PaperForm, learner: Account, typed: Typed, *, sat_on: date, watched_by: Account, by: Account
) -> PaperSheet:
    """The first entry of a sheet."""
    _refuse_day(form, sat_on)
    _refuse_unfit(form, learner, by)
    if why := reaching.objection(watched_by, learner):
        raise Refusal(f"Người coi thi không coi cho người học được. {why}", "watched_by")
    if (day := taking.again_from(learner, form.rule, _moment(sat_on))) is not None:
        raise Refusal(
            f"Người học làm chưa đạt cách đó chưa lâu; theo quy tắc, làm lại được từ ngày {day:%d/%m/%Y}.", "sat_on"
        )
    said = _read(asked_on(form), typed)
    try:
        with transaction.atomic():
            sheet = PaperSheet.objects.create(
                form=form, account=learner, sat_on=sat_on, watched_by=watched_by, first=said, first_by=by
            )
    except IntegrityError:
        raise Refusal("Phiếu của người này với đề này đã có người nhập. Hãy nhập lần hai ở danh sách chờ.") from None
    audit.record(by, "typed a paper sheet", sheet, ward=form.ward)
    return sheet


def type_second(sheet: PaperSheet, typed: Typed, *, by: Account) -> PaperSheet:
    """The second entry, by somebody else. Equal to the first it is marked; of two that come at once one counts."""
    with transaction.atomic():
        held = hold(sheet)
        if held.state != State.ONCE:
            raise Refusal("Phiếu này đã có người nhập lần hai. Hãy tải lại danh sách.")
        if not is_second(held, by):
            raise Refusal(
                "Lần hai phải do người khác nhập, không phải tài khoản khác của cùng người. Hãy nhờ người thứ hai."
            )
        _refuse_unfit(held.form, held.account, by)
        held.second, held.second_by, held.second_at = _read(asked_on(held.form), typed), by, clock.now()
        audit.record(by, "typed a paper sheet again", held, ward=held.form.ward)
        _settle(held, by)
    practising.looked_at_again(held.account)
    return held


def correct(sheet: PaperSheet, typed: Typed, *, by: Account) -> PaperSheet:
    """What stands at the positions on which two entries differ: whoever typed one corrects it, a third person says what
    counts."""
    with transaction.atomic():
        held = hold(sheet)
        if held.state != State.DIFFERS:
            raise Refusal("Phiếu này không còn chỗ nhập khác nhau. Hãy tải lại danh sách.")
        _refuse_unfit(held.form, held.account, by)
        asked = [one for one in asked_on(held.form) if one.number in differences(held)]
        new = {str(one.number): None for one in asked} | _read(asked, typed)
        audit.record(by, "settled a paper sheet", held, ward=held.form.ward, count=len(new))
        if by.pk == held.first_by_id:
            held.first = _kept({**held.first, **new})
        elif by.pk == held.second_by_id:
            held.second = _kept({**held.second, **new})
        elif not is_third(held, by):
            raise Refusal(
                "Tài khoản này cùng người với người đã nhập. Hãy dùng tài khoản đã nhập, hoặc nhờ người thứ ba."
            )
        else:
            held.settled_by = by
            _count(held, _kept({**held.first, **new}), by)
        if held.state == State.DIFFERS:
            _settle(held, by)
    practising.looked_at_again(held.account)
    return held


@transaction.atomic
def drop(sheet: PaperSheet, *, by: Account) -> None:
    """A sheet that was typed for the wrong person or by mistake; one that counted stays."""
    held = hold(sheet)
    if held.state == State.DONE:
        raise Refusal("Phiếu này đã chấm nên không bỏ được. Nếu sai, hãy báo người xem xét lượt làm.")
    if held.state == State.DROPPED:
        raise Refusal("Phiếu này đã bỏ rồi.")
    if by.pk not in (held.first_by_id, held.second_by_id) and not may(by, "paper.make", held.form.ward):
        raise Refusal("Chỉ người đã nhập hoặc người làm đề bỏ được phiếu này.")
    held.state = State.DROPPED
    held.save(update_fields=("state",))
    audit.record(by, "dropped a paper sheet", held, ward=held.form.ward)


def is_second(sheet: PaperSheet, by: Account) -> bool:
    """Whether somebody is another person than whoever typed first. Who watched may type once: two have read it then."""
    return not reaching.is_same(sheet.first_by, by)


def is_third(sheet: PaperSheet, by: Account) -> bool:
    """Whether somebody is neither of the two who typed, nor another account of theirs."""
    return not any(one is not None and reaching.is_same(one, by) for one in (sheet.first_by, sheet.second_by))


def hold(sheet: PaperSheet) -> PaperSheet:
    """The sheet, held for this transaction."""
    rows = PaperSheet.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("form__rule__ward", "form__ward", "account__person").get(pk=sheet.pk)


# ---- The same or not


def differences(sheet: PaperSheet) -> list[int]:
    """The positions on which the two entries differ."""
    return [
        position
        for position in range(1, len(sheet.form.items) + 1)
        if not same(sheet.first.get(str(position)), sheet.second.get(str(position)))
    ]


def same(one: Any, other: Any) -> bool:
    """Whether two people read the same; capitals in a word do not matter."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return bool(one == other)


@dataclass(frozen=True, slots=True)
class Difference:
    """A position on which two entries differ, with both as they would stand on paper."""

    asked: Asked
    first: str
    second: str


def differing(sheet: PaperSheet) -> list[Difference]:
    """What is shown to whoever settles."""
    numbers = set(differences(sheet))
    return [
        Difference(one, _on_paper(one, sheet.first), _on_paper(one, sheet.second))
        for one in asked_on(sheet.form)
        if one.number in numbers
    ]


def _on_paper(one: Asked, entry: Mapping[str, Any]) -> str:
    return fixed_form.letters_of(one, entry.get(str(one.number)))


def _settle(held: PaperSheet, by: Account) -> None:
    """Mark it where both read the same, else let it wait."""
    if differences(held):
        held.state = State.DIFFERS
        held.save()
    else:
        _count(held, held.first, by)


def _count(held: PaperSheet, entry: Mapping[str, Any], by: Account) -> None:
    """Make the attempt of what stands on the sheet. Where another came in between that makes the learner wait, such as
    a second form of the same day, a person looks before it counts."""
    moment = _moment(held.sat_on)
    too_soon = taking.again_from(held.account, held.form.rule, moment) is not None
    attempt = taking.take_whole(
        account=held.account, rule=held.form.rule, items=held.form.items,
        said={int(position): said for position, said in entry.items()}, mode=Attempt.Mode.PAPER, began_at=moment,
        ended_at=moment, by=by,
    )  # fmt: skip
    held.attempt, held.state = attempt, State.DONE
    held.save()  # before anybody is told: the sheet says beside whom it was sat, and who watched and typed and does not look
    suspecting.look(attempt)
    suspecting.doubt(attempt, (taking.TOO_SOON,) if too_soon else ())


def _read(asked: list[Asked], typed: Typed) -> dict[str, Any]:
    """What was typed in the one form of answers; every fault told at once, by its question."""
    said, faults = {}, []
    for one in asked:
        try:
            said[str(one.number)] = fixed_form.said(one, typed.get(one.number, ""))
        except Refusal as refusal:
            faults.append(refusal.sentence)
    if faults:
        raise Refusal(" ".join(faults))
    return _kept(said)


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was left open."""
    return {position: one for position, one in said.items() if one is not None}


# ---- What makes no sense


def _refuse_day(form: PaperForm, sat_on: date) -> None:
    if sat_on > clock.today():
        raise Refusal("Ngày làm bài ở sau hôm nay. Hãy ghi lại.", "sat_on")
    if sat_on < clock.local_day(form.made_at):
        raise Refusal(
            f"Đề này lập ngày {clock.local_day(form.made_at):%d/%m/%Y}, không thể làm trước ngày đó.", "sat_on"
        )
    if form.ended_at is not None and sat_on > clock.local_day(form.ended_at):
        raise Refusal(f"Đề này thôi dùng từ ngày {clock.local_day(form.ended_at):%d/%m/%Y}.", "sat_on")


def _refuse_unfit(form: PaperForm, learner: Account, by: Account) -> None:
    if audit.helper_now() is not None:
        raise Refusal("Đang có người giúp. Việc nhập phiếu phải do người nhập tự đăng nhập.")
    if not reaching.reaches(by, learner, form.ward, ENTER):
        raise Refusal("Người học không thuộc phạm vi được nhập phiếu.")
    reaching.refuse_objection(by, learner)


def _moment(day: date) -> datetime:
    """Noon of a day in the ward, or now where that is still to come."""
    noon = timezone.make_aware(datetime.combine(day, NOON), timezone.get_default_timezone())
    return min(noon, clock.now())


def proctors_of(ward: Ward) -> list[Account]:
    """Who may have watched a paper test in a ward."""
    return reaching.holders_of(ward, opening.PROCTOR)
