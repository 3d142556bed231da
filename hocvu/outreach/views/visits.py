"""Visits as they are posted."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from hocvu.outreach import visiting
from hocvu.ward import outbox
from hocvu.ward.access import SignedInRequest, signed_in
from hocvu.ward.receipts import Answer, Parcel


@signed_in
@require_POST
def record_visit(request: SignedInRequest) -> HttpResponse:
    """What was recorded at a door, at once or from the device later. Who may is judged by the act, since a right may have
    ended on the way."""

    def act(parcel: Parcel) -> Answer:
        return visiting.from_fields(request.POST, by=request.user, ward=request.ward, parcel=parcel)

    def onward(told: Answer | None) -> str:
        return "/tham-ho/"

    return outbox.receive(request, act, onward=onward)
