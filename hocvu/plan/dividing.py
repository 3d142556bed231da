"""What percentages are divided by: decided by year, with a source, never edited; a better decision follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.figures import number_words
from hocvu.lib.refusals import Refusal
from hocvu.plan import populations
from hocvu.plan.models import Denominator
from hocvu.plan.populations import Population, Whole
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

FAR = 0.2  # a total this far from what the register counts wants a second look


@transaction.atomic
def decide(
    ward: Ward,
    population: Population,
    *,
    year: int,
    choice: str,
    value: int | None,
    source: str,
    note: str,
    by: Account | None,
) -> Denominator:
    """The total of a year from now on."""
    if choice == Denominator.Choice.GIVEN:
        if not value:
            raise Refusal("Hãy ghi tổng số, lớn hơn 0.", "value")
        if not source.strip():
            raise Refusal("Tổng số phải có nguồn: văn bản nào, ngày nào, của ai.", "source")
    elif population.rows is None:
        raise Refusal("Hệ thống chưa có hồ sơ để tự đếm nhóm này. Hãy ghi số có nguồn.", "choice")
    row = Denominator.objects.create(
        ward=ward,
        population=population.code,
        year=year,
        choice=choice,
        value=value if choice == Denominator.Choice.GIVEN else None,
        source=source.strip(),
        note=note.strip(),
        decided_by=by,
    )
    audit.record(by, "decided a total", ward, ward=ward, state=population.title, denominator=row.value, count=year)
    return row


def doubt(ward: Ward, population: Population, value: int | None) -> str:
    """Why a total looks odd beside the register; "" where it does not."""
    if not value or population.rows is None:
        return ""
    known = population.rows(ward, clock.today()).count()
    if known and abs(value - known) > FAR * max(value, known):
        return (
            f"Danh bạ hiện đếm được {number_words(known)} {population.unit}, lệch nhiều so với {number_words(value)}. "
            "Nếu số đúng, hãy gửi lại lần nữa."
        )
    return ""


@dataclass(frozen=True, slots=True)
class Line:
    """A population with its total in force, what the register counts today, and who decided."""

    population: Population
    total: Whole
    counted: int | None
    decided: Denominator | None

    @property
    def choice(self) -> str:
        if self.decided is not None:
            return str(self.decided.get_choice_display())
        return "danh sách đơn vị" if self.population.complete else "chưa chọn"


def lines(ward: Ward, day: date) -> list[Line]:
    """Every population as it stands on a day."""
    decided = list(Denominator.objects.filter(ward=ward, year__lte=day.year).select_related("decided_by"))
    decided.sort(key=lambda row: (row.year, row.decided_at, row.pk), reverse=True)
    newest: dict[str, Denominator] = {}
    for row in decided:
        newest.setdefault(row.population, row)
    found = []
    for one in populations.populations():
        counted = one.rows(ward, day).count() if one.rows else None
        row_ = newest.get(one.code)
        found.append(Line(one, populations.total_of(one, row_, counted, day), counted, row_))
    return found
