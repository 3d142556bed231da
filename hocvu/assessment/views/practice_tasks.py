"""The ward's practice tasks: those from files, those of its own, another wording, the end of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache

from hocvu.assessment import practice_tasks
from hocvu.assessment.models import PracticeTask
from hocvu.assessment.practice_tasks import SaidTask
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, Framework, Level
from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark
from hocvu.lib.web import sent
from hocvu.ward.access import SignedInRequest, needs, scoped

MANAGE = "tests.manage"


def _state(task: PracticeTask) -> Mark:
    if task.valid_to is not None and task.valid_to < clock.today():
        return Mark("Thôi dùng", "none")
    return Mark("Đang dùng", "good")


@needs(MANAGE)
@never_cache
def practice_task_list(request: SignedInRequest) -> HttpResponseBase:
    """Every task of the ward, its newest wording first."""
    page = Page(
        "Việc thực hành",
        lead="Người học làm tận tay, người có quyền xem đủ các điều rồi xác nhận. Sửa lời thì thành bản mới; xác nhận cũ giữ lời cũ.",
        crumbs=(_home(),),
        acts=((reverse("assessment:add_practice_task"), "Thêm việc"),),
        empty="Chưa có việc thực hành nào",
        counted="việc",
    )
    columns: list[Head[PracticeTask]] = [
        Head(
            "Việc",
            lambda row: row.title,
            36,
            href=lambda row: reverse("assessment:change_practice_task", args=(row.pk,)),
        ),
        Head("Bản", lambda row: row.number, 6),
        Head("Năng lực", lambda row: row.competence, 14),
        Head("Bậc", lambda row: row.level, 8),
        Head("Từ đâu", lambda row: "tệp" if row.file_digest else "nơi này soạn", 14),
        Head("Tình trạng", lambda row: str(_state(row)), 14, mark=_state),
        Head("Phải thấy", lambda row: "; ".join(line["text"] for line in row.lines), 60, only_in_file=True),
    ]
    now = Choice("dung", "Tình trạng", (("dang", "Đang dùng"), ("thoi", "Thôi dùng")), _in_use)
    rows = scoped(PracticeTask.objects.all(), request.user, MANAGE, request.ward).order_by("code", "-number")
    return show(request, page, rows=rows, columns=columns, filters=(now,))


def _in_use(rows: Any, value: str) -> Any:
    over = rows.filter(valid_to__lt=clock.today())
    return over if value == "thoi" else rows.exclude(pk__in=over.values("pk"))


class TaskForm(Form):
    """A practice task as an office writes it. A line that must be seen begins with a star."""

    title = forms.CharField(label="Việc", max_length=160)
    gist = forms.CharField(label="Làm thế nào", max_length=600, required=False, widget=forms.Textarea)
    competence = forms.ChoiceField(label="Năng lực")
    level = forms.ChoiceField(label="Bậc")
    groups = forms.MultipleChoiceField(
        label="Nhóm đối tượng", required=False, choices=list(GROUPS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="Không chọn nhóm nào là cho mọi người",
    )  # fmt: skip
    lines = forms.CharField(
        label="Phải thấy những gì", widget=forms.Textarea(attrs={"rows": "6"}),
        help_text="Mỗi dòng một điều. Điều bắt buộc thì đặt dấu * ở đầu dòng",
    )  # fmt: skip
    screens = forms.CharField(
        label="Màn hình giả lập làm thay được", required=False, max_length=400,
        help_text="Mã câu hỏi loại màn hình giả lập, cách nhau bằng dấu phẩy",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        frameworks = Framework.objects.on(clock.today())
        rows = Competence.objects.filter(framework__in=frameworks).exclude(parent=None).select_related("framework")
        named = [(one.reference, f"{one.reference} {one.title}") for one in rows]
        self.fields["competence"].choices = named  # type: ignore[attr-defined]
        levels = Level.objects.filter(framework__in=frameworks).select_related("framework")
        known = {one.code: (one.code, f"{one.code} {one.title}") for one in levels}
        self.fields["level"].choices = list(known.values())  # type: ignore[attr-defined]

    def said(self, code: str = "") -> SaidTask:
        """The task that the form says."""
        data = self.cleaned_data
        lines = [line.strip() for line in data["lines"].splitlines() if line.strip("* \t")]
        return SaidTask(
            code=code,
            title=" ".join(data["title"].split()),
            gist=" ".join(data["gist"].split()),
            competence=data["competence"],
            level=data["level"],
            groups=data["groups"],
            lines=[{"text": " ".join(line.lstrip("* ").split()), "must": line.startswith("*")} for line in lines],
            screens=[one for one in data["screens"].replace(",", " ").split() if one],
        )


def _initial(task: PracticeTask) -> dict[str, Any]:
    names = ("title", "gist", "competence", "level", "groups")
    lines = "\n".join(f"{'* ' if line['must'] else ''}{line['text']}" for line in task.lines)
    return {**{name: getattr(task, name) for name in names}, "lines": lines, "screens": ", ".join(task.screens)}


@needs(MANAGE)
@never_cache
def add_practice_task(request: SignedInRequest) -> HttpResponse:
    """A task of the ward's own."""
    form = TaskForm(sent(request))

    def do(data: dict[str, Any]) -> str:
        practice_tasks.write(request.ward, form.said(), by=request.user)
        messages.success(request, "Đã thêm việc thực hành.")
        return reverse("assessment:practice_tasks")

    act = Act("Thêm việc thực hành", "Thêm", crumbs=(_home(), _list()), back=reverse("assessment:practice_tasks"))
    return act_page(request, form, act, do=do)


@needs(MANAGE)
@never_cache
def change_practice_task(request: SignedInRequest, practicetask_id: int) -> HttpResponse:
    """Another wording of a task: the next number from today on."""
    task = _found(request, practicetask_id)
    form = TaskForm(sent(request), initial=_initial(task))

    def do(data: dict[str, Any]) -> str:
        practice_tasks.write(request.ward, form.said(task.code), by=request.user)
        messages.success(request, "Đã ra bản mới của việc này.")
        return reverse("assessment:practice_tasks")

    act = Act(
        f"Sửa việc: {task.title}",
        "Ra bản mới",
        lead="Bản mới dùng từ hôm nay. Xác nhận đã ghi vẫn giữ lời của bản cũ.",
        facts=(("Bản", str(task.number)), ("Tình trạng", str(_state(task)))),
        crumbs=(_home(), _list()),
        back=reverse("assessment:practice_tasks"),
    )
    ends = reverse("assessment:end_practice_task", args=(task.pk,)) if task.valid_to is None else ""
    return act_page(request, form, act, do=do, template="assessment/change_practice_task.html", ends=ends)


@needs(MANAGE)
@never_cache
def end_practice_task(request: SignedInRequest, practicetask_id: int) -> HttpResponse:
    """The last day of a task is today."""
    task = _found(request, practicetask_id)

    def do(data: dict[str, Any]) -> str:
        practice_tasks.end(task, by=request.user)
        messages.success(request, "Việc này thôi dùng từ ngày mai.")
        return reverse("assessment:practice_tasks")

    act = Act(
        "Thôi dùng việc thực hành",
        "Thôi dùng",
        lead="Từ ngày mai không xác nhận việc này nữa. Xác nhận đã ghi vẫn tính.",
        facts=(("Việc", task.title),),
        crumbs=(_home(), _list()),
        back=reverse("assessment:practice_tasks"),
        is_grave=True,
    )
    return act_page(request, Form(sent(request)), act, do=do)


def _found(request: SignedInRequest, key: int) -> PracticeTask:
    return get_object_or_404(scoped(PracticeTask.objects.all(), request.user, MANAGE, request.ward), pk=key)


def _home() -> tuple[str, str]:
    return (reverse("assessment:confirm_practice"), "Xác nhận thực hành")


def _list() -> tuple[str, str]:
    return (reverse("assessment:practice_tasks"), "Việc thực hành")
