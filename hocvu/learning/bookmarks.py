"""Places that a learner wants to find again, and courses that a learner took for their own."""

from __future__ import annotations

from hocvu.learning.models import Bookmark, Lesson
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.ward import receipts
from hocvu.ward.models import Account
from hocvu.ward.receipts import Answer, Parcel

MOST_WORDS = 1000


def put(*, lesson: Lesson, part: str, note: str, by: Account, parcel: Parcel) -> Answer:
    """Mark a part, or say something else about one that is marked."""
    words = nfc(note).strip()
    if len(words) > MOST_WORDS:
        raise Refusal(f"Ghi chú dài {len(words)} chữ, nhiều nhất {MOST_WORDS}. Hãy viết ngắn lại.")

    def act() -> str:
        Bookmark.objects.update_or_create(
            account=by, lesson=lesson, part=part[:40], defaults={"note": words, "at": clock.now()}
        )
        return ""

    return receipts.once(parcel, act, by=by, ward=lesson.ward)


def remove(*, lesson: Lesson, part: str, by: Account, parcel: Parcel) -> Answer:
    """Take a mark away; no fault where there is none."""

    def act() -> str:
        Bookmark.objects.filter(account=by, lesson=lesson, part=part[:40]).delete()
        return ""

    return receipts.once(parcel, act, by=by, ward=lesson.ward)
