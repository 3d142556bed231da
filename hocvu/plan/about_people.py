"""What the plan holds of single people: that an outside body confirmed them. Told to them, and forgotten with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hocvu.lib import clock
from hocvu.plan.measures import find
from hocvu.plan.models import ExternalConfirmation, ExternalImport, ExternalUpload
from hocvu.ward import forgetting, merging, processing, retention, subject_data
from hocvu.ward.models import Person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """The files that confirm somebody."""
    for one in person.external_confirmations.select_related("source"):
        measure = find(one.source.measure)
        yield {
            "Nội dung": measure.title if measure else one.source.measure,
            "Xác nhận ngày": one.confirmed_on,
            "Nơi cấp số": one.source.issuer,
            "Văn bản": one.source.document,
        }


def forget(person: Person) -> int:
    """Remove the confirmations of somebody, and the files that hold their number; figures of the files stay."""
    rows = ExternalConfirmation.objects.filter(person=person)
    ExternalImport.objects.filter(pk__in=list(rows.values_list("source", flat=True))).update(sealed=None)
    return rows.delete()[0]


def _move(kept: Person, other: Person) -> list[Any]:
    known = set(kept.external_confirmations.values_list("source", flat=True))
    rows = other.external_confirmations.exclude(source__in=known)
    keys = list(rows.values_list("pk", flat=True))
    rows.update(person=kept)
    return keys


def _back(kept: Person, other: Person, keys: list[Any]) -> None:
    kept.external_confirmations.filter(pk__in=keys).update(person=other)


@retention.keeps(
    "waiting_external",
    title="Tệp số bên ngoài đã nộp mà chưa ai quyết định",
    why="Tệp có thể chứa số định danh, chỉ cần đến khi xác nhận hoặc bỏ",
    days=30,
)
def forget_waiting_files(days: int) -> int:
    """Let go of files that nobody decided on."""
    old = ExternalUpload.objects.exclude(sealed=None).filter(at__lt=clock.now() - timedelta(days=days))
    return old.update(sealed=None, state=ExternalUpload.State.DROPPED)


subject_data.about_person("Xác nhận của cơ quan khác", tell)
forgetting.forgets("kế hoạch", forget)
merging.follows("external_confirmations", _move, _back)
processing.declare(
    processing.Processing(
        "external",
        "Số liệu do cơ quan khác xác nhận",
        "Tính các chỉ tiêu trên VNeID, danh tính số",
        processing.TASK,
        "Số định danh, ngày được xác nhận",
        "Người cư trú từ 16 tuổi",
        "Công an; điều phối chỉ xem số tổng",
        processing.SEALED,
        "Tệp giữ đến khi người có trong tệp được xóa hoặc số liệu được rút",
    )
)
