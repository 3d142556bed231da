from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "hocvu.outreach"
    label = "outreach"
    verbose_name = "Đi từng ngõ, gõ từng nhà"

    def ready(self) -> None:
        """Join this room to the acts of the house."""
        _visits()
        _teams()
        _supervising()
        _helping()
        _classes()
        _training()


def _visits() -> None:
    """Visits to households."""
    from hocvu.outreach import personal_visits, settling, visiting
    from hocvu.outreach.models import Visit
    from hocvu.ward import forgetting, processing
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
    forgetting.forgets("mã hộ đã gõ ở lượt thăm", personal_visits.forget)
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
