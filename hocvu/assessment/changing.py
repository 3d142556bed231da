"""What learning changed: measured before and after, of the same people, without hiding those who did not come back.

A learner began who finished a measure before learning; the first one counts. They came back with the first measure
after it. What was measured by the same forms after that is left out: the answers were shown by then. A learner who took
several courses counts once in a table, with all they answered. A year is that of the first measure; there is no table of all years and none that crosses two divisions, since the difference of two
tables would tell of a few people.

Each table is hidden in two ways, each so that neither a line nor the total less the others tells of a small group:
the lines of who came back, and beside them the numbers of who did not. Tables that tell of age or of disability hide
groups under ten, the others under five.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import fmean
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from hocvu.assessment import effects
from hocvu.assessment.effects import Effect, Interval, Told
from hocvu.assessment.models import Attempt, TestRule
from hocvu.learning.groups import GROUPS
from hocvu.lib import clock
from hocvu.lib.disclosure import PROTECTED_THRESHOLD, THRESHOLD, Count, hidden_places
from hocvu.lib.figures import number_words
from hocvu.ward import belonging
from hocvu.ward.models import Account, Circumstance, Membership, Neighbourhood, Ward
from hocvu.ward.models.person import years_before

Phase = Attempt.Phase
UNKNOWN = "Chưa rõ"
ADULT, ELDERLY = 18, 60  # years; the plan's groups
# (years from which on, in words), the oldest first.
BANDS = ((60, "Từ 60 tuổi"), (36, "36 đến 59 tuổi"), (18, "18 đến 35 tuổi"), (0, "Dưới 18 tuổi"))
PERSON = Coalesce(F("account__person__merged_into"), F("account__person"))
COLUMNS = ("account", "rule__code", "rule__title", "rule__group", "course", "course__title", "phase", "form", "ability", "error", "right",
           "asked", "began_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """One finished measure."""

    ability: float
    error: float
    right: int
    asked: int
    form: str
    at: datetime

    @property
    def told(self) -> Told:
        """What these answers say by themselves."""
        return effects.told_by(self.ability, self.error)

    @property
    def share(self) -> float:
        """How much of what was asked was right, in per cent."""
        return 100 * self.right / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A learner's measure before a course, and the one after where they came back."""

    learner: Hashable  # the person of the register, else the account
    person: Any
    born_on: date | None
    place: int | None
    group: str
    course: str
    test: str
    test_code: str
    before: Measure
    after: Measure | None
    is_fresh: bool = True  # no answers of these forms had been shown to them


# ---- Reading


def measured(rows: QuerySet[Attempt]) -> list[Pair]:
    """The pairs among these attempts; one question, however many they are."""
    rows = (
        rows.filter(kind=TestRule.Kind.CHANGE, state=Attempt.State.FINISHED).exclude(ability=None).exclude(error=None)
    )
    told = rows.annotate(whose=PERSON).order_by("began_at", "pk")
    found: dict[Hashable, list[dict[str, Any]]] = defaultdict(list)
    shown: dict[
        Hashable, datetime
    ] = {}  # when somebody had met both forms, also where the first measure was let go since
    beside = ("whose", "account__person__born_on", "account__person__household__neighbourhood")
    for row in told.values(*COLUMNS, *beside):
        learner = row["whose"] or row["account"]
        found[learner, row["course"] or row["rule__code"]].append(row)
        if row["phase"] == Phase.AFTER:
            shown.setdefault((learner, row["rule__code"]), timezone.localtime(row["began_at"]))
    pairs = [_pair(key[0], both) for key, both in found.items()]  # type: ignore[index]
    return [_marked(pair, shown) for pair in pairs if pair is not None]


def _marked(pair: Pair, shown: Mapping[Hashable, datetime]) -> Pair:
    """A pair, marked where it came to its end after answers of the same forms had been shown: `reasons.may_review` shows
    them after the second measure."""
    return replace(pair, is_fresh=not _is_later(pair, shown.get((pair.learner, pair.test_code))))


def _is_later(pair: Pair, shown: datetime | None) -> bool:
    return shown is not None and (pair.after or pair.before).at > shown


def _pair(learner: Hashable, rows: Sequence[dict[str, Any]]) -> Pair | None:
    """The first measure before, and the first one after it; None for whoever was not measured before."""
    first = next((row for row in rows if row["phase"] == Phase.BEFORE), None)
    if first is None:
        return None
    later = (row for row in rows if row["phase"] == Phase.AFTER and row["began_at"] > first["began_at"])
    after = next(later, None)
    return Pair(
        learner=learner,
        person=first["whose"],
        born_on=first["account__person__born_on"],
        place=first["account__person__household__neighbourhood"],
        group=first["rule__group"],
        course=first["course__title"] or "",
        test=first["rule__title"],
        test_code=first["rule__code"],
        before=_measure(first),
        after=_measure(after) if after else None,
    )


def _measure(row: Mapping[str, Any]) -> Measure:
    return Measure(
        row["ability"], row["error"], row["right"], row["asked"], row["form"], timezone.localtime(row["began_at"])
    )  # fmt: skip


def years_of(pairs: Iterable[Pair]) -> list[int]:
    """The years in which anybody began, the newest first."""
    return sorted({pair.before.at.year for pair in pairs if pair.is_fresh}, reverse=True)


# ---- One line


@dataclass(frozen=True, slots=True)
class Line:
    """A group of learners as it may be shown. `effect` is None where none came back or it is hidden; `left` and what
    they began with are None where that is hidden."""

    name: str
    is_hidden: bool
    effect: Effect | None
    right: tuple[float, float] | None  # shares of right answers before and after, of those who came back
    left: int | None
    left_before: float | None

    @property
    def back(self) -> int | None:
        """How many came back; None where it is hidden."""
        return None if self.is_hidden else self.effect.count if self.effect else 0

    @property
    def began(self) -> int | None:
        """How many began; None where either part of them is hidden."""
        return None if self.back is None or self.left is None else self.back + self.left


def _by_learner(pairs: Iterable[Pair]) -> tuple[list[tuple[Measured, Measured]], list[Measured]]:
    """Each learner once: before and after of those who came back, and before of those who did not."""
    found: dict[Hashable, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[pair.learner].append(pair)
    back, left = [], []
    for own in found.values():
        both = [(pair.before, pair.after) for pair in own if pair.after is not None]
        if both:
            back.append((_mean([before for before, _ in both]), _mean([after for _, after in both])))
        else:
            left.append(_mean([pair.before for pair in own]))
    return back, left


@dataclass(frozen=True, slots=True)
class Measured:
    """What a learner's answers say of their level, and their share of right ones, over their courses."""

    told: Told
    share: float


def _mean(measures: Sequence[Measure]) -> Measured:
    return Measured(effects.together([one.told for one in measures]), fmean(one.share for one in measures))


def _line(name: str, pairs: Iterable[Pair], *, hides_back: bool, hides_left: bool) -> Line:
    back, left = _by_learner(pairs)
    if hides_back:
        return Line(name, True, None, None, None, None)
    effect = effects.effect_of([before.told for before, _ in back], [after.told for _, after in back])
    right = (fmean(b.share for b, _ in back), fmean(a.share for _, a in back)) if back else None
    if hides_left:
        return Line(name, False, effect, right, None, None)
    return Line(
        name, False, effect, right, len(left), effects.fitted([one.told for one in left]).mean if left else None
    )


# ---- Tables


@dataclass(frozen=True, slots=True)
class Table:
    """The learners divided in one way."""

    title: str
    about: str
    lines: Sequence[Line]


def divided(title: str, about: str, pairs: Iterable[Pair], key: Callable[[Pair], str], *, threshold: int) -> Table:
    """A line for each group, hidden where it or what is left of the sum would be a few."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(pair)
    counts = {name: tuple(len(part) for part in _by_learner(own)) for name, own in groups.items()}
    no_back = hidden_places({name: Count(back, back) for name, (back, _) in counts.items()}, threshold)
    no_left = hidden_places({name: Count(left, left) for name, (_, left) in counts.items()}, threshold)
    lines = [
        _line(name, own, hides_back=name in no_back, hides_left=name in no_left) for name, own in groups.items()
    ]  # fmt: skip
    return Table(title, about, lines)


def whole_of(ward: Ward, pairs: Sequence[Pair]) -> Line:
    """All learners of the ward in one line."""
    back, left = _by_learner(pairs)
    hides_back, hides_left = (not Count(len(part)).is_safe(THRESHOLD) for part in (back, left))
    return _line(f"Toàn {ward.kind_word}", pairs, hides_back=hides_back, hides_left=hides_left)


@dataclass(frozen=True, slots=True)
class Report:
    """The change of a year: the ward, then divided in six ways. `forms` is how much more those knew, before learning,
    who had form A first: with forms of like weight about nothing."""

    year: int
    whole: Line
    tables: Sequence[Table]
    forms: Interval | None


def report_of(ward: Ward, pairs: Sequence[Pair], year: int) -> Report:
    """The tables of a year."""
    chosen = [pair for pair in pairs if pair.is_fresh and pair.before.at.year == year]
    places = dict(Neighbourhood.objects.of(ward).values_list("pk", "name"))
    disabled = set(_disabled(ward, date(year, 12, 31)))
    belongs = _memberships(ward)
    word = ward.neighbourhood_word
    protected = {"threshold": PROTECTED_THRESHOLD}
    tables = (
        divided("Theo khóa học", "", chosen, lambda p: p.course or "Không theo khóa", threshold=THRESHOLD),
        divided("Theo nhóm đối tượng", "Nhóm khi làm lần trước; ai thuộc nhiều nhóm thì tính một lần, theo nơi làm việc, học tập.",
                chosen, lambda p: _initial(GROUPS.get(group_of(p, belongs), UNKNOWN)), **protected),
        divided("Theo tuổi", "Tuổi khi làm lần trước.", chosen, band_of, **protected),
        divided("Theo khuyết tật", "", chosen,
                lambda p: "Người khuyết tật" if p.person in disabled else "Những người khác", **protected),
        divided(f"Theo {word}", "Nơi ở hiện nay.", chosen, lambda p: places.get(p.place or 0, UNKNOWN), threshold=THRESHOLD),
        divided("Theo đề làm trước", "Đề làm trước do hệ thống chia, không ai chọn.", chosen,
                lambda p: f"Đề {p.before.form} trước" if p.before.form else UNKNOWN, threshold=THRESHOLD),
    )  # fmt: skip
    return Report(year, whole_of(ward, chosen), [_sorted(table) for table in tables], _forms(chosen))


def _sorted(table: Table) -> Table:
    return Table(table.title, table.about, sorted(table.lines, key=lambda line: (line.name == UNKNOWN, line.name)))


# Where somebody belongs that decides their group, the first that holds; whoever belongs nowhere is told by age.
BELONGING = {
    Membership.Kind.OFFICIAL: "officials", Membership.Kind.TEACHER: "officials", Membership.Kind.WORKER: "workers",
    Membership.Kind.COOPERATIVE: "workers", Membership.Kind.SECONDARY_PUPIL: "pupils",
    Membership.Kind.PRIMARY_PUPIL: "pupils",
}  # fmt: skip
Belonged = tuple[str, date | None, date | None]  # kind, first and last day


def group_of(pair: Pair, belongs: Mapping[Any, Sequence[Belonged]]) -> str:
    """The plan's group of a learner on the day of the first measure, as a code of `GROUPS`; "" where it is not known."""
    day = pair.before.at.date()
    held = {kind for kind, begins, ends in belongs.get(pair.person, ()) if (begins or day) <= day <= (ends or day)}
    for kind, group in BELONGING.items():
        if kind in held:
            return group
    if pair.born_on is None or pair.born_on > years_before(day, ADULT):
        return pair.group
    return "elderly" if pair.born_on <= years_before(day, ELDERLY) else "adults"


def _memberships(ward: Ward) -> dict[Any, list[Belonged]]:
    """Where those belonged who were measured."""
    measured = Attempt.objects.filter(ward=ward, kind=TestRule.Kind.CHANGE).annotate(whose=PERSON).values("whose")
    rows = Membership.objects.filter(person__ward=ward, person__in=measured, kind__in=BELONGING)
    found: dict[Any, list[Belonged]] = defaultdict(list)
    for person, kind, begins, ends in rows.order_by().values_list("person", "kind", "valid_from", "valid_to"):
        found[person].append((kind, begins, ends))
    return found


def _initial(words: str) -> str:
    return words[:1].upper() + words[1:]


def band_of(pair: Pair) -> str:
    """The age band of a learner on the day of the first measure."""
    if pair.born_on is None:
        return UNKNOWN
    day = pair.before.at.date()
    return next((words for years, words in BANDS if pair.born_on <= years_before(day, years)), BANDS[-1][1])


def _disabled(ward: Ward, day: date) -> QuerySet[Circumstance, Any]:
    rows = belonging.holding(ward, Circumstance.Kind.DISABILITY, min(day, clock.today())).exclude(person=None)
    return rows.values_list("person", flat=True)


def _forms(pairs: Sequence[Pair]) -> Interval | None:
    """How far the first measures by form A lie above those by form B; None where either are a few."""
    by_form = {form: [pair.before.told for pair in pairs if pair.before.form == form] for form in ("A", "B")}
    if not all(Count(len(values)).is_safe(THRESHOLD) and values for values in by_form.values()):
        return None
    return effects.difference_of(effects.fitted(by_form["A"]).values, effects.fitted(by_form["B"]).values)


# ---- A learner's own


@dataclass(frozen=True, slots=True)
class Own:
    """A learner's two measures of a course, in words."""

    title: str
    before: str
    after: str
    change: str


def of_learner(account: Account) -> list[Own]:
    """What a learner's own measures say: before, and after where there is one; the newest first."""
    rows = Attempt.objects.filter(account=account)
    pairs = sorted(measured(rows), key=lambda pair: pair.before.at, reverse=True)
    return [
        Own(
            pair.course or pair.test,
            _right_words(pair.before),
            _right_words(pair.after) if pair.after else "",
            change_words(pair.before, pair.after) if pair.after else "",
        )
        for pair in pairs
    ]


def _right_words(measure: Measure) -> str:
    return f"đúng {measure.right} trong {measure.asked} câu"


def change_words(before: Measure, after: Measure) -> str:
    """Whether somebody knows more now; a difference within what chance alone makes is said to be one."""
    change = after.ability - before.ability
    likely = 1.96 * (before.error**2 + after.error**2) ** 0.5
    if abs(change) <= likely:
        return "Hai lần gần như nhau: chênh lệch này có thể chỉ do may rủi."
    if change > 0:
        return "Lần sau hơn rõ so với lần trước."
    return "Lần sau kém hơn lần trước. Có thể học lại những bài còn khó."


def signed(value: float) -> str:
    """A change with its sign.

    >>> signed(0.416), signed(-0.2), signed(0.001)
    ('+0,42', '-0,2', '0')
    """
    rounded = round(value, 2)
    return f"+{number_words(rounded, 2)}" if rounded > 0 else number_words(rounded, 2) if rounded else "0"
