"""The measures of the Hải An plan: every target and every measurable result of a task has its way of counting.

Those whose records come with later rooms are declared here in words and stay dark until that room registers them.
"""

from __future__ import annotations

from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from hocvu.lib.months import DAY, start_of
from hocvu.plan import measures
from hocvu.plan.measures import Drill, Figure, Records, awaited, measure
from hocvu.plan.models import ProgressNote, ReportPeriod, SelfState, Task, TaskMeasure, UnitReport
from hocvu.ward.models import Unit, Ward

# ---- Targets; those of skills are counted in counting_skills

awaited(
    "schools_teaching_skills",
    title="Cơ sở giáo dục phổ thông dạy kỹ năng số",
    unit="trường",
    kind="counted",
    population="schools",
    definition="Đếm trường phổ thông của địa bàn có chương trình dạy kỹ năng số đang thực hiện trong năm học, đã có bằng "
    "chứng được kiểm; chia cho tổng số trường phổ thông.",
    records="sổ chương trình của các trường",
)

# ---- Results of tasks

awaited(
    "own_channel",
    title="Kênh truyền thông riêng về Phong trào",
    unit="kênh",
    kind="counted",
    definition="Đếm fanpage hoặc kênh tiktok của địa bàn đang hoạt động.",
    records="kênh truyền thông",
)
awaited(
    "weeks_with_news",
    title="Tuần có tin",
    unit="tuần",
    kind="counted",
    definition="Đếm tuần có ít nhất một tin đã đăng; chia cho số tuần đã qua của thời gian thực hiện.",
    records="tin đã đăng của chuyên mục",
)
awaited(
    "school_programmes_with_skills",
    title="Chương trình phổ thông có kỹ năng số",
    unit="chương trình",
    kind="counted",
    definition="Đếm chương trình giáo dục phổ thông có tích hợp kỹ năng số; chia cho tổng số chương trình.",
    records="sổ chương trình của các trường",
)
awaited(
    "schools_with_volunteers",
    title="Trường có học sinh tình nguyện",
    unit="trường",
    kind="counted",
    population="schools",
    definition="Đếm trường có giờ tình nguyện phổ cập kỹ năng số của học sinh được ghi trong năm; chia cho tổng số trường.",
    records="giờ tình nguyện",
)
awaited(
    "digital_schools",
    title="Trường học số",
    unit="trường",
    kind="counted",
    population="schools",
    definition="Đếm trường tự đánh giá đạt mô hình trường học số, có bằng chứng được kiểm; chia cho tổng số trường.",
    records="tự đánh giá của các trường",
)
awaited(
    "typical_schools",
    title="Trường triển khai mô hình điển hình",
    unit="trường",
    kind="counted",
    population="schools",
    definition="Đếm trường triển khai ít nhất một trong các mô hình trường điển hình, lớp học số sáng tạo, giáo viên tiêu "
    "biểu, có bằng chứng được kiểm; chia cho tổng số trường.",
    records="sổ mô hình của các trường",
)
awaited(
    "service_helpers",
    title="Cán bộ hỗ trợ tại nơi làm thủ tục",
    unit="cán bộ",
    kind="counted",
    definition="Đếm cán bộ, công chức có ca trực hỗ trợ người dân làm thủ tục trực tuyến trong tháng.",
    records="lịch trực Đại sứ số",
)
awaited(
    "neighbourhoods_with_ambassadors",
    title="Khu dân cư có Đại sứ số",
    unit="khu dân cư",
    kind="counted",
    population="neighbourhoods",
    definition="Đếm khu dân cư có ít nhất một Đại sứ số đang nhận việc; chia cho tổng số khu dân cư.",
    records="danh sách Đại sứ số",
)
awaited(
    "digital_families",
    title="Gia đình số",
    unit="hộ",
    kind="counted",
    population="households",
    definition="Đếm hộ có ít nhất một thành viên đã có giấy xác nhận và đã hướng dẫn người trong nhà; chia cho tổng số hộ.",
    records="giấy xác nhận và lời khai của hộ",
)
awaited(
    "digital_markets",
    title="Chợ số",
    unit="chợ",
    kind="counted",
    population="markets",
    definition="Đếm chợ thực hiện mô hình 4T theo bốn lần kiểm; chia cho tổng số chợ.",
    records="kiểm tra mô hình 4T tại chợ",
)


def _task_of(code: str, ward: Ward) -> Task | None:
    """The running task whose result a measure counts; the newest plan's where there are several."""
    rows = TaskMeasure.objects.filter(
        measure=code, task__plan__ward=ward, task__plan__state="running", task__withdrawn_at=None
    )
    row = rows.select_related("task__plan").order_by("-task__plan__published_at", "pk").first()
    return row.task if row else None


def _carrying_units(code: str) -> Records:
    """The units that carry the task of a measure through a group, as of a day."""

    def units(ward: Ward, day: date) -> QuerySet[Unit]:
        task = _task_of(code, ward)
        if task is None:
            return Unit.objects.none()
        return Unit.objects.filter(pk__in=measures.carrying(task, day).values("unit"))

    return units


def _proven_units(code: str) -> Records:
    """Those of them whose evidence was accepted."""

    def units(ward: Ward, day: date) -> QuerySet[Unit]:
        task = _task_of(code, ward)
        if task is None:
            return Unit.objects.none()
        return _carrying_units(code)(ward, day).filter(pk__in=measures.proven(task, day).values("unit"))

    return units


@measure(
    "units_briefed",
    title="Đơn vị đã quán triệt kế hoạch",
    unit="đơn vị",
    kind="counted",
    definition="Đếm phòng, ban, đơn vị đã nộp bằng chứng quán triệt và bằng chứng đã được người khác kiểm; chia cho số "
    "đơn vị được giao việc này trong kế hoạch đang thực hiện.",
    drill=Drill(_carrying_units("units_briefed"), _proven_units("units_briefed")),
)
def units_briefed(ward: Ward, day: date) -> Figure | None:
    """Task 1: units of the group whose evidence was checked, among all that carry the task."""
    task = _task_of("units_briefed", ward)
    return measures.units_verified([task], day).get(task.pk) if task else None


def _launching_units(ward: Ward, day: date) -> QuerySet[Unit]:
    """The units whose newest report on the task, up to a day, says that it is done."""
    task = _task_of("units_in_emulation", ward)
    if task is None:
        return Unit.objects.none()
    said = ProgressNote.objects.filter(task=task, unit=OuterRef("pk"), made_at__lt=start_of(day + DAY))
    newest = said.order_by("-made_at", "-pk").values("state")[:1]
    carrying = Unit.objects.filter(pk__in=_carrying_units("units_in_emulation")(ward, day).order_by().values("pk"))
    return carrying.annotate(said=Subquery(newest)).filter(said=SelfState.DONE)


@measure(
    "units_in_emulation",
    title="Đơn vị phát động thi đua",
    unit="đơn vị",
    kind="declared",
    definition="Đếm phòng, ban, đơn vị, khu dân cư mà báo cáo mới nhất ghi đã phát động phong trào thi đua; chia cho số "
    "đơn vị được giao việc này.",
    drill=Drill(_carrying_units("units_in_emulation"), _launching_units),
)
def units_in_emulation(ward: Ward, day: date) -> Figure | None:
    """The drives that units say they launched: their own word until drives are records."""
    task = _task_of("units_in_emulation", ward)
    whole = _carrying_units("units_in_emulation")(ward, day).count() if task else 0
    if not whole:
        return None
    return Figure(_launching_units(ward, day).count(), whole, "báo cáo của từng đơn vị", day, "declared")


def _reporters(ward: Ward, day: date, *, in_time: bool) -> QuerySet[Unit]:
    """The units that had to report of the newest period whose day was over, or those of them that were in time."""
    over = ReportPeriod.objects.of(ward).monthly().filter(due_at__lte=start_of(day + DAY))
    period = over.order_by("-starts_on").first()
    if period is None:
        return Unit.objects.none()
    rows = UnitReport.objects.of(period).expected()
    rows = rows.filter(first_submitted_at__lt=period.due_at) if in_time else rows
    return Unit.objects.filter(pk__in=rows.values("unit"))


@measure(
    "reports_in_time",
    title="Đơn vị gửi báo cáo đúng hạn",
    unit="đơn vị",
    kind="counted",
    definition="Đếm đơn vị và tổ công nghệ số gửi báo cáo trước hạn trong kỳ mới nhất đã hết hạn; chia cho số phải báo cáo, "
    "chốt khi mở kỳ. Cơ quan được đề nghị và đơn vị được cho thôi không tính.",
    drill=Drill(
        lambda ward, day: _reporters(ward, day, in_time=False), lambda ward, day: _reporters(ward, day, in_time=True)
    ),
)
def reports_in_time(ward: Ward, day: date) -> Figure | None:
    """How many of those who had to report kept the day, in the newest period that is over."""
    whole = _reporters(ward, day, in_time=False).count()
    if not whole:
        return None
    return Figure(_reporters(ward, day, in_time=True).count(), whole, "báo cáo của từng đơn vị", day, "counted")
