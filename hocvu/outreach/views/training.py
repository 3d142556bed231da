"""The register of officials' training: the list, one course with its units and people, and the acts on both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.tables import wants_xlsx
from hocvu.lib.text import fold
from hocvu.lib.web import sent
from hocvu.outreach import training
from hocvu.outreach.models import Trainee, Training
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Unit

Kind, State = Training.Kind, Trainee.State
NOT_FOR_OTHERS = "Chỉ ghi họ tên. Không ghi số định danh, số điện thoại."


# ---- The list


def _mark(row: Training) -> Mark:
    """Where a row stands, in words."""
    if row.withdrawn_at:
        return Mark("Đã rút", "none")
    if row.kind == Kind.PROGRAMME:
        return Mark("Đã lồng ghép", "good") if row.has_digital_content else Mark("Chưa lồng ghép", "slow")
    if not row.expected:
        return Mark("Chưa cử ai", "none")
    if row.attended == row.expected:
        return Mark("Dự đủ", "good")
    if row.starts_on > clock.today():
        return Mark("Sắp học", "none")
    return Mark("Chưa đủ", "bad" if row.ends_on <= clock.today() else "slow")


def _of_course(row: Training, count: int) -> int | None:
    return count if row.kind == Kind.COURSE else None


COLUMNS = (
    Head[Training]("Khóa, chương trình", lambda t: t.title, 48, href=lambda t: _address(t)),
    Head[Training]("Loại", lambda t: t.get_kind_display(), 30),
    Head[Training]("Nơi tổ chức", lambda t: t.organiser, 28),
    Head[Training]("Từ ngày", lambda t: t.starts_on, 12),
    Head[Training]("Đến ngày", lambda t: t.ends_on, 12),
    Head[Training]("Được cử", lambda t: _of_course(t, t.expected), 10),
    Head[Training]("Đã dự", lambda t: _of_course(t, t.attended), 10),
    Head[Training]("Tình trạng", lambda t: _mark(t).words, 18, mark=_mark),
    Head[Training]("Lồng ghép gì", lambda t: t.digital_content, 40, only_in_file=True),
    Head[Training]("Theo văn bản", lambda t: t.document, 30, only_in_file=True),
    Head[Training]("Vì sao rút", lambda t: t.withdrawn_why, 30, only_in_file=True),
)


def _filters(rows: QuerySet[Training]) -> tuple[Choice, ...]:
    years = [(str(day.year), str(day.year)) for day in rows.order_by().dates("starts_on", "year", order="DESC")]
    return (
        Choice("nam", "Năm", years, lambda q, v: q.filter(starts_on__year=int(v))),
        Choice("loai", "Loại", Kind.choices, lambda q, v: q.filter(kind=v)),
    )


def _register(request: SignedInRequest) -> QuerySet[Training]:
    """Every row of the ward: what is taught, where and when is no personal data; whom a unit sends is."""
    return Training.objects.filter(ward=request.ward)


@needs("training.read")
@require_safe
def training_list(request: SignedInRequest) -> HttpResponseBase:
    """The courses of the city and the programmes of state management."""
    rows = _register(request)
    acts = ((reverse("outreach:add_training"), "Thêm khóa, chương trình"),) if _manages(request) else ()
    page = Page(
        "Bồi dưỡng cán bộ",
        lead="Khóa của thành phố: mỗi đơn vị cử người rồi điểm danh. Chương trình quản lý nhà nước: đánh dấu khi đã lồng ghép "
        "nội dung chuyển đổi số.",
        acts=acts,
        empty="Sổ chưa có khóa nào",
        empty_words="Người điều phối thêm khóa khi có văn bản của thành phố; sau đó các đơn vị cử người.",
        counted="khóa, chương trình",
    )
    return show(
        request,
        page,
        rows=training.with_counts(rows).order_by("-starts_on", "-pk"),
        columns=COLUMNS,
        filters=_filters(rows),
    )


# ---- One course or programme

STATES: dict[str, Mark] = {
    State.EXPECTED: Mark("Được cử", "none"),
    State.ATTENDED: Mark("Đã dự", "good"),
    State.ABSENT: Mark("Vắng", "bad"),
    State.ASKING: Mark("Xin cho thôi", "slow"),
    State.EXCUSED: Mark("Được cho thôi", "none"),
}


def _facts(row: Training) -> list[tuple[str, str]]:
    facts = [
        ("Loại", row.get_kind_display().capitalize()),
        ("Nơi tổ chức", row.organiser),
        ("Thời gian", f"{row.starts_on:%d/%m/%Y} đến {row.ends_on:%d/%m/%Y}"),
        ("Theo văn bản", row.document or "Chưa ghi"),
    ]
    if row.kind == Kind.COURSE:
        facts.append(("Đã dự", f"{row.attended} trên {row.expected} người được cử"))
    elif row.has_digital_content and row.marked_by and row.marked_on:
        facts.append(("Lồng ghép gì", row.digital_content))
        facts.append(("Người đánh dấu", f"{row.marked_by.full_name}, {row.marked_on:%d/%m/%Y}"))
    if row.withdrawn_at:
        facts.append(("Vì sao rút", row.withdrawn_why))
    return facts


def _links(request: SignedInRequest, row: Training) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(acts, links) that the visitor may do to a row that stands."""
    if row.withdrawn_at:
        return [], []
    acts, links = [], []

    def to(name: str) -> str:
        return reverse(f"outreach:{name}", args=(row.pk,))

    if row.kind == Kind.COURSE and may(request.user, "training.write", request.ward):
        acts.append((to("name_trainees"), "Cử người"))
        links += [(to("mark_training"), "Điểm danh"), (to("ask_off_training"), "Xin cho thôi")]
    if _manages(request):
        if row.kind == Kind.PROGRAMME:
            name, words = (
                ("unmark_programme", "Bỏ đánh dấu") if row.has_digital_content else ("mark_programme", "Đã lồng ghép")
            )
            links.append((to(name), words))
        links += [(to("change_training"), "Sửa"), (to("withdraw_training"), "Rút khỏi sổ")]
    return acts, links


def _columns(request: SignedInRequest, row: Training) -> tuple[Head[Trainee], ...]:
    """Who is sent, and what came of it; acts where there is one."""
    decides = _manages(request) and not row.withdrawn_at

    def act(one: Trainee) -> tuple[str, str]:
        if row.withdrawn_at:
            return "", ""
        if one.state == State.ASKING and decides:
            return reverse("outreach:decide_off_training", args=(one.pk,)), "Quyết định"
        if one.state == State.EXPECTED:
            return reverse("outreach:take_off_training", args=(one.pk,)), "Bỏ tên"
        return "", ""

    columns: tuple[Head[Trainee], ...] = (
        Head("Họ và tên", lambda t: t.name, 32),
        Head("Đơn vị", lambda t: t.unit.label, 28),
        Head("Tình trạng", lambda t: STATES[t.state].words, 18, mark=lambda t: STATES[t.state]),
        Head("Dự đến ngày", lambda t: t.attended_on, 12),
        Head("Căn cứ", lambda t: t.evidence, 28),
        Head("Lý do", lambda t: t.shown_why, 28),
    )
    return (
        columns if wants_xlsx(request) else (*columns, Head("Việc", lambda t: act(t)[1], 12, href=lambda t: act(t)[0]))
    )


@needs("training.read")
@never_cache
@require_safe
def one_training(request: SignedInRequest, training_id: int) -> HttpResponseBase:
    """A course with each unit's count; the names only to the unit itself and to whoever manages the register."""
    row = _row(request, training_id)
    sees_names = row.kind == Kind.COURSE and may(request.user, "training.write", request.ward)
    rows = _people(request, row) if sees_names else Trainee.objects.none()
    acts, links = _links(request, row)
    page = Page(
        row.title,
        crumbs=(_home(),),
        acts=acts,
        links=links,
        empty="Chưa cử ai" if sees_names else "Không hiện tên",
        empty_words=_empty_words(row, sees_names=sees_names),
        counted="người",
        template="outreach/training.html",
        more={"facts": _facts(row), "mark": _mark(row), "units": training.by_unit(row), "sees_names": sees_names,
              "is_course": row.kind == Kind.COURSE},
    )  # fmt: skip
    filters = (
        Choice("tt", "Tình trạng", State.choices, lambda q, v: q.filter(state=v)),
        Search(
            "tim",
            "Họ tên",
            lambda q, v: q.filter(pk__in=[pk for pk, name in q.values_list("pk", "name") if fold(v) in fold(name)]),
        ),
    )
    return show(request, page, rows=rows, columns=_columns(request, row), filters=filters if sees_names else ())


def _empty_words(row: Training, *, sees_names: bool) -> str:
    if row.kind == Kind.PROGRAMME:
        return "Chương trình quản lý nhà nước không cử người ở đây."
    return (
        "Bấm “Cử người” để ghi ai của đơn vị sẽ dự." if sees_names else "Trang này chỉ cho xem số đếm của từng đơn vị."
    )


# ---- Acts of whoever manages the register


class TrainingForm(Form):
    """What is taught, by whom, when."""

    kind = forms.ChoiceField(label="Loại", choices=Kind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label="Tên khóa, chương trình", max_length=200)
    organiser = forms.CharField(label="Nơi tổ chức", max_length=160, help_text="Ví dụ Sở Khoa học và Công nghệ")
    document = forms.CharField(label="Theo văn bản", max_length=200, required=False, help_text="Số, ký hiệu công văn")
    starts_on = DateField(label="Từ ngày")
    ends_on = DateField(label="Đến ngày")


@needs("training.manage")
def add_training(request: SignedInRequest) -> HttpResponse:
    """A new course or programme."""

    def add(data: dict[str, Any]) -> str:
        made = training.make(request.ward, **data, by=request.user)
        messages.success(request, f"Đã thêm {made.title}.")
        return _address(made)

    act = Act("Thêm khóa, chương trình", "Thêm", crumbs=(_home(),), back=_home()[0])
    return act_page(request, TrainingForm(sent(request), initial={"kind": Kind.COURSE}), act, do=add)


class WhyForm(Form):
    """Why."""

    why = forms.CharField(label="Lý do", max_length=200, widget=forms.Textarea)


@needs("training.manage")
def withdraw_training(request: SignedInRequest, training_id: int) -> HttpResponse:
    """Take a row out of the count."""
    row = _row(request, training_id)
    return _act(
        request, row, WhyForm(sent(request)), "Rút khỏi sổ", "Rút khỏi sổ",
        lambda data: training.withdraw(row, why=data["why"], by=request.user), "Đã rút. Dòng này không được tính nữa.",
        lead="Dòng đã rút không tính vào số liệu nữa nhưng vẫn còn trong sổ, kèm lý do.", is_grave=True,
    )  # fmt: skip


class ChangeForm(Form):
    """What was written down, put right."""

    title = forms.CharField(label="Tên khóa, chương trình", max_length=200)
    organiser = forms.CharField(label="Nơi tổ chức", max_length=160)
    document = forms.CharField(label="Theo văn bản", max_length=200, required=False, help_text="Số, ký hiệu công văn")
    starts_on = DateField(label="Từ ngày")
    ends_on = DateField(label="Đến ngày")
    why = forms.CharField(label="Vì sao sửa", max_length=200, help_text="Ví dụ thành phố dời lịch theo công văn nào")


@needs("training.manage")
@never_cache
def change_training(request: SignedInRequest, training_id: int) -> HttpResponse:
    """A title, a place or days that were wrong, or have changed."""
    row = _row(request, training_id)
    first = {name: getattr(row, name) for name in ("title", "organiser", "document", "starts_on", "ends_on")}
    return _act(
        request, row, ChangeForm(sent(request), initial=first), "Sửa khóa, chương trình", "Ghi lại",
        lambda data: training.change(row, **data, by=request.user), "Đã sửa.",
    )  # fmt: skip


class DigitalForm(Form):
    """What of digital content a programme holds."""

    content = forms.CharField(
        label="Lồng ghép gì", max_length=300, widget=forms.Textarea, help_text="Ví dụ chuyên đề chuyển đổi số, 4 tiết"
    )
    day = DateField(label="Có từ ngày")


@needs("training.manage")
def mark_programme(request: SignedInRequest, training_id: int) -> HttpResponse:
    """A programme holds digital content."""
    row = _row(request, training_id, Kind.PROGRAMME)
    return _act(
        request, row, DigitalForm(sent(request), initial={"day": clock.today()}), "Đánh dấu đã lồng ghép", "Đánh dấu",
        lambda data: training.mark_digital(row, **data, by=request.user), "Đã đánh dấu.",
    )  # fmt: skip


@needs("training.manage")
def unmark_programme(request: SignedInRequest, training_id: int) -> HttpResponse:
    """A programme was marked by mistake."""
    row = _row(request, training_id, Kind.PROGRAMME)
    return _act(
        request, row, WhyForm(sent(request)), "Bỏ đánh dấu đã lồng ghép", "Bỏ đánh dấu",
        lambda data: training.unmark_digital(row, why=data["why"], by=request.user), "Đã bỏ đánh dấu.", is_grave=True,
    )  # fmt: skip


class DecideForm(Form):
    """Whether somebody is let off."""

    answer = forms.ChoiceField(
        label="Quyết định", choices=(("co", "Đồng ý cho thôi"), ("khong", "Không đồng ý")), widget=forms.RadioSelect
    )
    why = forms.CharField(label="Vì sao không đồng ý", max_length=150, required=False)


@needs("training.manage")
@never_cache
def decide_off(request: SignedInRequest, trainee_id: int) -> HttpResponse:
    """Let somebody off a course, or not."""
    one = _trainee(request, trainee_id, "training.manage")
    return _act(
        request, one.training, DecideForm(sent(request)), "Quyết định cho thôi", "Ghi quyết định",
        lambda data: training.decide(one, agrees=data["answer"] == "co", why=data["why"], by=request.user),
        "Đã ghi quyết định.", facts=(("Người xin", one.name), ("Đơn vị", one.unit.name), ("Lý do", one.asks_why)),
        lead="Người được cho thôi không tính là được cử nữa.",
    )  # fmt: skip


# ---- Acts of a unit


class _UnitForm(Form):
    """What a unit says of several of its people."""

    def __init__(self, *args: Any, people: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people  # type: ignore[attr-defined]


class NameForm(_UnitForm):
    """Whom a unit sends: out of the register, others by name."""

    people = forms.MultipleChoiceField(label="Người của đơn vị", widget=forms.CheckboxSelectMultiple, required=False)
    names = forms.CharField(
        label="Người khác", widget=forms.Textarea, required=False,
        help_text=f"Chưa có trong danh bạ thì viết họ tên, mỗi dòng một người; trùng tên thì ghi thêm cho khác nhau. {NOT_FOR_OTHERS}",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields["people"].choices:  # type: ignore[attr-defined]
            del self.fields["people"]


@needs("training.write")
@never_cache
def name_trainees(request: SignedInRequest, training_id: int) -> HttpResponse:
    """A unit says whom it sends. Whoever speaks for several units chooses one first."""
    row, units = _row(request, training_id, Kind.COURSE), list(_units(request))
    unit = _chosen(request, units)
    people = list(training.to_choose(row, unit)[: training.AT_ONCE])
    form = NameForm(sent(request), people=[(str(one.pk), one.full_name) for one in people])

    def name(data: dict[str, Any]) -> str:
        chosen = [one for one in people if str(one.pk) in data.get("people", ())]
        count = training.name(row, unit=unit, people=chosen, names=data["names"].splitlines(), by=request.user)
        messages.success(request, f"Đã cử {count} người của {unit.label}.")
        return _address(row)

    act = Act("Cử người đi bồi dưỡng", "Ghi người được cử", facts=(("Khóa", row.title), ("Đơn vị", unit.name)),
              crumbs=_crumbs(row), back=_address(row))  # fmt: skip
    more = {"units": units if len(units) > 1 else [], "unit": unit}
    return act_page(request, form, act, do=name, template="outreach/name_trainees.html", **more)


class AttendanceForm(_UnitForm):
    """Who attended, or was absent."""

    people = forms.MultipleChoiceField(
        label="Những người nào",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chưa chọn ai. Hãy đánh dấu ít nhất một người."},
    )
    came = forms.ChoiceField(
        label="Những người này", choices=(("co", "Đã dự"), ("khong", "Vắng")), widget=forms.RadioSelect
    )
    day = DateField(label="Dự xong ngày", required=False)
    evidence = forms.CharField(
        label="Căn cứ", max_length=200, required=False, help_text="Số danh sách điểm danh, số giấy chứng nhận, công văn"
    )
    why = forms.CharField(label="Vì sao vắng", max_length=200, required=False)


@needs("training.write")
@never_cache
def mark_attendance(request: SignedInRequest, training_id: int) -> HttpResponse:
    """A unit marks who of its people attended."""
    row = _row(request, training_id, Kind.COURSE)
    rows = _people(request, row).exclude(state=State.EXCUSED)
    form = AttendanceForm(
        sent(request), people=_named(rows), initial={"came": "co", "day": min(row.ends_on, clock.today())}
    )

    def mark(data: dict[str, Any]) -> None:
        training.mark(
            row, _picked(rows, data), attended=data["came"] == "co", day=data["day"], evidence=data["evidence"],
            why=data["why"], by=request.user,
        )  # fmt: skip

    lead = "Đánh dấu những người có cùng ngày và cùng căn cứ; ghi nhiều lần nếu khác nhau. Ghi lại sẽ thay lần trước."
    return _act(request, row, form, "Điểm danh khóa bồi dưỡng", "Ghi lại", mark, "Đã điểm danh.", lead=lead)


class AskOffForm(_UnitForm):
    """Who cannot go, and why."""

    people = forms.MultipleChoiceField(
        label="Những người nào",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chưa chọn ai. Hãy đánh dấu ít nhất một người."},
    )
    why = forms.CharField(label="Lý do", max_length=200, widget=forms.Textarea)


@needs("training.write")
@never_cache
def ask_off(request: SignedInRequest, training_id: int) -> HttpResponse:
    """A unit asks that somebody be let off."""
    row = _row(request, training_id, Kind.COURSE)
    rows = _people(request, row).exclude(state__in=(State.EXCUSED, State.ATTENDED, State.ASKING))
    return _act(
        request, row, AskOffForm(sent(request), people=_named(rows)), "Xin cho thôi", "Gửi",
        lambda data: training.ask_off(row, _picked(rows, data), why=data["why"], by=request.user),
        "Đã gửi. Người điều phối sẽ quyết định.",
        lead="Đến khi người điều phối đồng ý, những người này vẫn tính là được cử.",
    )  # fmt: skip


@needs("training.write")
@never_cache
def take_off(request: SignedInRequest, trainee_id: int) -> HttpResponse:
    """Somebody was named by mistake."""
    one = _trainee(request, trainee_id, "training.write")
    return _act(
        request, one.training, Form(sent(request)), "Bỏ tên khỏi khóa", "Bỏ tên",
        lambda data: training.take_off(one, by=request.user), "Đã bỏ tên.",
        facts=(("Người được cử", one.name), ("Đơn vị", one.unit.name)), is_grave=True,
        lead="Chỉ bỏ tên khi cử nhầm. Người không đi được thì xin cho thôi.",
    )  # fmt: skip


# ---- What several pages need


def _act(
    request: SignedInRequest,
    row: Training,
    form: Form,
    title: str,
    button: str,
    do: Callable[[dict[str, Any]], object],
    said: str,
    *,
    lead: str = "",
    facts: tuple[tuple[str, str], ...] = (),
    is_grave: bool = False,
) -> HttpResponse:
    """One act on a row of the register; it goes back to the row."""

    def done(data: dict[str, Any]) -> str:
        do(data)
        messages.success(request, said)
        return _address(row)

    act = Act(title, button, lead=lead, facts=(("Khóa, chương trình", row.title), *facts), crumbs=_crumbs(row),
              back=_address(row), is_grave=is_grave)  # fmt: skip
    return act_page(request, form, act, do=done)


def _manages(request: SignedInRequest) -> bool:
    return may(request.user, "training.manage", request.ward)


def _row(request: SignedInRequest, training_id: int, kind: str = "") -> Training:
    rows = training.with_counts(_register(request)).select_related("ward", "marked_by")
    return get_object_or_404(rows.filter(kind=kind) if kind else rows, pk=training_id)


def _people(request: SignedInRequest, row: Training) -> QuerySet[Trainee]:
    """The people of a course whom the visitor may meet: of the own unit, or all."""
    rows = training.trainees().filter(training=row).select_related("unit")
    return scoped(rows, request.user, "training.write", request.ward)


def _trainee(request: SignedInRequest, trainee_id: int, capability: str) -> Trainee:
    rows = training.trainees().select_related("unit", "training")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=trainee_id)


def _units(request: SignedInRequest) -> QuerySet[Unit]:
    """The units that the visitor may speak for."""
    return scoped(Unit.objects.of(request.ward).on(clock.today()), request.user, "training.write", request.ward)


def _chosen(request: SignedInRequest, units: list[Unit]) -> Unit:
    """The unit that the address names, else the visitor's own, else the first."""
    asked = request.GET.get("don-vi", "")
    own = {str(grant.unit_id) for grant in request.user.current_grants}
    found = (
        [one for one in units if str(one.pk) == asked]
        if asked
        else [one for one in units if str(one.pk) in own] or units
    )
    if not found:
        raise Http404
    return found[0]


def _named(rows: QuerySet[Trainee]) -> list[tuple[Any, str]]:
    return [(str(one.pk), f"{one.name}, {one.unit.label} ({STATES[one.state].words.lower()})") for one in rows]


def _picked(rows: QuerySet[Trainee], data: dict[str, Any]) -> list[Trainee]:
    return list(rows.filter(pk__in=data["people"]))


def _address(row: Training) -> str:
    return reverse("outreach:training", args=(row.pk,))


def _home() -> tuple[str, str]:
    return reverse("outreach:trainings"), "Bồi dưỡng"


def _crumbs(row: Training) -> tuple[tuple[str, str], ...]:
    return _home(), (_address(row), row.title)
