"""Say every fault of the question files; writes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.questions.files import FOLDER, read_folder


class Command(BaseCommand):
    help = "Đọc các tệp câu hỏi (content/questions) và nói mọi chỗ sai, kèm tệp, dòng và mã câu; không ghi gì."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)

    def handle(self, *args: Any, **options: Any) -> None:
        found = read_folder(options["folder"])
        for kind, count in sorted(Counter(one.kind for one in found.questions).items()):
            self.stdout.write(f"{kind}: {count} câu")
        if found.faults:
            raise CommandError("\n".join(map(str, found.faults)), returncode=1)
        self.stdout.write(f"{len(found.questions)} câu, không có lỗi.")
