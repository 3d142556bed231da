"""What a lesson says survives the editing screen and the files, whatever it says."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from hocvu.learning import differences, editing, lesson_files
from hocvu.learning.editing import DrawnField, Files
from hocvu.learning.files import read_lesson
from hocvu.lib.blocks.cleaning import clean, clean_fields
from hocvu.lib.blocks.kinds import KINDS, TEACHING, Field

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="|"), max_size=60)


def values_of(field: Field) -> Any:
    """Anything that somebody may type into a field."""
    match field.holds:
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from([code for code, _ in field.choices]) | WORDS
        case "lines":
            return st.lists(WORDS, max_size=field.most + 1)
        case "rows":
            return st.lists(st.lists(WORDS, max_size=4), max_size=5)
        case "items":
            return st.lists(entries_of(field.fields), max_size=4)
        case "media":
            return st.sampled_from(["", "nut.svg", "Tên lạ.png"])
        case "url":
            return st.sampled_from(["/hoc/", "https://a.vn/b?c=d#e", "javascript:x", ""])
    return WORDS


def entries_of(fields: tuple[Field, ...]) -> Any:
    return st.fixed_dictionaries({}, optional={one.name: values_of(one) for one in fields})


def block_of(code: str) -> Any:
    kind = KINDS[code]
    voices = {"voice": st.sampled_from(["", "?", "giong.opus"])} if kind.spoken else {}
    optional = {one.name: values_of(one) for one in kind.fields} | voices
    return st.fixed_dictionaries({"kind": st.just(code)}, optional=optional)


BLOCKS = st.lists(st.sampled_from(sorted(KINDS)).flatmap(block_of), max_size=6)
TEACHER = entries_of(TEACHING)


def sent(drawn: DrawnField, post: QueryDict) -> None:
    """What a browser sends of a field."""
    if drawn.holds == "items":
        for item in drawn.items:
            for inner in item.fields:
                sent(inner, post)
    elif drawn.holds == "flag":
        if drawn.value:
            post[drawn.name] = "on"
    else:
        post[drawn.name] = str(drawn.value).replace("\n", "\r\n")


@given(BLOCKS, TEACHER)
def test_a_page_that_is_saved_untouched_changes_nothing(raw: list[dict[str, Any]], teacher: dict[str, Any]) -> None:
    cleaned, (teaching, wrong) = clean(raw), clean_fields(TEACHING, teacher)
    post = QueryDict(mutable=True)
    for block in editing.draw(cleaned.blocks, cleaned.faults, Files({})):
        post.appendlist("khoi", block.id)
        post[f"b.{block.id}.kind"] = block.kind.code
        for one in (*block.fields, *([block.voice] if block.voice else [])):
            sent(one, post)
    for one in editing.draw_teaching(teaching, wrong, Files({})):
        sent(one, post)
    came = editing.read(QueryDict(post.urlencode(), mutable=True))
    again = clean(editing.plain_raw(came.blocks)).blocks
    assert again == [with_choices(block) for block in cleaned.blocks]
    assert clean_fields(TEACHING, editing.plain_raw(came.teaching))[0] == teaching


def with_choices(block: dict[str, Any]) -> dict[str, Any]:
    return {
        name: block[name]
        for name in ("kind", "id", *(one.name for one in KINDS[block["kind"]].fields), "voice")
        if name in block
    }


@given(BLOCKS, TEACHER)
def test_a_lesson_in_files_says_what_it_said(raw: list[dict[str, Any]], teacher: dict[str, Any]) -> None:
    cleaned, (teaching, _) = clean(raw), clean_fields(TEACHING, teacher)
    content = {"title": "Bài", "summary": "Nói gì", "minutes": 7, "level": "B1", "groups": ["elderly"],
               "competences": ["hocvu/4.2"], "rule": {"parts": "all", "checks": "right"}, "blocks": cleaned.blocks,
               "teaching": teaching}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        written = lesson_files.text_of("bai", content)
        (Path(folder) / "bai.yaml").write_bytes(written)
        said = read_lesson(Path(folder))
        assert differences.content_of(said) == content
        assert lesson_files.text_of("bai", differences.content_of(said)) == written


@given(BLOCKS, BLOCKS)
def test_what_differs_is_told_and_only_that(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    old, new = {"blocks": clean(one).blocks}, {"blocks": clean(other).blocks}
    assert differences.between(old, old) == []
    assert bool(differences.between(old, new)) == (old != new)
