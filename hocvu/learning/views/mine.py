"""A learner's own page: where to go on, what is done, how often one learns, what one marked and took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from hocvu.learning.models import Bookmark, Course, CourseLesson, LearningAct, LessonVersion, Progress
from hocvu.lib import clock
from hocvu.lib.blocks.dividing import parts_of
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, signed_in
from hocvu.ward.models import Account

CURRENT, DONE, MARKS = 3, 30, 30  # shown on the page
WEEKS = 12
_TALL = 70  # of a column of seven days, in units of the picture


@signed_in
@never_cache
def mine(request: SignedInRequest) -> HttpResponse:
    """Everything of one's own learning on one page."""
    rows = Progress.objects.filter(account=request.user).select_related("lesson__published")
    done = rows.exclude(completed_at=None).order_by("-completed_at", "-pk")
    open_rows = rows.filter(completed_at=None).exclude(lesson__published=None)
    context = {
        "current": [_standing(row) for row in open_rows.order_by("-touched_at")[:CURRENT]],
        "done": [_standing(row) for row in done[:DONE]],
        "done_count": done.count(),
        "rhythm": rhythm_of(request.user),
        "courses": _courses(request.user),
        "marks": _marks(request.user),
    }
    return render(request, "learning/mine.html", context)


# ---- Lessons


@dataclass(frozen=True, slots=True)
class Standing:
    """A lesson and how far it is."""

    title: str
    href: str
    words: str
    done: int
    of: int
    touched_at: datetime
    completed_at: datetime | None
    how: str
    helped: bool


def _standing(row: Progress) -> Standing:
    version, slug = row.lesson.published, row.lesson.slug
    parts = parts_of(version.blocks, version.title) if version else []
    done = {part.id for part in parts} & set(row.parts)
    following = next((n for n, part in enumerate(parts, start=1) if part.id not in done), 0)
    href = (
        reverse("learning:lesson_part", args=[slug, following])
        if following
        else reverse("learning:lesson", args=[slug])
    )
    words = f"Học tiếp phần {following}: {parts[following - 1].title}" if following else "Xem lại, trả lời nốt câu hỏi"
    return Standing(
        version.title if version else slug, href, words, len(done), len(parts), row.touched_at, row.completed_at,
        "" if row.completed_how != Progress.How.TESTED_OUT else "Đã biết, làm thử để qua", row.helped,
    )  # fmt: skip


# ---- Weeks


@dataclass(frozen=True, slots=True)
class Week:
    """One week: the days on which something was learned, and its column in the picture."""

    start: date
    days: int
    x: int

    @property
    def height(self) -> int:
        return max(self.days * _TALL // 7, 2)

    @property
    def y(self) -> int:
        return 74 - self.height


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The last weeks. It says what was done and never what was not."""

    weeks: list[Week]

    @property
    def words(self) -> str:
        """What to say of this week."""
        now = self.weeks[-1].days
        if now:
            return f"Tuần này đã học {now} ngày."
        return "Tuần mới, học lúc nào tiện cũng được."

    @property
    def summary(self) -> str:
        """The picture in words."""
        return f"Trong {len(self.weeks)} tuần gần đây có {sum(bool(week.days) for week in self.weeks)} tuần có học."

    @property
    def first(self) -> str:
        """The day that the picture begins with."""
        return f"từ {self.weeks[0].start:%d/%m}"


def rhythm_of(account: Account) -> Rhythm:
    """On how many days of each of the last weeks somebody learned."""
    today = clock.today()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    acts = LearningAct.objects.filter(account=account, received_at__date__gte=first)
    learned = {day for day in _days(acts.values_list("happened_at", "received_at")) if day >= first}
    weeks = [
        Week(start, sum(start <= day < start + timedelta(days=7) for day in learned), 2 + 20 * number)
        for number in range(WEEKS)
        if (start := first + timedelta(weeks=number))
    ]
    return Rhythm(weeks)


def _days(acts: Iterable[tuple[datetime, datetime]]) -> set[date]:
    return {clock.local_day(min(happened, received)) for happened, received in acts}


# ---- Courses and marks


@dataclass(frozen=True, slots=True)
class Taken:
    """A course that one took."""

    slug: str
    title: str
    done: int
    of: int
    is_open: bool


def _courses(account: Account) -> list[Taken]:
    completed = Progress.objects.filter(account=account, lesson=OuterRef("lesson")).exclude(completed_at=None)
    courses = list(
        Course.objects.filter(enrolments__account=account, enrolments__left_at=None)
        .exclude(state=Course.State.DRAFT)
        .annotate(of=Count("places", filter=Q(places__lesson__published__isnull=False)))
        .order_by("position", "title")
    )
    places = CourseLesson.objects.filter(Exists(completed), course__in=courses, lesson__published__isnull=False)
    done = dict(places.order_by().values_list("course").annotate(n=Count("pk")))
    return [
        Taken(one.slug, one.title, done.get(one.pk, 0), one.of, one.state == Course.State.OPEN)  # type: ignore[attr-defined]
        for one in courses
    ]


@dataclass(frozen=True, slots=True)
class Marked:
    """A place that one marked."""

    pk: int
    slug: str
    part: str
    title: str
    href: str
    note: str


def _marks(account: Account) -> list[Marked]:
    rows = Bookmark.objects.filter(account=account).select_related("lesson__published")[:MARKS]
    return [
        Marked(row.pk, row.lesson.slug, row.part, *_place(row.lesson.published, row.lesson.slug, row.part), row.note)
        for row in rows
    ]


def _place(version: LessonVersion | None, slug: str, part_id: str) -> tuple[str, str]:
    """What a part is called and where it stands."""
    if version is None:
        return f"{slug} (bài đã gỡ)", reverse("learning:catalogue")
    for number, part in enumerate(parts_of(version.blocks, version.title), start=1):
        if part.id == part_id:
            title = version.title if part.title == version.title else f"{version.title}: {part.title}"
            return title, reverse("learning:lesson_part", args=[slug, number])
    return version.title, reverse("learning:lesson", args=[slug])
