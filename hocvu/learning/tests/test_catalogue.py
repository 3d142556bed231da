"""What there is to learn: finding it, one lesson for today, a course and its sheet."""

from __future__ import annotations

import random

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from hocvu.learning import catalogue, courses
from hocvu.learning.models import Course, Enrolment, Lesson, Progress
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.lib import clock
from hocvu.lib.text import fold
from hocvu.signin import citizens
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
KB = 1000


@pytest.fixture
def ward() -> Ward:
    return make_ward()


@pytest.fixture
def ba_lan(ward: Ward) -> Account:
    """A learner who has signed in."""
    return citizens.open_account(ward, full_name="Bà Lan")


def open_page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def done(account: Account, lesson: Lesson) -> Progress:
    row, _ = Progress.objects.get_or_create(ward=lesson.ward, account=account, lesson=lesson)
    row.completed_at = row.touched_at = clock.now()
    row.save()
    return row


def test_it_opens_with_one_lesson_for_today_and_all_courses(client, ward):
    make_course(ward, make_lesson(ward), make_lesson(ward, "hai", title="Khóa máy"))
    page = open_page(client, "/hoc/")
    assert "Hôm nay mình học gì?" in page and "/hoc/bai/khong-doc-ma-otp/" in page
    assert "An toàn trên mạng" in page and "2 bài" in page and "/hoc/khoa/an-toan/" in page


def test_a_reader_without_a_session_gets_the_same_bytes_and_no_cookie(ward):
    make_course(ward, make_lesson(ward))
    answers = [Client().get("/hoc/") for _ in range(2)]
    assert answers[0].content == answers[1].content and not answers[0].cookies
    assert b"csrf" not in answers[0].content


def test_an_empty_ward_says_so(client, ward):
    assert "Chưa có bài học nào" in open_page(client, "/hoc/")


def test_an_installation_without_a_ward_has_an_empty_catalogue(client, db):
    assert "Chưa có bài học nào" in open_page(client, "/hoc/") and client.get("/hoc/khung/").status_code == 200
    assert client.get("/hoc/khoa/x/").status_code == 404


def test_a_lesson_that_is_not_published_is_nowhere(client, ward):
    hidden = make_lesson(ward, "an", title="Bài giấu")
    hidden.published = None
    hidden.save()
    make_course(ward, make_lesson(ward), hidden)
    assert "Bài giấu" not in open_page(client, "/hoc/?tim=bai giau") and "1 bài" in open_page(client, "/hoc/")


@pytest.mark.parametrize("query", ["ma otp", "otp mã", "MÃ  OTP", "nguoi la", "lạ goi"])
def test_words_find_a_lesson_in_any_order_without_marks_in_titles_and_parts(client, ward, query):
    make_course(ward, make_lesson(ward), make_lesson(ward, "khac", title="Chụp ảnh", summary="Ảnh đẹp.", blocks=[
        {"kind": "paragraph", "id": "a", "text": "Cầm máy chắc tay."}]))  # fmt: skip
    page = open_page(client, f"/hoc/?tim={query}")
    assert "1 bài có" in page and "/hoc/bai/khong-doc-ma-otp/" in page and "/hoc/bai/khac/" not in page


def test_a_query_that_finds_nothing_says_what_to_do(client, ward):
    make_course(ward, make_lesson(ward))
    assert "Hãy thử ít chữ hơn, hoặc gọi 1022" in open_page(client, "/hoc/?tim=xe đạp")


def test_a_lesson_in_no_course_is_found_too(client, ward):
    make_lesson(ward, "le", title="Bài lẻ", summary="Đứng một mình.")
    assert "/hoc/bai/le/" in open_page(client, "/hoc/?tim=le")


def test_a_later_version_is_found_by_its_new_words(client, ward):
    from hocvu.learning import publishing
    from hocvu.learning.models import LessonVersion

    lesson = make_lesson(ward)
    assert "1 bài có" in open_page(client, "/hoc/?tim=otp")
    newer = LessonVersion.objects.create(
        lesson=lesson, number=2, state="approved", title="Giữ mật khẩu", summary="", blocks=[]
    )
    publishing.publish(newer, by=None)
    assert "1 bài có" in open_page(client, "/hoc/?tim=mat khau") and "0 bài có" in open_page(client, "/hoc/?tim=otp")


vietnamese = st.text("aăâáàảãạbcdđeêghiklmnoôơpqrstuưvxyAĐƯ", min_size=1, max_size=8)


@given(st.lists(vietnamese, min_size=1, max_size=8), st.randoms(use_true_random=False), st.data())
def test_any_words_of_a_text_find_it_however_they_are_typed(words, chance, data):
    asked = data.draw(st.lists(st.sampled_from(words), max_size=len(words)))
    chance.shuffle(asked)
    typed = [random.Random(len(word)).choice([word, fold(word), word.upper()]) for word in asked]
    assert catalogue.finds(" ".join(typed), fold(" ".join(words)))


@given(st.lists(vietnamese, min_size=1, max_size=6))
def test_a_word_that_is_not_there_finds_nothing(words):
    assert not catalogue.finds(" ".join([*words, "zz"]), fold(" ".join(words)))


# ---- For whom


def grouped(ward: Ward) -> tuple[Course, Course]:
    old = make_course(ward, make_lesson(ward, "a", title="Bật máy"), slug="cu", title="Điện thoại cho các cụ")
    work = make_course(ward, make_lesson(ward, "b", title="Nhận tiền"), slug="tho", title="Bán hàng")
    Course.objects.filter(pk=work.pk).update(groups=["workers"], needs=["offline"], position=1)
    return old, work


def test_a_group_sees_its_courses_and_is_remembered(client, ward):
    grouped(ward)
    page = open_page(client, "/hoc/?nhom=elderly")
    assert "Điện thoại cho các cụ" in page and "Bán hàng" not in page
    assert "Khóa dành cho người cao tuổi." in open_page(client, "/hoc/")
    assert client.cookies["hv_nhom"].value == "elderly"
    open_page(client, "/hoc/?nhom=")
    assert "Nhận tiền" in open_page(client, "/hoc/")


def test_an_unknown_group_or_need_changes_nothing(client, ward):
    grouped(ward)
    page = open_page(client, "/hoc/?nhom=<script>&can=x")
    assert "Bán hàng" in page and "<script>&" not in page


def test_a_need_narrows_the_courses(client, ward):
    grouped(ward)
    page = open_page(client, "/hoc/?can=offline")
    assert "/hoc/khoa/tho/" in page and "/hoc/khoa/cu/" not in page


# ---- Where one is


def test_a_learner_goes_on_where_they_left(client, ward, ba_lan):
    first, second = make_lesson(ward, "mot"), make_lesson(ward, "hai", title="Bài hai")
    make_course(ward, first, second)
    client.force_login(ba_lan)
    Progress.objects.create(ward=ward, account=ba_lan, lesson=second)
    page = open_page(client, "/hoc/")
    assert "Đang học dở bài này" in page and "<h2>Bài hai</h2>" in page
    done(ba_lan, second)
    assert "Bài tiếp theo của khóa" in open_page(client, "/hoc/")
    done(ba_lan, first)
    page = open_page(client, "/hoc/")
    assert "hv-kicker" not in page and "Đã học xong" in page


def test_a_course_that_was_taken_comes_before_others(client, ward, ba_lan):
    old, _ = grouped(ward)
    courses.take(old, by=ba_lan)
    client.force_login(ba_lan)
    assert "<h2>Bật máy</h2>" in open_page(client, "/hoc/")


def test_a_course_shows_its_lessons_in_order_with_what_comes_first(client, ward, ba_lan):
    first, second = make_lesson(ward, "mot", title="Bài một"), make_lesson(ward, "hai", title="Bài hai", minutes=7)
    course = make_course(ward, first, second)
    one, two = course.places.all()
    two.requires.set([one])
    page = open_page(client, "/hoc/khoa/an-toan/")
    assert page.index("1. Bài một") < page.index("2. Bài hai") and "17 phút" in page
    assert "Nên học trước" in page and "/hoc/khoa/an-toan/tai/" in page and "/hoc/bai/mot/day/" in page
    assert "csrf" not in page and "Bắt đầu học: Bài một" in page
    client.force_login(ba_lan)
    done(ba_lan, first)
    page = open_page(client, "/hoc/khoa/an-toan/")
    assert "Nên học trước" not in page and "Học tiếp: Bài hai" in page and "/hoc/bai/hai/thu-suc/" in page
    done(ba_lan, second)
    assert "Đã học hết các bài" in open_page(client, "/hoc/khoa/an-toan/")


def test_the_next_lesson_is_one_whose_earlier_ones_are_done(ward):
    lessons = [make_lesson(ward, slug) for slug in ("mot", "hai", "ba")]
    course = make_course(ward, *lessons)
    one, two, three = course.places.all()
    two.requires.set([one])
    entry = catalogue.entry_of(course)
    following = catalogue.next_in(entry, frozenset())
    assert following and following.id == one.pk
    course.places.filter(pk=one.pk).update(position=9)  # a course that was put in order carelessly still leads on
    following = catalogue.next_in(catalogue.entry_of(course), frozenset())
    assert following and following.id == three.pk


def test_a_lesson_in_two_courses_is_learnt_once_for_both(client, ward, ba_lan):
    lesson = make_lesson(ward)
    make_course(ward, lesson)
    make_course(ward, lesson, slug="hai", title="Khóa hai")
    done(ba_lan, lesson)
    client.force_login(ba_lan)
    for slug in ("an-toan", "hai"):
        assert "Đã học hết các bài" in open_page(client, f"/hoc/khoa/{slug}/")
    assert open_page(client, "/hoc/?tim=otp").count('href="/hoc/bai/khong-doc-ma-otp/"') == 1


def test_a_course_of_another_ward_or_one_that_is_closed_is_not_there(client, ward):
    course = make_course(ward, make_lesson(ward))
    elsewhere = make_ward("Ân Tường", code="20000", slug="an-tuong", kind=Ward.Kind.XA)
    make_course(elsewhere, make_lesson(elsewhere, "x"), slug="noi-khac")
    assert client.get("/hoc/khoa/noi-khac/").status_code == 404
    Course.objects.filter(pk=course.pk).update(state="closed")
    assert client.get("/hoc/khoa/an-toan/").status_code == 404
    client.force_login(make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội")))
    assert "Đã đóng" in open_page(client, "/hoc/khoa/an-toan/")


def test_the_sheet_has_a_square_for_each_lesson(client, ward):
    make_course(ward, make_lesson(ward), make_lesson(ward, "hai"))
    page = open_page(client, "/hoc/khoa/an-toan/in/")
    assert page.count('src="data:image/svg') == 2 and "/hoc/bai/hai/" in page


def test_a_learner_takes_a_course_and_puts_it_aside(client, ward, ba_lan):
    make_course(ward, make_lesson(ward))
    assert client.post("/hoc/khoa/an-toan/ghi-danh/").status_code == 302
    assert not Enrolment.objects.exists()
    client.force_login(ba_lan)
    for _ in range(2):
        client.post("/hoc/khoa/an-toan/ghi-danh/")
    assert Enrolment.objects.get().left_at is None
    assert "Thôi theo khóa này" in open_page(client, "/hoc/khoa/an-toan/")
    client.post("/hoc/khoa/an-toan/ghi-danh/", {"thoi": "1"})
    assert Enrolment.objects.get().left_at is not None
    client.post("/hoc/khoa/an-toan/ghi-danh/")
    assert Enrolment.objects.get().left_at is None


def test_a_course_that_was_closed_can_still_be_put_aside(client, ward, ba_lan):
    course = make_course(ward, make_lesson(ward))
    client.force_login(ba_lan)
    client.post("/hoc/khoa/an-toan/ghi-danh/")
    Course.objects.filter(pk=course.pk).update(state=Course.State.CLOSED)
    mine = open_page(client, "/hoc/cua-toi/")
    assert "(đã đóng)" in mine and 'href="/hoc/khoa/an-toan/"' not in mine
    assert client.post("/hoc/khoa/an-toan/ghi-danh/", {"thoi": "1", "tu": "cua-toi"}).url == "/hoc/cua-toi/"
    assert Enrolment.objects.get().left_at is not None
    assert client.post("/hoc/khoa/an-toan/ghi-danh/").status_code == 404


def test_a_lesson_of_two_courses_goes_on_in_the_one_it_was_opened_from(client, ward):
    both, alone = make_lesson(ward), make_lesson(ward, "hai")
    make_course(ward, both, alone)
    make_course(ward, both, slug="khac")
    page = open_page(client, "/hoc/khoa/khac/")
    assert page.count(f'href="/hoc/bai/{both.slug}/?khoa=khac"') == 2
    assert 'href="/hoc/bai/hai/"' in open_page(client, "/hoc/khoa/an-toan/")


# ---- Weight


def many(ward: Ward, n: int) -> None:
    for number in range(n):
        lessons = [
            make_lesson(
                ward, f"bai-{number}-{at}", title=f"Bài {number}.{at} về an toàn", summary="Một câu tóm tắt." * 4
            )
            for at in range(3)
        ]
        course = make_course(ward, *lessons, slug=f"khoa-{number}", title=f"Khóa {number}")
        Course.objects.filter(pk=course.pk).update(summary="Học xong làm được việc này, việc kia. " * 4)
        places = list(course.places.all())
        places[1].requires.set(places[:1])


def test_questions_to_the_database_do_not_grow(client, ward, ba_lan, django_assert_max_num_queries):
    client.force_login(ba_lan)
    many(ward, 2)
    paths = ("/hoc/", "/hoc/?tim=an toan", "/hoc/khoa/khoa-1/", "/hoc/khoa/khoa-1/in/")
    for path in paths:
        client.get(path)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> list[int]:
        counts = []
        for path in paths:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                client.get(path)
            counts.append(len(seen))
        return counts

    few = asked()
    many_more(ward)
    client.get("/hoc/?tim=an toan")
    assert asked() == few


def many_more(ward: Ward) -> None:
    course = Course.objects.get(slug="khoa-1")
    for at in range(5):
        course.places.create(lesson=make_lesson(ward, f"them-{at}"), position=10 + at)
    for number in range(3):
        make_course(ward, make_lesson(ward, f"nua-{number}"), slug=f"nua-{number}", title=f"Nữa {number}")


def test_the_front_page_leads_to_a_lesson_and_to_the_catalogue_and_stays_light(client, ward):
    many(ward, 20)
    page = open_page(client, "/")
    assert 'href="/hoc/bai/bai-0-0/"' in page and 'href="/hoc/"' in page and 'name="tim"' in page
    assert len(page.encode()) <= 100 * KB


def test_the_catalogue_and_a_course_are_light(client, ward):
    many(ward, 20)
    course = Course.objects.get(slug="khoa-1")
    for at in range(17):
        course.places.create(lesson=make_lesson(ward, f"them-{at}", summary="Một câu tóm tắt. " * 8), position=10 + at)
    for path in ("/hoc/", "/hoc/?tim=an", reverse("learning:course", args=("khoa-1",))):
        assert len(client.get(path).content) <= 80 * KB, path
