"""A life in the register: every act keeps its day, and a count of any day finds what was true then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.ward import belonging, forgetting, living, merging, neighbourhoods
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Household, Membership, Neighbourhood, Person, Residence, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

TODAY = date(2026, 11, 18)


@pytest.fixture
def today() -> Iterator[None]:
    with clock.stopped_at(timezone.make_aware(datetime(2026, 11, 18, 9))):
        yield


@pytest.fixture
def ward(db: None, today: None) -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 3), by=None)
    return ward


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(account)
    return account


def home(ward: Ward, code: str = "H01", place: int = 1) -> Household:
    return living.found_household(
        ward, code=code, address="", neighbourhood=Neighbourhood.objects.get(ward=ward, number=place), by=None
    )


def settle(home: Household, name: str = "Nguyễn Thị Lan", born: date = date(1958, 3, 5), **more: Any) -> Person:
    fields = {"only_year": False, "sex": "female", "number": "", "phone": "", "relation": "", "kind": "permanent",
              "day": None, **more}  # fmt: skip
    return living.add_person(home, full_name=name, born_on=born, by=None, **fields)


def adults(ward: Ward, day: date) -> int:
    return Person.objects.of(ward).residents_on(day).aged_on(day, 18).count()


def test_a_move_leaves_the_past_where_it_was(client, ward, thu):
    lan = settle(home(ward))
    other = home(ward, "H02", 2)
    answer = client.post(f"/nguoi-dan/{lan.pk}/chuyen/", {"household": "h02", "kind": "permanent", "day": "10/11/2026"})
    assert answer.status_code == 302
    places = lambda day: list(Residence.objects.on(day).values_list("neighbourhood__number", flat=True))  # noqa: E731
    assert (places(date(2026, 11, 9)), places(date(2026, 11, 10))) == ([1], [2])
    lan.refresh_from_db()
    assert lan.household == other
    assert adults(ward, TODAY) == 1


def test_the_dead_are_counted_to_their_last_day(client, ward, thu):
    lan = settle(home(ward))
    client.post(f"/nguoi-dan/{lan.pk}/da-mat/", {"day": "01/11/2026"})
    assert [adults(ward, day) for day in (date(2026, 11, 1), date(2026, 11, 2))] == [1, 0]
    assert "Đã mất" in client.get(f"/nguoi-dan/{lan.pk}/").content.decode()


def test_somebody_who_left_comes_back(ward):
    house = home(ward)
    lan = settle(house)
    living.leave(lan, day=date(2026, 6, 1), by=None)
    living.move(lan, home=house, kind="temporary", day=date(2026, 9, 1), by=None)
    days = (date(2026, 5, 31), date(2026, 6, 1), date(2026, 8, 31), date(2026, 9, 1))
    assert [adults(ward, day) for day in days] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("chuyen", {"household": "H01", "kind": "permanent", "day": "10/11/2026"}, "đang ở hộ đó rồi"),
        ("chuyen", {"household": "khong-co", "kind": "permanent", "day": "10/11/2026"}, "Không có hộ nào mã khong-co"),
        ("chuyen", {"household": "H02", "kind": "permanent", "day": "01/12/2026"}, "chưa tới"),
        ("da-mat", {"day": "01/01/1950"}, "trước ngày sinh"),
        ("roi-dia-ban", {"day": "31/02/2026"}, "ngày/tháng/năm"),
    ],
)
def test_nonsense_is_refused_in_a_sentence_and_nothing_is_written(client, ward, thu, act, fields, words):
    lan = settle(home(ward))
    home(ward, "H02", 2)
    answer = client.post(f"/nguoi-dan/{lan.pk}/{act}/", fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    lan.refresh_from_db()
    assert lan.died_on is None and lan.residences.count() == 1


def test_a_household_that_moves_leaves_the_old_teams_sight_at_once(client, ward, thu):
    house = home(ward)
    lan = settle(house)
    team = Unit.objects.get(ward=ward, kind=Unit.Kind.TEAM, neighbourhood__number=1)
    net = make_account("net", Role.TEAM_MEMBER, ward=ward, unit=team)
    visitor = Client()
    visitor.force_login(net)
    assert "Nguyễn Thị Lan" in visitor.get("/nguoi-dan/").content.decode()
    assert visitor.get(f"/nguoi-dan/{lan.pk}/").status_code == 200
    two = Neighbourhood.objects.get(ward=ward, number=2)
    answer = client.post(
        f"/ho/{house.pk}/sua/", {"address": "Số 9", "neighbourhood": two.pk, "head": "", "day": "18/11/2026"}
    )
    assert answer.status_code == 302
    for path in (f"/nguoi-dan/{lan.pk}/", f"/ho/{house.pk}/"):
        missing = path.replace(str(lan.pk), "0" * 8 + str(lan.pk)[8:]).replace(
            str(house.pk), "0" * 8 + str(house.pk)[8:]
        )
        assert (visitor.get(path).status_code, visitor.get(missing).status_code) == (404, 404)
    assert "Nguyễn Thị Lan" not in visitor.get("/nguoi-dan/").content.decode()
    assert "Nguyễn Thị Lan" not in visitor.get("/nguoi-dan/?dinh-dang=xlsx").getvalue().decode("latin-1")
    assert visitor.get(f"/nguoi-dan/{lan.pk}/sua/").status_code == 403


def test_neighbourhoods_that_merge_take_their_people_along(ward, thu):
    lan = settle(home(ward))
    old = list(Neighbourhood.objects.filter(ward=ward, number__in=(1, 2)))
    new = neighbourhoods.merge(ward, old, name="Khu Mới", number=None, day=date(2026, 11, 1), decision="1/QĐ", by=thu)
    lan.refresh_from_db()
    assert lan.household and lan.household.neighbourhood == new
    assert [r.neighbourhood.number for r in Residence.objects.on(date(2026, 10, 31))] == [1]
    assert [r.neighbourhood for r in Residence.objects.on(TODAY)] == [new]
    assert adults(ward, date(2026, 10, 31)) == adults(ward, TODAY) == 1


def test_a_number_is_seen_in_full_only_for_a_reason_that_stays(client, ward):
    lan = settle(home(ward), number="031158000123")
    officer = make_account("khang", Role.POLICE, ward=ward, unit=make_unit(ward, "Công an phường", Unit.Kind.POLICE))
    client.force_login(officer)
    assert "031158000123" not in client.get(f"/nguoi-dan/{lan.pk}/").content.decode()
    empty = client.post(f"/nguoi-dan/{lan.pk}/so-dinh-danh/", {"reason": " "})
    assert empty.status_code == 422 and "031158000123" not in empty.content.decode()
    seen = client.post(f"/nguoi-dan/{lan.pk}/so-dinh-danh/", {"reason": "Đối chiếu thẻ"})
    assert "031158000123" in seen.content.decode() and "no-store" in seen["Cache-Control"]
    entry = AuditEntry.objects.filter(action="saw an identity number").get()
    assert (entry.details["reason"], entry.actor) == ("Đối chiếu thẻ", "Khang")
    assert not AuditEntry.objects.filter(target__contains="Lan").exists()


def test_a_number_of_somebody_else_is_told_and_kept_out(client, ward, thu):
    house = home(ward)
    settle(house, number="031158000123")
    binh = settle(house, "Trần Văn Bình", date(1960, 1, 1))
    fields = {"full_name": "Trần Văn Bình", "born_on": "01/01/1960", "sex": "male", "relation": "", "phone": ""}
    answer = client.post(f"/nguoi-dan/{binh.pk}/sua/", {**fields, "number": "031158000123"})
    assert answer.status_code == 422 and "đang là của Nguyễn Thị Lan" in answer.content.decode()
    assert "12 chữ số" in client.post(f"/nguoi-dan/{binh.pk}/sua/", {**fields, "number": "12345"}).content.decode()
    assert client.post(f"/nguoi-dan/{binh.pk}/sua/", {**fields, "number": "31060000456"}).status_code == 302


def test_somebody_is_found_by_a_whole_number_that_is_in_no_address(client, ward, thu):
    lan = settle(home(ward), number="031158000123", phone="0912345678")
    for digits in ("031158000123", "0912.345.678"):
        assert client.post("/nguoi-dan/tim-so/", {"digits": digits}).headers["Location"] == f"/nguoi-dan/{lan.pk}/"
    assert "Không có ai" in client.post("/nguoi-dan/tim-so/", {"digits": "031158000124"}).content.decode()
    client.get("/nguoi-dan/?tim=031158000123")
    assert not AuditEntry.objects.filter(details__icontains="031158000123").exists()


def test_who_works_here_and_lives_elsewhere_belongs_and_is_no_resident(client, ward, thu):
    firm = make_unit(ward, "Công ty May", Unit.Kind.ENTERPRISE)
    client.post(
        f"/don-vi/{firm.pk}/nguoi/them/", {"full_name": "Lê Văn Ngoại", "kind": "worker", "born_on": "02/04/1990"}
    )
    person = Person.objects.get()
    assert belonging.members(ward, TODAY, Membership.Kind.WORKER).get() == person
    assert adults(ward, TODAY) == 0
    assert "Lê Văn Ngoại" in client.get(f"/don-vi/{firm.pk}/nguoi/").content.decode()
    assert "Lê Văn Ngoại" not in client.get("/nguoi-dan/").content.decode()
    assert "Lê Văn Ngoại" in client.get("/nguoi-dan/?o=ngoai").content.decode()


def test_who_is_poor_or_disabled_is_sealed_and_each_look_is_told(client, ward, thu):
    lan = settle(home(ward))
    sent = {"kind": "disability", "note": "Không nhìn được", "paper": "Giấy 12", "day": "01/11/2026"}
    assert client.post(f"/nguoi-dan/{lan.pk}/hoan-canh/", sent).status_code == 302
    row = lan.circumstances.get()
    assert b"disability" not in bytes(row.sealed) and "disability" not in row.kind_index
    assert belonging.holding(ward, "disability", TODAY).count() == 1
    assert belonging.holding(ward, "disability", date(2026, 10, 31)).count() == 0
    page = client.get(f"/nguoi-dan/{lan.pk}/").content.decode()
    assert "Không nhìn được" in page
    assert AuditEntry.objects.filter(action="saw circumstances").count() == 1
    police = make_account("khang", Role.POLICE, ward=ward, unit=make_unit(ward, "Công an", Unit.Kind.POLICE))
    client.force_login(police)
    assert "Không nhìn được" not in client.get(f"/nguoi-dan/{lan.pk}/").content.decode()


# ---- Any sequence of acts


@dataclass
class Paper:
    """Somebody as a clerk with a notebook would keep them: the days they were here, each with its neighbourhood."""

    born: date
    spans: list[tuple[date, date | None, int]] = field(default_factory=list)
    died: date | None = None
    key: Any = None

    def lives_in(self, day: date) -> int | None:
        if day < self.born or (self.died and day > self.died):
            return None
        return next(
            (place for first, last, place in self.spans if first <= day and (last is None or day <= last)), None
        )


class Register(RuleBasedStateMachine):
    """People come, move, leave, return, die, are corrected, merged, parted and erased, on days in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.papers: list[Paper] = []
        self.merges: list[Any] = []

    @initialize()
    def found(self) -> None:
        self.ward = make_ward()
        neighbourhoods.add(self.ward, neighbourhoods.numbered(self.ward, 1, 3), by=None)
        self.day = date(2026, 1, 1)

    def home(self, place: int) -> Household:
        """The house of a neighbourhood; one that an erasure left empty is gone and is founded again."""
        found = Household.objects.filter(ward=self.ward, code=f"H{place}").first()
        return found or home(self.ward, f"H{place}", place + 1)

    def here(self) -> list[Paper]:
        return [p for p in self.papers if p.key and not p.died and p.spans and p.spans[-1][1] is None]

    def away(self) -> list[Paper]:
        return [p for p in self.papers if p.key and not p.died and p.spans and p.spans[-1][1] is not None]

    def person(self, paper: Paper) -> Person:
        return Person.objects.get(pk=paper.key)

    @rule(days=st.integers(1, 40))
    def time_goes_on(self, days: int) -> None:
        self.day = min(self.day + timedelta(days), TODAY)

    @rule(place=st.integers(0, 2), age=st.integers(0, 80))
    def somebody_comes(self, place: int, age: int) -> None:
        born = self.day - timedelta(days=365 * age + 3)
        person = settle(self.home(place), f"Người {len(self.papers)}", born, day=self.day)
        self.papers.append(Paper(born, [(self.day, None, place)], key=person.pk))

    @rule(which=st.integers(0, 50), place=st.integers(0, 2))
    def somebody_moves(self, which: int, place: int) -> None:
        here = self.here()
        if not here:
            return
        paper = here[which % len(here)]
        first, _, now = paper.spans[-1]
        if place == now:
            return
        living.move(self.person(paper), home=self.home(place), kind="permanent", day=self.day, by=None)
        if first == self.day:
            paper.spans[-1] = (first, None, place)
        else:
            paper.spans[-1] = (first, self.day - timedelta(1), now)
            paper.spans.append((self.day, None, place))

    @rule(which=st.integers(0, 50))
    def somebody_leaves(self, which: int) -> None:
        here = [p for p in self.here() if p.spans[-1][0] < self.day]
        if not here:
            return
        paper = here[which % len(here)]
        living.leave(self.person(paper), day=self.day, by=None)
        first, _, place = paper.spans[-1]
        paper.spans[-1] = (first, self.day - timedelta(1), place)

    @rule(which=st.integers(0, 50), place=st.integers(0, 2))
    def somebody_returns(self, which: int, place: int) -> None:
        away = self.away()
        if not away:
            return
        paper = away[which % len(away)]
        if paper.spans[-1][1] is not None and paper.spans[-1][1] >= self.day:
            return
        living.move(self.person(paper), home=self.home(place), kind="permanent", day=self.day, by=None)
        paper.spans.append((self.day, None, place))

    @rule(which=st.integers(0, 50))
    def somebody_dies(self, which: int) -> None:
        here = self.here()
        if not here:
            return
        paper = here[which % len(here)]
        living.record_death(self.person(paper), day=self.day, by=None)
        first, _, place = paper.spans[-1]
        paper.died, paper.spans[-1] = self.day, (first, self.day, place)

    @rule(which=st.integers(0, 50), years=st.integers(-3, 3))
    def a_birth_is_corrected(self, which: int, years: int) -> None:
        here = self.here()
        if not here:
            return
        paper = here[which % len(here)]
        born = min(paper.born - timedelta(days=365 * years), paper.spans[0][0])
        person = self.person(paper)
        living.correct_person(
            person, full_name=person.full_name, born_on=born, only_year=False, sex="", relation="", by=None
        )
        paper.born = born

    @rule(which=st.integers(0, 50))
    def somebody_is_erased(self, which: int) -> None:
        alone = [
            p for p in self.papers if p.key and not self.person(p).merged_into_id and not self.person(p).merges.exists()
        ]
        if not alone:
            return
        paper = alone[which % len(alone)]
        forgetting.erase(self.person(paper), reason="thử", by=None)
        paper.key, paper.spans = None, []

    @rule(which=st.integers(0, 50))
    def a_double_is_merged_and_parted(self, which: int) -> None:
        here = self.here()
        if not here:
            return
        paper = here[which % len(here)]
        kept = self.person(paper)
        double = settle(self.home(0), kept.full_name, kept.born_on or TODAY, day=self.day)
        row = merging.merge(kept, double, by=None)
        self.counted_is_recounted()
        merging.undo(row, by=None)
        assert Person.objects.of(self.ward).residents_on(self.day).filter(pk=double.pk).exists()
        forgetting.erase(double, reason="thử", by=None)

    @invariant()
    def counted_is_recounted(self) -> None:
        if not hasattr(self, "ward"):
            return
        for back in (0, 1, 30, 200):
            day = self.day - timedelta(days=back)
            expected = [p.lives_in(day) for p in self.papers if p.key]
            rows = Person.objects.of(self.ward).residents_on(day)
            assert rows.count() == sum(place is not None for place in expected)
            grown = [p for p in self.papers if p.key and p.lives_in(day) is not None and _is_adult(p.born, day)]
            assert rows.aged_on(day, 18).count() == len(grown)
            for number in (0, 1, 2):
                lived = Residence.objects.on(day).filter(person__in=rows, neighbourhood__number=number + 1)
                assert lived.values("person").distinct().count() == sum(place == number for place in expected)


def _is_adult(born: date, day: date) -> bool:
    return (day.year - born.year) - ((day.month, day.day) < (born.month, born.day)) >= 18


class TestRegister(TestCase):
    """Any sequence, on whichever database the suite runs on."""

    def runTest(self) -> None:
        with clock.stopped_at(timezone.make_aware(datetime(2026, 11, 18, 9))):
            from hypothesis.stateful import run_state_machine_as_test

            run_state_machine_as_test(
                InTransaction,
                settings=hypothesis_settings(
                    max_examples=10, stateful_step_count=25, deadline=None, phases=(Phase.explicit, Phase.generate)
                ),
            )


class InTransaction(Register):
    """Each run in a transaction that is rolled back."""

    def __init__(self) -> None:
        from django.db import transaction

        self._block = transaction.atomic()
        self._block.__enter__()
        super().__init__()

    def teardown(self) -> None:
        from django.db import transaction

        transaction.set_rollback(True)
        self._block.__exit__(None, None, None)


def test_a_refusal_is_a_sentence(ward):
    with pytest.raises(Refusal, match="đã có"):
        home(ward)
        home(ward)
