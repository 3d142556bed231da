"""What a framework says, however it came: one plain form, its digest, and what is wrong with it in sentences. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, Descriptor, Framework, Level
from hocvu.lib.text import nfc

Kind, Content = Framework.Kind, Framework.Content
_CODE = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class SaidLevel:
    """A level."""

    number: int
    code: str
    title: str
    gist: str = ""


@dataclass(frozen=True, slots=True)
class SaidCompetence:
    """A competence, or a domain where `parent` is empty."""

    code: str
    parent: str
    title: str
    gist: str = ""


@dataclass(frozen=True, slots=True)
class SaidDescriptor:
    """What somebody at a level can do; for all groups where `group` is empty."""

    competence: str
    level: str
    group: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class SaidLink:
    """A competence of this framework beside one of another, named "tt02/4.2"."""

    one: str
    other: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A whole framework as somebody says it."""

    code: str
    version: str
    title: str
    kind: str
    content: str
    number: str = ""
    issuer: str = ""
    source: str = ""
    note: str = ""
    groups: Sequence[str] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    levels: Sequence[SaidLevel] = ()
    competences: Sequence[SaidCompetence] = ()
    descriptors: Sequence[SaidDescriptor] = ()
    links: Sequence[SaidLink] = ()
    # What could not even be read, each a sentence; not part of what is said.
    unread: Sequence[str] = field(default=(), compare=False)

    @property
    def called(self) -> str:
        """The framework and its version as sentences name it."""
        return f"{self.code or '?'} {self.version or '?'}"


def in_order(said: Said) -> Said:
    """The same with everything where it stands when it is kept: whoever sorts a sheet says nothing new."""
    levels = sorted(said.levels, key=lambda one: (one.number, one.code))
    rank = {one.code: at for at, one in enumerate(levels)}
    place = {one.code: at for at, one in enumerate(said.competences)}
    return replace(
        said,
        groups=[group for group in GROUPS if group in said.groups] + [g for g in said.groups if g not in GROUPS],
        levels=levels,
        descriptors=sorted(
            said.descriptors,
            key=lambda one: (place.get(one.competence, 0), rank.get(one.level, 0), one.group, one.code, one.text),
        ),
        links=sorted(said.links, key=lambda one: (place.get(one.one, 0), one.other)),
    )


def as_plain(said: Said) -> dict[str, Any]:
    """The form that JSON can hold; `from_plain` reads it back."""
    plain = asdict(replace(in_order(said), unread=()))
    del plain["unread"]
    for name in ("valid_from", "valid_to"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    return plain


def from_plain(plain: Mapping[str, Any]) -> Said:
    """What `as_plain` wrote."""
    made = dict(plain)
    for name in ("valid_from", "valid_to"):
        made[name] = date.fromisoformat(made[name]) if made[name] else None
    made["levels"] = [SaidLevel(**one) for one in made["levels"]]
    made["competences"] = [SaidCompetence(**one) for one in made["competences"]]
    made["descriptors"] = [SaidDescriptor(**one) for one in made["descriptors"]]
    made["links"] = [SaidLink(**one) for one in made["links"]]
    return Said(**made)


def digest_of(said: Said) -> str:
    """Of what is said, in whatever file and order it came; when it ended came later, with the version after it."""
    plain = as_plain(replace(said, valid_to=None))
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def words(raw: Any) -> str:
    """A text with single spaces, composed; "" for nothing."""
    return "" if raw is None else " ".join(nfc(str(raw)).split())


def faults_of(said: Said) -> list[str]:
    """Everything that is wrong with it inside itself, in sentences."""
    return [*said.unread, *_head_faults(said), *_table_faults(said), *_long(said)]


def _head_faults(said: Said) -> Iterator[str]:
    if not _CODE.fullmatch(said.code):
        yield f"Mã khung “{said.code}” chỉ được có chữ thường không dấu, chữ số và gạch ngang."
    for name, what in (("version", "phiên bản"), ("title", "tên khung"), ("source", "nguồn")):
        if not getattr(said, name):
            yield f"Thiếu {what}. Hãy ghi vào."
    if "/" in said.version:
        yield "Phiên bản không được có dấu gạch chéo."
    if said.kind not in Kind.values:
        yield f"Loại “{said.kind}” không có. Hãy ghi một trong: {', '.join(Kind.values)}."
    if said.content not in Content.values:
        yield f"Nội dung “{said.content}” không có. Hãy ghi một trong: {', '.join(Content.values)}."
    if said.valid_from is None:
        yield "Thiếu ngày có hiệu lực. Hãy ghi ngày/tháng/năm."
    elif said.valid_to and said.valid_to < said.valid_from:
        yield "Ngày hết hiệu lực đứng trước ngày có hiệu lực. Hãy xem lại hai ngày."
    yield from (
        f"Nhóm đối tượng “{group}” không có. Hãy ghi trong: {', '.join(GROUPS)}."
        for group in said.groups
        if group not in GROUPS
    )


def _table_faults(said: Said) -> Iterator[str]:
    if said.content == Content.MISSING:
        if said.levels or said.competences or said.descriptors or said.links:
            yield "Khung ghi là chưa có phụ lục nên không được có bậc, năng lực, mô tả. Hãy đổi nội dung hoặc bỏ các bảng."
        return
    if not said.levels:
        yield "Khung chưa có bậc nào. Hãy ghi ít nhất một bậc."
    if not any(one.parent for one in said.competences):
        yield "Khung chưa có năng lực nào. Hãy ghi ít nhất một năng lực trong một miền."
    yield from _twice("bậc", [one.code for one in said.levels])
    yield from _twice("bậc số", [str(one.number) for one in said.levels])
    yield from _twice("năng lực", [one.code for one in said.competences])
    yield from _twice("đối chiếu", [f"{one.one} với {one.other}" for one in said.links])
    domains = {one.code for one in said.competences if not one.parent}
    known = {one.code for one in said.competences if one.parent}
    levels = {one.code for one in said.levels}
    for level in said.levels:
        if not (level.code and level.title and level.number > 0):
            yield f"Bậc “{level.code or level.title}” thiếu số, mã hoặc tên."
    for one in said.competences:
        if not (one.code and one.title):
            yield f"Năng lực “{one.code or one.title}” thiếu mã hoặc tên."
        if one.parent and one.parent not in domains:
            yield f"Năng lực “{one.code}” thuộc miền “{one.parent}”, nhưng không có miền đó."
    for said_of in said.descriptors:
        yield from _descriptor_faults(said_of, known, levels)
    for link in said.links:
        if link.one not in known:
            yield f"Đối chiếu “{link.one}” với “{link.other}”: khung này không có năng lực “{link.one}”."
        if not re.fullmatch(r"[a-z0-9-]+/\S+", link.other) or link.other.startswith(f"{said.code}/"):
            yield f"Đối chiếu “{link.one}” với “{link.other}”: hãy ghi mã khung khác và mã năng lực, ví dụ tt02/4.2."


def _descriptor_faults(said_of: SaidDescriptor, known: set[str], levels: set[str]) -> Iterator[str]:
    place = f"Mô tả của “{said_of.competence}” ở bậc “{said_of.level}”"
    if said_of.competence not in known:
        yield f"{place}: không có năng lực đó."
    if said_of.level not in levels:
        yield f"{place}: không có bậc đó."
    if said_of.group and said_of.group not in GROUPS:
        yield f"{place}: không có nhóm “{said_of.group}”."
    if not said_of.text:
        yield f"{place}: chưa ghi làm được gì."


def _twice(what: str, codes: Sequence[str]) -> Iterator[str]:
    yield from (f"Có hai {what} “{code}”. Hãy bỏ bớt một." for code in dict.fromkeys(codes) if codes.count(code) > 1)


_LENGTHS: tuple[tuple[type[Any], str, tuple[str, ...]], ...] = (
    (Level, "levels", ("code", "title", "gist")),
    (Competence, "competences", ("code", "title", "gist")),
    (Descriptor, "descriptors", ("code", "text")),
)


def _long(said: Said) -> Iterator[str]:
    """Texts that do not fit where they are kept."""
    for name in ("code", "version", "title", "number", "issuer"):
        yield from _too_long(Framework, name, getattr(said, name), name)
    for model, rows, names in _LENGTHS:
        for row in getattr(said, rows):
            for name in names:
                yield from _too_long(model, name, getattr(row, name), row.code or getattr(row, "competence", ""))


def _too_long(model: type[Any], name: str, text: str, place: str) -> Iterator[str]:
    column = model._meta.get_field(name)
    if len(text) > column.max_length:
        yield f"“{column.verbose_name}” ở “{place}” dài {len(text)} ký tự. Hãy rút còn {column.max_length} ký tự."
