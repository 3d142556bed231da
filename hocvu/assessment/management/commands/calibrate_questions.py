"""Count again how hard the questions are, from the answers."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.questions import calibrating
from hocvu.ward.models import Ward


class Command(BaseCommand):
    help = "Tính lại độ khó của câu hỏi từ câu trả lời: Elo khi còn ít, Rasch từ 100 câu trả lời. Chạy lại lúc nào cũng được."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ward", help="code or slug of one ward; all wards together where none is named")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wards = [Ward.objects.named(options["ward"])] if options["ward"] else None
        except Ward.DoesNotExist:
            raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {options['ward']}.") from None
        changes = calibrating.calibrate(wards, dry_run=options["dry_run"], told=self._told)
        for change in changes:
            first = change.questions[0]
            self.stdout.write(
                f"{first.code}: {change.before:+.2f} -> {change.after:+.2f}, {change.model}, {change.answers} câu trả lời"
            )
        self.stdout.write(f"{len(changes)} câu {'sẽ' if options['dry_run'] else 'đã'} đổi.")

    def _told(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
