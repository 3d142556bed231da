"""What a signed certificate says, line by line: read out of the token itself, so that page, paper and the check without
a network show the same and nothing that was not signed.

A line is a label and a path into the token ("evidence[].name" goes into each of a list); the script that checks on a
device is given the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hocvu.assessment.certificates import keys, places, tokens
from hocvu.assessment.models import Certificate
from hocvu.lib import clock

# (label, path, how): "text", "day", or "lines" for rows that bring a label of their own.
LINES = (
    ("Điều được xác nhận", "name", "text"),
    ("Theo quy tắc", "description", "text"),
    ("Mức", "credentialSubject.achievement.alignment[].targetName", "text"),
    ("Làm được gì", "credentialSubject.achievement.description", "text"),
    ("Khung kỹ năng dùng để chấm", "credentialSubject.achievement.alignment[].targetFramework", "text"),
    ("Điều kiện đạt", "credentialSubject.achievement.criteria.narrative", "text"),
    ("Kết quả", "credentialSubject.result[].value", "text"),
    ("", "evidence[]", "lines"),
    ("Ngày cấp", "validFrom", "day"),
    ("Có giá trị đến", "validUntil", "day"),
    ("Nơi cấp", "issuer.name", "text"),
)
# For whoever checks with a tool of their own.
MARKS = (
    ("Định danh của giấy", "id", "text"),
    ("Người được cấp, không nói là ai", "credentialSubject.id", "text"),
    ("Khóa ký", "header.kid", "text"),
    ("Hồ sơ nơi cấp", "issuer.id", "text"),
    ("Tiêu chí", "credentialSubject.achievement.id", "text"),
    ("Chỗ trong danh sách thu hồi", "credentialStatus.id", "text"),
)
# A paper has less room: what the sentence under the name says already is left out, the key and the addresses too.
_NOT_ON_PAPER = {
    "name",
    "description",
    "credentialSubject.achievement.description",
    "validFrom",
    "issuer.name",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line."""

    label: str
    words: str


def opened(certificate: Certificate) -> dict[str, Any] | None:
    """The token of a certificate with its header; None where it is not signed by its key, or is another's."""
    try:
        token = tokens.read(certificate.token)
        is_ours = token.is_signed_by(keys.public_of(certificate.key.public))
    except (tokens.Unsound, ValueError):
        return None
    if not is_ours or token.body.get("jti") != places.urn(certificate):
        return None
    return {**token.body, "header": token.header}


def lines_of(said: dict[str, Any]) -> list[Fact]:
    """What was signed, in words."""
    return list(_read(said, LINES))


def marks_of(said: dict[str, Any]) -> list[Fact]:
    """What was signed, in names for machines."""
    return list(_read(said, MARKS))


def on_paper(said: dict[str, Any]) -> list[Fact]:
    """The lines that stand on paper beside the name, who issued it, the day and the code."""
    return list(_read(said, [line for line in LINES if line[1] not in _NOT_ON_PAPER]))


def name_digest(said: dict[str, Any]) -> dict[str, str]:
    """The salted digest of the holder's name; empty where there is none."""
    for one in found_at(said, "credentialSubject.identifier[]"):
        if one.get("identityType") == "name":
            return {"salt": str(one.get("salt", "")), "hash": str(one.get("identityHash", ""))}
    return {}


def found_at(said: Any, path: str) -> list[Any]:
    """Everything that stands at a path.

    >>> found_at({"evidence": [{"name": "a"}, {"name": "b"}, {}]}, "evidence[].name")
    ['a', 'b']
    >>> found_at({"issuer": {"name": "x"}}, "issuer.name"), found_at({}, "issuer.name")
    (['x'], [])
    """
    found = [said]
    for step in path.split("."):
        name, is_list = step.removesuffix("[]"), step.endswith("[]")
        inside = [one[name] for one in found if isinstance(one, dict) and one.get(name) not in (None, "")]
        found = [each for one in inside if isinstance(one, list) for each in one] if is_list else inside
    return found


def _read(said: dict[str, Any], table: Iterable[tuple[str, str, str]]) -> Iterator[Fact]:
    for label, path, how in table:
        found = found_at(said, path)
        if how == "lines":
            yield from (Fact(str(one.get("name", "")), str(one.get("narrative", ""))) for one in found)
        elif words := "; ".join(_day(str(one)) if how == "day" else str(one) for one in found):
            yield Fact(label, words)


def _day(text: str) -> str:
    moment = tokens.moment(text)
    return f"{clock.local_day(moment):%d/%m/%Y}" if moment else text
