"""A list on its way in: handed in, judged, corrected in its columns, confirmed or dropped.

The file holds identity numbers, so it is kept sealed and only until it was decided; what the page shows of the
verdicts are row numbers and kinds.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import xlsxwriter
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.urls import reverse

from hocvu.lib import clock
from hocvu.lib.crypto import Keyring
from hocvu.lib.sheets import Cell, Refused, Sheet, open_book
from hocvu.lib.text import fold
from hocvu.ward import audit, work
from hocvu.ward.importing import applying, columns, judging, kinds
from hocvu.ward.importing.cells import Places
from hocvu.ward.importing.columns import Layout
from hocvu.ward.keys import keyring
from hocvu.ward.models import (
    Account,
    ColumnMemory,
    Neighbourhood,
    PeopleBatch,
    PeopleUpload,
    Unit,
    Ward,
)

SHORT = 300 * 1024  # a file below this, some thousand rows, is judged while the visitor waits
State = PeopleUpload.State


class Settled(Exception):
    """The list was decided already; the message is a Vietnamese sentence."""


def receive(ward: Ward, name: str, content: bytes, *, by: Account, unit: Unit | None) -> PeopleUpload:
    """Keep a list and judge it. Raises Refused where the file cannot be read at all, or cannot be kept sealed."""
    ring = _ring()
    if len(content) < SHORT:
        open_book(content, name)
    with transaction.atomic():
        upload = PeopleUpload(ward=ward, unit=unit, name=name[-160:], by=by)
        upload.sealed = ring.seal_bytes(content, _place(upload))
        upload.save(force_insert=True)
        audit.record(by, "handed in a list of people", upload, ward=ward)
    if len(content) < SHORT:
        return look_at(upload)
    begun = work.begin("people.judge", f"Xem danh sách {upload.name}", by=by, ward=ward)
    upload.layout = {"work": str(begun.pk)}
    upload.save(update_fields=("layout",))
    work.start(begun, judge_upload, str(upload.pk))
    return upload


def look_at(upload: PeopleUpload, tick: Callable[[int, int], None] | None = None) -> PeopleUpload:
    """Judge a list by the layout that was chosen, remembered or guessed; what cannot be read is refused. `tick` is told
    how many rows of how many were read."""
    try:
        sheets = open_book(_content(upload), upload.name)
        layout = _layout(upload, sheets)
        whole = len(next(one for one in sheets if one.name == layout.sheet).rows)
        rows = judge(upload.ward, sheets, layout, (lambda done: tick(done, whole)) if tick else None)
    except Refused as refusal:
        upload.state, upload.refusal, upload.sealed = State.REFUSED, str(refusal)[:300], None
        upload.save(update_fields=("state", "refusal", "sealed"))
        return upload
    upload.layout = {**asdict(layout), "sheets": [sheet.name for sheet in sheets]}
    upload.judged = judging.summary(rows)
    upload.state = State.REVIEW
    upload.save(update_fields=("layout", "judged", "state"))
    return upload


@transaction.atomic
def choose_columns(upload: PeopleUpload, *, sheet: str, heading_ends: int, chosen: Mapping[str, int]) -> PeopleUpload:
    """Judge the list again by the columns that a person chose, and remember them for the unit."""
    upload = _open(upload)
    found = next(one for one in open_book(_content(upload), upload.name) if one.name == sheet)
    layout = columns.layout_of(found, heading_ends, dict(chosen))
    if upload.unit is not None:
        ColumnMemory.objects.update_or_create(
            unit=upload.unit, headings=_digest(layout.headings), defaults={"columns": layout.columns}
        )
    upload.layout = asdict(layout)
    return look_at(upload)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A list judged before it is taken in, while nobody waits for the database; good as long as nobody acts."""

    act: int
    rows: list[judging.Row]


def judge_ahead(upload: PeopleUpload, tick: Callable[[int, int], None]) -> Ahead:
    """Judge a list that is about to be taken in; `tick` is told how many rows of how many were read."""
    act, sheets = audit.newest(), open_book(_content(upload), upload.name)
    layout = _layout(upload, sheets)
    whole = len(next(one for one in sheets if one.name == layout.sheet).rows)
    return Ahead(act, judge(upload.ward, sheets, layout, lambda done: tick(done, whole)))


@transaction.atomic
def confirm(upload: PeopleUpload, *, by: Account, ahead: Ahead | None = None) -> PeopleBatch:
    """Take the list in, judged anew where the register may have changed since. The file goes."""
    upload = _open(upload)
    content = _content(upload)
    if ahead is not None and ahead.act == audit.newest():
        rows = ahead.rows
    else:
        sheets = open_book(content, upload.name)
        rows = judge(upload.ward, sheets, _layout(upload, sheets))
    batch = applying.apply(rows, ward=upload.ward, name=upload.name, content=content, by=by, unit=upload.unit)
    upload.judged, upload.state, upload.sealed = judging.summary(rows), State.APPLIED, None
    upload.save(update_fields=("judged", "state", "sealed"))
    return batch


@transaction.atomic
def drop(upload: PeopleUpload, *, by: Account) -> None:
    """Leave the list; the file goes."""
    upload = _open(upload)
    upload.state, upload.sealed = State.DROPPED, None
    upload.save(update_fields=("state", "sealed"))
    audit.record(by, "dropped a list of people", upload, ward=upload.ward)


def with_faults(upload: PeopleUpload) -> bytes:
    """The same list with a column "Lỗi" behind the others, to be mended and handed in again."""
    sheets = open_book(_content(upload), upload.name)
    layout = _layout(upload, sheets)
    sheet = next(one for one in sheets if one.name == layout.sheet)
    said = {row["row"]: " ".join(kinds.sentence(kind) for kind in row["kinds"]) for row in upload.judged["verdicts"]}
    width = max(len(row) for row in sheet.rows)
    kept = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as book:
        written = book.add_worksheet(sheet.name[:31].translate(str.maketrans("[]:*?/\\", "       ")) or "Danh sách")
        day, bold = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"bold": True})
        for number, row in sheet.numbered():
            for at, cell in enumerate(row):
                _write(written, number - 1, at, cell, day)
            if number == layout.heading_ends:
                written.write_string(number - 1, width, "Lỗi", bold)
            elif said.get(number):
                written.write_string(number - 1, width, said[number])
        written.set_column(width, width, 70)
    return kept.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, day: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_datetime(row, column, cell, day)


def judge(
    ward: Ward, sheets: Sequence[Sheet], layout: Layout, tick: Callable[[int], None] | None = None
) -> list[judging.Row]:
    """The verdicts of a list against the ward's neighbourhoods and register as they stand."""
    sheet = next(one for one in sheets if one.name == layout.sheet)
    places = Neighbourhood.objects.of(ward).filter(valid_to=None).values_list("pk", "name", "number")
    return judging.judge(sheet, layout, Places(places), applying.WardRegister(ward), clock.today(), tick)


def guess(sheets: Sequence[Sheet]) -> Layout:
    """The likeliest layout of a file. Raises Refused where no row looks like a heading."""
    layout = columns.guess(sheets)
    if layout is None:
        raise Refused("Không tìm thấy dòng tiêu đề có cột Họ và tên. Hãy đặt tên cột rồi gửi lại.")
    return layout


def _layout(upload: PeopleUpload, sheets: Sequence[Sheet]) -> Layout:
    kept = upload.layout
    if "columns" in kept:
        return Layout(kept["sheet"], kept["heading_ends"], kept["columns"], kept["headings"])
    layout = guess(sheets)
    sheet = next(one for one in sheets if one.name == layout.sheet)
    headings = columns.heading_texts(sheet, layout.heading_ends)
    if upload.unit and (memory := ColumnMemory.objects.filter(unit=upload.unit, headings=_digest(headings)).first()):
        return Layout(layout.sheet, layout.heading_ends, memory.columns, layout.headings)
    return layout


def _open(upload: PeopleUpload) -> PeopleUpload:
    held = (
        PeopleUpload.objects.select_for_update(of=("self",), no_key=True)
        .select_related("ward", "unit")
        .get(pk=upload.pk)
    )
    if held.state != State.REVIEW:
        raise Settled(f"Danh sách này {held.get_state_display()}, không đổi được nữa.")
    return held


def _content(upload: PeopleUpload) -> bytes:
    if upload.sealed is None:
        raise Refused("Tệp của danh sách này không còn. Hãy gửi lại tệp.")
    return keyring().open_bytes(upload.sealed, _place(upload))


def _ring() -> Keyring:
    try:
        return keyring()
    except ImproperlyConfigured:
        raise Refused(
            "Hệ thống chưa đặt khóa mã hóa số định danh nên chưa nhận được danh sách nào. Hãy báo người quản trị."
        ) from None


def _place(upload: PeopleUpload) -> str:
    return f"ward.people_upload.file:{upload.pk}"


def _digest(headings: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(fold(text) for text in headings).encode()).hexdigest()


@work.background(title="Xem danh sách nhân khẩu", repeatable=True)
def judge_upload(work_id: str, upload_id: str) -> None:
    """Judge a long list behind the page."""
    begun = work.work_of(work_id)
    upload = PeopleUpload.objects.select_related("ward", "unit").get(pk=upload_id)

    def tick(done: int, whole: int) -> None:
        work.advance(begun, done=done, total=whole, note="Đang đọc từng dòng rồi đối chiếu với danh bạ")

    if upload.state == State.WAITING:
        upload.layout = {}
        upload = look_at(upload, tick)
    if upload.state == State.REFUSED:
        work.fail(begun, upload.refusal)
    else:
        work.finish(begun, result_url=reverse("ward:people_upload", args=[upload.pk]))


@work.background(title="Nhập danh sách nhân khẩu", repeatable=True)
def confirm_upload(work_id: str, upload_id: str, account_id: int) -> None:
    """Take a long list in behind the page: whole or not at all, so a second run finds it done or not begun."""
    begun = work.work_of(work_id)

    def tick(done: int, whole: int) -> None:
        work.advance(begun, done=done, total=whole, note="Đang đối chiếu lần cuối, sau đó ghi một lượt")

    upload = PeopleUpload.objects.select_related("ward", "unit").get(pk=upload_id)
    if upload.state == State.REVIEW:
        ahead = judge_ahead(upload, tick)
        whole = begun.total or len(ahead.rows)
        work.advance(begun, done=whole, total=whole, note="Đang ghi vào danh bạ: hoặc ghi hết hoặc không ghi gì")
        confirm(upload, by=Account.objects.get(pk=account_id), ahead=ahead)
    work.finish(begun, result_url=reverse("ward:people_batches"))
