"""The board of tasks."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min, Q
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.pager import paginate
from hocvu.lib.tables import Column, export, wants_xlsx
from hocvu.lib.web import render
from hocvu.plan import board
from hocvu.plan.board import LOOKS, Line, Wish
from hocvu.plan.models import Evidence, Section, SelfState, Task, VerifiedState
from hocvu.plan.models.task import TaskQuerySet
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Unit

COLUMNS = (
    Column[Line]("Số", lambda line: line.task.number, 8),
    Column[Line]("Mục", lambda line: str(line.task.section or ""), 30),
    Column[Line]("Nội dung", lambda line: line.task.content, 70),
    Column[Line]("Kết quả phải có", lambda line: line.task.result, 40),
    Column[Line]("Chủ trì", lambda line: line.leads, 36),
    Column[Line]("Phối hợp", lambda line: line.coordinators, 36),
    Column[Line]("Thời gian", lambda line: line.task.period_text, 20),
    Column[Line]("Đơn vị báo", lambda line: line.task.get_self_state_display(), 16),
    Column[Line]("Đã kiểm", lambda line: line.task.get_verified_state_display(), 22),
    Column[Line]("Đơn vị xong", lambda line: line.fan_out, 18),
    Column[Line]("Hạn kế tiếp", lambda line: line.task.next_due, 14),
    Column[Line]("Tình trạng hạn", lambda line: line.due_mark.words if line.due_mark else "", 16),
    Column[Line]("Lời báo gần nhất", lambda line: line.why, 50),
    Column[Line]("Kế hoạch", lambda line: line.task.plan.number or line.task.plan.title, 24),
)


@needs("tasks.read")
@require_safe
def tasks(request: SignedInRequest) -> HttpResponseBase:
    """The tasks one may see, by unit, section, state, period, words; trouble first unless asked otherwise."""
    today = clock.today()
    wish = Wish.of(request.GET)
    mine = scoped(Task.objects.living(), request.user, "tasks.read", request.ward)
    passed = board.chosen(mine, wish, today)
    rows = board.ordered(board.look_at(passed, wish.look, today), wish, today)
    if wants_xlsx(request):
        return export("Nhiệm vụ", COLUMNS, (Line(task, today) for task in board.with_lines(rows, today)))
    page = paginate(request, board.with_lines(rows, today))
    context = {
        "page": page,
        "lines": [Line(task, today) for task in page],
        "wish": wish,
        "looks": _looks(passed, today),
        "today": today,
        **_choices(mine),
    }
    return render(request, "plan/tasks.html", context)


def _looks(rows: TaskQuerySet, day: Any) -> list[tuple[str, str, int]]:
    """The links above the list, each with how many tasks it leads to; one query for all."""
    not_done = ~Q(self_state=SelfState.DONE)
    found = rows.order_by().aggregate(
        all=Count("pk"),
        late=Count("pk", filter=not_done & Q(next_due__lt=day)),
        soon=Count("pk", filter=not_done & Q(next_due__gte=day, next_due__lte=day + board.SOON)),
        bare=Count("pk", filter=Q(verified_state=VerifiedState.NO_EVIDENCE)),
        waiting=Count(
            "pk", filter=Q(pk__in=Evidence.objects.filter(check_state=Evidence.Check.WAITING).values("task"))
        ),
    )
    numbers = (found["late"], found["soon"], found["bare"], found["waiting"])
    pairs = zip(LOOKS.items(), numbers, strict=True)
    return [("", "Tất cả", found["all"]), *((code, words, number) for (code, words), number in pairs)]


def _choices(rows: TaskQuerySet) -> dict[str, Any]:
    """What the form offers: only what occurs among the tasks one may see."""
    years = rows.order_by().aggregate(first=Min("starts_on"), last=Max("ends_on"))
    kinds = set(rows.order_by().values_list("period_kind", flat=True).distinct())
    recurring = (Task.PeriodKind.WEEKLY, Task.PeriodKind.YEARLY)
    periods = [(kind.value, str(kind.label)) for kind in recurring if kind in kinds]
    if years["first"] and years["last"]:
        span = range(years["first"].year, min(years["last"].year, years["first"].year + 15) + 1)
        periods = [(str(year), f"năm {year}") for year in span] + periods
    plans = sorted(set(rows.order_by().values_list("plan_id", "plan__number", "plan__title")))
    units = Unit.objects.filter(carried__task__in=rows.order_by()).distinct()
    return {
        "units": [(str(pk), name) for pk, name in units.values_list("pk", "name")],
        "sections": Section.objects.filter(tasks__in=rows.order_by()).distinct(),
        "plans": [(pk, number or title) for pk, number, title in plans],
        "periods": periods,
        "self_states": SelfState.choices,
        "verified_states": VerifiedState.choices,
    }
