"""A learner comes to a sitting by its code, is recognised by the proctor, and begins under their eyes."""

from __future__ import annotations

from django.db import transaction

from hocvu.assessment.models import Attempt, Candidate, Sitting
from hocvu.assessment.sittings import opening
from hocvu.assessment.testing import attempts
from hocvu.lib.refusals import Refusal
from hocvu.signin import throttling
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

TRIES = 10  # of a code that opens nothing, in a quarter of an hour
WRONG = "Không có buổi kiểm tra nào đang mở với mã này. Hãy xem lại mã trên bảng, hoặc hỏi giám thị."
ALONE = (
    "Đang làm dở bài này ngoài buổi có giám thị, nên chưa vào buổi được. Hãy mở trang Kiểm tra làm tiếp cho xong; bài làm "
    "một mình vẫn được tính."
)
NOT_YET = "Giám thị chưa nhận diện. Hãy đưa thẻ hoặc giấy tờ cho giám thị xem, rồi bấm lại."


def enter(typed: str, *, by: Account, ward: Ward) -> Candidate:
    """A learner types the code of the room and is on the list from now on."""
    knock = throttling.knock(throttling.door("sitting-code", str(by.pk), most=TRIES))
    if knock.wait_minutes:
        raise Refusal(f"Đã nhập sai nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.", "code")
    code = opening.plain_code(typed)
    rows = opening.open_now(Sitting.objects.filter(ward=ward, code=code)).select_related("proctor", "ward", "rule")
    sitting = rows.first() if len(code) == opening.LENGTH else None
    if sitting is None:
        raise Refusal(WRONG, "code")
    knock.forgive()
    if sitting.offline:
        raise Refusal("Buổi này làm trên máy của giám thị. Hãy đến chỗ giám thị.", "code")
    return _seat(sitting, by)


@transaction.atomic
def _seat(sitting: Sitting, by: Account) -> Candidate:
    _refuse_helped()
    opening.refuse_unfit(sitting, by)
    row, is_new = Candidate.objects.get_or_create(sitting=sitting, account=by)
    if is_new:
        audit.record(by, "came to a sitting", sitting, ward=sitting.ward)
    return row


def seat_of(sitting: Sitting, account: Account) -> Candidate | None:
    """A learner's own place at a sitting."""
    return Candidate.objects.filter(sitting=sitting, account=account).select_related("sitting__rule").first()


def begin(candidate: Candidate, *, by: Account) -> Attempt:
    """The learner begins, or goes on with what they began; refused before the proctor has recognised them."""
    _refuse_helped()
    sitting = Sitting.objects.select_related("rule", "ward", "proctor").get(pk=candidate.sitting_id)
    running = opening.attempts_of(candidate).running().first()
    if running is not None:
        return running  # type: ignore[no-any-return]
    if not opening.is_open(sitting):
        raise Refusal("Buổi này đã đóng. Hãy hỏi giám thị.")
    seat = Candidate.objects.get(pk=candidate.pk)
    if seat.checked_at is None:
        raise Refusal(NOT_YET)
    opening.refuse_unfit(sitting, by)
    alone = attempts.running_of(by)
    if alone is not None and alone.rule.code == sitting.rule.code and not attempts.is_over(alone):
        raise Refusal(ALONE)
    attempt = attempts.begin(sitting.rule, by=by, sitting=sitting)
    if seat.extra_minutes:
        with transaction.atomic():
            opening.lengthen(attempt, seat.extra_minutes, by=sitting.proctor)
    return attempt


def _refuse_helped() -> None:
    if audit.helper_now() is not None:
        raise Refusal("Đang có người giúp. Bài kiểm tra phải do người học tự đăng nhập và tự làm.")
