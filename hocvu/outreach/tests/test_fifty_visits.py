"""A day's work without a signal: fifty visits, sent twice, move the figure by exactly the households; one put right moves
it back."""

from __future__ import annotations

import pytest

from hocvu.lib import clock
from hocvu.outreach.models import Visit
from hocvu.outreach.tests import cast
from hocvu.outreach.tests.cast import enter, fields, make_household, send
from hocvu.ward import receipts

pytestmark = pytest.mark.django_db


def test_fifty_visits_sent_twice_move_the_figure_by_the_households():
    field = cast.make_field()
    client = enter(field.net)
    homes = [make_household(field.ward, field.seven, f"H{n:02}", f"Số {n} ngõ 5") for n in range(40)]
    kept = [(receipts.uuid7(), fields(homes[n % 40])) for n in range(50)]

    def informed() -> int:
        rows = Visit.objects.of(field.ward).standing().informed().until(clock.today())
        return rows.order_by().values("household").distinct().count()

    for told in ("accepted", "duplicate"):
        assert {send(client, field.net, said, key=key).json()["result"] for key, said in kept} == {told}
        assert informed() == 40 and Visit.objects.count() == 50
    key, _ = kept[20]
    send(client, field.net, fields(homes[20], "nobody", sua=str(key), ly_do="Nhà khóa cửa"))
    assert informed() == 39 and Visit.objects.count() == 51
