"""What the acts of the trail are called on the page. Rooms add theirs with `name_act` when they start."""

from __future__ import annotations

_WORDS = {
    "signed in": "đăng nhập",
    "failed to sign in": "đăng nhập không được",
    "changed the password": "đổi mật khẩu",
    "granted a role": "giao vai trò",
    "ended a role": "thôi vai trò",
    "made an account": "tạo tài khoản",
    "renewed a password": "cấp lại mật khẩu",
    "switched an account off": "khóa tài khoản",
    "switched an account on": "mở lại tài khoản",
    "founded a ward": "lập nơi làm việc",
    "changed a ward": "sửa nơi làm việc",
    "added neighbourhoods": "thêm khu dân cư",
    "added a unit": "thêm đơn vị",
    "changed a unit": "sửa đơn vị",
    "changed neighbourhoods": "thay đổi khu dân cư",
    "queued a failed task again": "cho việc nền chạy lại",
}


def name_act(**words: str) -> None:
    """Give acts their Vietnamese words; underscores stand for spaces."""
    _WORDS.update({name.replace("_", " "): text for name, text in words.items()})


def in_words(action: str) -> str:
    """The act in Vietnamese; one without words shows as recorded."""
    return _WORDS.get(action, action)
