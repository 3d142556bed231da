"""What the house answers when it cannot: one plain sentence, what to do, and the way home. JSON to a script."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from hocvu.home.display import chosen
from hocvu.ward.access import wants_json

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """One way of not answering."""

    status: int
    code: str
    title: str
    words: str


BAD_REQUEST = Refusal(
    400, "bad_request", "Máy chủ không hiểu yêu cầu này", "Hãy quay lại trang trước, tải lại trang rồi thử lần nữa."
)
FORBIDDEN = Refusal(
    403,
    "forbidden",
    "Tài khoản này không mở được trang",
    "Trang dành cho người được giao việc ở đây. Nếu việc này là của mình, hãy báo người quản trị để được giao quyền.",
)
FORM_EXPIRED = Refusal(
    403,
    "csrf",
    "Biểu mẫu đã cũ, chưa gửi được",
    "Hãy quay lại trang trước, tải lại trang rồi gửi lần nữa. Nếu vẫn không được, hãy cho phép cookie của trang này.",
)
NOT_FOUND = Refusal(
    404,
    "not_found",
    "Không có trang này",
    "Địa chỉ có thể gõ nhầm, hoặc trang đã đổi chỗ. Hãy về trang chủ rồi đi tiếp từ đó.",
)
NOT_ALLOWED = Refusal(
    405,
    "not_allowed",
    "Địa chỉ này không mở trực tiếp được",
    "Đây là nơi nhận biểu mẫu. Nếu vừa đăng nhập lại, việc trước đó chưa được gửi: hãy quay lại trang có nút bấm và bấm lại.",
)
SERVER_ERROR = Refusal(
    500,
    "server_error",
    "Hệ thống đang gặp lỗi",
    "Việc vừa làm có thể chưa được lưu. Hãy đợi vài phút rồi thử lại; nếu vẫn lỗi, hãy báo người quản trị.",
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request makes no sense."""
    return _answer(request, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in or not, this is not theirs to open."""
    return _answer(request, FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form carries no valid token."""
    return _answer(request, FORM_EXPIRED)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing stands at this address."""
    return _answer(request, NOT_FOUND)


def say_not_allowed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: 405 says in words what Django leaves blank."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != NOT_ALLOWED.status or response.content:
            return response
        told = _answer(request, NOT_ALLOWED)
        told["Allow"] = response["Allow"]
        return told

    return middleware


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our own fault. Asks nothing of the database, which may be the very thing that failed."""
    if wants_json(request):
        return _json(SERVER_ERROR)
    context = {"refusal": SERVER_ERROR, "frame": {"display_classes": chosen(request).classes}}
    try:
        page = str(render_to_string("500.html", context))
    except Exception:
        log.exception("the page of a server error could not be drawn")
        page = BARE_PAGE.format(title=SERVER_ERROR.title, words=SERVER_ERROR.words)
    return HttpResponse(page, status=SERVER_ERROR.status)


# Drawn when even the template fails: no style, no picture, still a way out.
BARE_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{words}</p><p><a href="/">Về trang chủ</a> · <a href="tel:1022">Gọi 1022</a></p>
</main></body></html>
"""


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if wants_json(request):
        return _json(refusal)
    context: dict[str, Any] = {"refusal": refusal}
    template = f"{400 if refusal is NOT_ALLOWED else refusal.status}.html"
    return HttpResponse(render_to_string(template, context, request), status=refusal.status)


def _json(refusal: Refusal) -> JsonResponse:
    return JsonResponse(
        {"error": refusal.code, "message": f"{refusal.title}. {refusal.words}"},
        status=refusal.status,
        json_dumps_params={"ensure_ascii": False},
    )
