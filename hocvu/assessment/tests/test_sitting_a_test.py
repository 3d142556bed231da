"""The pages of a test as a learner meets them: what is open, one question a page, the result, the appeal."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hocvu.assessment import certifying, jobs
from hocvu.assessment.models import Appeal, Attempt, Certificate, Question, Suspicion, TestRule
from hocvu.assessment.testing import attempts, choosing, personal
from hocvu.assessment.tests.cast_testing import (
    SCREENS,
    make_bank,
    make_confirm,
    make_hoa,
    make_question,
    make_rule,
    sit,
)
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.lib import clock
from hocvu.signin import assisting, citizens
from hocvu.ward import audit, forgetting, merging, subject_data
from hocvu.ward.models import Account, Notice, Person, Ward
from hocvu.ward.tests.cast import make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def nu(hai_an) -> Account:
    return citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ")


@pytest.fixture
def phone(nu) -> Client:
    client = Client()
    client.force_login(nu)
    return client


@pytest.fixture
def desk(hai_an) -> Client:
    client = Client()
    client.force_login(make_hoa(hai_an))
    return client


@pytest.fixture
def rule(hai_an) -> TestRule:
    make_bank(hai_an)
    return make_confirm(hai_an)


def words(page: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def answer_until_over(phone: Client, address: str, said: str = "a") -> str:
    """Send answers to the question at hand until the result comes; answers its address."""
    for _ in range(40):
        page = phone.get(address)
        if page.status_code == 302:
            return page["Location"]
        position = re.search(r'name="cau" value="(\d+)"', page.content.decode()).group(1)
        phone.post(address, {"cau": position, "answer": said})
    raise AssertionError("it never ended")


def test_whoever_is_not_signed_in_sees_what_there_is_and_is_asked_to_come_in(client, rule):
    page = client.get("/bai-kiem-tra/")
    assert "Bài confirm" in words(page)
    assert "Cần đăng nhập để làm bài" in words(page)
    one = client.get("/bai-kiem-tra/xac-nhan/")
    assert "Đăng nhập rồi làm" in words(one)
    assert 'name="needs_time"' not in one.content.decode()
    assert client.post("/bai-kiem-tra/xac-nhan/bat-dau/").status_code == 302
    assert not Attempt.objects.exists()
    assert client.get("/bai-kiem-tra/khong-co/").status_code == 404


def test_a_learner_goes_from_the_list_to_a_result_without_a_script(phone, rule):
    assert "Từ 5 đến 12" in words(phone.get("/bai-kiem-tra/xac-nhan/"))
    begun = phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    made = Attempt.objects.get()
    address = f"/bai-kiem-tra/luot/{made.pk}/"
    assert begun["Location"] == address
    page = phone.get(address)
    assert "Bài có từ 5 đến 12 câu" in words(page)
    assert "Làm được đến" in words(page)
    assert "no-store" in page["Cache-Control"]
    assert "Làm tiếp" in words(phone.get("/bai-kiem-tra/"))
    result = answer_until_over(phone, address)
    assert result == f"{address}ket-qua/"
    shown = words(phone.get(result))
    assert "Đạt phần kiến thức" in shown
    assert "Còn thiếu 3 việc thực hành" in shown
    assert "Đạt phần kiến thức" in words(phone.get("/bai-kiem-tra/"))


def test_no_page_of_a_confirmation_says_what_was_right(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    address = f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/"
    result = phone.get(answer_until_over(phone, address, "b"))
    assert "Chưa đạt lần này" in words(result)
    assert "Làm lại được từ ngày" in words(result)
    assert "hỏi mã OTP" not in result.content.decode()
    assert "Tắt máy" not in result.content.decode()
    assert phone.get(f"{address}xem-lai/").status_code == 404
    assert "Tắt máy" not in phone.get(f"{address}khieu-nai/").content.decode()


def test_an_empty_answer_is_told_beside_the_question_and_keeps_the_place(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    address = f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/"
    page = phone.post(address, {"cau": "1"})
    assert page.status_code == 422
    assert "Hãy chọn một câu" in words(page)
    for nonsense in ({}, {"cau": "x"}, {"cau": "99", "answer": "a"}):
        assert phone.post(address, nonsense)["Location"] == address
    assert Attempt.objects.get().asked == 0


def test_two_tabs_keep_the_first_answer_and_say_so(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    address = f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/"
    phone.post(address, {"cau": "1", "answer": "b"})
    again = phone.post(address, {"cau": "1", "answer": "a"}, follow=True)
    assert "Câu 1 đã có câu trả lời lưu trước đó" in words(again)
    assert "Câu 2" in words(again)
    assert Attempt.objects.get().items.get(position=1).said == "b"
    same = phone.post(address, {"cau": "1", "answer": "b"}, follow=True)
    assert "đã có câu trả lời" not in words(same)


def test_not_knowing_is_an_answer(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    address = f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/"
    phone.post(address, {"cau": "1", "khong_biet": "1"})
    item = Attempt.objects.get().items.get(position=1)
    assert (item.said, item.right) == (None, False)


def test_a_drawn_phone_goes_press_by_press_and_is_resumed(phone, hai_an):
    make_question(hai_an, "man-hinh", kind="screens", content=SCREENS)
    make_rule(hai_an, "placement", "xep-lop", least=1, most=1)
    phone.post("/bai-kiem-tra/xep-lop/bat-dau/", {})
    address = f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/"
    for step, title in (("xem", "Kiểm tra"), ("dung", "Đã xong bài xếp lớp")):
        page = phone.get(address)
        path = re.search(r'name="path" value="([^"]*)"', page.content.decode()).group(1)
        assert "Gửi và sang câu sau" not in words(page)
        assert title in words(phone.post(address, {"cau": "1", "path": path, "step": step}, follow=True))
    assert Attempt.objects.get().items.get().right is True


def test_time_is_told_in_words_when_it_is_short_and_its_end_leads_to_the_result(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    made = Attempt.objects.get()
    address = f"/bai-kiem-tra/luot/{made.pk}/"
    with clock.stopped_at(made.due_at - timedelta(minutes=7, seconds=30)):
        assert "Còn khoảng 7 phút" in words(phone.get(address))
    with clock.stopped_at(made.due_at + timedelta(minutes=3)):
        page = phone.get(address)
        assert "Đã hết giờ" in words(page)
        made.refresh_from_db()
        assert made.state == "running"  # looking writes nothing
        late = phone.post(address, {"cau": "1", "answer": "a"}, follow=True)
        assert "tới khi đã hết giờ" in words(late)
        assert "Đã hết giờ" in words(late)


def test_a_skewed_clock_of_the_device_changes_nothing(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    made = Attempt.objects.get()
    headers = {"Date": "Mon, 01 Jan 2035 00:00:00 GMT", "X-Outbox-Made": "2035-01-01T00:00:00+07:00"}
    phone.post(f"/bai-kiem-tra/luot/{made.pk}/", {"cau": "1", "answer": "a"}, headers=headers)
    item = made.items.get(position=1)
    assert abs(item.answered_at - clock.now()) < timedelta(minutes=1)
    assert item.right is True


def test_who_manages_tests_gives_time_on_a_page_of_the_desk(desk, rule, nu):
    made = attempts.begin(rule, by=nu)
    address = f"/bai-kiem-tra/luot/{made.pk}/them-gio/"
    page = desk.get(address)
    assert nu.full_name not in page.content.decode()
    assert desk.post(address, {"minutes": "500"}).status_code == 422
    assert desk.post(address, {"minutes": "20"})["Location"] == address
    assert Attempt.objects.get().due_at == made.due_at + timedelta(minutes=20)


def test_the_hour_closes_what_is_overdue(rule, nu):
    made = attempts.begin(rule, by=nu)
    with clock.stopped_at(made.due_at + timedelta(minutes=5)):
        assert jobs.close_overdue_attempts(clock.now()) == "Đã kết thúc 1 lượt làm quá giờ."
    assert Attempt.objects.get().state == "expired"


def test_leaving_asks_first(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {"needs_time": "on"})
    made = Attempt.objects.get()
    assert made.extra_minutes == 60
    address = f"/bai-kiem-tra/luot/{made.pk}/bo-do/"
    assert "làm lại được sau 3 ngày" in words(phone.get(address))
    assert Attempt.objects.get().state == "running"
    assert "Đã bỏ dở" in words(phone.post(address, follow=True))
    assert "Làm lại được từ ngày" in words(phone.get("/bai-kiem-tra/xac-nhan/"))


def test_nobody_opens_the_attempt_of_another(phone, rule, hai_an):
    made = attempts.begin(rule, by=citizens.open_account(hai_an, full_name="Bà Tươi"))
    for end in ("", "ket-qua/", "xem-lai/", "khieu-nai/", "bo-do/"):
        assert phone.get(f"/bai-kiem-tra/luot/{made.pk}/{end}").status_code == 404
    phone.post(f"/bai-kiem-tra/luot/{made.pk}/", {"cau": "1", "answer": "a"})
    assert made.items.get().answered_at is None


def test_with_a_helper_a_confirmation_is_closed_with_a_sentence(phone, rule, hai_an):
    with audit.helped_by(make_hoa(hai_an)):
        assert "phải do chính người học làm" in words(phone.get("/bai-kiem-tra/xac-nhan/"))
        page = phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    assert page.status_code == 422
    assert not Attempt.objects.exists()


def test_a_running_confirmation_shows_no_question_to_a_helper(phone, rule, hai_an, monkeypatch):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    address = f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/"
    lan = make_hoa(hai_an, "lan")
    monkeypatch.setattr(assisting, "helper_of", lambda request: lan)
    page = phone.get(address)
    assert page.status_code == 403
    assert "Bài này phải tự làm" in words(page)
    assert "Tắt máy" not in page.content.decode()
    for said in ({"cau": "1"}, {"cau": "1", "answer": "a"}, {"cau": "1", "khong_biet": "1"}):
        page = phone.post(address, said)
        assert page.status_code == 403
        assert "Tắt máy" not in page.content.decode()
    assert Attempt.objects.get().items.get().answered_at is None


def test_an_attempt_page_is_light(phone, rule):
    phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {})
    page = phone.get(f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/")
    content = page.content.decode()
    assert len(content) < 20_000
    assert len(re.findall(r"<script[^>]*src|<link[^>]*stylesheet|<img", content)) <= 5


def test_lists_ask_the_same_number_of_questions_however_many_rows(phone, hai_an, nu, rule):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert phone.get("/bai-kiem-tra/").status_code == 200
        return len(asked)

    sit(attempts.begin(rule, by=nu), nu)
    few = questions()
    for number in range(4):
        other = make_confirm(hai_an, f"bai-{number}")
        sit(attempts.begin(other, by=nu), nu)
    assert questions() == few


# ---- Placement, before and after


def test_placement_names_a_level_with_its_reason_and_lessons_to_learn(phone, hai_an):
    lesson = make_lesson(hai_an, competences=["hocvu/4.2"], groups=[])
    course = make_course(hai_an, lesson)
    course.level, course.groups = "B1", []
    course.save()
    make_bank(hai_an)
    make_rule(hai_an, "placement", "xep-lop", least=8, most=12, core=["hocvu/4.2"])
    phone.post("/bai-kiem-tra/xep-lop/bat-dau/", {})
    result = phone.get(answer_until_over(phone, f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/", "b"))
    shown = words(result)
    assert "Nên bắt đầu ở bậc “Làm quen”" in shown
    assert "An toàn trên mạng" in shown
    assert "Không đọc mã OTP" in shown
    assert "chưa đúng" in shown
    review = phone.get(f"/bai-kiem-tra/luot/{Attempt.objects.get().pk}/xem-lai/")
    assert "Không ai ở ngân hàng hỏi mã OTP" in words(review)


def test_before_and_after_show_what_changed_and_explain_only_then(phone, hai_an):
    make_bank(hai_an)
    lesson = make_lesson(hai_an)
    make_course(hai_an, lesson)
    make_rule(hai_an, "change", "truoc-sau", forms=choosing.two_forms(hai_an, "hocvu", 5))
    assert "lần trước khi học" in words(phone.get("/bai-kiem-tra/truoc-sau/?khoa=an-toan"))
    phone.post("/bai-kiem-tra/truoc-sau/bat-dau/", {"course": "an-toan"})
    before = Attempt.objects.get()
    assert before.course.slug == "an-toan"
    answer_until_over(phone, f"/bai-kiem-tra/luot/{before.pk}/", "b")
    assert phone.get(f"/bai-kiem-tra/luot/{before.pk}/xem-lai/").status_code == 404
    phone.post("/bai-kiem-tra/truoc-sau/bat-dau/", {"course": "an-toan"})
    after = Attempt.objects.get(phase="after")
    result = phone.get(answer_until_over(phone, f"/bai-kiem-tra/luot/{after.pk}/"))
    assert "Trước khi học đúng 0 trong 5 câu; nay đúng 5 trong 5 câu" in words(result)
    assert phone.get(f"/bai-kiem-tra/luot/{before.pk}/xem-lai/").status_code == 200


def test_who_is_given_the_first_measure_back_begins_both_again(phone, desk, hai_an):
    """Both were done; then somebody granted what the learner said of the first."""
    make_bank(hai_an)
    make_rule(hai_an, "change", "truoc-sau", forms=choosing.two_forms(hai_an, "hocvu", 5))
    at = "/bai-kiem-tra/truoc-sau/"

    def sit_one(said: str) -> Attempt:
        phone.post(f"{at}bat-dau/", {})
        made = Attempt.objects.running().get()
        answer_until_over(phone, f"/bai-kiem-tra/luot/{made.pk}/", said)
        made.refresh_from_db()
        return made

    before, after = sit_one("b"), sit_one("a")
    assert "Đã làm cả lần trước và lần sau" in words(phone.get(at))
    phone.post(f"/bai-kiem-tra/luot/{before.pk}/khieu-nai/", {"text": "Máy bị treo giữa chừng."})
    asked = Appeal.objects.get()
    desk.post(f"/ra-soat/khieu-nai/{asked.pk}/", {"state": "granted", "words": "Bà làm lại nhé."})
    assert "Bắt đầu lại được ngay" in words(phone.get(f"/bai-kiem-tra/luot/{before.pk}/ket-qua/"))
    told = words(phone.get(f"/bai-kiem-tra/luot/{after.pk}/ket-qua/"))
    assert "Đúng 5 trong 5 câu" in told and "bắt đầu lại từ lần trước khi học" in told
    assert "Đây là lần trước khi học" in words(phone.get(at))
    again = sit_one("b")
    assert again.phase == "before"
    assert phone.get(f"/bai-kiem-tra/luot/{again.pk}/xem-lai/").status_code == 404
    assert "nay đúng" not in words(phone.get(f"/bai-kiem-tra/luot/{after.pk}/ket-qua/"))
    last = sit_one("a")
    assert (last.phase, last.form) == ("after", after.form)
    assert "Trước khi học đúng 0 trong 5 câu; nay đúng 5" in words(phone.get(f"/bai-kiem-tra/luot/{last.pk}/ket-qua/"))
    assert "Đã làm cả lần trước và lần sau" in words(phone.get(at))
    after.refresh_from_db()
    assert after.state == "finished", "what was answered is kept"


# ---- Appeals


@pytest.fixture
def failed(rule, nu) -> Attempt:
    """An attempt that did not pass, whichever questions came."""
    return sit(attempts.begin(rule, by=nu), nu, right=lambda position: position % 3 == 1)


def test_a_question_that_is_found_wrong_counts_for_nobody_any_more(
    phone, desk, hai_an, rule, nu, failed, django_capture_on_commit_callbacks
):
    item = failed.items.filter(right=False).first()
    address = f"/bai-kiem-tra/luot/{failed.pk}/khieu-nai/"
    assert phone.post(address, {"item": str(item.position), "text": " "}).status_code == 422
    sent = phone.post(address, {"item": str(item.position), "text": "Hai câu đều đúng"}, follow=True)
    assert "Chờ trả lời" in words(sent)
    asked = Appeal.objects.get()
    assert Notice.objects.filter(text__contains="đề nghị xem lại").exists()
    assert "Hai câu đều đúng" in words(desk.get("/ra-soat/khieu-nai/"))
    page = desk.get(f"/ra-soat/khieu-nai/{asked.pk}/")
    assert nu.full_name not in page.content.decode()
    assert "Đọc mã ngay" in words(page)
    answered = desk.post(page.request["PATH_INFO"], {"state": "granted", "words": "Câu này sai, đã bỏ."})
    assert answered["Location"] == "/ra-soat/khieu-nai/"
    item.refresh_from_db()
    before = (failed.asked, failed.sure)
    failed.refresh_from_db()
    assert item.voided is True
    assert failed.asked == before[0] - 1
    assert failed.sure > before[1]
    told = words(phone.get(f"/bai-kiem-tra/luot/{failed.pk}/ket-qua/"))
    assert "Chấp nhận" in told
    assert "Câu này sai, đã bỏ." in told
    assert Notice.objects.filter(account=nu).exists()


def test_a_result_that_is_upheld_stays_and_a_whole_attempt_let_go_may_be_done_at_once(phone, desk, failed):
    address = f"/bai-kiem-tra/luot/{failed.pk}/khieu-nai/"
    phone.post(address, {"text": "Máy bị treo"})
    first = Appeal.objects.get()
    assert desk.post(f"/ra-soat/khieu-nai/{first.pk}/", {"state": "upheld", "words": ""}).status_code == 422
    desk.post(f"/ra-soat/khieu-nai/{first.pk}/", {"state": "upheld", "words": "Kết quả đúng."})
    failed.refresh_from_db()
    assert failed.state == "finished"
    again = desk.post(f"/ra-soat/khieu-nai/{first.pk}/", {"state": "granted", "words": "Đổi ý"})
    assert "đã được trả lời" in words(again)
    phone.post(address, {"text": "Máy bị treo thật"})
    desk.post(f"/ra-soat/khieu-nai/{Appeal.objects.first().pk}/", {"state": "granted", "words": "Làm lại nhé."})
    failed.refresh_from_db()
    assert failed.state == "voided"
    assert phone.post("/bai-kiem-tra/xac-nhan/bat-dau/", {}).status_code == 302
    assert Attempt.objects.running().count() == 1


def test_appeals_end_after_some_time_and_come_only_a_few_at_once(phone, failed):
    address = f"/bai-kiem-tra/luot/{failed.pk}/khieu-nai/"
    for number in range(4):
        phone.post(address, {"text": f"Lần {number}"})
    assert Appeal.objects.count() == 3
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert "quá 30 ngày" in words(phone.get(address))


# ---- What is held of a person


def test_a_person_takes_everything_along_and_is_forgotten(hai_an, rule):
    person = Person.objects.create(ward=hai_an, full_name="Nguyễn Thị Nụ")
    nu = citizens.open_account(hai_an, person=person)
    made = sit(attempts.begin(rule, by=nu), nu)
    Suspicion.objects.create(attempt=made, kind="quick", details={"quick": 6, "of": 8, "median": 2.1})
    rows = [*personal.tell(person), *personal.tell_answers(person), *personal.tell_reviews(person)]
    assert len(rows) == 1 + made.asked + 1
    told = json.dumps(subject_data.gather(person, reason="xin xem", by=nu), default=str, ensure_ascii=False)
    assert "Tắt máy, tự gọi lại" in told
    assert "6 trong 8 câu" in told
    forgetting.erase(person, reason="yêu cầu", by=None)
    assert not Attempt.objects.exists()


def test_attempts_follow_when_two_rows_become_one_and_go_back(hai_an, rule):
    kept, other = (Person.objects.create(ward=hai_an, full_name="Bà Nụ") for _ in range(2))
    mine, theirs = (citizens.open_account(hai_an, person=person) for person in (kept, other))
    running = attempts.begin(rule, by=mine)
    done, left = sit(attempts.begin(rule, by=theirs), theirs, right=False), None
    with clock.stopped_at(clock.now() + timedelta(days=5)):
        left = attempts.begin(rule, by=theirs)
    joined = merging.merge(kept, other, by=None)
    assert {one.account for one in Attempt.objects.all()} == {mine}
    assert Attempt.objects.running().get() == running
    assert Attempt.objects.get(pk=left.pk).state == "voided", "nobody gave it up: it makes nobody wait"
    merging.undo(joined, by=None)
    assert set(Attempt.objects.filter(account=theirs)) == {done, left}


def test_a_certificate_follows_the_last_answer_by_itself(monkeypatch, rule, nu):
    asked: list[Any] = []
    monkeypatch.setattr(certifying, "award_if_earned", lambda account, under: asked.append((account, under)))
    made = attempts.begin(rule, by=nu)
    sit(made, nu)
    assert asked == [(nu, rule)]
    assert not Certificate.objects.exists()


def test_a_certificate_that_cannot_be_made_costs_no_answer(monkeypatch, rule, nu):
    def broken(*_: Any) -> None:
        raise RuntimeError("no key")

    monkeypatch.setattr(certifying, "award_if_earned", broken)
    made = sit(attempts.begin(rule, by=nu), nu)
    assert (made.state, made.passed) == ("finished", True)


def test_a_course_leads_to_its_test_before_and_after_and_tests_to_what_else_is_needed(phone, hai_an):
    make_bank(hai_an)
    codes = list(Question.objects.order_by("code").values_list("code", flat=True))
    course = make_course(hai_an, make_lesson(hai_an))
    at = f"/hoc/khoa/{course.slug}/"
    assert "Bài trước và sau khi học" not in words(phone.get(at))
    make_rule(hai_an, "change", "truoc-sau", forms={"A": codes[:4], "B": codes[4:8]})
    found = re.search(r'href="([^"]+)"[^>]*>Bài trước và sau khi học', phone.get(at).content.decode())
    assert found is not None
    page = phone.get(found[1])
    assert page.status_code == 200
    assert f'<option value="{course.slug}" selected>' in page.content.decode()
    home = phone.get("/bai-kiem-tra/").content.decode()
    for place in ("/thuc-hanh/", "/giam-thi/vao/", "/giay-xac-nhan/"):
        assert f'href="{place}"' in home and phone.get(place).status_code == 200
    make_confirm(hai_an)
    missing = phone.get("/giay-xac-nhan/").content.decode()
    assert 'href="/bai-kiem-tra/xac-nhan/"' in missing and 'href="/thuc-hanh/"' in missing
