"""What certificates hold of a person: told to them, moved with them, forgotten when they are erased.

A certificate of somebody who was erased stays as a row of nobody: revoked, without name, digest and token, so that its
place in the list of revocations is never given to another and whoever checks the paper is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from hocvu.assessment.certificates import checking, codes, names, revoking
from hocvu.assessment.models import Certificate, Revocation
from hocvu.lib.crypto import BrokenSeal
from hocvu.signin import citizens
from hocvu.ward import audit
from hocvu.ward.models import Account, Person

GONE = "(đã xóa)"


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """Each certificate, with everything that it says."""
    for one in _of(person).select_related("superseded_by"):
        yield {
            "Giấy xác nhận": one.title,
            "Mã": codes.shown(one.code),
            "Họ tên trên giấy": _name(one),
            "Cấp lúc": one.issued_at,
            "Có giá trị đến": one.valid_until,
            "Tình trạng": checking.state_of(one).words,
            "Danh tính": one.identity,
            "Căn cứ": "; ".join(f"{row['name']}: {row['words']}" for row in one.details.get("evidence", [])),
            "Bản ký số": one.token,
        }


def tell_revocations(person: Person) -> Iterable[dict[str, Any]]:
    """Each proposal to take one back."""
    rows = Revocation.objects.filter(certificate__in=_of(person)).select_related("certificate")
    for one in rows:
        yield {
            "Giấy xác nhận": codes.shown(one.certificate.code),
            "Đề nghị thu hồi lúc": one.proposed_at,
            "Lý do": one.get_reason_display(),
            "Cụ thể": one.why,
            "Tình trạng": one.get_state_display(),
            "Quyết định lúc": one.decided_at,
            "Lời người thứ hai": one.answer,
        }


def forget(person: Person) -> int:
    """Revoke what the person holds and take everything of the person out of it."""
    rows = list(_of(person).select_for_update(of=("self",), no_key=True).select_related("ward", "status_list__ward"))
    revoking.revoke_for_holder(rows)
    Revocation.objects.filter(certificate__in=rows).update(why=GONE, answer="")
    for one in rows:
        one.account = one.person = one.attempt = one.name_sealed = None
        one.token, one.identity = "", GONE
        one.details = {key: value for key, value in one.details.items() if key not in ("name", "evidence")}
        one.save(update_fields=("account", "person", "attempt", "name_sealed", "token", "identity", "details"))
    return len(rows)


def join(account: Account, person: Person) -> None:
    """An account turned out to be somebody of the register: so are its certificates."""
    Certificate.objects.filter(account=account, person=None).update(person=person)


def move(kept: Person, other: Person) -> list[Any]:
    """Two rows of the register became one: the other's certificates are the kept one's. Where both have an account, each
    goes over whose level has none there yet."""
    rows = list(Certificate.objects.filter(person=other))
    mine, theirs = citizens.account_of(kept), citizens.account_of(other)
    Certificate.objects.filter(pk__in=[one.pk for one in rows]).update(person=kept)
    accounts = _to_account(rows, mine, theirs) if mine and theirs else []
    return (
        [{"people": [str(one.pk) for one in rows], "accounts": accounts, "from": theirs and theirs.pk}] if rows else []
    )


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again. Where the other's account earned the level anew meanwhile, what comes back was replaced by
    that newer certificate, as if both had been earned there."""
    for moved in keys:
        Certificate.objects.filter(pk__in=moved["people"], person=kept).update(person=other)
        theirs = Account.objects.filter(pk=moved["from"]).first()
        if moved["accounts"] and theirs is not None:
            _back_to_account(Certificate.objects.filter(pk__in=moved["accounts"], person=other), theirs)


def _back_to_account(rows: QuerySet[Certificate], theirs: Account) -> None:
    standing = {"revoked_at": None, "superseded_by": None}
    newer = {_level(one): one for one in Certificate.objects.filter(account=theirs, **standing)}
    for one in rows.filter(**standing).select_related("ward"):
        if made := newer.get(_level(one)):
            Certificate.objects.filter(Q(pk=one.pk) | Q(superseded_by=one)).update(superseded_by=made)
            audit.record(None, "superseded a certificate", one, ward=one.ward, by_code=made.code)
    rows.update(account=theirs)


def _to_account(rows: list[Certificate], mine: Account, theirs: Account) -> list[str]:
    taken = {_level(one) for one in Certificate.objects.filter(account=mine, revoked_at=None, superseded_by=None)}
    free = [
        one.pk
        for one in rows
        if one.account_id == theirs.pk and (one.revoked_at or one.superseded_by_id or _level(one) not in taken)
    ]
    Certificate.objects.filter(pk__in=free).update(account=mine)
    return [str(pk) for pk in free]


def _level(one: Certificate) -> tuple[str, str, str, str]:
    return (one.framework, one.framework_version, one.level, one.group)


def _of(person: Person) -> QuerySet[Certificate]:
    return Certificate.objects.filter(Q(person=person) | Q(account__person=person))


def _name(one: Certificate) -> str:
    try:
        return names.of(one)
    except BrokenSeal:
        return ""
