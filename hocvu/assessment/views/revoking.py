"""Taking certificates back: one by one, or all of a rule or a key; proposed by one person, decided by another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.assessment.certificates import checking, codes, revoking
from hocvu.assessment.models import Certificate, Revocation, SigningKey, TestRule
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.ward.access import SignedInRequest, needs, scoped

CAN = "certificates.revoke"
State = Revocation.State


def _certificates(request: SignedInRequest) -> QuerySet[Certificate]:
    return scoped(Certificate.objects.all(), request.user, CAN, request.ward)


def _revocations(request: SignedInRequest) -> QuerySet[Revocation]:
    return scoped(Revocation.objects.all(), request.user, CAN, request.ward)


def _mark(row: Revocation) -> Mark:
    tone = {State.PROPOSED: "slow", State.CONFIRMED: "bad", State.DECLINED: "none"}[State(row.state)]
    words = row.get_state_display()
    return Mark(words[:1].upper() + words[1:], tone)  # type: ignore[arg-type]


PROPOSALS = (
    Head[Revocation](
        "Mã giấy", lambda r: codes.shown(r.certificate.code), 18,
        href=lambda r: reverse("assessment:revoke_certificate", args=(r.certificate_id,)),
    ),
    Head[Revocation]("Giấy xác nhận", lambda r: r.certificate.title, 40),
    Head[Revocation]("Lý do", lambda r: r.get_reason_display(), 26),
    Head[Revocation]("Người đề nghị", lambda r: r.proposed_by.full_name, 26),
    Head[Revocation]("Đề nghị lúc", lambda r: r.proposed_at, 18),
    Head[Revocation]("Tình trạng", lambda r: _mark(r).words, 18, mark=_mark),
    Head[Revocation]("Cụ thể", lambda r: r.why, 50, only_in_file=True),
    Head[Revocation]("Người quyết định", lambda r: r.decided_by.full_name if r.decided_by else "", 26, only_in_file=True),
    Head[Revocation]("Quyết định lúc", lambda r: r.decided_at, 18, only_in_file=True),
    Head[Revocation]("Lời người thứ hai", lambda r: r.answer, 40, only_in_file=True),
)  # fmt: skip
FILTERS = (
    Choice("tt", "Tình trạng", State.choices, lambda q, v: q.filter(state=v)),
    Choice("ly-do", "Lý do", Revocation.Reason.choices, lambda q, v: q.filter(reason=v)),
)


@needs(CAN)
@require_safe
def revocations(request: SignedInRequest) -> HttpResponseBase:
    """All proposals, those that wait first."""
    rows = _revocations(request).select_related("certificate", "proposed_by", "decided_by")
    waiting = rows.filter(state=State.PROPOSED).exclude(proposed_by=request.user)
    links = ((reverse("assessment:decide_revocations"), "Quyết định nhiều đề nghị"),) if waiting.exists() else ()
    page = Page(
        "Thu hồi giấy xác nhận",
        lead="Một người đề nghị, người thứ hai quyết định. Chưa quyết định thì giấy vẫn còn giá trị.",
        acts=((reverse("assessment:revoke_many"), "Đề nghị thu hồi hàng loạt"),),
        links=links,
        empty="Chưa có đề nghị thu hồi nào",
        empty_words="Muốn thu hồi một giấy, mở giấy đó trong danh sách giấy đã cấp.",
        counted="đề nghị",
    )
    return show(request, page, rows=rows.order_by("-proposed_at", "pk"), columns=PROPOSALS, filters=FILTERS)


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("assessment:revocations"), "Thu hồi giấy xác nhận"),)


class ProposalForm(Form):
    """Why a certificate should be taken back."""

    reason = forms.ChoiceField(label="Lý do", choices=[("", "Chọn lý do"), *Revocation.Reason.choices])
    why = forms.CharField(label="Cụ thể", max_length=600, widget=forms.Textarea,
                          help_text="Người được cấp đọc được lời này")  # fmt: skip


class DecisionForm(Form):
    """What the second person says, and of which proposal: the one that they read."""

    proposal = forms.CharField(required=False, widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        label="Quyết định", widget=forms.RadioSelect,
        choices=[("confirm", "Thu hồi giấy này"), ("decline", "Không thu hồi")],
    )  # fmt: skip
    answer = forms.CharField(label="Lời của người quyết định", max_length=600, required=False, widget=forms.Textarea,
                             help_text="Không thu hồi thì ghi vì sao, người đề nghị đọc được")  # fmt: skip


@needs(CAN)
def revoke_certificate(request: SignedInRequest, certificate_id: UUID) -> HttpResponse:
    """Propose to take one certificate back, or decide about the proposal that waits."""
    rows = _certificates(request).select_related("ward", "person", "superseded_by")
    certificate = get_object_or_404(rows, pk=certificate_id)
    waiting = certificate.revocations.filter(state=State.PROPOSED).select_related("proposed_by", "certificate").first()
    if certificate.revoked_at is not None or (waiting and waiting.proposed_by_id == request.user.pk):
        return _nothing_to_do(request, certificate, waiting)
    return _decide(request, certificate, waiting) if waiting else _propose(request, certificate)


def _facts(certificate: Certificate) -> tuple[tuple[str, str], ...]:
    said = checking.state_of(certificate)
    return (("Giấy xác nhận", certificate.title), ("Mã", codes.shown(certificate.code)), ("Hiện nay", said.reason))


def _nothing_to_do(request: SignedInRequest, certificate: Certificate, waiting: Revocation | None) -> HttpResponse:
    context = {"certificate": certificate, "facts": _facts(certificate), "waiting": waiting, "crumbs": _crumbs(),
               "history": certificate.revocations.select_related("proposed_by", "decided_by")}  # fmt: skip
    return render(request, "assessment/revocation.html", context)


def _propose(request: SignedInRequest, certificate: Certificate) -> HttpResponse:
    def propose(data: dict[str, Any]) -> str:
        revoking.propose(certificate, **data, by=request.user)
        messages.success(request, "Đã ghi đề nghị. Giấy còn giá trị cho đến khi người thứ hai quyết định.")
        return reverse("assessment:revocations")

    act = Act("Đề nghị thu hồi giấy xác nhận", "Gửi đề nghị", facts=_facts(certificate), crumbs=_crumbs(),
              lead="Giấy chỉ bị thu hồi khi người thứ hai đồng ý.", back=reverse("assessment:revocations"),
              is_grave=True)  # fmt: skip
    return act_page(request, ProposalForm(sent(request)), act, do=propose)


def _decide(request: SignedInRequest, certificate: Certificate, waiting: Revocation) -> HttpResponse:
    form = DecisionForm(sent(request), initial={"proposal": waiting.pk})

    def decide(data: dict[str, Any]) -> str:
        if data["proposal"] != str(waiting.pk):
            _ask_again(form, waiting)
            raise Refusal("Đề nghị trước đã được quyết định, đây là đề nghị mới. Hãy đọc lại rồi chọn.")
        if data["decision"] == "confirm":
            revoking.confirm(waiting, by=request.user, answer=data["answer"])
            messages.success(request, "Đã thu hồi. Ai kiểm tra giấy này từ bây giờ đều thấy.")
        else:
            revoking.decline(waiting, by=request.user, answer=data["answer"])
            messages.success(request, "Đã ghi: không thu hồi.")
        return reverse("assessment:revocations")

    facts = (
        *_facts(certificate),
        ("Người đề nghị", waiting.proposed_by.full_name),
        ("Lý do", waiting.get_reason_display()),
        ("Cụ thể", waiting.why),
    )
    act = Act("Quyết định thu hồi giấy xác nhận", "Ghi quyết định", facts=facts, crumbs=_crumbs(),
              back=reverse("assessment:revocations"), is_grave=True)  # fmt: skip
    return act_page(request, form, act, do=decide)


def _ask_again(form: DecisionForm, waiting: Revocation) -> None:
    """Let a form be about another proposal than the one it was sent for; nothing is chosen of that one yet."""
    kept = {name: said for name, said in form.data.items() if name != "decision"}
    form.data = {**kept, "proposal": str(waiting.pk)}


# ---- Many at once


class ManyForm(ProposalForm):
    """All certificates of a rule or of a key, issued between two days."""

    rule = forms.ModelChoiceField(
        TestRule.objects.none(), label="Cấp theo quy tắc", required=False, empty_label="Mọi quy tắc"
    )
    key = forms.ModelChoiceField(
        SigningKey.objects.none(), label="Ký bằng khóa", required=False, empty_label="Mọi khóa"
    )
    since = DateField(label="Cấp từ ngày", required=False)
    until = DateField(label="Cấp đến hết ngày", required=False)
    field_order = ("rule", "key", "since", "until", "reason", "why")

    def clean(self) -> dict[str, Any]:
        """One of the four at least, so that nobody takes everything back by an empty form."""
        data = super().clean() or {}
        if not any(data.get(name) for name in ("rule", "key", "since", "until")) and not self.errors:
            self.add_error("rule", "Hãy chọn quy tắc, khóa hoặc khoảng ngày của các giấy cần thu hồi.")
        return data


@needs(CAN)
def revoke_many(request: SignedInRequest) -> HttpResponse:
    """Propose to take back all certificates of a rule, of a key, or of some days."""
    form = ManyForm(sent(request))
    rules = TestRule.objects.of(request.ward).filter(kind=TestRule.Kind.CONFIRM)
    form.fields["rule"].queryset = rules  # type: ignore[attr-defined]
    form.fields["key"].queryset = SigningKey.objects.filter(ward=request.ward)  # type: ignore[attr-defined]

    def propose(data: dict[str, Any]) -> str:
        made = revoking.propose_all(_named(request, data), reason=data["reason"], why=data["why"], by=request.user)
        messages.success(request, f"Đã đề nghị thu hồi {len(made)} giấy. Người thứ hai quyết định.")
        return reverse("assessment:revocations")

    act = Act("Đề nghị thu hồi hàng loạt", "Gửi đề nghị", crumbs=_crumbs(), back=reverse("assessment:revocations"),
              lead="Dùng khi một quy tắc, một câu hỏi hoặc một khóa ký sai. Giấy đã thu hồi hay đang chờ thì bỏ qua.",
              is_grave=True)  # fmt: skip
    return act_page(request, form, act, do=propose)


def _named(request: SignedInRequest, data: dict[str, Any]) -> QuerySet[Certificate]:
    named = Q()
    for name, path in (
        ("rule", "rule"),
        ("key", "key"),
        ("since", "issued_at__date__gte"),
        ("until", "issued_at__date__lte"),
    ):
        if data[name]:
            named &= Q(**{path: data[name]})
    return _certificates(request).filter(named)


class DecideManyForm(Form):
    """Which bundles of proposals, and what the second person says."""

    bundles = forms.MultipleChoiceField(
        label="Các đề nghị", widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Các đề nghị đã thay đổi từ khi mở trang. Hãy xem lại và chọn lại."},
    )  # fmt: skip
    answer = forms.CharField(label="Lời của người quyết định", max_length=600, required=False, widget=forms.Textarea)


@needs(CAN)
def decide_revocations(request: SignedInRequest) -> HttpResponse:
    """Confirm many proposals of somebody else, bundled by who proposed why."""
    waiting = _revocations(request).filter(state=State.PROPOSED).exclude(proposed_by=request.user)
    bundles = _bundles(waiting)
    if not bundles and request.method != "POST":
        messages.info(request, "Không có đề nghị nào chờ quyết định.")
        return redirect("assessment:revocations")
    form = DecideManyForm(sent(request))
    form.fields["bundles"].choices = [(key, words) for key, (words, _) in bundles.items()]  # type: ignore[attr-defined]

    def confirm(data: dict[str, Any]) -> str:
        keys = [pk for name in data["bundles"] for pk in bundles[name][1]]
        done = revoking.confirm_all(list(waiting.filter(pk__in=keys)), by=request.user, answer=data["answer"])
        if not done:
            raise Refusal("Không đề nghị nào trong đó còn quyết định được. Hãy tải lại trang.")
        messages.success(request, f"Đã thu hồi {done} giấy.")
        return reverse("assessment:revocations")

    act = Act("Thu hồi nhiều giấy", "Thu hồi các giấy đã chọn", crumbs=_crumbs(), back=reverse("assessment:revocations"),
              lead="Muốn từ chối hoặc xem riêng một giấy, mở giấy đó trong danh sách.", is_grave=True)  # fmt: skip
    return act_page(request, form, act, do=confirm)


def _bundles(waiting: QuerySet[Revocation]) -> dict[str, tuple[str, list[int]]]:
    """Proposals that are alike, under a key that says the first and the last of them and how many they are: what came to
    them after the page was shown is not confirmed unseen, not even in the place of one that was declined."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for row in waiting.select_related("proposed_by").order_by("pk"):
        alike.setdefault((row.proposed_by.full_name, row.get_reason_display(), row.why), []).append(row.pk)
    return {
        f"{keys[0]}-{keys[-1]}-{len(keys)}": (f"{len(keys)} giấy, {reason}: {why} (đề nghị của {who})", keys)
        for (who, reason, why), keys in alike.items()
    }
