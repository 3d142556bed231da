"""What the SMS gateway says later of a message that it took."""

from __future__ import annotations

import hashlib
import hmac
import json

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hocvu.ward import sms
from hocvu.ward.access import public

LONGEST = 10_000  # bytes


@public
@csrf_exempt
@require_POST
def sms_status(request: HttpRequest) -> HttpResponse:
    """Note that a message arrived or did not: `{"id": "…", "status": "delivered"}`, signed with the shared secret.

    `X-Sms-Signature` is the hexadecimal HMAC-SHA256 of the body. An id that is not known is no fault: its message may
    have been dropped since.
    """
    if not settings.SMS_WEBHOOK_SECRET:
        raise Http404
    body = request.body
    meant = hmac.new(settings.SMS_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(meant.encode(), request.headers.get("X-Sms-Signature", "").encode()):
        return HttpResponse(status=403)
    try:
        said = json.loads(body) if len(body) <= LONGEST else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return HttpResponse(status=400)
    sms.note_status(str(said.get("id", "")), str(said.get("status", "")))
    return HttpResponse(status=204)
