"""The money of tasks: written down, withdrawn, summed to the đồng, shown to who carries the task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan import funding
from hocvu.plan.funding import Row, Source, Step
from hocvu.plan.models import FundingEntry, Plan, Task
from hocvu.plan.tests.cast import Cast, at, make_cast, make_task
from hocvu.ward import partners
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Partner, Ward
from hocvu.ward.tests.cast import make_account

As = Callable[[Account], Client]
DAY = date(2026, 11, 2)


def make_entry(task: Task, by: Account, amount: int = 10_000_000, step: str = "planned", **fields: Any) -> FundingEntry:
    told = {"source": "budget", "source_text": "Ngân sách phường", "day": DAY, **fields}
    return funding.add(task, step=step, amount=amount, by=by, **told)


def make_partner(ward: Ward, name: str = "Quỹ Hoa Phượng") -> Partner:
    return partners.add(ward, kind="sponsor", name=name, by=None)


SENT = {"step": "committed", "amount": "12,5 triệu", "source": "budget", "source_text": "Ngân sách phường năm 2026",
        "partner": "", "day": "02/11/2026", "document": "12/QĐ-UBND", "note": ""}  # fmt: skip


def test_a_unit_writes_down_what_its_own_task_costs(as_: As, cast: Cast):
    task = make_task(cast)
    lan = as_(cast.lan)
    assert f'href="/nhiem-vu/{task.pk}/kinh-phi/"' in lan.get(f"/nhiem-vu/{task.pk}/").content.decode()
    assert "Chưa ghi khoản nào" in lan.get(f"/nhiem-vu/{task.pk}/kinh-phi/").content.decode()
    answer = lan.post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", SENT, follow=True)
    page = answer.content.decode()
    assert "Đã ghi: đã cam kết 12.500.000 đồng." in page
    assert "12/QĐ-UBND" in page
    assert "Ngân sách nhà nước: đã cam kết nhiều hơn dự kiến 12.500.000 đồng." in page
    entry = FundingEntry.objects.get()
    assert (entry.amount, entry.step, entry.by) == (12_500_000, "committed", cast.lan)
    told = AuditEntry.objects.get(action="wrote down money of a task")
    assert (told.target_key, told.ward, told.details["amount"]) == (
        f"plan.task:{task.pk}",
        cast.ward,
        "12.500.000 đồng",
    )
    assert "ghi kinh phí" in lan.get(f"/nhiem-vu/{task.pk}/").content.decode()


def test_the_same_form_sent_twice_is_one_entry(as_: As, cast: Cast):
    task = make_task(cast)
    for _ in range(2):
        as_(cast.lan).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", SENT)
    assert FundingEntry.objects.count() == 1
    as_(cast.lan).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", {**SENT, "document": "13/QĐ-UBND"})
    with clock.stopped_at(at("2026-11-18 09:11")):
        as_(cast.lan).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", SENT)
    assert FundingEntry.objects.count() == 3


def test_a_wrong_entry_is_withdrawn_with_a_reason_and_stays_in_sight(as_: As, cast: Cast):
    task = make_task(cast)
    wrong = make_entry(task, cast.lan, 125_000_000)
    lan = as_(cast.lan)
    address = f"/kinh-phi/{wrong.pk}/rut/"
    assert lan.post(address, {"reason": "  "}).status_code == 422
    assert lan.post(address, {"reason": "Thừa một số 0"}).status_code == 302
    page = lan.get(f"/nhiem-vu/{task.pk}/kinh-phi/").content.decode()
    assert "Thừa một số 0" in page
    assert address not in page
    assert funding.of_task(task).rows == []
    assert "đã rút" in lan.post(address, {"reason": "lần nữa"}).content.decode()
    assert "Thừa một số 0" in AuditEntry.objects.get(action="withdrew money of a task").details["reason"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": "0"}, "phải lớn hơn 0"),
        ({"amount": "-5"}, "không được nhỏ hơn 0"),
        ({"amount": "1,125 tỷ"}, "hiểu hai cách"),
        ({"amount": "0,5"}, "lẻ dưới một đồng"),
        ({"day": "19/11/2026"}, "Ngày này chưa tới"),
        ({"source": "sponsor"}, "Khoản tài trợ phải ghi của ai"),
        ({"source": "other", "source_text": ""}, "Hãy ghi tên nguồn"),
        ({"step": "promised"}, "không có trong danh sách"),
        ({"partner": "999"}, "không có trong danh sách"),
    ],
)
def test_it_refuses_in_a_sentence_and_keeps_what_was_typed(as_: As, cast: Cast, changed: dict[str, str], words: str):
    task = make_task(cast)
    answer = as_(cast.thu).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", {**SENT, **changed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "12/QĐ-UBND" in page
    assert not FundingEntry.objects.exists()


def test_sponsored_money_names_a_partner_of_the_ward(as_: As, cast: Cast):
    task, sponsor = make_task(cast), make_partner(cast.ward)
    theirs = make_partner(make_cast("Đông Hải", "11411", "dong-hai").ward)
    sent = {**SENT, "source": "sponsor", "source_text": "", "partner": sponsor.pk}
    page = as_(cast.thu).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", sent, follow=True).content.decode()
    assert '<th scope="row">Quỹ Hoa Phượng</th>' in page
    answer = as_(cast.thu).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", {**sent, "partner": theirs.pk})
    assert "không có trong danh sách" in answer.content.decode()
    with pytest.raises(Refusal, match="nơi làm việc"):
        make_entry(task, cast.thu, source="sponsor", partner=theirs)
    with pytest.raises(Refusal, match="Chỉ khoản tài trợ"):
        make_entry(task, cast.thu, partner=sponsor)
    partners.end(sponsor, ended_on=date(2026, 10, 31), by=cast.thu)
    with pytest.raises(Refusal, match="thôi hợp tác"):
        make_entry(task, cast.thu, source="sponsor", partner=sponsor)
    assert make_entry(task, cast.thu, source="sponsor", partner=sponsor, day=date(2026, 10, 31)).pk


def test_the_database_itself_refuses_nothing_and_nameless_sponsors(cast: Cast):
    entry = make_entry(make_task(cast), cast.thu)
    for wrong in ({"amount": 0}, {"source": "sponsor"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FundingEntry.objects.filter(pk=entry.pk).update(**wrong)


def test_bills_come_after_a_plan_ended_but_no_new_plans_for_its_money(cast: Cast):
    task = make_task(cast)
    Plan.objects.update(state=Plan.State.SUCCEEDED)
    assert make_entry(task, cast.thu, step="spent").pk
    for step in ("planned", "committed"):
        with pytest.raises(Refusal, match="chỉ ghi thêm được khoản đã chi"):
            make_entry(task, cast.thu, step=step)


def test_money_may_be_planned_for_a_day_ahead(cast: Cast):
    task = make_task(cast)
    assert make_entry(task, cast.thu, day=date(2027, 3, 1)).pk
    assert funding.table(cast.ward, clock.today()).total.planned == 10_000_000


def test_the_table_says_what_was_known_at_the_end_of_a_day(cast: Cast):
    task = make_task(cast)
    with clock.stopped_at(at("2026-10-01 23:30")):
        wrong = make_entry(task, cast.thu, 7)
    with clock.stopped_at(at("2026-10-05 00:10")):
        funding.withdraw(wrong, reason="nhầm", by=cast.thu)
        make_entry(task, cast.thu, 5)
    known = [funding.table(cast.ward, date(2026, month, day)).total.planned for month, day in
             ((9, 30), (10, 1), (10, 4), (10, 5))]  # fmt: skip
    assert known == [0, 7, 7, 5]


ENTRY = st.tuples(st.integers(0, 2), st.sampled_from(Source.values), st.sampled_from(Step.values),
                  st.integers(1, 10**14), st.booleans())  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=30)
@given(st.lists(ENTRY, max_size=25))
def test_rows_sources_and_total_add_up_to_the_đồng(entries: list[tuple[int, str, str, int, bool]]):
    with transaction.atomic(), clock.stopped_at(at("2026-11-18 09:00")):
        cast = make_cast()
        tasks, sponsor = [make_task(cast, f"Việc {n}") for n in range(3)], make_partner(cast.ward)
        FundingEntry.objects.bulk_create(
            FundingEntry(task=tasks[n], source=source, partner=sponsor if source == "sponsor" else None, step=step,
                         amount=amount, day=DAY, by=cast.thu, withdrawn_at=clock.now() if gone else None)
            for n, source, step, amount, gone in entries
        )  # fmt: skip
        table = funding.table(cast.ward, clock.today())
        for step in Step.values:
            whole = sum(entry[3] for entry in entries if entry[2] == step and not entry[4])
            assert getattr(table.total, step) == whole
            assert sum(getattr(row, step) for row in table.rows) == whole
            assert sum(getattr(row, step) for row in table.by_source) == whole
            assert sum(getattr(funding.of_task(task).total, step) for task in tasks) == whole
        transaction.set_rollback(True)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 10**15))
def test_it_doubts_only_what_grows_from_step_to_step(planned: int, committed: int, spent: int):
    said = funding.doubts(Row(planned, committed, spent))
    assert len(said) == (spent > committed) + (committed > planned)


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/kinh-phi/?dinh-dang=xlsx{query}")
    head, *rows = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values  # type: ignore
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_list_sums_by_task_and_source_with_a_total(as_: As, cast: Cast):
    first, second = make_task(cast, "Việc đầu"), make_task(cast, "Việc sau", lead=cast.police)
    make_entry(first, cast.thu, 30), make_entry(first, cast.thu, 20, "committed")
    make_entry(second, cast.thu, 7, day=date(2025, 12, 1))
    make_entry(first, cast.thu, 25, "spent", source="programme")
    rows = listed(as_(cast.thu))
    money = [(r["Nhiệm vụ"], r["Nguồn"], r["Dự kiến (đồng)"], r["Đã cam kết (đồng)"], r["Đã chi (đồng)"]) for r in rows]
    assert money == [
        ("1. Việc đầu", "ngân sách nhà nước", 30, 20, 0),
        ("1. Việc đầu", "chương trình, đề án", 0, 0, 25),
        ("2. Việc sau", "ngân sách nhà nước", 7, 0, 0),
        ("Cộng", None, 37, 20, 25),
    ]
    assert rows[1]["Nên xem lại"] == "Đã chi nhiều hơn đã cam kết 25 đồng."
    assert listed(as_(cast.thu), "&nguon=programme")[-1]["Dự kiến (đồng)"] == 0
    assert listed(as_(cast.thu), f"&nhiem-vu={second.pk}")[-1]["Dự kiến (đồng)"] == 7
    assert listed(as_(cast.thu), "&nam=2025")[-1]["Dự kiến (đồng)"] == 7
    page = as_(cast.thu).get("/kinh-phi/?nam=2026").content.decode()
    assert "Việc sau" not in page.split("hv-table")[-1]
    for nonsense in ("?nam=x", "?nguon=x", "?nhiem-vu=99999999999999999999", "?nam=1900"):
        assert as_(cast.thu).get(f"/kinh-phi/{nonsense}").status_code == 200


def test_a_unit_sees_and_touches_the_money_of_its_own_tasks_only(as_: As, cast: Cast):
    mine, theirs = make_task(cast, "Việc của trung tâm"), make_task(cast, "Việc của công an", lead=cast.police)
    entry = make_entry(theirs, cast.thu, 3)
    make_entry(mine, cast.thu, 4)
    assert [row["Nhiệm vụ"] for row in listed(as_(cast.lan))] == ["1. Việc của trung tâm", "Cộng"]
    assert listed(as_(cast.lan))[-1]["Dự kiến (đồng)"] == 4
    for address in (
        f"/nhiem-vu/{theirs.pk}/kinh-phi/",
        f"/nhiem-vu/{theirs.pk}/kinh-phi/them/",
        f"/kinh-phi/{entry.pk}/rut/",
    ):
        assert as_(cast.lan).get(address).status_code == 404
        assert as_(cast.an).get(address).status_code == 200


def test_those_who_read_may_not_write_and_others_may_not_read(as_: As, cast: Cast):
    task = make_task(cast)
    entry = make_entry(task, cast.thu)
    make = make_account
    readers = [make("vt", Role.CLERK, ward=cast.ward), make("mt", Role.OVERSEER, ward=cast.ward), cast.hung,
               make("tp", Role.CITY_VIEWER), make("kt", Role.AUDITOR)]  # fmt: skip
    for reader in readers:
        page = as_(reader).get(f"/nhiem-vu/{task.pk}/kinh-phi/")
        assert page.status_code == as_(reader).get("/kinh-phi/").status_code == 200
        assert "Ghi kinh phí" not in page.content.decode()
        assert (f'href="/nhiem-vu/{task.pk}/"' in page.content.decode()) == (reader.username != "kt")
        assert as_(reader).post(f"/nhiem-vu/{task.pk}/kinh-phi/them/", SENT).status_code == 403
        assert as_(reader).post(f"/kinh-phi/{entry.pk}/rut/", {"reason": "x"}).status_code == 403
    police = make("dt", Role.POLICE, ward=cast.ward, unit=cast.police)
    assert as_(police).get("/kinh-phi/").status_code == 403
    assert Client().get("/kinh-phi/").status_code == 302


def test_nobody_meets_another_wards_money(as_: As, cast: Cast):
    elsewhere = make_cast("Đông Hải", "11411", "dong-hai")
    task = make_task(elsewhere, "Việc nơi khác")
    entry = make_entry(task, elsewhere.thu)
    assert "Việc nơi khác" not in as_(cast.thu).get("/kinh-phi/").content.decode()
    for address in (
        f"/nhiem-vu/{task.pk}/kinh-phi/",
        f"/nhiem-vu/{task.pk}/kinh-phi/them/",
        f"/kinh-phi/{entry.pk}/rut/",
    ):
        assert as_(cast.thu).get(address).status_code == 404


def test_the_lists_ask_as_much_for_twice_as_many_rows(
    as_: As, cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
):
    task, thu = make_task(cast), as_(cast.thu)
    sponsor = make_partner(cast.ward)

    def ten(first: int) -> None:
        for n in range(first, first + 10):
            make_entry(make_task(cast, f"Việc {n}"), cast.thu, n + 1)
            make_entry(task, cast.thu, n + 1, source="sponsor", partner=sponsor)

    ten(0)
    addresses = ("/kinh-phi/", f"/nhiem-vu/{task.pk}/kinh-phi/")
    few = []
    for address in addresses:
        thu.get(address)
        with django_assert_max_num_queries(12) as asked:
            thu.get(address)
        few.append(len(asked.captured_queries))
    ten(10)
    for address, count in zip(addresses, few, strict=True):
        with django_assert_num_queries(count):
            thu.get(address)
