"""A paper form as PDF by typst, tagged for screen readers (PDF/UA): the booklet, also in large type, the answer sheet, the
key. typst reads our layout, what is to be said as JSON and the pictures, all from memory."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.core.files.storage import default_storage

from hocvu.assessment import fixed_form
from hocvu.assessment.fixed_form import Asked, Kind
from hocvu.assessment.models import PaperForm, QuestionMedia
from hocvu.assessment.questions import marking
from hocvu.lib.official import pdf
from hocvu.lib.text import nfc

LAYOUT = Path(__file__).with_name("paper.typ")
SIZE, LARGE = 13, 20  # points
# A drawing of the house has its colours by class; on paper they are ink, grey and one red.
STYLE = (
    "<style>.hv-d-line{fill:none;stroke:#1d1d1b;stroke-width:3;stroke-linecap:round;stroke-linejoin:round}"
    ".hv-d-thin{stroke-width:2}.hv-d-paper{fill:#fff}.hv-d-ink{fill:#1d1d1b}.hv-d-soft{fill:#ddd}.hv-d-red{fill:#b3261e}"
    ".hv-d-green{fill:#2e6b3f}.hv-d-skin{fill:#f1d3b5}.hv-d-white{fill:none;stroke:#fff;stroke-width:5}</style>"
)


def booklet(form: PaperForm, *, large: bool = False) -> bytes:
    """The questions, without a name and without a key."""
    return _printed(form, "booklet", size=LARGE if large else SIZE)


def answer_sheet(form: PaperForm) -> bytes:
    """What the person writes on: letters to fill in, the field for the person blank, the form's code."""
    return _printed(form, "answers", size=SIZE)


def key(form: PaperForm) -> bytes:
    """The right answers, for whoever may make forms."""
    return _printed(form, "key", size=SIZE)


def _printed(form: PaperForm, what: str, *, size: int) -> bytes:
    asked = fixed_form.shown(form.items, seed=str(form.pk))
    files: dict[str, bytes] = {"main.typ": LAYOUT.read_bytes()}
    pictures = _pictures(form, [one for _, one in asked], files) if what == "booklet" else {}
    told = {
        "what": what,
        "size": size,
        "code": form.code,
        "title": nfc(form.rule.title),
        "place": _initial(nfc(form.ward.title)),
        "count": len(asked),
        "minutes": form.rule.params.get("minutes", 0),
        "questions": [
            {**_told(one, pictures), "right": fixed_form.right_letters(version, one) if what == "key" else ""}
            for version, one in asked
        ],
    }
    files["form.json"] = json.dumps(told, ensure_ascii=False).encode()
    wish: dict[str, Any] = {"format": "pdf", "pdf_standards": ["ua-1"], "ignore_system_fonts": True}
    made = typst.compile(files, font_paths=pdf.fonts(), **wish)
    assert isinstance(made, bytes)
    return made


def _told(one: Asked, pictures: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "ask": [marking.plain(line) for line in one.ask.split("\n") if line.strip()],
        "how": one.how,
        "hint": one.hint,
        "picture": _picture(one.picture, pictures),
        "options": [
            {"letter": o.letter, "text": marking.plain(o.text), "picture": _picture(o.picture, pictures)}
            for o in one.options
        ],
        "lefts": [marking.plain(text) for _, text in one.lefts],
        "boxes": _boxes(one),
    }


def _initial(words: str) -> str:
    return words[:1].upper() + words[1:]


def _boxes(one: Asked) -> list[str]:
    """What is filled in on the answer sheet: letters to mark, or places to write into."""
    match one.kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return list(one.letters)
        case Kind.TRUE_FALSE:
            return [fixed_form.TRUE, fixed_form.FALSE]
        case Kind.ORDER:
            return [str(number) for number in range(1, len(one.options) + 1)]
        case Kind.MATCH:
            return [str(number) for number in range(1, len(one.lefts) + 1)]
    return []


def _picture(said: Mapping[str, str] | None, pictures: Mapping[str, str]) -> dict[str, str] | None:
    if not said or said["name"] not in pictures:
        return None
    return {"file": pictures[said["name"]], "alt": marking.plain(said.get("alt") or "hình của câu hỏi")}


def _pictures(form: PaperForm, asked: list[Asked], files: dict[str, bytes]) -> dict[str, str]:
    """The pictures that the questions show, put among the files of the compilation, by their names."""
    names = {name for one in asked for name in one.names}
    rows = QuestionMedia.objects.filter(ward=form.ward, name__in=names, kind=QuestionMedia.Kind.PICTURE)
    found = {}
    for number, row in enumerate(rows.order_by("name"), start=1):
        found[row.name] = file = f"picture-{number}.svg"
        drawn = row.drawing.replace(">", f">{STYLE}", 1) if row.drawing else _photograph(row)
        files[file] = drawn.encode()
    return found


def _photograph(row: QuestionMedia) -> str:
    """A photograph inside a drawing: what typst takes from memory must be text."""
    with default_storage.open(row.path) as stored:
        content = base64.b64encode(stored.read()).decode()
    size = f'width="{row.details["width"]}" height="{row.details["height"]}"'
    image = f'<image href="data:{row.details["type"]};base64,{content}" {size}/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{image}</svg>'
