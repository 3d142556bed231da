"""Oversight in the synthetic ward: what the Front's overseer wrote and units answered, three rounds of inspection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from hocvu.home.demo_acts import Act, at
from hocvu.home.demo_life import Cast
from hocvu.plan import supervising
from hocvu.plan.models import Finding, Inspection, Remark
from hocvu.plan.models.supervision import Subject

GOOD, NEEDS_WORK, NOT_DONE = Finding.Verdict.GOOD, Finding.Verdict.NEEDS_WORK, Finding.Verdict.NOT_DONE


def oversight(cast: Cast) -> Iterator[Act]:
    """Everything that was overseen and inspected."""
    yield from _remarks(cast)
    yield from _inspections(cast)


def _remarks(cast: Cast) -> Iterator[Act]:
    """Four remarks: one is closed, one waits for the overseer, two wait for their unit."""
    empty_weeks = "Tuần Tết không có tin nào. Đề nghị nói rõ ai trực khi người phụ trách nghỉ."
    yield Act(at(date(2026, 2, 24)), _file(cast, _result(cast, "4"), "sunghiep", empty_weeks))
    words = "Từ tháng 3 có hai người thay nhau viết tin; lịch trực dán tại phòng và gửi kèm báo cáo tháng."
    yield Act(at(date(2026, 3, 3)), _answer(cast, empty_weeks, "sunghiep", words))
    yield Act(at(date(2026, 4, 6)), _close(cast, empty_weeks, "Tháng 3 đủ tin các tuần. Đồng ý với cách làm."))
    assistant = "Trợ lý ảo chưa có đơn vị cung cấp sau sáu tháng. Đề nghị cho biết hướng xử lý và thời hạn."
    yield Act(at(date(2026, 8, 11)), _file(cast, cast.tasks["10"], "vhxh", assistant))
    words = "Đã gửi văn bản hỏi thành phố lần hai ngày 14/8; sẽ báo lại khi có trả lời, chậm nhất trong tháng 12."
    yield Act(at(date(2026, 8, 20)), _answer(cast, assistant, "vhxh", words))
    workers = "Số doanh nghiệp gửi danh sách lao động còn ít. Đề nghị nêu cách vận động các doanh nghiệp còn lại."
    yield Act(at(date(2026, 10, 5)), _file(cast, cast.tasks["18"], "kinhte", workers))
    if figure := next((one for one in cast.targets if (one.year, one.audience) == (2026, "officials")), None):
        source = "Tỷ lệ cán bộ đã bồi dưỡng tăng nhanh trong quý III. Đề nghị cho biết danh sách lớp làm căn cứ."
        yield Act(at(date(2026, 11, 18), 14), _file(cast, figure, "vhxh", source))


def _inspections(cast: Cast) -> Iterator[Act]:
    """Three rounds; what was wanting in the first two was put right."""
    first = "Kiểm tra truyền thông và Ngày hội học tập số"
    day = date(2025, 10, 21)
    yield Act(at(day, 15), _inspect(cast, first, day, "Các phòng, ban và nhà văn hóa khu dân cư", "vanphong"))
    yield Act(at(day, 16), _find(cast, first, "4", GOOD, "Tuần nào cũng có tin, bài dễ hiểu, có hình."))
    yield Act(at(day, 16, 10), _find(cast, first, "6", GOOD, "Bốn gian hướng dẫn, có điểm danh người dự."))
    wanting = "Nhiều hộ nhà trọ chưa được phổ biến vì tổ chỉ đi ban ngày."
    yield Act(at(day, 16, 20), _find(cast, first, "5", NEEDS_WORK, wanting, date(2025, 11, 30)))
    yield Act(at(date(2025, 11, 28)), _settle(cast, wanting, "Các tổ đã đi lại buổi tối, có ảnh trong bằng chứng."))

    second = "Kiểm tra hỗ trợ người dân ở chợ và trung tâm hành chính công"
    day = date(2026, 4, 14)
    yield Act(at(day, 15), _inspect(cast, second, day, "Chợ Cầu Tre, Trung tâm phục vụ hành chính công", "vhxh"))
    yield Act(at(day, 16), _find(cast, second, "25", GOOD, "Các sạp được hỏi đều nhận tiền bằng mã QR."))
    wanting = "Buổi chiều không có Đại sứ số trực ở quầy hướng dẫn."
    yield Act(at(day, 16, 10), _find(cast, second, "23", NEEDS_WORK, wanting, date(2026, 5, 15)))
    yield Act(at(date(2026, 5, 12)), _settle(cast, wanting, "Đã xếp lịch trực cả hai buổi, niêm yết tại quầy."))

    third = "Kiểm tra các lớp học và đào tạo người lao động"
    day = date(2026, 10, 20)
    yield Act(at(day, 15), _inspect(cast, third, day, "Ba doanh nghiệp và bốn nhóm học của Đoàn Thanh niên", "vhxh"))
    yield Act(at(day, 16), _find(cast, third, "29", GOOD, "Nhóm học đông, người cao tuổi tự gọi được có hình."))
    wanting = "Hai trong ba doanh nghiệp chưa mở lớp nào cho người lao động."
    yield Act(at(day, 16, 10), _find(cast, third, "18", NOT_DONE, wanting, date(2026, 11, 16)))
    wanting = "Chưa có trợ lý ảo để người dân dùng thử."
    yield Act(at(day, 16, 20), _find(cast, third, "10", NEEDS_WORK, wanting, day + timedelta(days=60)))


def _result(cast: Cast, number: str) -> Subject:
    """The first figure in a task's result; the task where the plan names none."""
    task = cast.tasks[number]
    return task.measures.select_related("task__plan__ward").first() or task


def _file(cast: Cast, subject: Subject, who: str, text: str) -> Callable[[], object]:
    return partial(supervising.remark, subject, unit=cast.units[who], text=text, by=cast.people["mattran"])


def _answer(cast: Cast, asked: str, who: str, text: str) -> Callable[[], object]:
    def answer() -> object:
        return supervising.answer(_asked(cast, asked), unit=cast.units[who], text=text, by=cast.people[who])

    return answer


def _close(cast: Cast, asked: str, note: str) -> Callable[[], object]:
    return lambda: supervising.close(_asked(cast, asked), note=note, by=cast.people["mattran"])


def _asked(cast: Cast, text: str) -> Remark:
    return Remark.objects.get(ward=cast.plan.ward, text=text)


def _inspect(cast: Cast, title: str, day: date, place: str, led_by: str) -> Callable[[], object]:
    return partial(
        supervising.inspect,
        cast.plan.ward,
        title=title,
        day=day,
        place=place,
        led_by=cast.units[led_by],
        members="Mặt trận Tổ quốc, Đoàn Thanh niên",
        by=cast.people["dieuphoi"],
    )


def _find(
    cast: Cast, title: str, number: str, verdict: Finding.Verdict, found: str, follow_up_by: date | None = None
) -> Callable[[], object]:
    def find() -> object:
        return supervising.find(
            Inspection.objects.get(ward=cast.plan.ward, title=title),
            task=cast.tasks[number],
            found=found,
            verdict=verdict,
            follow_up_by=follow_up_by,
            by=cast.people["dieuphoi"],
        )

    return find


def _settle(cast: Cast, found: str, note: str) -> Callable[[], object]:
    def settle() -> object:
        finding = Finding.objects.get(inspection__ward=cast.plan.ward, found=found)
        return supervising.settle(finding, note=note, by=cast.people["dieuphoi"])

    return settle
