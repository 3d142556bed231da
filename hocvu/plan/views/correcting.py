"""One correction a page: a target, a task, the head, a rule, a unit name, an action, differences, succession.

Every form carries the version of the reading it shows. Posted late, it comes back with both values side by side
(409) and the newer version in it, so that a second press is a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from hocvu.lib.forms import Form
from hocvu.lib.web import render
from hocvu.plan import naming, reviewing, showing, succeeding
from hocvu.plan.forms_matching import ActionForm, PairingForm, SuccessionForm, UnitChoiceForm, shown
from hocvu.plan.forms_review import (
    BasesForm,
    BodyActionForm,
    HeadForm,
    LeaveOutForm,
    MeasureForm,
    ReportForm,
    TargetForm,
    TaskForm,
)
from hocvu.plan.models import Reading
from hocvu.plan.naming import Directory
from hocvu.plan.reviewing import Over, Stale
from hocvu.plan.views.review import back_to, reading_of, refused, seen_version
from hocvu.ward.access import SignedInRequest, View, needs

Change = Callable[[dict[str, Any]], None]


class Editing:
    """One page with one form about one thing of the reading."""

    def __init__(self, request: SignedInRequest, reading: Reading, heading: str, tab: str) -> None:
        self.request, self.reading, self.heading, self.tab = request, reading, heading, tab
        self.place: Any = None
        self.words = ""

    def answer(self, form: Form, save: Callable[[int], None], **context: Any) -> HttpResponse:
        """Show the form, or save it and go back to the review page; late ones come back with both values."""
        others: Sequence[Form] = context.get("measures", ())
        filled = [form, *others]
        # Every form is asked, so that all that is wrong is said at once.
        valid = [each.is_valid() for each in filled]
        if self.request.method == "POST" and all(valid):
            try:
                save(seen_version(self.request))
            except Stale as stale:
                differing = [clash for each in filled for clash in clashes(each)]
                return self.page(form, {**context, "stale": str(stale), "clashes": differing}, stale.reading, 409)
            except Over as over:
                return refused(self.request, self.reading, over, "")
            messages.success(self.request, "Đã lưu.")
            return redirect(back_to(self.reading.pk, self.tab))
        failed = any(each.errors for each in filled)
        return self.page(form, context, self.reading, 422 if failed else 200)

    def page(self, form: Form, context: dict[str, Any], reading: Reading, status: int) -> HttpResponse:
        lines = showing.lines_at(showing.lines_of(self.reading.document), self.place or {}, self.words)
        full = {"reading": reading, "heading": self.heading, "tab": self.tab, "lines": lines, "form": form, **context}
        return render(self.request, "plan/correct.html", full, form=form, status=status)


def clashes(form: forms.Form) -> list[tuple[str, str, str]]:
    """Label, what is kept now, what was typed: the fields of a late form that differ."""
    found: list[tuple[str, str, str]] = []
    for field in form:
        now = shown(form.get_initial_for_field(field.field, field.name), field.field)
        typed = shown(field.value(), field.field)
        if now.split() != typed.split():
            found.append((str(field.label), now, typed))
    return found


def corrects(view: Callable[..., HttpResponse]) -> View:
    """Give a view the reading itself; one that is no longer under review leads to its page instead."""

    @needs("plan.publish")
    @wraps(view)
    def with_reading(request: SignedInRequest, reading_id: UUID, **where: Any) -> HttpResponse:
        reading = reading_of(request, reading_id)
        if reading.state != Reading.State.REVIEW:
            return redirect("plan:review", reading.pk)
        return view(request, reading, **where)

    return with_reading


def _row(reading: Reading, name: str, number: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = reading.content[name]
    if not 1 <= number <= len(rows):
        raise Http404
    return rows[number - 1]


def _correct(page: Editing, path: str, change: Change) -> Callable[[int], None]:
    def save(version: int) -> None:
        reviewing.correct(page.reading, path, change, version=version, by=page.request.user)

    return save


@corrects
def edit_target(request: SignedInRequest, reading: Reading, number: int) -> HttpResponse:
    """Correct one target."""
    row = _row(reading, "targets", number)
    page = Editing(request, reading, f"Sửa chỉ tiêu {number}", "chi-tieu")
    page.place = row.get("place")
    form = TargetForm(request.POST or None, initial=TargetForm.starting(row))
    save = _correct(page, f"targets[{number - 1}]", lambda content: form.apply(content["targets"][number - 1]))
    return page.answer(form, save, leave_out=("targets", number), row=row)


@corrects
def add_target(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """Add a target that the reader did not find."""
    page = Editing(request, reading, "Thêm chỉ tiêu", "chi-tieu")
    form = TargetForm(request.POST or None, initial={"unit": "%", "comparator": "=", "audience": "other"})

    def change(content: dict[str, Any]) -> None:
        row: dict[str, Any] = {"place": {}}
        form.apply(row)
        content["targets"].append(row)

    return page.answer(form, _correct(page, "targets", change))


@corrects
def edit_task(request: SignedInRequest, reading: Reading, number: int) -> HttpResponse:
    """Correct one task with its units, its time and the figures of its result."""
    row = _row(reading, "tasks", number)
    page = Editing(request, reading, f"Sửa nhiệm vụ {row['number'] or 'không số'}", "nhiem-vu")
    page.place = row.get("place")
    form = TaskForm(request.POST or None, initial=TaskForm.starting(row), sections=_sections(reading))
    measures = _measure_forms(request, row["measures"])

    def change(content: dict[str, Any]) -> None:
        kept = content["tasks"][number - 1]
        form.apply(kept)
        kept["measures"] = [figure.measure for figure in measures if figure.measure]

    save = _correct(page, f"tasks[{number - 1}]", change)
    return page.answer(form, save, measures=measures, leave_out=("tasks", number), row=row)


@corrects
def add_task(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """Add a task that the reader did not find; it stands after the others."""
    page = Editing(request, reading, "Thêm nhiệm vụ", "nhiem-vu")
    form = TaskForm(request.POST or None, initial={"period_kind": "unknown"}, sections=_sections(reading))
    measures = _measure_forms(request, [])

    def change(content: dict[str, Any]) -> None:
        position = max((row["position"] for row in content["tasks"]), default=0) + 1
        period = {"kind": "unknown", "from": None, "to": None, "text": ""}
        row: dict[str, Any] = {
            "position": position,
            "leads": [],
            "coordinators": [],
            "period": period,
            "place": {},
            "extra": {},
        }
        form.apply(row)
        row["measures"] = [figure.measure for figure in measures if figure.measure]
        content["tasks"].append(row)

    return page.answer(form, _correct(page, "tasks", change), measures=measures)


def _sections(reading: Reading) -> list[str]:
    named = [row["section"] for row in reading.content["tasks"] if row.get("section")]
    return list(dict.fromkeys([*reading.content.get("sections", []), *named]))


def _measure_forms(request: SignedInRequest, measures: Sequence[dict[str, Any]]) -> list[MeasureForm]:
    """A form for each figure, and an empty one to add another."""
    starting = [*measures, {"comparator": ">="}]
    return [
        MeasureForm(request.POST or None, initial=measure, prefix=f"so-{index}")
        for index, measure in enumerate(starting, start=1)
    ]


@corrects
def leave_out(request: SignedInRequest, reading: Reading, name: str, number: int) -> HttpResponse:
    """Leave a row of the reading out of the plan, with the reason; or take it in again."""
    tab = "chi-tieu" if name == "targets" else "nhiem-vu"
    row = _row(reading, name, number)
    back = bool(row.get("left_out"))
    page = Editing(request, reading, "Lấy lại dòng này" if back else "Bỏ dòng này khỏi kế hoạch", tab)
    page.place = row.get("place")
    form: Form = Form(request.POST or None) if back else LeaveOutForm(request.POST or None)

    def change(content: dict[str, Any]) -> None:
        content[name][number - 1]["left_out"] = form.cleaned_data.get("reason", "").strip()

    save = _correct(page, f"{name}[{number - 1}]", change)
    button = "Lấy lại" if back else "Bỏ dòng này"
    return page.answer(form, save, row=row, text=row.get("content") or row["text"], button=button)


@corrects
def edit_head(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """Correct title, number, date, issuer, signer."""
    page = Editing(request, reading, "Sửa đầu văn bản", "dau-van-ban")
    form = HeadForm(request.POST or None, initial=HeadForm.starting(reading.content["plan"]))
    return page.answer(form, _correct(page, "plan", lambda content: form.apply(content["plan"])))


@corrects
def edit_bases(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """Correct the legal bases."""
    page = Editing(request, reading, "Sửa căn cứ", "dau-van-ban")
    form = BasesForm(request.POST or None, initial=BasesForm.starting(reading.content["plan"].get("legal_bases", [])))

    def change(content: dict[str, Any]) -> None:
        content["plan"]["legal_bases"] = form.cleaned_data["bases"]

    return page.answer(form, _correct(page, "plan.legal_bases", change))


@corrects
def edit_report(request: SignedInRequest, reading: Reading, number: int) -> HttpResponse:
    """Correct one report rule."""
    rules = reading.content["plan"].get("reports", [])
    if not 1 <= number <= len(rules):
        raise Http404
    page = Editing(request, reading, "Sửa chế độ báo cáo", "dau-van-ban")
    page.place = rules[number - 1].get("place")
    form = ReportForm(request.POST or None, initial={**rules[number - 1], "via": rules[number - 1].get("via") or ""})
    path = f"plan.reports[{number - 1}]"
    return page.answer(form, _correct(page, path, lambda content: form.apply(content["plan"]["reports"][number - 1])))


@corrects
def add_report(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """Add a report rule that the reader did not find."""
    page = Editing(request, reading, "Thêm chế độ báo cáo", "dau-van-ban")
    form = ReportForm(request.POST or None, initial={"frequency": "monthly", "semantics": "before"})

    def change(content: dict[str, Any]) -> None:
        rule: dict[str, Any] = {"place": {}}
        form.apply(rule)
        content["plan"].setdefault("reports", []).append(rule)

    return page.answer(form, _correct(page, "plan.reports", change))


@corrects
def leave_out_report(request: SignedInRequest, reading: Reading, number: int) -> HttpResponse:
    """Leave a report rule out of the plan, with the reason; or take it in again."""
    rules = reading.content["plan"].get("reports", [])
    if not 1 <= number <= len(rules):
        raise Http404
    row = rules[number - 1]
    back = bool(row.get("left_out"))
    page = Editing(request, reading, "Lấy lại chế độ báo cáo" if back else "Bỏ chế độ báo cáo", "dau-van-ban")
    page.place = row.get("place")
    form: Form = Form(request.POST or None) if back else LeaveOutForm(request.POST or None)

    def change(content: dict[str, Any]) -> None:
        content["plan"]["reports"][number - 1]["left_out"] = form.cleaned_data.get("reason", "").strip()

    button = "Lấy lại" if back else "Bỏ chế độ này"
    return page.answer(
        form, _correct(page, f"plan.reports[{number - 1}]", change), row=row, text=row["text"], button=button
    )


@corrects
def add_action(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """Add an action of the body that the reader did not find; what becomes of it is decided like the others."""
    page = Editing(request, reading, "Thêm việc trong thân kế hoạch", "viec")
    form = BodyActionForm(request.POST or None)

    def change(content: dict[str, Any]) -> None:
        content["body_actions"].append({**form.cleaned_data, "place": {}})

    return page.answer(form, _correct(page, "body_actions", change))


@corrects
def choose_unit(request: SignedInRequest, reading: Reading, number: int) -> HttpResponse:
    """Say which unit or group a name means, or make it."""
    names = naming.names_read(reading.content)
    if not 1 <= number <= len(names):
        raise Http404
    entry, directory = names[number - 1], Directory(reading.ward)
    guessed = naming.guesses(names, directory)
    decisions = {key: guess.decision for key, guess in guessed.items()} | reading.units
    page = Editing(request, reading, f"“{entry.name}” là đơn vị nào?", "don-vi")
    form = UnitChoiceForm(
        request.POST or None,
        initial=UnitChoiceForm.starting(decisions[entry.key], entry),
        directory=directory,
        entry=entry,
        names=names,
        decisions=decisions,
    )

    def save(version: int) -> None:
        reviewing.decide_unit(reading, entry.key, form.decision, version=version, by=request.user)

    return page.answer(form, save, entry=entry, why=guessed[entry.key].why)


@corrects
def decide_action(request: SignedInRequest, reading: Reading, number: int) -> HttpResponse:
    """Say what becomes of an action of the body."""
    row, names = _row(reading, "body_actions", number), naming.names_read(reading.content)
    decision = reading.actions.get(str(number - 1)) or reviewing.suggest(reading, number - 1, names)
    page = Editing(request, reading, f"Việc ở mục {row['section']}", "viec")
    page.place = row.get("place")
    form = ActionForm(
        request.POST or None,
        initial=ActionForm.starting(decision),
        tasks=succeeding.rows(reading.content, "tasks"),
        names=names,
    )

    def save(version: int) -> None:
        reviewing.decide_action(reading, number - 1, form.decision, version=version, by=request.user)

    return page.answer(form, save, text=row["text"])


@corrects
def differences(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """What a corrected document adds, changes, removes; a new row may be told to be a removed one rewritten."""
    if reading.revises is None:
        return redirect("plan:review", reading.pk)
    found = succeeding.differences(reading, reading.revises)
    # A pair once chosen no longer counts as new; it stays in the form so that it can be undone.
    chosen = {key for key, old in reading.links.get("tasks", {}).items() if old}
    added = [d for d in found if d.sort == "task" and (d.kind == "added" or str(d.key) in chosen)]
    removed = [d for d in found if d.sort == "task" and d.kind == "removed"]
    removed += succeeding.chosen_rows(reading, reading.revises)
    page = Editing(request, reading, "Bản sửa khác gì kế hoạch đang chạy", "chua-chac")
    form = PairingForm(request.POST or None, added=added, removed=removed, chosen=reading.links.get("tasks", {}))

    def save(version: int) -> None:
        with reviewing.changing(
            reading.pk, version=version, by=request.user, act="paired rows of a corrected plan"
        ) as kept:
            kept.links = {**kept.links, "tasks": form.pairs}

    return page.answer(form, save, differences=found, only_shown=not (added and removed), button="Lưu cách ghép")


@corrects
def succession(request: SignedInRequest, reading: Reading) -> HttpResponse:
    """What becomes of each open row of the old plan: linked, carried over or closed."""
    if reading.succeeds is None:
        return redirect("plan:review", reading.pk)
    tasks = [
        (str(r["position"]), f"{r['number'] or 'Không số'}. {r['content'][:90]}")
        for r in succeeding.rows(reading.content, "tasks")
    ]
    targets = [
        (str(i), f"Năm {r['year']}: {r['text'][:90]}") for i, r in succeeding.indexed(reading.content, "targets")
    ]
    rows = succeeding.old_rows(reading)
    page = Editing(request, reading, "Việc của kế hoạch cũ đi đâu", "chua-chac")
    form = SuccessionForm(request.POST or None, rows=rows, tasks=tasks, targets=targets)

    def save(version: int) -> None:
        with reviewing.changing(
            reading.pk, version=version, by=request.user, act="chose what becomes of old rows"
        ) as kept:
            succeeding.choose(kept, form.choices)

    return page.answer(form, save, old_plan=reading.succeeds, old_count=len(rows))
