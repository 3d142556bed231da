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


def _teams() -> None:
    """Teams and the rules of field work."""


def _supervising() -> None:
    """What waits for somebody, spot checks, files of queues."""


def _helping() -> None:
    """Help to people and needs: how they are settled, what the trail calls them, what is held of people."""
    from hocvu.outreach import agreeing, helping, needs, settling
    from hocvu.outreach.models import Help, Need
    from hocvu.ward import consenting, forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act

    for kind in (
        settling.Kind(Help, helping.PATH, "lượt giúp", helping.from_fields, helping.address_of, helping.may_count),
        settling.Kind(Need, needs.PATH, "nhu cầu", needs.from_fields, needs.address_of, needs.may_count),
    ):
        settling.joins(kind)
    name_act(
        recorded_help_to_a_person="ghi lượt giúp người dân",
        took_help_back="rút lượt giúp",
        looked_for_somebody_to_record_help_for="tìm người để ghi lượt giúp",
        saw_help="xem danh sách lượt giúp",
        recorded_a_need="ghi nhu cầu của hộ",
        matched_a_need="ghép nhu cầu",
        unmatched_a_need="bỏ ghép nhu cầu",
        met_a_need="ghi nhu cầu đã đáp ứng",
        refused_a_need="ghi nhu cầu không đáp ứng được",
    )
    subject_data.about_person("Được giúp", helping.tell)
    subject_data.about_person("Nhu cầu", needs.tell)
    forgetting.forgets("lượt giúp", helping.forget)
    forgetting.forgets("nhu cầu", needs.forget)
    consenting.when_withdrawn(agreeing.HELP, helping.forget)
    consenting.when_withdrawn(agreeing.NEED, needs.withdrawn)
    merging.by_key("lượt giúp", "helps")
    merging.by_key("nhu cầu", "needs")
    processing.declare(
        processing.Processing(
            "help",
            "Lượt giúp người dân",
            "Giúp tiếp cho đúng việc, đếm có bao nhiêu người đã làm được",
            "Đồng ý của người đó",
            "Được giúp việc gì, nay đã làm được hay đã có chưa, biết bằng cách nào, ai giúp, ở đâu, ngày nào",
            "Người được giúp tại nhà, tại lớp, tại quầy và đã đồng ý",
            "Người giúp; tổ phụ trách nơi người đó ở; người điều phối; nơi khác chỉ thấy số đếm",
            "Không đồng ý thì không ghi; rút đồng ý thì xóa ngay; không ghi mật khẩu, mã OTP, số tài khoản",
            "5 năm kể từ ngày giúp, hoặc đến khi rút đồng ý; lượt không tính xóa sau 30 ngày",
            needs_consent=True,
        )
    )
    processing.declare(
        processing.Processing(
            "need",
            "Nhu cầu của một người",
            "Ghép với quà tặng, lớp học, người giúp; biết còn bao nhiêu nhu cầu chưa đáp ứng",
            "Đồng ý của người đó",
            "Cần thiết bị, kết nối, lớp học; hỗ trợ cho người khuyết tật (dữ liệu nhạy cảm); kết quả",
            "Người được ghi tên cạnh nhu cầu của hộ và đã đồng ý",
            "Tổ phụ trách nơi đó; người điều phối; đối tác không được nhận tên",
            "Không đồng ý thì chỉ ghi cho hộ; nhu cầu về khuyết tật chỉ ghi khi đã đồng ý, tổ không tải về được, số công "
            "khai không có loại này",
            "5 năm kể từ ngày ghi, hoặc đến khi rút đồng ý",
            needs_consent=True,
        )
    )


def _classes() -> None:
    """Classes and gatherings."""


def _training() -> None:
    """Training of officials."""
