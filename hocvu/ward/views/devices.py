"""A device says that it is there, and how much it holds."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from hocvu.ward import devices, outbox
from hocvu.ward.access import SignedInRequest, may, signed_in
from hocvu.ward.capabilities import reach_of

RECORD = "visits.record"


@signed_in
@require_POST
def heard(request: SignedInRequest) -> HttpResponse:
    """Write down when a device was heard. Fields: `con` (how many things wait), `cu` (when the oldest was made), `den`
    (until when it keeps a list). The answer tells whether the account records visits anywhere today, whose records it may save to a file for, and with
    which key."""
    said = request.POST
    count = said.get("con", "")
    row = devices.heard(
        request,
        waiting=int(count) if count.isascii() and count.isdigit() and len(count) < 7 else 0,
        oldest=devices.moment(said.get("cu", "")),
        list_until=devices.moment(said.get("den", "")),
    )
    records = any(reach_of(grant.role, RECORD) for grant in request.user.current_grants)  # here or in another ward
    told = {"heard": row is not None, "records": records, "ward": "", "ward_key": ""}
    if may(request.user, RECORD, request.ward):
        told |= {"ward": request.ward.slug, "ward_key": outbox.ward_public_key(request.ward)}
    answer = JsonResponse(told)
    answer["Cache-Control"] = "no-store"
    return answer
