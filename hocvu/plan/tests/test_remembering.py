"""A remembered figure is the counted figure, whatever was done."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hocvu.lib import clock
from hocvu.plan import measures
from hocvu.plan.tests.cast import Cast
from hocvu.plan.tests.test_measures import confirm, live
from hocvu.ward import audit
from hocvu.ward.models import Neighbourhood

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def remembering(settings: Any) -> None:
    settings.REMEMBER_FIGURES = True
    cache.clear()


def reached(cast: Cast) -> int:
    figure = measures.count("digital_identity", cast.ward, clock.today())
    return figure.numerator if figure else -1


def test_it_counts_anew_after_an_act_and_only_then(cast: Cast):
    place = Neighbourhood.objects.create(ward=cast.ward, name="Tổ dân phố số 1", number=1)
    assert reached(cast) == -1
    confirm(cast, [live(cast, place, "An", date(1960, 1, 1))], date(2026, 11, 1))
    audit.record(cast.thu, "imported external figures", cast.ward)
    assert reached(cast) == 1
    audit.record(cast.thu, "saw people", cast.ward)
    with CaptureQueriesContext(connection) as asked:
        assert reached(cast) == 1
    assert len(asked) == 2  # the newest act here, the newest act of the installation


def test_an_act_in_another_ward_leaves_the_figure_alone(cast: Cast):
    from hocvu.ward.tests.cast import make_ward

    reached(cast)
    audit.record(cast.thu, "imported people", make_ward("Khác", code="9", slug="khac"))
    with CaptureQueriesContext(connection) as asked:
        reached(cast)
    assert len(asked) == 2
