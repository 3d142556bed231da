"""Completions of the national platform: files handed in, looked at, confirmed, withdrawn, taken out as evidence."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.learning.models import CompletionImport, CompletionUpload
from hocvu.learning.national import importing
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import ENDINGS, LARGEST, Refused
from hocvu.lib.tables import CONTENT_TYPE, write_xlsx
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, needs, scoped


def _mark(row: CompletionImport) -> Mark:
    return Mark("Đã rút", "none") if row.withdrawn_at else Mark("Đang dùng", "good")


IMPORTS = (
    Head[CompletionImport](
        "Nơi cấp danh sách", lambda i: i.issuer, 40, href=lambda i: reverse("learning:completion_import", args=(i.pk,))
    ),
    Head[CompletionImport]("Văn bản", lambda i: i.document, 24),
    Head[CompletionImport]("Nhập lúc", lambda i: i.at, 18),
    Head[CompletionImport]("Người", lambda i: i.counts.get("matched", 0), 10),
    Head[CompletionImport]("Lượt hoàn thành", lambda i: i.counts.get("completions", 0), 16),
    Head[CompletionImport]("Dòng bị bỏ ra", lambda i: i.counts.get("faults", 0), 14),
    Head[CompletionImport]("Tình trạng", lambda i: _mark(i).words, 14, mark=_mark),
    Head[CompletionImport]("Lý do rút", lambda i: i.withdrawn_why, 30, only_in_file=True),
    Head[CompletionImport]("Tên tệp", lambda i: i.name, 30, only_in_file=True),
    Head[CompletionImport]("Mã băm SHA-256", lambda i: i.digest, 66, only_in_file=True),
)
MOST_WAITING = 5  # files that wait for a yes or no, named on the list
FILTERS = (
    Choice("tt", "Tình trạng", (("dung", "Đang dùng"), ("rut", "Đã rút")),
           lambda q, v: q.filter(withdrawn_at__isnull=v == "dung")),
)  # fmt: skip


@needs("completions.import")
@require_safe
def completions(request: SignedInRequest) -> HttpResponseBase:
    """The files of completions, and how many people they tell of."""
    rows = scoped(CompletionImport.objects.defer("sealed"), request.user, "completions.import", request.ward)
    uploads = scoped(CompletionUpload.objects.defer("sealed"), request.user, "completions.import", request.ward)
    waiting = [
        (reverse("learning:completion_upload", args=(one.pk,)), f"Chờ xác nhận: {one.name}")
        for one in uploads.filter(state=CompletionUpload.State.REVIEW)[:MOST_WAITING]
    ]
    page = Page(
        "Hoàn thành khóa học quốc gia",
        lead="Danh sách người học xong trên binhdanhocvuso.gov.vn. Mỗi tệp là bằng chứng của các dòng trong đó.",
        acts=((reverse("learning:hand_in_completions"), "Nhập tệp"),),
        links=(*waiting, (reverse("learning:completions_template"), "Tải mẫu .xlsx")),
        empty="Chưa có tệp nào",
        empty_words="Tải mẫu, điền danh sách của nền tảng quốc gia, rồi nhập.",
        counted="tệp",
    )
    return show(request, page, rows=rows, columns=IMPORTS, filters=FILTERS)


@needs("completions.import")
@require_safe
def completions_template(request: SignedInRequest) -> HttpResponse:
    """A list to fill in, with one line that shows how."""
    kept = io.BytesIO()
    headings = ("Số định danh", "Họ và tên", "Ngày sinh", "Khóa học", "Ngày hoàn thành")
    example = ("000000000000", "Ví dụ, hãy xóa dòng này", date(1980, 1, 31), "Kỹ năng số cơ bản", date(2026, 1, 31))
    write_xlsx(kept, headings, [example], (18, 30, 14, 44, 18))
    answer = HttpResponse(kept.getvalue(), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="mau-hoan-thanh-khoa-hoc.xlsx"'
    return answer


class FileForm(Form):
    """A list, and who vouches for it."""

    file = forms.FileField(
        label="Tệp danh sách", help_text="Cột Số định danh, Họ và tên, Ngày sinh, Khóa học, Ngày hoàn thành"
    )
    issuer = forms.CharField(label="Nơi cấp danh sách", max_length=200)
    document = forms.CharField(label="Số văn bản", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ",".join(ENDINGS)


@needs("completions.import")
def hand_in_completions(request: SignedInRequest) -> HttpResponse:
    """Hand in a file; nothing is written before it was confirmed."""
    form = FileForm(sent(request), request.FILES or None)

    def receive(data: dict[str, Any]) -> str:
        file = data.pop("file")
        try:
            upload = importing.receive(
                request.ward, **data, name=file.name, content=file.read(LARGEST + 1), by=request.user
            )
        except Refused as refusal:
            raise Refusal(str(refusal), "file") from None
        return reverse("learning:completion_upload", args=(upload.pk,))

    lead = "Tệp được mã hóa trong lúc chờ. Trang sau nói sẽ nhập được những gì; chưa xác nhận thì chưa ghi."
    act = Act("Nhập danh sách hoàn thành khóa học", "Gửi tệp để xem trước", lead=lead, crumbs=_crumbs(),
              back=reverse("learning:completions"), takes_file=True)  # fmt: skip
    return act_page(request, form, act, do=receive)


COUNT_WORDS = {
    "rows": "Dòng đọc được",
    "matched": "Người có trong danh bạ",
    "completions": "Lượt hoàn thành sẽ ghi",
    "known": "Trong đó đã có từ tệp trước",
    "repeated": "Dòng trùng",
    "unknown": "Số định danh không có trong danh bạ",
    "faults": "Dòng bị bỏ ra",
}


def _counted(counts: dict[str, int], **words: str) -> list[tuple[str, int]]:
    return [(said, counts[name]) for name, said in {**COUNT_WORDS, **words}.items() if name in counts]


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("learning:completions"), "Hoàn thành khóa học quốc gia"),)


def _upload(request: SignedInRequest, completionupload_id: UUID) -> CompletionUpload:
    rows = scoped(CompletionUpload.objects.defer("sealed"), request.user, "completions.import", request.ward)
    return get_object_or_404(rows, pk=completionupload_id)


@needs("completions.import")
@require_safe
def completion_upload(request: SignedInRequest, completionupload_id: UUID) -> HttpResponse:
    """What the file would come to, and the two ways on."""
    upload = _upload(request, completionupload_id)
    context = {
        "upload": upload,
        "is_open": upload.state == CompletionUpload.State.REVIEW,
        "counts": _counted(upload.judged["counts"]),
        "faults": upload.judged["faults"],
        "warnings": upload.judged["warnings"],
        "crumbs": _crumbs(),
    }
    return render(request, "learning/completion_upload.html", context)


@needs("completions.import")
@require_POST
def settle_completions(request: SignedInRequest, completionupload_id: UUID) -> HttpResponse:
    """Take the file in, or leave it."""
    upload = _upload(request, completionupload_id)
    try:
        if "bo" in request.POST:
            importing.drop(upload, by=request.user)
            messages.success(request, "Đã bỏ tệp, không ghi gì.")
            return redirect("learning:completions")
        made = importing.confirm(upload, by=request.user)
    except (Refusal, Refused) as refusal:
        messages.error(request, str(refusal))
        return redirect("learning:completion_upload", upload.pk)
    messages.success(request, "Đã nhập. Số liệu được tính lại ngay.")
    return redirect("learning:completion_import", made.pk)


def _import(request: SignedInRequest, completionimport_id: UUID, *deferred: str) -> CompletionImport:
    rows = CompletionImport.objects.select_related("ward", "by", "withdrawn_by").defer(*deferred)
    rows = scoped(rows, request.user, "completions.import", request.ward)
    return get_object_or_404(rows, pk=completionimport_id)


@needs("completions.import")
@require_safe
def completion_import(request: SignedInRequest, completionimport_id: UUID) -> HttpResponse:
    """One file: what it came to, its evidence, its withdrawal. Nobody is named."""
    row = _import(request, completionimport_id, "sealed")
    by_course: dict[str, int] = {}
    for course in row.completions.order_by().values_list("course", flat=True):
        by_course[course] = by_course.get(course, 0) + 1
    context = {
        "row": row,
        "mark": _mark(row),
        "counts": _counted(row.counts, completions="Lượt hoàn thành đã ghi"),
        "by_course": sorted(by_course.items(), key=lambda pair: -pair[1]),
        "crumbs": _crumbs(),
    }
    return render(request, "learning/completion_import.html", context)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do", max_length=200)


@needs("completions.import")
def withdraw_completions(request: SignedInRequest, completionimport_id: UUID) -> HttpResponse:
    """Take a wrong file out of the count."""
    row = _import(request, completionimport_id)
    back = reverse("learning:completion_import", args=(row.pk,))

    def withdraw(data: dict[str, Any]) -> str:
        importing.withdraw(row, reason=data["reason"], by=request.user)
        messages.success(request, "Đã rút. Các dòng của tệp này không được đếm nữa.")
        return back

    act = Act("Rút danh sách", "Rút danh sách này", facts=(("Danh sách", str(row)),), crumbs=_crumbs(), back=back,
              is_grave=True)  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=withdraw)


@needs("completions.import")
def completions_file(request: SignedInRequest, completionimport_id: UUID) -> HttpResponse:
    """The file as it came, for a reason."""
    row = _import(request, completionimport_id)
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            content = importing.evidence(row, reason=form.cleaned_data["reason"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            answer = HttpResponse(content, content_type="application/octet-stream")
            ending = row.name.rpartition(".")[2][:5]
            answer["Content-Disposition"] = f'attachment; filename="hoan-thanh-{row.at:%Y%m%d}.{ending}"'
            answer["Cache-Control"] = "private, no-store"
            return answer
    act = Act("Tải tệp bằng chứng", "Tải tệp", facts=(("Danh sách", str(row)), ("Mã băm SHA-256", row.digest)),
              crumbs=_crumbs(), back=reverse("learning:completion_import", args=(row.pk,)))  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)
