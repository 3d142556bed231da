from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "hocvu.assessment"
    label = "assessment"
    verbose_name = "Kiểm tra và xác nhận"

    def ready(self) -> None:
        """Join this room to the acts of the house."""
        _bank()
        _testing()
        _practice()
        _certificates()
        _verifying()
        _register()


def _bank() -> None:
    """The bank of questions: what the trail calls its acts."""
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        began_a_question="bắt đầu soạn câu hỏi",
        began_a_version_of_a_question="bắt đầu bản mới của câu hỏi",
        wrote_in_a_question="sửa câu hỏi",
        dropped_a_version_of_a_question="bỏ một bản của câu hỏi",
        sent_a_question_for_review="gửi duyệt câu hỏi",
        took_a_question_back_to_write_on="lấy lại câu hỏi để sửa",
        sent_a_question_back="trả lại câu hỏi để sửa",
        approved_a_question="duyệt câu hỏi",
        retired_a_question="thôi dùng câu hỏi",
        took_a_question_up_again="dùng lại câu hỏi",
        loaded_a_question_of_files="nạp câu hỏi từ tệp",
        imported_questions_from_a_sheet="nạp câu hỏi từ Excel",
        took_the_bank_of_questions_away="tải ngân hàng câu hỏi kèm đáp án",
        took_in_a_file_of_a_question="nhận tệp của câu hỏi",
        calibrated_a_question="tính lại độ khó của câu hỏi",
    )
    name_details(
        {"questions": "số câu", "answers": "số câu trả lời", "before": "trước", "after": "sau", "kind": "loại"}
    )


def _testing() -> None:
    """Tests: what the trail calls their acts, what is held of learners."""
    from hocvu.assessment.testing import personal, rules
    from hocvu.learning import beside
    from hocvu.ward import forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        loaded_a_test_rule="nạp quy tắc kiểm tra từ tệp",
        decided_a_test_rule="ra bản mới của quy tắc kiểm tra",
        withdrew_a_test_rule="thôi dùng quy tắc kiểm tra",
        gave_an_attempt_more_time="thêm giờ cho lượt làm bài",
        looked_at_a_pattern_in_an_attempt="xem lại dấu hiệu trong lượt làm bài",
        voided_an_attempt="cho lượt làm bài không tính",
        voided_a_question_in_tests="cho câu hỏi không tính trong các lượt làm",
        appealed_against_a_result="đề nghị xem lại kết quả",
        answered_an_appeal="trả lời đề nghị xem lại kết quả",
    )
    name_details({"number": "bản", "valid_from": "từ ngày", "why": "lý do", "minutes": "số phút"})
    beside.offers(rules.beside_course)
    subject_data.about_person("Bài kiểm tra đã làm", personal.tell)
    subject_data.about_person("Từng câu trả lời", personal.tell_answers)
    subject_data.about_person("Xem lại kết quả kiểm tra", personal.tell_reviews)
    forgetting.forgets("kết quả kiểm tra", personal.forget)
    merging.follows("kết quả kiểm tra", personal.move, personal.back)
    processing.declare(
        processing.Processing(
            "tests",
            "Bài kiểm tra",
            "Biết người học nên học gì, xác nhận điều người học làm được, đo tiến bộ của cả lớp, cả địa bàn",
            processing.TASK,
            "Câu đã hỏi, câu trả lời, giờ trả lời, kết quả theo năng lực, có thêm giờ hay không (không ghi vì sao), "
            "dấu hiệu lạ và kết luận của người xem, điều người học đề nghị xem lại",
            "Người dân đã đăng nhập và làm bài",
            "Chính người đó; người xem lại chỉ thấy lượt làm, không thấy tên; nơi quản lý xem số đếm",
            "Trả lời lưu từng câu; đáp án không hiện ra trang nào của bài xác nhận; người đã giúp hoặc coi thi không được "
            "xem xét lượt làm đó",
            "Đến khi yêu cầu xóa",
        )
    )


def _practice() -> None:
    """Practice, sittings, paper: what the trail calls their acts, what is held of learners."""
    from hocvu.assessment import personal_practice
    from hocvu.ward import forgetting, merging, processing, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        loaded_a_practice_task="nạp việc thực hành từ tệp",
        wrote_a_practice_task="soạn việc thực hành",
        ended_a_practice_task="thôi dùng việc thực hành",
        looked_for_a_learner="tìm người học",
        confirmed_practice="xác nhận thực hành",
        let_practice_count="tính xác nhận thực hành đã chờ xem",
        did_not_let_practice_count="không tính xác nhận thực hành đã chờ xem",
        withdrew_practice="rút xác nhận thực hành",
        opened_a_sitting="mở buổi kiểm tra",
        closed_a_sitting="đóng buổi kiểm tra",
        put_somebody_on_the_list_of_a_sitting="thêm người vào buổi kiểm tra",
        came_to_a_sitting="vào buổi kiểm tra",
        recognised_a_candidate="nhận diện người làm bài",
        took_recognising_a_candidate_back="bỏ nhận diện người làm bài",
        gave_a_candidate_more_time="thêm giờ cho người làm bài",
        took_a_whole_test_in="nhận một bài làm trọn",
        made_a_paper_form="lập đề trên giấy",
        ended_a_paper_form="thôi dùng đề trên giấy",
        took_the_key_of_a_paper_form="lấy đáp án của đề trên giấy",
        typed_a_paper_sheet="nhập phiếu lần một",
        typed_a_paper_sheet_again="nhập phiếu lần hai",
        settled_a_paper_sheet="chốt chỗ nhập khác nhau của phiếu",
        dropped_a_paper_sheet="bỏ phiếu đã nhập",
    )
    name_details({"how": "cách làm", "minutes": "số phút", "offline": "không cần mạng"})
    subject_data.about_person("Thực hành", personal_practice.tell_practice)
    subject_data.about_person("Màn hình giả lập", personal_practice.tell_tries)
    subject_data.about_person("Buổi kiểm tra", personal_practice.tell_sittings)
    subject_data.about_person("Phiếu trên giấy", personal_practice.tell_sheets)
    forgetting.forgets("thực hành, buổi kiểm tra, phiếu trên giấy", personal_practice.forget)
    merging.follows("thực hành, buổi kiểm tra, phiếu trên giấy", personal_practice.move, personal_practice.back)
    processing.declare(
        processing.Processing(
            "practice",
            "Thực hành, buổi kiểm tra, bài trên giấy",
            "Xác nhận người học làm được việc bằng tay mình, và người làm bài đúng là người ấy",
            processing.TASK,
            "Việc đã làm trước mặt ai, ở đâu, lúc nào; các bước trên màn hình giả lập; có mặt ở buổi kiểm tra, số phút "
            "thêm; câu trả lời trên phiếu giấy",
            "Người học được xác nhận thực hành, người làm bài có giám thị hoặc trên giấy",
            "Chính người đó; người xác nhận, giám thị, người nhập phiếu trong phạm vi của mình; người xem xét bài làm",
            "Bài làm trên máy giám thị được khóa bằng chìa của giám thị, gửi xong thì máy xóa; trang giữ trên máy để làm không cần mạng tự xóa sau buổi; lý do thêm giờ không hỏi, "
            "không giữ",
            "Đến khi yêu cầu xóa; tờ phiếu giấy nơi tổ chức giữ theo quy định lưu trữ",
        )
    )


def _certificates() -> None:
    """Keys, certificates, revocation: what the trail calls their acts, what is held of learners."""
    from hocvu.assessment.certificates import keys, names, personal
    from hocvu.assessment.models import Certificate, SigningKey
    from hocvu.signin import citizens
    from hocvu.ward import forgetting, merging, processing, register, subject_data
    from hocvu.ward.audit_words import name_act, name_details

    register.also_sealed(SigningKey, "private_sealed", keys.place)
    register.also_sealed(Certificate, "name_sealed", names.place)
    name_act(
        made_a_signing_key="tạo khóa ký giấy xác nhận",
        retired_a_signing_key="thôi dùng khóa ký giấy xác nhận",
        declared_a_signing_key_compromised="ghi khóa ký bị lộ",
        signed_certificates_anew="ký lại giấy xác nhận bằng khóa mới",
        issued_a_certificate="cấp giấy xác nhận",
        superseded_a_certificate="thay giấy xác nhận bằng giấy mới",
        proposed_to_revoke_a_certificate="đề nghị thu hồi giấy xác nhận",
        declined_to_revoke_a_certificate="không thu hồi giấy xác nhận",
        revoked_a_certificate="thu hồi giấy xác nhận",
    )
    name_details({"level": "mức", "key": "khóa", "by_code": "giấy mới"})
    subject_data.about_person("Giấy xác nhận", personal.tell)
    subject_data.about_person("Thu hồi giấy xác nhận", personal.tell_revocations)
    forgetting.forgets("giấy xác nhận", personal.forget)
    merging.follows("giấy xác nhận", personal.move, personal.back)
    citizens.when_joined(personal.join)
    processing.declare(
        processing.Processing(
            "certificates",
            "Giấy xác nhận kết quả",
            "Người học chứng minh được điều mình làm được; ai cầm giấy cũng kiểm tra được là giấy thật",
            processing.TASK,
            "Họ tên, mức đã đạt, cách xác lập danh tính, ngày kiểm tra, việc thực hành đã làm, ngày cấp, ngày hết giá trị",
            "Người học được cấp giấy",
            "Người được cấp; người được cho xem giấy chỉ biết họ tên gõ vào có khớp hay không; cán bộ có quyền",
            "Họ tên mã hóa; bản ký số chỉ có mã băm có muối của họ tên, không có số định danh, điện thoại, ngày sinh",
            "Đến khi yêu cầu xóa; khi đó giấy bị thu hồi, chỉ còn mã và tình trạng",
        )
    )


def _verifying() -> None:
    """Printing and checking certificates: what the trail calls their acts."""
    from hocvu.ward.audit_words import name_act

    name_act(printed_certificates="in giấy xác nhận")


def _register() -> None:
    """The desk of certificates, the list for VNeID: what the trail calls their acts, and who is given that list."""
    from hocvu.ward import processing
    from hocvu.ward.audit_words import name_act, name_details

    name_act(
        saw_certificates="xem danh sách giấy xác nhận",
        saw_a_certificate="xem giấy xác nhận",
        took_certificates_away="tải danh sách giấy xác nhận",
        took_the_list_for_VNeID_away="tải danh sách xác nhận trên VNeID",
    )
    name_details({"certificates": "số giấy", "since": "cấp từ ngày"})
    processing.declare(
        processing.Processing(
            "vneid_list",
            "Danh sách gửi nơi quản lý VNeID",
            "Người đã có giấy xác nhận được xác nhận cả trên VNeID",
            processing.TASK,
            "Họ tên, số định danh, mức, mã giấy, ngày cấp",
            "Người có giấy xác nhận còn giá trị, không tính người đã xin hạn chế xử lý",
            "Cơ quan xác nhận trên VNeID; chỉ công an thấy số đầy đủ, người khác tải tệp đã che số",
            "Mỗi lần tải phải ghi lý do và nơi nhận vào nhật ký; hệ thống không giữ lại tệp",
            "Tệp do nơi nhận giữ theo quy định của nơi đó",
        )
    )
