"""Why somebody who went to VNeID does not come in: in plain words for them, in one line for whoever runs the machine."""

from __future__ import annotations

import logging

log = logging.getLogger("hocvu.vneid")


class Stopped(Exception):
    """The way through VNeID ends here. `title` and `sentence` are for the person; `reason` goes to the log alone and
    never holds a token, a code or a number."""

    def __init__(self, title: str, sentence: str, *, status: int, reason: str) -> None:
        super().__init__(reason)
        self.title, self.sentence, self.status = title, sentence, status
        if status >= 500:
            log.warning("VNeID: %s", reason)


def away(reason: str) -> Stopped:
    """The provider does not answer, or answers that it cannot."""
    sentence = "Máy chủ của VNeID đang bận hoặc mất kết nối. Hãy thử lại sau ít phút, hoặc dùng cách khác ở dưới."
    return Stopped("VNeID chưa trả lời", sentence, status=503, reason=reason)


def unsound(reason: str) -> Stopped:
    """The provider's answer does not hold; nobody comes in on it."""
    sentence = (
        "Câu trả lời nhận được không kiểm chứng được, nên chưa ai được đăng nhập. "
        "Hãy thử lại; nếu vẫn vậy, dùng cách khác ở dưới và báo 1022."
    )
    return Stopped("Không kiểm chứng được câu trả lời của VNeID", sentence, status=502, reason=reason)


def lost(reason: str) -> Stopped:
    """The visit is not one that this browser began, or not any more."""
    sentence = (
        "Lần đăng nhập này không bắt đầu từ trình duyệt đang dùng, đã dùng rồi hoặc đã quá 10 phút. "
        "Hãy bấm đăng nhập lại từ đầu."
    )
    return Stopped("Hãy đăng nhập lại từ đầu", sentence, status=400, reason=reason)


def cancelled() -> Stopped:
    """The person said no at the provider."""
    sentence = "Đã dừng theo ý bạn ở VNeID; chưa có gì thay đổi. Có thể thử lại hoặc dùng cách khác."
    return Stopped("Chưa đăng nhập bằng VNeID", sentence, status=200, reason="the person cancelled")


def too_low(reason: str) -> Stopped:
    """Level 2 was needed, and the provider did not say level 2."""
    sentence = (
        "Việc đang làm cần tài khoản VNeID mức 2, mà lần này VNeID chỉ xác nhận mức 1. Để có mức 2, "
        "mang thẻ căn cước đến Công an nơi cư trú làm một lần; rồi đăng nhập lại."
    )
    return Stopped("Cần VNeID mức 2", sentence, status=403, reason=reason)


def refused(title: str, sentence: str, reason: str) -> Stopped:
    """The identity holds, and still does not open what was asked for."""
    return Stopped(title, sentence, status=403, reason=reason)
