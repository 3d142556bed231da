"""Tasks 7 and 19 are counted from learning; a target's page shows the courses for its group."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hocvu.learning.models import CompletionImport, Course, Lesson, NationalCompletion, Progress
from hocvu.learning.national import importing
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.lib import clock
from hocvu.plan import assigning, counting_learning, drilling, measures, remembering
from hocvu.plan.models import Target, TaskMeasure
from hocvu.plan.tests.cast import Cast, make_target, make_task
from hocvu.plan.tests.test_measures import live
from hocvu.signin import citizens
from hocvu.ward import forgetting
from hocvu.ward.models import Neighbourhood, Person

pytestmark = pytest.mark.django_db
OWN, NATIONAL = counting_learning.OWN, counting_learning.NATIONAL


@pytest.fixture
def place(cast: Cast) -> Neighbourhood:
    return Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)


@pytest.fixture
def course(cast: Cast) -> Course:
    return make_course(cast.ward, make_lesson(cast.ward, "mot"), make_lesson(cast.ward, "hai"))


def lessons_of(course: Course) -> list[Lesson]:
    return [one.lesson for one in course.places.select_related("lesson__ward")]


def learn(person: Person, *lessons: Lesson, done: bool = True) -> None:
    account = citizens.open_account(person.ward, person=person)
    for lesson in lessons:
        Progress.objects.update_or_create(
            account=account, lesson=lesson, ward=lesson.ward, defaults={"completed_at": clock.now() if done else None}
        )


def file_of(cast: Cast, *people: Person, day: date = date(2026, 10, 5), course: str = "Kỹ năng số") -> CompletionImport:
    row = CompletionImport.objects.create(ward=cast.ward, issuer="Công an thành phố", name="a.xlsx", digest="0" * 64)
    for person in people:
        NationalCompletion.objects.create(source=row, person=person, course=course, completed_on=day)
    return row


def count(cast: Cast, code: str, day: date | None = None) -> int | None:
    figure = measures.count(code, cast.ward, day or clock.today())
    return figure.numerator if figure else None


def recounted(cast: Cast) -> int:
    """Residents who finished a whole open course, asked person by person."""
    courses = [
        {one.lesson_id for one in course.places.all() if one.lesson.published_id}
        for course in Course.objects.filter(ward=cast.ward, state="open")
    ]
    found = 0
    for person in Person.objects.of(cast.ward).residents_on(clock.today()):
        done = set(
            Progress.objects.filter(account__person=person).exclude(completed_at=None).values_list("lesson", flat=True)
        )
        found += any(lessons and lessons <= done for lessons in courses)
    return found


def test_own_completions_count_each_resident_once_who_finished_a_whole_course(cast, place, course):
    assert count(cast, OWN) == 0
    first, second = lessons_of(course)
    other = make_course(cast.ward, first, slug="khac", title="Khóa khác")
    an, binh, chi = (live(cast, place, name, date(1980, 1, 1)) for name in ("An", "Bình", "Chi"))
    learn(an, first, second)  # two courses, counted once
    learn(binh, second)
    learn(chi, first, done=False)
    assert count(cast, OWN) == recounted(cast) == 1
    outsider = Person.objects.create(ward=cast.ward, full_name="Xa", plain_name="xa")
    learn(outsider, first, second)
    learn(binh, first)
    assert count(cast, OWN) == recounted(cast) == 2
    Course.objects.filter(pk=other.pk).update(state="closed")
    learn(chi, first)
    assert count(cast, OWN) == recounted(cast) == 2


def test_a_lesson_that_nobody_can_read_is_not_asked_for(cast, place, course):
    first, second = lessons_of(course)
    Lesson.objects.filter(pk=second.pk).update(published=None)
    learn(live(cast, place, "An", date(1980, 1, 1)), first)
    assert count(cast, OWN) == recounted(cast) == 1


def test_it_is_dark_without_a_course_and_the_national_one_without_a_file(cast, place):
    assert (count(cast, OWN), count(cast, NATIONAL)) == (None, None)


def test_it_counts_as_of_a_day(cast, place, course):
    an = live(cast, place, "An", date(1980, 1, 1))
    learn(an, *lessons_of(course))
    file_of(cast, an, day=date(2026, 10, 5))
    assert count(cast, OWN, clock.today() - timedelta(days=1)) == 0
    assert (count(cast, NATIONAL, date(2026, 10, 4)), count(cast, NATIONAL, date(2026, 10, 5))) == (0, 1)


def test_the_national_one_is_external_and_counts_a_person_once(cast, place):
    an, binh = (live(cast, place, name, date(1980, 1, 1)) for name in ("An", "Bình"))
    first = file_of(cast, an, binh)
    file_of(cast, an, course="Khóa khác")
    file_of(cast, an)
    figure = measures.count(NATIONAL, cast.ward, clock.today())
    assert figure and (figure.numerator, figure.kind) == (2, "external") and "Công an thành phố" in figure.source
    importing.withdraw(first, reason="gửi nhầm", by=cast.thu)
    assert count(cast, NATIONAL) == 1


def test_neither_is_derived_from_the_other(cast, place, course):
    an, binh = (live(cast, place, name, date(1980, 1, 1)) for name in ("An", "Bình"))
    learn(an, *lessons_of(course))
    assert (count(cast, OWN), count(cast, NATIONAL)) == (1, None)
    file_of(cast, binh)
    assert (count(cast, OWN), count(cast, NATIONAL)) == (1, 1)


def test_somebody_erased_is_one_less(cast, place, course):
    an = live(cast, place, "An", date(1980, 1, 1))
    learn(an, *lessons_of(course))
    file_of(cast, an)
    assert (count(cast, OWN), count(cast, NATIONAL)) == (1, 1)
    forgetting.erase(an, reason="yêu cầu", by=cast.thu)
    assert (count(cast, OWN), count(cast, NATIONAL)) == (0, 0)


@pytest.mark.parametrize("code", [OWN, NATIONAL])
def test_the_cells_and_the_lists_add_up_to_the_figure(cast, place, course, code):
    people = [live(cast, place, f"Người {n}", date(1980, 1, 1)) for n in range(5)]
    for person in people[:3]:
        learn(person, *lessons_of(course))
    file_of(cast, *people[:2])
    found = measures.find(code)
    assert found and found.drill
    cells = drilling.by_neighbourhood(found, cast.ward, clock.today())
    assert sum(cell.numerator for cell in cells) == count(cast, code)
    missing = drilling.missing(found, cast.ward, clock.today())
    assert missing is not None and missing.count() == 5 - (count(cast, code) or 0)


def test_a_finished_lesson_moves_a_remembered_figure_at_once(cast, place, course, settings):
    settings.REMEMBER_FIGURES = True
    an = live(cast, place, "An", date(1980, 1, 1))
    learn(an, lessons_of(course)[0])
    assert count(cast, OWN) == 0
    before = remembering.newest_act(cast.ward)
    learn(an, lessons_of(course)[1])
    assert remembering.newest_act(cast.ward) == before and count(cast, OWN) == 1


# ---- The tasks

SEVEN = "Tham gia tổ chức vận hành và duy trì nền tảng học trực tuyến mở đại trà quốc gia (MOOCs) “Bình dân học vụ số”"
NINETEEN = "Khuyến khích người dân tham gia học tập kỹ năng số trên các nền tảng học trực tuyến mở đại trà."


def test_tasks_without_a_level_get_what_is_counted_of_them_once(cast):
    seven = make_task(cast, SEVEN, result="Hoàn thành khóa học")
    nineteen = make_task(cast, NINETEEN, result="Các khóa học trực tuyến đại trà")
    make_task(cast, "Tổ chức tập huấn", result="Hoàn thành khóa học")
    assert (assigning.assign_all(), assigning.assign_all()) == (4, 0)
    assert list(seven.measures.values_list("measure", flat=True)) == [NATIONAL]
    assert list(nineteen.measures.values_list("measure", flat=True)) == [OWN, NATIONAL, "class_attendees"]


def test_the_page_of_the_task_and_of_its_result_show_figure_definition_and_people(cast, place, course, as_):
    nineteen = make_task(cast, NINETEEN, result="Các khóa học trực tuyến đại trà")
    assigning.assign_all()
    learn(live(cast, place, "Nguyễn Văn An", date(1980, 1, 1)), *lessons_of(course))
    thu = as_(cast.thu)
    page = thu.get(f"/nhiem-vu/{nineteen.pk}/").content.decode()
    assert "1 người" in page and "kế hoạch không ghi mức" in page and "Chỉ theo dõi" in page
    row = TaskMeasure.objects.get(measure=OWN)
    page = thu.get(f"/nhiem-vu/ket-qua/{row.pk}/").content.decode()
    assert "Đếm người đang cư trú mà tài khoản đã học xong" in page and "Đếm từ hồ sơ" in page
    reached = thu.get(f"/nhiem-vu/ket-qua/{row.pk}/da-dat/").content.decode()
    assert "Nguyễn Văn An" in reached


# ---- The courses for the group of a target


def test_a_target_shows_the_courses_of_its_group_and_hides_a_few(cast, place, course, client):
    Course.objects.filter(pk=course.pk).update(groups=["adults"])
    target = make_target(
        cast, audience=Target.Audience.ADULTS, audience_text="người trưởng thành", measure="adults_skilled"
    )
    officials = make_target(cast)
    people = [live(cast, place, f"Người {n}", date(1980, 1, 1)) for n in range(12)]
    learn(live(cast, place, "Bé", date(2020, 1, 1)), *lessons_of(course))  # not of the group
    for n, person in enumerate(people):
        learn(person, lessons_of(course)[0])
        if n < 6:
            learn(person, *lessons_of(course))
    page = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "Bài học cho nhóm này" in page and "/hoc/khoa/an-toan/" in page and "chưa phải kỹ năng đã xác nhận" in page
    row = page[page.index('id="bai-hoc"') :]
    assert "<td>12</td><td>6</td>" in row
    assert "Bài học cho nhóm này" not in client.get(f"/chi-tieu/{officials.pk}/").content.decode()
    Progress.objects.filter(account__person__in=people[3:]).delete()
    row = client.get(f"/chi-tieu/{target.pk}/").content.decode()
    assert "ẩn, nhóm dưới 5 người" in row


def test_questions_of_a_targets_page_do_not_grow_with_courses(cast, place, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    target = make_target(
        cast, audience=Target.Audience.ADULTS, audience_text="người trưởng thành", measure="adults_skilled"
    )

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/chi-tieu/{target.pk}/")
        return len(seen)

    counts: list[Any] = []
    for n in range(4):
        one = make_course(cast.ward, make_lesson(cast.ward, f"b-{n}"), slug=f"k-{n}", title=f"Khóa {n}")
        Course.objects.filter(pk=one.pk).update(groups=["adults"])
        counts.append(asked())
    assert len(set(counts)) == 1
