"""A new plan takes an old one's place: rows are linked, carried over or closed by choice; closed years stay."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from hocvu.lib import clock
from hocvu.plan import reviewing
from hocvu.plan.models import Carrier, Plan, Reading, SelfState, Target, Task
from hocvu.plan.tests.cast import at
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db
HAI_AN = Path("content/plans/hai-an/ke-hoach-hai-an.txt")


@pytest.fixture
def ward(settings: Any, tmp_path: Path) -> Ward:
    settings.MEDIA_ROOT = tmp_path
    ward = make_ward()
    make_unit(ward, "Phòng Văn hóa - Xã hội")
    make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    make_neighbourhood(ward, 1)
    return ward


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=Unit.objects.first(), name="Vũ Thị Thu")
    client.force_login(account)
    return account


@pytest.fixture
def old(thu: Account) -> Plan:
    """The plan of 2025-2026, published in August 2025; the police did part of task 26."""
    with clock.stopped_at(at("2025-08-06 09:00")):
        call_command("import_plan", str(HAI_AN), ward="hai-an", by="thu", settle=True, stdout=StringIO())
    plan = Plan.objects.get()
    Carrier.objects.filter(task__number="26").update(state=SelfState.DOING, reported_at=at("2025-09-01"))
    return plan


@pytest.fixture
def reading(old: Plan, tmp_path: Path) -> Reading:
    """The new document: without the row of the digital market, for 2026."""
    text = HAI_AN.read_text(encoding="utf-8")
    first, last = text.index("25. Mô hình “Chợ số”"), text.index("26. \n")
    path = tmp_path / "ke-hoach-2026.txt"
    path.write_text(text[:first] + text[last:], encoding="utf-8")
    with clock.stopped_at(at("2026-01-05 09:00")):
        call_command("import_plan", str(path), ward="hai-an", by="thu", succeeds=old.pk, stdout=StringIO())
    return Reading.objects.get(state=Reading.State.REVIEW)


def fields_of(client: Client, reading: Reading) -> dict[str, str]:
    """The choices that the page preselects."""
    form = client.get(f"/ke-hoach/doc/{reading.pk}/ke-thua/").context["form"]
    return {field.name: str(field.value()) for field in form}


def test_it_keeps_publishing_shut_until_every_old_row_has_a_place(client, old, reading, thu):
    with clock.stopped_at(at("2026-01-05 09:00")):
        page = client.get(f"/ke-hoach/doc/{reading.pk}/").content.decode()
        assert "dòng của kế hoạch cũ chưa chọn" in page
        chosen = fields_of(client, reading)
        market, danhtinh = old.tasks.get(number="25"), old.tasks.get(number="26")
        assert chosen[f"task:{market.pk}"] == "carried"
        assert chosen[f"task:{danhtinh.pk}"].startswith("linked:")
        client.post(f"/ke-hoach/doc/{reading.pk}/ke-thua/", {**chosen, "version": reading.version})
        page = client.get(f"/ke-hoach/doc/{reading.pk}/").content.decode()
        assert "dòng của kế hoạch cũ chưa chọn" not in page


def test_it_never_offers_a_year_that_is_closed(client, old, reading, thu):
    with clock.stopped_at(at("2026-01-05 09:00")):
        offered = fields_of(client, reading)
    years = {target.year: f"target:{target.pk}" in offered for target in old.targets.all()}
    assert years == {2025: False, 2026: True}


def test_it_links_carries_over_and_closes_as_chosen(client, old, reading, thu):
    market, police = old.tasks.get(number="25"), old.tasks.get(number="26")
    closed = old.tasks.get(number="29")
    frozen = list(old.targets.filter(year=2025).values_list("pk", "text", "value", "withdrawn_at"))
    with clock.stopped_at(at("2026-01-05 09:00")):
        chosen = {**fields_of(client, reading), f"task:{closed.pk}": "closed"}
        client.post(f"/ke-hoach/doc/{reading.pk}/ke-thua/", {**chosen, "version": reading.version})
        reading.refresh_from_db()
        reviewing.settle_everything(reading, by=thu)
        reading.refresh_from_db()
        answer = client.post(f"/ke-hoach/doc/{reading.pk}/cong-bo/", {"version": reading.version})
        assert answer.status_code == 302
        new = Plan.objects.get(succeeds=old)
        old.refresh_from_db()
        assert old.state == Plan.State.SUCCEEDED

        assert new.tasks.get(continues=market).content == market.content
        linked = new.tasks.get(continues=police)
        assert linked.carriers.get(unit__name="Công an phường").state == SelfState.DOING
        assert linked.self_state == SelfState.DOING
        assert not new.tasks.filter(continues=closed).exists()
        assert not Task.objects.living().filter(plan=old).exists()
    assert list(old.targets.filter(year=2025).values_list("pk", "text", "value", "withdrawn_at")) == frozen
    assert not Target.objects.filter(plan=new, continues__year=2025).exists()


def publish(client: Client, reading: Reading, by: Account) -> int:
    """Take every suggestion and press the button; answers the status."""
    reading.refresh_from_db()
    reviewing.settle_everything(reading, by=by)
    reading.refresh_from_db()
    return client.post(f"/ke-hoach/doc/{reading.pk}/cong-bo/", {"version": reading.version}).status_code


def bring(name: str, text: str, folder: Path, **options: Any) -> Reading:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    call_command("import_plan", str(path), ward="hai-an", by="thu", stdout=StringIO(), **options)
    return Reading.objects.latest("document__uploaded_at")


def test_a_plan_is_succeeded_once_and_a_late_correction_of_it_is_refused(client, old, reading, thu, tmp_path):
    text = HAI_AN.read_text(encoding="utf-8")
    with clock.stopped_at(at("2026-01-05 10:00")):
        second = bring("khac.txt", text.replace("Chuyên mục", "Trang riêng"), tmp_path, succeeds=old.pk)
        late = bring("sua.txt", text.replace("Chuyên mục", "Chuyên mục mới"), tmp_path, revises=old.pk)
        assert publish(client, reading, thu) == 302
        before = list(Task.objects.order_by("pk").values_list("pk", "content", "result", "withdrawn_at"))
        for other in (second, late):
            assert publish(client, other, thu) == 422
            page = client.post(f"/ke-hoach/doc/{other.pk}/cong-bo/", {"version": other.version}).content.decode()
            assert "đã được kế hoạch khác thay thế" in page
    assert Plan.objects.count() == 2
    assert list(Task.objects.order_by("pk").values_list("pk", "content", "result", "withdrawn_at")) == before


def test_a_correction_of_the_new_plan_keeps_what_came_over_and_what_it_continues(client, old, reading, thu, tmp_path):
    market = old.tasks.get(number="25")
    with clock.stopped_at(at("2026-01-05 10:00")):
        assert publish(client, reading, thu) == 302
    new = Plan.objects.get(succeeds=old)
    chain = set(new.tasks.exclude(continues=None).values_list("pk", "continues"))
    targets = set(new.targets.exclude(continues=None).values_list("pk", "continues"))
    assert chain
    assert targets
    text = (tmp_path / "ke-hoach-2026.txt").read_text(encoding="utf-8")
    with clock.stopped_at(at("2026-02-05 10:00")):
        correction = bring("sua.txt", text.replace("Có 01 fanpage", "Có 02 fanpage"), tmp_path, revises=new.pk)
        page = client.get(f"/ke-hoach/doc/{correction.pk}/khac/").content.decode()
        assert "Có 02 fanpage" in page
        assert "Chợ số" not in page
        assert publish(client, correction, thu) == 302
    assert new.tasks.get(continues=market).withdrawn_at is None
    assert set(new.tasks.exclude(continues=None).values_list("pk", "continues")) == chain
    assert set(new.targets.exclude(continues=None).values_list("pk", "continues")) == targets
    assert not new.targets.exclude(withdrawn_at=None).exists()
