"""Practice tasks: from files with every fault told, in numbers, and the ward's own."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from hocvu.assessment import practice_tasks
from hocvu.assessment.models import PracticeTask
from hocvu.assessment.tests import cast_practice as cast
from hocvu.assessment.tests.cast_practice import Place
from hocvu.assessment.tests.test_practice import enter
from hocvu.lib import clock

RAW: dict[str, Any] = {
    "framework": "hocvu",
    "tasks": [
        {
            "code": "dung-lai", "title": "Dừng lại khi thấy lạ", "gist": "Đọc tin, gọi hỏi lại.", "competence": "4.2",
            "level": "B2", "groups": ["elderly"], "screens": ["chuyen-tien-1"],
            "lines": [{"text": "Nói được điều lạ", "must": True}, {"text": "Gọi số cũ"}],
        }
    ],
}  # fmt: skip


@pytest.fixture
def place(db: None) -> Place:
    return cast.make_place()


def write(folder: Path, raw: Any) -> Path:
    path = folder / "viec.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def changed(**said: Any) -> dict[str, Any]:
    raw = deepcopy(RAW)
    raw["tasks"][0].update(said)
    return raw


def test_a_file_is_loaded_and_a_changed_one_is_the_next_number(place, tmp_path, capsys):
    path = write(tmp_path, RAW)
    call_command("load_practice", path)
    first = PracticeTask.objects.get(code="dung-lai")
    assert (first.number, first.competence, first.valid_to) == (1, "hocvu/4.2", None)
    assert first.lines == [{"text": "Nói được điều lạ", "must": True}, {"text": "Gọi số cũ", "must": False}]
    call_command("load_practice", path)
    assert "như cũ" in capsys.readouterr().out
    call_command("load_practice", write(tmp_path, changed(title="Dừng lại")))
    rows = PracticeTask.objects.filter(code="dung-lai").order_by("number")
    assert [row.title for row in rows] == ["Dừng lại khi thấy lạ", "Dừng lại"]
    assert rows[0].valid_to is not None and rows[0].valid_to < clock.today() and rows[1].valid_to is None


def test_what_the_ward_wrote_or_ended_is_left(place, tmp_path, capsys):
    call_command("load_practice", write(tmp_path, RAW))
    client = enter(place.hoa)
    task = PracticeTask.objects.get(code="dung-lai")
    said = {"title": "Lời của phường", "competence": "hocvu/4.2", "level": "B2", "lines": "* Thấy\nCó thể"}
    assert client.post(f"/thuc-hanh/viec/{task.pk}/sua/", said).status_code == 302
    newest = PracticeTask.objects.filter(code="dung-lai").order_by("-number").first()
    assert (newest.title, newest.number, newest.lines[0]) == ("Lời của phường", 2, {"text": "Thấy", "must": True})
    call_command("load_practice", write(tmp_path, changed(title="Của tệp")))
    assert "giữ nguyên" in capsys.readouterr().out
    client.post(f"/thuc-hanh/viec/{newest.pk}/thoi/")
    newest.refresh_from_db()
    assert newest.valid_to == clock.today()
    assert client.post(f"/thuc-hanh/viec/{newest.pk}/thoi/").status_code == 422


def test_the_ward_adds_a_task_of_its_own(place):
    client = enter(place.hoa)
    said = {"title": "Gọi video cho người nhà", "competence": "hocvu/3.1", "level": "B2", "lines": "Chỉ nếu có"}
    refused = client.post("/thuc-hanh/viec/moi/", said)
    assert refused.status_code == 422 and "bắt buộc" in refused.content.decode()
    client.post("/thuc-hanh/viec/moi/", {**said, "lines": "* Thấy"})
    assert PracticeTask.objects.order_by("-pk").first().code == "goi-video-cho-nguoi-nha"
    client.post("/thuc-hanh/viec/moi/", {**said, "lines": "* Thấy khác"})
    assert PracticeTask.objects.order_by("-pk").first().code == "goi-video-cho-nguoi-nha-1"
    assert "nơi này soạn" in client.get("/thuc-hanh/viec/").content.decode()
    assert enter(place.lan).get("/thuc-hanh/viec/").status_code == 403


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": "Có dấu"}, "chữ thường không dấu"),
        ({"title": ""}, "thiếu tên việc"),
        ({"lines": []}, "bắt buộc phải thấy"),
        ({"lines": [{"text": "x", "must": True}] * 20}, "nhiều nhất 12"),
        ({"groups": ["moi-nguoi"]}, "nhóm “moi-nguoi” không có"),
        ({"level": "B9"}, "không có bậc “B9”"),
        ({"competence": "9.9"}, "không có năng lực"),
        ({"thua": 1}, "không có mục tên “thua”"),
        ({"lines": [{"text": "x", "must": True, "phai": 1}]}, "không có mục tên “phai”"),
    ],
)
def test_every_fault_is_told_and_nothing_is_loaded(place, tmp_path, said, words):
    with pytest.raises(CommandError, match=words):
        call_command("load_practice", write(tmp_path, changed(**said)))
    assert not PracticeTask.objects.filter(title="Dừng lại khi thấy lạ").exists()


def test_a_file_that_is_no_file_is_told(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("a: [", encoding="utf-8")
    assert "không đọc được" in practice_tasks.read_file(path).faults[0]
    assert practice_tasks.read_file(tmp_path / "khong-co.yaml").faults


def test_the_tasks_of_the_house_are_sound(db, capsys):
    """Every file of content/practice loads over the frameworks of the house, twice the same."""
    call_command("load_frameworks")
    cast.make_ward()
    call_command("load_practice")
    count = PracticeTask.objects.count()
    call_command("load_practice")
    assert PracticeTask.objects.count() == count >= 3
    assert "như cũ" in capsys.readouterr().out


plain = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(["code", "title", "lines", "text", "must", "groups", "competence"]), one, max_size=4), max_leaves=8)  # fmt: skip


@given(tasks=st.lists(plain, max_size=3), framework=plain)
def test_whatever_a_file_says_it_is_read_or_its_faults_are_told(tasks, framework):
    read = practice_tasks.read("x", {"framework": framework, "tasks": tasks})
    assert read.faults or all(not list(practice_tasks.faults_of(task)) for task in read.tasks)
