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


def _bank() -> None:
    """The bank of questions: what the trail calls its acts."""


def _testing() -> None:
    """Tests: what the trail calls their acts, what is held of learners."""


def _practice() -> None:
    """Practice, sittings, paper: what the trail calls their acts, what is held of learners."""


def _certificates() -> None:
    """Keys, certificates, revocation: what the trail calls their acts, what is held of learners."""
    from hocvu.assessment.certificates import keys, names, personal
    from hocvu.assessment.models import Certificate, SigningKey
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
    """Printing, checking, the register of certificates: what the trail calls their acts."""
    from hocvu.ward.audit_words import name_act

    name_act(printed_certificates="in giấy xác nhận")
