"""Take courses of files into a ward; what the ward wrote itself is told and left."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.learning import lesson_files, loading
from hocvu.learning.files import COURSE, CourseFile, read_course
from hocvu.lib.uploads import Refused
from hocvu.ward.models import Ward

WORDS = {
    "new": "mới, đã lấy",
    "newer": "có bản mới, đã lấy",
    "same": "như cũ",
    "local": "nơi này đã sửa riêng, giữ nguyên",
}


class Command(BaseCommand):
    help = "Nạp khóa học từ tệp (content/courses) vào một nơi; bài mà nơi đó đã sửa thì giữ nguyên."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folders", nargs="*", type=Path, help="folders with khoa.yaml; all of content/courses if none"
        )
        parser.add_argument("--ward", help="code or slug of the ward; every ward where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        wards = [_ward(options["ward"])] if options["ward"] else list(Ward.objects.order_by("pk"))
        found = [_course(folder) for folder in options["folders"]] or lesson_files.courses()
        if faults := [f"{one.slug}: {fault}" for one in found for fault in one.all_faults]:
            raise CommandError("\n".join(faults), returncode=2)
        for ward in wards:
            for course in found:
                self.stdout.write(f"{ward}: {course.title}")
                for told in _loaded(ward, course):
                    self.stdout.write(f"  {told.title}: {WORDS[told.verdict]}")


def _loaded(ward: Ward, course: CourseFile) -> list[loading.Told]:
    try:
        return loading.load(ward, course, by=None)
    except Refused as refused:
        raise CommandError(f"{course.slug}: {refused}", returncode=2) from None


def _course(folder: Path) -> CourseFile:
    if not (folder / COURSE).is_file():
        raise CommandError(f"Không có {COURSE} trong {folder}.", returncode=2)
    return read_course(folder)


def _ward(text: str) -> Ward:
    try:
        return Ward.objects.named(text)
    except Ward.DoesNotExist:
        raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {text}.") from None
