"""Where figures come from: the registry of measures, totals to divide by, outside files, what fills what, drift."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import ENDINGS, Refused
from hocvu.lib.web import render, sent
from hocvu.plan import dividing, external, filling, importing_external, measures, populations
from hocvu.plan.dividing import Line
from hocvu.plan.measures import Figure, Measure
from hocvu.plan.models import Denominator, ExternalImport, ExternalUpload, FigureDrift, FillRule, Target
from hocvu.ward.access import SignedInRequest, may, needs, scoped

# ---- The registry

KINDS = {"counted": "đếm từ hồ sơ", "declared": "tự khai", "external": "bên ngoài xác nhận"}
Row = tuple[Measure, Figure | None]


def _state(row: Row) -> Mark:
    return Mark("Đang đếm", "good") if row[0].is_on else Mark("Chờ hồ sơ", "none")


def _value(row: Row) -> str:
    figure = row[1]
    if figure is None:
        return "" if row[0].is_on else row[0].awaits
    share = f", {percent_words(figure.share)}" if figure.share is not None else ""
    whole = f"/{number_words(figure.denominator)}" if figure.denominator else ""
    return f"{number_words(figure.numerator)}{whole} {row[0].unit}{share}"


MEASURES = (
    Head[Row]("Số liệu", lambda r: r[0].title, 36),
    Head[Row]("Tình trạng", lambda r: _state(r).words, 14, mark=_state),
    Head[Row]("Hiện nay, hoặc chờ gì", _value, 34),
    Head[Row]("Loại", lambda r: KINDS[r[0].kind], 18),
    Head[Row]("Cách tính", lambda r: r[0].definition, 70),
    Head[Row]("Mã", lambda r: r[0].code, 26),
)


@needs("plan.read")
@require_safe
def registry(request: SignedInRequest) -> HttpResponseBase:
    """Every measure: what it counts, whether it is on, what it comes to today."""
    today = clock.today()
    rows: list[Row] = [(one, measures.count(one.code, request.ward, today)) for one in measures.every_measure()]
    rows.sort(key=lambda row: not row[0].is_on)
    filters = (
        Choice("tt", "Tình trạng", (("bat", "Đang đếm"), ("cho", "Chờ hồ sơ")),
               lambda found, v: [row for row in found if row[0].is_on == (v == "bat")]),
        Choice("loai", "Loại", list(KINDS.items()), lambda found, v: [row for row in found if row[0].kind == v]),
    )  # fmt: skip
    links = [(reverse("plan:denominators"), "Tổng số"), (reverse("plan:fill_rules"), "Điều gì được tính")]
    links += [(reverse("plan:external_imports"), "Số bên ngoài"), (reverse("plan:drifts"), "Số đếm lại bị lệch")]
    page = Page("Số liệu", lead="Mỗi số có cách tính viết sẵn và đếm từ hồ sơ.", links=links)
    return show(request, page, rows=rows, columns=MEASURES, filters=filters)


# ---- Totals

TOTALS = (
    Head[Line](
        "Nhóm",
        lambda row: row.population.title,
        44,
        href=lambda row: reverse("plan:denominator", args=(row.population.code,)),
    ),
    Head[Line]("Tổng số đang dùng", lambda row: row.total.value, 16),
    Head[Line]("Lấy từ", lambda row: row.choice, 20),
    Head[Line]("Nguồn", lambda row: row.total.source, 40),
    Head[Line]("Danh bạ đếm hôm nay", lambda row: row.counted, 18),
    Head[Line]("Người quyết định", lambda row: str(row.decided.decided_by or "") if row.decided else "", 24),
    Head[Line]("Lúc", lambda row: row.decided.decided_at if row.decided else None, 18),
)


@needs("plan.read")
@require_safe
def denominators(request: SignedInRequest) -> HttpResponseBase:
    """What percentages are divided by this year, chosen how, beside what the register counts."""
    lead = "Tổng số có nguồn theo năm, hoặc đếm từ danh bạ. Đổi tổng số thì mọi tỷ lệ được tính lại ngay."
    page = Page("Tổng số để tính tỷ lệ", lead=lead, crumbs=((reverse("plan:registry"), "Số liệu"),))
    filters = (
        Choice("tt", "Tình trạng", (("co", "Đã có"), ("chua", "Chưa có")),
               lambda rows, v: [row for row in rows if (row.total.value is not None) == (v == "co")]),
    )  # fmt: skip
    return show(request, page, rows=dividing.lines(request.ward, clock.today()), columns=TOTALS, filters=filters)


class TotalForm(Form):
    """The total of a year."""

    year = IntegerField(label="Năm", min_value=2020, max_value=2100)
    choice = forms.ChoiceField(label="Lấy từ", choices=Denominator.Choice.choices, widget=forms.RadioSelect)
    value = IntegerField(label="Tổng số", required=False, min_value=0, max_value=99_999_999)
    source = forms.CharField(label="Nguồn", max_length=300, required=False, help_text="Văn bản nào, ngày nào, của ai")
    note = forms.CharField(label="Ghi chú", max_length=300, required=False)
    # What was doubted once and is sent again is meant.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


@needs("measures.manage")
def denominator(request: SignedInRequest, population: str) -> HttpResponse:
    """Decide a total; the earlier decisions stay below."""
    try:
        found = populations.population(population)
    except KeyError:
        raise Http404 from None
    form = TotalForm(sent(request), initial={"year": clock.today().year})

    def decide(data: dict[str, Any]) -> str:
        seen = data.pop("seen")
        doubt = dividing.doubt(request.ward, found, data["value"]) if data["choice"] == "given" else ""
        if doubt and seen != str(data["value"]):
            again = QueryDict(mutable=True)
            again.update({name: str(form.data.get(name, "")) for name in form.fields} | {"seen": str(data["value"])})
            form.data = again
            raise Refusal(doubt, "value")
        dividing.decide(request.ward, found, **data, by=request.user)
        messages.success(request, "Đã ghi. Mọi tỷ lệ dùng tổng số này được tính lại ngay.")
        return reverse("plan:denominators")

    history = Denominator.objects.filter(ward=request.ward, population=population).select_related("decided_by")
    whole = populations.whole(request.ward, population, clock.today())
    counted = found.rows(request.ward, clock.today()).count() if found.rows else None
    facts = [("Đang dùng", populations.in_words(whole, found.unit))]
    facts.append(
        ("Danh bạ đếm hôm nay", "chưa có hồ sơ để đếm" if counted is None else f"{number_words(counted)} {found.unit}")
    )
    crumbs = ((reverse("plan:denominators"), "Tổng số"),)
    act = Act(found.title, "Ghi tổng số", facts=facts, crumbs=crumbs)
    return act_page(request, form, act, do=decide, template="plan/denominator.html", history=history)


# ---- Outside figures

IMPORTS = (
    Head[ExternalImport](
        "Số liệu", lambda i: _title(i.measure), 40, href=lambda i: reverse("plan:external_import", args=(i.pk,))
    ),
    Head[ExternalImport]("Tính đến", lambda i: i.as_of, 12),
    Head[ExternalImport]("Nơi cấp số", lambda i: i.issuer, 30),
    Head[ExternalImport]("Văn bản", lambda i: i.document, 24),
    Head[ExternalImport]("Loại tệp", lambda i: i.get_layout_display(), 28),
    Head[ExternalImport]("Tình trạng", lambda i: "Đã rút" if i.withdrawn_at else "Đang dùng", 12),
)


def _title(code: str) -> str:
    found = measures.find(code)
    return found.title if found else code


@needs("plan.read")
@require_safe
def external_imports(request: SignedInRequest) -> HttpResponseBase:
    """The files in which outside bodies say what they confirmed."""
    rows = scoped(ExternalImport.objects.defer("sealed"), request.user, "plan.read", request.ward)
    filters = (
        Choice("so", "Số liệu", [(code, _title(code)) for code in external.CODES], lambda q, v: q.filter(measure=v)),
        Choice("tt", "Tình trạng", (("dung", "Đang dùng"), ("rut", "Đã rút")),
               lambda q, v: q.filter(withdrawn_at__isnull=v == "dung")),
    )  # fmt: skip
    imports = may(request.user, "external.import", request.ward)
    page = Page(
        "Số bên ngoài xác nhận",
        lead="Số trên VNeID và danh tính số lấy từ tệp của cơ quan quản lý; tệp là bằng chứng.",
        crumbs=((reverse("plan:registry"), "Số liệu"),),
        acts=((reverse("plan:hand_in_external"), "Nhập tệp"),) if imports else (),
        empty="Chưa có tệp nào",
    )
    return show(request, page, rows=rows, columns=IMPORTS, filters=filters)


class ExternalForm(Form):
    """A file, and who vouches for it."""

    measure = forms.ChoiceField(label="Số liệu")
    file = forms.FileField(label="Tệp", help_text="Số tổng theo khu dân cư, hoặc danh sách số định danh đã xác nhận")
    as_of = DateField(label="Tính đến ngày")
    issuer = forms.CharField(label="Nơi cấp số", max_length=200)
    document = forms.CharField(label="Số văn bản", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [(code, _title(code)) for code in external.CODES]  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ",".join(ENDINGS)


@needs("external.import")
def hand_in_external(request: SignedInRequest) -> HttpResponse:
    """Hand in a file; nothing is written before it was confirmed."""
    form = ExternalForm(sent(request), request.FILES or None, initial={"as_of": clock.today()})

    def receive(data: dict[str, Any]) -> str:
        file = data.pop("file")
        try:
            upload = importing_external.receive(
                request.ward, **data, name=file.name, content=file.read(), by=request.user
            )
        except Refused as refusal:
            raise Refusal(str(refusal), "file") from None
        return reverse("plan:external_upload", args=(upload.pk,))

    act = Act("Nhập số bên ngoài", "Gửi tệp để xem trước", crumbs=((reverse("plan:external_imports"), "Số bên ngoài"),),
              takes_file=True)  # fmt: skip
    return act_page(request, form, act, do=receive)


COUNT_WORDS = {
    "places": "Khu dân cư có số",
    "reached": "Số đạt của toàn địa bàn",
    "rows": "Dòng có số định danh",
    "repeated": "Dòng trùng số",
    "matched": "Có trong danh bạ",
    "unknown": "Không có trong danh bạ",
    "counted": "Được tính hôm nay (đang cư trú, đủ tuổi)",
    "faults": "Dòng bị bỏ ra",
}


def _upload(request: SignedInRequest, externalupload_id: UUID) -> ExternalUpload:
    rows = scoped(ExternalUpload.objects.defer("sealed"), request.user, "external.import", request.ward)
    return get_object_or_404(rows, pk=externalupload_id)


@needs("external.import")
@require_safe
def external_upload(request: SignedInRequest, externalupload_id: UUID) -> HttpResponse:
    """What the file would come to, and the two ways on."""
    upload = _upload(request, externalupload_id)
    context = {
        "upload": upload,
        "title": _title(upload.measure),
        "is_open": upload.state == ExternalUpload.State.REVIEW,
        "counts": [(COUNT_WORDS[name], value) for name, value in upload.judged["counts"].items()],
        "faults": upload.judged["faults"],
        "warnings": upload.judged["warnings"],
    }
    return render(request, "plan/external_upload.html", context)


@needs("external.import")
@require_POST
def settle_external(request: SignedInRequest, externalupload_id: UUID) -> HttpResponse:
    """Take the file in, or leave it."""
    upload = _upload(request, externalupload_id)
    try:
        if "bo" in request.POST:
            importing_external.drop(upload, by=request.user)
            messages.success(request, "Đã bỏ tệp, không ghi gì.")
            return redirect("plan:external_imports")
        made = importing_external.confirm(upload, by=request.user)
    except (Refusal, Refused) as refusal:
        messages.error(request, str(refusal))
        return redirect("plan:external_upload", upload.pk)
    messages.success(request, "Đã nhập. Số liệu được tính lại ngay.")
    return redirect("plan:external_import", made.pk)


@needs("plan.read")
@require_safe
def external_import(request: SignedInRequest, externalimport_id: UUID) -> HttpResponse:
    """One file: what it says, its evidence, its withdrawal."""
    rows = ExternalImport.objects.defer("sealed").select_related("by", "withdrawn_by")
    row = get_object_or_404(scoped(rows, request.user, "plan.read", request.ward), pk=externalimport_id)
    context = {
        "row": row,
        "title": _title(row.measure),
        "figures": row.figures.select_related("neighbourhood").order_by("neighbourhood__number", "pk"),
        "counts": [(COUNT_WORDS[name], value) for name, value in row.counts.items() if name in COUNT_WORDS],
        "may_import": may(request.user, "external.import", request.ward),
        "targets": Target.objects.of(request.ward).living().filter(measure=row.measure),
    }
    return render(request, "plan/external_import.html", context)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do", max_length=200)


def _import(request: SignedInRequest, externalimport_id: UUID) -> ExternalImport:
    rows = scoped(ExternalImport.objects.select_related("ward"), request.user, "external.import", request.ward)
    return get_object_or_404(rows, pk=externalimport_id)


@needs("external.import")
def withdraw_external(request: SignedInRequest, externalimport_id: UUID) -> HttpResponse:
    """Take a wrong file out of the count."""
    row = _import(request, externalimport_id)

    def withdraw(data: dict[str, Any]) -> str:
        importing_external.withdraw(row, reason=data["reason"], by=request.user)
        messages.success(request, "Đã rút. Số trước đó được dùng lại, nếu có.")
        return reverse("plan:external_import", args=(row.pk,))

    act = Act("Rút số bên ngoài", "Rút số liệu", facts=((_title(row.measure), str(row)),), is_grave=True,
              back=reverse("plan:external_import", args=(row.pk,)))  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=withdraw)


@needs("external.import")
def external_evidence(request: SignedInRequest, externalimport_id: UUID) -> HttpResponse:
    """The file as it came, for a reason."""
    row = _import(request, externalimport_id)
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            content = importing_external.evidence(row, reason=form.cleaned_data["reason"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            answer = HttpResponse(content, content_type="application/octet-stream")
            ending = row.name.rpartition(".")[2][:5]
            answer["Content-Disposition"] = f'attachment; filename="so-ben-ngoai-{row.as_of:%Y%m%d}.{ending}"'
            answer["Cache-Control"] = "private, no-store"
            return answer
    act = Act("Tải tệp bằng chứng", "Tải tệp", facts=((_title(row.measure), str(row)), ("Mã băm SHA-256", row.digest)),
              crumbs=((reverse("plan:external_import", args=(row.pk,)), "Số bên ngoài"),))  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)


# ---- What fills what

FILLS = (
    Head[FillRule]("Số liệu", lambda r: _title(r.measure), 40),
    Head[FillRule]("Nhóm", lambda r: dict(Target.Audience.choices).get(r.group, "mọi nhóm"), 26),
    Head[FillRule]("Mức", lambda r: r.level, 16),
    Head[FillRule]("Khung, phiên bản", lambda r: r.framework, 28),
    Head[FillRule]("Mốc", lambda r: r.milestone, 16),
    Head[FillRule]("Theo văn bản", lambda r: r.source, 36),
    Head[FillRule]("Từ ngày", lambda r: r.valid_from, 12),
    Head[FillRule]("Đến hết ngày", lambda r: r.valid_to, 12),
)
END = Head[FillRule]("Việc", lambda r: "Thôi" if r.valid_to is None else "", 8,
                     href=lambda r: reverse("plan:end_fill_rule", args=(r.pk,)) if r.valid_to is None else "")  # fmt: skip


@needs("plan.read")
@require_safe
def fill_rules(request: SignedInRequest) -> HttpResponseBase:
    """Which certificate or milestone is counted for which target, since when, by which document."""
    rows = scoped(FillRule.objects.all(), request.user, "plan.read", request.ward)
    manages = may(request.user, "measures.manage", request.ward)
    used = [(one.code, one.title) for one in measures.every_measure()]
    filters = (Choice("so", "Số liệu", used, lambda q, v: q.filter(measure=v)),)
    page = Page(
        "Điều gì được tính vào chỉ tiêu",
        lead="Giấy xác nhận hoặc mốc nào lấp chỉ tiêu nào, theo văn bản của địa bàn; có ngày hiệu lực, không sửa dòng cũ.",
        crumbs=((reverse("plan:registry"), "Số liệu"),),
        acts=((reverse("plan:add_fill_rule"), "Thêm quy định"),) if manages else (),
        empty="Chưa có quy định nào",
    )
    return show(request, page, rows=rows, columns=(*FILLS, END) if manages else FILLS, filters=filters)


class FillForm(Form):
    """What counts."""

    measure = forms.ChoiceField(label="Số liệu")
    group = forms.ChoiceField(label="Nhóm", choices=(("", "Mọi nhóm"), *Target.Audience.choices), required=False)
    level = forms.CharField(label="Mức của giấy xác nhận", max_length=60, required=False)
    framework = forms.CharField(label="Khung và phiên bản", max_length=120, required=False)
    milestone = forms.CharField(
        label="Hoặc một mốc", max_length=60, required=False, help_text="Ví dụ: cài Smart Hải Phòng"
    )
    source = forms.CharField(label="Theo văn bản", max_length=300)
    valid_from = DateField(label="Từ ngày")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [(one.code, one.title) for one in measures.every_measure()]  # type: ignore[attr-defined]


@needs("measures.manage")
def add_fill_rule(request: SignedInRequest) -> HttpResponse:
    """A rule from a day on."""

    def add(data: dict[str, Any]) -> str:
        filling.add(request.ward, **data, by=request.user)
        messages.success(request, "Đã thêm quy định.")
        return reverse("plan:fill_rules")

    act = Act("Thêm quy định", "Thêm", crumbs=((reverse("plan:fill_rules"), "Điều gì được tính"),))
    return act_page(request, FillForm(sent(request)), act, do=add)


class DayForm(Form):
    """The first day on which it no longer holds."""

    day = DateField(label="Thôi từ ngày")


@needs("measures.manage")
def end_fill_rule(request: SignedInRequest, fillrule_id: int) -> HttpResponse:
    """A rule holds no longer."""
    row = get_object_or_404(
        scoped(FillRule.objects.all(), request.user, "measures.manage", request.ward), pk=fillrule_id
    )

    def end(data: dict[str, Any]) -> str:
        filling.end(row, day=data["day"], by=request.user)
        messages.success(request, "Đã ghi.")
        return reverse("plan:fill_rules")

    act = Act(
        "Thôi quy định", "Ghi lại", facts=((_title(row.measure), str(row.source)),), back=reverse("plan:fill_rules")
    )
    return act_page(request, DayForm(sent(request), initial={"day": clock.today()}), act, do=end)


# ---- Drift

DRIFTS = (
    Head[FigureDrift]("Số liệu", lambda d: _title(d.record.measure), 40),
    Head[FigureDrift]("Của ngày", lambda d: d.record.as_of, 12),
    Head[FigureDrift]("Đã ghi", lambda d: _of(d.record.numerator, d.record.denominator), 18),
    Head[FigureDrift]("Đếm lại", lambda d: _of(d.numerator, d.denominator), 18),
    Head[FigureDrift]("Vì", lambda d: d.why, 60),
    Head[FigureDrift]("Thấy lúc", lambda d: d.found_at, 18),
)


def _of(numerator: int, denominator: int | None) -> str:
    return f"{number_words(numerator)}/{number_words(denominator) if denominator else '?'}"


@needs("plan.read")
@require_safe
def drifts(request: SignedInRequest) -> HttpResponseBase:
    """Figures of past days that a recount no longer finds, and what the trail says of it."""
    rows = scoped(FigureDrift.objects.select_related("record"), request.user, "plan.read", request.ward)
    known = [(one.code, one.title) for one in measures.every_measure() if one.is_on]
    filters = (Choice("so", "Số liệu", known, lambda q, v: q.filter(record__measure=v)),)
    page = Page(
        "Số đếm lại bị lệch",
        lead="Mỗi đêm hệ thống đếm lại số của những ngày trước. Lệch là do hồ sơ của ngày đó được bổ sung hoặc sửa sau.",
        crumbs=((reverse("plan:registry"), "Số liệu"),),
        empty="Chưa số nào lệch",
    )
    return show(request, page, rows=rows, columns=DRIFTS, filters=filters)
