"""The desk says what is mine, what is due and what waits for me, and leads there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from hocvu.lib import clock
from hocvu.outreach import training
from hocvu.outreach.models import Visit
from hocvu.plan import carrying, supervising
from hocvu.plan.models import PlanDocument, Reading
from hocvu.plan.tests.cast import Cast, at, make_cast, make_target, make_task
from hocvu.ward import granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit
from hocvu.ward.tests.cast import make_account, make_neighbourhood

pytestmark = pytest.mark.django_db
As = Callable[[Account], str]


@pytest.fixture
def cast() -> Any:
    with clock.stopped_at(at("2026-11-18 09:00")):
        yield make_cast()


def desk(account: Account) -> str:
    client = Client()
    client.force_login(account)
    answer = client.get("/ban-lam-viec/")
    assert answer.status_code == 200
    text = answer.content.decode()
    for address in set(re.findall(r'href="(/[^"#?]*)', text.split("<main")[1])):
        assert client.get(address).status_code == 200, address
    return text


def test_it_asks_who_is_there(client: Client, cast: Cast):
    assert client.get("/ban-lam-viec/")["Location"].startswith("/dang-nhap/")


def test_a_unit_finds_its_late_work_first(cast: Cast):
    make_task(cast, "Việc trễ của trung tâm", next_due=date(2026, 11, 10))
    make_task(cast, "Việc sắp tới", next_due=date(2026, 11, 30))
    make_task(cast, "Việc của công an", lead=cast.police, next_due=date(2026, 11, 10))
    text = desk(cast.lan)
    assert text.index("Việc trễ của trung tâm") < text.index("Việc sắp tới")
    assert "Trễ 8 ngày" in text
    assert "Việc của công an" not in text
    assert "1 việc trễ, 1 việc đến hạn trong 14 ngày tới, trong 2 nhiệm vụ." in text


def test_a_unit_finds_what_came_back_until_it_gives_something_better(cast: Cast):
    task = make_task(cast)
    given = {"unit": cast.centre, "title": "Bản tin", "happened_on": date(2026, 11, 1), "by": cast.lan}
    evidence = carrying.add_evidence(task, **given, url="https://a.vn/1")
    carrying.check_evidence(evidence, accept=False, reason="Không mở được", by=cast.thu)
    assert "Lý do: Không mở được" in desk(cast.lan)
    assert "Lý do: Không mở được" not in desk(cast.an)

    with clock.stopped_at(at("2026-11-18 10:00")):
        carrying.add_evidence(task, **given, url="https://a.vn/2")
    assert "Lý do: Không mở được" not in desk(cast.lan)


def test_a_unit_finds_questions_until_it_answers(cast: Cast):
    task = make_task(cast)
    carrying.comment(task, text="Bao giờ xong?", by=cast.hung)
    assert "Bao giờ xong?" in desk(cast.lan)
    with clock.stopped_at(at("2026-11-18 10:00")):
        carrying.comment(task, text="Thứ sáu.", by=cast.lan)
    assert "Bao giờ xong?" not in desk(cast.lan)


def test_the_coordinator_finds_evidence_to_check_and_plans_to_finish(cast: Cast):
    task = make_task(cast)
    carrying.add_evidence(
        task, unit=cast.centre, title="Bản tin", happened_on=date(2026, 11, 1), url="https://a.vn/1", by=cast.lan
    )
    document = PlanDocument.objects.create(
        ward=cast.ward, name="kế hoạch mới.docx", kind="docx", size=1, uploaded_by=cast.thu
    )
    Reading.objects.create(ward=cast.ward, document=document, state=Reading.State.WAITING)
    text = desk(cast.thu)
    assert "Bản tin" in text
    assert "kế hoạch mới.docx" not in text  # not read yet: nothing to review


def test_the_leader_finds_late_tasks_with_their_reason_and_targets_that_are_off(cast: Cast):
    task = make_task(cast, "Chuyên mục", next_due=date(2026, 11, 10))
    carrying.report_progress(task, unit=cast.centre, state="stuck", text="Chưa có kinh phí.", by=cast.lan)
    make_target(cast)
    text = desk(cast.hung)
    assert "Đơn vị nói: Chưa có kinh phí." in text
    assert "Chỉ tiêu 2026 chưa đạt" in text
    assert "Chưa có tổng số để tính tỷ lệ." in text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.CITY_VIEWER, Role.CLERK, Role.OVERSEER, None])
def test_everybody_else_finds_a_door(cast: Cast, role: Role | None):
    ward = cast.ward if role in (Role.CLERK, Role.OVERSEER) else None
    text = desk(make_account("khac", role, ward=ward))
    assert "/toi/" in text
    assert ("/tai-khoan/" in text) == (role == Role.ADMINISTRATOR)


def test_an_empty_desk_says_so(cast: Cast):
    text = desk(cast.lan)
    assert "Chưa có nhiệm vụ nào" in text
    assert "Đơn vị không có việc nào trễ." in text


def test_the_coordinator_sees_the_own_office_apart_from_the_others(cast: Cast):
    make_task(cast, "Việc của phòng mình", lead=cast.culture, next_due=date(2026, 11, 10))
    make_task(cast, "Việc của trung tâm", next_due=date(2026, 11, 10))
    own, others = desk(cast.thu).split("Việc trễ của đơn vị khác")
    assert "Việc của phòng mình" in own
    assert "Việc của trung tâm" in others
    assert "Việc của phòng mình" not in others


def test_only_the_lead_is_asked_to_answer(cast: Cast):
    task = make_task(cast, coordinators=(cast.police,))
    carrying.comment(task, text="Bao giờ xong?", by=cast.hung)
    assert "Bao giờ xong?" not in desk(cast.an)


def test_nobody_is_asked_to_check_what_they_gave(cast: Cast):
    task = make_task(cast, lead=cast.culture)
    carrying.add_evidence(
        task, unit=cast.culture, title="Bản tin", happened_on=date(2026, 11, 1), url="https://a.vn/1", by=cast.thu
    )
    assert "Không có bằng chứng nào chờ kiểm." in desk(cast.thu)
    assert "Bản tin" in desk(cast.hung)


def test_a_remark_of_oversight_waits_for_the_unit_and_then_for_the_overseer(cast: Cast):
    phuc = make_account("phuc", Role.OVERSEER, ward=cast.ward)
    remark = supervising.remark(make_task(cast), unit=cast.centre, text="Tin đã cũ.", by=phuc)
    text = desk(cast.lan)
    assert "Ý kiến giám sát chờ trả lời" in text and "Tin đã cũ." in text
    assert "Tin đã cũ." not in desk(cast.an)
    assert "Không có ý kiến nào chờ kết luận." in desk(phuc)

    supervising.answer(remark, unit=cast.centre, text="Đã thay.", by=cast.lan)
    assert "Tin đã cũ." not in desk(cast.lan)
    text = desk(phuc)
    assert "Ý kiến chờ kết luận" in text and "Tin đã cũ." in text


def test_what_came_from_the_field_waits_for_the_coordinator(cast: Cast):
    Visit.objects.create(
        ward=cast.ward, code="HO-LA", outcome="informed", made_at=at("2026-11-17 08:00"), happened_on=date(2026, 11, 17),
        made_by=cast.lan, state="waiting", doubts=["no_household"],
    )  # fmt: skip
    text = desk(cast.thu)
    assert "Việc từ ngõ chờ xem" in text and "Phạm Thị Lan" in text and "Chờ xem" in text
    assert "Việc từ ngõ chờ xem" not in desk(cast.lan)


def test_whoever_asks_to_be_let_off_training_waits_for_the_coordinator(cast: Cast):
    course = training.make(
        cast.ward, kind="course", title="Trí tuệ nhân tạo", organiser="Sở", document="", starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 5), by=cast.thu,
    )  # fmt: skip
    training.name(course, unit=cast.centre, people=[], names=["Ngô Văn Minh"], by=cast.lan)
    assert "Không có ai xin cho thôi khóa bồi dưỡng." in desk(cast.thu)
    training.ask_off(course, list(course.trainees.all()), why="ốm", by=cast.lan)
    text = desk(cast.thu)
    assert "Trí tuệ nhân tạo" in text and "ốm" in text and "Ngô Văn Minh" not in text


def test_doors_of_the_field_stand_for_whom_they_are_open(cast: Cast):
    member = make_account("net", name="Phạm Thị Nết")
    place = make_neighbourhood(cast.ward, 7)
    granting.grant(
        member, Role.TEAM_MEMBER, ward=cast.ward, unit=Unit.objects.get(neighbourhood=place, kind="team"),
        neighbourhood=place, by=None, valid_from=date(2026, 1, 1),
    )  # fmt: skip
    team, unit, ward = (doors(desk(one)) for one in (member, cast.lan, cast.thu))
    assert {"/tham-ho/", "/lop-hoc/quan-ly/", "/nhu-cau/"} <= team and not {"/boi-duong/", "/di-tung-ngo/"} & team
    assert "/boi-duong/" in unit and "/di-tung-ngo/" not in unit
    assert {"/di-tung-ngo/", "/di-tung-ngo/can-xem/", "/to-cong-nghe/", "/boi-duong/", "/lop-hoc/quan-ly/"} <= ward


def doors(text: str) -> set[str]:
    return set(re.findall(r'href="(/[^"#?]*)', text.split("<main")[1]))
