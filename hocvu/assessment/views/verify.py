"""Anybody checks a certificate: the code, the square on the paper, the file; whether the name on the paper is the one.

No page of these is kept by a browser or found by a search engine, so that a revocation shows at the next request.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hocvu.assessment import sharing, verifying, verifying_offline
from hocvu.assessment.certificates import codes, tokens
from hocvu.assessment.models import Certificate
from hocvu.lib import clock
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address, render, sent
from hocvu.ward.access import WardRequest, public

View = Callable[..., HttpResponse]


def unlisted(view: View) -> View:
    """Keep a page out of caches and search engines; it may still be shared as a link."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        return answer

    return never_cache(answered)


class CodeForm(Form):
    """The code on the paper."""

    ma = forms.CharField(
        label="Mã ghi trên giấy",
        help_text="12 chữ và số, ví dụ HA7K-4M92-QDXP. Chữ hoa hay thường, có dấu nối hay không đều được.",
        max_length=codes.LONGEST,
        required=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "hv-code-input",
            }
        ),
    )
    mark_optional = False

    def clean_ma(self) -> str:
        try:
            return verifying.read_code(self.cleaned_data["ma"])
        except Refusal as refusal:
            raise forms.ValidationError(refusal.sentence) from None


class FileForm(Form):
    """The file of a certificate."""

    tep = forms.FileField(
        label="Tệp giấy xác nhận (.jwt)",
        help_text="Tệp mà người được cấp tải về từ hệ thống. Tệp chỉ dùng để kiểm tra, không được giữ lại.",
        widget=forms.FileInput(attrs={"accept": ".jwt,application/vc+jwt,text/plain"}),
        error_messages={"required": "Hãy chọn tệp .jwt.", "empty": "Tệp này không có nội dung. Hãy chọn tệp khác."},
    )


class NameForm(Form):
    """The name on the paper."""

    ten = forms.CharField(
        label="Họ và tên ghi trên giấy",
        help_text="Trang này không hiện tên. Gõ tên đúng như trên giấy, đủ dấu, để biết có khớp không.",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Hãy gõ họ và tên đúng như trên giấy."},
    )


# ---- Where one begins


@public
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: WardRequest) -> HttpResponse:
    """A place to type the code, and one for the file."""
    if request.method == "POST":
        return _file(request)
    form = CodeForm(request.GET if "ma" in request.GET else None)
    if "ma" in request.GET and form.is_valid():
        return redirect("assessment:verify_code", form.cleaned_data["ma"])
    return render(request, "assessment/verify.html", {"file_form": FileForm()}, form=form)


def _file(request: WardRequest) -> HttpResponse:
    """What a file says, or why it is not believed."""
    form = FileForm(sent(request), request.FILES)
    if form.is_valid():
        try:
            certificate = verifying.of_file(form.cleaned_data["tep"].read(tokens.LARGEST + 1))
        except Refusal as refusal:
            form.add_error("tep", refusal.sentence)
        else:
            return _shown(request, certificate, from_file=True)
    return render(
        request, "assessment/verify.html", {"file_form": form, "form": CodeForm(), "has_errors": True}, status=422
    )


# ---- What is said of one


@public
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def verify_code(request: WardRequest, certificate_code: str) -> HttpResponse:
    """How the certificate of a code stands, what was signed, and whether a name is the one."""
    try:
        code = verifying.read_code(certificate_code)
        certificate = verifying.look_up(code, client_address(request))
    except Refusal as refusal:
        return _unknown(request, certificate_code, refusal)
    if certificate is None:
        return _unknown(request, codes.shown(code), None)
    if code != certificate_code and request.method != "POST":
        return redirect("assessment:verify_code", code)
    return _shown(request, certificate)


def _unknown(request: WardRequest, typed: str, refusal: Refusal | None) -> HttpResponse:
    """There is no such certificate, or the network must wait."""
    is_closed = refusal is not None and refusal.field is None
    context = {"typed": typed[:80], "refusal": refusal, "is_closed": is_closed, "file_form": FileForm()}
    form = CodeForm(initial={"ma": typed[:80]})
    return render(
        request, "assessment/verify_unknown.html", {**context, "form": form}, status=429 if is_closed else 404
    )


def _shown(request: WardRequest, certificate: Certificate, *, from_file: bool = False) -> HttpResponse:
    verdict = verifying.verdict_on(certificate)
    is_name = request.method == "POST" and not from_file
    name_form = NameForm(sent(request) if is_name else None)
    match = None
    if is_name and name_form.is_valid():
        try:
            match = verifying.match_name(certificate, name_form.cleaned_data["ten"], client_address(request))
        except Refusal as refusal:
            name_form.add_error(refusal.field, refusal.sentence)
    context = {
        "certificate": certificate,
        "verdict": verdict,
        "match": match.value if match else "",
        "name_form": name_form,
        "paper": sharing.paper_of(certificate),
        "now": clock.now(),
        "address": sharing.address_of(certificate),
        "picture": sharing.site_of(certificate.ward) + reverse("assessment:verify_picture", args=(certificate.code,)),
        "from_file": from_file,
    }
    context["has_errors"] = bool(name_form.errors)
    status = 422 if name_form.errors else 200
    return render(request, "assessment/verify_code.html", context, status=status)


@public
@require_safe
def scan(request: HttpRequest, certificate_code: str) -> HttpResponse:
    """The address in the square code; it says nothing by itself."""
    return redirect("assessment:verify_code", certificate_code)


@public
@require_safe
def verify_picture(request: HttpRequest, certificate_code: str) -> HttpResponse:
    """The picture beside a shared link. It says what was confirmed, and nobody's name."""
    try:
        certificate = verifying.look_up(verifying.read_code(certificate_code), client_address(request))
    except Refusal as refusal:
        return HttpResponse(
            refusal.sentence, status=404 if refusal.field else 429, content_type="text/plain; charset=utf-8"
        )
    if certificate is None:
        return HttpResponse(status=404)
    answer = HttpResponse(sharing.picture_of(certificate), content_type="image/png")
    answer["Cache-Control"] = "public, max-age=86400"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


# ---- Without a network


@public
@require_safe
def verify_offline(request: WardRequest) -> HttpResponse:
    """A page that a device keeps: a script checks files there, with the keys and the list of revoked ones it has."""
    answer = render(request, "assessment/verify_offline.html")
    answer["X-Robots-Tag"] = "noindex"
    return answer


@public
@require_safe
def verify_offline_keys(request: WardRequest) -> HttpResponse:
    """What that page needs of the ward: the public keys and the newest signed lists."""
    answer = JsonResponse(verifying_offline.kit_of(request.ward), json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "no-cache"
    return answer
