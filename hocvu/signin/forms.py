from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from hocvu.lib import phones
from hocvu.lib.forms import Form
from hocvu.ward.models import Account


class SignInForm(Form):
    """Name and password; paste and password managers are welcome."""

    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Hãy nhập tên đăng nhập đã được cấp."},
    )
    password = forms.CharField(
        label="Mật khẩu",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Hãy nhập mật khẩu."},
    )


class PasswordForm(Form):
    """The present password and a new one, written twice."""

    current = forms.CharField(
        label="Mật khẩu đang dùng",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Hãy nhập mật khẩu đang dùng."},
    )
    new = forms.CharField(
        label="Mật khẩu mới",
        help_text="Ít nhất 12 ký tự. Có thể là một câu dễ nhớ.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Hãy nhập mật khẩu mới."},
    )
    again = forms.CharField(
        label="Mật khẩu mới, viết lại",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Hãy viết lại mật khẩu mới."},
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        self.account = account
        super().__init__(*args, **kwargs)

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.account.check_password(current):
            raise ValidationError("Mật khẩu đang dùng chưa đúng. Hãy nhập lại.")
        return current

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        new, again = cleaned.get("new"), cleaned.get("again")
        if new and again and new != again:
            self.add_error("again", "Hai lần viết mật khẩu mới chưa giống nhau. Hãy viết lại.")
        elif new:
            try:
                validate_password(new, self.account)
            except ValidationError as error:
                self.add_error("new", error)
        return cleaned


class PhoneForm(Form):
    """A mobile number, however it is written."""

    phone = forms.CharField(
        label="Số điện thoại di động",
        help_text="Ví dụ 0912 345 678",
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "class": "hv-input--large"}
        ),
        error_messages={"required": "Hãy nhập số điện thoại di động."},
    )

    def clean_phone(self) -> str:
        digits = phones.mobile(self.cleaned_data["phone"])
        if not digits:
            raise ValidationError(
                "Đây chưa phải số di động của Việt Nam. Hãy nhập đủ 10 số, bắt đầu bằng 0, ví dụ 0912 345 678."
            )
        return digits


class OneTimeInput(forms.TextInput):
    """A box for a code, which is never written back into the page."""

    def format_value(self, value: Any) -> None:
        """Nothing, whatever was typed."""


class CodeForm(Form):
    """The six digits of a message."""

    code = forms.CharField(
        label="Mã 6 số trong tin nhắn",
        widget=OneTimeInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "hv-input--large hv-input--code"}
        ),
        error_messages={"required": "Hãy nhập mã 6 số trong tin nhắn."},
    )

    def clean_code(self) -> str:
        digits = re.sub(r"[\s.\-]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", digits):
            raise ValidationError("Mã có đúng 6 chữ số. Hãy xem lại tin nhắn rồi nhập lại.")
        return digits


class NameForm(Form):
    """What somebody is called."""

    full_name = forms.CharField(
        label="Họ và tên",
        help_text="Tên này in trên giấy xác nhận kết quả học.",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "hv-input--large"}),
        error_messages={"required": "Hãy nhập họ và tên."},
    )

    def clean_full_name(self) -> str:
        name = " ".join(self.cleaned_data["full_name"].split())
        if not any(letter.isalpha() for letter in name) or any(letter.isdigit() for letter in name):
            raise ValidationError("Họ và tên chỉ có chữ, ví dụ Trần Thị Nết. Hãy nhập lại.")
        return name


def _code_field(label: str, help_text: str = "") -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=20, help_text=help_text, widget=OneTimeInput(attrs=attrs))


class StepCodeForm(Form):
    """A code of the app, or a recovery code."""

    code = _code_field("Mã trong ứng dụng", "6 số đang hiện; mất điện thoại thì nhập một mã dự phòng 12 số")

    def clean_code(self) -> str:
        digits = "".join(filter(str.isdigit, self.cleaned_data["code"]))
        if len(digits) not in (6, 12):
            raise ValidationError("Mã trong ứng dụng có 6 số, mã dự phòng có 12 số. Hãy nhập lại đủ số.")
        return digits


class AppCodeForm(Form):
    """The first code of an app that is being set up."""

    code = _code_field("Mã 6 số đang hiện trong ứng dụng")

    def clean_code(self) -> str:
        digits = "".join(filter(str.isdigit, self.cleaned_data["code"]))
        if len(digits) != 6:
            raise ValidationError("Mã trong ứng dụng có 6 số. Hãy nhập lại đủ số.")
        return digits


class AgainForm(Form):
    """The present password, asked again before a change of how one comes in."""

    password = forms.CharField(
        label="Mật khẩu đang dùng",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Hãy nhập mật khẩu đang dùng."},
    )


class LastStepForm(AgainForm):
    """To remove the last second step: the password and a code."""

    code = _code_field("Mã trong ứng dụng hoặc mã dự phòng")


class PasskeyForm(Form):
    """What a new passkey is called; the browser's answer comes hidden."""

    label = forms.CharField(
        label="Tên gọi của khóa", max_length=60, help_text="Ví dụ Điện thoại của tôi, Máy ở cơ quan"
    )
    credential = forms.CharField(max_length=8000, required=False, widget=forms.HiddenInput)


class MyPasskeyForm(PasskeyForm, AgainForm):
    """The same for somebody signed in, who is asked for the password again."""

    field_order = ("label", "password", "credential")
