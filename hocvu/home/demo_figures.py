"""Where the figures of the demo ward come from: totals with a source that says it is invented, monthly files of what
VNeID and the police confirmed, both through the journeys, and the nights that wrote the figures down."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import xlsxwriter

from hocvu.home.demo_acts import at
from hocvu.lib import clock
from hocvu.plan import dividing, filling, importing_external, populations, recording
from hocvu.plan.models import ExternalUpload
from hocvu.ward import register
from hocvu.ward.models import Account, Neighbourhood, Person, Ward

SOURCE = "Số minh họa, không có thật"
TOTALS = {"adults": 62_400, "citizens_16": 64_900, "households": 21_300, "secondary_pupils": 5_120, "pupils": 11_840,
          "workers": 9_300, "officials": 436}  # fmt: skip
# Measure -> whose certificates fill it.
FILLED_BY = {"officials_skilled": "officials", "secondary_pupils_skilled": "students", "pupils_skilled": "students",
             "adults_skilled": "adults", "workers_skilled": "workers"}  # fmt: skip
FIRST = date(2025, 9, 8)
MONTH = timedelta(days=30)


def live(ward: Ward) -> None:
    """From September 2025 until now: totals, files, nights."""
    cast = {account.username: account for account in Account.objects.filter(is_demo=True)}
    by, police = cast["dieuphoi"], cast["danhtinh"]
    with clock.stopped_at(min(at(date(2025, 8, 20)), clock.now())):
        for code, value in TOTALS.items():
            dividing.decide(
                ward,
                populations.population(code),
                year=2025,
                choice="given",
                value=value,
                source=SOURCE,
                note="",
                by=by,
            )
        for measure, group in FILLED_BY.items():
            filling.add(
                ward, measure=measure, group=group, level="B2", framework="hocvu", milestone="",
                source="Quy định minh họa", valid_from=date(2025, 8, 20), by=by,
            )  # fmt: skip
    _files(ward, police)
    _nights(ward)
    _waiting(ward, police)


def _files(ward: Ward, by: Account) -> None:
    """A file of totals every month for each measure; the newest of VNeID is a list of people in the register."""
    places = list(Neighbourhood.objects.of(ward).filter(valid_to=None))
    day, months = FIRST, 0
    while day <= clock.today():
        with clock.stopped_at(at(day, 10)):
            for code, whole, first, step in (("vneid_taught", 624, 190, 18), ("digital_identity", 649, 480, 9)):
                content = _totals(places, whole, first + step * months, months)
                importing_external.take_in(
                    ward, measure=code, as_of=day, issuer="Công an phường (minh họa)", document=f"{months + 1:02}/MH",
                    name=f"{code}-{day:%Y%m}.xlsx", content=content, by=by,
                )  # fmt: skip
        day, months = day + MONTH, months + 1


def _totals(places: list[Neighbourhood], whole: int, reached: int, months: int) -> bytes:
    """One line a neighbourhood; they differ by rule, not by chance."""
    rows: list[list[Any]] = [["SỐ LIỆU MINH HỌA"], [], ["STT", "Tổ dân phố", "Số đạt", "Tổng số"]]
    for at_, place in enumerate(places):
        own = min(whole, round(reached * (0.7 + (at_ * 37 % 60) / 100)))
        rows.append([at_ + 1, place.name, own, whole])
    rows.append(["", "Tổng cộng", sum(row[2] for row in rows[3:]), whole * len(places)])
    return _sheet(rows)


def _sheet(rows: list[list[Any]]) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Số liệu")
        for at_, row in enumerate(rows):
            sheet.write_row(at_, 0, row)
    return kept.getvalue()


def _nights(ward: Ward) -> None:
    """The Sundays since the first file, written down as the nights would have; closed years frozen."""
    day = FIRST + timedelta(days=(6 - FIRST.weekday()) % 7)
    while day < clock.today():
        with clock.stopped_at(at(day + timedelta(days=1), 0, 20)):
            recording.record_day(ward, day)
        day += timedelta(days=21)
    recording.freeze_closed(clock.today())


def _waiting(ward: Ward, by: Account) -> None:
    """A list of people that waits for somebody to confirm it, with a row that is wrong."""
    people = Person.objects.of(ward).known().exclude(number_index=None).order_by("added_at", "pk")[:30]
    rows: list[list[Any]] = [["STT", "Số định danh", "Ngày xác nhận"]]
    rows += [[n, register.number_of(person, in_full=True), ""] for n, person in enumerate(people, start=1)]
    rows.append([31, "0312", ""])
    upload = importing_external.receive(
        ward, measure="digital_identity", as_of=clock.today(), issuer="Công an phường (minh họa)", document="99/MH",
        name="danh-sach-danh-tinh-so (minh họa).xlsx", content=_sheet(rows), by=by,
    )  # fmt: skip
    assert upload.state == ExternalUpload.State.REVIEW
