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
