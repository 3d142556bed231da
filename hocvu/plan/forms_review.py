"""The forms of uploading and reviewing a plan document. Each gives back what the reading keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hocvu.lib.forms import DateField, DecimalField, Form, IntegerField
from hocvu.plan.models import Plan, Target, Task
from hocvu.plan.uploading import KINDS

FREQUENCIES = (
    ("daily", "hằng ngày"),
    ("weekly", "hằng tuần"),
    ("monthly", "hằng tháng"),
    ("quarterly", "hằng quý"),
    ("half_yearly", "sáu tháng"),
    ("yearly", "hằng năm"),
    ("unknown", "chưa rõ"),
)
BOUNDED = {"month", "months", "year", "years", "range"}
SINGLE = {"month", "year"}  # one month, one year: it ends where it begins
SEMANTICS = (("before", "trước ngày này"), ("by", "chậm nhất ngày này"))


class UploadForm(Form):
    """A plan file, and what it is: a new plan, a corrected document, a plan in the place of another."""

    file = forms.FileField(
        label="Tệp kế hoạch", help_text="Tệp .docx, .pdf có chữ (không phải ảnh quét) hoặc .txt, tới 25 MB"
    )
    purpose = forms.ChoiceField(label="Văn bản này là", widget=forms.RadioSelect)

    def __init__(self, *args: Any, plans: Sequence[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plans = {str(plan.pk): plan for plan in plans}
        names = {key: f"{plan.title[:90]} ({plan.number or 'chưa có số'})" for key, plan in self.plans.items()}
        self.fields["file"].widget.attrs["accept"] = ",".join(f".{kind}" for kind in KINDS)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            ("new", "Kế hoạch mới"),
            *((f"sua-{key}", f"Bản sửa của: {name}") for key, name in names.items()),
            *((f"thay-{key}", f"Thay thế: {name}") for key, name in names.items()),
        ]
        if not plans:
            self.fields["purpose"].widget = forms.HiddenInput()
        self.initial.setdefault("purpose", "new")

    def chosen(self, purpose: str) -> Plan | None:
        """The running plan that the file corrects ("sua") or succeeds ("thay")."""
        sort, _, key = self.cleaned_data["purpose"].partition("-")
        return self.plans[key] if sort == purpose else None


class HeadForm(Form):
    """The head of the plan. Number and date may come later."""

    title = forms.CharField(label="Tên kế hoạch", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    number = forms.CharField(label="Số, ký hiệu", max_length=60, required=False, help_text="Ví dụ 15/KH-UBND")
    date = DateField(label="Ngày ban hành", required=False)
    issuer = forms.CharField(label="Cơ quan ban hành", max_length=200, required=False)
    signer = forms.CharField(label="Người ký", max_length=120, required=False)

    @staticmethod
    def starting(head: Mapping[str, Any]) -> dict[str, Any]:
        day = date.fromisoformat(head["date"]) if head.get("date") else None
        return {**{name: head.get(name) or "" for name in ("title", "number", "issuer", "signer")}, "date": day}

    def apply(self, head: dict[str, Any]) -> None:
        """Put the fields into the head read; blank ones are null."""
        values = self.cleaned_data
        head["title"] = " ".join(values["title"].split())
        for name in ("number", "issuer", "signer"):
            head[name] = values[name].strip() or None
        head["date"] = values["date"].isoformat() if values["date"] else None


class BasesForm(Form):
    """The legal bases, one a line."""

    bases = forms.CharField(
        label="Căn cứ",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Mỗi dòng một văn bản: số, ký hiệu rồi ngày, ví dụ 478-KH/TU ngày 01/06/2025",
    )

    @staticmethod
    def starting(bases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        lines = [
            f"{b['number']} ngày {date.fromisoformat(b['date']):%d/%m/%Y}" if b.get("date") else b["number"]
            for b in bases
        ]
        return {"bases": "\n".join(lines)}

    def clean_bases(self) -> list[dict[str, Any]]:
        return [_basis(line.strip()) for line in self.cleaned_data["bases"].splitlines() if line.strip()]


def _basis(line: str) -> dict[str, Any]:
    number, _, day = line.partition(" ngày ")
    if len(number) > 60:
        raise ValidationError(
            f"Số, ký hiệu “{number[:40]}…” quá dài. Hãy viết số rồi “ngày” và ngày, mỗi dòng một văn bản."
        )
    return {"number": number.strip(), "date": _day(day) if day.strip() else None}


def _day(text: str) -> str:
    found = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValidationError(
            f"Không hiểu ngày “{text.strip()}”. Hãy viết theo ngày/tháng/năm, ví dụ 01/06/2025."
        ) from None


class ReportForm(Form):
    """A report rule: how often, until which day, to whom."""

    frequency = forms.ChoiceField(label="Nhịp báo cáo", choices=FREQUENCIES)
    day = IntegerField(label="Ngày", min_value=1, max_value=31, required=False)
    semantics = forms.ChoiceField(label="Cách tính hạn", choices=SEMANTICS, widget=forms.RadioSelect)
    via = forms.CharField(label="Gửi qua đơn vị", max_length=200, required=False)
    text = forms.CharField(label="Nguyên văn", max_length=2000, required=False, widget=forms.Textarea)

    def apply(self, rule: dict[str, Any]) -> None:
        rule.update(self.cleaned_data, via=self.cleaned_data["via"].strip() or None)


class BodyActionForm(Form):
    """An action of the body that the reader did not find."""

    text = forms.CharField(label="Việc, như văn bản ghi", max_length=4000, widget=forms.Textarea)
    section = forms.CharField(label="Ở mục", max_length=60, help_text="Ví dụ IV.2")


class TargetForm(Form):
    """One target as read."""

    year = IntegerField(label="Năm", min_value=2000, max_value=2100, required=False)
    audience = forms.ChoiceField(label="Nhóm đối tượng", choices=Target.Audience.choices)
    audience_text = forms.CharField(
        label="Đối tượng theo kế hoạch", max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    comparator = forms.ChoiceField(
        label="So sánh", choices=((">", "trên (lớn hơn hẳn)"), (">=", "từ mức này trở lên"), ("=", "đạt mức này"))
    )
    value = DecimalField(label="Mức", max_digits=14, decimal_places=2, min_value=0)
    unit = forms.CharField(label="Đơn vị tính", max_length=40, help_text="Ví dụ %, người, hộ")
    text = forms.CharField(label="Nguyên văn", max_length=4000, widget=forms.Textarea)

    @staticmethod
    def starting(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: row.get(name) for name in TargetForm.base_fields}

    def apply(self, row: dict[str, Any]) -> None:
        row.update(self.cleaned_data, value=float(self.cleaned_data["value"]))


class TaskForm(Form):
    """One task as read: unit names one a line, months as people write them."""

    number = forms.CharField(
        label="Số thứ tự trong văn bản",
        max_length=20,
        required=False,
        help_text="Để trống nếu văn bản không đánh số dòng này",
    )
    section = forms.ChoiceField(label="Mục", required=False)
    new_section = forms.CharField(
        label="Mục khác", max_length=300, required=False, help_text="Ghi tên mục nếu không có trong danh sách trên"
    )
    content = forms.CharField(label="Nội dung công việc", max_length=4000, widget=forms.Textarea)
    leads = forms.CharField(
        label="Đơn vị chủ trì", widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="Mỗi dòng một tên"
    )
    coordinators = forms.CharField(
        label="Đơn vị phối hợp", widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="Mỗi dòng một tên"
    )
    result = forms.CharField(label="Kết quả phải có", max_length=4000, widget=forms.Textarea, required=False)
    period_kind = forms.ChoiceField(label="Thời gian", choices=Task.PeriodKind.choices)
    period_from = forms.CharField(label="Từ", required=False, help_text="Ví dụ 08/2025, 2025 hoặc 10/10/2025")
    period_to = forms.CharField(
        label="Đến", required=False, help_text="Để trống nếu chỉ có một tháng, một năm, hoặc chưa định ngày kết thúc"
    )

    def __init__(self, *args: Any, sections: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Không thuộc mục nào"), *((title, title) for title in sections)]
        self.fields["section"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def starting(row: Mapping[str, Any]) -> dict[str, Any]:
        period = row["period"]
        return {
            **{name: row.get(name) or "" for name in ("number", "section", "content", "result")},
            **{part: "\n".join(unit["unit"] for unit in row[part]) for part in ("leads", "coordinators")},
            "period_kind": period["kind"],
            "period_from": time_words(period.get("from")),
            "period_to": "" if period["kind"] in SINGLE else time_words(period.get("to")),
        }

    def clean_period_from(self) -> str | None:
        return _time(self.cleaned_data["period_from"])

    def clean_period_to(self) -> str | None:
        return _time(self.cleaned_data["period_to"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind, first, last = values.get("period_kind"), values.get("period_from"), values.get("period_to")
        said = first or (last and kind not in SINGLE)
        if kind in BOUNDED and not said and not {"period_from", "period_to"} & self.errors.keys():
            self.add_error("period_from", "Hãy ghi thời gian bắt đầu hoặc kết thúc, hoặc chọn “chưa rõ”.")
        if first and last and last < first[: len(last)]:
            self.add_error("period_to", "Thời gian kết thúc phải sau thời gian bắt đầu.")
        return values

    def apply(self, row: dict[str, Any]) -> None:
        """Put the fields into the row read; units that stayed keep the words of the plan."""
        values = self.cleaned_data
        row["number"], row["section"] = (
            values["number"].strip() or None,
            " ".join(values["new_section"].split()) or values["section"] or None,
        )
        row["content"], row["result"] = " ".join(values["content"].split()), values["result"].strip()
        for part in ("leads", "coordinators"):
            row[part] = _units(values[part], row[part])
        period = row["period"]
        was = (period["kind"], period.get("from"), period.get("to"))
        kind, first, last = values["period_kind"], values["period_from"], values["period_to"]
        now = (kind, first, first if kind in SINGLE else last)
        if now != was:
            row["period"] = {"kind": kind, "from": now[1], "to": now[2], "text": _period_words(*now)}


def _period_words(kind: str, first: str | None, last: str | None) -> str:
    """A period as people say it; an end that is open is not made up."""
    if first and last:
        return " đến ".join(dict.fromkeys((time_words(first), time_words(last))))
    if first or last:
        return f"{'Từ' if first else 'Đến'} {time_words(first or last)}"
    return str(Task.PeriodKind(kind).label)


def _units(text: str, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    known = {unit["unit"]: dict(unit) for unit in before}
    names = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return [known.get(name) or {"text": name, "unit": name, "group": name.lower().startswith("các ")} for name in names]


def time_words(text: str | None) -> str:
    """ "2025-08" as people write it: 08/2025."""
    return "/".join(reversed((text or "").split("-")))


def _time(text: str) -> str | None:
    """A year, a month or a day as the reading keeps it; None for nothing."""
    parts = text.replace(" ", "").split("/")
    if not text.strip():
        return None
    try:
        numbers = [int(part) for part in reversed(parts)]
        date(*[*numbers, 1, 1][:3])
        if len(numbers) > 3 or not 2000 <= numbers[0] <= 2100:
            raise ValueError
    except (TypeError, ValueError):
        raise ValidationError(
            f"Không hiểu “{text.strip()}”. Hãy viết tháng/năm, ví dụ 08/2025, hoặc chỉ năm."
        ) from None
    return "-".join([str(numbers[0]), *(f"{number:02}" for number in numbers[1:])])


class MeasureForm(Form):
    """A figure inside a task's result."""

    year = IntegerField(label="Năm", min_value=2000, max_value=2100, required=False)
    comparator = forms.ChoiceField(label="So sánh", choices=((">=", "ít nhất"), ("=", "đạt"), (">", "trên")))
    value = DecimalField(label="Mức", max_digits=14, decimal_places=2, min_value=0, required=False)
    unit = forms.CharField(label="Đơn vị tính", max_length=40, required=False)
    what = forms.CharField(label="Đếm gì", max_length=400, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("value") is not None and not values.get("unit"):
            self.add_error("unit", "Hãy nhập đơn vị tính, ví dụ % hoặc tin/tuần.")
        return values

    @property
    def measure(self) -> dict[str, Any] | None:
        """The figure, or None where its line was emptied."""
        values = self.cleaned_data
        return {**values, "value": float(values["value"])} if values.get("value") is not None else None


class LeaveOutForm(Form):
    """Why a row of the reading does not go live."""

    reason = forms.CharField(label="Lý do", max_length=300)
