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
        took_in_a_file_of_a_question="nhận tệp của câu hỏi",
        calibrated_a_question="tính lại độ khó của câu hỏi",
    )
    name_details(
        {"questions": "số câu", "answers": "số câu trả lời", "before": "trước", "after": "sau", "kind": "loại"}
    )


def _testing() -> None:
    """Tests: what the trail calls their acts, what is held of learners."""


def _practice() -> None:
    """Practice, sittings, paper: what the trail calls their acts, what is held of learners."""


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
