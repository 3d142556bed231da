"""The forms of deciding: what a name means, what becomes of an action, of an old row, of a rewritten one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from hocvu.lib.figures import number_words
from hocvu.lib.forms import Form
from hocvu.plan import naming
from hocvu.plan.models import BodyActionKept
from hocvu.plan.naming import LOCAL_KINDS, Decision, Directory, NameRead
from hocvu.ward.models import Unit


def revealed(form: Form, reveals: Mapping[str, Sequence[str]]) -> list[tuple[BoundField, str]]:
    """The fields of a form, those that belong to a choice with a class for each choice."""
    return [
        (
            field,
            " ".join(["hv-when", *(f"hv-when--{choice}" for choice in reveals[field.name])])
            if field.name in reveals
            else "",
        )
        for field in form
    ]


class UnitChoiceForm(Form):
    """What a unit name of the plan means in this ward."""

    choice = forms.ChoiceField(label="Tên này là", widget=forms.RadioSelect)
    unit = forms.ChoiceField(label="Đơn vị đã có", required=False)
    group = forms.ChoiceField(label="Nhóm đã có", required=False)
    same = forms.ChoiceField(label="Tên khác trong kế hoạch", required=False)
    name = forms.CharField(label="Tên đơn vị hoặc nhóm mới", max_length=200, required=False)
    kind = forms.ChoiceField(label="Loại đơn vị mới", choices=Unit.Kind.choices, required=False)
    kinds = forms.MultipleChoiceField(
        label="Nhóm gồm mọi đơn vị loại",
        help_text="Khu dân cư nào chưa có đơn vị loại đã chọn thì được lập thêm khi công bố",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    members = forms.MultipleChoiceField(
        label="Nhóm gồm từng đơn vị", widget=forms.CheckboxSelectMultiple, required=False
    )

    mark_optional = False

    # Which choice each field belongs to; where the browser can, the others stay out of sight.
    reveals = {
        "unit": ("unit",),
        "group": ("group",),
        "same": ("same",),
        "name": ("new_unit", "new_group"),
        "kind": ("new_unit",),
        "kinds": ("new_group",),
        "members": ("new_group",),
    }

    def revealed(self) -> list[tuple[BoundField, str]]:
        """The fields in order, each with the classes that say when it is seen."""
        return revealed(self, self.reveals)

    CHOICES = (
        ("unit", "Một đơn vị đã có trong danh sách"),
        ("group", "Một nhóm đơn vị đã có"),
        ("same", "Cùng là một tên khác trong kế hoạch"),
        ("new_unit", "Một đơn vị mới"),
        ("new_group", "Một nhóm mới gồm nhiều đơn vị"),
    )

    def __init__(
        self,
        *args: Any,
        directory: Directory,
        entry: NameRead,
        names: Sequence[NameRead],
        decisions: Mapping[str, Decision],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        others = [
            other
            for other in names
            if naming.resolved_key(other.key, decisions) != entry.key and other.key != entry.key
        ]
        made = {key: d for key, d in decisions.items() if d["choice"] == "new_unit" and key != entry.key}
        options: dict[str, list[tuple[str, str]]] = {
            "unit": [(str(unit.pk), unit.name) for unit in directory.units],
            "group": [(str(group.pk), group.name) for group in directory.groups],
            "same": [(other.key, other.name) for other in others],
        }
        for name, values in options.items():
            self.fields[name].choices = [("", "Chọn trong danh sách"), *values]  # type: ignore[attr-defined]
        self.fields["choice"].choices = [pair for pair in self.CHOICES if options.get(pair[0], True)]  # type: ignore[attr-defined]
        self.fields["kinds"].choices = _kinds_in_groups(directory)  # type: ignore[attr-defined]
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


def _kinds_in_groups(directory: Directory) -> list[tuple[str, str]]:
    """The kinds that the ward has, with how many; those of which every neighbourhood gets one stand in any case."""
    counts = {kind: len(directory.of_kinds(kind)) for kind in Unit.Kind}
    return [(kind.value, f"{kind.label} ({counts[kind]})") for kind in Unit.Kind if counts[kind] or kind in LOCAL_KINDS]


class ActionForm(Form):
    """What becomes of an action of the plan's body."""

    fate = forms.ChoiceField(label="Việc này", choices=BodyActionKept.Fate.choices, widget=forms.RadioSelect)
    task = forms.ChoiceField(label="Ghép vào nhiệm vụ", required=False)
    lead = forms.ChoiceField(label="Đơn vị chủ trì", required=False)
    reason = forms.CharField(label="Lý do để ngoài", max_length=300, required=False)

    mark_optional = False

    # Which choice each field belongs to; where the browser can, the others stay out of sight.
    reveals = {"task": ("attached",), "lead": ("task",), "reason": ("aside",)}

    def revealed(self) -> list[tuple[BoundField, str]]:
        """The fields in order, each with the classes that say when it is seen."""
        return revealed(self, self.reveals)

    def __init__(
        self, *args: Any, tasks: Sequence[Mapping[str, Any]], names: Sequence[NameRead], **kwargs: Any
    ) -> None:
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

    def __init__(
        self,
        *args: Any,
        rows: Sequence[Any],
        tasks: Sequence[tuple[str, str]],
        targets: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            links = tasks if row.key.startswith("task:") else targets
            choices = [("carried", "Chuyển sang kế hoạch mới"), ("closed", "Kết thúc cùng kế hoạch cũ")]
            self.fields[row.key] = forms.ChoiceField(
                label=row.label[:300],
                choices=[
                    *choices,
                    ("Nối vào dòng của kế hoạch mới", [(f"linked:{key}", words) for key, words in links]),
                ],
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

    def __init__(
        self, *args: Any, added: Sequence[Any], removed: Sequence[Any], chosen: Mapping[str, int | None], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        options = [("", "Là nhiệm vụ mới"), *((str(row.key), row.label[:120]) for row in removed)]
        for row in added:
            self.fields[f"task:{row.key}"] = forms.ChoiceField(
                label=row.label[:300], choices=options, required=False, initial=str(chosen.get(str(row.key)) or "")
            )

    @property
    def pairs(self) -> dict[str, int | None]:
        return {name.removeprefix("task:"): int(value) if value else None for name, value in self.cleaned_data.items()}


def shown(value: Any, field: forms.Field) -> str:
    """A form value, kept or typed, as the page of a conflict shows it."""
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(one, field) for one in value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, (float, Decimal)):
        return number_words(value)
    text = "" if value is None else str(value)
    return _labels(field).get(text, text)


def _labels(field: forms.Field) -> dict[str, str]:
    """What the options of a choice are called."""
    found: dict[str, str] = {}
    for value, words in getattr(field, "choices", ()):
        found |= {str(k): str(v) for k, v in words} if isinstance(words, (list, tuple)) else {str(value): str(words)}
    return found
