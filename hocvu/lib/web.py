"""What every answer carries: the rules a browser must keep, and 422 for a form that failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render as django_render
from django.utils.cache import patch_vary_headers

# No code and no style inside pages, nothing from another origin, no page inside another's frame.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: put the browser's rules on every answer.

    A view that serves files may set a stricter policy of its own. Pages are never kept by a shared cache,
    and a fragment made for htmx is never shown as a page by the back button.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
            patch_vary_headers(response, ["HX-Request"])
        return response

    return middleware


def plain_query(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the words of an address come without the sign NUL, which no database keeps and nobody types."""

    def middleware(request: HttpRequest) -> HttpResponse:
        while "%00" in (asked := request.META.get("QUERY_STRING", "")):  # taking one out may join another
            request.META["QUERY_STRING"] = asked.replace("%00", "")
        return get_response(request)

    return middleware


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    form: BaseForm | None = None,
    status: int | None = None,
) -> HttpResponse:
    """Show a page; one whose form has errors answers 422 and its title starts with "Lỗi: ", and so does that of a page
    whose context says `has_errors`, for a form beside."""
    failed = form is not None and bool(form.errors)
    shown = dict(context or {})
    shown["has_errors"] = failed or bool(shown.get("has_errors"))
    if form is not None:
        shown.setdefault("form", form)
    return django_render(request, template, shown, status=status or (422 if failed else 200))


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, even when that is nothing at all; None where the page was only opened."""
    return request.POST if request.method == "POST" else None


def client_address(request: HttpRequest) -> str:
    """The network address of whoever asks. Behind a proxy of our own it is the last one of X-Forwarded-For, which that
    proxy added itself; those before it can be made up."""
    if settings.BEHIND_PROXY and (chain := request.headers.get("X-Forwarded-For", "")):
        return chain.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
