"""What the coordinator sees of helping: every session with its counts, and the sample that is called back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.text import fold
from hocvu.lib.web import sent
from hocvu.signin import assisting
from hocvu.signin.models import AssistedSession
from hocvu.ward import audit, register
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Account

Outcome = AssistedSession.Outcome
SPANS = (("1", "Trong 24 giờ"), ("7", "Trong 7 ngày"), ("30", "Trong 30 ngày"))


def _state(row: AssistedSession) -> Mark:
    return Mark("Đã kết thúc", "none") if row.ended_at else Mark("Đang giúp", "good")


def _outcome(row: AssistedSession) -> Mark:
    match row.call_outcome:
        case Outcome.CONFIRMED:
            return Mark("Đúng là có được giúp", "good")
        case Outcome.DENIED:
            return Mark("Nói không được giúp", "bad")
        case Outcome.UNREACHED:
            return Mark("Chưa liên lạc được", "slow")
    return Mark("Chờ gọi", "slow")


SESSIONS = (
    Head[AssistedSession]("Bắt đầu", lambda s: s.opened_at, 18),
    Head[AssistedSession]("Người giúp", lambda s: s.helper.full_name, 28),
    Head[AssistedSession]("Người học", lambda s: s.learner, 28),
    Head[AssistedSession]("Đồng ý", lambda s: s.get_agreed_how_display(), 32),
    Head[AssistedSession]("Người chứng kiến", lambda s: s.witness, 24, only_in_file=True),
    Head[AssistedSession]("Người đại diện", lambda s: s.guardian, 24, only_in_file=True),
    Head[AssistedSession]("Kết thúc", lambda s: s.ended_at, 18),
    Head[AssistedSession]("Vì sao", lambda s: s.ended_why, 24, only_in_file=True),
    Head[AssistedSession]("Tình trạng", lambda s: _state(s).words, 16, mark=_state),
)


def _since(rows: Any, days: str) -> Any:
    return rows.filter(opened_at__gte=timezone.now() - timedelta(days=int(days)))


@needs("assist.check")
@never_cache
@require_safe
def assist_log(request: SignedInRequest) -> HttpResponseBase:
    """Every session in which somebody helped; each look is in the trail."""
    rows = scoped(AssistedSession.objects.all(), request.user, "assist.check", request.ward)
    page = Page(
        "Sổ phiên có người giúp",
        lead="Ai giúp ai, đồng ý bằng cách nào. Mỗi lần xem được ghi vào nhật ký.",
        links=((reverse("signin:call_backs"), "Gọi lại kiểm tra"),),
        empty="Chưa có phiên nào",
        empty_words="Phiên hiện ra khi Tổ công nghệ số hoặc Đại sứ số giúp người dân đăng nhập.",
        counted="phiên",
        template="signin/assist_log.html",
        more={"counts": _counts(rows)},
    )
    filters = (
        Choice("luc", "Thời gian", SPANS, _since, every="Mọi lúc"),
        Choice("ai", "Người giúp", _helpers(rows), lambda q, v: q.filter(helper=v)),
    )
    return show(
        request, page, rows=rows.select_related("helper", "account"), columns=SESSIONS, filters=filters, seen=_seen(request)
    )  # fmt: skip


def _counts(rows: Any) -> list[tuple[str, int]]:
    """How many in each span; one question."""
    now = timezone.now()
    asked = {f"in_{days}": Count("pk", filter=Q(opened_at__gte=now - timedelta(days=int(days)))) for days, _ in SPANS}
    counted = rows.order_by().aggregate(**asked)
    return [(words, counted[f"in_{days}"]) for days, words in SPANS]


def _helpers(rows: Any) -> list[tuple[str, str]]:
    found = Account.objects.filter(pk__in=rows.order_by().values("helper")).values_list("pk", "full_name")
    return sorted(((str(pk), name) for pk, name in found), key=lambda pair: fold(pair[1]))


def _seen(request: SignedInRequest) -> Any:
    return lambda count: audit.record(request.user, "saw people", request.ward, people=count)


def _call_address(row: AssistedSession) -> str:
    is_open = row.call_outcome in ("", Outcome.UNREACHED) and row.account_id is not None
    return reverse("signin:call_back", args=(row.pk,)) if is_open else ""


CALLS = (
    Head[AssistedSession]("Phiên lúc", lambda s: s.opened_at, 18, href=_call_address),
    Head[AssistedSession]("Người học", lambda s: s.learner, 28),
    Head[AssistedSession]("Người giúp", lambda s: s.helper.full_name, 28),
    Head[AssistedSession]("Đồng ý", lambda s: s.get_agreed_how_display(), 32),
    Head[AssistedSession]("Kết quả", lambda s: _outcome(s).words, 24, mark=_outcome),
    Head[AssistedSession]("Gọi lúc", lambda s: s.called_at, 18),
    Head[AssistedSession]("Người gọi", lambda s: s.called_by.full_name if s.called_by else "", 24, only_in_file=True),
    Head[AssistedSession]("Ghi chú", lambda s: s.call_note, 40),
)


@needs("assist.check")
@never_cache
@require_safe
def call_backs(request: SignedInRequest) -> HttpResponseBase:
    """The sessions on which the lot fell, one of twenty; nobody meets their own."""
    rows = _sample(request).order_by("call_outcome", "-opened_at", "-pk")
    page = Page(
        "Gọi lại kiểm tra",
        lead="Máy rút ngẫu nhiên một trong hai mươi phiên. Gọi người học hỏi: có được giúp không, ai giúp, làm việc gì.",
        crumbs=((reverse("signin:assist_log"), "Sổ phiên có người giúp"),),
        empty="Chưa có phiên nào trong mẫu",
        counted="phiên",
    )
    choices = (("cho", "Chờ gọi"), ("xong", "Đã có kết quả"))
    filters = (Choice("kq", "Kết quả", choices, _called),)
    return show(
        request, page, rows=rows.select_related("helper", "account", "called_by"), columns=CALLS, filters=filters,
        seen=_seen(request),
    )  # fmt: skip


def _called(rows: Any, value: str) -> Any:
    return rows.to_be_checked() if value == "cho" else rows.filter(call_outcome__in=(Outcome.CONFIRMED, Outcome.DENIED))


def _sample(request: SignedInRequest) -> Any:
    rows = AssistedSession.objects.filter(to_call_back=True).exclude(helper=request.user)
    return scoped(rows, request.user, "assist.check", request.ward)


class CallForm(Form):
    """What the learner said."""

    outcome = forms.ChoiceField(label="Người học nói", choices=Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="Ghi chú", max_length=300, required=False, widget=forms.Textarea)


@needs("assist.check")
@never_cache
def call_back(request: SignedInRequest, assistedsession_id: UUID) -> HttpResponse:
    """Call a learner of the sample and write down what they said. The look at the phone is in the trail."""
    row = get_object_or_404(
        _sample(request).select_related("helper", "account", "person", "ward"), pk=assistedsession_id
    )

    def record(data: dict[str, Any]) -> str:
        assisting.record_call(row, **data, by=request.user)
        messages.success(request, "Đã ghi kết quả gọi lại.")
        return reverse("signin:call_backs")

    phone = register.phone_of(row.person, in_full=True) if row.person else ""
    if phone and request.method == "GET":
        audit.record(request.user, "saw a phone to call back", row, ward=row.ward)
    facts = (
        ("Người học", row.learner),
        ("Điện thoại", phone or "Chưa có số; hãy hỏi tại nhà"),
        ("Phiên lúc", f"{timezone.localtime(row.opened_at):%H:%M ngày %d/%m/%Y}"),
        ("Người giúp", row.helper.full_name),
        ("Đồng ý", row.get_agreed_how_display()),
        *((("Người chứng kiến", row.witness),) if row.witness else ()),
        *((("Người đại diện", row.guardian),) if row.guardian else ()),
    )
    lead = "Hỏi người học: hôm đó có ai giúp dùng Học vụ số không, người ấy tên gì. Không hỏi mật khẩu, mã PIN."
    crumbs = ((reverse("signin:assist_log"), "Sổ phiên"), (reverse("signin:call_backs"), "Gọi lại kiểm tra"))
    act = Act(
        "Ghi kết quả gọi lại", "Ghi lại", lead=lead, facts=facts, crumbs=crumbs, back=reverse("signin:call_backs")
    )
    return act_page(request, CallForm(sent(request)), act, do=record)
