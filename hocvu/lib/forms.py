"""Forms that speak plainly: our markup, our sentences, one normal form of Vietnamese text.

`Form` is the base of every form of the house. It composes what was typed (a phone may send "ế" as three
signs), gives each widget its class, and says in one sentence what is missing and what to do. Optional fields
say so; the others do not carry a star.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.forms.renderers import TemplatesSetting
from django.utils.datastructures import MultiValueDict

from hocvu.lib.figures import number_words, plain_number
from hocvu.lib.money import NotMoney, read_money
from hocvu.lib.text import nfc

EARLIEST, LATEST = 1900, 2100  # no day of the house lies outside these years


class Renderer(TemplatesSetting):
    """Draws fields and forms with our own templates."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"


def _refuse_year(value: date | None) -> None:
    if value is not None and not EARLIEST <= value.year <= LATEST:
        raise ValidationError(f"Năm {value.year} không hợp lý. Hãy xem lại ngày, năm từ {EARLIEST} đến {LATEST}.")


class DateField(forms.DateField):
    """A day written dd/mm/yyyy; a plain text box, because a picker is slow for a day long past."""

    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Ví dụ 18/11/2026")
        super().__init__(**kwargs)

    def validate(self, value: date | None) -> None:
        super().validate(value)
        _refuse_year(value)


class MomentField(forms.DateTimeField):
    """A moment written dd/mm/yyyy hh:mm, in the ward's time."""

    widget = forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Ví dụ 18/11/2026 15:20")
        super().__init__(input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"], **kwargs)

    def validate(self, value: datetime | None) -> None:
        super().validate(value)
        _refuse_year(value)


class IntegerField(forms.IntegerField):
    """A whole number as people write it: 38420 or 38.420."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "hv-input--number"})

    def to_python(self, value: Any) -> int | None:
        return super().to_python(plain_number(value) if isinstance(value, str) else value)


class DecimalField(forms.DecimalField):
    """A number as people write it: 63,3 or 1.204,5; a value kept is shown the same way."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "hv-input--number"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs make it an IntegerField
        return super().to_python(plain_number(value) if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return number_words(value) if isinstance(value, (Decimal, float)) else value


class MoneyField(forms.Field):
    """An amount in whole đồng as people write it: 12.500.000 or 12,5 triệu."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "hv-input--number"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Bằng đồng, ví dụ 12.500.000 hoặc 12,5 triệu")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        if value is None or not str(value).strip():
            return None
        try:
            return read_money(str(value))
        except NotMoney as refused:
            raise ValidationError(refused.sentence, "invalid") from refused

    def prepare_value(self, value: Any) -> Any:
        return number_words(value) if isinstance(value, int) else value


class Form(forms.Form):
    """A form of the house; see the module."""

    # A filter, where every field may stay empty, need not say so at each.
    mark_optional = True
    # The browser's own bubbles speak another language and cut what is pasted; our sentences do neither.
    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(None if data is None else composed(data), files, **kwargs)
        for field in self.fields.values():
            dress(field)
            speak_plainly(field)


def composed(data: Mapping[str, Any]) -> MultiValueDict[str, str]:
    """What was sent, every text in its composed form."""
    pairs = data.lists() if isinstance(data, MultiValueDict) else ((key, [value]) for key, value in data.items())
    return MultiValueDict({key: [nfc(v) if isinstance(v, str) else v for v in values] for key, values in pairs})


_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "hv-textarea"),
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.CheckboxInput, ""),
    (forms.FileInput, ""),
    (forms.Select, "hv-select"),
    (forms.NumberInput, "hv-input hv-input--number"),
    (forms.DateInput, "hv-input hv-input--date"),
    (forms.widgets.Input, "hv-input"),
)


def dress(field: forms.Field) -> None:
    """Give a field's widget its class; one that names its own keeps it beside."""
    if type(field.widget) is forms.ClearableFileInput:
        field.widget = forms.FileInput(field.widget.attrs)
    css = next((css for kind, css in _CLASSES if isinstance(field.widget, kind)), "")
    own = field.widget.attrs.get("class", "").split()
    classes = [*css.split(), *(name for name in own if name not in css.split())]
    if classes:
        field.widget.attrs["class"] = " ".join(classes)
    # Forty columns by ten rows is the framework's own measure; ours is as wide as the page and shorter.
    if isinstance(field.widget, forms.Textarea) and field.widget.attrs.pop("cols", None) == "40":
        field.widget.attrs["rows"] = "4"
    # Silent cutting at a limit loses what was pasted; the sentence about length does not.
    field.widget.attrs.pop("maxlength", None)
    field.widget.attrs.pop("minlength", None)


def speak_plainly(field: forms.Field) -> None:
    """Replace the stock sentences of a field by ones that name it and say what to do; its own stay."""
    stock = _stock_messages(type(field))
    for code, sentence in plain_messages(field).items():
        if field.error_messages.get(code) == stock.get(code):
            field.error_messages[code] = sentence


def _stock_messages(kind: type[forms.Field]) -> dict[str, Any]:
    messages: dict[str, Any] = {}
    for ancestor in reversed(kind.__mro__):
        messages.update(getattr(ancestor, "default_error_messages", {}))
    return messages


def plain_messages(field: forms.Field) -> dict[str, str]:
    """The sentences of a field, by what may be wrong with it."""
    name = _inside_sentence(str(field.label or "mục này"))
    return {
        "required": _required(field, name),
        "invalid": _invalid(field, name),
        "invalid_choice": f"Lựa chọn ở {name} không có trong danh sách. Hãy chọn lại.",
        "invalid_list": f"Hãy chọn lại {name} trong danh sách.",
        "invalid_pk_value": f"Lựa chọn ở {name} không có trong danh sách. Hãy chọn lại.",
        "max_length": f"{_sentence(name)} dài %(show_value)d ký tự. Hãy rút gọn còn %(limit_value)d ký tự.",
        "min_length": f"{_sentence(name)} mới có %(show_value)d ký tự. Hãy viết ít nhất %(limit_value)d ký tự.",
        "max_value": f"{_sentence(name)} lớn hơn mức cho phép. Hãy nhập nhiều nhất %(limit_value)s.",
        "min_value": f"{_sentence(name)} nhỏ hơn mức cho phép. Hãy nhập ít nhất %(limit_value)s.",
        "max_digits": f"{_sentence(name)} có quá nhiều chữ số. Hãy nhập nhiều nhất %(max)s chữ số.",
        "max_decimal_places": f"{_sentence(name)} có quá nhiều số lẻ. Hãy giữ nhiều nhất %(max)s số sau dấu phẩy.",
        "max_whole_digits": f"{_sentence(name)} quá lớn. Hãy nhập nhiều nhất %(max)s chữ số trước dấu phẩy.",
        "missing": f"Chưa nhận được tệp. Hãy chọn {name}.",
        "empty": "Tệp này không có nội dung. Hãy chọn tệp khác.",
        "contradiction": "Vừa chọn tệp mới vừa đánh dấu bỏ tệp. Hãy chọn một trong hai.",
        "invalid_image": "Tệp này không phải ảnh, hoặc ảnh đã hỏng. Hãy chọn ảnh .jpg hoặc .png khác.",
        "invalid_extension": "Loại tệp này không nhận được. Hãy chọn tệp có đuôi: %(allowed_extensions)s.",
        "null_characters_not_allowed": f"{_sentence(name)} có ký tự lạ. Hãy gõ lại.",
    }


def _required(field: forms.Field, name: str) -> str:
    if isinstance(field, forms.BooleanField):
        return f"Hãy đánh dấu vào ô {name}."
    if str(field.label or "").endswith("?"):
        return f"Hãy trả lời câu hỏi {name}."
    chosen = isinstance(field, (forms.ChoiceField, forms.ModelChoiceField, forms.FileField))
    return f"Hãy {'chọn' if chosen else 'nhập'} {name}."


def _invalid(field: forms.Field, name: str) -> str:
    match field:
        case forms.DateTimeField():
            return f"Hãy viết {name} theo ngày/tháng/năm giờ:phút, ví dụ 18/11/2026 15:20."
        case forms.DateField():
            return f"Hãy viết {name} theo ngày/tháng/năm, ví dụ 18/11/2026."
        case forms.TimeField():
            return f"Hãy viết {name} theo giờ:phút, ví dụ 15:20."
        case forms.DecimalField() | forms.FloatField():
            return f"Hãy nhập {name} bằng số, ví dụ 63,3."
        case forms.IntegerField():
            return f"Hãy nhập {name} bằng số nguyên, ví dụ 38."
        case forms.EmailField():
            return "Hãy nhập thư điện tử đầy đủ, ví dụ ten@haiphong.gov.vn."
        case forms.URLField():
            return "Hãy nhập địa chỉ trang đầy đủ, ví dụ https://haian.haiphong.gov.vn/tin."
        case forms.FileField():
            return "Chưa nhận được tệp. Hãy chọn lại tệp rồi gửi."
    return f"Hãy xem lại {name}."


def _inside_sentence(label: str) -> str:
    """A label as it reads inside a sentence: small first letter, unless it starts with an abbreviation.

    A whole sentence or question is quoted.
    """
    if label.endswith("?") or len(label.split()) > 6:
        return f"“{label}”"
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Problem:
    """One line of the error summary: what is wrong, and where to go to put it right."""

    words: str
    anchor: str = ""


def problems_of(form: forms.BaseForm | BaseFormSet[Any]) -> list[Problem]:
    """Every error of a form or a set of forms, in the order of the page."""
    if isinstance(form, BaseFormSet):
        own = [Problem(str(words)) for words in form.non_form_errors()]
        return own + [problem for member in form.forms for problem in problems_of(member)]
    return list(_problems(form)) if form.errors else []


def _problems(form: forms.BaseForm) -> Iterator[Problem]:
    for words in form.non_field_errors():
        yield Problem(str(words))
    for field in form:
        for words in field.errors:
            yield Problem(str(words), "" if field.is_hidden else anchor_of(field))


def anchor_of(field: BoundField) -> str:
    """The id of the control that a link from the summary should reach."""
    if isinstance(field.field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id
