"""The desk of test rules: which hold, what each says, another decision with its source and its day."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.assessment.models import TestRule
from hocvu.assessment.testing import reasons, rules
from hocvu.learning.frameworks import keeping
from hocvu.learning.models import Competence, Framework
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.figures import number_words
from hocvu.lib.forms import DateField, DecimalField, Form, IntegerField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, needs, scoped

Kind = TestRule.Kind


def state_mark(rule: TestRule) -> Mark:
    """Whether a rule holds today."""
    today = clock.today()
    if rule.valid_from > today and (rule.valid_to is None or rule.valid_to >= rule.valid_from):
        return Mark("Sắp có hiệu lực", "self")
    return Mark("Đang dùng", "good") if rules.holds(rule, today) else Mark("Hết hiệu lực", "none")


def _until(rule: TestRule) -> str:
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        return "chưa từng dùng"
    return f"{rule.valid_to:%d/%m/%Y}" if rule.valid_to else ""


def _decided(rule: TestRule) -> str:
    return rule.decided_by.full_name if rule.decided_by else "nạp từ tệp"


RULES = (
    Head[TestRule]("Bài kiểm tra", lambda r: r.title, 44, href=lambda r: reverse("assessment:test_rule", args=(r.pk,))),
    Head[TestRule]("Bản", lambda r: r.number, 8),
    Head[TestRule]("Tình trạng", lambda r: state_mark(r).words, 18, mark=state_mark),
    Head[TestRule]("Loại", lambda r: r.get_kind_display(), 22),
    Head[TestRule]("Dành cho", reasons.group_words, 34),
    Head[TestRule]("Từ ngày", lambda r: r.valid_from, 12),
    Head[TestRule]("Đến hết ngày", _until, 14),
    Head[TestRule]("Người quyết định", _decided, 26),
    Head[TestRule]("Theo", lambda r: r.source, 60, only_in_file=True),
)
FILTERS = (
    Choice("loai", "Loại", Kind.choices, lambda q, v: q.filter(kind=v)),
    Choice("tt", "Tình trạng", (("dang", "đang dùng"),), lambda q, v: q.on(clock.today())),
)


@needs("tests.manage")
@require_safe
def test_rules(request: SignedInRequest) -> HttpResponseBase:
    """Every rule of the ward, each number in a line."""
    rows = scoped(TestRule.objects.select_related("decided_by"), request.user, "tests.manage", request.ward)
    page = Page(
        "Quy tắc kiểm tra",
        lead="Mỗi quy tắc là dữ liệu có ngày và văn bản. Đổi thì ra bản mới; lượt làm đang chạy giữ bản cũ.",
        links=((reverse("assessment:tests"), "Trang của người học"),),
        empty="Chưa có quy tắc nào",
        empty_words="Người quản trị nạp bằng lệnh load_tests; các tệp ở content/tests.",
        counted="bản quy tắc",
    )
    return show(request, page, rows=rows, columns=RULES, filters=FILTERS)


@needs("tests.manage")
@require_safe
def test_rule(request: SignedInRequest, testrule_id: int) -> HttpResponse:
    """One number of a rule: everything it says, and the numbers beside it."""
    rule = _rule(request, testrule_id)
    numbers = list(TestRule.objects.of(rule.ward).filter(code=rule.code).select_related("decided_by"))
    context = {
        "rule": rule,
        "mark": state_mark(rule),
        "facts": _facts(rule),
        "forms": list(rule.params.get("forms", {}).items()),
        "numbers": [(one, state_mark(one)) for one in numbers],
        "is_newest": numbers[0].pk == rule.pk,
        "is_over": rule.valid_to is not None and rule.valid_to < clock.today(),
    }
    return render(request, "assessment/test_rule.html", context)


def _facts(rule: TestRule) -> list[tuple[str, str]]:
    params = rules.clean(rule.params, rule.kind).params
    facts = [
        ("Mã", rule.code),
        ("Loại", rule.get_kind_display()),
        ("Dành cho", reasons.group_words(rule)),
        ("Khung", f"{rule.framework} {rule.framework_version}" + (f", mức {rule.level}" if rule.level else "")),
        ("Theo", rule.source),
        ("Từ ngày", f"{rule.valid_from:%d/%m/%Y}"),
        ("Đến hết ngày", _until(rule) or "chưa định"),
        ("Người quyết định", _decided(rule)),
    ]
    facts += [(one.words, number_words(params[name])) for name, one in rules.NUMBERS[rule.kind].items()]
    if core := params.get("core"):
        titles = keeping.titles_of(core)
        facts.append(
            ("Năng lực phải hỏi", "; ".join(f"{one.partition('/')[2]} {titles.get(one, '')}".strip() for one in core))
        )
    if rule.kind != Kind.CHANGE:
        facts.append(("Bậc của câu hỏi", ", ".join(params.get("levels", ())) or "mọi bậc"))
    return facts


# ---- Another decision


def _whole(name: str, words: str, help_text: str = "") -> IntegerField:
    one = _NUMBERS[name]
    return IntegerField(label=words, min_value=int(one.low), max_value=int(one.high), help_text=help_text)


def _part(name: str, words: str, help_text: str = "") -> DecimalField:
    one = _NUMBERS[name]
    return DecimalField(label=words, min_value=one.low, max_value=one.high, help_text=help_text)


_NUMBERS = {**rules.EVERY, **rules.ADAPTIVE, **rules.CONFIRM}


class RuleForm(Form):
    """The next number of a rule. A kind of test has only some of the parameters; the other fields go."""

    title = forms.CharField(label="Tên", max_length=160)
    gist = forms.CharField(label="Nói với người học", max_length=600, required=False, widget=forms.Textarea)
    minutes = _whole("minutes", "Số phút làm bài", "Rộng rãi; ai cần thêm thì được gấp đôi")
    wait_days = _whole("wait_days", "Số ngày chờ để làm lại")
    least = _whole("least", "Số câu ít nhất")
    most = _whole("most", "Số câu nhiều nhất")
    sure = _part("sure", "Mức chắc chắn để dừng", "Ví dụ 0,95")
    cut = _part("cut", "Ngưỡng của mức", "Trên thang độ khó; 0 là mức của khung")
    best_of = _whole("best_of", "Số câu tốt nhất để bốc một", "Nhiều hơn thì mỗi câu ít bị lặp hơn")
    pass_above = _part("pass_above", "Xác suất để đạt khi đã hỏi hết", "Ví dụ 0,6")
    practice = _whole("practice", "Số việc thực hành")
    valid_months = _whole("valid_months", "Số tháng giấy có giá trị")
    core = forms.MultipleChoiceField(label="Năng lực phải hỏi ít nhất một câu", required=False,
                                     widget=forms.CheckboxSelectMultiple)  # fmt: skip
    levels = forms.MultipleChoiceField(label="Bậc của câu hỏi", required=False, widget=forms.CheckboxSelectMultiple,
                                       help_text="Không chọn bậc nào là mọi bậc")  # fmt: skip
    form_A = forms.CharField(label="Đề A", widget=forms.Textarea, help_text="Mỗi dòng một mã câu hỏi")
    form_B = forms.CharField(label="Đề B", widget=forms.Textarea, help_text="Số câu bằng đề A, không câu nào chung")
    source = forms.CharField(label="Theo văn bản nào", max_length=300)
    valid_from = DateField(label="Có hiệu lực từ ngày")

    def __init__(self, data: Any, *, rule: TestRule) -> None:
        params = rules.clean(rule.params, rule.kind).params
        written = {f"form_{name}": "\n".join(codes) for name, codes in params.pop("forms", {}).items()}
        super().__init__(data, initial={"title": rule.title, "gist": rule.gist, **params, **written})
        kept = {"title", "gist", "source", "valid_from", *params, *written}
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]
        framework = keeping.in_force(rule.framework)
        if framework is not None and "core" in self.fields:
            self.fields["core"].choices = _competences(framework)  # type: ignore[attr-defined]
            self.fields["levels"].choices = [(one.code, f"{one.title} ({one.code})") for one in framework.levels.all()]  # type: ignore[attr-defined]

    def params(self) -> dict[str, Any]:
        """What was said, as parameters."""
        said = {name: self.cleaned_data[name] for name in _NUMBERS if name in self.fields}
        made = {name: value if _NUMBERS[name].is_whole else float(value) for name, value in said.items()}
        made |= {name: list(self.cleaned_data[name]) for name in ("core", "levels") if name in self.fields}
        if "form_A" in self.fields:
            made["forms"] = {name: self.cleaned_data[f"form_{name}"].split() for name in rules.FORMS}
        return made


def _competences(framework: Framework) -> list[tuple[str, str]]:
    rows = Competence.objects.filter(framework=framework).exclude(parent=None)
    return [(f"{framework.code}/{one.code}", f"{one.code} {one.title}") for one in rows]


@needs("tests.manage")
def decide_test_rule(request: SignedInRequest, testrule_id: int) -> HttpResponse:
    """Put the next number of a rule in force from a day on."""
    rule = _rule(request, testrule_id)
    form = RuleForm(sent(request), rule=rule)

    def decide(data: dict[str, Any]) -> str:
        made = rules.decide(
            rule, title=data["title"], gist=data["gist"], params=form.params(), source=data["source"],
            valid_from=data["valid_from"], by=request.user,
        )  # fmt: skip
        messages.success(request, f"Bản {made.number} có hiệu lực từ ngày {made.valid_from:%d/%m/%Y}.")
        return _address(made)

    lead = "Bản mới thay bản này từ ngày ghi dưới đây. Ai đang làm dở vẫn làm theo bản lúc bắt đầu."
    act = Act("Ra bản mới của quy tắc", "Ra bản mới", lead=lead, crumbs=_crumbs(rule), back=_address(rule))
    return act_page(request, form, act, do=decide)


class WithdrawForm(Form):
    """Until when, and why."""

    last_day = DateField(label="Dùng đến hết ngày")
    why = forms.CharField(label="Vì sao", max_length=200)


@needs("tests.manage")
def withdraw_test_rule(request: SignedInRequest, testrule_id: int) -> HttpResponse:
    """Let a rule end without another after it."""
    rule = _rule(request, testrule_id)

    def withdraw(data: dict[str, Any]) -> str:
        rules.withdraw(rule, **data, by=request.user)
        messages.success(request, "Đã ghi ngày hết hiệu lực.")
        return _address(rule)

    lead = "Sau ngày này không ai bắt đầu được bài này nữa. Lượt đang làm vẫn làm tiếp; giấy đã cấp không đổi."
    act = Act("Thôi dùng quy tắc", "Thôi dùng", lead=lead, crumbs=_crumbs(rule), back=_address(rule), is_grave=True)
    return act_page(request, WithdrawForm(sent(request)), act, do=withdraw)


def _rule(request: SignedInRequest, testrule_id: int) -> TestRule:
    rows = scoped(TestRule.objects.select_related("ward", "decided_by"), request.user, "tests.manage", request.ward)
    return get_object_or_404(rows, pk=testrule_id)


def _address(rule: TestRule) -> str:
    return reverse("assessment:test_rule", args=(rule.pk,))


def _crumbs(rule: TestRule) -> tuple[tuple[str, str], ...]:
    return (
        (reverse("assessment:test_rules"), "Quy tắc kiểm tra"),
        (_address(rule), f"{rule.title}, bản {rule.number}"),
    )
