"""Figures in a text: percentages and counts, each with what the text says of it (trên, ít nhất, trở lên)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hocvu.plan.reading.shape import Comparator
from hocvu.plan.reading.wording import spaced

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_SCALES = {"nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 1_000_000_000}
_IN_WORDS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10
}  # fmt: skip
_MORE = r"trên|hơn|vượt|lớn hơn|nhiều hơn|cao hơn|>"
_LEAST = r"ít nhất|tối thiểu|không dưới|không ít hơn|không thấp hơn|chí ít|≥|>="
_LESS = r"dưới|không quá|tối đa|nhiều nhất|không vượt quá|≤|<=|<"
_ABOUT = r"khoảng|gần|xấp xỉ|chừng"
_BEFORE = (
    rf"(?:(?P<more>(?<!không )(?:{_MORE}))|(?P<least>{_LEAST})|(?P<less>{_LESS})|(?P<about>{_ABOUT})|(?P<since>từ))"
)
_AFTER = r"(?:(?P<up> trở lên| trở đi(?= người)|\+)|(?P<down> trở xuống))?"

# What plans count. The longer names stand first.
NOUNS = (
    "lượt người", "người dân", "người lao động", "người", "lượt", "hộ gia đình", "gia đình", "hộ dân", "hộ",
    "buổi", "lớp", "cuộc", "hội nghị", "hội thảo", "tọa đàm", "khóa", "khoá", "đợt", "chiến dịch",
    "tin bài", "tin, bài", "tin", "bài viết", "bài", "video", "clip", "phóng sự", "chuyên mục", "chuyên đề",
    "fanpage", "kênh", "nhóm", "trang", "mô hình", "điểm", "tổ dân phố", "tổ", "đội", "thôn", "khu dân cư",
    "khu phố", "xã", "phường", "trường", "cơ sở", "đơn vị", "doanh nghiệp", "hợp tác xã", "chợ", "hộ kinh doanh",
    "cán bộ", "công chức", "viên chức", "đảng viên", "đoàn viên", "hội viên", "thành viên", "tình nguyện viên",
    "học sinh", "sinh viên", "giáo viên", "học viên", "thanh niên", "tiểu thương", "công nhân", "công dân",
    "tài khoản", "thủ tục", "dịch vụ", "hồ sơ", "sản phẩm", "tài liệu", "bộ tài liệu", "bài giảng", "chữ ký số",
    "câu lạc bộ", "giải pháp", "sáng kiến", "báo cáo", "văn bản", "kế hoạch", "pano", "áp phích", "tờ rơi",
    "cuộc thi", "hội thi", "ngày hội", "mã QR", "cửa hàng", "địa điểm", "phần việc", "công trình", "lần",
)  # fmt: skip
_NOUN = "|".join(re.escape(noun) for noun in sorted(NOUNS, key=len, reverse=True))
_PER = r"(?P<per>\s*/\s*(?:ngày|tuần|tháng|quý|năm|buổi|đơn vị|thôn|tổ|hộ|người|lần)" \
    r"| (?:mỗi|một|trên) (?:ngày|tuần|tháng|quý|năm)(?!\w))?"  # fmt: skip

_PERCENT = re.compile(rf"(?:{_BEFORE}\s+|(?P<sign>[≥≤<>]=?)\s*)?(?<![\w.,/])(?P<number>{_NUMBER})"
                      rf"(?:\s*%?\s*(?:-|–|đến)\s*(?P<upto>{_NUMBER}))?\s*%{_AFTER}", re.I)  # fmt: skip
_COUNT = re.compile(
    rf"(?:{_BEFORE}\s+(?:là\s+)?|(?P<sign>[≥≤<>]=?)\s*)?(?<![\w.,/-])"
    rf"(?:(?P<number>{_NUMBER})(?:\s+(?P<scale>triệu|nghìn|ngàn|tỷ))?|(?P<word>{'|'.join(_IN_WORDS)}))"
    rf"(?:\s*\([\w ]{{1,20}}\))?(?P<up> trở lên)?\s+(?P<noun>(?:{_NOUN})(?!\w)|[^\W\d_]+){_PER}"
    rf"(?P<later> trở lên)?",
    re.I,
)
# A number after one of these names something; it counts nothing.
_NAMES = re.compile(
    r"(?:\b(?:số|ngày|tháng|năm|quý|lớp|khối|điều|khoản|mục|đài|phụ lục|loại|cấp|kỳ|bước|giai đoạn|nhóm|tuổi|tt|stt|"
    r"quyết định|nghị quyết|kế hoạch|thông tư|nghị định|công văn|chỉ thị|thứ|phường|quận|khu|tổ|thôn)|[-/])\s*$",
    re.I,
)
_NO_COUNT = {"tuổi", "tháng", "ngày", "năm", "giờ", "phút", "tầng", "của", "và", "đến", "về", "trở", "tại",
             "trên", "trong", "theo", "hàng", "hằng", "được", "là", "có", "để", "thì", "với", "cho"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and where it stands in its text. `doubt` says in Vietnamese why a person should look."""

    comparator: Comparator
    value: float
    unit: str
    start: int
    end: int
    noun_at: int
    doubt: str | None = None


def read_number(text: str) -> float:
    """A number as Vietnamese writes it: dots group thousands, a comma begins the decimals.

    >>> read_number("1.500.000"), read_number("97,5")
    (1500000.0, 97.5)
    """
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", text):
        text = text.replace(".", "")
    return float(text[:30].replace(",", "."))


def number_words(value: float) -> str:
    """A number as plans write it; `read_number` reads it back.

    >>> number_words(1500000), number_words(97.5)
    ('1.500.000', '97,5')
    """
    if value == int(value):
        return f"{int(value):,}".replace(",", ".")
    whole, part = f"{value:f}".rstrip("0").split(".")
    return f"{int(whole):,}".replace(",", ".") + f",{part}"


def figures(text: str, *, eager: bool = False) -> list[Figure]:
    """Every percentage and count of a text, in order. `eager` takes a bare number before any counted noun, as in a
    target line; without it a bare number must stand before a noun that plans count."""
    percents = list(_percents(text))
    taken = [(figure.start, figure.end) for figure in percents]
    counts = [
        figure for figure in _counts(text, eager) if not any(a < figure.end and figure.start < b for a, b in taken)
    ]
    return sorted(percents + counts, key=lambda figure: figure.start)


def _percents(text: str) -> Iterator[Figure]:
    for found in _PERCENT.finditer(text):
        comparator, doubt = _comparator(found)
        start = found.start()
        if found["upto"]:
            comparator, doubt = ">=", f"“{spaced(found.group())}” là một khoảng; đã lấy mức thấp nhất."
        value = read_number(found["number"])
        if value > 100:
            doubt = f"Tỷ lệ {found['number']}% lớn hơn 100%."
        yield Figure(comparator, value, "%", start, found.end(), found.end(), doubt)


def _comparator(found: re.Match[str]) -> tuple[Comparator, str | None]:
    """What the words around the number say, and a doubt where our three signs cannot say it."""
    given = found.groupdict()
    sign = given.get("sign") or ""
    if given.get("less") or given.get("down") or sign.startswith(("<", "≤")):
        return "=", f"“{spaced(found.group())}” là mức trần, không phải mức cần đạt."
    if given.get("up") or given.get("later") or given.get("least") or sign in ("≥", ">="):
        return ">=", None
    if given.get("more") or sign == ">":
        return ">", None
    if given.get("about"):
        return "=", f"“{spaced(found.group())}” là con số ước chừng."
    return "=", None


def _counts(text: str, eager: bool) -> Iterator[Figure]:
    at = 0
    while found := _COUNT.search(text, at):
        at = found.end("number") if found["number"] else found.end("word")
        figure = _count(text, found, eager)
        if figure:
            at = max(at, figure.end)
            yield figure


def _count(text: str, found: re.Match[str], eager: bool) -> Figure | None:
    comparator, doubt = _comparator(found)
    firm = bool(found["least"] or found["more"] or found["sign"] or found["up"] or found["later"])
    noun, number = found["noun"], found["number"]
    known = noun.lower() in _KNOWN or noun in _KNOWN
    before = text[max(0, found.start() - 14) : found.start()]
    if noun.lower() in _NO_COUNT or (number and not firm and _NAMES.search(before)):
        return None
    if found["since"] and not (found["up"] or found["later"]):
        doubt = None
    if not number and not firm:
        return None
    if not (known or firm or (number and number.startswith("0") and len(number) > 1)):
        return None
    if number and not firm and not eager and _is_year(number):
        return None
    if not known:
        doubt = doubt or f"Chưa rõ “{number or found['word']} {noun}” đếm cái gì."
    value = read_number(number) * _SCALES.get((found["scale"] or "").lower(), 1) if number else _IN_WORDS[
        found["word"].lower()]  # fmt: skip
    unit = noun + re.sub(r"\s*/\s*| (?:mỗi|một|trên) ", "/", found["per"] or "")
    return Figure(comparator, float(value), unit, found.start(), found.end(), found.start("noun"), doubt)


_KNOWN = frozenset(NOUNS)


def _is_year(number: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", number))


def years_in(text: str) -> list[tuple[int, int]]:
    """The years that a text sets ("năm 2026", "đến hết 30/6/2026"), each with where it stands."""
    return [(int(found[1] or found[2]), found.start()) for found in _YEARS.finditer(text)]


_YEARS = re.compile(r"\bnăm\s+((?:20|21)\d\d)(?!\d)|(?<![\d/])(?:\d{1,2}/){1,2}((?:20|21)\d\d)(?![\d/])", re.I)
