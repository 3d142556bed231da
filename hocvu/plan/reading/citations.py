"""Documents that a plan cites, by number and date: state form "146/QĐ-TTg", party form "478-KH/TU"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hocvu.plan.reading.periods import find_day
from hocvu.plan.reading.shape import LegalBasis
from hocvu.plan.reading.wording import spaced

_BODY = r"[A-ZĐƯỦ][A-ZĐƯỦa-z&]{1,11}\d{0,3}"
_PARTY = rf"\d{{1,4}}\s?-\s?[A-ZĐ][A-Za-zĐ]{{0,5}}\s?/\s?{_BODY}(?:-{_BODY})*"
_STATE = rf"\d{{1,5}}\s?/\s?(?:\d{{4}}\s?/\s?)?[A-ZĐ][A-Za-zĐ&]{{0,7}}(?:\s?-\s?{_BODY})+|\d{{1,5}}/\d{{4}}/[A-ZĐ]{{2,6}}\d{{0,2}}"
NUMBER = re.compile(rf"(?<![\w/])(?:{_PARTY}|{_STATE})(?!\w)")
# These are numbers only where the words before them say so: "Công văn số 640/SKHCN" is, "30/TDP" is not.
_SAID = (
    "(?:" + "|".join(rf"(?<={word} )" for word in ("số", "Số", "số:", "văn", "hoạch", "định", "quyết", "trình")) + ")"
)
_SHORT = r"\d{1,5}\s?/\s?[A-ZĐ]{3,}[A-Za-zĐ]*(?![-\w])"
_NO_HYPHEN = rf"\d{{1,4}}\s(?:KH|NQ|CT|CTr|QĐ|ĐA|KL|TB|HD|BC|QC)\s?/\s?{_BODY}(?:-{_BODY})*"
_CITED = re.compile(rf"{NUMBER.pattern}|(?<![\w/])(?:{_SAID}{_SHORT}|{_NO_HYPHEN})(?!\w)")
OWN_NUMBER = re.compile(rf"{NUMBER.pattern}|(?:{_SHORT}|{_NO_HYPHEN})(?!\w)")
_ISSUED = r"(?:đã )?(?:được )?(?:ban hành|ký ban hành|ký|thông qua)?\s*(?:vào )?"
_DATE = r"ngày\s+(?=\d)"
# "số 132/KH-UBND của UBND tỉnh ngày …", "số 132/KH-UBND (ngày …)": between the two stands only who issued it.
_DATE_NEAR = re.compile(
    rf"(?:\s*,?\s*(?:của|do)\s(?:(?!\b(?:về|từ|đến|trước|sau|tại|nhằm|triển khai|thực hiện)\b)[^;:()\d]){{2,120}}?)?"
    rf"[\s,]*\(?\s*{_ISSUED}{_DATE}",
    re.I,
)
_OTHER = r"(?-i:Nghị quyết|Quyết định|Chỉ thị|Công văn|Thông tư|Nghị định|Luật|Kết luận|Kế hoạch|Chương trình|Đề án)|kèm theo"
# Further on, a date is the document's own where it says so: "…, ban hành ngày …", "… (ngày …)".
_DATE_FAR = re.compile(rf"(?:(?!{_OTHER})[^;\n])*?(?:\b(?:ban hành|ký)\s+(?:vào )?{_DATE}|\(\s*{_ISSUED}{_DATE})", re.I)
_FARTHEST = 600
_ENDS = re.compile(r";|\.\s+(?=[^\W\d_])|\b(?:Căn cứ|Thực hiện)\b")


def tight(number: str) -> str:
    """A number without the spaces that a line break left in it, and with the hyphen that a space stands for.

    >>> tight("478- KH/TU"), tight("90 KH/TU")
    ('478-KH/TU', '90-KH/TU')
    """
    hyphened = re.sub(r"^(\d+)\s(?=[^\W\d_])", r"\1-", spaced(number))
    return re.sub(r"\s", "", hyphened)


def citations(texts: Iterable[str], own: str | None = None) -> tuple[list[LegalBasis], list[str]]:
    """Each document cited, once, in order, with its date where any mention gives one; and a sentence for each
    that is cited with two dates, with none, or without its hyphen. `own` is the plan's own number, which is no
    basis."""
    dates: dict[str, str | None] = {}
    doubtful: list[str] = []
    for text in texts:
        for found in _CITED.finditer(text):
            number = tight(found.group())
            if number == own:
                continue
            day = _date_after(text, found.end())
            known = dates.get(number)
            if known and day and known != day:
                doubtful.append(f"Văn bản {number} được dẫn với hai ngày khác nhau.")
            if number not in dates and re.fullmatch(_NO_HYPHEN, found.group()):
                doubtful.append(f"“{found.group()}” thiếu gạch nối; đã ghi là {number}.")
            dates[number] = known or day
    doubtful += [f"Văn bản {number} được dẫn mà chưa rõ ngày." for number, day in dates.items() if day is None]
    return [LegalBasis(number, day) for number, day in dates.items()], doubtful


def _date_after(text: str, at: int) -> str | None:
    """The date that belongs to the number ending there: before the next number and the end of its item."""
    following = _CITED.search(text, at, at + _FARTHEST)
    upto = following.start() if following else min(len(text), at + _FARTHEST)
    ending = _ENDS.search(text, at, upto)
    upto = ending.start() if ending else upto
    found = _DATE_NEAR.match(text, at, upto) or _DATE_FAR.match(text, at, upto)
    return find_day(text[found.end() - 5 : min(found.end() + 32, upto)]) if found else None
