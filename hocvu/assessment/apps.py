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


def _verifying() -> None:
    """Printing, checking, the register of certificates: what the trail calls their acts."""
