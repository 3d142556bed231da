"""Outside figures: files handed in, looked at, confirmed, withdrawn, and taken out as evidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import ENDINGS, Refused
from hocvu.lib.web import render, sent
from hocvu.plan import external, importing_external
from hocvu.plan.models import ExternalImport, ExternalUpload, Target
from hocvu.plan.views.figures import title_of
from hocvu.ward.access import SignedInRequest, may, needs, scoped

IMPORTS = (
    Head[ExternalImport](
        "Số liệu", lambda i: title_of(i.measure), 40, href=lambda i: reverse("plan:external_import", args=(i.pk,))
    ),
    Head[ExternalImport]("Tính đến", lambda i: i.as_of, 12),
    Head[ExternalImport]("Nơi cấp số", lambda i: i.issuer, 30),
    Head[ExternalImport]("Văn bản", lambda i: i.document, 24),
    Head[ExternalImport]("Loại tệp", lambda i: i.get_layout_display(), 28),
    Head[ExternalImport]("Tình trạng", lambda i: "Đã rút" if i.withdrawn_at else "Đang dùng", 12),
)


@needs("plan.read")
@require_safe
def external_imports(request: SignedInRequest) -> HttpResponseBase:
    """The files in which outside bodies say what they confirmed."""
    rows = scoped(ExternalImport.objects.defer("sealed"), request.user, "plan.read", request.ward)
    filters = (
        Choice("so", "Số liệu", [(code, title_of(code)) for code in external.CODES], lambda q, v: q.filter(measure=v)),
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
        self.fields["measure"].choices = [(code, title_of(code)) for code in external.CODES]  # type: ignore[attr-defined]
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
        "title": title_of(upload.measure),
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
    figures = row.figures.select_related("neighbourhood").order_by("neighbourhood__number", "pk")
    if not may(request.user, "places.read", request.ward):
        figures = figures.filter(neighbourhood=None)  # places of a few are not for everybody
    context = {
        "row": row,
        "title": title_of(row.measure),
        "figures": figures,
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

    act = Act("Rút số bên ngoài", "Rút số liệu", facts=((title_of(row.measure), str(row)),), is_grave=True,
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
    act = Act("Tải tệp bằng chứng", "Tải tệp", facts=((title_of(row.measure), str(row)), ("Mã băm SHA-256", row.digest)),
              crumbs=((reverse("plan:external_import", args=(row.pk,)), "Số bên ngoài"),))  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)
