"""Which measure counts a target or a task's result: told from the plan's words, put right by a person.

A row whose words fit no rule has no measure, and units declare its figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from hocvu.lib.refusals import Refusal
from hocvu.lib.text import fold
from hocvu.plan import measures
from hocvu.plan.models import Target, Task, TaskMeasure
from hocvu.ward import audit
from hocvu.ward.models import Account

Audience = Target.Audience

# (audience, words that must stand in the target's text without tones, measure); the first that fits counts.
TARGETS: Sequence[tuple[str, str, str]] = (
    (Audience.ADULTS, r"\bvneid\b", "vneid_taught"),
    (Audience.ADULTS, r"danh tinh so|dinh danh dien tu", "digital_identity"),
    (Audience.OFFICIALS, r"", "officials_skilled"),
    (Audience.STUDENTS, r"tieu hoc", "pupils_skilled"),
    (Audience.STUDENTS, r"", "secondary_pupils_skilled"),
    (Audience.ADULTS, r"", "adults_skilled"),
    (Audience.WORKERS, r"", "workers_skilled"),
    (Audience.SCHOOLS, r"giang day|chuong trinh", "schools_teaching_skills"),
    (Audience.HOUSEHOLDS, r"pho bien|tuyen truyen|tiep can|thong tin ve phong trao", "households_informed"),
)
# (words of the result, words of the task, measure), without tones.
RESULTS: Sequence[tuple[str, str, str]] = (
    (r"danh tinh so|dinh danh", r"", "digital_identity"),
    (r"\bho (gia dinh|dan)\b.*(pho bien|tuyen truyen|tiep can|thong tin)", r"", "households_informed"),
    (r"\b(pho bien|tuyen truyen).*\bho (gia dinh|dan)\b", r"", "households_informed"),
    (r"fanpage|kenh tiktok", r"", "own_channel"),
    (r"\btin\b", r"", "weeks_with_news"),
    (r"khoa dao tao|khoa boi duong", r"", "courses_attended"),
    (r"chuong trinh (boi duong|.*quan ly nha nuoc)", r"", "programmes_with_digital_content"),
    (r"chuong trinh giao duc", r"", "school_programmes_with_skills"),
    (r"tinh nguyen", r"", "schools_with_volunteers"),
    (r"truong hoc so", r"", "digital_schools"),
    (r"truong hoc", r"dien hinh|sang tao|tieu bieu", "typical_schools"),
    (r"dai su so", r"", "neighbourhoods_with_ambassadors"),
    (r"ho tro.*thu tuc|dich vu cong", r"", "service_helpers"),
    (r"thanh vien|gia dinh so", r"gia dinh so", "digital_families"),
    (r"\bcho\b", r"cho so", "digital_markets"),
    (r"thi dua", r"", "units_in_emulation"),
    (r"to cong nghe so", r"", "teams_kept_up"),
    (r"khuyet tat", r"", "disabled_guided"),
    (r"nguoi cao tuoi", r"", "elderly_guided"),
    (r"smart hai phong|cong dan so", r"smart hai phong|cong dan so|ung dung", "city_app_reached"),
    (r"(buoi|lop) (hoc|huong dan|sinh hoat).*cong dong", r"", "community_classes"),
    (r"don vi", r"quan triet", "units_briefed"),
)
# Results that name what is wanted and no level: (words of the result, words of the task, [(what, measure)]).
WITHOUT_LEVEL: Sequence[tuple[str, str, Sequence[tuple[str, str]]]] = (
    (
        r"hoan thanh khoa hoc",
        r"truc tuyen mo|moocs|binh dan hoc vu so",
        (("người hoàn thành khóa học trên nền tảng quốc gia", "national_completions"),),
    ),
    (
        r"khoa hoc truc tuyen",
        r"truc tuyen mo|moocs|dai tra",
        (
            ("người học xong khóa học trên trang này", "own_completions"),
            ("người hoàn thành khóa học trên nền tảng quốc gia", "national_completions"),
            ("người dự lớp học trên địa bàn", "class_attendees"),
        ),
    ),
    (
        r"cai dat|ung dung",
        r"smart hai phong|cong dan so",
        (("người đã cài và dùng được ứng dụng Smart Hải Phòng", "city_app_reached"),),
    ),
    (r"khuyet tat", r"khuyet tat", (("người khuyết tật được hướng dẫn", "disabled_guided"),)),
    (r"cao tuoi", r"cao tuoi", (("người cao tuổi được hướng dẫn", "elderly_guided"),)),
    (
        r"huong dan",
        r"huong dan (cho )?(nguoi dan|nhan dan|ba con)",
        (("người dân được hướng dẫn", "people_guided"),),
    ),
    (
        r"",
        r"(buoi|lop) (hoc|huong dan|sinh hoat) (so )?(tai |o |cho |trong )?cong dong",
        (("tháng có buổi học cộng đồng", "community_classes"),),
    ),
)


def measure_of_target(target: Target) -> str:
    """The code of the measure that the words of a target ask for; "" where no rule fits.

    Only a share is counted over a population, so that "500 hộ" is not taken for a percentage.
    """
    words = fold(f"{target.text} {target.audience_text}")
    if not target.is_share:
        return ""
    return next((code for who, said, code in TARGETS if who == target.audience and re.search(said, words)), "")


def measure_of_result(what: str, content: str) -> str:
    """The code of the measure that a task's result asks for; "" where no rule fits."""
    result, task = fold(what), fold(content)
    return next((code for said, whose, code in RESULTS if re.search(said, result) and re.search(whose, task)), "")


def assign(target: Target) -> None:
    """Give a target, not yet saved, the measure of its words, unless a person chose."""
    if not target.measure_chosen:
        target.measure = measure_of_target(target)


def assign_result(row: TaskMeasure, content: str) -> TaskMeasure:
    """Give a task's result, not yet saved, the measure of its words."""
    row.measure = measure_of_result(row.what, content)
    return row


def results_without_level(task: Task) -> list[TaskMeasure]:
    """What is counted of a task whose result names no level, as rows not yet saved: above 0 of a number, which
    `TaskMeasure.names_level` tells apart from a level of the plan."""
    result, content = fold(task.result), fold(task.content)
    for said, whose, rows in WITHOUT_LEVEL:
        if re.search(said, result) and re.search(whose, content):
            return [
                TaskMeasure(task=task, comparator=">", value=0, unit=_one_of(code), what=what, measure=code)
                for what, code in rows
            ]
    return []


def _one_of(code: str) -> str:
    found = measures.find(code)
    return found.unit if found else "người"


def _add_results_without_level() -> int:
    """Give tasks of plans that were published before what is counted of them; answers how many rows."""
    added = 0
    for task in Task.objects.prefetch_related("measures"):
        known = {row.measure for row in task.measures.all()}
        last = max((row.position for row in task.measures.all()), default=0)
        rows = [row for row in results_without_level(task) if row.measure not in known]
        for position, row in enumerate(rows, start=last + 1):
            row.position = position
            row.save()
        added += len(rows)
    return added


def assign_all() -> int:
    """Give measures to the rows of plans that were published before there were any; answers how many."""
    targets = [
        target for target in Target.objects.filter(measure="", measure_chosen=False) if measure_of_target(target)
    ]
    results = [row for row in TaskMeasure.objects.filter(measure="").select_related("task")
               if measure_of_result(row.what, row.task.content)]  # fmt: skip
    for target in targets:
        assign(target)
    for row in results:
        assign_result(row, row.task.content)
    Target.objects.bulk_update(targets, ("measure",))
    TaskMeasure.objects.bulk_update(results, ("measure",))
    return len(targets) + len(results) + _add_results_without_level()


@transaction.atomic
def choose(target: Target, code: str, *, reason: str, by: Account) -> None:
    """A person says by which measure a target is counted; "" leaves it to what units declare."""
    if code and measures.find(code) is None:
        raise Refusal("Cách đếm này không có. Hãy chọn lại trong danh sách.", "measure")
    if not reason.strip():
        raise Refusal("Hãy ghi lý do đổi để người xem hiểu vì sao số thay đổi.", "reason")
    target = Target.objects.select_for_update(no_key=True).select_related("plan__ward").get(pk=target.pk)
    before, target.measure, target.measure_chosen = target.measure, code, True
    target.save(update_fields=("measure", "measure_chosen"))
    audit.record(
        by,
        "chose how a target is counted",
        target,
        ward=target.plan.ward,
        before=before,
        after=code,
        reason=reason.strip()[:200],
    )
