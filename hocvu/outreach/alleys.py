"""Which alley an address is in and how doors follow each other there. Pure: any text gives an answer.

Registers write addresses by hand: "Số 12 ngõ 3 Đằng Lâm", "12/45 Lê Lợi", "Ngách 5/2, Cát Bi", "P302 nhà A2". What stands
before the first word of a street is the door; what follows is the alley. Of numbers joined by strokes the first is the
door and the rest the alley, as plates are painted here, unless the address goes on with a word for an alley of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hocvu.lib.text import fold, nfc

NO_ALLEY = "Chưa ghi ngõ"
LONGEST = 300  # no address is longer; what is, is not read to its end

Key = tuple[tuple[int, int, str], ...]

_NUMBER = r"\d+(?:[a-zđ]|\s[a-hđ])?(?:\s?(?:bis|ter))?(?![^\W\d_])"
_LABEL = r"(?:số\s+nhà|nhà\s+số|căn\s+hộ|phòng|căn|kiốt|kiot|nhà|lô|số|sn|p)\s*[.:]?\s*"
_DOOR = re.compile(
    rf"^(?:{_LABEL})*(?P<first>{_NUMBER}(?:\s*-\s*{_NUMBER})?)(?P<more>(?:\s*/\s*{_NUMBER})*)(?=$|[\s,.;])",
    re.IGNORECASE,
)
_UNNUMBERED = re.compile(r"^(?:nhà\s+)?(?:không\s+(?:có\s+)?số|chưa\s+có\s+số)(?=$|[\s,.;])", re.IGNORECASE)
_ALLEY_WORD = re.compile(r"^(?:ngõ|ngách|hẻm|kiệt|xóm|đường|phố|lối|tổ|dãy|khu)(?=$|[\s\d])", re.IGNORECASE)
# A part that only says in which neighbourhood, ward or city: the same alley is written with it and without.
_REGION = re.compile(
    r"^(?:to dan pho|to|tdp|khu dan cu|kdc|khu pho|phuong|xa|quan|huyen|thi tran|thi xa|thanh pho|tp|tinh|p\.|q\.)(?=$|[\s.\d])"
)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a household is: the alley in words, "" where none was written; the door's number as it was written."""

    alley: str
    number: str
    group: str  # the same for addresses of one alley, however they are typed
    key: tuple[bool, Key, str, bool, Key]

    @property
    def words(self) -> str:
        """The alley as a heading."""
        return self.alley or NO_ALLEY


def read(address: str) -> Door:
    """The door of an address.

    >>> read("Số 12 ngõ 3 Đằng Lâm").alley, read("Số 12 ngõ 3 Đằng Lâm").number
    ('Ngõ 3 Đằng Lâm', '12')
    >>> read("12/45 Lê Lợi").alley, read("12/45 Lê Lợi").number
    ('Ngõ 45 Lê Lợi', '12')
    """
    text = " ".join(nfc(address)[:LONGEST].split()).strip(" ,.;-")
    number, alley = _parted(text)
    alley = _without_region(alley)
    alley = alley[:1].upper() + alley[1:]
    group = " ".join(re.sub(r"[^\w/]+", " ", alley.lower()).split())
    return Door(alley, number, group, (not group, natural(group), group, not number, natural(number)))


def _parted(text: str) -> tuple[str, str]:
    """The door's number and the rest."""
    if bare := _UNNUMBERED.match(text):
        return "", text[bare.end() :].strip(" ,.;-")
    found = _DOOR.match(text)
    if found is None:
        return "", text
    rest = text[found.end() :].strip(" ,.;-")
    first, more = _tight(found["first"]), _tight(found["more"])
    if not more:
        return first, rest
    if _ALLEY_WORD.match(rest):
        return first + more, rest
    return first, f"ngõ {more[1:]} {rest}".strip()


def _tight(number: str) -> str:
    return "".join(number.split())


def _without_region(alley: str) -> str:
    """An alley less what only says in which neighbourhood, ward or city it is. The first part always stays."""
    first, *more = (part.strip() for part in alley.split(","))
    kept = [part for part in more if part and not _REGION.match(fold(part))]
    return ", ".join(part for part in (first, *kept) if part)


def natural(text: str) -> Key:
    """What sorts texts with numbers in them by value, without marks; numbers before letters.

    >>> sorted(["ngõ 10", "ngõ 3", "ngõ 3a", "Ngõ 3"], key=natural)
    ['ngõ 3', 'Ngõ 3', 'ngõ 3a', 'ngõ 10']
    """
    return tuple(_piece(run) for run in re.findall(r"[0-9]+|[^\W0-9_]+", fold(text)))


def _piece(run: str) -> tuple[int, int, str]:
    if run[0] in "0123456789":
        digits = run.lstrip("0") or "0"
        return (0, len(digits), digits)
    return (1, 0, run)
