"""A reader meets a lesson: with nothing but a phone, with an account, on paper, in a class."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from hocvu.learning import publishing, reading
from hocvu.learning.models import Course, CourseLesson, LessonVersion, Progress
from hocvu.learning.tests import every_kind
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.lib import assets
from hocvu.signin import citizens
from hocvu.ward.models import Ward
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
OTP = "/hoc/bai/khong-doc-ma-otp/"
FORMS = ("", "1/", "2/", "3/", "loi-ghi/", "in/", "day/", "trinh-chieu/", "phat-tay/", "?het=1")


@pytest.fixture
def hai_an():
    return make_ward()


@pytest.fixture
def otp(hai_an):
    return every_kind.publish_again(make_lesson(hai_an, blocks=every_kind.BLOCKS))


@pytest.fixture
def course(hai_an, otp):
    return make_course(hai_an, otp, make_lesson(hai_an, "tin-nhan", title="Tin nhắn trúng thưởng"))


@pytest.fixture
def ba_lan(hai_an):
    return make_account("lan", name="Phạm Thị Lan")


def body(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def main(client: Any, address: str) -> str:
    return body(client, address).partition("<main")[2].partition("</main>")[0]


# ---- Anybody


def test_every_form_of_a_lesson_opens_and_asks_nothing_of_who_reads(client, course):
    for form in FORMS:
        page = body(client, f"{OTP}{form}")
        assert page.count("<h1") == 1, form
        assert "csrfmiddlewaretoken" not in page, form
        assert "{{" not in page, form
    assert "csrftoken" not in client.cookies
    assert "sessionid" not in client.cookies


def test_what_is_not_published_or_another_wards_is_not_there(client, hai_an, otp):
    make_lesson(make_ward("Đồ Sơn", code="11500", slug="do-son"), "bai-khac")
    for address in ("/hoc/bai/bai-khac/", "/hoc/bai/khong-co/", f"{OTP}4/", f"{OTP}0/"):
        assert client.get(address).status_code == 404, address
    assert client.get(f"{OTP}2/").status_code == 200
    publishing.withdraw(otp, why="sai", by=None)
    for form in FORMS:
        assert client.get(f"{OTP}{form}").status_code == 404, form


def test_a_part_says_where_one_is_and_leads_on(client, course):
    page = main(client, f"{OTP}2/")
    assert "Phần 2 trong 3 của bài “Không đọc mã OTP”" in page
    assert 'aria-label="đang ở phần 2 trong 3"' in page
    assert 'aria-current="step"' in page
    assert f'action="{OTP}3/" data-outbox="{OTP}xong/" data-next="{OTP}3/"' in page
    assert f'href="{OTP}1/"' in page
    assert f'data-next="{OTP}?het=1"' in main(client, f"{OTP}3/")


def test_a_question_is_answered_wrongly_then_rightly_without_an_account(client, course):
    wrong = main(client, f"{OTP}2/?cau=hoi-1&chon=0")
    assert "Chưa đúng. Thử lại nhé." in wrong
    assert 'name="chon" value="0" checked' in wrong
    right = main(client, f"{OTP}2/?cau=hoi-1&chon=1")
    assert "Đúng rồi." in right
    assert "Số in sau thẻ là số thật." in right
    assert "Chưa đúng" not in right
    assert "Đúng rồi." not in main(client, f"{OTP}2/")
    both = main(client, f"{OTP}3/?cau=hoi-2&chon=0&chon=1")
    assert "Đúng rồi." in both
    assert "Chưa đủ" in main(client, f"{OTP}3/?cau=hoi-2&chon=0")


@pytest.mark.parametrize(
    "query", ["cau=khong-co&chon=0", "cau=hoi-1&chon=99", "cau=hoi-1&chon=x", "cau=cac-buoc&chon=0"]
)
def test_an_answer_that_makes_no_sense_changes_nothing(client, otp, query):
    assert "Đúng rồi." not in main(client, f"{OTP}2/?{query}")


def test_a_practice_keeps_what_was_ticked(client, otp):
    page = main(client, f"{OTP}3/?cau=lam-thu&tich=1")
    assert "Đã làm được 1 trong 2 việc." in page
    assert 'name="tich" value="1" checked' in page


def test_the_course_one_came_from_stays_along_the_way(client, hai_an, otp, course):
    make_course(hai_an, otp, slug="dien-thoai", title="Điện thoại")
    page = body(client, f"{OTP}2/?khoa=dien-thoai")
    assert 'href="/hoc/khoa/dien-thoai/"' in page
    assert f'href="{OTP}1/?khoa=dien-thoai"' in page
    assert '<input type="hidden" name="khoa" value="dien-thoai">' in page
    assert 'href="/hoc/khoa/an-toan/"' in body(client, f"{OTP}2/")
    assert 'name="khoa"' not in main(client, f"{OTP}2/?khoa=khong-co")
    Course.objects.filter(slug="an-toan").update(state=Course.State.CLOSED)
    assert "/hoc/khoa/an-toan/" not in body(client, f"{OTP}2/")


def test_the_end_says_what_to_remember_and_what_comes_next(client, course):
    page = main(client, f"{OTP}?het=1")
    assert "Đã hết bài" in page
    assert "Tắt máy không có lỗi gì" in page
    assert "Bài tiếp: Tin nhắn trúng thưởng" in page
    assert "Về khóa học" in main(client, "/hoc/bai/tin-nhan/?het=1")


# ---- Other forms


def test_the_words_alone_hold_all_that_the_parts_say(client, otp):
    page = main(client, f"{OTP}loi-ghi/")
    for words in ("Mình chỉ cần nhớ ba bước.", "Hình: Ngón tay bấm nút đỏ", "Bà ơi, cháu gọi từ công an.", "Tự soát:"):
        assert words in page
    assert "<svg class" not in page.replace('<svg class="hv-icon', "")


def test_a_sheet_for_paper_leads_back_to_the_lesson(client, otp):
    page = main(client, f"{OTP}in/")
    assert 'src="data:image/svg+xml' in page
    assert "testserver/hoc/bai/khong-doc-ma-otp/" in page
    assert "<audio" not in page
    assert "<input" not in page
    assert "Gọi điện dọa" in page
    assert "(đúng)" not in page


def test_the_teacher_gets_the_hour_and_the_answers(client, otp):
    page = main(client, f"{OTP}day/")
    for words in (
        "Tắt được cuộc gọi",
        "(30 phút)",
        "Bấm nhầm nút xanh",
        "B. Tắt máy, rồi tự gọi",
        "Hỏi cả lớp ai từng gặp.",
    ):
        assert words in page


def test_a_lesson_without_a_teachers_part_still_serves_a_class(client, hai_an):
    make_lesson(hai_an, "ngan")
    assert "chưa có phần soạn riêng" in main(client, "/hoc/bai/ngan/day/")
    assert "Nghe, nhưng không làm theo" in main(client, "/hoc/bai/ngan/trinh-chieu/")
    assert client.get("/hoc/bai/ngan/phat-tay/").status_code == 200


def test_the_wall_shows_one_thought_a_screen_and_folds_the_answers(client, otp):
    page = main(client, f"{OTP}trinh-chieu/")
    screens = re.findall(r'<section class="hv-slide hv-slide--(\w+)" id="trang-(\d+)"', page)
    assert [kind for kind, _ in screens][:5] == ["title", "part", "definition", "part", "step"]
    assert [int(number) for _, number in screens] == list(range(1, len(screens) + 1))
    assert page.count("<details") == page.count("</details>") == 3  # two answers, one note
    assert "<details open" not in page
    assert 'href="#trang-2"' in page


def test_the_handout_has_what_to_remember_the_steps_and_lines_to_write(client, otp):
    page = main(client, f"{OTP}phat-tay/")
    assert "Không đọc mã OTP" in page
    assert "hv-howto" in page
    assert "hv-lines" in page
    assert "Mạng yếu" not in page


def test_whoever_knows_it_already_tries_all_questions_at_once(client, course, otp):
    assert f'href="{OTP}thu-suc/"' in main(client, OTP)
    page = main(client, f"{OTP}thu-suc/")
    assert page.count("<fieldset") == 2
    assert 'method="get"' in page
    assert "Đúng 1 trong 2 câu" in main(client, f"{OTP}thu-suc/?hoi-1=1&hoi-2=0")
    assert "Đúng 2 trong 2 câu" in main(client, f"{OTP}thu-suc/?hoi-1=1&hoi-2=0&hoi-2=1")
    CourseLesson.objects.update(may_test_out=False)
    assert client.get(f"{OTP}thu-suc/").status_code == 404
    assert "thu-suc" not in main(client, OTP)


# ---- Somebody signed in


def test_a_learners_forms_post_and_their_parts_are_marked(client, course, otp, ba_lan):
    Progress.objects.create(ward=otp.ward, account=ba_lan, lesson=otp, parts=["dau"], place="nguoi-la")
    client.force_login(ba_lan)
    page = main(client, f"{OTP}2/?khoa=an-toan")
    assert f'method="post" action="{OTP}tra-loi/" data-outbox="{OTP}tra-loi/"' in page
    assert f'method="post" action="{OTP}xong/"' in page
    assert 'method="get"' not in page
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert len(tokens) == 3  # the question, the mark, the way on
    assert len(set(tokens)) == 1
    assert len(tokens[0]) == 64
    assert page.count('name="khoa" value="an-toan"') == 3
    assert "đã xong" in page
    assert "Đã xong 1 phần, đang ở phần 2 trong 3" in page
    assert "Học tiếp: phần 2" in main(client, OTP)
    assert main(client, f"{OTP}2/?khoa=an-toan").count(tokens[0]) == 0  # each page has a token of its own


def test_one_learners_page_is_never_anothers(client, otp, ba_lan, hai_an):
    Progress.objects.create(ward=otp.ward, account=ba_lan, lesson=otp, parts=["dau"])
    other = make_account("hoa", name="Vũ Thị Hoa")
    client.force_login(ba_lan)
    assert "đã xong" in main(client, f"{OTP}2/")
    assert "Phạm Thị Lan" in body(client, f"{OTP}2/")
    client.force_login(other)
    assert "đã xong" not in main(client, f"{OTP}2/")
    assert "Phạm Thị Lan" not in body(client, f"{OTP}2/")
    client.logout()
    page = body(client, f"{OTP}2/")
    assert "csrfmiddlewaretoken" not in page
    assert "Vũ Thị Hoa" not in page


def test_a_page_asks_the_database_few_questions(client, course, otp, ba_lan, django_assert_max_num_queries):
    body(client, f"{OTP}2/")
    with django_assert_max_num_queries(2):
        body(client, f"{OTP}2/")
    client.force_login(ba_lan)
    body(client, f"{OTP}2/")
    with django_assert_max_num_queries(6):
        body(client, f"{OTP}2/")


# ---- What is kept


def test_a_copy_that_is_still_good_is_not_sent_again(client, course):
    first = client.get(f"{OTP}2/", headers={"accept-encoding": "gzip"})
    assert first["Content-Encoding"] == "gzip"
    assert gzip.decompress(first.content).decode() == body(client, f"{OTP}2/")
    again = client.get(f"{OTP}2/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "no-cache" in first["Cache-Control"]
    assert "Accept-Encoding" in first["Vary"]


@pytest.mark.parametrize("made_up", ["?phan=x1", "?&khoa=an-toan", "?khoa=an%2Dtoan", "?khoa=khac"])
def test_addresses_that_nobody_is_led_to_push_no_page_out(client, course, made_up):
    for address in (f"{OTP}2/{made_up}", f"{OTP}0002/"):
        assert client.get(address).status_code == 200
        assert "ETag" not in client.get(address)
    for address in (f"{OTP}2/", f"{OTP}2/?khoa=an-toan", f"{OTP}2/?phan=dau"):
        assert "ETag" in client.get(address)


def test_what_changed_is_seen_at_once(client, hai_an, otp, course):
    assert "Dữ liệu minh họa" not in body(client, f"{OTP}2/")
    Ward.objects.update(is_demo=True)
    assert "Dữ liệu minh họa" in body(client, f"{OTP}2/")
    Course.objects.update(title="Giữ tiền của mình")
    assert "Giữ tiền của mình" in body(client, f"{OTP}2/")
    assert "Có người lạ gọi, xưng là công an" in body(client, f"{OTP}2/")
    LessonVersion.objects.create(
        lesson=otp, number=2, state="approved", title="Giữ kín mã", blocks=otp.published.blocks[:2], rule={}
    )
    publishing.publish(otp.versions.get(number=2), by=None)
    assert "Giữ kín mã" in body(client, f"{OTP}1/")
    assert client.get(f"{OTP}2/").status_code == 404


def test_the_reader_sees_the_page_as_they_chose(client, otp):
    assert '<html lang="vi">' in body(client, f"{OTP}2/")
    client.get("/hien-thi/", {"chu": "rat-to", "kieu": "de-doc"})
    assert '<html lang="vi" class="text-larger font-easy">' in body(client, f"{OTP}2/")
    assert "Chữ nhỏ lại" in main(client, f"{OTP}2/")


def test_a_lesson_drawn_by_an_older_release_still_opens_and_a_command_draws_it_anew(client, otp):
    version = otp.published
    fresh = version.drawn
    LessonVersion.objects.filter(pk=version.pk).update(drawn={"parts": [{"id": "x", "title": "x", "checks": []}]})
    reading.read.cache_clear()
    assert "Nghe, nhưng không làm theo" in body(client, f"{OTP}2/")
    call_command("draw_lessons", verbosity=0)
    version.refresh_from_db()
    assert version.drawn == fresh


def test_an_author_sees_what_is_still_awaited_and_readers_do_not(client, otp):
    assert "chờ thu âm" in "".join(part.html for part in reading.preview_parts(otp.published))
    assert "chờ thu âm" not in "".join(body(client, f"{OTP}{n}/") for n in (1, 2, 3))


# ---- What it weighs


def weight_of(url: str) -> int:
    name = url.removeprefix(settings.STATIC_URL)
    with staticfiles_storage.open(name) as piece:
        content = piece.read()
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content, 9))


def first_visit(client, path: str, settings) -> tuple[int, dict[str, int]]:
    """The page as it is sent, and everything it names beside it, with the font of headings."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = str(settings.ROOT / "build" / "assets")
    page = client.get(path, headers={"accept-encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    html = gzip.decompress(page.content).decode()
    pieces = {urljoin("/", url) for url in re.findall(r'(?:href|src)="(/static/[^"#]+)', html)}
    font = f"{settings.STATIC_URL}{assets.FONT}"
    sizes = {url: len(assets.heading_font()) if url == font else weight_of(url) for url in {*pieces, font}}
    return len(page.content), sizes


@pytest.mark.parametrize("path", ["/hoc/", "/hoc/khoa/an-toan/"])
def test_the_catalogue_and_a_course_weigh_little(client, course, settings, path):
    page, sizes = first_visit(client, path, settings)
    assert page + sum(sizes.values()) <= 80_000, sizes
    assert sum(weight for url, weight in sizes.items() if url.endswith(".js")) <= 15_000, sizes


def test_all_scripts_of_learners_pages_together_weigh_little():
    assert sum(weight_of(f"/static/{name}.js") for name in ("hv", "outbox", "lesson", "download")) <= 15_000


def test_somebody_signed_in_gets_a_page_filled_for_them_alone(client, course, ba_lan, hai_an):
    """The page is drawn once for all who stand alike; names, marks and tokens are each one's own, in both encodings."""
    other = citizens.open_account(hai_an, full_name="Trần <b>Văn</b> Bé")
    pages = []
    for account in (ba_lan, other):
        client.force_login(account)
        packed = gzip.decompress(client.get(f"{OTP}2/", headers={"accept-encoding": "gzip"}).content).decode()
        plain = client.get(f"{OTP}2/").content.decode()
        blank = re.compile(r'(name="csrfmiddlewaretoken" value=")\w+')
        assert blank.sub(r"\1", packed) == blank.sub(r"\1", plain)
        assert "hole-" not in packed
        pages.append(packed)
    assert "Phạm Thị Lan" in pages[0] and "Phạm Thị Lan" not in pages[1]
    assert "Trần &lt;b&gt;Văn&lt;/b&gt; Bé" in pages[1] and "Trần" not in pages[0]
    owners = [re.search(r'name="hv-owner" content="(\w+)"', page)[1] for page in pages]
    assert owners[0] != owners[1]


def test_a_first_visit_weighs_little_and_a_second_almost_nothing(client, course, settings):
    page, sizes = first_visit(client, f"{OTP}2/", settings)
    scripts = {url for url in sizes if url.endswith(".js")}
    assert len(sizes) + 1 <= 9, sorted(sizes)
    assert page + sum(sizes.values()) <= 70_000, sizes
    assert page <= 20_000
    assert sum(sizes[url] for url in scripts) <= 15_000
    assert weight_of("/static/lesson.js") <= 4_000
    assert not [url for url in sizes if "lexend" in url]
