"""The register's pages: who is in it, and lists of people on their way in."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.pager import paginate
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import ENDINGS, Refused
from hocvu.lib.tables import CONTENT_TYPE, Column, export, wants_xlsx
from hocvu.lib.text import fold, slug
from hocvu.lib.web import render, sent
from hocvu.ward import audit, register, work
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.importing import applying, columns, kinds, taking
from hocvu.ward.models import PeopleBatch, PeopleUpload, Person, Residence, Unit
from hocvu.ward.models.person import PersonQuerySet
from hocvu.ward.views.households import places_choice

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
    Head[Person]("Họ và tên", lambda p: p.full_name, 32, href=lambda p: reverse("ward:person", args=(p.pk,))),
    Head[Person]("Năm sinh", lambda p: str(p.born_on.year) if p.born_on else "", 10),
    Head[Person]("Giới tính", lambda p: p.get_sex_display() or "", 10),
    Head[Person]("Mã hộ", lambda p: p.household.code if p.household else "", 14),
    Head[Person]("Khu dân cư", lambda p: _place_of(p), 28),
    Head[Person]("Số định danh", register.masked_number, 16),
    Head[Person]("Điện thoại", register.masked_phone, 14, only_in_file=True),
)
AGES = (("16", "Từ đủ 16 tuổi"), ("18", "Từ đủ 18 tuổi"), ("60", "Từ đủ 60 tuổi"))
WHERE = (("het", "Đã rời địa bàn"), ("mat", "Đã mất"), ("ngoai", "Chưa từng ở, chỉ thuộc đơn vị"))


def _place_of(person: Person) -> str:
    home = person.household
    return home.neighbourhood.name if home and home.neighbourhood else ""


@needs("people.read")
@require_safe
def people(request: SignedInRequest) -> HttpResponseBase:
    """The people of the register, those who live here unless others are asked for. Each look is in the trail."""
    today = clock.today()
    rows = scoped(Person.objects.known(), request.user, "people.read", request.ward)
    where = request.GET.get("o", "")
    rows = _elsewhere(rows, where) if where in dict(WHERE) else rows.residents_on(today)
    filters = (
        Search("tim", "Họ tên hoặc mã hộ", _named),
        places_choice(request.ward, lambda q, v: q.filter(household__neighbourhood=v)),
        Choice("tuoi", "Tuổi", AGES, lambda q, v: q.aged_on(today, int(v)), every="Mọi tuổi"),
        Choice("gioi", "Giới tính", Person.Sex.choices, lambda q, v: q.filter(sex=v), every="Cả hai"),
        Choice("o", "Cư trú", WHERE, lambda q, v: q, every="Đang cư trú"),
    )
    query = " ".join(request.GET.get("tim", "").split())[:60]
    page = Page(
        "Người dân",
        lead="Mỗi lần xem được ghi vào nhật ký. Số định danh và điện thoại chỉ hiện ba số cuối.",
        links=_list_links(request),
        acts=((reverse("ward:hand_in_people"), "Nhập danh sách"),) if _imports(request) else (),
        empty="Chưa có ai trong danh bạ",
        empty_words="Hãy nhập danh sách nhân khẩu.",
        counted="người",
        template="ward/people.html",
        more={"find": FindForm()},
    )
    return show(
        request,
        page,
        rows=rows.select_related("household__neighbourhood"),
        columns=COLUMNS,
        filters=filters,
        seen=lambda count: audit.record(
            request.user, "saw people", request.ward, people=count, query=_harmless(query) or None
        ),
    )


def _imports(request: SignedInRequest) -> bool:
    return may(request.user, "people.import", request.ward)


def _list_links(request: SignedInRequest) -> list[tuple[str, str]]:
    links = [(reverse("ward:households"), "Hộ gia đình")]
    if _imports(request):
        links += [
            (reverse("ward:people_batches"), "Các lần nhập"),
            (reverse("ward:held_rows"), "Dòng chờ quyết định"),
            (reverse("ward:export_people"), "Tải danh bạ"),
        ]
    if may(request.user, "people.merge", request.ward):
        links.append((reverse("ward:duplicates"), "Người trùng"))
    return links


def _harmless(query: str) -> str:
    """What the trail keeps of a search: a number typed into the wrong box stays out of it."""
    return "" if sum(letter.isdigit() for letter in query) >= 9 else query


def _named(rows: PersonQuerySet, query: str) -> PersonQuerySet:
    return rows.filter(Q(plain_name__contains=fold(query)) | Q(household__code__iexact=query))


def _elsewhere(rows: PersonQuerySet, where: str) -> PersonQuerySet:
    if where == "mat":
        return rows.exclude(died_on=None)
    here = Residence.objects.filter(person=OuterRef("pk"))
    if where == "ngoai":
        return rows.filter(~Exists(here), died_on=None)
    return rows.filter(Exists(here), ~Exists(here.on(clock.today())), died_on=None)


class FindForm(Form):
    """A number to find somebody by. It is sent, never part of an address."""

    digits = forms.CharField(label="Tìm theo số định danh hoặc điện thoại", help_text="Viết đủ số")


@needs("people.read")
def find_person(request: SignedInRequest) -> HttpResponse:
    """Find somebody by a whole identity number or phone, through the keyed index."""
    form = FindForm(sent(request))

    def find(data: dict[str, str]) -> str:
        digits = "".join(letter for letter in data["digits"] if letter.isdigit())
        rows = scoped(Person.objects.known(), request.user, "people.read", request.ward)
        found = list(register.having(rows, digits)[:2]) if len(digits) >= 9 else []
        audit.record(request.user, "looked for a number", request.ward, people=len(found))
        if len(digits) < 9:
            raise Refusal("Hãy viết đủ số định danh 12 chữ số, hoặc số điện thoại.", "digits")
        if not found:
            raise Refusal("Không có ai trong danh bạ mang số này.", "digits")
        if len(found) > 1:
            raise Refusal("Có nhiều người dùng chung số điện thoại này. Hãy tìm theo số định danh.", "digits")
        return reverse("ward:person", args=(found[0].pk,))

    crumbs = ((reverse("ward:people"), "Người dân"),)
    return act_page(request, form, Act("Tìm theo số", "Tìm", crumbs=crumbs), do=find)


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
