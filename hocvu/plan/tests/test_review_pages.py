"""A reading is reviewed on the pages and becomes a running plan, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hocvu.plan import naming, publishing, uploading
from hocvu.plan.models import BodyActionKept, Plan, Reading, Task
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Unit, Ward, Work
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

pytestmark = pytest.mark.django_db
HAI_AN = Path("content/plans/hai-an/ke-hoach-hai-an.txt")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ward() -> Ward:
    ward = make_ward()
    make_unit(ward, "Công an phường", Unit.Kind.POLICE)
    for number in (1, 2):
        make_neighbourhood(ward, number)
    return ward


@pytest.fixture
def thu(ward: Ward, client: Client) -> Account:
    office = make_unit(ward, "Phòng Văn hóa - Xã hội")
    account = make_account("thu", Role.COORDINATOR, ward=ward, unit=office, name="Phạm Thu Hà")
    client.force_login(account)
    return account


def send(client: Client, content: bytes | None = None, name: str = "ke-hoach.txt", purpose: str = "new"):
    file = SimpleUploadedFile(name, HAI_AN.read_bytes() if content is None else content)
    return client.post("/ke-hoach/doc/", {"file": file, "purpose": purpose})


def the_reading() -> Reading:
    return Reading.objects.latest("updated_at")


def settle_all(client: Client) -> None:
    """What a reviewer presses who agrees with everything."""
    reading = the_reading()
    page = f"/ke-hoach/doc/{reading.pk}/"
    for number in range(1, len(reading.content["doubts"]) + 1):
        client.post(f"{page}cho-chua-chac/{number}/", {"decision": "confirmed", "version": the_reading().version})
    client.post(f"{page}don-vi/nhan-goi-y/", {"version": the_reading().version})
    client.post(f"{page}viec/nhan-goi-y/", {"version": the_reading().version})


def test_it_takes_the_plan_of_hai_an_from_the_file_to_running(client, ward, thu):
    answer = send(client)
    reading = the_reading()
    assert answer.headers["Location"] == f"/ke-hoach/doc/{reading.pk}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "11 chỉ tiêu" in page
    assert "30 nhiệm vụ" in page

    settle_all(client)
    answer = client.post(f"/ke-hoach/doc/{reading.pk}/cong-bo/", {"version": the_reading().version})
    plan = Plan.objects.get()
    assert answer.headers["Location"] == f"/ke-hoach/{plan.pk}/"
    assert plan.targets.count() == 11
    assert plan.tasks.filter(origin=Task.Origin.APPENDIX).count() == 30
    assert plan.sections.count() == 4
    assert plan.report_rules.get().day == 23
    assert BodyActionKept.objects.filter(plan=plan).count() == len(reading.content["body_actions"]) > 5
    assert plan.tasks.get(number="26").carriers.get().unit.name == "Công an phường"
    assert "dong-" in client.get(f"/ke-hoach/{plan.pk}/van-ban/").content.decode()


@pytest.mark.parametrize("tab", ["chua-chac", "chi-tieu", "nhiem-vu", "don-vi", "viec", "dau-van-ban"])
def test_it_shows_every_part_of_the_reading(client, ward, thu, tab):
    send(client)
    assert client.get(f"/ke-hoach/doc/{the_reading().pk}/?phan={tab}").status_code == 200


def test_it_keeps_publishing_shut_and_says_what_is_open(client, ward, thu):
    send(client)
    answer = client.post(f"/ke-hoach/doc/{the_reading().pk}/cong-bo/", {"version": the_reading().version})
    assert answer.status_code == 422
    assert "tên đơn vị chưa ghép" in answer.content.decode()
    assert not Plan.objects.exists()


def test_it_writes_nothing_when_publishing_breaks_in_the_middle(client, ward, thu):
    send(client)
    settle_all(client)
    reading = the_reading()
    client.raise_request_exception = False
    with mock.patch.object(publishing, "_write_actions", side_effect=RuntimeError("mất điện")):
        answer = client.post(f"/ke-hoach/doc/{reading.pk}/cong-bo/", {"version": reading.version})
    assert answer.status_code == 500
    assert not Plan.objects.exists()
    assert not Task.objects.exists()
    assert the_reading().state == Reading.State.REVIEW


def test_it_overwrites_nobody(client, ward, thu):
    send(client)
    reading = the_reading()
    address = f"/ke-hoach/doc/{reading.pk}/dau-van-ban/"
    sent = {"title": "Kế hoạch thử", "version": reading.version}
    assert client.post(address, {**sent, "number": "15/KH-UBND"}).status_code == 302
    late = client.post(address, {**sent, "number": "16/KH-UBND"})
    assert late.status_code == 409
    assert "15/KH-UBND" in late.content.decode()
    assert "16/KH-UBND" in late.content.decode()
    assert the_reading().content["plan"]["number"] == "15/KH-UBND"


def test_it_corrects_a_task_and_keeps_the_correction(client, ward, thu):
    send(client)
    reading = the_reading()
    address = f"/ke-hoach/doc/{reading.pk}/nhiem-vu/2/"
    assert client.get(address).status_code == 200
    measure = {"so-1-comparator": ">=", "so-1-value": "", "so-1-unit": ""}
    sent = {
        "number": "2",
        "content": "Tạo chuyên mục mới",
        "leads": "Phòng Văn hóa - Xã hội",
        "result": "Chuyên mục",
        "period_kind": "month",
        "period_from": "09/2025",
        "version": reading.version,
        **measure,
    }
    assert client.post(address, sent).status_code == 302
    row = the_reading().content["tasks"][1]
    assert row["content"] == "Tạo chuyên mục mới"
    assert row["period"]["from"] == "2025-09"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", "anh-chup.png", ".docx"),
        (b"", "rong.txt", "Tệp"),
        (b"\xd0\xcf\x11\xe0" * 99, "cu.doc", ".docx"),
    ],
)
def test_it_says_in_a_sentence_why_a_file_cannot_be_read(client, ward, thu, content, name, sentence):
    answer = send(client, content, name)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Reading.objects.exclude(state=Reading.State.REFUSED).exists()


def test_it_offers_the_reading_it_already_has(client, ward, thu):
    send(client)
    answer = send(client)
    assert answer.status_code == 422
    assert f"/ke-hoach/doc/{the_reading().pk}/" in answer.content.decode()


def test_it_keeps_progress_when_a_corrected_document_is_published(client, ward, thu):
    send(client)
    settle_all(client)
    client.post(f"/ke-hoach/doc/{the_reading().pk}/cong-bo/", {"version": the_reading().version})
    plan = Plan.objects.get()
    task = plan.tasks.get(number="26")
    task.comments.create(text="Đã làm được một phần", made_by=thu)
    corrected = HAI_AN.read_text(encoding="utf-8").replace("Có 01 fanpage hoặc", "Có 02 fanpage hoặc")
    assert send(client, corrected.encode(), "ban-sua.txt", f"sua-{plan.pk}").status_code == 302
    differences = client.get(f"/ke-hoach/doc/{the_reading().pk}/khac/").content.decode()
    assert "Có 02 fanpage" in differences
    settle_all(client)
    client.post(f"/ke-hoach/doc/{the_reading().pk}/cong-bo/", {"version": the_reading().version})
    assert Plan.objects.count() == 1
    assert plan.tasks.get(number="26").comments.count() == 1
    assert "02 fanpage" in plan.tasks.get(number="3").result


def test_it_shows_a_foreign_reading_like_one_that_does_not_exist(client, ward, thu):
    send(client)
    there = make_ward("Đông Hải", code="11411", slug="dong-hai")
    foreign = make_account("kia", Role.COORDINATOR, ward=there, unit=make_unit(there, "Phòng kia"))
    address = f"/ke-hoach/doc/{the_reading().pk}/"
    client.force_login(foreign)
    assert client.get(address).status_code == 404
    assert client.get("/ke-hoach/doc/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_it_keeps_a_unit_officer_from_publishing(client, ward, thu):
    send(client)
    office = Unit.objects.get(name="Công an phường")
    client.force_login(make_account("khang", Role.UNIT_OFFICER, ward=ward, unit=office))
    assert client.get("/ke-hoach/doc/").status_code == 403
    assert client.get(f"/ke-hoach/doc/{the_reading().pk}/").status_code == 403
    assert client.get("/ke-hoach/").status_code == 200


def test_it_drops_a_reading_only_when_asked_twice(client, ward, thu):
    send(client)
    address = f"/ke-hoach/doc/{the_reading().pk}/bo/"
    assert "Bỏ bản đọc này?" in client.get(address).content.decode()
    client.post(address, {"version": the_reading().version})
    assert the_reading().state == Reading.State.DROPPED


def test_it_confirms_nothing_on_a_page_that_is_out_of_date(client, ward, thu):
    send(client)
    reading = the_reading()
    page = f"/ke-hoach/doc/{reading.pk}/"
    client.post(f"{page}don-vi/nhan-goi-y/", {"version": reading.version})
    late = client.post(f"{page}cho-chua-chac/1/", {"decision": "confirmed", "version": reading.version})
    assert late.status_code == 409
    assert "Phạm Thu Hà" in late.content.decode()
    assert the_reading().settled == {}


def test_it_settles_the_doubt_about_a_value_that_was_filled_in(client, ward, thu):
    send(client)
    reading = the_reading()
    sent = {"title": "Kế hoạch", "number": "15/KH-UBND", "date": "05/08/2025", "version": reading.version}
    client.post(f"/ke-hoach/doc/{reading.pk}/dau-van-ban/", sent)
    assert the_reading().settled["plan.number"]["decision"] == "changed"
    assert the_reading().settled["plan.date"]["by"] == "Phạm Thu Hà"
    assert AuditEntry.objects.filter(action="corrected a reading", actor="Phạm Thu Hà").exists()


def test_it_leaves_a_row_out_only_with_a_reason_and_takes_it_in_again(client, ward, thu):
    send(client)
    reading = the_reading()
    address = f"/ke-hoach/doc/{reading.pk}/nhiem-vu/29/bo/"
    assert client.post(address, {"version": reading.version}).status_code == 422
    client.post(address, {"version": reading.version, "reason": "Đã có ở kế hoạch khác"})
    assert "29 nhiệm vụ" in client.get(f"/ke-hoach/doc/{reading.pk}/").content.decode()
    client.post(address, {"version": the_reading().version})
    assert "30 nhiệm vụ" in client.get(f"/ke-hoach/doc/{reading.pk}/").content.decode()


def test_it_adds_a_task_that_the_reader_missed(client, ward, thu):
    send(client)
    reading = the_reading()
    sent = {"content": "Mở lớp buổi tối", "leads": "Công an phường", "period_kind": "month", "period_from": "9/2025"}
    answer = client.post(
        f"/ke-hoach/doc/{reading.pk}/nhiem-vu/them/",
        {**sent, "version": reading.version, "so-1-comparator": ">=", "so-1-value": "2", "so-1-unit": "lớp"},
    )
    assert answer.status_code == 302
    row = the_reading().content["tasks"][-1]
    assert (row["position"], row["period"]["from"], row["measures"][0]["value"]) == (31, "2025-09", 2)


def test_it_asks_which_unit_a_name_is_and_takes_the_answer(client, ward, thu):
    send(client)
    reading = the_reading()
    names = [entry.name for entry in naming.names_read(reading.content)]
    address = f"/ke-hoach/doc/{reading.pk}/don-vi/{names.index('Trung tâm sự nghiệp công') + 1}/"
    centre = make_unit(ward, "Trung tâm Dịch vụ công ích", Unit.Kind.SERVICE_CENTRE)
    sent = {"choice": "unit", "version": reading.version}
    assert client.post(address, sent).status_code == 422
    assert client.post(address, {**sent, "unit": centre.pk}).status_code == 302
    assert the_reading().units["trung tam su nghiep cong"] == {"choice": "unit", "id": centre.pk}


def test_it_lets_no_action_of_the_body_be_dropped_without_a_reason(client, ward, thu):
    send(client)
    reading = the_reading()
    address = f"/ke-hoach/doc/{reading.pk}/viec/3/"
    assert client.post(address, {"fate": "aside", "version": reading.version}).status_code == 422
    client.post(address, {"fate": "aside", "reason": "Đã giao ở văn bản khác", "version": reading.version})
    assert the_reading().actions["2"] == {"fate": "aside", "reason": "Đã giao ở văn bản khác"}
    assert the_reading().settled["body_actions[2]"]["decision"] == "changed"


def test_it_changes_nothing_for_a_coordinator_of_another_ward(client, ward, thu):
    send(client)
    there = make_ward("Đông Hải", code="11411", slug="dong-hai")
    client.force_login(make_account("kia", Role.COORDINATOR, ward=there, unit=make_unit(there, "Phòng kia")))
    reading = the_reading()
    for tail in ("cong-bo/", "bo/", "don-vi/nhan-goi-y/", "cho-chua-chac/1/", "dau-van-ban/"):
        sent = {"version": reading.version, "decision": "confirmed", "title": "Của tôi"}
        assert client.post(f"/ke-hoach/doc/{reading.pk}/{tail}", sent).status_code == 404
    assert the_reading().version == reading.version


def test_it_reads_a_long_file_behind_the_page(client, ward, thu, monkeypatch):
    monkeypatch.setattr(uploading, "SHORT", 10)
    answer = send(client)
    reading = the_reading()
    assert reading.state == Reading.State.WAITING
    assert "đang chờ" in client.get(answer.headers["Location"]).content.decode()
    uploading.read_document.call(reading.links["work"], str(reading.pk))
    assert the_reading().state == Reading.State.REVIEW
    assert Work.objects.get().result_url == f"/ke-hoach/doc/{reading.pk}/"


def test_it_does_not_wait_for_ever_for_a_file_that_breaks_the_reader(client, ward, thu, monkeypatch):
    monkeypatch.setattr(uploading, "read_file", mock.Mock(side_effect=IndexError))
    answer = send(client)
    assert answer.status_code == 422
    assert "Máy đọc gặp lỗi" in answer.content.decode()
    assert the_reading().state == Reading.State.REFUSED


def test_it_gives_the_document_back_as_it_came_and_only_to_save(client, ward, thu):
    send(client, name="Kế hoạch số 15.txt")
    settle_all(client)
    client.post(f"/ke-hoach/doc/{the_reading().pk}/cong-bo/", {"version": the_reading().version})
    answer = client.get(f"/ke-hoach/{Plan.objects.get().pk}/tep/")
    assert b"".join(answer.streaming_content) == HAI_AN.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_it_fills_in_the_number_of_a_running_plan(client, ward, thu):
    send(client)
    settle_all(client)
    client.post(f"/ke-hoach/doc/{the_reading().pk}/cong-bo/", {"version": the_reading().version})
    plan = Plan.objects.get()
    client.post(f"/ke-hoach/{plan.pk}/bo-sung/", {"title": plan.title, "number": "15/KH-UBND", "date": "05/08/2025"})
    page = client.get(f"/ke-hoach/{plan.pk}/").content.decode()
    assert "15/KH-UBND" in page
    assert "05/08/2025" in page
    assert AuditEntry.objects.filter(action="amended a plan").count() == 1


def test_a_row_left_out_stands_with_its_reason_on_the_page_that_publishes(client, ward, thu):
    send(client)
    settle_all(client)
    page = f"/ke-hoach/doc/{the_reading().pk}/"
    client.post(f"{page}nhiem-vu/2/bo/", {"reason": "Đã có chuyên mục", "version": the_reading().version})
    client.post(f"{page}chi-tieu/1/bo/", {"reason": "Năm cũ", "version": the_reading().version})
    told = client.get(f"{page}cong-bo/")
    assert told.status_code == 200
    assert "Lý do: Đã có chuyên mục" in told.content.decode()
    assert "Lý do: Năm cũ" in told.content.decode()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"period_from": "01/8/2025", "period_to": ""}, ("2025-08-01", None, "Từ 01/08/2025")),
        ({"period_from": "", "period_to": "30/9/2025"}, (None, "2025-09-30", "Đến 30/09/2025")),
        ({"period_from": "01/8/2025", "period_to": "30/9/2025"}, ("2025-08-01", "2025-09-30", None)),
    ],
)
def test_an_open_end_of_a_period_stays_open(client, ward, thu, sent, kept):
    send(client)
    reading = the_reading()
    address = f"/ke-hoach/doc/{reading.pk}/nhiem-vu/2/"
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    fields |= {"period_kind": "range", **sent, "version": reading.version, "new_section": "V. Mục riêng"}
    assert client.post(address, {**fields, **_no_figures(client, address)}).status_code == 302
    row = the_reading().content["tasks"][1]
    assert (row["period"]["from"], row["period"]["to"]) == kept[:2]
    assert kept[2] in (None, row["period"]["text"])
    assert row["section"] == "V. Mục riêng"
    again = client.get(address).context["form"]  # saved as it is shown, nothing changes
    fields = {name: again[name].value() or "" for name in again.fields}
    client.post(address, {**fields, "version": the_reading().version, **_no_figures(client, address)})
    assert the_reading().content["tasks"][1]["period"] == row["period"]


def _no_figures(client: Client, address: str) -> dict[str, str]:
    """The empty form for one more figure, as the browser sends it."""
    forms = client.get(address).context["measures"]
    return {f"{form.prefix}-{name}": form[name].value() or "" for form in forms for name in form.fields}


def test_a_rule_or_an_action_that_the_reader_missed_is_added_and_a_wrong_one_left_out(client, ward, thu):
    send(client)
    page = f"/ke-hoach/doc/{the_reading().pk}/"
    rule = {
        "frequency": "quarterly",
        "day": "18",
        "semantics": "before",
        "via": "",
        "text": "Báo cáo quý trước ngày 18",
    }
    client.post(f"{page}bao-cao/them/", {**rule, "version": the_reading().version})
    client.post(f"{page}bao-cao/1/bo/", {"reason": "Đọc nhầm", "version": the_reading().version})
    action = {"text": "Mua sắm 20 máy tính bảng", "section": "IV.3"}
    client.post(f"{page}viec/them/", {**action, "version": the_reading().version})
    settle_all(client)
    client.post(f"{page}cong-bo/", {"version": the_reading().version})
    plan = Plan.objects.get()
    assert [(r.frequency, r.day) for r in plan.report_rules.all()] == [("quarterly", 18)]
    assert BodyActionKept.objects.filter(plan=plan, text="Mua sắm 20 máy tính bảng").exists()
