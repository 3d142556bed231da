"""How the demo ward learns: both courses from their files, three months of learners, an editor's lessons in every state,
files of completions of the national platform. Through the acts behind the pages, each at its own moment."""

from __future__ import annotations

import io
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from PIL import Image, ImageDraw

from hocvu.home.demo_acts import at
from hocvu.learning import authoring, bookmarks, courses, lesson_files, loading, placing, progress
from hocvu.learning.media import captions, ffmpeg, taking
from hocvu.learning.models import Course, Lesson, LessonVersion
from hocvu.learning.national import importing
from hocvu.lib import clock
from hocvu.lib.blocks.cleaning import clean
from hocvu.lib.blocks.dividing import parts_of
from hocvu.signin import citizens
from hocvu.ward import audit, register
from hocvu.ward.models import Account, Person, Ward
from hocvu.ward.models.person import years_before
from hocvu.ward.receipts import Parcel, uuid7

PHONE, SAFETY = "dien-thoai-tu-con-so-khong", "an-toan-tren-khong-gian-mang"
WEEKS = 11  # of learning before today
LEARNERS = 26
Cast = dict[str, Account]


def live(ward: Ward) -> None:
    """Three months of learning."""
    cast = {account.username: account for account in Account.objects.filter(is_demo=True)}
    with clock.stopped_at(_weeks_ago(WEEKS + 1)):
        for said in lesson_files.courses():
            loading.load(ward, said, by=cast["dieuphoi"])
    _learn(ward, cast)
    _author(ward, cast)
    _arrange(ward, cast)
    _national(ward, cast)


def _weeks_ago(weeks: int, hour: int = 9, minute: int = 0) -> datetime:
    return at(clock.today() - timedelta(weeks=weeks), hour, minute)


# ---- Learners


def _learn(ward: Ward, cast: Cast) -> None:
    """Elders and others learn; some to the end, some with help, some know it already. The citizen of the stories is in the
    middle of the first course."""
    phone, safety = (_lessons(ward, slug) for slug in (PHONE, SAFETY))
    own = cast["nguoidan"]
    with clock.stopped_at(_weeks_ago(6, 19)):
        courses.take(Course.objects.of(ward).get(slug=PHONE), by=own)
    for weeks, lesson in zip((6, 5, 3), phone, strict=False):
        _read(lesson, own, _weeks_ago(weeks, 19, 30))
    _read(phone[3], own, _weeks_ago(1, 20), most=2)
    _read(safety[0], own, _weeks_ago(0, 7), most=3)
    with clock.stopped_at(_weeks_ago(1, 20, 30)):
        _mark(safety[0], 1, "Nhớ: không đọc mã cho ai.", own)
        _mark(phone[2], 1, "Hỏi cháu cách chỉnh chữ to trên máy của bà.", own)
    for number, person in enumerate(_people(ward)):
        account = citizens.open_account(ward, person=person)
        lessons = safety if number % 3 else phone
        week, hour = WEEKS - number * WEEKS // LEARNERS, 7 + number % 13
        helper = cast["thanhvien"] if number % 5 == 2 else None
        if number % 6 == 0:
            for step, lesson in enumerate(lessons):
                _know_already(lesson, account, _weeks_ago(max(week - step // 3, 0), hour, step))
        elif number % 6 == 1:
            for step, lesson in enumerate(lessons):
                _read(lesson, account, _weeks_ago(max(week - step // 2, 0), hour), helper=helper)
        else:
            for step, lesson in enumerate(lessons[: 1 + number % 3]):
                _read(lesson, account, _weeks_ago(max(week - step, 0), hour), most=4 - number % 2, helper=helper)


def _lessons(ward: Ward, course: str) -> list[Lesson]:
    rows = Lesson.objects.of(ward).filter(places__course__slug=course, published__isnull=False)
    return list(rows.select_related("published").order_by("places__position"))


def _people(ward: Ward) -> list[Person]:
    """Grown-ups of the register who have no account yet. Those who come by VNeID in stories live before T03."""
    grown = years_before(clock.today(), 20)
    rows = Person.objects.of(ward).open_for_work().filter(
        number_index__isnull=False, died_on=None, accounts=None, born_on__lte=grown, household__code__gte="T03"
    )  # fmt: skip
    return list(rows.order_by("household__code", "pk")[: LEARNERS * 2 : 2])


def _read(lesson: Lesson, account: Account, moment: datetime, *, most: int = 99, helper: Account | None = None) -> None:
    """Read a lesson part by part and answer its questions, one wrongly at first."""
    assert lesson.published is not None
    with ExitStack() as held:
        if helper is not None:
            held.enter_context(audit.helped_by(helper))
        for number, part in enumerate(parts_of(lesson.published.blocks, lesson.published.title)[:most]):
            with clock.stopped_at(min(moment + timedelta(minutes=3 * number), clock.now())):
                for block in part.blocks:
                    if block["kind"] == "check":
                        right = _right(block)
                        said = ["0" if right != ["0"] else "1"] if number == 1 else right
                        progress.answer_check(
                            lesson=lesson, block=block["id"], chosen=said, by=account, parcel=Parcel(uuid7())
                        )
                progress.finish_part(lesson=lesson, part=part.id, by=account, parcel=Parcel(uuid7()))


def _know_already(lesson: Lesson, account: Account, moment: datetime) -> None:
    assert lesson.published is not None
    answers = {block["id"]: _right(block) for block in lesson.published.blocks if block["kind"] == "check"}
    with clock.stopped_at(moment):
        progress.test_out(lesson=lesson, answers=answers, by=account, parcel=Parcel(uuid7()))


def _right(block: dict[str, Any]) -> list[str]:
    return [str(number) for number, choice in enumerate(block["choices"]) if choice.get("right")]


def _mark(lesson: Lesson, part: int, note: str, account: Account) -> None:
    assert lesson.published is not None
    parts = parts_of(lesson.published.blocks, lesson.published.title)
    bookmarks.put(lesson=lesson, part=parts[part].id, note=note, by=account, parcel=Parcel(uuid7()))


# ---- Authors


def _author(ward: Ward, cast: Cast) -> None:
    """The editor's desk: a draft with remarks and files, a lesson that waits for approval, one that waits for its day, one
    that was taken back."""
    editor, office = cast["bientap"], cast["dieuphoi"]
    with clock.stopped_at(_weeks_ago(2)):
        first = _write(ward, "Hẹn giờ khám bệnh qua điện thoại", editor)
        _with_files(first, editor)
    first.refresh_from_db()
    with clock.stopped_at(_weeks_ago(1, 8)):
        authoring.send_back(
            authoring.send_for_review(first, by=editor),
            [
                ("mo-dau", "Nói thêm: gọi số nào của trạm y tế nơi mình ở."),
                ("", "Bài gọn, dễ hiểu. Xin một hình rõ hơn."),
            ],
            by=office,
        )
    with clock.stopped_at(_weeks_ago(1, 10)):
        authoring.send_for_review(_write(ward, "Xem lịch cắt điện, cắt nước", editor), by=editor)
    soon = _out(ward, "Đi họp phụ huynh qua mạng", editor, office, at(clock.today() + timedelta(days=9), 7))
    assert soon.publish_at is not None
    gone = _out(ward, "Nhắn tin mừng năm học mới", editor, office, None)
    with clock.stopped_at(_weeks_ago(0, 6)):
        authoring.withdraw(gone.lesson, why="Qua dịp khai giảng (minh họa).", by=office)


def _write(ward: Ward, title: str, by: Account) -> LessonVersion:
    draft = authoring.new_lesson(ward, title=title, by=by)
    return authoring.save(draft, _words_of(title), revision=draft.revision, by=by)


def _words_of(title: str) -> dict[str, Any]:
    """A short lesson; invented, and says so."""
    blocks = clean(
        [
            {"kind": "paragraph", "id": "mo-dau", "text": "Bài minh họa, viết ngắn. Gọi trước thì đỡ phải chờ lâu.", "voice": "?"},
            {"kind": "heading", "id": "cach-lam", "level": "2", "text": "Cách làm"},
            {"kind": "steps", "id": "cac-buoc", "items": [{"title": "Mở danh bạ"}, {"title": "Chọn số cần gọi"}, {"title": "Nói tên và giờ hẹn"}]},
            {"kind": "check", "id": "hoi", "question": "Gọi trước để làm gì?", "choices": [
                {"text": "Để đỡ chờ", "right": True, "why": "Đến đúng giờ hẹn thì không phải ngồi đợi."},
                {"text": "Để khỏi phải đến", "why": "Vẫn cần đến đúng giờ đã hẹn."}]},
        ]
    ).blocks  # fmt: skip
    teaching = {
        "aims": ["Gọi hẹn được một cuộc"],
        "timeline": [{"minutes": "45", "title": "Làm mẫu rồi từng đôi tự làm"}],
        "handout": ["Gọi trước, ghi lại giờ hẹn."],
    }
    return {
        "title": title, "summary": "Bài minh họa về một việc hằng ngày.", "minutes": 6, "level": "B1", "groups": ["elderly"],
        "competences": ["hocvu/5.4"], "rule": {"parts": "all", "checks": "answered"}, "blocks": blocks, "teaching": teaching,
    }  # fmt: skip


def _out(ward: Ward, title: str, editor: Account, office: Account, moment: datetime | None) -> LessonVersion:
    """Written, sent, approved by somebody else; then at its moment or at once."""
    with clock.stopped_at(_weeks_ago(3)):
        sent = authoring.send_for_review(_write(ward, title, editor), by=editor)
    with clock.stopped_at(_weeks_ago(3, 15)):
        approved = authoring.approve(sent, revision=sent.revision, by=office)
        if moment is not None:
            return authoring.schedule(approved, publish_at=moment, by=office)
        return authoring.publish_now(approved, by=office)


def _with_files(draft: LessonVersion, by: Account) -> None:
    """A picture in its step, a voice, a film with captions, and a drawing that nothing uses yet."""
    lesson = draft.lesson
    picture = taking.from_file(lesson, "danh-ba.webp", drawn_picture())
    alt = {"alt": "Danh bạ điện thoại có ba cái tên (minh họa)"}
    placing.put_into(lesson, "cac-buoc", "items.0.picture", picture.name, by=by, beside=alt)
    taking.from_file(lesson, "chua-dung.svg", b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 204"><rect class="hv-d-paper" x="20" y="20" width="200" height="160" rx="16"/></svg>')  # fmt: skip
    if (program := ffmpeg.program()) is None:
        return
    for name, content in _sounds(program):
        media = taking.from_file(lesson, name, content)
        if name.endswith(".mp3"):
            placing.put_into(lesson, "mo-dau", "voice", media.name, by=by)
    taking.captions_of(lesson, captions.read_file(b"WEBVTT\n\n00:00.000 --> 00:02.000\nPhim minh h\xe1\xbb\x8da\n"), "phu-de", by=by)  # fmt: skip


def drawn_picture(form: str = "WEBP") -> bytes:
    """A phone with three names, drawn by rule."""
    drawn = Image.new("RGB", (960, 720), "#f5e9d6")
    pen = ImageDraw.Draw(drawn)
    pen.rounded_rectangle((300, 60, 660, 660), 40, fill="#fffdf9", outline="#2a1a12", width=8)
    for row in range(3):
        pen.ellipse((340, 130 + 160 * row, 420, 210 + 160 * row), fill="#8c2318")
        pen.rectangle((450, 155 + 160 * row, 620, 180 + 160 * row), fill="#57402f")
    kept = io.BytesIO()
    drawn.save(kept, form, quality=70)
    return kept.getvalue()


def _sounds(program: str | Path) -> Iterator[tuple[str, bytes]]:
    """A tone in place of a voice, and two seconds of a test picture in place of a film."""
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
    film = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=5:duration=2"]
    wanted = {
        "giong-mau.mp3": [*tone, "-b:a", "32k"],
        "phim-mau.mp4": [*tone, *film, "-pix_fmt", "yuv420p", "-shortest"],
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, words in wanted.items():
            path = Path(folder) / name
            subprocess.run([str(program), "-loglevel", "error", *words, str(path)], check=True, timeout=60)  # noqa: S603
            yield name, path.read_bytes()


# ---- Courses of the ward's own, completions of the national platform


def _arrange(ward: Ward, cast: Cast) -> None:
    """A course that is still being put together, from lessons that are there."""
    editor = cast["bientap"]
    course = courses.create(
        ward, title="Một buổi ở nhà văn hóa", summary="Ba bài cho một buổi sinh hoạt (minh họa).", groups=["elderly"],
        needs=["paper"], level="B1", position=60, by=editor,
    )  # fmt: skip
    first, *_, last = _lessons(ward, SAFETY)
    for lesson in (first, _lessons(ward, PHONE)[0], last):
        courses.add_lesson(course, lesson, by=editor)


def _national(ward: Ward, cast: Cast) -> None:
    """A list a quarter from the police; one was wrong and is withdrawn, the newest still waits."""
    police = cast["danhtinh"]
    people = list(
        Person.objects.of(ward).open_for_work()
        .filter(number_index__isnull=False, died_on=None, born_on__lte=years_before(clock.today(), 18))
        .order_by("pk")[:160]
    )  # fmt: skip
    for weeks, rows, name in ((10, people[:70:2], "quy-3.xlsx"), (4, people[40:130:3], "thang-10.xlsx")):
        with clock.stopped_at(_weeks_ago(weeks, 14)):
            day = clock.today() - timedelta(days=6)
            _hand_in(ward, _list(rows, day), f"hoan-thanh-{name}", police, confirm=True)
    with clock.stopped_at(_weeks_ago(3, 14)):
        wrong = _hand_in(
            ward, _list(people[5:20], clock.today() - timedelta(days=9)), "nham.xlsx", police, confirm=True
        )
        importing.withdraw(wrong, reason="Danh sách của nơi khác (minh họa)", by=police)
    _hand_in(
        ward, _list(people[130:], clock.today() - timedelta(days=2)), "hoan-thanh-thang-11.xlsx", police, confirm=False
    )


def _hand_in(ward: Ward, content: bytes, name: str, by: Account, *, confirm: bool) -> Any:
    upload = importing.receive(
        ward, issuer="Công an (minh họa)", document="Danh sách minh họa", name=name, content=content, by=by
    )
    return importing.confirm(upload, by=by) if confirm else upload


def _list(people: list[Person], day: date) -> bytes:
    """A list as the national platform might give it out; nobody has seen the real one."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Hoàn thành")
        heads = ["STT", "Số định danh", "Họ và tên", "Ngày sinh", "Tên khóa học", "Ngày hoàn thành"]
        sheet.write_row(0, 0, heads)
        for number, person in enumerate(people, start=1):
            digits = register.number_of(person, in_full=True)
            born = f"{person.born_on:%d/%m/%Y}" if person.born_on else ""
            course = ("Kỹ năng số cơ bản (minh họa)", "Dịch vụ công trực tuyến (minh họa)")[number % 2]
            done = (day - timedelta(days=number % 20)).strftime("%d/%m/%Y")
            sheet.write_row(number, 0, [number, digits, person.full_name, born, course, done])
    return kept.getvalue()
