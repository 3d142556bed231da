"""Frameworks written as YAML, reviewable in Git; content/frameworks/README.md says how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from hocvu.learning.frameworks.saying import (
    Said,
    SaidCompetence,
    SaidDescriptor,
    SaidLevel,
    SaidLink,
    in_order,
    words,
)

KNOWN = {
    "code", "version", "title", "kind", "content", "number", "issuer", "source", "note", "groups", "valid_from",
    "valid_to", "levels", "domains", "links",
}  # fmt: skip


def read_file(path: Path) -> Said:
    """The framework of a file; what cannot be read stands in `unread`."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return _nothing(f"Tệp {path.name} không đọc được: {str(error)[:200]}")
    return read(raw)


def _nothing(why: str) -> Said:
    return Said(code="", version="", title="", kind="", content="", unread=[why])


def read(raw: Any) -> Said:
    """The framework of a mapping, as YAML gives it."""
    if not isinstance(raw, Mapping):
        return _nothing("Tệp phải là các dòng “tên: giá trị”.")
    unread = [f"Không có mục tên “{name}”. Hãy xem lại cách viết." for name in raw if name not in KNOWN]
    domains = list(_mappings(raw.get("domains"), "domains", unread))
    pairs = [(domain, list(_mappings(domain.get("competences"), "competences", unread))) for domain in domains]
    competences = [c for domain, inside in pairs for c in _competences(domain, inside)]
    return in_order(
        Said(
            code=words(raw.get("code")),
            version=words(raw.get("version")),
            title=words(raw.get("title")),
            kind=words(raw.get("kind")),
            content=words(raw.get("content")),
            number=words(raw.get("number")),
            issuer=words(raw.get("issuer")),
            source=words(raw.get("source")),
            note=words(raw.get("note")),
            groups=[words(group) for group in raw.get("groups") or ()],
            valid_from=_day(raw, "valid_from", unread),
            valid_to=_day(raw, "valid_to", unread),
            levels=[_level(one, unread) for one in _mappings(raw.get("levels"), "levels", unread)],
            competences=competences,
            descriptors=[d for _, inside in pairs for one in inside for d in _descriptors(one, unread)],
            links=[
                SaidLink(words(one.get("one")), words(one.get("other")), words(one.get("note")))
                for one in _mappings(raw.get("links"), "links", unread)
            ],
            unread=unread,
        )
    )


def _mappings(raw: Any, name: str, unread: list[str]) -> Iterator[Mapping[str, Any]]:
    for one in raw if isinstance(raw, list) else []:
        if isinstance(one, Mapping):
            yield one
        else:
            unread.append(f"Trong “{name}” có dòng không phải “tên: giá trị”: {str(one)[:60]}.")
    if raw is not None and not isinstance(raw, list):
        unread.append(f"“{name}” phải là danh sách.")


def _day(raw: Mapping[str, Any], name: str, unread: list[str]) -> date | None:
    said = raw.get(name)
    if said is None or isinstance(said, date):
        return said
    unread.append(f"“{name}” phải là ngày, viết 2026-01-31.")
    return None


def _level(one: Mapping[str, Any], unread: list[str]) -> SaidLevel:
    """A level; its school grades and where it was only inferred are said with what it means."""
    number = one.get("number")
    if not isinstance(number, int):
        unread.append(f"Bậc “{words(one.get('code'))}” cần “number” là số nguyên.")
        number = 0
    parts = [f"Lớp {words(one['school_grades'])}." if one.get("school_grades") else "", _sentence(one.get("gist"))]
    parts.append("(Suy ra, không có trong trang đã đọc.)" if one.get("status") == "inferred" else "")
    return SaidLevel(number, words(one.get("code")), words(one.get("title")), " ".join(filter(None, parts)))


def _sentence(raw: Any) -> str:
    text = words(raw)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""


def _competences(domain: Mapping[str, Any], inside: list[Mapping[str, Any]]) -> Iterator[SaidCompetence]:
    code = words(domain.get("code"))
    yield SaidCompetence(code, "", words(domain.get("title")), words(domain.get("gist")))
    for one in inside:
        yield SaidCompetence(words(one.get("code")), code, words(one.get("title")), words(one.get("gist")))


def _descriptors(one: Mapping[str, Any], unread: list[str]) -> Iterator[SaidDescriptor]:
    """Level -> one sentence for all, {group: sentence}, or [{group, code, text}]."""
    competence, said = words(one.get("code")), one.get("descriptors") or {}
    if not isinstance(said, Mapping):
        unread.append(f"“descriptors” của “{competence}” phải là “mã bậc: làm được gì”.")
        return
    for level, by in said.items():
        if isinstance(by, Mapping):
            rows: list[Mapping[str, Any]] = [
                {"group": "" if group == "all" else group, "text": text} for group, text in by.items()
            ]
        else:
            rows = list(_mappings(by, "descriptors", unread)) if isinstance(by, list) else [{"text": by}]
        for row in rows:
            yield SaidDescriptor(
                competence, words(level), words(row.get("group")), words(row.get("code")), words(row.get("text"))
            )
