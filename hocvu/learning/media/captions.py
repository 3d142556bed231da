"""Captions: read from .vtt, from .srt or as somebody types them, checked, and written as WebVTT in one form.

Words only: no style, no place on the screen, no markup. A line that cannot be read is told with its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hocvu.lib.text import nfc
from hocvu.lib.uploads import Refused

MOST = 2000  # captions of one video
LONGEST_TEXT = 300  # signs of one caption
LARGEST = 500_000  # bytes of a file
AT_ONCE = 84  # signs that can be read while they are said: two lines of 42

_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_ARROW = re.compile(rf"^\s*{_TIME}\s*-{{1,2}}>\s*{_TIME}(?:[ \t]+(.*))?$")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_SETTING = re.compile(r"(?:\b(?:line|position|align|size|vertical|region):\S+\s*)+")


@dataclass(frozen=True, slots=True)
class Caption:
    """Words that are shown from one moment to another, in seconds."""

    start: float
    end: float
    text: str


def read_file(content: bytes) -> list[Caption]:
    """The captions of a .vtt or .srt file. Raises Refused."""
    if len(content) > LARGEST:
        raise Refused("Tệp phụ đề lớn quá 500 kB. Hãy chọn đúng tệp .vtt hoặc .srt.")
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("Tệp phụ đề không phải chữ Unicode (UTF-8). Hãy lưu lại với mã UTF-8.") from None
    return read(words)


def read(words: str, *, seconds: float | None = None) -> list[Caption]:
    """Captions as a file has them or as somebody types them: a line with two moments, then the words on the same line
    or on those below. Raises Refused with the line that cannot be read. `seconds` is how long the video is.

    >>> read("00:01 --> 00:04 Xin chào bà con")
    [Caption(start=1.0, end=4.0, text='Xin chào bà con')]
    """
    found: list[Caption] = []
    for number, start, end, text in _blocks(nfc(words).replace("\x00", "").splitlines()):
        if end <= start:
            raise Refused(f"Dòng {number}: lúc hết phải sau lúc bắt đầu. Hãy xem lại hai mốc giờ.")
        if found and start < found[-1].start:
            raise Refused(f"Dòng {number}: mốc giờ đứng trước dòng phía trên. Hãy xếp phụ đề theo thứ tự.")
        if seconds is not None and start > seconds:
            raise Refused(f"Dòng {number}: video chỉ dài {clock_words(seconds)}. Hãy xem lại mốc giờ.")
        if len(text) > LONGEST_TEXT:
            raise Refused(f"Dòng {number}: một phụ đề dài quá {LONGEST_TEXT} chữ. Hãy chia thành nhiều dòng.")
        if text:
            found.append(Caption(start, end, text))
    if not found:
        raise Refused("Chưa có dòng phụ đề nào. Mỗi dòng viết như: 00:01 --> 00:04 Chữ hiện trên hình")
    if len(found) > MOST:
        raise Refused(f"Phụ đề có {len(found)} dòng, nhiều nhất {MOST}. Hãy chia video thành nhiều phần.")
    return found


def as_vtt(captions: Iterable[Caption]) -> str:
    """WebVTT in our one form."""
    parts = [f"{_stamp(one.start)} --> {_stamp(one.end)}\n{_escaped(one.text)}\n" for one in captions]
    return "\n".join(["WEBVTT\n", *parts])


def as_typed(captions: Iterable[Caption]) -> str:
    """The lines that a person reads and changes."""
    return "\n".join(f"{clock_words(one.start)} --> {clock_words(one.end)} {one.text}" for one in captions)


def spread(transcript: str, seconds: float) -> list[Caption]:
    """A first draft: the words of a transcript laid evenly over so many seconds, longer ones longer."""
    pieces = [piece for line in nfc(transcript).splitlines() for piece in _pieces(line)]
    whole = sum(map(len, pieces))
    drafted, said = [], 0
    for piece in pieces:
        start = seconds * said / whole
        said += len(piece)
        drafted.append(Caption(round(start, 2), round(seconds * said / whole, 2), piece))
    return [one for one in drafted if one.end > one.start]


def clock_words(seconds: float) -> str:
    """A moment as people type it.

    >>> clock_words(61.5), clock_words(3600)
    ('01:01.5', '1:00:00')
    """
    tenths = round(seconds * 100)
    rest, part = divmod(tenths, 100)
    hours, rest = divmod(rest, 3600)
    words = f"{rest // 60:02}:{rest % 60:02}"
    if hours:
        words = f"{hours}:{words}"
    return f"{words}.{f'{part:02}'.rstrip('0')}" if part else words


def _blocks(lines: Sequence[str]) -> Iterable[tuple[int, float, float, str]]:
    """(line number, start, end, words) of each caption."""
    at: tuple[int, float, float] | None = None
    gathered: list[str] = []
    past_head = False
    starts_as_file = next((line for line in lines if line.strip()), "").startswith("WEBVTT")  # then styles and notes
    for number, line in enumerate(lines, start=1):
        if found := _ARROW.match(line):
            if at:
                yield (*at, _plain(gathered))
            at = (number, _seconds(found.groups()[:4], number), _seconds(found.groups()[4:8], number))
            gathered = [_SETTING.sub("", found[9] or "")]
            past_head = True
        elif "-->" in line and not line.lstrip().startswith("NOTE"):
            raise Refused(f"Dòng {number}: không đọc được mốc giờ. Hãy viết như 00:01 --> 00:04.")
        elif not line.strip():
            if at:
                yield (*at, _plain(gathered))
            at, gathered = None, []
        elif at:
            gathered.append(line)
        elif past_head or not starts_as_file:
            _refuse_stray(line, number)
    if at:
        yield (*at, _plain(gathered))


def _refuse_stray(line: str, number: int) -> None:
    """Between captions stand their names (or numbers) and notes; a sentence there would be lost in silence."""
    if not re.fullmatch(r"\s*[\w.-]{1,60}\s*", line) and not line.lstrip().startswith(("NOTE", "STYLE", "REGION")):
        raise Refused(f"Dòng {number}: chữ này chưa có mốc giờ. Hãy viết như 00:01 --> 00:04 {line.strip()[:40]}")


def _plain(lines: Sequence[str]) -> str:
    bare = _TAG.sub("", " ".join(lines))
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        bare = bare.replace(name, sign)
    return " ".join("".join(sign for sign in bare if sign.isprintable()).split()).replace("-->", "→")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _seconds(parts: Sequence[str | None], number: int) -> float:
    hours, minutes, seconds, rest = parts
    if int(seconds or 0) > 59 or (hours and int(minutes or 0) > 59):
        raise Refused(f"Dòng {number}: phút và giây phải nhỏ hơn 60. Hãy viết như 01:05.")
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return (whole * 1000 + int((rest or "0").ljust(3, "0"))) / 1000


def _stamp(seconds: float) -> str:
    rest, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{thousandths:03}"


def _pieces(line: str) -> list[str]:
    """A line in pieces that fit on the screen, at its sentences and commas where it can."""
    pieces: list[str] = []
    for sentence in re.split(r"(?<=[.!?…;:])\s+", " ".join(line.split())):
        held = ""
        for word in sentence.split():
            if held and len(held) + 1 + len(word) > AT_ONCE:
                pieces.append(held)
                held = word
            else:
                held = f"{held} {word}".strip()
        if held:
            pieces.append(held)
    return pieces
