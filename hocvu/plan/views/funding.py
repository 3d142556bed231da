"""The money of tasks: the list by task and source, one task's entries, adding and withdrawing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Max, Min
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.charts import Bars
from hocvu.lib.forms import DateField, Form, MoneyField
from hocvu.lib.listing import Choice, Head, Page, narrowed, show
from hocvu.lib.marks import Mark
from hocvu.lib.money import money_words
from hocvu.lib.tables import wants_xlsx
from hocvu.lib.web import sent
from hocvu.plan import funding
from hocvu.plan.funding import Row, Source, Step, Table
from hocvu.plan.models import FundingEntry, FundingQuerySet, Task
from hocvu.plan.views.task import task_of
from hocvu.ward.access import SignedInRequest, can, needs, scoped
from hocvu.ward.models import Partner


def _funding_of(row: Row) -> str:
    return reverse("plan:task_funding", args=(row.task.pk,)) if row.task else ""


ROWS = (
    Head[Row]("Nhiệm vụ", lambda r: str(r.task or "Cộng"), 60, href=_funding_of),
    Head[Row]("Nguồn", lambda r: r.source_words, 24),
    Head[Row]("Dự kiến (đồng)", lambda r: r.planned, 20),
    Head[Row]("Đã cam kết (đồng)", lambda r: r.committed, 20),
    Head[Row]("Đã chi (đồng)", lambda r: r.spent, 20),
    Head[Row]("Nên xem lại", lambda r: " ".join(funding.doubts(r)) if r.task else "", 40),
)


@needs("funding.read")
@require_safe
def funding_list(request: SignedInRequest) -> HttpResponseBase:
    """What each task costs and who pays, with what all of it comes to."""
    mine = scoped(FundingEntry.objects.all(), request.user, "funding.read", request.ward)
    filters = _filters(mine)
    table = funding.table(request.ward, clock.today(), narrowed(request, mine, filters))
    page = Page(
        "Kinh phí",
        lead="Tiền cho từng nhiệm vụ: dự kiến bao nhiêu, đã cam kết bao nhiêu, đã chi bao nhiêu, từ nguồn nào.",
        empty="Chưa ghi khoản kinh phí nào",
        empty_words="Mở một nhiệm vụ, bấm “Kinh phí của nhiệm vụ” rồi ghi khoản đầu tiên.",
        counted="dòng",
        template="plan/funding.html",
        more={**_picture(table), "list_title": "Theo nhiệm vụ"},
    )
    rows = [*table.rows, table.total] if wants_xlsx(request) and table.rows else table.rows
    # The entries are narrowed before they are summed; here the filters are only drawn.
    drawn = [replace(one, apply=lambda summed, value: summed) for one in filters]
    return show(request, page, rows=rows, columns=ROWS, filters=drawn)


def _filters(mine: FundingQuerySet) -> list[Choice]:
    """By source, by year of the day, and by the tasks that have any money."""
    days = mine.order_by().aggregate(first=Min("day"), last=Max("day"))
    years = range(days["first"].year, days["last"].year + 1) if days["first"] else ()
    tasks = Task.objects.filter(pk__in=mine.order_by().values("task")).order_by("-plan", "position")
    return [
        Choice("nguon", "Nguồn", Source.choices, lambda q, v: q.filter(source=v)),
        Choice("nhiem-vu", "Nhiệm vụ", [(str(t.pk), str(t)[:80]) for t in tasks], lambda q, v: q.filter(task=int(v))),
        Choice("nam", "Năm", [(str(year), f"Năm {year}") for year in years], lambda q, v: q.filter(day__year=int(v))),
    ]


def _picture(table: Table) -> dict[str, Any]:
    """The sums by source as the page draws them."""
    groups = [(row.source_words, (row.planned, row.committed, row.spent)) for row in table.by_source]
    return {"table": table, "picture": Bars([str(step.label) for step in Step], groups)}


def _state_mark(entry: FundingEntry) -> Mark | None:
    return Mark("Đã rút", "none") if entry.withdrawn_at else None


def _note(entry: FundingEntry) -> str:
    withdrawn = f"Rút vì: {entry.withdrawn_why}" if entry.withdrawn_at else ""
    return " ".join(filter(None, (entry.note, withdrawn)))


def _withdraw_address(entry: FundingEntry) -> str:
    return "" if entry.withdrawn_at else reverse("plan:withdraw_funding", args=(entry.pk,))


ENTRIES = (
    Head[FundingEntry]("Từ nguồn", lambda e: e.source_name or e.get_source_display(), 44),
    Head[FundingEntry]("Loại nguồn", lambda e: e.get_source_display(), 22, only_in_file=True),
    Head[FundingEntry]("Bước", lambda e: e.get_step_display(), 14),
    Head[FundingEntry]("Số tiền (đồng)", lambda e: e.amount, 20),
    Head[FundingEntry]("Ngày", lambda e: e.day, 14),
    Head[FundingEntry]("Theo văn bản", lambda e: e.document, 30),
    Head[FundingEntry]("Tình trạng", lambda e: "Đã rút" if e.withdrawn_at else "Được tính", 14, mark=_state_mark),
    Head[FundingEntry]("Ghi chú", _note, 40),
    Head[FundingEntry]("Người ghi", lambda e: str(e.by), 24, only_in_file=True),
    Head[FundingEntry]("Ghi lúc", lambda e: e.at, 18, only_in_file=True),
)
WITHDRAW = Head[FundingEntry](
    "Rút", lambda e: "Rút khoản này" if _withdraw_address(e) else "", 14, href=_withdraw_address
)


@needs("funding.read")
@require_safe
def task_funding(request: SignedInRequest, task_id: int) -> HttpResponseBase:
    """One task's money, entry by entry."""
    task = task_of(request, task_id, "funding.read")
    manages = can(request.user, "funding.manage", task)
    table = funding.of_task(task)
    doubts = [f"{row.source_words[:1].upper()}{row.source_words[1:]}: {words[:1].lower()}{words[1:]}"
              for row in table.rows for words in funding.doubts(row)]  # fmt: skip
    page = Page(
        "Kinh phí của nhiệm vụ",
        lead=str(task),
        crumbs=_crumbs(request, task),
        acts=((reverse("plan:add_funding", args=(task.pk,)), "Ghi kinh phí"),) if manages else (),
        empty="Chưa ghi khoản nào cho nhiệm vụ này",
        counted="khoản",
        template="plan/funding.html",
        more={**_picture(table), "doubts": doubts, "list_title": "Từng khoản"},
    )
    filters = (
        Choice("nguon", "Nguồn", Source.choices, lambda q, v: q.filter(source=v)),
        Choice("buoc", "Bước", Step.choices, lambda q, v: q.filter(step=v)),
    )
    columns = (*ENTRIES, WITHDRAW) if manages and not wants_xlsx(request) else ENTRIES
    return show(request, page, rows=task.funding.select_related("partner", "by"), columns=columns, filters=filters)


class FundingForm(Form):
    """One amount at one step."""

    step = forms.ChoiceField(label="Bước", choices=Step.choices, widget=forms.RadioSelect)
    amount = MoneyField(label="Số tiền")
    source = forms.ChoiceField(label="Nguồn", choices=Source.choices, widget=forms.RadioSelect)
    source_text = forms.CharField(
        label="Tên nguồn", max_length=200, required=False, help_text="Ví dụ ngân sách địa phương năm 2026"
    )
    partner = forms.ModelChoiceField(
        label="Đối tác tài trợ", queryset=Partner.objects.none(), required=False, empty_label="Không có"
    )
    day = DateField(label="Ngày", help_text="Ngày của quyết định, hợp đồng, chứng từ, ví dụ 18/11/2026")
    document = forms.CharField(label="Theo văn bản", max_length=200, required=False, help_text="Số, ký hiệu văn bản")
    note = forms.CharField(label="Ghi chú", max_length=500, required=False, widget=forms.Textarea)


@needs("funding.manage")
def add_funding(request: SignedInRequest, task_id: int) -> HttpResponse:
    """Write down an amount for a task."""
    task = task_of(request, task_id, "funding.manage")
    form = FundingForm(sent(request), initial={"day": clock.today()})
    form.fields["partner"].queryset = Partner.objects.of(request.ward)  # type: ignore[attr-defined]

    def add(data: dict[str, Any]) -> str:
        entry = funding.add(task, **data, by=request.user)
        messages.success(request, f"Đã ghi: {entry}.")
        return _address(task)

    lead = "Khoản đã ghi không sửa được; ghi sai thì rút kèm lý do rồi ghi lại."
    act = Act("Ghi kinh phí", "Ghi lại", lead=lead, facts=(("Nhiệm vụ", str(task)),),
              crumbs=(*_crumbs(request, task), (_address(task), "Kinh phí của nhiệm vụ")), back=_address(task))  # fmt: skip
    return act_page(request, form, act, do=add)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do rút", max_length=300, widget=forms.Textarea)


@needs("funding.manage")
def withdraw_funding(request: SignedInRequest, fundingentry_id: int) -> HttpResponse:
    """Take a wrong entry out of the sums."""
    rows = FundingEntry.objects.select_related("task__plan__ward", "partner")
    entry = get_object_or_404(scoped(rows, request.user, "funding.manage", request.ward), pk=fundingentry_id)
    task = entry.task

    def withdraw(data: dict[str, Any]) -> str:
        funding.withdraw(entry, **data, by=request.user)
        messages.success(request, "Đã rút. Khoản này không được cộng nữa.")
        return _address(task)

    facts = (("Nhiệm vụ", str(task)), ("Nguồn", entry.source_words), ("Bước", entry.get_step_display()),
             ("Số tiền", money_words(entry.amount)), ("Ngày", f"{entry.day:%d/%m/%Y}"))  # fmt: skip
    lead = "Khoản đã rút không được cộng nữa nhưng vẫn còn trong danh sách, kèm lý do."
    act = Act("Rút khoản kinh phí", "Rút khoản này", lead=lead, facts=facts, is_grave=True, back=_address(task),
              crumbs=(*_crumbs(request, task), (_address(task), "Kinh phí của nhiệm vụ")))  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=withdraw)


def _address(task: Task) -> str:
    return reverse("plan:task_funding", args=(task.pk,))


def _crumbs(request: SignedInRequest, task: Task) -> Sequence[tuple[str, str]]:
    """The way back: the list, and the task itself for who may open it."""
    home = (reverse("plan:funding"), "Kinh phí")
    if not can(request.user, "tasks.read", task):
        return (home,)
    return (home, (reverse("plan:task", args=(task.pk,)), f"Nhiệm vụ {task.number}".strip()))
