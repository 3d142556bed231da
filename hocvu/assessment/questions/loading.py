"""Questions of files come into a ward. What the ward changed itself is never overwritten: it is told and left.

A question is taken when the ward does not have it, or when what is asked there came from files too, nobody is writing in
it and the ward did not retire it. It was reviewed where the files lie, so that it is asked at once; a changed file is a
further version, and what was asked keeps the version it was asked in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

from django.db import transaction

from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion
from hocvu.assessment.questions import bank
from hocvu.assessment.questions.files import QuestionFile
from hocvu.assessment.questions.kinds import Content
from hocvu.lib.drawings import clean_svg
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

Verdict = Literal["new", "newer", "same", "local"]
State, Origin = QuestionVersion.State, QuestionVersion.Origin


@dataclass(frozen=True, slots=True)
class Told:
    """What loading a question came to: `new` and `newer` were taken, `same` needed nothing, `local` was left alone."""

    code: str
    verdict: Verdict
    why: str = ""


def load(ward: Ward, said: Sequence[QuestionFile], *, by: Account | None) -> list[Told]:
    """Take questions of files into a ward, each whole or not at all. A run that was killed goes on where it ended."""
    there = {one.code: one for one in Question.objects.of(ward).select_related("current")}
    under_way = dict(
        QuestionVersion.objects.filter(question__ward=ward, state__in=QuestionVersion.ON_THE_WAY).values_list(
            "question__code", "state"
        )
    )
    return [_load_one(ward, one, there.get(one.code), one.code in under_way, by=by) for one in said]


def verdict_on(question: Question | None, said: QuestionFile, *, is_under_way: bool) -> tuple[Verdict, str]:
    """What loading a question would come to, and why it would be left alone."""
    if question is None:
        return "new", ""
    if question.file_digest == said.digest:
        return "same", ""
    if is_under_way:
        return "local", "đang có người soạn"
    if question.current is None or question.current.origin != Origin.FILE:
        return "local", "nơi này đã sửa riêng"
    if question.retired_at is not None:
        return "local", "nơi này đã thôi dùng"
    return "newer", ""


def _load_one(
    ward: Ward, said: QuestionFile, question: Question | None, is_under_way: bool, *, by: Account | None
) -> Told:
    verdict, why = verdict_on(question, said, is_under_way=is_under_way)
    if verdict in ("same", "local"):
        return Told(said.code, verdict, why)
    with transaction.atomic():
        if question is None:
            question = Question.objects.create(ward=ward, code=said.code)
        else:
            question = bank.locked(question)
            if verdict_on(question, said, is_under_way=bank.on_its_way(question) is not None)[0] != "newer":
                return Told(said.code, "local", "vừa có người sửa")
        names = {name: take_drawing(ward, name, content, by=by).name for name, content in said.media.items()}
        version = QuestionVersion.objects.create(
            question=question,
            number=bank.next_number(question),
            state=State.REVIEW,
            origin=Origin.FILE,
            kind=said.kind,
            competence=said.competence,
            level=said.level,
            groups=said.groups,
            content=renamed(said.content, names),
            written_by=by,
        )
        question.difficulty, question.file_digest = said.difficulty, said.digest
        bank.go_live(question, version, guessing=said.guessing, by=None)
        audit.record(by, "loaded a question of files", question, ward=ward, number=version.number)
    return Told(said.code, verdict)


def take_drawing(ward: Ward, name: str, content: bytes, *, by: Account | None) -> QuestionMedia:
    """Keep a drawing under its name; other content under a name that is taken gets a name of its own. Raises Refused."""
    digest = hashlib.sha256(content).hexdigest()
    rows = QuestionMedia.objects.filter(ward=ward)
    path = PurePath(name)
    for called in (name, f"{path.stem}-{digest[:8]}{path.suffix}"):
        there = rows.filter(name=called).first()
        if there is not None and there.digest == digest:
            return there
        if there is None:
            drawing = clean_svg(content)
            return QuestionMedia.objects.create(
                ward=ward,
                name=called,
                kind=QuestionMedia.Kind.PICTURE,
                drawing=drawing,
                digest=digest,
                details={"bytes": len(drawing.encode()), "type": "image/svg+xml"},
                made_by=by,
            )
    raise ValueError(f"two drawings are called {name}")


def renamed(content: Content, names: dict[str, str]) -> Content:
    """A content with the names that its files have in the ward."""

    def of(said: dict[str, Any]) -> dict[str, Any]:
        picture = said.get("picture")
        return (
            {**said, "picture": {**picture, "name": names.get(picture["name"], picture["name"])}} if picture else said
        )

    kept = of(dict(content))
    if "choices" in kept:
        kept["choices"] = [of(choice) for choice in kept["choices"]]
    return kept
