"""The ward as issuer, for machines and for whoever asks: profile, keys, lists of revocations, what is certified; and the
desk of keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.assessment.certificates import credential, keys, places, renewing, status, tokens
from hocvu.assessment.models import SigningKey, StatusList, TestRule
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Framework
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form, MomentField
from hocvu.lib.listing import Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, WardRequest, needs, public, scoped
from hocvu.ward.models import Ward

DAY, HOUR = 24 * 3600, 3600


def _open(answer: HttpResponse, seconds: int) -> HttpResponse:
    """Let any page and any cache read it: what is said here is the same for everybody."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Cache-Control"] = f"public, max-age={seconds}"
    return answer


def _json(said: dict[str, Any], seconds: int, kind: str = "application/json") -> HttpResponse:
    return _open(JsonResponse(said, content_type=kind, json_dumps_params={"ensure_ascii": False}), seconds)


def _ward(slug: str) -> Ward:
    return get_object_or_404(Ward, slug=slug)


# ---- For machines


@public
@require_safe
def issuer_profile(request: WardRequest, ward_slug: str) -> HttpResponse:
    """Who issues (`iss`), as a Profile of Open Badges 3.0."""
    ward = _ward(ward_slug)
    said = {
        "@context": [tokens.VC, tokens.OB],
        "id": places.profile(ward),
        "type": ["Profile"],
        "name": credential.issuer_of(ward),
        "description": f"{credential.issuer_of(ward)}, {ward.city}: {credential.WORDING} của Phong trào Bình dân học vụ số.",
        "url": f"{settings.ADDRESS.rstrip('/')}/",
    }
    return _json(said, DAY, "application/ld+json")


@public
@require_safe
def issuer_key(request: WardRequest, signingkey_kid: str) -> HttpResponse:
    """The public half of a key, for ever. One that was lost is gone (410) and says since when: with it anybody checks as
    genuine whatever its finder signs, and the genuine certificates were signed anew."""
    row = get_object_or_404(SigningKey, kid=signingkey_kid)
    if row.compromised_at is None:
        return _json(_jwk(row), HOUR)
    since = int(row.compromised_at.timestamp())
    said = {
        "kid": places.key(row),
        "revoked": {"revoked_at": since, "reason": "compromised"},
        "message": "Khóa này đã bị lộ nên không còn tin được. Giấy thật đã ký lại bằng khóa mới; hãy tải lại tệp .jwt.",
    }
    answer = _json(said, HOUR)
    answer.status_code = 410
    return answer


@public
@require_safe
def issuer_keys(request: WardRequest, ward_slug: str) -> HttpResponse:
    """Every key of a ward that is believed, those of earlier years too."""
    rows = SigningKey.objects.filter(ward=_ward(ward_slug), compromised_at=None)
    return _json({"keys": [_jwk(row) for row in rows]}, HOUR)


def _jwk(row: SigningKey) -> dict[str, Any]:
    return {**row.public, "kid": places.key(row)}


@public
@require_safe
def status_list(request: WardRequest, ward_slug: str, statuslist_number: int) -> HttpResponse:
    """The signed list of what was revoked, never kept by a cache: a revocation shows at the next request."""
    row = get_object_or_404(StatusList.objects.select_related("ward"), ward__slug=ward_slug, number=statuslist_number)
    try:
        answer = HttpResponse(status.token_of(row), content_type="application/vc+jwt")
    except keys.Unsignable:
        words = (
            "Danh sách thu hồi tạm thời chưa ký được. Không có gì bị mất; hãy thử lại sau, hoặc tra mã in trên giấy."
        )
        answer = HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")
    answer = _open(answer, 0)
    answer["Cache-Control"] = "no-cache"
    return answer


# ---- For whoever asks what a certificate means


@public
@require_safe
def achievement(request: WardRequest, ward_slug: str, testrule_code: str, number: int) -> HttpResponse:
    """What a rule asks of whoever is certified by it."""
    rules = TestRule.objects.select_related("ward").filter(kind=TestRule.Kind.CONFIRM)
    rule = get_object_or_404(rules, ward__slug=ward_slug, code=testrule_code, number=number)
    if credential.unfounded(rule):
        raise Http404  # nothing is certified by it
    framework = Framework.objects.filter(code=rule.framework, version=rule.framework_version).first()
    level = framework.levels.filter(code=rule.level).first() if framework else None
    context = {
        "rule": rule,
        "issuer": credential.issuer_of(rule.ward),
        "criteria": credential.criteria_of(rule),
        "wording": credential.WORDING,
        "framework": framework,
        "level": level,
        "group": GROUPS.get(rule.group, "mọi người"),
        "is_over": rule.valid_to is not None and rule.valid_to < clock.today(),
        "keys_href": reverse("assessment:issuer_keys", args=(rule.ward.slug,)),
    }
    return render(request, "assessment/achievement.html", context)


# ---- The desk of keys


def _key_mark(row: SigningKey) -> Mark:
    if row.compromised_at:
        return Mark("Bị lộ", "bad")
    return Mark("Thôi ký", "none") if row.retired_at else Mark("Đang ký", "good")


def _key_address(row: SigningKey) -> str:
    """Where the public half stands; "" for one that was lost."""
    return "" if row.compromised_at else reverse("assessment:issuer_key", args=(row.kid,))


KEYS = (
    Head[SigningKey]("Khóa", lambda k: k.kid, 36, href=_key_address),
    Head[SigningKey]("Nơi cấp", lambda k: k.ward.title, 24),
    Head[SigningKey]("Tình trạng", lambda k: _key_mark(k).words, 14, mark=_key_mark),
    Head[SigningKey]("Tạo lúc", lambda k: k.made_at, 18),
    Head[SigningKey]("Thôi ký lúc", lambda k: k.retired_at, 18),
    Head[SigningKey]("Số giấy", lambda k: getattr(k, "signed", 0), 10),
    Head[SigningKey]("Bị lộ từ", lambda k: k.compromised_at, 18, only_in_file=True),
    Head[SigningKey]("Lộ thế nào", lambda k: k.compromised_why, 40, only_in_file=True),
)


@needs("keys.manage")
@require_safe
def signing_keys(request: SignedInRequest) -> HttpResponseBase:
    """All keys of the wards that somebody looks after."""
    rows = scoped(SigningKey.objects.defer("private_sealed"), request.user, "keys.manage", request.ward)
    rows = rows.select_related("ward").annotate(signed=Count("certificates")).order_by("-made_at", "-pk")
    page = Page(
        "Khóa ký giấy xác nhận",
        lead="Khóa đầu tiên được tạo khi cấp giấy đầu tiên. Thay khóa định kỳ không làm mất giá trị của giấy đã cấp.",
        acts=((reverse("assessment:rotate_key"), "Thay khóa"),),
        links=((reverse("assessment:compromised_key"), "Báo khóa bị lộ"),),
        empty="Chưa có khóa nào",
        empty_words="Khóa được tạo khi cấp giấy xác nhận đầu tiên; cũng có thể bấm “Thay khóa” để tạo ngay.",
        counted="khóa",
    )
    return show(request, page, rows=rows, columns=KEYS)


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("assessment:signing_keys"), "Khóa ký giấy xác nhận"),)


@needs("keys.manage")
def rotate_key(request: SignedInRequest) -> HttpResponse:
    """Let a new key sign from now on."""

    def rotate(data: dict[str, Any]) -> str:
        try:
            key = keys.rotate(request.ward, by=request.user)
        except keys.Unsignable as fault:
            raise Refusal(str(fault)) from None
        messages.success(request, f"Từ bây giờ ký bằng khóa {key.kid}. Giấy đã cấp vẫn còn giá trị.")
        return reverse("assessment:signing_keys")

    lead = "Giấy cấp từ bây giờ ký bằng khóa mới. Khóa cũ thôi ký, nửa công khai của khóa cũ vẫn để mọi người kiểm tra."
    act = Act("Thay khóa ký", "Thay khóa", lead=lead, facts=(("Nơi cấp", request.ward.title),), crumbs=_crumbs(),
              back=reverse("assessment:signing_keys"))  # fmt: skip
    return act_page(request, Form(sent(request)), act, do=rotate)


class CompromisedForm(Form):
    """Which key, since when, and how."""

    key = forms.ModelChoiceField(SigningKey.objects.none(), label="Khóa bị lộ", empty_label="Chọn khóa")
    since = MomentField(label="Bị lộ từ lúc", help_text="Chưa rõ thì ghi lúc sớm nhất có thể, ví dụ 18/11/2026 15:20")
    why = forms.CharField(label="Lộ thế nào", max_length=300, widget=forms.Textarea)


@needs("keys.manage")
def compromised_key(request: SignedInRequest) -> HttpResponse:
    """Write down that a key was lost, and sign anew what it signed."""
    form = CompromisedForm(sent(request))
    rows = scoped(SigningKey.objects.filter(compromised_at=None), request.user, "keys.manage", request.ward)
    form.fields["key"].queryset = rows  # type: ignore[attr-defined]

    def declare(data: dict[str, Any]) -> str:
        try:
            done = renewing.compromised(data["key"], since=data["since"], why=data["why"], by=request.user)
        except keys.Unsignable as fault:
            raise Refusal(str(fault)) from None
        messages.success(
            request, f"Đã thôi tin khóa này và ký lại {done} giấy bằng khóa mới. Mã in trên giấy không đổi."
        )
        return reverse("assessment:signing_keys")

    lead = (
        "Từ lúc ghi, không bản nào ký bằng khóa này được tin nữa. Mọi giấy chưa thu hồi được ký lại bằng khóa mới, giữ "
        "nguyên mã; ai giữ tệp .jwt cũ phải tải lại."
    )
    act = Act("Báo khóa ký bị lộ", "Thôi tin khóa này", lead=lead, crumbs=_crumbs(),
              back=reverse("assessment:signing_keys"), is_grave=True)  # fmt: skip
    return act_page(request, form, act, do=declare)
