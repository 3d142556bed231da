"""Every page of a xã with thôn: nothing of ours speaks of a phường or a tổ dân phố there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.plan import carrying
from hocvu.plan.models import Plan, SelfState
from hocvu.plan.reporting import opening, writing
from hocvu.plan.reporting.writing import Content
from hocvu.ward import audit, belonging, granting, living, requests
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Neighbourhood, Unit, Ward, Work, WorkerHeartbeat
from tests.judge import assessment, outreach
from tests.judge.addresses import Address, every_address
from tests.judge.examples import NoExample, fullest, visitor

PLAN = Path(__file__).parents[1] / "plans" / "other" / "ma-nhiem-vu.txt"
# Where an administrator chooses among all kinds of commune, all their words stand.
ABOUT_ALL_KINDS = {"ward:wards", "ward:add_ward", "ward:change_ward"}
FOREIGN = re.compile(r"phường|tổ dân phố|\btdp\b", re.IGNORECASE)


@pytest.fixture
def commune(db: None) -> Ward:
    """A xã with thôn, its people, a plan of its own, and a little work on it."""
    ward = Ward.objects.create(
        code="90001", slug="lua-vang", name="Lúa Vàng", kind=Ward.Kind.XA,
        neighbourhood_kind=Ward.NeighbourhoodKind.THON, city="tỉnh Đồng Xanh", is_demo=True,
    )  # fmt: skip
    office = Unit.objects.create(ward=ward, kind=Unit.Kind.OFFICE, name="Phòng Văn hóa - Xã hội")
    for number in (1, 2, 3):
        place = Neighbourhood.objects.create(ward=ward, number=number, name=f"Thôn {number}")
        Unit.objects.create(
            ward=ward, kind=Unit.Kind.TEAM, name=f"Tổ công nghệ số cộng đồng thôn {number}", neighbourhood=place
        )
    kinds = {Role.TEAM_MEMBER: Unit.Kind.TEAM, Role.SCHOOL: Unit.Kind.SCHOOL, Role.ENTERPRISE: Unit.Kind.ENTERPRISE}
    Unit.objects.create(ward=ward, kind=Unit.Kind.SCHOOL, name="Trường Tiểu học Lúa Vàng")
    Unit.objects.create(ward=ward, kind=Unit.Kind.ENTERPRISE, name="Hợp tác xã Lúa Vàng")
    for role in Role:
        account = Account.objects.create_account(
            f"nguoi-{role}", f"Người {role}", "một câu đủ dài để nhớ", is_demo=True
        )
        wide = set(CAPABILITIES[role].values()) == {"everywhere"}
        if role == Role.CITIZEN:
            Account.objects.filter(pk=account.pk).update(kind=Account.Kind.CITIZEN)
            account.refresh_from_db()
        unit = Unit.objects.filter(kind=kinds[role])[0] if role in kinds else office
        granting.grant(account, role, ward=None if wide else ward, unit=unit, by=None, valid_from=date(2025, 1, 1))
    call_command("import_plan", str(PLAN), ward=ward.slug, by="nguoi-coordinator", settle=True)
    second = PLAN.with_name("gia-dinh.txt")
    call_command("import_plan", str(second), ward=ward.slug, by="nguoi-coordinator")
    _work(ward)
    _people(ward, office)
    _reports(ward, office)
    by = Account.objects.get(username="nguoi-coordinator")
    assessment.settle(ward, by, "Ma")
    outreach.settle(ward, by, "Ma")
    return ward


def _reports(ward: Ward, office: Unit) -> None:
    """A period with reports of the office and of a team, so that their pages have words."""
    period = opening.open_month(ward, Month.of(clock.today()).plus(1))
    for role, unit in (("unit_head", office), ("team_member", Unit.objects.filter(kind=Unit.Kind.TEAM)[0])):
        report = period.reports.filter(unit=unit).first()
        if report is not None:
            by = Account.objects.get(username=f"nguoi-{role}")
            writing.save(report, Content(work_done="Đã mở lớp."), version=0, by=by)


def _people(ward: Ward, office: Unit) -> None:
    """Somebody to look at, so that the pages of the register have words."""
    by = Account.objects.get(username="nguoi-coordinator")
    place = Neighbourhood.objects.get(ward=ward, number=1)
    home = living.found_household(ward, code="H1", address="", neighbourhood=place, by=by)
    person = living.record_birth(home, full_name="Nguyễn Văn Mạ", born_on=date(2020, 1, 1), sex="male", by=by)
    belonging.join(person, unit=office, kind="member", day=None, by=by)
    requests.file(person, kind="see", asked_by="representative", identified_by="thẻ", channel="tại xã", text="",
                  received_at=timezone.now(), by=by)  # fmt: skip


def _work(ward: Ward) -> None:
    carrier = Plan.objects.of(ward).get().tasks.exclude(carriers=None)[0].carriers.all()[0]
    by = Account.objects.get(username="nguoi-unit_officer")
    words = {"unit": carrier.unit, "by": by}
    carrying.report_progress(carrier.task, state=SelfState.DOING, text="Đang làm", **words)
    carrying.add_evidence(
        carrier.task, title="Biên bản", happened_on=date(2025, 9, 1), url="https://vi-du.vn/a", **words
    )
    Work.objects.create(ward=ward, kind="thu", title="Đọc văn bản", started_by=by)
    now = timezone.now()
    WorkerHeartbeat.objects.create(name="thu", place="may", pid=1, waits=True, started_at=now, seen_at=now)
    audit.record(by, "added a unit", "Thôn 4", ward=ward)


def pages() -> Iterator[tuple[Address, str]]:
    """Every address that somebody of the commune can open as a page, with its words."""
    for address in every_address():
        try:
            example = fullest(address, enough=2)
        except NoExample:
            continue
        if example.is_page:
            text = visitor(example.account, example.address.name).get(example.path).content.decode()
            yield address, html.unescape(re.sub(r"<[^>]+>", " ", text))


def test_it_speaks_of_the_xa_and_its_thon_on_every_page(commune: Ward) -> None:
    faults, seen = [], 0
    for address, words in pages():
        seen += 1
        if address.name in ABOUT_ALL_KINDS:
            continue
        faults += [f"{address}: …{words[max(0, m.start() - 40) : m.end() + 40]}…" for m in FOREIGN.finditer(words)]
    assert not faults, "\n".join(" ".join(fault.split()) for fault in faults)
    assert seen > 30
