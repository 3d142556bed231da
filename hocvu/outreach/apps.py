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
