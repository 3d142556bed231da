"""A version goes out to the public, or is taken back."""

from __future__ import annotations

from django.db import transaction

from hocvu.learning import reading
from hocvu.learning.models import Lesson, LessonVersion
from hocvu.lib import clock
from hocvu.ward import audit
from hocvu.ward.models import Account

State = LessonVersion.State


@transaction.atomic
def publish(version: LessonVersion, *, by: Account | None) -> LessonVersion:
    """Let the public read this version from now on; the one before is kept as replaced."""
    lesson = Lesson.objects.select_for_update(no_key=True).get(pk=version.lesson_id)
    now = clock.now()
    lesson.versions.filter(state=State.PUBLISHED).exclude(pk=version.pk).update(state=State.REPLACED, ended_at=now)
    version.state, version.published_at, version.ended_at, version.ended_why = State.PUBLISHED, now, None, ""
    version.drawn = reading.draw(version)
    version.save()
    lesson.published = version
    lesson.save(update_fields=["published"])
    audit.record(by, "published a lesson", version, ward=lesson.ward, number=version.number)
    return version


@transaction.atomic
def withdraw(lesson: Lesson, *, why: str, by: Account | None) -> None:
    """Take a lesson out of the public's sight. Its versions and what learners did in it stay."""
    lesson = Lesson.objects.select_for_update(no_key=True).get(pk=lesson.pk)
    if (version := lesson.published) is None:
        return
    lesson.published = None
    lesson.save(update_fields=["published"])
    version.state, version.ended_at, version.ended_why = State.WITHDRAWN, clock.now(), why
    version.save(update_fields=["state", "ended_at", "ended_why"])
    audit.record(by, "withdrew a lesson", version, ward=lesson.ward, why=why)
