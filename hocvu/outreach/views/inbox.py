"""The supervisor's inbox: what waits, one page each with both versions side by side, and what comes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.outreach import attending, codes, inbox, registering, settling, visiting
from hocvu.outreach.inbox import SORTS, Item
from hocvu.outreach.models import Arrival, Attendance, Clash, Need, Registration, Visit
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Household

SETTLE = settling.SETTLE
Facts = list[tuple[str, str]]

COLUMNS = (
    Head[Item]("Việc", lambda one: one.what, 34, href=lambda one: one.href),
    Head[Item]("Loại", lambda one: one.words, 18),
    Head[Item]("Vì sao chờ", lambda one: one.why, 60),
    Head[Item]("Người ghi", lambda one: one.by, 24),
    Head[Item]("Lúc, theo máy", lambda one: one.made_at, 18),
    Head[Item]("Nhận lúc", lambda one: one.received_at, 18),
)
KINDS = (
    *((key, sort.words) for key, sort in SORTS.items()),
    ("trung-ma", "trùng mã"), ("dinh-chinh", "đính chính song song"), ("hoi-lai", "hỏi lại khác"),
)  # fmt: skip
FILTERS = (Choice("loai", "Loại", KINDS, lambda rows, value: [one for one in rows if one.sort == value]),)


@needs(SETTLE)
@never_cache
@require_safe
def waiting_list(request: SignedInRequest) -> HttpResponseBase:
    """Everything that waits for somebody, the oldest first."""
    page = Page(
        "Việc chờ xem",
        lead="Không việc nào bị từ chối hay mất. Mỗi việc ở đây chưa tính, hoặc có hai bản khác nhau; xem xong thì người "
        "ghi được báo.",
        links=(
            (reverse("outreach:devices"), "Máy"),
            (reverse("outreach:queue_file"), "Tệp từ máy"),
            (reverse("outreach:spot_checks"), "Kiểm tra lại"),
        ),
        empty="Không có gì chờ xem",
        counted="việc",
    )
    return show(request, page, rows=inbox.items(request.user, request.ward), columns=COLUMNS, filters=FILTERS)


# ---- One thing


@needs(SETTLE)
@never_cache
@require_safe
def waiting_thing(request: SignedInRequest, kind: str, key: UUID) -> HttpResponse:
    """One thing that waits: what it says, why it waits, what can be done; beside it what it corrects."""
    row = _met(request, kind, key)
    root = settling.root_of(row)
    context = {
        "title": SORTS[kind].words,
        "kind": kind,
        "row": row,
        "versions": [
            ("Lượt này", inbox.facts_of(row)),
            *([("Lượt được đính chính", inbox.facts_of(root))] if root else []),
        ],
        "root": root,
        "why": inbox.words_of(row),
        "advice": inbox.advice_of(row),
        "waits": row.state == Arrival.State.WAITING,
        "is_aside": row.state == Arrival.State.SET_ASIDE,
        "is_own": row.made_by_id == request.user.pk,
        "crumbs": _crumbs(),
    }
    return render(request, "outreach/waiting_thing.html", context)


def _met(request: SignedInRequest, kind: str, key: UUID) -> Arrival:
    if (sort := SORTS.get(kind)) is None:
        raise Http404
    rows = sort.model._default_manager.select_related("ward", "made_by", "brought_by", "settled_by", *sort.beside)
    found: Arrival = get_object_or_404(scoped(rows, request.user, SETTLE, request.ward), pk=key)
    return found


class CountForm(Form):
    """What must still be said before a thing counts: which household, who came, which day."""

    household = forms.CharField(label="Mã hộ", max_length=60, help_text="Đúng như trong danh sách hộ")
    place = forms.ChoiceField(label="Ai đã đến?", required=False, help_text="Người trong danh sách lớp")
    names = forms.CharField(
        label="Hoặc ghi tên người đã đến",
        max_length=2000,
        required=False,
        help_text="Người không có trong danh sách, mỗi người một dòng; ghép với danh bạ sau",
        widget=forms.Textarea,
    )
    day = DateField(label="Đúng là ngày nào?")
    why = forms.CharField(label="Ghi chú cho người ghi", max_length=300, required=False)

    def __init__(self, data: Any, *, row: Arrival) -> None:
        super().__init__(data)
        if not isinstance(row, Visit | Need) or row.is_known:
            del self.fields["household"]
        if isinstance(row, Attendance) and not row.is_known:
            choices = [(str(one.pk), f"{one.name}, {codes.shown(one.code)}") for one in _class_of(row)]
            self.fields["place"].choices = [("", "Không chọn"), *choices]  # type: ignore[attr-defined]
        else:
            del self.fields["place"], self.fields["names"]
        if not inbox.CLOCK.intersection(row.doubts) or settling.root_of(row) is not None:
            del self.fields["day"]


def _class_of(row: Attendance) -> list[Registration]:
    """Everybody who has a place in the class, by name."""
    return sorted(registering.live(row.session.gathering), key=lambda one: (fold(one.name), one.code))


@needs(SETTLE)
@never_cache
def let_count(request: SignedInRequest, kind: str, key: UUID) -> HttpResponse:
    """What waited counts, of the household and the day that somebody found out."""
    row = _met(request, kind, key)

    def do(data: dict[str, Any]) -> str:
        home = _household(data["household"], row) if "household" in data else None
        if isinstance(row, Attendance) and "place" in data:
            key = UUID(data["place"]) if data["place"] else None
            attending.let_count(
                row, place=key, names=data["names"].splitlines(), day=data.get("day"), by=request.user, why=data["why"]
            )
        else:
            settling.let_count(row, home, data.get("day"), by=request.user, why=data["why"])
        return _done(request, "Đã tính. Người ghi được báo.")

    form = CountForm(sent(request), row=row)
    if "place" in form.fields and isinstance(row, Attendance):
        audit.record(request.user, "saw who registered for a class", row.session.gathering, ward=row.ward)
    return act_page(request, form, _act(row, kind, "Tính việc này", "Tính"), do=do)


def _household(code: str, row: Arrival) -> Household:
    found, _ = visiting.household_of(code, row.ward)
    if found is None:
        raise Refusal("Không có đúng một hộ mang mã này. Hãy xem lại mã trong danh sách hộ.", "household")
    return found


class WhyForm(Form):
    """A reason."""

    why = forms.CharField(label="Vì sao không tính?", max_length=300, widget=forms.Textarea)


@needs(SETTLE)
@never_cache
def set_aside(request: SignedInRequest, kind: str, key: UUID) -> HttpResponse:
    """A thing does not count; it stays readable with the reason."""
    row = _met(request, kind, key)

    def do(data: dict[str, Any]) -> str:
        settling.set_aside(row, by=request.user, why=data["why"])
        return _done(request, "Đã ghi là không tính. Người ghi được báo lý do.")

    act = _act(row, kind, "Không tính việc này", "Không tính")
    return act_page(request, WhyForm(sent(request)), act, do=do)


def _act(row: Arrival, kind: str, title: str, button: str) -> Act:
    here = reverse("outreach:waiting_thing", args=(kind, row.pk))
    lead = " ".join((*inbox.words_of(row), *inbox.advice_of(row)))
    return Act(title, button, lead=lead, facts=inbox.facts_of(row), crumbs=(*_crumbs(), (here, SORTS[kind].words)), back=here)  # fmt: skip


def _done(request: SignedInRequest, words: str) -> str:
    inbox.look_round(request.ward)
    messages.success(request, words)
    return reverse("outreach:field_waiting")


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("outreach:field_waiting"), "Việc chờ xem"),)


# ---- Two contents under one id


class ClashForm(Form):
    """What becomes of the second."""

    outcome = forms.ChoiceField(
        label="Kết luận", choices=Clash.Outcome.choices, widget=forms.RadioSelect,
        help_text="Đính chính: lần sau thay lần đầu, cả hai vẫn đọc được. Ghi thêm: hai việc khác nhau, tính cả hai.",
    )  # fmt: skip
    why = forms.CharField(label="Ghi chú", max_length=300, required=False)


@needs(SETTLE)
@never_cache
def clash_page(request: SignedInRequest, clash_id: UUID) -> HttpResponse:
    """Both contents side by side, and what becomes of them."""
    rows = Clash.objects.select_related("ward", "made_by", "brought_by", "settled_by")
    clash = get_object_or_404(scoped(rows, request.user, SETTLE, request.ward), pk=clash_id)
    firsts = inbox.firsts_of(clash)

    def do(data: dict[str, Any]) -> str:
        inbox.settle_clash(clash, data["outcome"], by=request.user, why=data["why"])
        return _done(request, "Đã kết luận. Người ghi được báo.")

    kind = settling.kind_at(clash.path)
    act = Act(
        f"Trùng mã: {kind.words if kind else 'việc'}",
        "Kết luận",
        crumbs=_crumbs(),
        back=reverse("outreach:field_waiting"),
    )
    form, versions = ClashForm(sent(request)), [*_first_versions(firsts), ("Lần sau", inbox.facts_of_clash(clash))]
    return act_page(
        request, form, act, do=do, template="outreach/clash.html", versions=versions, clash=clash, firsts=len(firsts)
    )


def _first_versions(firsts: list[Arrival]) -> list[tuple[str, Facts]]:
    """What came first, each by itself."""
    if not firsts:
        return [("Lần nhận đầu", [("Nội dung", "không còn")])]
    several = len(firsts) > 1
    return [
        (f"Lần nhận đầu, {number}/{len(firsts)}" if several else "Lần nhận đầu", inbox.facts_of(one))
        for number, one in enumerate(firsts, 1)
    ]


# ---- Corrections of one visit by several people


@needs(SETTLE)
@never_cache
@require_safe
def parallel_corrections(request: SignedInRequest, visit_id: UUID) -> HttpResponse:
    """A visit and all its corrections side by side; those that are wrong can be set aside."""
    rows = Visit.objects.select_related("ward", "household", "team", "made_by", "brought_by")
    root = get_object_or_404(scoped(rows, request.user, SETTLE, request.ward), pk=visit_id)
    later = list(rows.filter(ward=root.ward_id, corrects=root.pk).order_by("-believed_at", "-pk"))
    standing = set(
        Visit.objects.filter(pk__in=[root.pk, *(one.pk for one in later)]).standing().values_list("pk", flat=True)
    )
    versions = [
        (f"Đính chính của {one.made_by.full_name}", inbox.facts_of(one), _aside(one), one.pk in standing)
        for one in later
    ]
    context = {
        "versions": [*versions, ("Lượt ban đầu", inbox.facts_of(root), "", root.pk in standing)],
        "crumbs": _crumbs(),
    }
    return render(request, "outreach/parallel_corrections.html", context)


def _aside(row: Visit) -> str:
    """Where a correction that counts is set aside."""
    return reverse("outreach:set_thing_aside", args=("luot", row.pk)) if row.state == Visit.State.COUNTS else ""
