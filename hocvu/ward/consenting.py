"""Consent: given in words of one version, by the person or their representative, withdrawn at any time.

The ledger is only added to. Silence is no consent; a withdrawal ends it at once; a new text asks anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import audit, processing
from hocvu.ward.models import Account, ConsentEntry, ConsentText, Person, Ward
from hocvu.ward.models.person import years_before

Act, Party = ConsentEntry.Act, ConsentEntry.Party
# From 7 both the child and the representative must agree, below the representative alone (Luật 91/2025/QH15 as the
# facts tell it); from 16 on one speaks for oneself here.
CHILD_SPEAKS, GROWN = 7, 16
# purpose -> what lets go of what was kept under the consent, in the transaction of its withdrawal.
_LETTING_GO: dict[str, Callable[[Person], object]] = {}


def when_withdrawn(purpose: str, forget: Callable[[Person], object]) -> None:
    """Let a room forget at once what it kept of somebody for a purpose that they no longer agree to."""
    _LETTING_GO[purpose] = forget


@transaction.atomic
def write_text(ward: Ward, *, purpose: str, text: str, valid_from: date, by: Account | None) -> ConsentText:
    """A new version of the words for a purpose. Consent to earlier words does not stretch to these."""
    if purpose not in dict(processing.with_consent()):
        raise Refusal("Mục đích này không cần đồng ý, hoặc không có. Hãy chọn lại.", "purpose")
    newest = ConsentText.objects.filter(ward=ward, purpose=purpose).first()
    if newest and newest.valid_from > valid_from:
        raise Refusal(f"Bản trước dùng từ {newest.valid_from:%d/%m/%Y}. Hãy ghi ngày không sớm hơn.", "valid_from")
    digest = hashlib.sha256(text.encode()).hexdigest()
    if newest and newest.digest == digest:
        raise Refusal("Nội dung giống hệt bản đang dùng.", "text")
    row = ConsentText.objects.create(
        ward=ward, purpose=purpose, version=newest.version + 1 if newest else 1, text=text, digest=digest,
        valid_from=valid_from, by=by,
    )  # fmt: skip
    audit.record(by, "wrote a consent text", row, ward=ward)
    return row


def text_in_force(ward: Ward, purpose: str, day: date) -> ConsentText | None:
    """The words that are asked with on a day."""
    return ConsentText.objects.filter(ward=ward, purpose=purpose, valid_from__lte=day).first()


def parties_needed(person: Person, day: date) -> set[str]:
    """Who must agree for somebody on a day: by age. Without a date of birth one speaks for oneself."""
    born = person.born_on
    if born is None or born <= years_before(day, GROWN):
        return {Party.SELF}
    return {Party.SELF, Party.REPRESENTATIVE} if born <= years_before(day, CHILD_SPEAKS) else {Party.REPRESENTATIVE}


@transaction.atomic
def give(
    person: Person,
    text: ConsentText,
    *,
    party: str,
    representative: str,
    channel: str,
    witness: str,
    by: Account | None,
) -> ConsentEntry:
    """Write down that somebody agreed, in which words, how and before whom."""
    return _write(person, text, Act.GIVEN, party, representative, channel, witness, by)


@transaction.atomic
def withdraw(
    person: Person,
    text: ConsentText,
    *,
    party: str,
    representative: str,
    channel: str,
    witness: str,
    by: Account | None,
) -> ConsentEntry:
    """Write down that somebody agrees no longer; it ends at once."""
    if not any(entry.act == Act.GIVEN for entry in ledger_of(person).filter(text__purpose=text.purpose)):
        raise Refusal("Sổ không có đồng ý nào cho mục đích này để rút.", "purpose")
    if (forget := _LETTING_GO.get(text.purpose)) is not None:
        forget(person)  # first: rows before the trail, as everywhere
    return _write(person, text, Act.WITHDRAWN, party, representative, channel, witness, by)


def _write(
    person: Person, text: ConsentText, act: str, party: str, representative: str, channel: str, witness: str,
    by: Account | None,
) -> ConsentEntry:  # fmt: skip
    if text.ward_id != person.ward_id:
        raise Refusal("Văn bản đồng ý này của nơi khác.", "purpose")
    if party == Party.REPRESENTATIVE and not representative.strip():
        raise Refusal("Hãy ghi tên người đại diện.", "representative")
    if channel == ConsentEntry.Channel.DOOR and not witness.strip():
        raise Refusal("Đồng ý bằng lời tại nhà phải có người chứng kiến. Hãy ghi tên.", "witness")
    entry = ConsentEntry.objects.create(
        person=person, text=text, act=act, party=party, representative=representative.strip(), channel=channel,
        witness=witness.strip(), recorded_by=by,
    )  # fmt: skip
    audit.record(by, "wrote down consent" if act == Act.GIVEN else "wrote down a withdrawal", person, ward=person.ward)
    return entry


def ledger_of(person: Person) -> QuerySet[ConsentEntry]:
    """The lines of somebody, also those written under a row that was merged into theirs."""
    return ConsentEntry.objects.filter(Q(person=person) | Q(person__merged_into=person)).select_related("text")


def holds(person: Person, purpose: str, moment: datetime) -> bool:
    """Whether everybody who must has agreed to the words in force, and nobody has withdrawn since."""
    day = clock.local_day(moment)
    text = text_in_force(person.ward, purpose, day)
    entries = ledger_of(person).filter(text__purpose=purpose, at__lte=moment).order_by("at", "pk")
    return text is not None and agreed(entries, text.version, parties_needed(person, day))


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to one purpose: the words in force, and whether they hold."""

    title: str
    text: ConsentText | None
    holds: bool


def states(person: Person, moment: datetime) -> dict[str, Standing]:
    """How somebody stands to every purpose that needs consent; two questions."""
    day = clock.local_day(moment)
    texts: dict[str, ConsentText] = {}
    for text in ConsentText.objects.filter(ward=person.ward, valid_from__lte=day):
        texts.setdefault(text.purpose, text)
    entries = list(ledger_of(person).filter(at__lte=moment).order_by("at", "pk"))
    needed = parties_needed(person, day)
    return {
        code: Standing(
            title,
            texts.get(code),
            code in texts and agreed([e for e in entries if e.text.purpose == code], texts[code].version, needed),
        )
        for code, title in processing.with_consent()
    }


def agreed(entries: Iterable[ConsentEntry], version: int, parties: set[str]) -> bool:
    """The rule itself, over the lines of the ledger in their order: the last word of each party counts, a withdrawal
    by either ends all, and only words of the version in force are consent."""
    last: dict[str, ConsentEntry] = {}
    for entry in entries:
        if entry.act == Act.WITHDRAWN:
            last.clear()
        else:
            last[entry.party] = entry
    return all(party in last and last[party].text.version == version for party in parties)


def arm() -> None:
    """Make the database itself refuse to change lines of the ledger. Only an erasure takes them away, with the person."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER IF NOT EXISTS consent_no_update BEFORE UPDATE ON ward_consententry "
                "BEGIN SELECT RAISE(ABORT, 'the ledger of consent is only added to'); END"
            )
            return
        cursor.execute(
            "CREATE OR REPLACE FUNCTION consent_refuse() RETURNS trigger AS $$ "
            "BEGIN RAISE EXCEPTION 'the ledger of consent is only added to'; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE OR REPLACE TRIGGER consent_append_only BEFORE UPDATE ON ward_consententry "
            "FOR EACH ROW EXECUTE FUNCTION consent_refuse()"
        )


def disarm() -> None:
    """Lift the guard, for a reviewed migration."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS consent_no_update")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS consent_append_only ON ward_consententry")
