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
    from hocvu.outreach import personal_visits, settling, visiting
    from hocvu.outreach.models import Visit
    from hocvu.ward import forgetting, processing
    from hocvu.ward.audit_words import name_act, name_details

    settling.joins(
        settling.Kind(Visit, "/tham-ho/ghi/", "lượt thăm", visiting.from_fields, lambda key: f"/tham-ho/luot/{key}/")
    )
    name_act(
        took_the_list_of_households_along="mang danh sách hộ theo máy",
        recorded_a_visit="ghi lượt thăm hộ",
        corrected_a_visit="đính chính lượt thăm hộ",
        let_something_from_the_field_count="xem và tính việc chờ xem",
        set_something_from_the_field_aside="xem và không tính",
        settled_a_clash_of_ids="kết luận chỗ trùng mã",
    )
    name_details({"brought_by": "người đưa vào", "outcome": "kết luận", "why": "lý do"})
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


def _field() -> None:
    """The page of the device, photos."""
    from hocvu.learning import offline
    from hocvu.outreach import photos, second_contents  # noqa: F401  # they join the rules of keeping
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
    """Teams and the rules of field work: what the trail calls their acts, what is held of members."""
    from hocvu.outreach import personal_teams
    from hocvu.ward import forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        added_a_team_member="thêm thành viên tổ công nghệ số",
        ended_a_team_member="ghi thành viên rời tổ công nghệ số",
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
        let_a_visit_stand_that_a_household_told_otherwise="xem và tính lượt thăm mà hộ nói khác",
        brought_in_a_queue_from_a_file="đưa tệp lưu từ máy vào",
    )
    name_details({"month": "tháng", "result": "kết quả", "taken": "ghi mới", "known": "đã có", "author": "người ghi"})


def _helping() -> None:
    """Help to people and needs: how they are settled, what the trail calls them, what is held of people."""
    from hocvu.outreach import agreeing, helping, needs, settling
    from hocvu.outreach.models import Help, Need
    from hocvu.ward import consenting, doors, forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act

    doors.add_door(
        helping.READ, "outreach:person_helped", "Đã giúp, đã dự lớp", about=lambda person: person.restricted_at is None
    )
    for kind in (
        settling.Kind(
            Help,
            helping.PATH,
            "lượt giúp",
            helping.from_fields,
            helping.address_of,
            helping.may_count,
            also_under=helping.also_under,
        ),
        settling.Kind(
            Need, needs.PATH, "nhu cầu", needs.from_fields, needs.address_of, needs.may_count, when_aside=needs.let_go
        ),
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
            "Tổ phụ trách nơi đó; người điều phối; người được nhờ giúp, khi nhu cầu còn chờ; đối tác không được nhận tên",
            "Không đồng ý thì chỉ ghi cho hộ; nhu cầu về khuyết tật chỉ ghi khi đã đồng ý, tổ không tải về được, số công "
            "khai không có loại này",
            "5 năm kể từ ngày ghi, hoặc đến khi rút đồng ý",
            needs_consent=True,
        )
    )


def _classes() -> None:
    """Classes and gatherings: what the trail calls their acts, what is held of whoever comes."""
    from hocvu.learning import offline
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
        said_that_a_session_was_held="ghi rằng buổi đã báo nghỉ vẫn học",
        took_attendance="điểm danh lớp học",
        took_a_mark_of_attendance_back="bỏ một lượt điểm danh",
        saw_who_registered_for_a_class="xem danh sách lớp học",
        took_the_list_of_a_session_along="mang danh sách buổi học theo máy",
    )
    offline.also_keeps("outreach:check_in_on_device", assets=("checkin.js",))
    settling.joins(
        settling.Kind(
            Attendance,
            "/lop-hoc/diem-danh/",
            "lượt điểm danh",
            attending.from_fields,
            attending.page_of,
            attending.may_count,
            hold_first=attending.hold_first,
            when_counted=attending.say_held,
            also_under=attending.also_under,
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
    """Training of officials: what the trail calls its acts, what is held of officials."""
    from hocvu.outreach import personal_training
    from hocvu.ward import forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        put_training_into_the_register="thêm vào sổ bồi dưỡng",
        withdrew_training="rút khỏi sổ bồi dưỡng",
        changed_training="sửa dòng trong sổ bồi dưỡng",
        marked_digital_content_of_a_programme="đánh dấu chương trình đã lồng ghép nội dung số",
        took_back_the_mark_of_digital_content="bỏ đánh dấu đã lồng ghép nội dung số",
        named_whom_a_unit_sends_to_training="cử người đi bồi dưỡng",
        took_somebody_off_training="bỏ tên khỏi khóa bồi dưỡng",
        marked_who_attended_training="điểm danh khóa bồi dưỡng",
        marked_who_missed_training="ghi vắng khóa bồi dưỡng",
        asked_to_let_somebody_off_training="xin cho thôi khóa bồi dưỡng",
        let_somebody_off_training="cho thôi khóa bồi dưỡng",
        did_not_let_somebody_off_training="không cho thôi khóa bồi dưỡng",
    )
    name_details({"evidence": "căn cứ", "content": "nội dung"})
    subject_data.about_person("Khóa bồi dưỡng", personal_training.tell)
    forgetting.forgets("khóa bồi dưỡng", personal_training.forget)
    merging.follows("khóa bồi dưỡng", personal_training.move, personal_training.back)
    processing.declare(
        processing.Processing(
            "training",
            "Sổ bồi dưỡng cán bộ",
            "Biết ai được cử, ai đã dự các khóa bồi dưỡng kỹ năng số, để tính tỷ lệ tham gia của kế hoạch",
            processing.TASK,
            "Họ tên, đơn vị, khóa được cử, đã dự hay vắng, căn cứ, lý do xin cho thôi",
            "Cán bộ, công chức, viên chức, người lao động được đơn vị cử",
            "Đơn vị thấy người của mình; nơi điều phối thấy tên; lãnh đạo và giám sát chỉ thấy số đếm",
            "Không ghi số định danh, điện thoại; tên không ghi vào nhật ký",
            "Đến khi yêu cầu xóa",
        )
    )
