"""Figures in a text: percentages and counts, each with what the text says of it (trên, ít nhất, trở lên)."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
    "buổi", "lớp", "cuộc", "hội nghị", "hội thảo", "tọa đàm", "khóa", "khoá", "đợt", "chiến dịch", "phiên",
    "tin bài", "tin, bài", "tin nhắn", "tin", "bản tin", "bài viết", "bài", "video", "clip", "phóng sự",
    "chuyên mục", "chuyên đề", "chuyên trang", "fanpage", "kênh", "nhóm", "trang", "mô hình", "điểm",
    "tổ dân phố", "tổ chức", "tổ", "đội", "thôn", "khu dân cư", "khu phố", "xã", "phường", "trường", "cơ sở",
    "đơn vị", "doanh nghiệp", "hợp tác xã", "chợ", "hộ kinh doanh", "gian hàng", "chi bộ", "chi hội", "chi đoàn",
    "cán bộ", "công chức", "viên chức", "đảng viên", "đoàn viên", "hội viên", "thành viên", "tình nguyện viên",
    "cộng tác viên", "tuyên truyền viên", "báo cáo viên", "giảng viên", "học sinh", "sinh viên", "giáo viên",
    "học viên", "thanh niên", "tiểu thương", "công nhân", "công dân", "ngư dân", "nông dân", "xã viên", "chủ tàu",
    "phụ nữ", "phụ huynh", "tài khoản", "thủ tục", "dịch vụ", "hồ sơ", "sản phẩm", "tài liệu", "bộ tài liệu",
    "bài giảng", "chữ ký số", "câu lạc bộ", "giải pháp", "sáng kiến", "báo cáo", "văn bản", "kế hoạch", "pano",
    "áp phích", "tờ rơi", "tờ gấp", "băng rôn", "khẩu hiệu", "cuốn", "quyển", "giấy chứng nhận", "giấy khen", "giấy",
    "giải thưởng", "giải", "suất quà", "phần quà", "phần thưởng", "cuộc thi", "hội thi", "ngày hội", "mã QR",
    "cửa hàng", "địa điểm", "phần việc", "công trình", "máy tính", "thiết bị", "lần", "đại biểu", "cuộc gọi", "đồng",
)  # fmt: skip
_NOUN = "|".join(re.escape(noun) for noun in sorted(NOUNS, key=len, reverse=True))
_KNOWN = frozenset(noun.lower() for noun in NOUNS)
_TIMES = "ngày|tuần|tháng|quý|năm"
_PER = rf"(?P<per>\s*/\s*(?:{_TIMES}|buổi|lớp|đơn vị|thôn|tổ|hộ gia đình|hộ|người|lần)(?!\w)" \
    rf"| (?:mỗi|một|trên|hàng|hằng) (?:{_TIMES})(?!\w))?"  # fmt: skip
_UPTO = rf"(?:-|–|đến)\s*(?P<upto>{_NUMBER})"

# A word that cannot be the second half of what is counted: "600 ngư dân được …".
_BREAKS = (
    "cho|được|có|của|và|tại|trên|trong|theo|hàng|hằng|là|để|thì|với|trở|về|đến|từ|do|ở|khi|bằng|vào|mỗi|một|hoặc|"
    "đạt|tham|hoàn|thực|đăng|biết|sử|nộp|đã|sẽ|phải|đều|trước|sau|hoạt|triển"
)

_PERCENT = re.compile(rf"(?:{_BEFORE}\s+|(?P<sign>[≥≤<>]=?)\s*)?(?<![\w.,/])(?P<number>{_NUMBER})"
                      rf"(?:\s*%?\s*{_UPTO})?\s*%{_AFTER}", re.I)  # fmt: skip
_COUNT = re.compile(
    rf"(?:{_BEFORE}\s+(?:là\s+)?|(?P<sign>[≥≤<>]=?)\s*)?(?<![\w.,/-])"
    rf"(?:(?P<number>{_NUMBER})(?:\s*{_UPTO})?(?:\s+(?P<scale>triệu|nghìn|ngàn|tỷ))?|(?P<word>{'|'.join(_IN_WORDS)}))"
    rf"(?:\s*\([\w ]{{1,20}}\))?(?P<up> trở lên)?"
    rf"\s+(?P<noun>(?:{_NOUN})(?!\w)|[^\W\d_]+(?:\s(?!(?:{_BREAKS})(?!\w))[^\W\d_]+)?){_PER}"
    rf"(?P<later> trở lên)?",
    re.I,
)
# A number after one of these names something; it counts nothing.
_NAMES = re.compile(
    r"(?:\b(?:số|ngày|tháng|năm|quý|lớp|khối|điều|khoản|mục|đài|phụ lục|loại|cấp|kỳ|bước|giai đoạn|nhóm|tuổi|tt|stt|"
    r"quyết định|nghị quyết|kế hoạch|thông tư|nghị định|công văn|chỉ thị|thứ|phường|quận|khu|tổ|thôn|đề án|mức|mức độ|"
    r"phiên bản|thế hệ|luật)|\b(?:tháng|quý|ngày|tuần) \d+ ?(?:,|và|đến)|\d\s*[-–]|/)\s*$",
    re.I,
)
_NO_COUNT = {"tuổi", "tháng", "ngày", "năm", "tuần", "quý", "giờ", "phút", "tầng", "của", "và", "đến", "về", "trở", "tại",
             "trên", "trong", "theo", "hàng", "hằng", "được", "là", "có", "để", "thì", "với", "cho", "đạt"}  # fmt: skip
# "Mỗi lớp 15 người": the same words name nothing after "mỗi".
_EACH_ONE = re.compile(r"\bmỗi\s+\S+\s*$", re.I)
# A year after one of these says when; it counts nothing, whatever noun follows.
_WHEN = re.compile(r"\b(?:đến|hết|cuối|đầu|trong|từ|trước|sau|vào|giữa)\s*$", re.I)

# How far back the words stand that change what a figure says.
_NEAR = 160

# "Mỗi hộ gia đình có …", "hằng tháng tổ chức …": what the figure after it is counted for.
_EACH = re.compile(
    r"(?P<least>\b(?:ít nhất|tối thiểu|không dưới)\s+)?\b(?:"
    rf"(?:mỗi|hàng|hằng)\s+(?P<time>{_TIMES})(?!\w)[^.;]*"
    r"|mỗi\s+(?P<thing>[^.;:,\d]{2,40}?)(?:\s+(?:có|phải|tổ chức|bố trí|thành lập|xây dựng|cử|duy trì|là|mở|kèm|giúp|"
    r"hướng dẫn|vận động|đăng|phát|đạt|được|biết|cần|thu hút|huy động|hình thành)(?!\w)[^.;]*|[:,]?\s*)"
    r")$",
    re.I,
)
_QUOTED = re.compile(r"“[^”]{1,80}”|\"[^\"]{1,80}\"|‘[^’]{1,80}’")
_SHRINKS = re.compile(r"(?:\bgiảm(?! nghèo)[^.;:,\d%]{0,80}|\bxuống(?: còn)?\s*)$", re.I)
_FORBIDS = re.compile(r"\bkhông (?:(?:để|còn|cho phép)(?!\w)[^.;:,\d%]{0,40}|(?:có|được)(?: để| quá)?\s*)$", re.I)
_GROWS = re.compile(r"\btăng(?: thêm| bình quân)?\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and where it stands in its text. `doubt` says in Vietnamese why a person should look; `each` names
    what a count is for ("mỗi hộ gia đình có …"), as the second half of its unit does."""

    comparator: Comparator
    value: float
    unit: str
    start: int
    end: int
    noun_at: int
    doubt: str | None = None
    each: str = ""


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
    """Every percentage and count of a text that is no name in quotes, in order. `eager` takes a bare number before any noun, as in a target
    or a result; without it a bare number must stand before a noun that plans count."""
    percents = list(_percents(text))
    taken = [(figure.start, figure.end) for figure in percents]
    counts = [
        figure for figure in _counts(text, eager) if not any(a < figure.end and figure.start < b for a, b in taken)
    ]
    names = [name.span() for name in _QUOTED.finditer(text)]
    found = [figure for figure in percents + counts if not any(a < figure.start < b for a, b in names)]
    found.sort(key=lambda figure: figure.start)
    return [_turned(text, _for_each(text, figure, found)) for figure in found]


def _for_each(text: str, figure: Figure, found: Sequence[Figure]) -> Figure:
    """ "Mỗi hộ gia đình có ít nhất một thành viên" counts members per household."""
    if figure.unit == "%" or "/" in figure.unit:
        return figure
    at = max((each.start() for each in _EACH_AT.finditer(text, max(0, figure.start - _NEAR), figure.start)), default=-1)
    if at < 0:
        return figure
    between = [other.start for other in found[_first(found, at) : _first(found, figure.start)]]
    each = _EACH.search(text[at : min([*between, figure.start])])
    if not each or re.search(r"[;.]\s", text[at : figure.start]):
        return figure
    named = spaced(each["time"] or each["thing"])
    doubt = figure.doubt
    if between:
        doubt = doubt or f"Chưa rõ con số {number_words(figure.value)} {figure.unit} có tính theo mỗi {named} không."
    comparator = ">=" if each["least"] and figure.comparator == "=" else figure.comparator
    thing = "" if each["time"] else named
    return replace(figure, unit=f"{figure.unit}/{named}", comparator=comparator, doubt=doubt, each=thing)


def _turned(text: str, figure: Figure) -> Figure:
    """A figure that shall fall, or must not be passed, or says how much more: our signs cannot say that."""
    before, said = text[max(0, figure.start - _NEAR) : figure.start], spaced(text[figure.start : figure.end])
    if _SHRINKS.search(before):
        reason = f"“{said}” là mức giảm; hệ thống chưa diễn đạt được chiều này, cần người xem lại."
    elif _FORBIDS.search(before):
        reason = f"“{said}” là mức không được vượt; hệ thống chưa diễn đạt được chiều này, cần người xem lại."
    elif _GROWS.search(before):
        return replace(figure, doubt=f"“{said}” là mức tăng thêm so với trước, chưa phải mức cần đạt.")
    else:
        return figure
    return replace(figure, comparator="=", doubt=reason)


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
    known = noun.lower() in _KNOWN
    before = text[max(0, found.start() - 14) : found.start()]
    names = _NAMES.search(before) and not _EACH_ONE.search(before)
    if noun.lower().split()[0] in _NO_COUNT or (number and not firm and names):
        return None
    if not number and not firm:
        return None
    if not (known or firm or eager or (number and number.startswith("0") and len(number) > 1)):
        return None
    if number and not firm and _is_year(number):
        if not eager or found["upto"] or not known or _WHEN.search(text[: found.start("number")][-20:]):
            return None
        doubt = doubt or f"“{number} {noun}”: {number} có thể là một năm."
    if found["upto"]:
        comparator, doubt = ">=", f"“{spaced(found.group())}” là một khoảng; đã lấy mức thấp nhất."
    if not known:
        doubt = doubt or f"Chưa rõ “{number or found['word']} {noun}” đếm cái gì."
    unit = noun + re.sub(r"\s*/\s*| (?:mỗi|một|trên|hàng|hằng) ", "/", found["per"] or "")
    return Figure(comparator, _counted_value(found), unit, found.start(), found.end(), found.start("noun"), doubt)


def _counted_value(found: re.Match[str]) -> float:
    if not found["number"]:
        return float(_IN_WORDS[found["word"].lower()])
    return read_number(found["number"]) * _SCALES.get((found["scale"] or "").lower(), 1)


def _is_year(number: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", number))


def years_in(text: str) -> list[tuple[int, int]]:
    """The years that a text sets ("năm 2026", "đến hết 30/6/2026", "2026: 90%"), each with where it stands. A year
    that something is compared with ("so với năm 2024") sets nothing."""
    return [
        (int(next(filter(None, found.groups()))), found.start())
        for found in _YEARS.finditer(text)
        if not _COMPARED.search(text[max(0, found.start() - _NEAR) : found.start()])
    ]


_YEARS = re.compile(
    r"\bnăm\s+((?:20|21)\d\d)(?!\d)|(?<![\d/])(?:\d{1,2}/){1,2}((?:20|21)\d\d)(?![\d/])"
    r"|(?<![\w/.,-])((?:20|21)\d\d)(?=\s*:)|(?<=\()((?:20|21)\d\d)(?=\))",
    re.I,
)


def years_said(text: str, found: Sequence[Figure], years: Sequence[tuple[int, int]]) -> list[int | None]:
    """The year of each figure: said before it ("năm 2025: 60%; 2026: 90%") or, where its clause names none before
    its first figure, after it ("60% năm 2025, 90% năm 2026"). A year at the front holds until the next."""
    stops = [stop.start() for stop in re.finditer(r";|\.(?=\s|$)", text)] if years else []
    said: list[int | None] = []
    standing: int | None = None
    for start, end in itertools.pairwise([0, *stops, len(text) + 1]):
        figures_here = found[_first(found, start) : _first(found, end)]
        years_here = years[bisect_left(years, start, key=_at) : bisect_left(years, end, key=_at)]
        leads = bool(years_here) and (not figures_here or years_here[0][1] < figures_here[0].start)
        for here, following in itertools.zip_longest(figures_here, figures_here[1:]):
            before, until = bisect_left(years_here, here.start, key=_at), following.start if following else end
            if years_here and not leads:
                said.append(
                    years_here[before][0] if before < len(years_here) and years_here[before][1] < until else None
                )
            else:
                said.append(years_here[before - 1][0] if before else standing)
        standing = years_here[-1][0] if leads else standing
    return said


def _at(year: tuple[int, int]) -> int:
    return year[1]


def _first(found: Sequence[Figure], at: int) -> int:
    """How many figures begin before a place."""
    return bisect_left(found, at, key=lambda figure: figure.start)


_COMPARED = re.compile(r"\bso với [^.;,\d]{0,30}$", re.I)
_EACH_AT = re.compile(r"(?:\b(?:ít nhất|tối thiểu|không dưới)\s+)?\b(?:mỗi|hàng|hằng)\s", re.I)

_NOT_LOOSE = re.compile(
    r"\d+(?:/\d+)*\s?[-/]\s?[A-ZĐ][\w-]*(?:/[\w-]+)*"  # the number of a document
    r"|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}/\d{4}|(?:19|20|21)\d\d(?!\d)|(?<!\d)0\d{8,10}(?!\d)"  # dates and telephones
    r"|\bđài [^.;,\d]{0,30}\d{3,4}|(?<=\d)\s*[-–]\s*\d{4}|\b4\.0\b"
)
_NUMBERED = re.compile(
    r"\b(?:điều|khoản|mục|điểm|đề án|luật|nghị định|nghị quyết|quyết định|thông tư|công văn|kế hoạch|chỉ thị|phụ lục|"
    r"số|ngày|tháng|quý|tuần|thứ|mức|mức độ|cấp|cấp độ|khối|phiên bản|bước|giai đoạn)\s*$",
    re.I,
)
_LOOSE = re.compile(rf"(?<![\w.,/-])(?:{_NUMBER})(?:/\d+)?(?![\w])")
_COUNTED_NEXT = re.compile(rf"\s+(?:{_NOUN})(?!\w)", re.I)
_AGED_NEXT = re.compile(r"[\s\d-]{0,10}tuổi")
_LOOSE_WORD = re.compile(rf"(?<!\w)(?:hai|ba|bốn|sáu|bảy|tám|chín|mười)\s+(?:{_NOUN})(?!\w)", re.I)


def loose_numbers(text: str, found: Sequence[Figure]) -> list[str]:
    """The numbers of a text that no figure read and that are no date, document, telephone, age or name."""
    plain = _QUOTED.sub(lambda aside: " " * len(aside.group()), text)
    plain = _NOT_LOOSE.sub(lambda aside: " " * len(aside.group()), plain)
    loose = []
    for number in sorted([*_LOOSE.finditer(plain), *_LOOSE_WORD.finditer(plain)], key=lambda one: one.start()):
        start, end = number.span()
        last = _first(found, start + 1) - 1
        inside = last >= 0 and start < found[last].end
        day = "/" in number.group() and not _COUNTED_NEXT.match(plain, end)
        if not (inside or day or _NUMBERED.search(plain[max(0, start - 20) : start]) or _AGED_NEXT.match(plain, end)):
            loose.append(number.group())
    return loose
