"""Tests on paper: printed with answer sheet and key, typed by two who do not see each other, one attempt."""

from __future__ import annotations

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pdfplumber
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from pdfminer.pdftypes import resolve1
from PIL import Image

from hocvu.assessment import fixed_form, personal_practice
from hocvu.assessment.models import Appeal, Attempt, AttemptItem, PaperForm, PaperSheet, Question, QuestionMedia
from hocvu.assessment.paper import entering, forms, printing
from hocvu.assessment.questions import marking, media
from hocvu.assessment.testing import ending, suspecting
from hocvu.assessment.tests import cast_practice as cast
from hocvu.assessment.tests.cast_practice import Place
from hocvu.assessment.tests.test_practice import enter, help_once
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Notice
from hocvu.ward.tests.cast import make_account

pytestmark = pytest.mark.django_db
HOME = "/phieu-giay/"


@pytest.fixture
def place() -> Place:
    made = cast.make_place()
    cast.make_bank(made.ward)
    return made


@pytest.fixture
def form(place) -> PaperForm:
    return forms.make(place.rule, by=place.hoa)


def right_on(form: PaperForm) -> dict[int, str]:
    """Everything right, as letters."""
    shown = fixed_form.shown(form.items, seed=str(form.pk))
    return {one.number: fixed_form.right_letters(version, one).split(" / ")[0] for version, one in shown}


def type_first(place: Place, form: PaperForm, typed: dict[int, str], **said: Any) -> PaperSheet:
    given = {"sat_on": clock.today(), "watched_by": place.tuan, "by": place.lan, **said}
    return entering.type_first(
        form, said.pop("learner", place.ba), typed, **{k: v for k, v in given.items() if k != "learner"}
    )


def fields(typed: dict[int, str]) -> dict[str, str]:
    return {f"cau{number}": text for number, text in typed.items()}


# ---- Printing


def words_of(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return " ".join(" ".join(page.extract_text() for page in opened.pages).split())


def letters_of(pdf: bytes) -> int:
    """The size of most letters, in points."""
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        sizes = Counter(round(char["size"]) for page in opened.pages for char in page.chars)
    return sizes.most_common(1)[0][0]


def is_tagged(pdf: bytes) -> bool:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        catalog = opened.doc.catalog
        return (
            resolve1(catalog["MarkInfo"])["Marked"] and "StructTreeRoot" in catalog and catalog["Lang"] in (b"vi", "vi")
        )


def alts_of(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        nodes = [one for node in opened.structure_tree for one in (node, *_below(node))]
    return " ".join(str(one.get("alt_text", "")) for one in nodes)


def _below(node: Any) -> list[Any]:
    return [one for child in node.get("children", []) for one in (child, *_below(child))]


def test_a_form_is_made_and_printed(place):
    client = enter(place.hoa)
    here = client.post(f"{HOME}lap/", {"rule": place.rule.pk})["Location"]
    form = PaperForm.objects.get()
    assert here == f"{HOME}{form.pk}/" and len(form.items) == 8
    assert form.code in client.get(here).content.decode()
    booklet, large = client.get(f"{here}de/"), client.get(f"{here}de/?co=to")
    sheet, key = client.get(f"{here}phieu-tra-loi/"), client.get(f"{here}dap-an/")
    for answer in (booklet, large, sheet, key):
        assert answer["Content-Type"] == "application/pdf" and is_tagged(answer.content)
        assert form.code in words_of(answer.content)
    assert (letters_of(booklet.content), letters_of(large.content)) == (13, 20)
    assert AuditEntry.objects.filter(action="took the key of a paper form").count() == 1


def _questions(form: PaperForm) -> list[Any]:
    return [SimpleNamespace(version=version) for version, _ in fixed_form.shown(form.items, seed=str(form.pk))]


def test_the_booklet_and_the_answer_sheet_hold_no_key(form):
    shown = fixed_form.shown(form.items, seed=str(form.pk))
    booklet, sheet, key = (
        words_of(made) for made in (printing.booklet(form), printing.answer_sheet(form), printing.key(form))
    )
    assert all(f"Câu {one.version.question.code}?" in booklet for one in _questions(form))
    assert "Vì vậy" not in booklet + sheet
    assert "Họ và tên" in sheet and "Trả lời" in sheet and "Tắt máy" not in sheet
    for version, one in shown:
        assert fixed_form.right_letters(version, one) in key
        if one.kind == "fill":
            assert version.content["answers"][0] not in booklet + sheet


def test_pictures_stand_in_the_booklet_with_their_words(place):
    picture = {"name": "may.svg", "alt": "Một chiếc điện thoại"}
    svg = '<svg viewBox="0 0 10 10"><rect class="hv-d-red" width="5" height="5"/></svg>'
    QuestionMedia.objects.create(ward=place.ward, name="may.svg", kind="picture", drawing=svg, digest="x")
    for question in Question.objects.select_related("current"):
        question.current.content["picture"] = picture
        question.current.save()
    made = printing.booklet(forms.make(place.rule, by=place.hoa))
    assert is_tagged(made)
    assert "Một chiếc điện thoại" in alts_of(made)


def test_a_photograph_stands_in_the_booklet_too(place):
    came = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(came, "PNG")
    photograph = media.take(
        place.ward, SimpleUploadedFile("may.png", came.getvalue()), by=place.hoa, wanted=QuestionMedia.Kind.PICTURE
    )
    for question in Question.objects.select_related("current"):
        question.current.content["picture"] = {"name": photograph.name, "alt": "Ảnh chụp màn hình"}
        question.current.save()
    made = printing.booklet(forms.make(place.rule, by=place.hoa))
    assert "Ảnh chụp màn hình" in alts_of(made)
    with pdfplumber.open(io.BytesIO(made)) as book:
        assert any(page.images for page in book.pages)


def test_only_whoever_makes_forms_takes_the_key(place, form):
    lan = enter(place.lan)
    assert lan.get(f"{HOME}{form.pk}/de/").status_code == 200
    assert lan.get(f"{HOME}{form.pk}/dap-an/").status_code == 403
    assert "Đáp án" not in lan.get(f"{HOME}{form.pk}/").content.decode()
    assert lan.post(f"{HOME}lap/", {"rule": place.rule.pk}).status_code == 403


def test_a_form_of_another_ward_is_not_there(place, form):
    other = cast.make_ward("Lê Chân", code="11500", slug="le-chan")
    stranger = cast.make_account("la", cast.Role.AMBASSADOR, ward=other)
    assert enter(stranger).get(f"{HOME}{form.pk}/").status_code == 404


# ---- Two entries


def test_two_equal_entries_make_an_attempt(place, form):
    typed = right_on(form)
    lan, minh = enter(place.lan), enter(place.minh)
    said = {**fields(typed), "sat_on": f"{clock.today():%d/%m/%Y}", "watched_by": place.tuan.pk}
    here = lan.post(f"{HOME}{form.pk}/nhap/{place.ba.person_id}/", said)["Location"]
    sheet = PaperSheet.objects.get()
    assert here == f"{HOME}phieu/{sheet.pk}/" and sheet.state == "once" and not Attempt.objects.exists()
    page = minh.get(f"{here}lan-hai/").content.decode()
    assert all(f'value="{text}"' not in page for text in typed.values())
    assert minh.post(f"{here}lan-hai/", fields(typed))["Location"] == here
    sheet.refresh_from_db()
    attempt = Attempt.objects.get()
    assert (sheet.state, sheet.attempt) == ("done", attempt)
    assert (attempt.mode, attempt.state, attempt.right, attempt.asked, attempt.passed) == (
        "paper",
        "finished",
        8,
        8,
        True,
    )
    assert attempt.account == place.ba and attempt.kind == "confirm"
    assert sum(line["asked"] for line in attempt.results) == 8


def test_what_was_left_open_is_not_right(place, form):
    sheet = type_first(place, form, {})
    entering.type_second(sheet, {}, by=place.minh)
    attempt = Attempt.objects.get()
    assert (attempt.right, attempt.passed) == (0, False)
    assert set(attempt.items.values_list("said", "right")) == {(None, False)}


def test_the_same_person_cannot_type_twice(place, form):
    sheet = type_first(place, form, right_on(form))
    with pytest.raises(Refusal, match="người khác nhập"):
        entering.type_second(sheet, right_on(form), by=place.lan)
    twin = make_account("lan2", Role.AMBASSADOR, ward=place.ward, name=place.lan.full_name)
    with pytest.raises(Refusal, match="tài khoản khác của cùng người"):
        entering.type_second(sheet, right_on(form), by=twin)
    assert "lan-hai/" not in enter(twin).get(f"{HOME}phieu/{sheet.pk}/").content.decode()
    assert "Chờ người thứ hai" in enter(place.lan).get(f"{HOME}phieu/{sheet.pk}/").content.decode()
    with pytest.raises(Refusal, match="đã có người nhập"):
        type_first(place, form, {}, by=place.minh)


def test_what_differs_is_settled_by_both(place, form):
    typed = right_on(form)
    wrong = {**typed, 2: "", 5: ""}
    sheet = type_first(place, form, wrong)
    entering.type_second(sheet, typed, by=place.minh)
    sheet.refresh_from_db()
    assert (sheet.state, entering.differences(sheet)) == ("differs", [2, 5]) and not Attempt.objects.exists()
    lan = enter(place.lan)
    page = lan.get(f"{HOME}phieu/{sheet.pk}/chot/").content.decode()
    assert "để trống" in page and 'name="cau2"' in page and 'name="cau1"' not in page
    lan.post(f"{HOME}phieu/{sheet.pk}/chot/", {"cau2": typed[2]})
    sheet.refresh_from_db()
    assert entering.differences(sheet) == [5]
    enter(place.minh).post(f"{HOME}phieu/{sheet.pk}/chot/", {"cau5": ""})  # the second had read what was not there
    sheet.refresh_from_db()
    assert sheet.state == "done" and Attempt.objects.get().right == 7


def test_what_differs_is_settled_by_a_third(place, form):
    typed = right_on(form)
    sheet = type_first(place, form, {**typed, 3: ""})
    entering.type_second(sheet, typed, by=place.minh)
    entering.correct(sheet, {3: typed[3]}, by=place.hoa)
    sheet.refresh_from_db()
    assert sheet.state == "done" and Attempt.objects.get().right == 8
    assert "3" not in sheet.first  # what each had read stays
    assert sheet.settled_by == place.hoa
    with pytest.raises(Refusal, match="nhập phiếu"):  # who said what counts does not judge it
        suspecting.refuse_connected(Attempt.objects.get(), place.hoa)


def test_a_second_account_of_one_of_the_two_is_no_third(place, form):
    typed = right_on(form)
    sheet = type_first(place, form, {**typed, 3: ""})
    entering.type_second(sheet, typed, by=place.minh)
    twin = make_account("minh2", Role.AMBASSADOR, ward=place.ward, name=place.minh.full_name)
    here = f"{HOME}phieu/{sheet.pk}/"
    assert "chot/" not in enter(twin).get(here).content.decode()
    assert "cùng người với người đã nhập" in enter(twin).post(f"{here}chot/", {"cau3": typed[3]}).content.decode()
    assert not Attempt.objects.exists()


def test_a_fault_is_told_by_its_question_and_nothing_typed_is_lost(place):
    form = forms.make(cast.make_rule(place.ward, "du-loai", most=18), by=place.hoa)
    said = {"cau1": "", "sat_on": f"{clock.today():%d/%m/%Y}", "watched_by": place.tuan.pk}
    one = next(asked for asked in entering.asked_on(form) if asked.kind == "single")
    answer = enter(place.lan).post(f"{HOME}{form.pk}/nhap/{place.ba.person_id}/", {**said, f"cau{one.number}": "Z"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"Câu {one.number} không có chữ Z" in page and 'value="Z"' in page
    assert not PaperSheet.objects.exists()


def test_who_helped_or_is_out_of_reach_cannot_type(place, form):
    help_once(place.lan, place.ba, days_ago=10)
    with pytest.raises(Refusal, match="đã giúp"):
        type_first(place, form, {})
    with pytest.raises(Refusal, match="phạm vi"):
        type_first(place, form, {}, learner=place.ong, by=place.minh)
    with pytest.raises(Refusal, match="Người coi thi"):
        type_first(place, form, {}, by=place.minh, watched_by=place.lan)
    sheet = type_first(place, form, {}, by=place.minh)
    with pytest.raises(Refusal, match="đã giúp"):
        entering.type_second(sheet, {}, by=place.lan)
    page = enter(place.lan).get(f"{HOME}phieu/{sheet.pk}/").content.decode()
    assert "đã giúp" in page and "Nhập lần hai" not in page.partition("<main")[2].replace("Nhập lần hai</dt>", "")
    assert enter(place.ba).get(f"{HOME}phieu/{sheet.pk}/").status_code == 403


def test_the_day_must_be_possible(place, form):
    for day, words in ((1, "sau hôm nay"), (-3, "không thể làm trước")):
        with pytest.raises(Refusal, match=words):
            type_first(place, form, {}, sat_on=clock.today() + timedelta(days=day))
    forms.end(form, by=place.hoa)
    type_first(place, form, {})


def test_whoever_failed_waits_the_days_of_the_rule(place, form):
    entering.type_second(type_first(place, form, {}), {}, by=place.minh)
    other = forms.make(place.rule, by=place.hoa)
    with pytest.raises(Refusal, match="làm lại được từ ngày"):
        type_first(place, other, {})
    Attempt.objects.update(ended_at=clock.now() - timedelta(days=8))
    type_first(place, other, {})


def test_a_question_found_wrong_after_the_form_was_printed_does_not_count(place, form):
    """Nobody had been asked it yet: nothing but the version itself can say so when the sheet comes in."""
    question = Question.objects.get(pk=form.items[0]["question"])
    assert ending.void_question(question, why="khóa sai", by=place.hoa) == 0
    sheet = type_first(place, form, right_on(form))
    entering.type_second(sheet, right_on(form), by=place.minh)
    attempt = Attempt.objects.get()
    assert attempt.items.get(question=question).voided
    assert attempt.asked == len(form.items) - 1


def test_two_forms_of_one_day_are_no_second_chance(place, form):
    """Both are typed once before either is marked: the second to be marked waits until a person has looked."""
    other = forms.make(place.rule, by=place.hoa)
    sheets = [type_first(place, form, {}), type_first(place, other, right_on(other))]
    for sheet, typed in zip(sheets, ({}, right_on(other)), strict=True):
        entering.type_second(sheet, typed, by=place.minh)
    failed, passed = (PaperSheet.objects.get(pk=sheet.pk).attempt for sheet in sheets)
    assert (failed.passed, passed.passed) == (False, True)
    assert [(one.kind, one.holds) for one in passed.suspicions.all()] == [("too_soon", True)]
    assert not failed.suspicions.exists()


def test_who_watched_or_typed_a_sheet_does_not_judge_it(place, form):
    """Hoa watches, Thu and Minh type; Ba asks for another look, and whoever is left is the leader."""
    thu, yen = (
        cast.make_account(
            name, cast.Role.COORDINATOR, ward=place.ward, unit=cast.make_unit(place.ward, f"Phòng {name}")
        )
        for name in ("thu", "yen")
    )
    said = {"sat_on": f"{clock.today():%d/%m/%Y}", "watched_by": place.hoa.pk}
    here = enter(thu).post(f"{HOME}{form.pk}/nhap/{place.ba.person_id}/", said)["Location"]
    enter(yen).post(f"{here}lan-hai/", {})
    attempt = Attempt.objects.get()
    binh = cast.make_account("binh", cast.Role.LEADER, ward=place.ward)
    enter(place.ba).post(f"/bai-kiem-tra/luot/{attempt.pk}/khieu-nai/", {"text": "Phiếu của tôi nhập sai."})
    asked = Appeal.objects.get()
    told = Notice.objects.filter(key=f"appeal:{asked.pk}").values_list("account", flat=True)
    assert set(told) == {binh.pk}
    answer = {"state": "upheld", "words": "Đã xem lại phiếu."}
    for by in (place.hoa, thu, yen):
        page = enter(by).post(f"/ra-soat/khieu-nai/{asked.pk}/", answer)
        assert page.status_code == 422 and "coi thi, nhập phiếu" in page.content.decode()
    assert enter(binh).post(f"/ra-soat/khieu-nai/{asked.pk}/", answer).status_code == 302


def test_who_typed_a_second_form_of_one_day_is_not_asked_to_look_at_it(place, form):
    other = forms.make(place.rule, by=place.hoa)
    binh = cast.make_account("binh", cast.Role.LEADER, ward=place.ward)
    sheets = [type_first(place, form, {}), type_first(place, other, right_on(other))]
    for sheet, typed in zip(sheets, ({}, right_on(other)), strict=True):
        enter(place.hoa).post(f"{HOME}phieu/{sheet.pk}/lan-hai/", fields(typed))
    made = Attempt.objects.get(paper_sheet=sheets[1])
    told = Notice.objects.filter(key=f"review:{made.pk}").values_list("account", flat=True)
    assert made.passed and set(told) == {binh.pk}


def test_two_sheets_of_a_day_with_the_same_wrong_answers_are_looked_at(place):
    """Ba and her neighbour copied; Hùng was as wrong as they on another day, Tám answered the rest himself."""
    place.rule.params["most"] = 18
    place.rule.save()
    form = forms.make(place.rule, by=place.hoa)
    right = right_on(form)
    copied = [one for one in entering.asked_on(form) if one.kind in ("order", "fill", "match")][:6]
    # By chance one of two orders is the right one.
    orders = {one.number: "B A C" if "".join(right[one.number].split()) != "BAC" else "A B C" for one in copied}
    typed = right | {
        one.number: {"order": orders[one.number], "fill": "mật mã", "match": "1A 2A"}[one.kind] for one in copied
    }
    others = [cast.make_learner(place.ward, name, place.first, name) for name in ("Bùi Văn Tư", "Lê Hùng", "Đào Tám")]

    def handed_in(learner: Account, said: dict[int, str], days: int = 0) -> Attempt:
        sheet = type_first(place, form, said, learner=learner, sat_on=clock.today() - timedelta(days=days))
        enter(place.minh).post(f"{HOME}phieu/{sheet.pk}/lan-hai/", fields(said))
        return Attempt.objects.get(paper_sheet=sheet)

    PaperForm.objects.update(made_at=clock.now() - timedelta(days=9))
    form.refresh_from_db()
    first, far = handed_in(others[0], typed), handed_in(others[1], typed, days=2)
    own = handed_in(others[2], typed | {one.number: right[one.number] for one in copied[::2]})
    made = handed_in(place.ba, typed)
    assert [one.suspicions.exists() for one in (first, far, own)] == [False] * 3
    found = made.suspicions.get()
    assert (found.kind, found.holds, made.state, found.details["other"]) == ("alike", True, "finished", str(first.pk))
    page = enter(place.hoa).get(f"/ra-soat/{found.pk}/").content.decode()
    assert "cùng đề giấy cùng ngày" in page and place.ba.full_name not in page


def test_a_sheet_typed_by_mistake_is_dropped_and_typed_anew(place, form):
    sheet = type_first(place, form, {})
    assert enter(place.minh).post(f"{HOME}phieu/{sheet.pk}/bo/").status_code == 422
    enter(place.lan).post(f"{HOME}phieu/{sheet.pk}/bo/")
    again = type_first(place, form, right_on(form))
    entering.type_second(again, right_on(form), by=place.minh)
    with pytest.raises(Refusal, match="đã chấm"):
        entering.drop(again, by=place.lan)
    assert PaperSheet.objects.filter(state="dropped").count() == 1


def test_it_tells_and_forgets_what_was_typed(place, form):
    entering.type_second(type_first(place, form, right_on(form)), right_on(form), by=place.minh)
    told = list(personal_practice.tell_sheets(place.ba.person))
    assert (told[0]["Mã đề"], told[0]["Người nhập lần hai"]) == (form.code, place.minh.full_name)
    personal_practice.forget(place.ba.person)
    assert not PaperSheet.objects.exists()


def test_it_asks_no_more_for_more_rows(place, form):
    def more(number: int) -> None:
        learner = cast.make_learner(place.ward, f"Nguyễn Văn {number}", place.first, f"N{number}")
        type_first(place, form, {}, learner=learner)
        forms.make(place.rule, by=place.hoa)

    client = enter(place.hoa)
    more(0)
    for path in (HOME, f"{HOME}phieu/"):
        client.get(path)
    counts = []
    for _ in range(2):
        found = []
        for path in (HOME, f"{HOME}phieu/"):
            with CaptureQueriesContext(connection) as asked:
                client.get(path)
            found.append(len(asked))
        counts.append(found)
        for number in range(1, 5):
            if not counts[1:]:
                more(number)
    assert counts[1] <= counts[0]


# ---- Whatever is typed


class EqualEntries(HypothesisCase):
    """Two entries that are equal give what marking the answers directly gives."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.place = cast.make_place()
        cast.make_bank(cls.place.ward)
        cls.form = forms.make(cls.place.rule, by=cls.place.hoa)
        cls.asked = entering.asked_on(cls.form)

    @settings(max_examples=25)
    @given(data=st.data())
    def test_it_is_as_if_marked_directly(self, data) -> None:
        typed = {one.number: data.draw(_on_paper(one)) for one in self.asked}
        sheet = type_first(self.place, self.form, typed)
        again = {number: data.draw(st.sampled_from((text, text.lower(), f" {text}"))) for number, text in typed.items()}
        entering.type_second(sheet, again, by=self.place.minh)
        attempt = Attempt.objects.get()
        for item in AttemptItem.objects.filter(attempt=attempt).select_related("version"):
            one = self.asked[item.position - 1]
            directly = marking.mark(item.version.kind, item.version.content, fixed_form.said(one, typed[one.number]))
            assert item.right == bool(directly)
        assert attempt.right == attempt.items.filter(right=True).count()
        assert attempt.passed == (attempt.sure >= attempt.frozen["params"]["pass_above"])


def _on_paper(one: fixed_form.Asked) -> st.SearchStrategy[str]:
    letters = list(one.letters)
    match one.kind:
        case "fill":
            return st.sampled_from(["", "mật khẩu", "mat khau", "sai hẳn"])
        case "true_false":
            return st.sampled_from(["", "Đ", "S"])
        case "single":
            return st.sampled_from(["", *letters])
        case "multiple":
            return st.lists(st.sampled_from(letters), unique=True).map(" ".join)
        case "order":
            return st.one_of(st.just(""), st.permutations(letters).map("".join))
    rows = st.lists(st.sampled_from(letters), min_size=len(one.lefts), max_size=len(one.lefts))
    return st.one_of(st.just(""), rows.map(lambda row: " ".join(f"{n}{c}" for n, c in enumerate(row, start=1))))


@pytest.fixture
def flushable(transactional_db):
    yield
    audit.disarm()


@pytest.mark.django_db(transaction=True)
def test_two_second_entries_at_the_same_moment_make_one_attempt(flushable):
    place = cast.make_place()
    cast.make_bank(place.ward)
    form = forms.make(place.rule, by=place.hoa)
    typed = right_on(form)
    sheet = type_first(place, form, typed)

    def second(by: Account) -> str:
        try:
            return entering.type_second(sheet, typed, by=by).state
        except Refusal:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        results = sorted(pool.map(second, [place.minh, place.hoa, place.tuan]))
    assert results == ["done", "refused", "refused"]
    assert Attempt.objects.count() == 1


def test_the_client_of_a_learner_meets_no_form(place, form):
    assert Client().get(f"{HOME}{form.pk}/de/").status_code == 302
    assert enter(place.ba).get(f"{HOME}{form.pk}/de/").status_code == 403
