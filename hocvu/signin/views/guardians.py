"""Guardians: what a guardian asks for and sees, what an officer decides."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, Search, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.lib.web import render, sent
from hocvu.signin import childhood, guardians, levels
from hocvu.signin.assisting import by_oneself
from hocvu.signin.models import Guardianship
from hocvu.signin.views.cards import mark_of_card
from hocvu.ward import audit, register
from hocvu.ward.access import SignedInRequest, may, needs, scoped, signed_in
from hocvu.ward.importing import cells
from hocvu.ward.models import ConsentEntry, ConsentText, Person

State = Guardianship.State


def _mark(row: Guardianship) -> Mark:
    match row.state:
        case State.ASKED:
            return Mark("Chờ cán bộ xem", "slow")
        case State.CONFIRMED:
            over = row.valid_to is not None and row.valid_to < clock.today()
            return Mark("Đã hết, trẻ đủ 18 tuổi", "none") if over else Mark("Đã xác nhận", "good")
        case State.REFUSED:
            return Mark("Không xác nhận", "bad")
    return Mark("Đã thôi", "none")


def _number(typed: str) -> str:
    digits, kinds = cells.number(typed or None)
    if not digits or kinds:
        raise forms.ValidationError("Số định danh có 12 chữ số. Hãy xem lại trên căn cước hoặc giấy khai sinh.")
    return str(digits)


# ---- The guardian


@signed_in
@by_oneself
@never_cache
@require_safe
def my_dependants(request: SignedInRequest) -> HttpResponse:
    """The children that one stands for or asked for. Open to every citizen; asking needs VNeID level 2."""
    _only_citizens(request)
    today = clock.today()
    rows = [
        {
            "name": row.child.full_name
            if row.child and row.state in (State.CONFIRMED, State.ENDED)
            else row.asked_name,
            "mark": _mark(row),
            "relation": row.get_relation_display(),
            "reason": row.reason if row.state == State.REFUSED else "",
            "href": reverse("signin:my_dependant", args=(row.pk,)) if _holds(row, today) else "",
        }
        for row in guardians.of_guardian(request.user)
    ]
    return render(request, "signin/my_dependants.html", {"rows": rows})


def _holds(row: Guardianship, today: date) -> bool:
    return row.state == State.CONFIRMED and row.valid_to is not None and row.valid_to >= today


def _only_citizens(request: SignedInRequest) -> None:
    if not request.user.is_citizen:
        raise PermissionDenied


class AskForm(Form):
    """Whose guardian, in the words of a paper that everybody has. Nothing is ticked beforehand."""

    child_name = forms.CharField(label="Họ và tên của trẻ", max_length=120)
    number = forms.CharField(
        label="Số định danh của trẻ", max_length=20, help_text="12 chữ số, in trên giấy khai sinh hoặc căn cước của trẻ",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    born_on = DateField(label="Ngày sinh của trẻ")
    relation = forms.ChoiceField(
        label="Mình là gì của trẻ", choices=Guardianship.Relation.choices, widget=forms.RadioSelect
    )
    agrees = forms.BooleanField(label="Tôi đồng ý cho trẻ học ở đây", required=False)

    def __init__(self, *args: Any, text: ConsentText | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if text is None:
            del self.fields["agrees"]
        else:
            self.fields["agrees"].help_text = text.text

    def clean_number(self) -> str:
        return _number(self.cleaned_data["number"])


@signed_in
@by_oneself
@levels.needs_level2
@never_cache
def ask_guardian(request: SignedInRequest) -> HttpResponse:
    """Ask to be known as a child's guardian. The answer does not tell whether such a child is known."""
    _only_citizens(request)
    text = childhood.text_for(request.ward)
    form = AskForm(sent(request), text=text)

    def ask(data: dict[str, Any]) -> str:
        agrees = data.pop("agrees", False)
        guardians.ask(request.ward, **data, agreed_to=text if agrees else None, by=request.user)
        messages.success(request, "Đã gửi, cán bộ sẽ xem. Có thể được mời mang giấy khai sinh đến để đối chiếu.")
        return reverse("signin:my_dependants")

    act = Act("Nhận là người giám hộ", "Gửi", lead="Ghi đúng như trên giấy khai sinh hoặc căn cước của trẻ.",
              back=reverse("signin:my_dependants"))  # fmt: skip
    return act_page(request, form, act, do=ask, template="signin/citizen_act.html")


def _my_child(request: SignedInRequest, guardianship_id: UUID) -> tuple[Guardianship, Person]:
    """A child that the visitor stands for today; else a missing page."""
    row = get_object_or_404(guardians.children_of(request.user).select_related("child__ward"), pk=guardianship_id)
    if row.child is None:
        raise PermissionDenied
    return row, row.child


@signed_in
@by_oneself
@never_cache
@require_safe
def my_dependant(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """How far a child is: that it comes, how it comes; never what it answers."""
    row, child = _my_child(request, guardianship_id)
    progress = guardians.progress_of(child)
    context = {
        "row": row,
        "child": child,
        "progress": progress,
        "card_mark": mark_of_card(progress.card) if progress.card else None,
        "asked": childhood.is_child(child),
        "text": childhood.text_for(child.ward),
        "guardian_missing": ConsentEntry.Party.REPRESENTATIVE in progress.missing,
        "child_missing": ConsentEntry.Party.SELF in progress.missing,
    }
    return render(request, "signin/my_dependant.html", context)


class YesForm(Form):
    """A yes in so many words."""

    agrees = forms.BooleanField(label="Tôi đồng ý cho trẻ học ở đây")


@signed_in
@by_oneself
@levels.needs_level2
@never_cache
def agree_for_child(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """The guardian agrees that the child learns here."""
    row, child = _my_child(request, guardianship_id)
    text = childhood.text_for(child.ward)

    def agree(_: dict[str, Any]) -> str:
        if text is None:
            raise Refusal(childhood.NO_TEXT)
        channel = ConsentEntry.Channel.ONLINE
        childhood.guardian_agrees(child, text, guardian=request.user, channel=channel, by=request.user)
        messages.success(request, f"Đã ghi: đồng ý cho {child.full_name} học ở đây.")
        return reverse("signin:my_dependant", args=(row.pk,))

    act = Act("Đồng ý cho trẻ học ở đây", "Ghi lại", lead=text.text if text else childhood.NO_TEXT,
              facts=(("Trẻ", child.full_name),), back=reverse("signin:my_dependant", args=(row.pk,)))  # fmt: skip
    return act_page(request, YesForm(sent(request)), act, do=agree, template="signin/citizen_act.html")


class EmptyForm(Form):
    """Nothing to fill in."""


@signed_in
@by_oneself
@never_cache
def withdraw_for_child(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """The guardian agrees no longer. As easy as agreeing, at any level."""
    row, child = _my_child(request, guardianship_id)

    def withdraw(_: dict[str, Any]) -> str:
        guardians.withdraw_consent(child, guardian=request.user)
        messages.success(request, f"Đã rút đồng ý. {child.full_name} không vào học bằng tài khoản được nữa.")
        return reverse("signin:my_dependant", args=(row.pk,))

    act = Act("Rút đồng ý cho trẻ học ở đây", "Rút đồng ý",
              lead="Trẻ không đăng nhập được nữa cho đến khi cả hai đồng ý lại. Kết quả đã học vẫn giữ.",
              facts=(("Trẻ", child.full_name),), back=reverse("signin:my_dependant", args=(row.pk,)),
              is_grave=True)  # fmt: skip
    form = EmptyForm(sent(request))
    return act_page(request, form, act, do=withdraw, template="signin/citizen_act.html")


@signed_in
@by_oneself
@never_cache
def leave_guardianship(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """The guardian stands for the child no longer."""
    row, child = _my_child(request, guardianship_id)

    def leave(_: dict[str, Any]) -> str:
        guardians.end(row, reason="người giám hộ thôi", by=request.user)
        messages.success(request, "Đã ghi thôi giám hộ.")
        return reverse("signin:my_dependants")

    act = Act("Thôi giám hộ", "Thôi giám hộ", lead="Mình không còn xem được trẻ học đến đâu.",
              facts=(("Trẻ", child.full_name),), back=reverse("signin:my_dependant", args=(row.pk,)),
              is_grave=True)  # fmt: skip
    return act_page(request, EmptyForm(sent(request)), act, do=leave, template="signin/citizen_act.html")


# ---- The officer


GUARDIANSHIPS = (
    Head[Guardianship](
        "Trẻ", lambda g: g.child.full_name if g.child else g.asked_name, 28,
        href=lambda g: reverse("signin:guardianship", args=(g.pk,)),
    ),
    Head[Guardianship]("Người giám hộ", lambda g: g.account.full_name, 28),
    Head[Guardianship]("Quan hệ", lambda g: g.get_relation_display(), 18),
    Head[Guardianship]("Tình trạng", lambda g: _mark(g).words, 24, mark=_mark),
    Head[Guardianship]("Gửi lúc", lambda g: g.asked_at, 18),
    Head[Guardianship]("Từ ngày", lambda g: g.valid_from, 14),
    Head[Guardianship]("Đến hết ngày", lambda g: g.valid_to, 14),
    Head[Guardianship]("Giấy tờ đã xem", lambda g: g.paper, 30),
    Head[Guardianship]("Lý do", lambda g: g.reason, 30, only_in_file=True),
)  # fmt: skip
STATES = (("cho", "Chờ xem"), ("dang", "Đang giám hộ"), ("khong", "Không xác nhận"), ("thoi", "Đã thôi, đã hết"))


def _in_state(rows: Any, value: str) -> Any:
    today = clock.today()
    if value == "cho":
        return rows.waiting()
    if value == "dang":
        return rows.on(today)
    if value == "khong":
        return rows.filter(state=State.REFUSED)
    return rows.filter(state__in=(State.ENDED, State.CONFIRMED), valid_to__lt=today)


def _named(rows: Any, words: str) -> Any:
    """Those whose child or guardian is called so, without tones."""
    found = [
        row.pk
        for row in rows
        if fold(words) in fold(f"{row.child.full_name if row.child else row.asked_name} {row.account.full_name}")
    ]
    return rows.filter(pk__in=found)


def _rows(request: SignedInRequest) -> Any:
    rows = Guardianship.objects.select_related("child__ward", "account__person", "ward", "decided_by", "agreed_to")
    return scoped(rows, request.user, guardians.CAPABILITY, request.ward)


@needs("guardians.decide")
@require_safe
def guardianships(request: SignedInRequest) -> HttpResponseBase:
    """Who asks to be a guardian, and who is."""
    has_text = childhood.text_for(request.ward) is not None
    lead = (
        "Xác nhận khi đã xem giấy tờ. Giám hộ tự hết khi trẻ đủ 18 tuổi. Ghi tại quầy: mở trang của trẻ trong danh bạ."
    )
    page = Page(
        "Giám hộ",
        lead=lead if has_text else f"{lead} {childhood.NO_TEXT}",
        links=_texts_link(request),
        empty="Chưa có đề nghị nào",
        empty_words="Cha mẹ có VNeID mức 2 gửi ở trang Của tôi; hoặc ghi tại quầy từ trang của trẻ.",
        counted="dòng",
    )
    filters = (Choice("tt", "Tình trạng", STATES, _in_state), Search("tim", "Tên", _named))

    def seen(count: int) -> None:
        audit.record(request.user, "looked through guardians", request.ward, count=count)

    return show(request, page, rows=_rows(request), columns=GUARDIANSHIPS, filters=filters, seen=seen)


def _texts_link(request: SignedInRequest) -> tuple[tuple[str, str], ...]:
    if not may(request.user, "privacy.read", request.ward):
        return ()
    return ((reverse("ward:consent_texts"), "Văn bản đồng ý"),)


@needs("guardians.decide")
@never_cache
@require_safe
def guardianship(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """One request, with what the register says of it."""
    row: Guardianship = get_object_or_404(_rows(request), pk=guardianship_id)
    number = register.mask(guardians.asked_number(row)) if row.number_sealed else ""
    audit.record(request.user, "looked at a guardianship", row.child or row.account, ward=row.ward)
    context = {
        "row": row,
        "mark": _mark(row),
        "number": number,
        "is_waiting": row.state == State.ASKED,
        "holds": _holds(row, clock.today()),
        "crumbs": _crumbs(),
    }
    return render(request, "signin/guardianship.html", context)


class PaperForm(Form):
    """Which paper was seen."""

    paper = forms.CharField(
        label="Giấy tờ đã xem",
        max_length=200,
        help_text="Ví dụ giấy khai sinh bản chính, quyết định cử người giám hộ. Không ghi số định danh.",
    )


@needs("guardians.decide")
def confirm_guardian(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """The paper was seen: this is the guardian."""
    row: Guardianship = get_object_or_404(_rows(request), pk=guardianship_id)

    def confirm(data: dict[str, Any]) -> str:
        guardians.confirm(row, **data, by=request.user)
        messages.success(request, "Đã xác nhận.")
        return _address(row)

    act = Act("Xác nhận người giám hộ", "Xác nhận", facts=_facts(row), crumbs=_crumbs(), back=_address(row))
    return act_page(request, PaperForm(sent(request)), act, do=confirm)


class ReasonForm(Form):
    """Why."""

    reason = forms.CharField(label="Lý do", max_length=300, help_text="Người gửi đọc được. Không ghi số định danh.")


@needs("guardians.decide")
def refuse_guardian(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """Not confirmed."""
    row: Guardianship = get_object_or_404(_rows(request), pk=guardianship_id)

    def refuse(data: dict[str, Any]) -> str:
        guardians.refuse(row, **data, by=request.user)
        messages.success(request, "Đã ghi không xác nhận. Người gửi được báo lý do.")
        return _address(row)

    act = Act("Không xác nhận người giám hộ", "Không xác nhận", facts=_facts(row), crumbs=_crumbs(), back=_address(row),
              is_grave=True)  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=refuse)


@needs("guardians.decide")
def end_guardianship(request: SignedInRequest, guardianship_id: UUID) -> HttpResponse:
    """It ends before the 18th birthday."""
    row: Guardianship = get_object_or_404(_rows(request), pk=guardianship_id)

    def end(data: dict[str, Any]) -> str:
        guardians.end(row, **data, by=request.user)
        messages.success(request, "Đã ghi thôi giám hộ từ hôm nay.")
        return _address(row)

    lead = "Từ hôm nay người này không xem được trẻ học đến đâu. Đồng ý đã ghi vẫn còn cho đến khi được rút."
    act = Act("Ghi thôi giám hộ", "Ghi thôi giám hộ", lead=lead, facts=_facts(row), crumbs=_crumbs(), back=_address(row),
              is_grave=True)  # fmt: skip
    return act_page(request, ReasonForm(sent(request)), act, do=end)


class RecordForm(PaperForm):
    """A guardian at the counter."""

    guardian_number = forms.CharField(
        label="Số định danh của người giám hộ", max_length=20, help_text="12 chữ số, xem trên căn cước",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    relation = forms.ChoiceField(label="Là gì của trẻ", choices=Guardianship.Relation.choices, widget=forms.RadioSelect)
    agreed_on_paper = forms.BooleanField(label="Người giám hộ đã ký giấy đồng ý cho trẻ học trực tuyến", required=False)
    field_order = ("guardian_number", "relation", "paper", "agreed_on_paper")

    def clean_guardian_number(self) -> str:
        return _number(self.cleaned_data["guardian_number"])


@needs("guardians.decide")
def record_guardian(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Both stand at the counter with the paper."""
    children = scoped(
        Person.objects.open_for_work().select_related("ward"), request.user, guardians.CAPABILITY, request.ward
    )
    child = get_object_or_404(children, pk=person_id)
    form = RecordForm(sent(request))
    text = childhood.text_for(request.ward)
    form.fields["agreed_on_paper"].help_text = text.text if text else childhood.NO_TEXT

    def record(data: dict[str, Any]) -> str:
        row = guardians.record(child, **data, by=request.user)
        messages.success(request, f"Đã ghi {row.account.full_name} là người giám hộ của {child.full_name}.")
        return _address(row)

    born = f"{child.born_on:%d/%m/%Y}" if child.born_on else "Chưa ghi"
    act = Act("Ghi người giám hộ", "Ghi lại", facts=(("Trẻ", child.full_name), ("Ngày sinh", born)), crumbs=_crumbs(),
              back=reverse("signin:guardianships"))  # fmt: skip
    return act_page(request, form, act, do=record)


def _address(row: Guardianship) -> str:
    return reverse("signin:guardianship", args=(row.pk,))


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("signin:guardianships"), "Giám hộ"),)


def _facts(row: Guardianship) -> tuple[tuple[str, str], ...]:
    child = row.child.full_name if row.child else f"{row.asked_name} (chưa khớp danh bạ)"
    return (("Trẻ", child), ("Người giám hộ", row.account.full_name), ("Quan hệ", row.get_relation_display()))
