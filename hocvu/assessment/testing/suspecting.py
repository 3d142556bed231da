"""Patterns in an attempt that a person should look at: data with thresholds, never a refusal.

Each pattern is looked for when a confirmation ends. What is strong by itself, or becomes so beside another pattern,
holds the certificate back until somebody who neither helped nor watched the learner has looked; the learner is told
that, and by which day. All others are only shown: somebody who is quick, and nothing else, has a right to be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from hocvu.assessment import reaching
from hocvu.assessment.models import Attempt, AttemptItem, PaperSheet, Suspicion, TestRule
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin import assisting
from hocvu.signin.models import SignIn, SignInQuerySet
from hocvu.ward import audit, notices
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account
from hocvu.ward.workdays import workdays

State = Suspicion.State
LOOKED_AT_WITHIN = 5  # working days
HELPED_LATELY = timedelta(days=365)

# Thresholds, all in one place.
QUICK_SECONDS, QUICK_SHARE = 3.0, 0.5  # faster than a question can be read
VERY_QUICK_SECONDS, VERY_QUICK_SHARE, RIGHT_THEN = 2.0, 0.7, 0.6  # and yet right: nobody reads like that
LEAST_ANSWERS = 8  # fewer tell nothing
ALIKE_WRONG, ALIKE_SHARE = 5, 0.8  # the same wrong answers to the same questions
JUMP_LOGITS, JUMP_DAYS = 2.0, 14
PAUSE_SECONDS, AFTER_SECONDS, AFTER_COUNT, PAUSES = 120.0, 5.0, 3, 2
AFTER_SITTING = timedelta(minutes=30)  # after the end of a sitting and of one's extra time nobody is taken to watch
NEAR = timedelta(minutes=30)  # two attempts on one network this far apart are side by side


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is looked for. `find` answers what was seen, None where nothing was."""

    title: str
    words: str  # for whoever looks, with the details put in
    holds: bool
    find: Callable[[Seen], dict[str, Any] | None]
    holds_beside: frozenset[str] = frozenset()  # holds too where one of these was seen


@dataclass(frozen=True, slots=True)
class Seen:
    """An attempt with its answered questions in order."""

    attempt: Attempt
    items: Sequence[AttemptItem]

    @property
    def ended_at(self) -> datetime:
        return self.attempt.ended_at or clock.now()

    def seconds(self) -> list[float]:
        return [one.seconds for one in self.items if one.seconds is not None]


def _quick(seen: Seen) -> dict[str, Any] | None:
    return _faster_than(seen, QUICK_SECONDS, QUICK_SHARE)


def _very_quick(seen: Seen) -> dict[str, Any] | None:
    right = sum(bool(one.right) for one in seen.items)
    if not seen.items or right / len(seen.items) < RIGHT_THEN:
        return None
    return _faster_than(seen, VERY_QUICK_SECONDS, VERY_QUICK_SHARE)


def _faster_than(seen: Seen, limit: float, share: float) -> dict[str, Any] | None:
    seconds = seen.seconds()
    quick = sum(one < limit for one in seconds)
    if len(seconds) < LEAST_ANSWERS or quick / len(seconds) < share:
        return None
    return {"quick": quick, "of": len(seconds), "median": round(median(seconds), 1)}


def _paused(seen: Seen) -> dict[str, Any] | None:
    """A long pause, then several quick right answers; more than once."""
    times, row = 0, list(seen.items)
    for at, one in enumerate(row):
        after = row[at + 1 : at + 1 + AFTER_COUNT]
        is_run = len(after) == AFTER_COUNT and all(o.right and (o.seconds or 0) < AFTER_SECONDS for o in after)
        times += (one.seconds or 0) > PAUSE_SECONDS and is_run
    return {"times": times} if times >= PAUSES else None


def _jumped(seen: Seen) -> dict[str, Any] | None:
    """Far better than a few days before."""
    now = seen.attempt
    rows = Attempt.objects.finished().filter(account=now.account_id, kind=now.kind, rule__code=now.frozen["code"])
    rows = rows.filter(ended_at__lt=seen.ended_at, ended_at__gte=seen.ended_at - timedelta(days=JUMP_DAYS))
    last = rows.exclude(pk=now.pk).order_by("-ended_at").values_list("ability", "ended_at").first()
    if last is None or last[0] is None or last[1] is None or now.ability is None or now.ability - last[0] < JUMP_LOGITS:
        return None
    return {"logits": round(now.ability - last[0], 1), "days": (seen.ended_at - last[1]).days}


def _two_devices(seen: Seen) -> dict[str, Any] | None:
    """Two sign-ins of the learner, on different devices, both in use during the attempt."""
    rows = _in_use(SignIn.objects.filter(account=seen.attempt.account_id), seen).filter(
        seen_at__gte=seen.attempt.began_at
    )
    devices = set(rows.order_by().values_list("device", "device_label", "network"))
    return {"devices": len(devices)} if len(devices) > 1 else None


def _after_sitting(seen: Seen) -> dict[str, Any] | None:
    """Ended long after the sitting at which somebody watched. A proctor's device tells so of itself (sittings.offline)."""
    now = seen.attempt
    if now.mode != Attempt.Mode.WATCHED or now.sitting is None:
        return None
    closed = now.sitting.closed_at or now.sitting.closes_at
    late = seen.ended_at - closed - timedelta(minutes=now.extra_minutes)
    return {"minutes": int(late / timedelta(minutes=1))} if late > AFTER_SITTING else None


def _in_use(rows: SignInQuerySet, seen: Seen) -> SignInQuerySet:
    return rows.filter(at__lte=seen.ended_at).filter(Q(ended_at=None) | Q(ended_at__gte=seen.attempt.began_at))


def _alike(seen: Seen) -> dict[str, Any] | None:
    """The same wrong answers as somebody beside: at the same sitting, on the same network at the same time, or on the
    same form of paper on the same day. Where only one answer can be wrong, as of right or wrong, it tells nothing that two
    gave it."""
    wrong = {
        one.question_id: one.said
        for one in seen.items
        if one.right is False and one.said is not None and not isinstance(one.said, bool)
    }
    if len(wrong) < ALIKE_WRONG:
        return None
    beside = _beside(seen).values_list("pk", flat=True)
    rows = AttemptItem.objects.filter(attempt__in=list(beside), question__in=wrong, right__isnull=False)
    alike: dict[Any, int] = {}
    common: dict[Any, int] = {}
    for attempt, question, said, right in rows.values_list("attempt", "question", "said", "right"):
        common[attempt] = common.get(attempt, 0) + 1
        alike[attempt] = alike.get(attempt, 0) + (not right and said == wrong[question])
    found = [key for key, n in alike.items() if n >= ALIKE_WRONG and n / common[key] >= ALIKE_SHARE]
    if not found:
        return None
    most = max(found, key=lambda key: alike[key])
    return {"same": alike[most], "of": common[most], "attempts": len(found), "other": str(most)}


def _beside(seen: Seen) -> Any:
    """Attempts of others at the same test, near in place and time."""
    now = seen.attempt
    if now.mode == Attempt.Mode.PAPER:
        return _beside_on_paper(now)
    rows = Attempt.objects.filter(ward=now.ward_id, kind=now.kind).exclude(account=now.account_id)
    rows = rows.filter(began_at__lte=seen.ended_at + NEAR).filter(
        Q(ended_at=None) | Q(ended_at__gte=now.began_at - NEAR)
    )
    mine = _in_use(SignIn.objects.filter(account=now.account_id).exclude(network=""), seen)
    networks = set(mine.order_by().values_list("network", flat=True))
    neighbours = _in_use(SignIn.objects.filter(network__in=networks), seen).values("account")
    near = Q(account__in=neighbours)
    if now.sitting_id is not None:
        near |= Q(sitting=now.sitting_id)
    return rows.filter(near)


def _beside_on_paper(now: Attempt) -> Any:
    """Those of others on the same form on the same day: nobody knows who sat where."""
    mine = PaperSheet.objects.filter(attempt=now.pk).values_list("form", "sat_on").first()
    if mine is None:
        return Attempt.objects.none()
    return Attempt.objects.filter(paper_sheet__form=mine[0], paper_sheet__sat_on=mine[1]).exclude(
        account=now.account_id
    )


RESTATED = "restated"
PATTERNS: Mapping[str, Pattern] = {
    "quick": Pattern(
        "Trả lời rất nhanh", "{quick} trong {of} câu được trả lời dưới 3 giây (giữa: {median} giây).", False, _quick
    ),
    "very_quick": Pattern(
        "Trả lời nhanh hơn đọc mà vẫn đúng",
        "{quick} trong {of} câu được trả lời dưới 2 giây (giữa: {median} giây), phần lớn đúng.",
        False,
        _very_quick,
        frozenset({"jump", "two_devices", "pauses"}),
    ),
    "alike": Pattern(
        "Sai giống người bên cạnh",
        "{same} trong {of} câu sai giống hệt một lượt làm khác cùng buổi, cùng mạng cùng lúc, hoặc cùng đề giấy cùng ngày.",
        True,
        _alike,
    ),
    "jump": Pattern(
        "Khá lên đột ngột",
        "Kết quả cao hơn hẳn lần trước (hơn {logits} điểm trên thang độ khó), cách {days} ngày.",
        False,
        _jumped,
    ),
    "two_devices": Pattern(
        "Hai thiết bị cùng lúc", "Tài khoản được dùng trên {devices} thiết bị trong lúc làm bài.", False, _two_devices
    ),
    "pauses": Pattern(
        "Dừng lâu rồi trả lời nhanh",
        "{times} lần dừng hơn 2 phút, sau đó trả lời nhanh và đúng liền mấy câu.",
        False,
        _paused,
    ),
    "after_sitting": Pattern(
        "Làm tiếp khi buổi đã đóng",
        "Bài có giám thị mà làm xong khi buổi đã đóng {minutes} phút, kể cả phút thêm: hỏi giám thị lúc đó còn coi không.",
        True,
        _after_sitting,
    ),
    # Found by nobody here: a result that a question taken out afterwards would have turned.
    RESTATED: Pattern(
        "Kết quả đổi sau khi bỏ câu hỏi sai",
        "Tính lại không có câu hỏi sai thì xác suất đạt còn {sure}. Kết quả cũ được giữ đến khi có người xem.",
        False,
        lambda seen: None,
    ),
    # Nor are these: they are told of a test that comes in whole, from paper or from a proctor's device (sittings.taking).
    **{
        code: Pattern(title, words, True, lambda seen: None)
        for code, title, words in (
            ("too_soon", "Làm lại quá sớm", "Chưa đủ số ngày chờ sau lần chưa đạt trước."),
            ("too_long", "Làm quá giờ", "Theo máy của giám thị, bài làm lâu hơn số phút của bài, kể cả phút thêm."),
            ("late_arrival", "Làm sau khi buổi đã đóng", "Theo máy của giám thị, bài xong khi buổi đã đóng từ lâu."),
            (
                "handed_in_twice",
                "Nộp hai lần trong một buổi",
                "Bài này đến sau nên không tính; bài đến trước vẫn tính.",
            ),
            (
                "right_ended",
                "Giám thị không còn được coi",
                "Lúc bài đến, giám thị đã hết quyền, hoặc đã giúp, ở cùng hộ với người làm.",
            ),
            ("not_recognised", "Chưa nhận diện", "Bài được nộp mà giám thị chưa đánh dấu đã nhận diện người làm."),
        )
    },
}


def doubt(attempt: Attempt, kinds: Sequence[str], details: Mapping[str, Any] | None = None) -> None:
    """Write down what whoever took an attempt in, or added it up anew, found odd, and tell those who look."""
    for kind in kinds:
        note(attempt, kind, dict(details or {}))
    if kinds:
        tell_reviewers(attempt)


def look(attempt: Attempt) -> list[Suspicion]:
    """Look for every pattern in a confirmation that ended, in the caller's transaction. Paper tells of no pace and no
    device; there only the answers can be alike."""
    if attempt.kind != TestRule.Kind.CONFIRM:
        return []
    patterns = {"alike": PATTERNS["alike"]} if attempt.mode == Attempt.Mode.PAPER else PATTERNS
    rows = AttemptItem.objects.filter(attempt=attempt.pk, voided=False, version__voided_at=None)
    rows = rows.exclude(answered_at=None)
    seen = Seen(attempt, list(rows.order_by("position")))
    found = {code: said for code, one in patterns.items() if (said := one.find(seen)) is not None}
    made = [note(attempt, code, details, beside=found) for code, details in found.items()]
    if any(one.holds for one in made):
        tell_reviewers(attempt)
    return made


def note(attempt: Attempt, kind: str, details: dict[str, Any], *, beside: Collection[str] = ()) -> Suspicion:
    """Write down what was seen; a second time it is the same."""
    pattern = PATTERNS[kind]
    holds = pattern.holds or bool(pattern.holds_beside & set(beside))
    row, _ = Suspicion.objects.get_or_create(attempt=attempt, kind=kind, defaults={"details": details, "holds": holds})
    return row


def title_of(kind: str) -> str:
    """What a pattern is called."""
    return PATTERNS[kind].title if kind in PATTERNS else kind


def words_of(suspicion: Suspicion) -> str:
    """What was seen, in a sentence."""
    pattern = PATTERNS.get(suspicion.kind)
    if pattern is None:
        return ""
    said = {name: str(value).replace(".", ",") for name, value in suspicion.details.items()}
    try:
        return pattern.words.format(**said)
    except KeyError:
        return pattern.title


def looked_at_by(suspicion: Suspicion) -> date:
    """The last day on which a person has looked at it."""
    return workdays().after(clock.local_day(suspicion.at), LOOKED_AT_WITHIN)


def tell_reviewers(attempt: Attempt) -> None:
    """Tell who looks, where a certificate waits for it: what did not pass waits for nothing."""
    if not attempt.passed:
        return
    notices.tell(
        reviewers(attempt),
        key=f"review:{attempt.pk}",
        text="Một lượt làm bài xác nhận cần người xem lại trước khi cấp giấy.",
        href=reverse("assessment:suspicions"),
        ward=attempt.ward,
    )


def reviewers(attempt: Attempt) -> list[Account]:
    """Who may look at an attempt: whoever reviews tests in the ward, but for those who had a hand in it or are near the
    learner; the leaders where nobody of them is left."""
    apart = connected(attempt)
    for role in (REVIEWS, REVIEWS_TOO):
        holders = [one for one in notices.holders_of(attempt.ward, role) if one.pk not in apart]
        near = reaching.objections(holders, attempt.account) if holders else {}
        if found := [one for one in holders if one.pk not in near]:
            return found
    return []


REVIEWS, REVIEWS_TOO = (
    Role.COORDINATOR,
    Role.LEADER,
)  # who is told, who where nobody of these may look or looked in time
# One sentence for all: whoever looks is not to learn whose attempt it is.
APART = (
    "Người đã giúp, coi thi, nhập phiếu, thêm giờ, ở cùng hộ, trùng họ tên hoặc chính người làm bài không được xem xét "
    "lượt làm này. Hãy để người khác xem."
)


def connected(attempt: Attempt) -> set[int]:
    """The accounts that had a hand in an attempt: the learner, who helped them of late, who watched, who gave time, who
    typed what stood on paper."""
    keys = assisting.helped_in(attempt.account, attempt.began_at - HELPED_LATELY) | {attempt.account_id}
    if attempt.sitting is not None:
        keys.add(attempt.sitting.proctor_id)
    if attempt.extended_by_id is not None:
        keys.add(attempt.extended_by_id)
    if attempt.mode == Attempt.Mode.PAPER:
        sheets = PaperSheet.objects.filter(attempt=attempt.pk).order_by()
        keys.update(
            key for row in sheets.values_list("watched_by", "first_by", "second_by", "settled_by") for key in row if key
        )
    same = Account.objects.filter(person=attempt.account.person_id) if attempt.account.person_id else None
    return keys | (set(same.values_list("pk", flat=True)) if same is not None else set())


def refuse_connected(attempt: Attempt, by: Account) -> None:
    """Nobody judges an attempt that they had a hand in, nor one of somebody whom they live with."""
    if by.pk in connected(attempt) or reaching.objection(by, attempt.account):
        raise Refusal(APART)


@transaction.atomic
def decide(suspicion: Suspicion, *, state: str, why: str, by: Account) -> Suspicion:
    """A person looked: nothing wrong, or the test is to be done again. Reasons are asked for both. Call
    `ending.certify` (fine) when this is written; `again` says whether the attempt is to be voided."""
    rows = Suspicion.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("attempt__account", "attempt__ward", "attempt__sitting").get(pk=suspicion.pk)
    refuse_connected(held.attempt, by)
    if held.state != State.OPEN:
        raise Refusal("Dấu hiệu này đã có người xem rồi. Hãy tải lại trang.")
    if state not in (State.FINE, State.REPEAT):
        raise Refusal("Hãy chọn một trong hai kết luận.", "state")
    if not why.strip():
        raise Refusal("Hãy ghi vì sao kết luận như vậy.", "why")
    held.state, held.why, held.decided_by, held.decided_at = state, why.strip(), by, clock.now()
    held.save(update_fields=("state", "why", "decided_by", "decided_at"))
    audit.record(by, "looked at a pattern in an attempt", held.attempt, ward=held.attempt.ward,
                 state=held.get_state_display())  # fmt: skip
    return held
