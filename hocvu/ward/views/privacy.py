"""The rights of people over their data: requests, consent, breaches, retention, the record of processing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, IntegerField, MomentField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.tables import CONTENT_TYPE
from hocvu.lib.web import render, sent
from hocvu.ward import requests, subject_data
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import (
    Breach,
    ConsentEntry,
    SubjectRequest,
)
from hocvu.ward.views.person import crumbs as person_crumbs
from hocvu.ward.views.person import person_of


def crumbs_home() -> tuple[tuple[str, str], ...]:
    """The way back to the overview, for the pages below it."""
    return ((reverse("ward:privacy"), "Dữ liệu cá nhân"),)


@needs("privacy.read")
@require_safe
def privacy(request: SignedInRequest) -> HttpResponse:
    """All of it in one place, with the numbers that ask for something."""
    ward, today, now = request.ward, clock.today(), clock.now()
    manages = may(request.user, "privacy.manage", ward)
    late = requests.late(ward, today).count()
    open_breaches = Breach.objects.filter(ward=ward, closed_at=None)
    waits = [breach for breach in open_breaches if breach.reported_at is None]
    rows = [
        (
            "ward:subject_requests",
            "Yêu cầu về dữ liệu",
            f"{late} quá hạn" if late else "Không có yêu cầu quá hạn",
            manages,
        ),
        ("ward:consents", "Sổ đồng ý", "Ai đồng ý điều gì, lúc nào, rút lúc nào", manages),
        ("ward:consent_texts", "Văn bản đồng ý", "Lời hỏi của từng mục đích, từng bản", True),
        ("ward:breaches", "Sự cố dữ liệu", _of_breaches(waits, now), True),
        ("ward:retention", "Thời hạn lưu giữ", "Quy tắc theo mục đích, lần chạy gần nhất", True),
        ("ward:processings", "Hồ sơ hoạt động xử lý", "Lập từ khai báo của chính phần mềm", True),
        ("ward:erased", "Người đã xóa", "Không còn tên; chỉ nhóm tuổi và lý do", True),
        ("ward:calendar_days", "Lịch làm việc", "Ngày nghỉ và ngày làm bù, để tính hạn", True),
    ]
    doors = [(reverse(name), words, note) for name, words, note, is_open in rows if is_open]
    return render(request, "ward/privacy.html", {"doors": doors})


def _of_breaches(waits: list[Breach], now: datetime) -> str:
    if not waits:
        return "Không có sự cố nào chờ báo"
    late = sum(breach.is_late(now) for breach in waits)
    return f"{len(waits)} sự cố chưa báo, {late} quá 72 giờ"


# ---- Requests


def _due_mark(row: SubjectRequest) -> Mark | None:
    if not row.is_open:
        return None
    if row.is_late(clock.today()):
        return Mark(f"Quá hạn {row.next_due():%d/%m/%Y}", "bad")
    return Mark(f"Hạn {row.next_due():%d/%m/%Y}", "slow")


REQUESTS = (
    Head[SubjectRequest](
        "Yêu cầu", lambda r: r.get_kind_display(), 20, href=lambda r: reverse("ward:subject_request", args=(r.pk,))
    ),
    Head[SubjectRequest]("Của ai", lambda r: r.person.full_name if r.person else "người đã xóa", 28),
    Head[SubjectRequest]("Nhận lúc", lambda r: r.received_at, 18),
    Head[SubjectRequest]("Hạn trả lời", lambda r: r.answer_due, 12),
    Head[SubjectRequest]("Hạn thực hiện", lambda r: r.due, 12),
    Head[SubjectRequest]("Tình trạng", lambda r: r.get_state_display(), 22),
    Head[SubjectRequest]("Đồng hồ", lambda r: m.words if (m := _due_mark(r)) else "", 20, mark=_due_mark),
)


@needs("privacy.manage")
@require_safe
def subject_requests(request: SignedInRequest) -> HttpResponseBase:
    """What people asked about their data; what is late first."""
    rows = scoped(SubjectRequest.objects.select_related("person"), request.user, "privacy.manage", request.ward)
    filters = (
        Choice("loai", "Yêu cầu", SubjectRequest.Kind.choices, lambda q, v: q.filter(kind=v)),
        Choice("tt", "Tình trạng", SubjectRequest.State.choices, lambda q, v: q.filter(state=v)),
        Choice(
            "han",
            "Hạn",
            (("qua", "Quá hạn"),),
            lambda q, v: q.filter(pk__in=requests.late(request.ward, clock.today())),
        ),
    )
    page = Page(
        "Yêu cầu về dữ liệu",
        lead="Trả lời bước đầu trong 2 ngày làm việc; xem, sửa 10 ngày; rút, hạn chế, phản đối 15 ngày; xóa 20 ngày.",
        crumbs=crumbs_home(),
        empty="Chưa có yêu cầu nào",
        empty_words="Mở trang của một người trong danh bạ để ghi yêu cầu.",
    )
    return show(request, page, rows=rows, columns=REQUESTS, filters=filters)


class RequestForm(Form):
    """What somebody asks, and how one knows that it is they."""

    kind = forms.ChoiceField(label="Yêu cầu", choices=SubjectRequest.Kind.choices)
    asked_by = forms.ChoiceField(label="Ai yêu cầu", choices=ConsentEntry.Party.choices)
    identified_by = forms.CharField(
        label="Nhận biết người yêu cầu bằng", max_length=200, help_text="Ví dụ: xem thẻ căn cước"
    )
    channel = forms.CharField(label="Nhận qua", max_length=120, help_text="Ví dụ: tại bộ phận một cửa")
    text = forms.CharField(label="Nội dung", widget=forms.Textarea, required=False)
    received_at = MomentField(label="Nhận lúc")


@needs("privacy.manage")
def file_request(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody asks about their own data."""
    person = person_of(request, person_id, "privacy.manage")
    form = RequestForm(sent(request), initial={"received_at": timezone.localtime(clock.now())})

    def file(data: dict[str, Any]) -> str:
        row = requests.file(person, **data, by=request.user)
        messages.success(request, f"Đã ghi. Trả lời bước đầu trước hết ngày {row.answer_due:%d/%m/%Y}.")
        return reverse("ward:subject_request", args=(row.pk,))

    act = Act("Ghi yêu cầu về dữ liệu", "Ghi lại", facts=(("Người", person.full_name),), crumbs=person_crumbs(person))
    return act_page(request, form, act, do=file)


STEP_WORDS = {
    "received": "nhận",
    "answered": "trả lời bước đầu",
    "extended": "gia hạn",
    "refused": "từ chối",
    "taken_back": "người gửi rút lại",
    "done": "thực hiện xong",
}
DO = (
    ("tra-loi", "Đã trả lời bước đầu"),
    ("xong", "Thực hiện xong"),
    ("gia-han", "Gia hạn"),
    ("tu-choi", "Từ chối"),
    ("rut", "Người gửi rút lại"),
)


class RequestActForm(Form):
    """What is done about a request, in words that the person could read."""

    do = forms.ChoiceField(label="Việc", choices=DO, widget=forms.RadioSelect)
    days = IntegerField(label="Gia hạn thêm (ngày)", required=False, min_value=1, max_value=15)
    text = forms.CharField(label="Ghi chú, hoặc lý do", widget=forms.Textarea)


def _request(request: SignedInRequest, subjectrequest_id: UUID) -> SubjectRequest:
    rows = SubjectRequest.objects.select_related("person__ward", "ward", "recorded_by")
    return get_object_or_404(scoped(rows, request.user, "privacy.manage", request.ward), pk=subjectrequest_id)


@needs("privacy.manage")
def subject_request(request: SignedInRequest, subjectrequest_id: UUID) -> HttpResponse:
    """One request: its clocks, what was done, what may be done."""
    row = _request(request, subjectrequest_id)
    form = RequestActForm(sent(request))
    if answered := row.answered_at is not None:
        form.fields["do"].choices = [pair for pair in DO if pair[0] != "tra-loi"]  # type: ignore[attr-defined]

    def do(data: dict[str, Any]) -> str:
        text, by = data["text"], request.user
        match data["do"]:
            case "tra-loi":
                requests.answer(row, text=text, by=by)
            case "gia-han":
                requests.extend(row, days=data["days"] or 0, reason=text, by=by)
            case "tu-choi":
                requests.refuse(row, reason=text, by=by)
            case "rut":
                requests.take_back(row, text=text, by=by)
            case _:
                requests.carry_out(row, text=text, by=by)
        messages.success(request, "Đã ghi.")
        return reverse("ward:subject_request", args=(row.pk,))

    steps = [(STEP_WORDS[step.action], step) for step in row.steps.select_related("by")]
    facts = [
        ("Của ai", row.person.full_name if row.person else "người đã xóa"),
        ("Ai yêu cầu", str(row.get_asked_by_display())),
        ("Nhận biết bằng", row.identified_by),
        ("Nhận qua", row.channel),
        ("Nhận lúc", f"{timezone.localtime(row.received_at):%d/%m/%Y %H:%M}"),
        ("Hạn trả lời bước đầu", f"{row.answer_due:%d/%m/%Y}"),
        ("Hạn thực hiện", f"{row.due:%d/%m/%Y}" + (f", đã gia hạn {row.extended_by} ngày" if row.extended_by else "")),
        ("Tình trạng", str(row.get_state_display())),
    ]
    crumbs = (*crumbs_home(), (reverse("ward:subject_requests"), "Yêu cầu"))
    act = Act(f"Yêu cầu {row.get_kind_display()}", "Ghi lại", facts=facts, crumbs=crumbs)
    more = {"row": row, "steps": steps, "mark": _due_mark(row), "answered": answered}
    return act_page(request, form, act, do=do, template="ward/subject_request.html", **more)


class TakeOutForm(Form):
    """In which form, and why."""

    shape = forms.ChoiceField(label="Dạng tệp", choices=(("xlsx", "Excel (.xlsx)"), ("json", "JSON, máy đọc được")))
    reason = forms.CharField(label="Lý do", max_length=200, help_text="Ví dụ: theo yêu cầu ngày 12/11/2026")


@needs("privacy.manage")
def take_out(request: SignedInRequest, person_id: UUID) -> HttpResponseBase:
    """Everything that is held of somebody, as a file for that person; made on the spot, kept nowhere."""
    person = person_of(request, person_id, "privacy.manage")
    form = TakeOutForm(sent(request))
    if request.method == "POST" and form.is_valid():
        sections = subject_data.gather(person, reason=form.cleaned_data["reason"], by=request.user)
        shape = form.cleaned_data["shape"]
        content = subject_data.as_xlsx(sections) if shape == "xlsx" else subject_data.as_json(sections)
        answer = HttpResponse(content, content_type=CONTENT_TYPE if shape == "xlsx" else "application/json")
        answer["Content-Disposition"] = f'attachment; filename="du-lieu-{str(person.pk)[:8]}.{shape}"'
        answer["Cache-Control"] = "private, no-store"
        return answer
    lead = "Tệp có đủ số định danh và điện thoại của chính người đó. Chỉ giao cho người đó hoặc người đại diện."
    act = Act("Lấy dữ liệu của một người", "Tải tệp", lead=lead, facts=(("Người", person.full_name),),
              crumbs=person_crumbs(person))  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)


class WhyForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do", max_length=200)


@needs("privacy.manage")
def lift_restriction(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Somebody's data may be worked with again."""
    person = person_of(request, person_id, "privacy.manage")

    def lift(data: dict[str, Any]) -> str:
        requests.lift_restriction(person, reason=data["reason"], by=request.user)
        messages.success(request, "Đã bỏ hạn chế xử lý.")
        return reverse("ward:person", args=(person.pk,))

    act = Act("Bỏ hạn chế xử lý", "Bỏ hạn chế", facts=(("Người", person.full_name),), crumbs=person_crumbs(person))
    return act_page(request, WhyForm(sent(request)), act, do=lift)
