"""How the targets stand: the figure of each, met or not, what is missing, and one sentence for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Literal, cast

from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.marks import Mark
from hocvu.plan import declaring, measures
from hocvu.plan.measures import Figure
from hocvu.plan.models import Target, TaskMeasure

Verdict = Literal["met", "unmet", "unknown"]

KINDS = {
    "counted": Mark("Đếm từ hồ sơ", "good"),
    "declared": Mark("Tự khai", "self"),
    "external": Mark("Bên ngoài xác nhận", "slow"),
}
# What is counted, one by one, in each audience.
ONE_OF = {
    Target.Audience.STUDENTS: "em",
    Target.Audience.SCHOOLS: "cơ sở",
    Target.Audience.HOUSEHOLDS: "hộ",
    Target.Audience.OTHER: "",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One target on a day, with its figure where there is one."""

    target: Target
    figure: Figure | None
    day: date

    @property
    def value(self) -> Decimal | None:
        """What is compared with the goal: the share of a percentage, else the number itself."""
        if self.figure is None:
            return None
        return self.figure.share if self.target.is_share else Decimal(self.figure.numerator)

    @property
    def verdict(self) -> Verdict:
        if self.value is None or not _names_level(self.target):
            return "unknown"
        return "met" if self.target.is_met_by(self.value) else "unmet"

    @property
    def is_closed(self) -> bool:
        return declaring.is_closed(self.target, self.day)

    @property
    def mark(self) -> Mark:
        """Met or not, in words."""
        if self.verdict == "met":
            return Mark("Đã đạt", "good")
        if self.verdict == "unmet":
            return Mark("Không đạt", "bad") if self.is_closed else Mark("Chưa đạt", "slow")
        return Mark("Không tính được" if _names_level(self.target) else "Chỉ theo dõi", "none")

    @property
    def kind_mark(self) -> Mark | None:
        return KINDS[self.figure.kind] if self.figure else None

    @property
    def goal(self) -> str:
        return goal_words(self.target)

    @property
    def one(self) -> str:
        """The word for one of those counted: người, hộ, em."""
        if not self.target.is_share:
            return self.target.unit
        if measure := measures.find(self.target.measure):
            return measure.unit
        return ONE_OF.get(Target.Audience(self.target.audience), "người")

    @property
    def lacking(self) -> int:
        """How many are still missing to reach the goal; 0 where it is met or cannot be told."""
        if self.figure is None or self.verdict != "unmet":
            return 0
        whole = Decimal(self.figure.denominator or 0) / 100 if self.target.is_share else Decimal(1)
        goal = self.target.value * whole
        needed = int(goal.to_integral_value(ROUND_CEILING))
        if self.target.comparator == Target.Comparator.MORE and needed == goal:
            needed += 1
        return max(0, needed - self.figure.numerator)


def goal_words(target: Target | TaskMeasure) -> str:
    """The goal as the plan says it: "trên 80%", "từ 80% trở lên", "100%", "trên 500 hộ"."""
    if not _names_level(target):
        return "kế hoạch không ghi mức"
    level = percent_words(target.value) if target.is_share else f"{number_words(target.value)} {target.unit}"
    if target.comparator == Target.Comparator.MORE:
        return f"trên {level}"
    return f"từ {level} trở lên" if target.comparator == Target.Comparator.AT_LEAST else level


def _names_level(target: Target | TaskMeasure) -> bool:
    """False for a result of which the plan does not say how much is wanted."""
    return not isinstance(target, TaskMeasure) or target.names_level


def of_result(row: TaskMeasure, day: date) -> Standing:
    """How a task's result stands, by the measure that counts it."""
    figure = measures.count(row.measure, row.plan.ward, row.counted_on(day))
    return Standing(cast(Target, row), figure, day)  # a result answers all that a standing asks of a target


def standings(targets: Iterable[Target], day: date) -> list[Standing]:
    """How each target stands on a day; one query for all figures."""
    targets = list(targets)
    figures = measures.figures_of_targets(targets, day)
    return [Standing(target, figures.get(target.pk), day) for target in targets]


def definition(target: Target) -> list[str]:
    """How a target is counted, in sentences made of the plan's own words."""
    counted = Standing(target, None, date.min).one
    if target.is_share:
        whole = f"Lấy số {counted} đạt chia cho tổng số".replace("  ", " ")
        sentences = [f"{whole}: {target.audience_text}. Tổng số phải có nguồn; chưa có thì không tính tỷ lệ."]
    else:
        sentences = [f"Đếm số {target.unit}: {target.audience_text}."]
    sentences.append(f"Tính là đạt khi kết quả là {goal_words(target)}{_at_or_above(target)}.")
    if target.year:
        sentences.append(f"Lấy số mới nhất, không muộn hơn ngày 31/12/{target.year}.")
    return sentences


def _at_or_above(target: Target) -> str:
    return " hoặc hơn" if target.comparator == Target.Comparator.EQUAL and target.value < 100 else ""


def count(shown: Sequence[Standing]) -> dict[Verdict, int]:
    """How many are met, unmet, unknown."""
    return {verdict: sum(s.verdict == verdict for s in shown) for verdict in ("met", "unmet", "unknown")}


def summary(shown: Sequence[Standing], year: int | None, day: date) -> str:
    """One sentence on the targets of a year in plain words."""
    found = count(shown)
    parts = [
        f"{number} {words}"
        for number, words in (
            (found["met"], "đã đạt"),
            (found["unmet"], "chưa đạt"),
            (found["unknown"], "chưa tính được vì thiếu số liệu hoặc tổng số"),
        )
        if number
    ]
    when = f"Năm {year}" if year else "Kế hoạch"
    sentence = f"{when} có {len(shown)} chỉ tiêu: {', '.join(parts)}."
    if year == day.year:
        sentence += f" Còn {(date(year, 12, 31) - day).days} ngày đến hết năm."
    return sentence
