"""Target lines: who, how much, by when. One line may set several figures; each becomes a target of the same text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hocvu.plan.reading.figures import Figure, figures, years_in
from hocvu.plan.reading.sections import Item
from hocvu.plan.reading.shape import Audience, Doubt, TargetRead
from hocvu.plan.reading.wording import folded, spaced

_AUDIENCES: tuple[tuple[Audience, str], ...] = (
    ("officials", r"cán bộ|công chức|viên chức|đảng viên|khu vực công|cơ quan nhà nước|lãnh đạo"),
    ("schools", r"cơ sở giáo dục|nhà trường|trường (?:học|tiểu|trung|thcs|thpt|phổ|mầm)|các trường|cơ sở đào tạo|trường\b"),
    ("students", r"học sinh|sinh viên|học viên|trẻ em|thiếu nhi"),
    ("workers", r"người lao động|công nhân|lao động trong|xã viên|lao động"),
    ("households", r"hộ gia đình|hộ dân|số hộ|hộ nghèo|gia đình|hộ\b"),
    ("adults", r"người dân|người trưởng thành|trưởng thành|công dân|nhân dân|dân số|người cao tuổi|người khuyết tật|"
               r"dân cư|người từ|người đủ|phụ nữ|thanh niên|nông dân|hội viên|đoàn viên|người\b"),
)  # fmt: skip
_PREDICATE = re.compile(
    r",?\s+(?:được|có(?! (?:công|chức|con|đảng|hoàn|người))|biết|đạt|sử dụng|tham gia|hoàn thành|thực hiện|triển khai|"
    r"thường xuyên|cài đặt|tiếp cận|nắm|hiểu|đăng ký|ứng dụng|là(?! (?:người|cán))|phải|đều|truy cập|thành thạo|nhận|đáp ứng|"
    r"duy trì|bảo đảm|đảm bảo|vận hành|kích hoạt|trở thành|hưởng ứng|thao tác|tự|xây dựng|thành lập|hình thành|khai thác|"
    r"giao dịch|thanh toán|kê khai|nộp|bố trí|tổ chức(?= (?:ít|được|tối|các lớp)))(?!\w)",
    re.I,
)
_LEAD_IN = re.compile(
    r"^(?:[-+*•]\s*)?(?:(?:phấn đấu|phấn đấu đạt|đạt|có|bảo đảm|đảm bảo|tỷ lệ|số|duy trì|là|:|,)\s*)+", re.I
)
_ONLY_GENERAL = re.compile(r"tổng quát|chung|mục đích|yêu cầu|quan điểm|định hướng|tầm nhìn")


def read_targets(items: Sequence[Item], title: str) -> tuple[list[TargetRead], list[Doubt]]:
    """The targets of every section that sets targets, and the doubts about them."""
    targets: list[TargetRead] = []
    doubts: list[Doubt] = []
    for item in items:
        if item.meaning != "targets" or (item.is_heading and not _says_something(item)):
            continue
        text = spaced(item.paragraph.text)
        found = _not_asides(text, figures(text, eager=True))
        if not found:
            doubts.extend(_no_figure(item, text))
            continue
        for at, figure in enumerate(found):
            path = f"targets[{len(targets)}]"
            target = _target(item, text, found, at, title)
            targets.append(target)
            doubts.extend(_doubts(path, target, figure, text, item))
    return targets, doubts


def _says_something(item: Item) -> bool:
    """A heading that sets a figure itself is a target line too: "1. Đạt 80% người dân …" above its details."""
    return len(item.paragraph.text.split()) >= 6 and bool(figures(item.paragraph.text))


def _not_asides(text: str, found: list[Figure]) -> list[Figure]:
    """Figures that set something. A percentage inside "(giảm 5% so với …)" is kept, to be looked at; a number in
    words beside one in digits ("80% … biết dùng ít nhất một dịch vụ") says what the group shall be able to do."""
    digits = [figure for figure in found if re.search(r"\d", text[figure.start : figure.end])]
    found = digits or found
    return [figure for figure in found if not re.search(r"so với [^.;]{0,20}$", text[: figure.start])]


def _no_figure(item: Item, text: str) -> list[Doubt]:
    nearest = folded(item.path[-1].text) if item.path else ""
    if item.paragraph.kind in ("none",) or text.endswith(":") or _ONLY_GENERAL.search(nearest):
        return []
    if years_in(text) and len(text.split()) <= 6:
        return []
    return [Doubt("targets", f"Mục này không có con số nên chưa thành chỉ tiêu: “{text[:160]}”.", item.place)]


def _target(item: Item, text: str, found: Sequence[Figure], at: int, title: str) -> TargetRead:
    figure = found[at]
    who = _audience_text(text, figure, found[at + 1] if at + 1 < len(found) else None)
    return TargetRead(
        year=_year(item, text, found, figure, title),
        audience=audience_of(who, text),
        audience_text=who,
        comparator=figure.comparator,
        value=figure.value,
        unit=figure.unit,
        text=text,
        place=item.place,
    )


def _audience_text(text: str, figure: Figure, following: Figure | None) -> str:
    """Who the figure is about: the words after it up to what they shall do; or those before, "Tỷ lệ … đạt 80%"."""
    after = text[figure.noun_at : following.start if following else len(text)]
    who = _PREDICATE.split(f" {after}", maxsplit=1)[0]
    who = re.split(r"[;:(]|\.(?:\s|$)|,\s*(?:trong đó|tương đương|và)?\s*$|\s+và\s*$", who, maxsplit=1)[0]
    who = re.sub(r"(?:,|\b(?:và|trên|ít nhất|tối thiểu|trong đó|là|với|khoảng|hơn|từ))\s*$", "", who)
    who = re.sub(r"^\s*(?:trở lên|số|tổng số|là)\s+", "", who)
    if len(who.split()) >= 1 and _known(who):
        return spaced(who).strip(" ,.;")
    before = _LEAD_IN.sub("", _without_year(text[: figure.start]))
    before = _PREDICATE.split(f" {before}", maxsplit=1)[0]
    before = re.split(r"[;:.]\s", before)[-1]
    return spaced(before if _known(before) else who).strip(" ,.;")


def _known(words: str) -> bool:
    return any(re.search(rf"(?<!\w)(?:{pattern})", folded(words)) for _, pattern in _AUDIENCES)


def _without_year(text: str) -> str:
    return re.sub(
        r"^(?:[-+]\s*)?(?:đến|hết|cuối|trong|trước|ngày|tháng|năm|\d{1,2}/|\d{4}|\s|,)+", "", text, flags=re.I
    )


def audience_of(who: str, text: str = "") -> Audience:
    """The group that the words name first.

    >>> audience_of("người lao động trong các doanh nghiệp")
    'workers'
    """
    plain = folded(who)
    named = []
    for rank, (audience, words) in enumerate(_AUDIENCES):
        if found := re.search(rf"(?<!\w)(?:{words})", plain):
            named.append((found.start(), rank, audience))
    return min(named)[2] if named else "other"


def _year(item: Item, text: str, found: Sequence[Figure], figure: Figure, title: str) -> int | None:
    """The year said for the figure in its line, else by the headings above, else by the plan's title."""
    said = [(year, at) for year, at in years_in(text) if _sets_a_date(text, at)]
    before = [year for year, at in said if at < figure.start]
    until = min((other.start for other in found if other.start > figure.start), default=10**9)
    after = [year for year, at in said if figure.end <= at < until and _closes_clause(text, at)]
    if before:
        return before[-1]
    if after:
        return after[0]
    for heading in reversed(item.path):
        if years := years_in(heading.text):
            return years[-1][0]
        if bare := re.search(r"(?<!\d)(20[2-9]\d)(?!\d)", heading.text):
            return int(bare[1])
    years = years_in(title)
    return years[-1][0] if years else None


def _sets_a_date(text: str, at: int) -> bool:
    """Whether a year in a line says by when; the date of a cited document does not."""
    return not re.search(r"(?:/[A-ZĐ-]+|số\s+\S+|quyết định|thông tư|nghị quyết)[^;.]{0,30}$", text[:at], re.I)


def _closes_clause(text: str, at: int) -> bool:
    """ "…, đạt 80% vào cuối năm 2025": the year comes after the figure with a word of time before it."""
    return bool(re.search(r"(?:đến|hết|cuối|trước|trong|vào|ngày|\()\s*(?:ngày\s*|tháng\s*)?$", text[:at], re.I))


def _doubts(path: str, target: TargetRead, figure: Figure, text: str, item: Item) -> list[Doubt]:
    found = []
    if target.year is None:
        found.append(Doubt(f"{path}.year", "Chưa rõ chỉ tiêu này của năm nào.", item.place))
    if target.audience == "other":
        found.append(Doubt(f"{path}.audience", "Chưa rõ chỉ tiêu này dành cho nhóm nào.", item.place))
    if figure.doubt:
        found.append(Doubt(f"{path}.value", figure.doubt, item.place))
    inside = text[: figure.start].count("(") > text[: figure.start].count(")")
    if inside:
        reason = "Con số này đứng trong ngoặc: có thể chỉ giải thích cho con số trước nó."
        found.append(Doubt(f"{path}.value", reason, item.place))
    return found
