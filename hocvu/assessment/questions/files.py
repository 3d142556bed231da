"""Questions as files, reviewable in Git: `content/questions/*.yaml`, drawings beside them in `drawings`.

    framework: hocvu
    questions:
      - code: ma-otp-1
        kind: single
        competence: "4.2"
        level: B2
        groups: [elderly]          # left out: for everybody
        difficulty: -0.5           # logits, as the author guesses; 0 is the level that tests cut at
        guessing: 0.2              # left out: by the kind, see `bank.guessing_of`
        ask: …                     # and the fields of the kind

Every fault has its file, its line and the code of the question.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from hocvu.assessment.questions import written
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.kinds import KINDS, Content, media_names
from hocvu.learning.frameworks.written import read_file as read_framework
from hocvu.learning.groups import GROUPS
from hocvu.lib.drawings import clean_svg
from hocvu.lib.text import nfc
from hocvu.lib.uploads import Refused

FOLDER = settings.ROOT / "content" / "questions"
FRAMEWORKS = settings.ROOT / "content" / "frameworks"
DRAWINGS = "drawings"
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
HEAD = ("code", "kind", "competence", "level", "groups", "difficulty", "guessing")
EASIEST, HARDEST = -4.0, 4.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file."""

    file: str
    line: int
    code: str
    words: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.code}: {self.words}"
            if self.code
            else f"{self.file}:{self.line}: {self.words}"
        )


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A question as its file says it; `media` are the drawings that it names."""

    code: str
    kind: str
    competence: str  # a reference: "hocvu/4.2"
    level: str
    groups: list[str]
    difficulty: float
    guessing: float | None
    content: Content
    media: dict[str, bytes]
    digest: str


@dataclass(slots=True)
class Found:
    """Everything that a folder says, and what is wrong with it."""

    questions: list[QuestionFile] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: bool = False  # a file of which nothing is known


@dataclass(frozen=True, slots=True)
class Known:
    """The competences and levels that a framework has."""

    competences: frozenset[str]
    levels: frozenset[str]


def read_folder(folder: Path | None = None, frameworks: Path | None = None) -> Found:
    """Every question of a folder; a question with a fault is not among them."""
    folder = folder or FOLDER
    found = Found()
    drawings = {path.name: path.read_bytes() for path in sorted((folder / DRAWINGS).glob("*")) if path.is_file()}
    found.faults += _of_drawings(drawings)
    known: dict[str, Known | None] = {}
    taken: dict[str, str] = {}
    named: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        _read_file(path, found, drawings, known, taken, named, frameworks or FRAMEWORKS)
    if found.unread:  # it may name any of them
        return found
    found.faults += [
        Fault(
            f"{DRAWINGS}/{name}", 1, "", "Không câu nào dùng hình này. Hãy bỏ tệp đi, hoặc nhắc tới nó trong một câu."
        )
        for name in sorted(set(drawings) - named)
    ]
    return found


def _of_drawings(drawings: Mapping[str, bytes]) -> list[Fault]:
    faults = []
    for name, content in drawings.items():
        if not name.endswith(".svg"):
            faults.append(Fault(f"{DRAWINGS}/{name}", 1, "", "Ở đây chỉ nhận hình vẽ .svg."))
            continue
        try:
            clean_svg(content)
        except Refused as refused:
            faults.append(Fault(f"{DRAWINGS}/{name}", 1, "", str(refused)))
    return faults


def _read_file(
    path: Path,
    found: Found,
    drawings: Mapping[str, bytes],
    known: dict[str, Known | None],
    taken: dict[str, str],
    named: set[str],
    frameworks: Path,
) -> None:
    try:
        said = written.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        found.faults.append(Fault(path.name, 1, "", f"Không đọc được tệp: {str(error)[:120]}"))
        return
    found.faults += [Fault(path.name, line, "", words) for line, words in said.faults]
    if said.value is None:
        found.unread = found.unread or bool(said.faults)
        return
    if not isinstance(said.value, Mapping) or not isinstance(said.value.get("questions"), list):
        found.faults.append(Fault(path.name, 1, "", "Tệp phải có “framework: …” và danh sách “questions:”."))
        return
    found.faults += [
        Fault(path.name, said.line(name), "", f"Không có mục “{name[:40]}” ở đây.")
        for name in said.value
        if name not in ("framework", "questions", "source", "note")
    ]
    framework = str(said.value.get("framework") or "")
    if framework not in known:
        known[framework] = _framework(frameworks / f"{framework}.yaml") if CODE.fullmatch(framework) else None
    if known[framework] is None:
        found.faults.append(Fault(path.name, said.line("framework"), "", f"Không có khung “{framework[:40]}”."))
    for number, raw in enumerate(said.value["questions"]):
        question, faults = _question(raw, framework, known[framework], drawings)
        code = question.code
        named |= _named(raw)
        if code and code in taken:
            faults.append(("code", f"Mã này đã có ở {taken[code]}."))
        place = f"questions.{number}"
        taken.setdefault(code, f"{path.name}:{said.line(place)}")
        found.faults += [Fault(path.name, said.line(f"{place}.{where}"), code, words) for where, words in faults]
        if not faults:
            found.questions.append(question)


def _named(raw: Any) -> set[str]:
    """The drawings that a question names, whatever else is wrong with it."""
    said = raw if isinstance(raw, Mapping) else {}
    choices = said.get("choices") if isinstance(said.get("choices"), list) else []
    pictures = [one.get("picture") for one in (said, *(choices or ())) if isinstance(one, Mapping)]
    return {str(one.get("name")) for one in pictures if isinstance(one, Mapping)}


def _framework(path: Path) -> Known | None:
    if not path.is_file():
        return None
    said = read_framework(path)
    return Known(
        frozenset(one.code for one in said.competences if one.parent), frozenset(one.code for one in said.levels)
    )


def _question(
    raw: Any, framework: str, known: Known | None, drawings: Mapping[str, bytes]
) -> tuple[QuestionFile, list[tuple[str, str]]]:
    """A question of a mapping, and (place, sentence) of what is wrong with it."""
    if not isinstance(raw, Mapping):
        return _nothing(), [("", "Mỗi câu phải là các dòng “tên: giá trị”.")]
    code, kind = _word(raw, "code"), _word(raw, "kind")
    faults = (
        [] if CODE.fullmatch(code) else [("code", "Mã gồm chữ thường không dấu, số, gạch ngang, nhiều nhất 60 ký tự.")]
    )
    content: Content = {}
    media: dict[str, bytes] = {}
    if kind not in KINDS:
        faults.append(("kind", f"Không có loại “{kind[:40]}”; chỉ có {', '.join(KINDS)}."))
    else:
        cleaned = clean(kind, {name: value for name, value in raw.items() if name not in HEAD})
        content = cleaned.content
        faults += [(one.place, one.words) for one in cleaned.faults]
        if not cleaned.faults:
            media, missing = _media(kind, content, drawings)
            faults += missing
    competence, level = _word(raw, "competence"), _word(raw, "level")
    if known is not None and competence not in known.competences:
        faults.append(("competence", f"Khung {framework} không có năng lực “{competence[:40]}”."))
    if known is not None and level not in known.levels:
        faults.append(("level", f"Khung {framework} không có bậc “{level[:20]}”."))
    groups = raw.get("groups") or []
    if not isinstance(groups, list) or any(group not in GROUPS for group in groups):
        faults.append(("groups", f"“groups” là danh sách trong: {', '.join(GROUPS)}."))
        groups = []
    difficulty, wrong = _number(raw, "difficulty", EASIEST, HARDEST, needed=True)
    guessing, wrong_guess = _number(raw, "guessing", 0.0, 0.6, needed=False)
    question = QuestionFile(
        code, kind, f"{framework}/{competence}", level, groups, difficulty or 0.0, guessing, content, media,
        _digest(raw, framework, media),
    )  # fmt: skip
    return question, faults + wrong + wrong_guess


def _nothing() -> QuestionFile:
    return QuestionFile("", "", "", "", [], 0.0, None, {}, {}, "")


def _word(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return " ".join(nfc(value).split()) if isinstance(value, str) else ""


def _number(
    raw: Mapping[str, Any], name: str, least: float, most: float, *, needed: bool
) -> tuple[float | None, list[tuple[str, str]]]:
    if raw.get(name) is None and not needed:
        return None, []
    try:
        value = float(_word(raw, name))
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        return None, [(name, f"“{name}” là số từ {least:g} đến {most:g}, dấu chấm thập phân, ví dụ -0.5.")]
    return value, []


def _media(
    kind: str, content: Content, drawings: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    media, faults = {}, []
    for place, name, what in media_names(kind, content):
        if what == "audio":
            faults.append(
                (place, "Câu trong tệp chưa mang theo âm thanh được. Hãy thêm âm thanh trên trang của câu hỏi.")
            )
        elif name not in drawings:
            faults.append((place, f"Không có hình “{name}” trong thư mục {DRAWINGS}."))
        else:
            media[name] = drawings[name]
    return media, faults


def _digest(raw: Mapping[str, Any], framework: str, media: Mapping[str, bytes]) -> str:
    """Of what is said, however it is laid out, and of the drawings."""
    said = json.dumps([framework, raw], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass"))
    for name in sorted(media):
        digest.update(name.encode() + b"\0" + hashlib.sha256(media[name]).digest())
    return digest.hexdigest()
