"""From a target or a task's result down to its records: places, who is reached, who is not; how it is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.disclosure import Count, share_words
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.plan import assigning, drilling, history, measures, recording, standing
from hocvu.plan.drilling import Cell
from hocvu.plan.measures import Book, Measure
from hocvu.plan.models import PublishedCell, Target, TaskMeasure
from hocvu.plan.views import supervision
from hocvu.ward import audit, forgetting, register
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import AuditEntry, Household, Neighbourhood, Person, Unit

Subject = Target | TaskMeasure
# The share up to which a place has a shade, the least first; the last has no bound.
SHADES = ((40, "hv-heat__1", "Dưới 40%"), (60, "hv-heat__2", "40 đến 59%"), (80, "hv-heat__3", "60 đến 79%"),
          (95, "hv-heat__4", "80 đến 94%"), (101, "hv-heat__5", "Từ 95%"))  # fmt: skip
WORST = 10


def target_of(request: SignedInRequest, target_id: int) -> Target:
    """A target of the ward."""
    rows = Target.objects.select_related("plan", "plan__ward")
    return get_object_or_404(rows, pk=target_id, plan__ward=request.ward)


def result_of(request: SignedInRequest, taskmeasure_id: int) -> TaskMeasure:
    """A measurable result of a task that the visitor may see."""
    rows = TaskMeasure.objects.select_related("task__plan__ward")
    return get_object_or_404(rows, pk=taskmeasure_id, task__plan__ward=request.ward)


def address_of(subject: Subject, page: str = "") -> str:
    """The page of a target or a result, or one below it."""
    if isinstance(subject, Target):
        return reverse(f"plan:target{page}", args=(subject.pk,))
    return reverse(f"plan:result{page}", args=(subject.pk,))


def _crumbs(subject: Subject) -> tuple[tuple[str, str], ...]:
    if isinstance(subject, Target):
        return (reverse("plan:targets"), "Chỉ tiêu"), (address_of(subject), f"Chỉ tiêu {subject.position}")
    task = (reverse("plan:task", args=(subject.task_id,)), f"Nhiệm vụ {subject.task.number}".strip())
    return (reverse("plan:tasks"), "Nhiệm vụ"), task, (address_of(subject), "Kết quả")


# ---- Places


def shade(cell: Cell) -> str:
    """The class of a place's shade; what it says stands beside in words."""
    if not cell.denominator:
        return ""
    share = cell.numerator * 100 / cell.denominator
    return next(name for bound, name, _ in SHADES if share < bound)


def heat(cells: list[Cell]) -> list[dict[str, Any]]:
    """The rows of the table of places, those that need help most first."""
    told = sorted(cells, key=lambda cell: (cell.place is None, -(cell.missing or 0)))
    return [
        {
            "name": cell.place.name if cell.place else "Chưa rõ khu dân cư",
            "key": cell.place.pk if cell.place else 0,
            "numerator": cell.numerator,
            "denominator": cell.denominator,
            "missing": cell.missing,
            "share": cell.numerator * 100 / cell.denominator if cell.denominator else None,
            "shade": shade(cell),
        }
        for cell in told
    ]


KEY = [(name, words) for _, name, words in SHADES]
PLACES = (
    Head[Cell]("Khu dân cư", lambda c: c.place.name if c.place else "Chưa rõ", 30),
    Head[Cell]("Số đạt", lambda c: c.numerator, 10),
    Head[Cell]("Tổng số", lambda c: c.denominator, 10),
    Head[Cell]("Còn thiếu", lambda c: c.missing, 10),
    Head[Cell]("Tỷ lệ", lambda c: percent_words(c.numerator * 100 / c.denominator) if c.denominator else "", 10),
)


def _places(request: SignedInRequest, subject: Subject) -> HttpResponseBase:
    measure, day = measures.find(subject.measure), subject.counted_on(clock.today())
    if measure is None or measures.why_dark(measure, request.ward, day):
        return _nothing_yet(request, subject, measure)
    _refuse_protected(request, measure)
    cells = drilling.by_neighbourhood(measure, request.ward, day)
    cells.sort(key=lambda cell: (cell.place is None, -(cell.missing or 0)))
    filters = (
        Choice(
            "muc", "Mức", [(name, words) for name, words in KEY], lambda rows, v: [c for c in rows if shade(c) == v]
        ),
        Search("tim", "Tên khu dân cư", lambda rows, v: [c for c in rows if c.place and fold(v) in fold(c.place.name)]),
    )
    page = Page(
        f"{measure.title} theo {request.ward.neighbourhood_word}",
        lead=f"Tính đến {day:%d/%m/%Y}. Nơi còn thiếu nhiều nhất đứng trước.",
        crumbs=_crumbs(subject),
        empty="Số liệu này chưa chia được theo nơi",
        template="plan/places.html",
        more={"key": KEY, "heat": heat(cells)},
    )
    return show(request, page, rows=cells, columns=PLACES, filters=filters)


@needs("places.read")
@require_safe
def target_places(request: SignedInRequest, target_id: int) -> HttpResponseBase:
    """A target by neighbourhood."""
    return _places(request, target_of(request, target_id))


@needs("places.read")
@require_safe
def result_places(request: SignedInRequest, taskmeasure_id: int) -> HttpResponseBase:
    """A task's result by neighbourhood."""
    return _places(request, result_of(request, taskmeasure_id))


# ---- Records

PEOPLE = (
    Head[Person]("Họ và tên", lambda p: p.full_name, 32, href=lambda p: reverse("ward:person", args=(p.pk,))),
    Head[Person]("Năm sinh", lambda p: str(p.born_on.year) if p.born_on else "", 10),
    Head[Person]("Hộ", lambda p: p.household.code if p.household else "", 14),
    Head[Person]("Khu dân cư", lambda p: _place(p.household), 28),
    Head[Person]("Điện thoại", register.masked_phone, 14),
)
HOMES = (
    Head[Household]("Mã hộ", lambda h: h.code, 16, href=lambda h: reverse("ward:household", args=(h.pk,))),
    Head[Household]("Khu dân cư", lambda h: _place(h), 28),
    Head[Household]("Địa chỉ", lambda h: h.address, 40),
)
UNITS = (Head[Unit]("Đơn vị", lambda u: u.name, 44, href=lambda u: reverse("ward:unit", args=(u.pk,))),)
NEIGHBOURHOODS = (Head[Neighbourhood]("Khu dân cư", lambda n: n.name, 44),)
Shown = tuple[tuple[Head[Any], ...], str, tuple[str, ...], str]
# model -> columns, where its neighbourhood is, what to fetch beside, what is searched
SHOWN: dict[type, Shown] = {
    Person: (PEOPLE, "household__neighbourhood", ("household__neighbourhood",), "plain_name"),
    Household: (HOMES, "neighbourhood", ("neighbourhood",), "code"),
    Unit: (UNITS, "neighbourhood", (), "name"),
    Neighbourhood: (NEIGHBOURHOODS, "pk", (), "name"),
}


def _place(home: Household | None) -> str:
    return home.neighbourhood.name if home and home.neighbourhood else ""


def _records(request: SignedInRequest, subject: Subject, *, reached: bool) -> HttpResponseBase:
    """The people, households or units that were reached, or that were not."""
    measure, day = measures.find(subject.measure), subject.counted_on(clock.today())
    if measure is None or measure.drill is None or measures.why_dark(measure, request.ward, day):
        return _nothing_yet(request, subject, measure)
    _refuse_protected(request, measure)
    found = measure.drill.reached(request.ward, day) if reached else drilling.missing(measure, request.ward, day)
    assert found is not None
    rows = _within_reach(request, found, work=not reached)
    columns, place, beside, searched = SHOWN[rows.model]
    opens = ""
    if reached and measure.proof is not None and may(request.user, measure.proof.right, request.ward):
        opens = " Mở từng dòng để xem căn cứ."
        columns = (replace(columns[0], href=measure.proof.address), *columns[1:])
    places = Neighbourhood.objects.of(request.ward).filter(valid_to=None)
    filters: tuple[Choice | Search, ...] = (
        Search(
            "tim", "Tìm", lambda q, v: q.filter(**{f"{searched}__icontains": fold(v) if rows.model is Person else v})
        ),
    )
    if rows.model in (Person, Household):
        options = [(str(one.pk), one.name) for one in places]
        filters += (
            Choice("noi", request.ward.neighbourhood_word.capitalize(), options, lambda q, v: q.filter(**{place: v})),
        )
    word = "đã đạt" if reached else "chưa đạt"
    page = Page(
        f"{measure.title}: {word}",
        lead=f"Tính đến {day:%d/%m/%Y}. {measure.definition}{opens}",
        crumbs=_crumbs(subject),
        empty="Chưa có ai trong danh sách này" if reached else "Không còn ai chưa đạt",
    )

    def seen(count: int) -> None:
        if rows.model in (Person, Household):
            audit.record(request.user, "saw people", request.ward, people=count)

    return show(request, page, rows=rows.select_related(*beside), columns=columns, filters=filters, seen=seen)


def _sees(user: Any, measure: Measure, ward: Any) -> bool:
    """Whether somebody may meet the places and the people of a measure: who is disabled is for few eyes."""
    return not measure.protected or (user.is_authenticated and may(user, "people.protected", ward))


def _refuse_protected(request: SignedInRequest, measure: Measure) -> None:
    if not _sees(request.user, measure, request.ward):
        raise PermissionDenied


def _book(user: Any, ward: Any, measure: Measure | None) -> Book | None:
    """The list that a measure is counted from, for whoever may open it."""
    book = measure.book if measure else None
    return book if book is not None and user.is_authenticated and may(user, book.right, ward) else None


def _nothing_yet(request: SignedInRequest, subject: Subject, measure: Measure | None) -> HttpResponseBase:
    """Say why there are no records to show."""
    why = measures.why_dark(measure, request.ward, subject.counted_on(clock.today())) if measure else ""
    words = f"{why[:1].upper()}{why[1:]}." if why else "Số liệu này không đếm từng người, từng hộ."
    book = _book(request.user, request.ward, measure)
    acts = ((reverse(book.route), book.words),) if book else ()
    page = Page("Chưa có danh sách", crumbs=_crumbs(subject), acts=acts, empty="Chưa có danh sách", empty_words=words)
    return show(request, page, rows=[], columns=NEIGHBOURHOODS)


def _within_reach(request: SignedInRequest, rows: QuerySet[Any], *, work: bool) -> QuerySet[Any]:
    """The rows that the visitor may meet; who asked to be left in peace is in no list of work."""
    if rows.model not in (Person, Household):
        return rows
    if not may(request.user, "people.read", request.ward):
        raise PermissionDenied
    if work and rows.model is Person:
        rows = rows.filter(restricted_at=None)
    return scoped(rows, request.user, "people.read", request.ward)


@needs("plan.read")
@require_safe
def target_missing(request: SignedInRequest, target_id: int) -> HttpResponseBase:
    """Who is not yet reached by a target."""
    return _records(request, target_of(request, target_id), reached=False)


@needs("plan.read")
@require_safe
def target_reached(request: SignedInRequest, target_id: int) -> HttpResponseBase:
    """Who is reached by a target."""
    return _records(request, target_of(request, target_id), reached=True)


@needs("plan.read")
@require_safe
def result_missing(request: SignedInRequest, taskmeasure_id: int) -> HttpResponseBase:
    """Who is not yet reached by a task's result."""
    return _records(request, result_of(request, taskmeasure_id), reached=False)


@needs("plan.read")
@require_safe
def result_reached(request: SignedInRequest, taskmeasure_id: int) -> HttpResponseBase:
    """Who is reached by a task's result."""
    return _records(request, result_of(request, taskmeasure_id), reached=True)


# ---- The page of a result, and what target pages share


def about(request: Any, subject: Subject, shown: standing.Standing) -> dict[str, Any]:
    """What the page of a target and that of a result say alike: definition, total, history, outlook, places."""
    measure, ward, day = measures.find(subject.measure), subject.plan.ward, subject.counted_on(shown.day)
    found = history.moments(subject, shown)
    months = history.ends_of_months(found)
    user = request.user
    sees_places = (
        user.is_authenticated and may(user, "places.read", ward) and (not measure or _sees(user, measure, ward))
    )
    dark = measures.why_dark(measure, ward, day) if measure else ""
    counts = measure is not None and not dark
    drills = counts and measure is not None and (measure.drill is not None or measure.cells is not None)
    cells = drilling.by_neighbourhood(measure, ward, day) if measure and drills and sees_places else []
    lists = counts and measure is not None and user.is_authenticated and _may_list(user, measure, ward, day)
    return {
        "measure": measure,
        "why_dark": dark,
        "months": months,
        "shares": [(f"{one.day:%m/%y}", one.share) for one in months if one.share is not None][-12:],
        "outlook": history.outlook(subject, shown, found),
        "heat": heat(cells)[:WORST],
        "heat_total": len(cells),
        "key": KEY,
        "public_cells": [] if sees_places or not drills or measure is None else published(ward, measure, day),
        "places_href": address_of(subject, "_places") if cells else "",
        "missing_href": address_of(subject, "_missing") if lists else "",
        "reached_href": address_of(subject, "_reached") if lists else "",
        "book": _book(user, ward, measure) if counts else None,
        "whole_href": _whole_href(user, ward, measure),
        "erased": forgetting.erased_since(ward, shown.day - timedelta(days=30)) if drills and sees_places else 0,
    }


def _may_list(user: Any, measure: Measure, ward: Any, day: Any) -> bool:
    """Whether somebody may meet the records behind a measure: people and households ask for more than units do."""
    if measure.drill is None or not may(user, "plan.read", ward) or not _sees(user, measure, ward):
        return False
    return measure.drill.population(ward, day).model not in (Person, Household) or may(user, "people.read", ward)


def _whole_href(user: Any, ward: Any, measure: Measure | None) -> str:
    if measure is None or not measure.population or not user.is_authenticated or not may(user, "measures.manage", ward):
        return ""
    return reverse("plan:denominator", args=(measure.population,))


def published(ward: Any, measure: Measure, day: Any) -> list[dict[str, Any]]:
    """What everybody may see of the places: as of last night, small groups hidden."""

    def told(cell: PublishedCell) -> str:
        if cell.is_hidden or cell.numerator is None:
            return "ẩn, nhóm nhỏ"
        count = Count(cell.numerator, cell.denominator)
        return share_words(count) or number_words(cell.numerator)

    return [{"name": cell.neighbourhood.name, "words": told(cell), "as_of": cell.as_of}
            for cell in recording.published(ward, measure.code, day)]  # fmt: skip


@needs("plan.read")
@require_safe
def result(request: SignedInRequest, taskmeasure_id: int) -> HttpResponse:
    """One measurable result of a task: value, goal, gap, history, outlook, places."""
    row = result_of(request, taskmeasure_id)
    shown = standing.of_result(row, clock.today())
    context = {"row": row, "standing": shown, "task": row.task, **about(request, row, shown)}
    context |= supervision.remarks_on(request, row)
    return render(request, "plan/result.html", context)


# ---- How a target is counted


class MeasureForm(Form):
    """Which measure counts, and why it is changed."""

    measure = forms.ChoiceField(label="Đếm bằng", required=False)
    reason = forms.CharField(label="Lý do đổi", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dark = [
            (one.code, one.title if one.is_on else f"{one.title} (chờ {one.awaits})")
            for one in measures.every_measure()
        ]
        self.fields["measure"].choices = [("", "Không tự đếm, đơn vị tự khai"), *dark]  # type: ignore[attr-defined]


@needs("measures.manage")
def choose_measure(request: SignedInRequest, target_id: int) -> HttpResponse:
    """Say by which measure a target is counted."""
    subject = target_of(request, target_id)
    form = MeasureForm(sent(request), initial={"measure": subject.measure})

    def choose(data: dict[str, Any]) -> str:
        assigning.choose(subject, data["measure"], reason=data["reason"], by=request.user)
        messages.success(request, "Đã đổi cách đếm. Số liệu được tính lại ngay.")
        return address_of(subject)

    past = AuditEntry.objects.filter(target_key=f"plan.target:{subject.pk}", action="chose how a target is counted")
    facts = [("Chỉ tiêu", subject.text)]
    facts += [(f"{entry.at:%d/%m/%Y}", f"{entry.actor}: {entry.details.get('reason', '')}") for entry in past[:10]]
    return act_page(request, form, Act("Chọn cách đếm", "Ghi lại", facts=facts, crumbs=_crumbs(subject)), do=choose)
