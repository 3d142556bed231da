"""The ward's own report of a period, composed from records: plain data that a page shows, documents print, a leader
freezes, and the city reads. Its shape is published as `docs/schema/ward-report.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from hocvu.lib.figures import number_words, percent_words
from hocvu.plan import board, standing
from hocvu.plan.models import (
    Plan,
    ReportFigure,
    ReportLine,
    ReportPeriod,
    ReportSetting,
    SelfState,
    Target,
    Task,
    UnitReport,
    VerifiedState,
)
from hocvu.plan.reporting import opening, parts, prefilling, scoring
from hocvu.plan.standing import Standing

SCHEMA = "hocvu/ward-report/1"
Data = dict[str, Any]


def compose(period: ReportPeriod, texts: dict[str, str] | None = None) -> Data:
    """The report of a period as records say it now, as of the last day of the period; `texts` are the paragraphs that
    people wrote in the place of composed ones."""
    ward = period.ward
    reports = list(UnitReport.objects.of(period).select_related("unit", "period"))
    data: Data = {
        "schema": SCHEMA,
        "ward": {"code": ward.code, "name": ward.name, "kind": ward.kind_word, "city": ward.city},
        "period": {
            "rhythm": period.rhythm,
            "month": str(period.month),
            "from": period.window_from.isoformat(),
            "to": period.window_to.isoformat(),
            "due_at": timezone.localtime(period.due_at).isoformat(),
        },
        "plans": [
            {"number": plan.number, "title": plan.title} for plan in Plan.objects.of(ward).running().order_by("pk")
        ],
        "targets": [target_data(one) for one in _standings(period)],
        "tasks": _tasks(period),
        "punctuality": _punctuality(reports),
        "reporters": [_reporter(report) for report in _in_order(reports)],
        "numbers": _numbers(period),
        "difficulties": _difficulties(period),
        "proposals": _said(reports, "proposals"),
        "next": _next(period),
        "funding": parts.funding(period),
        "supervision": parts.supervision(period),
        "signature": _signature(opening.setting_of(ward)),
    }
    data["texts"] = {name: (texts or {}).get(name) or write(data) for name, (_, write) in SECTIONS.items()}
    return data


def _standings(period: ReportPeriod) -> list[Standing]:
    """The targets of the period's year and those without a year, as of its last day."""
    rows = Target.objects.of(period.ward).living().filter(Q(year=None) | Q(year=period.window_to.year))
    return standing.standings(rows.select_related("plan__ward").order_by("plan", "position"), period.window_to)


def target_data(one: Standing) -> Data:
    """A target with its figure, as the report keeps it."""
    figure = one.figure
    return {
        "plan": one.target.plan.number,
        "year": one.target.year,
        "position": one.target.position,
        "text": one.target.text,
        "goal": one.goal,
        "goal_value": _plain(one.target.value),
        "unit": one.target.unit,
        "one": one.one,
        "is_share": one.target.is_share,
        "measure": one.target.measure,
        "numerator": figure.numerator if figure else None,
        "denominator": figure.denominator if figure else None,
        "share": None if figure is None or figure.share is None else round(float(figure.share), 4),
        "lacking": one.lacking,
        "verdict": one.verdict,
        "kind": figure.kind if figure else None,
        "source": figure.source if figure else "",
        "as_of": figure.as_of.isoformat() if figure else None,
    }


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _tasks(period: ReportPeriod) -> list[Data]:
    """Every living task with its two states, who leads it, what was counted, and what its leads say of the month."""
    day = period.window_to
    rows = list(board.with_lines(Task.objects.of(period.ward).living(), day).order_by("plan", "position"))
    facts = prefilling.facts_of(period, rows)
    declared = _declared_results(period)
    said: dict[int, list[Data]] = {}
    lines = ReportLine.objects.filter(
        report__period=period, report__state=UnitReport.State.ACCEPTED, task__in=rows, part="lead"
    ).exclude(text="")
    for line in lines.select_related("report__unit").order_by("report__unit__sort_name"):
        said.setdefault(line.task_id, []).append({"unit": line.report.unit.name, "text": line.text, "why": line.why})
    return [
        {
            "number": task.number,
            "content": task.content,
            "section": str(task.section) if task.section else "",
            "leads": board.Line(task, day).leads,
            "state": task.self_state,
            "verified": task.verified_state,
            "due": task.next_due.isoformat() if task.next_due else None,
            "is_late": task.next_due is not None and task.next_due <= day and task.self_state != SelfState.DONE,
            "figures": [
                *({"title": f.title, "words": f.words, "source": f.source} for f in facts[task.pk]),
                *declared.get(task.pk, []),
            ],
            "said": said.get(task.pk, []),
        }
        for task in rows
    ]


def _declared_results(period: ReportPeriod) -> dict[int, list[Data]]:
    """What leading units declared in accepted reports for results that nothing counts yet, by task."""
    rows = ReportFigure.objects.filter(
        report__period=period, report__state=UnitReport.State.ACCEPTED, result__isnull=False, numerator__isnull=False
    ).select_related("result", "report__unit")
    found: dict[int, list[Data]] = {}
    for row in rows.order_by("result__position", "report__unit__sort_name"):
        assert row.result is not None, "the rows have a result"
        whole = "" if row.denominator is None else f" trên {number_words(row.denominator)}"
        one = {
            "title": row.result.called,
            "words": f"{number_words(row.numerator or 0)}{whole}",
            "source": f"Tự khai: {row.report.unit.name}, báo cáo {period.words}",
        }
        found.setdefault(row.result.task_id, []).append(one)
    return found


def _punctuality(reports: Iterable[UnitReport]) -> Data:
    kept = scoring.punctuality(reports)
    return {
        "expected": kept.expected,
        "in_time": kept.in_time,
        "late": kept.late,
        "missing": kept.missing,
        "excused": kept.excused,
        "asked": kept.asked,
        "asked_sent": kept.asked_sent,
        "share": None if kept.share is None else round(kept.share, 4),
    }


def _in_order(reports: Iterable[UnitReport]) -> list[UnitReport]:
    return sorted(reports, key=lambda report: (report.is_team, report.unit.sort_name))


def _reporter(report: UnitReport) -> Data:
    came = report.first_submitted_at
    return {
        "unit": report.unit.name,
        "kind": report.unit.kind,
        "is_team": report.is_team,
        "is_asked": report.is_asked,
        "state": report.state,
        "sent_at": timezone.localtime(came).isoformat(timespec="seconds") if came else None,
        "in_time": report.is_in_time,
        "days_late": report.days_late,
        "nothing_arose": report.nothing_arose,
    }


def _numbers(period: ReportPeriod) -> list[Data]:
    """The numbers that units declared in accepted reports, added up by question."""
    rows = ReportFigure.objects.filter(
        report__period=period, report__state=UnitReport.State.ACCEPTED, question__isnull=False, numerator__isnull=False
    )
    sums = (
        rows.order_by()
        .values("question", "question__text", "question__unit_word", "question__asked", "question__position")
        .annotate(total=Sum("numerator"), units=Count("pk"))
        .order_by("question__asked", "question__position", "question")
    )
    return [
        {
            "question": row["question__text"],
            "unit": row["question__unit_word"],
            "asked": row["question__asked"],
            "total": row["total"],
            "units": row["units"],
        }
        for row in sums
    ]


GENERAL = "Chung"


def _difficulties(period: ReportPeriod) -> list[Data]:
    """What stands in the way, by section of the plan; what was said of no task comes first."""
    accepted = UnitReport.objects.of(period).filter(state=UnitReport.State.ACCEPTED).select_related("unit")
    groups: dict[str, list[Data]] = {}
    for report in accepted.exclude(difficulties="").order_by("is_team", "unit__sort_name"):
        groups.setdefault(GENERAL, []).append({"unit": report.unit.name, "task": "", "text": report.difficulties})
    lines = (
        ReportLine.objects.filter(report__in=accepted).exclude(why="").select_related("report__unit", "task__section")
    )
    for line in lines.order_by("task__position", "report__unit__sort_name"):
        section = line.task.section.title if line.task.section else GENERAL
        one = {"unit": line.report.unit.name, "task": line.task.number, "text": line.why}
        groups.setdefault(section, []).append(one)
    return [{"group": name, "said": said} for name, said in groups.items()]


def _said(reports: Iterable[UnitReport], field: str) -> list[Data]:
    rows = [r for r in _in_order(reports) if r.state == UnitReport.State.ACCEPTED and getattr(r, field).strip()]
    return [{"unit": report.unit.name, "text": getattr(report, field)} for report in rows]


def _next(period: ReportPeriod) -> list[Data]:
    """What is to be done until the next period's last day: tasks that are due, and those that are late already."""
    until = period.month.plus(1).on(period.window_to.day)
    rows = Task.objects.of(period.ward).living().exclude(self_state=SelfState.DONE).filter(next_due__lte=until)
    found = board.with_lines(rows, period.window_to).order_by("next_due", "position")
    return [
        {
            "number": task.number,
            "content": task.content,
            "leads": board.Line(task, period.window_to).leads,
            "due": task.next_due.isoformat() if task.next_due else None,
        }
        for task in found
    ]


def _signature(setting: ReportSetting) -> Data:
    return {
        "symbol": setting.symbol,
        "authority": setting.authority,
        "deputy": setting.deputy,
        "post": setting.post,
        "signer": setting.signer,
        "recipients": list(setting.recipients),
    }


# ---- The paragraphs that are composed, and may be written anew by people


def counts_of_tasks(data: Data) -> dict[str, int]:
    """How many tasks are in each state that their units say, and how many are late or without evidence."""
    tasks = data["tasks"]
    found = {state.value: sum(task["state"] == state for task in tasks) for state in SelfState}
    found["late"] = sum(task["is_late"] for task in tasks)
    found["unproven"] = sum(task["verified"] == VerifiedState.NO_EVIDENCE for task in tasks)
    found["verified"] = sum(task["verified"] == VerifiedState.VERIFIED for task in tasks)
    return found


def _general(data: Data) -> str:
    kept, targets = data["punctuality"], data["targets"]
    met = sum(one["verdict"] == "met" for one in targets)
    period = data["period"]
    said = [
        f"Trong kỳ từ ngày {_day(period['from'])} đến ngày {_day(period['to'])}, có {kept['in_time']} trên "
        f"{kept['expected']} đơn vị báo cáo đúng hạn."
    ]
    if targets:
        said.append(f"Trong {len(targets)} chỉ tiêu, {met} chỉ tiêu đã đạt.")
    numbers = [
        f"{number_words(n['total'])} {n['unit']} ({n['question'][:1].lower()}{n['question'][1:]})"
        for n in data["numbers"]
    ]
    if numbers:
        said.append(f"Các tổ công nghệ số cộng đồng và đơn vị tự khai: {'; '.join(numbers)}.")
    return " ".join(said)


def _on_targets(data: Data) -> str:
    behind = [one for one in data["targets"] if one["verdict"] == "unmet"]
    unknown = [one for one in data["targets"] if one["verdict"] == "unknown"]
    said = [f"{len(behind)} chỉ tiêu chưa đạt, {len(unknown)} chỉ tiêu chưa tính được vì thiếu số liệu hoặc tổng số."]
    said += [
        f"Chỉ tiêu {one['position']}: còn thiếu {number_words(one['lacking'])} {one['one']}."
        for one in behind
        if one["lacking"]
    ]
    return " ".join(said)


def _on_tasks(data: Data) -> str:
    found = counts_of_tasks(data)
    return (
        f"Trong {len(data['tasks'])} nhiệm vụ: {found['done']} đã xong, {found['doing']} đang làm, {found['stuck']} đang "
        f"vướng, {found['not_started']} chưa bắt đầu theo báo cáo của đơn vị; {found['late']} trễ hạn. "
        f"{found['verified']} nhiệm vụ đã kiểm đủ bằng chứng, {found['unproven']} chưa có bằng chứng."
    )


def _on_difficulties(data: Data) -> str:
    count = sum(len(group["said"]) for group in data["difficulties"])
    return f"Các đơn vị nêu {count} khó khăn, vướng mắc." if count else "Các đơn vị không nêu khó khăn, vướng mắc."


def _on_proposals(data: Data) -> str:
    said = [f"{one['unit']}: {one['text'].strip()}" for one in data["proposals"]]
    return "\n".join(said) or "Không có kiến nghị."


def _on_next(data: Data) -> str:
    late = sum(1 for one in data["next"] if one["due"] and one["due"] <= data["period"]["to"])
    if not data["next"]:
        return "Tiếp tục thực hiện các nhiệm vụ theo Kế hoạch."
    return f"Tập trung {len(data['next'])} nhiệm vụ đến hạn trước kỳ sau, trong đó {late} nhiệm vụ đã trễ."


SECTIONS: dict[str, tuple[str, Callable[[Data], str]]] = {
    "general": ("Đánh giá chung", _general),
    "targets": ("Nhận xét về chỉ tiêu", _on_targets),
    "tasks": ("Nhận xét về nhiệm vụ", _on_tasks),
    "difficulties": ("Khó khăn, vướng mắc", _on_difficulties),
    "proposals": ("Kiến nghị", _on_proposals),
    "next": ("Nhiệm vụ trọng tâm kỳ sau", _on_next),
}


def composed_texts(data: Data) -> dict[str, str]:
    """What each paragraph would say had nobody written another."""
    return {name: write(data) for name, (_, write) in SECTIONS.items()}


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


def target_words(one: Data) -> str:
    """A target's figure as it is read: "43.801/62.400 (70,2%)"."""
    if one["numerator"] is None:
        return "chưa có số liệu"
    whole = f"/{number_words(one['denominator'])}" if one["denominator"] else ""
    share = f" ({percent_words(one['share'])})" if one["share"] is not None else ""
    return f"{number_words(one['numerator'])}{whole}{share}"
