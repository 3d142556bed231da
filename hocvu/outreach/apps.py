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
    """Teams and the rules of field work: what the trail calls their acts, what is held of members."""
    from hocvu.outreach import personal_teams
    from hocvu.ward import forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        added_a_team_member="thêm thành viên tổ công nghệ số",
        ended_a_team_member="ghi thành viên thôi ở tổ công nghệ số",
        changed_the_lead_of_a_team="đổi tổ trưởng tổ công nghệ số",
        added_a_place_to_a_team="giao thêm nơi cho tổ công nghệ số",
        ended_a_place_of_a_team="thôi giao nơi cho tổ công nghệ số",
        decided_a_rule_of_field_work="quyết định quy tắc đi từng ngõ",
    )
    name_details({"place": "nơi", "valid_from": "từ ngày"})
    subject_data.about_person("Thành viên tổ công nghệ số", personal_teams.tell)
    forgetting.forgets("thành viên tổ công nghệ số", personal_teams.forget)
    merging.follows("thành viên tổ công nghệ số", personal_teams.move, personal_teams.back)
    processing.declare(
        processing.Processing(
            "teams",
            "Thành viên tổ công nghệ số cộng đồng",
            "Biết mỗi tổ có ai, ai phụ trách nơi nào",
            processing.TASK,
            "Họ tên, do nơi nào cử, tổ trưởng hay thành viên, từ ngày nào đến ngày nào; tài khoản nếu có",
            "Thành viên tổ công nghệ số cộng đồng",
            "Nơi điều phối, lãnh đạo, giám sát, chính tổ đó",
            "Không xếp hạng tổ, không đếm việc theo từng người; tên thành viên không vào nhật ký",
            "Hết phần việc thì dòng cũ còn để biết tổ đã có ai; khi có yêu cầu xóa thì tên thay bằng “đã xóa”",
        )
    )


def _supervising() -> None:
    """What waits for somebody, spot checks, files of queues: what the trail calls their acts."""
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        drew_visits_to_ask_about_again="chọn lượt thăm để hỏi lại hộ",
        asked_a_household_about_a_visit_again="hỏi lại hộ về một lượt thăm",
        brought_in_a_queue_from_a_file="đưa tệp lưu từ máy vào",
    )
    name_details({"month": "tháng", "result": "kết quả", "taken": "ghi mới", "known": "đã có", "author": "người ghi"})


def _helping() -> None:
    """Help to people, needs, photos."""


def _classes() -> None:
    """Classes and gatherings: what the trail calls their acts, what is held of whoever comes."""
    from hocvu.outreach import attending, personal_classes, settling
    from hocvu.outreach.models import Attendance
    from hocvu.signin import citizens
    from hocvu.ward import forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        made_a_class="lập lớp học",
        changed_a_class="sửa lớp học",
        opened_a_class="mở đăng ký lớp học",
        cancelled_a_class="hủy lớp học",
        added_sessions_to_a_class="thêm buổi học",
        moved_a_session="đổi giờ buổi học",
        cancelled_a_session="hủy buổi học",
        registered_for_a_class="đăng ký lớp học",
        registered_a_household_for_a_class="đăng ký lớp học giúp một hộ",
        gave_a_place_in_a_class_back="bỏ đăng ký lớp học",
        matched_a_name_of_a_class="ghép tên ghi tại lớp với danh bạ",
        took_attendance="điểm danh lớp học",
        took_a_mark_of_attendance_back="bỏ một lượt điểm danh",
        saw_who_registered_for_a_class="xem danh sách lớp học",
        took_the_list_of_a_session_along="mang danh sách buổi học theo máy",
    )
    settling.joins(
        settling.Kind(
            Attendance,
            "/lop-hoc/diem-danh/",
            "lượt điểm danh",
            attending.from_fields,
            lambda key: f"/lop-hoc/cho-xem/{key}/",
        )
    )
    name_details({"sessions": "số buổi", "people": "số người", "fields": "mục đã sửa", "waits": "chờ chỗ"})
    subject_data.about_person("Lớp học đã đăng ký", personal_classes.tell)
    subject_data.about_person("Điểm danh lớp học", personal_classes.tell_attendance)
    forgetting.forgets("đăng ký, điểm danh lớp học", personal_classes.forget)
    merging.follows("đăng ký, điểm danh lớp học", personal_classes.move, personal_classes.back)
    citizens.when_joined(personal_classes.join)
    processing.declare(
        processing.Processing(
            "classes",
            "Lớp học, buổi sinh hoạt",
            "Giữ chỗ, nhắc lịch, biết ai đã học đủ buổi, đếm người được phổ cập",
            processing.TASK,
            "Họ tên, lớp đã đăng ký, ai đăng ký giúp, buổi đã dự; góp ý không ghi tên",
            "Người đăng ký hoặc đến lớp",
            "Chính người đó; đơn vị tổ chức, người dạy của lớp; thành viên tổ công nghệ số chỉ khu dân cư của mình",
            "Danh sách mang theo máy được khóa, hết hạn sau buổi học; mã in ra không mở được gì; góp ý tách khỏi người nói",
            "Đến khi yêu cầu xóa; tên người đến thẳng lớp mà không có trong danh bạ giữ 400 ngày",
        )
    )


def _training() -> None:
    """Training of officials."""
