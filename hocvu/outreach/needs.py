"""What households lack: reported from the door, matched to gifts, classes and helpers, open until met or refused.

A need is the household's. Somebody's name stands beside it only when they agreed; aid for somebody with a disability tells
of their health and is kept for a person who agreed, or not at all. A match reserves one piece of a gift; a matched need
stays open until somebody met it. The team that reported it is told what became of it.

Somebody withdraws: aid of theirs is erased in the same moment, from other needs their name goes. Somebody is erased: so
too, and needs of a household in which nobody else lives go with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from hocvu.lib import clock, disclosure
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import agreeing, doubting, helping, settling
from hocvu.outreach.agreeing import NEED, NOT_KEPT
from hocvu.outreach.models import Gathering, Need, Session
from hocvu.ward import audit, consenting, notices, receipts, retention
from hocvu.ward.capabilities import Role, reach_of
from hocvu.ward.models import (
    Account,
    Contribution,
    Grant,
    Household,
    Neighbourhood,
    Person,
    Receipt,
    Residence,
    Ward,
)
from hocvu.ward.receipts import Answer, Parcel

RECORD, READ, DECIDE = "help.record", "needs.read", "needs.decide"
PATH = "/tham-ho/can/ghi/"
Kind, Outcome, State = Need.Kind, Need.Outcome, Need.State
Gift = Contribution.Kind

AID_ALONE = "Hỗ trợ cho người khuyết tật chỉ ghi cho một người cụ thể đã đồng ý. Hãy chọn người, đọc lời hỏi rồi ghi."
# Which kinds of gifts can meet a need; of classes, those for who lacks a class.
FITTING: Mapping[str, tuple[str, ...]] = {
    Kind.DEVICE: (Gift.GOODS,),
    Kind.CONNECTION: (Gift.GOODS, Gift.SERVICE),
    Kind.CLASS: (Gift.SERVICE,),
    Kind.AID: (Gift.GOODS, Gift.SERVICE),
}


def record(
    *,
    household: Household | None,
    person: Person | None,
    kind: str,
    agreed: bool,
    version: int | None,
    visit: UUID | None,
    by: Account,
    ward: Ward,
    parcel: Parcel,
    code: str = "",
    representative: str = "",
) -> Answer:
    """Keep what a household lacks, once, however late it comes. Somebody who did not agree is not named: their need is
    kept as the household's, aid is not kept. Raises Refusal only for what makes no sense."""
    if kind not in Kind.values:
        raise Refusal("Hãy chọn đang cần gì.", "loai")
    if kind == Kind.AID and person is None:
        raise Refusal(AID_ALONE, "nguoi")
    now = clock.now()
    day = doubting.day_of(parcel.made_at, now, parcel.clock)
    right = doubting.right_on(by, ward, RECORD, day)
    if not right.ever:
        raise Refusal(helping.STRANGER)

    def act() -> str:
        whom = _named(person, agreed=agreed)
        if kind == Kind.AID and whom is None:
            return ""  # nothing of them stays
        unsure = doubting.clock_doubts(parcel.made_at, now, parcel.clock)
        place = household.neighbourhood_id if household else None
        doubts = [*unsure, *([] if household else [doubting.NO_HOUSEHOLD])]
        doubts += doubting.right_doubts(right, place) if household or not right.held else []
        if whom is not None:
            doubts += _doubts_of(
                whom, household, agreed=agreed, version=version, made_at=parcel.made_at or now,
                is_late=settling.is_from_device(parcel), is_unsure=bool(unsure), representative=representative, by=by,
            )  # fmt: skip
        need = Need(
            id=parcel.id, ward=ward, made_at=parcel.made_at or now, received_at=now, happened_on=day, made_by=by,
            brought_by=parcel.brought_by, household=household, code="" if household else code[:60], neighbourhood_id=place,
            person=whom, visit=visit, team_id=right.team_for(place), kind=kind, doubts=doubting.in_order(doubts),
        )  # fmt: skip
        return _keep(need)

    try:
        answer = receipts.once(parcel, act, by=by, ward=ward)
    except IntegrityError:
        return _met_before(parcel, by)
    if kind == Kind.AID and not agreed and not Need.objects.filter(pk=parcel.id).exists():
        return replace(answer, reason=answer.reason or NOT_KEPT)
    return answer


def _named(person: Person | None, *, agreed: bool) -> Person | None:
    """Whom a need may name, held: they say yes now, or agreed to the words that are in force."""
    if person is None:
        return None
    whom = helping.hold_person(person)
    return whom if agreed or consenting.holds(whom, NEED, clock.now()) else None


def _doubts_of(whom: Person, household: Household | None, *, agreed: bool, **said: Any) -> list[str]:
    """What can be doubted of naming somebody; a yes that was said now is written down."""
    doubts = agreeing.agree(whom, NEED, **said).doubts if agreed else []
    doubts += [doubting.RESTRICTED] if whom.restricted_at else []
    return doubts if household is None or whom.household_id == household.pk else [*doubts, doubting.NOT_IN_HOUSEHOLD]


def _keep(need: Need) -> str:
    audit.record(need.made_by, "recorded a need", need, ward=need.ward)
    need.state = State.WAITING if need.doubts else State.COUNTS
    need.save(force_insert=True)
    if need.doubts:
        settling.tell_waiting(need)
    return " ".join(doubting.words_of(need.doubts))


def _met_before(parcel: Parcel, by: Account) -> Answer:
    earlier = Need.objects.filter(pk=parcel.id).first()
    if earlier is None:
        raise Refusal("Máy chủ chưa ghi được việc này. Hãy bấm gửi lại.")
    if earlier.made_by_id == by.pk:
        return Answer(parcel.id, parcel.digest, receipts.DUPLICATE, " ".join(doubting.words_of(earlier.doubts)))
    return Answer(parcel.id, parcel.digest, Receipt.Result.CONFLICT, receipts.CONFLICT_WORDS)


def alike(need: Need) -> list[Need]:
    """Other open needs of the same kind in the same household, the oldest first: two helpers may have reported one."""
    if need.household_id is None:
        return []
    rows = Need.objects.filter(
        household=need.household_id, kind=need.kind, state=State.COUNTS, outcome=Outcome.OPEN
    ).exclude(pk=need.pk)
    return list(rows.select_related("made_by", "person").order_by("happened_on", "pk"))


def from_fields(fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """Take in the fields of a post: `ho`, `nguoi` (optional), `loai`, `luot` (optional), and where somebody is named
    `dong_y`, `ban`, `dai_dien`."""
    agreed, said = fields.get("dong_y") == "1", fields.get("nguoi", "")
    household, code, place = _household_said(fields.get("ho", ""), by, ward)
    person = helping.person_said(said, by, place) if said else None

    def act() -> Answer:
        return record(
            household=household, code=code, person=person, kind=fields.get("loai", ""), agreed=agreed,
            version=helping.version_said(fields.get("ban", "")), visit=helping.key_said(fields.get("luot", "")),
            representative=nfc(fields.get("dai_dien", "")).strip()[:120], by=by, ward=place, parcel=parcel,
        )  # fmt: skip

    if person is not None and not agreed:  # nothing that names them is kept beside, either
        return act()
    return settling.kept_or_clash(act, fields, by=by, ward=ward, parcel=parcel)


def _household_said(text: str, by: Account, ward: Ward) -> tuple[Household | None, str, Ward]:
    """The household, else the key that stands for it, and the ward. One that is gone is kept under its key, as visits are; a
    household of another ward is met only by whoever works there."""
    if (key := helping.key_said(text)) is None:
        raise Refusal("Không đọc được hộ của nhu cầu này. Hãy mở lại trang của hộ rồi ghi.", "ho")
    home = Household.objects.select_related("ward").filter(pk=key).first()
    if home is not None and home.ward_id == ward.pk:
        return home, "", ward
    if home is not None and doubting.right_on(by, home.ward, RECORD, clock.today()).ever:
        return home, "", home.ward
    return None, str(key), ward


def may_count(row: Need) -> None:
    """What waited counts with somebody's name only where they agreed."""
    if row.person is not None and agreeing.standing_entry(row.person, NEED) is None:
        raise Refusal(
            "Người ấy chưa đồng ý, hoặc đã rút đồng ý, nên không tính được. Hãy hỏi lại, hoặc ghi là không tính."
        )


# ---- Which there are


def readable(account: Account, ward: Ward) -> QuerySet[Need]:
    """The needs that somebody may read: those of one's places, and those one was asked to help with while they are open."""
    right = doubting.right_on(account, ward, READ, clock.today())
    rows = Need.objects.filter(ward=ward).filter(Q(person=None) | Q(person__restricted_at=None))
    if right.held and right.places is None:
        return rows
    helped = Q(pk__in=[])
    if doubting.right_on(account, ward, RECORD, clock.today()).held:
        helped = Q(helper=account, outcome=Outcome.OPEN, state=State.COUNTS)
    if not right.held:
        return rows.filter(helped)
    return rows.filter(helped | Q(neighbourhood__in=right.places) | Q(neighbourhood=None, made_by=account))


def is_decider(account: Account, ward: Ward) -> bool:
    """Whether somebody decides about the needs of a whole ward."""
    right = doubting.right_on(account, ward, DECIDE, clock.today())
    return right.held and right.places is None


def open_on(ward: Ward, day: date) -> QuerySet[Need]:
    """Those that count and were open at the end of a day, matched or not."""
    still = Q(outcome=Outcome.OPEN) | Q(closed_at__gt=_end_of(day))
    return Need.objects.filter(still, ward=ward, state=State.COUNTS, happened_on__lte=day)


def open_by_kind(ward: Ward, day: date) -> dict[str, int]:
    """Kind -> how many were open at the end of a day, every kind named: a figure for the leader."""
    rows = open_on(ward, day).order_by().values_list("kind").annotate(n=Count("pk"))
    return dict.fromkeys(Kind.values, 0) | {str(kind): n for kind, n in rows}


def open_words(ward: Ward, day: date) -> str:
    """The same in a sentence.

    "Còn 12 nhu cầu chưa đáp ứng: thiết bị 7, lớp học 5."
    """
    counts = {Kind(kind).label: n for kind, n in open_by_kind(ward, day).items() if n}
    if not counts:
        return "Không còn nhu cầu nào chưa đáp ứng."
    return (
        f"Còn {sum(counts.values())} nhu cầu chưa đáp ứng: {', '.join(f'{words} {n}' for words, n in counts.items())}."
    )


def open_by_neighbourhood(ward: Ward, day: date) -> list[tuple[Neighbourhood, int]]:
    """How many are open in each neighbourhood, for whoever may read them."""
    counts = _by_place(ward, day)
    return [(place, counts.get(place.pk, 0)) for place in _places(ward, day)]


def public_by_neighbourhood(ward: Ward, day: date) -> list[tuple[Neighbourhood, int | None]]:
    """The same as anybody may see it: without aid, which would tell of disabilities; None where a group is small, or where
    another could be worked out."""
    counts = {
        place: disclosure.Count(n) for place, n in _by_place(ward, day, but=Kind.AID).items() if place is not None
    }
    hidden = disclosure.hidden_places(counts, disclosure.THRESHOLD)
    return [
        (place, None if place.pk in hidden else counts[place.pk].reached if place.pk in counts else 0)
        for place in _places(ward, day)
    ]


def _by_place(ward: Ward, day: date, but: str = "") -> dict[int | None, int]:
    rows = open_on(ward, day).exclude(kind=but).order_by()
    return dict(rows.values_list("neighbourhood").annotate(n=Count("pk")))


def _places(ward: Ward, day: date) -> QuerySet[Neighbourhood]:
    return Neighbourhood.objects.of(ward).on(day)


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max), timezone.get_default_timezone())


# ---- What can meet one


@dataclass(frozen=True, slots=True)
class Offers:
    """What fits a need today."""

    gifts: list[tuple[Contribution, int | None]]  # with how many are left; None where nobody counted them
    gatherings: list[tuple[Gathering, datetime]]  # with its next session
    helpers: list[Account]

    def choices(self) -> list[tuple[str, str]]:
        """(value, words) of everything that is offered."""
        gifts = [
            (f"qua:{one.pk}", f"Quà tặng: {one.what} của {one.partner}" + ("" if left is None else f", còn {left}"))
            for one, left in self.gifts
        ]
        classes = [
            (f"lop:{one.pk}", f"Lớp: {one}, {clock.local_day(at):%d/%m/%Y}, {one.place}") for one, at in self.gatherings
        ]
        return [*gifts, *classes, *((f"nguoi:{one.pk}", f"Người giúp: {one.full_name}") for one in self.helpers)]


def offers_for(need: Need) -> Offers:
    """Gifts that fit and are not used up, classes to come with free places, those who help there."""
    return Offers(_gifts(need), _gatherings(need) if need.kind == Kind.CLASS else [], _helpers(need))


def used_of(gifts: Iterable[int]) -> dict[int, int]:
    """Gift -> how many needs it meets or is kept for."""
    rows = Need.objects.filter(gift__in=list(gifts)).exclude(outcome=Outcome.REFUSED).exclude(state=State.SET_ASIDE)
    return dict(rows.order_by().values_list("gift").annotate(n=Count("pk")))


def _gifts(need: Need) -> list[tuple[Contribution, int | None]]:
    rows = Contribution.objects.standing().filter(partner__ward=need.ward_id, kind__in=FITTING[need.kind])
    rows = rows.exclude(state=Contribution.State.PROMISED, partner__ended_on__lt=clock.today())
    found = list(rows.select_related("partner").order_by("given_on", "pk"))
    used = used_of(one.pk for one in found)
    left = [(one, None if one.quantity is None else one.quantity - used.get(one.pk, 0)) for one in found]
    return [(one, n) for one, n in left if n is None or n > 0]


def _gatherings(need: Need) -> list[tuple[Gathering, datetime]]:
    near = Q(neighbourhood=None) | Q(neighbourhood=need.neighbourhood_id)
    coming = Session.objects.filter(gathering=OuterRef("pk"), cancelled_at=None, starts_at__gt=clock.now())
    rows = Gathering.objects.filter(near, ward=need.ward_id, state=Gathering.State.OPEN).filter(Exists(coming))
    taken = Count("registrations", filter=Q(registrations__cancelled_at=None, registrations__is_waiting=False))
    rows = rows.annotate(taken=taken).filter(Q(capacity=None) | Q(capacity__gt=F("taken")))
    rows = rows.annotate(next_at=coming.order_by("starts_at").values("starts_at")[:1]).order_by("next_at", "pk")
    return [(one, one.next_at) for one in rows]


def _helpers(need: Need) -> list[Account]:
    """Members of the teams of the place, and ambassadors."""
    whole = [role for role in Role if reach_of(role, RECORD) == "ward"]
    near = [role for role in Role if reach_of(role, RECORD) == "neighbourhood"]
    grants = Grant.objects.on(clock.today()).filter(
        Q(role__in=whole) | Q(role__in=near, neighbourhood=need.neighbourhood_id), ward=need.ward_id
    )
    return list(Account.objects.filter(is_active=True, pk__in=grants.values("account")).order_by("full_name", "pk"))


# ---- Match, meet, refuse


def _hold(need: Need, by: Account) -> Need:
    rows = Need.objects.select_for_update(of=("self",), no_key=True).select_related("ward", "team", "made_by", "gift")
    held = rows.get(pk=need.pk)
    if not is_decider(by, held.ward):
        raise Refusal("Chỉ người điều phối quyết định về nhu cầu.")
    if held.outcome != Outcome.OPEN:
        raise Refusal("Nhu cầu này đã khép. Hãy tải lại trang.")
    if held.state != State.COUNTS:
        raise Refusal("Nhu cầu này còn chờ xem nên chưa ghép, chưa khép được.")
    return held


def let_go(need: Need) -> None:
    """It does not count: what was kept for it is free again."""
    need.gift = need.gathering = need.helper = None
    need.matched_at = None
    need.save(update_fields=("gift", "gathering", "helper", "matched_at"))
    notices.settle(_asked_at(need.pk))


def _asked_at(key: UUID) -> str:
    """What a helper's notice leads to; no notice of others does, so that it goes when the helper is asked no more."""
    return f"{address_of(key)}#nho-giup"


@transaction.atomic
def match(need: Need, choice: str, *, by: Account) -> None:
    """Put a gift, a class or a helper beside a need, one in place of what was there. "" takes it away again."""
    Ward.objects.select_for_update(no_key=True).get(pk=need.ward_id)  # the last piece of a gift goes to one
    held = _hold(need, by)
    held.gift = held.gathering = held.helper = None
    held.matched_at = None
    offers = offers_for(held)
    kind, _, key = choice.partition(":")
    if choice:
        if choice not in _choosable(held, offers):
            raise Refusal("Chỗ này không còn: đã dùng hết, đã đủ người hoặc đã thôi. Hãy chọn chỗ khác.", "choice")
        held.gift_id = int(key) if kind == "qua" else None
        held.gathering_id = UUID(key) if kind == "lop" else None
        held.helper_id = int(key) if kind == "nguoi" else None
        held.matched_at = clock.now()
    held.save(update_fields=("gift", "gathering", "helper", "matched_at"))
    notices.settle(_asked_at(held.pk))  # whoever was asked before is asked no more
    audit.record(by, "matched a need" if choice else "unmatched a need", held, ward=held.ward)
    if choice:
        _say_matched(held, by)


def _say_matched(held: Need, by: Account) -> None:
    """Whoever does something now is told: the helper, who holds the class, and those who promised the household an answer.
    Nobody is named, and aid not even by its kind."""
    what = "" if held.kind == Kind.AID else f" ({held.get_kind_display()})"
    where = f" ở {held.neighbourhood.name}" if held.neighbourhood else ""
    key = f"need.matched:{held.pk}:{held.matched_at:%Y%m%d%H%M%S%f}"  # matched again, they are told again
    helper = [held.helper] if held.helper and held.helper_id != by.pk else []
    notices.tell(
        helper, key=f"{key}:helper", ward=held.ward, href=_asked_at(held.pk),
        text=f"Nhờ bạn giúp một hộ{where}{what}. Mở để xem hộ nào; giúp xong thì báo điều phối.",
    )  # fmt: skip
    if held.gathering is not None:
        notices.tell(
            [one for one in notices.speakers_of(held.gathering.host) if one.pk != by.pk], key=f"{key}:class",
            ward=held.ward, href=f"/lop-hoc/quan-ly/{held.gathering_id}/",
            text=f"Một hộ{where} cần học được ghép với lớp {held.gathering.title}. Tổ sẽ đăng ký chỗ cho hộ ấy.",
        )  # fmt: skip
    told = {held.made_by.pk: held.made_by} | {
        one.pk: one for one in (notices.speakers_of(held.team) if held.team else [])
    }
    onward = "Hãy đăng ký chỗ cho hộ ở trang của lớp." if held.gathering_id else "Xong việc sẽ báo lại."
    notices.tell(
        [one for one in told.values() if one.is_active and one.pk not in (by.pk, held.helper_id)], key=key,
        ward=held.ward, href=address_of(held.pk),
        text=f"Nhu cầu{what} tổ báo ngày {held.happened_on:%d/%m/%Y} đã được ghép. {onward}",
    )  # fmt: skip


def _choosable(held: Need, offers: Offers) -> set[str]:
    """What is offered, and the piece of a gift that this need keeps already."""
    own = Need.objects.filter(pk=held.pk).values_list("gift", flat=True).first()
    return {value for value, _ in offers.choices()} | ({f"qua:{own}"} if own else set())


@transaction.atomic
def meet(need: Need, *, what: str, on: date, by: Account) -> None:
    """It was met: with what, and on which day; `closed_at` is that day's."""
    held = _hold(need, by)
    if not (what := " ".join(nfc(what).split())):
        raise Refusal("Hãy ghi đã đáp ứng bằng gì, ví dụ: tặng một điện thoại.", "what")
    if on > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "on")
    if on < held.happened_on:
        raise Refusal(f"Nhu cầu này mới ghi ngày {held.happened_on:%d/%m/%Y}. Hãy xem lại ngày.", "on")
    if held.gift is not None and held.gift.state != Contribution.State.RECEIVED:
        raise Refusal("Khoản đóng góp đã ghép mới được hứa, chưa nhận. Hãy ghi đã nhận ở trang đối tác trước.", "what")
    _close(held, Outcome.MET, what, on, by)


@transaction.atomic
def refuse(need: Need, *, why: str, by: Account) -> None:
    """It will not be met; the reason is told to the team, and what was kept for it is free again."""
    held = _hold(need, by)
    if not (why := " ".join(nfc(why).split())):
        raise Refusal("Hãy ghi vì sao, để tổ nói lại được với hộ.", "why")
    _close(held, Outcome.REFUSED, why, clock.today(), by)


def _close(held: Need, outcome: str, words: str, on: date, by: Account) -> None:
    held.outcome, held.closed_by, held.closed_why = outcome, by, words[:300]
    held.closed_at = clock.now() if on == clock.today() else _end_of(on)
    held.save(update_fields=("outcome", "closed_by", "closed_why", "closed_at"))
    notices.settle(_asked_at(held.pk))
    audit.record(by, "met a need" if outcome == Outcome.MET else "refused a need", held, ward=held.ward)
    told = {held.made_by.pk: held.made_by}
    told |= {one.pk: one for one in (notices.speakers_of(held.team) if held.team else [])}
    what = "" if held.kind == Kind.AID else f" ({held.get_kind_display()})"
    became = "đã được đáp ứng:" if outcome == Outcome.MET else "không đáp ứng được. Lý do:"
    words = "" if held.kind == Kind.AID else f" {held.closed_why}"  # aid is read on its page alone
    notices.tell(
        [one for one in told.values() if one.pk != by.pk and one.is_active],
        key=f"need.closed:{held.pk}",
        text=f"Nhu cầu{what} tổ báo ngày {held.happened_on:%d/%m/%Y} {became}{words or ' xem trên trang.'}",
        href=address_of(held.pk),
        ward=held.ward,
    )


def address_of(key: UUID) -> str:
    """Where one need is read."""
    return f"/nhu-cau/{key}/"


# ---- What is held of a person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """What somebody needed, for them."""
    for row in Need.objects.filter(person=person).select_related("made_by"):
        yield {
            "Cần gì": row.get_kind_display(),
            "Ngày": row.happened_on,
            "Người ghi": row.made_by.full_name,
            "Kết quả": row.get_outcome_display(),
            "Bằng gì, hoặc vì sao": row.closed_why,
            "Tình trạng": row.get_state_display(),
        }


def withdrawn(person: Person) -> int:
    """Their consent ended: aid goes, and their name from the other needs, which are the household's."""
    mine = Need.objects.filter(Q(person=person) | Q(person__merged_into=person))
    gone = mine.filter(kind=Kind.AID).delete()[0]
    return gone + mine.update(person=None) + helping.forget_clashes(person, PATH)


def forget(person: Person) -> int:
    """Somebody is erased; also the needs of households in which nobody else lives or lived."""
    lived = (*person.residences.values_list("household", flat=True), person.household_id)
    homes = {one for one in lived if one is not None}
    shared = Residence.objects.filter(household__in=homes).exclude(person=person).values("household")
    alone = Household.objects.filter(pk__in=homes).exclude(pk__in=shared)
    alone = alone.exclude(pk__in=Person.objects.filter(household__in=homes).exclude(pk=person.pk).values("household"))
    return withdrawn(person) + Need.objects.filter(household__in=list(alone)).delete()[0]


@retention.keeps(
    "needs",
    title="Nhu cầu của hộ",
    why="Đủ để thấy điều gì đã đáp ứng được trong cả kế hoạch; lời hỏi đồng ý nói giữ 5 năm",
    days=1826,
)
def forget_old(days: int) -> int:
    """Drop needs that are older than the words of consent said."""
    return Need.objects.filter(happened_on__lt=clock.today() - timedelta(days=days)).delete()[0]


@retention.keeps(
    "needs_uncounted",
    title="Nhu cầu ghi nhầm, hoặc chờ xem mà người được ghi chưa đồng ý",
    why="Đủ để xem lại chỗ nhầm; điều không tính thì không giữ về một người",
    days=30,
)
def forget_uncounted(days: int) -> int:
    """Drop what does not count; from what waits too long for a yes the person's name goes, aid goes whole."""
    before = clock.now() - timedelta(days=days)
    gone = Need.objects.filter(state=State.SET_ASIDE, settled_at__lt=before).delete()[0]
    stuck = Need.objects.filter(state=State.WAITING, received_at__lt=before).exclude(person=None)
    for row in stuck.select_related("person__ward"):
        if row.person is not None and agreeing.standing_entry(row.person, NEED) is None:
            gone += _let_go(row)
    return gone


def _let_go(row: Need) -> int:
    if row.kind == Kind.AID:
        return row.delete()[0]
    row.person = None
    row.save(update_fields=("person",))
    return 1
