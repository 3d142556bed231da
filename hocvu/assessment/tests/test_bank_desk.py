"""The bank at the desk: written by one, approved by another, retired with a reason, listed with its warnings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.assessment.models import Attempt, Question, QuestionVersion
from hocvu.assessment.questions import bank
from hocvu.assessment.tests.cast_bank import CONTENTS, make_attempt, make_framework, make_question, make_rule
from hocvu.lib.refusals import Refusal
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward() -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def mai(ward: Ward, client: Any) -> Account:
    """Writes questions in her office; she may not approve."""
    account = make_account("mai", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Phòng Kinh tế"), name="Mai")
    client.force_login(account)
    return account


@pytest.fixture
def thu(ward: Ward) -> Account:
    """Coordinates: writes and approves."""
    return make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa"), name="Thu")


def typed(version: QuestionVersion, content: dict[str, Any] | None = None, **more: str) -> dict[str, Any]:
    """What the form of a single choice sends."""
    content = content or CONTENTS["single"]
    sent: dict[str, Any] = {
        "ban": version.pk, "revision": version.revision, "ask": content["ask"], "why": content["why"],
        "competence": "hocvu/4.2", "level": "B2", "groups": ["elderly"], "difficulty": "-0,5", "lam": "luu",
    }  # fmt: skip
    for number, choice in enumerate(content["choices"]):
        sent |= {f"choices.{number}.id": choice["id"], f"choices.{number}.text": choice["text"]}
        if choice["right"]:
            sent["choices.right"] = str(number)
    return sent | more


def begun(client: Any, kind: str = "single", **more: Any) -> QuestionVersion:
    data = {
        "kind": kind,
        "competence": "hocvu/4.2",
        "level": "B2",
        "difficulty": "0",
        "code": f"c-{kind.replace('_', '-')}",
    }
    answer = client.post("/cau-hoi/moi/", data | more)
    assert answer.status_code == 302, re.findall(r"hv-error-text.*", answer.content.decode())
    version = QuestionVersion.objects.order_by("-pk")[0]
    assert answer.headers["Location"] == f"/cau-hoi/{version.question_id}/soan/"
    return version


LOOKED = [code for code, _ in bank.CHECKS]


def test_one_writes_another_approves_and_tests_may_ask_it(client, ward, mai, thu):
    version = begun(client)
    at = f"/cau-hoi/{version.question_id}"
    assert client.post(f"{at}/soan/", typed(version)).status_code == 302
    version.refresh_from_db()
    assert version.content == CONTENTS["single"] and version.groups == ["elderly"] and version.revision == 1
    assert version.question.difficulty == -0.5 and not Question.objects.live().exists()
    assert client.post(f"{at}/soan/", typed(version, lam="gui")).headers["Location"] == f"{at}/"
    assert Notice.objects.filter(account=thu, href=f"{at}/duyet/").exists()
    page = client.get(f"{at}/duyet/").content.decode()
    assert "không có quyền duyệt" in page or "do chính bạn" in page
    client.force_login(thu)
    page = client.get("/cau-hoi/cho-duyet/").content.decode()
    assert "Người lạ gọi điện" in page and "Mai" in page
    sent = {"ban": version.pk, "revision": version.revision, "looked": LOOKED, "lam": "duyet"}
    answer = client.post(f"{at}/duyet/", sent | {"looked": LOOKED[1:]})
    assert answer.status_code == 422 and "Còn 1 điều chưa xem" in answer.content.decode()
    assert client.post(f"{at}/duyet/", sent).headers["Location"] == f"{at}/"
    question = Question.objects.live().get()
    assert question.current == version and question.guessing == pytest.approx(1 / 3, abs=1e-3)
    assert (question.current.state, question.current.decided_by) == ("live", thu)
    assert Notice.objects.filter(account=mai, href=f"{at}/").exists()
    acts = list(AuditEntry.objects.filter(target=question.code).order_by("sequence").values_list("action", flat=True))
    assert acts == ["began a question", "wrote in a question", "sent a question for review", "approved a question"]


def test_nobody_approves_what_they_had_a_hand_in(client, ward, mai, thu):
    twin, hoa = (
        make_account(key, Role.COORDINATOR, ward=ward, unit=Unit.objects.get(name="Phòng Văn hóa"), name=name)
        for key, name in (("mai2", "Mai"), ("hoa", "Hoa"))
    )
    version = begun(client)
    client.post(f"/cau-hoi/{version.question_id}/soan/", typed(version))
    client.force_login(thu)
    changed = {**CONTENTS["single"], "ask": "Ai gọi hỏi mã OTP thì làm gì?"}
    version.refresh_from_db()
    client.post(f"/cau-hoi/{version.question_id}/soan/", typed(version, changed))
    client.force_login(mai)
    version.refresh_from_db()
    client.post(f"/cau-hoi/{version.question_id}/soan/", typed(version, lam="gui"))
    version.refresh_from_db()
    assert version.state == "review" and version.writers == sorted([mai.pk, thu.pk])
    client.force_login(thu)
    sent = {"ban": version.pk, "revision": version.revision, "looked": LOOKED, "lam": "duyet"}
    answer = client.post(f"/cau-hoi/{version.question_id}/duyet/", sent)
    assert answer.status_code == 422 and not Question.objects.live().exists()
    with pytest.raises(Refusal, match="người khác phải duyệt"):
        bank.approve(version, revision=version.revision, by=mai)
    with pytest.raises(Refusal, match="người khác phải duyệt"):  # the same person with another account
        bank.approve(version, revision=version.revision, by=twin)
    assert set(Notice.objects.filter(key__startswith="question-review:").values_list("account", flat=True)) == {hoa.pk}


def test_a_number_of_thousands_of_digits_is_no_page_of_an_error(client, ward, mai, thu):
    version = begun(client)
    at, many = f"/cau-hoi/{version.question_id}", "9" * 5000
    for wish in (f"bo:choices:{many}", f"len:choices:{many}"):
        assert client.post(f"{at}/soan/", typed(version, lam=wish)).status_code in (302, 422)
        version.refresh_from_db()
        assert version.content == CONTENTS["single"]
    client.post(f"{at}/soan/", typed(version, lam="gui"))
    version.refresh_from_db()
    assert client.post(f"{at}/soan/", typed(version) | {"ban": many}).status_code == 422
    client.force_login(thu)
    sent = {"ban": version.pk, "revision": many, "looked": LOOKED, "lam": "duyet"}
    answer = client.post(f"{at}/duyet/", sent)
    assert answer.status_code == 422 and "Hãy đọc lại bản mới rồi duyệt" in answer.content.decode()
    bank.approve(version, revision=version.revision, by=thu)
    client.force_login(mai)
    assert client.post(f"{at}/soan/", typed(version) | {"ban": many}).status_code == 422


def test_it_goes_back_with_a_remark_and_comes_again(client, ward, mai, thu):
    version = begun(client)
    at = f"/cau-hoi/{version.question_id}"
    client.post(f"{at}/soan/", typed(version, lam="gui"))
    client.force_login(thu)
    answer = client.post(f"{at}/duyet/", {"ban": version.pk, "lam": "tra", "remark": " "})
    assert answer.status_code == 422 and "Hãy ghi nhận xét" in answer.content.decode()
    client.post(f"{at}/duyet/", {"ban": version.pk, "lam": "tra", "remark": "Phương án C mơ hồ."})
    client.force_login(mai)
    assert "Phương án C mơ hồ." in client.get(f"{at}/soan/").content.decode()
    version.refresh_from_db()
    client.post(f"{at}/soan/", typed(version, lam="gui"))
    version.refresh_from_db()
    assert (version.state, version.remark) == ("review", "")
    client.post(f"{at}/ban-moi/", {"lay-lai": "1"})
    version.refresh_from_db()
    assert version.state == "draft"


def test_two_tabs_lose_nothing(client, ward, mai):
    version = begun(client)
    at = f"/cau-hoi/{version.question_id}/soan/"
    client.post(at, typed(version))
    answer = client.post(at, typed(version, {**CONTENTS["single"], "ask": "Chữ của thẻ thứ hai?"}))
    page = answer.content.decode()
    assert answer.status_code == 422 and "sau khi trang này mở ra" in page
    assert "Chữ của thẻ thứ hai?" in page and "<del>" in page
    version.refresh_from_db()
    assert version.content["ask"] == CONTENTS["single"]["ask"]
    again = typed(version, {**CONTENTS["single"], "ask": "Chữ của thẻ thứ hai?"}, lam="luu-de") | {"revision": 0}
    assert client.post(at, again).status_code == 302
    version.refresh_from_db()
    assert version.content["ask"] == "Chữ của thẻ thứ hai?"


def test_a_late_save_keeps_what_was_typed(client, ward, mai, thu):
    """The draft was sent and approved while a page stood open."""
    version = begun(client)
    at = f"/cau-hoi/{version.question_id}"
    client.post(f"{at}/soan/", typed(version, lam="gui"))
    version.refresh_from_db()
    bank.approve(version, revision=version.revision, by=thu)
    answer = client.post(f"{at}/soan/", typed(version, {**CONTENTS["single"], "ask": "Muộn mất rồi?"}))
    assert answer.status_code == 422 and "Muộn mất rồi?" in answer.content.decode()
    version.refresh_from_db()
    assert version.content["ask"] == CONTENTS["single"]["ask"]


def test_what_was_asked_keeps_its_version(client, ward, mai, thu):
    question = make_question(ward)
    attempt = make_attempt(make_rule(ward), make_account("an"), [(question, "b", True)], state=Attempt.State.RUNNING)
    first = question.current
    question.statistics = {"answers": 9}
    question.model, question.counted_answers = "rasch", 150
    question.save()
    at = f"/cau-hoi/{question.pk}"
    client.post(f"{at}/ban-moi/")
    draft = question.versions.get(state="draft")
    client.post(f"{at}/soan/", typed(draft, {**CONTENTS["single"], "ask": "Hỏi rõ hơn?"}, lam="gui"))
    question.refresh_from_db()
    assert question.current == first  # until it is approved
    draft.refresh_from_db()
    bank.approve(draft, revision=draft.revision, by=thu)
    question.refresh_from_db()
    first.refresh_from_db()
    assert (question.current, first.state, draft.number) == (draft, "former", 2)
    assert attempt.items.get().version == first and first.content["ask"] == CONTENTS["single"]["ask"]
    assert (question.model, question.counted_answers, question.statistics) == ("guess", 0, {})
    page = client.get(f"{at}/").content.decode()
    assert "<del>" in page and "Bản 2, đang dùng" in page and "Bản 1, bản trước" in page


def test_it_is_retired_with_a_reason_and_a_running_attempt_keeps_it(client, ward, thu):
    question = make_question(ward)
    attempt = make_attempt(make_rule(ward), make_account("an"), [(question, None, None)], state=Attempt.State.RUNNING)
    client.force_login(thu)
    at = f"/cau-hoi/{question.pk}"
    assert client.post(f"{at}/thoi-dung/", {"why": ""}).status_code == 422
    client.post(f"{at}/thoi-dung/", {"why": "Số tổng đài đã đổi.", "given": "keep"})
    question.refresh_from_db()
    assert question.retired_why == "Số tổng đài đã đổi." and not Question.objects.live().exists()
    assert attempt.items.get().question == question and question.current.state == "live"
    assert "Số tổng đài đã đổi." in client.get(f"{at}/").content.decode()
    answer = client.post(f"{at}/thoi-dung/", {"why": "Lần nữa.", "given": "keep"})
    assert answer.status_code == 422 and "thôi dùng rồi" in answer.content.decode()
    client.post(f"{at}/dung-lai/")
    assert Question.objects.live().get() == question


def test_a_retired_question_that_is_approved_anew_waits_to_be_taken_up_again(client, ward, mai, thu):
    """Its key was wrong; Mai writes it anew, Thu approves it."""
    question = make_question(ward)
    at = f"/cau-hoi/{question.pk}"
    client.force_login(thu)
    client.post(f"{at}/thoi-dung/", {"why": "Hai đáp án đúng.", "given": "void"})
    client.force_login(mai)
    client.post(f"{at}/ban-moi/")
    draft = question.versions.get(state="draft")
    client.post(f"{at}/soan/", typed(draft, {**CONTENTS["single"], "ask": "Hỏi rõ hơn?"}, lam="gui"))
    draft.refresh_from_db()
    client.force_login(thu)
    assert "Duyệt xong vẫn chưa bài nào hỏi" in client.get(f"{at}/duyet/").content.decode()
    sent = {"ban": draft.pk, "revision": draft.revision, "looked": LOOKED, "lam": "duyet"}
    answer = client.post(f"{at}/duyet/", sent, follow=True)
    page = answer.content.decode()
    assert "đang thôi dùng nên chưa bài nào hỏi" in page and "Từ nay bài kiểm tra hỏi" not in page
    assert answer.redirect_chain == [(f"{at}/dung-lai/", 302)] and not Question.objects.live().exists()
    assert "chưa bài nào hỏi" in Notice.objects.get(account=mai, key__startswith="question-live").text
    client.post(f"{at}/dung-lai/")
    assert Question.objects.live().get().current == draft


def test_a_draft_is_dropped_and_the_live_one_stays(client, ward, mai):
    question = make_question(ward)
    client.post(f"/cau-hoi/{question.pk}/ban-moi/")
    page = client.post(f"/cau-hoi/{question.pk}/ban-moi/", follow=True).content.decode()
    assert "đã có một bản đang soạn" in page
    client.post(f"/cau-hoi/{question.pk}/bo-ban/")
    assert list(question.versions.order_by("number").values_list("state", flat=True)) == ["live", "dropped"]
    client.post(f"/cau-hoi/{question.pk}/ban-moi/")
    assert question.versions.get(state="draft").number == 3


def test_a_draft_with_faults_is_kept_and_not_sent(client, ward, mai):
    version = begun(client)
    at = f"/cau-hoi/{version.question_id}/soan/"
    half = typed(version, why="") | {"choices.right": ""}
    assert client.post(at, half).status_code == 302
    page = client.get(at).content.decode()
    assert "Phải có đúng một phương án đúng" in page or "Thiếu “Vì sao đáp án đúng”" in page
    version.refresh_from_db()
    answer = client.post(at, half | {"lam": "gui", "revision": version.revision})
    assert answer.status_code == 422 and "chỗ phải sửa trước" in answer.content.decode()
    version.refresh_from_db()
    assert version.state == "draft"
    answer = client.post(at, typed(version, ask="Giữ chữ này?") | {"competence": ""})
    assert answer.status_code == 422 and "Giữ chữ này?" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": ""}, "loại câu"),
        ({"competence": "hocvu/9.9"}, "không có trong danh sách"),
        ({"difficulty": "dễ"}, "bằng số"),
        ({"code": "Mã Đẹp"}, "ma-dep"),
        ({"code": "ma-otp"}, "Đã có câu mang mã ma-otp"),
    ],
)
def test_what_is_wrong_with_a_new_one_is_said(client, ward, mai, changed, words):
    make_question(ward)
    data = {"kind": "single", "competence": "hocvu/4.2", "level": "B2", "difficulty": "0", "code": "moi"}
    answer = client.post("/cau-hoi/moi/", data | changed)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert Question.objects.count() == 1


# ---- The list


def test_the_list_is_filtered_and_leaves_as_a_spreadsheet(client, ward, mai):
    make_question(ward)
    make_question(ward, "so-cuu-hoa", "fill", level="B1", groups=["pupils"])
    warned = make_question(ward, "nghi", "true_false", competence="hocvu/4.1")
    warned.statistics = {"answers": 40, "p": 0.2, "warnings": [{"code": "key", "words": "Đáp án có thể sai."}]}
    warned.save()
    gone = make_question(ward, "da-cu", "order")
    bank.retire(gone, why="Cũ.", by=mai)
    begun(client)

    def codes(query: str) -> set[str]:
        page = client.get(f"/cau-hoi/?{query}").content.decode()
        return {code for code in ("ma-otp", "so-cuu-hoa", "nghi", "da-cu", "c-single") if f"<td>{code}</td>" in page}

    assert codes("") == {"ma-otp", "so-cuu-hoa", "nghi", "da-cu", "c-single"}
    assert codes("tim=cuu hoa") == {"so-cuu-hoa"} and codes("nl=hocvu/4.1") == {"nghi"}
    assert codes("bac=B1") == codes("nhom=pupils") == codes("loai=fill") == {"so-cuu-hoa"}
    assert codes("tt=retired") == {"da-cu"} and codes("tt=draft") == {"c-single"}
    assert codes("cb=*") == codes("cb=key") == {"nghi"} and codes("cb=drift") == set()
    answer = client.get("/cau-hoi/?dinh-dang=xlsx&loai=fill")
    assert answer.headers["Content-Type"].endswith("sheet")
    assert "Đáp án có thể sai." in client.get(f"/cau-hoi/{warned.pk}/").content.decode()


def test_lists_ask_no_more_the_longer_they_are(client, ward, mai):
    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    def more(start: int) -> None:
        for number in range(start, start + 6):
            question = make_question(ward, f"cau-{number}")
            bank.new_version(question, by=mai)
            begun(client, code=f"moi-{number}")
        QuestionVersion.objects.filter(state="draft", content__ask__isnull=False).update(state="review")

    more(0)
    addresses = ("/cau-hoi/", "/cau-hoi/cho-duyet/", "/cau-hoi/tai-ve/")
    before = [queries(address) for address in addresses]
    more(10)
    assert [queries(address) for address in addresses] == before


def test_who_may_what(client, ward, mai, thu):
    question = make_question(ward)
    elsewhere = make_question(make_ward("Ân Tường", code="20000", slug="an-tuong"))
    assert client.get(f"/cau-hoi/{elsewhere.pk}/").status_code == 404
    assert client.get(f"/cau-hoi/{question.pk}/thoi-dung/").status_code == 403
    client.force_login(make_account("linh", Role.LEADER, ward=ward))
    assert client.get(f"/cau-hoi/{question.pk}/").status_code == 200
    for address in ("/cau-hoi/moi/", f"/cau-hoi/{question.pk}/soan/", "/cau-hoi/nap-tu-excel/"):
        assert client.get(address).status_code == 403
    client.force_login(make_account("dan"))
    assert client.get("/cau-hoi/").status_code == 403
    client.logout()
    assert client.get("/cau-hoi/").status_code == 302


def test_a_get_writes_nothing(client, ward, mai):
    question = make_question(ward)
    bank.new_version(question, by=mai)
    before = AuditEntry.objects.count(), QuestionVersion.objects.count()
    for page in ("", "soan/", "lam-thu/", "bo-ban/", "them-tep/", "duyet/"):
        client.get(f"/cau-hoi/{question.pk}/{page}")
    assert client.get(f"/cau-hoi/{question.pk}/ban-moi/").status_code == 405
    assert (AuditEntry.objects.count(), QuestionVersion.objects.count()) == before
