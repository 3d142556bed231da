"""Finding a learner: by name within one's own reach, by a whole number, by name and birthday, by the code of their card.

What is typed is sent, never in an address. Whoever may read names of the register or of their unit's members meets a
list; at a service desk each person is found anew, one at a time.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404

from hocvu.assessment import reaching
from hocvu.lib import clock
from hocvu.lib.forms import DateField, Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.signin import cards, throttling
from hocvu.signin.models import Card
from hocvu.ward import audit, register
from hocvu.ward.access import SignedInRequest, may
from hocvu.ward.models import Person
from hocvu.ward.models.person import PersonQuerySet

FOUND = "learner_found"  # whom this browser found last
SHOWN = 20
TRIES = 20  # to find somebody who is not there, in a quarter of an hour
READS = ("people.read", "members.read")  # whoever has one meets names
NOBODY = "Không tìm thấy đúng một người như vậy trong phạm vi của mình. Hãy xem lại từng số, từng chữ."


class FindForm(Form):
    """One learner: the card's code, a whole number, or the whole name with the day of birth."""

    mark_optional = False
    card = forms.CharField(
        label="Mã trên thẻ học viên", max_length=80, required=False, help_text="26 chữ và số, quét hoặc gõ đều được",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    digits = forms.CharField(
        label="Hoặc: số định danh, số điện thoại", max_length=20, required=False, help_text="Viết đủ số",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    full_name = forms.CharField(
        label="Hoặc: họ và tên đầy đủ", max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    born_on = DateField(label="và ngày sinh", required=False)


def lists(request: SignedInRequest) -> bool:
    """Whether the visitor may read names at all."""
    return any(may(request.user, capability, request.ward) for capability in READS)


def hits(request: SignedInRequest, capability: str) -> list[Person] | None:
    """The people within reach whose name or household code holds what the address asks for; None where nothing was asked."""
    query = asked(request)
    if len(query) < 2 or not lists(request):
        return None
    read = Q(pk__in=[])
    for name in READS:
        if may(request.user, name, request.ward):
            read |= Q(pk__in=reaching.people_of(request.user, request.ward, name).order_by().values("pk"))
    named = Q(plain_name__contains=fold(query)) | Q(household__code__iexact=query)
    people = reaching.people_of(request.user, request.ward, capability).filter(read, named)
    found = list(people.select_related("household").order_by("plain_name", "pk")[: SHOWN + 1])
    audit.record(request.user, "looked for a learner", request.ward, people=min(len(found), SHOWN))
    return found


def asked(request: SignedInRequest) -> str:
    """The words that the address asks for."""
    return " ".join(request.GET.get("tim", "").split())[:60]


def find(
    request: SignedInRequest, capability: str, *, card: str = "", digits: str = "", full_name: str = "",
    born_on: date | None = None,
) -> Person:  # fmt: skip
    """The one person whom the form means, remembered as found by this browser. Refused in a sentence."""
    digits = "".join(letter for letter in digits if letter.isdigit())
    if not card and not digits and not (full_name and born_on):
        raise Refusal("Hãy viết mã trên thẻ, hoặc đủ một số, hoặc cả họ tên và ngày sinh.", "card")
    if digits and len(digits) < 9:
        raise Refusal("Hãy viết đủ số định danh 12 chữ số, hoặc số điện thoại.", "digits")
    knock = throttling.knock(throttling.door("learner-find", str(request.user.pk), most=TRIES))
    if knock.wait_minutes:
        raise Refusal(f"Đã tìm không thấy nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.")
    people = reaching.people_of(request.user, request.ward, capability)
    if card:
        live = Card.objects.live(clock.today()).filter(secret_digest=cards.digest_of(card))
        people = people.filter(accounts__in=live.order_by().values("account"))
    elif digits:
        people = register.having(people, digits)
    else:
        people = people.filter(plain_name=fold(full_name), born_on=born_on, only_year=False)
    found = list(people[:2])
    audit.record(request.user, "looked for a learner", request.ward, people=len(found))
    if len(found) != 1:
        raise Refusal(NOBODY, "card" if card else "digits" if digits else "full_name")
    knock.forgive()
    request.session[FOUND] = str(found[0].pk)
    return found[0]


def person_or_404(request: SignedInRequest, person_id: UUID, capability: str) -> Person:
    """A person within reach; at a service desk only the one who was found last."""
    people: PersonQuerySet = reaching.people_of(request.user, request.ward, capability)
    person: Person = get_object_or_404(people.select_related("ward", "household"), pk=person_id)
    if not lists(request) and request.session.get(FOUND) != str(person.pk):
        raise PermissionDenied
    return person
