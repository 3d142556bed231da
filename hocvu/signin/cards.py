"""Cards of learners: made for somebody, opened once with a code on another slip, used with a PIN, revoked.

The secret of a card exists while its sheet is drawn and in the QR code, nowhere else: here lies its digest. Whoever
makes a card never learns the PIN: the learner sets it at the first use, against an opening code that is good for that
once. A copied card is therefore nothing without the PIN, and five wrong ones lock it.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.signin import childhood, citizens, sessions, throttling
from hocvu.signin.models import MOST_FAILS, Card, Proof, SignIn, Way
from hocvu.signin.throttling import door
from hocvu.ward import audit, notices, retention
from hocvu.ward.access import scoped
from hocvu.ward.capabilities import reach_of
from hocvu.ward.models import Account, Membership, Person, Ward
from hocvu.ward.models.person import PersonQuerySet

CAPABILITY = "cards.make"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that reads like something else
LENGTH = 26  # of 32 signs each: 130 bits
LONGEST, USUAL = 395, 365  # days
AT_ONCE = 60  # cards on one print


# ---- Who may make one, for whom


def people_of(account: Account, ward: Ward) -> PersonQuerySet:
    """Whose cards an account may make and see today: those within its reach in the register, or who belong to its unit."""
    within = scoped(Person.objects.all(), account, CAPABILITY, ward)
    units = [
        grant.unit.path
        for grant in account.current_grants
        if grant.unit is not None and grant.ward_id == ward.pk and reach_of(grant.role, CAPABILITY) == "unit"
    ]
    today, rows = clock.today(), within
    for path in units:
        inside = Membership.objects.on(today).filter(unit__path__startswith=path)
        rows = rows | Person.objects.filter(pk__in=inside.values("person"), ward=ward)
    reached = rows.order_by().values("pk")
    return Person.objects.filter(pk__in=reached).open_for_work().living_on(today)


def cards_of(account: Account, ward: Ward) -> QuerySet[Card]:
    """The cards of those people."""
    rows = Card.objects.filter(account__person__in=people_of(account, ward).values("pk"))
    return rows.select_related("account__person__ward", "printed_by")


def may_make_card(account: Account, person: Person) -> bool:
    """Whether an account may make a card for this very person."""
    return people_of(account, person.ward).filter(pk=person.pk).exists()


# ---- Making


@dataclass(frozen=True, slots=True)
class Printed:
    """A card as it goes on paper, once: the only place where its secret and its opening code are in clear."""

    card: Card
    person: Person
    secret: str
    opening_code: str

    @property
    def by_hand(self) -> str:
        """The secret in groups of four, for whoever types it."""
        return " ".join(self.secret[at : at + 4] for at in range(0, LENGTH, 4))

    @property
    def opening_words(self) -> str:
        """The opening code in two groups."""
        return f"{self.opening_code[:3]} {self.opening_code[3:]}"

    def __repr__(self) -> str:
        return f"Printed({self.card})"


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of making several cards: those made, and those left out with the reason."""

    made: Sequence[Printed]
    left_out: Sequence[tuple[Person, str]]


@transaction.atomic
def make(person: Person, *, expires_on: date, by: Account, batch: uuid.UUID | None = None) -> Printed:
    """A new card for somebody; an earlier one is revoked. Refused for a child whose guardian has not agreed."""
    today = clock.today()
    if not today < expires_on <= today + timedelta(days=LONGEST):
        raise Refusal(
            f"Thẻ dùng được nhiều nhất {LONGEST} ngày. Hãy ghi một ngày sau hôm nay và không muộn hơn "
            f"{today + timedelta(days=LONGEST):%d/%m/%Y}.",
            "expires_on",
        )
    if not may_make_card(by, person):
        raise Refusal("Người này không thuộc nơi mình phụ trách nên không làm thẻ được.")
    if why := childhood.why_no_card(person):
        raise Refusal(why)
    account = citizens.open_account(person.ward, person=person, by=by)
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    for old in Card.objects.filter(account=account, revoked_at=None):
        _revoke(old, "đã làm thẻ khác", by)
    secret = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    code = f"{secrets.randbelow(10**6):06}"
    card = Card.objects.create(
        account=account, secret_digest=digest_of(secret), pin_hash=make_password(code), printed_by=by,
        printed_at=timezone.now(), expires_on=expires_on, batch=batch,
    )  # fmt: skip
    audit.record(by, "made a card", person, ward=person.ward)
    if account.last_login is not None:
        _tell_owner(card)
    return Printed(card, person, secret, code)


@transaction.atomic
def make_many(people: Iterable[Person], *, expires_on: date, by: Account) -> Batch:
    """Cards for a class at once; whoever may not have one is left out, with the reason."""
    batch = uuid.uuid4()
    made: list[Printed] = []
    left_out: list[tuple[Person, str]] = []
    for person in people:
        if why := childhood.why_no_card(person):
            left_out.append((person, why))
        else:
            made.append(make(person, expires_on=expires_on, by=by, batch=batch))
    return Batch(made, left_out)


def _tell_owner(card: Card) -> None:
    notices.tell(
        [card.account],
        key=f"card:{card.pk}",
        text=f"Vừa có thẻ học viên mang tên mình, dùng đến hết {card.expires_on:%d/%m/%Y}. Nếu mình không nhờ làm, hãy "
        "thu hồi thẻ.",
        href="/toi/the/",
    )


# ---- Revoking


@transaction.atomic
def revoke(card: Card, *, reason: str, by: Account, but: int | None = None) -> None:
    """A card is good no longer; sessions that it opened end, except the one whose row is named."""
    held = Card.objects.select_for_update(of=("self",), no_key=True).select_related("account").get(pk=card.pk)
    if held.revoked_at is not None:
        raise Refusal("Thẻ này đã thu hồi rồi. Hãy tải lại trang.")
    if not reason.strip():
        raise Refusal("Hãy ghi lý do thu hồi.", "reason")
    _revoke(held, reason.strip(), by, but)


def _revoke(card: Card, why: str, by: Account, but: int | None = None) -> None:
    card.revoked_at, card.revoked_why = timezone.now(), why[:200]
    card.save(update_fields=("revoked_at", "revoked_why"))
    for row in SignIn.objects.open().filter(account=card.account, way=Way.CARD):
        if row.pk != but:
            sessions.end(row, by=by, why="thẻ đã thu hồi")
    person = card.account.person
    audit.record(by, "revoked a card", person or card.account, ward=person.ward if person else None, reason=why)


# ---- Using


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to: the card; or it is locked; or minutes to wait; or nothing of these for whatever is wrong."""

    card: Card | None = None
    is_locked: bool = False
    wait_minutes: int = 0


def digest_of(secret: str) -> str:
    """What a secret is known by, however it was typed: small letters, gaps, O for 0, I and L for 1."""
    plain = "".join(secret.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(plain.encode()).hexdigest()


def awaits_pin(digest: str) -> bool:
    """Whether a card is new: its learner has yet to set a PIN."""
    return Card.objects.live(clock.today()).filter(secret_digest=digest, pin_set_at=None).exists()


def check(digest: str, code: str, *, address: str) -> Outcome:
    """Check a PIN, or the opening code of a new card. The try is counted before it is judged: however many arrive at
    once, at most five are looked at. An unknown card costs as much time as a wrong PIN."""
    knock = throttling.knock(door("card", address, most=60))
    if knock.wait_minutes:
        return Outcome(wait_minutes=knock.wait_minutes)
    usable = Card.objects.live(clock.today()).filter(secret_digest=digest, account__is_active=True)
    card = usable.select_related("account__person__ward", "printed_by").first()
    # By the row alone: a condition on another table becomes a subquery, which a database that waited does not ask again.
    if card is None or not Card.objects.filter(pk=card.pk, revoked_at=None, fails__lt=MOST_FAILS).update(
        fails=F("fails") + 1
    ):
        make_password(code)
        return Outcome(is_locked=card is not None)
    if not check_password(code, card.pin_hash):
        now_locked = Card.objects.locked().filter(pk=card.pk, locked_at=None).update(locked_at=timezone.now())
        if now_locked:
            audit.record(card.account, "locked a card", card.account.person or card.account)
        return Outcome(is_locked=bool(now_locked))
    Card.objects.filter(pk=card.pk).update(fails=0, locked_at=None)
    knock.forgive()
    return Outcome(card=card)


@transaction.atomic
def set_pin(card: Card, pin: str) -> None:
    """The learner's own PIN takes the place of the opening code; once."""
    done = Card.objects.filter(pk=card.pk, pin_set_at=None, pin_hash=card.pin_hash).update(
        pin_hash=make_password(pin), pin_set_at=timezone.now()
    )
    if not done:
        raise Refusal("Thẻ này vừa được đặt mã PIN rồi. Hãy quét lại thẻ và nhập mã PIN.")
    audit.record(card.account, "set the PIN of a card", card.account.person or card.account)


def usable(pk: int) -> Card | None:
    """A card that a PIN was just typed right for, where it is still good."""
    cards = Card.objects.live(clock.today()).filter(pk=pk, account__is_active=True).exclude(pin_set_at=None)
    return cards.select_related("account__person__ward", "printed_by").first()


@transaction.atomic
def come_in(request: HttpRequest, card: Card) -> None:
    """Open the session of a card whose PIN was right: always that of the learner's account, never one of staff."""
    if not card.account.is_citizen or childhood.missing(_owner(card)):
        raise Refusal("Chưa đăng nhập được bằng thẻ này. Hãy quét lại thẻ.")
    how = sessions.How(Way.CARD, Proof.CARD, vouched_by=card.printed_by)
    sessions.open_session(request, card.account, how)
    Card.objects.filter(pk=card.pk).update(last_used_at=timezone.now())


def _owner(card: Card) -> Person:
    if card.account.person is None:
        raise Refusal("Thẻ này không còn dùng được. Hãy nhờ người làm thẻ làm thẻ mới.")
    return card.account.person


def too_simple(pin: str) -> bool:
    """Whether a PIN is the first that anybody tries.

    >>> too_simple("1111"), too_simple("1234"), too_simple("9876"), too_simple("2580")
    (True, True, True, False)
    """
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    return steps in ({0}, {1}, {-1})


# ---- What is held of a person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """Each card of a person's account."""
    for card in Card.objects.filter(account__person=person).select_related("printed_by"):
        yield {
            "Thẻ số": card.pk,
            "Làm lúc": card.printed_at,
            "Người làm": card.printed_by.full_name if card.printed_by else "",
            "Dùng đến hết ngày": card.expires_on,
            "Dùng lần cuối lúc": card.last_used_at,
            "Thu hồi lúc": card.revoked_at,
            "Lý do thu hồi": card.revoked_why,
        }


@retention.keeps(
    "cards",
    title="Thẻ học viên đã thu hồi, đã hết hạn",
    why="Để giải đáp khi thẻ bị mất, bị dùng sai",
    days=365,
)
def forget_old_cards(days: int) -> int:
    """Drop cards that have been of no use for long."""
    revoked = Card.objects.filter(revoked_at__lt=timezone.now() - timedelta(days=days))
    over = Card.objects.filter(expires_on__lt=clock.today() - timedelta(days=days))
    return revoked.delete()[0] + over.delete()[0]
