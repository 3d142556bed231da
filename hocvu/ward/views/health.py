"""Is everything in order? For whoever watches over the machine, and for a load balancer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from hocvu.lib.schedule import ZONE
from hocvu.lib.web import render
from hocvu.ward.access import public, wants_json
from hocvu.ward.health import Health, examine


@public
def health(request: HttpRequest) -> HttpResponse:
    """200 where all holds, 503 where something does not; in words, or as JSON for a script."""
    found = examine()
    status = 200 if found.ok else 503
    if wants_json(request):
        response: HttpResponse = JsonResponse(as_json(found), status=status)
    elif found.checks[0].ok:
        response = render(request, "ward/health.html", {"health": found}, status=status)
    else:
        # The page's frame asks the database whose place this is; without one the bare words must do.
        response = HttpResponse(render_to_string("ward/health_bare.html", {"health": found}), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def as_json(found: Health) -> dict[str, object]:
    """What a script reads."""
    return {
        "ok": found.ok,
        "checks": {check.name: check.ok for check in found.checks},
        "clock_set": found.clock_set.astimezone(ZONE).isoformat() if found.clock_set else None,
        "demo": found.demo,
        **({"notes": found.notes} if found.notes else {}),
    }
