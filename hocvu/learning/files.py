"""Courses as files, reviewable in Git: a folder with `khoa.yaml` and one folder a lesson with `bai.yaml` and its drawings.

    content/courses/dien-thoai/khoa.yaml
    content/courses/dien-thoai/01-bat-may/bai.yaml
    content/courses/dien-thoai/01-bat-may/nut-nguon.svg

The order of the folders' names is the order of the lessons.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hocvu.learning.groups import GROUPS, NEEDS
from hocvu.learning.media.taking import FILES
from hocvu.lib.blocks.cleaning import clean, clean_fields
from hocvu.lib.blocks.dividing import media_names
from hocvu.lib.blocks.kinds import TEACHING, Block
from hocvu.lib.text import nfc

COURSE, LESSON = "khoa.yaml", "bai.yaml"
RULES = {"none", "answered", "right"}
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson as its folder says it. `faults` are sentences; a lesson that has any is not taken in."""

    slug: str
    title: str
    summary: str
    minutes: int
    level: str
    groups: list[str]
    competences: list[str]
    rule: dict[str, Any]
    blocks: list[Block]
    teaching: dict[str, Any]
    media: dict[str, bytes]
    requires: list[str]
    may_test_out: bool
    digest: str
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CourseFile:
    """A course as its folder says it."""

    slug: str
    title: str
    summary: str
    groups: list[str]
    needs: list[str]
    level: str
    position: int
    lessons: list[LessonFile]
    digest: str
    faults: list[str] = field(default_factory=list)

    @property
    def all_faults(self) -> list[str]:
        """Those of the course and of each lesson, each with its place."""
        return self.faults + [f"{lesson.slug}: {fault}" for lesson in self.lessons for fault in lesson.faults]


def read_course(folder: Path) -> CourseFile:
    """The course in a folder, with everything that is wrong with it."""
    said, faults = _mapping(folder / COURSE)
    lessons = [read_lesson(path.parent) for path in sorted(folder.glob(f"*/{LESSON}"))]
    if not lessons:
        faults.append("Khóa học chưa có bài nào.")
    slugs = [lesson.slug for lesson in lessons]
    for lesson in lessons:
        if slugs.count(lesson.slug) > 1:
            faults.append(f"Có hai bài cùng tên “{lesson.slug}”.")
        lesson.faults.extend(
            f"Cần học trước “{slug}”, nhưng khóa không có bài đó đứng trước."
            for slug in lesson.requires
            if slug not in slugs[: slugs.index(lesson.slug)]
        )
    groups, needs = _list(said, "groups", faults), _list(said, "needs", faults)
    faults += _unknown("nhóm đối tượng", groups, GROUPS) + _unknown("nhu cầu", needs, NEEDS)
    return CourseFile(
        slug=_slug(said, folder.name, faults),
        title=_required(said, "title", faults, 160),
        summary=_short(said, "summary", faults, 600),
        groups=groups,
        needs=needs,
        level=_short(said, "level", faults, 20),
        position=_whole(said, "position", faults, 100, 999),
        lessons=lessons,
        digest=_digest(said, {lesson.slug: lesson.digest.encode() for lesson in lessons}),
        faults=faults,
    )


def read_lesson(folder: Path) -> LessonFile:
    """The lesson in a folder, with everything that is wrong with it."""
    said, faults = _mapping(folder / LESSON)
    cleaned = clean(said.get("blocks", []))
    faults += [f"khối {fault.block or '?'}, {fault.field or 'chung'}: {fault.words}" for fault in cleaned.faults]
    teaching, wrong = clean_fields(TEACHING, _inner(said, "teaching", faults))
    faults += [f"cho người dạy, {name}: {words}" for name, words in wrong]
    media = {
        path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != LESSON and path.is_file()
    }
    named = {name for _, _, name in media_names(cleaned.blocks)}
    faults += [f"Thiếu tệp “{name}” mà bài nhắc tới." for name in sorted(named - set(media))]
    faults += [f"Tệp “{name}” không khối nào dùng." for name in sorted(set(media) - named)]
    faults += [
        f"Tệp “{name}” thuộc loại không nhận được; chỉ nhận {', '.join(FILES)}."
        for name in sorted(set(media) & named)
        if Path(name).suffix not in FILES
    ]
    groups = _list(said, "groups", faults)
    faults += _unknown("nhóm đối tượng", groups, GROUPS)
    rule = {"parts": "all", "checks": "answered", **_inner(said, "rule", faults)}
    if rule["parts"] != "all" or str(rule["checks"]) not in RULES:
        faults.append("“rule” phải là parts: all và checks: none, answered hoặc right.")
    return LessonFile(
        slug=_slug(said, folder.name.partition("-")[2], faults),
        title=_required(said, "title", faults, 160),
        summary=_required(said, "summary", faults, 400),
        minutes=_whole(said, "minutes", faults, 10, 240),
        level=_short(said, "level", faults, 20),
        groups=groups,
        competences=_list(said, "competences", faults),
        rule=rule,
        blocks=cleaned.blocks,
        teaching=teaching,
        media=media,
        requires=_list(said, "requires", faults),
        may_test_out=bool(said.get("may_test_out", True)),
        digest=_digest(said, media),
        faults=faults,
    )


def _mapping(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        return {}, [f"Không có tệp {path.name}."]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return {}, [f"Tệp {path.name} không đọc được: {str(error)[:200]}"]
    if not isinstance(said, Mapping):
        return {}, [f"Tệp {path.name} phải là các dòng “tên: giá trị”."]
    return _named(said), []


def _named(value: Any) -> Any:
    """The same with every name a text: YAML also takes numbers for names, and does not put the two in one order."""
    if isinstance(value, Mapping):
        return {str(name): _named(inner) for name, inner in value.items()}
    return [_named(inner) for inner in value] if isinstance(value, list) else value


def _required(said: Mapping[str, Any], name: str, faults: list[str], most: int) -> str:
    words = _short(said, name, faults, most)
    if not words:
        faults.append(f"Thiếu “{name}”.")
    return words


def _short(said: Mapping[str, Any], name: str, faults: list[str], most: int) -> str:
    words = _words(said.get(name))
    if len(words) > most:
        faults.append(f"“{name}” dài {len(words)} ký tự, nhiều nhất {most}.")
    return words


def _slug(said: Mapping[str, Any], otherwise: str, faults: list[str]) -> str:
    slug = str(said.get("slug") or otherwise)
    if not _SLUG.fullmatch(slug):
        faults.append(f"Tên trong địa chỉ “{slug[:90]}” chỉ được có chữ thường không dấu, chữ số và gạch ngang.")
    return slug


def _whole(said: Mapping[str, Any], name: str, faults: list[str], otherwise: int, most: int) -> int:
    number = said.get(name)
    if number is None:
        return otherwise
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
        faults.append(f"“{name}” phải là số nguyên từ 1 đến {most}.")
        return otherwise
    return number


def _list(said: Mapping[str, Any], name: str, faults: list[str]) -> list[str]:
    entries = said.get(name)
    if entries is None:
        return []
    if not isinstance(entries, list):
        faults.append(f"“{name}” phải là danh sách.")
        return []
    return [str(entry) for entry in entries]


def _inner(said: Mapping[str, Any], name: str, faults: list[str]) -> dict[str, Any]:
    inner = said.get(name)
    if inner is not None and not isinstance(inner, Mapping):
        faults.append(f"“{name}” phải là các dòng “tên: giá trị”.")
    return dict(inner) if isinstance(inner, Mapping) else {}


def _words(raw: Any) -> str:
    return " ".join(nfc(str(raw)).split()) if raw is not None else ""


def _unknown(what: str, codes: list[str], known: Mapping[str, str]) -> list[str]:
    return [f"{what} “{code}” không có; chỉ có {', '.join(known)}." for code in codes if code not in known]


def _digest(said: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Of what is said, however it is laid out, and of the files beside it."""
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str, ensure_ascii=False).encode())
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()
