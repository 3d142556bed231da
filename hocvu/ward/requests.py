"""Somebody asks about their own data: written down, answered at first, done or refused, within the law's clocks.

The days are settings, since the decree's unit is not settled: calendar days are the stricter reading and the default.
Sources: Luật 91/2025/QH15, NĐ 356/2025/NĐ-CP as told by the law firms in the project's facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.workdays import Workdays
from hocvu.ward import audit
from hocvu.ward.models import Account, Person, RequestStep, SubjectRequest, Ward
from hocvu.ward.workdays import workdays

Kind, State = SubjectRequest.Kind, SubjectRequest.State
LONGEST_EXTENSION = 15


@dataclass(frozen=True, slots=True)
class Clocks:
    """How many days each kind of request has, and of which sort."""

    answer: int = 2  # working days, always
    withdraw: int = 15
    see: int = 10
    erase: int = 20
    in_working_days: bool = False

    def days_for(self, kind: str) -> int:
        """The days for a kind: 10 to see, copy, correct; 15 to withdraw, restrict, object; 20 to erase."""
        if kind == Kind.ERASE:
            return self.erase
        return self.withdraw if kind in (Kind.WITHDRAW, Kind.RESTRICT, Kind.OBJECT) else self.see

    def due(self, kind: str, received: date, calendar: Workdays, extended_by: int = 0) -> date:
        """The last day for doing what was asked."""
        days = self.days_for(kind) + extended_by
        return calendar.after(received, days) if self.in_working_days else received + timedelta(days=days)


def clocks() -> Clocks:
    """The clocks of the settings."""
    days: dict[str, int] = settings.SUBJECT_REQUEST_DAYS
    return Clocks(
        days["answer"], days["withdraw"], days["see"], days["erase"], settings.SUBJECT_REQUEST_IN_WORKING_DAYS
    )


# What an upper room does when a request is carried out: (request, by) -> nothing. "erase" is home's.
_ACTS: dict[str, Callable[[SubjectRequest, Account], None]] = {}


def act_on(kind: str, act: Callable[[SubjectRequest, Account], None]) -> None:
    """Let a room carry out a kind of request when it is done."""
    _ACTS[kind] = act


@transaction.atomic
def file(
    person: Person,
    *,
    kind: str,
    asked_by: str,
    identified_by: str,
    channel: str,
    text: str,
    received_at: datetime,
    by: Account | None,
) -> SubjectRequest:
    """Write a request down; its clocks run from the moment it came."""
    if received_at > clock.now():
        raise Refusal("Lúc nhận chưa tới. Hãy xem lại.", "received_at")
    if person.merged_into_id is not None:
        raise Refusal("Người này đã được gộp với một người khác. Hãy mở người đó.")
    received, calendar = clock.local_day(received_at), workdays()
    row = SubjectRequest.objects.create(
        ward=person.ward,
        person=person,
        kind=kind,
        asked_by=asked_by,
        identified_by=identified_by,
        channel=channel,
        text=text,
        received_at=received_at,
        answer_due=calendar.after(received, clocks().answer),
        due=clocks().due(kind, received, calendar),
        recorded_by=by,
    )
    _step(row, "received", text, by)
    audit.record(by, "filed a request about data", row, ward=row.ward, state=row.get_kind_display())
    return row


@transaction.atomic
def answer(row: SubjectRequest, *, text: str, by: Account) -> None:
    """The first answer: that it came, and how it will go on."""
    row = _open(row)
    if row.answered_at is not None:
        raise Refusal("Yêu cầu này đã được trả lời bước đầu.")
    row.state, row.answered_at = State.ANSWERED, clock.now()
    row.save(update_fields=("state", "answered_at"))
    _step(row, "answered", text, by)
    audit.record(by, "answered a request about data", row, ward=row.ward)


@transaction.atomic
def extend(row: SubjectRequest, *, days: int, reason: str, by: Account) -> None:
    """More time, once, with a reason that the person is told."""
    row = _open(row)
    if row.extended_by:
        raise Refusal("Yêu cầu này đã được gia hạn một lần.", "days")
    if not 1 <= days <= LONGEST_EXTENSION:
        raise Refusal(f"Chỉ gia hạn được từ 1 đến {LONGEST_EXTENSION} ngày.", "days")
    if clock.today() > row.due:
        raise Refusal("Đã quá hạn nên không gia hạn được nữa.", "days")
    row.extended_by = days
    row.due = clocks().due(row.kind, clock.local_day(row.received_at), workdays(), days)
    row.save(update_fields=("extended_by", "due"))
    _step(row, "extended", reason, by)
    audit.record(by, "extended a request about data", row, ward=row.ward, count=days)


@transaction.atomic
def refuse(row: SubjectRequest, *, reason: str, by: Account) -> None:
    """Not done, with a reason."""
    row = _open(row)
    _close(row, State.REFUSED)
    _step(row, "refused", reason, by)
    audit.record(by, "refused a request about data", row, ward=row.ward)


@transaction.atomic
def take_back(row: SubjectRequest, *, text: str, by: Account) -> None:
    """The person no longer asks."""
    row = _open(row)
    _close(row, State.TAKEN_BACK)
    _step(row, "taken_back", text, by)
    audit.record(by, "closed a request about data", row, ward=row.ward)


@transaction.atomic
def carry_out(row: SubjectRequest, *, text: str, by: Account) -> None:
    """Do what was asked: restrict at once, erase through every room; for the others say what was done."""
    row = _open(row)
    if row.kind == Kind.RESTRICT and row.person is not None:
        row.person.restricted_at = clock.now()
        row.person.save(update_fields=("restricted_at",))
    _close(row, State.DONE)
    _step(row, "done", text, by)
    audit.record(by, "did what a request about data asks", row, ward=row.ward, state=row.get_kind_display())
    if act := _ACTS.get(row.kind):
        act(row, by)


@transaction.atomic
def lift_restriction(person: Person, *, reason: str, by: Account) -> None:
    """Somebody's data may be worked with again."""
    held = Person.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=person.pk)
    if held.restricted_at is None:
        raise Refusal("Người này không bị hạn chế xử lý.")
    held.restricted_at = None
    held.save(update_fields=("restricted_at",))
    audit.record(by, "lifted a restriction", held, ward=held.ward, reason=reason[:200])


def late(ward: Ward, day: date) -> QuerySet[SubjectRequest]:
    """The open requests whose clock has run out by a day."""
    rows = SubjectRequest.objects.filter(ward=ward, state__in=(State.RECEIVED, State.ANSWERED))
    return rows.filter(Q(due__lt=day) | Q(answered_at=None, answer_due__lt=day))


def _open(row: SubjectRequest) -> SubjectRequest:
    held = (
        SubjectRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ward", "person")
        .get(pk=row.pk)
    )
    if not held.is_open:
        raise Refusal(f"Yêu cầu này {held.get_state_display()} rồi.")
    return held


def _close(row: SubjectRequest, state: str) -> None:
    row.state, row.closed_at = state, clock.now()
    row.answered_at = row.answered_at or row.closed_at
    row.save(update_fields=("state", "closed_at", "answered_at"))


def _step(row: SubjectRequest, action: str, text: str, by: Account | None) -> None:
    RequestStep.objects.create(request=row, action=action, text=text, by=by)
