"""Judge a list of people, and take it in unless only a dry run is asked."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.lib.sheets import Refused, open_book
from hocvu.ward.importing import applying, judging, kinds, taking
from hocvu.ward.models import Account, Ward


class Command(BaseCommand):
    help = "Đọc danh sách nhân khẩu (.xlsx, .xls, .ods, .csv), cho biết từng dòng thế nào; nhập nếu không chạy thử."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--ward", required=True, help="code or slug of the ward")
        parser.add_argument("--sheet", help="name of the sheet, where the guess is wrong")
        parser.add_argument("--by", help="username of the account that takes the list in")
        parser.add_argument("--dry-run", action="store_true", help="judge only, write nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        ward = _ward(options["ward"])
        by = Account.objects.filter(username=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"Không có tài khoản {options['by']}.")
        try:
            content = options["file"].read_bytes()
        except OSError as fault:
            raise CommandError(f"Không đọc được tệp {options['file']}: {fault.strerror}.", returncode=2) from fault
        try:
            rows = _judge(content, options["file"].name, ward, options["sheet"])
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if not options["dry_run"]:
            applying.apply(rows, ward=ward, name=options["file"].name, content=content, by=by)
        self._tell(rows, as_json=options["json"], dry=options["dry_run"])

    def _tell(self, rows: list[judging.Row], *, as_json: bool, dry: bool) -> None:
        found = judging.summary(rows)
        if as_json:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in rows:
            if row.verdict not in ("accept", "skip"):
                self.stdout.write(f"Dòng {row.number}: " + " ".join(kinds.sentence(kind) for kind in row.kinds))
        merged, flagged = found["duplicates"]["merged"], found["duplicates"]["flagged"]
        self.stdout.write(
            f"{'Chạy thử, chưa ghi gì. ' if dry else ''}{found['rows']} dòng: nhận {found['accepted']}, gộp {merged}, "
            f"chờ người xem {flagged}, chưa nhận {sum(row.verdict == 'reject' for row in rows)}."
        )


def _judge(content: bytes, name: str, ward: Ward, sheet_name: str | None) -> list[judging.Row]:
    sheets = open_book(content, name)
    if sheet_name:
        sheets = [sheet for sheet in sheets if sheet.name == sheet_name]
        if not sheets:
            raise Refused(f"Tệp không có trang tính “{sheet_name}”. Hãy xem lại tên trang tính.")
    return taking.judge(ward, sheets, taking.guess(sheets))


def _ward(text: str) -> Ward:
    try:
        return Ward.objects.named(text)
    except Ward.DoesNotExist:
        raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {text}.") from None
