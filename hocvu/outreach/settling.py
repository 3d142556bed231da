"""What waits for a person: kept, told to both sides, and then counted or set aside with a reason.

The same for everything that comes from the field. Each kind joins by `joins`: where it is posted to, how its fields are
taken in, where it is read. An id that comes again with other content is a `Clash`: both versions are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import QueryDict

from hocvu.assessment import reaching
from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import doubting
from hocvu.outreach.doubting import words_of
from hocvu.outreach.models import Arrival, Clash, Need, Visit
from hocvu.ward import audit, notices, outbox, receipts
from hocvu.ward.models import Account, Household, Receipt, Ward
from hocvu.ward.receipts import Answer, Parcel

SETTLE = "visits.settle"
INBOX = "/di-tung-ngo/can-xem/"
State = Arrival.State
Row = TypeVar("Row", bound=Arrival)


class FromFields(Protocol):
    """Takes in the fields of one post."""

    def __call__(self, fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that comes from the field."""

    model: type[Arrival]
    path: str  # where it is posted to
    words: str  # "lượt thăm"
    from_fields: FromFields
    href: Callable[[UUID], str]
    before_count: Callable[[Any], None] | None = None  # raises a Refusal where it may not count yet
    hold_first: Callable[[Any], None] | None = None  # what is held before the thing itself, for what follows
    when_aside: Callable[[Any], None] | None = None  # what is free again, now that it does not count
    when_counted: Callable[[Any, Account], None] | None = None  # what else is so, now that somebody says that it counts
    also_under: Callable[[UUID], Collection[UUID]] | None = None  # where one post makes several: the ids beside its own


_kinds: dict[str, Kind] = {}


def joins(kind: Kind) -> None:
    """Let a kind of thing be settled here."""
    _kinds[kind.path] = kind


def kind_at(path: str) -> Kind | None:
    """The kind that is posted to an address."""
    return _kinds.get(path)


def kind_of(row: Arrival) -> Kind:
    """The kind of a thing."""
    return next(kind for kind in _kinds.values() if kind.model is type(row))


def rows_of(kind: Kind, key: UUID) -> QuerySet[Any]:
    """All that one post made, always in the same order: two who settle wait for each other's rows, never both."""
    keys = {key, *(kind.also_under(key) if kind.also_under is not None else ())}
    return kind.model._default_manager.filter(pk__in=keys).order_by("received_at", "pk")


# ---- Telling both


def tell_waiting(row: Arrival, *, again: datetime | None = None) -> None:
    """Tell whoever made it that it does not count yet, and those who settle that something waits: these once a day for
    each author, since one clock may be wrong for a whole day's work. What waits `again` since a moment is told again."""
    kind, day = kind_of(row), clock.local_day(row.received_at)
    why = " ".join(words_of(row.doubts))
    settlers = [one for one in reaching.holders_of(row.ward, SETTLE) if one.pk != row.made_by_id]
    notices.tell_all(
        [
            notices.Telling(
                [row.made_by],
                f"field.waits:{row.pk}{f':{again:{_MOMENT}}' if again else ''}",
                f"Một {kind.words} ghi ngày {clock_words(row)} đã nhận, chưa tính, chờ người xem. {why}",
                kind.href(row.pk),
            ),
            notices.Telling(
                settlers,
                f"field.waits:{row.made_by_id}:{day:%Y-%m-%d}",
                f"{row.made_by.full_name} có {kind.words} chờ xem mới được tính. {why}",
                INBOX,
            ),
        ],
        ward=row.ward,
    )


def clock_words(row: Arrival) -> str:
    """When it was made, by the device's clock."""
    return f"{clock.local_day(row.made_at):%d/%m/%Y} (theo máy)"


_MOMENT = "%Y%m%d%H%M%S%f"


def _tell_settled(row: Arrival, words: str, at: datetime | None = None) -> None:
    kind = kind_of(row)
    notices.settle(kind.href(row.pk))
    notices.tell(
        [row.made_by],
        key=f"field.settled:{row.pk}:{at or row.settled_at:{_MOMENT}}",
        text=f"Một {kind.words} ghi ngày {clock_words(row)} {words} {row.settled_why}".strip(),
        href=kind.href(row.pk),
        ward=row.ward,
    )


# ---- What waits


def waiting(ward: Ward) -> QuerySet[Visit]:
    """Visits that wait until somebody looks, the oldest first."""
    rows = Visit.objects.of(ward).waiting()
    return rows.select_related("household", "neighbourhood", "team", "made_by").order_by("received_at", "pk")


def waiting_of(model: type[Row], ward: Ward) -> QuerySet[Row]:
    """Things of any kind that wait until somebody looks, the oldest first."""
    rows = model._default_manager.filter(ward=ward, state=State.WAITING)
    return rows.select_related("made_by").order_by("received_at", "pk")


@transaction.atomic
def let_count(
    row: Arrival, household: Household | None = None, day: date | None = None, *, by: Account, why: str = ""
) -> None:
    """Somebody looked and it counts: of this household and on this day, where they say which. A correction has the day of
    what it corrects."""
    held = _hold(row, by)
    if held.state == State.COUNTS:
        raise Refusal("Lượt này đã tính rồi. Hãy tải lại trang.")
    if (root := root_of(held)) is not None:
        day = root.happened_on
    elif day is not None:
        _refuse_day(day, held)
    if household is not None and household.ward_id != held.ward_id:
        raise Refusal("Hộ này không ở đây. Hãy chọn hộ trên địa bàn.", "household")
    if (look := kind_of(held).before_count) is not None:
        look(held)
    changed = _place(held, household)
    held.happened_on = day or held.happened_on
    _close(held, State.COUNTS, by, why, *changed, "happened_on")
    if isinstance(held, Visit):
        _let_corrections_follow(held)
    if (follow := kind_of(held).when_counted) is not None:
        follow(held, by)
    audit.record(by, "let something from the field count", held, ward=held.ward, why=held.settled_why or None)
    _tell_settled(held, "đã được xem và tính.")


@transaction.atomic
def set_aside(row: Arrival, *, by: Account, why: str) -> None:
    """Somebody looked and it does not count; it stays readable with the reason."""
    held = _hold(row, by)
    if held.state == State.SET_ASIDE:
        raise Refusal("Lượt này đã ghi là không tính rồi. Hãy tải lại trang.")
    if not nfc(why).strip():
        raise Refusal("Hãy ghi vì sao không tính.", "why")
    _close(held, State.SET_ASIDE, by, why)
    if isinstance(held, Visit):
        _hold_corrections(held)
    if (follow := kind_of(held).when_aside) is not None:
        follow(held)
    audit.record(by, "set something from the field aside", held, ward=held.ward, why=held.settled_why)
    _tell_settled(held, "đã được xem và không tính. Lý do:")


def _let_corrections_follow(root: Visit) -> None:
    """What puts a call right has the call's day, and waits for it no more: it counts, or waits for what else is doubted,
    as if it came now."""
    corrections = Visit.objects.filter(corrects=root.pk)
    corrections.update(happened_on=root.happened_on)
    for row in corrections.waiting().select_related("ward", "made_by"):
        left = [code for code in row.doubts if code not in doubting.OF_ROOT]
        if left == row.doubts:
            continue
        row.doubts, row.state = left, State.WAITING if left else State.COUNTS
        row.save(update_fields=("doubts", "state"))
        if not left:
            _tell_settled(row, "đã tính theo lượt được đính chính.", root.settled_at)


def _hold_corrections(root: Visit) -> None:
    """What puts a call right that does not count must be looked at for itself, as if it came now. Other doubts that
    somebody had settled are not asked again."""
    corrections = Visit.objects.filter(corrects=root.pk).exclude(state=State.SET_ASIDE)
    for row in corrections.select_related("ward", "made_by"):
        counted = row.state == State.COUNTS
        open_ones = [] if counted else [code for code in row.doubts if code not in doubting.OF_ROOT]
        row.doubts, row.state = doubting.in_order([*open_ones, doubting.ROOT_ASIDE]), State.WAITING
        row.settled_at, row.settled_by, row.settled_why = None, None, ""
        row.save(update_fields=("doubts", "state", "settled_at", "settled_by", "settled_why"))
        if counted:
            tell_waiting(row, again=root.settled_at)


def root_of(row: Arrival) -> Visit | None:
    """The visit that a correction is about, where it has come."""
    if not isinstance(row, Visit) or row.corrects is None:
        return None
    rows = Visit.objects.filter(pk=row.corrects, ward=row.ward_id)
    return rows.select_related("household", "team", "made_by", "brought_by").first()


def _refuse_day(day: date, held: Arrival) -> None:
    if day > clock.today():
        raise Refusal("Ngày này chưa tới. Hãy ghi hôm nay hoặc một ngày đã qua.", "day")
    first = clock.local_day(held.received_at) - timedelta(days=doubting.OLDEST_DAYS)
    if day < first:
        raise Refusal(f"Ngày này quá xa. Hãy xem lại năm; ghi ngày từ {first:%d/%m/%Y} đến hôm nay.", "day")


def _hold(row: Arrival, by: Account) -> Arrival:
    if isinstance(row, Visit):
        audit.hold()  # as a visit does that arrives, before it looks at what corrects it
    if (first := kind_of(row).hold_first) is not None:
        first(row)
    rows = type(row)._default_manager.select_for_update(of=("self",), no_key=True).select_related("ward", "made_by")
    held: Arrival = rows.get(pk=row.pk)
    if by.pk == held.made_by_id:
        raise Refusal("Người đã ghi không tự xem lại. Hãy để người khác xem.")
    return held


def _place(held: Arrival, household: Household | None) -> tuple[str, ...]:
    """Where a visit and a need belong: to a household, in any case."""
    if not isinstance(held, Visit | Need):
        return ()
    if household is not None:
        held.household, held.neighbourhood_id = household, household.neighbourhood_id
    if held.household_id is None:
        raise Refusal("Chưa biết lượt này của hộ nào. Hãy chọn hộ rồi tính, hoặc ghi là không tính.", "household")
    return ("household", "neighbourhood")


def _close(held: Arrival, state: str, by: Account, why: str, *changed: str) -> None:
    held.state, held.settled_at, held.settled_by = state, clock.now(), by
    held.settled_why = " ".join(nfc(why).split())[:300]
    held.save(update_fields=("state", "settled_at", "settled_by", "settled_why", *changed))


# ---- The same id, other content


BOTH_KEPT = "Cùng một mã nhưng nội dung khác với lần đã nhận. Cả hai lần đều được giữ, chờ người xem quyết định."


def kept_or_clash(act: Callable[[], Answer], fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Answer:
    """Carry out the act of a post. Where its id was used for other content this is kept beside it, whether or not it
    makes sense; a Refusal goes through where the id is new."""
    try:
        answer = act()
    except Refusal:
        earlier = receipts.find(parcel, by=by, ward=ward) if parcel.is_from_outbox else None
        if earlier is None:
            raise
        answer = earlier
    if answer.result == Receipt.Result.CONFLICT:
        keep_clash(fields, by=by, ward=ward, parcel=parcel)
        return replace(answer, reason=BOTH_KEPT)
    return answer


def keep_clash(fields: QueryDict, *, by: Account, ward: Ward, parcel: Parcel) -> Clash:
    """Keep the other content, once, and tell those who settle and whoever sent it."""
    kind = kind_at(parcel.path)
    first: Any = rows_of(kind, parcel.id).first() if kind else None
    with transaction.atomic():
        clash, is_new = Clash.objects.get_or_create(
            pk=uuid5(parcel.id, f"{by.pk} {parcel.digest} {parcel.path}"),
            defaults={
                "ward": ward, "first": parcel.id, "neighbourhood_id": getattr(first, "neighbourhood_id", None),
                "path": parcel.path[:200], "fields": pairs_of(fields), "made_at": parcel.made_at, "made_by": by,
                "brought_by": parcel.brought_by,
            },
        )  # fmt: skip
        if is_new:
            text = f"Hai nội dung khác nhau đến dưới cùng một mã {kind.words if kind else 'việc'}. Cả hai đã được giữ, chờ người xem."
            settlers = [one for one in reaching.holders_of(ward, SETTLE) if one.pk != by.pk]
            own = kind.href(first.pk) if kind and first is not None and first.made_by_id == by.pk else ""
            key = f"field.clash:{clash.pk}"
            tellings = (notices.Telling(settlers, key, text, _page_of(clash)), notices.Telling([by], key, text, own))
            notices.tell_all(tellings, ward=ward)
    return clash


def _page_of(clash: Clash) -> str:
    return f"{INBOX}trung-ma/{clash.pk}/"


def is_from_device(parcel: Parcel) -> bool:
    """Whether a thing waited somewhere for a receipt, also as a second content that somebody lets count now. An ordinary
    post, which `outbox.receive` takes in, names no address."""
    return parcel.is_from_outbox or bool(parcel.path)


def pairs_of(fields: QueryDict) -> list[list[str]]:
    """The fields of a post as they are kept: without the token of the page."""
    return [[nfc(name), nfc(value)] for name in fields if name != outbox.TOKEN_FIELD for value in fields.getlist(name)]


def clashes(ward: Ward) -> QuerySet[Clash]:
    """Those that nobody has settled, the oldest first."""
    return Clash.objects.filter(ward=ward, outcome="").select_related("made_by").order_by("received_at", "pk")


def firsts_of(clash: Clash) -> QuerySet[Any]:
    """What was received first under the id: several where one post told of several topics, or of a whole household."""
    kind = kind_at(clash.path)
    return rows_of(kind, clash.first) if kind else Visit.objects.none()


@transaction.atomic
def settle_clash(clash: Clash, outcome: str, *, by: Account, why: str = "") -> None:
    """Somebody compared both: the first stays alone, both happened, or the second says it right."""
    rows = Clash.objects.select_for_update(of=("self",), no_key=True).select_related("ward", "made_by", "brought_by")
    held = rows.get(pk=clash.pk)
    if held.outcome:
        raise Refusal("Chỗ trùng mã này đã có kết luận. Hãy tải lại trang.")
    if outcome not in Clash.Outcome.values:
        raise Refusal("Hãy chọn một kết luận trong danh sách.", "outcome")
    if by.pk == held.made_by_id:
        raise Refusal("Người đã ghi không tự xem lại. Hãy để người khác xem.")
    if outcome != Clash.Outcome.KEPT_FIRST:
        _take_second(held, replaces=outcome == Clash.Outcome.TOOK_SECOND, by=by, why=why)
    held.outcome, held.settled_at, held.settled_by = outcome, clock.now(), by
    held.save(update_fields=("outcome", "settled_at", "settled_by"))
    notices.settle(_page_of(held))
    audit.record(by, "settled a clash of ids", held, ward=held.ward, outcome=outcome)


def _take_second(clash: Clash, *, replaces: bool, by: Account, why: str) -> None:
    """The second content under an id of its own. In place of the first it corrects a visit; anything else it replaces."""
    kind = kind_at(clash.path)
    if kind is None:
        raise Refusal("Nội dung này không còn nơi nhận. Hãy giữ lần nhận đầu.", "outcome")
    fields, firsts = _fields_of(clash), list(firsts_of(clash))
    if replaces and kind.model is Visit and firsts:
        fields["sua"] = str(firsts[0].corrects or firsts[0].pk)
    parcel = Parcel(clash.pk, path=clash.path, made_at=clash.made_at, brought_by=clash.brought_by)
    kind.from_fields(fields, by=clash.made_by, ward=clash.ward, parcel=parcel)
    for second in rows_of(kind, clash.pk).filter(state=State.WAITING):
        # What nobody knows whose it is, or how one knows it, waits in the inbox: the page of both does not say so.
        if second.is_known and doubting.NO_RECORD not in second.doubts:
            let_count(second, by=by, why=why or "Đã so hai nội dung trùng mã.")
    if replaces and kind.model is not Visit:
        for first in firsts:
            if first.state != State.SET_ASIDE:
                set_aside(first, by=by, why=why or "Nội dung gửi sau thay cho nội dung này.")


def _fields_of(clash: Clash) -> QueryDict:
    fields = QueryDict(mutable=True)
    for name, value in clash.fields:
        fields.appendlist(name, value)
    return fields


# ---- Two corrections of one visit


def parallel_corrections(ward: Ward) -> QuerySet[Visit]:
    """Visits that several people corrected and each correction counts: the latest stands, all are shown."""
    roots = Visit.objects.of(ward).filter(state=State.COUNTS).exclude(corrects=None).order_by().values("corrects")
    several = roots.annotate(people=Count("made_by", distinct=True)).filter(people__gt=1)
    return Visit.objects.of(ward).filter(pk__in=several.values("corrects"))
