"""Consent to be written about: read aloud at the door, named by its version, kept in the ledger before anything else.

The words come from the ward; where it never wrote any, those of `content/outreach/consent.yaml` become its first version
when somebody first agrees. Consent to one version covers what was kept under it; a newer version asks anew before more is
kept. A withdrawal ends it at once: what was kept under it goes in the same transaction (`consenting.when_withdrawn`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import yaml
from django.conf import settings

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.outreach import doubting
from hocvu.ward import consenting
from hocvu.ward.models import Account, ConsentEntry, ConsentText, Person, Ward

HELP, NEED = "help", "need"
FILE = settings.ROOT / "content/outreach/consent.yaml"
Act, Party = ConsentEntry.Act, ConsentEntry.Party

NOT_KEPT = (
    "Người ấy không đồng ý nên không ghi gì về họ. Việc đã giúp vẫn quý; lần sau vẫn giúp như mọi người."
)  # fmt: skip
NO_WORDS = (
    "Chưa có lời hỏi đồng ý dùng được hôm nay. Nhờ người phụ trách dữ liệu cá nhân xem mục Dữ liệu cá nhân, Văn bản "
    "đồng ý."
)


# ---- The words


@lru_cache(maxsize=1)
def shipped() -> dict[str, str]:
    """Purpose -> the words that come with the software."""
    said = yaml.safe_load(FILE.read_text("utf-8"))
    return {purpose: str(words).strip() for purpose, words in said.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """What is read aloud, and the version that the record names."""

    version: int
    text: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]


def words(ward: Ward, purpose: str) -> Words | None:
    """The words to read today; None where the ward's own begin later."""
    if text := consenting.text_in_force(ward, purpose, clock.today()):
        return Words(text.version, text.text)
    return None if _written(ward, purpose) else Words(1, shipped()[purpose])


def in_force(ward: Ward, purpose: str) -> ConsentText | None:
    """The words in force today; the shipped ones are written down where the ward never wrote any."""
    text = consenting.text_in_force(ward, purpose, clock.today())
    if text is None and not _written(ward, purpose):
        text = consenting.write_text(
            ward, purpose=purpose, text=shipped()[purpose], valid_from=clock.today(), by=None
        )  # fmt: skip
    return text


def _written(ward: Ward, purpose: str) -> bool:
    return ConsentText.objects.filter(ward=ward, purpose=purpose).exists()


# ---- The yes


@dataclass(slots=True)
class Agreement:
    """The line of the ledger that a record rests on, and what can be doubted of it."""

    entry: ConsentEntry | None = None
    doubts: list[str] = field(default_factory=list)


def agree(
    person: Person,
    purpose: str,
    version: int | None,
    *,
    made_at: datetime | None,
    is_late: bool,
    is_unsure: bool,
    representative: str,
    by: Account,
) -> Agreement:
    """Keep that somebody agreed to a version, once for the person and the version.

    `made_at` is None or the device's; `is_late` says that a device kept it on the way, so that its clock counts only to a
    day; `is_unsure` that it counts for nothing. Where the words changed meanwhile, or the person withdrew, or nobody spoke
    for a child, this is doubted; after a withdrawal, and for a child, no line is written.
    """
    today = in_force(person.ward, purpose)
    asked = ConsentText.objects.filter(ward=person.ward, purpose=purpose, version=version or 0).first()
    if asked is None:
        raise Refusal("Chưa biết đã đọc bản lời hỏi nào. Hãy tải lại trang, đọc lại lời hỏi rồi ghi.", "ban")
    entries = list(consenting.ledger_of(person).filter(text__purpose=purpose).order_by("at", "pk"))
    needed = consenting.parties_needed(person, clock.today())
    for text in (today, asked):
        if text is not None and consenting.agreed(entries, text.version, needed):
            stale = [] if text == today else [doubting.NEWER_TEXT]
            return Agreement(_last(entries, text), stale)
    if _withdrawn_since(entries, made_at, is_late=is_late, is_unsure=is_unsure):
        return Agreement(None, [doubting.WITHDRAWN])
    lacking = {one for one in needed if not consenting.agreed(entries, asked.version, {one})}
    if Party.REPRESENTATIVE in lacking and not representative.strip():
        return Agreement(None, [doubting.NO_GUARDIAN])
    kept = [_give(person, asked, party, representative, by) for party in sorted(lacking)]
    return Agreement(kept[-1], [] if asked == today else [doubting.NEWER_TEXT])


def _give(person: Person, text: ConsentText, party: str, representative: str, by: Account) -> ConsentEntry:
    """Whoever helps is the witness: they read the words and heard the answer."""
    return consenting.give(
        person, text, party=party, representative=representative if party == Party.REPRESENTATIVE else "",
        channel=ConsentEntry.Channel.DOOR, witness=by.full_name, by=by,
    )  # fmt: skip


def _last(entries: list[ConsentEntry], text: ConsentText) -> ConsentEntry:
    given = [one for one in entries if one.act == Act.GIVEN and one.text_id == text.pk]
    return given[-1]


def _withdrawn_since(
    entries: list[ConsentEntry], made_at: datetime | None, *, is_late: bool, is_unsure: bool
) -> bool:  # fmt: skip
    withdrawn = [one.at for one in entries if one.act == Act.WITHDRAWN]
    if not withdrawn or made_at is None:
        return False
    return is_unsure or max(withdrawn) > (made_at - doubting.AHEAD if is_late else made_at)


def standing_entry(person: Person, purpose: str) -> ConsentEntry | None:
    """The last yes of everybody who must agree, to whichever version, that nobody has withdrawn since."""
    last: dict[str, ConsentEntry] = {}
    for entry in consenting.ledger_of(person).filter(text__purpose=purpose).order_by("at", "pk"):
        if entry.act == Act.WITHDRAWN:
            last.clear()
        else:
            last[entry.party] = entry
    needed = consenting.parties_needed(person, clock.today())
    return max((last[one] for one in needed), key=lambda one: one.pk) if needed <= last.keys() else None
