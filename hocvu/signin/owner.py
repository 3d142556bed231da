"""What a page says of whoever is signed in: their name in the frame, and whose the page is for the scripts that keep
things on the device."""

from __future__ import annotations

from dataclasses import replace

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from hocvu.signin import assisting, sessions
from hocvu.ward import outbox
from hocvu.ward.access import may
from hocvu.ward.models import Account
from hocvu.ward.outbox import Owner

GOES_OUT = "visits.record"  # who may have to save what lies on a device to a file


def owner_on(request: HttpRequest, account: Account) -> Owner | None:
    """Whose page this is; nobody's as long as there are no keys."""
    helper = assisting.helper_of(request)
    try:
        who, key = outbox.owner_of(account), outbox.public_key(account)
    except ImproperlyConfigured:
        return None
    idle = int(assisting.IDLE.total_seconds()) if helper else sessions.idle_seconds(request)
    ward = getattr(request, "ward", None)
    owner = Owner(who, key, outbox.helper_token(account, helper) if helper else "", idle)
    if ward is None or helper is not None or not may(account, GOES_OUT, ward):
        return owner
    return replace(owner, ward_key=outbox.ward_public_key(ward), ward=ward.slug)
