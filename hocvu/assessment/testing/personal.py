"""What tests hold of a person: told to them, moved with them, forgotten when they are erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hocvu.assessment.models import Appeal, Attempt, AttemptItem, Suspicion
from hocvu.assessment.questions import marking
from hocvu.assessment.testing import suspecting
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward.models import Account, Person

State = Attempt.State


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """Each test that the person sat."""
    for row in Attempt.objects.filter(account__person=person).select_related("course", "sitting"):
        yield {
            "Bài": row.frozen.get("title", ""),
            "Lần": row.get_phase_display() if row.phase else "",
            "Khóa học": row.course.title if row.course else "",
            "Cách làm": row.get_mode_display(),
            "Bắt đầu": row.began_at,
            "Xong lúc": row.ended_at,
            "Thêm phút": row.extra_minutes,
            "Tình trạng": row.get_state_display(),
            "Số câu": row.asked,
            "Đúng": row.right,
            "Kết quả": "" if row.passed is None else "đạt" if row.passed else "chưa đạt",
        }


def tell_answers(person: Person) -> Iterable[dict[str, Any]]:
    """Each answer that the person gave in a test; never the key."""
    rows = AttemptItem.objects.filter(attempt__account__person=person).exclude(answered_at=None)
    for row in rows.select_related("version", "attempt", "question").order_by("attempt__began_at", "position"):
        yield {
            "Bài": row.attempt.frozen.get("title", ""),
            "Câu số": row.position,
            "Hỏi": marking.plain(row.version.content.get("ask", "")),
            "Trả lời": marking.words(row.version.kind, row.version.content, row.said),
            "Trả lời lúc": row.answered_at,
            "Số giây": round(row.seconds, 1) if row.seconds is not None else None,
            "Đúng": "không tính" if row.right is None or row.is_void else "đúng" if row.right else "chưa đúng",
        }


def tell_reviews(person: Person) -> Iterable[dict[str, Any]]:
    """What somebody looked at, and what the person asked to be looked at."""
    for one in Suspicion.objects.filter(attempt__account__person=person).select_related("attempt"):
        yield {
            "Bài": one.attempt.frozen.get("title", ""),
            "Việc": f"Dấu hiệu: {suspecting.title_of(one.kind)}",
            "Nội dung": suspecting.words_of(one),
            "Lúc": one.at,
            "Tình trạng": one.get_state_display(),
            "Trả lời": one.why,
        }
    for asked in Appeal.objects.filter(attempt__account__person=person).select_related("attempt"):
        yield {
            "Bài": asked.attempt.frozen.get("title", ""),
            "Việc": "Đề nghị xem lại",
            "Nội dung": asked.text,
            "Lúc": asked.at,
            "Tình trạng": asked.get_state_display(),
            "Trả lời": asked.answer,
        }


def forget(person: Person) -> int:
    """Let every attempt go, with its answers and what was said of it. Certificates are revoked by their own room."""
    accounts = Account.objects.filter(person=person)
    return Attempt.objects.filter(account__in=accounts).delete()[0]


# ---- Two rows of the register became one


def move(kept: Person, other: Person) -> list[Any]:
    """The other's attempts go over to the kept one's account; of two that run, theirs is left."""
    mine, theirs = citizens.account_of(kept), citizens.account_of(other)
    if mine is None or theirs is None:
        return []
    rows = Attempt.objects.filter(account=theirs)
    if Attempt.objects.running().filter(account=mine).exists():
        rows.running().update(state=State.VOIDED, ended_at=clock.now())  # no fault of theirs: it makes nobody wait
    keys = [str(key) for key in rows.values_list("pk", flat=True)]
    rows.update(account=mine)
    return [{"from": theirs.pk, "to": mine.pk, "attempts": keys}]


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again: the attempts go back. One that still runs goes back only where none runs there."""
    for moved in keys:
        mine, theirs = (Account.objects.filter(pk=moved[name]).first() for name in ("to", "from"))
        if mine is None or theirs is None:
            continue
        rows = Attempt.objects.filter(pk__in=moved["attempts"], account=mine)
        if Attempt.objects.running().filter(account=theirs).exists():
            rows.running().update(state=State.VOIDED, ended_at=clock.now())
        rows.update(account=theirs)
