"""The same person twice: held rows, merging and parting, and the register that goes out and comes back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.lib.tables import write_xlsx
from hocvu.ward import belonging, living, merging, neighbourhoods, register
from hocvu.ward.capabilities import Role
from hocvu.ward.importing import applying, holding, leaving, taking
from hocvu.ward.models import (
    Account,
    HeldRow,
    Household,
    Neighbourhood,
    PeopleBatch,
    Person,
    Residence,
    Unit,
    Ward,
)
from hocvu.ward.tests.cast import make_account, make_unit, make_ward
from hocvu.ward.tests.test_people_pages import BAD, LAN, sheet

NOON = timezone.make_aware(datetime(2026, 11, 18, 12))


@pytest.fixture
def ward(db: None) -> Iterator[Ward]:
    with clock.stopped_at(NOON):
        ward = make_ward()
        neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 2), by=None)
        yield ward


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa - Xã hội"))
    client.force_login(account)
    return account


def take_in(ward: Ward, *rows: list[Any], by: Account) -> PeopleBatch:
    return taking.confirm(taking.receive(ward, "ds.xlsx", sheet(*rows), by=by, unit=None), by=by)


LIKE_LAN = [2, "H01", "Nguyễn Thị Lan", "05/03/1958", "", "", "0987654321", "TDP 1"]
OTHER_TONES = [2, "H01", "Nguyên Thi Lan", "05/03/1958", "Nữ", "", "0987654321", "TDP 1"]


def test_a_row_that_cannot_be_told_is_held_and_a_person_says_who_it_is(client, ward, thu):
    take_in(ward, LAN, by=thu)
    take_in(ward, OTHER_TONES, by=thu)
    held = HeldRow.objects.get()
    assert Person.objects.count() == 1
    assert "Nguyễn Thị Lan" in client.get("/nguoi-dan/cho-quyet-dinh/").content.decode()
    page = client.get(f"/nguoi-dan/cho-quyet-dinh/{held.pk}/").content.decode()
    assert "Nguyên Thi Lan" in page and "giống" in page and "khác" in page
    assert "031158000123" not in page and "0987654321" not in page
    client.post(f"/nguoi-dan/cho-quyet-dinh/{held.pk}/ghi/", {"la": "other"})
    assert Person.objects.count() == 2
    client.post(f"/nguoi-dan/cho-quyet-dinh/{held.pk}/ghi/", {"la": "xem-lai"})
    assert Person.objects.count() == 1 and HeldRow.objects.get().state == "waiting"


def test_the_same_person_gets_what_was_blank_and_gives_it_back(ward, thu):
    blank = [*LAN[:6], "", *LAN[7:]]
    take_in(ward, blank, by=thu)
    take_in(ward, OTHER_TONES, by=thu)
    held = HeldRow.objects.get()
    holding.decide(held, "same", by=thu)
    lan = Person.objects.get()
    assert register.number_of(lan, in_full=True) == "031158000123"
    assert register.phone_of(lan, in_full=True) == "0987654321"
    with pytest.raises(Refusal, match="đã được quyết định"):
        holding.decide(held, "other", by=thu)
    holding.take_back(held, by=thu)
    assert register.phone_of(Person.objects.get(), in_full=True) == ""


def test_a_batch_that_is_taken_back_takes_its_held_rows_along(ward, thu):
    take_in(ward, LAN, by=thu)
    second = take_in(ward, OTHER_TONES, BAD, by=thu)
    holding.decide(HeldRow.objects.get(), "other", by=thu)
    assert Person.objects.count() == 2
    applying.undo(second, by=thu)
    assert Person.objects.count() == 1 and not HeldRow.objects.exists()


def test_what_a_held_row_said_is_sealed_and_forgotten_in_time(ward, thu):
    take_in(ward, LAN, by=thu)
    take_in(ward, OTHER_TONES, by=thu)
    held = HeldRow.objects.get()
    assert b"Lan" not in bytes(held.sealed) and b"0987654321" not in bytes(held.sealed)
    with clock.stopped_at(NOON.replace(year=2027)):
        assert holding.forget_decided() == 1
    with pytest.raises(Refusal, match="hết hạn giữ"):
        holding.entry_of(HeldRow.objects.get())


# ---- Two of the register


def person(ward: Ward, code: str = "H01", **fields: Any) -> Person:
    home = Household.objects.filter(ward=ward, code=code).first() or living.found_household(
        ward, code=code, address="", neighbourhood=Neighbourhood.objects.get(ward=ward, number=1), by=None
    )
    given_ = {"full_name": "Nguyễn Thị Lan", "born_on": date(1958, 3, 5), "only_year": False, "sex": "", "number": "",
              "phone": "", "relation": "", "kind": "permanent", "day": None, **fields}  # fmt: skip
    return living.add_person(home, **given_, by=None)


def test_two_that_are_one_are_counted_once_and_can_be_parted(client, ward, thu):
    kept, other = person(ward), person(ward, "H02", number="031158000123", phone="0912345678", sex="female")
    firm = make_unit(ward, "Công ty May", Unit.Kind.ENTERPRISE)
    belonging.join(other, unit=firm, kind="worker", day=None, by=None)
    residents = Person.objects.of(ward).residents_on(clock.today())
    assert residents.count() == 2
    assert "Người thứ nhất" in client.get("/nguoi-dan/trung/").content.decode()
    answer = client.post(f"/nguoi-dan/{kept.pk}/gop/", {"other": str(other.pk), "is_same": "mot"})
    assert answer.headers["Location"] == f"/nguoi-dan/{kept.pk}/"
    assert residents.count() == 1
    kept.refresh_from_db()
    assert (register.number_of(kept, in_full=True), kept.sex) == ("031158000123", "female")
    assert kept.memberships.get().unit == firm
    assert "Không có ai trông như trùng" in client.get("/nguoi-dan/trung/").content.decode()
    merge = kept.merges.get()
    client.post(f"/nguoi-dan/da-gop/{merge.pk}/tach/")
    assert residents.count() == 2
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.number_index, kept.sex, kept.memberships.count()) == (None, "", 0)
    assert register.number_of(other, in_full=True) == "031158000123"
    assert register.having(Person.objects.of(ward), "031158000123").get() == other


def test_who_was_merged_is_in_no_household_and_in_no_list(client, ward, thu):
    kept, other = person(ward), person(ward, full_name="Nguyễn Thị Lân")
    other.plain_name = kept.plain_name
    other.save()
    merging.merge(kept, other, by=thu)
    for path in (f"/ho/{kept.household_id}/", f"/nguoi-dan/{kept.pk}/", "/nguoi-dan/"):
        assert "Lân" not in client.get(path).content.decode(), path
    told = client.get("/ho/?dinh-dang=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(told.streaming_content)))
    assert list(book.active.values)[1][4] == 1
    assert "Xem người được giữ" in client.get(f"/nguoi-dan/{other.pk}/").content.decode()


def test_two_numbers_are_two_people(ward):
    first = person(ward, number="031158000123")
    second = person(ward, "H02", number="031158000456")
    with pytest.raises(Refusal, match="hai số định danh khác nhau"):
        merging.merge(first, second, by=None)
    assert merging.pairs(ward) == []


def test_who_was_told_apart_is_not_suggested_again(client, ward, thu):
    first, second = person(ward), person(ward, "H02")
    assert len(merging.pairs(ward)) == 1
    client.post(f"/nguoi-dan/{first.pk}/gop/", {"other": str(second.pk), "is_same": "hai"})
    assert merging.pairs(ward) == []


# ---- Out and back


def judged(ward: Ward, content: bytes, tmp: Path) -> dict[str, Any]:
    path = tmp / "danh-ba.xlsx"
    path.write_bytes(content)
    out = StringIO()
    call_command("import_people", str(path), ward=ward.slug, dry_run=True, json=True, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_register_leaves_masked_and_in_full_only_for_a_reason(client, ward, thu):
    person(ward, number="031158000123", phone="0912345678")
    answer = client.post("/nguoi-dan/tai-ve/", {"reason": ""})
    cells = [c.value for row in openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active.rows for c in row]
    assert "•••••••••123" in cells and "031158000123" not in cells
    assert client.post("/nguoi-dan/tai-ve/", {"reason": "đối chiếu"}).status_code == 422
    police = make_account("khang", Role.POLICE, ward=ward, unit=make_unit(ward, "Công an", Unit.Kind.POLICE))
    client.force_login(police)
    full = client.post("/nguoi-dan/tai-ve/", {"reason": "đối chiếu"})
    cells = [c.value for row in openpyxl.load_workbook(io.BytesIO(full.getvalue())).active.rows for c in row]
    assert "031158000123" in cells


names = st.builds(
    lambda *parts: " ".join(parts),
    st.sampled_from(["Nguyễn", "Trần", "Đỗ", "Phạm"]),
    st.sampled_from(["Thị", "Văn", "Đức"]),
    st.sampled_from(["Lan", "Bình", "Ưng", "Ý", "Mỹ Hạnh"]),
)
people_ = st.lists(
    st.tuples(
        names, st.dates(date(1930, 1, 1), date(2026, 1, 1)), st.booleans(), st.sampled_from(["", "male", "female"]),
        st.booleans(), st.booleans(), st.sampled_from(["permanent", "temporary"]),
        st.none() | st.dates(date(2026, 1, 2), date(2026, 11, 1)),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


class TestRoundTrip(TestCase):
    """Whatever the register holds, what goes out comes back as the same people."""

    @given(people_, st.booleans())
    @hypothesis_settings(max_examples=20, deadline=None)
    def test_what_goes_out_changes_nothing_when_it_comes_back(self, people: list[Any], in_full: bool) -> None:
        with clock.stopped_at(NOON):
            ward = make_ward()
            neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 2), by=None)
            for at, (name, born, only_year, sex, numbered, phoned, kind, since) in enumerate(people):
                mark = 2 * (born.year >= 2000) + (sex == "female")
                person(
                    ward, f"H{at:02}", full_name=name, born_on=born, only_year=only_year, sex=sex, kind=kind, day=since,
                    number=f"031{mark}{born.year % 100:02}{at:06}" if numbered else "",
                    phone=f"09123456{at:02}" if phoned else "",
                )  # fmt: skip
            kept = io.BytesIO()
            write_xlsx(kept, leaving.HEADINGS, leaving.rows(ward, in_full=in_full))
            rows = _judge(ward, kept.getvalue())
            assert [row.verdict for row in rows] == ["merge"] * len(people), [(r.verdict, r.kinds) for r in rows]
            before = _all(ward)
            applying.apply(rows, ward=ward, name="x.xlsx", content=kept.getvalue(), by=None)
            assert _all(ward) == before
            if in_full:
                other = make_ward("Khác", code="2", slug="khac")
                neighbourhoods.add(other, neighbourhoods.numbered(other, 1, 2), by=None)
                applying.apply(_judge(other, kept.getvalue()), ward=other, name="x", content=b"", by=None)
                assert _all(other) == before


def _judge(ward: Ward, content: bytes) -> Any:
    from hocvu.lib.sheets import open_book

    sheets = open_book(content, "x.xlsx")
    return taking.judge(ward, sheets, taking.guess(sheets))


def _all(ward: Ward) -> list[Any]:
    rows = Person.objects.of(ward).select_related("household__neighbourhood").order_by("household__code")
    return [
        (p.full_name, p.born_on, p.only_year, p.sex, register.number_of(p, in_full=True), register.phone_of(p, in_full=True),
         p.household.code, p.household.neighbourhood.name,
         [(r.kind, r.valid_from) for r in Residence.objects.filter(person=p)])
        for p in rows
    ]  # fmt: skip


def test_a_name_like_a_formula_stays_text(client, ward, thu, tmp_path):
    person(ward, full_name="=HYPERLINK(1)")
    kept = io.BytesIO()
    write_xlsx(kept, leaving.HEADINGS, leaving.rows(ward, in_full=False))
    cell = openpyxl.load_workbook(io.BytesIO(kept.getvalue())).active["C2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    found = judged(ward, kept.getvalue(), tmp_path)
    assert "formula_text" in found["verdicts"][0]["kinds"]
