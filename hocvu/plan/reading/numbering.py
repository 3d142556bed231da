"""The numbers and dashes that Word draws before paragraphs without keeping them in the text.

Levels count per list as Word counts them: a deeper level starts anew under each higher one, several lists
of one abstract list go on counting together unless one of them overrides its start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from hocvu.plan.reading.wordxml import flag, value, w, whole

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def roman(number: int) -> str:
    """A number in small Roman numerals.

    >>> roman(14)
    'xiv'
    """
    out = ""
    for worth, letters in _ROMAN:
        out += letters * (number // worth)
        number %= worth
    return out


def letters(number: int) -> str:
    """A number in letters as Word counts on after z: aa, bb.

    >>> letters(3), letters(28)
    ('c', 'bb')
    """
    turn, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (turn + 1)


def _written(number: int, form: str) -> str:
    if number < 1 or number > 9_999 or form in ("decimal", ""):
        return str(number)
    forms = {
        "upperRoman": roman(number).upper(),
        "lowerRoman": roman(number),
        "upperLetter": letters(min(number, 780)).upper(),
        "lowerLetter": letters(min(number, 780)),
        "decimalZero": f"{number:02d}",
        "none": "",
    }
    return forms.get(form, str(number))


@dataclass(slots=True)
class _Level:
    """How one level of a list looks: `pattern` is "%1.%2)" for the second level of "1.1)"."""

    form: str = "decimal"
    pattern: str = ""
    start: int = 1
    suffix: str = "tab"
    restarts_after: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """One numbered list (w:num): the abstract list it counts with and the levels it changes."""

    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Knows each paragraph's label, provided it is asked in reading order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self.lists = {} if numbering is None else _lists(numbering)
        self.styles = {} if styles is None else {value(s, "styleId"): s for s in styles.iter(w("style"))}
        self.usual = next((name for name, s in self.styles.items() if _is_usual(s)), "")
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[tuple[str, int]] = set()

    def label(self, properties: Element | None, *, empty: bool) -> str:
        """What Word draws before the paragraph, its space included: "1. ", "a) ", "- " or nothing."""
        number, depth = self._place(properties)
        found = self.lists.get(number)
        if found is None:
            return ""
        level = found.levels.get(depth, _Level())
        if level.form == "bullet":
            return "" if empty or not level.pattern.strip() else _dash(level.pattern) + " "
        counts = self._count(number, found, depth)
        text = re.sub(r"%([1-9])", lambda m: self._shown(found, counts, int(m[1]) - 1, level.legal), level.pattern)
        return text + ("" if level.suffix == "nothing" or not text else " ")

    def _shown(self, found: _List, counts: dict[int, int], depth: int, legal: bool) -> str:
        level = found.levels.get(depth, _Level())
        return _written(counts.get(depth, level.start), "decimal" if legal else level.form)

    def _count(self, number: str, found: _List, depth: int) -> dict[int, int]:
        counts = self.counts.setdefault(found.abstract, {})
        for above in range(depth):
            counts.setdefault(above, found.starts.get(above, found.levels.get(above, _Level()).start))
        if depth in found.starts and (number, depth) not in self.begun:
            counts[depth] = found.starts[depth]
        elif depth in counts:
            counts[depth] += 1
        else:
            counts[depth] = found.levels.get(depth, _Level()).start
        self.begun.add((number, depth))
        for below in [d for d in counts if d > depth]:
            after = found.levels.get(below, _Level()).restarts_after
            if after is None or depth < after:
                del counts[below]
        return counts

    def _place(self, properties: Element | None) -> tuple[str, int]:
        """The list and level of a paragraph: said by itself, else by its style or the styles that one builds on."""
        number, depth = _numbered(properties)
        style = value(properties.find(w("pStyle")) if properties is not None else None) or self.usual
        for _ in range(12):
            if number is not None or style not in self.styles:
                break
            element = self.styles[style]
            number, said = _numbered(element.find(w("pPr")))
            if number is not None and depth is None:
                depth = said if said is not None else self._depth_of_style(number, style)
            style = value(element.find(w("basedOn")))
        return number or "0", depth or 0

    def _depth_of_style(self, number: str, style: str) -> int:
        levels = self.lists[number].levels if number in self.lists else {}
        return next((depth for depth, level in levels.items() if level.style == style), 0)


def _is_usual(style: Element) -> bool:
    return value(style, "type") == "paragraph" and value(style, "default") in ("1", "true")


def _numbered(properties: Element | None) -> tuple[str | None, int | None]:
    found = properties.find(w("numPr")) if properties is not None else None
    if found is None:
        return None, None
    depth = found.find(w("ilvl"))
    return value(found.find(w("numId"))) or None, None if depth is None else whole(depth, 0)


def _dash(pattern: str) -> str:
    """Bullets of every drawing read as the dash of a plan; a typed "+" stays, for it marks the level below."""
    return "+" if pattern.strip() == "+" else "-"


def _lists(numbering: Element) -> dict[str, _List]:
    abstracts = {value(a, "abstractNumId"): a for a in numbering.iter(w("abstractNum"))}
    by_style = {value(a.find(w("styleLink"))): a for a in abstracts.values() if a.find(w("styleLink")) is not None}
    found = {}
    for num in numbering.iter(w("num")):
        name = value(num.find(w("abstractNumId")))
        abstract = abstracts.get(name)
        link = value(abstract.find(w("numStyleLink"))) if abstract is not None else ""
        abstract = by_style.get(link, abstract)
        if abstract is not None:
            found[value(num, "numId")] = _list(name, abstract, num)
    return found


def _list(name: str, abstract: Element, num: Element) -> _List:
    levels = {whole(level, 0, "ilvl"): _level(level) for level in abstract.iter(w("lvl"))}
    starts = {}
    for change in num.iter(w("lvlOverride")):
        depth = whole(change, 0, "ilvl")
        if (level := change.find(w("lvl"))) is not None:
            levels[depth] = _level(level)
        if (start := change.find(w("startOverride"))) is not None:
            starts[depth] = whole(start, 1)
    return _List(name, levels, starts)


def _level(level: Element) -> _Level:
    restart = level.find(w("lvlRestart"))
    return _Level(
        form=value(level.find(w("numFmt"))) or "decimal",
        pattern=value(level.find(w("lvlText"))),
        start=whole(level.find(w("start")), 0 if level.find(w("start")) is None else 1),
        suffix=value(level.find(w("suff"))) or "tab",
        restarts_after=None if restart is None else whole(restart, 0),
        legal=flag(level, "isLgl"),
        style=value(level.find(w("pStyle"))),
    )
