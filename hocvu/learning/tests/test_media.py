"""Files of lessons: brought in, made small for a phone, put into blocks, given out in parts, swept away."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from hocvu.learning import placing, publishing, storing
from hocvu.learning.media import ffmpeg, machine_voice, pictures, sounds, sweeping, taking, using, videos
from hocvu.learning.media.addresses import url_of
from hocvu.learning.models import EditLock, Lesson, LessonVersion, Media
from hocvu.learning.tests.cast import BLOCKS, make_lesson
from hocvu.lib import clock
from hocvu.lib.blocks.cleaning import clean
from hocvu.lib.refusals import Refusal
from hocvu.lib.uploads import Refused
from hocvu.ward import queue, work
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, AuditEntry, Ward, Work
from hocvu.ward.tests.cast import make_account, make_unit, make_ward

pytestmark = pytest.mark.django_db


class Elsewhere(Storage):
    """A storage whose files are no files of this machine: it has no paths to give."""

    def __init__(self) -> None:
        kept = InMemoryStorage()
        for name in ("_open", "_save", "delete", "exists", "listdir", "size", "get_modified_time"):
            setattr(self, name, getattr(kept, name))


MORE: list[dict[str, Any]] = [
    {"kind": "picture", "id": "hinh", "media": "cho-hinh.webp", "alt": "Máy"},
    {"kind": "video", "id": "phim", "title": "Cách gọi", "transcript": "Bấm nút gọi. Chờ người nghe."},
    {"kind": "download", "id": "giay", "media": "giay.pdf", "title": "Giấy nhớ: ba việc"},
]


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Each story has a storage of its own."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    yield


@pytest.fixture(scope="session")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small sounds and videos, made once."""
    folder = tmp_path_factory.mktemp("heard")
    make = [str(ffmpeg.program()), "-hide_banner", "-loglevel", "error", "-y"]
    sine, picture = "sine=frequency=300:duration=2", "testsrc=size=640x360:rate=8:duration=1.6"
    for options in (
        ["-f", "lavfi", "-i", sine, "-ar", "16000", "tone.wav"],
        ["-f", "lavfi", "-i", sine, "-c:a", "libopus", "-f", "webm", "-live", "1", "tone.webm"],
        ["-f", "lavfi", "-i", "anullsrc=r=16000:d=1", "-t", "1", "silence.wav"],
        ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sine, "-pix_fmt", "yuv420p", "-c:v", "libx264",
         "-preset", "ultrafast", "-c:a", "aac", "-metadata", "location=+20.85+106.68/", "film.mp4"],
    ):  # fmt: skip
        subprocess.run([*make, *options], cwd=folder, check=True)
    return folder


@pytest.fixture
def hai_an() -> Ward:
    return make_ward()


@pytest.fixture
def lan(hai_an: Ward) -> Account:
    return make_account("lan", Role.UNIT_OFFICER, ward=hai_an, unit=make_unit(hai_an, "Phòng Văn hóa"), name="Cô Lan")


@pytest.fixture
def desk(lan: Account) -> Client:
    client = Client()
    client.force_login(lan)
    return client


@pytest.fixture
def lesson(hai_an: Ward) -> Lesson:
    """A published lesson with a draft of its next version."""
    made = make_lesson(hai_an)
    add_draft(made, [*BLOCKS, *MORE])
    return made


def add_draft(lesson: Lesson, blocks: list[dict[str, Any]]) -> LessonVersion:
    cleaned = clean(blocks)
    assert not cleaned.faults, cleaned.faults
    return LessonVersion.objects.create(lesson=lesson, number=2, title="Không đọc mã OTP", blocks=cleaned.blocks)


def draft(lesson: Lesson) -> LessonVersion:
    return lesson.versions.get(number=2)


def block(lesson: Lesson, block_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in draft(lesson).blocks if one["id"] == block_id)
    return found


def photo(width: int = 1600, height: int = 900, form: str = "JPEG", **more: Any) -> bytes:
    made = BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(made, form, **more)
    return made.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def keep_voice(desk: Client, lesson: Lesson, path: Path, at: str = "mo-dau", **more: Any) -> Any:
    sent = {"upload": upload(path.name, path.read_bytes()), "said_by": "Cô Lan", "consents": "on", **more}
    return desk.post(f"/soan-bai/{lesson.pk}/thu-am/?khoi={at}", sent)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# ---- Pictures


def test_it_draws_a_photo_anew_in_three_sizes_and_puts_it_into_its_block(desk: Client, lesson: Lesson) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the picture must be turned
    exif.get_ifd(0x8825)[2] = (20.0, 51.0, 0.0)
    exif.get_ifd(0x8825)[1] = "N"
    taken = photo(exif=exif)
    assert Image.open(BytesIO(taken)).getexif().get_ifd(0x8825)

    answer = desk.post(
        f"/soan-bai/{lesson.pk}/tep/moi/?khoi=hinh&truong=media",
        {"upload": upload("Nút nguồn.JPG", taken), "alt": "Nút nguồn ở cạnh phải máy"},
    )

    media = lesson.media.get()
    assert answer.status_code == 302 and answer["Location"] == f"/soan-bai/{lesson.pk}/tep/{media.pk}/"
    assert media.name.startswith("nut-nguon-") and media.name.endswith(".webp")
    assert set(media.variants) == {"main", "320", "640"}
    assert (media.main["width"], media.main["height"]) == (900, 1600), "turned, and not made wider than it is"
    for variant in media.variants.values():
        with default_storage.open(variant["path"]) as stored, Image.open(stored) as picture:
            assert picture.format == "WEBP" and not picture.getexif() and "exif" not in picture.info
            assert picture.width == variant["width"]
    assert media.variants["320"]["bytes"] < media.main["bytes"]
    assert block(lesson, "hinh") == {
        "kind": "picture", "id": "hinh", "media": media.name, "alt": "Nút nguồn ở cạnh phải máy",
    }  # fmt: skip
    assert draft(lesson).revision == 1 and draft(lesson).saved_by.username == "lan"
    assert AuditEntry.objects.filter(action="took in a file of a lesson").exists()


def test_it_asks_what_the_picture_shows(desk: Client, lesson: Lesson) -> None:
    where = f"/soan-bai/{lesson.pk}/tep/moi/?khoi=hinh&truong=media"
    answer = desk.post(where, {"upload": upload("a.png", photo(60, 40, "PNG"))})
    assert answer.status_code == 422 and "Hãy viết một câu mô tả ảnh" in answer.content.decode()
    assert not lesson.media.exists()

    desk.post(where, {"upload": upload("a.png", photo(60, 40, "PNG")), "decorative": "on"})
    assert block(lesson, "hinh")["decorative"] is True and "alt" not in block(lesson, "hinh")
    assert set(lesson.media.get().variants) == {"main"}, "a small picture is not made larger"


def test_it_cuts_a_picture_by_numbers_or_from_its_middle(desk: Client, lesson: Lesson) -> None:
    where = f"/soan-bai/{lesson.pk}/tep/moi/?loai=picture"
    halves = Image.new("RGB", (400, 200), "white")
    halves.paste("red", (200, 0, 400, 200))
    made = BytesIO()
    halves.save(made, "PNG")
    own = {"shape": "own", "left": "50", "top": "0", "width": "50", "height": "50,5"}

    assert desk.post(where, {"upload": upload("a.png", made.getvalue()), **own}).status_code == 302
    cut = lesson.media.get()
    assert (cut.main["width"], cut.main["height"]) == (200, 101)
    with default_storage.open(cut.main["path"]) as stored, Image.open(stored) as picture:
        red, green, _ = picture.convert("RGB").getpixel((5, 5))
    assert red > 200 and green < 60, "the right half was kept"

    desk.post(where, {"upload": upload("a.png", made.getvalue()), "shape": "square"})
    assert {(one.main["width"], one.main["height"]) for one in lesson.media.all()} == {(200, 101), (200, 200)}
    assert desk.post(where, {"upload": upload("a.png", made.getvalue()), "shape": "own", "left": "80", "width": "50",
                             "top": "0", "height": "50"}).status_code == 422  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", b"<html><script>alert(1)</script>", "không phải .jpg"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><script/></svg>", "không được phép"),
        ("a.exe", b"MZ", "Loại tệp này không nhận được"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 broken", "hỏng"),
    ],
)
def test_it_refuses_what_is_no_picture_in_a_sentence(
    desk: Client, lesson: Lesson, name: str, content: bytes, words: str
) -> None:
    answer = desk.post(f"/soan-bai/{lesson.pk}/tep/moi/?loai=picture", {"upload": upload(name, content)})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not lesson.media.exists()


def test_a_picture_taller_than_the_page_of_a_phone_can_hold_is_refused() -> None:
    kept = BytesIO()
    Image.new("RGB", (40, 17_000)).save(kept, "PNG")
    with pytest.raises(Refused, match="cắt thành nhiều ảnh"):
        pictures.drawn(kept.getvalue())


def test_a_file_that_was_only_half_written_is_written_anew() -> None:
    path = storing.put(b"ca tep", ".txt", "text/plain")["path"]
    default_storage.delete(path)
    default_storage.save(path, ContentFile(b"ca"))
    with default_storage.open(storing.put(b"ca tep", ".txt", "text/plain")["path"]) as kept:
        assert kept.read() == b"ca tep"


def test_a_drawing_stands_in_the_page_itself(desk: Client, lesson: Lesson) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>M</title><circle cx="4" cy="4" r="3"/></svg>'
    )
    desk.post(f"/soan-bai/{lesson.pk}/tep/moi/?loai=picture", {"upload": upload("so do.svg", svg)})
    media = lesson.media.get()
    assert media.drawing.startswith("<svg viewBox") and not media.variants
    assert "<circle" in desk.get(f"/soan-bai/{lesson.pk}/tep/{media.pk}/").content.decode()


# ---- Voices


def test_it_makes_a_recording_small_and_equally_loud_behind_the_page(desk: Client, lesson: Lesson, heard: Path) -> None:
    page = desk.get(f"/soan-bai/{lesson.pk}/thu-am/?khoi=mo-dau")
    assert "Mã OTP là dãy số ngân hàng nhắn về máy." in page.content.decode()
    assert (
        "microphone=(self)" in page["Permissions-Policy"]
        and "media-src 'self' blob:" in page["Content-Security-Policy"]
    )
    assert "microphone=()" in desk.get(f"/soan-bai/{lesson.pk}/tep/")["Permissions-Policy"]

    answer = keep_voice(desk, lesson, heard / "tone.webm", start="0,5", end="1,5", recorded="on")

    media = lesson.media.get()
    assert answer["Location"] == f"/soan-bai/{lesson.pk}/tep/{media.pk}/"
    assert media.state == Media.State.WORKING and media.origin == Media.Origin.RECORDING and media.said_by == "Cô Lan"
    assert block(lesson, "mo-dau")["voice"] == media.name
    assert "Đang chờ" in desk.get(answer["Location"]).content.decode()

    queue.run_one()

    media.refresh_from_db()
    assert media.state == Media.State.READY and abs(media.seconds - 1.0) < 0.15
    assert {label: one["type"] for label, one in media.variants.items()} == {"main": "audio/ogg", "mp3": "audio/mpeg"}
    assert media.bytes < 10_000
    assert Work.objects.get().state == Work.State.DONE
    assert not default_storage.exists(f"hoc-cho/{media.pk}"), "what came is not kept"
    assert body(desk.get(url_of(media)))[:4] == b"OggS"
    assert "Có giọng đọc" in desk.get(f"/soan-bai/{lesson.pk}/giong-doc/").content.decode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("loi.mp3", b"not a sound at all", "không phải âm thanh"),
        ("list.mp3", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", "không phải âm thanh"),
        ("concat.wav", b"ffconcat version 1.0\nfile /etc/passwd\n", "không phải âm thanh"),
    ],
)
def test_a_hostile_sound_ends_in_a_sentence_and_leaves_the_block_as_it_was(
    desk: Client, lesson: Lesson, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    lan = Account.objects.get(username="lan")
    placing.put_into(lesson, "mo-dau", "voice", "?", by=lan)
    keep_voice(desk, lesson, tmp_path / name)
    media = lesson.media.get()
    assert block(lesson, "mo-dau")["voice"] == media.name
    queue.run_one()
    media.refresh_from_db()
    assert media.state == Media.State.FAILED and words in media.problem and not media.variants
    assert block(lesson, "mo-dau")["voice"] == "?"
    assert words in desk.get(f"/soan-bai/{lesson.pk}/tep/{media.pk}/").content.decode()
    assert not default_storage.exists(f"hoc-cho/{media.pk}")


def test_it_refuses_silence_and_what_is_too_long(heard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="không có tiếng"):
        sounds.make_small(heard / "silence.wav")
    for name in ("tone.wav", "tone.webm"):  # the second does not say how long it is
        with pytest.raises(Refused, match="dài quá"):
            sounds.make_small(heard / name, longest=0.5)
    with pytest.raises(Refused, match="không cắt được"):
        sounds.make_small(heard / "tone.wav", start=9)


def test_it_asks_for_consent_and_for_a_sound_end(desk: Client, lesson: Lesson, heard: Path) -> None:
    answer = keep_voice(desk, lesson, heard / "tone.wav", consents="", start="2", end="1")
    assert answer.status_code == 422 and not lesson.media.exists()
    assert "Giây kết thúc phải lớn hơn giây bắt đầu" in answer.content.decode()


def test_somebody_else_who_writes_keeps_the_voice_out_and_nothing_changes(
    desk: Client, lesson: Lesson, hai_an: Ward, heard: Path
) -> None:
    minh = make_account("minh", Role.EDITOR, ward=hai_an, name="Anh Minh")
    lock = EditLock.objects.create(lesson=lesson, by=minh)
    assert "Anh Minh đang soạn bài này" in desk.get(f"/soan-bai/{lesson.pk}/thu-am/?khoi=mo-dau").content.decode()
    answer = keep_voice(desk, lesson, heard / "tone.wav")
    assert answer.status_code == 422 and "Anh Minh đang soạn bài này" in answer.content.decode()
    assert not lesson.media.exists() and not Work.objects.exists() and "voice" not in block(lesson, "mo-dau")

    lock.touched_at = clock.now() - timedelta(hours=1)
    lock.save()
    assert keep_voice(desk, lesson, heard / "tone.wav").status_code == 302


def test_a_recording_is_not_lost_when_somebody_else_writes_meanwhile(
    desk: Client, lesson: Lesson, hai_an: Ward, heard: Path
) -> None:
    EditLock.objects.create(lesson=lesson, by=make_account("minh", Role.EDITOR, ward=hai_an, name="Anh Minh"))
    answer = keep_voice(desk, lesson, heard / "tone.wav", recorded="1")
    kept = lesson.media.get()
    assert answer.status_code == 302 and str(kept.pk) in answer.url and "voice" not in block(lesson, "mo-dau")
    page = desk.get(answer.url).content.decode()
    assert "Anh Minh đang soạn bài này" in page and "Bản thu không mất" in page


def test_only_a_draft_changes(lesson: Lesson, lan: Account) -> None:
    media = Media.objects.create(
        ward=lesson.ward, lesson=lesson, name="a.opus", kind=Media.Kind.AUDIO, origin="upload", digest="0" * 64
    )
    for at, field, words in (
        ("khong-co", "voice", "không còn trong bản"),
        ("nguoi-la", "voice", "không có chỗ"),
        ("hinh", "media", "Bài không có tệp"),
        ("cac-buoc", "items.7.picture", "không có chỗ"),
        ("mo-dau", "text", "không có chỗ"),
    ):
        with pytest.raises(Refusal) as refused:
            placing.put_into(lesson, at, field, media.name, by=lan)
        assert words in refused.value.sentence
    assert draft(lesson).revision == 0
    placing.put_into(lesson, "mo-dau", "voice", media.name, by=lan)
    assert draft(lesson).revision == 1
    lesson.versions.filter(number=2).update(state=LessonVersion.State.REVIEW)
    with pytest.raises(Refusal) as refused:
        placing.put_into(lesson, "mo-dau", "voice", "", by=lan)
    assert "không có bản đang soạn" in refused.value.sentence


def test_a_worker_that_died_leaves_work_that_can_be_done_again(desk: Client, lesson: Lesson, heard: Path) -> None:
    keep_voice(desk, lesson, heard / "tone.wav")
    row = queue.claim()
    type(row).objects.filter(pk=row.pk).update(worker_ids=["gone", "gone-too"])  # died twice: not by itself again
    queue.find_interrupted()
    media = lesson.media.get()
    page = desk.get(f"/soan-bai/{lesson.pk}/tep/{media.pk}/").content.decode()
    assert media.state == Media.State.WORKING and "Làm lại" in page

    desk.post(f"/soan-bai/{lesson.pk}/tep/{media.pk}/lam-lai/")
    queue.run_one()
    media.refresh_from_db()
    assert media.state == Media.State.READY


def test_work_that_runs_twice_does_no_harm(desk: Client, lesson: Lesson, heard: Path) -> None:
    keep_voice(desk, lesson, heard / "tone.wav")
    row = queue.claim()
    queue.perform(row)
    before = Media.objects.get().variants
    assert work.declared(row.task_path).repeatable
    queue.perform(row)
    assert Media.objects.get().variants == before and Media.objects.get().state == Media.State.READY


# ---- Videos and captions


def test_a_video_becomes_480_lines_its_sound_and_a_picture(desk: Client, lesson: Lesson, heard: Path) -> None:
    where = f"/soan-bai/{lesson.pk}/tep/moi/?khoi=phim&truong=media"
    desk.post(where, {"upload": upload("goi.mp4", (heard / "film.mp4").read_bytes())})
    media = lesson.media.get()
    assert block(lesson, "phim")["media"] == media.name and media.name.endswith(".mp4")
    queue.run_one()
    media.refresh_from_db()
    assert media.state == Media.State.READY and set(media.variants) == {"main", "audio", "poster"}
    assert (media.main["width"], media.main["height"]) == (640, 360)
    assert abs(media.main["seconds"] - media.variants["audio"]["seconds"]) < 0.3
    assert abs(media.seconds - 2.0) < 0.2, "the picture stands still until the sound ends"
    assert media.variants["poster"]["type"] == "image/webp"
    content = body(desk.get(url_of(media)))
    assert content.index(b"moov") < content.index(b"mdat"), "it plays before all of it has come"
    assert b"+20.85" not in content, "where it was filmed is gone"


def test_a_large_frame_and_an_endless_video_are_refused(heard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "MOST_PIXELS", 100 * 100)
    with pytest.raises(Refused, match="640 × 360 quá lớn"):
        videos.make_small(heard / "film.mp4")
    monkeypatch.undo()
    with pytest.raises(Refused, match="dài quá"):
        videos.make_small(heard / "film.mp4", longest=0.5)
    with pytest.raises(Refused, match="không có hình"):
        videos.make_small(heard / "tone.wav")
    with pytest.raises(Refused):
        ffmpeg.make(heard / "film.mp4", ["-f", "null", "-"], seconds=0.0001)


def test_a_video_that_is_too_large_is_refused_and_does_not_fill_the_disk(
    desk: Client, lesson: Lesson, settings: Any
) -> None:
    settings.LARGEST_VIDEO = settings.LARGEST_UPLOAD = 200_000
    sent = upload("to.mp4", b"\x00" * 3_000_000)
    answer = desk.post(f"/soan-bai/{lesson.pk}/tep/moi/?loai=video", {"upload": sent})
    assert answer.status_code == 422 and "Tệp lớn hơn" in answer.content.decode()
    kept = answer.wsgi_request.FILES["upload"]
    assert kept.size < 400_000 and not lesson.media.exists()
    assert 'data-largest="200000"' in desk.get(f"/soan-bai/{lesson.pk}/tep/moi/?loai=video").content.decode()


def test_captions_are_typed_from_the_transcript_and_stand_beside_the_video(desk: Client, lesson: Lesson) -> None:
    video = Media.objects.create(
        ward=lesson.ward, lesson=lesson, name="goi.mp4", kind="video", origin="upload", digest="1" * 64, seconds=6.0
    )
    placing.put_into(lesson, "phim", "media", video.name, by=Account.objects.get(username="lan"))
    where = f"/soan-bai/{lesson.pk}/tep/{video.pk}/phu-de/"
    drafted = desk.get(f"{where}?nhap=loi-ghi").content.decode()
    assert "00:00 --&gt; 00:02.67 Bấm nút gọi." in drafted

    wrong = desk.post(where, {"lines": "00:03 --> 00:01 Bấm nút gọi."})
    assert wrong.status_code == 422 and "Dòng 1: lúc hết phải sau lúc bắt đầu" in wrong.content.decode()
    assert "Bấm nút gọi." in wrong.content.decode(), "what was typed stays"

    desk.post(where, {"lines": "00:00 --> 00:02 Bấm nút gọi.\n00:02 --> 00:05 Chờ người nghe."})
    captions = lesson.media.get(kind="captions")
    assert block(lesson, "phim")["captions"] == captions.name
    answer = desk.get(url_of(captions))
    assert body(answer).decode().startswith("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nBấm nút gọi.\n")
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"


def test_captions_of_an_srt_file_become_vtt(desk: Client, lesson: Lesson) -> None:
    srt = "\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Xin</i> chào\r\nbà con\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nHết\r\n"
    desk.post(f"/soan-bai/{lesson.pk}/tep/moi/?loai=captions", {"upload": upload("a.srt", srt.encode())})
    with default_storage.open(lesson.media.get().main["path"]) as stored:
        assert "00:00:01.000 --> 00:00:02.500\nXin chào bà con\n" in stored.read().decode()


# ---- The machine's voice


def test_a_machine_voice_is_for_authors_only(desk: Client, lesson: Lesson) -> None:
    if machine_voice.command() is None:
        pytest.skip("no espeak-ng here")
    answer = desk.post(f"/soan-bai/{lesson.pk}/giong-may/?khoi=mo-dau")
    queue.run_one()
    media = lesson.media.get()
    assert media.origin == Media.Origin.MACHINE and media.state == Media.State.READY and media.seconds > 1
    assert "voice" not in block(lesson, "mo-dau")
    assert "Người đọc bài không nghe được bản này" in desk.get(answer["Location"]).content.decode()
    with pytest.raises(Refusal):
        placing.put_into(lesson, "mo-dau", "voice", media.name, by=Account.objects.get(username="lan"))

    # Even where a version that is out names it, the public does not hear it.
    version = lesson.published
    version.blocks[0]["voice"] = media.name
    version.save()
    assert [(at, field) for at, field, _ in using.faults_of(version)] == [("mo-dau", "voice")]
    assert Client().get(url_of(media)).status_code == 404
    assert desk.get(url_of(media))["Cache-Control"] == "private, no-store"


def test_no_button_where_there_is_no_machine_voice(
    desk: Client, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_voice, "command", lambda: None)
    assert "giọng máy" not in desk.get(f"/soan-bai/{lesson.pk}/thu-am/?khoi=mo-dau").content.decode()
    desk.post(f"/soan-bai/{lesson.pk}/giong-may/?khoi=mo-dau")
    assert not lesson.media.exists()


# ---- Giving out


@pytest.fixture
def paper(lesson: Lesson) -> Media:
    """A document of a thousand bytes that the draft names."""
    content = b"%PDF-" + bytes(range(199)) * 5
    path = default_storage.save("hoc/ab/abcd.pdf", ContentFile(content))
    return Media.objects.create(
        ward=lesson.ward, lesson=lesson, name="giay.pdf", kind="file", origin="upload", digest="2" * 64,
        variants={"main": {"path": path, "bytes": 1000, "type": "application/pdf"}},
    )  # fmt: skip


def publish_draft(lesson: Lesson) -> None:
    publishing.publish(draft(lesson), by=None)


def test_a_file_is_for_authors_until_its_lesson_is_out(desk: Client, lesson: Lesson, paper: Media) -> None:
    stranger = Client()
    assert stranger.get(url_of(paper)).status_code == 404
    assert desk.get(url_of(paper))["Cache-Control"] == "private, no-store"

    publish_draft(lesson)
    answer = stranger.get(url_of(paper))
    assert answer.status_code == 200 and len(body(answer)) == 1000
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["ETag"] == '"abcd"'
    assert "attachment" in answer["Content-Disposition"]
    assert "Gi%E1%BA%A5y%20nh%E1%BB%9B" in answer["Content-Disposition"], "it is saved under the words of the lesson"
    assert stranger.get(url_of(paper, "poster")).status_code == 404

    publishing.withdraw(lesson, why="sai", by=None)
    assert stranger.get(url_of(paper)).status_code == 404


def test_another_ward_has_no_such_file(lesson: Lesson, paper: Media, settings: Any) -> None:
    publish_draft(lesson)
    other = make_ward("Đồ Sơn", code="11414", slug="do-son")
    Ward.objects.filter(pk=other.pk).update(host="do-son.test")
    settings.ALLOWED_HOSTS = ["*"]
    assert Client(headers={"host": "do-son.test"}).get(url_of(paper)).status_code == 404
    editor = Client()
    editor.force_login(make_account("hoa", Role.EDITOR, ward=other))
    assert editor.get(url_of(paper)).status_code == 404
    assert editor.get(f"/soan-bai/{lesson.pk}/tep/").status_code == 404
    assert editor.get(f"/soan-bai/{lesson.pk}/tep/{paper.pk}/").status_code == 404


def test_a_phone_gets_the_part_it_asks_for(lesson: Lesson, paper: Media, client: Client) -> None:
    publish_draft(lesson)
    whole = body(client.get(url_of(paper)))

    def part(asked: str, **headers: str) -> Any:
        return client.get(url_of(paper), headers={"range": asked, "accept-encoding": "gzip", **headers})

    answer = part("bytes=10-19")
    assert (answer.status_code, answer["Content-Range"], answer["Content-Length"]) == (206, "bytes 10-19/1000", "10")
    assert "Content-Encoding" not in answer.headers and body(answer) == whole[10:20]
    assert body(part("bytes=-7")) == whole[-7:] and body(part("bytes=990-")) == whole[990:]
    refused = part("bytes=1000-")
    assert (refused.status_code, refused["Content-Range"]) == (416, "bytes */1000")
    assert part("bytes=0-1,5-6").status_code == 200, "several parts at once are answered with the whole"
    assert part("bytes=0-1", **{"if-range": '"abcd"'}).status_code == 206
    assert part("bytes=0-1", **{"if-range": '"other"'}).status_code == 200
    assert client.get(url_of(paper), headers={"if-none-match": '"abcd"'}).status_code == 304
    head = client.head(url_of(paper), headers={"range": "bytes=0-1"})
    assert (head.status_code, head["Content-Length"], head.content) == (200, "1000", b"")
    assert client.post(url_of(paper)).status_code == 405


def test_giving_out_asks_the_database_little(
    lesson: Lesson, paper: Media, client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    publish_draft(lesson)
    client.get(url_of(paper))
    with django_assert_max_num_queries(3):  # two of them find the ward
        client.get(url_of(paper))


# ---- The desk


def test_the_list_says_where_each_file_stands_and_does_not_ask_more_with_more_files(
    desk: Client, lesson: Lesson, paper: Media, lan: Account
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(f"/soan-bai/{lesson.pk}/tep/").status_code == 200
        return len(asked)

    page = desk.get(f"/soan-bai/{lesson.pk}/tep/").content.decode()
    assert "bản 2 (đang soạn), khối giay" in page
    before = count()
    for number in range(5):
        Media.objects.create(
            ward=lesson.ward, lesson=lesson, name=f"a{number}.opus", kind="audio", origin="upload", digest="3" * 64,
            made_by=lan,
        )  # fmt: skip
    assert count() == before
    assert desk.get(f"/soan-bai/{lesson.pk}/tep/?dinh-dang=xlsx").status_code == 200


def test_a_file_in_use_stays_and_another_goes_with_what_it_held(desk: Client, lesson: Lesson, paper: Media) -> None:
    where = f"/soan-bai/{lesson.pk}/tep/{paper.pk}/bo/"
    assert "Tệp đang dùng ở bản 2" in desk.post(where).content.decode()
    version = draft(lesson)
    version.blocks = [one for one in version.blocks if one["id"] != "giay"]
    version.save()
    assert desk.post(where).status_code == 302 and not Media.objects.exists()

    _age(paper.main["path"])
    assert sweeping.sweep() == 1 and not default_storage.exists(paper.main["path"])


def test_the_night_keeps_what_another_lesson_holds_too(lesson: Lesson, paper: Media, hai_an: Ward) -> None:
    path = paper.main["path"]
    Media.objects.create(
        ward=hai_an, lesson=make_lesson(hai_an, "bai-hai"), name="giay.pdf", kind="file", origin="upload",
        digest=paper.digest, variants=paper.variants,
    )  # fmt: skip
    young = default_storage.save("hoc/cd/young.pdf", ContentFile(b"1"))
    _age(path)
    paper.delete()
    assert sweeping.sweep() == 0
    assert default_storage.exists(path) and default_storage.exists(young)


def test_work_that_nobody_began_again_is_given_up(desk: Client, lesson: Lesson, heard: Path) -> None:
    keep_voice(desk, lesson, heard / "tone.wav")
    Media.objects.update(made_at=timezone.now() - timedelta(days=3))
    assert sweeping.give_up_dead_work() == 0, "it still waits its turn"
    Work.objects.update(state=Work.State.FAILED)
    assert sweeping.give_up_dead_work() == 1
    assert Media.objects.get().state == Media.State.FAILED


def _age(path: str) -> None:
    long_ago = (timezone.now() - timedelta(days=3)).timestamp()
    os.utime(default_storage.path(path), (long_ago, long_ago))


def test_it_puts_a_file_into_a_step(desk: Client, lesson: Lesson) -> None:
    desk.post(f"/soan-bai/{lesson.pk}/tep/moi/?loai=picture", {"upload": upload("a.png", photo(60, 40, "PNG"))})
    media = lesson.media.get()
    where = f"/soan-bai/{lesson.pk}/tep/{media.pk}/dat/"
    assert "hình của mục 2" in desk.get(where).content.decode()
    desk.post(where, {"place": "cac-buoc:items.1.picture"})
    assert block(lesson, "cac-buoc")["items"][1]["picture"] == media.name


def test_who_only_reads_lessons_brings_nothing(lesson: Lesson, hai_an: Ward) -> None:
    leader = Client()
    leader.force_login(make_account("chu-tich", Role.LEADER, ward=hai_an))
    assert leader.get(f"/soan-bai/{lesson.pk}/tep/").status_code == 200
    assert leader.get(f"/soan-bai/{lesson.pk}/tep/moi/").status_code == 403
    assert leader.get(f"/soan-bai/{lesson.pk}/thu-am/?khoi=mo-dau").status_code == 403
    assert Client().get(f"/soan-bai/{lesson.pk}/tep/").status_code == 302


# ---- Other storages, files of content/


def test_everything_works_over_a_storage_without_paths(
    desk: Client, lesson: Lesson, heard: Path, settings: Any
) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.Elsewhere"}}
    with pytest.raises(NotImplementedError):
        default_storage.path("x")
    keep_voice(desk, lesson, heard / "tone.wav")
    desk.post(f"/soan-bai/{lesson.pk}/tep/moi/?khoi=phim&truong=media",
              {"upload": upload("goi.mp4", (heard / "film.mp4").read_bytes())})  # fmt: skip
    while queue.run_one():
        pass
    for media in lesson.media.all():
        assert media.state == Media.State.READY, media.problem
        answer = desk.get(url_of(media), headers={"range": "bytes=0-3"})
        assert answer.status_code == 206 and len(body(answer)) == 4
        assert not default_storage.exists(f"hoc-cho/{media.pk}")
    assert sweeping.sweep() == 0
    assert not Path(settings.MEDIA_ROOT).exists(), "nothing went to the disk"


def test_files_beside_a_lessons_text_get_their_length_and_variants(lesson: Lesson, heard: Path, tmp_path: Path) -> None:
    opus = tmp_path / "doc.opus"
    subprocess.run([str(ffmpeg.program()), "-loglevel", "error", "-i", heard / "tone.wav", opus], check=True)
    voice = taking.from_file(lesson, "doc.opus", opus.read_bytes())
    film = taking.from_file(lesson, "goi.mp4", (heard / "film.mp4").read_bytes())
    picture = taking.from_file(lesson, "hinh.webp", photo(800, 600, "WEBP"))
    assert abs(voice.seconds - 2) < 0.2 and set(voice.variants) == {"main", "mp3"}
    assert set(film.variants) == {"main", "poster", "audio"} and film.main["width"] == 640
    assert set(picture.variants) == {"main", "320", "640"} and picture.main["width"] == 800
    assert taking.from_file(lesson, "khac.opus", opus.read_bytes()) == voice, "the same bytes are kept once"
    assert taking.from_file(lesson, "doc.opus", b"OggS but nothing else").name.startswith("doc-"), "still taken"
