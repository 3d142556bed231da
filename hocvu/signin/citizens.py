"""Accounts of citizens: without a password, without any role but that of learning for oneself.

An account stands for one person of the register, or for somebody whom the register does not know (yet). A staff
account is another account, also where it is the same human being: a role of staff never hangs on a citizen's door
(docs/decisions/0014).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Subquery, Value, When

from hocvu.lib import clock
from hocvu.lib.text import nfc
from hocvu.signin.models import AssistedSession, Proof, SignIn
from hocvu.ward import audit, granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Membership, MembershipQuerySet, Person, Ward

UNNAMED = "Học viên"

Joined = Callable[[Account, Person], None]
_JOINED: list[Joined] = []


def when_joined(follow: Joined) -> None:
    """Let a room above follow when an account turns out to be somebody of the register; in the same transaction."""
    _JOINED.append(follow)


@transaction.atomic
def open_account(
    ward: Ward, *, full_name: str = "", person: Person | None = None, by: Account | None = None
) -> Account:
    """The account of a person of the register, made where there is none; or a new one for somebody unknown to it."""
    if person is not None:
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.merged_into_id or person.pk)
        known = Account.objects.filter(kind=Account.Kind.CITIZEN, person=person).first()
        if known is not None:
            return known
    account = Account(
        username=f"nd-{secrets.token_hex(8)}",
        full_name=nfc(full_name) or (person.full_name if person else UNNAMED),
        kind=Account.Kind.CITIZEN,
        person=person,
        is_demo=ward.is_demo,
    )
    account.set_unusable_password()
    account.save()
    granting.grant(account, Role.CITIZEN, ward=ward, by=None, valid_from=clock.today())
    audit.record(by or account, "opened a citizen's account", account, ward=ward)
    return account


def account_of(person: Person) -> Account | None:
    """The account that stands for a person, if any."""
    return Account.objects.filter(kind=Account.Kind.CITIZEN, person=person).first()


@transaction.atomic
def join_to_register(account: Account, person: Person, *, by: Account | None, how: str) -> None:
    """Let an account stand for a person of the register from now on."""
    account.person = person
    account.full_name = person.full_name
    account.save(update_fields=("person", "full_name"))
    for follow in _JOINED:
        follow(account, person)
    audit.record(by or account, "joined an account to the register", person, ward=person.ward, how=how)


# ---- How who somebody is was established


@dataclass(frozen=True, slots=True)
class Established:
    """The strongest proof that an account ever came in with, as a certificate says it."""

    proof: Proof
    at: datetime
    issuer: str
    vouched_by: Account | None

    @property
    def words(self) -> str:
        """In words: "VNeID mức 2", "có người xác nhận: Trần Thị Nết"."""
        who = f": {self.vouched_by.full_name}" if self.vouched_by and self.proof == Proof.VOUCHED else ""
        return f"{Proof(self.proof).label}{who}"


STRENGTH = {proof: rank for rank, proof in enumerate(Proof)}  # 0 is the strongest


def established(account: Account) -> Established | None:
    """How it is known who stands behind an account; None where nobody ever came in."""
    rows = SignIn.objects.filter(account=account).exclude(proof=Proof.STAFF).select_related("vouched_by")
    rows = rows.exclude(assisted__call_outcome=AssistedSession.Outcome.DENIED)  # a learner who was asked knew nothing
    best = min(rows.order_by("at"), key=lambda row: STRENGTH[Proof(row.proof)], default=None)
    if best is None:
        return None
    return Established(Proof(best.proof), best.at, best.issuer, best.vouched_by)


# ---- What the list of a unit's members says


def with_account(rows: MembershipQuerySet) -> MembershipQuerySet:
    """Memberships with whether the person has an account, and its strongest proof; two questions inside the one."""
    theirs = Q(account__kind=Account.Kind.CITIZEN, account__person=OuterRef("person"))
    rank = Case(*(When(proof=proof, then=Value(rank)) for proof, rank in STRENGTH.items()), output_field=IntegerField())
    proofs = SignIn.objects.filter(theirs).exclude(proof=Proof.STAFF)
    proofs = proofs.exclude(assisted__call_outcome=AssistedSession.Outcome.DENIED).order_by(rank)
    accounts = Account.objects.filter(kind=Account.Kind.CITIZEN, person=OuterRef("person"))
    return rows.annotate(has_account=Exists(accounts), proof=Subquery(proofs.values("proof")[:1]))


def has_account(membership: Membership) -> bool:
    """Whether the person of an annotated membership has an account."""
    return bool(getattr(membership, "has_account", False))


def proof_words(membership: Membership) -> str:
    """How the person of an annotated membership was established; "" where they never came in."""
    proof = getattr(membership, "proof", None)
    return Proof(proof).label if proof else ""
