"""A queue saved to a file on a device: handed in, looked at, brought in for its author."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hocvu.lib.acting import Act
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.outreach import queue_files
from hocvu.ward.access import SignedInRequest, needs

SETTLE = "visits.settle"
KEPT, SALT, REVIEW_SECONDS = "noi_dung", "outreach.queue_files", 3600


class QueueForm(Form):
    """The file."""

    file = forms.FileField(label="Tệp lưu từ máy", help_text="Tên có đuôi .hocvu")


@needs(SETTLE)
@never_cache
def queue_file(request: SignedInRequest) -> HttpResponse:
    """Hand in a file; the next page says what is in it. Nothing is written yet."""
    form = QueueForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _review(request, _text(form.cleaned_data["file"]))
        except Refusal as refusal:
            form.add_error("file", refusal.sentence)
    act = Act(
        "Tệp từ máy đi thực địa", "Mở tệp và xem trước",
        lead="Dùng khi máy không gửi được, hoặc người ghi không đăng nhập được nữa. Tệp đã khóa, chỉ mở được ở đây. Việc vẫn ghi cho "
        "người đã làm; máy gửi lại sau cũng không bị ghi hai lần.",
        crumbs=_crumbs(), back=reverse("outreach:field_waiting"), takes_file=True,
    )  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)


def _text(file: UploadedFile[bytes]) -> str:
    if (file.size or 0) > queue_files.LARGEST:
        raise Refusal("Tệp lớn quá 60 MB nên không phải tệp lưu từ trang đi thăm hộ. Hãy chọn đúng tệp .hocvu.", "file")
    try:
        return bytes(file.read()).decode()
    except UnicodeDecodeError as fault:
        raise Refusal(queue_files.BROKEN, "file") from fault


def _review(request: SignedInRequest, text: str) -> HttpResponse:
    queue = queue_files.open_file(text, request.ward)
    signed = signing.dumps({"ward": request.ward.slug, **queue.kept}, salt=SALT, compress=True)
    context = {
        "queue": queue,
        "signed": signed,
        "field": KEPT,
        "crumbs": _crumbs(),
        "is_own": queue.author == request.user,
    }
    return render(request, "outreach/queue_file.html", context)


@needs(SETTLE)
@never_cache
@require_POST
def bring_in(request: SignedInRequest) -> HttpResponse:
    """Bring in what was looked at: the page sends it along, signed here and still sealed for its author."""
    try:
        kept = signing.loads(request.POST.get(KEPT, ""), salt=SALT, max_age=REVIEW_SECONDS)
        if kept["ward"] != request.ward.slug:
            raise signing.BadSignature
        queue = queue_files.open_inner(kept, request.ward)
        outcome = queue_files.bring_in(queue, ward=request.ward, by=request.user)
    except signing.BadSignature:
        messages.error(request, "Bản xem trước đã quá một giờ hoặc không nguyên vẹn. Hãy gửi lại tệp.")
        return redirect("outreach:queue_file")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("outreach:queue_file")
    return render(request, "outreach/queue_brought.html", {"queue": queue, "outcome": outcome, "crumbs": _crumbs()})


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("outreach:devices"), "Máy đi thực địa"),)
