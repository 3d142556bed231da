"""The front page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from hocvu.lib.web import render
from hocvu.ward.access import public


@public
def front(request: HttpRequest) -> HttpResponse:
    """Say what this place is and where to ask for help."""
    return render(request, "home/front.html")
