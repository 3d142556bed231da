"""Fields that say what is wrong and what to do, in the ward's own language."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import FileExtensionValidator
from django.http import QueryDict

from hocvu.lib.forms import DateField, DecimalField, Form, IntegerField, anchor_of, problems_of


class HouseholdForm(Form):
    """A form with one field of each kind."""

    name = forms.CharField(label="Họ và tên", max_length=10, help_text="Như trên căn cước")
    unit = forms.CharField(label="UBND phường", required=False)
    born = DateField(label="Ngày sinh")
    people = IntegerField(label="Số người", min_value=1)
    reached = DecimalField(label="Tỷ lệ", required=False)
    place = forms.ChoiceField(label="Tổ dân phố", choices=[("7", "Tổ 7")])
    met = forms.ChoiceField(label="Gặp được ai?", choices=[("a", "Người lớn")], widget=forms.RadioSelect)
    told = forms.MultipleChoiceField(label="Đã làm", choices=[("a", "Nói")], widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="Đồng ý cho lưu")
    note = forms.CharField(label="Ý kiến", widget=forms.Textarea, required=False)
    file = forms.FileField(label="Tệp", validators=[FileExtensionValidator(["docx", "pdf"])])


GOOD = {
    "name": "Lan",
    "born": "5/3/1955",
    "people": "4",
    "place": "7",
    "met": "a",
    "told": "a",
    "agreed": "on",
}


def filled(**changes: str) -> HouseholdForm:
    query = QueryDict(mutable=True)
    query.update({**GOOD, **changes})
    return HouseholdForm(query, {"file": SimpleUploadedFile("a.docx", b"x")})


def errors(form: Form, name: str) -> list[str]:
    return [str(words) for words in form.errors.get(name, [])]


def test_a_good_form_passes():
    assert filled().is_valid()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("name", "Hãy nhập họ và tên."),
        ("born", "Hãy nhập ngày sinh."),
        ("people", "Hãy nhập số người."),
        ("place", "Hãy chọn tổ dân phố."),
        ("met", "Hãy trả lời câu hỏi “Gặp được ai?”."),
        ("agreed", "Hãy đánh dấu vào ô đồng ý cho lưu."),
        ("file", "Hãy chọn tệp."),
    ],
)
def test_it_names_what_is_missing_and_says_what_to_do(name, sentence):
    assert errors(HouseholdForm({}), name) == [sentence]


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("name", "Nguyễn Thị Lan", "Họ và tên dài 14 ký tự. Hãy rút gọn còn 10 ký tự."),
        ("born", "hôm qua", "Hãy viết ngày sinh theo ngày/tháng/năm, ví dụ 18/11/2026."),
        ("people", "bốn", "Hãy nhập số người bằng số nguyên, ví dụ 38."),
        ("people", "0", "Số người nhỏ hơn mức cho phép. Hãy nhập ít nhất 1."),
        ("reached", "nhiều", "Hãy nhập tỷ lệ bằng số, ví dụ 63,3."),
        ("place", "8", "Lựa chọn ở tổ dân phố không có trong danh sách. Hãy chọn lại."),
    ],
)
def test_it_says_how_to_put_right_what_was_typed(name, typed, words):
    form = filled(**{name: typed})
    assert errors(form, name) == [words]
    assert form[name].value() == typed


def test_a_file_of_another_kind_is_named():
    form = HouseholdForm(GOOD, {"file": SimpleUploadedFile("a.exe", b"x")})
    assert errors(form, "file") == ["Loại tệp này không nhận được. Hãy chọn tệp có đuôi: docx, pdf."]


def test_no_sentence_of_the_framework_is_left():
    stock = ("Trường", "không hợp lệ", "This field", "Giá trị này", "Enter a")
    said = [str(m) for field in HouseholdForm().fields.values() for m in field.error_messages.values()]
    assert said
    assert not [sentence for sentence in said if sentence.startswith(stock) or "không hợp lệ" in sentence]


def test_a_sentence_of_the_field_itself_stays():
    class PhoneForm(Form):
        phone = forms.CharField(label="Điện thoại", error_messages={"required": "Hãy nhập 10 chữ số."})

    assert errors(PhoneForm({}), "phone") == ["Hãy nhập 10 chữ số."]


def test_what_a_mac_or_a_phone_sends_in_pieces_is_composed():
    form = filled(name=unicodedata.normalize("NFD", "Trần Huệ"))
    assert form.is_valid()
    assert form.cleaned_data["name"] == unicodedata.normalize("NFC", "Trần Huệ")


def test_figures_are_read_as_people_write_them():
    form = filled(people="38.420", reached="1.204,5")
    assert form.is_valid()
    assert form.cleaned_data["people"] == 38420
    assert form.cleaned_data["reached"] == Decimal("1204.5")


def test_a_figure_kept_is_shown_as_people_write_it():
    assert 'value="63,3"' in str(HouseholdForm(initial={"reached": Decimal("63.30")})["reached"])


def test_optional_fields_say_so_and_the_others_carry_no_star():
    page = str(HouseholdForm())
    assert page.count("(không bắt buộc)") == 3
    assert "*" not in page
    assert " required" not in page.replace("hv-", "")


def test_a_filter_does_not_repeat_that_it_is_optional():
    class Filter(Form):
        mark_optional = False
        word = forms.CharField(label="Tìm", required=False)

    assert "không bắt buộc" not in str(Filter())


def test_hint_and_error_are_tied_to_the_field():
    drawn = HouseholdForm({})["name"].as_field_group()
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "<span>Lỗi: hãy nhập họ và tên.</span>" in drawn


def test_choices_stand_in_a_fieldset_with_their_question():
    drawn = HouseholdForm()["met"].as_field_group()
    assert '<legend class="hv-legend hv-h--s">Gặp được ai?</legend>' in drawn
    assert 'class="hv-choice" for="id_met_0"' in drawn


def test_nothing_typed_is_cut_in_silence():
    assert "maxlength" not in str(HouseholdForm())


def test_the_summary_leads_to_a_control_that_is_on_the_page():
    form = HouseholdForm({})
    page = str(form)
    anchors = [problem.anchor for problem in problems_of(form)]
    assert len(anchors) == 8
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_the_summary_of_choices_leads_to_the_first():
    assert anchor_of(HouseholdForm()["told"]) == "id_told_0"


def test_the_summary_of_a_set_of_forms_names_every_form():
    formset = forms.formset_factory(HouseholdForm, extra=2)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-name": "x" * 11, "form-1-name": "Lan"}
    )
    anchors = {problem.anchor for problem in problems_of(formset)}
    assert {"id_form-0-name", "id_form-1-born"} <= anchors
