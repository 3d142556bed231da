"""The form of a question, for every kind, without a script."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from hocvu.assessment.models import QuestionMedia
from hocvu.assessment.questions import bank, editing, written
from hocvu.assessment.questions.cleaning import clean
from hocvu.assessment.tests.cast_bank import CONTENTS, make_framework
from hocvu.assessment.tests.test_bank_sheets import RAW
from hocvu.learning.media import ffmpeg
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Ward
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

NOBODYS = editing.Files({})


def sent_by(drawn: list[editing.Drawn]) -> QueryDict:
    """What a browser sends of these fields when nothing is touched."""
    post = QueryDict(mutable=True)
    for one in drawn:
        if one.holds == "items":
            for item in one.items:
                post[f"{one.name}.{item.number}.id"] = item.id
                post.update(sent_by(item.fields))
        elif one.holds in ("one", "some"):
            if one.value == "true":
                post.appendlist(one.group, str(one.number))
        elif one.holds == "picture":
            post[f"{one.name}.name"], post[f"{one.name}.alt"] = one.value["name"], one.value["alt"]
        elif one.holds == "forgive":
            post[f"{one.name}.sent"] = "1"
            post.update({f"{one.name}.{part}": "on" for part in ("tones", "typos") if one.value[part]})
        elif one.holds == "flag" and not one.value:
            continue
        else:
            post[one.name] = one.value
    return post


@pytest.mark.parametrize("kind", list(RAW))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_what_the_form_shows_comes_back_the_same(kind, data):
    """Whatever question of whatever kind: opening and saving changes nothing."""
    raw = data.draw(RAW[kind])
    if kind in ("single", "multiple"):
        for number, choice in enumerate(raw["choices"]):
            choice["right"] = number == 0 if kind == "single" else number < max(2, len(raw["choices"]) - 1)
    cleaned = clean(kind, raw)
    assume(not cleaned.faults)
    again = editing.read(kind, sent_by(editing.draw(kind, cleaned.content, [], NOBODYS)))
    assert again.unread == [] and clean(kind, again.content) == cleaned
    assert clean(kind, editing.kept(kind, again)).content == cleaned.content


@pytest.mark.parametrize(
    ("wish", "order"),
    [("len:steps:1", "bac"), ("xuong:steps:0", "bac"), ("bo:steps:0", "bc"), ("len:steps:0", "abc"), ("bo:steps:9", "abc"), ("bo:ask:0", "abc"), ("?", "abc")],
)  # fmt: skip
def test_buttons_move_and_remove_entries(wish, order):
    content = clean("order", CONTENTS["order"]).content
    editing.act(content, wish)
    assert "".join(step["id"] for step in content["steps"]) == order


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("start: a\nscreens:\n  a:\n   app: X\n  title: b: c\n", 5, "dấu hai chấm giữa câu"),
        ("start: &x a\nscreens: *x\n", 1, "Không dùng dấu &"),
        ("a: 1\na: 2\n", 2, "“a” có hai lần"),
        ("a:\n\t- x\n", 2, ""),
        ('a: "x\n', 2, ""),
        ("[" * 3000, 1, ""),
        ("x" * 400_001, 1, "nhiều nhất"),
    ],
)
def test_a_text_that_cannot_be_read_says_its_line(text, line, words):
    found = written.read(text).faults
    assert found and words in found[0][1] and (found[0][0] == line or not words)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader_and_each_fault_has_a_line_of_it(text):
    found = written.read(text)
    assert all(1 <= line <= len(text) + 1 and words for line, words in found.faults)
    assert found.faults or found.value is None or found.lines


LEAF = st.one_of(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20), st.booleans())
VALUES = st.recursive(LEAF, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("abcdef", min_size=1, max_size=5), inner, max_size=3)), max_leaves=12)  # fmt: skip


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=5), VALUES, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_again(value):
    said = written.read(written.write(value))
    assert said.faults == [] and said.value == _composed(value)


def _composed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _composed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_composed(one) for one in value]
    return written.nfc(value) if isinstance(value, str) else value


# ---- Through the page


@pytest.fixture
def ward(db: Any) -> Ward:
    make_framework()
    return make_ward()


@pytest.fixture
def mai(ward: Ward, client: Any) -> Account:
    account = make_account("mai", Role.UNIT_OFFICER, ward=ward, unit=make_unit(ward, "Phòng Kinh tế"))
    client.force_login(account)
    return account


def draft(ward: Ward, by: Account, kind: str, content: dict[str, Any] | None = None) -> Any:
    version = bank.begin(ward, kind=kind, competence="hocvu/4.2", level="B2", by=by, code=kind.replace("_", "-"))
    if content:
        version = bank.save(version, {"content": content}, revision=0, by=by)
    return version


HEAD = {"competence": "hocvu/4.2", "level": "B2", "difficulty": "0"}


@pytest.mark.parametrize("kind", list(CONTENTS))
def test_every_kind_is_written_and_sent(client, ward, mai, kind):
    version = draft(ward, mai, kind, clean(kind, CONTENTS[kind]).content)
    at = f"/cau-hoi/{version.question_id}/soan/"
    page = client.get(at).content.decode()
    assert html.escape(CONTENTS[kind]["ask"], quote=False) in page
    drawn = editing.draw(kind, version.content, [], NOBODYS)
    post = {**HEAD, **{name: sent_by(drawn).getlist(name) for name in sent_by(drawn)}}
    answer = client.post(at, post | {"ban": version.pk, "revision": 1, "lam": "gui"})
    assert answer.status_code == 302, re.findall("hv-error[^/]*", answer.content.decode())
    version.refresh_from_db()
    assert version.state == "review" and version.content == clean(kind, CONTENTS[kind]).content


def test_a_new_entry_has_a_row_and_an_empty_one_is_dropped(client, ward, mai):
    version = draft(ward, mai, "order")
    at = f"/cau-hoi/{version.question_id}/soan/"
    page = client.get(at).content.decode()
    assert 'name="steps.2.text"' in page and "Lỗi" not in page
    post = HEAD | {"ban": version.pk, "revision": 0, "ask": "Xếp?", "lam": "them:steps"}
    answer = client.post(at, post | {f"steps.{n}.text": words for n, words in enumerate(("một", "", "ba"))})
    assert answer.headers["Location"].endswith("#o-steps")
    version.refresh_from_db()
    assert [step["text"] for step in version.content["steps"]] == ["một", "ba"]
    assert "cần ít nhất 3 mục" in client.get(at).content.decode()


def test_a_phone_that_cannot_be_read_stays_as_typed_with_its_line(client, ward, mai):
    version = draft(ward, mai, "screens")
    at = f"/cau-hoi/{version.question_id}/soan/"
    assert "start: goi" in client.get(at).content.decode()  # an example to begin from
    post = HEAD | {"ban": version.pk, "revision": 0, "ask": "Làm?", "why": "Vì thế."}
    answer = client.post(at, post | {"screens": "start: a\nscreens:\n  a:\n    title: x: y # giữ\n"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Dòng 4: Có dấu hai chấm" in page and "# giữ" in page
    version.refresh_from_db()
    assert version.content == {}


def test_a_half_drawn_phone_is_kept_and_its_faults_say_their_lines(client, ward, mai):
    version = draft(ward, mai, "screens")
    at = f"/cau-hoi/{version.question_id}/soan/"
    text = "start: a\nscreens:\n  a:\n    app: X\n    title: T\n    buttons:\n      - {id: di, text: Đi, to: mat}\nmau: xanh\n"
    post = HEAD | {"ban": version.pk, "revision": 0, "ask": "Làm?", "why": "Vì thế.", "screens": text}
    assert client.post(at, post).status_code == 302
    page = client.get(at).content.decode()
    found = re.search("Dòng ([0-9]+): Không có màn hình hay kết cục “mat”", page)
    shown = html.unescape(page.partition('name="screens"')[2].partition(">\n")[2].partition("</textarea>")[0])
    assert "to: mat" in shown.split("\n")[int(found[1]) - 1]  # as the text stands on the page
    assert "Không có mục “mau”" in page and "mau: xanh" in shown


def test_a_photo_loses_what_the_camera_wrote_and_is_put_in_place(client, ward, mai, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    version = draft(ward, mai, "single", clean("single", CONTENTS["single"]).content)
    taken = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "MAYANH"
    Image.new("RGB", (2400, 1200), "red").save(taken, "JPEG", exif=exif)
    at = f"/cau-hoi/{version.question_id}/them-tep/?cho=choices.1.picture"
    answer = client.post(at, {"file": SimpleUploadedFile("Ảnh chụp.jpg", taken.getvalue())})
    assert answer.headers["Location"].endswith("/soan/#o-choices-1-picture")
    media = QuestionMedia.objects.get()
    assert media.name.startswith("anh-chup-") and media.name.endswith(".webp")
    assert (media.details["width"], media.details["height"], media.details["type"]) == (800, 400, "image/webp")
    kept = (tmp_path / media.path).read_bytes()
    assert kept[8:12] == b"WEBP" and b"MAYANH" not in kept
    version.refresh_from_db()
    assert version.content["choices"][1]["picture"] == {"name": media.name, "alt": ""}
    assert media.name in client.get(f"/cau-hoi/{version.question_id}/soan/").content.decode()
    client.post(at, {"file": SimpleUploadedFile("khac.jpg", taken.getvalue())})
    assert QuestionMedia.objects.count() == 1


def test_a_drawing_is_checked_and_a_wrong_file_refused_in_a_sentence(client, ward, mai):
    version = draft(ward, mai, "true_false")
    at = f"/cau-hoi/{version.question_id}/them-tep/"
    good = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0"/></svg>'
    assert client.post(at, {"file": SimpleUploadedFile("hinh.svg", good)}).status_code == 302
    assert QuestionMedia.objects.get().drawing.startswith("<svg")
    for name, content in (
        ("x.svg", b"<svg onload='x'/>"),
        ("x.jpg", b"not a picture"),
        ("x.exe", b"MZ"),
        ("x.svg", b""),
    ):
        answer = client.post(at, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422
    assert QuestionMedia.objects.count() == 1


@pytest.mark.skipif(ffmpeg.program() is None, reason="no ffmpeg on this machine")
def test_a_voice_becomes_an_mp3(client, ward, mai, settings, tmp_path):
    import math
    import struct
    import wave

    settings.MEDIA_ROOT = tmp_path
    version = draft(ward, mai, "true_false")
    taken = io.BytesIO()
    with wave.open(taken, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 5))) for n in range(8000)))
    at = f"/cau-hoi/{version.question_id}/them-tep/?cho=audio"
    assert client.post(at, {"file": SimpleUploadedFile("giong.wav", taken.getvalue())}).status_code == 302
    media = QuestionMedia.objects.get()
    assert media.kind == "audio" and media.name.endswith(".mp3") and media.details["seconds"] > 0.5
    version.refresh_from_db()
    assert version.content["audio"] == media.name


def test_a_file_that_is_not_there_keeps_it_from_review(client, ward, mai):
    content = {**CONTENTS["true_false"], "picture": {"name": "khong-co.svg", "alt": "x"}}
    version = draft(ward, mai, "true_false", content)
    with pytest.raises(bank.Refusal, match=r"khong-co\.svg"):
        bank.send_for_review(version, by=mai)


# ---- Trying it out


@pytest.mark.parametrize("kind", [kind for kind in CONTENTS if kind != "screens"])
def test_it_is_tried_as_learners_meet_it(client, ward, mai, kind):
    version = draft(ward, mai, kind, clean(kind, CONTENTS[kind]).content)
    at = f"/cau-hoi/{version.question_id}/lam-thu/"
    page = client.get(at).content.decode()
    assert html.escape(CONTENTS[kind]["ask"], quote=False) in page
    assert html.escape(CONTENTS[kind]["why"], quote=False) not in page
    assert client.post(at, {}).status_code == 422
    right = {
        "single": {"answer": "b"},
        "multiple": {"answer": ["a", "b"]},
        "true_false": {"answer": "true"},
        "order": {"place.a": "1", "place.b": "2", "place.c": "3"},
        "match": {"pair.a": "Công an", "pair.b": "Cấp cứu"},
        "fill": {"answer": "114"},
    }[kind]
    answer = client.post(at, right)
    assert answer.status_code == 200 and html.escape(CONTENTS[kind]["why"], quote=False) in answer.content.decode()


def test_a_phone_is_walked_to_its_end(client, ward, mai):
    version = draft(ward, mai, "screens", clean("screens", CONTENTS["screens"]).content)
    at = f"/cau-hoi/{version.question_id}/lam-thu/"
    page = client.get(at).content.decode()
    path = re.search(r'name="path" value="([^"]*)"', page)
    answer = client.post(at, {"path": path[1], "step": "di", "field.tien": "50.000"}).content.decode()
    assert "TRAN VAN LA" in answer
    path = re.search(r'name="path" value="([^"]*)"', answer)
    answer = client.post(at, {"path": path[1], "step": "dung"}).content.decode()
    assert "Đã dừng đúng lúc." in answer
