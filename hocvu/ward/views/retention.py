"""How long things are kept, the record of processing, who was erased, the working calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.web import sent
from hocvu.ward import keeping, processing, retention, workdays
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import (
    CalendarDay,
    ErasedPerson,
    RetentionRun,
)
from hocvu.ward.views.privacy import crumbs_home

RULES = (
    Head[dict[str, Any]](
        "Dữ liệu", lambda r: r["title"], 44, href=lambda r: reverse("ward:keep_for", args=(r["code"],))
    ),
    Head[dict[str, Any]]("Vì sao", lambda r: r["why"], 50),
    Head[dict[str, Any]]("Số ngày giữ", lambda r: r["days"] or "đến khi quyết định", 18),
    Head[dict[str, Any]]("Lần chạy gần nhất", lambda r: r["at"], 18),
    Head[dict[str, Any]]("Đã xóa lần đó", lambda r: r["gone"], 12),
)


@needs("privacy.read")
@require_safe
def retention_rules(request: SignedInRequest) -> HttpResponseBase:
    """How long things are kept, and when the rules were last applied."""
    runs: dict[str, RetentionRun] = {}
    for run in RetentionRun.objects.order_by("-at", "-pk")[:200]:
        runs.setdefault(run.rule, run)
    days = retention.days_of_all()
    rows = [
        {
            "code": rule.code,
            "title": rule.title,
            "why": rule.why,
            "days": days[rule.code],
            "at": runs[rule.code].at if rule.code in runs else None,
            "gone": runs[rule.code].gone if rule.code in runs else None,
        }
        for rule in keeping.rules()
    ]
    page = Page(
        "Thời hạn lưu giữ", lead="Hệ thống tự áp dụng mỗi đêm và ghi lại đã xóa bao nhiêu.", crumbs=crumbs_home()
    )
    return show(request, page, rows=rows, columns=RULES)


class KeepForm(Form):
    """How many days, and why."""

    days = IntegerField(label="Số ngày giữ", min_value=0, max_value=36_500, help_text="0 là giữ đến khi có quyết định")
    reason = forms.CharField(label="Lý do, theo văn bản nào", max_length=300)


@needs("privacy.manage")
def keep_for(request: SignedInRequest, rule: str) -> HttpResponse:
    """Decide how long something is kept."""
    found = next((one for one in keeping.rules() if one.code == rule), None)
    if found is None:
        raise Http404
    form = KeepForm(sent(request), initial={"days": retention.days_of(found)})

    def decide(data: dict[str, Any]) -> str:
        retention.decide(found.code, **data, by=request.user)
        messages.success(request, "Đã ghi. Áp dụng từ đêm nay.")
        return reverse("ward:retention")

    crumbs = (*crumbs_home(), (reverse("ward:retention"), "Thời hạn lưu giữ"))
    act = Act("Đổi thời hạn lưu giữ", "Ghi lại", facts=(("Dữ liệu", found.title), ("Vì sao", found.why)), crumbs=crumbs)
    return act_page(request, form, act, do=decide)


PROCESSINGS = (
    Head[processing.Processing]("Hoạt động", lambda p: p.title, 30),
    Head[processing.Processing]("Mục đích", lambda p: p.purpose, 36),
    Head[processing.Processing]("Căn cứ", lambda p: p.ground, 36),
    Head[processing.Processing]("Dữ liệu", lambda p: p.data, 40),
    Head[processing.Processing]("Của ai", lambda p: p.people, 26),
    Head[processing.Processing]("Ai nhận", lambda p: p.recipients, 36),
    Head[processing.Processing]("Bảo vệ", lambda p: p.protection, 50),
    Head[processing.Processing]("Giữ đến khi nào", lambda p: p.kept, 36),
    Head[processing.Processing]("Cần đồng ý", lambda p: p.needs_consent, 10),
)


@needs("privacy.read")
@require_safe
def processings(request: SignedInRequest) -> HttpResponseBase:
    """The record of processing, made of what the rooms declare."""
    filters = (
        Choice("dy", "Cần đồng ý", (("co", "Có"), ("khong", "Không")),
               lambda rows, v: [row for row in rows if row.needs_consent == (v == "co")]),
    )  # fmt: skip
    lead = "Lập từ khai báo trong chính mã của phần mềm. Căn cứ pháp lý do nơi quản lý đối chiếu và chịu trách nhiệm."
    page = Page("Hồ sơ hoạt động xử lý", lead=lead, crumbs=crumbs_home())
    return show(request, page, rows=processing.processings(), columns=PROCESSINGS, filters=filters)


ERASED = (
    Head[ErasedPerson]("Tên ngẫu nhiên", lambda e: str(e.pk)[:8], 14),
    Head[ErasedPerson]("Xóa lúc", lambda e: e.erased_at, 18),
    Head[ErasedPerson]("Nhóm tuổi", lambda e: e.age_band, 18),
    Head[ErasedPerson]("Khu dân cư", lambda e: e.neighbourhood.name if e.neighbourhood else "không ghi, nhóm nhỏ", 28),
    Head[ErasedPerson]("Lý do", lambda e: e.reason, 44),
    Head[ErasedPerson]("Người xóa", lambda e: str(e.by or "hệ thống"), 24),
)


@needs("privacy.read")
@require_safe
def erased(request: SignedInRequest) -> HttpResponseBase:
    """Who was erased, without telling who."""
    rows = ErasedPerson.objects.select_related("neighbourhood", "by")
    rows = scoped(rows, request.user, "privacy.read", request.ward)
    return show(request, Page("Người đã xóa", crumbs=crumbs_home(), empty="Chưa xóa ai"), rows=rows, columns=ERASED)


DAYS = (
    Head[CalendarDay]("Ngày", lambda d: d.day, 12),
    Head[CalendarDay]("Loại", lambda d: d.get_kind_display(), 14),
    Head[CalendarDay]("Tên", lambda d: d.name, 30),
    Head[CalendarDay]("Theo văn bản", lambda d: d.source, 40),
    Head[CalendarDay](
        "Việc", lambda d: "Bỏ dòng này", 12, href=lambda d: reverse("ward:remove_calendar_day", args=(d.pk,))
    ),
)


@needs("privacy.read")
@require_safe
def calendar_days(request: SignedInRequest) -> HttpResponseBase:
    """Holidays and days worked in exchange."""
    year = clock.today().year
    years = [(str(y), str(y)) for y in range(2025, year + 2)]
    manages = may(request.user, "privacy.manage", request.ward)
    missing = [str(y) for y in (year, year + 1) if not workdays.is_complete(y)]
    lead = "Thứ bảy, chủ nhật nghỉ; ở đây chỉ ghi ngày khác thường."
    if missing:
        lead += (
            f" Năm {', '.join(missing)} còn thiếu ngày nghỉ Tết, Giỗ Tổ và ngày hoán đổi: hãy nhập khi có thông báo."
        )
    page = Page(
        "Lịch làm việc",
        lead=lead,
        crumbs=crumbs_home(),
        acts=((reverse("ward:add_calendar_day"), "Thêm ngày"),) if manages else (),
        empty="Chưa có ngày nào",
    )
    columns = DAYS if manages else DAYS[:-1]
    filters = (Choice("nam", "Năm", years, lambda q, v: q.filter(day__year=int(v))),)
    return show(request, page, rows=CalendarDay.objects.all(), columns=columns, filters=filters)


class CalendarForm(Form):
    """One day that is not what its weekday says."""

    day = DateField(label="Ngày")
    kind = forms.ChoiceField(label="Loại", choices=CalendarDay.Kind.choices)
    name = forms.CharField(label="Tên", max_length=120)
    source = forms.CharField(label="Theo văn bản", max_length=200)


@needs("privacy.manage")
def add_calendar_day(request: SignedInRequest) -> HttpResponse:
    """A holiday, or a day worked in exchange."""

    def add(data: dict[str, Any]) -> str:
        workdays.add(**data, by=request.user)
        messages.success(request, "Đã thêm. Hạn của yêu cầu mới được tính theo lịch này.")
        return reverse("ward:calendar_days")

    act = Act("Thêm ngày", "Thêm", crumbs=(*crumbs_home(), (reverse("ward:calendar_days"), "Lịch làm việc")))
    return act_page(request, CalendarForm(sent(request)), act, do=add)


@needs("privacy.manage")
def remove_calendar_day(request: SignedInRequest, calendarday_id: int) -> HttpResponse:
    """The day is again what its weekday says."""
    row = get_object_or_404(CalendarDay, pk=calendarday_id)

    def remove(data: dict[str, Any]) -> str:
        workdays.remove(row, by=request.user)
        messages.success(request, "Đã bỏ.")
        return reverse("ward:calendar_days")

    act = Act("Bỏ ngày khỏi lịch", "Bỏ dòng này", facts=(("Ngày", str(row)),), back=reverse("ward:calendar_days"))
    return act_page(request, Form(sent(request)), act, do=remove)
