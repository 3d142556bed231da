"""Courses arranged at the desk: order, what comes first, open and closed, and how many learn them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.learning import courses, studying
from hocvu.learning.models import Course, Lesson, Progress
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin import citizens
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Household, Neighbourhood, Person, Residence, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def thu(ward: Ward, client: Any) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(account)
    return account


@pytest.fixture
def three(ward: Ward) -> Course:
    """A course of three lessons."""
    return make_course(ward, *(make_lesson(ward, slug, title=f"Bài {slug}") for slug in ("mot", "hai", "ba")))


def order(course: Course) -> list[str]:
    return list(course.places.order_by("position").values_list("lesson__slug", flat=True))


def typed(**changed: Any) -> dict[str, Any]:
    return {"title": "Chuyển tiền an toàn", "summary": "Chuyển đúng người.", "groups": ["adults"], "needs": ["paper"],
            "level": "", "position": "5", **changed}  # fmt: skip


def test_a_new_course_waits_until_it_has_a_lesson_and_is_opened(client, ward, thu):
    answer = client.post("/khoa-hoc/moi/", typed())
    course = Course.objects.get()
    assert answer.headers["Location"] == f"/khoa-hoc/{course.pk}/"
    assert (course.slug, course.state, course.groups, course.made_by) == (
        "chuyen-tien-an-toan",
        "draft",
        ["adults"],
        thu,
    )
    page = client.post(f"/khoa-hoc/{course.pk}/trang-thai/", {"mo": "1"}, follow=True).content.decode()
    assert "chưa mở được" in page
    lesson = make_lesson(ward)
    client.post(f"/khoa-hoc/{course.pk}/", {"lesson": lesson.pk})
    client.post(f"/khoa-hoc/{course.pk}/trang-thai/", {"mo": "1"})
    course.refresh_from_db()
    assert course.state == "open" and "Chuyển tiền an toàn" in client.get("/hoc/").content.decode()
    client.post(f"/khoa-hoc/{course.pk}/trang-thai/", {"dong": "1"})
    assert "Chuyển tiền an toàn" not in client.get("/hoc/").content.decode()
    acts = list(AuditEntry.objects.filter(target_key__contains=str(course.pk)).values_list("action", flat=True))
    assert sorted(acts) == ["arranged a course", "closed a course", "made a course", "opened a course"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "Hãy nhập tên khóa học"),
        ({"position": "x"}, "số nguyên"),
        ({"groups": ["cats"]}, "không có trong danh sách"),
        ({"title": "AN TOAN trên mạng"}, "Đã có khóa tên"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, ward, thu, three, changed, words):
    answer = client.post("/khoa-hoc/moi/", typed(**changed))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert "Chuyển đúng người." in answer.content.decode()
    assert Course.objects.count() == 1


def test_a_change_by_hand_counts_up_and_names_what_changed(client, ward, thu, three):
    client.post(f"/khoa-hoc/{three.pk}/sua/", typed(title="Tên mới"))
    three.refresh_from_db()
    assert (three.title, three.needs, three.revision, three.slug) == ("Tên mới", ["paper"], 1, "an-toan")
    entry = AuditEntry.objects.get(action="changed a course")
    assert "tên khóa học" in entry.details["fields"]
    client.post(f"/khoa-hoc/{three.pk}/sua/", typed(title="Tên mới"))
    three.refresh_from_db()
    assert three.revision == 1


def test_lessons_move_and_leave(client, ward, thu, three):
    one, two, three_ = three.places.all()
    for place, act in ((two, "len"), (three_, "xuong"), (one, "xuong")):
        client.post(f"/khoa-hoc/bai/{place.pk}/xep/", {"viec": act})
    assert order(three) == ["hai", "ba", "mot"]
    client.post(f"/khoa-hoc/bai/{three_.pk}/xep/", {"viec": "bo"})
    assert order(three) == ["hai", "mot"]
    assert list(three.places.values_list("position", flat=True)) == [1, 2]
    assert Lesson.objects.filter(slug="ba").exists()
    client.post(f"/khoa-hoc/bai/{two.pk}/xep/", {"viec": "?"})
    assert order(three) == ["hai", "mot"]


def test_only_earlier_lessons_come_first_and_order_keeps_to_it(client, ward, thu, three):
    one, two, last = three.places.all()
    client.post(f"/khoa-hoc/bai/{two.pk}/", {"requires": [one.pk]})
    assert list(two.requires.all()) == [one]
    two.refresh_from_db()
    assert two.may_test_out is False
    page = client.post(f"/khoa-hoc/bai/{one.pk}/xep/", {"viec": "xuong"}, follow=True).content.decode()
    assert "cần học sau bài" in page and order(three) == ["mot", "hai", "ba"]
    page = client.post(f"/khoa-hoc/bai/{one.pk}/xep/", {"viec": "bo"}, follow=True).content.decode()
    assert "Hãy bỏ điều kiện đó trước" in page
    assert client.post(f"/khoa-hoc/bai/{one.pk}/", {"requires": [two.pk]}).status_code == 422
    with pytest.raises(Refusal, match="không đứng trước"):
        courses.ask_first(one, [last], may_test_out=True, by=thu)


def test_a_lesson_stands_once_and_one_of_another_ward_not_at_all(client, ward, thu, three):
    elsewhere = make_ward("Ân Tường", code="20000", slug="an-tuong")
    foreign = make_lesson(elsewhere, "x")
    assert client.post(f"/khoa-hoc/{three.pk}/", {"lesson": foreign.pk}).status_code == 422
    with pytest.raises(Refusal, match="đã có trong khóa"):
        courses.add_lesson(three, Lesson.objects.get(slug="mot"), by=thu)
    with pytest.raises(Refusal, match="nơi khác"):
        courses.add_lesson(three, foreign, by=thu)
    other = make_course(elsewhere, foreign, slug="noi-khac")
    assert client.get(f"/khoa-hoc/{other.pk}/").status_code == 404
    assert client.get(f"/khoa-hoc/bai/{other.places.get().pk}/").status_code == 404


def test_who_may_not_arrange_courses_does_not_get_in(client, ward, three):
    client.force_login(make_account("lan", Role.LEADER, ward=ward))
    assert client.get("/khoa-hoc/").status_code == 403
    client.force_login(make_account("editor", Role.EDITOR, ward=ward))
    assert client.get("/khoa-hoc/").status_code == 200


def test_the_list_filters_and_leaves_as_a_spreadsheet(client, ward, thu, three):
    make_course(ward, slug="khac", title="Bán hàng")
    page = client.get("/khoa-hoc/?tim=an toan").content.decode()
    assert "An toàn trên mạng" in page and "Bán hàng" not in page
    assert "Bán hàng" in client.get("/khoa-hoc/?nhom=elderly&tt=open").content.decode()
    assert client.get("/khoa-hoc/?dinh-dang=xlsx").status_code == 200


def test_questions_of_the_desk_do_not_grow(client, ward, thu, three):
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    three.places.all()[1].requires.set(three.places.all()[:1])
    paths = ("/khoa-hoc/", f"/khoa-hoc/{three.pk}/")
    before = [asked(path) for path in paths]
    for n in range(4):
        place = three.places.create(lesson=make_lesson(ward, f"them-{n}"), position=10 + n)
        place.requires.set(three.places.filter(position__lt=place.position))
        make_course(ward, slug=f"k-{n}", title=f"Khóa {n}")
    assert [asked(path) for path in paths] == before


# ---- How many learn


def learner(ward: Ward, home: Household | None, n: int) -> Account:
    person = Person.objects.create(ward=ward, full_name=f"Người {n}", plain_name=f"nguoi {n}", household=home)
    if home:
        Residence.objects.create(person=person, household=home, neighbourhood=home.neighbourhood)
    return citizens.open_account(ward, person=person)


def finish(account: Account, *lessons: Lesson) -> None:
    for lesson in lessons:
        Progress.objects.update_or_create(
            account=account, lesson=lesson, ward=lesson.ward, defaults={"completed_at": clock.now()}
        )


def test_a_few_learners_are_hidden_and_many_are_told(client, ward, thu, three):
    lessons = [place.lesson for place in three.places.select_related("lesson")]
    places = [Neighbourhood.objects.create(ward=ward, name=f"Tổ {n}", number=n) for n in (1, 2, 3)]
    homes = [Household.objects.create(ward=ward, code=f"H{one.number}", neighbourhood=one) for one in places]
    for n in range(12):
        account = learner(ward, homes[n % 2], n)
        Progress.objects.create(ward=ward, account=account, lesson=lessons[0])
        if n < 7:
            finish(account, *lessons)
    finish(learner(ward, homes[2], 99), *lessons[:2])
    told = studying.by_lesson(three)
    assert (told[lessons[0].pk].begun, told[lessons[0].pk].finished) == (13, 8)
    assert told[lessons[0].pk].finished_words == "8" and told[lessons[2].pk].begun_words == "7"
    page = client.get(f"/khoa-hoc/{three.pk}/").content.decode()
    assert "ẩn, nhóm nhỏ" in page and "Người 1" not in page
    lines = {line.name: line.learnt for line in studying.by_place(three)}
    assert lines["Tổ 3"] is None  # one learner only
    assert studying.Learnt(3, 0).begun_words.startswith("ẩn") and studying.Learnt(9, 6).finished_words.startswith("ẩn")
