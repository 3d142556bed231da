"""The life of a question: one writes, another approves, tests ask it until it is retired.

A question has at most one version on its way. Only a draft changes, and whoever saves names the revision that they began
from, so that nobody's words are overwritten unseen. What was asked once keeps the version it was asked in: a better
wording is a further version. A retired question is chosen no more; an attempt that holds it goes on with it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from hocvu.assessment import reaching
from hocvu.assessment.models import Question, QuestionMedia, QuestionVersion
from hocvu.assessment.questions.cleaning import Fault, clean
from hocvu.assessment.questions.kinds import KINDS, media_names
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import slug
from hocvu.ward import audit, notices
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Grant, Ward

State, Origin = QuestionVersion.State, QuestionVersion.Origin
SAID = ("competence", "level", "groups", "content")
APPROVERS = [role for role in Role if "questions.approve" in CAPABILITIES[role]]
EASIEST, HARDEST = -4.0, 4.0

# What whoever approves looks at, one by one.
CHECKS = (
    ("key", "Đáp án đúng, và chỉ đáp án này đúng"),
    ("clear", "Lời hỏi dễ hiểu, không đánh đố, không có hai cách hiểu"),
    ("wrong", "Các phương án sai nghe hợp lý, không lộ vì dài ngắn hay cách viết"),
    ("mapped", "Đúng năng lực, đúng bậc, đúng nhóm người"),
    ("fair", "Ai cũng làm được: không cần nhìn thấy hình nếu chưa có lời tả, không dùng từ riêng của một nơi"),
    ("why", "Phần “vì sao” giải thích đúng và không chê người làm"),
)


class Stale(Refusal):
    """Somebody else saved since the form was opened; `now` is what stands there."""

    def __init__(self, now: QuestionVersion) -> None:
        who = now.written_by.full_name if now.written_by else "Người khác"
        super().__init__(
            f"{who} đã lưu câu này lúc {timezone.localtime(now.written_at):%H:%M ngày %d/%m/%Y}, sau khi trang này mở ra. "
            "Chưa lưu đè; chữ vừa gõ vẫn còn ở dưới. Hãy so lại, rồi bấm “Lưu đè bản kia” nếu muốn giữ bản của mình."
        )
        self.now = now


# ---- Writing


def guessing_of(kind: str, content: Mapping[str, Any]) -> float:
    """The chance of a lucky guess, until answers say otherwise.

    One of n choices is 1/n, right or wrong 1/2. Of several choices any set but the empty one may be taken: 1 / (2^n - 1).
    n steps stand in n! orders, of which everybody rules some out: 2 / n!. Pairs likewise 1 / (m! / (m-n)!) of m right
    halves. A word that is typed 0.01, a phone on which something is to be done 0.05.

    >>> guessing_of("single", {"choices": [{}, {}, {}, {}]}), guessing_of("true_false", {}), guessing_of("fill", {})
    (0.25, 0.5, 0.01)
    """
    match kind:
        case "single":
            return round(1 / max(2, len(content.get("choices", []))), 4)
        case "true_false":
            return 0.5
        case "multiple":
            return round(1 / ((1 << max(2, len(content.get("choices", [])))) - 1), 4)
        case "order":
            return round(2 / _falling(max(3, len(content.get("steps", []))), len(content.get("steps", []))), 4)
        case "match":
            pairs = len(content.get("pairs", []))
            return round(1 / _falling(pairs + len(content.get("others", [])), pairs), 4)
        case "screens":
            return 0.05
    return 0.01


def _falling(of: int, count: int) -> int:
    found = 1
    for number in range(max(1, count)):
        found *= max(1, of - number)
    return max(2, found)


@transaction.atomic
def begin(
    ward: Ward,
    *,
    kind: str,
    competence: str,
    level: str,
    by: Account | None,
    groups: Iterable[str] = (),
    code: str = "",
    difficulty: float = 0.0,
    origin: str = Origin.OFFICE,
) -> QuestionVersion:
    """A question that nobody is asked yet, with an empty draft."""
    if kind not in KINDS:
        raise Refusal("Hãy chọn loại câu hỏi.", "kind")
    if code and slug(code) != code:
        raise Refusal(
            f"Mã chỉ gồm chữ thường không dấu, số và gạch ngang, ví dụ “{slug(code)[:60] or 'ma-otp-1'}”.", "code"
        )
    Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)  # two questions of one code at once
    if code and Question.objects.of(ward).filter(code=code).exists():
        raise Refusal(f"Đã có câu mang mã {code}. Hãy đặt mã khác.", "code")
    code = code or f"{slug(competence.partition('/')[2]) or kind.replace('_', '-')}-{secrets.token_hex(3)}"
    question = Question.objects.create(ward=ward, code=code[:60], difficulty=difficulty)
    version = QuestionVersion.objects.create(
        question=question,
        number=1,
        origin=origin,
        kind=kind,
        competence=competence,
        level=level,
        groups=sorted(groups),
        written_by=by,
        writers=[by.pk] if by else [],
    )
    audit.record(by, "began a question", question, ward=ward, kind=KINDS[kind].label)
    return version


@transaction.atomic
def new_version(question: Question, *, by: Account | None, origin: str = Origin.OFFICE) -> QuestionVersion:
    """A draft with what the question says now; what is asked stays until the draft is approved."""
    question = locked(question)
    if (under_way := on_its_way(question)) is not None:
        raise Refusal(
            f"Câu này đã có một bản {under_way.get_state_display()} (bản {under_way.number}). Hãy dùng bản đó, hoặc bỏ nó trước."
        )
    of = question.current or question.versions.order_by("-number").first()
    assert of is not None
    version = QuestionVersion.objects.create(
        question=question,
        number=next_number(question),
        origin=origin,
        kind=of.kind,
        competence=of.competence,
        level=of.level,
        groups=of.groups,
        content=of.content,
        written_by=by,
        writers=[by.pk] if by else [],
    )
    audit.record(by, "began a version of a question", question, ward=question.ward, number=version.number)
    return version


@transaction.atomic
def save(
    version: QuestionVersion,
    said: Mapping[str, Any],
    *,
    revision: int,
    by: Account,
    over: bool = False,
    difficulty: float | None = None,
) -> QuestionVersion:
    """Keep what a draft says now. Raises Stale where it was saved since `revision`, unless that is to be written `over`.

    A difficulty is the author's guess and only taken while the question was never asked.
    """
    held = _held(version, State.DRAFT)
    if held.revision != revision and not over:
        raise Stale(held)
    question = held.question
    if difficulty is not None and question.current_id is None and difficulty != question.difficulty:
        Question.objects.filter(pk=question.pk).update(difficulty=difficulty)
    changed = {name: said[name] for name in SAID if name in said and said[name] != getattr(held, name)}
    if not changed:
        return held
    first_of_hand = held.written_by_id != by.pk or held.revision == 0
    for name, value in changed.items():
        setattr(held, name, value)
    held.writers = sorted({*held.writers, by.pk})
    held.revision, held.written_by, held.written_at = held.revision + 1, by, clock.now()
    held.save()
    if first_of_hand:  # every press of a button would fill the trail
        audit.record(by, "wrote in a question", question, ward=question.ward, number=held.number)
    return held


@transaction.atomic
def drop(version: QuestionVersion, *, by: Account) -> None:
    """Give up a version on its way. Its words stay in the list of versions."""
    held = _held(version, *QuestionVersion.ON_THE_WAY)
    held.state = State.DROPPED
    held.save(update_fields=("state",))
    audit.record(by, "dropped a version of a question", held.question, ward=held.question.ward, number=held.number)
    notices.settle(address(held.question, "review_question"))


# ---- Reviewing


def faults_of(version: QuestionVersion) -> list[Fault]:
    """What keeps a version from being asked: the form of its content, and files that are not there."""
    cleaned = clean(version.kind, version.content)
    if cleaned.faults:
        return cleaned.faults
    named = list(media_names(version.kind, cleaned.content))
    there = set(
        QuestionMedia.objects.filter(
            ward=version.question.ward_id, name__in=[name for _, name, _ in named]
        ).values_list("name", "kind")
    )
    return [
        Fault(place, f"Chưa có tệp “{name}”. Hãy tải tệp lên, hoặc bỏ khỏi câu hỏi.")
        for place, name, kind in named
        if (name, kind) not in there
    ]


@transaction.atomic
def send_for_review(version: QuestionVersion, *, by: Account) -> QuestionVersion:
    """Hand a draft to whoever approves. Refused while something stands that must be put right first."""
    held = _held(version, State.DRAFT)
    _refuse_unfit(held)
    held.content = clean(held.kind, held.content).content
    held.state, held.remark = State.REVIEW, ""
    held.save()
    question = held.question
    audit.record(by, "sent a question for review", question, ward=question.ward, number=held.number)
    writers = _writers_of(held)
    judges = [one for one in approvers(question.ward) if not any(reaching.is_same(one, hand) for hand in writers)]
    notices.tell(
        judges,
        key=f"question-review:{held.pk}:{held.revision}:{clock.now():%d%H%M%S}",
        text=f"Câu hỏi {question.code} chờ duyệt, {by.full_name} gửi.",
        href=address(question, "review_question"),
        ward=question.ward,
    )
    return held


@transaction.atomic
def take_back(version: QuestionVersion, *, by: Account) -> QuestionVersion:
    """What was sent becomes a draft again, because somebody wants to write on."""
    held = _held(version, State.REVIEW)
    held.state = State.DRAFT
    held.save(update_fields=("state",))
    audit.record(by, "took a question back to write on", held.question, ward=held.question.ward, number=held.number)
    notices.settle(address(held.question, "review_question"))
    return held


@transaction.atomic
def send_back(version: QuestionVersion, *, remark: str, by: Account) -> QuestionVersion:
    """Give a version back to its author with what is to be put right."""
    held = _held(version, State.REVIEW)
    if not (remark := remark.strip()):
        raise Refusal("Hãy ghi nhận xét để người soạn biết phải sửa gì.", "remark")
    if len(remark) > 600:
        raise Refusal(f"Nhận xét dài {len(remark)} ký tự, nhiều nhất 600. Hãy viết ngắn lại.", "remark")
    held.state, held.remark = State.DRAFT, remark
    held.save(update_fields=("state", "remark"))
    question = held.question
    audit.record(by, "sent a question back", question, ward=question.ward, number=held.number)
    notices.settle(address(question, "review_question"))
    _tell_author(held, f"question-back:{held.pk}:{clock.now():%d%H%M%S}",
                 f"Câu hỏi {question.code} được trả lại để sửa.", "edit_question")  # fmt: skip
    return held


def _writers_of(version: QuestionVersion) -> list[Account]:
    """Whoever wrote in a version: none of them judges it, with whichever account."""
    return list(Account.objects.filter(pk__in={version.written_by_id, *version.writers} - {None}))


@transaction.atomic
def approve(version: QuestionVersion, *, revision: int, by: Account) -> QuestionVersion:
    """Let tests ask what was read at this revision. Two persons: never anybody who wrote in the version. A retired
    question stays retired until somebody takes it up again."""
    held = _held(version, State.REVIEW)
    if held.revision != revision:
        raise Refusal("Câu đã được sửa sau khi trang này mở ra. Hãy đọc lại bản mới rồi duyệt.")
    if any(reaching.is_same(by, hand) for hand in _writers_of(held)):
        raise Refusal(
            "Câu do chính mình soạn hoặc sửa thì người khác phải duyệt. Hãy nhờ một người có quyền duyệt khác."
        )
    _refuse_unfit(held)
    question = held.question
    go_live(question, held, by=by)
    audit.record(by, "approved a question", question, ward=question.ward, number=held.number)
    notices.settle(address(question, "review_question"))
    now = (
        "từ nay bài kiểm tra hỏi câu này"
        if question.retired_at is None
        else "nhưng đang thôi dùng nên chưa bài nào hỏi"
    )
    _tell_author(held, f"question-live:{held.pk}", f"Câu hỏi {question.code} đã được duyệt, {now}.")
    return held


def go_live(question: Question, version: QuestionVersion, *, by: Account | None, guessing: float | None = None) -> None:
    """Make a version the one that is asked, inside the caller's transaction. Figures begin anew with other words; the
    difficulty stays as a guess until answers say more."""
    now = clock.now()
    QuestionVersion.objects.filter(question=question, state=State.LIVE).exclude(pk=version.pk).update(
        state=State.FORMER
    )
    version.state, version.decided_by, version.decided_at = State.LIVE, by, now
    version.save(update_fields=("state", "decided_by", "decided_at"))
    question.current = version
    question.guessing = guessing_of(version.kind, version.content) if guessing is None else guessing
    question.model, question.counted_answers, question.calibrated_at = Question.Model.GUESS, 0, None
    question.statistics = {}
    question.save()


# ---- Retiring


@transaction.atomic
def retire(question: Question, *, why: str, by: Account) -> None:
    """Ask it of nobody any more, saying why. Attempts that hold it go on with it, and results stay."""
    if not (why := why.strip()):
        raise Refusal("Hãy ghi lý do thôi dùng, để người soạn hiểu vì sao.", "why")
    if len(why) > 300:
        raise Refusal(f"Lý do dài {len(why)} ký tự, nhiều nhất 300. Hãy viết ngắn lại.", "why")
    held = locked(question)
    if held.retired_at is not None:
        raise Refusal("Câu này đã thôi dùng rồi. Hãy tải lại trang.")
    if held.current_id is None:
        raise Refusal("Câu này chưa từng được hỏi. Hãy bỏ bản đang soạn thay vì thôi dùng.")
    held.retired_at, held.retired_by, held.retired_why = clock.now(), by, why
    held.save(update_fields=("retired_at", "retired_by", "retired_why"))
    audit.record(by, "retired a question", held, ward=held.ward, why=why)


@transaction.atomic
def unretire(question: Question, *, by: Account) -> None:
    """Let tests ask it again."""
    held = locked(question)
    if held.retired_at is None:
        raise Refusal("Câu này đang được dùng. Hãy tải lại trang.")
    if held.current is not None and held.current.voided_at is not None:
        raise Refusal(
            "Bản này đã bị bỏ vì đáp án sai hoặc lời không rõ. Hãy sửa thành bản mới, duyệt xong rồi dùng lại."
        )
    held.retired_at, held.retired_by, held.retired_why = None, None, ""
    held.save(update_fields=("retired_at", "retired_by", "retired_why"))
    audit.record(by, "took a question up again", held, ward=held.ward)


# ---- Small things


def on_its_way(question: Question) -> QuestionVersion | None:
    """The version that is being written or judged."""
    return question.versions.filter(state__in=QuestionVersion.ON_THE_WAY).select_related("written_by").first()


def address(question: Question, page: str = "question") -> str:
    """A page of the desk about a question."""
    return reverse(f"assessment:{page}", args=(question.pk,))


def next_number(question: Question) -> int:
    """The number of a further version."""
    return int(question.versions.aggregate(Max("number"))["number__max"] or 0) + 1


def locked(question: Question) -> Question:
    """The question's row, held until the end of the act: all acts on a question come one after the other."""
    rows = Question.objects.select_for_update(of=("self",), no_key=True).select_related("ward", "current")
    return rows.get(pk=question.pk)


def _held(version: QuestionVersion, *states: str) -> QuestionVersion:
    question = locked(version.question)
    held = question.versions.select_related("written_by").get(pk=version.pk)
    held.question = question
    if held.state not in states:
        raise Refusal(
            f"Bản {held.number} của câu này {held.get_state_display()} rồi, chưa ghi gì. "
            "Chữ vừa gõ vẫn còn trên trang này; hãy mở lại câu hỏi để xem việc tiếp theo."
        )
    return held


def _refuse_unfit(version: QuestionVersion) -> None:
    if faults := faults_of(version):
        raise Refusal(f"Câu còn {len(faults)} chỗ phải sửa trước. {faults[0].words}")


def list_address(page: str = "bank") -> str:
    """A page of the desk about many questions."""
    return reverse(f"assessment:{page}")


def approvers(ward: Ward) -> list[Account]:
    """Whoever may approve questions of a ward."""
    held = Grant.objects.on(clock.today()).filter(ward=ward, role__in=APPROVERS)
    return list(Account.objects.filter(is_active=True, pk__in=held.values("account")))


def _tell_author(version: QuestionVersion, key: str, text: str, page: str = "question") -> None:
    authors = [version.written_by] if version.written_by else []
    notices.tell(authors, key=key, text=text, href=address(version.question, page), ward=version.question.ward)
