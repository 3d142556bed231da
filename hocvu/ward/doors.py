"""What may be done about somebody of the register: the links of a person's page. Rooms above add theirs at start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from hocvu.ward.access import may
from hocvu.ward.models import Account, Person


@dataclass(frozen=True, slots=True)
class Door:
    """An act: who may do it, where, in which words. `at_home` only about those who live here,
    `restricted` only about those whose data may not be worked with, `about` only about those it says."""

    capability: str
    name: str
    words: str
    at_home: bool = False
    restricted: bool = False
    about: Callable[[Person], bool] | None = None


_DOORS: list[Door] = [
    Door("people.change", "ward:correct_person", "Sửa thông tin"),
    Door("people.reveal", "ward:reveal_number", "Xem số định danh"),
    Door("people.change", "ward:move_person", "Ghi chuyển nơi ở"),
    Door("people.change", "ward:leave_ward", "Ghi đã rời địa bàn", at_home=True),
    Door("people.change", "ward:record_absence", "Ghi vắng lâu ngày, đã về", at_home=True),
    Door("people.change", "ward:join_unit", "Ghi vào đơn vị, trường"),
    Door("people.protected", "ward:add_circumstance", "Ghi hoàn cảnh được bảo vệ"),
    Door("people.change", "ward:record_death", "Ghi đã mất"),
    Door("people.merge", "ward:merge_person", "Gộp với người trùng"),
    Door("privacy.manage", "ward:person_consents", "Đồng ý xử lý dữ liệu"),
    Door("privacy.manage", "ward:file_request", "Ghi yêu cầu về dữ liệu"),
    Door("privacy.manage", "ward:take_out", "Lấy dữ liệu của người này"),
    Door("privacy.manage", "ward:lift_restriction", "Bỏ hạn chế xử lý", restricted=True),
]


def add_door(capability: str, name: str, words: str, *, about: Callable[[Person], bool] | None = None) -> None:
    """Let a room above offer an act on a person's page, for everybody or for those that `about` says."""
    _DOORS.append(Door(capability, name, words, about=about))


def doors(account: Account, person: Person) -> Iterator[tuple[str, str]]:
    """(address, words) of what an account may do about somebody."""
    if person.merged_into_id is not None:
        return
    for door in _DOORS:
        if (door.at_home and person.household_id is None) or (door.restricted and person.restricted_at is None):
            continue
        if door.about is not None and not door.about(person):
            continue
        if person.died_on and door.capability == "people.change" and door.name != "ward:correct_person":
            continue
        if may(account, door.capability, person.ward):
            yield reverse(door.name, args=(person.pk,)), door.words
