"""The money of tasks: entries are added and withdrawn; what they come to is summed to the đồng.

An entry says one step of one amount: planned, committed or spent. The three are sums of their own, never one less the
other, so that a task may well have spent what nobody planned; `doubts` says so, and nobody is refused for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from hocvu.lib import clock
from hocvu.lib.money import money_words
from hocvu.lib.refusals import Refusal
from hocvu.plan.models import FundingEntry, FundingQuerySet, Plan, Task
from hocvu.ward import audit
from hocvu.ward.models import Account, Partner, Ward

Source, Step = FundingEntry.Source, FundingEntry.Step
SENT_TWICE = timedelta(minutes=10)  # the same form again within this was sent twice


@transaction.atomic
def add(
    task: Task,
    *,
    source: str,
    source_text: str = "",
    partner: Partner | None = None,
    step: str,
    amount: int,
    day: date,
    document: str = "",
    note: str = "",
    by: Account,
) -> FundingEntry:
    """Write down an amount at one step. Bills still come in after a plan ended; new plans for its money do not."""
    held = Task.objects.select_for_update(of=("self",), no_key=True).select_related("plan__ward").get(pk=task.pk)
    if step != Step.SPENT and (held.withdrawn_at is not None or held.plan.state != Plan.State.RUNNING):
        raise Refusal(
            "Nhiệm vụ này không còn trong kế hoạch đang thực hiện nên chỉ ghi thêm được khoản đã chi.", "step"
        )
    if amount <= 0:
        raise Refusal("Số tiền phải lớn hơn 0.", "amount")
    if step != Step.PLANNED and day > clock.today():
        raise Refusal("Ngày này chưa tới. Khoản sắp chi hãy ghi ở bước “dự kiến”.", "day")
    if source == Source.OTHER and not source_text:
        raise Refusal("Hãy ghi tên nguồn để người xem biết tiền từ đâu.", "source_text")
    partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk) if partner else None
    _refuse_partner(held, source, partner, day)
    told = {"source": source, "source_text": source_text, "partner": partner, "step": step, "amount": amount,
            "day": day, "document": document, "note": note, "by": by}  # fmt: skip
    if again := held.funding.standing().filter(**told, at__gt=clock.now() - SENT_TWICE).first():
        return again
    entry = FundingEntry.objects.create(task=held, **told)
    _record(by, "wrote down money of a task", entry)
    return entry


@transaction.atomic
def withdraw(entry: FundingEntry, *, reason: str, by: Account) -> None:
    """Take a wrong entry out of the sums; it stays in sight with the reason."""
    rows = FundingEntry.objects.select_for_update(of=("self",), no_key=True).select_related("task__plan__ward")
    held = rows.get(pk=entry.pk)
    if held.withdrawn_at is not None:
        raise Refusal("Khoản này đã rút. Hãy tải lại trang.")
    if not reason.strip():
        raise Refusal("Hãy ghi lý do rút để người xem hiểu vì sao số thay đổi.", "reason")
    held.withdrawn_at, held.withdrawn_by, held.withdrawn_why = clock.now(), by, reason.strip()
    held.save(update_fields=("withdrawn_at", "withdrawn_by", "withdrawn_why"))
    _record(by, "withdrew money of a task", held, reason=held.withdrawn_why)


def _refuse_partner(task: Task, source: str, partner: Partner | None, day: date) -> None:
    if partner is None:
        if source == Source.SPONSOR:
            raise Refusal("Khoản tài trợ phải ghi của ai. Hãy chọn đối tác; chưa có thì nhờ điều phối thêm.", "partner")
        return
    if source != Source.SPONSOR:
        raise Refusal("Chỉ khoản tài trợ mới ghi đối tác. Hãy chọn nguồn “tài trợ”, hoặc bỏ đối tác.", "partner")
    if partner.ward_id != task.plan.ward_id:
        raise Refusal("Đối tác này không có trong danh sách của nơi làm việc. Hãy chọn lại.", "partner")
    if partner.is_over(day):
        raise Refusal(
            f"Đã thôi hợp tác với {partner} từ sau ngày {partner.ended_on:%d/%m/%Y}. Hãy xem lại ngày.", "day"
        )


def _record(by: Account, action: str, entry: FundingEntry, *, reason: str | None = None) -> None:
    audit.record(
        by,
        action,
        entry.task,
        ward=entry.task.plan.ward,
        entry=entry.pk,
        step=str(Step(entry.step).label),
        source=str(Source(entry.source).label),
        amount=money_words(entry.amount),
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of one source for one task; without a task those of a whole source, without both those of all."""

    planned: int
    committed: int
    spent: int
    task: Task | None = None
    source: str = ""

    @property
    def source_words(self) -> str:
        return str(Source(self.source).label) if self.source else ""


@dataclass(frozen=True, slots=True)
class Table:
    """Sums by task and source, in the order of the plan."""

    rows: Sequence[Row]

    @property
    def total(self) -> Row:
        return _added(self.rows)

    @property
    def by_source(self) -> list[Row]:
        """One row for each source that occurs; they add up to the same total."""
        of = {code: [row for row in self.rows if row.source == code] for code in Source.values}
        return [_added(rows, code) for code, rows in of.items() if rows]


def of_task(task: Task) -> Table:
    """What stands for one task, by source."""
    return _summed(FundingEntry.objects.filter(task=task).standing())


def table(ward: Ward, day: date, among: FundingQuerySet | None = None) -> Table:
    """What the ward knew at the end of a day; of all its entries, or of those among them."""
    entries = FundingEntry.objects.all() if among is None else among
    return _summed(entries.of(ward).known_on(day))


def doubts(row: Row) -> list[str]:
    """What does not go together in the sums of a row. Hints: papers come late, and nobody is refused for it."""
    said = []
    if row.spent > row.committed:
        said.append(f"Đã chi nhiều hơn đã cam kết {money_words(row.spent - row.committed)}.")
    if row.committed > row.planned:
        said.append(f"Đã cam kết nhiều hơn dự kiến {money_words(row.committed - row.planned)}.")
    return said


def _summed(entries: FundingQuerySet) -> Table:
    sums: dict[tuple[int, str], dict[str, int]] = {}
    groups = entries.order_by().values_list("task_id", "source", "step").annotate(Sum("amount"))
    for task_id, source, step, amount in groups:
        sums.setdefault((task_id, source), {})[step] = int(amount)  # PostgreSQL sums big integers as decimals
    tasks = Task.objects.select_related("plan").in_bulk({task_id for task_id, _ in sums})
    order = list(Source.values)
    rows = [
        Row(found.get(Step.PLANNED, 0), found.get(Step.COMMITTED, 0), found.get(Step.SPENT, 0), tasks[task_id], source)
        for (task_id, source), found in sums.items()
    ]
    return Table(sorted(rows, key=lambda row: (*_place(row.task), order.index(row.source))))


def _place(task: Task | None) -> tuple[int, int, int]:
    return (-task.plan_id, task.position, task.pk) if task else (0, 0, 0)


def _added(rows: Iterable[Row], source: str = "") -> Row:
    rows = list(rows)
    return Row(sum(r.planned for r in rows), sum(r.committed for r in rows), sum(r.spent for r in rows), source=source)
