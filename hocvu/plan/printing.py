"""How the targets stand, as an official report to be numbered and signed: .docx to be edited, PDF to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.official import Block, Heading, OfficialDocument, Paragraph, Table
from hocvu.plan import history, standing
from hocvu.plan.models import Target
from hocvu.plan.standing import Standing
from hocvu.ward.models import Ward

COLUMNS = ("TT", "Chỉ tiêu", "Mức cần đạt", "Kết quả", "Còn thiếu", "Nguồn số liệu")
WIDTHS = (0.9, 4.6, 1.9, 2.6, 1.9, 3)


def report(ward: Ward, year: int, day: date) -> OfficialDocument:
    """The report of a year's targets as of a day; number, day and signer are left for those who give them."""
    rows = Target.objects.of(ward).living().filter(year=year).select_related("plan__ward").order_by("plan", "position")
    shown = standing.standings(rows, day)
    blocks: tuple[Block, ...] = (
        Heading(1, f"I. TÌNH HÌNH THỰC HIỆN CHỈ TIÊU NĂM {year}"),
        Paragraph(standing.summary(shown, year, day)),
        Paragraph(f"Số liệu tính đến ngày {day:%d/%m/%Y}, đếm từ hồ sơ, do cơ quan khác xác nhận hoặc đơn vị tự khai."),
        Table(COLUMNS, tuple(_row(at, line) for at, line in enumerate(shown, start=1)), WIDTHS, frozenset({0, 4})),
        Heading(1, "II. CHỈ TIÊU CẦN TẬP TRUNG"),
        *(Paragraph(sentence) for sentence in _needs(shown) or ["Không có chỉ tiêu nào chậm so với mức cần đạt."]),
    )
    return OfficialDocument(
        issuing_body=f"ỦY BAN NHÂN DÂN\n{ward.title.upper()}",
        symbol="BC-UBND",
        place=ward.name,
        kind="BÁO CÁO",
        subject=f"Tình hình thực hiện chỉ tiêu Phong trào “Bình dân học vụ số” năm {year}",
        blocks=blocks,
        authority="TM. ỦY BAN NHÂN DÂN",
        post="CHỦ TỊCH",
        signer="",
        recipients=("Ủy ban nhân dân thành phố (để báo cáo)", "Lãnh đạo Ủy ban nhân dân", "Các đơn vị liên quan"),
    )


def _row(at: int, line: Standing) -> tuple[str, ...]:
    figure = line.figure
    if figure is None:
        return str(at), line.target.text, line.goal, "chưa có số liệu", "", ""
    count = number_words(figure.numerator) + (f"/{number_words(figure.denominator)}" if figure.denominator else "")
    share = f" ({percent_words(figure.share)})" if figure.share is not None else ", chưa có tổng số"
    kind = line.kind_mark.words if line.kind_mark else ""
    lacking = number_words(line.lacking) if line.lacking else ""
    return str(at), line.target.text, line.goal, f"{count}{share}", lacking, f"{kind}: {figure.source}"


def _needs(shown: Sequence[Standing]) -> list[str]:
    """What each target that is behind needs a week, and where it goes."""
    said = []
    for line in shown:
        outlook = history.outlook(line.target, line, history.moments(line.target, line)) if line.lacking else None
        if outlook is None or outlook.need is None:
            continue
        sentence = (
            f"Chỉ tiêu {line.target.position}: còn {number_words(line.lacking)} {line.one}, mỗi tuần cần thêm "
            f"{number_words(outlook.need.a_week)} {line.one} để kịp."
        )
        if outlook.low is not None and outlook.high is not None and line.target.is_share:
            sentence += f" Dự báo đến cuối năm đạt từ {percent_words(outlook.low)} đến {percent_words(outlook.high)}."
        said.append(sentence)
    return said
