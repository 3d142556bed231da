"""Practice in a simulated screen: a learner goes through it step by step; the right end confirms the task by itself.

Every way through is kept (`ScreenTry`). A wrong end says what happened and may be tried again, with another variant of
the task where it has several. A way through that somebody helped with is practice and confirms nothing; nor does one
through a screen that was found wrong meanwhile. What such a screen confirmed before stands until a person has looked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from hocvu.assessment import practising
from hocvu.assessment.models import PracticeConfirmation, PracticeTask, Question, QuestionVersion, ScreenTry
from hocvu.assessment.questions import bank, screens
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin.models import AssistedSession
from hocvu.ward import audit, notices
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account

FOUND_WRONG = (
    "Màn hình này vừa được bỏ vì có chỗ sai, không phải lỗi của người làm. Lần này không tính; hãy bấm “Bắt đầu lại” để "
    "làm màn hình khác."
)


def variants(task: PracticeTask) -> list[Question]:
    """The simulated screens of a task that the bank has now, in the task's order."""
    live = Question.objects.of(task.ward).live().filter(code__in=task.screens)
    found = {one.code: one for one in live.filter(current__kind=QuestionVersion.Kind.SCREENS).select_related("current")}
    return [found[code] for code in task.screens if code in found]


def having_screens(tasks: Sequence[PracticeTask]) -> set[int]:
    """The keys of the tasks that can be done in a simulated screen now; one question however many there are."""
    codes = {code for task in tasks for code in task.screens}
    live = Question.objects.live().filter(code__in=codes, current__kind=QuestionVersion.Kind.SCREENS)
    there = set(live.values_list("ward", "code")) if codes else set()
    return {task.pk for task in tasks if any((task.ward_id, code) in there for code in task.screens)}


@transaction.atomic
def begin(task: PracticeTask, *, by: Account) -> ScreenTry:
    """A new way through: the variant that the learner tried least, the last one after the others; or the way that is
    still open, unless its screen was found wrong."""
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
    rows = ScreenTry.objects.filter(account=by, task__ward=task.ward, task__code=task.code).select_related("version")
    tries = list(rows.order_by("began_at"))
    still = (one for one in reversed(tries) if one.ended_at is None and one.version.voided_at is None)
    open_try = next((one for one in still if one.task_id == task.pk), None)
    if open_try is not None:
        return open_try
    if not (choices := variants(task)):
        raise Refusal("Việc này hiện không có màn hình giả lập. Hãy nhờ người xác nhận xem tận mắt.")
    done = [one.question_id for one in tries]
    chosen = min(choices, key=lambda one: (done.count(one.pk), bool(done) and done[-1] == one.pk))
    assert chosen.current is not None
    return ScreenTry.objects.create(ward=task.ward, account=by, task=task, question=chosen, version=chosen.current)


def standing(row: ScreenTry) -> screens.Standing:
    """Where a way through is now."""
    return screens.walk(row.version.content, row.path)


def step(row: ScreenTry, said: dict[str, Any], *, after: int, by: Account) -> ScreenTry:
    """One button is pressed, with what was filled in, after so many steps: a press that comes twice is one press. A right
    end confirms the task, and the certificate that rests on it follows. Refused where the screen was found wrong."""
    with transaction.atomic():
        rows = ScreenTry.objects.select_for_update(of=("self",), no_key=True).select_related("version", "task", "ward")
        held = rows.get(pk=row.pk)
        if held.account_id != by.pk:
            raise Refusal("Đây là lượt làm của người khác.")
        if held.ended_at is not None or len(held.path) != after:
            return held
        if held.version.voided_at is not None:
            raise Refusal(FOUND_WRONG)
        _press(held, said)
        if held.right and held.task is not None and not was_helped(by, held.began_at):
            _confirm(held, held.task, by)
    if held.right:
        practising.looked_at_again(by)
    return held


def _press(held: ScreenTry, said: dict[str, Any]) -> None:
    held.path = [*held.path, said]
    now = standing(held)
    if not now.sound:
        raise Refusal("Nút này không có trên màn hình đang mở. Hãy tải lại trang rồi bấm lại.")
    if now.ended:
        held.ended_at, held.right = clock.now(), now.right
    held.save(update_fields=("path", "ended_at", "right"))


def _confirm(row: ScreenTry, task: PracticeTask, by: Account) -> None:
    bank.locked(row.question)  # whoever finds it wrong at this moment either comes first or finds this confirmation
    if QuestionVersion.objects.filter(pk=row.version_id).exclude(voided_at=None).exists():
        raise Refusal(FOUND_WRONG)
    found = PracticeConfirmation(
        ward=row.ward, account=by, task=task, way=PracticeConfirmation.Way.SCREEN, tried=row, happened_at=clock.now()
    )
    practising.keep(found, reason="", by=by)


def tell_of_wrong(question: Question, versions: Collection[int]) -> int:
    """Some versions of a question were found wrong: tell the coordinators of the practice that one of them confirmed, in
    the caller's transaction; answers how many. Nothing is withdrawn by itself, for the learner did nothing wrong."""
    stand = PracticeConfirmation.objects.filter(tried__version__in=versions, withdrawn_at=None)
    if count := stand.count():
        notices.tell(
            notices.holders_of(question.ward, Role.COORDINATOR), key=f"practice.screen:{max(versions)}",
            text=f"Màn hình giả lập {question.code} bị bỏ vì sai. {count} xác nhận thực hành đã dựa vào màn hình này: hãy "
            "xem từng việc, để nguyên hay rút.",
            href=f"{reverse('assessment:my_confirmations')}?man=bo", ward=question.ward,
        )  # fmt: skip
    return count


def was_helped(account: Account, since: datetime) -> bool:
    """Whether somebody helped a learner at any time since a moment."""
    if audit.helper_now() is not None:
        return True
    still = Q(ended_at=None) | Q(ended_at__gte=since)
    return AssistedSession.objects.filter(still, account=account).exists()
