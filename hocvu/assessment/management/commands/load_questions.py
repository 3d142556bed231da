"""Take questions of files into wards; what a ward wrote itself is told and left."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.questions import loading
from hocvu.assessment.questions.files import FOLDER, read_folder
from hocvu.ward.models import Ward

WORDS: dict[loading.Verdict, str] = {
    "new": "mới, đã lấy",
    "newer": "có bản mới, đã lấy",
    "same": "như cũ",
    "local": "giữ nguyên",
}


class Command(BaseCommand):
    help = "Nạp câu hỏi từ tệp (content/questions); câu mà nơi đó đã sửa riêng thì giữ nguyên và nói ra."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
        parser.add_argument("--ward", help="code or slug of the ward; every ward where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wards = [Ward.objects.named(options["ward"])] if options["ward"] else list(Ward.objects.order_by("pk"))
        except Ward.DoesNotExist:
            raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {options['ward']}.") from None
        found = read_folder(options["folder"])
        if found.faults:
            raise CommandError("\n".join(map(str, found.faults)), returncode=2)
        for ward in wards:
            told = loading.load(ward, found.questions, by=None)
            for one in told:
                if one.verdict == "local":
                    self.stdout.write(f"  {one.code}: {WORDS['local']}, {one.why}")
            counts = Counter(one.verdict for one in told)
            said = "; ".join(f"{words}: {counts[verdict]}" for verdict, words in WORDS.items() if counts[verdict])
            self.stdout.write(f"{ward}: {said or 'không có câu nào'}")
