"""What needs more than having come in: the few acts that ask for VNeID level 2.

Everybody learns and is certified at every level. Level 2 is asked for the export that confirms on VNeID, for the change
of a phone or recovery, and for links of guardians. The level is that of this very session, as the provider said it
when it answered; it is never taken from what was asked of the provider.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from hocvu.lib.web import render
from hocvu.signin import sessions
from hocvu.signin.models import Proof
from hocvu.signin.vneid.provider import is_set_up

View = Callable[..., HttpResponseBase]


def has_level2(request: HttpRequest) -> bool:
    """Whether this session was opened by VNeID level 2."""
    return sessions.proof_of(request) == Proof.VNEID2


def needs_level2(view: View) -> View:
    """Open a view, already declared by who may open it, to sessions of VNeID level 2 alone; others are told the way.

    Stands below `@signed_in` or `@needs`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if has_level2(request):
            return view(request, *args, **kwargs)
        return render(request, "signin/level2.html", {"vneid": _vneid(request.get_full_path())}, status=403)

    return guarded


def _vneid(onward: str) -> str:
    """The door of VNeID, asking for level 2; "" where this installation has none."""
    if not is_set_up():
        return ""
    return f"{reverse('signin:vneid')}?{urlencode({'next': onward, 'muc': '2'})}"
