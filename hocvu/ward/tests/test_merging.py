"""One person written twice: held rows, merging with a way back, and the register going out and in again."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.crypto import new_key
from hocvu.lib.sheets import open_book
from hocvu.lib.tables import write_xlsx
from hocvu.ward import granting, living, merging, neighbourhoods, register
from hocvu.ward.capabilities import Role
from hocvu.ward.importing import applying, holding, leaving, taking
from hocvu.ward.models import AuditEntry, HeldRow, Household, KnownApart, PeopleBatch, Person, PersonMerge, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db
HEADING = ("Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP")
LAN = ("H01", "Nguyễn Thị Lan", "05/03/1958", "Nữ", "", "", "TDP 1")
TONELESS = ("H01", "Nguyen Thi Lan", "05/03/1958", "Nữ", "", "0912345678", "TDP 1")
NUMBER = "031158000123"


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 3), by=None)
    return ward


@pytest.fixture
def thu(ward, client):
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(account)
    return account


def take(ward: Ward, *rows: Any, heading: Any = HEADING) -> PeopleBatch:
    kept = io.BytesIO()
    write_xlsx(kept, heading, rows)
    sheets = open_book(kept.getvalue(), "a.xlsx")
    judged = taking.judge(ward, sheets, taking.guess(sheets))
    return applying.apply(judged, ward=ward, name="a.xlsx", content=kept.getvalue(), by=None)


def verdicts(ward: Ward, content: bytes) -> list[str]:
    sheets = open_book(content, "a.xlsx")
    return [row.verdict for row in taking.judge(ward, sheets, taking.guess(sheets))]


def add(ward: Ward, name: str = "Nguyễn Thị Lan", home: str = "H01", **other: Any) -> Person:
    house, _ = Household.objects.get_or_create(ward=ward, code=home)
    said = {"born_on": date(1958, 3, 5), "only_year": False, "sex": "female", "number": "", "phone": "", "relation": "",
            "kind": "permanent", "day": None, **other}  # fmt: skip
    return living.add_person(house, full_name=name, by=None, **said)


def everything() -> tuple[Any, ...]:
    """What the register says, apart from how it is sealed."""
    people = [
        (p.pk, p.full_name, p.born_on, p.only_year, p.sex, p.household_id, p.relation, p.merged_into_id, p.number_index,
         p.phone_index, sorted(p.residences.values_list("pk", "valid_from", "valid_to")),
         sorted(p.absences.values_list("pk", flat=True)))
        for p in Person.objects.order_by("pk")
    ]  # fmt: skip
    return people, list(Household.objects.order_by("pk").values_list("pk", "code", "head"))


# ---- Held rows


def test_a_row_that_may_be_somebody_waits_and_is_seen_beside_them(client, ward, thu):
    take(ward, LAN)
    take(ward, TONELESS)
    held = HeldRow.objects.get()
    assert b"Nguyen" not in bytes(held.sealed)
    page = client.get(f"/nguoi-dan/cho-quyet-dinh/{held.pk}/").content.decode()
    assert "Nguyen Thi Lan" in page
    assert "Nguyễn Thị Lan" in page
    assert "•••••••678" in page
    assert "0912345678" not in page


@pytest.mark.parametrize(("said", "people", "phones"), [("same", 1, 1), ("other", 2, 1), ("left_out", 1, 0)])
def test_each_decision_has_its_consequence_and_a_way_back(client, ward, thu, said, people, phones):
    take(ward, LAN)
    before = everything()
    batch = take(ward, TONELESS)
    held = HeldRow.objects.get()
    address = f"/nguoi-dan/cho-quyet-dinh/{held.pk}/ghi/"
    client.post(address, {"la": said})
    assert (Person.objects.count(), Person.objects.exclude(phone_index=None).count()) == (people, phones)
    client.post(address, {"la": "xem-lai"})
    assert everything() == before
    client.post(address, {"la": said})
    client.post(f"/nguoi-dan/lan-nhap/{batch.pk}/hoan-tac/")
    assert everything() == before
    assert not HeldRow.objects.exists()


def test_a_decided_row_is_forgotten_in_time(ward):
    take(ward, LAN)
    take(ward, TONELESS)
    assert holding.forget_decided() == 0
    with clock.stopped_at(clock.now() + timedelta(days=holding.KEPT_DAYS + 1)):
        assert holding.forget_decided() == 1
    assert HeldRow.objects.get().sealed is None


def test_the_blanks_are_filled_from_every_row_of_the_list_that_is_the_same_person(ward):
    take(ward, (*LAN[:4], NUMBER, "", "TDP 1"))
    take(ward, (*LAN[:4], NUMBER, "", "TDP 1"), (*LAN[:4], NUMBER, "0912345678", "TDP 1"))
    assert register.masked_phone(Person.objects.get()) == "•••••••678"


def test_the_same_decision_goes_to_whom_the_person_was_merged_into(ward):
    take(ward, LAN)
    take(ward, TONELESS)
    lan, other = Person.objects.get(), add(ward, home="H02")
    merging.merge(other, lan, by=None)
    holding.decide(HeldRow.objects.get(), HeldRow.State.SAME, by=None)
    other.refresh_from_db()
    assert register.masked_phone(other) == "•••••••678"


# ---- Merging


def test_merged_people_are_one_in_every_count_and_parting_restores_all(client, ward, thu):
    kept = add(ward)
    other = add(ward, home="H02", number=NUMBER, phone="0912345678")
    Household.objects.filter(code="H02").update(head=other)
    other.absences.create(away_from=date(2025, 1, 1))
    before = everything()
    client.post(f"/nguoi-dan/{kept.pk}/gop/", {"other": str(other.pk), "is_same": "mot"})
    kept.refresh_from_db()
    assert register.masked_number(kept) == "•••••••••123"
    assert list(Person.objects.of(ward).residents_on(clock.today())) == [kept]
    assert Household.objects.get(code="H02").head == kept
    assert kept.absences.count() == 1
    client.post(f"/nguoi-dan/da-gop/{PersonMerge.objects.get().pk}/tach/")
    assert everything() == before


def test_keys_rotate_while_somebody_is_merged(ward, settings):
    first, second = f"k001:{new_key()}", f"k002:{new_key()}"
    settings.REGISTER_KEYS, settings.REGISTER_INDEX_KEY = first, new_key()
    kept, other = add(ward), add(ward, home="H02", number=NUMBER)
    before = everything()
    row = merging.merge(kept, other, by=None)
    settings.REGISTER_KEYS = f"{first} {second}"
    assert register.rotate() == 2
    merging.undo(row, by=None)
    assert everything() == before


def test_a_batch_whose_people_were_merged_is_not_taken_back_before_they_are_parted(client, ward, thu):
    batch = take(ward, LAN)
    kept, other = Person.objects.get(), add(ward, home="H02")
    row = merging.merge(kept, other, by=None)
    told = client.post(f"/nguoi-dan/lan-nhap/{batch.pk}/hoan-tac/", follow=True).content.decode()
    assert "Hãy tách lại trước" in told
    merging.undo(row, by=None)
    applying.undo(batch, by=None)
    assert list(Person.objects.all()) == [other]


def test_the_register_names_those_who_look_like_one_and_remembers_who_is_not(client, ward, thu):
    kept, same_day = add(ward), add(ward, "Nguyen Thi Lan", home="H02")
    by_phone = [add(ward, "Trần Văn Bình", home=home, born_on=born, phone="0912345678")
                for home, born in (("H03", date(1960, 1, 1)), ("H04", date(1961, 1, 1)))]  # fmt: skip
    add(ward, "Trần Văn Bình", home="H05", born_on=date(1970, 1, 1))
    found = [{first.pk, second.pk} for first, second in merging.pairs(ward)]
    assert found == [{kept.pk, same_day.pk}, {one.pk for one in by_phone}]
    client.post(f"/nguoi-dan/{kept.pk}/gop/", {"other": str(same_day.pk), "is_same": "hai"})
    assert KnownApart.objects.count() == 1
    assert [{a.pk, b.pk} for a, b in merging.pairs(ward)] == [{one.pk for one in by_phone}]


def test_a_register_with_very_many_namesakes_is_still_asked(ward):
    homes = Household.objects.create(ward=ward, code="H")
    Person.objects.bulk_create(
        Person(ward=ward, household=homes, full_name=f"Người {n}", plain_name=f"nguoi {n}", born_on=date(1960, 1, 1))
        for n in range(1200) for _ in "ab"
    )  # fmt: skip
    assert len(merging.pairs(ward)) == 1200


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5))
def test_any_merges_taken_back_in_turn_leave_no_trace(ward, steps):
    Person.objects.all().update(merged_into=None)
    PersonMerge.objects.all().delete()
    Person.objects.all().delete()
    people = [add(ward, home=f"H{n}", number=NUMBER if n == 1 else "", phone="0912345678" if n == 2 else "")
              for n in range(4)]  # fmt: skip
    before, done = everything(), []
    for kept, other in steps:
        fresh = [Person.objects.get(pk=people[at].pk) for at in (kept, other)]
        if kept == other or fresh[0].merged_into_id or fresh[1].merged_into_id:
            continue
        done.append(merging.merge(*fresh, by=None))
        assert Person.objects.of(ward).residents_on(clock.today()).count() == 4 - len(done)
    for row in reversed(done):
        merging.undo(row, by=None)
    assert everything() == before


# ---- Out and in again

NAMES = st.sampled_from(["Nguyễn Thị Lan", "Trần Văn Bình", "Lê Đức Ưởng", "=Phạm Thị Mai", "Vũ An", "Đỗ Thị Ý"])
SOMEBODY = st.fixed_dictionaries(
    {
        "name": NAMES,
        "home": st.sampled_from(["H01", "H02", "007", "=H3", "12"]),
        "born_on": st.one_of(st.none(), st.dates(date(1930, 1, 1), date(2020, 12, 31))),
        "only_year": st.booleans(),
        "sex": st.sampled_from(["male", "female", ""]),
        "has_number": st.booleans(),
        "phone": st.sampled_from(["", "0912345678", "02253123456"]),
        "kind": st.sampled_from(["permanent", "temporary"]),
        "relation": st.sampled_from(["", "Con", "Chủ hộ"]),
        "day": st.one_of(st.none(), st.just(date(2021, 2, 3))),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(SOMEBODY, min_size=1, max_size=8, unique_by=lambda s: (s["name"], s["home"])), in_full=st.booleans()
)
def test_what_goes_out_comes_back_and_changes_nothing(ward, wanted, in_full):
    _clear(ward)
    for at, one in enumerate(wanted):
        said = dict(one)
        number = f"0311{50 + at:02}{at:06}" if said.pop("has_number") else ""
        if said["born_on"] and said["only_year"]:
            said["born_on"] = said["born_on"].replace(month=1, day=1)
        said["only_year"] = said["only_year"] and said["born_on"] is not None
        if said["born_on"] and said["day"] and said["day"] < said["born_on"]:
            said["day"] = None
        add(ward, number=number, **said)
    kept = io.BytesIO()
    write_xlsx(kept, leaving.HEADINGS, leaving.rows(ward, in_full=in_full))
    before = everything()
    judged = sorted(verdicts(ward, kept.getvalue()))
    # Without birth and number a name alone does not tell who it is: such rows wait, they are never new people.
    sure = [one["born_on"] or (in_full and one["has_number"]) for one in wanted]
    assert judged == sorted("merge" if one else "flag" for one in sure)
    take(ward, *leaving.rows(ward, in_full=in_full), heading=leaving.HEADINGS)
    assert everything() == before


def _clear(ward: Ward) -> None:
    PeopleBatch.objects.all().delete()
    Person.objects.all().delete()
    Household.objects.all().delete()


def test_the_export_masks_numbers_unless_the_role_may_and_says_why(client, ward, thu):
    add(ward, number=NUMBER)

    def sent(**fields: str) -> tuple[Any, ...]:
        answer = client.post("/nguoi-dan/tai-ve/", fields)
        return list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)[1]

    assert sent()[5] == "•••••••••123"
    assert client.post("/nguoi-dan/tai-ve/", {"reason": "đối chiếu"}).status_code == 422
    granting.grant(thu, Role.POLICE, ward=ward, unit=None, by=None, valid_from=date(2025, 1, 1))
    assert sent()[5] == "•••••••••123"
    assert sent(reason="đối chiếu với thẻ")[5] == NUMBER
    assert AuditEntry.objects.order_by("-sequence")[0].details["reason"] == "đối chiếu với thẻ"
