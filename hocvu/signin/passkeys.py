"""Passkeys (WebAuthn): added by somebody signed in, and a whole sign-in by themselves, since each asks for a finger, a
face or a PIN.

The relying party is the host of the request, one of the names that the installation answers to. A challenge lies in
the session that asked for it, serves once, and for five minutes.
"""

from __future__ import annotations

import json
from typing import Any, Literal, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hocvu.lib.refusals import Refusal
from hocvu.lib.web import client_address
from hocvu.signin import second_step, throttling
from hocvu.signin.models import Passkey
from hocvu.signin.throttling import door
from hocvu.ward import audit, notices
from hocvu.ward.models import Account

Purpose = Literal["add", "enter"]
CHALLENGE, LIVES = "passkey", 300  # where the session keeps a challenge; seconds
MOST = 20  # passkeys of one account
NOT_TAKEN = "Chưa nhận được khóa đăng nhập. Hãy bấm lại nút và làm theo điện thoại, máy tính; hoặc dùng mật khẩu."
# Whatever a broken or forged answer makes the parser raise: it is refused in the same words.
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError)


def options_to_add(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the browser needs to make a passkey for an account."""
    user = PublicKeyCredentialUserEntity(
        id=f"hocvu:{account.pk}".encode(), name=account.username, display_name=account.full_name
    )
    options, state = _server(request).register_begin(
        user,
        _of(account),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _remember(request, "add", state, account)
    return dict(options)


def add(request: HttpRequest, account: Account, answer: str, *, label: str) -> list[str]:
    """Keep the passkey that the browser made; answers recovery codes where this is the first second step. Raises Refusal."""
    state = _recall(request, "add", account)
    try:
        made = _server(request).register_complete(state, json.loads(answer))
        credential = cast(AttestedCredentialData, made.credential_data)
        if not made.is_user_verified():
            raise ValueError("not verified")
    except _BROKEN as fault:
        raise Refusal(NOT_TAKEN) from fault
    with transaction.atomic():
        Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
        held = second_step.held_by(account)
        if len(held.passkeys) >= MOST:
            raise Refusal(f"Tài khoản đã có {MOST} khóa đăng nhập. Hãy bỏ bớt khóa không dùng.")
        try:
            with transaction.atomic():
                Passkey.objects.create(
                    account=account,
                    credential_id=websafe_encode(credential.credential_id),
                    public_key=bytes(credential),
                    sign_count=made.counter,
                    label=label,
                    made_at=timezone.now(),
                )
        except IntegrityError as fault:
            raise Refusal("Khóa này đã được thêm từ trước. Hãy dùng khóa khác.") from fault
        words = f"Đã thêm khóa đăng nhập “{label}” cho tài khoản này."
        return second_step.took_up(account, "added a passkey", words, was_first=not held)


def options_to_enter(request: HttpRequest, account: Account | None) -> dict[str, Any]:
    """What the browser needs to ask for a passkey: anybody's of this site, or those of an account whose password was
    right just now."""
    options, state = _server(request).authenticate_begin(
        _of(account) if account else None, user_verification=UserVerificationRequirement.REQUIRED
    )
    _remember(request, "enter", state, account)
    return dict(options)


def enter(request: HttpRequest, answer: str) -> Account:
    """The account whose passkey answered this session's challenge. Raises Refusal, with the same words whatever failed."""
    state = _recall(request, "enter", None)
    knock = throttling.knock(door("passkey-address", client_address(request), most=30))
    if knock.wait_minutes:
        raise Refusal(f"Đã thử nhiều lần. Hãy thử lại sau {knock.wait_minutes} phút.")
    try:
        parsed = AuthenticationResponse.from_dict(json.loads(answer))
        key = Passkey.objects.select_related("account").get(credential_id=websafe_encode(parsed.raw_id))
        _server(request).authenticate_complete(state, [AttestedCredentialData(bytes(key.public_key))], parsed)
    except (*_BROKEN, Passkey.DoesNotExist) as fault:
        raise Refusal(NOT_TAKEN) from fault
    count = parsed.response.authenticator_data.counter
    account = key.account
    if not account.is_active or account.kind != Account.Kind.STAFF:
        raise Refusal(NOT_TAKEN)
    if not _counted(key, count):
        _refuse_copy(key)
        raise Refusal(NOT_TAKEN)
    knock.forgive()
    return account


def _counted(key: Passkey, count: int) -> bool:
    """Take a signature's number: it must be above the last one, unless the key never counts. One request wins."""
    above = Q(sign_count__lt=count) if count else Q(sign_count=0)
    return bool(Passkey.objects.filter(above, pk=key.pk).update(sign_count=count, used_at=timezone.now()))


def _refuse_copy(key: Passkey) -> None:
    audit.record(key.account, "refused a copied passkey", key.account, label=key.label)
    notices.tell(
        [key.account],
        key=f"passkey-copied:{key.pk}:{timezone.now():%Y%m%d}",
        text=f"Khóa đăng nhập “{key.label}” có dấu hiệu bị sao chép nên không mở được. Hãy bỏ khóa này và thêm khóa mới.",
        href=second_step.HREF,
    )


def _of(account: Account) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(key.public_key)) for key in Passkey.objects.filter(account=account)]


def _server(request: HttpRequest) -> Fido2Server:
    host = request.get_host()
    name = host.partition(":")[0]
    origins = {f"{request.scheme}://{host}", *(o for o in settings.CSRF_TRUSTED_ORIGINS if o.endswith(f"://{host}"))}
    rp = PublicKeyCredentialRpEntity(id=name, name=second_step.ISSUER)
    return Fido2Server(rp, verify_origin=lambda origin: origin in origins)


def _remember(request: HttpRequest, purpose: Purpose, state: Any, account: Account | None) -> None:
    request.session[CHALLENGE] = {
        "purpose": purpose,
        "challenge": state["challenge"],
        "account": account.pk if account else None,
        "until": timezone.now().timestamp() + LIVES,
    }


def _recall(request: HttpRequest, purpose: Purpose, account: Account | None) -> dict[str, Any]:
    """The challenge of this session, which serves this once. Raises Refusal where it has none, or one too old."""
    kept = request.session.pop(CHALLENGE, None)
    is_ours = kept and kept["purpose"] == purpose and (account is None or kept["account"] == account.pk)
    if not is_ours or kept["until"] < timezone.now().timestamp():
        raise Refusal(NOT_TAKEN)
    return {"challenge": kept["challenge"], "user_verification": UserVerificationRequirement.REQUIRED}
