"""Fixed forms: balanced, frozen, without a key in sight; letters on paper are answers and back."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import fixed_form
from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion
from hocvu.assessment.questions import marking
from hocvu.assessment.tests import cast_practice as cast
from hocvu.assessment.tests.cast_kinds import CONTENTS
from hocvu.lib.refusals import Refusal
from hocvu.ward.tests.cast import make_ward

PAPER = {kind: content for kind, content in CONTENTS.items() if kind != "screens"}


def version(kind: str, content: dict[str, Any], key: int = 1) -> Any:
    return SimpleNamespace(kind=kind, content=content, pk=key)


# ---- Which questions


@pytest.mark.django_db
def test_it_is_balanced_and_covers_the_core():
    ward = make_ward()
    cast.make_bank(ward)
    rule = cast.make_rule(ward)
    items = fixed_form.choose(rule, seed="mot")
    assert len(items) == 8 and len({item["question"] for item in items}) == 8
    rows = Question.objects.select_related("current").in_bulk([item["question"] for item in items])
    counts = Counter(one.current.competence for one in rows.values())
    assert counts["hocvu/4.2"] >= 1 and max(counts.values()) - min(counts.values()) <= 1
    assert items == fixed_form.choose(rule, seed="mot") != fixed_form.choose(rule, seed="hai")


@pytest.mark.django_db
def test_it_takes_no_screens_no_sound_and_nothing_retired():
    ward = make_ward()
    cast.make_bank(ward)
    phone = cast.make_phone(ward)
    heard = cast.make_question(ward, "nghe", "true_false", {"right": True, "audio": "chuong.mp3"})
    gone = Question.objects.get(code="cau-0")
    Question.objects.filter(pk=gone.pk).update(retired_at="2026-01-01T00:00Z")
    items = fixed_form.choose(cast.make_rule(ward, most=30), seed="x")
    taken = {item["question"] for item in items}
    assert len(items) == 17 and not taken & {str(phone.pk), str(heard.pk), str(gone.pk)}


@pytest.mark.django_db
def test_a_page_without_a_network_takes_no_photograph_and_everybody_is_asked_what_is_for_everybody():
    ward = make_ward()
    cast.make_bank(ward)
    for name, drawing in (("anh.webp", ""), ("ve.svg", "<svg></svg>")):
        QuestionMedia.objects.create(ward=ward, name=name, kind="picture", drawing=drawing, digest=name)
        cast.make_question(
            ward, name.replace(".", "-"), "true_false", {"right": True, "picture": {"name": name, "alt": "máy"}}
        )
    QuestionVersion.objects.filter(question__code="cau-0").update(groups=["pupils"])
    rule = cast.make_rule(ward, most=30)

    def codes(**how: Any) -> set[str]:
        keys = [item["question"] for item in fixed_form.choose(rule, seed="x", **how)]
        return set(Question.objects.filter(pk__in=keys).values_list("code", flat=True))

    assert codes() - codes(only_drawn=True) == {"anh-webp"}
    assert "ve-svg" in codes(only_drawn=True)
    assert "cau-0" not in codes()


@pytest.mark.django_db
def test_it_says_what_the_bank_lacks():
    ward = make_ward()
    cast.make_bank(ward)
    with pytest.raises(Refusal, match=r"hocvu/9\.9"):
        fixed_form.choose(cast.make_rule(ward, core=["hocvu/9.9"]), seed="x")
    with pytest.raises(Refusal, match="mới có 18 câu"):
        fixed_form.choose(cast.make_rule(ward, "khac", least=30, most=40), seed="x")
    with pytest.raises(Refusal):
        fixed_form.choose(cast.make_rule(ward, "bac", levels=["B3"], core=[]), seed="x")


@pytest.mark.django_db
def test_it_tells_most_at_the_cut_first():
    ward = make_ward()
    for number in range(10):
        one = cast.make_question(ward, f"c-{number}", "true_false", {"right": True}, "hocvu/4.2")
        Question.objects.filter(pk=one.pk).update(difficulty=number - 5)
    items = fixed_form.choose(cast.make_rule(ward, least=1, most=3, best_of=1), seed="x")
    assert sorted(item["b"] for item in items) == [-1, 0, 1]


# ---- As it is shown


@pytest.mark.parametrize("kind", PAPER)
def test_what_is_shown_holds_no_key(kind):
    one = fixed_form.asked(version(kind, PAPER[kind]), 3, seed="x")
    shown = repr(one)
    assert "right=" not in shown and PAPER[kind]["why"] not in shown
    if kind == "order":
        assert [option.id for option in one.options] != [step["id"] for step in PAPER[kind]["steps"]]
    if kind == "fill":
        assert all(answer not in shown for answer in PAPER[kind]["answers"])


@pytest.mark.parametrize("kind", PAPER)
@given(seed=st.text(max_size=8))
def test_the_printed_key_is_right_in_every_order(kind, seed):
    question = version(kind, PAPER[kind])
    one = fixed_form.asked(question, 1, seed=seed)
    key = fixed_form.right_letters(question, one).split(" / ")[0]
    assert marking.mark(kind, PAPER[kind], fixed_form.said(one, key)) is True


@given(seed=st.text(max_size=8), data=st.data())
@pytest.mark.parametrize("kind", PAPER)
def test_letters_and_answers_are_one(kind, seed, data):
    one = fixed_form.asked(version(kind, PAPER[kind]), 1, seed=seed)
    answer = data.draw(_answers(kind, one))
    assert fixed_form.said(one, fixed_form.letters_of(one, answer)) == answer
    assert fixed_form.said(one, f"  {fixed_form.letters_of(one, answer).lower()} ") in (answer, str(answer).lower())


def _answers(kind: str, one: fixed_form.Asked) -> st.SearchStrategy[Any]:
    ids = [option.id for option in one.options]
    match kind:
        case "single":
            return st.sampled_from(ids)
        case "multiple":
            return st.lists(st.sampled_from(ids), min_size=1, unique=True).map(sorted)
        case "true_false":
            return st.booleans()
        case "order":
            return st.permutations(ids).map(list)
        case "match":
            return st.fixed_dictionaries({key: st.sampled_from(ids) for key, _ in one.lefts})
    return st.sampled_from(["mật khẩu", "otp 6", "một hai"])


def test_it_says_what_cannot_be_read():
    single = fixed_form.asked(version("single", PAPER["single"]), 4, seed="x")
    order = fixed_form.asked(version("order", PAPER["order"]), 5, seed="x")
    truth = fixed_form.asked(version("true_false", PAPER["true_false"]), 6, seed="x")
    for one, text, words in (
        (single, "Z", "không có chữ Z"),
        (single, "A B", "chỉ chọn một"),
        (order, "A", "cần đủ"),
        (order, "A A B", "hai lần"),
        (truth, "x", "chỉ ghi Đ"),
    ):
        with pytest.raises(Refusal, match=words) as refused:
            fixed_form.said(one, text)
        assert f"Câu {one.number}" in refused.value.sentence
        assert fixed_form.heard(one, text) == text
        assert marking.mark(one.kind, PAPER[one.kind], text) is None
    assert [fixed_form.said(truth, text) for text in ("Đ", "d", "đúng", "S", "sai", "")] == [
        True, True, True, False, False, None,
    ]  # fmt: skip


@given(text=st.text(max_size=30), kind=st.sampled_from(sorted(PAPER)))
def test_whatever_is_typed_is_an_answer_or_a_sentence(text, kind):
    one = fixed_form.asked(version(kind, PAPER[kind]), 1, seed="x")
    try:
        said = fixed_form.said(one, text)
    except Refusal:
        return
    assert marking.mark(kind, PAPER[kind], said) in (True, False, None)


def test_the_kinds_on_paper_are_all_but_the_screens():
    assert set(fixed_form.HOW) == {kind.value for kind in QuestionVersion.Kind} - {"screens"}
