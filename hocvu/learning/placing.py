"""A file's name is put into a block of the draft, from a page that is not the editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from hocvu.learning.media import using
from hocvu.learning.models import EditLock, Lesson, LessonVersion, Media
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.models import Account


@transaction.atomic
def put_into(
    lesson: Lesson,
    block_id: str,
    field: str,
    name: str,
    *,
    by: Account,
    beside: Mapping[str, Any] | None = None,
) -> LessonVersion:
    """Name a file in a dotted field ("voice", "media", "items.0.picture") of a block of the draft; "" or "?" (voice
    only) takes the name out. `beside` sets fields that stand next to it, such as the alt text.

    Only a draft changes, and counts up by one. Refused where there is no draft, where somebody else is writing in it,
    where the block is gone, where the file does not fit there.
    """
    version = draft_of(lesson, by=by)
    block = next((one for one in version.blocks if one["id"] == block_id), None)
    if block is None:
        raise Refusal("Khối này không còn trong bản đang soạn. Hãy mở lại bài và chọn khối khác.")
    holder = using.field_of(block, field)
    if holder is None:
        raise Refusal("Khối này không có chỗ cho tệp như vậy. Hãy mở lại bài và chọn khối khác.")
    if name and not (name == "?" and field == "voice"):
        _refuse_what_does_not_fit(lesson, name, holder.media)
    group, last = _group_of(block, field)
    for key, value in {**(beside or {}), last: name}.items():
        if value in ("", None, False):
            group.pop(key, None)
        else:
            group[key] = value
    version.revision += 1
    version.writers = sorted({*version.writers, by.pk})
    version.saved_by, version.saved_at = by, clock.now()
    version.origin = LessonVersion.Origin.OFFICE  # no longer what files say: loading them leaves it alone
    version.save(update_fields=("blocks", "revision", "writers", "saved_by", "saved_at", "origin"))
    audit.record(by, "put a file into a lesson", version, ward=lesson.ward, block=block_id, file=name or None)
    return version


def draft_of(lesson: Lesson, *, by: Account) -> LessonVersion:
    """The draft of a lesson, held for this transaction. Refused where there is none, or somebody else writes in it."""
    # The lesson's row, as every act of `authoring` holds it: a save that has read the draft already would write over this.
    Lesson.objects.select_for_update(of=("self",), no_key=True).get(pk=lesson.pk)
    version = lesson.versions.select_for_update(no_key=True).filter(state=LessonVersion.State.DRAFT).first()
    if version is None:
        raise Refusal("Bài này không có bản đang soạn. Hãy mở bài và bấm “Soạn bản mới” trước.")
    if sentence := who_else_writes(lesson, by=by):
        raise Refusal(sentence)
    return version


def who_else_writes(lesson: Lesson, *, by: Account) -> str:
    """Who keeps others out of the lesson, in a sentence; "" where nobody does."""
    lock = EditLock.objects.filter(lesson=lesson).exclude(by=by).select_related("by").first()
    if lock is None or lock.is_over(clock.now()):
        return ""
    return f"{lock.by.full_name} đang soạn bài này. Hãy chờ người đó soạn xong, hoặc nhờ họ đóng bài."


def named_in(version: LessonVersion, block_id: str, field: str) -> str:
    """What a dotted field of a block names now; "" for nothing, or where there is no such field."""
    block = next((one for one in version.blocks if one["id"] == block_id), None)
    if block is None or using.field_of(block, field) is None:
        return ""
    group, last = _group_of(block, field)
    return str(group.get(last, ""))


def _refuse_what_does_not_fit(lesson: Lesson, name: str, kind: str) -> None:
    media = lesson.media.filter(name=name).first()
    if media is None or media.kind != kind:
        raise Refusal(f"Bài không có tệp “{name}” thuộc loại {Media.Kind(kind).label}. Hãy tải tệp lên trước.")
    if media.origin == Media.Origin.MACHINE:
        raise Refusal("Giọng máy chỉ để nghe nháp khi soạn, không đặt vào bài được. Hãy thu giọng người thật.")
    if media.state == Media.State.FAILED:
        raise Refusal(f"Tệp này không dùng được: {media.problem}")


def _group_of(block: dict[str, Any], dotted: str) -> tuple[dict[str, Any], str]:
    """The mapping that holds the last part of a dotted name, and that part."""
    *way, last = dotted.split(".")
    group: Any = block
    for part in way:
        group = group[int(part)] if isinstance(group, list) else group[part]
    return group, last
