"""Coming in by a card: the QR code or the typed code, the PIN, and at first the child's own yes. Works without script.

Between the steps the browser carries a signed cookie with the digest of the card's secret, never the secret: nothing is
written here until a PIN was typed, and nothing of a card stays in the address.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address, render, sent
from hocvu.signin import cards, childhood
from hocvu.signin.models import Card
from hocvu.signin.views.ways import NEXT, heading, landing
from hocvu.ward.access import public
from hocvu.ward.models import ConsentEntry

COOKIE, SALT, PATH, LASTS = "hv_the", "signin.card", "/dang-nhap/the/", 600  # seconds
Party = ConsentEntry.Party

AGAIN = "Hãy quét lại thẻ, hoặc nhập mã in trên thẻ."
WRONG = (
    "Thẻ hoặc mã chưa đúng, hoặc thẻ không còn dùng. Hãy nhập lại; nếu vẫn không được, nhờ thầy cô hoặc người làm thẻ "
    "làm thẻ mới."
)
LOCKED = "Mã PIN đã nhập sai 5 lần nên thẻ bị khóa. Hãy nhờ thầy cô hoặc người làm thẻ in thẻ mới."
NOT_AGREED = (
    "Cha mẹ hoặc người giám hộ chưa đồng ý, hoặc không còn đồng ý cho con học ở đây, nên thẻ chưa dùng được. Con nhờ "
    "cha mẹ hoặc thầy cô giúp nhé."
)


@public
@never_cache
@require_safe
def scan_card(request: HttpRequest, secret: str) -> HttpResponse:
    """The address in the QR code: put the card aside and go on, so that the secret leaves the address bar."""
    return _carry(redirect("signin:card_pin"), cards.digest_of(secret))


class CodeForm(Form):
    """The code under the QR, for a phone without a camera."""

    code = forms.CharField(
        label="Mã in trên thẻ",
        help_text="26 chữ và số, viết liền hay cách đều được, chữ hoa chữ thường như nhau",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": "Hãy nhập mã in dưới hình vuông trên thẻ."},
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        signs = len("".join(code.split()).replace("-", ""))
        if signs != cards.LENGTH:
            raise forms.ValidationError(
                f"Mã trên thẻ có {cards.LENGTH} chữ và số, vừa nhập {signs}. Hãy xem lại từng nhóm 4 ký tự."
            )
        return code


@public
@never_cache
def card(request: HttpRequest) -> HttpResponse:
    """How to come in by a card, and the place to type its code."""
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        return _carry(_onward("signin:card_pin", request), cards.digest_of(form.cleaned_data["code"]))
    return render(request, "signin/card.html", {"next": heading(request)}, form=form)


class PinForm(Form):
    """The PIN of a card."""

    pin = forms.CharField(
        label="Mã PIN",
        help_text="4 đến 6 chữ số mình đã đặt",
        max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Hãy nhập mã PIN."},
    )

    @property
    def code(self) -> str:
        """What opens the card."""
        return str(self.cleaned_data["pin"])


class FirstPinForm(Form):
    """The first use: the opening code, and a PIN of one's own, typed twice."""

    opening = forms.CharField(
        label="Mã mở thẻ",
        help_text="6 chữ số trên phiếu nhận kèm thẻ",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Hãy nhập mã mở thẻ trên phiếu nhận kèm thẻ."},
    )
    pin = forms.CharField(
        label="Mã PIN tự chọn",
        help_text="4 đến 6 chữ số dễ nhớ với mình, khó đoán với người khác",
        max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Hãy chọn một mã PIN."},
    )
    again = forms.CharField(
        label="Mã PIN, nhập lại",
        max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Hãy nhập lại mã PIN."},
    )

    @property
    def code(self) -> str:
        """What opens the card."""
        return str(self.cleaned_data["opening"])

    def clean_opening(self) -> str:
        return "".join(str(self.cleaned_data["opening"]).split())

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 6):
            raise forms.ValidationError("Mã PIN có 4 đến 6 chữ số. Hãy chọn lại.")
        if cards.too_simple(pin) or pin == self.cleaned_data.get("opening"):
            raise forms.ValidationError("Mã PIN này dễ đoán quá. Hãy chọn mã khác, không phải 1111 hay 1234.")
        return pin

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "pin" in cleaned and "again" in cleaned and cleaned["pin"] != cleaned["again"]:
            self.add_error("again", "Hai lần nhập mã PIN chưa giống nhau. Hãy nhập lại.")
        return cleaned


@public
@never_cache
def card_pin(request: HttpRequest) -> HttpResponse:
    """Ask for the PIN; at the first use for the opening code and a PIN of one's own."""
    digest, _ = _carried(request)
    if not digest:
        messages.info(request, AGAIN)
        return redirect("signin:card")
    is_new = cards.awaits_pin(digest)
    form: PinForm | FirstPinForm = FirstPinForm(sent(request)) if is_new else PinForm(sent(request))
    if request.method == "POST" and form.is_valid():
        outcome = cards.check(digest, form.code, address=client_address(request))
        if outcome.card is not None:
            return _let_in(request, outcome.card, form, digest)
        form.add_error(None, _sentence(outcome))
    return render(request, "signin/card_pin.html", {"next": heading(request), "is_new": is_new}, form=form)


def _let_in(request: HttpRequest, found: Card, form: PinForm | FirstPinForm, digest: str) -> HttpResponse:
    """The PIN was right: in, unless a child or its guardian has still to agree."""
    person = found.account.person
    missing = childhood.missing(person) if person is not None else {Party.REPRESENTATIVE}
    if Party.REPRESENTATIVE in missing:
        return _turned_away(request, NOT_AGREED)
    try:
        if isinstance(form, FirstPinForm):
            cards.set_pin(found, form.cleaned_data["pin"])
        elif found.pin_set_at is None:
            raise Refusal(WRONG)
        if missing:
            return _carry(_onward("signin:child_consent", request), digest, found)
        return _in(request, found)
    except Refusal as refusal:
        return _turned_away(request, refusal.sentence)


@public
@never_cache
def child_consent(request: HttpRequest) -> HttpResponse:
    """One plain question to a child from 7, before its first session; a no is as good as a yes."""
    digest, key = _carried(request)
    found = cards.usable(key) if key else None
    if found is None or found.secret_digest != digest or found.account.person is None:
        messages.info(request, AGAIN)
        return redirect("signin:card")
    answer = request.POST.get("answer")
    if answer == "no":
        return _turned_away(request, "Con chưa đồng ý thì chưa học ở đây. Khi nào con muốn, con quét thẻ lần nữa nhé.")
    if answer == "yes":
        try:
            childhood.child_agrees(found.account)
            return _in(request, found)
        except Refusal as refusal:
            return _turned_away(request, refusal.sentence)
    text = childhood.text_for(found.account.person.ward)
    context = {"text": text, "next": heading(request), "unanswered": request.method == "POST"}
    return render(request, "signin/child_consent.html", context, status=422 if request.method == "POST" else None)


def _in(request: HttpRequest, found: Card) -> HttpResponse:
    cards.come_in(request, found)
    return _put_down(redirect(landing(found.account, heading(request))))


def _turned_away(request: HttpRequest, why: str) -> HttpResponse:
    return _put_down(render(request, "signin/card_not_yet.html", {"why": why}, status=403))


def _sentence(outcome: cards.Outcome) -> str:
    if outcome.wait_minutes:
        return f"Nơi này vừa nhập sai nhiều lần. Hãy thử lại sau {outcome.wait_minutes} phút."
    return LOCKED if outcome.is_locked else WRONG


def _onward(name: str, request: HttpRequest) -> HttpResponse:
    onward = heading(request)
    return redirect(f"{reverse(name)}?{urlencode({NEXT: onward})}" if onward else reverse(name))


# ---- What the browser carries from step to step


def _carry(response: HttpResponse, digest: str, passed: Card | None = None) -> HttpResponse:
    value = f"{digest}:{passed.pk if passed else ''}"
    response.set_signed_cookie(
        COOKIE, value, salt=SALT, max_age=LASTS, path=PATH, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    response["Cache-Control"] = "private, no-store"
    return response


def _carried(request: HttpRequest) -> tuple[str, int | None]:
    """The digest of the card at hand, and its key where the PIN was right a moment ago."""
    value = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=LASTS) or ""
    digest, _, key = value.partition(":")
    return digest, int(key) if key else None


def _put_down(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=PATH)
    return response
