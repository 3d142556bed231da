"""Whose account an identity opens, and whom of the register that is.

The register is joined by the identity number together with the whole date of birth, by nothing else: never by a name, a
phone or an e-mail. What does not fit waits for a person; until then the account works, joined to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from hocvu.lib.refusals import Refusal
from hocvu.signin import citizens, sessions
from hocvu.signin.models import ExternalIdentity, LinkCase
from hocvu.signin.vneid.flow import Said
from hocvu.signin.vneid.stopped import refused
from hocvu.ward import audit, notices, register
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, Person, Ward

Doubt, State = LinkCase.Doubt, LinkCase.State


# ---- Coming in


def account_for(said: Said, ward: Ward) -> Account:
    """The account that an identity opens; made in a ward where it is the first time. Raises Stopped."""
    try:
        with transaction.atomic():
            return _account_for(said, ward)
    except IntegrityError:  # the same identity came in twice at the same moment; the other made it
        with transaction.atomic():
            return _account_for(said, ward)


def _account_for(said: Said, ward: Ward) -> Account:
    known = _identity(said)
    if known is not None:
        account = _usable(known.account)
        if account.person_id is None:
            _look_again(known, said)
        return account
    found = _in_register(said)
    if found.person is None:
        account = citizens.open_account(ward, full_name=said.name)
    else:
        account = _usable(citizens.open_account(found.person.ward, person=found.person))
        if account.identities.filter(issuer=said.issuer).exists():
            account, found = (
                citizens.open_account(ward, full_name=said.name),
                _Found(doubts=((found.person, Doubt.TAKEN),)),
            )
    _wait(_join(account, said), found.doubts, said)
    return account


def _look_again(identity: ExternalIdentity, said: Said) -> None:
    """The register may know today whom it did not know at the first sign-in; what was decided stays."""
    if identity.cases.exists():
        return
    found, account = _in_register(said), identity.account
    if found.person is not None and citizens.account_of(found.person) is not None:
        found = _Found(doubts=((found.person, Doubt.TAKEN),))
    if found.person is not None:
        citizens.join_to_register(account, found.person, by=None, how="VNeID")
    _wait(identity, found.doubts, said)


@transaction.atomic
def add_to(account: Account, said: Said) -> None:
    """Let an identity open an account whose owner asked for it while signed in. Raises Stopped."""
    account = _usable(Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk))
    known = _identity(said)
    if known is not None:
        if known.account_id != account.pk:
            raise refused(
                "VNeID này thuộc một tài khoản khác",
                "VNeID vừa dùng đã mở một tài khoản khác ở đây. Hãy đăng xuất rồi đăng nhập bằng VNeID để vào tài khoản đó.",
                "the identity belongs to another account",
            )
        return
    if account.identities.filter(issuer=said.issuer).exists():
        raise refused(
            "Tài khoản này đã nối một VNeID khác",
            "Mỗi tài khoản chỉ nối với VNeID của một người. Nếu nối nhầm người, hãy gọi 1022.",
            "the account has another identity",
        )
    found = _in_register(said)
    if account.person is not None:
        _must_be(account.person, found, said)
    elif found.person is not None:
        if citizens.account_of(found.person) is not None:
            raise refused(
                "Đã có một tài khoản mang tên người này",
                "Danh bạ đã nối người này với một tài khoản khác. Hãy đăng xuất rồi đăng nhập bằng VNeID để vào tài khoản đó.",
                "the person has another account",
            )
        citizens.join_to_register(account, found.person, by=account, how="VNeID")
    _wait(_join(account, said), () if account.person_id else found.doubts, said)


def _must_be(person: Person, found: _Found, said: Said) -> None:
    """Who VNeID names must be the one that the account stands for already."""
    others = {found.person, *(doubtful for doubtful, _ in found.doubts)} - {None, person}
    same_birth = not person.only_year and person.born_on is not None and person.born_on == said.born_on
    same_number = found.person == person or person.number_index is None
    if others or not (same_birth and same_number):
        raise refused(
            "VNeID này không khớp với người của tài khoản",
            "Số định danh hoặc ngày sinh ở VNeID khác với danh bạ. Hãy mang căn cước đến Công an nơi cư trú hoặc gọi 1022 "
            "để được xem lại; tài khoản vẫn dùng được như trước.",
            "the identity is not the person of the account",
        )


def identity_of(account: Account, issuer: str) -> ExternalIdentity | None:
    """The identity of an account at an issuer, if any."""
    return ExternalIdentity.objects.filter(account=account, issuer=issuer).first()


def _identity(said: Said) -> ExternalIdentity | None:
    rows = ExternalIdentity.objects.select_related("account__person")
    return rows.filter(issuer=said.issuer, subject=_subject(said)).first()


def _subject(said: Said) -> str:
    return keyring().index_of(f"identity:{said.issuer}\n{said.subject}")


def _join(account: Account, said: Said) -> ExternalIdentity:
    identity = ExternalIdentity.objects.create(
        account=account, issuer=said.issuer, subject=_subject(said), joined_at=timezone.now()
    )
    audit.record(account, "joined an identity to an account", account)
    if account.last_login is not None:  # somebody used it before: they should hear of it
        text = "Tài khoản vừa được nối với VNeID. Nếu không phải mình nối, hãy gọi 1022."
        notices.tell([account], key=f"vneid:{identity.pk}", text=text, href="/toi/vneid/")
    return identity


def _usable(account: Account) -> Account:
    if not account.is_active or not account.is_citizen:
        raise refused(
            "Tài khoản này đang bị khóa", "Hãy gọi 1022 hoặc báo cán bộ để được mở lại.", "the account is switched off"
        )
    return account


# ---- The register


@dataclass(frozen=True, slots=True)
class _Found:
    """The one person that an identity is, or those whom it may be with what does not fit; or nobody."""

    person: Person | None = None
    doubts: Sequence[tuple[Person, str]] = ()


def _in_register(said: Said) -> _Found:
    if not said.number:
        return _Found()
    people = Person.objects.known().select_related("ward")
    having = list(people.filter(number_index=keyring().index_of(f"number:{said.number}")).order_by("pk"))
    if len(having) > 1:
        return _Found(doubts=[(person, Doubt.SEVERAL) for person in having])
    for person in having:
        doubt = _doubt(person, said)
        return _Found(doubts=((person, doubt),)) if doubt else _Found(person)
    return _Found()


def _doubt(person: Person, said: Said) -> str:
    """What does not fit between a person whose number it is and what was said; "" where all does."""
    if person.died_on is not None:
        return Doubt.DEAD
    if person.only_year or person.born_on is None:
        return Doubt.ONLY_YEAR
    return "" if person.born_on == said.born_on else Doubt.BIRTH


# ---- Doubts


def _wait(identity: ExternalIdentity, doubts: Sequence[tuple[Person, str]], said: Said) -> None:
    for person, doubt in doubts:
        case = LinkCase(ward=person.ward, account=identity.account, identity=identity, person=person, doubt=doubt,
                        at=timezone.now())  # fmt: skip
        told = {"name": said.name, "number": said.number, "born_on": said.born_on.isoformat() if said.born_on else ""}
        case.said_sealed = keyring().seal(json.dumps(told), place_of(case))
        case.save(force_insert=True)
        audit.record(None, "asked who somebody is", case, ward=case.ward)


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider said of somebody in doubt; empty once it was decided."""

    name: str = ""
    number: str = ""  # masked
    born_on: date | None = None


def told_of(case: LinkCase) -> Told:
    """What the provider said, for whoever decides; the number masked."""
    if not case.said_sealed:
        return Told()
    said: dict[str, Any] = json.loads(keyring().open(case.said_sealed, place_of(case)))
    born = date.fromisoformat(said["born_on"]) if said["born_on"] else None
    return Told(said["name"], register.mask(said["number"]), born)


def place_of(case: LinkCase) -> str:
    """What the sealed values of a case are bound to."""
    return f"signin.linkcase.said:{case.pk}"


@transaction.atomic
def link(case: LinkCase, *, reason: str, by: Account) -> None:
    """It is this person: the account stands for them; or, where they have one already, the identity opens that one."""
    held = _hold(case)
    person = Person.objects.select_for_update(of=("self",), no_key=True).select_related("ward").get(pk=held.person_id)
    if held.account.person_id is not None:
        raise Refusal("Tài khoản này đã nối với một người trong danh bạ. Hãy tải lại trang.")
    if person.merged_into_id is not None:
        raise Refusal("Nhân khẩu này vừa được gộp vào người khác. Hãy để lại và báo người điều phối.")
    own = citizens.account_of(person)
    if own is None:
        citizens.join_to_register(held.account, person, by=by, how="VNeID")
    else:
        _move(held, own, by=by)
    _decide(held, State.LINKED, reason=reason, by=by)
    for other in LinkCase.objects.waiting().select_for_update(of=("self",), no_key=True).filter(identity=held.identity):
        _decide(other, State.MOOT, reason="", by=by)


@transaction.atomic
def leave(case: LinkCase, *, reason: str, by: Account) -> None:
    """It is not this person, or nobody can tell: the account stays as it is, and is not asked about again."""
    if not reason.strip():
        raise Refusal("Hãy ghi lý do không nối, để người xem sau hiểu.", "reason")
    _decide(_hold(case), State.LEFT, reason=reason, by=by)


def _move(case: LinkCase, own: Account, *, by: Account) -> None:
    """The person has an account of their own: the identity opens that one, the one made for the doubt closes."""
    if not own.is_active:
        raise Refusal("Tài khoản của người này đang bị khóa. Hãy mở lại trước khi nối.")
    if own.identities.filter(issuer=case.identity.issuer).exists():
        raise Refusal("Người này đã nối một VNeID khác. Hãy bỏ nối VNeID đó trước, hoặc chọn không nối.")
    made = case.account
    ExternalIdentity.objects.filter(pk=case.identity_id).update(account=own)
    LinkCase.objects.filter(identity=case.identity_id).update(account=own)
    case.account = own
    made.is_active = False
    made.save(update_fields=("is_active",))
    sessions.end_all(made, why="nối vào tài khoản đã có")
    audit.record(by, "joined an identity to an account", own)


def _hold(case: LinkCase) -> LinkCase:
    rows = LinkCase.objects.select_for_update(of=("self",), no_key=True).select_related("account", "identity", "ward")
    held = rows.get(pk=case.pk)
    if held.state != State.WAITING:
        raise Refusal("Việc này đã có người quyết định. Hãy tải lại trang.")
    return held


def _decide(case: LinkCase, state: str, *, reason: str, by: Account) -> None:
    case.state, case.reason = state, reason.strip()
    case.decided_by, case.decided_at, case.said_sealed = by, timezone.now(), None
    case.save()
    audit.record(by, "decided who somebody is", case, ward=case.ward, decision=State(state).label)
