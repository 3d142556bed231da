"""Unit names put right: one spelling for one unit through a whole plan.

A name is compared by its key: spaces, dashes, capitals and old tones set aside, known abbreviations written out.
Names with one key are one unit, spelt as the plan spells it most. A name that stands alone and is only a
reordering or a slip away from one that the plan uses more is taken for it, and doubted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from hocvu.plan.reading.names import is_group
from hocvu.plan.reading.wording import folded, spaced, syllables

_WRITTEN_OUT = (
    (r"ubmttq ?vn|ubmttq việt nam|ub ?mttq(?: ?vn| việt nam)?|ubmttq|ubmt", "ủy ban mặt trận tổ quốc việt nam"),
    (r"mttq ?vn|mttq(?: việt nam)?", "mặt trận tổ quốc việt nam"),
    (r"tdp", "tổ dân phố"),
    (r"ubnd", "ủy ban nhân dân"),
    (r"hđnd", "hội đồng nhân dân"),
    (r"tncs", "thanh niên cộng sản"),
    (r"hcm", "hồ chí minh"),
    (r"vh-xh|vhxh", "văn hóa-xã hội"),
    (r"kt-ht", "kinh tế-hạ tầng"),
    (r"lhpn", "liên hiệp phụ nữ"),
    (r"ccb", "cựu chiến binh"),
    (r"htx", "hợp tác xã"),
    (r"clb", "câu lạc bộ"),
    (r"bch", "ban chấp hành"),
    (r"vp", "văn phòng"),
    (r"ttpvhcc", "trung tâm phục vụ hành chính công"),
    (r"gd-đt|gd&đt|gdđt", "giáo dục và đào tạo"),
    (r"thcs", "trung học cơ sở"),
    (r"thpt", "trung học phổ thông"),
)
_ABBREVIATIONS = re.compile("|".join(rf"(?<!\w)(?P<a{i}>{short})(?!\w)" for i, (short, _) in enumerate(_WRITTEN_OUT)))
_FRONT = "mặt trận tổ quốc"
_MISSING_COUNTRY = re.compile(rf"{_FRONT}(?! việt nam)")
_WHERE = re.compile(
    r" (?:trên địa bàn|thuộc|của|đóng trên địa bàn|trong)(?: (?:toàn )?(?:phường|xã|đặc khu|thị trấn))?$"
)


@lru_cache(maxsize=10_000)
def unit_key(name: str) -> str:
    """What two spellings of one unit share.

    >>> unit_key("UBMTTQ phường") == unit_key("Ủy ban Mặt trận Tổ quốc Việt Nam phường")
    True
    """
    plain = folded(re.sub(r"\([^()]*\)", " ", name)).strip(" .,;-")
    plain = _ABBREVIATIONS.sub(_write_out, plain)
    plain = _MISSING_COUNTRY.sub(f"{_FRONT} việt nam", plain)
    if is_group(plain):
        plain = _WHERE.sub("", plain)
        plain = plain.removeprefix("các ").removeprefix("những ").removeprefix("toàn thể ")
        return "các " + " ".join(syllables(plain))
    return " ".join(syllables(plain))


def _write_out(found: re.Match[str]) -> str:
    return _WRITTEN_OUT[int(str(found.lastgroup)[1:])][1]


def tidy(name: str) -> str:
    """The name as written, its spaces and dashes in order, a remark in brackets set aside.

    >>> tidy("Phòng Văn hóa- Xã hội (Nội vụ)")
    'Phòng Văn hóa - Xã hội'
    """
    name = spaced(re.sub(r"\([^()]*\)", " ", name)).strip(" .,;-+•*")
    name = re.sub(r"(?<=[^\W\d_])\s*[-–—]\s*(?=[^\W\d_])", " - ", name)
    return spaced(name[:1].upper() + name[1:])


class Names:
    """All unit names of one plan, and the one spelling for each."""

    def __init__(self, written: Iterable[str], body: Iterable[str] = ()) -> None:
        self._spellings: dict[str, Counter[str]] = {}
        for name in written:
            if key := unit_key(name):
                self._spellings.setdefault(key, Counter())[tidy(name)] += 1
        self._times = {key: sum(spellings.values()) for key, spellings in self._spellings.items()}
        said = " ".join(" ".join(syllables(text)) for text in body)
        for key in list(self._times)[:500]:
            self._times[key] += said.count(key)
        self._taken_for = {key: self._guess(key) for key in list(self._spellings)[:2_000]}

    def put_right(self, name: str) -> tuple[str, str | None]:
        """The unit's one spelling, and a sentence of doubt where it was guessed."""
        key = unit_key(name)
        meant = self._taken_for.get(key)
        if not meant:
            return self._spelling(key) or tidy(name), None
        right = self._spelling(meant)
        return right, f"“{tidy(name)}” được hiểu là “{right}”, tên dùng ở chỗ khác trong kế hoạch; hãy kiểm tra lại."

    def _spelling(self, key: str) -> str:
        """As the plan spells it most; of equals, the one written out, then the fullest."""
        spellings = self._spellings.get(key)
        if not spellings:
            return ""
        return max(spellings, key=lambda name: (spellings[name], -_shortened(name), len(name), name))

    def _guess(self, key: str) -> str | None:
        """The more used name of which this one is a reordering or a slip."""
        words = key.split()
        if len(words) < 2:
            return None
        for other in sorted(self._times, key=lambda other: -self._times[other])[:300]:
            if other == key or self._times[other] < self._times[key]:
                continue
            if _is_reordered(words, other.split()) and self._times[other] > self._times[key]:
                return other
            if self._times[other] > self._times[key] and _is_slip(words, other.split()):
                return other
        return None


def _shortened(name: str) -> int:
    return sum(len(word) > 1 and word.isupper() for word in name.split())


def _is_reordered(words: list[str], others: list[str]) -> bool:
    return len(words) >= 4 and words != others and sorted(words) == sorted(others)


def _is_slip(words: list[str], others: list[str]) -> bool:
    """Whether one word differs by one letter or mark; never a number or the last word, which tells units apart."""
    if len(words) != len(others) or len(words) < 3:
        return False
    differing = [(a, b, at) for at, (a, b) in enumerate(zip(words, others, strict=True)) if a != b]
    if len(differing) != 1:
        return False
    mine, theirs, at = differing[0]
    if at == len(words) - 1 or mine.isdigit() or theirs.isdigit() or min(len(mine), len(theirs)) < 3:
        return False
    return _one_letter_apart(mine, theirs)


def _one_letter_apart(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail_a, tail_b = a[head:], b[head:]
    return tail_a[1:] == tail_b[1:] or tail_a[1:] == tail_b or tail_a == tail_b[1:]
