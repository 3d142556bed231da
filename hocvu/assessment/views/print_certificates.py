"""The papers of a class, a unit or a neighbourhood in one file, for whoever hands them out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hocvu.assessment import printing
from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Certificate, CertificateQuerySet
from hocvu.assessment.views.my_certificates import handed_out
from hocvu.lib import clock
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import sort_key
from hocvu.lib.web import render
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, may, needs, scoped
from hocvu.ward.models import Membership, MembershipQuerySet, Neighbourhood

CAPABILITY = "certificates.print"


class WhoseForm(Form):
    """Whose papers: a class or unit, a neighbourhood, or one paper by its key."""

    mark_optional = False
    lop = forms.ChoiceField(label="Đơn vị, lớp", required=False)
    khu = forms.ChoiceField(required=False)
    giay = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, groups: list[tuple[str, str]], places: list[tuple[str, str]], word: str) -> None:
        super().__init__(data)
        self.fields["lop"].choices = [("", "Tất cả"), *groups]  # type: ignore[attr-defined]
        self.fields["khu"].choices = [("", "Tất cả"), *places]  # type: ignore[attr-defined]
        self.fields["khu"].label = f"{word[:1].upper()}{word[1:]}"
        for name, choices in (("lop", groups), ("khu", places)):
            if not choices:
                del self.fields[name]


@needs(CAPABILITY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def print_certificates(request: SignedInRequest) -> HttpResponse:
    """Choose whose papers; how many there are; the file. The trail learns how many names went out."""
    standing = _standing(request)
    members = _members(request, standing)
    form = WhoseForm(
        request.POST if request.method == "POST" else request.GET,
        groups=_groups(members), places=_places(request, standing), word=request.ward.neighbourhood_word,
    )  # fmt: skip
    rows = _chosen(form.cleaned_data, standing, members) if form.is_valid() else standing.none()
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, rows)
        except Refusal as refused:
            refusal = refused
    context = {"count": rows.count(), "most": printing.AT_ONCE, "refusal": refusal, "has_errors": refusal is not None}
    status = 422 if refusal or form.errors else 200
    return render(request, "assessment/print_certificates.html", context, form=form, status=status)


def _standing(request: SignedInRequest) -> CertificateQuerySet:
    """Certificates within reach that are valid now and still have a name."""
    rows = scoped(Certificate.objects.all(), request.user, CAPABILITY, request.ward)
    return rows.standing_at(clock.now()).filter(
        superseded_by=None, name_sealed__isnull=False, issued_at__lte=clock.now()
    )


def _members(request: SignedInRequest, standing: CertificateQuerySet) -> MembershipQuerySet:
    """Memberships of today within reach, of people who have a certificate."""
    rows = scoped(Membership.objects.on(clock.today()), request.user, CAPABILITY, request.ward)
    return rows.filter(Exists(standing.filter(person=OuterRef("person"))))


def _groups(members: MembershipQuerySet) -> list[tuple[str, str]]:
    """Units and their classes, as "7" and "7:5A"."""
    found = members.order_by().values_list("unit", "unit__name", "group").distinct()
    told = {(str(unit), name) for unit, name, _ in found}
    told |= {(f"{unit}:{group}", f"{name}, {group}") for unit, name, group in found if group}
    return sorted(told, key=lambda one: sort_key(one[1]))


def _places(request: SignedInRequest, standing: CertificateQuerySet) -> list[tuple[str, str]]:
    """Neighbourhoods, for those who may know where people live."""
    if not may(request.user, "people.read", request.ward):
        return []
    lived_in = standing.order_by().values("person__household__neighbourhood")
    rows = Neighbourhood.objects.filter(ward=request.ward, pk__in=lived_in)
    return sorted(((str(one.pk), one.name) for one in rows), key=lambda one: sort_key(one[1]))


def _chosen(asked: dict[str, Any], standing: CertificateQuerySet, members: MembershipQuerySet) -> CertificateQuerySet:
    rows = standing
    if wanted := asked.get("lop"):
        unit, _, group = wanted.partition(":")
        theirs = members.filter(unit=int(unit), **({"group": group} if group else {}))
        rows = rows.filter(person__in=theirs.order_by().values("person"))
    if place := asked.get("khu"):
        rows = rows.filter(person__household__neighbourhood=int(place))
    if isinstance(key := asked.get("giay"), UUID):
        rows = rows.filter(pk=key)
    return rows


def _file(request: SignedInRequest, rows: CertificateQuerySet) -> HttpResponse:
    """One file of all papers, in the order of names; what cannot be made is told of and holds up no other."""
    known = rows.select_related("ward", "rule__ward", "key", "status_list__ward")[: printing.AT_ONCE + 1]
    certificates = sorted(known, key=lambda one: (sort_key(printing.name_on(one)), one.code))
    if len(certificates) > printing.AT_ONCE:
        raise Refusal(printing.too_many(rows.count()))
    made = printing.file_of(certificates)
    if made.left_out:
        words = f"Tệp có {len(made.printed)} giấy. Còn {len(made.left_out)} giấy chưa in được, trang cuối của tệp ghi mã và lý do."
        messages.warning(request, words)
    if len(made.printed) == 1:
        audit.record(request.user, "printed certificates", made.printed[0], ward=request.ward, count=1)
        name = f"{printing.FILE_NAME}-{codes.shown(made.printed[0].code)}.pdf"
    else:
        audit.record(request.user, "printed certificates", request.ward, ward=request.ward, count=len(made.printed))
        name = f"{printing.FILE_NAME}-{len(made.printed)}-ban.pdf"
    return handed_out(made.content, name, "application/pdf")
