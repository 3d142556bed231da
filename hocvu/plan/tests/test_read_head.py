"""Heads of plans as clerks write them: letterheads, grounds, rules for reports, periods and signatures."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from hocvu.plan.reading import guard, read_file
from hocvu.plan.reading.citations import citations
from hocvu.plan.reading.head import read_foot
from hocvu.plan.reading.periods import period_words, read_period
from hocvu.plan.reading.shape import PlanReading
from hocvu.plan.reading.source import Line, Refused

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
BODY = """KẾ HOẠCH
Triển khai phong trào “Bình dân học vụ số”
{preamble}
I. MỤC ĐÍCH, YÊU CẦU
- Giúp mọi người làm chủ những thao tác số thường ngày.
II. CHỈ TIÊU
- 80% người dân trưởng thành có kỹ năng số cơ bản.
III. TỔ CHỨC THỰC HIỆN
{told}
{foot}
"""
FOOT = "Nơi nhận:\n- Như trên;\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nLê Thị Bình"
PREAMBLE = "Căn cứ tình hình thực tế, Ủy ban nhân dân xây dựng Kế hoạch như sau:"


def plan(letterhead: str = "", preamble: str = PREAMBLE, told: str = "", foot: str = FOOT) -> str:
    """A short plan with the words that a story is about."""
    return f"{letterhead}\n{BODY.format(preamble=preamble, told=told, foot=foot)}"


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str) -> PlanReading:
        path = tmp_path / "ke-hoach.txt"
        path.write_text(text, encoding="utf-8")
        return read_file(path)[1]

    return read


def doubted(reading: PlanReading) -> set[str]:
    return {doubt.path for doubt in reading.doubts}


# -- who issues the plan -----------------------------------------------------


def sides(left: list[str], right: tuple[str, ...] = MOTTO, gap: str = "          ") -> str:
    """A letterhead printed with its two sides on one line."""
    longest = max(len(left), len(right))
    padded = [[*side, *[""] * (longest - len(side))] for side in (left, list(right))]
    return "\n".join(f"{a}{gap}{b}".strip() for a, b in zip(*padded, strict=True))


XA = ["ỦY BAN NHÂN DÂN", "XÃ BẢN MƯỜNG", "Số: 12/KH-UBND"]
DAY = "Bản Mường, ngày 05 tháng 6 năm 2025"


@pytest.mark.parametrize("republic", ["HÒA", "HOÀ"])
@pytest.mark.parametrize("principle", ["NGHĨA", "NGHIÃ"])
@pytest.mark.parametrize("gap", [" ", "          ", "\t", "-------", " | "])
def test_it_tells_the_issuer_from_the_motto_beside_it(read, republic: str, principle: str, gap: str) -> None:
    motto = (f"CỘNG {republic} XÃ HỘI CHỦ {principle} VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", DAY)
    head = read(plan(sides(XA, motto, gap))).plan
    assert head.issuer == "Ủy ban nhân dân xã Bản Mường"
    assert (head.number, head.date) == ("12/KH-UBND", "2025-06-05")


LETTERHEADS = [
    ("\n".join([*XA, *MOTTO, DAY]), "Ủy ban nhân dân xã Bản Mường"),
    (sides(["ỦY BAN NHÂN DÂN", "XÃ BẢN MƯỜNG"], (MOTTO[0].removesuffix(" VIỆT NAM"), "VIỆT NAM", MOTTO[1])),
     "Ủy ban nhân dân xã Bản Mường"),
    ("UBND ĐẶC KHU CÔ LÂM\n-------\n" + "\n".join(MOTTO), "Ủy ban nhân dân đặc khu Cô Lâm"),
    ("UBND TỈNH HÀ NAM\nỦY BAN NHÂN DÂN\nXÃ BÌNH MINH\n" + "\n".join(MOTTO), "Ủy ban nhân dân xã Bình Minh"),
    ("UBND TỈNH\nUỶ BAN NHÂN DÂN\nXÃ\nHOÀ BÌNH", "Ủy ban nhân dân xã Hòa Bình"),
    ("ỦY BAN NHÂN DÂN\nPHƯỜNG 12\nQUẬN 3", "Ủy ban nhân dân phường 12"),
    ("UBND PHƯỜNG TÂN ĐÔNG\nPHÒNG VĂN HÓA - XÃ HỘI\n" + "\n".join(MOTTO), "Phòng Văn hóa - Xã hội phường Tân Đông"),
    ("UBND PHƯỜNG TÂN ĐÔNG\nPHÒNG VĂN HÓA\n- XÃ HỘI", "Phòng Văn hóa - Xã hội phường Tân Đông"),
    ("UBND PHƯỜNG TÂN ĐÔNG\nPHÒNG KINH TẾ, HẠ TẦNG VÀ ĐÔ THỊ", "Phòng Kinh tế, Hạ tầng và Đô thị phường Tân Đông"),
    ("ĐẢNG BỘ THÀNH PHỐ LONG AN\nĐẢNG ỦY PHƯỜNG TÂN ĐÔNG\n*\nĐẢNG CỘNG SẢN VIỆT NAM", "Đảng ủy phường Tân Đông"),
    (sides(["ĐẢNG BỘ TỈNH", "ĐẢNG UỶ XÃ BẢN MƯỜNG", "*"], ("ĐẢNG CỘNG SẢN VIỆT NAM", DAY)), "Đảng ủy xã Bản Mường"),
    ("ỦY BAN NHÂN DÂN\nĐẶC KHU TRƯỜNG SA", "Ủy ban nhân dân đặc khu Trường Sa"),
    ("UBND TỈNH\nSỞ KHOA HỌC\nUBND XÃ BAN CÔNG", "Ủy ban nhân dân xã Ban Công"),
    ("ỦY BAN MTTQ VIỆT NAM\nPHƯỜNG TÂN ĐÔNG", "Ủy ban MTTQ Việt Nam phường Tân Đông"),
    ("Ủy ban nhân dân xã Bản Mường\nCộng hòa xã hội chủ nghĩa Việt Nam", "Ủy ban nhân dân xã Bản Mường"),
]  # fmt: skip


@pytest.mark.parametrize(("letterhead", "issuer"), LETTERHEADS)
def test_it_reads_the_issuer_of_a_letterhead(read, letterhead: str, issuer: str) -> None:
    assert read(plan(letterhead)).plan.issuer == issuer


def test_it_reads_a_letterhead_in_a_word_table(tmp_path: Path) -> None:
    document = Document()
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    left.text, right.text = "\n".join(XA), "\n".join([*MOTTO, DAY])
    for line in plan().splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "ke-hoach.docx"))
    assert read_file(tmp_path / "ke-hoach.docx")[1].plan.issuer == "Ủy ban nhân dân xã Bản Mường"


def test_a_name_broken_over_two_lines_is_whole(read) -> None:
    preamble = "Căn cứ tình hình, UBND xã Ea H'Leo Thượng xây dựng Kế hoạch như sau:"
    assert read(plan("ỦY BAN NHÂN DÂN\nXÃ EA H'LEO\nTHƯỢNG", preamble)).plan.issuer == (
        "Ủy ban nhân dân xã Ea H'Leo Thượng"
    )


def test_a_body_without_a_name_is_doubted(read) -> None:
    reading = read(plan(preamble="Căn cứ tình hình, UBND phường xây dựng Kế hoạch như sau:", foot="Nơi nhận:"))
    assert reading.plan.issuer is None
    assert "plan.issuer" in doubted(reading)


# -- when units report -------------------------------------------------------

RULES = [
    ("Các đơn vị gửi báo cáo tháng trước ngày 18, báo cáo quý trước ngày 18 tháng cuối quý, báo cáo năm trước ngày 05/12.",
     [("monthly", 18, "before"), ("quarterly", 18, "before"), ("yearly", 5, "before")]),
    ("Báo cáo tháng (ngày 20) và báo cáo năm (ngày 10/12).", [("monthly", 20, "by"), ("yearly", 10, "by")]),
    ("Báo cáo định kỳ 6 tháng (trước ngày 15/6 và 15/12 hằng năm).", [("half_yearly", 15, "before")]),
    ("Các đơn vị gửi báo cáo 6 tháng trước 15/6, báo cáo năm trước 15/12.",
     [("half_yearly", 15, "before"), ("yearly", 15, "before")]),
    ("Định kỳ hằng tháng (trước ngày 20), hằng quý (trước ngày 18 tháng cuối quý), năm (trước ngày 05/12) báo cáo UBND.",
     [("monthly", 20, "before"), ("quarterly", 18, "before"), ("yearly", 5, "before")]),
    ("Trước ngày 20, các đơn vị gửi báo cáo tháng, quý và năm.",
     [("monthly", 20, "before"), ("quarterly", 20, "before"), ("yearly", 20, "before")]),
    ("Báo cáo quý I trước ngày 25/3, quý II trước ngày 25/6.", [("quarterly", 25, "before")]),
    ("Báo cáo 03 tháng một lần, chậm nhất ngày 25.", [("quarterly", 25, "by")]),
    ("Báo cáo tháng gửi từ ngày 15 đến ngày 20.", [("monthly", 20, "by")]),
    ("Báo cáo trước ngày 15/12 hằng năm.", [("yearly", 15, "before")]),
    ("Báo cáo kết quả hằng ngày trước 20 giờ.", [("daily", None, "before")]),
]  # fmt: skip


@pytest.mark.parametrize(("told", "rules"), RULES)
def test_it_keeps_every_rule_for_reports(read, told: str, rules: list[tuple[str, int | None, str]]) -> None:
    reading = read(plan("\n".join(XA), told=f"1. {told}"))
    assert [(rule.frequency, rule.day, rule.semantics) for rule in reading.plan.reports] == rules
    assert all(rule.text == told for rule in reading.plan.reports)
    assert not [path for path in doubted(reading) if path.startswith("plan.reports")]


@pytest.mark.parametrize(
    ("told", "rules", "path"),
    [
        ("Báo cáo tuần (thứ Sáu), báo cáo tháng (ngày 20) và báo cáo năm (ngày 10/12).",
         [("weekly", None), ("monthly", 20), ("yearly", 10)], "plan.reports[0].day"),
        ("Báo cáo tháng trước ngày 20, báo cáo năm theo quy định.",
         [("monthly", 20), ("yearly", None)], "plan.reports[1].day"),
        ("Các đơn vị báo cáo trước ngày 18 để tổng hợp, báo cáo cấp trên trước ngày 20 hằng tháng.",
         [("monthly", 18)], "plan.reports[0].day"),
        ("Báo cáo trước ngày 15/6 và ngày 15/12 hằng năm.", [("yearly", 15)], "plan.reports[0].day"),
        ("Báo cáo định kỳ trước ngày 25.", [("unknown", 25)], "plan.reports[0].frequency"),
    ],
)  # fmt: skip
def test_it_doubts_a_rule_that_leaves_something_open(read, told: str, rules: list[object], path: str) -> None:
    reading = read(plan("\n".join(XA), told=f"1. {told}"))
    assert [(rule.frequency, rule.day) for rule in reading.plan.reports] == rules
    assert [found for found in sorted(doubted(reading)) if found.startswith("plan.reports")] == [path]


# -- periods -----------------------------------------------------------------

PERIODS = [
    ("Từ quý II/2026", ("months", "2026-04", None)),
    ("Từ quý II năm 2026 trở đi", ("months", "2026-04", None)),
    ("Từ 8/2025", ("months", "2025-08", None)),
    ("Từ tháng 8/2025", ("months", "2025-08", None)),
    ("Bắt đầu từ tháng 8 năm 2025", ("months", "2025-08", None)),
    ("Từ năm 2026", ("years", "2026", None)),
    ("Sau ngày 01/10/2025", ("range", "2025-10-01", None)),
    ("Sau tháng 12/2025", ("months", "2026-01", None)),
    ("Trước tháng 12/2026", ("months", None, "2026-11")),
    ("Trước tháng 01/2026", ("months", None, "2025-12")),
    ("Trước quý III/2026", ("months", None, "2026-06")),
    ("Trước năm 2027", ("year", None, "2026")),
    ("Trước ngày 30/9/2025", ("range", None, "2025-09-30")),
    ("Đến tháng 12/2026", ("months", None, "2026-12")),
    ("Chậm nhất tháng 12/2026", ("months", None, "2026-12")),
    ("Đến hết quý I/2026", ("months", None, "2026-03")),
    ("Từ nay đến hết năm 2026", ("year", None, "2026")),
    ("Từ khi ban hành Kế hoạch đến tháng 6/2026", ("months", None, "2026-06")),
    ("Quý III, IV/2025", ("months", "2025-07", "2025-12")),
    ("Từ quý IV/2025 đến quý I/2026", ("months", "2025-10", "2026-03")),
    ("Từ 8/2025 đến 12/2025", ("months", "2025-08", "2025-12")),
    ("Từ năm 2025 đến năm 2030", ("years", "2025", "2030")),
    ("6 tháng cuối năm 2025", ("months", "2025-07", "2025-12")),
    ("9 tháng đầu năm 2026", ("months", "2026-01", "2026-09")),
    ("Tháng 9, 10/2025", ("months", "2025-09", "2025-10")),
    ("Hết tháng 6 hằng năm", ("yearly", None, None)),
    ("Trước ngày 15/6 hằng năm", ("yearly", None, None)),
]


@pytest.mark.parametrize(("written", "bounds"), PERIODS)
def test_it_reads_where_a_period_is_open_and_where_it_ends(written: str, bounds: tuple[str, ...]) -> None:
    period, doubt = read_period(written)
    assert ((period.kind, period.from_, period.to), doubt) == (bounds, None)


@pytest.mark.parametrize(("_", "bounds"), [pair for pair in PERIODS if pair[1][0] != "yearly"])
def test_a_period_put_in_words_is_read_back(_: str, bounds: tuple[str, ...]) -> None:
    period, _doubt = read_period(period_words(*bounds))
    assert (period.kind, period.from_, period.to) == bounds


@pytest.mark.parametrize(
    "written", ["Tháng 3, 9/2025", "Tháng 3 và 9/2025", "Quý I, III/2025", "Từ 6 tháng cuối năm 2025"]
)
def test_a_period_with_gaps_or_half_open_words_is_doubted(written: str) -> None:
    assert read_period(written)[1] is not None


# -- what the plan stands on -------------------------------------------------


def cited(*texts: str) -> dict[str, str | None]:
    return {basis.number: basis.date for basis in citations(texts)[0]}


@pytest.mark.parametrize(
    "written",
    [
        "132/KH-UBND ngày 05/6/2025 của UBND tỉnh",
        "132/KH-UBND của UBND tỉnh ngày 05/6/2025",
        "132/KH-UBND của UBND tỉnh ngày 05 tháng 6 năm 2025",
        "132/KH-UBND của UBND tỉnh về triển khai phong trào học tập số, ban hành ngày 05/6/2025",
        "132/KH-UBND (ngày 05/6/2025)",
        "132/KH-UBND của UBND tỉnh về học tập số (ban hành ngày 05/6/2025)",
        "132/KH-UBND được Chủ tịch UBND tỉnh ký ban hành ngày 05/6/2025",
    ],
)
def test_it_finds_the_date_wherever_it_stands(written: str) -> None:
    after = "; Nghị quyết số 57-NQ/TW của Bộ Chính trị ngày 22/12/2024"
    bases, doubtful = citations([f"Thực hiện Kế hoạch số {written}{after}"])
    assert {basis.number: basis.date for basis in bases} == {"132/KH-UBND": "2025-06-05", "57-NQ/TW": "2024-12-22"}
    assert doubtful == []


@pytest.mark.parametrize(
    "written",
    [
        "132/KH-UBND của UBND tỉnh; Quyết định ban hành ngày 05/6/2025",
        "132/KH-UBND của UBND tỉnh, Quyết định số 146/QĐ-TTg ngày 05/6/2025",
        "132/KH-UBND của UBND tỉnh triển khai Nghị quyết ban hành ngày 05/6/2025",
        "132/KH-UBND của UBND tỉnh thực hiện từ ngày 05/6/2025",
        "132/KH-UBND (kèm theo Quyết định ngày 05/6/2025)",
    ],
)
def test_it_takes_no_date_of_something_else(written: str) -> None:
    bases, doubtful = citations([f"Thực hiện Kế hoạch số {written}"])
    assert bases[0].date is None
    assert "132/KH-UBND" in doubtful[0]


def test_a_document_without_a_date_is_doubted(read) -> None:
    preamble = "Thực hiện Kế hoạch số 478-KH/TU của Tỉnh ủy; UBND xã xây dựng Kế hoạch như sau:"
    reading = read(plan("\n".join(XA), preamble))
    assert [(basis.number, basis.date) for basis in reading.plan.legal_bases] == [("478-KH/TU", None)]
    assert any(doubt.path.startswith("plan.legal_bases") and "478-KH/TU" in doubt.reason for doubt in reading.doubts)


def test_it_finds_numbers_of_every_form() -> None:
    said = (
        "Công văn số 640/SKHCN ngày 04/7/2025; Công văn 1234/UBND ngày 05/6/2025; Kế hoạch số 02-KH/BCĐ57 ngày "
        "06/01/2025; Kế hoạch số 90 KH/TU ngày 01/6/2025; Luật số 91/2025/QH15 ngày 26/6/2025"
    )
    assert list(cited(said)) == ["640/SKHCN", "1234/UBND", "02-KH/BCĐ57", "90-KH/TU", "91/2025/QH15"]
    assert all(cited(said).values())


def test_figures_are_no_numbers_of_documents() -> None:
    assert cited("Mỗi tuần 02 buổi, 30/TDP, 05/HTX; xong trong tháng 12/2025") == {}


# -- who signs ---------------------------------------------------------------


def signer(*lines: str) -> str | None:
    return read_foot([Line(line, at) for at, line in enumerate(lines, start=1)]).signer


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Lê Văn Hòa", "Lê Văn Hòa"),
        ("LÊ VĂN HÒA", "Lê Văn Hòa"),
        ("ThS. LÊ VĂN HÒA", "Lê Văn Hòa"),
        ("ĐOÀN THỊ ANH THƯ", "Đoàn Thị Anh Thư"),
        ("H’Linh Niê", "H’Linh Niê"),
        ("H'LINH NIÊ", "H'Linh Niê"),
        ("Y Thanh Niê", "Y Thanh Niê"),
        ("- Lưu: VT. LÊ VĂN HÒA", "Lê Văn Hòa"),
    ],
)
@pytest.mark.parametrize("over", [["TM. ỦY BAN NHÂN DÂN", "XÃ BẢN MƯỜNG", "CHỦ TỊCH"], ["CHỦ TỊCH"], ["Chủ tịch"]])
def test_it_reads_the_signer(written: str, name: str, over: list[str]) -> None:
    assert signer(*over, "(Đã ký)", written) == name


def test_it_reads_a_name_in_capitals_from_a_file(read) -> None:
    assert read(plan("\n".join(XA), foot=FOOT.replace("Lê Thị Bình", "LÊ THỊ BÌNH"))).plan.signer == "Lê Thị Bình"


@pytest.mark.parametrize("line", ["ỦY BAN NHÂN DÂN", "BAN THƯỜNG VỤ", "PHƯỜNG TÂN ĐÔNG", "PHỤ LỤC", "DANH SÁCH ĐƠN VỊ"])
def test_a_body_is_no_signer(line: str) -> None:
    assert signer("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", line) is None


# -- letters of the time before Unicode --------------------------------------

TCVN3 = """UBND ph­êng T©n §«ng - KÕ ho¹ch triÓn khai phong trµo b×nh d©n häc vô sè n¨m 2025
C¸c ®¬n vÞ b¸o c¸o kÕt qu¶ thùc hiÖn tr­íc ngµy 20 hµng th¸ng."""
VNI = """UÛY BAN NHAÂN DAÂN phöôøng Taân Ñoâng - Keá hoaïch trieån khai phong traøo bình daân hoïc vuï soá
Caùc ñôn vò baùo caùo keát quaû thöïc hieän tröôùc ngaøy 20 haøng thaùng."""


@pytest.mark.parametrize("text", [TCVN3, VNI])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_refuses_old_letters_saved_anew(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "ke-hoach.txt"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(Refused) as caught:
        read_file(path)
    assert str(caught.value) == guard.OLD_LETTERS


def test_signs_of_the_west_in_a_vietnamese_text_are_ordinary(read) -> None:
    told = "1. Nhiệt độ 20°C ± 2, diện tích 5 m², «Học số» · München, São Paulo, Malmö, Besançon."
    assert read(plan("\n".join(XA), told=told)).plan.issuer == "Ủy ban nhân dân xã Bản Mường"
