"""A plan file comes in: kept as it came, read at once when short, behind the page when long."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hocvu.lib import clock
from hocvu.lib.on_disk import on_disk
from hocvu.lib.text import nfc
from hocvu.plan import reviewing
from hocvu.plan.models import Plan, PlanDocument, Reading
from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import as_json
from hocvu.plan.reading.source import Refused, Source
from hocvu.ward import audit, work
from hocvu.ward.models import Account, Ward

KINDS = ("docx", "pdf", "txt")
LARGEST = 25 * 1024 * 1024
SHORT = 200 * 1024  # a file below this is read while the visitor waits

Step = Callable[[int, int, str], None]  # done, of how many, in words

log = logging.getLogger(__name__)


class AlreadyHere(Exception):
    """The very same file was given before; `reading` is what became of it."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        day = timezone.localtime(reading.document.uploaded_at)
        super().__init__(f"Tệp này đã được tải lên ngày {day:%d/%m/%Y} và {reading.get_state_display()}.")


def receive(
    ward: Ward,
    name: str,
    content: bytes,
    by: Account,
    *,
    revises: Plan | None = None,
    succeeds: Plan | None = None,
    at_once: bool = False,
) -> Reading:
    """Keep a plan file and read it. Raises `Refused` for what is no plan file, `AlreadyHere` for the same again.

    The answer is under review or, where the reader could make nothing of it, refused with the reason; a long
    file is still waiting, and its page shows how far it is.
    """
    kind = _kind(name, content)
    digest = hashlib.sha256(content).hexdigest()
    if earlier := _earlier(ward, digest):
        raise AlreadyHere(earlier)
    with transaction.atomic():
        document = _keep(ward, name, kind, content, digest, by)
        reading = Reading.objects.create(
            ward=ward, document=document, revises=revises, succeeds=succeeds, updated_by=by.full_name
        )
        audit.record(by, "uploaded a plan document", reading, digest=digest, size=len(content))
    if at_once or len(content) < SHORT:
        return read(reading)
    return _read_later(reading, by)


def _kind(name: str, content: bytes) -> str:
    kind = Path(name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise Refused("Loại tệp này không đọc được. Hãy chọn tệp .docx, .pdf có chữ, hoặc .txt.")
    if not content:
        raise Refused("Tệp này không có nội dung. Hãy chọn tệp khác.")
    if len(content) > LARGEST:
        raise Refused(f"Tệp lớn hơn {LARGEST // 1024 // 1024} MB. Hãy chọn tệp chỉ có văn bản kế hoạch.")
    return kind


def _earlier(ward: Ward, digest: str) -> Reading | None:
    """The living or published reading of the same bytes; a refused or dropped one does not stand in the way."""
    over = (Reading.State.REFUSED, Reading.State.DROPPED)
    rows = Reading.objects.filter(ward=ward, document__digest=digest).exclude(state__in=over)
    return rows.select_related("document").first()


def _keep(ward: Ward, name: str, kind: str, content: bytes, digest: str, by: Account) -> PlanDocument:
    """The document's row and file; the file's own name on disk says nothing a person typed."""
    shown = nfc(Path(name.replace("\\", "/")).name)[-200:]
    document = PlanDocument(ward=ward, name=shown, kind=kind, digest=digest, size=len(content), uploaded_by=by)
    document.file.save(f"{digest[:32]}.{kind}", ContentFile(content), save=False)
    document.save()
    return document


def read(reading: Reading, step: Step = lambda done, total, note: None) -> Reading:
    """Read the document of a reading; the file's refusal becomes the reading's own."""

    def opened(page: int, pages: int) -> None:
        step(page, pages + 1, f"Đang đọc trang {page}")

    try:
        with on_disk(reading.document.file.storage, str(reading.document.file.name)) as path:
            source, found = read_file(path, opened)
    except Refused as refusal:
        return _refuse(reading, str(refusal))
    except Exception:
        # Whatever a file may do to the reader, its reading must not wait for ever.
        log.exception("the plan document %s could not be read", reading.document_id)
        return _refuse(reading, "Máy đọc gặp lỗi với tệp này. Hãy lưu văn bản thành .docx hoặc .txt rồi thử lại.")
    return _keep_reading(reading, source, as_json(found))


def _refuse(reading: Reading, reason: str) -> Reading:
    reading.state, reading.refusal = Reading.State.REFUSED, reason[:300]
    reading.save(update_fields=("state", "refusal"))
    return reading


@transaction.atomic
def _keep_reading(reading: Reading, source: Source, content: dict[str, Any]) -> Reading:
    document = reading.document
    document.lines = [[line.number, line.text.strip(), line.page] for line in source.lines if line.text.strip()]
    document.pages = source.pages
    document.save(update_fields=("lines", "pages"))
    reading.original = reading.content = content
    reading.units = reviewing.sure_units(reading)
    reading.state, reading.updated_at = Reading.State.REVIEW, clock.now()
    reading.save()
    audit.record(None, "read a plan document", reading, targets=len(content["targets"]), tasks=len(content["tasks"]))
    return reading


@transaction.atomic
def _read_later(reading: Reading, by: Account) -> Reading:
    begun = work.begin("plan.read", f"Đọc {reading.document.name}", by=by, ward=reading.ward)
    reading.links = {"work": str(begun.pk)}
    reading.save(update_fields=("links",))
    work.start(begun, read_document, str(reading.pk))
    return reading


@work.background(title="Đọc văn bản kế hoạch", repeatable=True)
def read_document(work_id: str, reading_id: str) -> None:
    """Read a long document behind the page."""
    begun = work.work_of(work_id)
    reading = Reading.objects.select_related("document", "ward").get(pk=reading_id)
    if reading.state == Reading.State.WAITING:
        reading = read(reading, lambda done, total, note: work.advance(begun, done=done, total=total, note=note))
    if reading.state == Reading.State.REFUSED:
        work.fail(begun, reading.refusal)
    else:
        work.finish(begun, result_url=reverse("plan:review", args=[reading.pk]))
