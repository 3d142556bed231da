"""Erasing a person through the whole house: the page, and what a request to be erased does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import sent
from hocvu.ward import forgetting, register, requests
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Account, Person, SubjectRequest

WORD = "XÓA"


class EraseForm(Form):
    """Why, and that it is meant."""

    reason = forms.CharField(label="Lý do xóa", max_length=300)
    word = forms.CharField(label=f"Gõ {WORD} để xác nhận", help_text="Việc này không hoàn tác được")

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().upper() != WORD:
            raise forms.ValidationError(f"Hãy gõ đúng chữ {WORD}.")
        return WORD


@needs("privacy.manage")
def erase_person(request: SignedInRequest, person_id: UUID) -> HttpResponse:
    """Everything that is known of somebody goes, in every room."""
    rows = Person.objects.select_related("household__neighbourhood", "ward")
    rows = scoped(rows, request.user, "privacy.manage", request.ward)
    person = get_object_or_404(rows, pk=person_id)
    form = EraseForm(sent(request))

    def erase(data: dict[str, Any]) -> str:
        open_request = person.requests.filter(kind=SubjectRequest.Kind.ERASE, closed_at=None).first()
        if open_request is not None:
            requests.carry_out(open_request, text=data["reason"], by=request.user)
        else:
            forgetting.erase(person, reason=data["reason"], by=request.user)
        messages.success(request, "Đã xóa khỏi mọi nơi. Số liệu được tính lại ngay; số đã chốt không đổi.")
        return reverse("ward:privacy")

    facts = [("Người", f"{person.full_name}, {register.masked_number(person) or 'chưa có số'}")]
    facts += [("Sẽ mất", f"{words} ({count})") for words, count in forgetting.what_goes(person)]
    facts += [("Còn lại", "Nhóm tuổi, khu dân cư (nếu nhóm đủ đông), dưới một tên ngẫu nhiên; nhật ký không có tên")]
    act = Act("Xóa dữ liệu một người", "Xóa vĩnh viễn", facts=facts, is_grave=True,
              back=reverse("ward:person", args=(person.pk,)))  # fmt: skip
    return act_page(request, form, act, do=erase)


def erase_on_request(row: SubjectRequest, by: Account) -> None:
    """What carrying out a request to be erased does."""
    if row.person is None:
        raise Refusal("Người này đã được xóa.")
    forgetting.erase(row.person, reason=f"Theo yêu cầu ngày {row.received_at:%d/%m/%Y}", by=by, request=row)
