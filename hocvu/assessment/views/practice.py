"""Practice tasks as learners meet them, and as whoever confirms them does: find the learner, one task a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from hocvu.assessment import practising, reaching, screen_practice
from hocvu.assessment.models import PracticeConfirmation, PracticeTask
from hocvu.assessment.views import finding
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.signin import citizens
from hocvu.ward import outbox
from hocvu.ward.access import SignedInRequest, may, needs, scoped, signed_in
from hocvu.ward.models import Account, Person, Unit
from hocvu.ward.receipts import Answer, Parcel

CONFIRM = practising.CONFIRM
SEEN, WAY, NOTE = "thay", "noi", "ghi_chu"


# ---- The learner


@signed_in
@never_cache
@require_safe
def my_practice(request: SignedInRequest) -> HttpResponse:
    """Which tasks there are, what must be seen of each, what stands, who confirms and where."""
    stand = list(practising.standing(request.user))
    rules = practising.rules_on(request.ward, clock.today())
    context = {
        "rules": [
            {"rule": rule, "have": practising.count_for(stand, rule), "needed": practising.needed(rule)}
            for rule in rules.order_by("level", "group", "code")
        ],
        "tasks": _tasks(request, stand),
        "team": _team(request.user.person),
    }
    return render(request, "assessment/my_practice.html", context)


def _tasks(request: SignedInRequest, stand: list[PracticeConfirmation]) -> list[dict[str, Any]]:
    tasks = list(practising.tasks_on(request.ward, clock.today()).order_by("level", "competence", "code"))
    by_sense = {practising.sense(row.task): row for row in stand}
    with_screens = screen_practice.having_screens(tasks)
    return [
        {"task": task, "row": by_sense.get(practising.sense(task)), "has_screens": task.pk in with_screens}
        for task in tasks
    ]  # fmt: skip


def _team(person: Person | None) -> Unit | None:
    """The community team of where somebody lives."""
    place = person.household.neighbourhood_id if person and person.household else None
    return Unit.objects.filter(kind=Unit.Kind.TEAM, neighbourhood=place).first() if place else None


# ---- Whoever confirms


@needs(CONFIRM)
@never_cache
@require_safe
def confirm_practice(request: SignedInRequest) -> HttpResponse:
    """Where confirming begins: find the learner."""
    context = {
        "lists": finding.lists(request),
        "query": finding.asked(request),
        "hits": finding.hits(request, CONFIRM),
        "form": finding.FindForm(),
        "waiting": practising.waiting(request.ward).count()
        if may(request.user, practising.REVIEW, request.ward)
        else 0,
    }
    return render(request, "assessment/confirm_practice.html", context)


@needs(CONFIRM)
@never_cache
def find_learner_of_practice(request: SignedInRequest) -> HttpResponse:
    """Find one person by their card, a whole number, or the whole name and the day of birth."""

    def do(data: dict[str, Any]) -> str:
        return reverse("assessment:practice_of", args=(finding.find(request, CONFIRM, **data).pk,))

    act = Act("Tìm người học", "Tìm", crumbs=(_home(),), back=reverse("assessment:confirm_practice"))
    return act_page(request, finding.FindForm(sent(request)), act, do=do)


@needs(CONFIRM)
@never_cache
@require_safe
def practice_of(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """The tasks of one learner: which stand, which can be confirmed now."""
    person = finding.person_or_404(request, person_id, CONFIRM)
    account = citizens.account_of(person)
    stand = list(practising.standing(account)) if account else []
    context = {"person": person, "tasks": _tasks(request, stand), "objection": _objection(request.user, account)}
    return render(request, "assessment/practice_of.html", context)


def _objection(by: Account, learner: Account | None) -> str:
    return reaching.objection(by, learner) if learner else ""


@needs(CONFIRM)
@never_cache
@require_safe
def confirm_task(request: SignedInRequest, person_id: UUID, practicetask_id: int) -> HttpResponse:
    """One task of one learner: tick what was seen, say where. It is sent when there is a network."""
    person = finding.person_or_404(request, person_id, CONFIRM)
    task = get_object_or_404(practising.tasks_on(request.ward, clock.today()), pk=practicetask_id)
    ticked = _numbers(request.GET)
    context = {
        "person": person,
        "task": task,
        "lines": [{**line, "number": n, "ticked": n in ticked} for n, line in enumerate(task.lines)],
        "ways": [(way.value, way.label) for way in practising.WAYS],
        "chosen": request.GET.get(WAY, ""),
        "objection": _objection(request.user, citizens.account_of(person)),
    }
    return render(request, "assessment/confirm_task.html", context)


@signed_in
@require_POST
def record_practice(request: SignedInRequest, person_id: UUID, practicetask_id: int) -> HttpResponse:
    """What a confirmer ticked, at once or from the device later. Who may is judged by the act, since a right may have
    ended on the way."""
    here = reverse("assessment:confirm_task", args=(person_id, practicetask_id))
    known: list[bool] = []

    def act(parcel: Parcel) -> Answer:
        found = get_object_or_404(Person.objects.of(request.ward).select_related("ward", "merged_into"), pk=person_id)
        person = found.merged_into or found  # merged while the phone was away
        task = get_object_or_404(PracticeTask.objects.filter(ward=request.ward), pk=practicetask_id)
        account = _account(person, request.user, parcel)
        known.append(practising.stands(account, task))
        return practising.confirm(
            account, task, way=request.POST.get(WAY, ""), seen=_numbers(request.POST),
            note=request.POST.get(NOTE, ""), by=request.user, parcel=parcel,
        )  # fmt: skip

    def onward(told: Answer | None) -> str:
        if told is None:
            ticked = QueryDict(mutable=True)
            ticked.setlist(SEEN, [str(number) for number in sorted(_numbers(request.POST))])
            ticked[WAY] = request.POST.get(WAY, "")
            return f"{here}?{ticked.urlencode()}"
        messages.success(
            request,
            told.reason
            or ("Việc này đã được xác nhận từ trước, không ghi thêm." if any(known) else "Đã ghi xác nhận."),
        )
        return reverse("assessment:practice_of", args=(person_id,))

    return outbox.receive(request, act, onward=onward)


def _account(person: Person, by: Account, parcel: Parcel) -> Account:
    """The learner's account; opened only where whoever asks may confirm for them, now or when it was made."""
    if (known := citizens.account_of(person)) is not None:
        return known
    days = {clock.today(), min(clock.local_day(parcel.made_at or clock.now()), clock.today())}
    if not any(reaching.people_of(by, person.ward, CONFIRM, day).filter(pk=person.pk).exists() for day in days):
        raise Refusal("Người học không thuộc phạm vi được xác nhận.")
    return reaching.learner_of(person, by=by)


def _numbers(said: QueryDict) -> set[int]:
    return {int(one) for one in said.getlist(SEEN) if one.isascii() and one.isdigit() and len(one) < 4}


# ---- What was confirmed


def _state(row: PracticeConfirmation) -> Mark:
    if row.withdrawn_at is None:
        return Mark("Đang tính", "good")
    return Mark("Đã rút", "none") if row.withdrawn_by_id else Mark("Chờ xem", "slow")


@needs(CONFIRM)
@never_cache
def my_confirmations(request: SignedInRequest) -> HttpResponseBase:
    """What one confirmed oneself; whoever reviews meets everybody's of the ward."""
    reviews = may(request.user, practising.REVIEW, request.ward)
    rows = PracticeConfirmation.objects.filter(ward=request.ward)
    rows = scoped(rows, request.user, practising.REVIEW) if reviews else rows.filter(confirmed_by=request.user)
    page = Page(
        "Thực hành đã xác nhận",
        crumbs=(_home(),),
        empty="Chưa có xác nhận nào",
        empty_words="Xem người học làm được việc nào thì ghi việc ấy.",
        counted="xác nhận",
    )
    columns: list[Head[PracticeConfirmation]] = [
        Head("Việc", lambda row: row.task.title, 30, href=_address_of(request)),
        Head("Người học", lambda row: row.account.full_name, 26),
        Head("Ở đâu", lambda row: row.get_way_display(), 16),
        Head("Lúc", lambda row: row.happened_at, 18),
        Head("Người xác nhận", lambda row: str(row.confirmed_by or "màn hình giả lập"), 24),
        Head("Tình trạng", lambda row: str(_state(row)), 14, mark=_state),
        Head("Vì sao rút", lambda row: row.withdrawn_why, 30, only_in_file=True),
    ]
    ways = Choice("noi", "Ở đâu", PracticeConfirmation.Way.choices, lambda found, value: found.filter(way=value))
    wrong = Choice(
        "man",
        "Màn hình",
        (("bo", "màn hình đã bỏ vì sai"),),
        lambda found, _: found.exclude(tried__version__voided_at=None),
    )
    rows = rows.select_related("task", "account", "confirmed_by").order_by("-at", "pk")
    return show(request, page, rows=rows, columns=columns, filters=(ways, wrong))


def _address_of(request: SignedInRequest) -> Any:
    def address(row: PracticeConfirmation) -> str:
        return reverse("assessment:practice_confirmation", args=(row.pk,))

    return address


def _met(request: SignedInRequest, key: UUID) -> PracticeConfirmation:
    """A confirmation that one made, or that one may review."""
    rows = PracticeConfirmation.objects.filter(ward=request.ward).select_related("task", "account", "confirmed_by")
    own = rows.filter(pk=key, confirmed_by=request.user).first()
    return own or get_object_or_404(scoped(rows, request.user, practising.REVIEW), pk=key)


@signed_in
@never_cache
@require_safe
def practice_confirmation(request: SignedInRequest, practiceconfirmation_id: UUID) -> HttpResponse:
    """One confirmation: what was seen, and what can still be done with it."""
    row = _met(request, practiceconfirmation_id)
    waits = row.withdrawn_at is not None and row.withdrawn_by_id is None
    context = {
        "row": row,
        "state": _state(row),
        "may_withdraw": practising.may_withdraw(row, request.user),
        "may_decide": waits
        and row.confirmed_by_id != request.user.pk
        and may(request.user, practising.REVIEW, row.ward),
    }
    return render(request, "assessment/practice_confirmation.html", context)


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label="Vì sao?", max_length=300, widget=forms.Textarea)


@signed_in
@never_cache
def withdraw_practice(request: SignedInRequest, practiceconfirmation_id: UUID) -> HttpResponse:
    """Take a confirmation back, with the reason."""
    row = _met(request, practiceconfirmation_id)
    here = reverse("assessment:practice_confirmation", args=(row.pk,))

    def do(data: dict[str, Any]) -> str:
        practising.withdraw(row, why=data["why"], by=request.user)
        messages.success(request, "Đã rút xác nhận.")
        return here

    act = Act(
        "Rút xác nhận thực hành",
        "Rút xác nhận",
        lead="Rút khi ghi nhầm người, nhầm việc. Giấy đã cấp không tự mất: người có trách nhiệm được báo để xem.",
        facts=(("Việc", row.task.title), ("Người học", row.account.full_name)),
        crumbs=(_home(),),
        back=here,
        is_grave=True,
    )
    return act_page(request, WhyForm(sent(request)), act, do=do)


@needs(practising.REVIEW)
@never_cache
def waiting_practice(request: SignedInRequest) -> HttpResponseBase:
    """What came late from a device and waits until somebody looks."""
    page = Page(
        "Xác nhận chờ xem",
        lead="Việc này đến từ máy khi người ghi đã hết quyền, hoặc đồng hồ máy sai. Chưa tính cho ai.",
        crumbs=(_home(),),
        empty="Không có gì chờ xem",
        counted="xác nhận",
    )
    columns: list[Head[PracticeConfirmation]] = [
        Head("Việc", lambda row: row.task.title, 30, href=_address_of(request)),
        Head("Người học", lambda row: row.account.full_name, 26),
        Head("Người ghi", lambda row: str(row.confirmed_by), 24),
        Head("Lúc, theo máy", lambda row: row.happened_at, 18),
        Head("Vì sao chờ", lambda row: row.withdrawn_why, 40),
    ]
    rows = scoped(practising.waiting(request.ward), request.user, practising.REVIEW)
    rows = rows.select_related("task", "account", "confirmed_by").order_by("at", "pk")
    return show(request, page, rows=rows, columns=columns)


@needs(practising.REVIEW)
@require_POST
def let_practice_count(request: SignedInRequest, practiceconfirmation_id: UUID) -> HttpResponse:
    """What waited counts."""
    row = get_object_or_404(
        scoped(practising.waiting(request.ward), request.user, practising.REVIEW), pk=practiceconfirmation_id
    )
    try:
        practising.let_count(row, by=request.user)
        messages.success(request, "Đã tính xác nhận này.")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect("assessment:practice_confirmation", row.pk)


@needs(practising.REVIEW)
@never_cache
def refuse_practice(request: SignedInRequest, practiceconfirmation_id: UUID) -> HttpResponse:
    """What waited does not count, with the reason."""
    rows = scoped(practising.waiting(request.ward), request.user, practising.REVIEW)
    row = get_object_or_404(rows.select_related("task", "account"), pk=practiceconfirmation_id)

    def do(data: dict[str, Any]) -> str:
        practising.refuse(row, why=data["why"], by=request.user)
        return reverse("assessment:waiting_practice")

    facts = (("Việc", row.task.title), ("Người học", row.account.full_name), ("Chờ vì", row.withdrawn_why))
    act = Act(
        "Không tính xác nhận", "Không tính", facts=facts, crumbs=(_home(),), back=reverse("assessment:waiting_practice")
    )
    return act_page(request, WhyForm(sent(request)), act, do=do)


def _home() -> tuple[str, str]:
    return (reverse("assessment:confirm_practice"), "Xác nhận thực hành")
