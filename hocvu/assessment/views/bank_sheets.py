"""The bank goes out to Excel and comes back: first what would change, then, after a yes, drafts for review."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hocvu.assessment.models import Question
from hocvu.assessment.questions import importing, sheets
from hocvu.assessment.questions.kinds import KINDS
from hocvu.lib.acting import Act
from hocvu.lib.forms import Form
from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import Refused as UnreadableSheet
from hocvu.lib.tables import CONTENT_TYPE
from hocvu.lib.uploads import Refused, checked
from hocvu.lib.web import render, sent
from hocvu.ward import audit
from hocvu.ward.access import SignedInRequest, needs, scoped

SALT = "assessment.questions"  # what was read waits in the page itself, signed; nothing is kept before a yes
REVIEW_SECONDS = 3600
VERDICTS: dict[importing.Verdict, tuple[str, str]] = {
    "new": ("Câu mới", "good"),
    "changed": ("Sửa", "slow"),
    "same": ("Như cũ", "none"),
    "refused": ("Có lỗi", "bad"),
}
MOST_SHOWN = 200  # faults; whoever has more begins with these


@needs("questions.read")
@require_safe
def export_questions(request: SignedInRequest) -> HttpResponse:
    """Every question that is or was asked, to be changed in Excel and brought back. It holds every key: that somebody
    took it stands in the trail."""
    found = scoped(Question.objects.exclude(current=None), request.user, "questions.read", request.ward)
    rows = list(found.select_related("current").order_by("code"))
    content = sheets.write(importing.told_of(row) for row in rows)
    audit.record(request.user, "took the bank of questions away", request.ward, ward=request.ward, questions=len(rows))
    answer = HttpResponse(content, content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="ngan-hang-cau-hoi.xlsx"'
    return answer


class BookForm(Form):
    """The bank as a spreadsheet."""

    file = forms.FileField(label="Tệp .xlsx", help_text="Tệp tải từ ngân hàng câu hỏi, đã sửa; nhiều nhất 10 MB")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".xlsx"


@needs("questions.write")
def import_questions(request: SignedInRequest) -> HttpResponse:
    """Hand in a book; the next page says what would change."""
    form = BookForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _review(request, form.cleaned_data["file"])
        except (Refused, UnreadableSheet) as refusal:
            form.add_error("file", str(refusal))
    act = Act("Nạp câu hỏi từ Excel", "Đọc tệp và xem trước", crumbs=_crumbs(), back=reverse("assessment:bank"), takes_file=True,
              lead="Trang sau nói câu nào mới, câu nào đổi. Chưa ghi gì cho đến khi xác nhận; câu đổi phải được người khác duyệt.")  # fmt: skip
    return render(request, "act.html", {"act": act}, form=form)


def _review(request: SignedInRequest, file: UploadedFile[bytes]) -> HttpResponse:
    name, _, content = checked(file, file.name or "", (".xlsx",), ".xlsx tải từ ngân hàng câu hỏi")
    lines, faults = sheets.read(content, name)
    judged = importing.judge(request.ward, lines) if not faults else []
    wanted = [one for one in judged if one.verdict in ("new", "changed")]
    said = [str(fault) for fault in faults] + [str(fault) for one in judged for fault in one.line.faults]
    if len(wanted) > importing.MOST:
        said.insert(0, f"Tệp đổi {len(wanted)} câu, mỗi lần nhiều nhất {importing.MOST}. Hãy chia làm nhiều tệp.")
    counts = Counter(one.verdict for one in judged)
    is_open = bool(wanted) and not said
    context = {
        "faults": said[:MOST_SHOWN],
        "more_faults": max(0, len(said) - MOST_SHOWN),
        "counts": [(words, tone, counts[verdict]) for verdict, (words, tone) in VERDICTS.items()],
        "rows": [
            {
                "code": one.told.code,
                "row": one.line.row,
                "kind": KINDS[one.told.kind].label,
                "verdict": VERDICTS[one.verdict],
                "ask": one.told.content.get("ask", ""),
                "differences": one.differences,
                "notes": one.notes,
            }
            for one in wanted
        ],
        "is_open": is_open,
        "signed": signing.dumps([importing.as_plain(one.told) for one in wanted], salt=SALT, compress=True) if is_open else "",
        "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "assessment/import_review.html", context, status=422 if said else 200)


@needs("questions.write")
@require_POST
def confirm_import(request: SignedInRequest) -> HttpResponse:
    """Send what was looked at for review."""
    try:
        plain = signing.loads(request.POST.get("cau", ""), salt=SALT, max_age=REVIEW_SECONDS)
        count = importing.apply(request.ward, [importing.from_plain(one) for one in plain], by=request.user)
    except signing.BadSignature:
        messages.error(request, "Bản xem trước đã quá một giờ hoặc không nguyên vẹn. Hãy gửi lại tệp.")
        return redirect("assessment:import_questions")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return redirect("assessment:import_questions")
    messages.success(request, f"Đã gửi duyệt {count} câu." if count else "Không có gì thay đổi.")
    return redirect("assessment:waiting_questions")


def _crumbs() -> tuple[tuple[str, str], ...]:
    return ((reverse("assessment:bank"), "Ngân hàng câu hỏi"),)
