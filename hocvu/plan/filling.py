"""Which certificate or milestone fills which measure: dated rows with their source, added and ended, never edited."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from hocvu.lib.refusals import Refusal
from hocvu.plan import measures
from hocvu.plan.models import FillRule
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward


def rules_on(ward: Ward, measure: str, day: date) -> QuerySet[FillRule]:
    """The rules of a measure that hold on a day; the rooms of certificates and milestones count by them."""
    rows = FillRule.objects.filter(ward=ward, measure=measure, valid_from__lte=day)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=day))


@transaction.atomic
def add(
    ward: Ward,
    *,
    measure: str,
    group: str,
    level: str,
    framework: str,
    milestone: str,
    source: str,
    valid_from: date,
    by: Account | None,
) -> FillRule:
    """What counts from a day on."""
    if measures.find(measure) is None:
        raise Refusal("Cách đếm này không có. Hãy chọn lại.", "measure")
    if not (level or milestone):
        raise Refusal("Hãy ghi mức của giấy xác nhận, hoặc một mốc.", "level")
    if level and not framework:
        raise Refusal("Mức nằm trong khung nào, phiên bản nào? Hãy ghi khung.", "framework")
    row = FillRule.objects.create(
        ward=ward, measure=measure, group=group, level=level, framework=framework, milestone=milestone, source=source,
        valid_from=valid_from, decided_by=by,
    )  # fmt: skip
    audit.record(by, "decided what fills a target", row, ward=ward)
    return row


@transaction.atomic
def end(row: FillRule, *, day: date, by: Account | None) -> None:
    """It holds up to the day before this one."""
    if row.valid_to is not None:
        raise Refusal(f"Quy định này đã thôi từ sau ngày {row.valid_to:%d/%m/%Y}.", "day")
    if day <= row.valid_from:
        raise Refusal(f"Hãy ghi một ngày sau {row.valid_from:%d/%m/%Y}.", "day")
    row.valid_to = day - timedelta(days=1)
    row.save(update_fields=("valid_to",))
    audit.record(by, "ended what fills a target", row, ward=row.ward)
