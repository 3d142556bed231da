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
    from hocvu.assessment.certificates import keys, names
    from hocvu.assessment.models import Certificate, SigningKey
    from hocvu.ward import register
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
    )
    name_details({"level": "mức", "key": "khóa", "by_code": "giấy mới"})


def _verifying() -> None:
    """Printing, checking, the register of certificates: what the trail calls their acts."""
    from hocvu.ward.audit_words import name_act

    name_act(printed_certificates="in giấy xác nhận")
