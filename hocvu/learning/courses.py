"""Courses are arranged at the desk: what they are for, which lessons in which order, open or closed.

A course that came from files counts up its revision with every change made here, so that loading the files again
leaves it as the ward arranged it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Max

from hocvu.learning.groups import GROUPS, NEEDS
from hocvu.learning.models import Course, CourseLesson, Enrolment, Lesson
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, slug
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

State = Course.State
FIELDS = ("title", "summary", "groups", "needs", "level", "position")
LONGEST_SLUG = 80


@transaction.atomic
def create(
    ward: Ward, *, title: str, summary: str, groups: Sequence[str], needs: Sequence[str], level: str, position: int,
    by: Account,
) -> Course:  # fmt: skip
    """A new course, closed to the public until it is opened."""
    _refuse_title(ward, title)
    course = Course.objects.create(
        ward=ward, slug=_free_slug(ward, title), title=title, summary=summary, groups=_known(groups, GROUPS),
        needs=_known(needs, NEEDS), level=level, position=position, revision=1, made_by=by,
    )  # fmt: skip
    audit.record(by, "made a course", course, ward=ward)
    return course


def _free_slug(ward: Ward, title: str) -> str:
    wanted = slug(title)[: LONGEST_SLUG - 4] or "khoa-hoc"
    taken = set(Course.objects.of(ward).filter(slug__startswith=wanted).values_list("slug", flat=True))
    tries = [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))]
    return next(one for one in tries if one not in taken)


def _refuse_title(ward: Ward, title: str, but: Course | None = None) -> None:
    others = Course.objects.of(ward).values_list("pk", "title")
    if fold(title) in {fold(other) for pk, other in others if but is None or pk != but.pk}:
        raise Refusal(f"Đã có khóa tên “{title}”. Hãy đặt tên khác.", "title")


def _known(codes: Iterable[str], known: dict[str, str]) -> list[str]:
    return [code for code in known if code in set(codes)]


@transaction.atomic
def change(
    course: Course, *, title: str, summary: str, groups: Sequence[str], needs: Sequence[str], level: str,
    position: int, by: Account,
) -> Course:  # fmt: skip
    """Put right what a course is called and for whom it is."""
    _refuse_title(course.ward, title, but=course)
    held = _hold(course)
    new = {"title": title, "summary": summary, "groups": _known(groups, GROUPS), "needs": _known(needs, NEEDS),
           "level": level, "position": position}  # fmt: skip
    changed = [name for name in FIELDS if getattr(held, name) != new[name]]
    for name in changed:
        setattr(held, name, new[name])
    if changed:
        words = ", ".join(str(Course._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
        _count_up(held)
        audit.record(by, "changed a course", held, ward=held.ward, fields=words)
    return held


@transaction.atomic
def add_lesson(course: Course, lesson: Lesson, *, by: Account) -> CourseLesson:
    """Put a lesson at the end of a course."""
    held = _hold(course)
    if lesson.ward_id != held.ward_id:
        raise Refusal("Bài này ở nơi khác. Hãy chọn bài của nơi mình.", "lesson")
    if held.places.filter(lesson=lesson).exists():
        raise Refusal("Bài này đã có trong khóa. Hãy chọn bài khác.", "lesson")
    last = held.places.aggregate(last=Max("position"))["last"] or 0
    place = CourseLesson.objects.create(course=held, lesson=lesson, position=last + 1)
    _count_up(held)
    audit.record(by, "arranged a course", held, ward=held.ward, lesson=_title(lesson))
    return place


@transaction.atomic
def remove_lesson(place: CourseLesson, *, by: Account) -> None:
    """Take a lesson out of a course; the lesson itself and what learners did in it stay."""
    held, place = _hold_place(place)
    if later := list(place.opens.select_related("lesson__published").order_by("position")):
        raise Refusal(f"Bài “{_title(later[0].lesson)}” cần học sau bài này. Hãy bỏ điều kiện đó trước.")
    title = _title(place.lesson)
    place.delete()
    for position, one in enumerate(held.places.order_by("position", "pk"), start=1):
        CourseLesson.objects.filter(pk=one.pk).update(position=position)
    _count_up(held)
    audit.record(by, "arranged a course", held, ward=held.ward, lesson=title)


@transaction.atomic
def move(place: CourseLesson, step: int, *, by: Account) -> None:
    """Let a lesson change places with the one before (-1) or after (1) it. At the end nothing happens."""
    held, place = _hold_place(place)
    order = list(held.places.select_related("lesson__published").order_by("position", "pk"))
    at = order.index(place)
    if not 0 <= at + step < len(order) or step not in (-1, 1):
        return
    order[at], order[at + step] = order[at + step], order[at]
    first, second = order[min(at, at + step)], order[max(at, at + step)]
    if first.requires.filter(pk=second.pk).exists():
        raise Refusal(
            f"Bài “{_title(first.lesson)}” cần học sau bài “{_title(second.lesson)}”. Hãy bỏ điều kiện đó trước rồi "
            "mới đổi chỗ."
        )
    for position, one in enumerate(order, start=1):
        CourseLesson.objects.filter(pk=one.pk).update(position=position)
    _count_up(held)
    audit.record(by, "arranged a course", held, ward=held.ward, lesson=_title(place.lesson))


@transaction.atomic
def ask_first(place: CourseLesson, earlier: Sequence[CourseLesson], *, may_test_out: bool, by: Account) -> None:
    """Say which lessons come before this one, and whether whoever knows it already may show so. Only earlier lessons
    of the same course can be asked for, so that nothing goes round in a circle."""
    held, place = _hold_place(place)
    for one in earlier:
        if one.course_id != held.pk or (one.position, one.pk) >= (place.position, place.pk):
            raise Refusal(
                f"Bài “{_title(one.lesson)}” không đứng trước bài này trong khóa. Chỉ chọn được bài đứng trước; hãy đổi "
                "thứ tự trước.",
                "requires",
            )
    place.requires.set(earlier)
    place.may_test_out = may_test_out
    place.save(update_fields=("may_test_out",))
    _count_up(held)
    audit.record(by, "arranged a course", held, ward=held.ward, lesson=_title(place.lesson))


@transaction.atomic
def open_to_all(course: Course, *, by: Account) -> None:
    """Let the public find the course."""
    held = _hold(course)
    if held.state == State.OPEN:
        raise Refusal("Khóa này đang mở rồi.")
    if not held.places.exclude(lesson__published=None).exists():
        raise Refusal("Khóa chưa có bài nào đã đăng nên chưa mở được. Hãy thêm bài đã đăng trước.")
    held.state = State.OPEN
    _count_up(held)
    audit.record(by, "opened a course", held, ward=held.ward)


@transaction.atomic
def close(course: Course, *, by: Account) -> None:
    """Take the course out of the catalogue; its lessons can still be read, what was learnt stays."""
    held = _hold(course)
    if held.state != State.OPEN:
        raise Refusal("Khóa này không mở.")
    held.state = State.CLOSED
    _count_up(held)
    audit.record(by, "closed a course", held, ward=held.ward)


@transaction.atomic
def take(course: Course, *, by: Account) -> None:
    """A learner takes a course for their own; a second time changes nothing."""
    row, made = Enrolment.objects.get_or_create(account=by, course=course)
    if not made and row.left_at is not None:
        row.left_at, row.at = None, clock.now()
        row.save(update_fields=("left_at", "at"))


@transaction.atomic
def leave(course: Course, *, by: Account) -> None:
    """A learner puts a course aside; how far they came stays."""
    Enrolment.objects.filter(account=by, course=course, left_at=None).update(left_at=clock.now())


def _hold(course: Course) -> Course:
    return Course.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=course.pk)


def _hold_place(place: CourseLesson) -> tuple[Course, CourseLesson]:
    held = _hold(place.course)
    rows = CourseLesson.objects.select_related("lesson__published").filter(course=held)
    if (found := rows.filter(pk=place.pk).first()) is None:
        raise Refusal("Bài này không còn trong khóa. Hãy tải lại trang.")
    return held, found


def _title(lesson: Lesson) -> str:
    """What a lesson is called now; one that is still being written by its newest version."""
    if lesson.published is not None:
        return lesson.published.title
    newest = lesson.versions.order_by("-number").values_list("title", flat=True).first()
    return newest or lesson.slug


def _count_up(course: Course) -> None:
    course.revision += 1
    course.save()
