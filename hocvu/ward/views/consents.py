"""Consent: the ledger, the words of each purpose, what one person agreed to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import sent
from hocvu.ward import consenting, processing
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import (
    ConsentEntry,
    ConsentText,
)
from hocvu.ward.views.person import crumbs as person_crumbs
from hocvu.ward.views.person import person_of
from hocvu.ward.views.privacy import crumbs_home

CONSENTS = (
    Head[ConsentEntry]("Lúc", lambda c: c.at, 18),
    Head[ConsentEntry](
        "Người", lambda c: c.person.full_name, 28, href=lambda c: reverse("ward:person_consents", args=(c.person_id,))
    ),
    Head[ConsentEntry]("Việc", lambda c: c.get_act_display(), 14),
    Head[ConsentEntry]("Mục đích", lambda c: dict(processing.with_consent()).get(c.text.purpose, c.text.purpose), 30),
    Head[ConsentEntry]("Bản", lambda c: c.text.version, 6),
    Head[ConsentEntry]("Người bày tỏ", lambda c: c.representative or c.get_party_display(), 26),
    Head[ConsentEntry]("Cách ghi nhận", lambda c: c.get_channel_display(), 30),
)


@needs("privacy.manage")
@require_safe
def consents(request: SignedInRequest) -> HttpResponseBase:
    """The ledger, newest first."""
    rows = ConsentEntry.objects.select_related("person", "text")
    rows = scoped(rows, request.user, "privacy.manage", request.ward)
    filters = (
        Choice("md", "Mục đích", processing.with_consent(), lambda q, v: q.filter(text__purpose=v)),
        Choice("viec", "Việc", ConsentEntry.Act.choices, lambda q, v: q.filter(act=v)),
    )
    page = Page(
        "Sổ đồng ý", lead="Sổ chỉ ghi thêm, không sửa, không xóa dòng.", crumbs=crumbs_home(), empty="Sổ còn trống"
    )
    return show(request, page, rows=rows, columns=CONSENTS, filters=filters)


TEXTS = (
    Head[ConsentText]("Mục đích", lambda t: dict(processing.with_consent()).get(t.purpose, t.purpose), 30),
    Head[ConsentText]("Bản", lambda t: t.version, 6),
    Head[ConsentText]("Dùng từ ngày", lambda t: t.valid_from, 12),
    Head[ConsentText]("Nội dung", lambda t: t.text, 80),
)


@needs("privacy.read")
@require_safe
def consent_texts(request: SignedInRequest) -> HttpResponseBase:
    """The words of each purpose, all versions."""
    rows = scoped(ConsentText.objects.all(), request.user, "privacy.read", request.ward)
    filters = (Choice("md", "Mục đích", processing.with_consent(), lambda q, v: q.filter(purpose=v)),)
    acts = (
        ((reverse("ward:write_consent_text"), "Viết bản mới"),)
        if may(request.user, "privacy.manage", request.ward)
        else ()
    )
    lead = (
        "Lời hỏi là của nơi quản lý tự soạn, không phải văn bản của nhà nước. Bản mới không kéo dài đồng ý của bản cũ."
    )
    page = Page("Văn bản đồng ý", lead=lead, crumbs=crumbs_home(), acts=acts, empty="Chưa có lời hỏi nào")
    return show(request, page, rows=rows, columns=TEXTS, filters=filters)


class TextForm(Form):
    """The words that people are asked with."""

    purpose = forms.ChoiceField(label="Mục đích")
    text = forms.CharField(label="Lời hỏi", widget=forms.Textarea(attrs={"rows": "6"}))
    valid_from = DateField(label="Dùng từ ngày")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = processing.with_consent()  # type: ignore[attr-defined]


@needs("privacy.manage")
def write_consent_text(request: SignedInRequest) -> HttpResponse:
    """A new version of the words."""
    form = TextForm(sent(request), initial={"valid_from": clock.today()})

    def write(data: dict[str, Any]) -> str:
        row = consenting.write_text(request.ward, **data, by=request.user)
        messages.success(request, f"Đã lưu bản {row.version}.")
        return reverse("ward:consent_texts")

    crumbs = (*crumbs_home(), (reverse("ward:consent_texts"), "Văn bản đồng ý"))
    return act_page(request, form, Act("Viết bản mới", "Lưu", crumbs=crumbs), do=write)


class ConsentForm(Form):
    """What somebody says; nothing is ticked beforehand."""

    purpose = forms.ChoiceField(label="Mục đích")
    act = forms.ChoiceField(label="Người này", choices=ConsentEntry.Act.choices, widget=forms.RadioSelect)
    party = forms.ChoiceField(label="Ai bày tỏ", choices=ConsentEntry.Party.choices, widget=forms.RadioSelect)
    representative = forms.CharField(label="Tên người đại diện", max_length=120, required=False)
    channel = forms.ChoiceField(label="Cách ghi nhận", choices=ConsentEntry.Channel.choices)
    witness = forms.CharField(label="Người chứng kiến", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = processing.with_consent()  # type: ignore[attr-defined]


@needs("privacy.manage")
def person_consents(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """What somebody agreed to; write down a yes or a withdrawal."""
    person = person_of(request, person_id, "privacy.manage")
    form = ConsentForm(sent(request))
    states = consenting.states(person, clock.now())

    def write(data: dict[str, Any]) -> str:
        purpose, act = data.pop("purpose"), data.pop("act")
        text = states[purpose].text
        if text is None:
            raise Refusal("Chưa có lời hỏi nào cho mục đích này. Hãy viết văn bản đồng ý trước.", "purpose")
        keep = consenting.give if act == ConsentEntry.Act.GIVEN else consenting.withdraw
        keep(person, text, **data, by=request.user)
        messages.success(request, "Đã ghi vào sổ.")
        return reverse("ward:person_consents", args=(person.pk,))

    held = [(one.title, one.holds, one.text.text if one.text else "") for one in states.values()]
    needed = consenting.parties_needed(person, clock.today())
    lead = "Trẻ từ 7 tuổi: cần cả trẻ và người đại diện đồng ý." if len(needed) > 1 else ""
    act = Act("Đồng ý xử lý dữ liệu", "Ghi vào sổ", lead=lead, facts=(("Người", person.full_name),),
              crumbs=person_crumbs(person))  # fmt: skip
    entries = consenting.ledger_of(person)
    return act_page(request, form, act, do=write, template="ward/person_consents.html", held=held, entries=entries)
