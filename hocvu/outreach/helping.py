"""Help to a person: after the visit, at a class or at the counter, once they agreed to be written about.

Consent comes first (`agreeing`): without it nothing about the person is kept, and the helper is told so kindly. What can be
doubted waits; only what makes no sense is refused. A milestone, that somebody now has or can do a thing, is kept with how
one knows; where it is said to stand in the system's own records, it is looked up there.

Somebody withdraws: every line of help to them is erased in the same moment, those that wait too, and so are contents that
came under a used id. Consent to earlier words stays the ground of what was kept under it; nothing more is kept until the
new words were agreed to. What does not count, or waits without consent, is erased by the night (`forget_uncounted`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from hocvu.assessment import practising
from hocvu.learning.models import Progress
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import agreeing, doubting, settling
from hocvu.outreach.agreeing import HELP, NOT_KEPT
from hocvu.outreach.models import Clash, Help
from hocvu.signin import citizens
from hocvu.ward import audit, notices, receipts, retention
from hocvu.ward.access import can, may
from hocvu.ward.models import Account, Household, Person, Receipt, Residence, Ward
from hocvu.ward.models.person import PersonQuerySet, years_before
from hocvu.ward.receipts import Answer, Parcel

RECORD, READ = "help.record", "visits.read"
PATH = "/tham-ho/giup/ghi/"
ADULT = 16  # from here on one speaks for oneself; the pages offer nobody younger
Topic, Evidence, Way = Help.Topic, Help.Evidence, Help.Way
RECORDED_HERE = (Topic.LESSON, Topic.PRACTICE)  # what the system itself has records of

STRANGER = "Tài khoản này chưa từng được giao giúp người dân ở đây. Hãy đăng nhập bằng tài khoản của thành viên tổ."
ONESELF = "Không ai tự ghi là đã giúp mình. Nhờ người đã giúp ghi."
NOBODY = "Người này không có trong danh bạ ở đây, hoặc đã được xóa theo yêu cầu, nên không ghi gì."


def record(
    *,
    person: Person,
    topics: Sequence[str],
    reached: Collection[str],
    evidence: str,
    way: str,
    version: int | None,
    visit: UUID | None,
    by: Account,
    ward: Ward,
    parcel: Parcel,
    representative: str = "",
) -> Answer:
    """Keep with what somebody who agreed was helped, however many times and however late the device sends it.

    One row for each topic: the first has the parcel's id, the others ids made of it. `version` is that of the words of
    consent that were read. Raises Refusal only for what makes no sense.
    """
    told = [one for one in Topic if one in topics]
    _refuse_nonsense(told, topics, reached, evidence, way)
    if by.person_id is not None and by.person_id == person.pk:
        raise Refusal(ONESELF)
    now = clock.now()
    day = doubting.day_of(parcel.made_at, now, parcel.clock)
    right = doubting.right_on(by, ward, RECORD, day)
    if not right.ever:
        raise Refusal(STRANGER)
    is_late = settling.is_from_device(parcel)
    if not is_late and any(_lacks_record(person, one, reached, evidence) for one in told):
        raise Refusal(doubting.DOUBTS[doubting.NO_RECORD] + " Hãy chọn cách biết khác.", "bang_chung")

    def act() -> str:
        whom = hold_person(person)
        unsure = doubting.clock_doubts(parcel.made_at, now, parcel.clock)
        agreement = agreeing.agree(
            whom, HELP, version, made_at=parcel.made_at or now, is_late=is_late, is_unsure=bool(unsure),
            representative=representative, by=by,
        )  # fmt: skip
        place = whom.household.neighbourhood_id if whom.household else None
        shared = [*unsure, *agreement.doubts, *_right_doubts(right, whom, day)]
        shared += [doubting.RESTRICTED] if whom.restricted_at else []
        rows = [
            Help(
                id=_beside(parcel.id, topic) if number else parcel.id, ward=ward, made_at=parcel.made_at or now,
                received_at=now, happened_on=day, made_by=by, brought_by=parcel.brought_by, person=whom, visit=visit,
                team_id=right.team_for(place), topic=topic, is_reached=topic in reached,
                evidence=evidence if topic in reached else "", way=way, consent=agreement.entry,
                doubts=[*shared, *([doubting.NO_RECORD] if _lacks_record(whom, topic, reached, evidence) else [])],
            )
            for number, topic in enumerate(told)
        ]  # fmt: skip
        return _keep(rows)

    try:
        return receipts.once(parcel, act, by=by, ward=ward)
    except IntegrityError:
        return _met_before(parcel, by)


def also_under(key: UUID) -> list[UUID]:
    """Under which ids one post may have made rows beside its own."""
    return [_beside(key, topic) for topic in Topic.values]


def _beside(key: UUID, topic: str) -> UUID:
    return uuid5(key, topic)


def _refuse_nonsense(
    told: list[Help.Topic], topics: Sequence[str], reached: Collection[str], evidence: str, way: str
) -> None:  # fmt: skip
    if not told or len(told) != len(set(topics)):
        raise Refusal("Hãy chọn ít nhất một việc đã giúp.", "viec")
    if way not in Way.values:
        raise Refusal("Hãy chọn giúp ở đâu: tại nhà, tại lớp hay tại quầy.", "noi")
    done = [one for one in told if one in reached]
    if not done:
        return
    if evidence not in Evidence.values:
        raise Refusal("Đã ghi là làm được hoặc đã có. Hãy chọn biết điều ấy bằng cách nào.", "bang_chung")
    if evidence == Evidence.RECORD and (other := [one for one in done if one not in RECORDED_HERE]):
        raise Refusal(
            f"Hệ thống không có bản ghi về việc “{other[0].label}”. Hãy chọn đã thấy trên máy hoặc người đó nói.",
            "bang_chung",
        )


def _lacks_record(person: Person, topic: str, reached: Collection[str], evidence: str) -> bool:
    """Whether a milestone is said to stand in our own records and does not."""
    if topic not in reached or evidence != Evidence.RECORD:
        return False
    account = citizens.account_of(person)
    if account is None:
        return True
    if topic == Topic.PRACTICE:
        return not practising.standing(account).exists()
    return not Progress.objects.filter(account=account).exists()


def _right_doubts(right: doubting.Right, person: Person, day: date) -> list[str]:
    """A right reaches somebody by where they live today, or lived on that day."""
    today = person.household.neighbourhood_id if person.household else None
    then = Residence.objects.on(day).filter(person=person).values_list("neighbourhood_id", flat=True)
    doubts = [doubting.right_doubts(right, place) for place in {today, *then}]
    return min(doubts, key=len)


def _keep(rows: list[Help]) -> str:
    """Write the rows with one line of the trail. Answers why they wait."""
    audit.record(rows[0].made_by, "recorded help to a person", rows[0], ward=rows[0].ward)
    for row in rows:
        row.doubts = doubting.in_order(row.doubts)
        row.state = Help.State.WAITING if row.doubts else Help.State.COUNTS
        row.save(force_insert=True)
    waiting = [row for row in rows if row.doubts]
    if waiting:
        settling.tell_waiting(waiting[0])
    return " ".join(doubting.words_of(doubting.in_order(code for row in waiting for code in row.doubts)))


def _met_before(parcel: Parcel, by: Account) -> Answer:
    """What is told of an id whose receipt was forgotten, or that was used without one."""
    earlier = Help.objects.filter(pk=parcel.id).first()
    if earlier is None:
        raise Refusal("Máy chủ chưa ghi được lượt này. Hãy bấm gửi lại.")
    if earlier.made_by_id == by.pk:
        return Answer(parcel.id, parcel.digest, receipts.DUPLICATE, " ".join(doubting.words_of(earlier.doubts)))
    return Answer(parcel.id, parcel.digest, Receipt.Result.CONFLICT, receipts.CONFLICT_WORDS)


def not_kept(words: str, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """Somebody did not agree: the device is told so, that it may let go of what it keeps; here stays nothing of them."""
    answer = receipts.once(parcel, lambda: "", by=by, ward=ward)
    return Answer(answer.id, answer.digest, answer.result, answer.reason or words)


# ---- As it is posted


def from_fields(fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """Take in the fields of a post: `nguoi`, `viec` (several allowed), `xong` ("1" for all of them, or the topics that are
    reached), `bang_chung`, `noi`, `dong_y`, `ban`, `luot`, `dai_dien` (who spoke for a child)."""
    if fields.get("dong_y") != "1":
        return not_kept(NOT_KEPT, by=by, ward=ward, parcel=parcel)
    person = person_said(fields.get("nguoi", ""), by, ward)
    topics = fields.getlist("viec")

    def act() -> Answer:
        return record(
            person=person, topics=topics, reached=_reached(topics, fields.getlist("xong")),
            evidence=fields.get("bang_chung", ""), way=fields.get("noi", ""), version=version_said(fields.get("ban", "")),
            visit=key_said(fields.get("luot", "")), representative=nfc(fields.get("dai_dien", "")).strip()[:120], by=by,
            ward=person.ward, parcel=parcel,
        )  # fmt: skip

    return settling.kept_or_clash(act, fields, by=by, ward=ward, parcel=parcel)


def _reached(topics: Sequence[str], said: Sequence[str]) -> set[str]:
    return set(topics) if "1" in said else set(topics) & set(said)


def person_said(text: str, by: Account, ward: Ward) -> Person:
    """Who is meant, as the register knows them now. One of another ward is met only by whoever helps there."""
    key = key_said(text)
    person = Person.objects.select_related("ward", "merged_into__ward").filter(pk=key).first() if key else None
    while person is not None and person.merged_into is not None:  # merged while the device was away
        person = person.merged_into
    if person is None:
        raise Refusal(NOBODY)
    if person.ward_id != ward.pk and not doubting.right_on(by, person.ward, RECORD, clock.today()).ever:
        raise Refusal(NOBODY)
    return person


def hold_person(person: Person) -> Person:
    """Who somebody of the register is now, held until the transaction ends: they may have been merged or erased a moment
    ago."""
    rows = Person.objects.select_for_update(of=("self",), no_key=True).select_related("ward", "household")
    row = rows.filter(pk=person.pk).first()
    while row is not None and row.merged_into_id is not None:
        row = rows.filter(pk=row.merged_into_id).first()
    if row is None:
        raise Refusal(NOBODY)
    return row


def key_said(text: str) -> UUID | None:
    """An id, or None where it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def version_said(text: str) -> int | None:
    """The version of the words that were read."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


# ---- Who may help whom, who may read


def people_reached(account: Account, ward: Ward) -> PersonQuerySet:
    """The people whom somebody may help today, also at places that their team looks after besides its own."""
    today = clock.today()
    right = doubting.right_on(account, ward, RECORD, today)
    people = Person.objects.of(ward).open_for_work().living_on(today)
    if not right.held:
        return people.none()
    return people if right.places is None else people.filter(household__neighbourhood__in=right.places)


def people_of_household(household: Household, account: Account) -> PersonQuerySet:
    """Those of a household who may be helped and speak for themselves: of 16 and more, or of an age nobody knows."""
    grown = Q(born_on=None) | Q(born_on__lte=years_before(clock.today(), ADULT))
    return people_reached(account, household.ward).filter(grown, household=household)


def readable(account: Account, ward: Ward) -> QuerySet[Help]:
    """The help that somebody may read: one's own, and that to people of one's places. Who asked for a restriction of their
    data is in no list."""
    right = doubting.right_on(account, ward, READ, clock.today())
    rows = Help.objects.filter(ward=ward, person__restricted_at=None, person__merged_into=None)
    if right.held and right.places is None:
        return rows
    met = Q(made_by=account) if may(account, RECORD, ward) else Q(pk__in=[])
    if right.held:
        met |= Q(person__household__neighbourhood__in=right.places)
    return rows.filter(met)


# ---- Taking back, counting what waited


def may_take_back(row: Help, by: Account) -> bool:
    """Whoever wrote it, and whoever settles what came from the field there."""
    return row.state != Help.State.SET_ASIDE and (row.made_by_id == by.pk or can(by, settling.SETTLE, row))


@transaction.atomic
def take_back(row: Help, *, why: str, by: Account) -> None:
    """It was written by mistake: it does not count, and is erased by the night after some days."""
    held = Help.objects.select_for_update(of=("self",), no_key=True).select_related("ward", "made_by").get(pk=row.pk)
    if held.state == Help.State.SET_ASIDE:
        raise Refusal("Lượt giúp này đã rút rồi. Hãy tải lại trang.")
    if not may_take_back(held, by):
        raise Refusal("Chỉ người đã ghi hoặc người điều phối rút được lượt giúp này.")
    if not (why := " ".join(nfc(why).split())):
        raise Refusal("Hãy ghi vì sao rút.", "why")
    held.state, held.settled_at, held.settled_by, held.settled_why = Help.State.SET_ASIDE, clock.now(), by, why[:300]
    held.save(update_fields=("state", "settled_at", "settled_by", "settled_why"))
    audit.record(by, "took help back", held, ward=held.ward, why=held.settled_why)
    if by.pk != held.made_by_id:
        notices.tell(
            [held.made_by], key=f"help.back:{held.pk}", ward=held.ward, href=address_of(held.pk),
            text=f"Một lượt giúp ghi ngày {held.happened_on:%d/%m/%Y} đã được rút. Lý do: {held.settled_why}",
        )  # fmt: skip


def may_count(row: Help) -> None:
    """What waited counts only with consent: the line it rests on, or one that was given since."""
    entry = agreeing.standing_entry(row.person, HELP)
    if entry is None:
        raise Refusal(
            "Người ấy chưa đồng ý, hoặc đã rút đồng ý, nên lượt giúp này không tính được. Hãy hỏi lại người ấy, hoặc ghi "
            "là không tính."
        )
    if row.consent_id is None:
        row.consent = entry
        row.save(update_fields=("consent",))


def address_of(key: UUID) -> str:
    """Where one line of help is read."""
    return f"/tham-ho/giup/luot/{key}/"


# ---- What is held of a person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """What somebody was helped with, for them."""
    for row in Help.objects.filter(person=person).select_related("made_by", "consent__text"):
        yield {
            "Việc": row.get_topic_display(),
            "Ngày": row.happened_on,
            "Ở đâu": row.get_way_display(),
            "Đã có, đã làm được": "có" if row.is_reached else "chưa",
            "Biết bằng cách": row.get_evidence_display() if row.evidence else "",
            "Người giúp": row.made_by.full_name,
            "Đồng ý theo bản": row.consent.text.version if row.consent else "",
            "Tình trạng": row.get_state_display(),
            "Lý do": row.settled_why,
        }


def forget(person: Person) -> int:
    """Let all help to somebody go, also what rests on a line of theirs in the ledger and what came twice."""
    mine = Q(person=person) | Q(person__merged_into=person) | Q(consent__person=person)
    gone = Help.objects.filter(mine).delete()[0]
    return gone + forget_clashes(person, PATH)


def forget_clashes(person: Person, path: str) -> int:
    """Let go of second contents under a used id that name somebody."""
    keys = {str(person.pk), *map(str, person.merged_from.values_list("pk", flat=True))}
    rows = Clash.objects.filter(ward=person.ward_id, path=path).only("pk", "fields")
    named = [row.pk for row in rows if any(value in keys for _, value in row.fields)]
    return Clash.objects.filter(pk__in=named).delete()[0]


@retention.keeps(
    "help",
    title="Lượt giúp người dân",
    why="Đủ để đếm kết quả của kế hoạch nhiều năm; lời hỏi đồng ý nói giữ 5 năm, muốn giữ lâu hơn phải hỏi lại",
    days=1826,
)
def forget_old(days: int) -> int:
    """Drop help that is older than the words of consent said."""
    return Help.objects.filter(happened_on__lt=clock.today() - timedelta(days=days)).delete()[0]


@retention.keeps(
    "help_uncounted",
    title="Lượt giúp đã rút, không tính, hoặc chờ mà chưa có đồng ý",
    why="Đủ để xem lại chỗ nhầm; điều không tính thì không giữ về một người",
    days=30,
)
def forget_uncounted(days: int) -> int:
    """Drop what does not count and what still waits without consent."""
    before = clock.now() - timedelta(days=days)
    aside = Q(state=Help.State.SET_ASIDE, settled_at__lt=before)
    without = Q(state=Help.State.WAITING, consent=None, received_at__lt=before)
    return Help.objects.filter(aside | without).delete()[0]
