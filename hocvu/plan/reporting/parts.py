"""What oversight and money put into the ward's report, as of the last day of the period."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from hocvu.lib.months import DAY, start_of
from hocvu.plan import funding as money
from hocvu.plan import supervising
from hocvu.plan.models import Inspection, Remark, RemarkAnswer, ReportPeriod


def supervision(period: ReportPeriod) -> dict[str, Any]:
    """Remarks that were open at the end of the period's last day, what was closed within it, rounds of inspection."""
    begin, end = start_of(period.window_from), start_of(period.window_to + DAY)
    answered = set(
        RemarkAnswer.objects.filter(remark__ward=period.ward, made_at__lt=end).values_list("remark", flat=True)
    )
    made = Remark.objects.filter(ward=period.ward, made_at__lt=end)
    rows = made.filter(Q(closed_at=None) | Q(closed_at__gte=end))
    rows = rows.select_related("unit", "task", "target", "task_measure__task").order_by("made_at", "pk")
    return {
        "open": len(rows),
        "unanswered": sum(row.pk not in answered for row in rows),
        "closed_in_period": made.filter(closed_at__gte=begin, closed_at__lt=end).count(),
        "inspections": Inspection.objects.filter(
            ward=period.ward, day__gte=period.window_from, day__lte=period.window_to
        ).count(),
        "remarks": [
            {
                "about": supervising.words_of(row.subject),
                "unit": row.unit.name,
                "text": row.text,
                "answered": row.pk in answered,
            }
            for row in rows
        ],
    }


def funding(period: ReportPeriod) -> dict[str, Any]:
    """What was known of money at the end of the period's last day, in đồng; rows by task and source, and their sum."""
    table = money.table(period.ward, period.window_to)
    return {
        "rows": [
            {"task": row.task.number if row.task else "", "source": row.source_words, **_sums(row)}
            for row in table.rows
        ],
        "total": _sums(table.total),
    }


def _sums(row: money.Row) -> dict[str, int]:
    return {"planned": row.planned, "committed": row.committed, "spent": row.spent}
