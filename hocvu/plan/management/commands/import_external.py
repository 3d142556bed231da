"""Take in a file of outside figures."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.lib.refusals import Refusal
from hocvu.lib.sheets import Refused
from hocvu.plan import external, importing_external
from hocvu.ward.models import Account, Ward


class Command(BaseCommand):
    help = "Nhập số liệu do cơ quan khác xác nhận từ .xlsx, .xls, .ods hoặc .csv; --dry-run chỉ xem."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--ward", required=True, help="code or slug of the ward")
        parser.add_argument("--measure", required=True, choices=external.CODES)
        parser.add_argument("--as-of", required=True, type=date.fromisoformat, help="YYYY-MM-DD")
        parser.add_argument("--issuer", required=True, help="who confirmed it")
        parser.add_argument("--document", default="", help="number of the letter")
        parser.add_argument("--by", help="username of the account that takes it in")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ward = Ward.objects.named(options["ward"])
            content = options["file"].read_bytes()
            judged = importing_external.judge(ward, options["measure"], content, options["file"].name)
            if not options["dry_run"]:
                by = Account.objects.get(username=options["by"]) if options["by"] else None
                importing_external.take_in(
                    ward, measure=options["measure"], as_of=options["as_of"], issuer=options["issuer"],
                    document=options["document"], name=options["file"].name, content=content, by=by,
                )  # fmt: skip
        except Ward.DoesNotExist:
            raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {options['ward']}.") from None
        except Account.DoesNotExist:
            raise CommandError(f"Không có tài khoản {options['by']}.") from None
        except OSError as fault:
            raise CommandError(f"Không đọc được tệp {options['file']}: {fault.strerror}.", returncode=2) from fault
        except (Refused, Refusal) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        told = {"layout": judged.reading.layout, **judged.counts, "rejected": judged.reading.faults,
                "warnings": judged.reading.warnings}  # fmt: skip
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else _in_words(told))


def _in_words(told: dict[str, Any]) -> str:
    lines = [f"Dòng {row}: {words}" for row, words in told["rejected"]] + list(told["warnings"])
    facts = ", ".join(f"{name} {value}" for name, value in told.items() if isinstance(value, int))
    return "\n".join([*lines, facts])
