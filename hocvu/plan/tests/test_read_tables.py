"""Tables as other communes draw them: their headings, their shared columns, their sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from docx import Document

from hocvu.plan.reading import read_file
from hocvu.plan.reading.names import is_unit, unit_parts
from hocvu.plan.reading.shape import PlanReading, TaskRead

HEAD = ["STT", "Nhiệm vụ", "Đơn vị chủ trì", "Đơn vị phối hợp", "Kết quả", "Thời gian"]
ROW = ["1", "Mở lớp học buổi tối", "Phòng Kinh tế", "Công an xã", "12 lớp", "Năm 2026"]

Grid = Sequence[Sequence[str]]
Read = Callable[..., PlanReading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a plan of a few lines and these tables; a text between them is a line of its own."""

    def read(*blocks: Grid | str) -> PlanReading:
        document = Document()
        for text in ("KẾ HOẠCH", "Triển khai phong trào", "I. MỤC ĐÍCH", "Giúp mọi người cùng học.", "PHỤ LỤC"):
            document.add_paragraph(text)
        for block in blocks:
            if isinstance(block, str):
                document.add_paragraph(block)
            else:
                draw(document, block)
        path = tmp_path / "ke-hoach.docx"
        document.save(str(path))
        return read_file(path)[1]

    return read


def draw(document: object, grid: Grid) -> None:
    """A table; "<" goes on with the cell to the left and "^" with the one above."""
    table = document.add_table(rows=len(grid), cols=len(grid[0]))  # type: ignore[attr-defined]
    for at, row in enumerate(grid):
        for place, text in enumerate(row):
            if text not in ("<", "^"):
                table.cell(at, place).text = text
    for at, row in enumerate(grid):
        for place, text in enumerate(row):
            if text in ("<", "^"):
                before = table.cell(at, place - 1) if text == "<" else table.cell(at - 1, place)
                words = before.text
                before.merge(table.cell(at, place)).text = words


def reasons(reading: PlanReading, path: str) -> list[str]:
    """Why a person must look at a path or at what lies inside it."""
    return [doubt.reason for doubt in reading.doubts if doubt.path.startswith(path)]


def leads(task: TaskRead) -> list[str]:
    return [unit.text for unit in task.leads]


def coordinators(task: TaskRead) -> list[str]:
    return [unit.text for unit in task.coordinators]


# --- headings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Chỉ tiêu, sản phẩm",
        "Chỉ tiêu",
        "Đầu ra",
        "Chỉ tiêu/ Kết quả đầu ra",
        "Sản phẩm đầu ra",
        "Kết quả, sản phẩm",
    ],
)
def test_it_knows_the_column_of_results(read: Read, title: str) -> None:
    [task] = read([["STT", "Nhiệm vụ", "Đơn vị chủ trì", title, "Thời gian"], ["1", "Mở lớp", "Phòng Kinh tế",
                    "Ít nhất 12 lớp", "Năm 2026"]]).tasks  # fmt: skip
    assert (task.result, [measure.value for measure in task.measures]) == ("Ít nhất 12 lớp", [12.0])
    assert task.extra == {}


def test_it_leaves_the_targets_beside_a_column_of_results_aside(read: Read) -> None:
    [task] = read([[*HEAD[:3], "Chỉ tiêu", "Sản phẩm", "Thời gian"], ROW]).tasks
    assert (task.result, task.extra) == ("12 lớp", {"Chỉ tiêu": "Công an xã"})


def test_it_says_once_that_a_table_has_no_results(read: Read) -> None:
    rows = [[str(number), *ROW[1:4], "Năm 2026"] for number in (1, 2)]
    reading = read([[*HEAD[:4], "Thời gian"], *rows])
    assert [doubt.path for doubt in reading.doubts if "không có cột kết quả" in doubt.reason] == ["tasks[0]"]


@pytest.mark.parametrize(
    ("begins", "ends", "text", "span"),
    [
        ("01/8/2025", "30/9/2025", "Từ 01/8/2025 đến 30/9/2025", ("range", "2025-08-01", "2025-09-30")),
        ("Tháng 8/2025", "Tháng 3/2026", "Từ Tháng 8/2025 đến Tháng 3/2026", ("months", "2025-08", "2026-03")),
        ("Từ tháng 8/2025", "đến tháng 3/2026", "Từ tháng 8/2025 đến tháng 3/2026", ("months", "2025-08", "2026-03")),
    ],
)
def test_it_reads_a_beginning_and_an_end_as_one_period(
    read: Read, begins: str, ends: str, text: str, span: tuple[str, str, str]
) -> None:
    upper = [*HEAD[:5], "Thời gian", "<"]
    lower = ["^", "^", "^", "^", "^", "Bắt đầu", "Kết thúc"]
    reading = read([upper, lower, [*ROW[:5], begins, ends], ["2", *ROW[1:5], begins, ends]])
    for task in reading.tasks:
        assert task.period.text == text
        assert (task.period.kind, task.period.from_, task.period.to) == span
        assert task.extra == {}
    assert reasons(reading, "tasks") == []


@pytest.mark.parametrize(
    ("begins", "ends", "text"),
    [("01/8/2025", "", "01/8/2025"), ("", "30/9/2025", "Đến 30/9/2025"), ("Năm 2026", "<", "Năm 2026")],
)
def test_half_a_period_is_doubted(read: Read, begins: str, ends: str, text: str) -> None:
    full = [*ROW[:5], "01/6/2025", "01/7/2025"]
    reading = read([[*HEAD[:5], "Ngày bắt đầu", "Ngày kết thúc"], full, ["2", *ROW[1:5], begins, ends]])
    assert reading.tasks[1].period.text == text
    assert reasons(reading, "tasks[1].period")


# --- one column for leads and coordinators --------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    ["Đơn vị chủ trì/ phối hợp", "Đơn vị chủ trì, phối hợp", "Chủ trì - Phối hợp", "Đơn vị thực hiện"],
)
@pytest.mark.parametrize(
    ("cell", "first", "others"),
    [
        ("Phòng Văn hóa - Xã hội/ các thôn", ["Phòng Văn hóa - Xã hội"], ["các thôn"]),
        ("Phòng Kinh tế, Công an xã/ các thôn", ["Phòng Kinh tế", "Công an xã"], ["các thôn"]),
        ("Phòng Kinh tế; Công an xã; các thôn", ["Phòng Kinh tế"], ["Công an xã", "các thôn"]),
        ("Phòng Kinh tế\nCông an xã", ["Phòng Kinh tế"], ["Công an xã"]),
        ("- Chủ trì: Phòng Kinh tế\n- Phối hợp: Công an xã, các thôn", ["Phòng Kinh tế"], ["Công an xã", "các thôn"]),
        ("Phòng Kinh tế chủ trì, phối hợp với Công an xã", ["Phòng Kinh tế"], ["Công an xã"]),
    ],
)
def test_it_parts_a_shared_column_and_says_so(
    read: Read, title: str, cell: str, first: list[str], others: list[str]
) -> None:
    reading = read([["STT", "Nhiệm vụ", title, "Kết quả", "Thời gian"], ["1", "Mở lớp", cell, "12 lớp", "Năm 2026"]])
    [task] = reading.tasks
    assert (leads(task), coordinators(task)) == (first, others)
    assert [reason for reason in reasons(reading, "tasks[0]") if "chung một cột" in reason]


def test_a_single_unit_in_a_shared_column_leads(read: Read) -> None:
    reading = read([["STT", "Nhiệm vụ", "Đơn vị thực hiện", "Kết quả", "Thời gian"],
                    ["1", "Mở lớp", "Phòng Kinh tế, Hạ tầng và Đô thị", "12 lớp", "Năm 2026"]])  # fmt: skip
    assert leads(reading.tasks[0]) == ["Phòng Kinh tế, Hạ tầng và Đô thị"]
    assert reasons(reading, "tasks[0]") == []


# --- sections -------------------------------------------------------------------------------------------------


def sections(reading: PlanReading) -> list[tuple[str | None, str | None]]:
    return [(task.number, task.section) for task in reading.tasks]


@pytest.mark.parametrize("blank", ["", "<"])
def test_a_row_above_its_own_decimals_is_a_section(read: Read, blank: str) -> None:
    reading = read([
        HEAD,
        ["1", "Công tác tuyên truyền", *[blank] * 4],
        ["1.1", *ROW[1:]],
        ["1.2", *ROW[1:]],
        ["2.", "Công tác đào tạo", *[blank] * 4],
        ["2.1", *ROW[1:]],
        ["3", *ROW[1:]],
    ])  # fmt: skip
    assert reading.sections == ["Công tác tuyên truyền", "Công tác đào tạo"]
    assert sections(reading) == [
        ("1.1", "Công tác tuyên truyền"),
        ("1.2", "Công tác tuyên truyền"),
        ("2.1", "Công tác đào tạo"),
        ("3", None),
    ]


def test_a_row_without_units_and_without_decimals_is_a_task(read: Read) -> None:
    reading = read([HEAD, ["1", "Mở lớp học", "", "", "", ""], ["2", *ROW[1:]]])
    assert sections(reading) == [("1", None), ("2", None)]
    assert reasons(reading, "tasks[0].leads")


def test_a_group_inside_a_section_ends_with_it(read: Read) -> None:
    reading = read([
        HEAD,
        ["I", "TUYÊN TRUYỀN", "<", "<", "<", "<"],
        ["1", "Trên mạng", "", "", "", ""],
        ["1.1", *ROW[1:]],
        ["2", *ROW[1:]],
        ["II", "ĐÀO TẠO", "<", "<", "<", "<"],
        ["1", *ROW[1:]],
    ])  # fmt: skip
    assert sections(reading) == [("1.1", "Trên mạng"), ("2", "TUYÊN TRUYỀN"), ("1", "ĐÀO TẠO")]


def test_a_section_row_that_names_units_still_opens_its_section(read: Read) -> None:
    reading = read([
        HEAD,
        ["I", "TUYÊN TRUYỀN", "", "", "", ""],
        ["1", *ROW[1:]],
        ["II", "ĐÀO TẠO", "Công an xã", "", "", "Năm 2026"],
        ["2", *ROW[1:]],
        ["3", *ROW[1:]],
    ])  # fmt: skip
    assert reading.sections == ["TUYÊN TRUYỀN", "ĐÀO TẠO"]
    assert sections(reading) == [("1", "TUYÊN TRUYỀN"), ("2", "ĐÀO TẠO"), ("3", "ĐÀO TẠO")]
    [reason] = reasons(reading, "tasks[1]")
    assert "Công an xã | Năm 2026" in reason
    assert not reasons(reading, "tasks[2]")


def test_a_section_row_with_units_and_no_rows_is_a_task_of_its_own(read: Read) -> None:
    last = ["II", "KIỂM TRA", *ROW[2:]]
    reading = read([HEAD, ["I", "TUYÊN TRUYỀN", "", "", "", ""], ROW, last])
    assert sections(reading) == [("1", "TUYÊN TRUYỀN"), ("II", "KIỂM TRA")]
    assert reasons(reading, "tasks[1]")


def test_tasks_may_be_numbered_in_roman(read: Read) -> None:
    reading = read([HEAD, ["I", *ROW[1:]], ["II", *ROW[1:]]])
    assert sections(reading) == [("I", None), ("II", None)]


@pytest.mark.parametrize("title", ["Nhóm nhiệm vụ", "Lĩnh vực", "Nội dung lớn"])
@pytest.mark.parametrize("below", ["^", ""])
def test_a_cell_beside_several_rows_is_their_section(read: Read, title: str, below: str) -> None:
    reading = read([
        [title, *HEAD],
        ["Tuyên truyền", *ROW],
        [below, "2", *ROW[1:]],
        ["Đào tạo", "3", *ROW[1:]],
        [below, "4", *ROW[1:]],
    ])  # fmt: skip
    assert reading.sections == ["Tuyên truyền", "Đào tạo"]
    assert [task.section for task in reading.tasks] == ["Tuyên truyền", "Tuyên truyền", "Đào tạo", "Đào tạo"]
    assert [task.content for task in reading.tasks] == [ROW[1]] * 4
    assert not any(task.extra for task in reading.tasks)


def test_a_column_of_groups_with_no_other_content_holds_the_tasks(read: Read) -> None:
    reading = read([["STT", "Nhóm nhiệm vụ", *HEAD[2:]], ROW])
    assert [task.content for task in reading.tasks] == [ROW[1]]


@pytest.mark.parametrize("dash", ["-", "–", ""])
def test_a_dash_is_no_number(read: Read, dash: str) -> None:
    reading = read([HEAD, ROW, [dash, "Lập tổ hướng dẫn", *ROW[2:]]])
    assert [task.number for task in reading.tasks] == ["1", None]
    assert reasons(reading, "tasks[1].number")


# --- several tables -------------------------------------------------------------------------------------------


def test_a_table_under_a_heading_of_its_own_does_not_inherit_a_section(read: Read) -> None:
    section = ["I", "TUYÊN TRUYỀN", "<", "<", "<", "<"]
    reading = read([HEAD, section, ROW, ["2", *ROW[1:]]], "PHỤ LỤC II", "NHIỆM VỤ CỦA MẶT TRẬN", [HEAD, ROW])
    assert [task.section for task in reading.tasks] == ["TUYÊN TRUYỀN", "TUYÊN TRUYỀN", None]
    assert reading.sections == ["TUYÊN TRUYỀN"]


@pytest.mark.parametrize("head", [[HEAD], []])
def test_a_table_cut_by_a_page_goes_on(read: Read, head: list[list[str]]) -> None:
    section = ["I", "TUYÊN TRUYỀN", "<", "<", "<", "<"]
    index = [f"({number})" for number in range(1, 7)]
    reading = read([HEAD, index, section, ROW], "", [*head, index, ["2", *ROW[1:]]])
    assert [task.section for task in reading.tasks] == ["TUYÊN TRUYỀN", "TUYÊN TRUYỀN"]


# --- names in one cell ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Phòng Kinh tế & Hội Nông dân", ["Phòng Kinh tế", "Hội Nông dân"]),
        ("thôn Đoài và thôn Thượng", ["thôn Đoài", "thôn Thượng"]),
        ("Phòng Kinh tế và hội nông dân xã", ["Phòng Kinh tế", "hội nông dân xã"]),
        ("Phòng VHXH - Công an xã - Đoàn TN", ["Phòng VHXH", "Công an xã", "Đoàn TN"]),
        ("Phòng Văn hóa - Xã hội - Công an xã", ["Phòng Văn hóa - Xã hội", "Công an xã"]),
        ("Trường THCS Lê Lợi, THPT Trần Phú", ["Trường THCS Lê Lợi", "THPT Trần Phú"]),
        ("Trường Mầm non Hoa Sen, Tiểu học Kim Đồng", ["Trường Mầm non Hoa Sen", "Tiểu học Kim Đồng"]),
        ("Thôn 1, 2, 3", ["Thôn 1", "Thôn 2", "Thôn 3"]),
        ("Các tổ dân phố số 4, 5 và 6; Công an phường",
         ["tổ dân phố số 4", "tổ dân phố số 5", "tổ dân phố số 6", "Công an phường"]),
        ("Thôn Đoài, Thượng", ["Thôn Đoài", "Thôn Thượng"]),
    ],
)  # fmt: skip
def test_it_parts_several_names(cell: str, names: list[str]) -> None:
    assert unit_parts(cell, paragraphs=True) == names
    assert all(is_unit(name) for name in names)


@pytest.mark.parametrize(
    "name",
    [
        "Phòng Văn hóa - Xã hội",
        "Các đoàn thể chính trị - xã hội",
        "Văn phòng HĐND và UBND phường",
        "Văn phòng HĐND & UBND phường",
        "Văn phòng Đảng ủy - HĐND - UBND",
        "Phòng Kinh tế, Hạ tầng và Đô thị",
        "Phòng GD&ĐT",
        "Các phòng, ban, đơn vị",
        "Các trường học và trung tâm học tập cộng đồng",
        "Trường Tiểu học và THCS Lê Lợi",
        "Trường TH & THCS Lê Lợi",
        "Tổ dân phố số 4",
    ],
)
def test_it_keeps_one_name_whole(name: str) -> None:
    assert unit_parts(name) == unit_parts(name, paragraphs=True) == [name]
    assert is_unit(name)


def test_a_dash_between_names_is_doubted_where_lines_have_lost_their_breaks() -> None:
    """ "Hội Nông dân - Công an xã" may be two bullets or the end of one cell and the front of the next."""
    name = "Phòng VHXH - Công an xã"
    assert unit_parts(name) == [name]
    assert not is_unit(name)


@pytest.mark.parametrize("name", ["Thôn 1 - 5", "Thôn 1 đến thôn 5"])
def test_a_range_of_neighbourhoods_is_no_unit(name: str) -> None:
    assert not all(is_unit(part) for part in unit_parts(name))
