"""Take practice tasks of files into a ward; what the ward wrote itself is told and left."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment import practice_tasks
from hocvu.lib.refusals import Refusal
from hocvu.ward.models import Ward

WORDS = {
    "new": "mới, đã lấy",
    "newer": "lời khác, đã lấy thành bản sau",
    "same": "như cũ",
    "local": "nơi này đã sửa hoặc thôi dùng, giữ nguyên",
}


class Command(BaseCommand):
    help = "Nạp việc thực hành từ tệp (content/practice) vào một nơi; việc mà nơi đó đã sửa thì giữ nguyên."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="files; all of content/practice where none is named")
        parser.add_argument("--ward", help="code or slug of the ward; every ward where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        wards = [_ward(options["ward"])] if options["ward"] else list(Ward.objects.order_by("pk"))
        paths = options["files"] or sorted((settings.ROOT / "content" / "practice").glob("*.yaml"))
        found = [practice_tasks.read_file(path) for path in paths]
        if faults := [f"{one.name}: {fault}" for one in found for fault in one.faults]:
            raise CommandError("\n".join(faults), returncode=2)
        for ward in wards:
            for said in found:
                self._load(ward, said)

    def _load(self, ward: Ward, said: practice_tasks.PracticeFile) -> None:
        self.stdout.write(f"{ward}: {said.name}")
        try:
            told = practice_tasks.load(ward, said, by=None)
        except Refusal as refusal:
            raise CommandError(f"{said.name}: {refusal.sentence}", returncode=2) from None
        for task, verdict in told:
            self.stdout.write(f"  {task.title}: {WORDS[verdict]}")


def _ward(text: str) -> Ward:
    try:
        return Ward.objects.named(text)
    except Ward.DoesNotExist:
        raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {text}.") from None
