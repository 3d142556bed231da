"""Days and periods: "ngày 01 tháng 6 năm 2025", "Tháng 8/2025", "Quý III/2025", "Năm 2025-2026", "Hằng năm"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise

from hocvu.plan.reading.shape import PeriodKind, PeriodRead
from hocvu.plan.reading.wording import folded, joined, spaced

_YEAR = r"(?:19|20|21)\d\d"
_DAY = rf"(\d{{1,2}})\s*[/.-]\s*(\d{{1,2}})\s*[/.-]\s*({_YEAR})(?!\d)"
_DAY_IN_WORDS = rf"(\d{{1,2}}) tháng (\d{{1,2}}) năm ({_YEAR})(?!\d)"
_ANY_DAY = re.compile(rf"(?<![\d/])(?:{_DAY}|{_DAY_IN_WORDS})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}

Bounds = tuple[PeriodKind, str | None, str | None]


def a_day(day: str | int, month: str | int, year: str | int) -> str | None:
    """The day as YYYY-MM-DD, or None where the calendar has no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def find_day(text: str) -> str | None:
    """The first whole day in a text.

    >>> find_day("ban hành ngày 01 tháng 6 năm 2025")
    '2025-06-01'
    """
    found = _ANY_DAY.search(folded(text))
    if not found:
        return None
    parts = found.groups()
    return a_day(*parts[:3]) if parts[0] else a_day(*parts[3:])


def _month(month: str | int, year: str | int) -> str | None:
    return f"{int(year)}-{int(month):02}" if 1 <= int(month) <= 12 else None


def _moved(month: str | int, year: str | int, by: int) -> str:
    """The month so many months later, or earlier."""
    years, months = divmod(12 * int(year) + int(month) - 1 + by, 12)
    return f"{years}-{months + 1:02}"


def _span(kind: PeriodKind, first: str | None, last: str | None) -> Bounds | None:
    """A span whose ends are both real and in order."""
    return (kind, first, last) if first and last and first <= last else None


# --- one reader for each way of saying it; each gets the groups of its pattern -------------------------------


def _one_month(month: str, year: str) -> Bounds | None:
    return _span("month", _month(month, year), _month(month, year))


def _months(first: str, last: str, year: str) -> Bounds | None:
    return _span("months", _month(first, year), _month(last, year))


def _months_of_years(first: str, first_year: str, last: str, last_year: str) -> Bounds | None:
    return _span("months", _month(first, first_year), _month(last, last_year))


def _listed_months(months: str, year: str) -> Bounds | None:
    numbers = [int(number) for number in re.findall(r"\d+", months)]
    return _span("months", _month(min(numbers), year), _month(max(numbers), year))


def _from_month(month: str, year: str) -> Bounds | None:
    first = _month(month, year)
    return ("months", first, None) if first else None


def _until_month(month: str, year: str) -> Bounds | None:
    last = _month(month, year)
    return ("months", None, last) if last else None


def _before_month(month: str, year: str) -> Bounds | None:
    return ("months", None, _moved(month, year, -1)) if _month(month, year) else None


def _after_month(month: str, year: str) -> Bounds | None:
    return ("months", _moved(month, year, 1), None) if _month(month, year) else None


def _from_quarter(quarter: str, year: str) -> Bounds:
    return "months", _month(3 * _ROMAN[quarter] - 2, year), None


def _until_quarter(quarter: str, year: str) -> Bounds:
    return "months", None, _month(3 * _ROMAN[quarter], year)


def _before_quarter(quarter: str, year: str) -> Bounds | None:
    return _before_month(str(3 * _ROMAN[quarter] - 2), year)


def _after_quarter(quarter: str, year: str) -> Bounds | None:
    return _after_month(str(3 * _ROMAN[quarter]), year)


def _quarters(first: str, last: str | None, year: str) -> Bounds | None:
    start, end = _ROMAN.get(first, 0), _ROMAN.get(last or first, 0)
    return _span("months", _month(3 * start - 2, year), _month(3 * end, year)) if start and end else None


def _quarters_of_years(first: str, first_year: str, last: str, last_year: str) -> Bounds | None:
    start, end = _ROMAN[first], _ROMAN[last]
    return _span("months", _month(3 * start - 2, first_year), _month(3 * end, last_year))


def _part_of_year(months: str, which: str, year: str) -> Bounds | None:
    """The first or the last months of a year: "6 tháng cuối năm 2025"."""
    length = 6 if months == "sáu" else int(months)
    return _months("1", str(length), year) if which == "đầu" else _months(str(13 - length), "12", year)


def _one_year(year: str) -> Bounds:
    return "year", year, year


def _until_year(year: str) -> Bounds:
    return "year", None, year


def _before_year(year: str) -> Bounds:
    return "year", None, str(int(year) - 1)


def _after_year(year: str) -> Bounds:
    return "years", str(int(year) + 1), None


def _years(first: str, last: str) -> Bounds | None:
    return _one_year(first) if first == last else _span("years", first, last)


def _from_year(year: str) -> Bounds:
    return "years", year, None


def _one_day(day: str, month: str, year: str) -> Bounds | None:
    whole = a_day(day, month, year)
    return _span("range", whole, whole)


def _until_day(day: str, month: str, year: str) -> Bounds | None:
    last = a_day(day, month, year)
    return ("range", None, last) if last else None


def _from_day(day: str, month: str, year: str) -> Bounds | None:
    first = a_day(day, month, year)
    return ("range", first, None) if first else None


def _days(*parts: str) -> Bounds | None:
    return _span("range", a_day(*parts[:3]), a_day(*parts[3:]))


def _days_of_a_year(day: str, month: str, last_day: str, last_month: str, year: str) -> Bounds | None:
    """ "từ ngày 15/7 đến 25/10/2025": the first day is of the same year, or of the year before."""
    before = int(year) - (int(month) > int(last_month))
    return _span("range", a_day(day, month, before), a_day(last_day, last_month, year))


def _days_of_a_month(day: str, last_day: str, month: str, year: str) -> Bounds | None:
    return _span("range", a_day(day, month, year), a_day(last_day, month, year))


def _yearly() -> Bounds:
    return "yearly", None, None


def _weekly() -> Bounds:
    return "weekly", None, None


_TO = r"\s*(?:-|đến hết|đến|tới|và)\s*(?:ngày |tháng |năm |quý )?"
_BEFORE = r"(?:(?:chậm nhất|muộn nhất)(?: là| vào)? )?trước "
_UNTIL = r"(?:trước|đến hết|đến|tới|hết|chậm nhất|muộn nhất|không muộn hơn)(?: vào)?(?: trước)?(?: hết)? "
_D = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_W = r"(\d{1,2}) tháng (\d{1,2}) năm (\d{4})"
_Y = rf"({_YEAR})"
_M = rf"(\d{{1,2}})(?:[/.-]|,? năm ){_Y}"
_Q = r"(i{1,3}|iv|[1-4])"
_OF = r"(?:/|-|,? năm |,? )"
_SOME_DAY = r"(?:(?:ngày |tháng )?\d{1,2}(?:/\d{1,2})?|quý (?:i{1,3}|iv|[1-4]))"
_EVERY = r"(?:h[àằ]ng|mỗi|từng|theo)"
_AND_ON = r"(?: trở đi| và (?:các|những) năm (?:tiếp theo|sau|tiếp)| và các năm)"

_WAYS: tuple[tuple[str, Callable[..., Bounds | None]], ...] = (
    (rf"(?:{_UNTIL})?(?:{_SOME_DAY} |định kỳ )?(?:{_EVERY} năm|thường niên)", _yearly),
    (rf"(?:định kỳ |thứ \w+ )?{_EVERY} tuần", _weekly),
    (rf"(?:ngày )?{_D}{_TO}{_D}", _days),
    (rf"(?:ngày )?{_W}{_TO}{_W}", _days),
    (rf"(?:ngày )?(\d{{1,2}})[/.](\d{{1,2}}){_TO}{_D}", _days_of_a_year),
    (rf"(?:ngày )?(\d{{1,2}}){_TO}{_D}", _days_of_a_month),
    (rf"{_UNTIL}(?:ngày )?(?:{_D})", _until_day),
    (rf"{_UNTIL}(?:ngày )?(?:{_W})", _until_day),
    (rf"(?:từ|sau) (?:ngày )?{_D}{_AND_ON}?", _from_day),
    (rf"(?:từ|sau) (?:ngày )?{_W}{_AND_ON}?", _from_day),
    (rf"(?:ngày )?{_D}", _one_day),
    (rf"(?:ngày )?{_W}", _one_day),
    (rf"{_BEFORE}(?:tháng )?{_M}", _before_month),
    (rf"{_UNTIL}(?:cuối )?(?:tháng )?{_M}", _until_month),
    (rf"sau (?:tháng )?{_M}", _after_month),
    (rf"(?:tháng )?{_M}{_TO}{_M}", _months_of_years),
    (rf"(?:tháng |các tháng )?(\d{{1,2}}){_TO}{_M}", _months),
    (rf"(?:các )?tháng (\d{{1,2}}(?:, ?\d{{1,2}})+(?: và \d{{1,2}})?)(?:/| năm ){_Y}", _listed_months),
    (rf"từ (?:đầu )?(?:tháng )?{_M}{_AND_ON}?", _from_month),
    (rf"(?:tháng )?{_M}", _one_month),
    (rf"quý {_Q}{_OF}{_Y}{_TO}{_Q}{_OF}{_Y}", _quarters_of_years),
    (rf"quý {_Q}(?:(?:,|{_TO}) ?(?:quý )?{_Q})?{_OF}{_Y}", _quarters),
    (rf"từ (?:đầu )?quý {_Q}{_OF}{_Y}{_AND_ON}?", _from_quarter),
    (rf"{_BEFORE}quý {_Q}{_OF}{_Y}", _before_quarter),
    (rf"{_UNTIL}(?:cuối )?quý {_Q}{_OF}{_Y}", _until_quarter),
    (rf"sau quý {_Q}{_OF}{_Y}", _after_quarter),
    (rf"0?([369]|sáu) tháng (đầu|cuối)(?: năm|/)? ?{_Y}", _part_of_year),
    (rf"(?:giai đoạn |các năm |năm học |năm )?{_Y}(?:{_TO}|, ?){_Y}", _years),
    (rf"(?:từ )?năm {_Y}{_AND_ON}", _from_year),
    (rf"từ (?:đầu )?(?:năm )?{_Y}", _from_year),
    (rf"{_BEFORE}(?:năm )?{_Y}", _before_year),
    (rf"sau (?:năm )?{_Y}", _after_year),
    (rf"{_UNTIL}(?:cuối )?(?:năm )?{_Y}", _until_year),
    (rf"(?:cả năm |năm )?{_Y}", _one_year),
)
# "Từ nay đến hết năm 2026" ends, and begins with the plan itself.
_FROM_NOW = re.compile(r"^(?:kể )?từ (?:nay|khi ban hành|ngày (?:ban hành|ký))[^,;\d]{0,30}? (?:cho )?(?=đến|tới)")
_PARTED = re.compile(
    r"(?:tháng|quý) ((?:\d{1,2}|i{1,3}|iv)(?:(?:,| và) ?(?:tháng |quý )?(?:\d{1,2}|i{1,3}|iv))+)(?:/| năm )"
)
_READERS = tuple((re.compile(pattern), reader) for pattern, reader in _WAYS)
_FILLERS = re.compile(
    r"^(?:thực hiện|hoàn thành|triển khai|xong|bắt đầu|thời gian|thời hạn|trong|kể|dự kiến|tổ chức|vào)[ :]+"
)
_WITHOUT_BOUNDS = re.compile(
    r"(?:thực hiện |triển khai )?(?:thường xuyên|liên tục|định kỳ|h[àằ]ng (?:ngày|tháng|quý)|mỗi (?:ngày|tháng|quý)"
    r"|\d tháng/lần|ngay (?:sau|khi)|theo (?:tiến độ|kế hoạch|chỉ đạo|hướng dẫn|yêu cầu|lộ trình)|khi có)\b.*"
)


def read_period(text: str) -> tuple[PeriodRead, str | None]:
    """The period that a cell names, and why it is doubtful if it is.

    Days are as written: "Trước 30/9/2025" ends "2025-09-30". Longer spans are not: "Trước tháng 12/2026" ends
    "2026-11".

    >>> read_period("Năm 2025-2026")[0].to
    '2026'
    """
    text = spaced(text)
    if not text:
        return PeriodRead("unknown", None, None, ""), "Nhiệm vụ chưa có thời gian thực hiện."
    if bounds := bounds_of(text):
        return PeriodRead(*bounds, text), _gaps(text)
    if has_no_bounds(text):
        return PeriodRead("unknown", None, None, text), f"“{text}” không cho biết bắt đầu và kết thúc khi nào."
    return PeriodRead("unknown", None, None, text), f"Chưa hiểu thời gian “{text}”."


def _gaps(text: str) -> str | None:
    """Why a span over months that do not follow each other is doubtful: "Tháng 3, 9/2025"."""
    found = _PARTED.search(folded(text))
    numbers = [_ROMAN.get(part) or int(part) for part in re.findall(r"\d+|\b[iv]+\b", found[1])] if found else []
    if any(later - earlier > 1 for earlier, later in pairwise(sorted(numbers))):
        return f"“{text}” nêu các khoảng rời nhau; đã lấy từ khoảng đầu đến khoảng cuối."
    return None


def joined_period(parts: Iterable[str]) -> str:
    """The lines of a period put together; where a line broke inside a number, without a space.

    >>> joined_period(["Từ 26/6/", "2026 đến", "10/9/202", "6"])
    'Từ 26/6/2026 đến 10/9/2026'
    """
    pieces = [spaced(part) for part in parts]
    usual = joined(pieces)
    if bounds_of(usual):
        return usual
    tight = ""
    for piece in pieces:
        inside = (tight[-1:].isdigit() and piece[:1].isdigit()) or piece[:1] == "/" or tight[-1:] == "/"
        tight = f"{tight}{piece}" if inside else joined((tight, piece))
    return tight if bounds_of(tight) else usual


def bounds_of(text: str) -> Bounds | None:
    """Kind, first and last of a text that is a period and nothing else; None when it is not."""
    if len(text) > 80:
        return None
    plain = spaced(folded(text).strip(" .;,()"))
    for _ in range(3):
        plain = _FILLERS.sub("", plain)
    plain = _FROM_NOW.sub("", plain)
    ends = re.search(r"-|\b(?:đến|tới|và)\b", plain)
    for candidate in (plain, plain.removeprefix("từ ")) if ends else (plain,):
        for pattern, reader in _READERS:
            if (found := pattern.fullmatch(candidate)) and (bounds := reader(*found.groups())):
                return bounds
    return None


def has_no_bounds(text: str) -> bool:
    """Whether the text says how work goes on but not when: "Thường xuyên", "Hằng tháng"."""
    return len(text) <= 80 and bool(_WITHOUT_BOUNDS.fullmatch(folded(text).strip(" .;,()")))


def period_words(kind: PeriodKind, first: str | None, last: str | None) -> str:
    """A period in the words that plans use; `read_period` reads them back the same."""
    if kind in ("yearly", "weekly"):
        return "Hằng năm" if kind == "yearly" else "Hằng tuần"
    if kind == "range":
        return _bounded(_day_words(first), _day_words(last), "từ ngày {} đến ngày {}", "Trước ngày {}", "Từ ngày {}")
    if kind == "month":
        return f"Tháng {_month_words(first)}"
    if kind == "months":
        return _bounded(
            _month_words(first), _month_words(last), "Từ tháng {} đến tháng {}", "Đến hết tháng {}", "Từ tháng {}"
        )
    if kind == "year":
        return f"Năm {last}" if first else f"Đến hết năm {last}"
    return f"Năm {first}-{last}" if last else f"Từ năm {first}" if first else ""


def _bounded(first: str | None, last: str | None, both: str, until: str, since: str) -> str:
    if first and last:
        return both.format(first, last)
    return until.format(last) if last else since.format(first)


def _day_words(day: str | None) -> str | None:
    return "/".join(reversed(day.split("-"))) if day else None


def _month_words(month: str | None) -> str | None:
    return "/".join(reversed(month.split("-"))) if month else None
