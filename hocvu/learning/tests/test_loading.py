"""Courses as files: what is wrong with them in sentences, and what loading takes, leaves and never overwrites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from hocvu.learning import authoring, loading, placing, publishing
from hocvu.learning.files import read_course
from hocvu.learning.models import Course, LessonVersion
from hocvu.lib.uploads import Refused
from hocvu.ward.capabilities import Role
from hocvu.ward.models import AuditEntry, Ward
from hocvu.ward.tests.cast import make_account, make_ward

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10"/></svg>'
BLOCKS = [
    {"kind": "paragraph", "id": "mo", "text": "Tìm nút nguồn."},
    {"kind": "picture", "id": "hinh", "media": "nut.svg", "alt": "Nút nguồn ở cạnh máy"},
]
TEACHING = {
    "aims": ["Bật được máy"],
    "timeline": [{"minutes": "5", "title": "Làm mẫu"}],
    "handout": ["Giữ nút nguồn ba giây"],
}


def lesson_of(folder: Path, name: str, **said: Any) -> None:
    """Write one lesson's folder."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    content = {
        "title": f"Bài {name}",
        "summary": "Bật được máy.",
        "minutes": 5,
        "blocks": BLOCKS,
        "teaching": TEACHING,
        **said,
    }
    (place / "bai.yaml").write_text(yaml.safe_dump(content, allow_unicode=True))
    (place / "nut.svg").write_bytes(SVG)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of two lessons, the second after the first."""
    course = tmp_path / "dien-thoai"
    lesson_of(course, "01-bat-may")
    lesson_of(course, "02-goi-dien", requires=["bat-may"], may_test_out=False)
    said = {
        "title": "Điện thoại",
        "summary": "Từ con số không.",
        "groups": ["elderly"],
        "needs": ["large"],
        "position": 3,
    }
    (course / "khoa.yaml").write_text(yaml.safe_dump(said, allow_unicode=True))
    return course


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


def verdicts(ward: Ward, folder: Path) -> list[str]:
    return [told.verdict for told in loading.load(ward, read_course(folder), by=None)]


# ---- Reading


def test_a_sound_course_has_no_faults_and_its_lessons_stand_in_order(folder):
    course = read_course(folder)
    assert course.all_faults == [] and course.slug == "dien-thoai"
    assert [lesson.slug for lesson in course.lessons] == ["bat-may", "goi-dien"]
    assert course.lessons[0].media == {"nut.svg": SVG}


def test_a_digest_is_of_what_is_said_not_of_how_it_is_laid_out(folder):
    before = read_course(folder)
    path = folder / "01-bat-may" / "bai.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()), allow_unicode=False, width=40))
    assert read_course(folder).digest == before.digest
    (folder / "01-bat-may" / "nut.svg").write_bytes(SVG.replace(b"10", b"20"))
    after = read_course(folder)
    assert after.digest != before.digest and after.lessons[1].digest == before.lessons[1].digest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Thiếu “title”"),
        ({"groups": ["cats"]}, "nhóm đối tượng “cats” không có"),
        ({"rule": {"checks": "always"}}, "“rule” phải là"),
        ({"requires": ["xa-lac"]}, "khóa không có bài đó đứng trước"),
        ({"blocks": [{"kind": "picture", "id": "a", "media": "mat.svg", "alt": "x"}]}, "Thiếu tệp “mat.svg”"),
        ({"blocks": [{"kind": "paragraph", "id": "a", "text": "Chữ."}]}, "không khối nào dùng"),
        ({"blocks": [{"kind": "film", "id": "a"}]}, "loại không có: “film”"),
        ({"slug": "goi-dien"}, "hai bài cùng tên"),
        ({"slug": "../bat-may"}, "Tên trong địa chỉ “../bat-may”"),
        ({"minutes": "mười"}, "“minutes” phải là số nguyên"),
        ({"groups": "elderly"}, "“groups” phải là danh sách"),
        ({"rule": "all"}, "“rule” phải là các dòng"),
        ({"teaching": ["Bật máy"]}, "“teaching” phải là các dòng"),
        ({"title": "x" * 161}, "“title” dài 161 ký tự"),
        ({"blocks": [{"kind": ["paragraph"]}]}, "thuộc loại không có"),
    ],
)
def test_each_fault_is_a_sentence_with_its_place(folder, change, words):
    lesson_of(folder, "01-bat-may", **change)
    faults = read_course(folder).all_faults
    assert words in " ".join(faults)


def test_what_is_left_empty_in_a_file_is_no_fault_and_numbers_may_be_names(folder):
    lesson_of(folder, "01-bat-may", groups=None, competences=None, requires=None, minutes=None, rule=None)
    with (folder / "khoa.yaml").open("a") as file:
        file.write("2026: năm\nlevel:\n")
    assert read_course(folder).all_faults == []


def test_a_file_of_a_kind_that_nobody_takes_is_told(folder):
    (folder / "01-bat-may" / "nut.bmp").write_bytes(b"BM")
    lesson_of(folder, "01-bat-may", blocks=[{**BLOCKS[1], "media": "nut.bmp"}, *BLOCKS])
    assert "“nut.bmp” thuộc loại không nhận được" in " ".join(read_course(folder).all_faults)


def test_a_draft_of_files_that_got_a_picture_here_is_the_wards_own(ward, folder):
    verdicts(ward, folder)
    lesson, lan = ward.lessons.get(slug="bat-may"), make_account("lan", Role.EDITOR, ward=ward)
    draft = authoring.draft_from(lesson, by=lan, said={})
    draft = placing.put_into(lesson, "hinh", "media", "nut.svg", by=lan)
    publishing.publish(draft, by=None)
    lesson_of(folder, "01-bat-may", title="Bật máy lên")
    assert verdicts(ward, folder) == ["local", "same"]


def test_a_lesson_cannot_ask_for_one_that_comes_after_it(folder):
    lesson_of(folder, "01-bat-may", requires=["goi-dien"])
    assert "đứng trước" in " ".join(read_course(folder).all_faults)


@pytest.mark.parametrize(
    ("text", "words"), [("a: [", "không đọc được"), ("- a", "tên: giá trị"), (None, "Không có tệp")]
)
def test_a_course_file_that_cannot_be_read_is_told(folder, text, words):
    path = folder / "khoa.yaml"
    path.write_text(text) if text else path.unlink()
    assert words in " ".join(read_course(folder).all_faults)


def test_an_empty_course_says_so(tmp_path):
    (tmp_path / "khoa.yaml").write_text("title: Trống")
    assert "chưa có bài nào" in " ".join(read_course(tmp_path).all_faults)


# ---- Loading


def test_a_new_course_is_taken_whole_and_open(client, ward, folder):
    assert verdicts(ward, folder) == ["new", "new"]
    course = Course.objects.get()
    assert (course.state, course.position, course.groups, course.revision) == ("open", 3, ["elderly"], 0)
    first, second = course.places.all()
    assert list(second.requires.all()) == [first] and (first.may_test_out, second.may_test_out) == (True, False)
    assert first.lesson.media.get().drawing.startswith("<svg") and first.lesson.published.origin == "file"
    page = client.get("/hoc/khoa/dien-thoai/").content.decode()
    assert "Bài 01-bat-may" in page and "Nên học trước" in page


def test_the_same_again_writes_nothing(ward, folder):
    verdicts(ward, folder)
    acts = AuditEntry.objects.count()
    assert verdicts(ward, folder) == ["same", "same"]
    assert LessonVersion.objects.count() == 2 and AuditEntry.objects.count() == acts


def test_a_newer_file_becomes_a_further_version_that_the_public_reads(ward, folder):
    verdicts(ward, folder)
    lesson_of(folder, "01-bat-may", title="Bật máy, bản mới")
    assert verdicts(ward, folder) == ["newer", "same"]
    lesson = Course.objects.get().places.all()[0].lesson
    assert (lesson.published.number, lesson.published.title) == (2, "Bật máy, bản mới")
    assert list(lesson.versions.order_by("number").values_list("state", flat=True)) == ["replaced", "published"]


def test_a_lesson_that_somebody_is_writing_in_is_left(ward, folder):
    verdicts(ward, folder)
    lesson = Course.objects.get().places.all()[0].lesson
    LessonVersion.objects.create(lesson=lesson, number=2, title="Đang sửa")
    lesson_of(folder, "01-bat-may", title="Từ tệp")
    assert verdicts(ward, folder) == ["local", "same"]
    lesson.refresh_from_db()
    assert lesson.published.title == "Bài 01-bat-may" and lesson.versions.count() == 2


def test_what_the_ward_wrote_itself_or_took_back_is_left(ward, folder):
    verdicts(ward, folder)
    first, second = (place.lesson for place in Course.objects.get().places.all())
    ours = LessonVersion.objects.create(lesson=first, number=2, title="Của phường", state="approved", origin="office")
    publishing.publish(ours, by=None)
    publishing.withdraw(second, why="sai", by=None)
    for name in ("01-bat-may", "02-goi-dien"):
        lesson_of(folder, name, title="Từ tệp", requires=["bat-may"] if name[:2] == "02" else [])
    assert verdicts(ward, folder) == ["local", "local"]
    first.refresh_from_db()
    assert first.published == ours


def test_a_draft_that_was_given_up_says_nothing_of_whose_the_lesson_is(ward, folder):
    verdicts(ward, folder)
    first, second = (place.lesson for place in Course.objects.get().places.all())
    lan = make_account("lan", Role.EDITOR, ward=ward)
    ours = LessonVersion.objects.create(lesson=first, number=2, title="Của phường", state="approved", origin="office")
    publishing.publish(ours, by=None)
    authoring.discard(authoring.draft_from(first, by=lan, said={"title": "Từ tệp"}), by=lan)
    authoring.discard(authoring.start_version(second, by=lan), by=lan)
    lesson_of(folder, "01-bat-may", title="Từ tệp")
    lesson_of(folder, "02-goi-dien", title="Từ tệp", requires=["bat-may"])
    assert verdicts(ward, folder) == ["local", "newer"]
    first.refresh_from_db()
    assert first.published == ours


def test_a_course_that_was_arranged_by_hand_stays_as_it_is(ward, folder):
    verdicts(ward, folder)
    Course.objects.update(title="Tên của phường", revision=1)
    (folder / "khoa.yaml").write_text("title: Tên mới trong tệp")
    verdicts(ward, folder)
    assert Course.objects.get().title == "Tên của phường"


def test_a_lesson_that_left_the_files_leaves_the_course_and_stays_as_a_lesson(ward, folder):
    verdicts(ward, folder)
    for path in (folder / "02-goi-dien").iterdir():
        path.unlink()
    (folder / "02-goi-dien").rmdir()
    assert verdicts(ward, folder) == ["same"]
    assert Course.objects.get().places.count() == 1 and ward.lessons.count() == 2


def test_files_with_faults_load_nothing(ward, folder):
    lesson_of(folder, "02-goi-dien", title="")
    with pytest.raises(ValueError, match="Thiếu “title”"):
        loading.load(ward, read_course(folder), by=None)
    assert not ward.lessons.exists() and not Course.objects.exists()


def test_a_drawing_that_runs_something_is_refused_and_nothing_is_kept(ward, folder):
    (folder / "02-goi-dien" / "nut.svg").write_bytes(b"<svg")
    with pytest.raises((Refused, ValueError)):
        loading.load(ward, read_course(folder), by=None)
    assert not ward.lessons.exists()


def test_each_ward_has_its_own(ward, folder):
    verdicts(ward, folder)
    other = make_ward("Ân Tường", code="20000", slug="an-tuong")
    assert verdicts(other, folder) == ["new", "new"]
    assert Course.objects.filter(ward=other).count() == 1
