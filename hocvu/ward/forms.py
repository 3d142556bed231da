"""The forms of the ward's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from hocvu.lib.forms import DateField, Form, IntegerField
from hocvu.lib.text import slug
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Neighbourhood, Unit, Ward

USERNAME = r"^[a-z0-9][a-z0-9._-]{2,59}$"
USERNAME_HINT = "Chữ thường không dấu, số, dấu chấm hoặc gạch; ít nhất 3 ký tự"
USERNAME_WRONG = "Hãy viết chữ thường không dấu, số, dấu chấm hoặc gạch, ví dụ lan.vhxh."


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
        kept = unit.parent_id if unit else None  # one that has ended may stay where it is
        above = Unit.objects.of(ward).filter(Q(valid_to=None) | Q(pk=kept))
        # A unit cannot hang below itself.
        self.fields["parent"].queryset = above.exclude(path__startswith=unit.path) if unit else above  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Unit.objects.of(self.ward).filter(valid_to=None)
        if self.unit is not None:
            others = others.exclude(pk=self.unit.pk)
        # SQLite folds only the letters of English, so the names are compared here.
        if name.casefold() in {other.casefold() for other in others.values_list("name", flat=True)}:
            raise ValidationError(f"Đã có đơn vị tên “{name}”. Hãy đặt tên khác, hoặc sửa đơn vị đang có.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "Ngày kết thúc phải sau ngày bắt đầu. Hãy xem lại hai ngày.")
        return cleaned


class WardForm(Form):
    """A phường, xã or đặc khu, and the words that its pages use."""

    name = forms.CharField(label="Tên phường, xã, đặc khu", max_length=120, help_text="Không kèm loại, ví dụ Hải An")
    kind = forms.ChoiceField(label="Loại", choices=Ward.Kind.choices)
    neighbourhood_kind = forms.ChoiceField(label="Khu dân cư gọi là", choices=Ward.NeighbourhoodKind.choices)
    city = forms.CharField(label="Tỉnh, thành phố", max_length=120, help_text="Ví dụ thành phố Hải Phòng")
    code = forms.CharField(
        label="Mã đơn vị hành chính", max_length=16, required=False, help_text="Mã của Cục Thống kê, ví dụ 11413"
    )
    host = forms.CharField(
        label="Tên miền riêng",
        max_length=200,
        required=False,
        help_text="Khi nhiều nơi dùng chung hệ thống, ví dụ haian.hocvu.vn",
    )

    def __init__(self, *args: Any, ward: Ward | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = Ward.objects.exclude(pk=ward.pk) if ward else Ward.objects.all()

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        for kind in Ward.Kind.labels:
            if name.lower().startswith(f"{kind} "):
                raise ValidationError(f"Hãy bỏ chữ “{name[: len(str(kind))]}” ở đầu tên; loại đã có ô riêng.")
        if not slug(name):
            raise ValidationError("Tên phải có chữ cái. Hãy ghi tên như trên văn bản, ví dụ Hải An.")
        return name

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if code and (same := self.others.filter(code=code).first()):
            raise ValidationError(f"Mã {code} là của {same.title}. Hãy xem lại mã.")
        return code

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip().lower()
        if host and (same := self.others.filter(host=host).first()):
            raise ValidationError(f"Tên miền {host} đang dẫn đến {same.title}. Hãy chọn tên khác.")
        return host


class NeighbourhoodsForm(Form):
    """Several new neighbourhoods at once: a name a line."""

    names = forms.CharField(
        label="Tên những nơi mới", widget=forms.Textarea(attrs={"rows": "8"}), help_text="Mỗi dòng một tên"
    )
    valid_from = DateField(label="Có từ ngày", required=False)

    def clean_names(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if long := next((name for name in names if len(name) > 120), None):
            raise ValidationError(f"Tên “{long[:40]}…” dài quá 120 ký tự. Hãy rút gọn.")
        if len(names) > 500:
            raise ValidationError("Mỗi lần thêm nhiều nhất 500 nơi. Hãy chia làm nhiều lần.")
        return names


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
        label="Tên đăng nhập", regex=USERNAME, help_text=USERNAME_HINT, error_messages={"invalid": USERNAME_WRONG}
    )
    full_name = forms.CharField(label="Họ và tên", max_length=120)

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if Account.objects.filter(username=username).exists():
            raise ValidationError(f"Tên “{username}” đã có người dùng. Hãy chọn tên khác.")
        return username


class BeginForm(WardForm):
    """The first ward and the first administrator of an installation."""

    neighbourhood_count = IntegerField(
        label="Số khu dân cư",
        min_value=0,
        max_value=500,
        required=False,
        help_text="Hệ thống lập sẵn từng nơi, đánh số từ 1, mỗi nơi một Tổ công nghệ số cộng đồng; sửa sau được",
    )
    username = forms.RegexField(
        label="Tên đăng nhập của người quản trị", regex=USERNAME, help_text=USERNAME_HINT,
        error_messages={"invalid": USERNAME_WRONG}, widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )  # fmt: skip
    full_name = forms.CharField(label="Họ và tên người quản trị", max_length=120)
    password = forms.CharField(
        label="Mật khẩu",
        strip=False,
        help_text="Ít nhất 12 ký tự. Có thể là một câu dễ nhớ.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Mật khẩu, viết lại", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["host"]

    def clean_neighbourhood_count(self) -> int:
        return self.cleaned_data["neighbourhood_count"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password, again = cleaned.get("password"), cleaned.pop("again", None)
        if password and again and password != again:
            self.add_error("again", "Hai lần viết mật khẩu chưa giống nhau. Hãy viết lại.")
        elif password:
            try:
                validate_password(password, Account(username=cleaned.get("username", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class GrantForm(Form):
    """One role for an account: where, from when, to when."""

    role = forms.ChoiceField(label="Vai trò", choices=[pair for pair in Role.choices if pair[0] != Role.CITIZEN])
    unit = forms.ModelChoiceField(label="Đơn vị", queryset=Unit.objects.none(), required=False)
    valid_from = DateField(label="Từ ngày")
    valid_to = DateField(label="Đến hết ngày", required=False)
    reason = forms.CharField(
        label="Lý do giao",
        max_length=300,
        required=False,
        help_text="Phải ghi với vai trò có quyền lớn: quản trị, điều phối, lãnh đạo, công an, bảo vệ dữ liệu, kiểm toán",
    )

    def __init__(self, *args: Any, ward: Ward, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.of(ward).filter(valid_to=None)  # type: ignore[attr-defined]
