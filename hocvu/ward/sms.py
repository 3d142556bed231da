"""Text messages through one narrow door: `send` writes into the outbox, what stands there goes out after the commit.

    sms.declare("sign_in_code", "Ma dang nhap: {code}.", lives=timedelta(minutes=5))
    sms.send(phone, "sign_in_code", {"code": code}, key=f"code:{row.pk}", ward=ward)

A message is written in the transaction of the act that it tells of. It is sent right after the commit; where the
gateway does not answer it is tried again with growing pauses under the same key, until it has expired. Number and
words are sealed while it waits and gone once it is sent. Neither ever stands in a log.
"""

from __future__ import annotations

import json
import logging
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import requests
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import register, retention, work
from hocvu.ward.keys import keyring
from hocvu.ward.models import SmsDay, SmsMessage, Ward

log = logging.getLogger(__name__)
State = SmsMessage.State

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 120, 300, 900, 3600))  # after each failed try
CLAIM = timedelta(seconds=30)  # a message that is being sent is nobody else's so long; longer than TIMEOUT
ILL_FOR = timedelta(seconds=30)  # after a failure no page waits for the gateway so long
TIMEOUT = 5  # seconds
AT_ONCE, ENOUGH_FAILURES = 200, 3  # of one run: messages at most, failures in a row after which it stops
FILE = "sms.jsonl"


@dataclass(frozen=True, slots=True)
class Template:
    """The words of a message, and how long they are worth sending."""

    text: str
    lives: timedelta


_TEMPLATES: dict[str, Template] = {}


def declare(name: str, text: str, *, lives: timedelta) -> None:
    """Make a template known. Its words carry no marks: with them a message holds 70 signs, without them 160."""
    if not text.isascii():
        raise ValueError(f"the words of {name!r} must do without marks")
    _TEMPLATES[name] = Template(text, lives)


class BudgetSpent(Refusal):
    """The installation has sent as many messages today as it may."""

    def __init__(self) -> None:
        super().__init__(
            "Hôm nay hệ thống đã gửi hết số tin nhắn cho phép. Hãy đăng nhập bằng cách khác, hoặc gọi 1022 để được giúp."
        )


def is_offered() -> bool:
    """Whether this installation can send messages at all."""
    return bool(settings.SMS_GATEWAY)


def send(phone: str, template: str, params: Mapping[str, str], key: str, *, ward: Ward | None = None) -> SmsMessage:
    """Put a message into the outbox, once for each key; it goes out after the commit.

    `phone` is a mobile number in ten digits (lib.phones). Raises BudgetSpent.
    """
    if known := SmsMessage.objects.filter(key=key).first():
        return known
    one, now, ring = _TEMPLATES[template], timezone.now(), keyring()
    message = SmsMessage(id=uuid.uuid4(), ward=ward, key=key, template=template, at=now, next_at=now)
    message.expires_at = now + one.lives
    message.phone_sealed = ring.seal(phone, _place(message, "phone"))
    message.phone_index = ring.index_of(f"sms:{phone}")
    message.text_sealed = ring.seal(one.text.format(**params), _place(message, "text"))
    with transaction.atomic():
        _spend()
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError:  # asked for by another process in this very moment
            return SmsMessage.objects.get(key=key)
        transaction.on_commit(partial(_send_now, message.pk), robust=True)
    return message


def _spend() -> None:
    """Count a message against the day's budget, however many are asked for at once."""
    today = clock.local_day(timezone.now())
    SmsDay.objects.get_or_create(day=today)
    if not SmsDay.objects.filter(day=today, count__lt=settings.SMS_DAILY_BUDGET).update(count=F("count") + 1):
        log.warning("the day's budget of %s messages is spent", settings.SMS_DAILY_BUDGET)
        raise BudgetSpent


def budget_is_spent() -> bool:
    """Whether no more messages go out today."""
    today = SmsDay.objects.filter(day=clock.local_day(timezone.now())).first()
    return today is not None and today.count >= settings.SMS_DAILY_BUDGET


def has_gone_out(key: str) -> bool:
    """Whether the gateway took the message of a key, and has not said since that it could not bring it."""
    return SmsMessage.objects.filter(key=key, state__in=(State.SENT, State.DELIVERED)).exists()


# ---- Going out


def _send_now(pk: uuid.UUID) -> None:
    """Send what was just committed; where the gateway failed a moment ago nobody waits for it again."""
    if SmsMessage.objects.filter(failed_at__gt=timezone.now() - ILL_FOR).exists():
        _queue(timedelta(0))
    else:
        deliver(pk)


def deliver(pk: uuid.UUID) -> bool:
    """Try once to send a message that is due; answers False where the gateway did not take it. Two who try at the same
    moment send it once. Stands outside a transaction, as it waits for another house."""
    now = timezone.now()
    if not SmsMessage.objects.due(now).filter(pk=pk).update(tries=F("tries") + 1, next_at=now + CLAIM):
        return True
    message = SmsMessage.objects.get(pk=pk)
    if message.expires_at <= now:
        _close(message, State.DROPPED)
        return True
    ring = keyring()
    phone = ring.open(message.phone_sealed or b"", _place(message, "phone"))
    text = ring.open(message.text_sealed or b"", _place(message, "text"))
    try:
        provider_id = _GATEWAYS[settings.SMS_GATEWAY](message.key, phone, text)
    except Declined as fault:
        log.error("the gateway declined a message for good: %s", fault)
        _close(message, State.FAILED)
        return True
    except NotTaken as fault:
        log.warning("a message did not go out at try %s: %s", message.tries, fault)
        _try_later(message)
        return False
    _close(message, State.SENT, provider_id)
    return True


def _try_later(message: SmsMessage) -> None:
    now = timezone.now()
    SmsMessage.objects.filter(pk=message.pk).update(failed_at=now)
    if message.tries > len(PAUSES):
        _close(message, State.FAILED)
        return
    pause = PAUSES[message.tries - 1]
    SmsMessage.objects.filter(pk=message.pk, state=State.WAITING).update(next_at=now + pause)
    _queue(pause)


def _close(message: SmsMessage, state: State, provider_id: str = "") -> None:
    """The message is done with: how it ended is kept, to whom and with which words is not."""
    SmsMessage.objects.filter(pk=message.pk, state=State.WAITING).update(
        state=state, provider_id=provider_id[:100], ended_at=timezone.now(), **_WIPED
    )


_WIPED = {"phone_sealed": None, "phone_index": "", "text_sealed": None}


def _queue(pause: timedelta) -> None:
    send_due.using(run_after=clock.now() + pause).enqueue()


@work.background(title="Gửi tin nhắn đang chờ", repeatable=True)
def send_due() -> None:
    """Send what is due, oldest first; a gateway that fails again and again is left alone until the next run."""
    failures = 0
    for pk in SmsMessage.objects.due(timezone.now()).order_by("at").values_list("pk", flat=True)[:AT_ONCE]:
        failures = 0 if deliver(pk) else failures + 1
        if failures == ENOUGH_FAILURES:
            return


def note_status(provider_id: str, status: str) -> bool:
    """What the gateway says later of a message that it took; False where it speaks of none."""
    state = {"delivered": State.DELIVERED, "failed": State.FAILED}.get(status)
    if state is None or not provider_id:
        return False
    return bool(SmsMessage.objects.filter(provider_id=provider_id, state=State.SENT).update(state=state))


# ---- Gateways


class NotTaken(Exception):
    """The gateway did not take the message this time; the words name no number and no text."""


class Declined(Exception):
    """The gateway will never take the message, such as one to a number that does not exist."""


def _no_gateway(key: str, phone: str, text: str) -> str:
    raise NotTaken("no gateway is set")


def _to_console(key: str, phone: str, text: str) -> str:
    """For a developer's own machine; settings refuse it in production."""
    sys.stderr.write(f"[SMS, development only] {register.mask(phone)}: {text}\n")
    return f"console-{uuid.uuid4()}"


def _to_file(key: str, phone: str, text: str) -> str:
    """For the demo and for tests; settings refuse it in production."""
    line = {"at": timezone.now().isoformat(), "key": key, "to": phone, "text": text, "id": f"file-{uuid.uuid4()}"}
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    return line["id"]


def _file() -> Path:
    return Path(settings.DATA_DIR) / FILE


def written_to_file(key: str) -> str:
    """The words of a message that the file gateway wrote; "" with any other gateway, and always in production."""
    if settings.PRODUCTION or settings.SMS_GATEWAY != "file" or not _file().exists():
        return ""
    with _file().open(encoding="utf-8") as lines:
        told = [row["text"] for row in map(json.loads, lines) if row["key"] == key]
    return str(told[-1]) if told else ""


def waiting_text(key: str) -> str:
    """The words of a message that has not gone out yet, for the demo that lives a sign-in through; "" in production."""
    message = SmsMessage.objects.filter(key=key).exclude(text_sealed=None).first()
    if settings.PRODUCTION or message is None:
        return ""
    return keyring().open(message.text_sealed or b"", _place(message, "text"))


class _Bearer(requests.auth.AuthBase):
    """The token of the gateway; also keeps a .netrc of the machine from putting another in its place."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
        return request


def _over_http(key: str, phone: str, text: str) -> str:
    """Post the message as JSON; taken means 2xx with the id under which the gateway knows it."""
    try:
        answer = requests.post(
            settings.SMS_URL,
            json={"to": f"+84{phone[1:]}", "from": settings.SMS_SENDER, "text": text},
            headers={"Idempotency-Key": key},
            auth=_Bearer(),
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as fault:
        raise NotTaken(type(fault).__name__) from None
    if answer.status_code in (400, 404, 410, 422):
        raise Declined(f"status {answer.status_code}")
    if not 200 <= answer.status_code < 300:
        raise NotTaken(f"status {answer.status_code}")
    try:
        provider_id = answer.json()["id"]
    except (ValueError, KeyError, TypeError):
        raise NotTaken("an answer without an id") from None
    return str(provider_id)


_GATEWAYS: dict[str, Callable[[str, str, str], str]] = {
    "": _no_gateway,
    "console": _to_console,
    "file": _to_file,
    "http": _over_http,
}


# ---- Keys and keeping


def _place(message: SmsMessage, name: str) -> str:
    return f"ward.sms.{name}:{message.pk}"


register.also_sealed(SmsMessage, "phone_sealed", lambda row: _place(row, "phone"))
register.also_sealed(SmsMessage, "text_sealed", lambda row: _place(row, "text"))


@retention.keeps(
    "sms", title="Tin nhắn đã gửi", why="Đếm tin đã gửi và lỗi của nhà mạng; không còn số và nội dung", days=90
)
def forget_old_messages(days: int) -> int:
    """Drop what is known of old messages."""
    return SmsMessage.objects.filter(at__lt=timezone.now() - timedelta(days=days)).delete()[0]
