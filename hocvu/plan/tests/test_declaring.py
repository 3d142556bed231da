"""What units declare for targets, and the figure that counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan import declaring, measures
from hocvu.plan.models import DeclaredFigure, Target
from hocvu.plan.tests.cast import Cast, at, make_target
from hocvu.ward.models import Unit
from hocvu.ward.tests.cast import make_unit

pytestmark = pytest.mark.django_db


def declare(cast: Cast, target: Target, **fields: Any) -> DeclaredFigure:
    given = {"as_of": date(2026, 11, 1), "numerator": 412, "denominator": 436, "source": "Danh sách lớp", **fields}
    return declaring.declare(target, unit=cast.culture, by=cast.thu, **given)


def test_it_lets_the_newest_day_count_and_keeps_the_others(cast: Cast):
    target = make_target(cast)
    declare(cast, target, as_of=date(2026, 11, 10), numerator=400)
    declare(cast, target, as_of=date(2026, 10, 1), numerator=390)
    figure = measures.figures_of_targets([target], clock.today())[target.pk]
    assert (figure.numerator, figure.as_of, figure.kind) == (400, date(2026, 11, 10), "declared")
    assert target.declared.count() == 2


def test_it_shows_no_share_without_a_whole(cast: Cast):
    target = make_target(cast)
    declare(cast, target, denominator=None)
    assert measures.figures_of_targets([target], clock.today())[target.pk].share is None


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"numerator": 437}, "numerator", "lớn hơn tổng số"),
        ({"numerator": 0, "denominator": 0}, "denominator", "bằng 0"),
        ({"as_of": date(2026, 11, 19)}, "as_of", "chưa tới"),
    ],
)
def test_it_says_which_number_is_wrong(cast: Cast, fields: dict[str, Any], where: str, words: str):
    with pytest.raises(Refusal, match=words) as refusal:
        declare(cast, make_target(cast), **fields)
    assert refusal.value.field == where
    assert not DeclaredFigure.objects.exists()


def test_it_freezes_a_year_after_the_first_weeks_of_the_next(cast: Cast):
    target = make_target(cast, year=2025)
    with clock.stopped_at(at("2026-01-20 09:00")):
        declare(cast, target, as_of=date(2025, 12, 31))
        with pytest.raises(Refusal, match="31/12/2025"):
            declare(cast, target, as_of=date(2026, 1, 2))
    with pytest.raises(Refusal, match="đã chốt"):
        declare(cast, target, as_of=date(2025, 12, 31))


def test_it_knows_above_from_at_least(cast: Cast):
    above, at_least = make_target(cast, "80", comparator=">"), make_target(cast, "80", comparator=">=")
    assert not above.is_met_by(Decimal(80))
    assert at_least.is_met_by(Decimal(80))


def test_it_makes_no_figure_above_its_whole():
    with pytest.raises(ValueError, match="no share"):
        measures.Figure(3, 2, "", date(2026, 1, 1), "counted")


def test_a_wrong_figure_is_withdrawn_with_a_reason_and_the_one_before_counts_again(cast: Cast):
    target = make_target(cast)
    declare(cast, target, as_of=date(2026, 10, 1), numerator=390)
    wrong = declare(cast, target, as_of=date(2026, 11, 10), numerator=436)
    with pytest.raises(Refusal, match="lý do"):
        declaring.withdraw(wrong, reason="  ", by=cast.thu)
    declaring.withdraw(wrong, reason="Gõ nhầm tổng số", by=cast.thu)
    assert measures.figures_of_targets([target], clock.today())[target.pk].numerator == 390
    wrong.refresh_from_db()
    assert (wrong.withdrawn_by, wrong.withdrawn_why) == (cast.thu, "Gõ nhầm tổng số")
    with pytest.raises(Refusal, match="đã được rút"):
        declaring.withdraw(wrong, reason="Lần nữa", by=cast.thu)


def test_a_team_does_not_declare_for_the_whole_ward(cast: Cast):
    team = make_unit(cast.ward, "Tổ công nghệ số cộng đồng - Tổ 5", Unit.Kind.TEAM)
    with pytest.raises(Refusal, match="không khai thay cho toàn địa bàn"):
        declaring.declare(
            make_target(cast), unit=team, as_of=date(2026, 11, 1), numerator=3, denominator=3, source="Tổ", by=cast.thu
        )
