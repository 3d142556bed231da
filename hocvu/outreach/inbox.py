"""What waits for a supervisor, of every kind in one list: what is wrong in plain words and what can be done.

Things that do not count yet, contents that came under one id, corrections of one visit by several people, and what a
household told otherwise when it was asked again. Whoever made it is told what came of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hocvu.lib import clock
from hocvu.outreach import classes, doubting, settling, spot_checks
from hocvu.outreach.models import Arrival, Attendance, Clash, Help, Need, Session, SpotCheck, Visit
from hocvu.ward import notices
from hocvu.ward.access import scoped
from hocvu.ward.models import Account, Household, Notice, Person, Ward

SETTLE = settling.SETTLE
HERE = "/di-tung-ngo/can-xem/"
CLOCK = frozenset({doubting.CLOCK_AHEAD, doubting.CLOCK_BEHIND, doubting.TOO_OLD})


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of thing that may wait: its model, its words, what is read with it."""

    model: type[Arrival]
    words: str
    beside: tuple[str, ...]


# By what stands in their addresses.
SORTS: Mapping[str, Sort] = {
    "luot": Sort(Visit, "lượt thăm", ("household", "team", "neighbourhood")),
    "giup": Sort(Help, "lượt giúp", ("person", "team")),
    "nhu-cau": Sort(Need, "nhu cầu", ("household", "team")),
    "co-mat": Sort(Attendance, "điểm danh", ("session__gathering", "registration__gathering", "household")),
}
# What a supervisor may do about a doubt.
ADVICE: Mapping[str, str] = {
    doubting.CLOCK_AHEAD: "Hỏi người ghi đúng ngày nào, rồi chọn ngày và tính.",
    doubting.CLOCK_BEHIND: "Hỏi người ghi đúng ngày nào, rồi chọn ngày và tính.",
    doubting.TOO_OLD: "Xem việc này đã có chưa. Chưa có thì chọn đúng ngày và tính.",
    doubting.NO_HOUSEHOLD: "Tìm đúng mã hộ rồi tính.",
    doubting.AMBIGUOUS: "Chọn đúng hộ trong các hộ có mã giống nhau rồi tính.",
    doubting.OUTSIDE: "Hỏi tổ trưởng: người ghi có đến hộ này thật thì tính.",
    doubting.ENDED: "Hỏi tổ trưởng: người ghi có đi ngày đó thật thì tính.",
    doubting.NOT_OWN: "So hai lượt ở trang này. Lượt đính chính đúng thì tính.",
    doubting.OTHER_HOUSEHOLD: "So hai lượt ở trang này. Hai hộ khác nhau thì thường là ghi nhầm.",
    doubting.CIRCLE: "Hai lượt chỉ vào nhau: giữ lượt đúng, lượt kia không tính.",
    doubting.ROOT_WAITS: "Xem lượt được đính chính trước. Lượt ấy được tính thì lượt này không phải chờ nó nữa.",
    doubting.ROOT_ASIDE: "So hai lượt ở trang này. Có đi thật thì mở lượt được đính chính, tính lượt ấy cho đúng ngày; "
    "không đi thì không tính lượt này.",
    doubting.NEWER_TEXT: "Nhờ tổ hỏi lại người ấy theo lời mới. Đồng ý thì tính.",
    doubting.WITHDRAWN: "Không tính, trừ khi người ấy đã đồng ý lại.",
    doubting.NO_GUARDIAN: "Nhờ tổ hỏi cha, mẹ hoặc người giám hộ. Đồng ý rồi mới tính được.",
    doubting.RESTRICTED: "Không tính, trừ khi người ấy đã bỏ yêu cầu hạn chế.",
    doubting.NO_RECORD: "Hỏi người ghi biết bằng cách nào. Có bản ghi rồi thì tính.",
    doubting.NOT_IN_HOUSEHOLD: "Xem người ấy ở hộ nào. Ghi nhầm hộ thì không tính.",
    "place_back": "Người này có đến thật thì tính.",
    "other_class": "Người này học buổi này thật thì tính.",
    "other_day": "Hỏi người điểm danh đúng buổi nào, rồi quyết.",
    "no_session": "Buổi có diễn ra thật thì tính.",
    "no_place": "Hỏi người điểm danh ai đã đến, chọn người ấy hoặc ghi tên rồi tính.",
    "nobody_registered": "Hỏi người điểm danh những ai trong hộ đã đến, ghi tên từng người rồi tính.",
    "not_of_class": "Hỏi nơi mở lớp: người ghi có điểm danh thật thì tính.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the list."""

    sort: str  # as a filter of the page names it
    words: str
    what: str
    by: str
    made_at: datetime | None
    received_at: datetime
    why: str
    href: str


def items(account: Account, ward: Ward) -> list[Item]:
    """All that waits in a ward for this account, the oldest first; a question for each kind."""
    found = [_thing(key, row) for key, sort in SORTS.items() for row in _rows(sort, account, ward)]
    found += [_clash(row) for row in scoped(settling.clashes(ward), account, SETTLE, ward)]
    found += [_parallel(row) for row in scoped(parallels(ward), account, SETTLE, ward)]
    found += [_differing(row) for row in scoped(spot_checks.differing(ward), account, SETTLE, ward)]
    return sorted(found, key=lambda one: (one.received_at, one.href))


def _rows(sort: Sort, account: Account, ward: Ward) -> Iterable[Arrival]:
    rows = settling.waiting_of(sort.model, ward).select_related(*sort.beside, "made_by")
    return scoped(rows, account, SETTLE, ward)


def parallels(ward: Ward) -> Any:
    """Visits with corrections by several people that all count."""
    return settling.parallel_corrections(ward).select_related("household", "made_by")


def _thing(key: str, row: Arrival) -> Item:
    href = reverse("outreach:waiting_thing", args=(key, row.pk))
    why = " ".join(words_of(row))
    return Item(key, SORTS[key].words, what_of(row), row.made_by.full_name, row.made_at, row.received_at, why, href)


def _clash(row: Clash) -> Item:
    kind = settling.kind_at(row.path)
    return Item(
        "trung-ma", "trùng mã", kind.words if kind else row.path, row.made_by.full_name, row.made_at, row.received_at,
        "Hai nội dung khác nhau đến dưới cùng một mã.", reverse("outreach:clash", args=(row.pk,)),
    )  # fmt: skip


def _parallel(row: Visit) -> Item:
    return Item(
        "dinh-chinh", "đính chính song song", what_of(row), row.made_by.full_name, row.made_at, row.received_at,
        "Nhiều người đính chính cùng một lượt; bản mới nhất đang được tính.",
        reverse("outreach:parallel_corrections", args=(row.pk,)),
    )  # fmt: skip


def _differing(row: SpotCheck) -> Item:
    return Item(
        "hoi-lai", "hỏi lại khác", row.visit.team.label if row.visit.team else "lượt thăm", "", row.visit.made_at,
        row.checked_at or row.visit.received_at, f"Hộ nói khác với đã ghi: {row.note}",
        reverse("outreach:check_visit", args=(row.pk,)),
    )  # fmt: skip


# ---- In words


def words_of(row: Arrival) -> list[str]:
    """Why a thing waits, in sentences."""
    return doubting.words_of(row.doubts)


def advice_of(row: Arrival) -> list[str]:
    """What can be done about it, in sentences."""
    return list(dict.fromkeys(ADVICE[code] for code in row.doubts if code in ADVICE))


def what_of(row: Arrival) -> str:
    """A thing in a few words; no person is named."""
    match row:
        case Visit():
            return f"{row.get_outcome_display()}, hộ {row.household.code if row.household else row.code}"
        case Help():
            return row.get_topic_display()
        case Need():
            return f"{row.get_kind_display()}, hộ {row.household.code if row.household else row.code}"
        case Attendance():
            return str(row.session.gathering)
    return str(row)


def facts_of(row: Arrival) -> list[tuple[str, str]]:
    """All that a thing says, for its page."""
    facts = [("Nội dung", what_of(row))]
    match row:
        case Visit():
            facts += [
                ("Địa chỉ", row.household.address if row.household else ""),
                ("Tổ", row.team.name if row.team else ""),
                ("Đã nói, đã chỉ", _labels(row.shown, Visit.Shown.choices)),
                ("Hẹn ngày", f"{row.next_on:%d/%m/%Y}" if row.next_on else ""),
                ("Vì sao đính chính", row.why),
            ]
        case Help():
            facts += [
                ("Người được giúp", row.person.full_name),
                ("Đã có, đã làm được", "có" if row.is_reached else "chưa"),
                ("Biết bằng cách nào", row.get_evidence_display() if row.evidence else ""),
            ]
        case Attendance():
            facts += [
                ("Người học", _learner(row)),
                ("Mã đã ghi", row.code),
                ("Hộ đã ghi", row.household.code if row.household else ""),
                ("Đăng ký lớp", _class_of_place(row)),
                ("Buổi", classes.when_words(row.session)),
                ("Cách ghi", row.get_way_display()),
            ]
    facts += [
        ("Người ghi", row.made_by.full_name),
        ("Người đưa vào", row.brought_by.full_name if row.brought_by else ""),
        ("Lúc, theo máy", _moment(row.made_at)),
        ("Nhận lúc", _moment(row.received_at)),
        ("Đang tính cho ngày", f"{row.happened_on:%d/%m/%Y}"),
        ("Tình trạng", row.get_state_display()),
    ]
    return [(name, words) for name, words in facts if words]


def _learner(row: Attendance) -> str:
    if row.registration is None:
        return "chưa biết là ai"
    return row.registration.name or "người đến thẳng lớp"


def _class_of_place(row: Attendance) -> str:
    """Which class somebody has a place in, where it is not the one they came to."""
    own = row.registration.gathering if row.registration else None
    return "" if own is None or own.pk == row.session.gathering_id else own.title


def _labels(codes: Iterable[str], choices: Sequence[tuple[Any, Any]]) -> str:
    known = {str(value): str(words) for value, words in choices}
    return "; ".join(known.get(str(code), str(code)) for code in codes)


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}" if moment else ""


# What the fields of a post are called, and what their values mean.
_FIELDS: Mapping[str, tuple[str, Sequence[tuple[Any, Any]]]] = {
    "ket_qua": ("Kết quả", Visit.Outcome.choices),
    "da_noi": ("Đã nói, đã chỉ", Visit.Shown.choices),
    "hen_ngay": ("Hẹn ngày", ()),
    "sua": ("Đính chính lượt", ()),
    "ly_do": ("Lý do", ()),
    "ma_ho": ("Mã hộ", ()),
    "viec": ("Việc", Help.Topic.choices),
    "xong": ("Đã có, đã làm được", (("1", "có"), ("", "chưa"), *Help.Topic.choices)),
    "bang_chung": ("Biết bằng cách nào", Help.Evidence.choices),
    "noi": ("Ở đâu", Help.Way.choices),
    "loai": ("Cần gì", Need.Kind.choices),
    "cach": ("Cách điểm danh", Attendance.Way.choices),
    "ten": ("Tên", ()),
    "ma": ("Mã trên giấy", ()),
    "dong_y": ("Người ấy", (("1", "đồng ý"), ("", "không đồng ý"))),
    "dai_dien": ("Người đại diện", ()),
    "luot": ("Thuộc lượt thăm", ()),
}


def firsts_of(clash: Clash) -> list[Arrival]:
    """What came first under an id, with all that its words need."""
    rows = settling.firsts_of(clash)
    beside = next((sort.beside for sort in SORTS.values() if sort.model is rows.model), ())
    return list(rows.select_related("made_by", "brought_by", *beside))


def facts_of_clash(clash: Clash) -> list[tuple[str, str]]:
    """What came second under an id, in the same words."""
    said: dict[str, list[str]] = {}
    for name, value in clash.fields:
        said.setdefault(str(name), []).append(str(value))
    facts = [
        ("Hộ", _household_words(said.pop("ho", []), clash.ward)),
        ("Người", _names(said.pop("nguoi", []), clash.ward)),
        ("Buổi", _sessions(said.pop("buoi", []), clash.ward)),
    ]
    if not clash.fields:
        facts.append(("Nội dung", "đã xóa theo thời hạn giữ"))
    facts += [(label, _labels(said[name], choices)) for name, (label, choices) in _FIELDS.items() if name in said]
    facts += [
        ("Người ghi", clash.made_by.full_name),
        ("Người đưa vào", clash.brought_by.full_name if clash.brought_by else ""),
        ("Lúc, theo máy", _moment(clash.made_at)),
        ("Nhận lúc", _moment(clash.received_at)),
    ]
    return [(name, words) for name, words in facts if words]


def _household_words(keys: Sequence[str], ward: Ward) -> str:
    known = [key for text in keys if (key := _key(text)) is not None]
    rows = Household.objects.filter(ward=ward, pk__in=known).values_list("pk", "code")
    codes = {str(pk): code for pk, code in rows}
    return "; ".join(codes.get(key, key) for key in keys)


def _names(keys: Sequence[str], ward: Ward) -> str:
    known = [key for text in keys if (key := _key(text)) is not None]
    return "; ".join(Person.objects.filter(ward=ward, pk__in=known).values_list("full_name", flat=True))


def _sessions(keys: Sequence[str], ward: Ward) -> str:
    known = [key for text in keys if (key := _key(text)) is not None]
    rows = Session.objects.filter(gathering__ward=ward, pk__in=known).select_related("gathering")
    return "; ".join(f"{row.gathering}, {classes.when_words(row)}" for row in rows)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# ---- Settling


@transaction.atomic
def settle_clash(clash: Clash, outcome: str, *, by: Account, why: str = "") -> None:
    """Settle what came under one id, and tell its author."""
    settling.settle_clash(clash, outcome, by=by, why=why)
    words = str(Clash.Outcome(outcome).label)
    notices.tell(
        [clash.made_by], key=f"field.clash.settled:{clash.pk}", ward=clash.ward,
        text=f"Hai nội dung trùng mã đã được xem: {words}. {why}".strip(),
    )  # fmt: skip
    look_round(clash.ward)


def look_round(ward: Ward) -> None:
    """Where nothing waits any more nobody need be told of it."""
    rows = any(settling.waiting_of(sort.model, ward).exists() for sort in SORTS.values())
    others = (settling.clashes(ward), parallels(ward), spot_checks.differing(ward))
    if not rows and not any(one.exists() for one in others):
        Notice.objects.filter(ward=ward, href=HERE).unseen().update(seen_at=clock.now())
