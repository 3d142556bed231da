"""The desk of classes: the list, one class, the acts on it, its sheet on paper, the ward's figures by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, IntegerField, MomentField
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.months import Month
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.outreach import attending, classes, codes, feedback, registering
from hocvu.outreach.classes import MANAGE, Weekly
from hocvu.outreach.models import Gathering, Registration, Session
from hocvu.outreach.views.classes import session_lines, square_of
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs, scoped, signed_in
from hocvu.ward.models import Account, Neighbourhood, Unit

State = Gathering.State


def state_mark(row: Gathering) -> Mark:
    """Whether people can register."""
    tone = {State.DRAFT: "self", State.OPEN: "good", State.CANCELLED: "none"}[State(row.state)]
    words = row.get_state_display()
    return Mark(words[:1].upper() + words[1:], tone)  # type: ignore[arg-type]


def desk_of(row: Gathering) -> str:
    """The address of a class on the desk."""
    return reverse("outreach:class_desk", args=(row.pk,))


def managed_or_404(request: SignedInRequest, gathering_id: UUID) -> Gathering:
    """A class within reach."""
    rows = scoped(Gathering.objects.all(), request.user, MANAGE, request.ward)
    rows = rows.select_related("ward", "host", "neighbourhood", "course", "teacher")
    return get_object_or_404(rows, pk=gathering_id)


def led_or_404(request: SignedInRequest, session_id: UUID) -> Session:
    """A session of a class that one manages or teaches."""
    rows = Session.objects.filter(gathering__ward=request.ward)
    row = get_object_or_404(rows.select_related("gathering__ward", "gathering__teacher"), pk=session_id)
    if not attending.may_check_in(request.user, row.gathering):
        return get_object_or_404(rows.none())
    return row


def home() -> tuple[str, str]:
    """The way back to the list."""
    return (reverse("outreach:classes_desk"), "Lớp học")


# ---- The list


def _named(rows: Any, query: str) -> Any:
    pairs = rows.order_by().values_list("pk", "title", "place")
    return rows.filter(pk__in=[pk for pk, title, place in pairs if fold(query) in fold(f"{title} {place}")])


def _when(rows: Any, value: str) -> Any:
    return rows.filter(last_at__gte=clock.now()) if value == "toi" else rows.filter(last_at__lt=clock.now())


DESK = (
    Head[Gathering]("Lớp", lambda row: row.title, 40, href=desk_of),
    Head[Gathering]("Tình trạng", lambda row: state_mark(row).words, 14, mark=state_mark),
    Head[Gathering]("Buổi đầu", lambda row: getattr(row, "first_at", None), 18),
    Head[Gathering]("Ở đâu", lambda row: row.place, 30),
    Head[Gathering]("Nơi", lambda row: str(row.neighbourhood or "mọi nơi"), 22),
    Head[Gathering]("Đăng ký", lambda row: getattr(row, "taken", 0), 10),
    Head[Gathering]("Chờ", lambda row: getattr(row, "waiting", 0), 8),
    Head[Gathering]("Số chỗ", lambda row: row.capacity, 10),
    Head[Gathering]("Đơn vị tổ chức", lambda row: row.host.name, 40, only_in_file=True),
    Head[Gathering]("Người dạy", lambda row: row.teacher_name, 30, only_in_file=True),
)
FILTERS = (
    Search("tim", "Tên lớp, địa điểm", _named),
    Choice("tt", "Tình trạng", State.choices, lambda rows, value: rows.filter(state=value)),
    Choice("luc", "Khi nào", (("toi", "sắp tới"), ("qua", "đã xong")), _when),
)


@needs(MANAGE)
@require_safe
def classes_desk(request: SignedInRequest) -> HttpResponseBase:
    """The classes within reach, the newest first."""
    rows = classes.with_counts(scoped(Gathering.objects.all(), request.user, MANAGE, request.ward))
    places = [(str(one.pk), one.name) for one in classes.neighbourhoods_of(request.user, request.ward)]
    by_place = Choice(
        "noi", request.ward.neighbourhood_word.capitalize(), places, lambda rows, v: rows.filter(neighbourhood=v)
    )
    page = Page(
        "Lớp học",
        lead="Lập lớp, thêm buổi, mở đăng ký. Đến buổi thì điểm danh, có mạng hay không.",
        acts=((reverse("outreach:new_class"), "Lập lớp"),),
        links=(
            (reverse("outreach:class_figures"), "Số liệu theo tháng"),
            (reverse("outreach:classes_calendar"), "Trang công khai"),
        ),
        empty="Chưa có lớp nào",
        empty_words="Bấm “Lập lớp”, chọn ngày giờ, rồi mở đăng ký.",
        counted="lớp",
    )
    rows = rows.select_related("host", "neighbourhood")
    return show(request, page, rows=rows, columns=DESK, filters=(*FILTERS, by_place))


# ---- Making and changing


class ClassForm(Form):
    """What, where, who."""

    kind = forms.ChoiceField(
        label="Loại", choices=[(v, w.capitalize()) for v, w in Gathering.Kind.choices], widget=forms.RadioSelect
    )
    title = forms.CharField(label="Tên lớp", max_length=160)
    gist = forms.CharField(label="Dạy gì, cho ai", max_length=600, required=False, widget=forms.Textarea)
    host = forms.ModelChoiceField(label="Đơn vị tổ chức", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    neighbourhood = forms.ModelChoiceField(
        label="Nơi", queryset=Neighbourhood.objects.none(), required=False, empty_label="Mọi nơi"
    )
    place = forms.CharField(
        label="Địa điểm", max_length=200, help_text="Đủ để người lạ tìm được, ví dụ Nhà văn hóa, ngõ 193"
    )
    course = forms.ModelChoiceField(
        label="Theo khóa học", queryset=Course.objects.none(), required=False, empty_label="Không theo khóa nào"
    )
    teacher = forms.ModelChoiceField(
        label="Tài khoản người dạy",
        queryset=Account.objects.none(),
        required=False,
        empty_label="Không có tài khoản",
        help_text="Người này mở được danh sách và điểm danh lớp",
    )
    teacher_name = forms.CharField(
        label="Tên người dạy",
        max_length=120,
        required=False,
        help_text="Ghi vào thì hiện trên trang công khai; hỏi người dạy trước",
    )
    capacity = IntegerField(label="Số chỗ", required=False, min_value=1, max_value=5000, help_text="Để trống là không giới hạn")  # fmt: skip

    def __init__(self, *args: Any, request: SignedInRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, ward = request.user, request.ward
        choices: dict[str, Any] = {
            "host": classes.hosts_of(user, ward),
            "neighbourhood": classes.neighbourhoods_of(user, ward),
            "course": classes.courses_for(ward),
            "teacher": classes.teachers_for(ward),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["neighbourhood"].label = ward.neighbourhood_word.capitalize()
        if not classes.is_for_everywhere(user, ward):
            self.fields["neighbourhood"].required = True


class SessionsForm(Form):
    """When: one day, or every week from that day on."""

    day = DateField(label="Ngày")
    starts = forms.TimeField(
        label="Từ giờ",
        help_text="Ví dụ 19:00",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "hv-input--short"}),
    )
    ends = forms.TimeField(
        label="Đến giờ",
        help_text="Ví dụ 20:30",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "hv-input--short"}),
    )
    count = IntegerField(label="Mấy tuần liền", initial=1, min_value=1, max_value=classes.MOST_SESSIONS, help_text="1 là chỉ một buổi")  # fmt: skip

    def weekly(self) -> Weekly:
        """The sessions that the form means."""
        said = self.cleaned_data
        return Weekly(said["day"], said["starts"], said["ends"], said["count"])


class NewClassForm(ClassForm, SessionsForm):
    """Both at once."""


@needs(MANAGE)
@never_cache
def new_class(request: SignedInRequest) -> HttpResponse:
    """A new class with its sessions."""
    form = NewClassForm(sent(request), request=request, initial=_usual(request))

    def do(data: dict[str, Any]) -> str:
        said = {name: data[name] for name in classes.FIELDS}
        row = classes.make(ward=request.ward, sessions=form.weekly().moments(), by=request.user, **said)
        messages.success(request, "Đã lập lớp, chưa ai thấy. Xem lại rồi bấm mở đăng ký.")
        return desk_of(row)

    act = Act("Lập lớp", "Lập lớp", crumbs=(home(),), back=home()[0])
    return act_page(request, form, act, do=do)


def _usual(request: SignedInRequest) -> dict[str, Any]:
    """What is usually chosen: the one unit, the one neighbourhood."""
    hosts = list(classes.hosts_of(request.user, request.ward)[:2])
    places = list(classes.neighbourhoods_of(request.user, request.ward)[:2])
    return {
        "kind": Gathering.Kind.CLASS,
        "host": hosts[0] if len(hosts) == 1 else None,
        "neighbourhood": places[0] if len(places) == 1 else None,
    }


@needs(MANAGE)
@never_cache
def change_class(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """Say it otherwise."""
    row = managed_or_404(request, gathering_id)
    form = ClassForm(sent(request), request=request, initial={name: getattr(row, name) for name in classes.FIELDS})

    def do(data: dict[str, Any]) -> str:
        classes.change(row, by=request.user, **data)
        messages.success(request, "Đã sửa lớp.")
        return desk_of(row)

    lead = "Đổi địa điểm thì người đã đăng ký được báo." if row.opened_at else ""
    return act_page(request, form, _act(row, "Sửa lớp", "Ghi lại", lead), do=do)


def _act(row: Gathering, title: str, button: str, lead: str = "", *, is_grave: bool = False) -> Act:
    return Act(
        title, button, lead=lead, facts=(("Lớp", row.title),), crumbs=(home(), (desk_of(row), row.title)),
        back=desk_of(row), is_grave=is_grave,
    )  # fmt: skip


@needs(MANAGE)
@require_POST
def open_class(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """The public finds it from now on."""
    row = managed_or_404(request, gathering_id)
    try:
        classes.open_up(row, by=request.user)
        messages.success(request, "Đã mở đăng ký. Lớp hiện trên trang công khai.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(desk_of(row))


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label="Vì sao?", max_length=200, widget=forms.Textarea)


@needs(MANAGE)
@never_cache
def cancel_class(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """It is not held."""
    row = managed_or_404(request, gathering_id)

    def do(data: dict[str, Any]) -> str:
        classes.cancel(row, why=data["why"], by=request.user)
        messages.success(request, "Đã hủy lớp, đã báo người đăng ký.")
        return desk_of(row)

    lead = (
        "Các buổi chưa học không tổ chức nữa; buổi đã học vẫn được tính. Mọi người đã đăng ký được báo kèm lý do này."
    )
    return act_page(request, WhyForm(sent(request)), _act(row, "Hủy lớp", "Hủy lớp", lead, is_grave=True), do=do)


@needs(MANAGE)
@never_cache
def add_sessions(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """More sessions."""
    row = managed_or_404(request, gathering_id)
    form = SessionsForm(sent(request))

    def do(data: dict[str, Any]) -> str:
        added = classes.add_sessions(row, form.weekly().moments(), by=request.user)
        messages.success(request, f"Đã thêm {len(added)} buổi.")
        return desk_of(row)

    return act_page(request, form, _act(row, "Thêm buổi", "Thêm buổi"), do=do)


class MomentsForm(Form):
    """From when to when."""

    starts = MomentField(label="Bắt đầu")
    ends = MomentField(label="Kết thúc")


def _managed_session(request: SignedInRequest, session_id: UUID) -> Session:
    rows = scoped(Session.objects.all(), request.user, MANAGE, request.ward)
    return get_object_or_404(rows.select_related("gathering__ward"), pk=session_id)


@needs(MANAGE)
@never_cache
def move_session(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    """A session is held at another time."""
    one = _managed_session(request, session_id)
    form = MomentsForm(sent(request), initial={"starts": one.starts_at, "ends": one.ends_at})

    def do(data: dict[str, datetime]) -> str:
        classes.move_session(one, starts=data["starts"], ends=data["ends"], by=request.user)
        messages.success(request, "Đã đổi giờ.")
        return desk_of(one.gathering)

    return act_page(
        request, form, _act(one.gathering, "Đổi giờ buổi học", "Đổi giờ", "Người đã đăng ký được báo."), do=do
    )


@needs(MANAGE)
@never_cache
def cancel_session(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    """One session is not held."""
    one = _managed_session(request, session_id)

    def do(data: dict[str, Any]) -> str:
        classes.cancel_session(one, by=request.user)
        messages.success(request, "Đã cho nghỉ buổi này.")
        return desk_of(one.gathering)

    lead = f"Buổi {classes.when_words(one)} không học nữa. Người đã đăng ký được báo."
    return act_page(
        request, Form(sent(request)), _act(one.gathering, "Cho nghỉ một buổi", "Cho nghỉ", lead, is_grave=True), do=do
    )


# ---- One class


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """Somebody with a place, and at how many sessions they were."""

    row: Registration
    name: str
    code: str
    mark: Mark | None
    came: int


@needs(MANAGE)
@never_cache
@require_safe
def class_desk(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """Who is coming, who came to which session, what they thought, and the acts."""
    row = managed_or_404(request, gathering_id)
    lines = list(_places(row))
    over, may_change = (
        classes.is_over(row),
        classes.reached_hosts(request.user, request.ward).filter(pk=row.host_id).exists(),
    )
    audit.record(request.user, "saw who registered for a class", row, ward=row.ward, people=len(lines))
    counted = {one.pk: one for one in attending.with_presence(row.sessions.all())}
    context = {
        "row": row,
        "state": state_mark(row),
        "teacher": row.teacher_name or str(row.teacher or ""),
        "places": lines,
        "coming": sum(not line.row.is_waiting for line in lines),
        "waiting": sum(line.row.is_waiting for line in lines),
        "lines": [{"line": line, "counted": counted[line.session.pk]} for line in session_lines(row)],
        "heard": feedback.heard(row),
        "lessons": classes.lessons_of(row),
        "is_over": over,
        "may_match": may(request.user, registering.READ, request.ward),
        "may_change": may_change,
        "may_cancel": may_change and (row.state == State.DRAFT or (row.state == State.OPEN and not over)),
        "mine": request.user.pk,
    }
    return render(request, "outreach/class_desk.html", context)


def _places(row: Gathering) -> Iterator[PlaceLine]:
    for one in attending.places_of(row).select_related("household", "person"):
        yield PlaceLine(one, name_of(one), codes.shown(one.code), place_mark(one), getattr(one, "came", 0))


def name_of(one: Registration) -> str:
    """The name; of whoever came to the door and was forgotten since, what they were."""
    return one.name or "người đến thẳng lớp"


def place_mark(one: Registration) -> Mark | None:
    """Whether somebody waits, or is known by name only."""
    if one.is_waiting:
        return Mark("Chờ chỗ", "slow")
    if one.person_id is None and one.account_id is None:
        return Mark("Chỉ có tên", "self")
    return None


@needs(MANAGE)
@never_cache
@require_safe
def sign_in_sheet(request: SignedInRequest, gathering_id: UUID) -> HttpResponse:
    """The sheet on paper: a line for everybody with code and square, room to sign, empty lines for who comes besides."""
    row = managed_or_404(request, gathering_id)
    places = [one for one in registering.live(row) if not one.is_waiting]
    audit.record(request.user, "saw who registered for a class", row, ward=row.ward, people=len(places))
    context = {
        "row": row,
        "lines": [
            {"name": one.name, "code": codes.shown(one.code), "square": square_of(request, one.code)} for one in places
        ],
        "sessions": session_lines(row),
        "empty": range(EMPTY_LINES),
    }
    return render(request, "outreach/sign_in_sheet.html", context)


EMPTY_LINES = 10


@signed_in
@never_cache
def enter_sheet(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    """The signed sheet, entered afterwards: tick who signed; whoever is marked already is shown so."""
    one = led_or_404(request, session_id)
    there = attending.present(one)
    places = [place for place in registering.live(one.gathering) if place.pk not in there]
    form = SheetForm(sent(request), places=places)

    def do(data: dict[str, Any]) -> str:
        ticked = {UUID(key) for key in data.get("places", ())}
        names = data["names"].splitlines()
        if not ticked and not any(name.strip() for name in names):
            raise Refusal("Chưa có ai. Hãy đánh dấu người đã ký, hoặc ghi tên người ở dòng trống.", "names")
        fresh = attending.tick(one, ticked, way=attending.Way.SHEET, by=request.user, names=names)
        messages.success(request, f"Đã ghi {fresh} người có mặt.")
        return reverse("outreach:check_in", args=(one.pk,))

    act = Act(
        "Nhập tờ ký tên", "Ghi có mặt",
        lead=f"{one.gathering.title}, {classes.when_words(one)}. Đánh dấu người đã ký, ghi tên ở các dòng trống. "
        f"{len(there)} người đã được ghi.",
        crumbs=((reverse("outreach:check_in", args=(one.pk,)), "Điểm danh"),),
        back=reverse("outreach:check_in", args=(one.pk,)),
    )  # fmt: skip
    return act_page(request, form, act, do=do)


class SheetForm(Form):
    """Who signed: of the list, and on the empty lines below it."""

    places = forms.MultipleChoiceField(label="Đã ký", widget=forms.CheckboxSelectMultiple, required=False)
    names = forms.CharField(
        label="Tên ở các dòng trống", widget=forms.Textarea, required=False, max_length=EMPTY_LINES * 130,
        help_text="Mỗi dòng một người. Chỉ ghi họ tên, không ghi số điện thoại, số định danh.",
    )  # fmt: skip

    def __init__(self, *args: Any, places: list[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(str(one.pk), f"{one.name or 'người đến thẳng lớp'}, mã {codes.shown(one.code)}") for one in places]
        self.fields["places"].choices = shown  # type: ignore[attr-defined]
        if not shown:
            del self.fields["places"]


# ---- Figures


@needs(MANAGE)
@never_cache
@require_safe
def class_figures(request: SignedInRequest) -> HttpResponseBase:
    """The ward's classes month by month: counts, nobody's name."""
    page = Page(
        "Lớp học theo tháng",
        lead="Buổi đã tổ chức là buổi đã qua, không hủy, có người dự. Người trong danh bạ được đếm mỗi người một lần; "
        "tên ghi tại lớp chưa ghép với danh bạ thì đếm riêng, có thể trùng người.",
        crumbs=(home(),),
        empty="Chưa có buổi nào",
        counted="tháng",
    )
    return show(
        request, page, rows=list(attending.by_month(request.ward, Month.of(clock.today()), 12)), columns=FIGURES
    )


FIGURES = (
    Head[attending.MonthLine]("Tháng", lambda line: line.month.words.capitalize(), 18),
    Head[attending.MonthLine]("Buổi đã tổ chức", lambda line: line.sessions, 18),
    Head[attending.MonthLine]("Người trong danh bạ đã dự", lambda line: line.people, 26),
    Head[attending.MonthLine]("Chỉ có tên", lambda line: line.by_name, 14),
)
