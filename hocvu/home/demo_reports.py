"""Three months of the demo ward's reports, sent through the journey that the pages use: periods open, teams and units send,
some late, some not at all, one is returned, the office takes them in, a leader approves, the clerk issues.

The last period is left as it is in the days after its last day: some reports wait, the ward's own is not approved yet.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator

from hocvu.home.demo_acts import Act, at
from hocvu.home.demo_life import Cast
from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.lib.official import render_pdf
from hocvu.plan.models import ReportPeriod, SelfState, UnitReport
from hocvu.plan.reporting import deciding, opening, prefilling, printing, reminding, settling, signing
from hocvu.plan.reporting.writing import Content, LineText, Number

MONTHS = 3
WORK = (
    "Đến từng nhà hướng dẫn cài VNeID, cách nhận biết cuộc gọi lừa đảo.",
    "Mở buổi hướng dẫn tại nhà văn hóa, có sinh viên cùng giúp người cao tuổi.",
    "Hướng dẫn nộp hồ sơ trực tuyến và quét mã QR khi đi chợ.",
    "Vận động hộ kinh doanh nhận tiền bằng mã QR, dán tờ hướng dẫn ở ngõ.",
)
TROUBLES = (
    "Nhiều người già dùng điện thoại phím bấm, chưa cài được ứng dụng.",
    "Thiếu máy chiếu và loa cho buổi hướng dẫn đông người.",
    "Mạng ở cuối ngõ yếu, phải về nhà văn hóa mới tải được ứng dụng.",
)
UNIT_WORK = (
    "Đã rà lại danh sách, phân công người phụ trách từng việc, gửi bằng chứng lên hệ thống.",
    "Tổ chức một buổi tập huấn trong đơn vị, cử người giúp dân tại bộ phận một cửa.",
    "Phối hợp với các tổ công nghệ số mở lớp buổi tối cho người lao động.",
)
UNIT_TROUBLES = ("Chưa có kinh phí in tài liệu khổ lớn.", "Doanh nghiệp gửi danh sách lao động chậm.", "")
LINE_WORK = (
    "Đã họp rà việc, phân công lại người theo dõi; tuần tới kiểm tại cơ sở.",
    "Đã gửi văn bản đôn đốc, hai đơn vị đã trả lời.",
    "Đang tổng hợp danh sách, đối chiếu với các tổ.",
    "Mở thêm một buổi hướng dẫn trong kỳ, lồng ghép vào sinh hoạt thường kỳ.",
    "Đã chuẩn bị tài liệu, chờ lịch của cơ quan phối hợp.",
)
WHY = (
    "Chờ hướng dẫn của thành phố; dự kiến xong trong quý sau.",
    "Thiếu người theo dõi, vừa phân công lại; dự kiến xong tháng sau.",
    "Cơ quan phối hợp trả lời chậm; đã gửi văn bản lần hai, hẹn xong trước cuối năm.",
    "Kinh phí vừa được giao; đang làm thủ tục mua sắm, xong trong 45 ngày.",
)


def reports(cast: Cast) -> Iterator[Act]:
    """The acts of the last three months, as of the present day."""
    newest = Month.of(clock.today())
    first = newest.plus(1 - MONTHS)
    yield Act(at(first.on(10), 9), lambda: _say_who_signs(cast))
    for month in (newest.plus(-back) for back in range(MONTHS - 1, -1, -1)):
        yield from _month(cast, month, is_last=month == newest)


def _say_who_signs(cast: Cast) -> None:
    setting = opening.setting_of(cast.plan.ward)
    values = {name: getattr(setting, name) for name in settling.FIELDS}
    settling.change(setting, {**values, "signer": cast.people["lanhdao"].full_name}, by=cast.people["dieuphoi"])


def _month(cast: Cast, month: Month, *, is_last: bool) -> Iterator[Act]:
    ward = cast.plan.ward
    chance = random.Random(str(month))  # noqa: S311 - a story, no secret
    yield Act(at(month.on(15), 0, 15), lambda: opening.open_month(ward, month))
    for day in (16, 19, 20, 23, 24, 25, 27):
        yield Act(at(month.on(day), 7, 30), lambda: reminding.remind(clock.now()))
    teams = [name for name in cast.units if name.startswith("to")]
    for name in teams:
        if chance.random() < 0.03:
            continue  # this team forgot
        day = 23 + chance.randrange(3) if chance.random() < 0.05 else 15 + chance.randrange(1, 8)
        yield Act(
            at(month.on(day), 8 + chance.randrange(12), chance.randrange(60)), _team(cast, name, month, chance.random())
        )
    heads = sorted(name for name in cast.units if _is_head(cast, name))
    for index, name in enumerate(heads):
        if name == "dn3" or (is_last and name == "kinhte.truong"):
            continue  # one firm never reports; one office is late in the last month
        day = 24 if name == heads[month.month % len(heads)] else 16 + (index * 5 + month.month) % 7
        yield Act(at(month.on(day), 14, index * 2), _unit(cast, name, month, chance.random()))
    returned = heads[(month.month + 3) % len(heads)]
    yield Act(at(month.on(22), 16), _return(cast, returned, month))
    yield Act(at(month.on(22), 17, 30), _again(cast, returned, month))
    yield Act(at(month.on(23), 9), lambda: deciding.accept_teams(_period(cast, month), by=cast.people["dieuphoi"]))
    if is_last:
        return
    yield Act(at(month.on(24), 15, 30), lambda: _accept_all(cast, month))
    yield Act(at(month.on(25), 16), lambda: _approve(cast, month))
    yield Act(at(month.on(26), 9), lambda: _issue(cast, month))


def _is_head(cast: Cast, name: str) -> bool:
    return name.endswith(".truong") or name.startswith(("truong", "dn")) or name == "phunu"


def _period(cast: Cast, month: Month) -> ReportPeriod:
    return ReportPeriod.objects.of(cast.plan.ward).select_related("ward", "receiver").get(starts_on=month.first)


def _report(cast: Cast, name: str, month: Month) -> UnitReport | None:
    """The report of somebody's unit; None where the unit is not expected."""
    rows = UnitReport.objects.filter(period__ward=cast.plan.ward, period__starts_on=month.first, unit=cast.units[name])
    return rows.select_related("period__ward", "unit").first()


def _team(cast: Cast, name: str, month: Month, luck: float) -> Callable[[], object]:
    def send() -> None:
        report = _report(cast, name, month)
        if report is None or not report.is_open:
            return
        if luck < 0.12:
            content = Content(nothing_arose=True)
        else:
            asked = prefilling.asked_of(report)
            counts = (4 + int(luck * 17), 6 + int(luck * 31), 1 + int(luck * 3))
            numbers = {one.key: Number(count) for one, count in zip(asked, counts, strict=False)}
            trouble = TROUBLES[int(luck * 100) % len(TROUBLES)] if luck > 0.9 else ""
            work = WORK[(int(luck * 1000) + month.month) % len(WORK)]
            content = Content(work_done=work, difficulties=trouble, numbers=numbers)
        deciding.submit(report, content, version=report.version, by=cast.people[name])

    return send


def _unit(cast: Cast, name: str, month: Month, luck: float) -> Callable[[], object]:
    def send() -> None:
        report = _report(cast, name, month)
        if report is None or not report.is_open:
            return
        by = cast.people[name]
        deciding.submit(report, _unit_content(report, month, luck), version=report.version, by=by)

    return send


def _unit_content(report: UnitReport, month: Month, luck: float) -> Content:
    lines = {}
    for line in report.lines.select_related("task"):
        late = line.task.next_due is not None and line.task.next_due <= report.period.window_to
        stuck = line.state == SelfState.STUCK
        needs = line.part == "lead" and (stuck or (late and line.state != SelfState.DONE))
        writes = line.part == "lead" and line.state != SelfState.DONE and (line.position + month.month) % 4
        text = LINE_WORK[(line.position + month.month) % len(LINE_WORK)] if writes else ""
        lines[line.pk] = LineText(line.state, text, WHY[line.position % len(WHY)] if needs else "")
    work = UNIT_WORK[(int(luck * 100) + month.month) % len(UNIT_WORK)]
    trouble = UNIT_TROUBLES[(int(luck * 10) + month.month) % len(UNIT_TROUBLES)]
    proposals = "Đề nghị phường bố trí kinh phí in tờ hướng dẫn khổ lớn." if luck > 0.8 else ""
    return Content(work_done=work, difficulties=trouble, proposals=proposals, lines=lines)


def _return(cast: Cast, name: str, month: Month) -> Callable[[], object]:
    def send_back() -> None:
        report = _report(cast, name, month)
        if (
            report is not None
            and report.state == UnitReport.State.SUBMITTED
            and report.unit_id != report.period.receiver_id
        ):
            reason = "Chưa nêu số người đã được hướng dẫn trong kỳ. Hãy bổ sung."
            deciding.send_back(report, reason=reason, by=cast.people["dieuphoi"])

    return send_back


def _again(cast: Cast, name: str, month: Month) -> Callable[[], object]:
    def send() -> None:
        report = _report(cast, name, month)
        if report is None or report.state != UnitReport.State.RETURNED:
            return
        content = _unit_content(report, month, 0.5)
        more = Content(
            work_done=f"{content.work_done} Đã hướng dẫn 46 người trong kỳ.",
            difficulties=content.difficulties, proposals=content.proposals, lines=content.lines,
        )  # fmt: skip
        deciding.submit(report, more, version=report.version, by=cast.people[name])

    return send


def _accept_all(cast: Cast, month: Month) -> None:
    """The coordinator opens what is left, one by one; the own office's report is for the leader."""
    waiting = UnitReport.objects.of(_period(cast, month)).waiting().select_related("period__ward", "unit")
    for report in waiting:
        own = report.unit_id == report.period.receiver_id
        deciding.accept(report, by=cast.people["lanhdao" if own else "dieuphoi"])


def _approve(cast: Cast, month: Month) -> None:
    summary = signing.summary_of(_period(cast, month))
    signing.approve(summary, seen=signing.digest_of(signing.data_of(summary)), by=cast.people["lanhdao"])


def _issue(cast: Cast, month: Month) -> None:
    summary = signing.summary_of(_period(cast, month))
    number = 180 + (month.year - 2025) * 200 + month.month * 7
    paper = io.BytesIO(render_pdf(printing.ward_report(summary)))  # stands for the scan of the signed paper
    signing.issue(
        summary, number=number, issued_on=clock.today(), upload=paper, file_name=f"{number}-BC-UBND (minh họa).pdf",
        by=cast.people["vanthu"],
    )  # fmt: skip
