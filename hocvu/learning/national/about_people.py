"""What is held of single people here: the courses of the national platform. Told to them, and forgotten with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hocvu.learning.models import CompletionImport, CompletionUpload, NationalCompletion
from hocvu.learning.national import importing
from hocvu.lib import clock
from hocvu.ward import forgetting, merging, processing, register, retention, subject_data
from hocvu.ward.models import Person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """The courses somebody completed there, as files say."""
    for one in person.national_completions.select_related("source"):
        yield {
            "Khóa học": one.course,
            "Hoàn thành ngày": one.completed_on,
            "Nơi cấp danh sách": one.source.issuer,
            "Văn bản": one.source.document,
            "Đã rút": bool(one.source.withdrawn_at),
        }


def forget(person: Person) -> int:
    """Remove the completions of somebody, and every file that holds their number, also where its row was left out;
    counts of the files stay."""
    rows = NationalCompletion.objects.filter(person=person)
    named = set(rows.values_list("source", flat=True))
    if digits := register.number_of(person, in_full=True):
        kept = CompletionImport.objects.filter(ward=person.ward).exclude(sealed=None).exclude(pk__in=named)
        named |= {one.pk for one in kept if importing.holds_number(one, digits)}
        waiting = CompletionUpload.objects.filter(ward=person.ward).exclude(sealed=None)
        for upload in waiting:
            if importing.holds_number(upload, digits):
                CompletionUpload.objects.filter(pk=upload.pk).update(sealed=None, state=CompletionUpload.State.DROPPED)
    CompletionImport.objects.filter(pk__in=named).update(sealed=None)
    return rows.delete()[0]


def _move(kept: Person, other: Person) -> list[Any]:
    known = set(kept.national_completions.values_list("source", "course"))
    keys = [one.pk for one in other.national_completions.all() if (one.source_id, one.course) not in known]
    other.national_completions.filter(pk__in=keys).update(person=kept)
    return keys


def _back(kept: Person, other: Person, keys: list[Any]) -> None:
    kept.national_completions.filter(pk__in=keys).update(person=other)


@retention.keeps(
    "waiting_completions",
    title="Danh sách hoàn thành khóa học đã nộp mà chưa ai quyết định",
    why="Tệp chứa số định danh, chỉ cần đến khi xác nhận hoặc bỏ",
    days=30,
)
def forget_waiting_files(days: int) -> int:
    """Let go of files that nobody decided on."""
    old = CompletionUpload.objects.exclude(sealed=None).filter(at__lt=clock.now() - timedelta(days=days))
    return old.update(sealed=None, state=CompletionUpload.State.DROPPED)


def join() -> None:
    """Join the acts of the register."""
    subject_data.about_person("Khóa học trên nền tảng quốc gia", tell)
    forgetting.forgets("khóa học trên nền tảng quốc gia", forget)
    merging.follows("national_completions", _move, _back)
    processing.declare(
        processing.Processing(
            "national_completions",
            "Kết quả học trên nền tảng “Bình dân học vụ số” quốc gia",
            "Tính kết quả nhiệm vụ về khóa học trực tuyến đại trà",
            processing.TASK,
            "Số định danh, khóa học, ngày hoàn thành",
            "Người trong danh bạ đã học trên nền tảng quốc gia",
            "Công an, điều phối nhập danh sách; nơi khác chỉ xem số đếm",
            processing.SEALED,
            "Tệp giữ đến khi người có trong tệp được xóa; danh sách bị rút không còn được đếm",
        )
    )
