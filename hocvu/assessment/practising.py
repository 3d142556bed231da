"""Practice: a learner does a task with their own hands, and somebody who may say so saw it.

The list of what must be seen stands with the task; a confirmation keeps the lines as they were. Nobody confirms for
whom they helped, live with or are (`reaching.objection`). What comes late from a device is kept: where the right to
confirm had ended on the way, it waits, withdrawn by nobody, until somebody lets it count or refuses it.

After each the learner's certificates are looked at again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from hocvu.assessment import certifying, reaching
from hocvu.assessment.models import Attempt, Certificate, PracticeConfirmation, PracticeTask, TestRule
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.signin.models import AssistedSession
from hocvu.ward import audit, notices, receipts
from hocvu.ward.capabilities import Role, reach_of
from hocvu.ward.models import Account, Ward
from hocvu.ward.receipts import Answer, Parcel

logger = logging.getLogger(__name__)

CONFIRM, REVIEW = "practice.confirm", "tests.review"
Way = PracticeConfirmation.Way
WAYS = (Way.DOOR, Way.CLASS, Way.COUNTER)  # what a person may say; a screen says it by itself
AHEAD = timedelta(days=1)  # a clock further ahead is not believed
LATE_WORDS = "Lúc gửi đến thì không còn quyền xác nhận. Việc đã được giữ, chờ người có trách nhiệm xem."
CLOCK_WORDS = "Đồng hồ trên máy sai ngày. Việc đã được giữ, chờ người có trách nhiệm xem."
HELPED_WORDS = "Người xác nhận đã giúp người học trong 12 tháng trước đó nên không tính; lần xác nhận sau đứng thay."
USUAL = 3  # practice tasks, where a rule does not say how many


# ---- Which tasks there are


def tasks_on(ward: Ward, day: date) -> QuerySet[PracticeTask]:
    """The tasks of a ward that hold on a day."""
    return PracticeTask.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), ward=ward, valid_from__lte=day)


def rules_on(ward: Ward, day: date) -> QuerySet[TestRule]:
    """The rules of confirmation that hold on a day."""
    return TestRule.objects.of(ward).on(day).filter(kind=TestRule.Kind.CONFIRM)


def fits(task: PracticeTask, rule: TestRule) -> bool:
    """Whether a task counts for what a rule confirms: the same framework and level, and a group that it is for."""
    framework = task.competence.partition("/")[0]
    for_group = not task.groups or not rule.group or rule.group in task.groups
    return framework == rule.framework and task.level == rule.level and for_group


def needed(rule: TestRule) -> int:
    """How many tasks a rule asks for."""
    return int(rule.params.get("practice", USUAL))


def standing(account: Account) -> QuerySet[PracticeConfirmation]:
    """What was confirmed for a learner and still stands."""
    rows = PracticeConfirmation.objects.filter(account=account, withdrawn_at=None)
    return rows.select_related("task", "confirmed_by")


def stands(account: Account, task: PracticeTask) -> bool:
    """Whether a task of a ward stands confirmed for a learner, in a wording that says the same and by somebody whose word
    counts."""
    rows = [row for row in standing(account).filter(task__code=task.code) if sense(row.task) == sense(task)]
    return any(not _by_helper(row) for row in rows)


def sense(task: PracticeTask) -> tuple[Any, ...]:
    """What a task counts for. A wording for another competence, level or group says nothing of this one."""
    return task.ward_id, task.code, task.competence, task.level, frozenset(task.groups)


def _by_helper(row: PracticeConfirmation) -> bool:
    """Whether whoever confirmed had helped the learner in the year before it was seen: no certificate counts that
    (`certifying`), so it stands in nobody's way."""
    since = row.happened_at - reaching.HELPED
    helped = AssistedSession.objects.filter(account=row.account_id, helper=row.confirmed_by_id)
    return row.confirmed_by_id is not None and helped.filter(opened_at__range=(since, row.at)).exists()


def _make_way(row: PracticeConfirmation, by: Account) -> None:
    """Take back what stands of the very wording and does not count: of one wording one confirmation stands."""
    for old in standing(row.account).filter(task=row.task_id).exclude(pk=row.pk):
        old.withdrawn_at, old.withdrawn_by, old.withdrawn_why = clock.now(), by, HELPED_WORDS
        old.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
        audit.record(by, "withdrew practice", old, ward=old.ward)


def waiting(ward: Ward) -> QuerySet[PracticeConfirmation]:
    """What was kept and waits until somebody lets it count: withdrawn, by nobody."""
    return PracticeConfirmation.objects.filter(ward=ward, withdrawn_by=None).exclude(withdrawn_at=None)


def count_for(rows: Iterable[PracticeConfirmation], rule: TestRule) -> int:
    """How many different tasks of a rule these confirm; two wordings of one task count once."""
    return len({row.task.code for row in rows if fits(row.task, rule)})


# ---- Confirming


def confirm(
    account: Account,
    task: PracticeTask,
    *,
    way: str,
    seen: Collection[int],
    by: Account,
    parcel: Parcel,
    note: str = "",
) -> Answer:
    """Keep that somebody saw a learner do a task, with the numbers of the lines that they saw, however late it comes."""
    lines = _lines(task, seen)
    happened = parcel.made_at or clock.now()

    def act() -> str:
        if receipts_of_old(parcel.id, by):
            return ""
        reason = _doubt(account, task, happened, by)
        row = PracticeConfirmation(
            id=parcel.id, ward=task.ward, account=account, task=task, way=_way(way), seen=lines, note=nfc(note)[:300],
            confirmed_by=by, happened_at=happened,
        )  # fmt: skip
        return keep(row, reason=reason, by=by)

    _refuse_unsound(account, task, by, parcel, happened)
    answer = receipts.once(parcel, act, by=by, ward=task.ward)
    looked_at_again(account)
    return answer


def receipts_of_old(key: UUID, by: Account) -> bool:
    """Whether a confirmation came before whose receipt was forgotten since."""
    return PracticeConfirmation.objects.filter(pk=key, confirmed_by=by).exists()


def keep(row: PracticeConfirmation, *, reason: str, by: Account) -> str:
    """Write a confirmation down, in the caller's transaction; one with a reason waits. Answers the reason. A task that
    was confirmed before, in whatever wording that says the same, is not confirmed twice."""
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=row.account_id)  # one at a time for a learner
    if stands(row.account, row.task):
        return ""
    if reason:
        row.withdrawn_at, row.withdrawn_why = clock.now(), reason
    else:
        _make_way(row, by)
    row.save(force_insert=True)
    audit.record(by, "confirmed practice", row, ward=row.ward, where=row.get_way_display(), reason=reason or None)
    if reason:
        notices.tell(
            notices.holders_of(row.ward, Role.COORDINATOR), key=f"practice.waits:{row.pk}", ward=row.ward,
            text="Một xác nhận thực hành đến muộn từ máy, chờ người xem mới được tính.",
            href=f"/thuc-hanh/xac-nhan/{row.pk}/",
        )  # fmt: skip
    return reason


def _way(way: str) -> str:
    if way not in WAYS:
        raise Refusal("Hãy chọn nơi đã thấy: tại nhà, tại lớp hay tại quầy.", "way")
    return way


def _lines(task: PracticeTask, seen: Collection[int]) -> list[dict[str, Any]]:
    """The lines with what was seen of them. Refused where one that must be seen was not."""
    lines = [{**line, "seen": number in seen} for number, line in enumerate(task.lines)]
    lacking = [line["text"] for line in lines if line["must"] and not line["seen"]]
    if lacking:
        more = f" và {len(lacking) - 1} điều nữa" if len(lacking) > 1 else ""
        raise Refusal(
            f"Chưa đánh dấu “{lacking[0]}”{more}. Điều bắt buộc phải thấy tận mắt thì mới xác nhận được; chưa thấy thì "
            "để lần khác.",
            "seen",
        )
    return lines


def _refuse_unsound(account: Account, task: PracticeTask, by: Account, parcel: Parcel, happened: datetime) -> None:
    """What makes no sense whenever it comes."""
    if audit.helper_now() is not None or parcel.helper is not None:
        raise Refusal("Đang có người giúp. Việc xác nhận phải do người xác nhận tự đăng nhập và làm.")
    if not reaching.is_learner_of(account, task.ward):
        raise Refusal("Người này không học ở đây.")
    reaching.refuse_objection(by, account, at=happened)
    day = min(clock.local_day(happened), clock.today())
    if task.valid_from > clock.today() or _was_over(task, day):
        raise Refusal("Việc thực hành này đã thôi dùng. Hãy tải lại trang và chọn việc đang dùng.")
    if not _has_right(account, task.ward, by) and not _had_right(account, task.ward, by, day):
        raise Refusal("Người học không thuộc phạm vi được xác nhận.")


def _was_over(task: PracticeTask, day: date) -> bool:
    """Whether a task was used no more on a day. Another wording ends the one before yesterday; what was seen by the old
    one earlier that day was seen all the same."""
    if task.valid_to is None or task.valid_to >= day:
        return False
    later = PracticeTask.objects.filter(ward=task.ward_id, code=task.code, number__gt=task.number, valid_from=day)
    return not later.exists()


def _has_right(account: Account, ward: Ward, by: Account) -> bool:
    return reaching.reaches(by, account, ward, CONFIRM)


def _had_right(account: Account, ward: Ward, by: Account, day: date) -> bool:
    return reaching.reaches(by, account, ward, CONFIRM, day)


def _doubt(account: Account, task: PracticeTask, happened: datetime, by: Account) -> str:
    """Why somebody should look before it counts."""
    if happened > clock.now() + AHEAD:
        return CLOCK_WORDS
    return "" if _has_right(account, task.ward, by) else LATE_WORDS


# ---- Letting wait, count, go


def _hold(row: PracticeConfirmation) -> PracticeConfirmation:
    rows = PracticeConfirmation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "task", "ward", "account", "confirmed_by"
    )
    return rows.get(pk=row.pk)


def let_count(row: PracticeConfirmation, *, by: Account) -> None:
    """Somebody looked at what waits and it counts. Not by whoever confirmed it."""
    with transaction.atomic():
        held = _waiting(row, by)
        reaching.refuse_objection(by, held.account)
        if stands(held.account, held.task):
            raise Refusal("Việc này đã được xác nhận ở lần khác. Hãy bấm không nhận lần này.")
        _make_way(held, by)
        held.withdrawn_at, held.withdrawn_why = None, ""
        held.save(update_fields=("withdrawn_at", "withdrawn_why"))
        audit.record(by, "let practice count", held, ward=held.ward)
    looked_at_again(held.account)


@transaction.atomic
def refuse(row: PracticeConfirmation, *, why: str, by: Account) -> None:
    """Somebody looked at what waits and it does not count."""
    held = _waiting(row, by)
    held.withdrawn_by, held.withdrawn_why = by, nfc(why)[:300]
    held.save(update_fields=("withdrawn_by", "withdrawn_why"))
    audit.record(by, "did not let practice count", held, ward=held.ward)


def _waiting(row: PracticeConfirmation, by: Account) -> PracticeConfirmation:
    held = _hold(row)
    if held.withdrawn_at is None or held.withdrawn_by_id is not None:
        raise Refusal("Xác nhận này không còn chờ xem. Hãy tải lại trang.")
    if held.confirmed_by is not None and reaching.is_same(by, held.confirmed_by):
        raise Refusal("Người đã xác nhận không tự xem lại. Hãy để người khác xem.")
    return held


def may_withdraw(row: PracticeConfirmation, by: Account) -> bool:
    """Whoever confirmed it may on the same day; whoever reviews tests in the ward always."""
    if row.withdrawn_at is not None:
        return False
    own_today = row.confirmed_by_id == by.pk and clock.local_day(row.at) == clock.today()
    reviews = (one for one in by.current_grants if reach_of(one.role, REVIEW) == "ward")
    return own_today or any(grant.ward_id == row.ward_id for grant in reviews)


@transaction.atomic
def withdraw(row: PracticeConfirmation, *, why: str, by: Account) -> None:
    """It was confirmed by mistake. A certificate that rests on it stays; whoever reviews is told to look."""
    held = _hold(row)
    if held.withdrawn_at is not None:
        raise Refusal("Xác nhận này đã rút rồi.")
    if not may_withdraw(held, by):
        raise Refusal("Chỉ người đã xác nhận rút được, trong ngày. Sau đó hãy báo điều phối.")
    if not (why := nfc(why).strip()):
        raise Refusal("Hãy ghi vì sao rút.", "why")
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_why = clock.now(), by, why[:300]
    held.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
    audit.record(by, "withdrew practice", held, ward=held.ward)
    _tell_reviewers(held)


def _tell_reviewers(row: PracticeConfirmation) -> None:
    """Each certificate that now has too few tasks under it is named to the coordinators, by its code."""
    left = list(standing(row.account))
    for one in Certificate.objects.filter(account=row.account, revoked_at=None, ward=row.ward).select_related("rule"):
        if fits(row.task, one.rule) and count_for(left, one.rule) < needed(one.rule):
            notices.tell(
                notices.holders_of(row.ward, Role.COORDINATOR),
                key=f"practice.withdrawn:{row.pk}:{one.pk}",
                text=f"Một xác nhận thực hành đã rút. Giấy {one.code} không còn đủ số việc thực hành: hãy xem có cần "
                "thu hồi không.",
                href=f"/giay-da-cap/{one.pk}/thu-hoi/",
                ward=row.ward,
            )


# ---- Certificates


def looked_at_again(account: Account) -> list[Certificate]:
    """Look at every certificate that a learner might have earned by now: of each rule of confirmation whose test they
    passed, as it holds today. What stands in the way of one does not stop the others, nor undo what was confirmed."""
    passed = Attempt.objects.finished().filter(account=account, kind=TestRule.Kind.CONFIRM, passed=True)
    rules = {(one.rule.ward_id, one.rule.code): one.rule for one in passed.select_related("rule").order_by("ended_at")}
    found = []
    for rule in _in_force(list(rules.values())):
        try:
            found.append(certifying.award_if_earned(account, rule))
        except Refusal as refusal:
            logger.warning("a certificate was not issued: %s", refusal.sentence)
    return [one for one in found if one is not None]


def _in_force(rules: Sequence[TestRule]) -> list[TestRule]:
    """Each rule as it holds today; one that nothing has taken the place of stays as it was."""
    today = TestRule.objects.on(clock.today()).filter(
        ward__in=[rule.ward_id for rule in rules], code__in=[rule.code for rule in rules], kind=TestRule.Kind.CONFIRM
    )
    newest = {(rule.ward_id, rule.code): rule for rule in today.order_by("number")}
    return [newest.get((rule.ward_id, rule.code), rule) for rule in rules]
