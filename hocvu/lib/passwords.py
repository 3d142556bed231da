"""Rules of passwords with Vietnamese sentences; Django's own catalogue lacks some of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import password_validation as django_rules
from django.core.exceptions import ValidationError


class LongEnough(django_rules.MinimumLengthValidator):
    """At least so many characters."""

    def get_error_message(self) -> str:
        return f"Mật khẩu quá ngắn. Hãy viết ít nhất {self.min_length} ký tự, ví dụ một câu dễ nhớ."


class NotCommon(django_rules.CommonPasswordValidator):
    """Not one of the twenty thousand that everybody tries first."""

    def get_error_message(self) -> str:
        return "Mật khẩu này nhiều người dùng nên dễ bị đoán. Hãy chọn câu khác."


class NotOnlyDigits(django_rules.NumericPasswordValidator):
    """Not digits alone."""

    def get_error_message(self) -> str:
        return "Mật khẩu chỉ có chữ số nên dễ bị đoán. Hãy thêm chữ."


class NotOneself(django_rules.UserAttributeSimilarityValidator):
    """Not the person's own name."""

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as alike:
            raise ValidationError(
                "Mật khẩu gần giống tên của mình nên dễ bị đoán. Hãy chọn câu khác.", code=alike.code
            ) from None
