"""Questions of files come into a ward; what the ward changed is left, every fault has its file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hocvu.assessment.models import Attempt, Question, QuestionMedia
from hocvu.assessment.questions import bank, files, loading
from hocvu.assessment.questions.files import read_folder
from hocvu.assessment.tests.cast_bank import make_attempt, make_rule
from hocvu.lib.refusals import Refusal
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Ward
from hocvu.ward.tests.cast import make_account, make_ward

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h{}"/></svg>'
FILE = """framework: hocvu
questions:
  - code: ma-otp-1
    kind: single
    competence: "4.2"
    level: B2
    groups: [elderly]
    difficulty: -0.5
    ask: Người lạ hỏi mã OTP. Làm gì?
    picture: {name: may.svg, alt: Điện thoại đang đổ chuông}
    choices:
      - {text: Đọc mã cho họ}
      - {text: Tắt máy, right: true}
      - {text: Nhắn mã qua tin}
      - {text: Đưa máy cho họ}
    why: Ai có mã là chuyển được tiền.
  - code: cuu-hoa
    kind: fill
    competence: 1.1
    level: B1
    difficulty: 0
    guessing: 0.02
    ask: Gọi cứu hỏa bấm số nào?
    answers: [114]
    why: 114 là cứu hỏa.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drawings").mkdir()
    (tmp_path / "drawings" / "may.svg").write_text(SVG.format(1))
    (tmp_path / "mot.yaml").write_text(FILE)
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Path:
    text = (folder / "mot.yaml").read_text()
    assert old in text
    (folder / "mot.yaml").write_text(text.replace(old, new))
    return folder


@pytest.fixture
def ward(db: Any) -> Ward:
    return make_ward()


def load(folder: Path, ward: Ward) -> dict[str, str]:
    found = read_folder(folder)
    assert found.faults == []
    return {one.code: one.verdict for one in loading.load(ward, found.questions, by=None)}


def test_a_question_of_a_file_is_asked_at_once(folder, ward):
    assert load(folder, ward) == {"ma-otp-1": "new", "cuu-hoa": "new"}
    question = Question.objects.live().get(code="ma-otp-1")
    version = question.current
    assert (version.origin, version.state, version.number, version.kind) == ("file", "live", 1, "single")
    assert (version.competence, version.level, version.groups) == ("hocvu/4.2", "B2", ["elderly"])
    assert (question.difficulty, question.guessing, question.model) == (-0.5, 0.25, "guess")
    media = QuestionMedia.objects.get()
    assert media.name == "may.svg" == version.content["picture"]["name"] and media.drawing.startswith("<svg viewBox")
    fill = Question.objects.get(code="cuu-hoa")
    assert (
        fill.guessing == 0.02 and fill.current.content["answers"] == ["114"] and fill.current.competence == "hocvu/1.1"
    )
    assert AuditEntry.objects.filter(action="loaded a question of files").count() == 2


def test_loading_again_changes_nothing(folder, ward):
    load(folder, ward)
    before = list(Question.objects.values()), AuditEntry.objects.count()
    assert set(load(folder, ward).values()) == {"same"}
    (folder / "mot.yaml").write_text("# one more remark\n" + (folder / "mot.yaml").read_text())
    assert set(load(folder, ward).values()) == {"same"}  # laid out otherwise, said the same
    assert (list(Question.objects.values()), AuditEntry.objects.count()) == before


def test_a_changed_file_is_a_further_version_and_an_attempt_keeps_the_old(folder, ward):
    load(folder, ward)
    question = Question.objects.get(code="ma-otp-1")
    question.model, question.counted_answers = "rasch", 200
    question.save()
    attempt = make_attempt(make_rule(ward), make_account("an"), [(question, None, None)], state=Attempt.State.RUNNING)
    assert load(changed(folder, "Làm gì?", "Bác làm gì?"), ward) == {"ma-otp-1": "newer", "cuu-hoa": "same"}
    question.refresh_from_db()
    assert (question.current.number, question.model, question.counted_answers) == (2, "guess", 0)
    assert [one.state for one in question.versions.order_by("number")] == ["former", "live"]
    assert attempt.items.get().version.content["ask"] == "Người lạ hỏi mã OTP. Làm gì?"


def test_what_the_ward_changed_is_left_and_told(folder, ward):
    load(folder, ward)
    thu, mai = make_account("thu", Role.LEADER, ward=ward), make_account("mai")
    question = Question.objects.get(code="ma-otp-1")
    draft = bank.new_version(question, by=mai)
    changed(folder, "Làm gì?", "Bác làm gì?")
    assert load(folder, ward)["ma-otp-1"] == "local"  # somebody writes
    content = {**draft.content, "ask": "Lời của phường?"}
    draft = bank.save(draft, {"content": content}, revision=0, by=mai)
    bank.send_for_review(draft, by=mai)
    bank.approve(draft, revision=1, by=thu)
    told = loading.load(ward, read_folder(folder).questions, by=None)
    assert (told[0].verdict, told[0].why) == ("local", "nơi này đã sửa riêng")
    question.refresh_from_db()
    assert question.current.content["ask"] == "Lời của phường?"
    bank.retire(Question.objects.get(code="cuu-hoa"), why="Không cần.", by=thu)
    assert load(changed(folder, "114 là cứu hỏa", "Số 114 là cứu hỏa"), ward)["cuu-hoa"] == "local"


def test_files_belong_to_each_ward(folder, ward):
    other = make_ward("Ân Tường", code="20000", slug="an-tuong")
    call_command("load_questions", str(folder))
    assert Question.objects.of(ward).count() == Question.objects.of(other).count() == 2
    third = make_ward("Ba", code="30000", slug="ba")
    call_command("load_questions", str(folder), ward="ba")
    assert Question.objects.of(third).live().count() == 2


def test_another_drawing_under_the_same_name_gets_its_own(folder, ward):
    load(folder, ward)
    (folder / "drawings" / "may.svg").write_text(SVG.format(2))
    assert load(folder, ward)["ma-otp-1"] == "newer"
    question = Question.objects.get(code="ma-otp-1")
    name = question.current.content["picture"]["name"]
    assert name.startswith("may-") and QuestionMedia.objects.count() == 2
    assert question.versions.get(number=1).content["picture"]["name"] == "may.svg"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("kind: fill", "kind: dien", 18, "Không có loại “dien”"),
        ("level: B2", "level: B9", 6, "không có bậc “B9”"),
        ('competence: "4.2"', 'competence: "9.9"', 5, "không có năng lực “9.9”"),
        ("groups: [elderly]", "groups: [cats]", 7, "“groups” là danh sách"),
        ("difficulty: -0.5", "difficulty: khó", 8, "“difficulty” là số"),
        ("    difficulty: 0\n", "", 17, "“difficulty” là số"),
        ("{text: Tắt máy, right: true}", "{text: Tắt máy}", 11, "đúng một phương án đúng"),
        ("{text: Nhắn mã qua tin}", "{text: Tắt máy}", 14, "trùng"),
        ("name: may.svg", "name: tivi.svg", 10, "Không có hình “tivi.svg”"),
        ("code: cuu-hoa", "code: ma-otp-1", 17, "Mã này đã có ở mot.yaml:3"),
        ("why: 114 là", "tai_sao: 114 là", 17, "Thiếu “Vì sao đáp án đúng”"),
        ("framework: hocvu", "framework: khac", 1, "Không có khung “khac”"),
        ("guessing: 0.02", "guessing: 2", 22, "“guessing” là số"),
        ("ask: Gọi cứu hỏa", "ask: Gọi: cứu hỏa", 23, "dấu hai chấm giữa câu"),
    ],
)
def test_every_fault_has_its_file_line_and_code(folder, old, new, line, words):
    found = read_folder(changed(folder, old, new))
    told = [str(fault) for fault in found.faults]
    assert any(one.startswith(f"mot.yaml:{line}: ") and words in one for one in told), told


def test_drawings_are_judged_too(folder):
    (folder / "drawings" / "xau.svg").write_text("<svg/>")
    (folder / "drawings" / "anh.png").write_bytes(b"x")
    told = [str(fault) for fault in read_folder(folder).faults]
    assert any("xau.svg" in one and "viewBox" in one for one in told)
    assert any("anh.png" in one and "chỉ nhận hình vẽ .svg" in one for one in told)
    assert any("xau.svg" in one and "Không câu nào dùng" in one for one in told)
    (folder / "hai.yaml").write_text("a: b: c")
    told = [str(fault) for fault in read_folder(folder).faults]
    assert not any("Không câu nào dùng" in one for one in told)  # the file that cannot be read may name it


def test_the_commands_say_faults_and_write_nothing(folder, ward, capsys):
    call_command("check_questions", str(folder))
    assert "2 câu, không có lỗi" in capsys.readouterr().out
    changed(folder, "level: B2", "level: B9")
    with pytest.raises(CommandError, match=r"mot\.yaml:6: ma-otp-1: .*B9") as refused:
        call_command("check_questions", str(folder))
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="B9"):
        call_command("load_questions", str(folder))
    assert not Question.objects.exists()
    with pytest.raises(CommandError, match="khong-co"):
        call_command("load_questions", str(folder), ward="khong-co")


def test_the_files_of_this_house_have_no_fault():
    assert [str(fault) for fault in read_folder(files.FOLDER).faults] == []


def test_a_run_that_was_killed_goes_on(folder, ward, monkeypatch):
    whole, calls = bank.go_live, []

    def dies(*rows: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        whole(*rows, **more)

    monkeypatch.setattr(bank, "go_live", dies)
    with pytest.raises(KeyboardInterrupt):
        loading.load(ward, read_folder(folder).questions, by=None)
    monkeypatch.setattr(bank, "go_live", whole)
    assert Question.objects.count() == 1
    assert load(folder, ward) == {"ma-otp-1": "same", "cuu-hoa": "new"}


def test_a_question_that_never_was_asked_cannot_be_retired(ward):
    mai = make_account("mai")
    version = bank.begin(ward, kind="fill", competence="hocvu/4.2", level="B1", by=mai)
    with pytest.raises(Refusal, match="chưa từng được hỏi"):
        bank.retire(version.question, why="x", by=mai)
