"""The rights of people over their data: requests, consent, breaches, retention, the record of processing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import CONTENT_TYPE
from hocvu.lib.web import render, sent
from hocvu.ward import breaches, consenting, keeping, processing, requests, retention, subject_data, workdays
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import (
    Breach,
    CalendarDay,
    ConsentEntry,
    ConsentText,
    ErasedPerson,
    RetentionRun,
    SubjectRequest,
)
from hocvu.ward.views.person import crumbs as person_crumbs
from hocvu.ward.views.person import person_of

HOME = ("ward:privacy", "Dữ liệu cá nhân")


def _home() -> tuple[tuple[str, str], ...]:
    return ((reverse(HOME[0]), HOME[1]),)


class MomentField(forms.DateTimeField):
    """A moment written dd/mm/yyyy hh:mm, in the ward's time."""

    widget = forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Ví dụ 18/11/2026 15:20")
        super().__init__(input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"], **kwargs)


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
        crumbs=_home(),
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
    crumbs = (*_home(), (reverse("ward:subject_requests"), "Yêu cầu"))
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


# ---- Consent

CONSENTS = (
    Head[ConsentEntry]("Lúc", lambda c: c.at, 18),
    Head[ConsentEntry](
        "Người", lambda c: c.person.full_name, 28, href=lambda c: reverse("ward:person_consents", args=(c.person_id,))
    ),
    Head[ConsentEntry]("Việc", lambda c: c.get_act_display(), 14),
    Head[ConsentEntry]("Mục đích", lambda c: dict(processing.with_consent()).get(c.text.purpose, c.text.purpose), 30),
    Head[ConsentEntry]("Bản", lambda c: c.text.version, 6),
    Head[ConsentEntry]("Người bày tỏ", lambda c: c.representative or c.get_party_display(), 26),
    Head[ConsentEntry]("Cách ghi nhận", lambda c: c.get_channel_display(), 30),
)


@needs("privacy.manage")
@require_safe
def consents(request: SignedInRequest) -> HttpResponseBase:
    """The ledger, newest first."""
    rows = ConsentEntry.objects.select_related("person", "text")
    rows = scoped(rows, request.user, "privacy.manage", request.ward)
    filters = (
        Choice("md", "Mục đích", processing.with_consent(), lambda q, v: q.filter(text__purpose=v)),
        Choice("viec", "Việc", ConsentEntry.Act.choices, lambda q, v: q.filter(act=v)),
    )
    page = Page("Sổ đồng ý", lead="Sổ chỉ ghi thêm, không sửa, không xóa dòng.", crumbs=_home(), empty="Sổ còn trống")
    return show(request, page, rows=rows, columns=CONSENTS, filters=filters)


TEXTS = (
    Head[ConsentText]("Mục đích", lambda t: dict(processing.with_consent()).get(t.purpose, t.purpose), 30),
    Head[ConsentText]("Bản", lambda t: t.version, 6),
    Head[ConsentText]("Dùng từ ngày", lambda t: t.valid_from, 12),
    Head[ConsentText]("Nội dung", lambda t: t.text, 80),
)


@needs("privacy.read")
@require_safe
def consent_texts(request: SignedInRequest) -> HttpResponseBase:
    """The words of each purpose, all versions."""
    rows = scoped(ConsentText.objects.all(), request.user, "privacy.read", request.ward)
    filters = (Choice("md", "Mục đích", processing.with_consent(), lambda q, v: q.filter(purpose=v)),)
    acts = (
        ((reverse("ward:write_consent_text"), "Viết bản mới"),)
        if may(request.user, "privacy.manage", request.ward)
        else ()
    )
    lead = (
        "Lời hỏi là của nơi quản lý tự soạn, không phải văn bản của nhà nước. Bản mới không kéo dài đồng ý của bản cũ."
    )
    page = Page("Văn bản đồng ý", lead=lead, crumbs=_home(), acts=acts, empty="Chưa có lời hỏi nào")
    return show(request, page, rows=rows, columns=TEXTS, filters=filters)


class TextForm(Form):
    """The words that people are asked with."""

    purpose = forms.ChoiceField(label="Mục đích")
    text = forms.CharField(label="Lời hỏi", widget=forms.Textarea(attrs={"rows": "6"}))
    valid_from = DateField(label="Dùng từ ngày")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = processing.with_consent()  # type: ignore[attr-defined]


@needs("privacy.manage")
def write_consent_text(request: SignedInRequest) -> HttpResponse:
    """A new version of the words."""
    form = TextForm(sent(request), initial={"valid_from": clock.today()})

    def write(data: dict[str, Any]) -> str:
        row = consenting.write_text(request.ward, **data, by=request.user)
        messages.success(request, f"Đã lưu bản {row.version}.")
        return reverse("ward:consent_texts")

    crumbs = (*_home(), (reverse("ward:consent_texts"), "Văn bản đồng ý"))
    return act_page(request, form, Act("Viết bản mới", "Lưu", crumbs=crumbs), do=write)


class ConsentForm(Form):
    """What somebody says; nothing is ticked beforehand."""

    purpose = forms.ChoiceField(label="Mục đích")
    act = forms.ChoiceField(label="Người này", choices=ConsentEntry.Act.choices, widget=forms.RadioSelect)
    party = forms.ChoiceField(label="Ai bày tỏ", choices=ConsentEntry.Party.choices, widget=forms.RadioSelect)
    representative = forms.CharField(label="Tên người đại diện", max_length=120, required=False)
    channel = forms.ChoiceField(label="Cách ghi nhận", choices=ConsentEntry.Channel.choices)
    witness = forms.CharField(label="Người chứng kiến", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = processing.with_consent()  # type: ignore[attr-defined]


@needs("privacy.manage")
def person_consents(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """What somebody agreed to; write down a yes or a withdrawal."""
    person = person_of(request, person_id, "privacy.manage")
    form = ConsentForm(sent(request))
    states = consenting.states(person, clock.now())

    def write(data: dict[str, Any]) -> str:
        purpose, act = data.pop("purpose"), data.pop("act")
        text = states[purpose].text
        if text is None:
            raise Refusal("Chưa có lời hỏi nào cho mục đích này. Hãy viết văn bản đồng ý trước.", "purpose")
        keep = consenting.give if act == ConsentEntry.Act.GIVEN else consenting.withdraw
        keep(person, text, **data, by=request.user)
        messages.success(request, "Đã ghi vào sổ.")
        return reverse("ward:person_consents", args=(person.pk,))

    held = [(one.title, one.holds, one.text.text if one.text else "") for one in states.values()]
    needed = consenting.parties_needed(person, clock.today())
    lead = "Trẻ từ 7 tuổi: cần cả trẻ và người đại diện đồng ý." if len(needed) > 1 else ""
    act = Act("Đồng ý xử lý dữ liệu", "Ghi vào sổ", lead=lead, facts=(("Người", person.full_name),),
              crumbs=person_crumbs(person))  # fmt: skip
    entries = person.consents.select_related("text")
    return act_page(request, form, act, do=write, template="ward/person_consents.html", held=held, entries=entries)


# ---- Breaches


def _breach_mark(breach: Breach) -> Mark:
    if breach.closed_at:
        return Mark("Đã khép lại", "none")
    if breach.reported_at:
        return Mark("Đã báo, muộn", "bad") if breach.is_late(clock.now()) else Mark("Đã báo đúng hạn", "good")
    left = breach.report_due - clock.now()
    if left < timedelta(0):
        return Mark("Quá 72 giờ, chưa báo", "bad")
    return Mark(f"Còn {int(left.total_seconds() // 3600)} giờ để báo", "slow")


BREACHES = (
    Head[Breach]("Việc", lambda b: b.title, 40, href=lambda b: reverse("ward:breach", args=(b.pk,))),
    Head[Breach]("Phát hiện lúc", lambda b: b.found_at, 18),
    Head[Breach]("Phải báo trước", lambda b: b.report_due, 18),
    Head[Breach]("Số người", lambda b: b.people, 10),
    Head[Breach]("Tình trạng", lambda b: _breach_mark(b).words, 24, mark=_breach_mark),
)


@needs("privacy.read")
@require_safe
def breach_list(request: SignedInRequest) -> HttpResponseBase:
    """What went wrong, newest first."""
    rows = scoped(Breach.objects.all(), request.user, "privacy.read", request.ward)
    filters = (
        Choice("tt", "Tình trạng", (("mo", "Đang mở"), ("dong", "Đã khép lại")),
               lambda q, v: q.filter(closed_at__isnull=v == "mo")),
    )  # fmt: skip
    acts = ((reverse("ward:add_breach"), "Ghi sự cố"),) if may(request.user, "privacy.manage", request.ward) else ()
    lead = "Phải báo cơ quan chức năng trong 72 giờ kể từ khi phát hiện."
    page = Page("Sự cố dữ liệu", lead=lead, crumbs=_home(), acts=acts, empty="Chưa có sự cố nào")
    return show(request, page, rows=rows, columns=BREACHES, filters=filters)


class BreachForm(Form):
    """What is known when a breach is found."""

    title = forms.CharField(label="Việc gì", max_length=200)
    happened_at = MomentField(label="Xảy ra lúc", required=False)
    found_at = MomentField(label="Phát hiện lúc")
    categories = forms.CharField(label="Loại dữ liệu", max_length=300)
    people = IntegerField(label="Khoảng bao nhiêu người", required=False, min_value=0, max_value=10_000_000)
    consequences = forms.CharField(label="Hậu quả", widget=forms.Textarea, required=False)


@needs("privacy.manage")
def add_breach(request: SignedInRequest) -> HttpResponse:
    """A breach was found."""
    form = BreachForm(sent(request), initial={"found_at": timezone.localtime(clock.now())})

    def add(data: dict[str, Any]) -> str:
        row = breaches.open_breach(request.ward, **data, by=request.user)
        messages.success(request, f"Đã ghi. Phải báo trước {timezone.localtime(row.report_due):%H:%M %d/%m/%Y}.")
        return reverse("ward:breach", args=(row.pk,))

    crumbs = (*_home(), (reverse("ward:breaches"), "Sự cố dữ liệu"))
    lead = "Không ghi số định danh hay tên người bị ảnh hưởng ở đây."
    return act_page(request, form, Act("Ghi sự cố", "Ghi lại", lead=lead, crumbs=crumbs), do=add)


class BreachActForm(Form):
    """What follows."""

    do = forms.ChoiceField(
        label="Việc",
        widget=forms.RadioSelect,
        choices=(
            ("ghi", "Thêm ghi chú"),
            ("bao", "Đã báo cơ quan chức năng"),
            ("nguoi", "Đã báo người bị ảnh hưởng"),
            ("dong", "Khép lại"),
        ),
    )
    at = MomentField(label="Báo lúc", required=False)
    text = forms.CharField(label="Ghi chú, hoặc số văn bản", max_length=1000, widget=forms.Textarea)


@needs("privacy.read")
def breach(request: SignedInRequest, breach_id: int) -> HttpResponse:
    """One breach with its clock and its notes."""
    rows = scoped(Breach.objects.select_related("ward"), request.user, "privacy.read", request.ward)
    row = get_object_or_404(rows, pk=breach_id)
    manages = scoped(Breach.objects.filter(pk=row.pk), request.user, "privacy.manage").exists()
    form = BreachActForm(sent(request) if manages else None, initial={"at": timezone.localtime(clock.now())})

    def do(data: dict[str, Any]) -> str:
        text, at, by = data["text"], data["at"] or clock.now(), request.user
        match data["do"]:
            case "bao":
                breaches.report(row, at=at, number=text[:120], by=by)
            case "nguoi":
                breaches.tell_people(row, at=at, how=text, by=by)
            case "dong":
                breaches.close(row, text=text, by=by)
            case _:
                breaches.note(row, text=text, by=by)
        messages.success(request, "Đã ghi.")
        return reverse("ward:breach", args=(row.pk,))

    facts = [
        ("Xảy ra lúc", _moment(row.happened_at)),
        ("Phát hiện lúc", _moment(row.found_at)),
        ("Phải báo trước", _moment(row.report_due)),
        ("Loại dữ liệu", row.categories),
        ("Số người", "chưa rõ" if row.people is None else str(row.people)),
        ("Hậu quả", row.consequences or "chưa rõ"),
        ("Báo cơ quan chức năng", f"{_moment(row.reported_at)} {row.report_number}"),
        ("Báo người bị ảnh hưởng", _moment(row.told_people_at)),
    ]
    crumbs = (*_home(), (reverse("ward:breaches"), "Sự cố dữ liệu"))
    act = Act(row.title, "Ghi lại", facts=facts, crumbs=crumbs)
    more = {"row": row, "mark": _breach_mark(row), "may_act": manages and row.closed_at is None,
            "notes": row.notes.select_related("by")}  # fmt: skip
    return act_page(request, form, act, do=do, template="ward/breach.html", **more)


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}" if moment else "chưa"


# ---- Retention, processing, erased people, calendar

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
    rows = [
        {
            "code": rule.code,
            "title": rule.title,
            "why": rule.why,
            "days": retention.days_of(rule),
            "at": runs[rule.code].at if rule.code in runs else None,
            "gone": runs[rule.code].gone if rule.code in runs else None,
        }
        for rule in keeping.rules()
    ]
    page = Page("Thời hạn lưu giữ", lead="Hệ thống tự áp dụng mỗi đêm và ghi lại đã xóa bao nhiêu.", crumbs=_home())
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

    crumbs = (*_home(), (reverse("ward:retention"), "Thời hạn lưu giữ"))
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
    page = Page("Hồ sơ hoạt động xử lý", lead=lead, crumbs=_home())
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
    return show(request, Page("Người đã xóa", crumbs=_home(), empty="Chưa xóa ai"), rows=rows, columns=ERASED)


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
        crumbs=_home(),
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

    act = Act("Thêm ngày", "Thêm", crumbs=(*_home(), (reverse("ward:calendar_days"), "Lịch làm việc")))
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
