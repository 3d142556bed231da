"""The board of tasks: what one looks for, in which order, and how a task is said in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Count, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from hocvu.lib.marks import Mark, Tone
from hocvu.lib.text import fold
from hocvu.plan.models import Carrier, ProgressNote, Responsibility, SelfState, Task, VerifiedState
from hocvu.plan.models.task import TaskQuerySet
from hocvu.plan.turns import Turn

SOON = timedelta(days=14)

LOOKS = {
    "tre": "Trễ hạn",
    "sap-den-han": "Đến hạn trong 14 ngày",
    "chua-co-bang-chung": "Chưa có bằng chứng",
    "cho-kiem": "Bằng chứng chờ kiểm",
}
_SELF_TONES: dict[str, Tone] = {SelfState.STUCK: "bad"}
_VERIFIED_TONES: dict[str, Tone] = {
    VerifiedState.NO_EVIDENCE: "none",
    VerifiedState.UNCHECKED: "slow",
    VerifiedState.PARTIAL: "slow",
    VerifiedState.VERIFIED: "good",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for on the board. Empty wishes let everything pass."""

    look: str = ""
    unit: str = ""
    section: str = ""
    plan: str = ""
    self_state: str = ""
    verified_state: str = ""
    period: str = ""
    words: str = ""
    in_plan_order: bool = False

    @property
    def narrows(self) -> bool:
        """True where more is wished than a look and words."""
        states = (self.unit, self.section, self.plan, self.self_state, self.verified_state, self.period)
        return any(states) or self.in_plan_order

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wish:
        """The wish that an address carries; what makes no sense there is left out."""
        number = {name: query.get(name, "") for name in ("don-vi", "muc", "ke-hoach", "thoi-gian")}
        number = {name: text if text.isdecimal() and len(text) < 10 else "" for name, text in number.items()}
        period = query.get("thoi-gian", "")
        return cls(
            look=query.get("loc", "") if query.get("loc") in LOOKS else "",
            unit=number["don-vi"],
            section=number["muc"],
            plan=number["ke-hoach"],
            self_state=query.get("don-vi-bao", "") if query.get("don-vi-bao") in SelfState.values else "",
            verified_state=query.get("da-kiem", "") if query.get("da-kiem") in VerifiedState.values else "",
            period=period if period in Task.PeriodKind.values else number["thoi-gian"][:4],
            words=query.get("tim", "").strip()[:100],
            in_plan_order=query.get("xep") == "ke-hoach",
        )


def look_at(rows: TaskQuerySet, look: str, day: date) -> TaskQuerySet:
    """The tasks of one of the four looks."""
    match look:
        case "tre":
            return rows.late(day)
        case "sap-den-han":
            return rows.due_within(day, day + SOON)
        case "chua-co-bang-chung":
            return rows.filter(verified_state=VerifiedState.NO_EVIDENCE)
        case "cho-kiem":
            return rows.filter(evidence__check_state="waiting").distinct()
    return rows


def chosen(rows: TaskQuerySet, wish: Wish, day: date) -> TaskQuerySet:
    """The tasks that a wish lets pass, without its look."""
    if wish.unit:
        rows = rows.filter(pk__in=Carrier.objects.filter(unit=int(wish.unit)).values("task"))
    if wish.section:
        rows = rows.filter(section=int(wish.section))
    if wish.plan:
        rows = rows.filter(plan=int(wish.plan))
    if wish.self_state:
        rows = rows.filter(self_state=wish.self_state)
    if wish.verified_state:
        rows = rows.filter(verified_state=wish.verified_state)
    if wish.period:
        rows = _in_period(rows, wish.period)
    if wish.words:
        # A ward has some hundred tasks: words are compared without tones here, the same on both engines.
        sought = fold(wish.words)
        texts = rows.order_by().values_list("pk", "number", "content", "result")
        rows = rows.filter(pk__in=[pk for pk, *text in texts if sought in fold(" ".join(text))])
    return rows


def _in_period(rows: TaskQuerySet, period: str) -> TaskQuerySet:
    """Those of a kind of period, or those that touch a year."""
    if not period.isdecimal():
        return rows.filter(period_kind=period)
    first, last = date(max(1, int(period)), 1, 1), date(max(1, int(period)), 12, 31)
    begun, open_ended = Q(starts_on=None) | Q(starts_on__lte=last), Q(ends_on=None) | Q(ends_on__gte=first)
    return rows.filter(begun, open_ended)


def ordered(rows: TaskQuerySet, wish: Wish, day: date) -> TaskQuerySet:
    """In the plan's order, or trouble first: late, stuck, due soon, begun without evidence, then the rest."""
    if wish.in_plan_order:
        return rows.order_by("plan", "position")
    done = Q(self_state=SelfState.DONE)
    rank = Case(
        When(~done & Q(next_due__lt=day), then=Value(0)),
        When(self_state=SelfState.STUCK, then=Value(1)),
        When(~done & Q(next_due__lte=day + SOON), then=Value(2)),
        When(Q(verified_state=VerifiedState.NO_EVIDENCE) & (done | Q(starts_on__lte=day)), then=Value(3)),
        When(verified_state=VerifiedState.VERIFIED, then=Value(5)),
        default=Value(4),
        output_field=IntegerField(),
    )
    return rows.annotate(trouble=rank).order_by("trouble", F("next_due").asc(nulls_last=True), "plan", "position")


def with_lines(rows: TaskQuerySet, day: date) -> TaskQuerySet:
    """Everything that a line says, in a fixed number of queries."""
    current = Carrier.objects.filter(Q(ended_on=None) | Q(ended_on__gte=day), task=OuterRef("pk")).order_by()
    whole = current.values("task").annotate(n=Count("pk")).values("n")
    done = current.filter(state=SelfState.DONE).values("task").annotate(n=Count("pk")).values("n")
    said = words_of_leads(OuterRef("pk"))
    named = Responsibility.objects.select_related("unit", "group").order_by("position")
    return (
        rows.select_related("section", "plan")
        .prefetch_related(Prefetch("responsibilities", named))
        .annotate(
            carriers_whole=Coalesce(Subquery(whole), 0),
            carriers_done=Coalesce(Subquery(done), 0),
            last_words=Subquery(said.values("text")[:1]),
        )
    )


def words_of_leads(task: Task | OuterRef) -> QuerySet[ProgressNote]:
    """What the leading units reported on a task, newest first: where it is in trouble, they say why."""
    leading = Carrier.objects.filter(task=OuterRef("task"), part=Responsibility.Part.LEAD).order_by()
    notes = ProgressNote.objects.filter(task=task, unit__in=leading.values("unit"))
    return notes.select_related("unit").order_by("-made_at", "-id")


@dataclass(frozen=True, slots=True)
class Line:
    """A task in one line of the board."""

    task: Task
    day: date

    @property
    def leads(self) -> str:
        """The units and groups that lead, as they are called today."""
        return "; ".join(_called(r) for r in self._named(Responsibility.Part.LEAD))

    @property
    def coordinators(self) -> str:
        return "; ".join(_called(r) for r in self._named(Responsibility.Part.COORDINATOR))

    @property
    def fan_out(self) -> str:
        """ "7/9 đơn vị" where several units carry the task."""
        whole: int = getattr(self.task, "carriers_whole", 0)
        return f"{getattr(self.task, 'carriers_done', 0)}/{whole} đơn vị xong" if whole > 1 else ""

    @property
    def why(self) -> str:
        """What a leading unit said last; asked of a task in trouble."""
        return getattr(self.task, "last_words", None) or ""

    @property
    def self_mark(self) -> Mark:
        return self_mark(self.task)

    @property
    def verified_mark(self) -> Mark:
        return verified_mark(self.task)

    @property
    def due_mark(self) -> Mark | None:
        return due_mark(self.task, self.day)

    def _named(self, part: Responsibility.Part) -> list[Responsibility]:
        return [r for r in self.task.responsibilities.all() if r.part == part]


def _called(named: Responsibility) -> str:
    return str(named.unit or named.group or named.text)


def self_mark(task: Task) -> Mark:
    """What the units say, marked as their own word."""
    return Mark(f"Đơn vị báo: {task.get_self_state_display()}", _SELF_TONES.get(task.self_state, "self"))


def verified_mark(task: Task) -> Mark:
    """What the evidence shows."""
    label = str(task.get_verified_state_display())
    return Mark(label[:1].upper() + label[1:], _VERIFIED_TONES[task.verified_state])


def due_mark(task: Task, day: date) -> Mark | None:
    """How late a task is, or how soon it is due; nothing where neither matters."""
    if task.next_due is None or task.self_state == SelfState.DONE:
        return None
    days = (task.next_due - day).days
    if days < 0:
        return Mark(f"Trễ {-days} ngày", "bad")
    if days == 0:
        return Mark("Hạn hôm nay", "slow", "calendar")
    return Mark(f"Còn {days} ngày", "slow", "calendar") if days <= SOON.days else None


def problem(task: Task, done: list[Turn], day: date) -> str:
    """What is wrong with a task now, in one line; nothing where all is well."""
    if task.withdrawn_at is not None or task.self_state == SelfState.DONE:
        return ""
    over = [turn for turn in done if turn.is_over(day)]
    if over and not over[-1].is_served:
        last = over[-1].occurrence
        return f"{last.label} ({last.starts_on:%d/%m} đến {last.ends_on:%d/%m}) chưa đủ bằng chứng"
    if task.next_due is not None and task.next_due < day:
        return f"Trễ {(day - task.next_due).days} ngày, hạn {task.next_due:%d/%m/%Y}"
    return "Đơn vị báo đang vướng" if task.self_state == SelfState.STUCK else ""
