"""What devices keep of field work: the page that opens without a signal, and photos."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.lib import uploads
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.outreach import carrying, photos, reading
from hocvu.outreach.models import Visit, VisitPhoto
from hocvu.ward import devices, outbox
from hocvu.ward.access import SignedInRequest, WardRequest, can, needs, public, signed_in
from hocvu.ward.receipts import Answer, Parcel

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")


@public
@require_safe
def on_device(request: WardRequest) -> HttpResponse:
    """The page that goes from door to door without a signal: it says nothing of anybody, its script does the rest."""
    return render(request, "outreach/on_device.html", {"words": json.dumps(carrying.words(), ensure_ascii=False)})


# ---- Photos


@signed_in
@require_POST
def take_photo(request: SignedInRequest) -> HttpResponse:
    """A piece of a photo from a device. Who may is judged by the act, since a right may have ended on the way."""
    if request.headers.get("X-Outbox-Owner", outbox.owner_of(request.user)) != outbox.owner_of(request.user):
        words = "Ảnh này của người khác. Người đó đăng nhập thì máy mới gửi."
        return JsonResponse({"error": "other_owner", "message": words}, status=401)
    headers = request.headers
    digest = headers.get("X-Outbox-Digest", "")[:64]
    try:
        key = UUID(headers.get("X-Outbox-Id", ""))
    except ValueError:
        return JsonResponse({"error": "no_id"}, status=422)
    parcel = Parcel(key, digest, request.path, devices.moment(headers.get("X-Outbox-Made", "")))
    try:
        told = photos.take_piece(_piece(request), by=request.user, ward=request.ward, parcel=parcel)
    except Refusal as refusal:
        told = Answer(key, digest, outbox.REJECTED, refusal.sentence)
    if isinstance(told, Answer):
        return outbox.tell(request, parcel, told)
    answer = JsonResponse({"id": str(key), "digest": digest, "received": told.count})
    answer["Cache-Control"] = "no-store"
    return answer


def _piece(request: SignedInRequest) -> photos.Piece:
    headers = request.headers
    try:
        size, offset = int(headers.get("X-Photo-Size", "")), int(headers.get("X-Photo-Offset", ""))
        return photos.Piece(UUID(headers.get("X-Photo-Visit", "")), size, offset, request.body)
    except (ValueError, RequestDataTooBig) as fault:
        raise Refusal("Máy gửi ảnh không đúng cách. Hãy tải lại trang rồi bấm gửi lại.") from fault


@needs("visits.read")
@never_cache
@require_safe
def photo(request: SignedInRequest, photo_id: UUID) -> HttpResponseBase:
    """A photo, to whoever may see its visit."""
    row = get_object_or_404(VisitPhoto.objects.exclude(whole_at=None), pk=photo_id)
    readable = reading.visits_of(request.user, request.ward).filter(pk=row.visit).exists()
    if not (readable or (row.ward_id == request.ward.pk and can(request.user, "visits.read", row))):
        raise Http404
    answer: FileResponse = uploads.hand_out(BytesIO(photos.content_of(row)), "anh.jpg")
    return answer


class PhotoForm(Form):
    """One photo."""

    anh = forms.FileField(
        label="Ảnh",
        help_text="Ảnh JPEG, PNG hoặc WebP. Máy chủ thu nhỏ và xóa nơi chụp, giờ chụp. Chỉ chụp khi chủ nhà đồng ý.",
    )


@needs("visits.record")
def add_photo(request: SignedInRequest, visit_id: UUID) -> HttpResponse:
    """Add a photo to a visit on a page, with or without a script."""
    visit = get_object_or_404(Visit.objects.of(request.ward).select_related("ward"), pk=visit_id)
    if not photos.may_add(visit, request.user):
        raise Http404
    back = f"/tham-ho/luot/{visit.pk}/"
    form = PhotoForm(sent(request), request.FILES or None)

    def do(clean: dict[str, object]) -> str:
        photos.add(visit, _read(clean["anh"]), by=request.user)
        messages.success(request, "Đã thêm ảnh vào lượt thăm.")
        return back

    return act_page(request, form, Act("Thêm ảnh vào lượt thăm", button="Thêm ảnh", back=back, takes_file=True), do=do)


def _read(upload: Any) -> bytes:
    """The bytes of a picture that is what it says it is. Raises Refusal."""
    try:
        return uploads.checked(upload, upload.name, _PICTURES, ".jpg, .png hoặc .webp")[2]
    except uploads.Refused as refused:
        raise Refusal(str(refused), "anh") from refused
