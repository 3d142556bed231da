"""What there is to sit, why it is open or not, what came of it; and the page before a test begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from hocvu.assessment.models import Attempt, TestRule
from hocvu.assessment.testing import admitting, attempts, reasons, rules
from hocvu.learning import catalogue
from hocvu.learning.models import Course
from hocvu.lib.forms import Form
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, WardRequest, public, signed_in
from hocvu.ward.models import Account, Ward

State, Kind, Phase = Attempt.State, TestRule.Kind, Attempt.Phase
MOST_PAST = 20  # results on the page
MINE_BY_GROUP = {"elderly": "adults"}  # whose rule a group sits


@dataclass(frozen=True, slots=True)
class Line:
    """A test that holds today, and whether this visitor may begin it."""

    rule: TestRule
    why_closed: str = ""
    is_mine: bool = False  # made for the group that the visitor chose

    @property
    def address(self) -> str:
        return reverse("assessment:test", args=(self.rule.code,))

    @property
    def group_words(self) -> str:
        return reasons.group_words(self.rule)

    @property
    def size_words(self) -> str:
        """How many questions and how long."""
        frozen = rules.frozen(self.rule)
        plan, minutes = rules.plan_of(frozen), frozen["params"]["minutes"]
        count = f"{plan.least}" if plan.least == plan.most else f"{plan.least} đến {plan.most}"
        return f"{count} câu, nhiều nhất {minutes} phút"


@dataclass(frozen=True, slots=True)
class Part:
    """Tests of one kind under one heading."""

    kind: str
    title: str
    lead: str
    lines: Sequence[Line]


PARTS = (
    (Kind.PLACEMENT, "Nên bắt đầu học từ đâu", "Làm một bài ngắn để biết phần nào đã nắm. Không tính đạt hay không."),
    (Kind.CONFIRM, "Xác nhận mức", "Đạt bài này và làm được các việc thực hành thì có giấy xác nhận trên hệ thống."),
    (Kind.CHANGE, "Trước và sau khi học", "Hai bài cùng mức khó, một trước khi học, một sau khi học."),
)


@public
@never_cache
def tests(request: WardRequest) -> HttpResponse:
    """Everything there is to sit, what runs, what came of the others."""
    account = request.user if isinstance(request.user, Account) else None
    past = list(_past(account, request.ward)) if account else []
    running = next((one for one in past if one.state == State.RUNNING), None)
    context = {
        "parts": _parts(request.ward, account, catalogue.group_of(request.COOKIES)),
        "running": running,
        "running_is_over": running is not None and attempts.is_over(running),
        "past": [(one, result_mark(one)) for one in past if one.state != State.RUNNING][:MOST_PAST],
        "is_in": account is not None,
    }
    return render(request, "assessment/tests.html", context)


def _past(account: Account, ward: Ward) -> Any:
    rows = Attempt.objects.filter(account=account, ward=ward).select_related("course")
    return rows.order_by("-began_at")[: MOST_PAST + 1]


def _parts(ward: Ward, account: Account | None, group: str) -> list[Part]:
    held = rules.in_force(ward)
    past = admitting.past_of(account, ward.pk) if account else []
    mine = MINE_BY_GROUP.get(group, group)
    lines = [
        Line(rule, admitting.closed_by_past(rule, account, past) if account else "", bool(mine) and rule.group == mine)
        for rule in held
    ]
    lines.sort(key=lambda line: not line.is_mine)
    parts = [Part(kind, title, lead, [one for one in lines if one.rule.kind == kind]) for kind, title, lead in PARTS]
    return [part for part in parts if part.lines]


def result_mark(attempt: Attempt) -> Mark:
    """How an attempt ended, in a word or two."""
    if attempt.state == State.FINISHED and attempt.kind == Kind.CONFIRM:
        return Mark("Đạt phần kiến thức", "good") if attempt.passed else Mark("Chưa đạt", "slow")
    words = attempt.get_state_display()
    return Mark(words[:1].upper() + words[1:], "good" if attempt.state == State.FINISHED else "none")


# ---- One test, before it begins


class BeginForm(Form):
    """What a learner says before a test begins."""

    course = forms.ModelChoiceField(label="Khóa học sẽ học", queryset=Course.objects.none(), required=False,
                                    empty_label="Không theo khóa nào", to_field_name="slug")  # fmt: skip
    needs_time = forms.BooleanField(
        label="Tôi cần thêm thời gian", required=False, help_text="Được gấp đôi thời gian. Không phải nói vì sao."
    )

    def __init__(self, data: Any, *, rule: TestRule, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if rule.kind == Kind.CHANGE:
            field: Any = self.fields["course"]
            field.queryset = Course.objects.of(rule.ward).open()
        else:
            del self.fields["course"]


@public
@never_cache
def test(request: WardRequest, testrule_code: str) -> HttpResponse:
    """What a test is, how long it takes, by which rule; and whether one may begin."""
    rule = _rule(request, testrule_code)
    account = request.user if isinstance(request.user, Account) else None
    course = _course(rule, request.GET.get("khoa", ""))
    form = BeginForm(None, rule=rule, initial={"course": course})
    return _shown(request, rule, account, form, course)


@signed_in
def begin(request: SignedInRequest, testrule_code: str) -> HttpResponse:
    """Begin, or go on where one has begun."""
    rule = _rule(request, testrule_code)
    if request.method != "POST":
        return redirect("assessment:test", rule.code)
    form = BeginForm(sent(request), rule=rule)
    if form.is_valid():
        try:
            made = attempts.begin(
                rule, by=request.user, course=form.cleaned_data.get("course"),
                needs_time=form.cleaned_data["needs_time"],
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        else:
            return redirect("assessment:attempt", made.pk)
    return _shown(request, rule, request.user, form, form.cleaned_data.get("course"))


def _shown(
    request: WardRequest, rule: TestRule, account: Account | None, form: Form, course: Course | None
) -> HttpResponse:
    running = attempts.running_of(account) if account else None
    mine = running if running is not None and running.rule.code == rule.code else None
    closed = "" if account is None or mine else admitting.closed_because(rule, account, course)
    context = {
        "rule": rule,
        "line": Line(rule),
        "facts": _facts(rule),
        "why_closed": closed,
        "is_in": account is not None,
        "running": mine,
        "other": running if mine is None else None,
        "phase": _phase_words(rule, account, course),
    }
    return render(request, "assessment/test.html", context, form=form)


def _facts(rule: TestRule) -> list[tuple[str, str]]:
    frozen = rules.frozen(rule)
    params, plan = frozen["params"], rules.plan_of(frozen)
    count = f"{plan.least}" if plan.least == plan.most else f"từ {plan.least} đến {plan.most}, đủ chắc chắn thì dừng"
    facts = [
        ("Dành cho", reasons.group_words(rule)),
        ("Số câu", count),
        ("Thời gian", f"nhiều nhất {params['minutes']} phút; cần thêm thì được gấp đôi"),
    ]
    if params["wait_days"]:
        facts.append(("Chưa đạt thì", f"làm lại sau {params['wait_days']} ngày"))
    if rule.kind == Kind.CONFIRM:
        facts.append(("Ngoài bài này", f"cần {params['practice']} việc thực hành được xác nhận"))
        facts.append(("Giấy có giá trị", f"{params['valid_months']} tháng"))
    facts.append(("Theo", f"{rule.source}. Bài này: bản {rule.number}, từ ngày {rule.valid_from:%d/%m/%Y}."))
    return facts


def _phase_words(rule: TestRule, account: Account | None, course: Course | None) -> str:
    """Which of the two measures comes now."""
    if rule.kind != Kind.CHANGE or account is None:
        return ""
    done = {one.phase for one in attempts.measured(rule, account, course)}
    if Phase.BEFORE in done:
        return "Đã làm lần trước khi học. Nên học xong khóa rồi hãy làm lần sau."
    return "Đây là lần trước khi học: chưa biết là chuyện bình thường."


def _rule(request: WardRequest, code: str) -> TestRule:
    rule = rules.named(request.ward, code)
    if rule is None:
        raise Http404
    return rule


def _course(rule: TestRule, slug: str) -> Course | None:
    return Course.objects.of(rule.ward).open().filter(slug=slug).first() if slug and rule.kind == Kind.CHANGE else None
