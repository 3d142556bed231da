"""Everything that is held of one person, for that person: readable rows, room by room."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from hocvu.lib import clock
from hocvu.lib.tables import Sheet, write_book
from hocvu.ward import audit, belonging, consenting, register
from hocvu.ward.audit_words import in_words
from hocvu.ward.models import Account, AuditEntry, Person

Rows = list[dict[str, Any]]
Tell = Callable[[Person], Iterable[dict[str, Any]]]
_SECTIONS: dict[str, Tell] = {}


def about_person(title: str, tell: Tell) -> None:
    """Let a room say what it holds of somebody; each row is heading -> value."""
    _SECTIONS[title] = tell


@transaction.atomic
def gather(person: Person, *, reason: str, by: Account) -> dict[str, Rows]:
    """Section -> rows, with the person's own numbers in full; the act and its reason are in the trail first."""
    audit.record(by, "took a person's data out", person, ward=person.ward, reason=reason[:200])
    return {title: list(tell(person)) for title, tell in _SECTIONS.items()}


def as_json(sections: dict[str, Rows]) -> bytes:
    """The sections as JSON that people can read too."""
    content = {"taken_at": clock.now().isoformat(timespec="seconds"), "sections": sections}
    return json.dumps(content, ensure_ascii=False, indent=2, default=str).encode()


def as_xlsx(sections: dict[str, Rows]) -> bytes:
    """The sections as sheets of one file."""
    kept = io.BytesIO()
    write_book(kept, [Sheet(title, list(rows[0]) if rows else ["Không có dữ liệu"], [list(row.values()) for row in rows])
                      for title, rows in sections.items()])  # fmt: skip
    return kept.getvalue()


# ---- What the register holds


def _self(person: Person) -> Iterable[dict[str, Any]]:
    yield {
        "Họ và tên": person.full_name,
        "Ngày sinh": person.born_on if not person.only_year else (person.born_on.year if person.born_on else None),
        "Giới tính": person.get_sex_display(),
        "Số định danh": register.number_of(person, in_full=True),
        "Điện thoại": register.phone_of(person, in_full=True),
        "Mã hộ": person.household.code if person.household else "",
        "Quan hệ với chủ hộ": person.relation,
        "Mất ngày": person.died_on,
        "Ghi vào danh bạ lúc": person.added_at,
        "Hạn chế xử lý từ": person.restricted_at,
    }


def _residences(person: Person) -> Iterable[dict[str, Any]]:
    for one in person.residences.select_related("household", "neighbourhood"):
        yield {
            "Loại": one.get_kind_display(),
            "Hộ": one.household.code if one.household else "",
            "Khu dân cư": one.neighbourhood.name if one.neighbourhood else "",
            "Từ ngày": one.valid_from,
            "Đến hết ngày": one.valid_to,
        }


def _memberships(person: Person) -> Iterable[dict[str, Any]]:
    for one in person.memberships.select_related("unit"):
        yield {
            "Đơn vị": one.unit.name,
            "Là": one.get_kind_display(),
            "Nhóm, lớp": one.group,
            "Từ ngày": one.valid_from,
            "Đến hết ngày": one.valid_to,
        }


def _absences(person: Person) -> Iterable[dict[str, Any]]:
    for one in person.absences.all():
        yield {"Vắng từ": one.away_from, "Về ngày": one.back_on, "Ở đâu": one.where}


def _circumstances(person: Person) -> Iterable[dict[str, Any]]:
    for row in person.circumstances.all():
        told = belonging.told(row)
        yield {
            "Hoàn cảnh": str(told.kind.label),
            "Ghi chú": told.note,
            "Theo giấy tờ": told.paper,
            "Từ ngày": row.valid_from,
            "Đến hết ngày": row.valid_to,
        }


def _consents(person: Person) -> Iterable[dict[str, Any]]:
    for one in consenting.ledger_of(person):
        yield {
            "Lúc": one.at,
            "Việc": one.get_act_display(),
            "Mục đích": one.text.purpose,
            "Bản": one.text.version,
            "Nội dung": one.text.text,
            "Người bày tỏ": one.get_party_display(),
            "Người đại diện": one.representative,
            "Cách ghi nhận": one.get_channel_display(),
            "Người chứng kiến": one.witness,
        }


def _requests(person: Person) -> Iterable[dict[str, Any]]:
    for one in person.requests.all():
        yield {"Yêu cầu": one.get_kind_display(), "Nhận lúc": one.received_at, "Tình trạng": one.get_state_display()}


def _looks(person: Person) -> Iterable[dict[str, Any]]:
    """Who looked at the person or changed something, by role of the act; officers are named, as the law asks."""
    for entry in AuditEntry.objects.filter(target_key=f"ward.person:{person.pk}").order_by("sequence"):
        yield {"Lúc": entry.at, "Việc": in_words(entry.action), "Người làm": entry.actor}


for _title, _tell in (
    ("Thông tin", _self),
    ("Nơi cư trú", _residences),
    ("Đơn vị, trường", _memberships),
    ("Vắng lâu ngày", _absences),
    ("Hoàn cảnh được bảo vệ", _circumstances),
    ("Đồng ý", _consents),
    ("Yêu cầu", _requests),
    ("Ai đã xem, đã sửa", _looks),
):
    about_person(_title, _tell)
