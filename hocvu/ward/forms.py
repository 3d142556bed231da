"""The forms of the ward's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hocvu.lib.forms import DateField, Form
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Neighbourhood, Unit, Ward


class UnitForm(Form):
    """A unit: its name, kind, place in the tree, dates."""

    name = forms.CharField(label="Tên đơn vị", max_length=200)
    short_name = forms.CharField(label="Tên gọn", max_length=80, required=False)
    kind = forms.ChoiceField(label="Loại đơn vị", choices=Unit.Kind.choices)
    parent = forms.ModelChoiceField(label="Thuộc đơn vị", queryset=Unit.objects.none(), required=False)
    valid_from = DateField(label="Có từ ngày", required=False)
    valid_to = DateField(label="Đến hết ngày", required=False)

    def __init__(self, *args: Any, ward: Ward, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward, self.unit = ward, unit
        above = Unit.objects.of(ward).filter(valid_to=None)
        # A unit cannot hang below itself.
        self.fields["parent"].queryset = above.exclude(path__startswith=unit.path) if unit else above  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same = Unit.objects.of(self.ward).filter(name__iexact=name, valid_to=None)
        if self.unit is not None:
            same = same.exclude(pk=self.unit.pk)
        if same.exists():
            raise ValidationError(f"Đã có đơn vị tên “{name}”. Hãy đặt tên khác, hoặc sửa đơn vị đang có.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "Ngày kết thúc phải sau ngày bắt đầu. Hãy xem lại hai ngày.")
        return cleaned


class MergeForm(Form):
    """Two or more neighbourhoods become one."""

    before = forms.ModelMultipleChoiceField(
        label="Những nơi sáp nhập",
        queryset=Neighbourhood.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất hai nơi để sáp nhập."},
    )
    name = forms.CharField(label="Tên nơi mới", max_length=120)
    number = forms.IntegerField(label="Số thứ tự", min_value=1, max_value=9999, required=False)
    day = DateField(label="Từ ngày")
    decision = forms.CharField(
        label="Văn bản quyết định", max_length=200, help_text="Số, ký hiệu và ngày, ví dụ 15/NQ-HĐND ngày 20/12/2025"
    )

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["before"].queryset = Neighbourhood.objects.of(ward).filter(valid_to=None)  # type: ignore[attr-defined]


class SplitForm(Form):
    """One neighbourhood becomes several; a name a line."""

    names = forms.CharField(
        label="Tên những nơi mới", widget=forms.Textarea, help_text="Mỗi dòng một tên, ít nhất hai dòng"
    )
    day = DateField(label="Từ ngày")
    decision = forms.CharField(label="Văn bản quyết định", max_length=200)

    def clean_names(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if len(names) < 2:
            raise ValidationError("Hãy ghi ít nhất hai nơi mới, mỗi dòng một tên.")
        if any(len(name) > 120 for name in names):
            raise ValidationError("Có tên dài quá 120 ký tự. Hãy rút gọn.")
        return names


class AccountForm(Form):
    """A new account; its first password is made by the system and shown once."""

    username = forms.RegexField(
        label="Tên đăng nhập",
        regex=r"^[a-z0-9][a-z0-9._-]{2,59}$",
        help_text="Chữ thường không dấu, số, dấu chấm hoặc gạch; ít nhất 3 ký tự",
        error_messages={"invalid": "Hãy viết chữ thường không dấu, số, dấu chấm hoặc gạch, ví dụ lan.vhxh."},
    )
    full_name = forms.CharField(label="Họ và tên", max_length=120)

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if Account.objects.filter(username=username).exists():
            raise ValidationError(f"Tên “{username}” đã có người dùng. Hãy chọn tên khác.")
        return username


class GrantForm(Form):
    """One role for an account: where, from when, to when."""

    role = forms.ChoiceField(label="Vai trò", choices=Role.choices)
    unit = forms.ModelChoiceField(label="Đơn vị", queryset=Unit.objects.none(), required=False)
    valid_from = DateField(label="Từ ngày")
    valid_to = DateField(label="Đến hết ngày", required=False)

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.of(ward).filter(valid_to=None)  # type: ignore[attr-defined]
