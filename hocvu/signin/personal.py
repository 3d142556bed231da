"""What this room holds of a person: told to them, moved with them, kept so long, and forgotten when they are erased."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone

from hocvu.signin import assisting, citizens, phone, sessions
from hocvu.signin.models import (
    AssistedSession,
    Card,
    Device,
    ExternalIdentity,
    Guardianship,
    LinkCase,
    PhoneCode,
    PhoneLink,
    Proof,
    SignIn,
)
from hocvu.ward import retention
from hocvu.ward.models import Account, Person

ERASED = "người đã xóa"
# Rows that hang on a citizen's account by a key named `account` and go when the person is erased.
_ROWS: tuple[type[Model], ...] = (SignIn, Device, PhoneLink, PhoneCode, Card, Guardianship, LinkCase, ExternalIdentity)


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """What opens a person's account, and each time it was opened."""
    for identity in ExternalIdentity.objects.filter(account__in=_accounts(person)):
        yield {"Nối với VNeID lúc": identity.joined_at, "Nơi xác nhận": identity.issuer}
    for row in SignIn.objects.filter(account__in=_accounts(person)).select_related("vouched_by"):
        yield {
            "Đăng nhập lúc": row.at,
            "Cách": row.get_way_display(),
            "Danh tính": row.get_proof_display(),
            "Người xác nhận": row.vouched_by.full_name if row.vouched_by else "",
            "Thiết bị": row.device_label,
            "Kết thúc lúc": row.ended_at,
        }


def tell_phones(person: Person) -> Iterable[dict[str, Any]]:
    """Each phone that opens, or once opened, a person's account."""
    for link in PhoneLink.objects.filter(account__in=_accounts(person)):
        yield {
            "Số điện thoại": phone.number_of(link),
            "Xác nhận lúc": link.confirmed_at,
            "Dùng lúc": link.last_used_at,
            "Thôi lúc": link.ended_at,
            "Vì sao thôi": link.ended_why,
        }


def tell_helped(person: Person) -> Iterable[dict[str, Any]]:
    """Each time that somebody helped a person."""
    rows = AssistedSession.objects.filter(Q(account__in=_accounts(person)) | Q(person=person))
    for row in rows.select_related("helper"):
        yield {
            "Lúc": row.opened_at,
            "Người giúp": row.helper.full_name,
            "Đồng ý": row.get_agreed_how_display(),
            "Người chứng kiến": row.witness,
            "Người đại diện": row.guardian,
            "Kết thúc lúc": row.ended_at,
            "Gọi lại": row.get_call_outcome_display(),
            "Ghi chú gọi lại": row.call_note,
        }


def forget(person: Person) -> int:
    """Let a person's account stand for nobody: its name, sessions and devices go; what it did stays without a name."""
    gone = LinkCase.objects.filter(person=person).delete()[0]
    for account in _accounts(person):
        sessions.end_all(account, why="đã xóa dữ liệu")
        helped = AssistedSession.objects.filter(Q(account=account) | Q(person=person))
        assisting.close(helped, "đã xóa dữ liệu")
        gone += helped.update(account=None, person=None, sign_in=None, witness="", guardian="", call_note="")
        gone += sum(model._default_manager.filter(account=account).delete()[0] for model in _ROWS)
        account.full_name, account.is_active, account.person, account.email = ERASED, False, None, ""
        account.save(update_fields=("full_name", "is_active", "person", "email"))
        gone += 1
    return gone


def move(kept: Person, other: Person) -> list[Any]:
    """Two rows of the register became one: the account of the other follows where the kept one has none."""
    account = citizens.account_of(other)
    if account is None or citizens.account_of(kept) is not None:
        return []
    account.person = kept
    account.save(update_fields=("person",))
    return [account.pk]


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again."""
    Account.objects.filter(pk__in=keys, person=kept).update(person=other)


@retention.keeps(
    "sign_ins",
    title="Lịch sử đăng nhập, thiết bị",
    why="Để chủ tài khoản nhận ra phiên lạ; lần xác nhận danh tính mạnh nhất giữ cùng tài khoản",
    days=365,
)
def forget_old_sign_ins(days: int) -> int:
    """Drop old history; what establishes who a citizen is stays."""
    before = timezone.now() - timedelta(days=days)
    old = SignIn.objects.filter(at__lt=before).exclude(ended_at=None)
    staff, _ = old.filter(account__kind=Account.Kind.STAFF).delete()
    keep = {
        row.pk
        for account in Account.objects.filter(pk__in=old.order_by().values("account"))
        if (row := _strongest(account)) is not None
    }
    citizens_gone, _ = old.exclude(pk__in=keep).delete()
    devices, _ = Device.objects.filter(last_at__lt=before).delete()
    return staff + citizens_gone + devices


@retention.keeps(
    "assisted_sessions",
    title="Phiên có người giúp",
    why="Để biết ai đã giúp ai: người giúp không được coi thi, xác nhận thay; để gọi lại kiểm tra",
    days=730,
)
def forget_old_assisted_sessions(days: int) -> int:
    """Drop old sessions in which somebody helped; what they established stays with the sign-in."""
    before = timezone.now() - timedelta(days=days)
    kept_proofs = AssistedSession.Outcome.DENIED  # goes with the sign-in that it unmakes, not before it
    old = AssistedSession.objects.filter(opened_at__lt=before).exclude(ended_at=None)
    return old.exclude(call_outcome=kept_proofs, sign_in__isnull=False).delete()[0]


def _strongest(account: Account) -> SignIn | None:
    rows = SignIn.objects.filter(account=account).order_by("at")
    return min(rows, key=lambda row: citizens.STRENGTH[Proof(row.proof)], default=None)


def _accounts(person: Person) -> list[Account]:
    return list(Account.objects.filter(kind=Account.Kind.CITIZEN, person=person))
