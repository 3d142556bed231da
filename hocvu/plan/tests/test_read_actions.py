"""Actions of the body: what a row says is left to it, everything else is listed."""

from __future__ import annotations

import time
from pathlib import Path

import docx
from docx.oxml import parse_xml

from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import PlanReading
from hocvu.plan.reading.source import Refused

HEAD = ("STT", "Nội dung công việc", "Đơn vị chủ trì", "Đơn vị phối hợp", "Kết quả", "Thời gian")
BODY = """ỦY BAN NHÂN DÂN
XÃ BÌNH MINH
KẾ HOẠCH
Triển khai phong trào Bình dân học vụ số
I. MỤC ĐÍCH
- Phổ cập kỹ năng số.
II. CHỈ TIÊU
1. Năm 2026
- 80% người dân trong độ tuổi trưởng thành có kỹ năng số.
III. NHIỆM VỤ, GIẢI PHÁP
{actions}
IV. TỔ CHỨC THỰC HIỆN
{orders}
"""


def read(folder: Path, actions: list[str], orders: list[str], rows: list[str], box: str = "") -> PlanReading:
    """A Word plan with these sentences in its body and these rows in its appendix."""
    document = docx.Document()
    for line in BODY.format(actions="\n".join(actions), orders="\n".join(orders)).splitlines():
        document.add_paragraph(line)
    if box:
        document.paragraphs[-1]._p.append(parse_xml(TEXT_BOX.format(text=box)))
    document.add_paragraph("PHỤ LỤC")
    table = document.add_table(rows=1 + len(rows), cols=len(HEAD))
    for cell, words in zip(table.rows[0].cells, HEAD, strict=True):
        cell.text = words
    for number, (row, content) in enumerate(zip(table.rows[1:], rows, strict=True), start=1):
        filled = (str(number), content, "Công an xã", "", "Báo cáo kết quả", "Năm 2026")
        for cell, words in zip(row.cells, filled, strict=True):
            cell.text = words
    path = folder / "ke-hoach.docx"
    document.save(str(path))
    return read_file(path)[1]


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT_BOX = (
    f'<w:r xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
    '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t>'
    "</w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r>"
    "<w:t>{text}</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def said(reading: PlanReading) -> str:
    return " | ".join(action.text for action in reading.body_actions)


def test_what_stands_beside_a_rule_of_reporting_is_not_lost(tmp_path):
    order = (
        "1. Phòng Văn hóa - Xã hội chủ trì mua sắm 20 máy tính bảng cho lớp học cộng đồng; tổng hợp, báo cáo Ủy ban "
        "nhân dân xã trước ngày 25 hằng tháng."
    )
    reading = read(tmp_path, ["- Mở lớp buổi tối."], [order], ["Lập tổ công nghệ số"])
    assert "mua sắm 20 máy tính bảng cho lớp học cộng đồng" in said(reading)
    assert [(rule.frequency, rule.day) for rule in reading.plan.reports] == [("monthly", 25)]


def test_a_short_row_does_not_swallow_a_longer_action(tmp_path):
    action = "- Tổ chức cuộc thi viết tuyên truyền về kỹ năng số cho học sinh, trao giải dịp 20/11, in kỷ yếu."
    reading = read(tmp_path, [action], ["1. Giao Công an xã theo dõi."], ["Tuyên truyền về kỹ năng số"])
    assert "cuộc thi viết" in said(reading)
    assert any(doubt.path.startswith("body_actions") for doubt in reading.doubts)


def test_what_a_row_says_word_for_word_is_left_to_it(tmp_path):
    words = "Ra quân hướng dẫn nộp hồ sơ trực tuyến cho người cao tuổi ở từng ngõ"
    reading = read(tmp_path, [f"- {words}."], ["1. Giao Công an xã theo dõi việc này."], [words])
    assert words not in said(reading)


def test_words_in_a_text_box_are_read_once(tmp_path):
    box = "- Công an xã mở điểm trực số tại chợ đêm vào tối thứ Bảy."
    reading = read(tmp_path, ["- Mở lớp buổi tối."], ["1. Giao Công an xã theo dõi."], ["Lập tổ công nghệ số"], box)
    assert said(reading).count("mở điểm trực số tại chợ đêm") == 1


def test_a_plan_of_a_thousand_rows_is_read_within_the_child_s_time(tmp_path):
    rows = [f"Nhiệm vụ thứ {n} về chuyển đổi số cho nhóm {n % 97} tại khu {n % 89}" for n in range(1000)]
    actions = [f"- Triển khai việc {n} về kỹ năng số cho tổ {n % 83} trong đợt {n % 71}." for n in range(500)]
    reading = read(tmp_path, actions, ["1. Giao Công an xã theo dõi."], rows)
    assert len(reading.tasks) == 1000


def test_a_text_that_takes_too_long_to_read_is_refused_in_a_sentence(tmp_path):
    head = "STT Nội dung công việc Đơn vị chủ trì Đơn vị phối hợp Kết quả Thời gian\n"
    path = tmp_path / "dai.txt"
    row = "\n\f12. Mở lớp cho người dân\nCông an xã\nCác thôn\nCó lớp\nNăm 2026\n" + "chữ nối chữ\n" * 60
    path.write_text("KẾ HOẠCH\nPHỤ LỤC\n" + head + row * 4000, encoding="utf-8")
    began = time.monotonic()
    try:
        read_file(path)
    except Refused as refusal:
        assert "quá" in str(refusal)
    assert time.monotonic() - began < 15
