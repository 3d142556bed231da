"""A device says that it is there, and how much it holds."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from hocvu.ward import devices, outbox
from hocvu.ward.access import SignedInRequest, may, signed_in


@signed_in
@require_POST
def heard(request: SignedInRequest) -> HttpResponse:
    """Write down when a device was heard. Fields: `con` (how many things wait), `cu` (when the oldest was made), `den`
    (until when it keeps a list). The answer tells whose records it may save to a file for, and with which key."""
    said = request.POST
    count = said.get("con", "")
    row = devices.heard(
        request,
        waiting=int(count) if count.isascii() and count.isdigit() and len(count) < 7 else 0,
        oldest=devices.moment(said.get("cu", "")),
        list_until=devices.moment(said.get("den", "")),
    )
    told = {"heard": row is not None, "ward": "", "ward_key": ""}
    if may(request.user, "visits.record", request.ward):
        told |= {"ward": request.ward.slug, "ward_key": outbox.ward_public_key(request.ward)}
    answer = JsonResponse(told)
    answer["Cache-Control"] = "no-store"
    return answer
