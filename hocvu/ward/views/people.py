"""The register's pages: who is in it, and lists of people on their way in."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.forms import Form, IntegerField
from hocvu.lib.pager import paginate
from hocvu.lib.sheets import ENDINGS, Refused
from hocvu.lib.tables import CONTENT_TYPE, Column, export, wants_xlsx
from hocvu.lib.text import fold, slug
from hocvu.lib.web import render, sent
from hocvu.ward import audit, register, work
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.importing import applying, columns, kinds, taking
from hocvu.ward.models import Neighbourhood, PeopleBatch, PeopleUpload, Person, Unit
from hocvu.ward.models.person import PersonQuerySet

SHOWN_ROWS = 50
FIELD_WORDS = {
    "name": "Họ và tên",
    "birth": "Ngày sinh hoặc năm sinh",
    "birth_man": "Năm sinh, cột nam",
    "birth_woman": "Năm sinh, cột nữ",
    "sex": "Giới tính",
    "man": "Giới tính, cột nam",
    "woman": "Giới tính, cột nữ",
    "number": "Số định danh",
    "phone": "Điện thoại",
    "household": "Mã hộ",
    "head_name": "Tên chủ hộ",
    "relation": "Quan hệ với chủ hộ",
    "neighbourhood": "Khu dân cư",
    "address": "Địa chỉ",
    "residence": "Loại cư trú",
    "since": "Ngày đến",
    "note": "Ghi chú",
}
VERDICT_WORDS = {
    "reject": "Chưa nhận",
    "flag": "Chờ người xem",
    "warn": "Nhận, có điều cần xem",
    "merge": "Gộp với người đã có",
    "skip": "Bỏ qua",
    "accept": "Nhận",
}
COLUMNS = (
    Column[Person]("Họ và tên", lambda p: p.full_name, 32),
    Column[Person]("Năm sinh", lambda p: p.born_on.year if p.born_on else None, 10),
    Column[Person]("Giới tính", lambda p: p.get_sex_display() or "", 10),
    Column[Person]("Mã hộ", lambda p: p.household.code if p.household else "", 14),
    Column[Person]("Khu dân cư", lambda p: _place_of(p), 28),
    Column[Person]("Số định danh", register.masked_number, 16),
    Column[Person]("Điện thoại", register.masked_phone, 14),
)


def _place_of(person: Person) -> str:
    home = person.household
    return home.neighbourhood.name if home and home.neighbourhood else ""


@needs("people.read")
@require_safe
def people(request: SignedInRequest) -> HttpResponseBase:
    """The people of the register who live here, filtered by name and neighbourhood. Each look is in the trail."""
    rows = scoped(Person.objects.all(), request.user, "people.read", request.ward).residents_on(clock.today())
    query, place = " ".join(request.GET.get("tim", "").split()), request.GET.get("noi", "")
    rows = _chosen(rows, query, place).select_related("household__neighbourhood")
    page = paginate(request, rows)
    audit.record(request.user, "saw people", request.ward, people=page.total, query=query[:60] or None)
    if wants_xlsx(request):
        return export("Danh sách nhân khẩu", COLUMNS, rows)
    context = {
        "page": page,
        "lines": [
            {"person": person, "place": _place_of(person), "number": register.masked_number(person)} for person in page
        ],
        "query": query,
        "place": place,
        "places": Neighbourhood.objects.of(request.ward).filter(valid_to=None),
        "may_import": may(request.user, "people.import", request.ward),
    }
    return render(request, "ward/people.html", context)


def _chosen(rows: PersonQuerySet, query: str, place: str) -> PersonQuerySet:
    if query:
        rows = rows.filter(Q(plain_name__contains=fold(query)) | Q(household__code__iexact=query))
    if place.isdecimal():
        rows = rows.filter(household__neighbourhood=int(place))
    return rows


class ListForm(Form):
    """A list of people, and which unit hands it in."""

    file = forms.FileField(label="Tệp danh sách", help_text="Tệp .xlsx, .xls, .ods hoặc .csv, tới 30 MB")
    unit = forms.ModelChoiceField(
        label="Danh sách của đơn vị",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="Không chọn",
        help_text="Chọn để lần sau nhớ cách sắp cột của đơn vị này",
    )

    def __init__(self, *args: object, units: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ",".join(ENDINGS)


@needs("people.import")
def hand_in(request: SignedInRequest) -> HttpResponse:
    """Hand in a list; nothing is written to the register before it was confirmed."""
    units = Unit.objects.of(request.ward).on(clock.today())
    form = ListForm(sent(request), request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = taking.receive(
                request.ward, file.name, file.read(), by=request.user, unit=form.cleaned_data["unit"]
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            if upload.state != PeopleUpload.State.REFUSED:
                return redirect("ward:people_upload", upload.pk)
            form.add_error("file", upload.refusal)
    waiting = scoped(PeopleUpload.objects.filter(state="review"), request.user, "people.import", request.ward)
    return render(request, "ward/hand_in_people.html", {"waiting": waiting}, form=form)


def _upload(request: SignedInRequest, upload_id: UUID) -> PeopleUpload:
    rows = scoped(PeopleUpload.objects.defer("sealed"), request.user, "people.import", request.ward)
    return get_object_or_404(rows, pk=upload_id)


@needs("people.import")
@require_safe
def people_upload(request: SignedInRequest, peopleupload_id: UUID) -> HttpResponse:
    """What would happen: how many rows of each verdict, the rows to look at, and the two ways on."""
    upload = _upload(request, peopleupload_id)
    if upload.state == PeopleUpload.State.WAITING:
        return redirect("ward:work", upload.layout["work"])
    judged = upload.judged
    verdicts = judged.get("verdicts", [])
    told = [row for row in verdicts if row["kinds"] and row["verdict"] != "skip"]
    told.sort(key=lambda row: (list(VERDICT_WORDS).index(row["verdict"]), row["row"]))
    context = {
        "upload": upload,
        "is_open": upload.state == PeopleUpload.State.REVIEW,
        "counts": [(words, sum(row["verdict"] == verdict for row in verdicts)) for verdict, words in VERDICT_WORDS.items()],
        "accepted": judged.get("accepted", 0),
        "merged": judged.get("duplicates", {}).get("merged", 0),
        "why": [
            (kinds.sentence(kind), count)
            for group in ("rejected", "warned")
            for kind, count in sorted(judged.get(group, {}).items(), key=lambda pair: -pair[1])
        ],
        "rows": [(row["row"], VERDICT_WORDS[row["verdict"]], [kinds.sentence(kind) for kind in row["kinds"]])
                 for row in told[:SHOWN_ROWS]],
        "more": max(0, len(told) - SHOWN_ROWS),
        "columns": [(FIELD_WORDS[name], _heading(upload, at)) for name, at in upload.layout.get("columns", {}).items()],
    }  # fmt: skip
    return render(request, "ward/people_upload.html", context)


def _heading(upload: PeopleUpload, at: int) -> str:
    headings = upload.layout.get("headings", [])
    said = headings[at] if at < len(headings) else ""
    return f"Cột {_letter(at)}{f' “{said}”' if said else ''}"


def _letter(at: int) -> str:
    """The letter that a spreadsheet puts over a column: A for 0, AA for 26."""
    return (_letter(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


class ColumnsForm(Form):
    """Which sheet, where the heading ends, which column is what."""

    sheet = forms.ChoiceField(label="Trang tính")
    heading_ends = IntegerField(label="Dòng tiêu đề kết thúc ở dòng số", min_value=1, max_value=1000)

    def __init__(self, *args: object, upload: PeopleUpload, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        layout = upload.layout
        self.fields["sheet"].choices = [(name, name) for name in layout["sheets"]]  # type: ignore[attr-defined]
        width = max([len(layout["headings"]), *(at + 1 for at in layout["columns"].values())])
        choices = [("", "Không có trong tệp"), *((str(at), _heading(upload, at)) for at in range(width))]
        for name in FIELD_WORDS:
            self.fields[name] = forms.ChoiceField(
                label=FIELD_WORDS[name],
                choices=choices,
                required=name == "name",
                widget=forms.Select(attrs={"class": "hv-select"}),
            )
        self.mark_optional = False

    def columns(self) -> dict[str, int]:
        """Field -> column, of those that were chosen."""
        return {name: int(self.cleaned_data[name]) for name in columns.FIELDS if self.cleaned_data[name] != ""}


@needs("people.import")
def people_columns(request: SignedInRequest, peopleupload_id: UUID) -> HttpResponse:
    """Put right what each column is; the list is judged anew."""
    upload = _upload(request, peopleupload_id)
    if upload.state != PeopleUpload.State.REVIEW:
        return redirect("ward:people_upload", upload.pk)
    layout = upload.layout
    now = {name: str(at) for name, at in layout["columns"].items()}
    initial = {"sheet": layout["sheet"], "heading_ends": layout["heading_ends"], **now}
    form = ColumnsForm(sent(request), upload=upload, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            taking.choose_columns(
                upload,
                sheet=form.cleaned_data["sheet"],
                heading_ends=form.cleaned_data["heading_ends"],
                chosen=form.columns(),
            )
        except taking.Settled as late:
            messages.error(request, str(late))
        return redirect("ward:people_upload", upload.pk)
    return render(request, "ward/people_columns.html", {"upload": upload}, form=form)


@needs("people.import")
@require_safe
def people_faults(request: SignedInRequest, peopleupload_id: UUID) -> HttpResponse:
    """The same list with a column that says what is wrong in each row."""
    upload = _upload(request, peopleupload_id)
    if upload.state != PeopleUpload.State.REVIEW:
        return redirect("ward:people_upload", upload.pk)
    audit.record(request.user, "saw people", upload, ward=request.ward, people=upload.judged.get("rows", 0))
    answer = HttpResponse(taking.with_faults(upload), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = (
        f'attachment; filename="{slug(upload.name.rpartition(".")[0]) or "danh-sach"}-loi.xlsx"'
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("people.import")
@require_POST
def confirm_people(request: SignedInRequest, peopleupload_id: UUID) -> HttpResponse:
    """Take the list in, or leave it."""
    upload = _upload(request, peopleupload_id)
    try:
        if "bo" in request.POST:
            taking.drop(upload, by=request.user)
            messages.success(request, f"Đã bỏ danh sách {upload.name}. Tệp không còn được giữ.")
            return redirect("ward:hand_in_people")
        if upload.judged.get("rows", 0) > 2000:
            begun = work.begin("people.confirm", f"Nhập danh sách {upload.name}", by=request.user, ward=request.ward)
            work.start(begun, taking.confirm_upload, str(upload.pk), request.user.pk)
            return redirect("ward:work", begun.pk)
        batch = taking.confirm(upload, by=request.user)
    except (taking.Settled, Refused) as late:
        messages.error(request, str(late))
        return redirect("ward:people_upload", upload.pk)
    messages.success(request, f"Đã nhập {batch.counts['accepted']} người từ {batch.name}.")
    return redirect("ward:people_batches")


@needs("people.import")
@require_safe
def people_batches(request: SignedInRequest) -> HttpResponseBase:
    """The lists that were taken in, newest first; each can be taken back."""
    rows = scoped(PeopleBatch.objects.select_related("by", "unit"), request.user, "people.import", request.ward)
    if wants_xlsx(request):
        return export("Các lần nhập danh sách", BATCH_COLUMNS, rows)
    return render(request, "ward/people_batches.html", {"page": paginate(request, rows)})


BATCH_COLUMNS = (
    Column[PeopleBatch]("Tệp", lambda b: b.name, 40),
    Column[PeopleBatch]("Lúc", lambda b: b.applied_at, 18),
    Column[PeopleBatch]("Người nhập", lambda b: str(b.by or ""), 28),
    Column[PeopleBatch]("Số người mới", lambda b: b.counts.get("accepted"), 14),
    Column[PeopleBatch]("Tình trạng", lambda b: b.get_state_display(), 16),
)


@needs("people.import")
@require_POST
def undo_batch(request: SignedInRequest, peoplebatch_id: int) -> HttpResponse:
    """Take a list back."""
    rows = scoped(PeopleBatch.objects.all(), request.user, "people.import", request.ward)
    batch = get_object_or_404(rows, pk=peoplebatch_id)
    try:
        gone = applying.undo(batch, by=request.user)
    except applying.CannotUndo as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"Đã hoàn tác {batch.name}: {gone} người không còn trong danh bạ.")
    return redirect("ward:people_batches")
