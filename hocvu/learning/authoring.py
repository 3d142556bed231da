"""Lessons written by office staff: one writes, another approves, the public reads.

A lesson has at most one version on its way out. Only a draft changes; whoever saves names the revision that they began
from, so that nobody's words are overwritten unseen. The lock says who is at it, so that two seldom meet; it is a courtesy
and the revision is the guard.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from hocvu.learning import checking, publishing
from hocvu.learning.models import EditLock, Lesson, LessonVersion, ReviewRemark
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import slug as slug_of
from hocvu.ward import audit, notices
from hocvu.ward.access import may
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Grant, Ward

log = logging.getLogger(__name__)
State, Origin = LessonVersion.State, LessonVersion.Origin
RULE = {"parts": "all", "checks": "answered"}
CONTENT = ("title", "summary", "minutes", "level", "groups", "competences", "rule", "blocks", "teaching")
APPROVERS = [role for role in Role if "lessons.approve" in CAPABILITIES[role]]


class Held(Refusal):
    """Somebody else has the lesson open."""

    def __init__(self, lock: EditLock) -> None:
        super().__init__(
            f"{lock.by.full_name} đang sửa bài này từ {_hour(lock.taken_at)}. Chữ vừa gõ vẫn còn trên trang này; "
            "hãy hỏi nhau trước khi lưu, hoặc đợi người đó sửa xong."
        )
        self.lock = lock


class Stale(Refusal):
    """Somebody else saved since the form was opened; `now` is what stands there."""

    def __init__(self, now: LessonVersion) -> None:
        who = now.saved_by.full_name if now.saved_by else "Người khác"
        super().__init__(
            f"{who} đã lưu bài này lúc {_hour(now.saved_at)}, sau khi trang này mở ra. Chưa lưu đè lên bản đó; "
            "chữ vừa gõ vẫn còn ở dưới."
        )
        self.now = now


# ---- Writing


@transaction.atomic
def new_lesson(ward: Ward, *, title: str, by: Account) -> LessonVersion:
    """A lesson that nobody reads yet, with an empty draft under this title."""
    if not (base := slug_of(title)[:70].strip("-")):
        raise Refusal("Tên bài phải có chữ. Hãy viết tên ngắn, ví dụ “Gọi điện có hình”.", "title")
    Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)  # two lessons of one title at once
    taken = set(Lesson.objects.of(ward).filter(slug__startswith=base).values_list("slug", flat=True))
    free = next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
    lesson = Lesson.objects.create(ward=ward, slug=free, created_by=by)
    version = _draft(lesson, number=1, by=by, title=title, rule=RULE)
    audit.record(by, "began a lesson", version, ward=ward)
    _hold(lesson, by)
    return version


@transaction.atomic
def start_version(lesson: Lesson, *, by: Account, of: LessonVersion | None = None) -> LessonVersion:
    """A new draft with what a version says: the one named, else what the public reads, else the newest."""
    lesson = _locked(lesson)
    if (under_way := on_its_way(lesson)) is not None:
        raise Refusal(
            f"Bài này đã có một bản {under_way.get_state_display()} (bản {under_way.number}). "
            "Hãy dùng bản đó, hoặc bỏ nó trước."
        )
    of = of or lesson.published or lesson.versions.order_by("-number").first()
    said = {name: getattr(of, name) for name in CONTENT} if of else {"title": lesson.slug, "rule": RULE}
    version = _draft(lesson, number=_next_number(lesson), by=by, **said)
    audit.record(by, "began a version of a lesson", version, ward=lesson.ward, number=version.number,
                 copied=f"bản {of.number}" if of else None)  # fmt: skip
    return version


@transaction.atomic
def draft_from(lesson: Lesson, *, by: Account, said: dict[str, Any]) -> LessonVersion:
    """A draft with what files say, beside what the public reads and never over it."""
    version = start_version(lesson, by=by)
    for name, value in said.items():
        setattr(version, name, value)
    version.origin = Origin.FILE
    version.save()
    return version


@transaction.atomic
def open_for_editing(lesson: Lesson, *, by: Account, take_over: bool = False) -> EditLock:
    """Take the lesson for writing, or go on holding it. Raises Held where somebody else has it; a lock that ran out is
    free, and whoever approves lessons may take one over."""
    lesson = _locked(lesson)
    held = lock_of(lesson)
    if held is not None and held.by_id != by.pk and not (take_over and may(by, "lessons.approve", lesson.ward)):
        raise Held(held)
    if held is not None and held.by_id != by.pk:
        audit.record(by, "took over a lesson being written", lesson, ward=lesson.ward, writer=held.by.full_name)
        _tell(
            [held.by],
            f"lesson-taken:{lesson.pk}:{clock.now():%Y%m%d%H%M}",
            f"{by.full_name} đã nhận việc sửa bài “{_title(lesson)}”. Chữ chưa lưu vẫn còn trên trang đang mở.",
            lesson,
        )
    return _hold(lesson, by)


def lock_of(lesson: Lesson) -> EditLock | None:
    """Who has the lesson open; nobody once they were silent for long."""
    lock = EditLock.objects.filter(lesson=lesson).select_related("by").first()
    return None if lock is None or lock.is_over(clock.now()) else lock


@transaction.atomic
def save(
    version: LessonVersion, data: dict[str, Any], *, revision: int, by: Account, set_aside: bool = False
) -> LessonVersion:
    """Keep what a draft says now. Raises Held where somebody else has it open, Stale where it was saved since `revision`.

    With `set_aside` whatever was saved since stays as a version of its own in the list of versions; so nothing that
    anybody wrote is lost.
    """
    lesson = _locked(version.lesson)
    held = LessonVersion.objects.select_related("saved_by").get(pk=version.pk)
    if not held.is_draft:
        raise Refusal(f"Bản này {held.get_state_display()}, không sửa được nữa. Chữ vừa gõ vẫn còn trên trang này.")
    _refuse_held(lesson, by)
    _hold(lesson, by)
    if held.revision != revision:
        if not set_aside:
            raise Stale(held)
        _set_aside(held)
    changed = {name: data[name] for name in CONTENT if name in data and data[name] != getattr(held, name)}
    if not changed:
        return held
    first_of_hand = held.saved_by_id != by.pk or held.revision == 0
    for name, value in changed.items():
        setattr(held, name, value)
    held.writers = sorted({*held.writers, by.pk})
    held.revision, held.saved_by, held.saved_at, held.origin = held.revision + 1, by, clock.now(), Origin.OFFICE
    held.save()
    if first_of_hand:  # saving itself every few seconds, it would fill the trail
        audit.record(by, "wrote in a lesson", held, ward=lesson.ward, number=held.number)
    return held


def _set_aside(draft: LessonVersion) -> None:
    """Keep a draft's words as a version that went nowhere; the draft goes on under the next number."""
    kept = LessonVersion.objects.get(pk=draft.pk)
    draft.number = _next_number(draft.lesson)
    LessonVersion.objects.filter(pk=draft.pk).update(number=draft.number)
    who = kept.saved_by.full_name if kept.saved_by else "người khác"
    kept.pk, kept.state, kept.ended_at = None, State.REPLACED, clock.now()
    kept.ended_why = f"Bản {who} lưu lúc {_hour(kept.saved_at)}, cất lại khi người khác lưu bản của mình."
    kept._state.adding = True
    kept.save(force_insert=True)


@transaction.atomic
def discard(version: LessonVersion, *, by: Account) -> None:
    """Give up a version on its way. Its words stay in the list of versions."""
    held = _on_its_way(version, *LessonVersion.ON_THE_WAY)
    _refuse_held(held.lesson, by)
    if held.state in (State.APPROVED, State.SCHEDULED) and not may(by, "lessons.approve", held.lesson.ward):
        raise Refusal("Bản này đã được duyệt nên chỉ người duyệt bỏ được. Hãy nhờ người duyệt trả lại để sửa.")
    public = held.lesson.published
    offer_files_again = held.origin == Origin.FILE or (public is not None and public.origin == Origin.OFFICE)
    held.state, held.ended_at, held.ended_why = State.WITHDRAWN, clock.now(), "Bỏ, không đăng."
    held.publish_at = None
    held.save()
    if offer_files_again:  # what was taken of them, and written on perhaps, did not go out
        Lesson.objects.filter(pk=held.lesson_id).update(file_digest="")
    EditLock.objects.filter(lesson=held.lesson_id).delete()
    audit.record(by, "discarded a version of a lesson", held, ward=held.lesson.ward, number=held.number)
    notices.settle(address(held.lesson, "review_lesson"))


# ---- Reviewing


@transaction.atomic
def send_for_review(version: LessonVersion, *, by: Account) -> LessonVersion:
    """Hand a draft to whoever approves. Refused while something stands that must be put right first."""
    held = _on_its_way(version, State.DRAFT)
    _refuse_held(held.lesson, by)
    _refuse_unfit(held)
    held.state, held.sent_by, held.sent_at = State.REVIEW, by, clock.now()
    held.save()
    EditLock.objects.filter(lesson=held.lesson_id).delete()
    audit.record(by, "sent a lesson for review", held, ward=held.lesson.ward, number=held.number)
    judges = [one for one in _approvers(held.lesson.ward) if one.pk not in (held.made_by_id, held.saved_by_id)]
    _tell(judges, f"lesson-review:{held.pk}:{held.revision}:{held.sent_at:%H%M%S}",
          f"Bài “{held.title}” chờ duyệt, {by.full_name} gửi.", held.lesson, "review_lesson")  # fmt: skip
    return held


@transaction.atomic
def take_back(version: LessonVersion, *, by: Account) -> LessonVersion:
    """What was sent becomes a draft again, because somebody wants to write on."""
    held = _on_its_way(version, State.REVIEW)
    held.state = State.DRAFT
    held.save()
    audit.record(by, "took a lesson back to write on", held, ward=held.lesson.ward, number=held.number)
    notices.settle(address(held.lesson, "review_lesson"))
    return held


@transaction.atomic
def send_back(version: LessonVersion, remarks: Sequence[tuple[str, str]], *, by: Account) -> LessonVersion:
    """Give a version back to its author with what is to be put right: (block or "" for the whole, words)."""
    held = _on_its_way(version, State.REVIEW, State.APPROVED, State.SCHEDULED)
    remarks = [(block, text.strip()) for block, text in remarks if text.strip()]
    if not remarks:
        raise Refusal("Hãy ghi ít nhất một nhận xét để người soạn biết phải sửa gì.", "text")
    if long := next((text for _, text in remarks if len(text) > 1000), ""):
        raise Refusal(f"Nhận xét dài {len(long)} ký tự, nhiều nhất 1000. Hãy viết ngắn lại.", "text")
    held.state, held.publish_at = State.DRAFT, None
    held.approved_by = held.approved_at = None
    held.save()
    ReviewRemark.objects.bulk_create(
        ReviewRemark(version=held, block=block, text=text, by=by) for block, text in remarks
    )
    audit.record(by, "sent a lesson back", held, ward=held.lesson.ward, number=held.number, remarks=len(remarks))
    notices.settle(address(held.lesson, "review_lesson"))
    _tell_authors(held, f"lesson-back:{held.pk}:{clock.now():%d%H%M%S}",
                  f"Bài “{held.title}” được trả lại để sửa, có {len(remarks)} nhận xét.", "edit_lesson")  # fmt: skip
    return held


@transaction.atomic
def settle_remark(remark: ReviewRemark, *, by: Account) -> None:
    """Say that a remark was seen to."""
    ReviewRemark.objects.filter(pk=remark.pk, settled_at=None).update(settled_at=clock.now())


@transaction.atomic
def approve(version: LessonVersion, *, revision: int, by: Account) -> LessonVersion:
    """Say that the public may read what was read at this revision. Two persons: never whoever wrote in the version."""
    held = _on_its_way(version, State.REVIEW)
    if held.revision != revision:
        raise Refusal("Bài đã được sửa sau khi trang này mở ra. Hãy đọc lại bản mới rồi duyệt.")
    if by.pk in (held.made_by_id, held.saved_by_id, *held.writers):
        raise Refusal(
            "Bài do chính mình soạn hoặc sửa thì người khác phải duyệt. Hãy nhờ một người có quyền duyệt khác."
        )
    _refuse_unfit(held)
    held.state, held.approved_by, held.approved_at = State.APPROVED, by, clock.now()
    held.save()
    audit.record(by, "approved a lesson", held, ward=held.lesson.ward, number=held.number)
    notices.settle(address(held.lesson, "review_lesson"))
    _tell_authors(held, f"lesson-approved:{held.pk}:{held.revision}:{held.approved_at:%H%M%S}",
                  f"Bài “{held.title}” đã được duyệt.")  # fmt: skip
    return held


# ---- Going out


@transaction.atomic
def publish_now(version: LessonVersion, *, by: Account) -> LessonVersion:
    """Let the public read an approved version at once."""
    return _go_out(_on_its_way(version, State.APPROVED, State.SCHEDULED), by)


@transaction.atomic
def schedule(version: LessonVersion, *, publish_at: datetime, by: Account) -> LessonVersion:
    """Let an approved version go out by itself at a moment to come; a second time moves that moment."""
    held = _on_its_way(version, State.APPROVED, State.SCHEDULED)
    if publish_at <= clock.now():
        raise Refusal("Giờ hẹn đăng đã qua. Hãy chọn một lúc sau bây giờ, hoặc đăng ngay.", "publish_at")
    held.state, held.publish_at = State.SCHEDULED, publish_at
    held.save()
    audit.record(by, "scheduled a lesson", held, ward=held.lesson.ward, number=held.number,
                 publish_at=f"{timezone.localtime(publish_at):%d/%m/%Y %H:%M}")  # fmt: skip
    return held


def publish_due(now: datetime) -> int:
    """Publish every version whose moment has come; answers how many. Running it twice publishes nothing twice, and one
    that cannot go out does not keep the others back."""
    due = LessonVersion.objects.filter(state=State.SCHEDULED, publish_at__lte=now)
    published = 0
    for version in due.select_related("lesson"):
        try:
            published += _publish_if_due(version, now)
        except Exception:
            log.exception("the version %s could not go out", version.pk)
    return published


@transaction.atomic
def _publish_if_due(version: LessonVersion, now: datetime) -> bool:
    lesson = _locked(version.lesson)
    held = lesson.versions.filter(pk=version.pk, state=State.SCHEDULED, publish_at__lte=now).first()
    if held is not None:
        _go_out(held, None)
    return held is not None


@transaction.atomic
def withdraw(lesson: Lesson, *, why: str, by: Account) -> None:
    """Take a lesson out of the public's sight, saying why. A version that waits for its day waits for somebody now."""
    if not why.strip():
        raise Refusal("Hãy ghi lý do gỡ bài, để người soạn hiểu vì sao.", "why")
    lesson = _locked(lesson)
    version = lesson.published
    if version is None:
        raise Refusal("Bài này không có bản nào đang đăng.")
    publishing.withdraw(lesson, why=why.strip()[:300], by=by)
    lesson.versions.filter(state=State.SCHEDULED).update(state=State.APPROVED, publish_at=None)
    _tell_authors(version, f"lesson-withdrawn:{version.pk}:{clock.now():%d%H%M%S}",
                  f"Bài “{version.title}” đã được gỡ: {why.strip()[:300]}")  # fmt: skip


def _go_out(version: LessonVersion, by: Account | None) -> LessonVersion:
    published = publishing.publish(version, by=by)
    published.remarks.filter(settled_at=None).update(settled_at=clock.now())
    _tell_authors(published, f"lesson-out:{published.pk}", f"Bài “{published.title}” đã đăng.")
    return published


# ---- Small things


def on_its_way(lesson: Lesson) -> LessonVersion | None:
    """The version that is being written, judged or waits for its moment."""
    return lesson.versions.filter(state__in=LessonVersion.ON_THE_WAY).first()


def address(lesson: Lesson, page: str = "lesson_state") -> str:
    """A page of the desk about a lesson."""
    return reverse(f"learning:{page}", args=(lesson.pk,))


def _draft(lesson: Lesson, *, number: int, by: Account, **said: Any) -> LessonVersion:
    return LessonVersion.objects.create(lesson=lesson, number=number, made_by=by, saved_by=by, **said)


def _next_number(lesson: Lesson) -> int:
    return int(lesson.versions.aggregate(Max("number"))["number__max"] or 0) + 1


def _locked(lesson: Lesson) -> Lesson:
    """The lesson's row, held until the end of the act: all acts on a lesson come one after the other."""
    return (
        Lesson.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ward", "published")
        .get(pk=lesson.pk)
    )


def _on_its_way(version: LessonVersion, *states: str) -> LessonVersion:
    lesson = _locked(version.lesson)
    held = lesson.versions.select_related("made_by", "saved_by").get(pk=version.pk)
    held.lesson = lesson
    if held.state not in states:
        raise Refusal(
            f"Bản {held.number} của bài này {held.get_state_display()} rồi. Hãy tải lại trang để xem việc tiếp theo."
        )
    return held


def _hold(lesson: Lesson, by: Account) -> EditLock:
    lock = EditLock.objects.filter(lesson=lesson).first()
    now = clock.now()
    if lock is None or lock.by_id != by.pk:
        taken = {"by": by, "taken_at": now, "touched_at": now}
        lock, _ = EditLock.objects.update_or_create(lesson=lesson, defaults=taken)
    elif (now - lock.touched_at).total_seconds() > 5:
        lock.touched_at = now
        lock.save(update_fields=["touched_at"])
    return lock


def _refuse_held(lesson: Lesson, by: Account) -> None:
    lock = lock_of(lesson)
    if lock is not None and lock.by_id != by.pk:
        raise Held(lock)


def _refuse_unfit(version: LessonVersion) -> None:
    blocking = [fault for fault in checking.check(version) if fault.blocks]
    if blocking:
        raise Refusal(
            f"Bài còn {len(blocking)} chỗ phải sửa trước: {blocking[0].words} Hãy mở trang “Kiểm tra bài” để xem từng chỗ."
        )


def _approvers(ward: Ward) -> list[Account]:
    held = Grant.objects.on(clock.today()).filter(ward=ward, role__in=APPROVERS)
    return list(Account.objects.filter(is_active=True, pk__in=held.values("account")))


def _tell_authors(version: LessonVersion, key: str, text: str, page: str = "lesson_state") -> None:
    authors = {one.pk: one for one in (version.made_by, version.saved_by) if one is not None}
    _tell(list(authors.values()), key, text, version.lesson, page)


def _tell(accounts: list[Account], key: str, text: str, lesson: Lesson, page: str = "lesson_state") -> None:
    notices.tell(accounts, key=key[:120], text=text, href=address(lesson, page), ward=lesson.ward)


def _title(lesson: Lesson) -> str:
    version = on_its_way(lesson) or lesson.published
    return version.title if version else lesson.slug


def _hour(moment: datetime) -> str:
    local = timezone.localtime(moment)
    day = "" if local.date() == clock.today() else f" ngày {local:%d/%m/%Y}"
    return f"{local:%H:%M}{day}"
