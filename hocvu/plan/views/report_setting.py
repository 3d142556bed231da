"""How the ward reports: days and signature, its own template, what is asked in numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from hocvu.lib import clock
from hocvu.lib.acting import Act, act_page
from hocvu.lib.listing import Choice, Head, Page, show
from hocvu.lib.official import TAGS, BadTemplate, default_template
from hocvu.lib.refusals import Refusal
from hocvu.lib.web import render, sent
from hocvu.plan.forms_report import NothingForm, QuestionForm, SettingForm, TemplateForm
from hocvu.plan.models import ReportQuestion
from hocvu.plan.reporting import opening, settling
from hocvu.plan.views.reports import DOCX, HOME
from hocvu.ward.access import SignedInRequest, needs, scoped
from hocvu.ward.models import Unit


@needs("reports.manage")
def report_setting(request: SignedInRequest) -> HttpResponse:
    """Days, receiver, signature."""
    setting = opening.setting_of(request.ward)
    initial = {name: getattr(setting, name) for name in settling.FIELDS}
    form = SettingForm(sent(request), initial={**initial, "recipients": "\n".join(setting.recipients)})
    form.fields["receiver"].queryset = Unit.objects.of(request.ward).on(clock.today())  # type: ignore[attr-defined]

    def do(data: dict[str, Any]) -> str:
        settling.change(setting, data, by=request.user)
        messages.success(request, "Đã lưu. Áp dụng từ kỳ mở sau; người ký áp dụng cho báo cáo duyệt sau.")
        return reverse("plan:report_setting")

    before, rule = opening.rule_of(request.ward)
    facts = (
        ("Theo kế hoạch", f"nộp trước ngày {before}. {rule}"),
        ("Mẫu .docx", setting.template_name or "mẫu chung của hệ thống"),
    )
    act = Act("Cách báo cáo", "Lưu", facts=facts, crumbs=(HOME,), back=HOME[0])
    return act_page(request, form, act, do=do, template="plan/report_setting.html")


@needs("reports.manage")
def report_template(request: SignedInRequest) -> HttpResponse:
    """Hand in the ward's own .docx; a broken tag is named with its place."""
    setting = opening.setting_of(request.ward)
    form = TemplateForm(sent(request), request.FILES or None)
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["upload"]
        try:
            settling.use_template(setting, file.read() if file else None, file.name if file else "", by=request.user)
        except BadTemplate as bad:
            faults = list(bad.faults)
            form.add_error("upload", "Mẫu này chưa dùng được. Hãy sửa các chỗ ghi dưới đây trong Word rồi gửi lại.")
        except Refusal as refusal:
            form.add_error("upload", refusal.sentence)
        else:
            messages.success(request, "Đã dùng mẫu của địa bàn." if file else "Đã dùng lại mẫu chung.")
            return redirect("plan:report_setting")
    context = {"setting": setting, "faults": faults, "tags": TAGS}
    return render(request, "plan/report_template.html", context, form=form)


@needs("reports.manage")
@require_safe
def report_template_file(request: SignedInRequest) -> HttpResponse:
    """The template in use, to be changed in Word."""
    setting = opening.setting_of(request.ward)
    answer = HttpResponse(bytes(setting.template) if setting.template else default_template(), content_type=DOCX)
    answer["Content-Disposition"] = 'attachment; filename="mau-bao-cao.docx"'
    return answer


COLUMNS = (
    Head[ReportQuestion]("Câu hỏi", lambda q: q.text, 50),
    Head[ReportQuestion]("Hỏi", lambda q: str(q.get_asked_display()), 30),
    Head[ReportQuestion]("Đơn vị tính", lambda q: q.unit_word, 14),
    Head[ReportQuestion]("Lũy kế", lambda q: q.is_cumulative, 10),
    Head[ReportQuestion]("Từ ngày", lambda q: q.valid_from, 12),
    Head[ReportQuestion]("Đến hết ngày", lambda q: q.valid_to, 14),
    Head[ReportQuestion]("Theo", lambda q: q.source, 40),
    Head[ReportQuestion]("Việc", lambda q: "" if q.valid_to else "Thôi hỏi", 12,
                         href=lambda q: "" if q.valid_to else reverse("plan:stop_asking", args=(q.pk,))),
)  # fmt: skip


@needs("reports.manage")
@require_safe
def report_questions(request: SignedInRequest) -> HttpResponseBase:
    """What teams and units are asked for in numbers."""
    rows = scoped(ReportQuestion.objects.all(), request.user, "reports.manage", request.ward)
    filters = (
        Choice("hoi", "Hỏi ai", ReportQuestion.Asked.choices, lambda q, v: q.filter(asked=v)),
        Choice("con", "Tình trạng", (("con", "Đang hỏi"), ("thoi", "Đã thôi")),
               lambda q, v: q.filter(valid_to__isnull=v == "con")),
    )  # fmt: skip
    page = Page(
        "Câu hỏi trong báo cáo",
        lead="Chỉ hỏi số mà chưa hồ sơ nào đếm được. Số đã đếm thì hệ thống tự điền.",
        crumbs=(HOME,),
        acts=((reverse("plan:ask_question"), "Thêm câu hỏi"),),
        empty="Chưa hỏi số nào",
        counted="câu hỏi",
    )
    return show(request, page, rows=rows, columns=COLUMNS, filters=filters)


QUESTIONS = "/bao-cao/cau-hoi/"


@needs("reports.manage")
def ask_question(request: SignedInRequest) -> HttpResponse:
    """Ask for one more number."""
    form = QuestionForm(sent(request), initial={"asked": "teams", "valid_from": clock.today()})

    def do(data: dict[str, Any]) -> str:
        settling.ask(request.ward, by=request.user, **data)
        messages.success(request, "Đã thêm câu hỏi.")
        return QUESTIONS

    act = Act("Thêm câu hỏi", "Thêm", crumbs=(HOME, (QUESTIONS, "Câu hỏi")), back=QUESTIONS)
    return act_page(request, form, act, do=do)


@needs("reports.manage")
def stop_asking(request: SignedInRequest, reportquestion_id: int) -> HttpResponse:
    """Ask a question no more."""
    rows = scoped(ReportQuestion.objects.all(), request.user, "reports.manage", request.ward)
    question = get_object_or_404(rows, pk=reportquestion_id)

    def do(data: dict[str, Any]) -> str:
        settling.stop_asking(question, by=request.user)
        messages.success(request, "Đã thôi hỏi. Số đã trả lời vẫn giữ.")
        return QUESTIONS

    act = Act("Thôi hỏi", "Thôi hỏi", lead=question.text, crumbs=(HOME, (QUESTIONS, "Câu hỏi")), back=QUESTIONS)
    return act_page(request, NothingForm(sent(request)), act, do=do)
