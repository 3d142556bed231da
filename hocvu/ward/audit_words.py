"""What the acts of the trail are called on the page. Rooms add theirs with `name_act` when they start."""

from __future__ import annotations

from typing import Any

from hocvu.ward.capabilities import Role

_WORDS = {
    "signed in": "đăng nhập",
    "ended a session": "kết thúc phiên đăng nhập",
    "opened a citizen's account": "mở tài khoản người dân",
    "joined an account to the register": "nối tài khoản với danh bạ",
    "agreed to be helped": "đồng ý để người khác giúp",
    "stopped helping": "thôi giúp người học",
    "looked for somebody to help": "tìm người cần giúp",
    "saw people to help": "xem danh sách người cần giúp",
    "called back": "gọi lại kiểm tra phiên có người giúp",
    "saw a phone to call back": "xem số điện thoại để gọi lại",
    "saw members": "xem danh sách thành viên",
    "put members into a group": "xếp thành viên vào nhóm",
    "failed to sign in": "đăng nhập không được",
    "changed the password": "đổi mật khẩu",
    "changed where notices go": "đổi nơi nhận thông báo",
    "granted a role": "giao vai trò",
    "ended a role": "thôi vai trò",
    "proposed a role": "đề nghị giao vai trò",
    "confirmed a role": "xác nhận giao vai trò",
    "refused a role": "không xác nhận giao vai trò",
    "withdrew a role": "rút đề nghị giao vai trò",
    "reset a second step": "đặt lại bước thứ hai",
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
    "handed in a list of people": "nộp danh sách nhân khẩu",
    "dropped a list of people": "bỏ danh sách nhân khẩu",
    "saw people": "xem danh sách nhân khẩu",
    "imported people": "nhập danh sách nhân khẩu",
    "took an import of people back": "hoàn tác lần nhập nhân khẩu",
    "saw an identity number": "xem số định danh",
    "looked for a number": "tìm theo số",
    "decided a held row": "quyết định dòng chờ",
    "took back the decision on a held row": "rút quyết định dòng chờ",
    "merged people": "gộp người trùng",
    "parted people": "tách lại người đã gộp",
    "told people apart": "ghi là hai người khác nhau",
    "took the register away": "tải danh bạ",
    "filed a request about data": "ghi yêu cầu về dữ liệu",
    "answered a request about data": "trả lời yêu cầu về dữ liệu",
    "extended a request about data": "gia hạn yêu cầu về dữ liệu",
    "refused a request about data": "từ chối yêu cầu về dữ liệu",
    "closed a request about data": "khép yêu cầu về dữ liệu",
    "did what a request about data asks": "thực hiện yêu cầu về dữ liệu",
    "lifted a restriction": "bỏ hạn chế xử lý",
    "took a person's data out": "lấy dữ liệu của một người",
    "wrote a consent text": "viết văn bản đồng ý",
    "wrote down consent": "ghi đồng ý",
    "wrote down a withdrawal": "ghi rút đồng ý",
    "wrote down a breach": "ghi sự cố dữ liệu",
    "added a note to a breach": "ghi chú sự cố",
    "reported a breach": "ghi đã báo sự cố",
    "told people of a breach": "ghi đã báo người bị ảnh hưởng",
    "closed a breach": "khép sự cố",
    "decided how long something is kept": "đổi thời hạn lưu giữ",
    "changed the working calendar": "sửa lịch làm việc",
    "erased a person": "xóa dữ liệu một người",
    "saw a person": "xem một nhân khẩu",
    "saw circumstances": "xem hoàn cảnh được bảo vệ",
    "founded a household": "lập hộ",
    "changed a household": "sửa hộ",
    "added a person": "thêm nhân khẩu",
    "corrected a person": "sửa nhân khẩu",
    "moved a person": "ghi chuyển nơi ở",
    "recorded a departure": "ghi rời địa bàn",
    "recorded a death": "ghi người mất",
    "recorded an absence": "ghi vắng lâu ngày",
    "recorded a return": "ghi đã về",
    "recorded a membership": "ghi vào đơn vị",
    "ended a membership": "ghi thôi đơn vị",
    "recorded a circumstance": "ghi hoàn cảnh được bảo vệ",
    "ended a circumstance": "ghi thôi hoàn cảnh",
    "added a partner": "thêm đối tác",
    "changed a partner": "sửa đối tác",
    "ended a partnership": "ghi thôi hợp tác",
    "wrote down a promised contribution": "ghi đóng góp đã hứa",
    "received a contribution": "ghi đã nhận đóng góp",
    "withdrew a contribution": "rút đóng góp",
    "queued a failed task again": "cho việc nền chạy lại",
}


_DETAILS = {
    "role": "vai trò",
    "helper": "người giúp",
    "group": "nhóm",
    "where": "ở",
    "fields": "mục đã sửa",
    "count": "số lượng",
    "first": "đầu tiên",
    "decision": "theo",
    "unit": "đơn vị",
    "as_of": "tính đến",
    "numerator": "số đạt",
    "denominator": "tổng số",
    "reason": "lý do",
    "second": "người thứ hai",
    "state": "trạng thái",
    "people": "số người",
    "query": "tìm",
    "what": "đóng góp",
    "quantity": "số lượng",
    "amount": "số tiền",
}


def name_act(**words: str) -> None:
    """Give acts their Vietnamese words; underscores stand for spaces."""
    _WORDS.update({name.replace("_", " "): text for name, text in words.items()})


def name_details(labels: dict[str, str]) -> None:
    """Give the details of acts their Vietnamese names."""
    _DETAILS.update(labels)


def details_in_words(details: dict[str, Any]) -> str:
    """What the trail keeps of an act beside its target; keys of rows are for machines and stay out."""
    said = []
    for name, value in details.items():
        label = _DETAILS.get(name)
        if label is None or value in (None, ""):
            continue
        words = Role(value).label if name == "role" and value in Role.values else value
        said.append(f"{label}: {words}")
    return "; ".join(said)


def in_words(action: str) -> str:
    """The act in Vietnamese; one without words shows as recorded."""
    return _WORDS.get(action, action)
