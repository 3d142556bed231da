"""Sessions: opened in one way for every door, watched while they are used, ended by time, by their owner or by an officer.

What the pages ask on each request lies in the session itself (`how`), so that watching costs no query; the row that
lists and history read follows it every few minutes. An ended session is gone from the store: its next request is
nobody's.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address
from hocvu.signin import childhood
from hocvu.signin.models import Device, Proof, SignIn, Way
from hocvu.ward import audit, notices
from hocvu.ward.models import Account

HOW = "how"  # what the session says about its own sign-in
COOKIE, COOKIE_AGE = "hv_may", 400 * 24 * 3600
FOLLOWED = timedelta(minutes=1)  # a session's last use is written at most this often

# way: (idle for so long and it ends, ends in any case after)
LIMITS: dict[str, tuple[timedelta, timedelta]] = {
    Way.PASSWORD: (timedelta(hours=2), timedelta(hours=12)),
    Way.PASSKEY: (timedelta(hours=2), timedelta(hours=12)),
    Way.VNEID: (timedelta(days=7), timedelta(days=30)),
    Way.PHONE: (timedelta(days=7), timedelta(days=30)),
    Way.CARD: (timedelta(minutes=30), timedelta(hours=4)),
}
IDLE_WORDS = "Phiên trước đã kết thúc vì lâu không dùng. Hãy đăng nhập lại."


@dataclass(frozen=True, slots=True)
class How:
    """How somebody comes in. `vouched_by` is whoever knows the person, for a card or a helped session."""

    way: Way
    proof: Proof
    issuer: str = ""
    authenticated_at: datetime | None = None
    vouched_by: Account | None = None


@transaction.atomic
def open_session(request: HttpRequest, account: Account, how: How) -> SignIn:
    """Sign an account in on this browser: a new session key, a row of history, a word about a new device. Refused for a
    child as long as those who must have agreed have not."""
    if why := childhood.why_shut(account):
        raise Refusal(why)
    now, before = timezone.now(), current_row(request)
    if before is not None:  # this browser was somebody's, or the same account's by another door
        SignIn.objects.open().filter(pk=before).update(ended_at=now, ended_why="đăng nhập lại", session_key="")
    login(request, account)
    request.session.cycle_key()
    _, longest = LIMITS[how.way]
    request.session.set_expiry(int(longest.total_seconds()))
    device = _device(request, account, now)
    row = SignIn.objects.create(
        account=account, way=how.way, proof=how.proof, vouched_by=how.vouched_by, issuer=how.issuer,
        authenticated_at=how.authenticated_at, at=now, device=device, device_label=device.label,
        network=network_of(client_address(request)), session_key=request.session.session_key or "", seen_at=now,
    )  # fmt: skip
    request.session[HOW] = {
        "sign_in": row.pk, "way": str(how.way), "proof": str(how.proof), "at": now.timestamp(), "seen": now.timestamp()
    }  # fmt: skip
    account.last_login = now
    account.save(update_fields=("last_login",))
    audit.record(account, "signed in", account, way=str(how.way))
    return row


def proof_of(request: HttpRequest) -> str:
    """How the identity of this session was established; "" where nobody is signed in through a door of the house."""
    return str(request.session.get(HOW, {}).get("proof", ""))


def current_row(request: HttpRequest) -> int | None:
    """The key of the row of this very session."""
    key: int | None = request.session.get(HOW, {}).get("sign_in")
    return key


def idle_seconds(request: HttpRequest) -> int:
    """After how many seconds without a page this session ends."""
    way = request.session.get(HOW, {}).get("way", Way.PASSWORD)
    return int(LIMITS[way][0].total_seconds())


def follow_key(request: HttpRequest) -> None:
    """The session's key was changed; its row follows."""
    if (key := current_row(request)) is not None:
        SignIn.objects.filter(pk=key).update(session_key=request.session.session_key or "")


def sign_out(request: HttpRequest, why: str = "đăng xuất") -> None:
    """End the session of this request."""
    key = current_row(request)
    if key is not None:
        SignIn.objects.open().filter(pk=key).update(ended_at=timezone.now(), ended_why=why, session_key="")
    logout(request)


@transaction.atomic
def end(row: SignIn, *, by: Account, why: str = "kết thúc từ nơi khác") -> None:
    """End a session from elsewhere; its next request is nobody's."""
    Session.objects.filter(session_key=row.session_key).delete()
    SignIn.objects.open().filter(pk=row.pk).update(ended_at=timezone.now(), ended_why=why, session_key="")
    audit.record(by, "ended a session", row.account, device=row.device_label)


@transaction.atomic
def end_all(account: Account, *, but: int | None = None, why: str) -> int:
    """End every session of an account, except the row named; answers how many."""
    rows = [row for row in SignIn.objects.open().filter(account=account) if row.pk != but]
    Session.objects.filter(session_key__in=[row.session_key for row in rows if row.session_key]).delete()
    ended = SignIn.objects.filter(pk__in=[row.pk for row in rows])
    return ended.update(ended_at=timezone.now(), ended_why=why, session_key="")


def sweep() -> int:
    """Mark sessions that ran out; answers how many."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    gone = SignIn.objects.open().exclude(session_key__in=alive)
    return gone.update(ended_at=timezone.now(), ended_why="hết hạn", session_key="")


def watch(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: end sessions that lie idle, follow those in use, remember the browser where a session was opened."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            try:
                _follow(request)
            except DatabaseError:
                if not request.path.startswith("/suc-khoe"):  # the health page says itself that the database is away
                    raise
        response = get_response(request)
        if (cookie := getattr(request, "device_cookie", None)) is not None:
            response.set_cookie(
                COOKIE, cookie, max_age=COOKIE_AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response

    return middleware


def _follow(request: HttpRequest) -> None:
    how = request.session.get(HOW)
    if not how:
        return
    now = timezone.now()
    idle, longest = LIMITS[how["way"]]
    lain = now.timestamp() - how["seen"]
    if lain > idle.total_seconds() or now.timestamp() - how["at"] > longest.total_seconds():
        sign_out(request, "lâu không dùng")
        messages.info(request, IDLE_WORDS)
    elif lain > FOLLOWED.total_seconds() and isinstance(request.user, Account) and childhood.why_shut(request.user):
        messages.info(request, childhood.why_shut(request.user))
        sign_out(request, "đồng ý đã rút")
    elif lain > FOLLOWED.total_seconds():
        request.session[HOW] = {**how, "seen": now.timestamp()}
        SignIn.objects.filter(pk=how["sign_in"]).update(seen_at=now)


# ---- Devices


def _device(request: HttpRequest, account: Account, now: datetime) -> Device:
    """The browser of this request among those that the account came in with. Another one is told to its owner."""
    cookie = request.COOKIES.get(COOKIE, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie):
        cookie = secrets.token_urlsafe(32)
        request.device_cookie = cookie  # type: ignore[attr-defined]
    digest, label = hashlib.sha256(cookie.encode()).hexdigest(), label_of(request.headers.get("User-Agent", ""))
    others = Device.objects.filter(account=account).exists()
    device, is_new = Device.objects.get_or_create(
        account=account, digest=digest, defaults={"label": label, "first_at": now, "last_at": now}
    )
    if is_new and others:
        notices.tell(
            [account],
            key=f"device:{device.pk}",
            text=f"Tài khoản vừa được đăng nhập trên thiết bị mới: {label}, lúc {timezone.localtime(now):%H:%M ngày %d/%m/%Y}. "
            "Nếu không phải mình, hãy kết thúc phiên đó và báo người quản trị.",
            href="/toi/phien/",
        )
    if not is_new:
        Device.objects.filter(pk=device.pk).update(last_at=now, label=label)
    return device


_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
             ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "máy Mac"),
            ("Linux", "Linux"))  # fmt: skip


def label_of(user_agent: str) -> str:
    """What a browser is called on the list of sessions.

    >>> label_of("Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36")
    'Chrome trên Android'
    """
    browser = next((words for mark, words in _BROWSERS if mark in user_agent), "Trình duyệt")
    system = next((words for mark, words in _SYSTEMS if mark in user_agent), "")
    return f"{browser} trên {system}" if system else browser


def network_of(address: str) -> str:
    """A network address with its last part cut off, enough to tell home from abroad.

    >>> network_of("203.113.7.19"), network_of("2001:ee0:4141:1::9"), network_of("?")
    ('203.113.7.0/24', '2001:ee0:4141::/48', '')
    """
    try:
        whole = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{24 if whole.version == 4 else 48}", strict=False))
