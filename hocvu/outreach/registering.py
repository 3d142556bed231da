"""Who is coming: by themselves on the page, through somebody of a team for a household, or at the door by name alone.

A person has one place in a class. Where a class is full, one waits; whoever waits longest gets what becomes free. A name
that was written at the door belongs to nobody of the register until somebody who may read it says to whom (`match`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import classes, codes
from hocvu.outreach.models import Attendance, Gathering, Registration
from hocvu.signin import citizens
from hocvu.ward import audit, retention
from hocvu.ward.access import scoped
from hocvu.ward.models import Account, Household, Person

Way = Registration.Way
READ = "people.read"  # whoever registers a household reads its names anyway
NAMES_KEPT = 400  # days that a name of nobody in the register is kept
_FRESH = 5  # codes tried before one that is free


# ---- Which there are


def live(gathering: Gathering) -> QuerySet[Registration]:
    """Those that hold, in the order in which they came."""
    return gathering.registrations.filter(cancelled_at=None).order_by("at", "pk")


def mine(account: Account) -> QuerySet[Registration]:
    """The places of an account, the newest class first; also those that a team took for them."""
    rows = Registration.objects.filter(_of(account, account.person), cancelled_at=None)
    return rows.select_related("gathering__ward", "gathering__neighbourhood").order_by("-at", "pk")


def own(gathering: Gathering, account: Account) -> Registration | None:
    """The place of an account in a class, if it has one."""
    return mine(account).filter(gathering=gathering).first()


def _of(account: Account | None, person: Person | None) -> Q:
    found = Q(pk__in=[])
    if account is not None:
        found |= Q(account=account)
    if person is not None:
        found |= Q(person=person)
    return found


def household_of(account: Account, household: Household) -> list[Person]:
    """The people of a household whom an account may register: within reach, alive, not restricted."""
    people = Person.objects.filter(household=household).open_for_work().living_on(clock.today())
    return list(scoped(people, account, READ, household.ward).order_by("born_on", "plain_name", "pk"))


# ---- Coming


@transaction.atomic
def register_oneself(gathering: Gathering, *, by: Account) -> Registration:
    """Whoever is signed in takes a place; pressing twice takes one."""
    if not by.is_citizen:
        raise Refusal("Tài khoản công vụ không đăng ký học. Hãy đăng nhập bằng tài khoản người dân.")
    row = _open(gathering)
    found, is_new = _place(row, account=by, person=by.person, name=by.full_name, way=Way.WEB, by=by)
    if is_new:
        audit.record(by, "registered for a class", row, ward=row.ward, waits=found.is_waiting or None)
    return found


@transaction.atomic
def register_household(
    gathering: Gathering, household: Household, people: Sequence[UUID], *, by: Account
) -> list[Registration]:
    """Take places for people of one household; those who have one keep it."""
    row = _open(gathering)
    chosen = [one for one in household_of(by, household) if one.pk in set(people)]
    if not chosen:
        raise Refusal("Hãy đánh dấu ít nhất một người.", "people")
    made = [
        _place(row, account=citizens.account_of(one), person=one, name=one.full_name, way=Way.TEAM, by=by)
        for one in chosen
    ]
    fresh = sum(is_new for _, is_new in made)
    if fresh:
        audit.record(by, "registered a household for a class", row, ward=row.ward, people=fresh)
    return [one for one, _ in made]


def walk_in(gathering: Gathering, *, name: str, by: Account, key: UUID | None = None) -> Registration:
    """Somebody who stands at the door, by name alone. Never turned away: a full class has one more. In the caller's
    transaction."""
    if not (name := " ".join(nfc(name).split())[:120]):
        raise Refusal("Hãy ghi tên người đến.", "ten")
    said = {"gathering": gathering, "name": name, "way": Way.WALK_IN, "by": by}
    return _keep(Registration(pk=key or uuid4(), **said))


def _open(gathering: Gathering) -> Gathering:
    """The class, held; refused where nobody can register any more."""
    row = classes.hold(gathering.pk)
    if row.state == Gathering.State.CANCELLED:
        raise Refusal("Lớp này đã hủy. Hãy chọn lớp khác.")
    if row.state != Gathering.State.OPEN:
        raise Refusal("Lớp này chưa nhận đăng ký.")
    if classes.is_over(row):
        raise Refusal("Lớp này đã học xong. Hãy chọn lớp khác.")
    classes.move_up(row)  # nobody gets a place before whoever waits
    return row


def _place(
    row: Gathering, *, account: Account | None, person: Person | None, name: str, way: str, by: Account
) -> tuple[Registration, bool]:
    """The place of somebody, taken where they have none; whether it is new. The class is held."""
    if (known := live(row).filter(_of(account, person)).first()) is not None:
        return known, False
    left = classes.places_left(row)
    made = Registration(
        gathering=row, account=account, person=person, household=person.household if person else None, name=name,
        way=way, by=by, is_waiting=left == 0,
    )  # fmt: skip
    return _keep(made), True


def _keep(row: Registration) -> Registration:
    """Write it down under a code that nobody has."""
    for _ in range(_FRESH):
        row.code = codes.new()
        if not Registration.objects.filter(code=row.code).exists():
            break
    row.save(force_insert=True)
    return row


# ---- Not coming


@transaction.atomic
def cancel_for(registration: Registration, *, by: Account) -> Registration:
    """A place is given back for somebody who said so: by whoever holds the class, or registered them."""
    if registration.by_id != by.pk:
        classes.refuse_foreign(registration.gathering, by)
    return cancel(registration, by=by)


@transaction.atomic
def cancel(registration: Registration, *, by: Account) -> Registration:
    """A place is given back; whoever waits longest gets it. What was attended stays."""
    row = classes.hold(registration.gathering_id)
    held = Registration.objects.get(pk=registration.pk)
    if held.cancelled_at is not None:
        return held
    held.cancelled_at = clock.now()
    held.save(update_fields=("cancelled_at",))
    audit.record(by, "gave a place in a class back", row, ward=row.ward)
    if row.state == Gathering.State.OPEN:
        classes.move_up(row)
    return held


# ---- Whose the name at the door was


@transaction.atomic
def match(registration: Registration, person: Person, *, by: Account) -> Registration:
    """A name that was written at the door was this person. Where they have a place already, what they attended goes there
    and the line of the door is closed."""
    row = classes.hold(registration.gathering_id)
    held = Registration.objects.get(pk=registration.pk)
    if held.person_id is not None:
        raise Refusal("Tên này đã ghép với một người rồi.")
    account = citizens.account_of(person)
    other = live(row).filter(_of(account, person)).exclude(pk=held.pk).first()
    if other is not None:
        Attendance.objects.filter(registration=held).update(registration=other)
        held.cancelled_at = held.cancelled_at or clock.now()
        held.save(update_fields=("cancelled_at",))
    held.person, held.household, held.name = person, person.household, person.full_name
    if other is None:
        held.account = account
    held.save()
    audit.record(by, "matched a name of a class", row, ward=row.ward)
    classes.move_up(row)  # two places of one person became one
    return other or held


@retention.keeps(
    "walk_in_names",
    title="Tên người đến thẳng lớp, không có trong danh bạ",
    why="Đối chiếu tờ ký tên của năm trước; sau đó chỉ còn số đếm",
    days=NAMES_KEPT,
)
def forget_names(days: int) -> int:
    """Let the names of people whom nobody matched go; that somebody came stays."""
    old = Registration.objects.filter(person=None, account=None, at__lt=clock.now() - timedelta(days=days))
    return old.exclude(name="").update(name="")
