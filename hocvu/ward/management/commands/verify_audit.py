"""Walk the audit trail and say whether it is whole."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hocvu.ward import audit


class Command(BaseCommand):
    help = "Kiểm tra chuỗi nhật ký: không thiếu, không sửa, không bị cắt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = audit.verify()
        if options["json"]:
            answer = {
                "whole": verdict.whole,
                "entries": verdict.entries,
                "broken_at": verdict.broken_at,
                "reason": verdict.reason,
            }
            self.stdout.write(json.dumps(answer))
        elif verdict.whole:
            self.stdout.write(f"Nhật ký nguyên vẹn: {verdict.entries} dòng.")
        else:
            self.stdout.write(f"Nhật ký hỏng ở dòng {verdict.broken_at} ({verdict.reason}).")
        if not verdict.whole:
            sys.exit(1)
