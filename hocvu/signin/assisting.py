"""Somebody of the ward helps a learner on the helper's own device: an elder at home, a visitor at the service desk.

Two people stand before it. The helper finds the learner; the learner (or a witness for them) agrees on a page of
their own. From then on every request of this browser is the learner's: the helper's own rights are gone, each act in
the trail carries the helper's name, and the session ends after ten idle minutes, when another learner is begun, or
when the helper's right ends. The helper's browser stays signed in as the helper underneath.

Whoever helped somebody may later not sit, check or confirm for them; `helped_in` tells, and `by_oneself` closes pages
that must be a learner's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold, nfc
from hocvu.lib.web import client_address, render
from hocvu.signin import childhood, citizens, sessions, throttling
from hocvu.signin.models import AssistedSession, AssistedSessionQuerySet, Proof, SignIn, Way
from hocvu.ward import audit
from hocvu.ward.access import can, scoped, wants_json
from hocvu.ward.models import Account, Person, Ward
from hocvu.ward.models.person import PersonQuerySet, years_before

View = Callable[..., HttpResponseBase]

KEY = "assist"  # where the helper's Django session keeps which learner is helped, and when the last request came
IDLE = timedelta(minutes=10)
FOLLOWED = timedelta(minutes=1)  # the row's last use is written at most this often
DAILY_CAP = 30  # learners that one helper begins with in a day
YEAR_TRIES = 5  # of the year of birth, for one learner by one helper in a quarter of an hour
SAMPLE = 20  # one session of so many is called back: 5 %
OF_AGE = 16  # below, a representative is present

ENDED, OTHER, IDLED, SIGNED_OUT, REVOKED, LEARNER_ENDED, CONSENT = (
    "người học kết thúc", "giúp người khác", "lâu không dùng", "người giúp đăng xuất", "người giúp hết quyền",
    "kết thúc từ nơi khác", "đồng ý đã rút",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a learner agreed: by their own hand with the year of birth, or aloud before a witness."""

    how: str
    year: int | None = None
    witness: str = ""
    guardian: str = ""


def may_meet(helper: Account, ward: Ward) -> PersonQuerySet:
    """The people whom a helper may help: living, of the helper's part of the ward, not asking to be left in peace."""
    people = Person.objects.open_for_work().living_on(clock.today())
    return scoped(people, helper, "assist", ward)


def needs_guardian(person: Person) -> bool:
    """Whether somebody is too young to agree alone; whoever has no date of birth is taken as grown up."""
    return person.born_on is not None and person.born_on > years_before(clock.today(), OF_AGE)


def begin(request: HttpRequest, helper: Account, person: Person, agreement: Agreement) -> AssistedSession:
    """Let this browser act for a learner from the next request on. Refused where the two are one, the year is wrong,
    nobody stands for a child, or the helper has helped enough for a day."""
    device = sessions.label_of(request.headers.get("User-Agent", ""))
    network = sessions.network_of(client_address(request))
    row = write_down(helper, person, _sound(helper, person, agreement), device=device, network=network)
    request.session[KEY] = {"row": str(row.pk), "seen": row.opened_at.timestamp()}
    return row


@transaction.atomic
def write_down(
    helper: Account, person: Person, agreement: Agreement, *, device: str = "", network: str = ""
) -> AssistedSession:
    """The row of a session that was agreed to, and the sign-in of the learner that it is."""
    helper = Account.objects.select_for_update(of=("self",), no_key=True).get(
        pk=helper.pk
    )  # one at a time, also on two devices
    close(AssistedSession.objects.open().filter(helper=helper), OTHER)
    now = timezone.now()
    if begun_since(helper, _midnight(now)) >= DAILY_CAP:
        raise Refusal(
            f"Hôm nay đã giúp {DAILY_CAP} người. Để người học không bị vội, mỗi ngày một người giúp nhiều nhất từng đó. "
            "Hãy hẹn mai, hoặc nhờ thành viên khác."
        )
    account = citizens.open_account(person.ward, person=person, by=helper)
    childhood.agree_at_the_door(person, guardian=agreement.guardian, witness=helper.full_name, by=helper)
    if not account.is_active:
        raise Refusal("Tài khoản của người này đang khóa. Hãy báo người quản trị.")
    came = SignIn.objects.create(
        account=account, way=Way.ASSISTED, proof=Proof.VOUCHED, vouched_by=helper, authenticated_at=now, at=now,
        device_label=device, network=network, seen_at=now,
    )  # fmt: skip
    row = AssistedSession(
        ward=person.ward, helper=helper, account=account, person=person, sign_in=came, agreed_how=agreement.how,
        witness=agreement.witness, guardian=agreement.guardian, opened_at=now, last_act_at=now,
    )  # fmt: skip
    row.to_call_back = is_drawn(str(row.pk))
    row.save(force_insert=True)
    with audit.helped_by(helper):
        audit.record(account, "agreed to be helped", account, ward=person.ward, how=row.get_agreed_how_display())
    return row


def _sound(helper: Account, person: Person, agreement: Agreement) -> Agreement:
    """The agreement with its texts composed, or a sentence on what it lacks."""
    witness, guardian = nfc(agreement.witness).strip(), nfc(agreement.guardian).strip()
    if helper.person_id == person.pk or fold(helper.full_name) == fold(person.full_name):
        raise Refusal("Người giúp và người học trùng họ tên. Không ai tự xác nhận cho mình: hãy nhờ người giúp khác.")
    if needs_guardian(person) and not guardian:
        raise Refusal("Người học dưới 16 tuổi. Hãy ghi họ tên cha, mẹ hoặc người giám hộ đang có mặt.", "guardian")
    if fold(guardian) and fold(guardian) == fold(helper.full_name):
        raise Refusal("Người đại diện phải là người khác, không phải người giúp.", "guardian")
    if agreement.how == AssistedSession.Agreed.WITNESS:
        if not witness:
            raise Refusal("Hãy ghi họ tên người chứng kiến.", "witness")
        if fold(witness) in (fold(helper.full_name), fold(person.full_name)):
            raise Refusal("Người chứng kiến phải là người thứ ba, không phải người giúp hay người học.", "witness")
    else:
        witness = ""
        _check_year(helper, person, agreement.year)
    return Agreement(agreement.how, None, witness[:120], guardian[:120])


def _check_year(helper: Account, person: Person, year: int | None) -> None:
    if person.born_on is None:
        raise Refusal("Danh bạ chưa có năm sinh của người này. Hãy dùng cách có người chứng kiến ở dưới.", "year")
    if year is None:
        raise Refusal("Hãy bấm năm sinh của người học, bốn chữ số.", "year")
    tries = throttling.door("assist-year", str(helper.pk), str(person.pk), most=YEAR_TRIES)
    knock = throttling.knock(tries)
    if knock.wait_minutes:
        raise Refusal(f"Đã bấm sai năm sinh nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.", "year")
    if year != person.born_on.year:
        raise Refusal("Năm sinh chưa khớp với danh bạ. Hãy hỏi lại người học rồi bấm lại.", "year")
    knock.forgive()


def is_drawn(key: str) -> bool:
    """Whether the lot falls on a session to be called back; the same at every asking, known to nobody beforehand."""
    return int(salted_hmac("signin.call_back", key, algorithm="sha256").hexdigest(), 16) % SAMPLE == 0


@transaction.atomic
def close(rows: AssistedSessionQuerySet, why: str) -> int:
    """End those of `rows` that are open, with the sign-ins that they made; answers how many."""
    held = list(rows.open().select_for_update(of=("self",), no_key=True).select_related("helper", "account", "ward"))
    now = timezone.now()
    for row in held:
        row.ended_at, row.ended_why = now, why
        row.save(update_fields=("ended_at", "ended_why"))
        audit.record(row.helper, "stopped helping", row.account or row, ward=row.ward, reason=why)
    signed = SignIn.objects.open().filter(pk__in=[row.sign_in_id for row in held])
    signed.update(ended_at=now, ended_why=why, session_key="")
    return len(held)


def sweep() -> int:
    """End those that lie idle though no request came to find it out; answers how many."""
    lying = timezone.now() - IDLE - FOLLOWED  # the row lags behind the browser by a minute
    return close(AssistedSession.objects.filter(last_act_at__lt=lying), IDLED)


# ---- What other rooms ask


def helper_of(request: HttpRequest) -> Account | None:
    """Who helps the learner of this very request, if anybody."""
    helper: Account | None = getattr(request, "helper", None)
    return helper


def helped_in(account: Account, since: datetime) -> set[int]:
    """The keys of those who helped a learner since a moment: they cannot sit, check or confirm for this learner."""
    rows = AssistedSession.objects.filter(account=account, opened_at__gte=since)
    return set(rows.order_by().values_list("helper", flat=True))


def by_oneself(view: View) -> View:
    """Close a view, already declared by who may open it, while somebody helps: keys, phone and PIN are one's own.

    Stands below `@signed_in` or `@needs`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if helper_of(request) is not None:
            return render(request, "signin/by_oneself.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def begun_since(helper: Account, since: datetime) -> int:
    """How many learners a helper began with since a moment."""
    return AssistedSession.objects.filter(helper=helper, opened_at__gte=since).count()


def today_of(helper: Account) -> AssistedSessionQuerySet:
    """A helper's own sessions of today."""
    rows = AssistedSession.objects.filter(helper=helper, opened_at__gte=_midnight(timezone.now()))
    return rows.select_related("account")


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


# ---- The call back


@transaction.atomic
def record_call(row: AssistedSession, *, outcome: str, note: str, by: Account) -> None:
    """What a learner of the sample said when asked. A session that a learner denies establishes nobody."""
    held = AssistedSession.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=row.pk)
    if by.pk == held.helper_id:
        raise Refusal("Người giúp không tự kiểm tra phiên của mình. Hãy để người khác gọi.")
    if held.account_id is None:
        raise Refusal("Người học đã xóa dữ liệu, không gọi lại được nữa.")
    if held.call_outcome not in ("", AssistedSession.Outcome.UNREACHED):
        raise Refusal("Phiên này đã có kết quả gọi lại. Hãy tải lại trang.")
    if outcome == AssistedSession.Outcome.DENIED and not note.strip():
        raise Refusal("Hãy ghi người học nói gì, để xem lại việc giúp.", "note")
    held.call_outcome, held.call_note, held.called_by, held.called_at = outcome, note.strip(), by, timezone.now()
    held.save(update_fields=("call_outcome", "call_note", "called_by", "called_at"))
    audit.record(by, "called back", held, ward=held.ward, state=held.get_call_outcome_display())


# ---- Each request


def stand_in(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: while a learner is helped, the request is theirs, stamped with the helper, kept by no browser.

    Stands after signing in is known and before the ward is. A request that finds the session over is not carried out:
    what was meant as the learner's must not become the helper's.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            kept = request.session.get(KEY)
        except DatabaseError:
            if not request.path.startswith("/suc-khoe"):  # the health page says itself that the database is away
                raise
            kept = None
        if kept is None or isinstance(request.user, AnonymousUser):
            return get_response(request)
        row = _row(kept["row"])
        if why := _over(request, row, kept["seen"]):
            return _leave(request, row, why)
        assert row is not None
        assert row.account is not None
        _follow(request, row, kept["seen"])
        request.user, request.helper = row.account, row.helper  # type: ignore[attr-defined]
        with audit.helped_by(row.helper):
            response = get_response(request)
        if KEY not in request.session:  # signed out, or somebody else signed in on this browser
            close(AssistedSession.objects.filter(pk=row.pk), SIGNED_OUT)
        response["Cache-Control"] = "no-store"
        return response

    return middleware


def stop(request: HttpRequest) -> None:
    """End the assisted session of this request; the browser is the helper's again from the next request on."""
    kept = request.session.pop(KEY, None)
    if kept is not None:
        close(AssistedSession.objects.filter(pk=kept["row"]), ENDED)


def _row(key: str) -> AssistedSession | None:
    return (
        AssistedSession.objects.select_related("helper", "account", "person", "ward", "sign_in").filter(pk=key).first()
    )


def _over(request: HttpRequest, row: AssistedSession | None, seen: float) -> str:
    """Why the session is over; "" where it goes on."""
    if row is None or row.account is None or row.person is None or row.ended_at is not None:
        return row.ended_why if row and row.ended_why else ENDED
    if row.helper_id != request.user.pk:
        return SIGNED_OUT
    if timezone.now().timestamp() - seen > IDLE.total_seconds():
        return IDLED
    if row.sign_in is None or row.sign_in.ended_at is not None or not row.account.is_active:
        return LEARNER_ENDED
    if childhood.missing(row.person):
        return CONSENT
    return "" if can(row.helper, "assist", row.person) else REVOKED


def _leave(request: HttpRequest, row: AssistedSession | None, why: str) -> HttpResponseBase:
    request.session.pop(KEY, None)
    if row is not None:
        close(AssistedSession.objects.filter(pk=row.pk), why)
    words = f"Phiên giúp {row.learner if row else 'người học'} đã kết thúc: {why}. Việc vừa bấm chưa được làm."
    if wants_json(request):
        return JsonResponse({"error": "assistance_over", "message": words}, status=401)
    messages.info(request, words)
    answer: HttpResponse = redirect("/ban-lam-viec/" if why == REVOKED else "signin:assist")
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Refresh"] = "true"
    answer["Cache-Control"] = "no-store"
    return answer


def _follow(request: HttpRequest, row: AssistedSession, seen: float) -> None:
    now = timezone.now()
    request.session[KEY] = {"row": str(row.pk), "seen": now.timestamp()}
    if now - row.last_act_at > FOLLOWED:
        AssistedSession.objects.open().filter(pk=row.pk).update(last_act_at=now)
        SignIn.objects.open().filter(assisted=row).update(seen_at=now)
