"""The learner's own certificates: which there are, what the next one still lacks, the paper, the file, a link to share."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.assessment import certifying, changing, printing, sharing, verifying
from hocvu.assessment.certificates import checking, codes
from hocvu.assessment.models import Attempt, Certificate, TestRule
from hocvu.lib import clock
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render
from hocvu.ward.access import SignedInRequest, signed_in
from hocvu.ward.models import Account, Ward

NEXT = 3  # further certificates of which the page says what is missing
MARKS: dict[checking.State, Mark] = {
    "valid": Mark("Còn hiệu lực", "good"),
    "expired": Mark("Hết hạn", "none"),
    "superseded": Mark("Đã có giấy mới", "none"),
    "revoked": Mark("Đã thu hồi", "bad"),
    "not_yet": Mark("Chưa đến ngày", "slow"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate as the list shows it."""

    certificate: Certificate
    code: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate that may be earned next, and what it still lacks."""

    rule: TestRule
    missing: list[str]


@signed_in
@never_cache
@require_safe
def my_certificates(request: SignedInRequest) -> HttpResponse:
    """What one has, and what the next one lacks."""
    rows = list(_own(request))
    held = [Held(one, codes.shown(one.code), MARKS[checking.state_of(one).status]) for one in rows]
    context = {"held": held, "wanted": _wanted(request, rows), "changes": changing.of_learner(request.user)}
    return render(request, "assessment/my_certificates.html", context)


def _own(request: SignedInRequest) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(account=request.user)
    return rows.select_related("ward", "rule__ward", "key", "status_list__ward", "superseded_by")


def _wanted(request: SignedInRequest, rows: list[Certificate]) -> list[Wanted]:
    """What may be earned next: first what was begun, then what is for everybody."""
    if not request.user.is_citizen or request.ward is None:
        return []
    standing = {(one.framework, one.level, one.group) for one in rows if checking.state_of(one).is_valid}
    rules = [one for one in _rules(request.ward) if (one.framework, one.level, one.group) not in standing]
    begun = _begun(request.user)
    rules.sort(key=lambda rule: (rule.code not in begun, bool(rule.group)))
    told = ((rule, certifying.missing(request.user, rule)) for rule in rules[:NEXT])
    return [Wanted(rule, missing) for rule, missing in told if missing]


def _rules(ward: Ward) -> list[TestRule]:
    """The rules by which the ward confirms levels today, each in its newest version."""
    rows = TestRule.objects.of(ward).on(clock.today()).filter(kind=TestRule.Kind.CONFIRM).select_related("ward")
    newest: dict[str, TestRule] = {}
    for rule in rows.order_by("code", "-number"):
        newest.setdefault(rule.code, rule)
    return list(newest.values())


def _begun(account: Account) -> set[str]:
    """Codes of the rules that one has sat a test of."""
    rows = Attempt.objects.filter(account=account, kind=TestRule.Kind.CONFIRM)
    return set(rows.order_by().values_list("rule__code", flat=True).distinct())


# ---- One of them


@signed_in
@never_cache
@require_safe
def my_certificate(request: SignedInRequest, certificate_id: UUID) -> HttpResponse:
    """The paper as it is printed, and everything that one may do with it."""
    certificate = get_object_or_404(_own(request), pk=certificate_id)
    verdict = verifying.verdict_on(certificate)
    context = {
        "certificate": certificate,
        "verdict": verdict,
        "paper": sharing.paper_of(certificate, printing.name_on(certificate)),
        "address": sharing.address_of(certificate),
        "is_usable": _is_usable(certificate),
    }
    return render(request, "assessment/my_certificate.html", context)


def _is_usable(certificate: Certificate) -> bool:
    """Whether it is still worth printing: one that ran out shows what was, one that was replaced or revoked misleads."""
    return checking.state_of(certificate).status in ("valid", "expired")


@signed_in
@never_cache
@require_safe
def my_paper(request: SignedInRequest, certificate_id: UUID) -> HttpResponse:
    """The paper, to be printed or kept."""
    certificate = get_object_or_404(_own(request), pk=certificate_id)
    if not _is_usable(certificate):
        return redirect("assessment:my_certificate", certificate.pk)  # which says why
    try:
        content = printing.pdf_of([certificate])
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("assessment:my_certificate", certificate.pk)
    return handed_out(content, f"{printing.FILE_NAME}-{codes.shown(certificate.code)}.pdf", "application/pdf")


@signed_in
@never_cache
@require_safe
def my_token(request: SignedInRequest, certificate_id: UUID) -> HttpResponse:
    """The signed file, for a wallet or for whoever checks with a tool of their own."""
    certificate = get_object_or_404(_own(request).exclude(token=""), pk=certificate_id)
    name = f"{printing.FILE_NAME}-{codes.shown(certificate.code)}.jwt"
    return handed_out(certificate.token.encode("ascii"), name, "application/vc+jwt")


def handed_out(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to be saved; nobody keeps it on the way."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
