"""The forms of uploading and reviewing a plan document. Each gives back what the reading keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hocvu.lib.figures import number_words
from hocvu.lib.forms import DateField, DecimalField, Form, IntegerField
from hocvu.plan import naming
from hocvu.plan.models import BodyActionKept, Plan, Target, Task
from hocvu.plan.naming import LOCAL_KINDS, Decision, Directory, NameRead
from hocvu.plan.uploading import KINDS
from hocvu.ward.models import Unit

FREQUENCIES = (
    ("daily", "hằng ngày"),
    ("weekly", "hằng tuần"),
    ("monthly", "hằng tháng"),
    ("quarterly", "hằng quý"),
    ("half_yearly", "sáu tháng"),
    ("yearly", "hằng năm"),
    ("unknown", "chưa rõ"),
)
SEMANTICS = (("before", "trước ngày này"), ("by", "chậm nhất ngày này"))


class UploadForm(Form):
    """A plan file, and what it is: a new plan, a corrected document, a plan in the place of another."""

    file = forms.FileField(label="Tệp kế hoạch", help_text="Tệp .docx, .pdf có chữ (không phải ảnh quét) hoặc .txt, tới 25 MB")
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
        lines = [f"{b['number']} ngày {date.fromisoformat(b['date']):%d/%m/%Y}" if b.get("date") else b["number"] for b in bases]
        return {"bases": "\n".join(lines)}

    def clean_bases(self) -> list[dict[str, Any]]:
        return [_basis(line.strip()) for line in self.cleaned_data["bases"].splitlines() if line.strip()]


def _basis(line: str) -> dict[str, Any]:
    number, _, day = line.partition(" ngày ")
    if len(number) > 60:
        raise ValidationError(f"Số, ký hiệu “{number[:40]}…” quá dài. Hãy viết số rồi “ngày” và ngày, mỗi dòng một văn bản.")
    return {"number": number.strip(), "date": _day(day) if day.strip() else None}


def _day(text: str) -> str:
    found = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()  # type: ignore[index]
    except (TypeError, ValueError):
        raise ValidationError(f"Không hiểu ngày “{text.strip()}”. Hãy viết theo ngày/tháng/năm, ví dụ 01/06/2025.") from None


class ReportForm(Form):
    """A report rule: how often, until which day, to whom."""

    frequency = forms.ChoiceField(label="Nhịp báo cáo", choices=FREQUENCIES)
    day = IntegerField(label="Ngày", min_value=1, max_value=31, required=False)
    semantics = forms.ChoiceField(label="Cách tính hạn", choices=SEMANTICS, widget=forms.RadioSelect)
    via = forms.CharField(label="Gửi qua đơn vị", max_length=200, required=False)

    def apply(self, rule: dict[str, Any]) -> None:
        rule.update(self.cleaned_data, via=self.cleaned_data["via"].strip() or None)


class TargetForm(Form):
    """One target as read."""

    year = IntegerField(label="Năm", min_value=2000, max_value=2100, required=False)
    audience = forms.ChoiceField(label="Nhóm đối tượng", choices=Target.Audience.choices)
    audience_text = forms.CharField(label="Đối tượng theo kế hoạch", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
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

    number = forms.CharField(label="Số thứ tự trong văn bản", max_length=20, required=False, help_text="Để trống nếu văn bản không đánh số dòng này")
    section = forms.ChoiceField(label="Mục", required=False)
    content = forms.CharField(label="Nội dung công việc", max_length=4000, widget=forms.Textarea)
    leads = forms.CharField(label="Đơn vị chủ trì", widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="Mỗi dòng một tên")
    coordinators = forms.CharField(label="Đơn vị phối hợp", widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="Mỗi dòng một tên")
    result = forms.CharField(label="Kết quả phải có", max_length=4000, widget=forms.Textarea, required=False)
    period_kind = forms.ChoiceField(label="Thời gian", choices=Task.PeriodKind.choices)
    period_from = forms.CharField(label="Từ", required=False, help_text="Ví dụ 08/2025, 2025 hoặc 10/10/2025")
    period_to = forms.CharField(label="Đến", required=False, help_text="Để trống nếu chỉ có một tháng, một năm hay một ngày")

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
            "period_to": time_words(period.get("to")) if period.get("to") != period.get("from") else "",
        }

    def clean_period_from(self) -> str | None:
        return _time(self.cleaned_data["period_from"])

    def clean_period_to(self) -> str | None:
        return _time(self.cleaned_data["period_to"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        kind, first, last = values.get("period_kind"), values.get("period_from"), values.get("period_to")
        bounded = {"month", "months", "year", "years", "range"}
        if kind in bounded and not first and "period_from" not in self.errors:
            self.add_error("period_from", "Hãy ghi thời gian bắt đầu, hoặc chọn “chưa rõ”.")
        if first and last and last < first[: len(last)]:
            self.add_error("period_to", "Thời gian kết thúc phải sau thời gian bắt đầu.")
        return values

    def apply(self, row: dict[str, Any]) -> None:
        """Put the fields into the row read; units that stayed keep the words of the plan."""
        values = self.cleaned_data
        row["number"], row["section"] = values["number"].strip() or None, values["section"] or None
        row["content"], row["result"] = " ".join(values["content"].split()), values["result"].strip()
        for part in ("leads", "coordinators"):
            row[part] = _units(values[part], row[part])
        period = row["period"]
        was = (period["kind"], period.get("from"), period.get("to"))
        now = (values["period_kind"], values["period_from"], values["period_to"] or values["period_from"])
        if now != was:
            words = " đến ".join(dict.fromkeys(filter(None, map(time_words, now[1:])))) or str(Task.PeriodKind(now[0]).label)
            row["period"] = {"kind": now[0], "from": now[1], "to": now[2], "text": words}


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
        date(*(numbers + [1, 1])[:3])
        if len(numbers) > 3 or not 2000 <= numbers[0] <= 2100:
            raise ValueError
    except (TypeError, ValueError):
        raise ValidationError(f"Không hiểu “{text.strip()}”. Hãy viết tháng/năm, ví dụ 08/2025, hoặc chỉ năm.") from None
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


class UnitChoiceForm(Form):
    """What a unit name of the plan means in this ward."""

    choice = forms.ChoiceField(label="Tên này là", widget=forms.RadioSelect)
    unit = forms.ChoiceField(label="Đơn vị đã có", required=False)
    group = forms.ChoiceField(label="Nhóm đã có", required=False)
    same = forms.ChoiceField(label="Tên khác trong kế hoạch", required=False)
    name = forms.CharField(label="Tên đơn vị hoặc nhóm mới", max_length=200, required=False)
    kind = forms.ChoiceField(label="Loại đơn vị mới", choices=Unit.Kind.choices, required=False)
    kinds = forms.MultipleChoiceField(label="Nhóm gồm mọi đơn vị loại", widget=forms.CheckboxSelectMultiple, required=False)
    members = forms.MultipleChoiceField(label="Nhóm gồm từng đơn vị", widget=forms.CheckboxSelectMultiple, required=False)

    mark_optional = False
    CHOICES = (
        ("unit", "Một đơn vị đã có trong danh sách"),
        ("group", "Một nhóm đơn vị đã có"),
        ("same", "Cùng là một tên khác trong kế hoạch"),
        ("new_unit", "Một đơn vị mới"),
        ("new_group", "Một nhóm mới gồm nhiều đơn vị"),
    )

    def __init__(self, *args: Any, directory: Directory, entry: NameRead, names: Sequence[NameRead], decisions: Mapping[str, Decision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [other for other in names if naming.resolved_key(other.key, decisions) != entry.key and other.key != entry.key]
        made = {key: d for key, d in decisions.items() if d["choice"] == "new_unit" and key != entry.key}
        options: dict[str, list[tuple[str, str]]] = {
            "unit": [(str(unit.pk), unit.name) for unit in directory.units],
            "group": [(str(group.pk), group.name) for group in directory.groups],
            "same": [(other.key, other.name) for other in others],
        }
        for name, values in options.items():
            self.fields[name].choices = [("", "Chọn trong danh sách"), *values]  # type: ignore[attr-defined]
        self.fields["choice"].choices = [pair for pair in self.CHOICES if options.get(pair[0], True)]  # type: ignore[attr-defined]
        self.fields["kinds"].choices = [(kind.value, f"{kind.label} ({len(directory.of_kinds(kind))})") for kind in _kinds_in_groups(directory)]  # type: ignore[attr-defined]
        self.fields["members"].choices = [  # type: ignore[attr-defined]
            *((str(unit.pk), unit.name) for unit in directory.units if unit.kind not in LOCAL_KINDS),
            *((f"read:{key}", f"{decision['name']} (sẽ tạo)") for key, decision in made.items()),
        ]

    @staticmethod
    def starting(decision: Decision, entry: NameRead) -> dict[str, Any]:
        return {
            "choice": decision["choice"],
            "unit": str(decision["id"]) if decision["choice"] == "unit" else "",
            "group": str(decision["id"]) if decision["choice"] == "group" else "",
            "same": decision.get("as", ""),
            "name": decision.get("name") or entry.name,
            "kind": decision.get("kind") or str(naming.guessed_kind(entry.name)),
            "kinds": decision.get("kinds", []),
            "members": [*map(str, decision.get("members", [])), *(f"read:{key}" for key in decision.get("names", []))],
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        needed = {"unit": "unit", "group": "group", "same": "same", "new_unit": "name", "new_group": "name"}
        field = needed.get(values.get("choice", ""), "")
        if field and not (values.get(field) or "").strip() and field not in self.errors:
            self.add_error(field, f"Hãy chọn hoặc nhập {str(self.fields[field].label).lower()}.")
        return values

    @property
    def decision(self) -> Decision:
        """What was chosen, as the reading keeps it."""
        values = self.cleaned_data
        choice = values["choice"]
        if choice in {"unit", "group"}:
            return {"choice": choice, "id": int(values[choice])}
        if choice == "same":
            return {"choice": choice, "as": values["same"]}
        name = " ".join(values["name"].split())
        if choice == "new_unit":
            return {"choice": choice, "name": name, "kind": values["kind"] or Unit.Kind.OTHER.value}
        members = [int(pk) for pk in values["members"] if pk.isdigit()]
        read = [key.removeprefix("read:") for key in values["members"] if key.startswith("read:")]
        return {"choice": choice, "name": name, "kinds": values["kinds"], "members": members, "names": read}


def _kinds_in_groups(directory: Directory) -> list[Unit.Kind]:
    present = {unit.kind for unit in directory.units}
    return [kind for kind in Unit.Kind if kind in present or kind in LOCAL_KINDS]


class ActionForm(Form):
    """What becomes of an action of the plan's body."""

    fate = forms.ChoiceField(label="Việc này", choices=BodyActionKept.Fate.choices, widget=forms.RadioSelect)
    task = forms.ChoiceField(label="Ghép vào nhiệm vụ", required=False)
    lead = forms.ChoiceField(label="Đơn vị chủ trì", required=False)
    reason = forms.CharField(label="Lý do để ngoài", max_length=300, required=False)

    mark_optional = False

    def __init__(self, *args: Any, tasks: Sequence[Mapping[str, Any]], names: Sequence[NameRead], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row["position"]), f"{row['number'] or 'Không số'}. {row['content'][:100]}") for row in tasks]
        self.fields["task"].choices = [("", "Chọn nhiệm vụ"), *rows]  # type: ignore[attr-defined]
        self.fields["lead"].choices = [("", "Chọn đơn vị"), *((entry.key, entry.name) for entry in names)]  # type: ignore[attr-defined]

    @staticmethod
    def starting(decision: Mapping[str, Any]) -> dict[str, Any]:
        return {name: str(decision.get(name, "")) for name in ("fate", "task", "lead", "reason")}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        field = {"attached": "task", "task": "lead", "aside": "reason"}.get(values.get("fate", ""), "")
        if field and not (values.get(field) or "").strip() and field not in self.errors:
            verb = "nhập" if field == "reason" else "chọn"
            self.add_error(field, f"Hãy {verb} {str(self.fields[field].label).lower()}.")
        return values

    @property
    def decision(self) -> Decision:
        values = self.cleaned_data
        match values["fate"]:
            case "attached":
                return {"fate": "attached", "task": int(values["task"])}
            case "task":
                return {"fate": "task", "lead": values["lead"]}
        return {"fate": "aside", "reason": values["reason"].strip()}


class SuccessionForm(Form):
    """What becomes of each open row of the plan that is succeeded: one choice a row."""

    mark_optional = False

    def __init__(self, *args: Any, rows: Sequence[Any], tasks: Sequence[tuple[str, str]], targets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            links = tasks if row.key.startswith("task:") else targets
            choices = [("carried", "Chuyển sang kế hoạch mới"), ("closed", "Kết thúc cùng kế hoạch cũ")]
            self.fields[row.key] = forms.ChoiceField(
                label=row.label[:300],
                choices=[*choices, ("Nối vào dòng của kế hoạch mới", [(f"linked:{key}", words) for key, words in links])],
                widget=forms.Select(attrs={"class": "hv-select"}),
                initial=choice_key(row.choice or row.suggestion),
            )

    @property
    def choices(self) -> dict[str, Decision]:
        return {key: _choice(value) for key, value in self.cleaned_data.items()}


def choice_key(choice: Mapping[str, Any]) -> str:
    """A choice for an old row as the value of its option."""
    return f"linked:{choice['to']}" if choice["fate"] == "linked" else str(choice["fate"])


def _choice(value: str) -> Decision:
    fate, _, to = value.partition(":")
    return {"fate": fate, "to": int(to)} if to else {"fate": fate}


class PairingForm(Form):
    """For rows of a corrected document that look new: which removed row each of them continues."""

    mark_optional = False

    def __init__(self, *args: Any, added: Sequence[Any], removed: Sequence[Any], chosen: Mapping[str, int | None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [("", "Là nhiệm vụ mới"), *((str(row.key), row.label[:120]) for row in removed)]
        for row in added:
            self.fields[f"task:{row.key}"] = forms.ChoiceField(
                label=row.label[:300], choices=options, required=False, initial=str(chosen.get(str(row.key)) or "")
            )

    @property
    def pairs(self) -> dict[str, int | None]:
        return {name.removeprefix("task:"): int(value) if value else None for name, value in self.cleaned_data.items()}


def shown(value: Any) -> str:
    """A form value as the page of a conflict shows it."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return number_words(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
