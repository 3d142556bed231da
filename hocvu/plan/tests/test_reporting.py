"""A month's report: written over what records count, sent, returned, taken in, summed up, approved, issued."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from hocvu.lib import clock
from hocvu.lib.refusals import Refusal
from hocvu.plan import carrying, declaring
from hocvu.plan.models import (
    DeclaredFigure,
    ProgressNote,
    ReportFigure,
    ReportQuestion,
    SelfState,
    TaskMeasure,
    UnitReport,
    WardSummary,
)
from hocvu.plan.reporting import deciding, opening, prefilling, settling, signing, summing, writing
from hocvu.plan.reporting.deciding import Unfit
from hocvu.plan.reporting.writing import Content, LineText, Number, Stale
from hocvu.plan.tests.cast import Cast, at, make_target
from hocvu.plan.tests.reports import NOVEMBER, Month_, make_month
from hocvu.ward import audit
from hocvu.ward.models import Account, AuditEntry, Notice
from hocvu.ward.tests.cast import make_neighbourhood

pytestmark = pytest.mark.django_db
SignIn = Callable[[Account], Client]
SCHEMA = Path("docs/schema/ward-report.json")


@pytest.fixture
def month(cast: Cast) -> Month_:
    """November, opened on the 15th; it is the 18th, nine in the morning."""
    return make_month(cast)


def fields(report: UnitReport, **words: Any) -> dict[str, Any]:
    """What the page of a report sends, with a line for each task."""
    said: dict[str, Any] = {"version": report.version}
    for line in report.lines.all():
        said |= {f"l{line.pk}-state": line.state, f"l{line.pk}-text": line.text, f"l{line.pk}-why": line.why}
    return said | words


def take_everybody_in(month: Month_) -> None:
    """All but the police, who are asked only, have sent and are taken in by the 24th."""
    month.send(month.cast.centre, month.nga)
    month.send(month.cast.culture, month.bich)
    for team, by in zip(month.teams, (month.tam, month.sau), strict=True):
        month.send(team.unit, by)
    with clock.stopped_at(at("2026-11-23 09:00")):
        deciding.accept_teams(month.period, by=month.cast.thu)
        deciding.accept(month.of(month.cast.centre), by=month.cast.thu)
        deciding.accept(month.of(month.cast.culture), by=month.cast.hung)


def approve(month: Month_, moment: str = "2026-11-24 15:00") -> WardSummary:
    with clock.stopped_at(at(moment)):
        summary = signing.summary_of(month.period)
        return signing.approve(summary, seen=signing.digest_of(signing.data_of(summary)), by=month.cast.hung)


# ---- Writing


def test_it_comes_prefilled_with_what_was_reported_and_counted(month: Month_, as_: SignIn):
    cast = month.cast
    with clock.stopped_at(at("2026-11-03 09:00")):
        carrying.report_progress(
            month.task, unit=cast.centre, state=SelfState.DOING, text="Đã có chuyên mục thử.", by=cast.lan
        )
        given = carrying.add_evidence(
            month.task,
            unit=cast.centre,
            title="Ảnh chuyên mục",
            happened_on=date(2026, 11, 3),
            url="https://a.vn/1",
            by=cast.lan,
        )
        carrying.check_evidence(given, accept=True, by=cast.thu)
    page = as_(cast.lan).get(f"/bao-cao/phieu/{month.of(cast.centre).pk}/viet/").content.decode()
    assert "Đã có chuyên mục thử." in page
    assert "1 bằng chứng, 1 đã kiểm" in page and f"/nhiem-vu/{month.task.pk}/#bang-chung" in page
    assert "Đếm từ bằng chứng đã kiểm của từng đơn vị, đến 14/11/2026" in page


def test_what_was_reported_after_the_window_waits_for_the_next_month(month: Month_, as_: SignIn):
    cast = month.cast
    carrying.report_progress(month.task, unit=cast.centre, state=SelfState.DOING, text="Việc của ngày 18.", by=cast.lan)
    page = as_(cast.lan).get(f"/bao-cao/phieu/{month.of(cast.centre).pk}/viet/").content.decode()
    assert "Việc của ngày 18." not in page


def test_an_officer_writes_and_the_head_sends(month: Month_, as_: SignIn):
    cast, report = month.cast, month.of(month.cast.centre)
    address = f"/bao-cao/phieu/{report.pk}/viet/"
    line = report.lines.get()
    answer = as_(cast.lan).post(
        address, fields(report, lam="trinh", work_done="Đã mở lớp.", **{f"l{line.pk}-text": "Xong bước 1."})
    )
    assert answer.status_code == 302
    assert Notice.objects.get(account=month.nga).text.endswith("chờ thủ trưởng xem và gửi.")
    report.refresh_from_db()
    assert (report.state, report.work_done, report.version) == ("draft", "Đã mở lớp.", 1)

    assert as_(cast.lan).post(address, fields(report, lam="gui")).status_code == 403
    sent = as_(month.nga).post(address, fields(report, lam="gui", work_done=report.work_done), follow=True)
    assert "Đã gửi báo cáo tháng 11/2026." in sent.content.decode()
    report.refresh_from_db()
    assert (report.state, report.is_in_time, report.submitted_by) == ("submitted", True, month.nga)
    # One truth: what the report says of a task is what the unit reports on it.
    assert ProgressNote.objects.get().text == "Xong bước 1."


def test_it_saves_itself_and_says_so_to_a_script(month: Month_, as_: SignIn):
    report = month.of(month.cast.centre)
    told = as_(month.cast.lan).post(
        f"/bao-cao/phieu/{report.pk}/viet/",
        fields(report, work_done="Chữ đang gõ"),
        headers={"accept": "application/json"},
    )
    assert told.json()["version"] == 1 and told.json()["words"].startswith("Đã tự lưu lúc 9 giờ")
    report.refresh_from_db()
    assert report.work_done == "Chữ đang gõ"


def test_two_officers_never_overwrite_each_other_in_silence(month: Month_, as_: SignIn):
    cast, report = month.cast, month.of(month.cast.centre)
    address = f"/bao-cao/phieu/{report.pk}/viet/"
    opened = fields(report)
    as_(cast.lan).post(address, {**opened, "work_done": "Lan viết."})
    answer = as_(month.nga).post(address, {**opened, "work_done": "Nga viết."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Phạm Thị Lan đã lưu báo cáo này lúc 9 giờ," in page
    assert "Lan viết." in page and "Nga viết." in page  # both are seen
    report.refresh_from_db()
    assert report.work_done == "Lan viết."
    again = {**opened, "work_done": "Nga viết.", "version": "1"}
    assert 'name="version" value="1"' in page
    assert as_(month.nga).post(address, again).status_code == 302
    report.refresh_from_db()
    assert report.work_done == "Nga viết."
    script = as_(cast.lan).post(address, {**opened, "work_done": "Cũ"}, headers={"accept": "application/json"})
    assert script.status_code == 409 and "Chưa ghi đè gì" in script.json()["words"]


def test_a_part_is_never_more_than_its_whole(month: Month_, as_: SignIn):
    TaskMeasure.objects.create(task=month.task, position=1, value=80, unit="%", what="hộ có tài khoản số")
    report = month.of(month.cast.centre)
    key = f"r{TaskMeasure.objects.get().pk}"
    answer = as_(month.nga).post(
        f"/bao-cao/phieu/{report.pk}/viet/", fields(report, lam="luu", **{f"{key}-so": "12", f"{key}-tren": "10"})
    )
    assert answer.status_code == 422 and "Số đạt lớn hơn tổng số" in answer.content.decode()
    assert not ReportFigure.objects.exists()


def test_a_running_total_falls_only_with_a_reason(month: Month_):
    cast = month.cast
    TaskMeasure.objects.create(task=month.task, position=1, value=500, unit="hộ", what="hộ có tài khoản số")
    key = f"r{TaskMeasure.objects.get().pk}"
    month.send(cast.centre, month.nga, numbers={key: Number(120)})
    with clock.stopped_at(at("2026-12-15 00:15")):
        december = opening.open_month(cast.ward, NOVEMBER.plus(1))
    report = december.reports.get(unit=cast.centre)
    with clock.stopped_at(at("2026-12-18 09:00")), pytest.raises(Unfit) as unfit:
        deciding.submit(report, Content(work_done="Có.", numbers={key: Number(90)}), version=0, by=month.nga)
    assert "thấp hơn kỳ trước (120)" in unfit.value.faults[0].sentence
    report.refresh_from_db()
    assert report.state == "expected"
    with clock.stopped_at(at("2026-12-18 09:00")):
        said = Content(work_done="Có.", numbers={key: Number(90, reason="Đã bỏ 30 hộ ghi trùng.")})
        deciding.submit(report, said, version=0, by=month.nga)
    report.refresh_from_db()
    assert "giảm từ 120 xuống 90. Đã bỏ 30 hộ ghi trùng." in report.flags[0]


def test_what_cannot_be_sent_is_kept_as_it_was_typed(month: Month_, as_: SignIn):
    cast = month.cast
    month.task.next_due = date(2026, 11, 1)
    month.task.save()
    report = month.of(cast.centre)
    line = report.lines.get()
    address = f"/bao-cao/phieu/{report.pk}/viet/"
    answer = as_(month.nga).post(
        address, fields(report, lam="gui", work_done="Đang làm.", **{f"l{line.pk}-state": "doing"})
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nhiệm vụ 1 quá hạn 01/11/2026: hãy ghi vì sao chậm" in page and "Đang làm." in page
    report.refresh_from_db()
    assert (report.state, report.work_done, report.version) == ("draft", "Đang làm.", 1)  # saved, not sent


def test_it_flags_what_is_empty_unchanged_or_jumps(month: Month_):
    cast, team = month.cast, month.teams[0]
    question = ReportQuestion.objects.filter(asked="teams").first()
    assert question is not None
    key = f"q{question.pk}"
    month.send(team.unit, month.tam, numbers={key: Number(10)})
    assert month.of(team.unit).flags == []
    with clock.stopped_at(at("2026-12-15 00:15")):
        december = opening.open_month(cast.ward, NOVEMBER.plus(1))
    other = december.reports.get(unit=team.unit)
    words = {"work_done": "Đã mở hai buổi hướng dẫn."}
    with clock.stopped_at(at("2026-12-16 09:00")):
        deciding.submit(other, Content(**words, numbers={key: Number(95)}), version=0, by=month.tam)  # type: ignore[arg-type]
        other.refresh_from_db()
        assert other.flags == ["Số hộ đã đến phổ biến trong kỳ: tăng vọt từ 10 lên 95."]
        deciding.take_back(other, by=month.tam)
        deciding.submit(other, Content(**words, numbers={key: Number(10)}), version=1, by=month.tam)  # type: ignore[arg-type]
    other.refresh_from_db()
    assert other.flags == ["Giống hệt kỳ trước, cả chữ lẫn số."]
    sent = month.send(cast.centre, month.nga)
    assert sent.flags == ["Chưa có gì về nhiệm vụ chủ trì: 1."]


def test_an_empty_report_is_refused_but_nothing_arose_is_one_tap(month: Month_, as_: SignIn):
    team = month.teams[0]
    address = f"/bao-cao/phieu/{team.pk}/viet/"
    empty = as_(month.tam).post(address, {"version": 0, "lam": "gui"})
    assert empty.status_code == 422 and "Báo cáo chưa có chữ hay số nào" in empty.content.decode()
    team.refresh_from_db()
    as_(month.tam).post(address, {"version": team.version, "lam": "khong-phat-sinh"})
    team.refresh_from_db()
    assert (team.state, team.nothing_arose) == ("submitted", True)


def test_one_tap_never_loses_what_was_written_before(month: Month_, as_: SignIn):
    team, question = month.teams[0], ReportQuestion.objects.filter(asked="teams").first()
    assert question is not None
    content = Content(work_done="Đã đi ba ngõ.", numbers={f"q{question.pk}": Number(12)})
    writing.save(team, content, version=0, by=month.tam)
    answer = as_(month.tam).post(
        f"/bao-cao/phieu/{team.pk}/viet/", {"version": 1, "lam": "khong-phat-sinh"}, follow=True
    )
    page = answer.content.decode()
    assert "Đã ghi số trong kỳ thì không chọn" in page and "Đã đi ba ngõ." in page
    team.refresh_from_db()
    assert (team.state, team.work_done, team.nothing_arose) == ("draft", "Đã đi ba ngõ.", False)
    assert team.figures.get().numerator == 12


# ---- Deciding


def test_midnight_of_the_22nd_passes_while_a_report_is_sent(month: Month_):
    report = month.of(month.cast.centre)
    with clock.stopped_at(at("2026-11-23 00:00")):  # the work is done after midnight
        arrived = at("2026-11-23 00:00") - timedelta(seconds=1)
        sent = deciding.submit(report, Content(work_done="Kịp."), version=0, by=month.nga, at=arrived)
    assert sent.is_in_time
    late = month.send(month.teams[0].unit, month.tam, moment="2026-11-23 00:00")
    assert not late.is_in_time and late.days_late == 1
    assert month.send(month.teams[1].unit, month.sau, moment="2026-11-24 23:59").days_late == 2


def test_nobody_takes_in_what_they_or_their_unit_sent(month: Month_):
    cast = month.cast
    own = month.send(cast.culture, month.bich)
    with pytest.raises(Refusal, match="do lãnh đạo"):
        deciding.accept(own, by=cast.thu)
    deciding.accept(own, by=cast.hung)
    other = month.send(cast.centre, month.nga)
    with pytest.raises(Refusal, match="không tự nhận"):
        deciding.accept(other, by=month.nga)
    with pytest.raises(Refusal, match="không tự nhận báo cáo của đơn vị mình"):
        deciding.accept(other, by=cast.lan)
    with pytest.raises(Refusal, match="Tài khoản này không nhận"):
        deciding.accept(other, by=month.tam)
    deciding.accept(other, by=cast.thu)


def test_a_returned_report_says_why_and_stays_in_time(month: Month_, as_: SignIn):
    cast = month.cast
    report = month.send(cast.centre, month.nga)
    assert as_(cast.thu).post(f"/bao-cao/phieu/{report.pk}/tra-lai/", {"reason": ""}).status_code == 422
    as_(cast.thu).post(f"/bao-cao/phieu/{report.pk}/tra-lai/", {"reason": "Chưa nêu số lớp."})
    report.refresh_from_db()
    assert (report.state, report.reason) == ("returned", "Chưa nêu số lớp.")
    assert {n.account for n in Notice.objects.filter(key__startswith="report-returned")} == {month.nga, cast.lan}
    again = month.send(cast.centre, month.nga, moment="2026-11-25 09:00", work_done="Hai lớp.")
    assert again.is_in_time and again.reason == ""
    page = as_(cast.thu).get(f"/bao-cao/phieu/{report.pk}/").content.decode()
    assert "Chưa nêu số lớp." in page and page.count("Gửi, Lê Thị Nga") == 0 and page.count("Lê Thị Nga") >= 2


def test_what_a_unit_takes_back_is_late_if_it_comes_again_late(month: Month_, as_: SignIn):
    report = month.send(month.cast.centre, month.nga)
    as_(month.nga).post(f"/bao-cao/phieu/{report.pk}/rut-ve/")
    report.refresh_from_db()
    assert (report.state, report.first_submitted_at) == ("draft", None)
    assert month.send(month.cast.centre, month.nga, moment="2026-11-24 09:00").days_late == 2
    with clock.stopped_at(at("2026-11-24 10:00")):
        deciding.accept(month.of(month.cast.centre), by=month.cast.thu)
        with pytest.raises(Refusal, match="chưa được nhận"):
            deciding.take_back(month.of(month.cast.centre), by=month.nga)


def test_teams_are_taken_in_together_but_what_is_flagged_is_opened(month: Month_, as_: SignIn):
    first, second = month.teams
    month.send(first.unit, month.tam)
    month.send(second.unit, month.sau)
    UnitReport.objects.filter(pk=second.pk).update(flags=["Giống hệt kỳ trước, cả chữ lẫn số."])
    page = as_(month.cast.thu).get(f"/bao-cao/ky/{month.period.pk}/").content.decode()
    assert "Nhận 1 báo cáo của tổ" in page
    done = as_(month.cast.thu).post(f"/bao-cao/ky/{month.period.pk}/nhan-to/", follow=True)
    assert "Đã nhận 1 báo cáo của tổ. Còn 1 báo cáo cần xem từng cái." in done.content.decode()
    assert {r.pk: r.state for r in month.teams} == {first.pk: "accepted", second.pk: "submitted"}
    as_(month.cast.thu).post(f"/bao-cao/phieu/{second.pk}/nhan/")
    second.refresh_from_db()
    assert second.state == "accepted"


def test_after_the_lock_only_an_unlocked_report_is_taken(month: Month_, as_: SignIn):
    cast, report = month.cast, month.of(month.cast.centre)
    with clock.stopped_at(at("2026-12-02 09:00")):
        with pytest.raises(Refusal, match="đã khóa lúc 01/12/2026 00:00"):
            writing.save(report, Content(work_done="Muộn."), version=0, by=month.nga)
        said = {"reason": "Đơn vị mất điện.", "until": "03/12/2026 17:00"}
        assert (
            as_(cast.thu)
            .post(f"/bao-cao/phieu/{report.pk}/mo-khoa/", {**said, "until": "01/12/2026 17:00"})
            .status_code
            == 422
        )
        assert as_(cast.thu).post(f"/bao-cao/phieu/{report.pk}/mo-khoa/", said).status_code == 302
    assert month.send(cast.centre, month.nga, moment="2026-12-03 16:59").days_late == 11
    team = month.teams[0]
    with clock.stopped_at(at("2026-12-04 09:00")), pytest.raises(Refusal, match="đã khóa"):
        writing.save(team, Content(work_done="Muộn."), version=0, by=month.tam)


# ---- The ward's own report


def test_the_figures_of_the_ward_are_counted_and_the_words_may_be_changed(month: Month_, as_: SignIn):
    cast = month.cast
    target = make_target(cast)
    declaring.declare(
        target, unit=cast.culture, as_of=date(2026, 11, 10), numerator=90, denominator=100, source="Sổ", by=cast.thu
    )
    take_everybody_in(month)
    data = summing.compose(month.period)
    assert (data["targets"][0]["numerator"], data["targets"][0]["verdict"]) == (90, "met")
    assert data["punctuality"] == {
        "expected": 4, "in_time": 4, "late": 0, "missing": 0, "excused": 0, "asked": 1, "asked_sent": 0, "share": 100.0}  # fmt: skip
    address = f"/bao-cao/ky/{month.period.pk}/tong-hop/"
    page = as_(cast.thu).get(address).content.decode()
    assert "4 trên 4 đơn vị gửi đúng hạn (100%)" in page and "90/100 (90%)" in page
    texts = {**data["texts"], "general": "Tháng này làm tốt.", "version": "0"}
    as_(cast.thu).post(f"{address}viet/", texts)
    summary = WardSummary.objects.get()
    assert summary.texts == {"general": "Tháng này làm tốt."}  # the untouched paragraphs stay alive
    stale = as_(cast.thu).post(f"{address}viet/", {**texts, "general": "Khác."})
    assert stale.status_code == 422 and "vừa lưu báo cáo này" in stale.content.decode()


def test_a_leader_freezes_what_was_read_and_later_corrections_are_differences(month: Month_, as_: SignIn):
    cast = month.cast
    target = make_target(cast)
    declaring.declare(
        target, unit=cast.culture, as_of=date(2026, 11, 10), numerator=90, denominator=100, source="Sổ", by=cast.thu
    )
    take_everybody_in(month)
    address = f"/bao-cao/ky/{month.period.pk}/tong-hop/"
    with clock.stopped_at(at("2026-11-24 15:00")):
        stale = as_(cast.hung).post(f"{address}duyet/", {"da-xem": "0" * 64})
        assert "Có số liệu vừa thay đổi" in stale.content.decode()
        seen = signing.digest_of(signing.data_of(signing.summary_of(month.period)))
        assert as_(cast.thu).post(f"{address}duyet/", {"da-xem": seen}).status_code == 403
        as_(cast.hung).post(f"{address}duyet/", {"da-xem": seen})
    summary = WardSummary.objects.get()
    assert (summary.state, summary.digest) == ("approved", seen) and signing.is_whole(summary)
    assert signing.differences(summary) == []

    row = DeclaredFigure.objects.get()
    declaring.withdraw(row, reason="Nhầm năm.", by=cast.thu)
    [changed] = signing.differences(WardSummary.objects.get())
    assert (changed.then, changed.now) == ("90/100 (90%)", "chưa có số liệu")
    assert signing.data_of(WardSummary.objects.get())["targets"][0]["numerator"] == 90
    page = as_(cast.hung).get(address).content.decode()
    assert "Khác với hồ sơ hôm nay" in page and "chưa có số liệu" in page
    with pytest.raises(Refusal, match="đã duyệt nên không sửa được"):
        signing.write_texts(WardSummary.objects.get(), {}, version=0, by=cast.thu)
    with pytest.raises(Refusal, match="đã duyệt nên không trả lại"):
        deciding.send_back(month.of(cast.centre), reason="Sai.", by=cast.thu)


def test_it_is_not_approved_before_the_day_while_reports_are_to_come(month: Month_):
    month.send(month.cast.centre, month.nga)
    summary = signing.summary_of(month.period)
    with pytest.raises(Refusal, match="Hãy duyệt sau hạn"):
        signing.approve(summary, seen=signing.digest_of(signing.data_of(summary)), by=month.cast.hung)


def test_the_clerk_gives_number_and_day_once(month: Month_, as_: SignIn):
    cast = month.cast
    take_everybody_in(month)
    address = f"/bao-cao/ky/{month.period.pk}/tong-hop/ban-hanh/"
    with clock.stopped_at(at("2026-11-24 16:00")):
        early = as_(month.ngan).post(address, {"number": "7", "issued_on": "24/11/2026"})
        assert "chưa được lãnh đạo duyệt" in early.content.decode()
    approve(month)
    pdf = BytesIO(b"%PDF-1.7 signed")
    with clock.stopped_at(at("2026-11-25 09:00")):
        for day in ("23/11/2026", "26/11/2026"):
            assert as_(month.ngan).post(address, {"number": "7", "issued_on": day}).status_code == 422
        picture = BytesIO(b"\x89PNG\r\n\x1a\n")
        picture.name = "ky.png"
        assert (
            as_(month.ngan).post(address, {"number": "7", "issued_on": "25/11/2026", "upload": picture}).status_code
            == 422
        )
        pdf.name = "215-BC-UBND.pdf"
        as_(month.ngan).post(address, {"number": "7", "issued_on": "25/11/2026", "upload": pdf})
    summary = WardSummary.objects.get()
    assert (summary.state, summary.number, summary.signed_name) == ("issued", 7, "215-BC-UBND.pdf")
    taken = as_(cast.thu).get(f"/bao-cao/ky/{month.period.pk}/tong-hop/ban-da-ky/")
    assert b"".join(taken.streaming_content) == b"%PDF-1.7 signed"  # type: ignore[arg-type]
    assert AuditEntry.objects.filter(action="issued a ward report").count() == 1


def test_it_leaves_as_word_pdf_excel_and_data_for_the_city(month: Month_, as_: SignIn, tmp_path: Path):
    cast = month.cast
    make_target(cast)
    take_everybody_in(month)
    approve(month)
    files = {}
    for ending in ("docx", "pdf", "xlsx", "json"):
        target = tmp_path / f"bao-cao.{ending}"
        call_command(
            "export_report", "--ward", "hai-an", "--period", "2026-11", "--format", ending, "--output", str(target)
        )
        files[ending] = target.read_bytes()
        page = as_(month.ngan).get(f"/bao-cao/ky/{month.period.pk}/tong-hop/tai/?dinh-dang={ending}")
        assert page.status_code == 200 and f".{ending}" in page["Content-Disposition"]
    assert files["docx"][:2] == b"PK" and files["pdf"].startswith(b"%PDF")
    told = json.loads(files["json"])
    jsonschema.validate(told, json.loads(SCHEMA.read_text()))
    assert told["state"] == "approved" and told["digest"] == signing.digest_of(told["report"])
    book = openpyxl.load_workbook(BytesIO(files["xlsx"]))
    assert book.sheetnames[:3] == ["Chỉ tiêu", "Nhiệm vụ", "Đơn vị báo cáo"]
    assert book["Đơn vị báo cáo"].max_row == 6
    with pytest.raises(CommandError, match="chưa mở kỳ"):
        call_command("export_report", "--ward", "hai-an", "--period", "2024-01", "--output", str(tmp_path / "x"))
    with pytest.raises(CommandError, match="năm-tháng"):
        call_command("export_report", "--ward", "hai-an", "--period", "thang 9", "--output", str(tmp_path / "x"))


def test_a_unit_s_report_and_scorecard_are_documents(month: Month_, as_: SignIn):
    month.send(month.cast.centre, month.nga)
    report = month.of(month.cast.centre)
    assert as_(month.nga).get(f"/bao-cao/phieu/{report.pk}/tai/").content[:2] == b"PK"
    card = f"/bao-cao/don-vi/{month.cast.centre.pk}/"
    assert as_(month.nga).get(f"{card}?nam=2026&dinh-dang=pdf").content.startswith(b"%PDF")
    page = as_(month.nga).get(card).content.decode()
    assert "Chủ trì 1 nhiệm vụ: 0 đã xong" in page and "1 trên 1 kỳ gửi đúng hạn" in page
    assert as_(month.tam).get(card).status_code == 404  # another unit's


def test_the_ward_prints_in_its_own_word_file_and_a_broken_tag_is_named(month: Month_, as_: SignIn):
    from docx import Document

    from hocvu.lib.official import default_template

    whole, broken = BytesIO(default_template()), BytesIO()
    document = Document(BytesIO(default_template()))
    document.add_paragraph("{{ nguoi_kyy }}")
    document.save(broken)
    broken.seek(0)
    whole.name, broken.name = "mau.docx", "mau-hong.docx"
    client = as_(month.cast.thu)
    answer = client.post("/bao-cao/cach-bao-cao/mau/", {"upload": broken})
    assert answer.status_code == 422 and "nguoi_kyy" in answer.content.decode()
    assert opening.setting_of(month.cast.ward).template is None
    assert client.post("/bao-cao/cach-bao-cao/mau/", {"upload": whole}).status_code == 302
    assert opening.setting_of(month.cast.ward).template_name == "mau.docx"
    assert client.get(f"/bao-cao/ky/{month.period.pk}/tong-hop/tai/").content[:2] == b"PK"
    client.post("/bao-cao/cach-bao-cao/mau/", {})
    assert opening.setting_of(month.cast.ward).template is None


def test_what_is_asked_and_who_signs_are_data(month: Month_, as_: SignIn):
    client = as_(month.cast.thu)
    client.post("/bao-cao/cau-hoi/them/", {"asked": "teams", "text": "Số người khuyết tật được giúp", "unit_word": "người",
                                           "valid_from": "01/11/2026"})  # fmt: skip
    asked = prefilling.asked_of(month.teams[0])
    assert [one.text for one in asked][-1] == "Số người khuyết tật được giúp"
    question = ReportQuestion.objects.get(text="Số người khuyết tật được giúp")
    client.post(f"/bao-cao/cau-hoi/{question.pk}/thoi/")
    assert client.post(f"/bao-cao/cau-hoi/{question.pk}/thoi/").status_code == 422
    setting = opening.setting_of(month.cast.ward)
    values = {name: getattr(setting, name) for name in settling.FIELDS}
    settling.change(
        setting,
        {**values, "deputy": "KT. CHỦ TỊCH", "post": "PHÓ CHỦ TỊCH", "signer": "Trần Văn Bình"},
        by=month.cast.thu,
    )
    assert summing.compose(month.period)["signature"]["deputy"] == "KT. CHỦ TỊCH"


# ---- Lists


@pytest.mark.parametrize("address", ["/bao-cao/", "/bao-cao/ky/{pk}/", "/bao-cao/dung-han/", "/bao-cao/cau-hoi/"])
def test_a_list_asks_no_more_questions_when_it_is_longer(
    address: str, month: Month_, as_: SignIn, django_assert_num_queries: Any, django_assert_max_num_queries: Any
):
    client, path = as_(month.cast.thu), address.format(pk=month.period.pk)
    client.get(path)
    with django_assert_max_num_queries(20) as few:
        client.get(path)
    for number in range(3, 9):
        make_neighbourhood(month.cast.ward, number)
    with clock.stopped_at(at("2026-12-15 00:15")):
        opening.open_month(month.cast.ward, NOVEMBER.plus(1))
    with django_assert_num_queries(len(few)):
        client.get(path)
    sheet = client.get(f"{path}?dinh-dang=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxml")


@pytest.fixture
def unguarded(transactional_db: None) -> Iterator[None]:
    """A database that several threads write to and that is emptied afterwards, the trail too: its guard is lifted. Such
    tests run after all others."""
    yield
    audit.disarm()


def test_of_two_heads_who_send_at_once_one_is_told(unguarded: None, month: Month_):
    report = month.of(month.cast.centre)
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def send(words: str) -> None:
        from django.db import connection

        try:
            with clock.stopped_at(at("2026-11-18 09:00")):
                barrier.wait()
                deciding.submit(report, Content(work_done=words, lines={}), version=0, by=month.nga)
            outcomes.append("sent")
        except (Refusal, Stale):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(words,)) for words in ("Một.", "Hai.")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "sent"]
    assert month.of(month.cast.centre).steps.count() == 1


def test_a_line_keeps_what_was_counted_when_it_was_sent(month: Month_):
    cast = month.cast
    report = month.of(cast.centre)
    line = report.lines.get()
    sent = month.send(cast.centre, month.nga, lines={line.pk: LineText("doing", "Đang làm.")})
    kept = sent.lines.get().figures
    assert kept and kept[0]["words"] == "0 trên 2 đơn vị (0%)"
    with clock.stopped_at(at("2026-11-19 09:00")):
        given = carrying.add_evidence(
            month.task, unit=cast.culture, title="B", happened_on=date(2026, 11, 10), url="https://a.vn/2", by=cast.thu
        )
        carrying.check_evidence(given, accept=True, by=cast.hung)
    assert sent.lines.get().figures == kept
    assert prefilling.facts_of(month.period, [month.task])[month.task.pk][0].words == "1 trên 2 đơn vị (50%)"
