"""One period with everybody who reports; taking in the teams; a text for the group; who kept the day, month by month."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import percent_words
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.plan.forms_report import NothingForm
from hocvu.plan.models import ReportPeriod, UnitReport
from hocvu.plan.reporting import deciding, printing, reminding, scoring
from hocvu.plan.views.reports import HOME, address, document_answer, state_mark
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Unit


def period_of(request: SignedInRequest, pk: int, capability: str = "reports.read") -> ReportPeriod:
    """A period of the ward, for those who see all of it."""
    rows = ReportPeriod.objects.select_related("ward", "receiver")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=pk)


def crumb(period: ReportPeriod) -> tuple[str, str]:
    return reverse("plan:report_period", args=(period.pk,)), period.words[:1].upper() + period.words[1:]


COLUMNS = (
    Head[UnitReport]("Đơn vị", lambda r: r.unit.name, 44, href=address),
    Head[UnitReport]("Tình trạng", lambda r: str(r.get_state_display()), 18, mark=state_mark),
    Head[UnitReport]("Đúng hạn", lambda r: scoring.timeliness_mark(r, clock.now()).words, 16),
    Head[UnitReport]("Gửi lúc", lambda r: r.first_submitted_at, 18),
    Head[UnitReport]("Cần xem", lambda r: "; ".join(r.flags), 50),
    Head[UnitReport](
        "Việc đã làm", lambda r: "Không phát sinh" if r.nothing_arose else r.work_done, 60, only_in_file=True
    ),
    Head[UnitReport]("Khó khăn", lambda r: r.difficulties, 50, only_in_file=True),
    Head[UnitReport]("Kiến nghị", lambda r: r.proposals, 50, only_in_file=True),
    Head[UnitReport]("Lý do", lambda r: r.reason, 40, only_in_file=True),
)
STATES = (
    ("chua-gui", "Chưa gửi"),
    ("cho-nhan", "Chờ nhận"),
    ("can-xem", "Chờ nhận, cần xem kỹ"),
    ("tra-lai", "Bị trả lại"),
    ("da-nhan", "Đã nhận"),
    ("khong-phai", "Không phải báo cáo"),
)
KINDS = (("don-vi", "Đơn vị"), ("to", "Tổ công nghệ số"), ("de-nghi", "Cơ quan được đề nghị"))
KEPT = (("dung-han", "Đúng hạn"), ("tre", "Gửi trễ"))


def _in_state(rows: Any, state: str) -> Any:
    of = UnitReport.State
    match state:
        case "chua-gui":
            return rows.filter(state__in=UnitReport.OPEN)
        case "cho-nhan":
            return rows.filter(state=of.SUBMITTED)
        case "can-xem":
            return rows.filter(state=of.SUBMITTED).exclude(flags=[])
        case "tra-lai":
            return rows.filter(state=of.RETURNED)
        case "da-nhan":
            return rows.filter(state=of.ACCEPTED)
    return rows.filter(state=of.EXCUSED)


def _of_kind(rows: Any, kind: str) -> Any:
    if kind == "de-nghi":
        return rows.filter(is_asked=True)
    return rows.filter(is_team=kind == "to", is_asked=False)


@needs("reports.read")
@require_safe
def report_period(request: SignedInRequest, reportperiod_id: int) -> HttpResponseBase:
    """Everybody who reports of a period, and how far each is."""
    period = period_of(request, reportperiod_id)
    every = list(UnitReport.objects.of(period).select_related("unit", "period"))
    kept = scoring.punctuality(every)
    waiting_teams = sum(r.is_team and r.state == UnitReport.State.SUBMITTED and not r.flags for r in every)
    acts, links = [], [(reverse("plan:ward_summary", args=(period.pk,)), "Báo cáo tổng hợp")]
    if may(request.user, "reports.accept", request.ward):
        links.append((reverse("plan:report_reminder", args=(period.pk,)), "Chữ để nhắc trong nhóm"))
        if waiting_teams:
            acts.append((reverse("plan:accept_teams", args=(period.pk,)), f"Nhận {waiting_teams} báo cáo của tổ"))
    filters = (
        Choice("tinh-trang", "Tình trạng", STATES, _in_state),
        Choice("loai", "Loại", KINDS, _of_kind),
        Choice("han", "Hạn", KEPT, lambda q, v: q.filter(first_submitted_at__lt=period.due_at) if v == "dung-han"
               else q.filter(first_submitted_at__gte=period.due_at)),
        Search("tim", "Tên đơn vị", lambda q, v: q.filter(pk__in=[r.pk for r in every if fold(v) in fold(r.unit.name)])),
    )  # fmt: skip
    due = timezone.localtime(period.due_at)
    page = Page(
        f"Báo cáo {period.words}",
        lead=f"Số liệu từ {period.window_from:%d/%m/%Y} đến {period.window_to:%d/%m/%Y}. Hạn hết ngày {period.last_day}, "
        f"khóa lúc {timezone.localtime(period.locks_at):%d/%m/%Y %H:%M}. {kept.words}",
        crumbs=(HOME,),
        acts=acts,
        links=links,
        empty="Không có đơn vị nào",
        counted="báo cáo",
        template="plan/report_period.html",
        more={"kept": kept, "due": due, "rule": period.rule},
    )
    rows = UnitReport.objects.of(period).select_related("unit", "period").order_by("is_team", "unit__sort_name", "pk")
    return show(request, page, rows=rows, columns=COLUMNS, filters=filters)


@needs("reports.accept")
def accept_teams(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """Take in every team's report that nothing is flagged in."""
    period = period_of(request, reportperiod_id, "reports.accept")
    waiting = UnitReport.objects.of(period).waiting().filter(is_team=True)
    plain = [row for row in waiting.select_related("unit") if not row.flags]

    def do(data: dict[str, Any]) -> str:
        done = deciding.accept_teams(period, by=request.user)
        left = f" Còn {done.flagged} báo cáo cần xem từng cái." if done.flagged else ""
        messages.success(request, f"Đã nhận {done.accepted} báo cáo của tổ.{left}")
        look = "?tinh-trang=can-xem" if done.flagged else ""
        return crumb(period)[0] + look

    act = Act(
        f"Nhận {len(plain)} báo cáo của tổ",
        "Nhận tất cả",
        lead="Chỉ nhận các báo cáo không có dấu cần xem. Báo cáo có dấu phải mở từng cái.",
        facts=(("Cần xem từng cái", str(len(waiting) - len(plain))),),
        crumbs=(HOME, crumb(period)),
        back=crumb(period)[0],
    )
    return act_page(request, NothingForm(sent(request)), act, do=do)


@needs("reports.accept")
@require_safe
def report_reminder(request: SignedInRequest, reportperiod_id: int) -> HttpResponse:
    """The text to paste into the group of those who have not reported."""
    period = period_of(request, reportperiod_id, "reports.accept")
    context = {"period": period, "text": reminding.text_to_copy(period, clock.now()), "crumb": crumb(period)}
    return render(request, "plan/report_reminder.html", context)


MONTHS_SHOWN = 12


@needs("reports.read")
@require_safe
def punctuality(request: SignedInRequest) -> HttpResponseBase:
    """Who kept the day: a row for a unit, a column for a month; for a unit's own people their units only."""
    ward = request.ward
    asked = request.GET.get("nam", "")
    every = list(ReportPeriod.objects.of(ward).monthly().filter(opened_at__lte=clock.now()))
    years = sorted({period.starts_on.year for period in every}, reverse=True)
    chosen = int(asked) if asked.isdecimal() and int(asked[:4]) in years else 0
    periods = [period for period in every if not chosen or period.starts_on.year == chosen][:MONTHS_SHOWN][::-1]
    rows = scoring.table(ward, periods)
    mine = set(scoped(Unit.objects.all(), request.user, "reports.read", ward).values_list("pk", flat=True))
    rows = [row for row in rows if row.unit.pk in mine]
    now = clock.now()

    def cell(index: int) -> Any:
        return lambda row: "" if row.reports[index] is None else scoring.timeliness_mark(row.reports[index], now).words

    columns = (
        Head[scoring.Row](
            "Đơn vị", lambda r: r.unit.name, 44, href=lambda r: reverse("plan:scorecard", args=(r.unit.pk,))
        ),
        *(Head[scoring.Row](f"{p.month.month}/{p.month.year}", cell(i), 14) for i, p in enumerate(periods)),
        Head[scoring.Row]("Đúng hạn", lambda r: f"{r.total.in_time}/{r.total.expected}", 10),
    )
    filters = (
        Choice("nam", "Năm", [(str(y), str(y)) for y in years], lambda found, v: found),
        Choice("loai", "Loại", KINDS, lambda found, v: [r for r in found if _is_kind(r.unit, v)]),
        Choice("ket-qua", "Kết quả", (("tung-tre", "Có kỳ trễ hoặc chưa gửi"),),
               lambda found, v: [r for r in found if r.total.in_time < r.total.expected]),
        Search("tim", "Tên đơn vị", lambda found, v: [r for r in found if fold(v) in fold(r.unit.name)]),
    )  # fmt: skip
    shares = [
        (f"{period.month.month}/{period.month.year}", share)
        for i, period in enumerate(periods)
        if (share := scoring.punctuality([r for row in rows if (r := row.reports[i])]).share) is not None
        and period.is_over(now)
    ]
    total = scoring.punctuality(r for row in rows for r in row.reports if r and r.period.is_over(now))
    page = Page(
        "Đúng hạn từng đơn vị",
        lead=f"{total.words} Tính các kỳ đã hết hạn; danh sách phải báo cáo chốt khi mở kỳ.",
        crumbs=(HOME,),
        empty="Chưa có kỳ báo cáo nào",
        counted="đơn vị",
        template="plan/punctuality.html",
        more={"shares": shares},
    )
    return show(request, page, rows=rows, columns=columns, filters=filters)


def _is_kind(unit: Unit, kind: str) -> bool:
    if kind == "de-nghi":
        return unit.is_asked
    return not unit.is_asked and (unit.kind == Unit.Kind.TEAM) == (kind == "to")


@needs("reports.read")
@require_safe
def scorecard(request: SignedInRequest, unit_id: int) -> HttpResponseBase:
    """A unit's scorecard of a year, as a page or as an official document."""
    unit = get_object_or_404(
        scoped(Unit.objects.select_related("parent"), request.user, "reports.read", request.ward), pk=unit_id
    )
    asked = request.GET.get("nam", "")
    today = clock.today()
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and 2000 <= int(asked) <= today.year else today.year
    card = scoring.scorecard(unit, year, today)
    if request.GET.get("dinh-dang") in ("docx", "pdf"):
        return document_answer(
            request, printing.scorecard_document(card, request.ward), f"phieu-ket-qua-{unit.pk}-{year}"
        )
    reports = [(one, scoring.timeliness_mark(one, clock.now())) for one in card.reports]
    first = ReportPeriod.objects.of(request.ward).order_by("starts_on").values_list("starts_on", flat=True).first()
    years = list(range(today.year, (first or today).year - 1, -1))
    share = percent_words(card.total.share) if card.total.share is not None else ""
    context = {"card": card, "unit": unit, "reports": reports, "years": years, "share": share}
    return render(request, "plan/scorecard.html", context)
