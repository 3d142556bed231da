"""Signing in with a phone: a code goes there, whoever can read it holds the phone.

Holding a phone proves no more than that. Operators hand a number that nobody uses to somebody else after a few months,
so that a link that lay unused for long opens nothing: whoever holds the number now may come in with VNeID, or open an
account of their own, which ends the old link and leaves the old account as it was. Nobody is joined to the register
by a phone.

A guess is counted before it is looked at, in one conditional write: of fifty guesses at the same moment five are
looked at, on both databases. What is asked for is the same for a number that is known and one that is not.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from hocvu.lib.refusals import Refusal
from hocvu.signin import citizens, sessions, throttling
from hocvu.signin.models import PhoneCode, PhoneLink, Proof
from hocvu.signin.models.phone import TRIES
from hocvu.signin.throttling import door
from hocvu.ward import audit, notices, register, retention, sms
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Ward

CODE_LIVES = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=60)
CODES_KEPT = timedelta(days=1)
HOUR = timedelta(hours=1)
OF_A_PHONE, OF_AN_ADDRESS = 3, 10  # codes an hour

# A link that lay unused so long may be somebody else's number by now. Sooner, where the account has more to lose: it
# was established by more than a phone, or stands for somebody of the register.
STALE_AFTER, STALE_SOONER_AFTER = timedelta(days=180), timedelta(days=90)

BEGIN_AGAIN = "Mã đã hết hạn hoặc chưa được gửi. Hãy nhập lại số điện thoại để nhận mã mới."
MOVED_ON = "số đã sang người khác"

# Without marks, as a message without them is whole in one part; see ward.sms.
sms.declare(
    "sign_in_code",
    "Hoc vu so: ma cua ban la {code}. Dung trong 5 phut. Khong dua ma nay cho bat ky ai, ke ca can bo.",
    lives=CODE_LIVES,
)
sms.declare(
    "phone_changed",
    "Hoc vu so: so dien thoai nay khong con dung de dang nhap nua. Neu khong phai ban doi, hay goi 1022.",
    lives=timedelta(days=1),
)


# ---- A code is asked for, and typed


def ask(digits: str, *, address: str, ward: Ward | None, account: Account | None = None) -> tuple[PhoneCode, str]:
    """Send a code to a phone; earlier ones are worth nothing from now on. Answers it with the secret that only the
    asking browser's session keeps. Raises Refusal.

    `account` is whose phone it is to be; nobody where somebody signs in.
    """
    knock = throttling.knock(
        door("sms_phone", digits, most=OF_A_PHONE, window=HOUR),
        door("sms_address", _network(address), most=OF_AN_ADDRESS, window=HOUR),
    )
    if knock.wait_minutes:
        raise Refusal(
            f"Đã xin mã nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút, đăng nhập bằng cách khác, hoặc gọi 1022.",
            "phone",
        )
    try:
        return _send_code(digits, ward, account)
    except Refusal:
        knock.forgive()
        raise


@transaction.atomic
def _send_code(digits: str, ward: Ward | None, account: Account | None) -> tuple[PhoneCode, str]:
    now, ring, secret = timezone.now(), keyring(), secrets.token_urlsafe(24)
    code = PhoneCode(id=uuid.uuid4(), binding=_binding(secret), account=account, made_at=now)
    code.expires_at = now + CODE_LIVES
    code.phone_index, code.phone_sealed = _index(digits), ring.seal(digits, _place_of_code(code))
    words, code.salt = f"{secrets.randbelow(10**6):06d}", secrets.token_hex(16)
    code.digest = _digest(code, words)
    PhoneCode.objects.filter(phone_index=code.phone_index, used_at=None, closed_at=None).update(closed_at=now)
    code.save(force_insert=True)
    sms.send(digits, "sign_in_code", {"code": words}, key_of(code), ward=ward)
    return code, secret


def asked_by(secret: str) -> PhoneCode | None:
    """The code that a browser asked for, by what its session keeps."""
    return PhoneCode.objects.filter(binding=_binding(secret)).first() if secret else None


def seconds_until_again(code: PhoneCode) -> int:
    """How long until another code may be asked for; 0 where at once."""
    return max(0, int((code.made_at + AGAIN_AFTER - timezone.now()).total_seconds()))


def check(code: PhoneCode, typed: str) -> PhoneCode:
    """Look at a guess, which is counted first; the right one works once. Raises Refusal with what to do.

    Stands outside a transaction: a count must not be taken back with it.
    """
    now = timezone.now()
    if not PhoneCode.objects.guessable(now).filter(pk=code.pk).update(tries=F("tries") + 1):
        raise Refusal(_why_not(code), "code")
    if not constant_time_compare(code.digest, _digest(code, typed)):
        left = TRIES - PhoneCode.objects.values_list("tries", flat=True).get(pk=code.pk)
        hint = f"Còn {left} lần thử." if left > 0 else "Mã này không dùng được nữa: hãy bấm Gửi lại mã."
        raise Refusal(f"Mã chưa đúng. Hãy xem lại tin nhắn mới nhất. {hint}", "code")
    if not PhoneCode.objects.filter(pk=code.pk, used_at=None, closed_at=None).update(used_at=now):
        raise Refusal(_why_not(code), "code")
    code.refresh_from_db()
    return code


def _why_not(code: PhoneCode) -> str:
    code.refresh_from_db()
    if code.used_at is None and code.closed_at is None and code.tries >= TRIES:
        return f"Đã nhập sai {TRIES} lần nên mã này không dùng được nữa. Hãy bấm Gửi lại mã."
    if code.used_at is not None:
        return "Mã này đã dùng rồi. Hãy bấm Gửi lại mã."
    if code.closed_at is not None:
        return "Đã có mã mới hơn gửi tới số này. Hãy bấm Gửi lại mã rồi dùng tin nhắn mới nhất."
    return "Mã đã quá 5 phút. Hãy bấm Gửi lại mã."


def key_of(code: PhoneCode) -> str:
    """Under which key the message of a code stands in the outbox."""
    return f"code:{code.pk}"


# ---- Somebody comes in


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whom a proven phone brings in: an account; or nobody yet, with the link that lies too long unused if any."""

    account: Account | None = None
    stale: PhoneLink | None = None


@transaction.atomic
def come_in(code: PhoneCode) -> Arrival:
    """The account that a proven code opens. Raises Refusal where the code has opened something already."""
    link = _active_of(code.phone_index)
    if link is None:
        return Arrival()
    if not link.account.is_active:
        raise Refusal("Tài khoản gắn với số này đang bị khóa. Hãy gọi 1022 để được giúp.")
    if is_stale(link):
        return Arrival(stale=link)
    _spend(code)
    link.last_used_at = timezone.now()
    link.save(update_fields=("last_used_at",))
    return Arrival(link.account)


def begin(code: PhoneCode, *, full_name: str, ward: Ward, anew: bool = False) -> Account:
    """Open an account for whoever holds a phone that opens none. `anew` says that they were told of an old link and
    that it is not theirs: it ends. Raises Refusal."""
    try:
        return _begin(code, full_name, ward, anew)
    except IntegrityError:  # another browser with the same phone was quicker: it is the same person
        return _begin(code, full_name, ward, anew)


@transaction.atomic
def _begin(code: PhoneCode, full_name: str, ward: Ward, anew: bool) -> Account:
    arrival = come_in(code)
    if arrival.account is not None:
        return arrival.account
    if arrival.stale is not None and not anew:
        raise Refusal("Số này từng gắn với tài khoản khác. Hãy chọn cách đi tiếp.")
    _spend(code)
    account = citizens.open_account(ward, full_name=full_name)
    if arrival.stale is not None:
        _end(arrival.stale, MOVED_ON, by=None)
    _link(account, code)
    return account


def is_stale(link: PhoneLink) -> bool:
    """Whether a link lay unused so long that the number may be somebody else's by now."""
    unused = timezone.now() - link.last_used_at
    if unused <= STALE_SOONER_AFTER:
        return False
    return unused > STALE_AFTER or _has_more_to_lose(link.account)


def _has_more_to_lose(account: Account) -> bool:
    known = citizens.established(account)
    return account.person_id is not None or (known is not None and known.proof != Proof.PHONE)


# ---- One's own number


def link_of(account: Account) -> PhoneLink | None:
    """The phone that opens an account, if any."""
    return PhoneLink.objects.active().filter(account=account).first()


def masked(link: PhoneLink) -> str:
    """•••••••678."""
    return register.mask(number_of(link))


def number_of(link: PhoneLink) -> str:
    """The number in full, for its owner's own data and for what is sent there."""
    return keyring().open(link.phone_sealed, _place_of_link(link))


def typed_number(code: PhoneCode) -> str:
    """The number that a code was sent to, for the browser in which it was typed."""
    return keyring().open(code.phone_sealed, _place_of_code(code))


@transaction.atomic
def take_for_own(account: Account, code: PhoneCode, *, keep: int | None) -> PhoneLink:
    """Let a proven phone open an account from now on; the one before no longer does, and both are told. Where it is the
    same phone it is confirmed anew. `keep` is the row of the session that asks. Raises Refusal.

    That a change needs VNeID level 2 is for the page to see to, which knows the session.
    """
    now, current = timezone.now(), _held(account)
    other = _active_of(code.phone_index)
    if other is not None and other.account_id != account.pk:
        if not is_stale(other):
            raise Refusal("Số này đang dùng cho tài khoản khác. Hãy dùng số khác, hoặc đăng nhập bằng chính số đó.")
        _end(other, MOVED_ON, by=None)
    _spend(code)
    if current is not None and current.phone_index == code.phone_index:
        current.confirmed_at = current.last_used_at = now
        current.save(update_fields=("confirmed_at", "last_used_at"))
        audit.record(account, "confirmed a phone", account)
        return current
    if current is not None:
        _end(current, "đổi số", by=account)
        _tell_the_old(current)
        sessions.end_all(account, but=keep, why="đổi số điện thoại")
    link = _link(account, code)
    _tell(account, link, f"Số điện thoại nhận mã đăng nhập nay là {masked(link)}.")
    return link


@transaction.atomic
def remove(account: Account, *, keep: int | None) -> None:
    """No phone opens the account any more."""
    link = _held(account)
    if link is None:
        raise Refusal("Tài khoản này không gắn số điện thoại nào.")
    _end(link, "bỏ số", by=account)
    _tell_the_old(link)
    sessions.end_all(account, but=keep, why="bỏ số điện thoại")
    _tell(account, link, f"Số {masked(link)} không còn dùng để đăng nhập.")


def _tell(account: Account, link: PhoneLink, words: str) -> None:
    text = f"{words} Nếu không phải bác đổi, hãy gọi 1022 ngay."
    notices.tell([account], key=f"phone:{link.pk}:{link.ended_at or ''}", text=text, href="/toi/dien-thoai/")


def _tell_the_old(link: PhoneLink) -> None:
    with suppress(sms.BudgetSpent):  # the notice stands on the owner's page in any case
        sms.send(number_of(link), "phone_changed", {}, f"phone:{link.pk}")


def _link(account: Account, code: PhoneCode) -> PhoneLink:
    if not account.is_citizen:
        raise ValueError("a phone opens no account of staff")
    now, digits = timezone.now(), typed_number(code)
    link = PhoneLink(id=uuid.uuid4(), account=account, phone_index=code.phone_index, confirmed_at=now, last_used_at=now)
    link.phone_sealed = keyring().seal(digits, _place_of_link(link))
    link.save(force_insert=True)
    audit.record(account, "linked a phone", account)
    return link


def _end(link: PhoneLink, why: str, *, by: Account | None) -> None:
    link.ended_at, link.ended_why = timezone.now(), why
    link.save(update_fields=("ended_at", "ended_why"))
    audit.record(by, "unlinked a phone", link.account, reason=why)


def _held(account: Account) -> PhoneLink | None:
    return PhoneLink.objects.active().select_for_update(no_key=True).filter(account=account).first()


def _active_of(index: str) -> PhoneLink | None:
    links = PhoneLink.objects.active().select_related("account").select_for_update(of=("self",), no_key=True)
    return links.filter(phone_index=index).first()


def _spend(code: PhoneCode) -> None:
    """What a code proved is used up."""
    now = timezone.now()
    if not PhoneCode.objects.proven(now).filter(pk=code.pk).update(closed_at=now):
        raise Refusal(BEGIN_AGAIN)


# ---- Keys and keeping


def _digest(code: PhoneCode, words: str) -> str:
    return salted_hmac("signin.phone_code", f"{code.pk}:{code.salt}:{words}", algorithm="sha256").hexdigest()


def _binding(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _index(digits: str) -> str:
    return keyring().index_of(f"sign_in_phone:{digits}")


def _network(address: str) -> str:
    """An address as it is counted: of the new kind a whole line, since each has more of them than can be counted."""
    with suppress(ValueError):
        if ipaddress.ip_address(address).version == 6:
            return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address


def _place_of_link(link: PhoneLink) -> str:
    return f"signin.phonelink:{link.pk}"


def _place_of_code(code: PhoneCode) -> str:
    return f"signin.phonecode:{code.pk}"


register.also_sealed(PhoneLink, "phone_sealed", _place_of_link)
register.also_sealed(PhoneCode, "phone_sealed", _place_of_code)


def forget_old_codes() -> int:
    """Drop codes that open nothing any more; answers how many."""
    return PhoneCode.objects.filter(made_at__lt=timezone.now() - CODES_KEPT).delete()[0]


@retention.keeps(
    "phone_links",
    title="Số điện thoại không còn dùng để đăng nhập",
    why="Để trả lại tài khoản cho chủ cũ khi số đổi chủ",
    days=365,
)
def forget_ended_links(days: int) -> int:
    """Drop links that ended long ago."""
    return PhoneLink.objects.filter(ended_at__lt=timezone.now() - timedelta(days=days)).delete()[0]
