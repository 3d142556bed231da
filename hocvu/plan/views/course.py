"""The leader's board: are we on course, and how do you know?"""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render
from hocvu.outreach import teams
from hocvu.plan import course as finding
from hocvu.plan import populations
from hocvu.plan.course import Course
from hocvu.plan.reporting import summing
from hocvu.ward.access import SignedInRequest, may, needs

COLUMNS = (
    Column[Course]("Năm", lambda c: c.standing.target.year, 8),
    Column[Course]("Số", lambda c: c.standing.target.position, 6),
    Column[Course]("Chỉ tiêu", lambda c: c.standing.target.text, 60),
    Column[Course]("Mức cần đạt", lambda c: c.standing.goal, 16),
    Column[Course]("Hiện nay", lambda c: summing.target_words(summing.target_data(c.standing)), 24),
    Column[Course]("Hướng", lambda c: c.mark.words, 18),
    Column[Course]("Vì sao", lambda c: c.why, 60),
)


@needs("course.read")
@require_safe
@populations.decided_once
def course(request: SignedInRequest) -> HttpResponseBase:
    """Every target on or off course, late tasks and why, who has not reported, what changed since the last report."""
    today = clock.today()
    found = finding.courses(request.ward, today)
    if wants_xlsx(request):
        return export("Điều hành", COLUMNS, found)
    counts = finding.count(found)
    reporting = finding.reporting_of(request.ward)
    before, changes = finding.changes(request.ward, found)
    late = finding.late_tasks(request.ward, today)
    context = {
        "today": today,
        "courses": [(one, summing.target_words(summing.target_data(one.standing))) for one in found],
        "counts": [(finding.MARKS[verdict], counts[verdict]) for verdict in finding.MARKS],
        "answer": _answer(counts, len(found)),
        "late": late,
        "reporting": reporting,
        "missing_href": f"{reverse('plan:report_period', args=(reporting.period.pk,))}?tinh-trang=chua-gui"
        if reporting
        else "",
        "field": finding.field_of(request.ward, today),
        "idle_teams": teams.idle(request.ward, today).count() if may(request.user, "teams.read", request.ward) else 0,
        "idle_href": f"{reverse('outreach:teams')}?tt=chua",
        "coverage_href": reverse("outreach:coverage") if may(request.user, "coverage.read", request.ward) else "",
        "needs_href": reverse("outreach:needs") if may(request.user, "needs.read", request.ward) else "",
        "before": before,
        "changes": changes,
    }
    return render(request, "plan/course.html", context)


def _answer(counts: dict[finding.Verdict, int], whole: int) -> str:
    """The chairman's question in one sentence."""
    if not whole:
        return "Chưa có chỉ tiêu nào cho năm nay."
    good = counts["met"] + counts["on"]
    said = f"{good} trên {whole} chỉ tiêu đã đạt hoặc đúng hướng"
    if counts["off"]:
        said += f", {counts['off']} lệch hướng"
    if counts["unknown"]:
        said += f", {counts['unknown']} chưa dự báo được vì thiếu số liệu"
    return f"{said}."
