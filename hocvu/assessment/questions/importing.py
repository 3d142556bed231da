"""What a spreadsheet of the bank would change, and the change itself: drafts sent for review, never live at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction

from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion
from hocvu.assessment.questions import bank, describing, mapping
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.questions.kinds import media_names
from hocvu.assessment.questions.sheet_phones import Fault
from hocvu.assessment.questions.sheets import QUESTIONS, Line, Told
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, notices
from hocvu.ward.models import Account, Ward

Verdict = Literal["new", "changed", "same", "refused"]
MOST = 300  # rows that one file may change: whoever approves reads each
State, Origin = QuestionVersion.State, QuestionVersion.Origin


@dataclass(slots=True)
class Judged:
    """What one row would come to."""

    line: Line
    verdict: Verdict
    differences: list[describing.Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def told(self) -> Told:
        return self.line.told


def told_of(question: Question) -> Told:
    """A question as the sheet says it: the version that is asked."""
    version = question.current
    assert version is not None
    return Told(
        question.code, version.kind, version.competence, version.level, list(version.groups), question.difficulty,
        version.content, version.number,
    )  # fmt: skip


def judge(ward: Ward, lines: Sequence[Line]) -> list[Judged]:
    """What each row would come to. Writes nothing."""
    codes = [line.told.code for line in lines]
    there = {one.code: one for one in Question.objects.of(ward).filter(code__in=codes).select_related("current")}
    under_way = set(
        QuestionVersion.objects.filter(question__in=there.values(), state__in=QuestionVersion.ON_THE_WAY).values_list(
            "question__code", flat=True
        )
    )
    known = _Known(ward)
    return [_judge(line, there.get(line.told.code), line.told.code in under_way, known) for line in lines]


class _Known:
    """What rows may name: competences, levels, files."""

    def __init__(self, ward: Ward) -> None:
        self.competences = {code for code, _ in mapping.competences()}
        self.levels = {code for code, _ in mapping.levels()}
        self.files = set(QuestionMedia.objects.filter(ward=ward).values_list("name", "kind"))


def _judge(line: Line, question: Question | None, is_under_way: bool, known: _Known) -> Judged:
    if line.faults:
        return Judged(line, "refused")
    before = told_of(question) if question and question.current else None
    if before is not None and _same(before, line.told):
        return Judged(line, "same")
    faults = [*_unknown(line.told, known), *_in_the_way(line.told, question, before, is_under_way)]
    if faults:
        line.faults += [Fault(QUESTIONS, line.row, column, words) for column, words in faults]
        return Judged(line, "refused")
    if before is None:
        return Judged(line, "new")
    told = line.told
    notes = []
    if (
        told.difficulty is not None
        and before.difficulty is not None
        and abs(told.difficulty - before.difficulty) > 1e-6
    ):
        notes.append("Độ khó của câu đã có không đổi qua tệp: máy tính từ câu trả lời.")
    differences = describing.between(_lines(before), _lines(told))
    return Judged(line, "changed" if differences or not _same_words(before, told) else "same", differences, notes)


def _same(one: Told, other: Told) -> bool:
    if other.difficulty is not None and one.difficulty is not None and abs(other.difficulty - one.difficulty) > 1e-6:
        return False
    return _same_words(one, other)


def _same_words(one: Told, other: Told) -> bool:
    return (one.kind, one.competence, one.level, sorted(one.groups), one.content) == (
        other.kind,
        other.competence,
        other.level,
        sorted(other.groups),
        other.content,
    )


def _lines(told: Told) -> describing.Lines:
    return describing.lines(told.kind, told.competence, told.level, sorted(told.groups), told.content)


def _unknown(told: Told, known: _Known) -> list[tuple[str, str]]:
    found = []
    if told.competence not in known.competences:
        found.append(("Năng lực", f"Không có năng lực “{told.competence[:60]}”. Ghi như hocvu/4.2."))
    if told.level not in known.levels:
        found.append(("Bậc", f"Không có bậc “{told.level[:20]}”."))
    for place, name, kind in media_names(told.kind, told.content):
        if (name, kind) not in known.files:
            column = ("Hình" if kind == "picture" else "Âm thanh") + (" các ý" if "." in place else "")
            found.append((column, f"Chưa có tệp “{name}”. Hãy tải tệp lên ở trang của một câu trước."))
    return found


def _in_the_way(
    told: Told, question: Question | None, before: Told | None, is_under_way: bool
) -> list[tuple[str, str]]:
    if is_under_way:
        return [("Mã", "Câu này đang có một bản chờ soạn hoặc chờ duyệt. Hãy làm xong bản đó trước.")]
    if before is None:
        return [] if question is None else [("Mã", "Câu mang mã này đã bị bỏ khi chưa dùng. Hãy đặt mã khác.")]
    if told.number and told.number != before.number:
        return [
            (
                "Bản (không sửa)",
                f"Tệp ghi bản {told.number}, ngân hàng nay có bản {before.number}. Hãy tải lại ngân hàng rồi sửa.",
            )
        ]
    return []


# ---- Between the two pages


def as_plain(told: Told) -> dict[str, Any]:
    """A row as JSON holds it, for the page that asks for a yes."""
    return {name: getattr(told, name) for name in Told.__slots__}


def from_plain(plain: Mapping[str, Any]) -> Told:
    """And back, its content judged once more."""
    return Told(**{**plain, "content": clean(str(plain["kind"]), plain["content"]).content})


@transaction.atomic
def apply(ward: Ward, rows: Sequence[Told], *, by: Account) -> int:
    """Send every row for review, all or none; gives how many. Refused where the bank has changed meanwhile."""
    Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)
    judged = judge(ward, [Line(0, told) for told in rows])
    if wrong := next((one for one in judged if one.verdict == "refused"), None):
        raise Refusal(
            f"Câu {wrong.told.code} vừa có người sửa: {wrong.line.faults[0].words} Chưa ghi gì; hãy gửi lại tệp."
        )
    sent = [_send(ward, one, by=by) for one in judged if one.verdict in ("new", "changed")]
    if sent:
        notices.tell(
            [one for one in bank.approvers(ward) if one.pk != by.pk],
            key=f"questions-imported:{sent[0].pk}:{clock.now():%Y%m%d%H%M%S}",
            text=f"{len(sent)} câu hỏi chờ duyệt, {by.full_name} nạp từ Excel.",
            href=bank.list_address("waiting_questions"),
            ward=ward,
        )
        audit.record(by, "imported questions from a sheet", ward, ward=ward, questions=len(sent))
    return len(sent)


def _send(ward: Ward, one: Judged, *, by: Account) -> QuestionVersion:
    told = one.told
    if one.verdict == "new":
        question = Question.objects.create(ward=ward, code=told.code, difficulty=told.difficulty or 0.0)
    else:
        question = bank.locked(Question.objects.get(ward=ward, code=told.code))
    version = QuestionVersion.objects.create(
        question=question,
        number=bank.next_number(question),
        state=State.REVIEW,
        origin=Origin.SHEET,
        kind=told.kind,
        competence=told.competence,
        level=told.level,
        groups=sorted(told.groups),
        content=told.content,
        written_by=by,
        writers=[by.pk],
    )
    audit.record(by, "sent a question for review", question, ward=ward, number=version.number)
    return version
