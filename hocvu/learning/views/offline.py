"""Courses on the device: their page, their package, the worker that gives them out, and the key of whoever is signed in."""

from __future__ import annotations

import json

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from hocvu.learning import offline
from hocvu.learning.models import Course
from hocvu.lib.web import render
from hocvu.ward import outbox
from hocvu.ward.access import SignedInRequest, WardRequest, public, signed_in


@public
@require_GET
def course_package(request: WardRequest, course_slug: str) -> HttpResponse:
    """What a device fetches to have a course, and of which version it is."""
    answer = JsonResponse(_package(request, course_slug).as_json(), json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-cache"
    return answer


@public
@require_GET
def download_course(request: WardRequest, course_slug: str) -> HttpResponse:
    """Say how much a course takes, then let a script fetch it; without one, offer the sheets to print."""
    package = _package(request, course_slug)
    return render(request, "learning/download_course.html", {"package": package, "with_video": _with_video(request)})


@public
@require_GET
def on_device(request: WardRequest) -> HttpResponse:
    """What is on this device; also what stands in for a page that cannot come without a network."""
    return render(request, "learning/on_device.html")


@public
@require_GET
def worker(request: WardRequest) -> HttpResponse:
    """The service worker, with this build's assets named in it."""
    build = json.dumps(offline.worker_build())
    answer = HttpResponse(f"const BUILD = {build};\n{offline.worker_source()}", content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    answer["Service-Worker-Allowed"] = "/"
    return answer


@signed_in
@require_GET
@never_cache
def me(request: SignedInRequest) -> HttpResponse:
    """To a script of this very session: whose it is, the token that forms need, the key that opens what was sealed."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return JsonResponse({"error": "forbidden"}, status=403)
    answer = JsonResponse(
        {
            "owner": outbox.owner_of(request.user),
            "csrf": get_token(request),
            "key": outbox.private_key(request.user),
        }
    )
    answer["Cache-Control"] = "no-store"
    return answer


def _package(request: WardRequest, slug: str) -> offline.Package:
    course = get_object_or_404(Course.objects.of(request.ward).open(), slug=slug)
    return offline.package_of(course, request.ward, request.get_host(), with_video=_with_video(request))


def _with_video(request: WardRequest) -> bool:
    return request.GET.get("video") == "1"
