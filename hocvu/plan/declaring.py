"""A unit declares a figure for a target: how many, of how many, as of which day, from which source.

A declared figure is never edited: a better one follows it, or it is withdrawn with a reason; the newest that
stands counts. Only bodies whose work spans the whole ward declare for it.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan.models import DeclaredFigure, Plan, Target, TaskMeasure
from hocvu.ward import audit
from hocvu.ward.models import Account, Unit

# The figures of a year are gathered in the first weeks of the next one; after this day they are frozen.
LAST_DAY_TO_DECLARE = (1, 31)


def closes_on(target: Target | TaskMeasure) -> date | None:
    """The last day on which the target of a year may be declared; None where it has no year."""
    return date(target.year + 1, *LAST_DAY_TO_DECLARE) if target.year else None


def is_closed(target: Target | TaskMeasure, day: date) -> bool:
    """True once the year of a target is closed and its figure frozen."""
    closes = closes_on(target)
    return closes is not None and day > closes


@transaction.atomic
def declare(
    target: Target,
    *,
    unit: Unit,
    as_of: date,
    numerator: int,
    denominator: int | None,
    source: str,
    by: Account,
) -> DeclaredFigure:
    """Keep what a unit declares for a target."""
    _refuse_closed(target)
    if unit.kind not in Unit.WARD_WIDE_KINDS:
        raise Refusal(f"{unit.name} chỉ biết số của mình, không khai thay cho toàn địa bàn được.", "unit")
    _refuse_day(target, as_of)
    if denominator is not None and numerator > denominator:
        raise Refusal("Số đạt lớn hơn tổng số. Hãy xem lại hai số.", "numerator")
    if denominator == 0:
        raise Refusal("Tổng số bằng 0. Hãy ghi tổng số thật, hoặc để trống nếu chưa có.", "denominator")
    figure = DeclaredFigure.objects.create(
        target=target,
        unit=unit,
        as_of=as_of,
        numerator=numerator,
        denominator=denominator,
        source=source,
        declared_by=by,
    )
    audit.record(
        by,
        "declared a figure",
        target,
        ward=target.plan.ward,
        figure=figure.pk,
        unit=unit.name,
        as_of=as_of.isoformat(),
        numerator=numerator,
        denominator=denominator,
    )
    return figure


@transaction.atomic
def withdraw(figure: DeclaredFigure, *, reason: str, by: Account) -> None:
    """Take a wrong figure out of the count; it stays in the history with the reason."""
    figure = (
        DeclaredFigure.objects.select_for_update(no_key=True)
        .select_related("target__plan__ward", "unit")
        .get(pk=figure.pk)
    )
    if figure.withdrawn_at is not None:
        raise Refusal("Số liệu này đã được rút.")
    if is_closed(figure.target, clock.today()):
        raise Refusal(f"Số liệu năm {figure.target.year} đã chốt nên không rút được.")
    if not reason.strip():
        raise Refusal("Hãy ghi lý do rút để người xem hiểu vì sao số thay đổi.", "reason")
    figure.withdrawn_at, figure.withdrawn_by, figure.withdrawn_why = clock.now(), by, reason.strip()
    figure.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
    audit.record(
        by,
        "withdrew a figure",
        figure.target,
        ward=figure.target.plan.ward,
        figure=figure.pk,
        unit=figure.unit.name,
        reason=figure.withdrawn_why,
    )


def _refuse_closed(target: Target) -> None:
    if target.withdrawn_at is not None or target.plan.state != Plan.State.RUNNING:
        raise Refusal("Chỉ tiêu này không còn trong kế hoạch đang thực hiện nên không khai thêm được.")
    if is_closed(target, clock.today()):
        raise Refusal(f"Số liệu năm {target.year} đã chốt nên không khai thêm được.")


def _refuse_day(target: Target, as_of: date) -> None:
    if as_of > clock.today():
        raise Refusal("Ngày tính số liệu chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "as_of")
    if target.year and as_of.year > target.year:
        raise Refusal(
            f"Chỉ tiêu năm {target.year} tính đến hết ngày 31/12/{target.year}. Hãy ghi ngày không sau ngày đó.",
            "as_of",
        )
