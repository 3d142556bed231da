"""What people thought of a class, said once by each who came, under nobody's name.

Who may say it is known by their place in the class; what is kept is a token that only the server's key can make of that
place, and the day. With few answers there is no average: it would tell who said what.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count

from hocvu.lib import clock
from hocvu.lib.disclosure import THRESHOLD
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach.models import Attendance, Feedback, Gathering, Registration
from hocvu.ward import keys

USES = ((5, "rất có ích"), (4, "có ích"), (3, "bình thường"), (2, "ít có ích"), (1, "không có ích"))


def came(registration: Registration) -> bool:
    """Whether somebody with this place was at a session."""
    return Attendance.objects.filter(registration=registration, state=Attendance.State.COUNTS).exists()


def has_said(registration: Registration) -> bool:
    """Whether they have said it."""
    return Feedback.objects.filter(token=_token(registration)).exists()


@transaction.atomic
def say(registration: Registration, *, use: int, words: str) -> Feedback:
    """Keep what somebody thinks. Once, after they came."""
    if use not in dict(USES):
        raise Refusal("Hãy chọn lớp có ích đến đâu.", "use")
    if not came(registration):
        raise Refusal("Chưa thấy có mặt ở buổi nào của lớp này. Dự xong rồi hãy góp ý.")
    row = Feedback(
        gathering_id=registration.gathering_id, use=use, words=nfc(words).strip()[:500], token=_token(registration),
        on=clock.today(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refusal("Đã nhận góp ý của người có mã này rồi. Xin cảm ơn.") from None
    return row


def _token(registration: Registration) -> str:
    place = f"outreach.feedback:{registration.pk}".encode()
    return hmac.digest(keys.keyring().index, place, "sha256").hex()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a class heard. `average` is None and `counts`, `words` empty where fewer than five have spoken."""

    answers: int
    average: float | None = None
    counts: Sequence[tuple[str, int]] = ()
    words: Sequence[str] = ()

    @property
    def is_hidden(self) -> bool:
        return 0 < self.answers < THRESHOLD


def heard(gathering: Gathering) -> Heard:
    """What people said of a class, without the order in which they said it."""
    rows = Feedback.objects.filter(gathering=gathering)
    by_use = dict(rows.order_by().values_list("use").annotate(n=Count("pk")))
    answers = sum(by_use.values())
    if answers < THRESHOLD:
        return Heard(answers)
    average = round(sum(use * n for use, n in by_use.items()) / answers, 1)
    counts = [(words, by_use.get(use, 0)) for use, words in USES]
    return Heard(answers, average, counts, sorted(rows.exclude(words="").order_by().values_list("words", flat=True)))
