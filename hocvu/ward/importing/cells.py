"""What people write in the cells of a list, as values: names, days, sexes, identity numbers, phones, places.

Each reader answers the value (None where there is none) and the kinds of what was noticed on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from hocvu.lib import text as vietnamese
from hocvu.lib.sheets import Cell, from_serial

OLDEST = 1900
fold = lru_cache(maxsize=8192)(vietnamese.fold)  # a list says "Nam", "Tổ 5", "Con" thousands of times
_FORMULA = re.compile(r"^[=+@]|^-(?=[A-Za-z(])|^[＝＋＠]")
_DAY = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
_MONTH = re.compile(r"(?:tháng\s*)?(\d{1,2})\s*[/.\-]\s*(\d{4})", re.I)
_YEAR = re.compile(r"(?:năm\s*|ns\s*)?(\d{4})", re.I)
_LONG_DAY = re.compile(r"(?:ngày\s*)?(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})", re.I)
_MEN = {"nam", "nam gioi", "m", "male", "trai", "ong", "con trai"}
_WOMEN = {"nu", "nu gioi", "f", "female", "gai", "ba", "con gai", "nư"}
_TICKS = {"x", "✓", "v", "1", "co", "✔"}
MASK = "•"  # our own lists leave with hidden digits; coming back they say nothing
_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{8,9}")
_ONLY_YEAR = re.compile(r"[-._?x\s]*/[-._?x\s]*/\s*(\d{4})", re.I)  # --/--/1958: the form asks for a day nobody knows
# What is left of a number without its first zeros. One that still begins with another 0 lost some other digit:
# no province from 003 to 009 exists but these.
_LOST_ZERO = re.compile(r"[1-9]|0[12468]")
_NONE = {"khong", "khong co", "chua co", "chua", "chua cap", "k", "ko", "ko co", "khong ro", "x", "-", "/", "?"}


@dataclass(frozen=True, slots=True)
class Birth:
    """A day of birth, or only the year of it."""

    day: date | None = None
    year: int | None = None


def words(cell: Cell) -> tuple[str, list[str]]:
    """A cell as text with single spaces; a whole number without its ".0"."""
    if cell is None:
        return "", []
    if isinstance(cell, float):
        return (str(int(cell)) if cell.is_integer() else str(cell)), []
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y"), []
    text = " ".join(cell.split())
    return text, ["formula_text"] if _FORMULA.match(text) else []


def name(cell: Cell) -> tuple[str, list[str]]:
    """A person's name; one in capitals throughout is written as names are."""
    text, kinds = words(cell)
    text = text.strip(" .,;-*")
    if not re.search(r"[^\W\d_]", text):
        return "", ["missing_name"]
    if text.isupper() or text.islower():
        text = " ".join(part[:1].upper() + part[1:].lower() for part in text.split(" "))
    return text[:120], kinds


def birth(cell: Cell, today: date) -> tuple[Birth, list[str]]:
    """A day of birth as a date, as text, as Excel's serial number, or a year alone.

    01/8/58 is refused: at a hundred years of age somebody's century cannot be guessed.
    """
    if cell is None:
        return Birth(), ["missing_birth"]
    if isinstance(cell, date):
        return _lived(cell, today)
    if isinstance(cell, float):
        if cell.is_integer() and OLDEST <= cell <= today.year:
            return Birth(year=int(cell)), ["year_only"]
        found = from_serial(cell) or _packed(str(int(cell)) if cell.is_integer() else "")
        return _lived(found, today) if found else (Birth(), ["bad_date"])
    text = cell.strip(" '`,") if _ONLY_YEAR.fullmatch(cell) else cell.strip(" '`.,")
    if not text or fold(text) in {"khong ro", "khong nho", "-", "?"}:
        return Birth(), ["missing_birth"]
    return _birth_in_words(text, today)


def _birth_in_words(text: str, today: date) -> tuple[Birth, list[str]]:
    if found := _ISO.fullmatch(text):
        return _lived(_real(found[1], found[2], found[3]), today)
    if found := _DAY.fullmatch(text) or _LONG_DAY.fullmatch(text):
        day, month, year = found.groups()
        if int(day) == 0 and int(month) == 0:
            return _only_year(int(year), today)
        return _lived(_real(year, month, day), today)
    if found := _MONTH.fullmatch(text):
        return _only_year(int(found[2]), today) if 1 <= int(found[1]) <= 12 else (Birth(), ["bad_date"])
    if found := _YEAR.fullmatch(text) or _ONLY_YEAR.fullmatch(text):
        return _only_year(int(found[1]), today)
    if re.fullmatch(r"\d{5}(?:\.0)?", text) and (serial := from_serial(float(text))):
        return _lived(serial, today)
    packed = _packed(text)
    return _lived(packed, today) if packed else (Birth(), ["bad_date"])


def _packed(text: str) -> date | None:
    """05031958 and 5031958: a day whose strokes were left out."""
    digits = text.zfill(8) if re.fullmatch(r"\d{7,8}", text) else ""
    return _real(digits[4:], digits[2:4], digits[:2]) if digits else None


def _real(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _lived(day: date | None, today: date) -> tuple[Birth, list[str]]:
    if day is None or not day.year >= OLDEST or day > today:
        return Birth(), ["bad_date"]
    return Birth(day, day.year), []


def _only_year(year: int, today: date) -> tuple[Birth, list[str]]:
    return (Birth(year=year), ["year_only"]) if OLDEST <= year <= today.year else (Birth(), ["bad_date"])


def sex(cell: Cell, man: Cell = None, woman: Cell = None) -> tuple[str, list[str]]:
    """ "male", "female" or "": from one column, or from two in which one is ticked."""
    ticked = [fold(words(one)[0]) in _TICKS for one in (man, woman)]
    if ticked[0] != ticked[1]:
        return ("male" if ticked[0] else "female"), []
    said = fold(words(cell)[0]).strip(" .")
    if said in _MEN:
        return "male", []
    return ("female", []) if said in _WOMEN else ("", ["sex_unknown"])


def number(cell: Cell) -> tuple[str, list[str]]:
    """An identity number of 12 digits; "" where there is none or only an old one of nine."""
    if cell is None:
        return "", []
    if isinstance(cell, date):
        return "", ["id_bad"]
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    digits = re.sub(r"[\s.\-'`]", "", text)
    if not digits or MASK in digits or text.strip() in _NONE:
        return "", []
    if not re.fullmatch(r"\d+", digits):
        return "", [] if fold(text).strip(" .") in _NONE else ["id_bad"]
    if len(digits) == 12:
        return digits, []
    if len(digits) in (10, 11) and _LOST_ZERO.match(digits):
        return digits.zfill(12), ["id_padded"]
    if len(digits) == 9 or (len(digits) == 8 and isinstance(cell, float)):
        return "", ["id_old_9"]
    return "", ["id_bad"]


def disagrees(digits: str, born: Birth, said_sex: str) -> bool:
    """Whether a number's own century, sex or year differs from what the row says.

    Source: Nghị định 137/2015, art. 13: after the three digits of the place, one digit for century and sex
    (0 man, 1 woman of the 1900s; 2, 3 of the 2000s; and so on), then the two last digits of the year.
    """
    if len(digits) != 12:
        return False
    mark = int(digits[3])
    year = 1900 + 100 * (mark // 2) + int(digits[4:6])
    if born.year is not None and born.year != year:
        return True
    return bool(said_sex) and said_sex != ("female" if mark % 2 else "male")


def phone(cell: Cell) -> tuple[str, list[str]]:
    """A phone number of 10 digits (11 for some landlines); of several the first that is one."""
    text, _ = words(cell)
    if not text or MASK in text:
        return "", []
    for part in re.split(r"[/;,]|\s+-\s+|\bhoặc\b", text):
        digits = re.sub(r"\D", "", part)
        if digits.startswith("84") and len(digits) in (11, 12) and (part.strip().startswith("+") or len(digits) == 11):
            digits = f"0{digits[2:]}"
        if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
            return digits, []
        padded = f"0{digits}"
        if not digits.startswith("0") and (_MOBILE.fullmatch(padded) or _LANDLINE.fullmatch(padded)):
            return padded, ["phone_padded"]
    return "", ["phone_bad"]


def residence(cell: Cell) -> str:
    """ "permanent", "temporary" or "left"; what is not said is permanent."""
    said = fold(words(cell)[0])
    if said in {"kt3", "kt4"} or "tam tru" in said:
        return "temporary"
    return "left" if any(word in said for word in ("da di", "chuyen di", "vang mat lau")) else "permanent"


def is_head(cell: Cell) -> bool:
    """Whether the row's person is the head of the household."""
    return fold(words(cell)[0]) in {"chu ho", "ch", "chu ho gia dinh", "ban than chu ho"}


_PLACE = re.compile(
    r"(?:(?:to dan pho|tdp|to dp|to|t|thon|khu|kdc|khu dan cu|khu pho|kp|xom|ap|ban|so)[\s.:\-]*)*0*(\d{1,4})"
)
_BEYOND = re.compile(r"\s*[,\-(]\s*(?:phuong|p\.|xa|x\.|thi tran|dac khu|quan|huyen|tp|thanh pho)\b.*")
_PLACE_WORD = re.compile(r"^(?:to dan pho|tdp|thon|khu dan cu|khu pho|khu|kdc|xom|ap|ban)[\s.:]+(?:so[\s.:]+)?")


class Places:
    """Finds a neighbourhood by what people call it: "TDP 5", "Tổ 5", "Tổ dân phố số 05", 5."""

    def __init__(self, places: Iterable[tuple[int, str, int | None]]) -> None:
        """`places` are (key, name, number)."""
        self._by_name: dict[str, int] = {}
        self._by_number: dict[int, int] = {}
        for key, called, numbered in places:
            plain = fold(called)
            self._by_name[plain] = key
            self._by_name.setdefault(_PLACE_WORD.sub("", plain), key)
            own = numbered or (int(found[1]) if (found := _PLACE.fullmatch(plain)) else None)
            if own:
                self._by_number[own] = key

    def find(self, cell: Cell) -> int | None:
        """The neighbourhood's key, or None."""
        plain = fold(words(cell)[0]).strip(" .,")
        if plain in self._by_name:
            return self._by_name[plain]
        plain = _BEYOND.sub("", plain)
        if found := _PLACE.fullmatch(plain):
            return self._by_number.get(int(found[1]))
        return self._by_name.get(_PLACE_WORD.sub("", plain))


_NO_PERSON = re.compile(
    r"(tong|cong)( cong| so)?( [\d.:]+.*)?$|tong (cong|so)\b.*|cong (to|trang|ho|thon|tdp)\b.*|nguoi lap\b.*|"
    r"lap bieu\b.*|xac nhan\b.*|(tm|kt|tl)\. ?.*|ghi chu\b.*|(pho )?chu tich|to truong|\(?ky,? .*|"
    r"(truong|pho truong|can bo|cong chuc|can bo phu trach|nguoi) (lap|cong an|thong ke|phu trach|ke khai)\b.*|"
    r".*\bngay\b.*\bthang\b.*\bnam\b.*|danh sach\b.*"
)


def is_no_person(first_words: str) -> bool:
    """Whether the first words of a row say that it sums up or signs the list."""
    return bool(_NO_PERSON.fullmatch(fold(first_words).strip(" :.")))
