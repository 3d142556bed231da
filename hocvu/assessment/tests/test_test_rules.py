"""Rules of tests: what their parameters may be, how files and wards decide, what the desk shows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment.certificates import credential
from hocvu.assessment.models import Attempt, TestRule
from hocvu.assessment.testing import attempts, choosing, rule_files, rules
from hocvu.assessment.tests.cast_testing import load_framework, make_bank, make_confirm, make_hoa, make_question, sit
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin import citizens
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Ward
from hocvu.ward.tests.cast import make_account, make_ward

FILE = """code: thu
kind: confirm
title: Bài thử
framework: hocvu
level: B2
group: adults
source: Quy tắc thử
params: {minutes: 60, least: 5, most: 12, core: [hocvu/4.2]}
"""


@pytest.fixture
def hai_an(db) -> Ward:
    load_framework()
    return make_ward()


def written(folder: Path, text: str = FILE) -> rule_files.RuleFile:
    path = folder / "thu.yaml"
    path.write_text(text, encoding="utf-8")
    return rule_files.read(path)


# ---- Parameters


def test_what_is_not_said_has_its_usual_value():
    cleaned = rules.clean({}, "confirm")
    assert cleaned.faults == []
    assert cleaned.params == {
        "minutes": 60, "wait_days": 0, "least": 12, "most": 30, "sure": 0.95, "cut": 0.0, "best_of": 5,
        "pass_above": 0.6, "practice": 3, "valid_months": 36, "core": [], "levels": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"minutes": 0}, "Số phút"),
        ({"minutes": "60"}, "Số phút"),
        ({"least": True}, "Số câu ít nhất"),
        ({"least": 20, "most": 10}, "lớn hơn"),
        ({"core": ["4.2"]}, "Năng lực cốt lõi"),
        ({"core": ["hocvu/4.2", "hocvu/4.2"]}, "hai lần"),
        ({"core": [f"hocvu/{n}" for n in range(6)], "least": 1, "most": 5}, "nhiều năng lực"),
        ({"diem": 5}, "“diem”"),
        ([], "tên: giá trị"),
    ],
)
def test_a_fault_is_told_in_a_sentence(params, words):
    assert any(words in fault for fault in rules.clean(params, "confirm").faults)


def test_two_forms_are_alike_and_share_nothing():
    assert rules.clean({"forms": {"A": ["a", "b"], "B": ["c", "d"]}}, "change").faults == []
    for forms in (
        {},
        {"A": ["a"]},
        {"A": ["a"], "B": ["a"]},
        {"A": ["a", "b"], "B": ["c"]},
        None,
        {"A": ["a"], "B": [1]},
    ):
        assert rules.clean({"forms": forms}, "change").faults
    assert rules.clean({}, "thi").faults


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(list(TestRule.Kind.values)),
    st.dictionaries(
        st.sampled_from([*rules.EVERY, *rules.ADAPTIVE, *rules.CONFIRM, "core", "levels", "forms"]), anything
    )
    | anything,
)
def test_whatever_is_said_cleaning_answers_and_is_at_rest(kind, params):
    cleaned = rules.clean(params, kind)
    if not cleaned.faults:
        assert rules.clean(cleaned.params, kind) == cleaned


# ---- Files


def test_the_rules_of_the_project_may_be_certified_under(db):
    load_framework()
    ward = make_ward()
    for one in rule_files.files():
        rule_files.load(ward, one)
    confirm = TestRule.objects.of(ward).filter(kind=TestRule.Kind.CONFIRM)
    assert [credential.unfounded(rule) for rule in confirm] == [""] * 4


def test_the_files_of_the_project_are_sound_and_cite_no_decision_as_their_ground():
    found = {one.code: one for one in rule_files.files()}
    assert set(found) == {
        "xep-lop",
        "truoc-sau",
        "xac-nhan-nguoi-dan",
        "xac-nhan-hoc-sinh",
        "xac-nhan-lao-dong",
        "xac-nhan-can-bo",
    }
    for one in found.values():
        assert one.faults == []
        assert one.texts["source"].startswith("Quy tắc làm việc của dự án Học vụ số, bản 1")
    confirm = found["xac-nhan-nguoi-dan"]
    assert len(confirm.params["core"]) == 9
    assert (confirm.params["least"], confirm.params["most"], confirm.params["practice"]) == (12, 30, 3)


def test_a_file_is_taken_once_and_a_changed_one_is_the_next_number(hai_an, tmp_path):
    assert rule_files.load(hai_an, written(tmp_path)) == "new"
    assert rule_files.load(hai_an, written(tmp_path)) == "same"
    with clock.stopped_at(clock.now() + timedelta(days=10)):
        assert rule_files.load(hai_an, written(tmp_path, FILE.replace("minutes: 60", "minutes: 90"))) == "newer"
        today = clock.today()
        new, old = TestRule.objects.all()
        assert (new.number, new.valid_from, new.params["minutes"]) == (2, today, 90)
        assert (old.valid_to, old.params["minutes"]) == (today - timedelta(days=1), 60)
        assert rules.named(hai_an, "thu") == new
    assert rules.named(hai_an, "thu") == old


def test_what_a_ward_decided_no_file_overwrites(hai_an, tmp_path):
    rule_files.load(hai_an, written(tmp_path))
    hoa = make_hoa(hai_an)
    rule = TestRule.objects.get()
    rules.decide(
        rule, title="Bài của phường", gist="", params=rule.params, source="QĐ 12", valid_from=clock.today(), by=hoa
    )
    assert rule_files.load(hai_an, written(tmp_path, FILE.replace("minutes: 60", "minutes: 90"))) == "local"
    assert rule_files.load(hai_an, written(tmp_path)) == "local"
    assert TestRule.objects.count() == 2


def test_a_rule_that_a_ward_withdrew_is_not_brought_back(hai_an, tmp_path):
    rule_files.load(hai_an, written(tmp_path))
    rules.withdraw(TestRule.objects.get(), last_day=clock.today() - timedelta(days=1), why="thử", by=make_hoa(hai_an))
    assert rule_files.load(hai_an, written(tmp_path, FILE.replace("minutes: 60", "minutes: 90"))) == "local"
    assert rules.named(hai_an, "thu") is None


def test_a_framework_whose_annex_is_not_there_carries_no_rule(hai_an, tmp_path):
    said = written(tmp_path, FILE.replace("framework: hocvu", "framework: qd757").replace("hocvu/4.2", "qd757/4.2"))
    with pytest.raises(ValueError, match="chưa có phụ lục"):
        rule_files.load(hai_an, said)
    assert not TestRule.objects.exists()


def test_faults_of_files_are_told_all_at_once(hai_an, tmp_path):
    bad = (
        FILE.replace("title: Bài thử\n", "").replace("group: adults", "group: ai-do").replace("code: thu", "code: luot")
    )
    faults = " ".join(written(tmp_path, bad).faults)
    for words in ("“title”", "ai-do", "“luot”"):
        assert words in faults
    with pytest.raises(CommandError, match="ai-do"):
        call_command("load_tests", str(tmp_path / "thu.yaml"))
    assert written(tmp_path, "- một\n- hai\n").faults
    assert written(tmp_path, "a: [").faults


def test_the_command_loads_every_file_and_waits_with_forms_until_the_bank_has_enough(hai_an, capsys):
    call_command("load_tests")
    assert "chưa đủ câu hỏi cho hai đề" in capsys.readouterr().out
    assert TestRule.objects.of(hai_an).count() == 5
    make_bank(hai_an, per_competence=6)
    call_command("load_tests", ward="hai-an")
    forms = rules.named(hai_an, "truoc-sau").params["forms"]
    assert len(forms["A"]) == len(forms["B"]) == 12
    call_command("load_tests")
    assert TestRule.objects.count() == 6
    learner = citizens.open_account(hai_an, full_name="Bà Nụ")
    assert sit(attempts.begin(rules.named(hai_an, "truoc-sau"), by=learner), learner).asked == 12


def test_certificates_can_be_issued_by_every_rule_that_ships(hai_an):
    call_command("load_tests")
    confirm = TestRule.objects.of(hai_an).filter(kind="confirm")
    assert [credential.unfounded(rule) for rule in confirm] == [""] * 4


def test_forms_are_balanced_and_the_same_bank_gives_the_same(hai_an):
    make_bank(hai_an, per_competence=6)
    forms = choosing.two_forms(hai_an, "hocvu", 12, core=["hocvu/4.2"])
    assert forms == choosing.two_forms(hai_an, "hocvu", 12, core=["hocvu/4.2"])
    known = {one.code: one for one in choosing.live(hai_an.pk)}
    sides = [[known[code] for code in forms[name]] for name in "AB"]
    assert sorted(one.competence for one in sides[0]) == sorted(one.competence for one in sides[1])
    hard = [sum(one.item.difficulty for one in side) / 12 for side in sides]
    assert abs(hard[0] - hard[1]) < 0.25
    assert sides[0][0].competence == "hocvu/4.2"
    assert choosing.two_forms(hai_an, "hocvu", 30) is None
    make_question(hai_an, "man-hinh", kind="screens")
    assert choosing.two_forms(hai_an, "hocvu", 12, core=["hocvu/4.2"]) == forms


# ---- Decisions


def test_another_decision_follows_the_first_and_what_runs_keeps_its_rule(hai_an):
    make_bank(hai_an)
    rule, hoa = make_confirm(hai_an), make_hoa(hai_an)
    running = attempts.begin(rule, by=citizens.open_account(hai_an, full_name="Bà Nụ"))
    made = rules.decide(
        rule,
        title="Mới",
        gist="",
        params={**rule.params, "minutes": 120},
        source="QĐ 12",
        valid_from=clock.today(),
        by=hoa,
    )
    rule.refresh_from_db()
    assert (made.number, rule.valid_to) == (2, clock.today() - timedelta(days=1))
    assert Attempt.objects.get(pk=running.pk).frozen["params"]["minutes"] == 60
    assert AuditEntry.objects.filter(action="decided a test rule").exists()
    with pytest.raises(Refusal, match="bản 2 mới hơn"):
        rules.decide(rule, title="Mới", gist="", params=rule.params, source="QĐ 13", valid_from=clock.today(), by=hoa)
    with pytest.raises(Refusal, match="lùi ngày"):
        rules.decide(
            made, title="Mới", gist="", params=rule.params, source="QĐ 13", valid_from=date(2020, 1, 1), by=hoa
        )
    with pytest.raises(Refusal, match="Số phút"):
        rules.decide(
            made,
            title="Mới",
            gist="",
            params={**rule.params, "minutes": 1},
            source="x",
            valid_from=clock.today(),
            by=hoa,
        )


# ---- The desk


@pytest.fixture
def desk(hai_an) -> Client:
    client = Client()
    client.force_login(make_hoa(hai_an))
    return client


def sent(**said: Any) -> dict[str, Any]:
    return {
        "title": "Bài của phường", "gist": "", "minutes": "90", "wait_days": "3", "least": "6", "most": "20",
        "sure": "0,95", "cut": "0", "best_of": "5", "pass_above": "0,6", "practice": "3", "valid_months": "24",
        "core": ["hocvu/4.2"], "levels": ["B2"], "source": "Quyết định của phường",
        "valid_from": f"{clock.today():%d/%m/%Y}", **said,
    }  # fmt: skip


def test_the_desk_lists_rules_and_decides_the_next(hai_an, desk):
    rule = make_confirm(hai_an)
    assert "Bài confirm" in desk.get("/bai-kiem-tra/quy-tac/").content.decode()
    assert desk.get("/bai-kiem-tra/quy-tac/?dinh-dang=xlsx").status_code == 200
    page = desk.get(f"/bai-kiem-tra/quy-tac/{rule.pk}/").content.decode()
    assert "Giữ mã OTP" in page
    form = desk.get(f"/bai-kiem-tra/quy-tac/{rule.pk}/ban-moi/").content.decode()
    assert 'name="form_A"' not in form
    wrong = desk.post(f"/bai-kiem-tra/quy-tac/{rule.pk}/ban-moi/", sent(least="30", source=""))
    assert wrong.status_code == 422
    assert 'value="30"' in wrong.content.decode()
    desk.post(f"/bai-kiem-tra/quy-tac/{rule.pk}/ban-moi/", sent())
    made = rules.named(hai_an, "xac-nhan")
    assert (made.number, made.params["minutes"], made.params["sure"], made.params["core"]) == (
        2,
        90,
        0.95,
        ["hocvu/4.2"],
    )
    assert made.decided_by.username == "hoa"


def test_the_desk_writes_forms_and_withdraws(hai_an, desk):
    make_bank(hai_an)
    forms = choosing.two_forms(hai_an, "hocvu", 4)
    rule = TestRule.objects.create(
        ward=hai_an, code="truoc-sau", kind="change", title="Trước sau", framework="hocvu", framework_version="1.0",
        params=rules.clean({"forms": forms}, "change").params, source="x", valid_from=date(2025, 1, 1),
    )  # fmt: skip
    address = f"/bai-kiem-tra/quy-tac/{rule.pk}/"
    said = {
        name: value
        for name, value in sent().items()
        if name in ("title", "gist", "minutes", "wait_days", "source", "valid_from")
    }
    swapped = {"form_A": "\n".join(forms["B"]), "form_B": "\n".join(forms["A"])}
    assert desk.post(f"{address}ban-moi/", {**said, "form_A": "a", "form_B": "a"}).status_code == 422
    desk.post(f"{address}ban-moi/", {**said, **swapped})
    made = rules.named(hai_an, "truoc-sau")
    assert made.params["forms"] == {"A": forms["B"], "B": forms["A"]}
    day = clock.today()
    desk.post(f"/bai-kiem-tra/quy-tac/{made.pk}/thoi/", {"last_day": f"{day:%d/%m/%Y}", "why": "Hết đợt"})
    made.refresh_from_db()
    assert made.valid_to == day


def test_rules_are_for_those_who_manage_tests(hai_an, client):
    rule = make_confirm(hai_an)
    client.force_login(make_account("khang", Role.CLERK, ward=hai_an))
    for address in ("", f"{rule.pk}/", f"{rule.pk}/ban-moi/", f"{rule.pk}/thoi/"):
        assert client.get(f"/bai-kiem-tra/quy-tac/{address}").status_code == 403


def test_rules_of_another_ward_are_not_there(hai_an, desk):
    other = make_confirm(make_ward("Kiến An", code="11500", slug="kien-an"))
    assert desk.get(f"/bai-kiem-tra/quy-tac/{other.pk}/").status_code == 404
    assert other.title not in desk.get("/bai-kiem-tra/quy-tac/").content.decode()


def test_the_list_asks_the_same_number_of_questions_however_many_rules(hai_an, desk):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get("/bai-kiem-tra/quy-tac/")
        return len(asked)

    make_confirm(hai_an)
    few = questions()
    for number in range(6):
        make_confirm(hai_an, f"bai-{number}")
    assert questions() == few
