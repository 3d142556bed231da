"""Frameworks: read from files and spreadsheets, kept in versions, shown side by side."""

from __future__ import annotations

import dataclasses
import io
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hocvu.learning.frameworks import books, keeping, saying, written
from hocvu.learning.frameworks.saying import Said, SaidCompetence, SaidDescriptor, SaidLevel, SaidLink
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, CompetenceLink, Framework
from hocvu.learning.tests.cast import make_lesson
from hocvu.lib.refusals import Refusal
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

FOLDER = settings.ROOT / "content/frameworks"


def small(**changed: Any) -> Said:
    return dataclasses.replace(books.TEMPLATE, **{"links": [], **changed})


@pytest.fixture
def ours(db: None) -> None:
    call_command("load_frameworks", stdout=StringIO())


# ---- The files of the house


@pytest.mark.parametrize("name", ["hocvu", "tt02", "qd757"])
def test_the_files_have_no_faults(name: str):
    assert saying.faults_of(written.read_file(FOLDER / f"{name}.yaml")) == []


def test_the_working_framework_says_what_people_can_do_at_each_level_of_each_competence():
    said = written.read_file(FOLDER / "hocvu.yaml")
    for one in said.competences:
        if one.parent:
            levels = {d.level for d in said.descriptors if d.competence == one.code and not d.group}
            assert levels == {"B1", "B2", "B3"}, one.code
    assert {d.group for d in said.descriptors} == {"", *GROUPS} - {"adults"}


def test_the_pupils_framework_is_whole_in_its_components_and_says_what_is_only_inferred():
    said = written.read_file(FOLDER / "tt02.yaml")
    assert sum(bool(one.parent) for one in said.competences) == 24 and len(said.levels) == 8
    assert said.content == "part" and "Suy ra" in said.levels[5].gist and "Suy ra" not in said.levels[0].gist
    assert said.descriptors == []


def test_decision_757_has_nothing_that_could_be_cited(ours):
    framework = Framework.objects.get(code="qd757")
    assert framework.content == "missing" and not framework.competences.exists() and not framework.levels.exists()
    assert keeping.titles_of(["qd757/1", "hocvu/4.2"]) == {"hocvu/4.2": "Giữ mã OTP, nhận ra lừa đảo và biết dừng lại"}


def test_loading_twice_changes_nothing_and_each_is_in_the_trail_once(ours):
    call_command("load_frameworks", stdout=(said := StringIO()))
    assert said.getvalue().count("đã có, không đổi") == 3
    assert Framework.objects.count() == 3
    assert AuditEntry.objects.filter(action="loaded a framework").count() == 3


def test_a_changed_file_under_a_known_version_is_refused_in_a_sentence(ours, tmp_path: Path):
    changed = (FOLDER / "hocvu.yaml").read_text().replace("Làm quen", "Mới làm quen")
    path = tmp_path / "hocvu.yaml"
    path.write_text(changed)
    with pytest.raises(CommandError, match="không đổi lặng lẽ"):
        call_command("load_frameworks", str(path), stdout=StringIO())
    assert not Framework.objects.filter(levels__title="Mới làm quen").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code: [", "không đọc được"),
        ("- a", "tên: giá trị"),
        ("code: x\nlevel: 1", "Không có mục tên “level”"),
        ("code: x\nvalid_from: hôm qua", "phải là ngày"),
        ("code: x\nlevels: [{code: B1, number: một, title: A}]", "số nguyên"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, words: str):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    assert words in " ".join(saying.faults_of(written.read_file(path)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "Tên"}, "chữ thường không dấu"),
        ({"version": ""}, "Thiếu phiên bản"),
        ({"kind": "law"}, "Loại “law” không có"),
        ({"groups": ["cats"]}, "Nhóm đối tượng “cats” không có"),
        ({"content": "missing"}, "không được có bậc"),
        ({"levels": []}, "chưa có bậc nào"),
        ({"levels": [SaidLevel(1, "B1", "A"), SaidLevel(2, "B1", "B")]}, "Có hai bậc “B1”"),
        ({"competences": [SaidCompetence("1.1", "1", "X")]}, "không có miền đó"),
        ({"descriptors": [SaidDescriptor("1.1", "B9", "", "", "x")]}, "không có bậc đó"),
        ({"descriptors": [SaidDescriptor("9", "B1", "cats", "", "")]}, "không có nhóm “cats”"),
        ({"links": [SaidLink("1.1", "vi-du/1.1")]}, "mã khung khác"),
        ({"title": "x" * 300}, "rút còn 200"),
        ({"valid_to": date(2025, 1, 1)}, "đứng trước"),
    ],
)
def test_each_fault_is_a_sentence(changed: dict[str, Any], words: str):
    assert words in " ".join(saying.faults_of(small(**changed)))


# ---- Versions


@pytest.mark.django_db
def test_a_new_version_ends_the_one_before_and_keeps_what_others_point_at():
    old = keeping.load(small(), by=None)
    other = keeping.load(small(code="khac", links=[SaidLink("1.1", "vi-du/1.1", "gần")]), by=None)
    new = keeping.load(small(version="2.0", valid_from=date(2026, 7, 1), title="Bản hai"), by=None)
    old.refresh_from_db()
    assert (old.valid_to, new.valid_to) == (date(2026, 6, 30), None)
    pointed = CompetenceLink.objects.filter(one__framework=other).values_list("other__framework__version", flat=True)
    assert set(pointed) == {"1.0", "2.0"}
    assert keeping.judge(keeping.said_of(old)).verdict == "same"
    assert keeping.judge(keeping.said_of(other)).verdict == "same"


@pytest.mark.django_db
def test_a_version_that_would_hold_before_one_that_is_there_is_refused():
    keeping.load(small(), by=None)
    with pytest.raises(Refusal, match="phải có hiệu lực sau"):
        keeping.load(small(version="0.9", valid_from=date(2025, 1, 1)), by=None)


@pytest.mark.django_db
def test_a_link_to_something_unknown_is_refused():
    with pytest.raises(Refusal, match="chưa có năng lực đó"):
        keeping.load(small(links=[SaidLink("1.1", "tt02/4.1")]), by=None)


# ---- Spreadsheets

text = st.text("aăâbcđêghươ ĐỆ=+-@'\"0123456789.,()", max_size=40).map(saying.words)
some = text.filter(bool)


@st.composite
def frameworks(draw: st.DrawFn) -> Said:
    levels = [SaidLevel(n, f"B{n}", draw(some), draw(text)) for n in range(1, draw(st.integers(1, 3)) + 1)]
    competences, codes = [], []
    for domain in range(1, draw(st.integers(1, 3)) + 1):
        competences.append(SaidCompetence(str(domain), "", draw(some), draw(text)))
        for inside in range(1, draw(st.integers(1, 3)) + 1):
            codes.append(f"{domain}.{inside}0")  # "1.10" must not become the number 1.1
            competences.append(SaidCompetence(codes[-1], str(domain), draw(some), draw(text)))
    descriptors = [
        SaidDescriptor(code, draw(st.sampled_from(levels)).code, draw(st.sampled_from(["", *GROUPS])), draw(text), draw(some))
        for code in codes
        for _ in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    return small(
        title=draw(some), note=draw(text), source=draw(some), issuer=draw(text), levels=levels,
        groups=draw(st.lists(st.sampled_from(list(GROUPS)), unique=True)), competences=competences,
        descriptors=descriptors, valid_from=draw(st.dates(date(2000, 1, 1), date(2090, 1, 1))),
    )  # fmt: skip


@given(frameworks())
def test_what_goes_out_as_a_spreadsheet_comes_back_the_same(said: Said):
    back = books.read(books.write(said), "khung.xlsx")
    assert back.unread == []
    assert saying.digest_of(back) == saying.digest_of(said)
    assert saying.from_plain(saying.as_plain(said)) == saying.in_order(said)


@pytest.mark.django_db
@given(frameworks())
@hypothesis_settings(max_examples=8)
def test_what_is_kept_goes_out_and_comes_in_without_a_change(said: Said):
    from django.db import transaction

    with transaction.atomic():
        kept = keeping.load(said, by=None)
        out = books.write(keeping.said_of(kept))
        assert keeping.judge(books.read(out, "a.xlsx")).verdict == "same"
        transaction.set_rollback(True)


def test_the_house_frameworks_go_out_and_come_in_without_a_change(ours):
    for framework in Framework.objects.all():
        out = books.write(keeping.said_of(framework))
        assert keeping.judge(books.read(out, "a.xlsx")).verdict == "same", framework


# ---- Pages


@pytest.fixture
def ward(db: None) -> Ward:
    return make_ward()


@pytest.fixture
def admin(client: Any, ward: Ward) -> Account:
    account = make_account("quan-tri", Role.ADMINISTRATOR)
    client.force_login(account)
    return account


def test_everybody_reads_which_frameworks_there_are(client, ward, ours):
    page = client.get("/hoc/khung/").content.decode()
    assert "757/QĐ-BKHCN" in page and "Chưa nạp được phụ lục" in page and "Khung làm việc của dự án" in page
    assert "chưa có trong tay" in page


def test_a_framework_shows_levels_competences_mapping_and_the_lessons_that_teach_it(client, ward, ours):
    make_lesson(ward, competences=["hocvu/4.2"])
    page = client.get("/hoc/khung/hocvu/1.0/").content.decode()
    assert "Tự làm (B2)" in page and "tt02/4.2 Bảo vệ dữ liệu cá nhân" in page
    assert page.count("/hoc/bai/khong-doc-ma-otp/") == 1
    beside = client.get("/hoc/khung/tt02/2025/").content.decode()
    assert "hocvu/4.2" in beside and "/hoc/bai/khong-doc-ma-otp/" in beside and "Mới nạp một phần" in beside
    assert "không bài học, bài kiểm tra hay giấy xác nhận nào" in client.get("/hoc/khung/qd757/1.0/").content.decode()
    assert client.get("/hoc/khung/hocvu/9/").status_code == 404


def test_a_group_reads_its_own_words_where_there_are_any(client, ward, ours):
    page = client.get("/hoc/khung/hocvu/1.0/?nhom=elderly").content.decode()
    assert "gọi cho người nhà" in page and "có người hỏi mã thì tắt máy" not in page
    assert "Tự nhận ra các cách lừa quen thuộc" in page and "hạn mức" in page
    assert client.get("/hoc/khung/hocvu/1.0/?nhom=x").status_code == 200


def test_a_framework_leaves_as_a_spreadsheet(client, ward, ours):
    answer = client.get("/hoc/khung/hocvu/1.0/?dinh-dang=xlsx")
    assert keeping.judge(books.read(answer.content, "a.xlsx")).verdict == "same"


def hand_in(client: Any, content: bytes, name: str = "khung.xlsx") -> Any:
    return client.post("/khung-ky-nang/nap/", {"file": SimpleUploadedFile(name, content)})


def test_an_administrator_looks_before_a_framework_is_kept(client, ward, admin):
    template = client.get("/khung-ky-nang/mau/")
    said = dataclasses.replace(books.read(template.content, "mau.xlsx"), links=[])
    answer = hand_in(client, books.write(said))
    assert answer.status_code == 200 and "Khung mới" in answer.content.decode()
    assert not Framework.objects.exists()
    client.post("/khung-ky-nang/nap/ghi/", {"khung": answer.context["signed"]})
    kept = Framework.objects.get()
    assert (kept.code, kept.loaded_by, Competence.objects.count()) == ("vi-du", admin, 2)
    again = hand_in(client, books.write(said))
    assert "không có gì thay đổi" in again.content.decode() and "Xác nhận nạp" not in again.content.decode()
    assert "vi-du" in client.get("/khung-ky-nang/").content.decode()


def test_a_book_with_faults_is_told_line_by_line_and_nothing_is_kept(client, ward, admin):
    answer = hand_in(client, books.write(small(levels=[], kind="x")))
    assert answer.status_code == 422 and "chưa có bậc nào" in answer.content.decode()
    answer = hand_in(client, b"nothing", "a.xlsx")
    assert answer.status_code == 422
    assert hand_in(client, b"a,b", "a.csv").status_code == 422
    assert not Framework.objects.exists()


def test_what_was_tampered_with_is_refused(client, ward, admin):
    answer = client.post("/khung-ky-nang/nap/ghi/", {"khung": "x:y:z"}, follow=True)
    assert "gửi lại tệp" in answer.content.decode() and not Framework.objects.exists()


def test_only_administrators_load(client, ward):
    client.force_login(make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội")))
    for path in ("/khung-ky-nang/", "/khung-ky-nang/nap/", "/khung-ky-nang/mau/"):
        assert client.get(path).status_code == 403


def test_a_book_whose_columns_are_gone_says_which():
    import xlsxwriter

    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as made:
        made.add_worksheet("khung").write_row(0, 0, ["Mã khung", "x"])
        made.add_worksheet("bậc").write_row(0, 0, ["Số bậc", "Mã bậc"])
    said = books.read(kept.getvalue(), "a.xlsx")
    assert "thiếu cột “Tên bậc”" in " ".join(said.unread)


def test_questions_do_not_grow_with_competences(client, ward, ours, django_assert_max_num_queries):
    client.get("/hoc/khung/hocvu/1.0/")
    with django_assert_max_num_queries(14):
        client.get("/hoc/khung/hocvu/1.0/")
