"""What no lesson names any more is swept from the storage at night.

Files lie by their content, so that two lessons may share one: a file goes only when no medium of any ward names it. One
that is younger than a day stays, as its medium may be about to be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.utils import timezone

from hocvu.learning import storing
from hocvu.learning.models import Media
from hocvu.lib.schedule import every
from hocvu.ward.models import Work

YOUNG = timedelta(days=1)
PATIENCE = timedelta(days=2)  # for work that died, and that nobody began again


@every("day", at="03:10", title="Dọn tệp bài học không còn dùng", repeatable=True)
def sweep_files(due: datetime) -> str:
    """Sweep at night, when nobody waits."""
    return f"Đã dọn {sweep()} tệp."


def sweep() -> int:
    """Remove files that nothing names, and what came for work that will not be done; gives how many."""
    give_up_dead_work()
    waited_for = {
        storing.came(pk) for pk in Media.objects.filter(state=Media.State.WORKING).values_list("pk", flat=True)
    }
    known = named() | waited_for
    found = [path for folder in (storing.KEPT, storing.CAME) for path in lying(folder)]
    unnamed = [path for path in found if path not in known and is_old(path)]
    # Asked again: an upload of the same bytes may have named one meanwhile.
    unnamed = sorted(set(unnamed) - named()) if unnamed else []
    for path in unnamed:
        default_storage.delete(path)
    return len(unnamed)


def named() -> set[str]:
    """Every file that a medium names."""
    rows = Media.objects.values_list("variants", flat=True).iterator()
    return {variant["path"] for variants in rows for variant in variants.values()}


def give_up_dead_work() -> int:
    """Files whose work died days ago cannot be used, and say so; gives how many."""
    moment = timezone.now()
    alive = set(
        Work.objects.filter(
            kind="learning.media", state__in=(Work.State.QUEUED, Work.State.RUNNING), updated_at__gte=moment - PATIENCE
        ).values_list("pk", flat=True)
    )
    stuck = [
        pk
        for pk, work_id in Media.objects.filter(state=Media.State.WORKING, made_at__lt=moment - PATIENCE).values_list(
            "pk", "work_id"
        )
        if not work_id or UUID(work_id) not in alive
    ]
    return Media.objects.filter(pk__in=stuck).update(
        state=Media.State.FAILED, problem="Việc xử lý tệp bị dừng quá lâu. Hãy tải tệp lên lại."
    )


def lying(folder: str) -> Iterator[str]:
    """The files below a folder of the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from lying(f"{folder}/{inner}")


def is_old(path: str) -> bool:
    return default_storage.get_modified_time(path) < timezone.now() - YOUNG
