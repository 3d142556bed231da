"""Forms about files of lessons."""

from __future__ import annotations

from typing import Any

from django import forms

from hocvu.learning.media import captions, pictures, taking
from hocvu.learning.models import Media
from hocvu.lib.blocks.kinds import KINDS, Block
from hocvu.lib.forms import DecimalField, Form, dress, speak_plainly
from hocvu.lib.uploads import Refused

Kind = Media.Kind
CONSENT = "Tôi là người đọc, hoặc người đọc đã đồng ý cho đăng giọng này trong bài"
SHAPES = (
    ("", "Giữ cả ảnh"),
    ("square", "Vuông, lấy ở giữa"),
    ("wide", "Ngang 4:3, lấy ở giữa"),
    ("tall", "Đứng 3:4, lấy ở giữa"),
    ("own", "Tự đặt khung bằng các số bên dưới"),
)
SIDES = (("left", "Bỏ bên trái"), ("top", "Bỏ phía trên"), ("width", "Giữ bề ngang"), ("height", "Giữ bề cao"))


def file_field(kind: str, label: str = "") -> forms.FileField:
    """A field for one file; what is too large is said before it is sent, where there is a script."""
    most = taking.largest(kind) // 1024 // 1024 or 0.5
    accept = taking.accepted([Kind(kind)])
    said = f"{taking.SAID[Kind(kind)]}, không quá {most} MB.".replace("0.5 MB", "500 kB")
    return forms.FileField(
        label=label or "Tệp",
        help_text=f"{said[:1].upper()}{said[1:]}",
        widget=forms.FileInput(attrs={"accept": accept, "data-largest": taking.largest(kind)}),
    )


def said_by_field() -> forms.CharField:
    """Whose voice it is."""
    return forms.CharField(label="Giọng của ai", max_length=120, help_text="Tên này đứng cạnh nút Nghe.")


class MediaForm(Form):
    """One file, and what its kind asks: a part of a picture and its description, the owner of a voice."""

    def __init__(self, *args: Any, kind: str, block: Block | None, field: str, speaker: str, **kwargs: Any) -> None:
        self.kind, self.block, self.field = kind, block, field
        asked: dict[str, forms.Field] = {"upload": file_field(kind)}
        if kind == Kind.PICTURE:
            asked |= self._about_the_picture()
        if kind == Kind.AUDIO:
            asked |= {
                "said_by": said_by_field(),
                "consents": forms.BooleanField(label=CONSENT),
            }
        super().__init__(*args, initial={"said_by": speaker}, **kwargs)
        for name, one in asked.items():
            dress(one)
            speak_plainly(one)
            self.fields[name] = one

    def _about_the_picture(self) -> dict[str, forms.Field]:
        asked: dict[str, forms.Field] = {}
        if self.block is not None:
            alt = forms.CharField(
                label="Mô tả cho người không nhìn thấy ảnh", max_length=300, required=False,
                help_text="Nói điều ảnh cho thấy, không nói “ảnh của”. Người nghe bài chỉ biết ảnh qua câu này.",
            )  # fmt: skip
            asked["alt"] = alt
            if self._may_be_decorative:
                asked["decorative"] = forms.BooleanField(label="Ảnh chỉ để trang trí, không cần mô tả", required=False)
        asked["shape"] = forms.ChoiceField(
            label="Cắt ảnh", choices=SHAPES, required=False, widget=forms.RadioSelect,
            help_text="Không cắt hình vẽ .svg.",
        )  # fmt: skip
        for name, label in SIDES:
            asked[name] = DecimalField(
                label=f"{label} (%)", required=False, min_value=0, max_value=100, decimal_places=1
            )
        return asked

    @property
    def _may_be_decorative(self) -> bool:
        assert self.block is not None
        return any(field.name == "decorative" for field in KINDS[self.block["kind"]].fields)

    def clean(self) -> dict[str, Any]:
        """A picture that is not for show has a description; a cut of one's own has its four numbers."""
        data = super().clean() or {}
        if "decorative" in self.fields and not data.get("alt") and not data.get("decorative"):
            self.add_error("alt", "Hãy viết một câu mô tả ảnh, hoặc đánh dấu ảnh chỉ để trang trí.")
        if data.get("shape") == "own":
            self._check_own(data)
        return data

    def _check_own(self, data: dict[str, Any]) -> None:
        for name, label in SIDES:
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, f"Hãy nhập {label.lower()} bằng phần trăm, ví dụ 10.")
        for start, length, words in (
            ("left", "width", "bên trái và bề ngang"),
            ("top", "height", "phía trên và bề cao"),
        ):
            if (data.get(start) or 0) + (data.get(length) or 0) > 100:
                self.add_error(length, f"Cộng {words} lại vượt quá 100%. Hãy giảm một trong hai số.")

    @property
    def wish(self) -> taking.Wish:
        """What is wanted of the file."""
        data = self.cleaned_data
        shape: str = data.get("shape", "")
        cut: pictures.Cut | str | None = shape or None
        if shape == "own":
            cut = pictures.Cut(*(float(data[name]) for name, _ in SIDES))
        return taking.Wish(cut=cut, said_by=data.get("said_by", ""))

    @property
    def beside(self) -> dict[str, Any]:
        """What is set in the block next to the file's name."""
        if "alt" not in self.fields:
            return {}
        decorative = bool(self.cleaned_data.get("decorative"))
        said: dict[str, Any] = {"alt": "" if decorative else self.cleaned_data.get("alt", "")}
        return {**said, "decorative": decorative} if "decorative" in self.fields else said


class VoiceForm(Form):
    """A recording: made on the page or brought as a file, which part of it, whose voice."""

    upload = file_field(Kind.AUDIO, "Tệp ghi âm")
    start = DecimalField(
        label="Bắt đầu từ giây", required=False, min_value=0, max_value=300, decimal_places=1,
        help_text="Ví dụ 0,5. Để trống nếu lấy từ đầu.",
    )  # fmt: skip
    end = DecimalField(
        label="Kết thúc ở giây", required=False, min_value=0, max_value=300, decimal_places=1,
        help_text="Ví dụ 12,3. Để trống nếu lấy đến hết.",
    )  # fmt: skip
    said_by = said_by_field()
    consents = forms.BooleanField(label=CONSENT)
    recorded = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_start(self) -> float | None:
        return None if self.cleaned_data["start"] is None else float(self.cleaned_data["start"])

    def clean_end(self) -> float | None:
        return None if self.cleaned_data["end"] is None else float(self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        """What is kept ends after it begins."""
        data = super().clean() or {}
        if data.get("end") is not None and data["end"] <= (data.get("start") or 0):
            self.add_error("end", "Giây kết thúc phải lớn hơn giây bắt đầu.")
        return data


class CaptionsForm(Form):
    """Captions as a file or as lines; the file wins where both are given."""

    upload = file_field(Kind.CAPTIONS, "Tệp phụ đề")
    lines = forms.CharField(
        label="Hoặc gõ từng dòng", required=False, max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text="Mỗi dòng: lúc bắt đầu --> lúc hết, rồi chữ. Ví dụ 00:01 --> 00:04 Xin chào bà con",
    )  # fmt: skip

    def __init__(self, *args: Any, seconds: float | None, **kwargs: Any) -> None:
        self.seconds = seconds
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = False

    def clean(self) -> dict[str, Any]:
        """The captions, read."""
        data = super().clean() or {}
        field = "upload" if data.get("upload") else "lines"
        try:
            if field == "upload":
                taking.kind_of(data["upload"].name, Kind.CAPTIONS)
                data["captions"] = captions.read_file(data["upload"].read(captions.LARGEST + 1))
            else:
                data["captions"] = captions.read(data.get("lines", ""), seconds=self.seconds)
        except Refused as refused:
            self.add_error(field, str(refused))
        return data


class PlaceForm(Form):
    """Which block of the draft."""

    place = forms.ChoiceField(label="Khối", widget=forms.RadioSelect)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = places
        if not places:
            field.help_text = "Bản đang soạn chưa có khối nào nhận loại tệp này. Hãy thêm khối ở trang soạn bài trước."
