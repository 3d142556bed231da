"""The rules of field work: what holds today and what held before; other numbers from a day on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.marks import Mark
from hocvu.lib.web import render, sent
from hocvu.outreach import rules
from hocvu.outreach.rules import Version
from hocvu.ward.access import SignedInRequest, needs

MANAGE = "teams.manage"
HOLDS, COMES, OVER = Mark("Đang dùng", "good"), Mark("Sắp dùng", "self"), Mark("Đã thay", "none")


@needs(MANAGE)
@require_safe
def outreach_rules(request: SignedInRequest) -> HttpResponse:
    """Every rule with its versions, the newest first."""
    today = clock.today()
    told = [(code, rows[0].title, _marked(rows, today)) for code, rows in rules.versions(request.ward).items()]
    return render(request, "outreach/rules.html", {"rules": told})


def _marked(rows: list[Version], today: Any) -> list[tuple[Version, Mark]]:
    """Each version with whether it holds: the first that has begun does."""
    begun = next((row for row in rows if row.valid_from <= today), rows[-1])
    return [(row, HOLDS if row is begun else COMES if row.valid_from > today else OVER) for row in rows]


class RuleForm(Form):
    """The numbers of a rule, from when and by what."""

    source = forms.CharField(label="Theo văn bản hoặc cuộc họp nào", max_length=rules.SOURCE_LETTERS)
    valid_from = DateField(label="Dùng từ ngày")

    def __init__(self, data: Any, *, now: Version) -> None:
        super().__init__(data, initial={**now.params, "valid_from": clock.today()})

    @classmethod
    def of(cls, data: Any, now: Version) -> RuleForm:
        """The form of one rule: a field for each of its numbers, then the rest."""
        numbers = {
            name: IntegerField(
                label=one.words, min_value=one.low, max_value=one.high,
                help_text=f"Từ {one.low} đến {one.high} {one.unit}",
            )
            for name, one in rules.NUMBERS[now.code].items()
        }  # fmt: skip
        made: RuleForm = type("OneRuleForm", (cls,), numbers)(data, now=now)
        made.order_fields([*numbers, "source", "valid_from"])
        return made


@needs(MANAGE)
def decide_rule(request: SignedInRequest, code: str) -> HttpResponse:
    """Let other numbers hold from a day on."""
    if code not in rules.NUMBERS:
        raise Http404
    now = rules.version(request.ward, code, clock.today())
    here = reverse("outreach:outreach_rules")

    def do(data: dict[str, Any]) -> str:
        params = {name: data[name] for name in rules.NUMBERS[code]}
        rules.decide(
            request.ward, code, params=params, source=data["source"], valid_from=data["valid_from"], by=request.user
        )
        messages.success(request, "Đã ghi quy tắc mới.")
        return here

    act = Act(
        f"Đổi quy tắc: {now.title}",
        "Ghi quy tắc mới",
        lead="Bản cũ không sửa, không xóa. Số của những ngày trước vẫn tính theo bản cũ.",
        crumbs=((reverse("outreach:teams"), "Tổ công nghệ số"), (here, "Quy tắc")),
        back=here,
    )
    return act_page(request, RuleForm.of(sent(request), now), act, do=do)
