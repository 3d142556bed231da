"""What learners do arrives once, in any order, and adds up to where they are; see learning.progress and ward.outbox."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from hocvu.learning import progress, publishing, studying
from hocvu.learning.models import Bookmark, CourseLesson, Enrolment, LearningAct, Lesson, LessonVersion, Progress
from hocvu.learning.tests.cast import BLOCKS, make_course, make_lesson
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward import audit, devices, forgetting, merging, outbox, receipts, retention, subject_data
from hocvu.ward.models import Account, AuditEntry, Person, Receipt, Ward
from hocvu.ward.receipts import Parcel
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db
LESSON = "/hoc/bai/khong-doc-ma-otp/"
DONE, ANSWER, PRACTICE = f"{LESSON}xong/", f"{LESSON}tra-loi/", f"{LESSON}thuc-hanh/"


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def lesson(hai_an) -> Lesson:
    return make_lesson(hai_an)


@pytest.fixture
def nu(hai_an) -> Account:
    """Bà Nụ, who learns."""
    return citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ")


@pytest.fixture
def phone(nu) -> Client:
    client = Client()
    client.force_login(nu)
    return client


def digest(fields: dict[str, object]) -> str:
    pairs = [
        [name, str(value)]
        for name in sorted(fields)
        for value in (fields[name] if isinstance(fields[name], list) else [fields[name]])
    ]
    return hashlib.sha256(json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def send(client: Client, url: str, fields: dict[str, object], key: UUID | None = None, **headers: str):
    """A post as the outbox makes it."""
    said = {
        "X-Outbox-Id": str(key or receipts.uuid7()),
        "X-Outbox-Digest": digest(fields),
        "Accept": "application/json",
    }
    return client.post(
        url, fields, headers={**said, **{name.replace("_", "-"): text for name, text in headers.items()}}
    )


def test_an_act_from_the_outbox_is_accepted_and_answered_by_name(phone, lesson, nu):
    key = receipts.uuid7()
    answer = send(phone, DONE, {"phan": "dau"}, key)
    assert answer.status_code == 200
    assert answer.json() == {"id": str(key), "digest": digest({"phan": "dau"}), "result": "accepted", "reason": ""}
    assert LearningAct.objects.get().pk == key
    assert Progress.objects.get().parts == ["dau"]
    assert "no-store" in answer["Cache-Control"]


def test_the_same_post_again_is_a_duplicate_and_counts_once(phone, lesson):
    key = uuid4()
    results = [send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]}, key).json()["result"] for _ in range(3)]
    assert results == ["accepted", "duplicate", "duplicate"]
    assert LearningAct.objects.count() == Receipt.objects.count() == 1


def test_the_same_id_with_other_content_is_a_conflict_and_the_first_stays(phone, lesson):
    key = uuid4()
    send(phone, ANSWER, {"cau": "hoi-1", "chon": ["0"]}, key)
    other = send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]}, key)
    elsewhere = send(phone, PRACTICE, {"cau": "hoi-1", "chon": ["0"]}, key)
    assert (other.status_code, other.json()["result"]) == (409, "conflict")
    assert elsewhere.json()["result"] == "conflict"
    send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]}, key)
    assert LearningAct.objects.get().said == [0]
    assert sorted(Receipt.objects.values_list("result", flat=True)) == ["accepted", "conflict", "conflict"]


def test_an_id_that_somebody_else_used_is_a_conflict(phone, lesson, hai_an):
    key, other = uuid4(), Client()
    other.force_login(citizens.open_account(hai_an, full_name="Ông Sáu"))
    send(phone, DONE, {"phan": "dau"}, key)
    assert send(other, DONE, {"phan": "dau"}, key).status_code == 409


def test_a_changed_content_is_rejected_in_a_sentence_and_may_come_again(phone, lesson):
    key = uuid4()
    said = {"X-Outbox-Id": str(key), "X-Outbox-Digest": "0" * 64, "Accept": "application/json"}
    answer = phone.post(DONE, {"phan": "dau"}, headers=said)
    assert (answer.status_code, answer.json()["result"]) == (422, "rejected")
    assert answer.json()["reason"].endswith(".")
    assert send(phone, DONE, {"phan": "dau"}, key).json()["result"] == "accepted"


def test_what_makes_no_sense_is_rejected_and_leaves_nothing(phone, lesson):
    for url, fields in (
        (DONE, {"phan": ""}),
        (ANSWER, {"cau": "hoi-1"}),
        (ANSWER, {"cau": "hoi-1", "chon": ["một"]}),
        ("/hoc/bai/khong-co/xong/", {"phan": "dau"}),
    ):
        answer = send(phone, url, fields)
        assert (answer.status_code, answer.json()["result"]) == (422, "rejected"), url
    assert not LearningAct.objects.exists()
    assert not Receipt.objects.exists()


def test_without_a_session_it_is_told_so_as_json_and_never_redirected(client, lesson):
    answer = send(client, DONE, {"phan": "dau"})
    assert answer.status_code == 401
    assert answer.json()["error"] == "signed_out"


def test_what_belongs_to_somebody_else_is_not_taken_under_this_login(phone, lesson, nu, hai_an):
    sau = citizens.open_account(hai_an, full_name="Ông Sáu")
    answer = send(phone, DONE, {"phan": "dau"}, X_Outbox_Owner=outbox.owner_of(sau))
    assert (answer.status_code, answer.json()["error"]) == (401, "other_owner")
    assert not LearningAct.objects.exists()
    assert send(phone, DONE, {"phan": "dau"}, X_Outbox_Owner=outbox.owner_of(nu)).status_code == 200


def test_a_stale_token_is_told_as_json(nu, lesson):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(nu)
    answer = send(strict, DONE, {"phan": "dau"})
    assert (answer.status_code, answer.json()["error"]) == (403, "csrf")


def test_a_person_without_a_script_is_led_on(phone, lesson):
    assert phone.post(f"{DONE}?khoa=an-toan", {"phan": "dau"})["Location"] == f"{LESSON}2/?khoa=an-toan"
    assert phone.post(DONE, {"phan": "nguoi-la"})["Location"] == f"{LESSON}?het=1"
    answered = phone.post(ANSWER, {"cau": "hoi-1", "chon": ["1"]})
    assert answered["Location"] == f"{LESSON}2/?cau=hoi-1&chon=1#hoi-1"
    assert phone.post(ANSWER, {"cau": "hoi-1"}, follow=True).status_code == 200
    assert LearningAct.objects.count() == 3
    assert not Receipt.objects.exists()  # nobody waits for one


def test_no_page_writes_when_it_is_only_opened(phone, lesson, hai_an):
    make_course(hai_an, lesson)
    for path in (
        f"{LESSON}1/",
        "/hoc/cua-toi/",
        "/hoc/toi.json",
        "/hoc/khoa/an-toan/goi.json",
        "/hoc/khoa/an-toan/tai/",
    ):
        with CaptureQueriesContext(connection) as seen:
            assert phone.get(path).status_code == 200
        assert not [one["sql"] for one in seen if not one["sql"].strip().startswith("SELECT")], path
    assert phone.get(DONE).status_code == 405


def test_a_lesson_is_complete_by_the_rule_frozen_at_the_start(phone, lesson, nu):
    send(phone, DONE, {"phan": "dau"})
    assert Progress.objects.get().rule == {
        "parts": ["dau", "nguoi-la"], "checks": ["hoi-1"], "ask": "answered", "least": 2,
    }  # fmt: skip
    more = [*BLOCKS, {"kind": "heading", "id": "moi", "text": "Phần mới", "level": "2"},
            {"kind": "paragraph", "id": "them", "text": "Thêm."}]  # fmt: skip
    publish_anew(lesson, more)
    send(phone, DONE, {"phan": "nguoi-la"})
    assert Progress.objects.get().completed_at is None
    send(phone, ANSWER, {"cau": "hoi-1", "chon": ["0"]})
    row = Progress.objects.get()
    assert (row.completed_how, row.checks) == ("read", {"hoi-1": False})
    completed = row.completed_at
    send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]})
    row.refresh_from_db()
    assert (row.completed_at, row.checks) == (completed, {"hoi-1": True})


def test_what_no_version_shows_any_more_counts_as_done(phone, lesson):
    send(phone, DONE, {"phan": "dau"})
    publish_anew(lesson, BLOCKS[:1])
    send(phone, DONE, {"phan": "dau"})
    assert Progress.objects.get().completed_at is not None


def test_an_older_copy_on_a_device_is_judged_by_its_own_version(phone, lesson):
    publish_anew(lesson, [{"kind": "paragraph", "id": "khac", "text": "Bài viết lại."}])
    answer = send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]})
    assert answer.json()["result"] == "accepted"
    act = LearningAct.objects.get()
    assert (act.right, act.version.number) == (True, 1)
    assert Progress.objects.get().rule["checks"] == ["hoi-1"]


def test_an_answer_to_a_lesson_that_was_withdrawn_is_kept(phone, lesson):
    publishing.withdraw(lesson, why="Sai số điện thoại", by=None)
    assert send(phone, DONE, {"phan": "dau"}).json()["result"] == "accepted"


def test_a_part_that_never_was_is_kept_for_somebody_to_look_at(phone, lesson):
    answer = send(phone, DONE, {"phan": "khong-co"})
    assert (answer.status_code, answer.json()["result"]) == (202, "quarantined")
    assert LearningAct.objects.get().version is None
    assert not Progress.objects.exists()


@pytest.mark.parametrize("wrong", (timedelta(days=40), timedelta(days=-4000)))
def test_a_clock_that_is_days_wrong_is_kept_as_said_and_counts_by_arrival(phone, lesson, wrong):
    said = (clock.now() + wrong).astimezone(UTC)
    answer = send(phone, DONE, {"phan": "dau"}, X_Outbox_Made=said.isoformat())
    assert (answer.status_code, answer.json()["result"]) == (202, "quarantined")
    assert "Đồng hồ" in answer.json()["reason"]
    assert LearningAct.objects.get().happened_at == said
    assert abs(Progress.objects.get().touched_at - clock.now()) < timedelta(minutes=5)


def test_a_clock_some_hours_ahead_is_no_matter(phone, lesson):
    said = (clock.now() + timedelta(hours=5)).astimezone(UTC)
    assert send(phone, DONE, {"phan": "dau"}, X_Outbox_Made=said.isoformat()).json()["result"] == "accepted"
    assert Progress.objects.get().touched_at <= clock.now()


def test_what_was_received_is_not_called_refused_when_it_comes_again(phone, lesson):
    key = receipts.uuid7()
    assert send(phone, DONE, {"phan": "dau"}, key).json()["result"] == "accepted"
    Lesson.objects.update(slug="ten-khac")
    assert send(phone, DONE, {"phan": "dau"}, key).json()["result"] == "duplicate"
    assert send(phone, DONE, {"phan": "dau"}).json()["result"] == "rejected"


def test_nobody_passes_by_trying_where_no_course_lets_them(phone, lesson, hai_an):
    make_course(hai_an, lesson)
    CourseLesson.objects.update(may_test_out=False)
    answer = send(phone, f"{LESSON}thu-suc/nop/", {"hoi-1": ["1"]}).json()
    assert answer["result"] == "rejected" and "không cho làm thử" in answer["reason"]
    assert not LearningAct.objects.exists()


def test_whoever_answers_all_rightly_at_one_go_has_completed_it(phone, lesson, hai_an):
    make_course(hai_an, lesson)
    url = f"{LESSON}thu-suc/nop/"
    assert send(phone, url, {"hoi-1": ["0"]}).json()["result"] == "accepted"
    assert Progress.objects.get().completed_at is None
    assert send(phone, url, {}).json()["result"] == "rejected"
    send(phone, url, {"hoi-1": ["1"]})
    assert Progress.objects.get().completed_how == "tested_out"


def test_learning_with_help_is_recorded_as_helped_even_when_it_is_sent_later(phone, lesson, nu, hai_an):
    net = make_account("net", name="Trần Thị Nết")
    token = outbox.helper_token(nu, net)
    send(phone, DONE, {"phan": "dau"}, X_Outbox_Helper=token)
    assert LearningAct.objects.get().helped_by == net
    assert Progress.objects.get().helped
    other = outbox.helper_token(net, nu)  # another learner's
    send(phone, DONE, {"phan": "nguoi-la"}, X_Outbox_Helper=other)
    assert LearningAct.objects.filter(helped_by=None).count() == 1


def test_help_of_this_very_request_counts(lesson, nu, hai_an):
    net = make_account("net", name="Trần Thị Nết")
    with audit.helped_by(net):
        progress.finish_part(lesson=lesson, part="dau", by=nu, parcel=Parcel(receipts.uuid7()))
    assert Progress.objects.get().helped


def test_learning_writes_nothing_into_the_chain_of_the_trail(phone, lesson):
    before = AuditEntry.objects.count()
    send(phone, DONE, {"phan": "dau"})
    assert AuditEntry.objects.count() == before


def test_a_write_costs_few_queries(phone, lesson):
    send(phone, DONE, {"phan": "dau"})
    with CaptureQueriesContext(connection) as seen:
        send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]})
    asked = [one["sql"] for one in seen if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(asked) <= 8, asked


def test_a_receipt_forgotten_long_ago_lets_nothing_in_twice(phone, lesson):
    key = uuid4()
    send(phone, DONE, {"phan": "dau"}, key)
    Receipt.objects.update(received_at=clock.now() - timedelta(days=401))
    retention.apply_all()
    assert not Receipt.objects.exists()
    assert send(phone, DONE, {"phan": "dau"}, key).json()["result"] == "duplicate"
    assert LearningAct.objects.count() == 1


# ---- Any order


def publish_anew(lesson: Lesson, blocks) -> None:
    lesson.refresh_from_db()
    version = LessonVersion.objects.create(
        lesson=lesson, number=lesson.published.number + 1, state="approved", blocks=blocks, title="Không đọc mã OTP",
        rule={"parts": "all", "checks": "answered"},
    )  # fmt: skip
    publishing.publish(version, by=None)
    lesson.refresh_from_db()


ACTS = st.tuples(
    st.sampled_from(("dau", "nguoi-la", "hoi-1:0", "hoi-1:1", "thu:0", "thu:1")),
    st.integers(0, 6),  # minutes after the start: some happen at the same moment
    st.booleans(),  # with help
)


class AnyOrder(HypothesisCase):
    """Whatever the order of arrival and however often each thing arrives, the learner stands where they stand."""

    @given(st.lists(ACTS, min_size=1, max_size=6).flatmap(lambda acts: st.tuples(st.just(acts), st.permutations(
        list(enumerate(acts)) + list(enumerate(acts))[:3]))), st.sampled_from(("answered", "right", "none")))  # fmt: skip
    def test_the_end_is_the_same(self, drawn, ask) -> None:
        acts, arrivals = drawn
        ward = make_ward()
        lesson = make_lesson(ward)
        LessonVersion.objects.update(rule={"parts": "all", "checks": ask})
        lesson = Lesson.objects.select_related("published", "ward").get()
        helper = make_account("net")
        start = clock.now() + timedelta(hours=1)
        with clock.stopped_at(start + timedelta(days=1)):
            ids = [receipts.uuid7() for _ in acts]
            for learner, order in (("mot", list(enumerate(acts))), ("hai", arrivals)):
                by = citizens.open_account(ward, full_name=learner)
                for number, (what, minute, helped) in order:
                    key = UUID(int=ids[number].int ^ (by.pk << 1))
                    made, who = start + timedelta(minutes=minute), helper if helped else None
                    arrive(lesson, what, by, Parcel(key, "d", "/", made, who))
        one, two = Progress.objects.order_by("account_id").values(
            "parts", "checks", "place", "begun_at", "touched_at", "completed_at", "completed_how", "helped", "rule"
        )
        assert one == two
        assert LearningAct.objects.count() == 2 * len(acts)


def arrive(lesson: Lesson, what: str, by: Account, parcel: Parcel) -> None:
    block, colon, choice = what.partition(":")
    if not colon:
        progress.finish_part(lesson=lesson, part=what, by=by, parcel=parcel)
    elif block == "thu":
        progress.test_out(lesson=lesson, answers={"hoi-1": [choice]}, by=by, parcel=parcel)
    else:
        progress.answer_check(lesson=lesson, block=block, chosen=[choice], by=by, parcel=parcel)


# ---- At the same moment


@pytest.fixture
def flushable() -> Iterator[None]:
    """The trail refuses to be emptied, also by the test runner."""
    yield
    audit.disarm()


@pytest.mark.django_db(transaction=True)
def test_identical_posts_at_the_same_moment_make_one_row(flushable):
    ward = make_ward()
    make_lesson(ward)
    nu = citizens.open_account(ward, full_name="Bà Nụ")
    clients = [Client() for _ in range(6)]
    for client in clients:
        client.force_login(nu)
    key = receipts.uuid7()

    def post(client: Client) -> str:
        try:
            return send(client, DONE, {"phan": "dau"}, key).json()["result"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(post, clients))
    assert sorted(results) == ["accepted"] + ["duplicate"] * 5
    assert (LearningAct.objects.count(), Progress.objects.count(), Receipt.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_different_acts_at_the_same_moment_all_count(flushable):
    ward = make_ward()
    make_lesson(ward)
    nu = citizens.open_account(ward, full_name="Bà Nụ")
    posts = [(DONE, {"phan": "dau"}), (DONE, {"phan": "nguoi-la"}), (ANSWER, {"cau": "hoi-1", "chon": ["1"]})] * 2

    def post(one) -> str:
        client = Client()
        client.force_login(nu)
        try:
            return send(client, *one).json()["result"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(post, posts)) == ["accepted"] * 6
    row = Progress.objects.get()
    assert (row.parts, row.checks, row.completed_how) == (["dau", "nguoi-la"], {"hoi-1": True}, "read")
    assert LearningAct.objects.count() == 6


# ---- Keys, ids, digests


def test_an_owner_and_a_key_are_stable_opaque_and_ones_own(phone, nu, hai_an, lesson):
    told = phone.get("/hoc/toi.json", headers={"Accept": "application/json"})
    assert "no-store" in told["Cache-Control"]
    said = told.json()
    assert said["owner"] == outbox.owner_of(nu) and str(nu.pk) != said["owner"]
    assert set(said["key"]) == {"kty", "crv", "x", "y", "d"}
    page = phone.get(f"{LESSON}1/").content.decode()
    assert f'<meta name="hv-owner" content="{said["owner"]}"' in page
    assert said["key"]["d"] not in page
    sau = citizens.open_account(hai_an, full_name="Ông Sáu")
    assert outbox.owner_of(sau) != said["owner"] and outbox.private_key(sau) != said["key"]
    assert Client().get("/hoc/toi.json", headers={"Accept": "application/json"}).status_code == 401
    assert 'name="hv-owner"' not in Client().get(f"{LESSON}1/").content.decode()
    assert phone.get("/hoc/toi.json", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_ids_sort_by_time():
    first = receipts.uuid7()
    time.sleep(0.002)
    second = receipts.uuid7()
    assert first < second and first.version == 7 and first.variant == "specified in RFC 4122"


@given(
    st.dictionaries(st.text("abcxyz-_", min_size=1, max_size=5), st.lists(st.text(max_size=8), min_size=1, max_size=3))
)
def test_the_digest_does_not_depend_on_the_order_of_the_fields(fields):
    one, two = QueryDict(mutable=True), QueryDict(mutable=True)
    for name, values in fields.items():
        one.setlist(name, values)
    for name, values in reversed(list(fields.items())):
        two.setlist(name, values)
    two["csrfmiddlewaretoken"] = "x"
    assert outbox.digest_of(one) == outbox.digest_of(two)


# ---- Of persons


def person(ward: Ward, name: str) -> Person:
    return Person.objects.create(ward=ward, full_name=name)


def test_everything_a_learner_did_is_told_and_forgotten(hai_an, lesson, phone, nu):
    one = person(hai_an, "Nguyễn Thị Nụ")
    citizens.join_to_register(nu, one, by=None, how="thử")
    send(phone, DONE, {"phan": "dau"})
    phone.post(f"{LESSON}danh-dau/", {"phan": "dau", "ghi_chu": "Hỏi cháu"})
    make_course(hai_an, lesson)
    phone.post("/hoc/khoa/an-toan/ghi-danh/")
    told = json.dumps(subject_data.gather(one, reason="xin xem", by=nu), default=str, ensure_ascii=False)
    assert "Không đọc mã OTP" in told and "Hỏi cháu" in told and "An toàn trên mạng" in told
    forgetting.erase(one, reason="yêu cầu", by=None)
    assert not any(model.objects.exists() for model in (LearningAct, Progress, Bookmark, Enrolment, Receipt))


def test_two_rows_of_one_person_add_up_and_part_again(hai_an, lesson, nu):
    sau = citizens.open_account(hai_an, full_name="Nguyễn Thị Nụ")
    kept, other = person(hai_an, "Nguyễn Thị Nụ"), person(hai_an, "Nguyen Thi Nu")
    citizens.join_to_register(nu, kept, by=None, how="thử")
    citizens.join_to_register(sau, other, by=None, how="thử")
    lesson = Lesson.objects.select_related("ward", "published").get()
    progress.finish_part(lesson=lesson, part="dau", by=nu, parcel=Parcel(receipts.uuid7()))
    progress.finish_part(lesson=lesson, part="nguoi-la", by=sau, parcel=Parcel(receipts.uuid7()))
    progress.answer_check(lesson=lesson, block="hoi-1", chosen=["1"], by=sau, parcel=Parcel(receipts.uuid7()))
    Bookmark.objects.create(account=sau, lesson=lesson, part="dau")
    course = make_course(hai_an, lesson)
    joined = merging.merge(kept, other, by=None)
    assert Progress.objects.get(account=nu).completed_at is not None
    assert studying.by_lesson(course)[lesson.pk] == studying.Learnt(1, 1)  # one human being, counted once
    assert list(studying.people(course, finished=False)) == [kept]
    assert Bookmark.objects.get().account == nu
    merging.undo(joined, by=None)
    assert Progress.objects.get(account=nu).parts == ["dau"]
    assert Progress.objects.get(account=nu).completed_at is None
    assert Progress.objects.get(account=sau).parts == ["nguoi-la"]
    assert Bookmark.objects.get().account == sau


def test_a_year_of_learning_stands_on_ones_own_page(phone, lesson, hai_an, nu):
    make_course(hai_an, lesson)
    phone.post("/hoc/khoa/an-toan/ghi-danh/")
    send(phone, DONE, {"phan": "dau"})
    phone.post(f"{LESSON}danh-dau/", {"phan": "nguoi-la", "ghi_chu": "Xem lại"})
    page = phone.get("/hoc/cua-toi/").content.decode()
    assert "Tuần này đã học 1 ngày." in page
    assert "Học tiếp phần 2: Có người lạ gọi" in page and f"{LESSON}2/" in page
    assert "Xem lại" in page and "0/1 bài" in page
    assert len(page.encode()) < 100_000
    send(phone, DONE, {"phan": "nguoi-la"})
    send(phone, ANSWER, {"cau": "hoi-1", "chon": ["1"]}, X_Outbox_Helper=outbox.helper_token(nu, make_account("net")))
    page = phone.get("/hoc/cua-toi/").content.decode()
    assert "Đã xong 1 bài" in page and "Có người giúp" in page and "1/1" in page
    phone.post(f"{LESSON}danh-dau/", {"phan": "nguoi-la", "bo": "1", "tu": "cua-toi"})
    phone.post("/hoc/khoa/an-toan/ghi-danh/", {"thoi": "1", "tu": "cua-toi"})
    page = phone.get("/hoc/cua-toi/").content.decode()
    assert "Xem lại</textarea>" not in page and "Chưa chọn khóa nào" in page


def test_ones_own_page_asks_no_more_for_many_lessons(phone, hai_an, nu):
    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            phone.get("/hoc/cua-toi/")
        return len(seen)

    lessons = [make_lesson(hai_an, f"bai-{n}") for n in range(4)]
    make_course(hai_an, lessons[0])
    phone.post("/hoc/khoa/an-toan/ghi-danh/")
    send(phone, "/hoc/bai/bai-0/xong/", {"phan": "dau"})
    phone.post("/hoc/bai/bai-0/danh-dau/", {"phan": "dau"})
    few = questions()
    make_course(hai_an, *lessons, slug="khac")
    phone.post("/hoc/khoa/khac/ghi-danh/")
    for n in range(4):
        send(phone, f"/hoc/bai/bai-{n}/xong/", {"phan": "dau"})
        phone.post(f"/hoc/bai/bai-{n}/danh-dau/", {"phan": "dau"})
    assert questions() == few


def test_moments_of_devices_are_read_or_left(hai_an):
    assert devices.moment("2026-05-05T08:00:00.123Z") == datetime(2026, 5, 5, 8, 0, 0, 123000, tzinfo=UTC)
    assert devices.moment("2026-05-05T08:00:00") is None
    assert devices.moment("hôm qua") is None
