"""Breaches of data: the list, one with its clock and its notes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, IntegerField, MomentField
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import sent
from hocvu.ward import breaches
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import (
    Breach,
)
from hocvu.ward.views.privacy import crumbs_home


def _breach_mark(breach: Breach) -> Mark:
    if breach.closed_at:
        return Mark("Đã khép lại", "none")
    if breach.reported_at:
        return Mark("Đã báo, muộn", "bad") if breach.is_late(clock.now()) else Mark("Đã báo đúng hạn", "good")
    left = breach.report_due - clock.now()
    if left < timedelta(0):
        return Mark("Quá 72 giờ, chưa báo", "bad")
    return Mark(f"Còn {int(left.total_seconds() // 3600)} giờ để báo", "slow")


BREACHES = (
    Head[Breach]("Việc", lambda b: b.title, 40, href=lambda b: reverse("ward:breach", args=(b.pk,))),
    Head[Breach]("Phát hiện lúc", lambda b: b.found_at, 18),
    Head[Breach]("Phải báo trước", lambda b: b.report_due, 18),
    Head[Breach]("Số người", lambda b: b.people, 10),
    Head[Breach]("Tình trạng", lambda b: _breach_mark(b).words, 24, mark=_breach_mark),
)


@needs("privacy.read")
@require_safe
def breach_list(request: SignedInRequest) -> HttpResponseBase:
    """What went wrong, newest first."""
    rows = scoped(Breach.objects.all(), request.user, "privacy.read", request.ward)
    filters = (
        Choice("tt", "Tình trạng", (("mo", "Đang mở"), ("dong", "Đã khép lại")),
               lambda q, v: q.filter(closed_at__isnull=v == "mo")),
    )  # fmt: skip
    acts = ((reverse("ward:add_breach"), "Ghi sự cố"),) if may(request.user, "privacy.manage", request.ward) else ()
    lead = "Phải báo cơ quan chức năng trong 72 giờ kể từ khi phát hiện."
    page = Page("Sự cố dữ liệu", lead=lead, crumbs=crumbs_home(), acts=acts, empty="Chưa có sự cố nào")
    return show(request, page, rows=rows, columns=BREACHES, filters=filters)


class BreachForm(Form):
    """What is known when a breach is found."""

    title = forms.CharField(label="Việc gì", max_length=200)
    happened_at = MomentField(label="Xảy ra lúc", required=False)
    found_at = MomentField(label="Phát hiện lúc")
    categories = forms.CharField(label="Loại dữ liệu", max_length=300)
    people = IntegerField(label="Khoảng bao nhiêu người", required=False, min_value=0, max_value=10_000_000)
    consequences = forms.CharField(label="Hậu quả", widget=forms.Textarea, required=False)


@needs("privacy.manage")
def add_breach(request: SignedInRequest) -> HttpResponse:
    """A breach was found."""
    form = BreachForm(sent(request), initial={"found_at": timezone.localtime(clock.now())})

    def add(data: dict[str, Any]) -> str:
        row = breaches.open_breach(request.ward, **data, by=request.user)
        messages.success(request, f"Đã ghi. Phải báo trước {timezone.localtime(row.report_due):%H:%M %d/%m/%Y}.")
        return reverse("ward:breach", args=(row.pk,))

    crumbs = (*crumbs_home(), (reverse("ward:breaches"), "Sự cố dữ liệu"))
    lead = "Không ghi số định danh hay tên người bị ảnh hưởng ở đây."
    return act_page(request, form, Act("Ghi sự cố", "Ghi lại", lead=lead, crumbs=crumbs), do=add)


class BreachActForm(Form):
    """What follows."""

    do = forms.ChoiceField(
        label="Việc",
        widget=forms.RadioSelect,
        choices=(
            ("ghi", "Thêm ghi chú"),
            ("bao", "Đã báo cơ quan chức năng"),
            ("nguoi", "Đã báo người bị ảnh hưởng"),
            ("dong", "Khép lại"),
        ),
    )
    at = MomentField(label="Báo lúc", required=False)
    text = forms.CharField(label="Ghi chú, hoặc số văn bản", max_length=1000, widget=forms.Textarea)


@needs("privacy.read")
def breach(request: SignedInRequest, breach_id: int) -> HttpResponse:
    """One breach with its clock and its notes."""
    rows = scoped(Breach.objects.select_related("ward"), request.user, "privacy.read", request.ward)
    row = get_object_or_404(rows, pk=breach_id)
    manages = scoped(Breach.objects.filter(pk=row.pk), request.user, "privacy.manage").exists()
    form = BreachActForm(sent(request) if manages else None, initial={"at": timezone.localtime(clock.now())})

    def do(data: dict[str, Any]) -> str:
        text, at, by = data["text"], data["at"] or clock.now(), request.user
        match data["do"]:
            case "bao":
                breaches.report(row, at=at, number=text[:120], by=by)
            case "nguoi":
                breaches.tell_people(row, at=at, how=text, by=by)
            case "dong":
                breaches.close(row, text=text, by=by)
            case _:
                breaches.note(row, text=text, by=by)
        messages.success(request, "Đã ghi.")
        return reverse("ward:breach", args=(row.pk,))

    facts = [
        ("Xảy ra lúc", _moment(row.happened_at)),
        ("Phát hiện lúc", _moment(row.found_at)),
        ("Phải báo trước", _moment(row.report_due)),
        ("Loại dữ liệu", row.categories),
        ("Số người", "chưa rõ" if row.people is None else str(row.people)),
        ("Hậu quả", row.consequences or "chưa rõ"),
        ("Báo cơ quan chức năng", f"{_moment(row.reported_at)} {row.report_number}"),
        ("Báo người bị ảnh hưởng", _moment(row.told_people_at)),
    ]
    crumbs = (*crumbs_home(), (reverse("ward:breaches"), "Sự cố dữ liệu"))
    act = Act(row.title, "Ghi lại", facts=facts, crumbs=crumbs)
    more = {"row": row, "mark": _breach_mark(row), "may_act": manages and row.closed_at is None,
            "notes": row.notes.select_related("by")}  # fmt: skip
    return act_page(request, form, act, do=do, template="ward/breach.html", **more)


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}" if moment else "chưa"
