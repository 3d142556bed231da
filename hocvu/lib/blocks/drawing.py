"""Blocks become HTML: one template a kind, under `templates/blocks/`; every word of theirs is escaped on its way.

What is drawn does not depend on who reads, so that it can be kept. Forms are the one thing that differs: they are drawn
for a reader whom nobody knows (they ask their own page and need no token), and carry a mark, `OWN`, where `owned` puts
what a signed-in reader's form must have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hocvu.lib.blocks import inline
from hocvu.lib.blocks.cleaning import WANTED
from hocvu.lib.blocks.kinds import Block
from hocvu.lib.figures import number_words

OWN = "<!--hv-own-->"  # no text can hold it: text is escaped, and drawings come without comments
TAKEN = {"noi-dung", "tra-loi"}  # anchors of every page's frame
MACHINE = "machine"
ENDINGS = {"application/pdf": "PDF", "text/plain": "chữ", "text/plain; charset=utf-8": "chữ"}


@dataclass(frozen=True, slots=True)
class File:
    """One form of a medium: where it lies, how heavy and how large it is."""

    url: str
    bytes: int = 0
    type: str = ""
    width: int = 0
    height: int = 0

    @property
    def size(self) -> str:
        return size_words(self.bytes)


@dataclass(frozen=True, slots=True)
class Shown:
    """A medium as a page needs it. A drawing has its SVG text and no file. `variants` are its other forms by label:
    smaller widths of a picture ("480"), "poster" and "audio" of a video."""

    kind: str  # a MediaKind of `kinds`
    main: File | None = None
    drawing: str = ""
    seconds: float | None = None
    said_by: str = ""
    origin: str = ""
    variants: Mapping[str, File] = field(default_factory=dict)

    @property
    def is_machine(self) -> bool:
        """Whether a machine speaks, which must be said."""
        return self.origin == MACHINE

    @property
    def length(self) -> str:
        return length_words(self.seconds) if self.seconds else ""

    @property
    def srcset(self) -> str:
        """The widths that a browser may choose among."""
        files = [*(one for label, one in self.variants.items() if label.isdigit()), self.main]
        return ", ".join(f"{one.url} {one.width}w" for one in files if one and one.width)

    @property
    def sounds(self) -> list[File]:
        """The forms of a sound, the one to try first in front; old iPhones want the second."""
        return [one for one in (self.main, self.variants.get("mp3")) if one]

    @property
    def poster(self) -> File | None:
        return self.variants.get("poster")

    @property
    def sound(self) -> File | None:
        return self.variants.get("audio")

    @property
    def type_words(self) -> str:
        """What kind of file a reader will get."""
        kind = self.main.type if self.main else ""
        return ENDINGS.get(kind, kind.rpartition("/")[2].upper()[:8])


@dataclass(frozen=True, slots=True)
class Forms:
    """Where the forms of a lesson send a signed-in learner's answers."""

    answer: str
    practice: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How blocks are drawn. Without `forms` a question is words on paper; `for_paper` leaves out what cannot be pressed;
    `for_author` shows what is still missing; `with_answers` says which choices are right."""

    level: int = 2  # of the headings inside
    forms: Forms | None = None
    for_paper: bool = False
    for_author: bool = False
    with_answers: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A block as HTML, and at which level its headings stand: a question is drawn again with what was answered."""

    id: str
    level: int
    html: SafeString


@dataclass(frozen=True, slots=True)
class Answered:
    """What a reader said to a check question, or ticked of a practice: numbers from 0."""

    chosen: frozenset[int]


def draw(blocks: Iterable[Block], media: Mapping[str, Shown], manner: Manner = Manner()) -> list[Drawn]:  # frozen
    """Each block as HTML, in order. A file that is not there is left out; its words stay."""
    level, pictures, drawn = manner.level, 0, []
    for block in blocks:
        if block["kind"] == "heading":
            level = manner.level if block.get("level") == "2" else manner.level + 1
        html = draw_one(block, media, manner, level=level, first=not pictures)
        pictures += html.count("<img ")
        drawn.append(Drawn(block["id"], level, html))
    return drawn


def draw_one(
    block: Block,
    media: Mapping[str, Shown],
    manner: Manner,
    *,
    level: int,
    first: bool = False,
    answered: Answered | None = None,
) -> SafeString:
    """One block as HTML; a question with what was answered, where it was. `first` pictures are not fetched late."""
    context: dict[str, Any] = {
        "block": block,
        "anchor": anchor_of(block["id"]),
        "manner": manner,
        "h": f"h{level}" if block["kind"] == "heading" else f"h{min(level, 6)}",
        "voice": None if manner.for_paper else _voice(block, media),
        "waits": manner.for_author and block.get("voice") == WANTED,
    }
    match block["kind"]:
        case "link":
            context["leads"] = inline.is_address(block.get("url", ""))
        case "heading":
            context["h"] = f"h{manner.level - (block.get('level') == '2')}"
        case "steps" | "slides":
            context["items"] = [
                {**item, "drawn": picture_of(item, media, f"{block['id']}-{number}", eager=first and not number)}
                for number, item in enumerate(block.get("items", []))
            ]
        case "picture":
            context["drawn"] = picture_of({**block, "picture": block.get("media", "")}, media, block["id"], eager=first)
        case "check":
            context |= question(block, answered.chosen if answered else None)
        case "practice":
            ticked = answered.chosen if answered else frozenset()
            lines = block.get("checklist", [])
            context["lines"] = [{"text": line, "ticked": number in ticked} for number, line in enumerate(lines)]
            context["done"] = answered and len([line for line in context["lines"] if line["ticked"]])
        case "audio" | "video" | "download":
            context["file"] = media.get(block.get("media", ""))
            context["sign"] = media.get(block.get("sign", ""))
            captions = media.get(block.get("captions", ""))
            context["captions"] = captions.main if captions else None
    return SafeString(render_to_string(f"blocks/{block['kind']}.html", context).strip())


def anchor_of(block_id: str) -> str:
    """Where a block stands on its page."""
    return f"{block_id}-khoi" if block_id in TAKEN else block_id


def owned(html: str, *, hidden: Mapping[str, str], token: str = "", post: bool = False) -> SafeString:
    """Drawn HTML with its forms made for a reader: `hidden` fields for all, and where `post`, the way and token of
    somebody who signed in."""
    fields = "".join(format_html('<input type="hidden" name="{}" value="{}">', name, hidden[name]) for name in hidden)
    if post:
        html = re.sub(r'<form method="get" action="[^"]*" data-outbox="([^"]*)"', _posting, html)
        fields += format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token)
    return mark_safe(html.replace(OWN, fields))  # noqa: S308  # drawn above, the fields are escaped


def _posting(found: re.Match[str]) -> str:
    return f'<form method="post" action="{found[1]}" data-outbox="{found[1]}"'


def right_choices(block: Block) -> frozenset[int]:
    """The numbers of the choices that are right, from 0."""
    return frozenset(number for number, choice in enumerate(block.get("choices", [])) if choice.get("right"))


def numbers(said: Iterable[str], most: int) -> frozenset[int]:
    """The numbers of choices or lines that a reader sent; what is none is left out.

    >>> sorted(numbers(["1", "x", "-1", "9", "0", "0" * 5000], 3))
    [0, 1]
    """
    return frozenset(int(one) for one in said if one.isascii() and one.isdigit() and len(one) < 5 and int(one) < most)


def query_of(block_id: str, chosen: Iterable[int]) -> str:
    """The query under which a part's page shows what was answered.

    >>> query_of("hoi-1", [2])
    'cau=hoi-1&chon=2'
    """
    return urlencode([("cau", block_id), *(("chon", number) for number in sorted(chosen))])


def size_words(count: int) -> str:
    """Bytes as a reader counts them.

    >>> [size_words(count) for count in (900, 143_000, 480_000, 2_360_000)]
    ['1 kB', '143 kB', '0,5 MB', '2,4 MB']
    """
    if count < 250_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{number_words(round(count / 1_000_000, 1))} MB"


def length_words(seconds: float) -> str:
    """How long something lasts.

    >>> [length_words(seconds) for seconds in (8.4, 60, 100)]
    ['8 giây', '1 phút', '1 phút 40 giây']
    """
    minutes, rest = divmod(round(seconds), 60)
    return " ".join(f"{count} {word}" for count, word in ((minutes, "phút"), (rest, "giây")) if count) or "1 giây"


def _voice(block: Block, media: Mapping[str, Shown]) -> Shown | None:
    found = media.get(block.get("voice", ""))
    return found if found and found.main else None


def picture_of(
    said: Mapping[str, Any], media: Mapping[str, Shown], place: str, *, eager: bool = True
) -> SafeString | str:
    """The `picture` of what is said, with its `alt`: a drawing inside the page, or a file with its sizes; nothing where
    it is not there. `place` parts the names inside drawings from each other."""
    shown = media.get(said.get("picture", ""))
    alt = "" if said.get("decorative") else inline.plain(said.get("alt", ""))
    if shown is None:
        return ""
    if shown.drawing:
        return _inlined(shown.drawing, alt, place)
    if shown.main is None:
        return ""
    return SafeString(render_to_string("blocks/raster.html", {"shown": shown, "alt": alt, "lazy": not eager}).strip())


def _inlined(drawing: str, alt: str, place: str) -> SafeString:
    """A cleaned drawing as part of the page; names inside it are made the page's own."""
    drawing = re.sub(r'\bid="([^"]*)"', rf'id="{place}-\1"', drawing)
    drawing = re.sub(r"url\(#([a-z0-9-]+)\)", rf"url(#{place}-\1)", drawing)
    says = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
    return mark_safe(f'<svg {says} focusable="false"{drawing.removeprefix("<svg")}')  # noqa: S308  # by lib.drawings


def question(block: Block, chosen: frozenset[int] | None) -> dict[str, Any]:
    """A check question with what was chosen of it; None where nobody answered yet."""
    picked = chosen or frozenset()
    choices: list[dict[str, Any]] = [
        {**choice, "number": number, "chosen": number in picked}
        for number, choice in enumerate(block.get("choices", []))
    ]
    return {
        "choices": choices,
        "answered": bool(picked),
        "is_right": picked == right_choices(block),
        "nothing": chosen is not None and not picked,
        "told": [choice for choice in choices if choice["chosen"] and choice.get("why")],
    }
