from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "hocvu.outreach"
    label = "outreach"
    verbose_name = "Đi từng ngõ, gõ từng nhà"

    def ready(self) -> None:
        """Join this room to the acts of the house."""
        _visits()
        _field()
        _teams()
        _supervising()
        _helping()
        _classes()
        _training()


def _visits() -> None:
    """Visits to households."""
    from hocvu.outreach import settling, visiting
    from hocvu.outreach.models import Visit
    from hocvu.ward import processing
    from hocvu.ward.audit_words import name_act, name_details

    settling.joins(
        settling.Kind(Visit, "/tham-ho/ghi/", "lượt thăm", visiting.from_fields, lambda key: f"/tham-ho/luot/{key}/")
    )
    name_act(
        recorded_a_visit="ghi lượt thăm hộ",
        corrected_a_visit="đính chính lượt thăm hộ",
        let_something_from_the_field_count="xem và tính việc chờ xem",
        set_something_from_the_field_aside="xem và không tính",
        settled_a_clash_of_ids="kết luận chỗ trùng mã",
    )
    name_details({"brought_by": "người mang đến", "outcome": "kết luận", "why": "lý do"})
    processing.declare(
        processing.Processing(
            "visits",
            "Lượt thăm hộ",
            "Biết hộ nào đã được phổ biến, hộ nào cần quay lại",
            processing.TASK,
            "Hộ nào, ngày nào, kết quả, đã nói những gì, hẹn ngày nào, ai ghi. Không ghi gì về từng người trong hộ",
            "Hộ gia đình trên địa bàn; thành viên tổ đi thăm",
            "Tổ phụ trách nơi đó; người điều phối",
            "Danh sách mang theo chỉ có điều cần để đến nhà, khóa trên máy, tự hết hạn; hộ ưu tiên không ghi vì sao",
            "Theo thời gian thực hiện kế hoạch",
        )
    )


def _field() -> None:
    """The page of the device, photos."""
    from hocvu.learning import offline
    from hocvu.outreach import photos  # noqa: F401  # joins the rules of keeping
    from hocvu.ward import processing
    from hocvu.ward.audit_words import name_act

    offline.also_keeps(
        "outreach:on_device", assets=("field.css", "field.js", "sealed.js", "pieces.js"), working=("pieces.js",)
    )
    name_act(took_in_a_photo_of_a_visit="nhận ảnh của lượt thăm hộ")
    processing.declare(
        processing.Processing(
            "visit_photos",
            "Ảnh của lượt thăm hộ",
            "Đối chiếu lượt thăm khi cần; không dùng để nhận ra ai",
            processing.TASK,
            "Ảnh đã vẽ lại, không còn nơi chụp, giờ chụp và tên máy; ảnh có thể có người trong nhà",
            "Hộ gia đình được thăm và đồng ý để chụp",
            "Tổ phụ trách nơi đó; người điều phối",
            "Không bắt buộc; nén dưới 300 kB, khóa trên máy và trên máy chủ",
            "400 ngày",
        )
    )


def _teams() -> None:
    """Teams and the rules of field work."""


def _supervising() -> None:
    """What waits for somebody, spot checks, files of queues."""


def _helping() -> None:
    """Help to people, needs, photos."""


def _classes() -> None:
    """Classes and gatherings."""


def _training() -> None:
    """Training of officials."""
