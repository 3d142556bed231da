"""How a ward reports is decided: days, receiver, signature, template, questions. Periods that are open keep theirs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.official import BadTemplate, check_template
from hocvu.lib.refusals import Refusal
from hocvu.plan.models import ReportQuestion, ReportSetting
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

FIELDS = ("window_from_day", "due_before_day", "locks_after_days", "receiver", "symbol", "authority", "deputy", "post",
          "signer", "recipients")  # fmt: skip
LARGEST = 2 * 1024 * 1024


@transaction.atomic
def change(setting: ReportSetting, values: dict[str, Any], *, by: Account) -> None:
    """Write the ward's decisions; they hold from the next period on, the signature from the next approval."""
    changed = [name for name in FIELDS if getattr(setting, name) != values[name]]
    for name in changed:
        setattr(setting, name, values[name])
    if changed:
        setting.save()
        audit.record(by, "changed how the ward reports", setting.ward, fields=", ".join(changed))


@transaction.atomic
def use_template(setting: ReportSetting, content: bytes | None, name: str, *, by: Account) -> None:
    """Print in the ward's own .docx from now on, or in the common layout where none is given.

    Raises `BadTemplate` with every fault and its place, found by printing a sample with it.
    """
    if content is not None:
        if len(content) > LARGEST:
            raise Refusal("Mẫu lớn hơn 2 MB. Hãy bỏ bớt hình trong mẫu rồi gửi lại.", "upload")
        faults = check_template(content)
        if faults:
            raise BadTemplate(faults)
    setting.template, setting.template_name = content, name[:200] if content else ""
    setting.template_at = clock.now()
    setting.save()
    audit.record(by, "changed how the ward reports", setting.ward, fields="mẫu .docx", file=setting.template_name)


@transaction.atomic
def ask(ward: Ward, *, asked: str, text: str, unit_word: str, is_cumulative: bool, valid_from: date, source: str,
        by: Account) -> ReportQuestion:  # fmt: skip
    """Ask teams or units for a number in every period from a day on."""
    same = ReportQuestion.objects.filter(ward=ward, asked=asked, text=text, valid_to=None)
    if same.exists():
        raise Refusal("Câu hỏi này đang được hỏi rồi.", "text")
    position = ReportQuestion.objects.filter(ward=ward, asked=asked).count() + 1
    question = ReportQuestion.objects.create(
        ward=ward, asked=asked, text=text, unit_word=unit_word, is_cumulative=is_cumulative, valid_from=valid_from,
        source=source, position=position,
    )  # fmt: skip
    audit.record(by, "changed what is asked", question, ward=ward)
    return question


@transaction.atomic
def stop_asking(question: ReportQuestion, *, by: Account) -> None:
    """Ask a question no more from today; what was answered stays."""
    if question.valid_to is not None:
        raise Refusal("Câu hỏi này đã thôi hỏi rồi.")
    question.valid_to = clock.today() - timedelta(days=1)
    question.save(update_fields=("valid_to",))
    audit.record(by, "changed what is asked", question, ward=question.ward, state="thôi hỏi")
