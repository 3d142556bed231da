"""Cards at the desk: the list, one for somebody, many for a class, taking one back; and one's own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.pager import paginate
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.signin import cards, sessions
from hocvu.signin.assisting import by_oneself
from hocvu.signin.models import MOST_FAILS, Card
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs, signed_in
from hocvu.ward.models import Membership, Person, Unit
from hocvu.ward.models.person import PersonQuerySet

PUPILS = (Membership.Kind.PRIMARY_PUPIL, Membership.Kind.SECONDARY_PUPIL)


def mark_of_card(card: Card) -> Mark:
    """How a card stands, in words."""
    if card.revoked_at is not None:
        return Mark("Đã thu hồi", "none")
    if card.expires_on < clock.today():
        return Mark("Hết hạn", "none")
    if card.is_locked:
        return Mark("Bị khóa, cần in lại", "bad")
    return Mark("Đang dùng", "good") if card.pin_set_at else Mark("Chưa mở lần nào", "slow")


def _owner(card: Card) -> Person:
    if card.account.person is None:  # the lists hold cards of people alone
        raise PermissionDenied
    return card.account.person


CARDS = (
    Head[Card]("Người", lambda c: _owner(c).full_name, 30),
    Head[Card]("Thẻ số", lambda c: str(c.pk), 10),
    Head[Card]("Tình trạng", lambda c: mark_of_card(c).words, 22, mark=mark_of_card),
    Head[Card]("Làm lúc", lambda c: c.printed_at, 18),
    Head[Card]("Người làm", lambda c: c.printed_by.full_name if c.printed_by else "", 26),
    Head[Card]("Dùng đến hết ngày", lambda c: c.expires_on, 16),
    Head[Card]("Dùng lần cuối lúc", lambda c: c.last_used_at, 18),
    Head[Card]("Lý do thu hồi", lambda c: c.revoked_why, 30, only_in_file=True),
)
ACTS = (
    Head[Card]("In lại", lambda c: "In thẻ mới", 12, href=lambda c: reverse("signin:make_card", args=(_owner(c).pk,))),
    Head[Card](
        "Thu hồi", lambda c: "" if c.revoked_at else "Thu hồi", 12,
        href=lambda c: "" if c.revoked_at else reverse("signin:revoke_card", args=(c.pk,)),
    ),
)  # fmt: skip
STATES = (
    ("dung", "Đang dùng"),
    ("moi", "Chưa mở lần nào"),
    ("khoa", "Bị khóa"),
    ("het", "Hết hạn"),
    ("thu", "Đã thu hồi"),
)


def _in_state(rows: Any, value: str) -> Any:
    today = clock.today()
    if value == "thu":
        return rows.exclude(revoked_at=None)
    if value == "het":
        return rows.filter(revoked_at=None, expires_on__lt=today)
    live = rows.filter(revoked_at=None, expires_on__gte=today)
    if value == "khoa":
        return live.filter(fails__gte=MOST_FAILS)
    return live.filter(fails__lt=MOST_FAILS, pin_set_at__isnull=value == "moi")


def _named(rows: Any, words: str) -> Any:
    return rows.filter(account__person__plain_name__contains=fold(words))


@needs("cards.make")
@require_safe
def card_list(request: SignedInRequest) -> HttpResponseBase:
    """Every card within reach, with what may be done about it."""
    page = Page(
        "Thẻ học viên",
        lead="Cho trẻ em, người cao tuổi và ai không có điện thoại riêng. Mỗi người một thẻ còn dùng; in thẻ mới thì "
        "thẻ cũ tự thu hồi.",
        acts=((reverse("signin:class_cards"), "Làm thẻ cho học sinh"),),
        empty="Chưa có thẻ nào",
        empty_words=EMPTY,
        counted="thẻ",
    )
    filters = (Search("tim", "Tên", _named), Choice("tt", "Tình trạng", STATES, _in_state))

    def seen(count: int) -> None:
        audit.record(request.user, "looked through cards", request.ward, count=count)

    in_file = request.GET.get("dinh-dang") == "xlsx"
    rows = cards.cards_of(request.user, request.ward)
    return show(request, page, rows=rows, columns=CARDS if in_file else (*CARDS, *ACTS), filters=filters, seen=seen)


EMPTY = "Mở trang của một người trong danh bạ rồi chọn Làm thẻ học viên, hoặc làm cho cả lớp một lần."


class ValidityForm(Form):
    """Until when a card is good."""

    expires_on = DateField(label="Dùng đến hết ngày")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = clock.today()
        kwargs.setdefault("initial", {"expires_on": today + timedelta(days=cards.USUAL)})
        super().__init__(*args, **kwargs)
        last = today + timedelta(days=cards.LONGEST)
        self.fields["expires_on"].help_text = f"Không muộn hơn {last:%d/%m/%Y}"


@needs("cards.make")
@never_cache
def make_card(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """A card for one person. The answer is its sheet: shown once, kept nowhere."""
    person = get_object_or_404(cards.people_of(request.user, request.ward).select_related("ward"), pk=person_id)
    form = ValidityForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = cards.make(person, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            return _sheet(request, [made], back=_back(request, person))
    old = Card.objects.filter(account__person=person, revoked_at=None).first()
    facts = [("Người", person.full_name), ("Thẻ đang có", f"Thẻ số {old.pk}, sẽ bị thu hồi" if old else "Chưa có")]
    lead = (
        "Thẻ chỉ hiện một lần để in. Người nhận tự đặt mã PIN khi quét thẻ lần đầu, bằng mã mở thẻ in trên phiếu riêng; "
        "người làm thẻ không biết mã PIN."
    )
    act = Act("Làm thẻ học viên", "Làm thẻ", lead=lead, facts=facts, crumbs=_crumbs(), back=_back(request, person))
    return render(request, "act.html", {"act": act}, form=form)


def _back(request: SignedInRequest, person: Person) -> str:
    if may(request.user, "people.read", request.ward):
        return reverse("ward:person", args=(person.pk,))
    return reverse("signin:cards")


# ---- A class at once


class ClassForm(ValidityForm):
    """Which pupils; those without a card are ticked."""

    people = forms.MultipleChoiceField(
        label="Học sinh", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một học sinh."},
    )  # fmt: skip
    field_order = ("people", "expires_on")

    def __init__(self, *args: Any, pupils: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(pupils)
        field = self.fields["people"]
        field.choices = [(str(one.pk), _pupil_words(one)) for one in rows]  # type: ignore[attr-defined]
        field.initial = [str(one.pk) for one in rows if not getattr(one, "has_card", False)]


def _pupil_words(pupil: Person) -> str:
    born = f", sinh {pupil.born_on:%d/%m/%Y}" if pupil.born_on else ", chưa có ngày sinh"
    return f"{pupil.full_name}{born}{' (đang có thẻ)' if getattr(pupil, 'has_card', False) else ''}"


@needs("cards.make")
@never_cache
def class_cards(request: SignedInRequest) -> HttpResponse:
    """Cards for many pupils at once: the cards on one sheet without names, the names with their codes on another."""
    pupils, schools = _pupils(request)
    page = paginate(request, pupils)
    form = ClassForm(sent(request), pupils=_ticked(request, pupils) if request.method == "POST" else page)
    if request.method == "POST" and form.is_valid():
        try:
            chosen = pupils.filter(pk__in=form.cleaned_data["people"]).select_related("ward")
            batch = cards.make_many(chosen, expires_on=form.cleaned_data["expires_on"], by=request.user)
            return _sheet(request, batch.made, left_out=batch.left_out, back=reverse("signin:class_cards"))
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.sentence)
    context = {
        "page": page,
        "schools": schools,
        "school": request.GET.get("truong", ""),
        "search": request.GET.get("tim", ""),
        "without": request.GET.get("the", ""),
        "crumbs": _crumbs(),
    }
    return render(request, "signin/class_cards.html", context, form=form)


def _pupils(request: SignedInRequest) -> tuple[PersonQuerySet, QuerySet[Unit]]:
    """The pupils within reach that the address leaves, and the schools to choose among."""
    today = clock.today()
    reached = cards.people_of(request.user, request.ward)
    learning = Membership.objects.on(today).filter(kind__in=PUPILS, person__in=reached.values("pk"))
    schools = Unit.objects.filter(pk__in=learning.order_by().values("unit"))
    if (school := request.GET.get("truong", "")).isdigit():
        learning = learning.filter(unit=int(school))
    live = Card.objects.live(today).filter(account__person=OuterRef("pk"))
    pupils = reached.filter(pk__in=learning.order_by().values("person")).annotate(has_card=Exists(live))
    if words := request.GET.get("tim", ""):
        pupils = pupils.filter(plain_name__contains=fold(words))
    if request.GET.get("the") == "chua":
        pupils = pupils.filter(has_card=False)
    return pupils, schools


def _ticked(request: HttpRequest, pupils: PersonQuerySet) -> PersonQuerySet:
    """Those of the pupils that the form names; what is no key of anybody is left aside."""
    wanted = Q(pk__in=[])
    for key in request.POST.getlist("people")[: cards.AT_ONCE]:
        try:
            wanted |= Q(pk=UUID(key))
        except ValueError:
            continue
    return pupils.filter(wanted)


def _sheet(
    request: HttpRequest,
    made: Iterable[cards.Printed],
    *,
    left_out: Iterable[tuple[Person, str]] = (),
    back: str,
) -> HttpResponse:
    """The cards on paper; never kept, by no cache either."""
    drawn = [{"one": one, "qr": _qr(request, one.secret)} for one in made]
    by_hand = request.build_absolute_uri(reverse("signin:card")).partition("://")[2]
    context = {"cards": drawn, "left_out": left_out, "back": back, "by_hand": by_hand, "crumbs": _crumbs()}
    answer = render(request, "signin/card_sheet.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _qr(request: HttpRequest, secret: str) -> str:
    """The QR code as an address that holds the picture. All capitals make it small: version 4 at level Q."""
    address = request.build_absolute_uri(f"/T/{secret}").upper()
    return segno.make(address, error="q", micro=False).svg_data_uri(border=4, omitsize=True, light="white")


# ---- Taking a card back


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do thu hồi", max_length=200, help_text="Ví dụ mất thẻ, chuyển trường")


@needs("cards.make")
def revoke_card(request: SignedInRequest, card_id: int) -> HttpResponse:
    """A card is lost, or no longer needed."""
    card = get_object_or_404(cards.cards_of(request.user, request.ward), pk=card_id)

    def revoke(data: dict[str, Any]) -> str:
        cards.revoke(card, **data, by=request.user)
        messages.success(request, f"Đã thu hồi thẻ số {card.pk}. Thẻ không dùng được nữa.")
        return reverse("signin:cards")

    facts = (("Người", _owner(card).full_name), ("Thẻ số", str(card.pk)), ("Tình trạng", mark_of_card(card).words))
    act = Act("Thu hồi thẻ học viên", "Thu hồi thẻ", facts=facts, crumbs=_crumbs(), back=reverse("signin:cards"),
              is_grave=True)  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=revoke)


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("signin:cards"), "Thẻ học viên"),)


# ---- One's own


@signed_in
@by_oneself
@never_cache
def my_card(request: SignedInRequest) -> HttpResponse:
    """The learner's own card: until when, when it was last used; and giving it up."""
    if not request.user.is_citizen:
        raise PermissionDenied
    card = Card.objects.filter(account=request.user, revoked_at=None).select_related("printed_by").first()
    if request.method == "POST" and card is not None:
        try:
            cards.revoke(card, reason="chủ thẻ thu hồi", by=request.user, but=sessions.current_row(request))
            messages.success(request, "Đã thu hồi thẻ. Thẻ không dùng được nữa.")
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
        return redirect("signin:my_card")
    return render(request, "signin/my_card.html", {"card": card, "mark": mark_of_card(card) if card else None})
