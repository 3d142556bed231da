"""What is written down at night, counted again, published and frozen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from hocvu.lib import clock
from hocvu.plan import measures, recording
from hocvu.plan.models import Denominator, FigureDrift, FigureRecord, FrozenFigure, PublishedCell
from hocvu.plan.tests.cast import Cast, at, make_target
from hocvu.plan.tests.test_measures import confirm, live
from hocvu.ward import audit
from hocvu.ward.models import Neighbourhood, Residence, Ward

pytestmark = pytest.mark.django_db
SUNDAY, MONDAY = date(2026, 11, 15), date(2026, 11, 16)


@pytest.fixture
def places(cast: Cast) -> list[Neighbourhood]:
    Denominator.objects.create(ward=cast.ward, population="citizens_16", year=2025, choice="register")
    return [
        Neighbourhood.objects.create(ward=cast.ward, name=f"Tổ dân phố số {number}", number=number)
        for number in range(1, 5)
    ]


def settle(cast: Cast, places: list[Neighbourhood], sizes: tuple[int, ...], confirmed: tuple[int, ...]) -> None:
    told = []
    for place, size, reached in zip(places, sizes, confirmed, strict=True):
        people = [live(cast, place, f"T{place.number}-{n}", date(1980, 1, 1)) for n in range(size)]
        told += people[:reached]
    confirm(cast, told, date(2026, 11, 1))


def test_the_night_writes_the_day_down_once(cast: Cast, places: list[Neighbourhood]):
    settle(cast, places, (8, 8, 8, 8), (6, 2, 8, 0))
    written = FigureRecord.objects.filter(measure="digital_identity")
    assert recording.record_day(cast.ward, SUNDAY) == FigureRecord.objects.count()
    assert written.count() == 5  # the ward and its four places
    assert recording.record_day(cast.ward, SUNDAY) == 0
    recording.record_day(cast.ward, MONDAY)
    assert written.filter(as_of=MONDAY).count() == 1  # places are written on Sundays
    whole = written.get(as_of=SUNDAY, neighbourhood=None)
    assert (whole.numerator, whole.denominator, whole.kind) == (16, 32, "external")
    by_place = written.filter(as_of=SUNDAY).exclude(neighbourhood=None)
    assert sum(by_place.values_list("numerator", flat=True)) == 16


def test_the_schedule_writes_every_ward_and_a_slept_night_too(cast: Cast, places: list[Neighbourhood]):
    settle(cast, places, (8, 8, 8, 8), (6, 2, 8, 0))
    call_command("tick", at="2026-11-17T06:00", verbosity=0)
    call_command("tick", at="2026-11-19T06:00", verbosity=0)
    days = FigureRecord.objects.filter(neighbourhood=None, measure="digital_identity").values_list("as_of", flat=True)
    assert set(days) >= {date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)}


def test_the_audit_finds_what_was_corrected_later_and_says_why(cast: Cast, places: list[Neighbourhood]):
    settle(cast, places, (8, 8, 8, 8), (6, 2, 8, 0))
    recording.record_day(cast.ward, MONDAY)
    assert recording.recount(cast.ward, MONDAY + timedelta(days=1)) == []
    Residence.objects.filter(neighbourhood=places[0]).first().delete()  # type: ignore[union-attr]
    audit.record(cast.thu, "imported people", cast.ward)
    [drift] = recording.recount(cast.ward, MONDAY + timedelta(days=1))
    assert (drift.numerator + drift.denominator, drift.why) in (
        (15 + 31, "1 lần nhập danh sách nhân khẩu"),
        (16 + 31, "1 lần nhập danh sách nhân khẩu"),
    )
    assert recording.recount(cast.ward, MONDAY + timedelta(days=1)) == []  # told once
    assert FigureDrift.objects.count() == 1


def test_a_drift_that_nothing_explains_says_so(cast: Cast, places: list[Neighbourhood]):
    settle(cast, places, (8, 8, 8, 8), (6, 2, 8, 0))
    recording.record_day(cast.ward, MONDAY)
    Residence.objects.all().delete()
    [drift] = recording.recount(cast.ward, MONDAY + timedelta(days=1))
    assert "cần xem lại" in drift.why


def test_the_public_table_hides_a_few_and_does_not_move_by_one(cast: Cast, places: list[Neighbourhood]):
    settle(cast, places, (30, 30, 30, 30), (3, 12, 14, 20))
    recording.record_day(cast.ward, SUNDAY)
    cells = PublishedCell.objects.filter(measure="digital_identity")
    shown = {cell.neighbourhood.number: (cell.is_hidden, cell.numerator) for cell in cells}
    assert shown == {1: (True, None), 2: (True, None), 3: (False, 14), 4: (False, 20)}
    extra = live(cast, places[2], "Mới", date(1970, 1, 1))
    confirm(cast, [extra], MONDAY)
    recording.record_day(cast.ward, MONDAY)
    assert cells.get(neighbourhood=places[2]).numerator == 14
    more = [live(cast, places[2], f"Mới {n}", date(1970, 1, 1)) for n in range(6)]
    confirm(cast, more, MONDAY + timedelta(days=1))
    recording.record_day(cast.ward, MONDAY + timedelta(days=1))
    assert cells.get(neighbourhood=places[2]).numerator == 21


def test_a_closed_year_is_frozen_and_later_corrections_do_not_touch_it(cast: Cast, places: list[Neighbourhood]):
    target = make_target(cast, year=2025, measure="digital_identity")
    settle(cast, places, (8, 8, 8, 8), (8, 8, 8, 8))
    file = confirm(cast, [], date(2025, 12, 1))
    with clock.stopped_at(at("2026-01-20 09:00")):
        assert recording.freeze_closed(clock.today()) == 0
    assert recording.freeze_closed(date(2026, 2, 1)) == 1
    assert recording.freeze_closed(date(2026, 2, 2)) == 0
    kept = FrozenFigure.objects.get()
    assert (kept.numerator, kept.as_of) == (0, date(2025, 12, 1))
    file.confirmations.create(person=Ward.objects.get().people.first(), confirmed_on=date(2025, 12, 1))  # type: ignore[misc]
    assert measures.figures_of_targets([target], clock.today())[target.pk].numerator == 0


def test_a_day_of_the_past_counts_those_who_lived_here_then(cast: Cast, places: list[Neighbourhood]):
    came = live(cast, places[0], "An", date(1960, 1, 1), since=date(2026, 11, 10))
    stayed = live(cast, places[0], "Bình", date(1960, 1, 1))
    confirm(cast, [came, stayed], date(2026, 11, 1))
    counted: Any = [
        measures.count("digital_identity", cast.ward, day) for day in (date(2026, 11, 9), date(2026, 11, 10))
    ]
    assert [(figure.numerator, figure.denominator) for figure in counted] == [(1, 1), (2, 2)]
