"""Oversight: remarks with their answers and conclusions, and the ward's rounds of inspection."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.forms import DateField, Form
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.marks import Mark, Tone
from hocvu.lib.web import render, sent
from hocvu.plan import supervising
from hocvu.plan.models import Finding, Inspection, Remark, RemarkAnswer, Target, Task, TaskMeasure
from hocvu.plan.models.supervision import RemarkQuerySet, Subject
from hocvu.ward.access import SignedInRequest, can, may, needs, scoped
from hocvu.ward.models import Neighbourhood, Unit

NO_NAMES = "Không ghi tên, số điện thoại, số định danh của người dân."
SHORT = 90  # letters of a remark or a task in a list; the whole stands on its page and in the spreadsheet


# ---- Remarks


def remark_mark(remark: Remark) -> Mark:
    """What the remark waits for."""
    if remark.closed_at:
        return Mark("Đã kết thúc", "good")
    if remark.answers.all():
        return Mark("Chờ kết luận", "slow")
    if remark.due_on < clock.today():
        return Mark("Quá hạn trả lời", "bad")
    return Mark("Chờ trả lời", "slow")


def address_of(subject: Subject) -> str:
    """Its page."""
    name = {Task: "plan:task", Target: "plan:target", TaskMeasure: "plan:result"}[type(subject)]
    return reverse(name, args=(subject.pk,))


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1].rstrip()}…"


def _answers(remark: Remark) -> str:
    return "\n".join(f"{timezone.localtime(one.made_at):%d/%m/%Y}: {one.text}" for one in remark.answers.all())


REMARKS = (
    Head[Remark]("Ý kiến", lambda r: _cut(r.text), 60, href=lambda r: reverse("plan:remark", args=(r.pk,))),
    Head[Remark]("Tình trạng", lambda r: remark_mark(r).words, 18, mark=remark_mark),
    Head[Remark]("Đơn vị phải trả lời", lambda r: r.unit.name, 36),
    Head[Remark]("Về", lambda r: _cut(supervising.words_of(r.subject)), 60),
    Head[Remark]("Hạn trả lời", lambda r: r.due_on, 12),
    Head[Remark]("Ghi lúc", lambda r: r.made_at, 18, only_in_file=True),
    Head[Remark]("Người giám sát", lambda r: str(r.made_by), 24, only_in_file=True),
    Head[Remark]("Nguyên văn", lambda r: r.text, 80, only_in_file=True),
    Head[Remark]("Trả lời", _answers, 80, only_in_file=True),
    Head[Remark]("Kết luận", lambda r: r.closed_note, 60, only_in_file=True),
)
STATES = (
    ("mo", "Đang mở"),
    ("cho-tra-loi", "Chờ trả lời"),
    ("qua-han", "Quá hạn trả lời"),
    ("cho-ket-luan", "Chờ kết luận"),
    ("xong", "Đã kết thúc"),
)
ABOUT = {"nhiem-vu": "task", "chi-tieu": "target", "ket-qua": "task_measure"}


def _in_state(rows: RemarkQuerySet, state: str) -> RemarkQuerySet:
    match state:
        case "mo":
            return rows.open()
        case "cho-tra-loi":
            return rows.unanswered()
        case "qua-han":
            return rows.overdue(clock.today())
        case "cho-ket-luan":
            return rows.answered()
    return rows.exclude(closed_at=None)


def _with_subjects(rows: RemarkQuerySet) -> RemarkQuerySet:
    """With what a line or a page says of them."""
    return rows.select_related("unit", "made_by", "task__plan", "target__plan", "task_measure__task__plan")


@needs("supervision.read")
@require_safe
def remarks(request: SignedInRequest) -> HttpResponseBase:
    """What the overseers wrote and what became of it; the newest first."""
    rows = scoped(Remark.objects.all(), request.user, "supervision.read", request.ward)
    units = Unit.objects.filter(pk__in=rows.order_by().values("unit"))
    filters = (
        Choice("tt", "Tình trạng", STATES, _in_state),
        Choice("don-vi", "Đơn vị", [(str(one.pk), one.name) for one in units], lambda q, v: q.filter(unit=v)),
        Choice("ve", "Về", (("nhiem-vu", "Nhiệm vụ"), ("chi-tieu", "Chỉ tiêu"), ("ket-qua", "Kết quả nhiệm vụ")),
               lambda q, v: q.filter(**{f"{ABOUT[v]}__isnull": False})),
    )  # fmt: skip
    page = Page(
        "Giám sát",
        lead="Ý kiến của người giám sát và trả lời của đơn vị. Ý kiến còn mở đến khi người giám sát kết luận.",
        links=((reverse("plan:inspections"), "Các đợt kiểm tra"),),
        empty="Chưa có ý kiến giám sát nào",
        empty_words="Người giám sát ghi ý kiến từ trang của nhiệm vụ hoặc chỉ tiêu.",
        counted="ý kiến",
        template="plan/remarks.html",
        more={"counts": scoped(supervising.open_remarks(request.ward), request.user, "supervision.read")},
    )
    rows = _with_subjects(rows).prefetch_related("answers")
    return show(request, page, rows=rows, columns=REMARKS, filters=filters)


def _remark(request: SignedInRequest, remark_id: int, capability: str) -> Remark:
    rows = scoped(Remark.objects.all(), request.user, capability, request.ward)
    return get_object_or_404(_with_subjects(rows), pk=remark_id)


def _crumbs(remark: Remark) -> tuple[tuple[str, str], ...]:
    return (reverse("plan:remarks"), "Giám sát"), (reverse("plan:remark", args=(remark.pk,)), "Ý kiến giám sát")


@needs("supervision.read")
@require_safe
def remark(request: SignedInRequest, remark_id: int) -> HttpResponse:
    """One remark: about what, who must answer by when, the answers, the conclusion."""
    row = _remark(request, remark_id, "supervision.read")
    answers = list(row.answers.select_related("unit", "made_by"))
    is_open, subject = row.closed_at is None, row.subject
    reads = can(request.user, "plan.read" if isinstance(subject, Target) else "tasks.read", subject)
    context = {
        "row": row,
        "mark": remark_mark(row),
        "about": supervising.words_of(subject),
        "about_href": address_of(subject) if reads else "",
        "answers": answers,
        "may_answer": is_open and can(request.user, "supervision.answer", row),
        "may_close": is_open and bool(answers) and can(request.user, "supervision.remark", row),
    }
    return render(request, "plan/remark.html", context)


def remarks_on(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """What the page of a task or figure shows: its open remarks, and whether the visitor may add one."""
    user, ward = request.user, subject.plan.ward
    if not user.is_authenticated or not may(user, "supervision.read", ward):
        return {}
    rows = scoped(Remark.objects.about(subject).open(), user, "supervision.read", ward)
    name = {Task: "plan:remark_on_task", Target: "plan:remark_on_target", TaskMeasure: "plan:remark_on_result"}
    may_add = may(user, "supervision.remark", ward)
    return {
        "open_remarks": [(row, remark_mark(row)) for row in rows.select_related("unit").prefetch_related("answers")],
        "remark_href": reverse(name[type(subject)], args=(subject.pk,)) if may_add else "",
    }


class RemarkForm(Form):
    """What the overseer sees, and who must answer."""

    unit = forms.ModelChoiceField(label="Đơn vị phải trả lời", queryset=Unit.objects.none(), empty_label=None)
    text = forms.CharField(label="Ý kiến", max_length=2000, widget=forms.Textarea, help_text=NO_NAMES)


def _file(request: SignedInRequest, subject: Subject) -> HttpResponse:
    form = RemarkForm(sent(request), initial={"unit": supervising.first_asked(subject)})
    form.fields["unit"].queryset = supervising.answering(subject)  # type: ignore[attr-defined]

    def file(data: dict[str, Any]) -> str:
        made = supervising.remark(subject, **data, by=request.user)
        messages.success(request, f"Đã ghi ý kiến. Đơn vị phải trả lời chậm nhất ngày {made.due_on:%d/%m/%Y}.")
        return reverse("plan:remark", args=(made.pk,))

    lead = f"Đơn vị có {supervising.ANSWER_WITHIN} ngày làm việc để trả lời."
    act = Act(
        "Ghi ý kiến giám sát",
        "Gửi ý kiến",
        lead=lead,
        facts=(("Về", supervising.words_of(subject)),),
        crumbs=((reverse("plan:remarks"), "Giám sát"),),
        back=address_of(subject),
    )
    return act_page(request, form, act, do=file)


@needs("supervision.remark")
def remark_on_task(request: SignedInRequest, task_id: int) -> HttpResponse:
    """File a remark on a task."""
    rows = scoped(Task.objects.select_related("plan__ward"), request.user, "supervision.remark", request.ward)
    return _file(request, get_object_or_404(rows, pk=task_id))


@needs("supervision.remark")
def remark_on_target(request: SignedInRequest, target_id: int) -> HttpResponse:
    """File a remark on a target's figure."""
    rows = scoped(Target.objects.select_related("plan__ward"), request.user, "supervision.remark", request.ward)
    return _file(request, get_object_or_404(rows, pk=target_id))


@needs("supervision.remark")
def remark_on_result(request: SignedInRequest, taskmeasure_id: int) -> HttpResponse:
    """File a remark on a result of a task."""
    rows = TaskMeasure.objects.select_related("task__plan__ward")
    return _file(
        request, get_object_or_404(scoped(rows, request.user, "supervision.remark", request.ward), pk=taskmeasure_id)
    )


class AnswerForm(Form):
    """What the unit answers."""

    text = forms.CharField(
        label="Trả lời",
        max_length=2000,
        widget=forms.Textarea,
        help_text=f"Đã làm gì, sẽ làm gì, bao giờ xong. {NO_NAMES}",
    )


@needs("supervision.answer")
def answer_remark(request: SignedInRequest, remark_id: int) -> HttpResponse:
    """The unit answers a remark."""
    row = _remark(request, remark_id, "supervision.answer")

    def answer(data: dict[str, Any]) -> str:
        supervising.answer(row, unit=row.unit, text=data["text"], by=request.user)
        messages.success(request, "Đã gửi trả lời. Ý kiến chờ người giám sát kết luận.")
        return reverse("plan:remark", args=(row.pk,))

    act = Act("Trả lời ý kiến giám sát", "Gửi trả lời", facts=_facts(row), crumbs=_crumbs(row))
    return act_page(request, AnswerForm(sent(request)), act, do=answer)


class CloseForm(Form):
    """What the overseer concludes."""

    note = forms.CharField(label="Kết luận", max_length=2000, widget=forms.Textarea, help_text=NO_NAMES)


@needs("supervision.remark")
def close_remark(request: SignedInRequest, remark_id: int) -> HttpResponse:
    """The overseer concludes."""
    row = _remark(request, remark_id, "supervision.remark")

    def close(data: dict[str, Any]) -> str:
        supervising.close(row, note=data["note"], by=request.user)
        messages.success(request, "Đã kết thúc ý kiến.")
        return reverse("plan:remark", args=(row.pk,))

    last: RemarkAnswer | None = row.answers.last()
    facts = [*_facts(row), ("Trả lời gần nhất", last.text if last else "chưa có")]
    act = Act("Kết thúc ý kiến giám sát", "Kết thúc", facts=facts, crumbs=_crumbs(row))
    return act_page(request, CloseForm(sent(request)), act, do=close)


def _facts(row: Remark) -> list[tuple[str, str]]:
    return [
        ("Về", supervising.words_of(row.subject)),
        ("Ý kiến", row.text),
        ("Đơn vị phải trả lời", row.unit.name),
        ("Hạn trả lời", f"{row.due_on:%d/%m/%Y}"),
    ]


# ---- Inspections

INSPECTIONS = (
    Head[Inspection]("Đợt kiểm tra", lambda i: i.title, 44, href=lambda i: reverse("plan:inspection", args=(i.pk,))),
    Head[Inspection]("Ngày", lambda i: i.day, 12),
    Head[Inspection]("Nơi kiểm tra", lambda i: i.place, 36),
    Head[Inspection]("Đơn vị chủ trì", lambda i: i.led_by.name if i.led_by else "", 36),
    Head[Inspection]("Việc đã kiểm tra", lambda i: len(i.findings.all()), 12),
    Head[Inspection]("Còn phải khắc phục", lambda i: sum(one.is_open for one in i.findings.all()), 14),
    Head[Inspection]("Đơn vị cùng kiểm tra", lambda i: i.members, 44, only_in_file=True),
)


@needs("supervision.read")
@require_safe
def inspections(request: SignedInRequest) -> HttpResponseBase:
    """The rounds of inspection, the newest first."""
    rows = scoped(Inspection.objects.all(), request.user, "supervision.read", request.ward)
    found = scoped(Finding.objects.all(), request.user, "supervision.read", request.ward)
    wanting = found.open().order_by().values("inspection")
    years = sorted({day.year for day in rows.order_by().values_list("day", flat=True)}, reverse=True)
    units = Unit.objects.filter(pk__in=rows.order_by().values("led_by"))
    filters = (
        Choice("tt", "Tình trạng", (("con", "Còn phải khắc phục"), ("xong", "Không còn gì phải khắc phục")),
               lambda q, v: q.filter(pk__in=wanting) if v == "con" else q.exclude(pk__in=wanting)),
        Choice("nam", "Năm", [(str(year), str(year)) for year in years], lambda q, v: q.filter(day__year=v)),
        Choice("don-vi", "Đơn vị chủ trì", [(str(one.pk), one.name) for one in units], lambda q, v: q.filter(led_by=v)),
    )  # fmt: skip
    manages = may(request.user, "inspections.manage", request.ward)
    page = Page(
        "Kiểm tra",
        lead="Các đợt kiểm tra của địa bàn: kiểm tra việc gì, ở đâu, thấy gì.",
        acts=((reverse("plan:add_inspection"), "Ghi đợt kiểm tra"),) if manages else (),
        links=((reverse("plan:remarks"), "Ý kiến giám sát"),),
        empty="Chưa có đợt kiểm tra nào",
        counted="đợt",
    )
    rows = rows.select_related("led_by").prefetch_related(Prefetch("findings", found))
    return show(request, page, rows=rows, columns=INSPECTIONS, filters=filters)


class InspectionForm(Form):
    """A round that took place."""

    title = forms.CharField(label="Đợt kiểm tra", max_length=200, help_text="Ví dụ: Kiểm tra lớp học buổi tối, đợt 2")
    day = DateField(label="Ngày kiểm tra")
    place = forms.CharField(label="Nơi kiểm tra", max_length=200, help_text="Ví dụ: nhà văn hóa, chợ, trường học")
    neighbourhood = forms.ModelChoiceField(
        label="Khu dân cư", queryset=Neighbourhood.objects.none(), required=False, empty_label="Không riêng nơi nào"
    )
    led_by = forms.ModelChoiceField(
        label="Đơn vị chủ trì", queryset=Unit.objects.none(), required=False, empty_label="Chưa ghi"
    )
    members = forms.CharField(
        label="Đơn vị cùng kiểm tra",
        max_length=300,
        required=False,
        help_text="Chỉ ghi tên đơn vị, không ghi tên người",
    )

    def __init__(self, *args: Any, ward: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        place = self.fields["neighbourhood"]
        place.label = ward.neighbourhood_word.capitalize()
        place.queryset = Neighbourhood.objects.of(ward).on(today)  # type: ignore[attr-defined]
        self.fields["led_by"].queryset = Unit.objects.of(ward).on(today).ward_wide()  # type: ignore[attr-defined]


@needs("inspections.manage")
def add_inspection(request: SignedInRequest) -> HttpResponse:
    """Record a round of inspection."""
    form = InspectionForm(sent(request), initial={"day": clock.today()}, ward=request.ward)

    def add(data: dict[str, Any]) -> str:
        made = supervising.inspect(request.ward, **data, by=request.user)
        messages.success(request, "Đã ghi đợt kiểm tra. Hãy ghi kết quả của từng nhiệm vụ.")
        return reverse("plan:inspection", args=(made.pk,))

    crumbs = ((reverse("plan:inspections"), "Kiểm tra"),)
    return act_page(request, form, Act("Ghi đợt kiểm tra", "Ghi lại", crumbs=crumbs), do=add)


TONES: dict[str, Tone] = {Finding.Verdict.GOOD: "good", Finding.Verdict.NEEDS_WORK: "slow",
                          Finding.Verdict.NOT_DONE: "bad"}  # fmt: skip


def _verdict(finding: Finding) -> Mark:
    words = finding.get_verdict_display()
    return Mark(words[:1].upper() + words[1:], TONES[finding.verdict])


def _follow_up(finding: Finding) -> str:
    if finding.settled_at:
        return f"Đã khắc phục ngày {timezone.localtime(finding.settled_at):%d/%m/%Y}: {finding.settled_note}"
    if not finding.is_open:
        return ""
    due = finding.follow_up_by
    if due is None:
        return "Chưa định hạn"
    return f"{'Quá hạn' if due < clock.today() else 'Hạn'} {due:%d/%m/%Y}"


FINDINGS = (
    Head[Finding]("Đánh giá", lambda f: _verdict(f).words, 16, mark=_verdict),
    Head[Finding]("Thấy gì", lambda f: f.found, 60),
    Head[Finding]("Khắc phục", _follow_up, 40),
)
SETTLE = Head[Finding]("Việc", lambda f: "Ghi đã khắc phục" if f.is_open else "", 16,
                       href=lambda f: reverse("plan:settle_finding", args=(f.pk,)) if f.is_open else "")  # fmt: skip


def _inspection(request: SignedInRequest, inspection_id: int, capability: str) -> Inspection:
    rows = Inspection.objects.select_related("ward", "neighbourhood", "led_by", "made_by")
    return get_object_or_404(scoped(rows, request.user, capability, request.ward), pk=inspection_id)


@needs("supervision.read")
@require_safe
def inspection(request: SignedInRequest, inspection_id: int) -> HttpResponseBase:
    """One round with what it found; a unit sees what concerns its tasks."""
    row = _inspection(request, inspection_id, "supervision.read")
    rows: QuerySet[Finding] = scoped(row.findings.all(), request.user, "supervision.read", request.ward)
    manages = may(request.user, "inspections.manage", request.ward)
    filters = (Choice("dg", "Đánh giá", Finding.Verdict.choices, lambda q, v: q.filter(verdict=v)),)
    page = Page(
        row.title,
        crumbs=((reverse("plan:inspections"), "Kiểm tra"),),
        acts=((reverse("plan:add_finding", args=(row.pk,)), "Ghi kết quả"),) if manages else (),
        empty="Chưa ghi kết quả nào",
        counted="việc đã kiểm tra",
        template="plan/inspection.html",
        more={"facts": _facts_of(row)},
    )
    tasks = scoped(Task.objects.filter(findings__in=rows), request.user, "tasks.read", request.ward)
    readable = set(tasks.order_by().values_list("pk", flat=True))
    about = Head[Finding]("Nhiệm vụ", lambda f: str(f.task), 60,
                          href=lambda f: address_of(f.task) if f.task_id in readable else "")  # fmt: skip
    columns = (about, *FINDINGS, SETTLE) if manages else (about, *FINDINGS)
    return show(request, page, rows=rows.select_related("task__plan"), columns=columns, filters=filters)


def _facts_of(row: Inspection) -> list[tuple[str, str]]:
    facts = [
        ("Ngày kiểm tra", f"{row.day:%d/%m/%Y}"),
        ("Nơi kiểm tra", row.place),
        (row.ward.neighbourhood_word.capitalize(), row.neighbourhood.name if row.neighbourhood else ""),
        ("Đơn vị chủ trì", row.led_by.name if row.led_by else ""),
        ("Đơn vị cùng kiểm tra", row.members),
        ("Người ghi", str(row.made_by)),
    ]
    return [(name, words) for name, words in facts if words]


class FindingForm(Form):
    """What was found of one task."""

    task = forms.ModelChoiceField(label="Nhiệm vụ", queryset=Task.objects.none(), empty_label="Chọn nhiệm vụ")
    verdict = forms.ChoiceField(
        label="Đánh giá",
        widget=forms.RadioSelect,
        choices=[(value, label[:1].upper() + label[1:]) for value, label in Finding.Verdict.choices],
    )
    found = forms.CharField(label="Thấy gì", max_length=2000, widget=forms.Textarea, help_text=NO_NAMES)
    follow_up_by = DateField(label="Hạn khắc phục", required=False)


@needs("inspections.manage")
def add_finding(request: SignedInRequest, inspection_id: int) -> HttpResponse:
    """Record what the round found of a task."""
    row = _inspection(request, inspection_id, "inspections.manage")
    form = FindingForm(sent(request))
    form.fields["task"].queryset = Task.objects.of(request.ward).living()  # type: ignore[attr-defined]

    def add(data: dict[str, Any]) -> str:
        supervising.find(row, **data, by=request.user)
        messages.success(request, "Đã ghi kết quả.")
        return _home(row)

    crumbs = ((reverse("plan:inspections"), "Kiểm tra"), (_home(row), row.title))
    return act_page(request, form, Act("Ghi kết quả kiểm tra", "Ghi lại", facts=_facts_of(row), crumbs=crumbs), do=add)


class SettleForm(Form):
    """How it was put right."""

    note = forms.CharField(label="Đã khắc phục thế nào", max_length=2000, widget=forms.Textarea, help_text=NO_NAMES)


@needs("inspections.manage")
def settle_finding(request: SignedInRequest, finding_id: int) -> HttpResponse:
    """What was found wanting was put right."""
    rows = Finding.objects.select_related("inspection", "task")
    row = get_object_or_404(scoped(rows, request.user, "inspections.manage", request.ward), pk=finding_id)

    def settle(data: dict[str, Any]) -> str:
        supervising.settle(row, note=data["note"], by=request.user)
        messages.success(request, "Đã ghi.")
        return _home(row.inspection)

    facts = [("Nhiệm vụ", str(row.task)), ("Thấy gì", row.found), ("Hạn khắc phục", _day(row.follow_up_by))]
    crumbs = ((reverse("plan:inspections"), "Kiểm tra"), (_home(row.inspection), row.inspection.title))
    act = Act("Ghi đã khắc phục", "Ghi lại", facts=facts, crumbs=crumbs)
    return act_page(request, SettleForm(sent(request)), act, do=settle)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "chưa định"


def _home(row: Inspection) -> str:
    return reverse("plan:inspection", args=(row.pk,))
