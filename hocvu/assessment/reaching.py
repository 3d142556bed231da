"""Whom somebody may watch, confirm and type for: people within reach, and nobody whom they helped, live with or are.

A capability reaches people by the register: the ward, a neighbourhood, or a unit with its members. That one may do it
for somebody in general is `people_of`; that one may not for this very person is `objection`, in a sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.signin import assisting, childhood, citizens
from hocvu.ward.capabilities import Role, reach_of
from hocvu.ward.models import Account, Grant, Membership, Person, Ward
from hocvu.ward.models.person import PersonQuerySet

HELPED = timedelta(days=365)  # so long a helper cannot confirm for whom they helped

ONESELF = "Không ai tự xác nhận cho mình. Hãy nhờ người khác."
SAME_NAME = "Người xác nhận và người học trùng họ tên. Hãy nhờ người khác."
HELPER = (
    "Tài khoản này đã giúp người học trong 12 tháng qua nên không làm việc này cho người ấy được. Hãy nhờ người khác."
)
HOUSEHOLD = "Người học ở cùng hộ. Hãy nhờ người không cùng hộ."


def people_of(account: Account, ward: Ward, capability: str, day: date | None = None) -> PersonQuerySet:
    """The people whom an account reaches by a capability on a day, by the grants of that day; today unless said."""
    on = day or clock.today()
    reached = Q(pk__in=[])
    for grant in Grant.objects.on(on).filter(account=account).exclude(unit__valid_to__lt=on).select_related("unit"):
        reach = reach_of(grant.role, capability)
        if reach == "unit" and grant.unit is not None and grant.ward_id == ward.pk:
            members = Membership.objects.on(on).filter(unit__path__startswith=grant.unit.path)
            reached |= Q(pk__in=members.order_by().values("person"))
        elif reach and (within := Person.SCOPE.reached(grant, reach)) is not None:
            reached |= within if within else Q(ward=ward)
    return Person.objects.filter(reached, ward=ward).open_for_work().living_on(on)


def reaches(account: Account, learner: Account, ward: Ward, capability: str, day: date | None = None) -> bool:
    """Whether a learner is among those people; one whom the register does not know is reached by the whole ward only."""
    if not account.is_active:
        return False
    if learner.person_id is not None:
        return people_of(account, ward, capability, day).filter(pk=learner.person_id).exists()
    on = day or clock.today()
    roles = Grant.objects.on(on).filter(account=account, ward=ward).values_list("role", flat=True)
    return any(reach_of(role, capability) == "ward" for role in roles) and is_learner_of(learner, ward)


def is_learner_of(learner: Account, ward: Ward) -> bool:
    """Whether a citizen's account belongs to a ward."""
    return learner.is_citizen and Grant.objects.filter(account=learner, ward=ward).exists()


def is_same(one: Account, other: Account) -> bool:
    """Whether two accounts are one person's, as far as can be told: the same person of the register, or the same name. Where
    two persons are asked for, one with two accounts is not two."""
    if one.pk == other.pk or (one.person_id is not None and one.person_id == other.person_id):
        return True
    return fold(one.full_name) == fold(other.full_name)


def objection(by: Account, learner: Account, *, at: datetime | None = None) -> str:
    """Why somebody may not watch, confirm, type or judge for a learner whoever else may; "" where nothing speaks against
    it. Whom they helped is asked for a moment, now unless said."""
    return objections([by], learner, at=at).get(by.pk, "")


def objections(accounts: Iterable[Account], learner: Account, *, at: datetime | None = None) -> dict[int, str]:
    """The same for many at once, for those whom something speaks against; as many questions for a hundred as for one."""
    helpers = assisting.helped_in(learner, min(at or clock.now(), clock.now()) - HELPED)
    household = learner.person.household_id if learner.person else None
    people = Person.objects.filter(household=household).values_list("pk", "plain_name") if household else ()
    home = {one for row in people for one in row}
    found = {by.pk: _objection(by, learner, helpers, home) for by in accounts}
    return {key: why for key, why in found.items() if why}


def _objection(by: Account, learner: Account, helpers: Collection[int], home: Collection[object]) -> str:
    """`home` are the keys and plain names of whom the learner lives with. A staff account often names nobody of the
    register; then somebody of that name in the household is taken for them."""
    if by.pk == learner.pk or (by.person_id is not None and by.person_id == learner.person_id):
        return ONESELF
    if fold(by.full_name) == fold(learner.full_name):
        return SAME_NAME
    if by.pk in helpers:
        return HELPER
    return HOUSEHOLD if by.person_id in home or fold(by.full_name) in home else ""


def refuse_objection(by: Account, learner: Account, field: str | None = None, *, at: datetime | None = None) -> None:
    """Raise a Refusal where there is an objection."""
    if why := objection(by, learner, at=at):
        raise Refusal(why, field)


def holders_of(ward: Ward, capability: str) -> list[Account]:
    """The accounts that have a capability somewhere in a ward today, by name."""
    roles = [role for role in Role if reach_of(role, capability)]
    held = Grant.objects.on(clock.today()).filter(ward=ward, role__in=roles).exclude(unit__valid_to__lt=clock.today())
    return list(Account.objects.filter(is_active=True, pk__in=held.values("account")).order_by("full_name", "pk"))


@transaction.atomic
def learner_of(person: Person, *, by: Account) -> Account:
    """The account of a person, opened where there is none. Refused for a child whom nobody agreed for."""
    known = citizens.account_of(person)
    if known is None and (why := childhood.why_no_card(person)):
        raise Refusal(why)
    return known or citizens.open_account(person.ward, person=person, by=by)
