"""Guardians: who stands for a child, asked for on the web or recorded at the counter, confirmed with a paper seen.

A guardian sees how far the child is, never what it answered. It ends the day before the 18th birthday by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.signin import childhood, citizens, sessions, throttling
from hocvu.signin.citizens import Established
from hocvu.signin.models import Card, Guardianship, GuardianshipQuerySet, SignIn
from hocvu.signin.throttling import door
from hocvu.ward import audit, consenting, notices, register, retention
from hocvu.ward.keys import keyring
from hocvu.ward.models import Account, ConsentText, Person, Ward
from hocvu.ward.models.person import years_before

CAPABILITY = "guardians.decide"
GROWN = 18
ASKS_A_DAY = 5
State, Channel, Party = Guardianship.State, childhood.Channel, childhood.Party


@transaction.atomic
def ask(
    ward: Ward,
    *,
    child_name: str,
    number: str,
    born_on: date,
    relation: str,
    agreed_to: ConsentText | None,
    by: Account,
) -> Guardianship:
    """A guardian asks. The answer is the same whether the register knows such a child: an officer will look."""
    knock = throttling.knock(door("guardian", str(by.pk), most=ASKS_A_DAY, window=timedelta(days=1)))
    if knock.wait_minutes:
        raise Refusal(f"Mỗi ngày gửi được {ASKS_A_DAY} lần. Hãy gửi tiếp vào ngày mai, hoặc đến nơi tiếp dân.")
    row = Guardianship(
        ward=ward, account=by, child=_child_like(ward, number, born_on), relation=relation,
        asked_name=nfc(child_name)[:120], asked_born_on=born_on, agreed_to=agreed_to, asked_at=timezone.now(),
    )  # fmt: skip
    row.number_sealed = keyring().seal(number, _place(row))
    row.save(force_insert=True)
    audit.record(by, "asked to be a guardian", by, ward=ward)
    return row


@transaction.atomic
def confirm(row: Guardianship, *, paper: str, by: Account) -> Guardianship:
    """An officer has seen a paper that says so. What the guardian agreed to while asking is written down now."""
    held = _waiting(row)
    if not paper.strip():
        raise Refusal("Hãy ghi giấy tờ đã xem, ví dụ giấy khai sinh số mấy.", "paper")
    child = held.child or _child_like(held.ward, asked_number(held), held.asked_born_on)
    if child is None:
        raise Refusal(
            "Danh bạ chưa có trẻ với số định danh và ngày sinh này. Hãy ghi trẻ vào danh bạ rồi xác nhận, hoặc không xác nhận."
        )
    held.child = child
    _begin(held, paper.strip(), by)
    if held.agreed_to is not None and held.agreed_to == childhood.text_for(held.ward):
        childhood.guardian_agrees(child, held.agreed_to, guardian=held.account, channel=Channel.ONLINE, by=held.account)
    _tell(held, f"Đã xác nhận mình là người giám hộ của {child.full_name}.")
    return held


@transaction.atomic
def record(
    child: Person, *, guardian_number: str, relation: str, paper: str, agreed_on_paper: bool, by: Account
) -> Guardianship:
    """Recorded at the counter: both are in the register, the officer has the paper in hand."""
    guardian = register.having(Person.objects.of(child.ward).open_for_work(), guardian_number).first()
    if guardian is None or guardian.pk == child.pk:
        raise Refusal(
            "Danh bạ chưa có người giám hộ với số định danh này. Hãy ghi người đó vào danh bạ trước.", "guardian_number"
        )
    if may_need_one(guardian):
        raise Refusal("Người giám hộ phải đủ 18 tuổi. Hãy xem lại số định danh.", "guardian_number")
    text = childhood.text_for(child.ward)
    if agreed_on_paper and text is None:
        raise Refusal(childhood.NO_TEXT, "agreed_on_paper")
    row = Guardianship(
        ward=child.ward, account=citizens.open_account(child.ward, person=guardian, by=by), child=child, relation=relation,
        asked_name=child.full_name, asked_born_on=child.born_on, asked_at=timezone.now(),
    )  # fmt: skip
    _begin(row, paper.strip(), by)
    if agreed_on_paper and text is not None:
        childhood.guardian_agrees(child, text, guardian=row.account, channel=Channel.PAPER, by=by)
    return row


@transaction.atomic
def refuse(row: Guardianship, *, reason: str, by: Account) -> None:
    """An officer does not confirm; the guardian is told why."""
    held = _waiting(row)
    if not reason.strip():
        raise Refusal("Hãy ghi lý do để người gửi biết phải làm gì.", "reason")
    held.state, held.reason, held.number_sealed, held.child = State.REFUSED, reason.strip(), None, None
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    audit.record(by, "refused a guardian", held.account, ward=held.ward, reason=held.reason)
    _tell(held, f"Chưa xác nhận được mình là người giám hộ của {held.asked_name}. Lý do: {held.reason}")


@transaction.atomic
def end(row: Guardianship, *, reason: str, by: Account) -> None:
    """It ends today, by an officer or by the guardian; what the guardian agreed to stays until withdrawn."""
    held = _hold(row)
    if held.state != State.CONFIRMED or held.child is None:
        raise Refusal("Quan hệ giám hộ này không còn hiệu lực. Hãy tải lại trang.")
    if not reason.strip():
        raise Refusal("Hãy ghi lý do.", "reason")
    yesterday = clock.today() - timedelta(days=1)
    held.state, held.reason = State.ENDED, reason.strip()
    held.valid_to = min(held.valid_to or yesterday, yesterday)
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    audit.record(by, "ended a guardianship", held.child, ward=held.ward, reason=held.reason)


def _begin(row: Guardianship, paper: str, by: Account) -> None:
    child, today = row.child, clock.today()
    if child is None or child.born_on is None:
        raise Refusal("Trẻ chưa có ngày sinh trong danh bạ. Hãy ghi ngày sinh trước.")
    last = _birthday(child.born_on, GROWN) - timedelta(days=1)
    if last < today:
        raise Refusal("Người này đã đủ 18 tuổi nên không cần người giám hộ ở đây.")
    if Guardianship.objects.on(today).filter(account=row.account, child=child).exists():
        raise Refusal("Quan hệ giám hộ này đã được xác nhận rồi.")
    row.state, row.paper, row.number_sealed = State.CONFIRMED, paper, None
    row.valid_from, row.valid_to = today, last
    row.decided_by, row.decided_at = by, timezone.now()
    row.save()
    audit.record(by, "confirmed a guardian", child, ward=row.ward)


def may_need_one(person: Person) -> bool:
    """Whether somebody is below 18 today."""
    return person.born_on is not None and person.born_on > years_before(clock.today(), GROWN)


def _birthday(born: date, years: int) -> date:
    """So many years after a day; born on 29 February, one ages on 1 March.

    >>> _birthday(date(2008, 2, 29), 18), _birthday(date(2012, 5, 3), 18)
    (datetime.date(2026, 3, 1), datetime.date(2030, 5, 3))
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def _child_like(ward: Ward, number: str, born_on: date | None) -> Person | None:
    """Who of the register has this very number and this very birthday; where only the year is known, that year."""
    people = Person.objects.of(ward).open_for_work().living_on(clock.today())
    found = people.filter(number_index=keyring().index_of(f"number:{number}")).first()
    if found is None or found.born_on is None or born_on is None:
        return None
    same = found.born_on.year == born_on.year if found.only_year else found.born_on == born_on
    return found if same else None


def asked_number(row: Guardianship) -> str:
    """The number that the guardian typed, for matching; "" once it was decided."""
    return keyring().open(row.number_sealed, _place(row)) if row.number_sealed else ""


def _place(row: Guardianship) -> str:
    return f"signin.guardianship:{row.pk}"


register.also_sealed(Guardianship, "number_sealed", _place)


def _hold(row: Guardianship) -> Guardianship:
    rows = Guardianship.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("ward", "account", "child__ward", "agreed_to").get(pk=row.pk)


def _waiting(row: Guardianship) -> Guardianship:
    held = _hold(row)
    if held.state != State.ASKED:
        raise Refusal("Đề nghị này đã được xét rồi. Hãy tải lại trang.")
    return held


def _tell(row: Guardianship, text: str) -> None:
    notices.tell(
        [row.account], key=f"guardianship:{row.pk}:{row.state}", text=text, href="/toi/nguoi-phu-thuoc/", ward=row.ward
    )


# ---- What a guardian sees


def of_guardian(account: Account) -> GuardianshipQuerySet:
    """Everything that an account asked for or has, also what is over."""
    return Guardianship.objects.filter(account=account).select_related("child", "ward")


def children_of(account: Account) -> GuardianshipQuerySet:
    """The children that an account stands for today."""
    return of_guardian(account).on(clock.today()).filter(child__merged_into=None, child__died_on=None)


def is_guardian_of(account: Account, child: Person) -> bool:
    """Whether an account stands for this child today."""
    return children_of(account).filter(child=child).exists()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a child is, as its guardian may know it: that it comes, never what it answers."""

    account: Account | None
    card: Card | None
    established: Established | None
    sign_ins: int
    missing: set[str]


def progress_of(child: Person) -> Progress:
    """The state of a child's account today, with the sign-ins of the last 30 days."""
    account = citizens.account_of(child)
    if account is None:
        return Progress(None, None, None, 0, childhood.missing(child))
    recent = SignIn.objects.filter(account=account, at__gte=timezone.now() - timedelta(days=30))
    card = Card.objects.filter(account=account, revoked_at=None).first()
    return Progress(account, card, citizens.established(account), recent.count(), childhood.missing(child))


# ---- What is held of a person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """Each guardianship of a person, as the guardian and as the child."""
    rows = Guardianship.objects.filter(Q(account__person=person) | Q(child=person)).select_related("account", "child")
    for row in rows:
        yield {
            "Người giám hộ": row.account.full_name,
            "Trẻ": row.child.full_name if row.child else row.asked_name,
            "Quan hệ": row.get_relation_display(),
            "Tình trạng": row.get_state_display(),
            "Từ ngày": row.valid_from,
            "Đến hết ngày": row.valid_to,
            "Giấy tờ đã xem": row.paper,
            "Lý do": row.reason,
        }


def move(kept: Person, other: Person) -> list[Any]:
    """Two rows of the register became one: guardianships of the other child follow where the kept one has none such."""
    theirs = Guardianship.objects.filter(child=other)
    taken = Guardianship.objects.filter(child=kept, state=State.CONFIRMED).values("account")
    keys = [row.pk for row in theirs.exclude(state=State.CONFIRMED, account__in=taken)]
    Guardianship.objects.filter(pk__in=keys).update(child=kept)
    return [str(key) for key in keys]


def back(kept: Person, other: Person, keys: list[Any]) -> None:
    """They were parted again."""
    Guardianship.objects.filter(pk__in=keys, child=kept).update(child=other)


@retention.keeps(
    "guardianships",
    title="Quan hệ giám hộ đã hết, không xác nhận",
    why="Để giải đáp ai đã đồng ý thay cho trẻ",
    days=730,
)
def forget_old(days: int) -> int:
    """Drop what has been over for long."""
    over = Q(valid_to__lt=clock.today() - timedelta(days=days))
    refused = Q(state=State.REFUSED, decided_at__lt=timezone.now() - timedelta(days=days))
    return Guardianship.objects.filter(over | refused).delete()[0]


@transaction.atomic
def withdraw_consent(child: Person, *, guardian: Account) -> None:
    """The guardian says no longer; the child's open sessions end at once, the child's own yes must be given anew."""
    text = childhood.text_for(child.ward)
    if text is None or Party.REPRESENTATIVE in childhood.missing(child):
        raise Refusal("Hiện không có đồng ý nào để rút. Hãy tải lại trang.")
    consenting.withdraw(
        child, text, party=Party.REPRESENTATIVE, representative=guardian.full_name, channel=childhood.Channel.ONLINE, witness="",
        by=guardian,
    )  # fmt: skip
    if (account := citizens.account_of(child)) is not None:
        sessions.end_all(account, why="người giám hộ rút đồng ý")
