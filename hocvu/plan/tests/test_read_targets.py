"""Figures as plans really write them, in task results and in target lines: each read as said, or doubted."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import PlanReading
from hocvu.plan.reading.tasks import measures_of

COLUMNS = ("TT", "Nội dung nhiệm vụ", "Đơn vị chủ trì", "Kết quả", "Thời gian")

Said = tuple[int | None, str, float, str]


def reading_of_result(result: str, folder: Path) -> PlanReading:
    """A Word plan of one task with this result."""
    document = Document()
    for line in ("KẾ HOẠCH", "Phổ cập kỹ năng số", "I. NHIỆM VỤ", "1. Thực hiện theo Phụ lục."):
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=len(COLUMNS))
    row = ("1", "Mở lớp kỹ năng số", "Phòng Văn hóa - Xã hội", result, "Tháng 8/2025")
    for cells, texts in ((table.rows[0].cells, COLUMNS), (table.add_row().cells, row)):
        for cell, text in zip(cells, texts, strict=True):
            cell.text = text
    document.save(str(folder / "ke-hoach.docx"))
    return read_file(folder / "ke-hoach.docx")[1]


def reading_of_targets(folder: Path, *lines: str, heading: str = "1. Năm 2026") -> PlanReading:
    """A plan as text that sets these targets."""
    before = ("KẾ HOẠCH", "Phổ cập kỹ năng số", "I. MỤC ĐÍCH", "- Cho mọi người cùng biết.", "II. CHỈ TIÊU", heading)
    text = "\n\n".join([*before, *lines, "III. NHIỆM VỤ", "1. Thực hiện theo Phụ lục."])
    (folder / "ke-hoach.txt").write_text(text, encoding="utf-8")
    return read_file(folder / "ke-hoach.txt")[1]


def reasons(reading: PlanReading, path: str) -> str:
    return " ".join(doubt.reason for doubt in reading.doubts if doubt.path.startswith(path))


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("- 10 video", [(None, "=", 10, "video")]),
        ("- 10 video - 05 clip", [(None, "=", 10, "video"), (None, "=", 5, "clip")]),
        ("600 ngư dân được tập huấn", [(None, "=", 600, "ngư dân")]),
        ("20 băng rôn", [(None, "=", 20, "băng rôn")]),
        ("100 giải", [(None, "=", 100, "giải")]),
        ("300 giấy", [(None, "=", 300, "giấy")]),
        ("2 bản tin/ngày", [(None, "=", 2, "bản tin/ngày")]),
        ("02 lớp, mỗi lớp 15 người", [(None, "=", 2, "lớp"), (None, "=", 15, "người/lớp")]),
        ("Mỗi tuần ít nhất 03 bài", [(None, ">=", 3, "bài/tuần")]),
        ("Hằng tháng đăng 04 tin, bài", [(None, "=", 4, "tin, bài/tháng")]),
        ("Năm 2025: 60%; 2026: 90%", [(2025, "=", 60, "%"), (2026, "=", 90, "%")]),
        ("60% năm 2025, 90% năm 2026", [(2025, "=", 60, "%"), (2026, "=", 90, "%")]),
        ("10 lớp; năm 2025 đạt 60%", [(None, "=", 10, "lớp"), (2025, "=", 60, "%")]),
        ("Năm 2025: 60% hộ; 10 lớp", [(2025, "=", 60, "%"), (2025, "=", 10, "lớp")]),
        ("Tổng đài 1022 nhận 300 cuộc gọi", [(None, "=", 300, "cuộc gọi")]),
    ],
)
def test_it_reads_the_figures_of_a_result(result: str, said: list[Said], tmp_path: Path) -> None:
    reading = reading_of_result(result, tmp_path)
    assert [(m.year, m.comparator, m.value, m.unit) for m in reading.tasks[0].measures] == said
    assert not reasons(reading, "tasks[0].measures")


@pytest.mark.parametrize(
    ("result", "said", "reason"),
    [
        ("05-07 lớp", [(None, ">=", 5, "lớp")], "một khoảng"),
        ("Từ 02 đến 03 lớp/quý", [(None, ">=", 2, "lớp/quý")], "một khoảng"),
        ("Tăng 20% so với năm 2024", [(None, "=", 20, "%")], "mức tăng"),
        ("Giảm 30% hồ sơ giấy", [(None, "=", 30, "%")], "mức giảm"),
        ("80 sọt hải sản truy xuất được", [(None, "=", 80, "sọt hải")], "đếm cái gì"),
        ("Mỗi thôn 01 đội, 05 cán bộ", [(None, "=", 1, "đội/thôn"), (None, "=", 5, "cán bộ/thôn")], "theo mỗi thôn"),
        ("2025 người được học", [(None, "=", 2025, "người")], "có thể là một năm"),
        ("12/12 thôn có lớp", [], "12/12"),
        ("Xong trong 30 ngày", [], "30"),
        ("Mở hai lớp", [], "hai lớp"),
    ],
)
def test_it_doubts_a_figure_that_it_half_understands(
    result: str, said: list[Said], reason: str, tmp_path: Path
) -> None:
    reading = reading_of_result(result, tmp_path)
    assert [(m.year, m.comparator, m.value, m.unit) for m in reading.tasks[0].measures] == said
    assert reason in reasons(reading, "tasks[0].measures")


@pytest.mark.parametrize(
    "result",
    [
        "Báo cáo trước ngày 10/10 hằng năm",
        "Thực hiện Nghị định 13 và Quyết định số 06/QĐ-TTg",
        "Gọi Tổng đài 1022 hoặc 0912345678",
        "Hoạt động đến hết 31/12/2026, giai đoạn 2025 - 2030",
        "Mô hình “Mỗi nhà 3 không”, mạng 5G",
        "Dịch vụ công mức độ 4 cho công dân từ 16 tuổi",
        "Công nghiệp 4.0",
    ],
)
def test_it_counts_no_date_document_telephone_or_name(result: str, tmp_path: Path) -> None:
    reading = reading_of_result(result, tmp_path)
    assert reading.tasks[0].measures == []
    assert not reasons(reading, "tasks[0].measures")


def test_what_is_counted_holds_no_word_of_the_next_figure() -> None:
    counted = [measure.what for measure in measures_of("03 hội nghị với 450 đại biểu, mỗi hội nghị 02 buổi")]
    assert counted == ["hội nghị", "đại biểu", "buổi"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "100% hộ gia đình có ít nhất 01 thành viên biết dùng dịch vụ công.",
            [("households", "hộ gia đình", "=", 100, "%")],
        ),
        (
            "Tối thiểu mỗi hộ gia đình có 01 người biết dùng dịch vụ công.",
            [("households", "hộ gia đình", ">=", 1, "người/hộ gia đình")],
        ),
        (
            "Mỗi tháng trên địa bàn xã mở ít nhất 04 lớp, mỗi lớp tối thiểu 25 học viên.",
            [("other", "lớp", ">=", 4, "lớp/tháng"), ("students", "học viên", ">=", 25, "học viên/lớp")],
        ),
        (
            "Trên 90% đảng viên có tài khoản; trong đó 100% cấp ủy viên.",
            [("officials", "đảng viên", ">", 90, "%"), ("officials", "cấp ủy viên", "=", 100, "%")],
        ),
        (
            "60% hộ kinh doanh (tương đương 240 hộ) có mã QR.",
            [("households", "hộ kinh doanh", "=", 60, "%")],
        ),
        (
            "Có từ 2.500 người trở lên được xác nhận kỹ năng số.",
            [("adults", "người", ">=", 2500, "người")],
        ),
        (
            "3.000 người lao động tự do được tập huấn.",
            [("workers", "người lao động tự do", "=", 3000, "người lao động")],
        ),
        (
            "Đối với cán bộ, công chức, viên chức: 100% sử dụng chữ ký số.",
            [("officials", "cán bộ, công chức, viên chức", "=", 100, "%")],
        ),
        (
            "60% cán bộ, công chức và ít nhất 200 người dân từ 15 tuổi có chữ ký số.",
            [
                ("officials", "cán bộ, công chức", "=", 60, "%"),
                ("adults", "người dân từ 15 tuổi", ">=", 200, "người dân"),
            ],
        ),
    ],
)
def test_it_reads_what_a_target_says_of_whom(
    line: str, said: list[tuple[str, str, str, float, str]], tmp_path: Path
) -> None:
    reading = reading_of_targets(tmp_path, f"- {line}")
    assert [(t.audience, t.audience_text, t.comparator, t.value, t.unit) for t in reading.targets] == said
    assert {target.year for target in reading.targets} == {2026}
    assert not [doubt for doubt in reading.doubts if doubt.path.startswith("targets") and "audience" not in doubt.path]


@pytest.mark.parametrize(
    ("line", "value", "reason"),
    [
        ("Giảm 50% số hồ sơ giấy.", 50, "mức giảm"),
        ("Không để trên 10% hộ nghèo chưa được tiếp cận.", 10, "không được vượt"),
        ("Dưới 5% hộ chưa có tài khoản số.", 5, "mức trần"),
        ("100% trường học tổ chức ít nhất 02 lớp kỹ năng số.", 100, "điều kiện"),
        ("Tăng 20% số người dân có tài khoản so với năm 2025.", 20, "mức tăng"),
    ],
)
def test_it_doubts_a_direction_that_no_sign_can_say(line: str, value: float, reason: str, tmp_path: Path) -> None:
    reading = reading_of_targets(tmp_path, f"- {line}")
    assert [(target.year, target.comparator, target.value) for target in reading.targets] == [(2026, "=", value)]
    assert reason in reasons(reading, "targets[0].value")


def test_each_figure_of_a_line_has_its_own_year(tmp_path: Path) -> None:
    reading = reading_of_targets(
        tmp_path, "- 80% người dân vào năm 2025 và 100% vào năm 2026.", "- Năm 2025: 60% hộ gia đình; năm 2026: 90%."
    )
    said = [(target.year, target.audience, target.value) for target in reading.targets]
    assert said == [(2025, "adults", 80), (2026, "adults", 100), (2025, "households", 60), (2026, "households", 90)]


def test_a_line_above_bullets_says_when_and_who(tmp_path: Path) -> None:
    reading = reading_of_targets(
        tmp_path,
        "Phấn đấu đến ngày 31/12/2025:",
        "- 80% người dân biết dùng dịch vụ công.",
        "- 100% cán bộ có chữ ký số.",
        "Phấn đấu đến 30/6/2026:",
        "- 90% người dân biết dùng dịch vụ công.",
        "Đối với học sinh, năm 2027:",
        "- 100% biết tự bảo vệ mình trên mạng.",
        heading="1. Chỉ tiêu cụ thể",
    )
    said = [(target.year, target.audience, target.value) for target in reading.targets]
    assert said == [(2025, "adults", 80), (2025, "officials", 100), (2026, "adults", 90), (2027, "students", 100)]


def test_a_number_that_is_no_target_is_shown(tmp_path: Path) -> None:
    reading = reading_of_targets(tmp_path, "Duy trì trong 90 ngày đêm.", "- 80% người dân được tập huấn trong 30 ngày.")
    assert "30" in reasons(reading, "targets[0].value")
    assert any(doubt.path == "targets" and "90" in doubt.reason for doubt in reading.doubts)


def reading_of_table(folder: Path, *rows: tuple[str, ...], heading: str = "1. Chỉ tiêu cụ thể") -> PlanReading:
    """A Word plan whose section of targets has one bullet and this table."""
    document = Document()
    for line in ("KẾ HOẠCH", "Phổ cập kỹ năng số", "I. MỤC ĐÍCH", "- Cho mọi người.", "II. CHỈ TIÊU", heading):
        document.add_paragraph(line)
    document.add_paragraph("- Năm 2026: 80% người dân biết dùng dịch vụ công.")
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for line in ("III. NHIỆM VỤ", "1. Thực hiện theo Phụ lục."):
        document.add_paragraph(line)
    document.save(str(folder / "ke-hoach.docx"))
    return read_file(folder / "ke-hoach.docx")[1]


def said_in_table(reading: PlanReading) -> list[tuple[int | None, str, str, float, str]]:
    return [(t.year, t.audience, t.comparator, t.value, t.unit) for t in reading.targets[1:]]


def test_it_reads_a_table_of_targets(tmp_path: Path) -> None:
    reading = reading_of_table(
        tmp_path,
        ("TT", "Chỉ tiêu", "Đơn vị tính", "Chỉ tiêu năm 2026"),
        ("1", "Số lớp kỹ năng số", "lớp", "24"),
        ("2", "Tỷ lệ hộ có mã QR", "%", "≥ 70"),
    )
    assert said_in_table(reading) == [(2026, "other", "=", 24, "lớp"), (2026, "households", ">=", 70, "%")]
    assert [target.place.section for target in reading.targets] == ["II.1"] * 3
    assert reading.targets[2].text == "Tỷ lệ hộ có mã QR ≥ 70 %"


def test_a_table_of_several_years_gives_a_target_for_each(tmp_path: Path) -> None:
    reading = reading_of_table(
        tmp_path,
        ("STT", "Nội dung chỉ tiêu", "ĐVT", "Năm 2025", "Năm 2026", "Ghi chú"),
        ("I", "Cán bộ, công chức", "", "", "", ""),
        ("1", "Sử dụng chữ ký số", "%", "trên 80", "100", ""),
        ("2", "Số người dân được học", "Người", "1.200", "2.500 trở lên", "Toàn xã"),
    )
    assert said_in_table(reading) == [
        (2025, "officials", ">", 80, "%"),
        (2026, "officials", "=", 100, "%"),
        (2025, "adults", "=", 1200, "người"),
        (2026, "adults", ">=", 2500, "người"),
    ]


def test_what_a_table_of_targets_does_not_say_clearly_is_doubted(tmp_path: Path) -> None:
    reading = reading_of_table(
        tmp_path,
        ("TT", "Chỉ tiêu", "Thực hiện năm 2025", "Kế hoạch năm 2026"),
        ("1", "Tỷ lệ người dân có tài khoản (%)", "60", "70 - 80"),
        ("2", "Mô hình tiêu biểu", "", "Có"),
    )
    assert said_in_table(reading) == [(2026, "adults", ">=", 70, "%")]
    assert "một khoảng" in reasons(reading, "targets[1].value")
    assert "Mô hình tiêu biểu" in reasons(reading, "targets")
    assert "Thực hiện năm 2025" in reasons(reading, "targets")


def test_a_table_that_sets_no_target_is_named_in_a_doubt(tmp_path: Path) -> None:
    reading = reading_of_table(tmp_path, ("Họ và tên", "Chức vụ"), ("Nguyễn Thị A", "Chủ tịch"))
    assert len(reading.targets) == 1
    assert "Họ và tên | Chức vụ" in reasons(reading, "targets")


def test_a_table_of_targets_without_its_ruling_is_doubted(tmp_path: Path) -> None:
    cells = ("TT", "Chỉ tiêu", "Đơn vị tính", "Chỉ tiêu năm 2026", "1", "Số lớp kỹ năng số", "lớp", "24")
    reading = reading_of_targets(tmp_path, "- 80% người dân biết dùng dịch vụ công.", *cells)
    assert "mất khung" in reasons(reading, "targets")
