"""The second step of staff: codes of an app (RFC 6238), recovery codes, and what a passkey adds.

A code is counted before it is judged, so that fifty guesses at once are five guesses. A code of the app opens once: the
thirty seconds it belongs to are taken by a conditional update that only one request wins. Every change is told to the
account, by notice and with it by e-mail where one is known.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hocvu.lib.refusals import Refusal
from hocvu.signin import sessions, throttling
from hocvu.signin.models import Passkey, RecoveryCode, SecondStepReset, Totp
from hocvu.signin.throttling import Door, door
from hocvu.ward import audit, notices, register
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account

CODES = 10
CODE_DIGITS = 12  # 40 bits, typed on the number pad
APP_DIGITS = 6
PERIOD = 30  # seconds of one code
DRIFT = 1  # steps that a phone's clock may be off, either way
ISSUER = "Học vụ số"
HREF = "/toi/bao-mat/"

register.also_sealed(Totp, "secret_sealed", lambda row: row.place)


# ---- What an account has


@dataclass(frozen=True, slots=True)
class Held:
    """The second steps of an account."""

    app: Totp | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    def __bool__(self) -> bool:
        return self.app is not None or bool(self.passkeys)

    @property
    def words(self) -> str:
        """In words: "ứng dụng lấy mã, 2 khóa đăng nhập"."""
        parts = ["ứng dụng lấy mã"] if self.app else []
        parts += [f"{len(self.passkeys)} khóa đăng nhập"] if self.passkeys else []
        return ", ".join(parts) or "chưa có"


def held_by(account: Account) -> Held:
    """The second steps that an account has in use."""
    return Held(
        Totp.objects.filter(account=account).exclude(confirmed_at=None).first(),
        tuple(Passkey.objects.filter(account=account)),
        RecoveryCode.objects.filter(account=account, used_at=None).count(),
    )


def is_demanded(account: Account) -> bool:
    """Whether this account must set a second step up before anything opens: by the installation's rule, or because an
    administrator took its lost one away."""
    if settings.STAFF_SECOND_STEP == "required":
        return True
    return SecondStepReset.objects.filter(account=account, done_at=None).exists()


# ---- Judging a code


def doors_of(account: Account, address: str) -> tuple[Door, ...]:
    """The doors at which a code of an account is counted: a quarter of an hour, a day, and the address."""
    return (
        door("second", str(account.pk), most=5),
        door("second-day", str(account.pk), most=40, window=timedelta(days=1)),
        door("second-address", address, most=30),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a code: right, or minutes to wait, or wrong."""

    is_right: bool = False
    wait_minutes: int = 0

    @property
    def sentence(self) -> str:
        """What is said beside the field of a code that did not open."""
        if self.wait_minutes:
            return f"Đã nhập sai nhiều lần. Hãy thử lại sau {self.wait_minutes} phút, hoặc báo người quản trị."
        return "Mã chưa đúng hoặc đã dùng rồi. Hãy đợi ứng dụng hiện mã mới rồi nhập lại."


def check(account: Account, code: str, *, address: str) -> Answer:
    """Judge a code of the app, or a recovery code, of an account; each opens once. The try is counted first."""
    quarter, *others = doors_of(account, address)
    knock = throttling.knock(quarter, *others)
    if knock.wait_minutes:
        return Answer(wait_minutes=knock.wait_minutes)
    if _take(account, "".join(filter(str.isdigit, code))):
        knock.forgive()
        throttling.reopen(quarter)
        return Answer(is_right=True)
    audit.record(account, "failed at the second step", account)
    if throttling.waiting(quarter):
        notices.tell(
            [account],
            key=f"second-step-guessed:{timezone.now():%Y%m%d}",
            text="Có người nhập đúng mật khẩu của tài khoản này nhưng sai mã nhiều lần. Nếu không phải mình, hãy đổi mật khẩu ngay.",
            href="/toi/mat-khau/",
        )
    return Answer()


def _take(account: Account, digits: str) -> bool:
    if len(digits) == APP_DIGITS:
        app = Totp.objects.filter(account=account).exclude(confirmed_at=None).first()
        return app is not None and _take_step(app, digits)
    if len(digits) == CODE_DIGITS:
        rows = RecoveryCode.objects.filter(account=account, digest=_digest(account, digits), used_at=None)
        if rows.update(used_at=timezone.now()):
            audit.record(account, "used a recovery code", account)
            _tell(
                account, "Một mã dự phòng vừa được dùng để đăng nhập. Nếu không phải mình, hãy báo người quản trị ngay."
            )
            return True
    return False


def _take_step(app: Totp, digits: str) -> bool:
    """Whether these digits are a code of now that nobody used; they are used from here on."""
    step = _step_of(keyring().open(app.secret_sealed, app.place), digits)
    return step is not None and bool(Totp.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step))


def _step_of(secret: str, digits: str) -> int | None:
    codes, now = pyotp.TOTP(secret, digits=APP_DIGITS, interval=PERIOD), int(timezone.now().timestamp()) // PERIOD
    steps = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(codes.generate_otp(step), digits)
    ]
    return steps[-1] if steps else None


def _digest(account: Account, digits: str) -> str:
    return salted_hmac("signin.recovery", f"{account.pk}:{digits}", algorithm="sha256").hexdigest()


# ---- Setting up, changing, removing


@dataclass(frozen=True, slots=True)
class Setup:
    """What an app needs to be set up: an address for its camera, the key for those who type."""

    uri: str
    key: str


@transaction.atomic
def begin_app(account: Account) -> None:
    """Make a fresh secret, to be confirmed by a code; the app in use stays until then. Raises Refusal."""
    row = Totp(account=account, made_at=timezone.now())
    try:
        row.secret_sealed = keyring().seal(pyotp.random_base32(), row.place)
    except ImproperlyConfigured as fault:
        raise Refusal(
            "Máy chủ chưa có khóa mã hóa (REGISTER_KEYS) nên chưa đặt được ứng dụng. Hãy báo người cài đặt, hoặc thêm khóa đăng nhập."
        ) from fault
    _one_at_a_time(account)
    Totp.objects.filter(account=account, confirmed_at=None).delete()
    row.save()


def setup_of(account: Account) -> Setup | None:
    """The app that is being set up; None where none is."""
    row = Totp.objects.filter(account=account, confirmed_at=None).first()
    if row is None:
        return None
    secret = keyring().open(row.secret_sealed, row.place)
    uri = pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=account.username, issuer_name=ISSUER)
    return Setup(uri, " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)))


def confirm_app(account: Account, code: str, *, address: str) -> list[str]:
    """Put the app into use that shows this code; answers new recovery codes where this is the first step, else none.
    Raises Refusal."""
    quarter, *others = doors_of(account, address)
    knock = throttling.knock(quarter, *others)
    if knock.wait_minutes:
        raise Refusal(Answer(wait_minutes=knock.wait_minutes).sentence, "code")
    with transaction.atomic():
        _one_at_a_time(account)
        row = Totp.objects.filter(account=account, confirmed_at=None).first()
        step = _step_of(keyring().open(row.secret_sealed, row.place), code) if row else None
        if row is None or step is None:
            raise Refusal(
                "Mã chưa đúng. Hãy nhập 6 số đang hiện trong ứng dụng; đồng hồ điện thoại phải đúng giờ.", "code"
            )
        was_first = not held_by(account)
        Totp.objects.filter(account=account).exclude(pk=row.pk).delete()
        row.confirmed_at, row.last_step = timezone.now(), step
        row.save(update_fields=("confirmed_at", "last_step"))
        codes = took_up(
            account, "set up the app of codes", "Đã đặt ứng dụng lấy mã cho tài khoản này.", was_first=was_first
        )
    knock.forgive()
    return codes


def took_up(account: Account, act: str, words: str, *, was_first: bool) -> list[str]:
    """Note that a second step came into use; the first of them brings recovery codes along."""
    SecondStepReset.objects.filter(account=account, done_at=None).update(done_at=timezone.now())
    audit.record(account, act, account)
    _tell(account, f"{words} Nếu không phải mình, hãy đổi mật khẩu và báo người quản trị.")
    return _fresh_codes(account) if was_first else []


@transaction.atomic
def new_codes(account: Account) -> list[str]:
    """Ten new recovery codes; the old ones open nothing any more. Raises Refusal where there is no second step."""
    if not held_by(account):
        raise Refusal("Chưa có bước thứ hai nào nên chưa cần mã dự phòng. Hãy đặt ứng dụng hoặc khóa đăng nhập trước.")
    audit.record(account, "made new recovery codes", account)
    _tell(account, "Đã cấp mã dự phòng mới; mã cũ không dùng được nữa.")
    return _fresh_codes(account)


def _fresh_codes(account: Account) -> list[str]:
    now = timezone.now()
    drawn = [f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}" for _ in range(CODES)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, digest=_digest(account, digits), made_at=now) for digits in drawn
    )
    return [" ".join(digits[n : n + 4] for n in range(0, CODE_DIGITS, 4)) for digits in drawn]


def is_last(account: Account, step: Totp | Passkey) -> bool:
    """Whether the account would be left without any second step."""
    held = held_by(account)
    others = (1 if held.app else 0) + len(held.passkeys) - 1
    return others <= 0 and (step == held.app or step in held.passkeys)


def remove(account: Account, step: Totp | Passkey, *, code: str = "", address: str) -> None:
    """Take one of the account's own second steps out of use. The last one goes only with a code, and not at all where
    the installation demands one. Raises Refusal."""
    has_shown_code = False
    if is_last(account, step) and not is_demanded(account):
        answer = check(account, code, address=address)  # outside the transaction: a wrong try stays counted
        if not answer.is_right:
            raise Refusal(answer.sentence, "code")
        has_shown_code = True
    with transaction.atomic():
        _one_at_a_time(account)
        if (last := is_last(account, step)) and not has_shown_code:
            raise Refusal("Đây là bước thứ hai duy nhất và nơi này bắt buộc phải có. Hãy thêm cách khác trước khi bỏ.")
        step.delete()
        if last:
            RecoveryCode.objects.filter(account=account).delete()
        if isinstance(step, Totp):
            act, what = "removed the app of codes", "ứng dụng lấy mã"
        else:
            act, what = "removed a passkey", f"khóa đăng nhập “{step.label}”"
        audit.record(account, act, account)
        _tell(account, f"Đã bỏ {what} khỏi tài khoản này. Nếu không phải mình, hãy đổi mật khẩu và báo người quản trị.")


@transaction.atomic
def take_away(account: Account) -> None:
    """Somebody lost everything: all second steps go, sessions end, and the next password leads to setting up anew."""
    _one_at_a_time(account)
    for rows in (Totp.objects, Passkey.objects, RecoveryCode.objects):
        rows.filter(account=account).delete()
    SecondStepReset.objects.get_or_create(account=account, done_at=None, defaults={"at": timezone.now()})
    sessions.end_all(account, why="đặt lại bước thứ hai")


def _one_at_a_time(account: Account) -> None:
    """Let no other request change this account's second steps until the transaction ends."""
    Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)


def _tell(account: Account, text: str) -> None:
    notices.tell([account], key=f"second-step:{secrets.token_hex(8)}", text=text, href=HREF)
