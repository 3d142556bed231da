"""Questions as people write them down (YAML), read so that every fault can say its line.

Everything is text except yes and no: "0912" stays "0912" and 4.10 stays "4.10". A name that stands twice is a fault, as
one of the two would be lost. Anchors and aliases are refused: nobody needs them, and they can make a small file large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from hocvu.lib.text import nfc

LONGEST = 400_000  # letters of a file
DEEPEST = 40
_BOOLS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Written:
    """What a text says, the line of each place ("screens.start.buttons.0.to"), and (line, sentence) of what is wrong."""

    value: Any
    lines: Mapping[str, int]
    faults: list[tuple[int, str]] = field(default_factory=list)

    def line(self, place: str) -> int:
        """The line of a place, else of the nearest that holds it; 1 where nothing does."""
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        return self.lines.get(place, 1)


def read(text: str) -> Written:
    """What a text says. Never raises."""
    if len(text) > LONGEST:
        return Written(None, {}, [(1, f"Dài {len(text)} ký tự, nhiều nhất {LONGEST}. Hãy chia làm nhiều tệp.")])
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if (isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)) and event.start_mark:
                return Written(
                    None, {}, [(event.start_mark.line + 1, "Không dùng dấu & và * để nhắc lại. Hãy viết ra.")]
                )
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Written(None, {}, [(mark.line + 1 if mark else 1, _plainly(str(error.problem or error.context or "")))])
    except (yaml.YAMLError, RecursionError, ValueError):
        return Written(None, {}, [(1, "Có ký tự không đọc được hoặc lồng quá sâu. Hãy gõ lại phần đó.")])
    lines: dict[str, int] = {}
    faults: list[tuple[int, str]] = []
    return Written(None if node is None else _value(node, "", lines, faults), lines, faults)


def _value(node: Any, place: str, lines: dict[str, int], faults: list[tuple[int, str]]) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if place.count(".") > DEEPEST:
        faults.append((node.start_mark.line + 1, "Lồng quá sâu. Hãy viết đơn giản hơn."))
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, f"{place}.{n}".lstrip("."), lines, faults) for n, one in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, faults)
    return _scalar(node)


def _mapping(node: Any, place: str, lines: dict[str, int], faults: list[tuple[int, str]]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            faults.append((line, "Tên của một dòng phải là chữ."))
            continue
        name = nfc(key.value)
        if name in kept:
            faults.append((line, f"“{name[:40]}” có hai lần ở đây. Hãy bỏ bớt một."))
        inner = f"{place}.{name}".lstrip(".")
        lines[inner] = line
        kept[name] = _value(value, inner, lines, faults)
    return kept


def _scalar(node: Any) -> Any:
    if node.tag == "tag:yaml.org,2002:bool":
        return _BOOLS.get(node.value.lower(), node.value)
    if node.tag == "tag:yaml.org,2002:null":
        return None
    return nfc(node.value)


def _plainly(problem: str) -> str:
    """The common faults of YAML in Vietnamese."""
    known: Sequence[tuple[str, str]] = (
        ("mapping values are not allowed", "Có dấu hai chấm giữa câu. Hãy đặt cả câu trong dấu ngoặc kép."),
        ("did not find expected key", "Thụt đầu dòng không đúng, hoặc thiếu dấu ngoặc kép đóng."),
        ("could not find expected ':'", "Thiếu dấu hai chấm sau tên của dòng."),
        ("did not find expected '-' indicator", "Thụt đầu dòng không đúng trong danh sách."),
        ("found character that cannot start any token", "Có dấu đặc biệt hoặc phím Tab ở đầu. Hãy dùng dấu cách, hoặc đặt câu trong ngoặc kép."),
        ("unexpected end", "Thiếu dấu ngoặc kép đóng."),
        ("expected ',' or", "Thiếu dấu phẩy hoặc dấu đóng ngoặc."),
        ("block sequence entries are not allowed", "Dấu gạch đầu dòng đứng không đúng chỗ."),
        ("expected <block end>", "Thụt đầu dòng không đúng."),
    )  # fmt: skip
    return next((words for said, words in known if said in problem), "Không đọc được từ dòng này. Hãy xem lại thụt đầu dòng và dấu ngoặc.")  # fmt: skip


class _Writer(yaml.SafeDumper):
    """Writes long sentences on one line each and texts of several lines as they stand."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _words(dumper: yaml.SafeDumper, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _words)


def write(value: Any) -> str:
    """The text that says a value."""
    return yaml.dump(value, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=100_000)
