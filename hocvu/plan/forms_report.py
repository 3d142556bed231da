"""The forms of reports: what a unit or a team writes, what the ward writes over it, how the ward reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from hocvu.lib.forms import DateField, Form, IntegerField, MomentField, dress, speak_plainly
from hocvu.lib.months import LAST_SAFE_DAY
from hocvu.plan.models import ReportLine, ReportQuestion, SelfState, UnitReport
from hocvu.plan.reporting.prefilling import Asked, Fact, Prefilled
from hocvu.plan.reporting.writing import Content, LineText, Number
from hocvu.ward.models import Unit

LONGEST = 4000
LARGEST_NUMBER = 99_999_999


@dataclass(frozen=True)
class ShownLine:
    """One task on the form: what was counted, what was said last time, and the fields."""

    line: ReportLine
    facts: list[Fact]
    before: str
    state: BoundField
    text: BoundField
    why: BoundField
    is_late: bool

    @property
    def is_open(self) -> bool:
        """Whether it is shown unfolded: what the unit leads and what is wrong."""
        return (
            self.line.part == "lead" or self.is_late or bool(self.state.errors or self.text.errors or self.why.errors)
        )


@dataclass(frozen=True)
class ShownNumber:
    """One number on the form."""

    asked: Asked
    numerator: BoundField
    denominator: BoundField | None
    reason: BoundField | None


class ReportForm(Form):
    """A unit's report. A team's has no lines. Fields are named after the rows they are about."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    nothing_arose = forms.BooleanField(label="Không phát sinh trong kỳ", required=False)
    work_done = forms.CharField(
        label="Việc đã làm", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "4"})
    )
    difficulties = forms.CharField(
        label="Khó khăn, vướng mắc", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "3"})
    )
    proposals = forms.CharField(
        label="Kiến nghị", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def __init__(
        self, data: Any = None, *, report: UnitReport, lines: list[ReportLine], found: Prefilled, asked: list[Asked]
    ) -> None:
        self.report, self.lines, self.found, self.asked = report, lines, found, asked
        super().__init__(data, initial=self._initial())
        for line in lines:
            self._add_line(line)
        for one in asked:
            self._add_number(one)
        for field in list(self.fields.values()):
            _redress(field)

    def _initial(self) -> dict[str, Any]:
        report = self.report
        initial: dict[str, Any] = {
            "version": report.version,
            "nothing_arose": report.nothing_arose,
            "work_done": report.work_done,
            "difficulties": report.difficulties,
            "proposals": report.proposals,
        }
        for line in self.lines:
            untouched = report.version == 0 and not line.text
            initial |= {
                f"l{line.pk}-state": line.state,
                f"l{line.pk}-text": self.found.notes.get(line.task_id, "") if untouched else line.text,
                f"l{line.pk}-why": line.why,
            }
        if report.version == 0:
            initial |= {f"{one.key}-so": one.counted for one in self.asked if one.counted is not None}
        for row in report.figures.all():
            number = {"so": row.numerator, "tren": row.denominator, "vi-sao": row.reason}
            initial |= {f"{row.key}-{name}": value for name, value in number.items()}
        return initial

    def _add_line(self, line: ReportLine) -> None:
        self.fields[f"l{line.pk}-state"] = forms.ChoiceField(label="Tình trạng", choices=SelfState.choices)
        self.fields[f"l{line.pk}-text"] = forms.CharField(
            label="Việc đã làm trong kỳ", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "3"})
        )
        self.fields[f"l{line.pk}-why"] = forms.CharField(
            label="Vì sao chậm hoặc vướng, ngày nào xong", required=False, max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": "2"}),
        )  # fmt: skip

    def _add_number(self, one: Asked) -> None:
        label = f"{one.text} ({one.unit_word})" if one.unit_word else one.text
        self.fields[f"{one.key}-so"] = IntegerField(
            label=label, required=False, min_value=0, max_value=LARGEST_NUMBER,
            help_text=_help(one),
        )  # fmt: skip
        if one.has_whole:
            self.fields[f"{one.key}-tren"] = IntegerField(
                label="Trên tổng số", required=False, min_value=1, max_value=LARGEST_NUMBER
            )
        if one.is_cumulative:
            self.fields[f"{one.key}-vi-sao"] = forms.CharField(
                label="Nếu thấp hơn kỳ trước, vì sao", required=False, max_length=300
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for one in self.asked:
            part, whole = cleaned.get(f"{one.key}-so"), cleaned.get(f"{one.key}-tren")
            if part is not None and whole is not None and part > whole:
                self.add_error(f"{one.key}-so", "Số đạt lớn hơn tổng số. Hãy xem lại hai số.")
        return cleaned

    def content(self) -> Content:
        """What was typed, as the journey takes it; the form is valid."""
        said = self.cleaned_data
        return Content(
            said["nothing_arose"],
            said["work_done"],
            said["difficulties"],
            said["proposals"],
            {
                line.pk: LineText(said[f"l{line.pk}-state"], said[f"l{line.pk}-text"], said[f"l{line.pk}-why"])
                for line in self.lines
            },
            {
                one.key: Number(
                    said.get(f"{one.key}-so"), said.get(f"{one.key}-tren"), said.get(f"{one.key}-vi-sao", "")
                )
                for one in self.asked
            },
        )

    def shown_lines(self) -> Iterator[ShownLine]:
        """The lines as the page draws them."""
        day = self.report.period.window_to
        for line in self.lines:
            before = self.found.earlier_lines.get(line.task_id)
            due = line.task.next_due
            yield ShownLine(
                line,
                self.found.facts.get(line.task_id, []),
                " ".join(part for part in (before.text, before.why) if part) if before else "",
                self[f"l{line.pk}-state"],
                self[f"l{line.pk}-text"],
                self[f"l{line.pk}-why"],
                due is not None and due <= day and line.state != SelfState.DONE,
            )

    def shown_numbers(self) -> Iterator[ShownNumber]:
        """The numbers as the page draws them."""
        for one in self.asked:
            names = (f"{one.key}-tren", f"{one.key}-vi-sao")
            whole, reason = (self[name] if name in self.fields else None for name in names)
            yield ShownNumber(one, self[f"{one.key}-so"], whole, reason)


def _help(one: Asked) -> str:
    """What records count and what was said last time, under a number."""
    said = [f"Hồ sơ đếm được {one.counted_words}. Ghi số khác thì được hiểu là tự khai."] if one.counted_words else []
    return " ".join([*said, f"Kỳ trước: {one.before_words}"] if one.before_words else said)


def _redress(field: forms.Field) -> None:
    """Fields that were added after the base form dressed its own get the same clothes."""
    dress(field)
    speak_plainly(field)


class ReasonForm(Form):
    """Why something is done; everybody who reads the report reads it."""

    reason = forms.CharField(label="Lý do", max_length=500, widget=forms.Textarea(attrs={"rows": "3"}))


class UnlockForm(ReasonForm):
    """Why a locked report may be written, and until when."""

    until = MomentField(label="Đến lúc")


class NothingForm(Form):
    """A button only."""


class SummaryForm(Form):
    """The paragraphs of the ward's report; figures are not here."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, sections: dict[str, str], texts: dict[str, str], version: int) -> None:
        super().__init__(data, initial={"version": version, **texts})
        for name, label in sections.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": "4"})
            )
            _redress(self.fields[name])


class IssueForm(Form):
    """Number, day and the signed paper of a report."""

    number = IntegerField(label="Số", min_value=1, max_value=99_999, help_text="Chỉ phần số, ví dụ 215")
    issued_on = DateField(label="Ngày ban hành")
    upload = forms.FileField(label="Bản đã ký (.pdf)", required=False)


class SettingForm(Form):
    """How the ward reports."""

    window_from_day = IntegerField(
        label="Số liệu của tháng tính từ ngày", min_value=1, max_value=LAST_SAFE_DAY,
        help_text="Ví dụ 15: kỳ tháng 9 lấy số từ 15/8 đến 14/9. Kỳ đã mở không đổi.",
    )  # fmt: skip
    due_before_day = IntegerField(
        label="Nộp trước ngày", required=False, min_value=2, max_value=LAST_SAFE_DAY + 1,
        help_text="Để trống: theo kế hoạch đang thực hiện",
    )  # fmt: skip
    locks_after_days = IntegerField(label="Khóa sau hạn bao nhiêu ngày", min_value=0, max_value=60)
    receiver = forms.ModelChoiceField(label="Nơi nhận báo cáo", queryset=Unit.objects.none())
    symbol = forms.CharField(label="Ký hiệu văn bản", max_length=30)
    authority = forms.CharField(
        label="Quyền hạn ký", max_length=80, required=False, help_text="Ví dụ TM. ỦY BAN NHÂN DÂN"
    )
    deputy = forms.CharField(
        label="Ký thay, thừa lệnh", max_length=80, required=False, help_text="Ví dụ KT. CHỦ TỊCH hoặc TL. CHỦ TỊCH"
    )
    post = forms.CharField(label="Chức vụ người ký", max_length=80, help_text="Ví dụ CHỦ TỊCH hoặc PHÓ CHỦ TỊCH")
    signer = forms.CharField(label="Họ và tên người ký", max_length=120, required=False)
    recipients = forms.CharField(
        label="Nơi nhận", widget=forms.Textarea(attrs={"rows": "5"}), max_length=1000, help_text="Mỗi dòng một nơi"
    )

    def clean_recipients(self) -> list[str]:
        lines: list[str] = [line.strip() for line in self.cleaned_data["recipients"].splitlines() if line.strip()]
        if not lines:
            raise ValidationError("Hãy ghi ít nhất một nơi nhận.")
        return lines


class TemplateForm(Form):
    """The ward's own layout; without a file the standard one is used again."""

    upload = forms.FileField(label="Mẫu .docx của địa bàn", required=False, help_text="Để trống: dùng lại mẫu chung")


class QuestionForm(Form):
    """A number that teams or units are asked for."""

    asked = forms.ChoiceField(label="Hỏi ai", choices=ReportQuestion.Asked.choices, widget=forms.RadioSelect)
    text = forms.CharField(label="Câu hỏi", max_length=200, help_text="Ví dụ: Số hộ đã đến phổ biến trong kỳ")
    unit_word = forms.CharField(label="Đơn vị tính", max_length=40, help_text="Ví dụ: hộ")
    is_cumulative = forms.BooleanField(label="Số lũy kế từ đầu, không được giảm", required=False)
    valid_from = DateField(label="Hỏi từ ngày")
    source = forms.CharField(label="Theo văn bản", max_length=300, required=False)
