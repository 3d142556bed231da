"""Children who learn here: below 16 nobody's account is made or used before those who must have agreed to it.

Below 7 the representative alone agrees, from 7 the child too (`ward.consenting`). The child is asked at its own first
sign-in; a card is made once the representative has agreed. A withdrawal by either ends it.
"""

from __future__ import annotations

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import consenting
from hocvu.ward.models import Account, ConsentEntry, ConsentText, Membership, Person, Ward

PURPOSE = "child_learning"
Party, Channel = ConsentEntry.Party, ConsentEntry.Channel
PUPILS = (Membership.Kind.PRIMARY_PUPIL,)

NO_TEXT = (
    "Chưa có lời hỏi đồng ý cho việc học trực tuyến của trẻ em. Nhờ người phụ trách dữ liệu cá nhân viết ở mục "
    "Dữ liệu cá nhân, Văn bản đồng ý."
)
NO_BIRTHDAY = "Chưa có ngày sinh nên chưa biết ai phải đồng ý. Hãy ghi ngày sinh vào danh bạ trước."
WITHDRAWN = (
    "Người dưới 16 tuổi học khi cả người giám hộ và bản thân (từ 7 tuổi) đã đồng ý. Hiện còn thiếu, hoặc đã rút. Hãy nhờ người "
    "giám hộ mở mục Người tôi giám hộ, hoặc hỏi nơi làm thẻ."
)
NO_GUARDIAN = "Người giám hộ chưa đồng ý cho trẻ học trực tuyến."


def is_child(person: Person) -> bool:
    """Whether somebody else must agree today that this person learns here."""
    return Party.REPRESENTATIVE in consenting.parties_needed(person, clock.today())


def text_for(ward: Ward) -> ConsentText | None:
    """The words in force today."""
    return consenting.text_in_force(ward, PURPOSE, clock.today())


def missing(person: Person) -> set[str]:
    """Which parties have not agreed to the words in force, or no longer; nobody for whom needs no consent."""
    if not is_child(person):
        return set()
    needed = consenting.parties_needed(person, clock.today())
    text = text_for(person.ward)
    if text is None:
        return needed
    entries = list(consenting.ledger_of(person).filter(text__purpose=PURPOSE, at__lte=clock.now()).order_by("at", "pk"))
    return {party for party in needed if not consenting.agreed(entries, text.version, {party})}


def why_no_card(person: Person) -> str:
    """Why somebody may not have a card yet, in a sentence; "" where they may."""
    if person.born_on is None and Membership.objects.on(clock.today()).filter(person=person, kind__in=PUPILS).exists():
        return NO_BIRTHDAY
    if not is_child(person):
        return ""
    if text_for(person.ward) is None:
        return NO_TEXT
    return NO_GUARDIAN if Party.REPRESENTATIVE in missing(person) else ""


@transaction.atomic
def child_agrees(account: Account) -> None:
    """The child itself says yes, at its first sign-in."""
    person = account.person
    text = text_for(person.ward) if person else None
    if person is None or text is None:
        raise Refusal(NO_TEXT)
    if Party.SELF in missing(person):
        consenting.give(
            person, text, party=Party.SELF, representative="", channel=Channel.ONLINE, witness="", by=account
        )


@transaction.atomic
def guardian_agrees(child: Person, text: ConsentText, *, guardian: Account, channel: str, by: Account) -> None:
    """The guardian says yes, on the web or on paper at the counter; saying it twice is saying it once."""
    if Party.REPRESENTATIVE in missing(child):
        consenting.give(
            child, text, party=Party.REPRESENTATIVE, representative=guardian.full_name, channel=channel, witness="",
            by=by,
        )  # fmt: skip


def why_shut(account: Account) -> str:
    """Why a child's account is not open today, in a sentence; "" for everybody else and where all have agreed."""
    person = account.person
    if person is None or not missing(person):
        return ""
    return WITHDRAWN if text_for(person.ward) else NO_TEXT


@transaction.atomic
def agree_at_the_door(child: Person, *, guardian: str, witness: str, by: Account) -> None:
    """A child is helped: the guardian who is there agrees aloud, from 7 on the child too; whoever helps is the witness.
    What was agreed before stays as it is. Refused where the ward has no words to ask with."""
    lacking = missing(child)
    if not lacking:
        return
    text = text_for(child.ward)
    if text is None:
        raise Refusal(NO_TEXT)
    for party in sorted(lacking):
        consenting.give(
            child, text, party=party, representative=guardian if party == Party.REPRESENTATIVE else "",
            channel=Channel.DOOR, witness=witness, by=by,
        )  # fmt: skip
