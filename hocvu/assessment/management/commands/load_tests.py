"""Take the rules of tests from files into a ward; what the ward decided itself is told and left."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.testing import rule_files
from hocvu.ward.models import Ward

WORDS: dict[str, str] = {
    "new": "nạp mới",
    "newer": "bản mới, có hiệu lực từ hôm nay",
    "same": "như cũ",
    "local": "nơi này đã quyết định riêng, giữ nguyên",
    "waits": "ngân hàng chưa đủ câu hỏi cho hai đề; nạp câu hỏi rồi nạp lại",
}


class Command(BaseCommand):
    help = "Nạp quy tắc bài kiểm tra từ content/tests vào một nơi; quy tắc nơi đó tự quyết định thì giữ nguyên."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="files; all of content/tests where none is named")
        parser.add_argument("--ward", help="code or slug of the ward; every ward where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [rule_files.read(path) for path in options["files"]] or rule_files.files()
        if faults := [f"{one.name}: {fault}" for one in found for fault in one.faults]:
            raise CommandError("\n".join(faults), returncode=2)
        wards = [_ward(options["ward"])] if options["ward"] else list(Ward.objects.order_by("pk"))
        for ward in wards:
            self.stdout.write(str(ward))
            for one in found:
                try:
                    verdict = rule_files.load(ward, one)
                except ValueError as refused:
                    raise CommandError(f"{one.name}: {refused}", returncode=2) from None
                self.stdout.write(f"  {one.title}: {WORDS[verdict]}")


def _ward(text: str) -> Ward:
    try:
        return Ward.objects.named(text)
    except Ward.DoesNotExist:
        raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {text}.") from None
