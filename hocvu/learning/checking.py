"""What a lesson still lacks before the public may read it: each with its place, in a sentence, and whether it must be
put right first or is only said.

The form of the data is the affair of `lib.blocks.cleaning`; here stands what a reader needs of it. How long a sentence may
be is a measure of ours, to be tried with readers: it warns and never stops anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.urls import Resolver404, resolve

from hocvu.learning.groups import GROUPS
from hocvu.learning.media import using
from hocvu.learning.models import Competence, LessonVersion, Level, Media
from hocvu.lib.blocks import inline
from hocvu.lib.blocks.cleaning import WANTED, clean, clean_fields
from hocvu.lib.blocks.dividing import media_names
from hocvu.lib.blocks.kinds import KINDS, TEACHING, Block, Field
from hocvu.lib.figures import number_words

MEAN, LONGEST, A_PARAGRAPH = 15, 25, 4  # tiếng a sentence on the mean, at most; sentences a paragraph
PACK = 1_000_000  # bytes of a lesson in the offline pack, without its videos
TEACHER = "cho-nguoi-day"  # the place of the teacher's fields, as a block's id stands for a block
HEAD = ""  # the place of title, level, groups
WORDS_FILE = settings.ROOT / "content" / "plain-words.yaml"

_WORD = re.compile(r"\w+(?:[.,:/-]\w+)*")
_SHORT = re.compile(r"(?<!\w)[A-ZĐ]{2,6}(?!\w)")
_PICTURE_OF = re.compile(r"^(ảnh|hình|hình ảnh|ảnh chụp|tranh|bức ảnh)( của| về| cho thấy| chụp)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to put right or to think about. `block` is a block's id, TEACHER, or HEAD; `field` is dotted."""

    block: str
    field: str
    words: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a lesson with their place."""

    block: str
    field: str
    text: str
    is_prose: bool  # sentences, not names of pages or columns of a table


def check(version: LessonVersion) -> list[Remark]:
    """Everything that stands against a version, what stops it first."""
    media = {one.name: one for one in Media.objects.filter(lesson=version.lesson_id)}
    words = list(_words(version))
    found = [
        *_of_the_head(version),
        *_of_the_form(version),
        *_of_headings(version.blocks),
        *_of_pictures(version.blocks),
        *_of_sound(version.blocks),
        *_of_media(version),
        *_of_links(version.blocks, words),
        *_of_practice(version.blocks),
        *_of_reading(words),
        *_of_phrases(words),
        *_of_short_words(version.blocks, words),
        *_of_size(version, media),
    ]
    return sorted(found, key=lambda one: not one.blocks)


def _of_the_head(version: LessonVersion) -> Iterator[Remark]:
    if not version.summary.strip():
        yield Remark(HEAD, "summary", "Chưa có lời giới thiệu bài. Hãy viết một, hai câu: bài này nói gì.")
    levels = set(Level.objects.values_list("code", flat=True))
    if not version.level:
        yield Remark(HEAD, "level", "Chưa chọn bậc của bài.")
    elif version.level not in levels:
        yield Remark(HEAD, "level", f"Bậc “{version.level}” không có trong khung nào. Hãy chọn lại.")
    if not version.groups:
        yield Remark(HEAD, "groups", "Chưa chọn bài dành cho nhóm nào.")
    for code in version.groups:
        if code not in GROUPS:
            yield Remark(HEAD, "groups", f"Nhóm “{code}” không có. Hãy bỏ ra và chọn lại.")
    if not version.competences:
        yield Remark(HEAD, "competences", "Chưa chọn năng lực mà bài dạy. Hãy chọn ít nhất một.")
        return
    known = {one.reference for one in Competence.objects.select_related("framework")}
    for reference in version.competences:
        if reference not in known:
            yield Remark(
                HEAD, "competences", f"Năng lực “{reference}” không có trong khung nào. Hãy bỏ ra và chọn lại."
            )


def _of_the_form(version: LessonVersion) -> Iterator[Remark]:
    if not version.blocks:
        yield Remark(HEAD, "blocks", "Bài chưa có nội dung. Hãy thêm khối đầu tiên.")
    yield from (Remark(fault.block, fault.field, fault.words) for fault in clean(version.blocks).faults)
    _, wrong = clean_fields(TEACHING, version.teaching)
    yield from (Remark(TEACHER, field, words.replace(", hoặc xóa khối này", "")) for field, words in wrong)


def _of_headings(blocks: Sequence[Block]) -> Iterator[Remark]:
    inside, open_heading = False, ""
    for block in blocks:
        if block["kind"] != "heading":
            open_heading = ""
            continue
        if block.get("level") == "2":
            if open_heading:
                yield Remark(open_heading, "text", "Dưới tiêu đề này chưa có nội dung. Hãy viết thêm hoặc xóa tiêu đề.")
            inside, open_heading = True, block["id"]
        elif not inside:
            yield Remark(
                block["id"],
                "level",
                "Mục nhỏ đứng trước phần đầu tiên. Hãy để tiêu đề này là “Phần mới”, hoặc thêm một phần mới ở trên.",
            )
    if open_heading:
        yield Remark(open_heading, "text", "Dưới tiêu đề này chưa có nội dung. Hãy viết thêm hoặc xóa tiêu đề.")
    if not inside and len(blocks) > 8:
        yield Remark(
            HEAD,
            "blocks",
            "Bài dài mà chưa chia phần. Hãy thêm tiêu đề “Phần mới” để người học đọc từng phần.",
            blocks=False,
        )


def _of_pictures(blocks: Sequence[Block]) -> Iterator[Remark]:
    for block, prefix, said, has_picture in _pictures(blocks):
        alt = said.get("alt", "")
        if has_picture and not alt and not said.get("decorative"):
            yield Remark(
                block, f"{prefix}alt", "Hình chưa có lời mô tả cho người không nhìn thấy. Hãy viết điều hình cho thấy."
            )
        if alt and (opening := _PICTURE_OF.match(alt)):
            yield Remark(
                block,
                f"{prefix}alt",
                f"Lời mô tả bắt đầu bằng “{opening.group()}”. Hãy nói thẳng điều hình cho thấy.",
                blocks=False,
            )


def _pictures(blocks: Sequence[Block]) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    for block in blocks:
        for field in KINDS[block["kind"]].fields:
            if field.holds == "media" and field.media == "picture":
                yield block["id"], "", block, bool(block.get(field.name))
            for number, item in enumerate(block.get(field.name, []) if field.holds == "items" else []):
                for inner in field.fields:
                    if inner.holds == "media" and inner.media == "picture":
                        yield block["id"], f"{field.name}.{number}.", item, bool(item.get(inner.name))


def _of_sound(blocks: Sequence[Block]) -> Iterator[Remark]:
    for block in blocks:
        if block["kind"] == "video" and block.get("media") and not block.get("captions"):
            yield Remark(
                block["id"], "captions", "Video chưa có phụ đề. Người nghe kém không theo được; hãy thêm phụ đề."
            )
        if block["kind"] in ("audio", "video") and not block.get("media"):
            what = "bài nghe" if block["kind"] == "audio" else "video"
            yield Remark(block["id"], "media", f"Còn chờ tệp của {what} này; người học chỉ thấy lời ghi.", blocks=False)
    waiting = [block["id"] for block in blocks if block.get("voice") == WANTED]
    if waiting:  # one line for all of them: the page of voices names each
        yield Remark("", "voice", f"Còn {len(waiting)} khối chờ thu âm; xem ở “Giọng đọc của bài”.", blocks=False)


def _of_media(version: LessonVersion) -> Iterator[Remark]:
    yield from (Remark(block, field, words) for block, field, words in using.faults_of(version))


def _of_links(blocks: Sequence[Block], words: Sequence[Words]) -> Iterator[Remark]:
    """Links into the house must lead somewhere. Those that lead out are only looked at, never opened."""
    ids = {block["id"] for block in blocks}
    named = [(one.block, one.field, url) for one in words for url in inline.links(one.text)]
    named += [(block["id"], "url", block["url"]) for block in blocks if block.get("url")]
    for block, field, url in named:
        if not inline.is_address(url):
            continue  # a fault of the form, told there
        if url.startswith("#") and url[1:] not in ids:
            yield Remark(block, field, f"Liên kết “{url}” dẫn đến một khối không có trong bài.")
        if url.startswith("/") and not _leads_somewhere(url):
            yield Remark(block, field, f"Liên kết “{url[:60]}” dẫn đến một trang không có. Hãy xem lại địa chỉ.")


def _leads_somewhere(url: str) -> bool:
    try:
        resolve(re.split(r"[?#]", url)[0])
    except Resolver404:
        return False
    return True


def _of_practice(blocks: Sequence[Block]) -> Iterator[Remark]:
    if blocks and not any(block["kind"] in ("check", "practice") for block in blocks):
        yield Remark(
            HEAD,
            "blocks",
            "Bài chưa có câu hỏi tự kiểm tra hay bài thực hành. Nên có ít nhất một, để người học tự thử.",
            blocks=False,
        )


def _of_reading(words: Sequence[Words]) -> Iterator[Remark]:
    lengths = []
    for one in words:
        if not one.is_prose:
            continue
        for paragraph in inline.paragraphs(one.text) if "\n" in one.text else [one.text]:
            said = sentences(inline.plain(paragraph))
            if len(said) > A_PARAGRAPH:
                yield Remark(one.block, one.field, f"Đoạn có {len(said)} câu, bắt đầu “{_start(paragraph)}”. Nên tách, mỗi đoạn nhiều nhất {A_PARAGRAPH} câu.", blocks=False)  # fmt: skip
            for sentence in said:
                length = len(_WORD.findall(sentence))
                lengths.append(length)
                if length > LONGEST:
                    yield Remark(one.block, one.field, f"Câu dài {length} tiếng: “{_start(sentence)}”. Nên tách, mỗi câu nhiều nhất {LONGEST} tiếng.", blocks=False)  # fmt: skip
    if lengths and (mean := sum(lengths) / len(lengths)) > MEAN:
        yield Remark(HEAD, "blocks", f"Trung bình mỗi câu dài {number_words(round(mean, 1))} tiếng. Nên viết ngắn hơn, trung bình {MEAN} tiếng.", blocks=False)  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences of a text.

    >>> sentences("Bấm nút 1.5 giây. Máy hỏi: có tắt không? Chọn Có")
    ['Bấm nút 1.5 giây.', 'Máy hỏi: có tắt không?', 'Chọn Có']
    """
    parts = re.split(r"(?<=[.!?…])[”\"')]*\s+|\n+", text)
    return [part.strip() for part in parts if _WORD.search(part)]


def _of_phrases(words: Sequence[Words]) -> Iterator[Remark]:
    told: set[str] = set()
    for one in words:
        for found in _phrases().finditer(inline.plain(one.text)):
            said = found.group().lower()
            if said not in told:
                told.add(said)
                yield Remark(one.block, one.field, f"“{found.group()}” là chữ của văn bản. Dễ hiểu hơn: “{_plain_words()['phrases'][said]}”.", blocks=False)  # fmt: skip


def _of_short_words(blocks: Sequence[Block], words: Sequence[Words]) -> Iterator[Remark]:
    whole = "\n".join(one.text for one in words)
    explained = {
        short for block in blocks if block["kind"] == "definition" for short in _SHORT.findall(block.get("term", ""))
    }
    explained |= set(re.findall(r"\(([A-ZĐ]{2,6})\)", whole)) | set(
        re.findall(r"(?<!\w)([A-ZĐ]{2,6}) (?:\(|là )", whole)
    )
    told = explained | set(_plain_words()["known"])
    for one in words:
        for short in _SHORT.findall(one.text):
            if short not in told:
                told.add(short)
                yield Remark(one.block, one.field, f"“{short}” là chữ viết tắt chưa giải thích. Hãy viết đầy đủ, hoặc giải thích ở lần đầu.", blocks=False)  # fmt: skip


def _of_size(version: LessonVersion, media: dict[str, Media]) -> Iterator[Remark]:
    used = {name for _, _, name in media_names(version.blocks)}
    weight = sum(media[name].bytes for name in used if name in media and media[name].kind != Media.Kind.VIDEO)
    weight += len(json.dumps(version.blocks, ensure_ascii=False).encode())
    if weight > PACK:
        yield Remark(HEAD, "blocks", f"Gói học không cần mạng của bài nặng {number_words(round(weight / 1_000_000, 1))} MB. Nên để dưới 1 MB: bớt hình, thu âm ngắn hơn.", blocks=False)  # fmt: skip


def _words(version: LessonVersion) -> Iterator[Words]:
    yield Words(HEAD, "title", version.title, False)
    yield Words(HEAD, "summary", version.summary, True)
    for block in version.blocks:
        quoted = block["kind"] == "quotation"  # somebody else's words are left as they are
        for field in KINDS[block["kind"]].fields:
            for path, text in words_of(field, block.get(field.name), field.name):
                yield Words(
                    block["id"], path, text, not quoted and field.holds != "rows" and field.name != "transcript"
                )


def words_of(field: Field, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """The words in a field, each with its dotted place."""
    if not value:
        return
    match field.holds:
        case "line" | "text":
            yield path, str(value)
        case "lines":
            yield from ((f"{path}.{n}", line) for n, line in enumerate(value))
        case "rows":
            yield from ((f"{path}.{n}", cell) for n, row in enumerate(value) for cell in row if cell)
        case "items":
            for number, item in enumerate(value):
                for inner in field.fields:
                    yield from words_of(inner, item.get(inner.name), f"{path}.{number}.{inner.name}")


@cache
def _plain_words() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return said


@cache
def _phrases() -> re.Pattern[str]:
    longest_first = sorted(_plain_words()["phrases"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _start(text: str) -> str:
    words = text.split()
    return " ".join(words[:8]) + ("…" if len(words) > 8 else "")
