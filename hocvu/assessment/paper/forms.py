"""Forms of a test for paper: which questions in which order, frozen, under a code that stands on every page."""

from __future__ import annotations

import secrets
import uuid

from django.db import IntegrityError, transaction

from hocvu.assessment import fixed_form
from hocvu.assessment.models import PaperForm, TestRule
from hocvu.assessment.sittings import opening
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit
from hocvu.ward.models import Account

LENGTH = 5
_TRIES = 8


def make(rule: TestRule, *, by: Account) -> PaperForm:
    """A new form of a rule, with a code that no other form of the ward ever had."""
    if rule.kind not in opening.KINDS:
        raise Refusal("Bài này không làm trên giấy được. Hãy chọn bài xác nhận hoặc xếp lớp.", "rule")
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return _made(rule, by)
        except IntegrityError:
            continue
    raise Refusal("Chưa đặt được mã đề. Hãy bấm lại.")


def _made(rule: TestRule, by: Account) -> PaperForm:
    key = uuid.uuid4()
    code = "".join(secrets.choice(opening.ALPHABET) for _ in range(LENGTH))
    items = fixed_form.choose(rule, seed=str(key))
    form = PaperForm(id=key, ward=rule.ward, rule=rule, code=code, items=items, made_by=by)
    form.save(force_insert=True)
    audit.record(by, "made a paper form", form, ward=rule.ward, count=len(items))
    return form


@transaction.atomic
def end(form: PaperForm, *, by: Account) -> None:
    """The form is given out no more; sheets that were written until today can still be typed."""
    held = PaperForm.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=form.pk)
    if held.ended_at is not None:
        raise Refusal("Đề này đã thôi dùng rồi.")
    held.ended_at = clock.now()
    held.save(update_fields=("ended_at",))
    audit.record(by, "ended a paper form", held, ward=held.ward)
