"""What is done with personal data, said by the rooms that do it: the record of processing is made of these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Processing:
    """One processing: why, on what ground, which data of whom, who receives it, how it is kept safe and how long."""

    code: str
    title: str
    purpose: str
    ground: str
    data: str
    people: str
    recipients: str
    protection: str
    kept: str
    needs_consent: bool = False


_PROCESSINGS: dict[str, Processing] = {}
TASK = "Nhiệm vụ của cơ quan nhà nước theo kế hoạch đã ban hành; cần đối chiếu điều 19 Luật 91/2025/QH15"


def declare(processing: Processing) -> None:
    """Make a processing known; each code once."""
    if processing.code in _PROCESSINGS:
        raise ValueError(f"the processing {processing.code!r} is already declared")
    _PROCESSINGS[processing.code] = processing


def processings() -> list[Processing]:
    """All of them, in the order of declaration."""
    return list(_PROCESSINGS.values())


def with_consent() -> list[tuple[str, str]]:
    """(code, title) of those that need consent."""
    return [(one.code, one.title) for one in _PROCESSINGS.values() if one.needs_consent]


SEALED = (
    "Số định danh, điện thoại mã hóa AES-256-GCM gắn với từng dòng, tìm bằng chỉ mục có khóa riêng, chỉ hiện ba số cuối"
)

declare(
    Processing(
        "register",
        "Danh bạ nhân khẩu, hộ gia đình",
        "Biết mẫu số của các chỉ tiêu và ai chưa được phổ cập",
        TASK,
        "Họ tên, ngày sinh, giới tính, số định danh, điện thoại, hộ, nơi cư trú, đơn vị",
        "Người cư trú, người học và làm việc trên địa bàn",
        "Điều phối; công an; thành viên tổ công nghệ số chỉ khu dân cư của mình",
        f"{SEALED}; mỗi lần xem ghi nhật ký",
        "Khi còn cư trú hoặc còn thuộc đơn vị; sau đó theo quy tắc lưu giữ",
    )
)
declare(
    Processing(
        "circumstances",
        "Hoàn cảnh được bảo vệ",
        "Hỗ trợ người nghèo, người khuyết tật, người cần giúp tiếp cận",
        "Đồng ý của người đó",
        "Hộ nghèo, cận nghèo, khuyết tật, cần hỗ trợ tiếp cận (dữ liệu nhạy cảm)",
        "Người và hộ có hoàn cảnh",
        "Điều phối",
        "Mã hóa cả loại và ghi chú; mỗi lần xem ghi nhật ký; số công khai ẩn nhóm dưới 10",
        "Đến khi thôi hoàn cảnh hoặc rút đồng ý",
        needs_consent=True,
    )
)
declare(
    Processing(
        "accounts",
        "Tài khoản và nhật ký",
        "Biết ai làm gì, chứng minh được",
        TASK,
        "Họ tên, tên đăng nhập, vai trò, việc đã làm",
        "Cán bộ, thành viên dùng hệ thống",
        "Quản trị, kiểm toán",
        "Mật khẩu băm Argon2id; nhật ký nối chuỗi, không sửa được",
        "Khi còn vai trò; nhật ký giữ theo hệ thống",
    )
)
declare(
    Processing(
        "contact",
        "Gọi điện, nhắn tin hướng dẫn",
        "Nhắc lớp học, hướng dẫn tại nhà",
        "Đồng ý của người đó",
        "Điện thoại",
        "Người cư trú",
        "Tổ công nghệ số của khu dân cư",
        SEALED,
        "Đến khi rút đồng ý",
        needs_consent=True,
    )
)
declare(
    Processing(
        "publish_child",
        "Đăng hình ảnh, thành tích của trẻ",
        "Tuyên truyền Phong trào",
        "Đồng ý của trẻ từ 7 tuổi và của người đại diện",
        "Họ tên, hình ảnh, thành tích",
        "Trẻ em",
        "Công chúng",
        "Chỉ đăng khi sổ đồng ý có đủ hai bên",
        "Đến khi rút đồng ý",
        needs_consent=True,
    )
)
