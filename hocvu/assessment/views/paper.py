"""Tests on paper: forms and their prints, the two entries of a sheet, the positions on which they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.assessment import reaching
from hocvu.assessment.fixed_form import Asked
from hocvu.assessment.models import PaperForm, PaperSheet, TestRule
from hocvu.assessment.paper import entering, printing
from hocvu.assessment.paper import forms as paper_forms
from hocvu.assessment.sittings import opening
from hocvu.assessment.views import finding
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form, dress
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import render, sent
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs
from hocvu.ward.models import Account

ENTER, MAKE = entering.ENTER, "paper.make"
ANSWER = "cau"


def _home() -> tuple[str, str]:
    return (reverse("assessment:paper_forms"), "Bài trên giấy")


# ---- Forms


def _form_state(form: PaperForm) -> Mark:
    return Mark("Thôi dùng", "none") if form.ended_at else Mark("Đang dùng", "good")


@needs(ENTER)
@never_cache
def paper_form_list(request: SignedInRequest) -> HttpResponseBase:
    """The forms of the ward."""
    makes = may(request.user, MAKE, request.ward)
    page = Page(
        "Bài trên giấy",
        lead="Dành cho người không dùng được màn hình. Hai người nhập mỗi phiếu, không ai thấy lần nhập của người kia.",
        acts=((reverse("assessment:make_paper_form"), "Lập đề"),) if makes else (),
        links=((reverse("assessment:paper_sheets"), "Phiếu đã nhập"),),
        empty="Chưa có đề nào",
        counted="đề",
    )
    columns: list[Head[PaperForm]] = [
        Head("Mã đề", lambda row: row.code, 10, href=lambda row: reverse("assessment:paper_form", args=(row.pk,))),
        Head("Bài", lambda row: row.rule.title, 40),
        Head("Số câu", lambda row: len(row.items), 8),
        Head("Lập lúc", lambda row: row.made_at, 18),
        Head("Người lập", lambda row: row.made_by.full_name, 24),
        Head("Tình trạng", lambda row: str(_form_state(row)), 12, mark=_form_state),
    ]
    rows = _forms(request).select_related("rule", "made_by").order_by("-made_at", "pk")
    return show(request, page, rows=rows, columns=columns)


def _forms(request: SignedInRequest) -> Any:
    return PaperForm.objects.filter(ward=request.ward)


class MakeForm(Form):
    """By which rule."""

    rule = forms.ModelChoiceField(label="Bài", queryset=TestRule.objects.none(), empty_label="Chọn bài")

    def __init__(self, *args: Any, rules: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].queryset = rules  # type: ignore[attr-defined]


@needs(MAKE)
@never_cache
def make_paper_form(request: SignedInRequest) -> HttpResponse:
    """A new form of a rule."""
    form = MakeForm(sent(request), rules=opening.rules_for(request.ward))

    def do(data: dict[str, Any]) -> str:
        return reverse("assessment:paper_form", args=(paper_forms.make(data["rule"], by=request.user).pk,))

    act = Act(
        "Lập đề trên giấy",
        "Lập đề",
        lead="Câu hỏi được chọn đều theo năng lực, không có câu màn hình giả lập. Mỗi lần lập là một đề khác, có mã riêng.",
        crumbs=(_home(),),
        back=reverse("assessment:paper_forms"),
    )
    return act_page(request, form, act, do=do)


@needs(ENTER)
@never_cache
@require_safe
def paper_form(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """One form: what to print, where to type."""
    row = get_object_or_404(_forms(request).select_related("rule", "made_by"), pk=paperform_id)
    context = {"form_row": row, "state": _form_state(row), "makes": may(request.user, MAKE, request.ward)}
    return render(request, "assessment/paper_form.html", context)


@needs(MAKE)
@never_cache
def end_paper_form(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """The form is given out no more."""
    row = get_object_or_404(_forms(request).select_related("rule"), pk=paperform_id)

    def do(data: dict[str, Any]) -> str:
        paper_forms.end(row, by=request.user)
        return reverse("assessment:paper_form", args=(row.pk,))

    lead = "Không phát đề này nữa. Phiếu đã làm đến hôm nay vẫn nhập được."
    back = reverse("assessment:paper_form", args=(row.pk,))
    act = Act(
        "Thôi dùng đề",
        "Thôi dùng",
        lead=lead,
        facts=(("Mã đề", row.code),),
        crumbs=(_home(),),
        back=back,
        is_grave=True,
    )
    return act_page(request, Form(sent(request)), act, do=do)


@needs(ENTER)
@require_safe
def paper_booklet(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """The questions as PDF; in large type where the address asks for it."""
    row = _printed(request, paperform_id)
    large = request.GET.get("co") == "to"
    return _pdf(printing.booklet(row, large=large), f"de-{row.code}{'-chu-to' if large else ''}")


@needs(ENTER)
@require_safe
def paper_answer_sheet(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """The answer sheet as PDF."""
    row = _printed(request, paperform_id)
    return _pdf(printing.answer_sheet(row), f"phieu-tra-loi-{row.code}")


@needs(MAKE)
@require_safe
def paper_key(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """The key as PDF; that somebody took it stands in the trail."""
    row = _printed(request, paperform_id)
    audit.record(request.user, "took the key of a paper form", row, ward=row.ward)
    return _pdf(printing.key(row), f"dap-an-{row.code}")


def _printed(request: SignedInRequest, key: UUID) -> PaperForm:
    found: PaperForm = get_object_or_404(_forms(request).select_related("rule", "ward"), pk=key)
    return found


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


# ---- Sheets


def _sheet_state(sheet: PaperSheet) -> Mark:
    tones = {PaperSheet.State.DONE: "good", PaperSheet.State.DROPPED: "none"}
    return Mark(sheet.get_state_display().capitalize(), tones.get(PaperSheet.State(sheet.state), "slow"))  # type: ignore[arg-type]


@needs(ENTER)
@never_cache
def paper_sheets(request: SignedInRequest) -> HttpResponseBase:
    """The sheets of the people whom one may type for, those that wait first."""
    page = Page("Phiếu đã nhập", crumbs=(_home(),), empty="Chưa có phiếu nào", counted="phiếu")
    columns: list[Head[PaperSheet]] = [
        Head(
            "Người làm",
            lambda row: row.account.full_name,
            28,
            href=lambda row: reverse("assessment:paper_sheet", args=(row.pk,)),
        ),
        Head("Mã đề", lambda row: row.form.code, 10),
        Head("Làm ngày", lambda row: row.sat_on, 12),
        Head("Lần một", lambda row: row.first_by.full_name, 24),
        Head("Lần hai", lambda row: row.second_by.full_name if row.second_by else "", 24),
        Head("Tình trạng", lambda row: str(_sheet_state(row)), 24, mark=_sheet_state),
    ]
    states = Choice("tinh-trang", "Tình trạng", PaperSheet.State.choices, lambda rows, value: rows.filter(state=value))
    rows = entering.sheets_for(request.user, request.ward).order_by("-state", "-first_at", "pk")
    return show(request, page, rows=rows, columns=columns, filters=(states,))


@needs(ENTER)
@never_cache
@require_safe
def find_for_paper(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """Whose sheet it is."""
    context = {
        "form_row": get_object_or_404(_forms(request), pk=paperform_id),
        "lists": finding.lists(request),
        "query": finding.asked(request),
        "hits": finding.hits(request, ENTER),
        "form": finding.FindForm(),
    }
    return render(request, "assessment/find_for_paper.html", context)


@needs(ENTER)
@never_cache
def find_learner_of_paper(request: SignedInRequest, paperform_id: UUID) -> HttpResponse:
    """Whose sheet it is, by card, number, or name and birthday."""
    row = get_object_or_404(_forms(request), pk=paperform_id)

    def do(data: dict[str, Any]) -> str:
        return reverse("assessment:type_paper", args=(row.pk, finding.find(request, ENTER, **data).pk))

    back = reverse("assessment:find_for_paper", args=(row.pk,))
    act = Act("Phiếu của ai?", "Tìm", crumbs=(_home(),), back=back)
    return act_page(request, finding.FindForm(sent(request)), act, do=do)


class EntryForm(Form):
    """One field for each question, as letters stand on the sheet; whatever is left empty was left open."""

    mark_optional = False

    def __init__(self, *args: Any, asked: list[Asked], **kwargs: Any) -> None:
        self.asked = asked
        super().__init__(*args, **kwargs)
        for one in asked:
            hint = f"{one.how} Có các chữ {', '.join(one.letters)}." if one.letters else one.how
            self.fields[f"{ANSWER}{one.number}"] = forms.CharField(
                label=f"Câu {one.number}", required=False, max_length=200, help_text=hint,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
            dress(self.fields[f"{ANSWER}{one.number}"])

    def typed(self) -> dict[int, str]:
        """What was typed, by position."""
        return {one.number: self.cleaned_data.get(f"{ANSWER}{one.number}", "") for one in self.asked}


class FirstEntryForm(EntryForm):
    """The first entry, with the day and who watched."""

    sat_on = DateField(label="Làm ngày")
    watched_by = forms.ModelChoiceField(
        label="Người coi thi", queryset=Account.objects.none(), empty_label="Chọn người coi thi"
    )

    def __init__(self, *args: Any, watchers: list[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Account.objects.filter(pk__in=[one.pk for one in watchers]).order_by("full_name")
        self.fields["watched_by"].queryset = rows  # type: ignore[attr-defined]


@needs(ENTER)
@never_cache
def type_paper(request: SignedInRequest, paperform_id: UUID, person_id: UUID) -> HttpResponse:
    """The first entry of a sheet."""
    row = get_object_or_404(_forms(request).select_related("rule__ward", "ward"), pk=paperform_id)
    person = finding.person_or_404(request, person_id, ENTER)
    watchers = reaching.holders_of(request.ward, opening.PROCTOR)
    form = FirstEntryForm(sent(request), asked=entering.asked_on(row), watchers=watchers)

    def do(data: dict[str, Any]) -> str:
        learner = reaching.learner_of(person, by=request.user)
        sheet = entering.type_first(
            row, learner, form.typed(), sat_on=data["sat_on"], watched_by=data["watched_by"], by=request.user
        )
        messages.success(request, "Đã nhập lần một. Người khác nhập lần hai thì phiếu được chấm.")
        return reverse("assessment:paper_sheet", args=(sheet.pk,))

    act = Act(
        "Nhập phiếu, lần một",
        "Ghi lần một",
        lead="Nhập đúng như trên phiếu. Câu bỏ trống, câu không đọc được thì để trống.",
        facts=(("Người làm", person.full_name), ("Mã đề", row.code)),
        crumbs=(_home(),),
        back=reverse("assessment:paper_form", args=(row.pk,)),
    )
    return act_page(request, form, act, do=do)


def _sheet(request: SignedInRequest, key: UUID) -> PaperSheet:
    rows = entering.sheets_for(request.user, request.ward).select_related("form__ward", "watched_by", "account__person")
    return get_object_or_404(rows, pk=key)


@needs(ENTER)
@never_cache
@require_safe
def paper_sheet(request: SignedInRequest, papersheet_id: UUID) -> HttpResponse:
    """One sheet: how far it is, and what comes next; never an entry before both are there."""
    row = _sheet(request, papersheet_id)
    objection = reaching.objection(request.user, row.account)
    context = {
        "sheet": row,
        "state": _sheet_state(row),
        "objection": objection,
        "may_type": row.state == PaperSheet.State.ONCE and entering.is_second(row, request.user) and not objection,
        "may_settle": row.state == PaperSheet.State.DIFFERS and not objection and _may_settle(request, row),
        "may_drop": row.state in (PaperSheet.State.ONCE, PaperSheet.State.DIFFERS) and _may_drop(request, row),
    }
    return render(request, "assessment/paper_sheet.html", context)


def _may_settle(request: SignedInRequest, row: PaperSheet) -> bool:
    return request.user.pk in (row.first_by_id, row.second_by_id) or entering.is_third(row, request.user)


def _may_drop(request: SignedInRequest, row: PaperSheet) -> bool:
    return request.user.pk in (row.first_by_id, row.second_by_id) or may(request.user, MAKE, request.ward)


@needs(ENTER)
@never_cache
def type_paper_again(request: SignedInRequest, papersheet_id: UUID) -> HttpResponse:
    """The second entry, with empty fields."""
    row = _sheet(request, papersheet_id)
    form = EntryForm(sent(request), asked=entering.asked_on(row.form))

    def do(data: Mapping[str, Any]) -> str:
        done = entering.type_second(row, form.typed(), by=request.user)
        _tell(request, done)
        return reverse("assessment:paper_sheet", args=(row.pk,))

    act = Act(
        "Nhập phiếu, lần hai",
        "Ghi lần hai",
        lead="Nhập từ đầu theo phiếu, không hỏi người nhập lần một.",
        facts=(("Người làm", row.account.full_name), ("Mã đề", row.form.code)),
        crumbs=(_home(),),
        back=reverse("assessment:paper_sheet", args=(row.pk,)),
    )
    return act_page(request, form, act, do=do)


@needs(ENTER)
@never_cache
def settle_paper(request: SignedInRequest, papersheet_id: UUID) -> HttpResponse:
    """The positions on which both differ, with the sheet in hand."""
    row = _sheet(request, papersheet_id)
    if row.state != PaperSheet.State.DIFFERS:
        return redirect("assessment:paper_sheet", row.pk)
    lines = entering.differing(row)
    form = EntryForm(sent(request), asked=[line.asked for line in lines], initial=_own(request, row, lines))

    def do(data: Mapping[str, Any]) -> str:
        done = entering.correct(row, form.typed(), by=request.user)
        _tell(request, done)
        return reverse("assessment:paper_sheet", args=(row.pk,))

    is_third = request.user.pk not in (row.first_by_id, row.second_by_id)
    act = Act(
        "Chỗ hai lần nhập khác nhau",
        "Chốt theo phiếu" if is_third else "Sửa lần nhập của tôi",
        lead="Cầm phiếu, đọc lại từng câu dưới đây rồi ghi đúng như phiếu."
        + ("" if is_third else " Hai lần nhập giống nhau thì phiếu được chấm; hoặc người thứ ba chốt."),
        facts=(("Người làm", row.account.full_name), ("Mã đề", row.form.code)),
        crumbs=(_home(),),
        back=reverse("assessment:paper_sheet", args=(row.pk,)),
    )
    return act_page(request, form, act, do=do, template="assessment/settle_paper.html", lines=lines)


def _own(request: SignedInRequest, row: PaperSheet, lines: list[entering.Difference]) -> dict[str, str]:
    """What whoever corrects had typed; nothing for a third person."""
    name = {row.first_by_id: "first", row.second_by_id: "second"}.get(request.user.pk)
    return {f"{ANSWER}{line.asked.number}": getattr(line, name) for line in lines} if name else {}


@needs(ENTER)
@never_cache
def drop_paper(request: SignedInRequest, papersheet_id: UUID) -> HttpResponse:
    """A sheet that was typed by mistake."""
    row = _sheet(request, papersheet_id)

    def do(data: Mapping[str, Any]) -> str:
        entering.drop(row, by=request.user)
        messages.success(request, "Đã bỏ phiếu này.")
        return reverse("assessment:paper_sheets")

    facts = (("Người làm", row.account.full_name), ("Mã đề", row.form.code))
    back = reverse("assessment:paper_sheet", args=(row.pk,))
    lead = "Dùng khi nhập nhầm người hoặc nhầm đề. Sau đó nhập lại từ đầu được."
    act = Act("Bỏ phiếu đã nhập", "Bỏ phiếu", lead=lead, facts=facts, crumbs=(_home(),), back=back, is_grave=True)
    return act_page(request, Form(sent(request)), act, do=do)


def _tell(request: SignedInRequest, sheet: PaperSheet) -> None:
    if sheet.state == PaperSheet.State.DONE:
        messages.success(request, "Hai lần nhập giống nhau. Phiếu đã được chấm.")
    else:
        count = len(entering.differences(sheet))
        messages.info(request, f"Còn {count} câu hai lần nhập khác nhau. Hãy cùng xem lại phiếu.")
