"""Write the ward's report of a month to a file: .docx, .pdf, .xlsx or .json."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.lib.months import Month
from hocvu.lib.official import render_docx, render_pdf
from hocvu.plan.models import ReportPeriod, WardSummary
from hocvu.plan.reporting import opening, printing, signing
from hocvu.ward.models import Ward

FORMATS = ("docx", "pdf", "xlsx", "json")


class Command(BaseCommand):
    help = "Ghi báo cáo tổng hợp của một tháng ra tệp."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ward", required=True, help="mã hoặc tên trong địa chỉ, ví dụ hai-an")
        parser.add_argument("--period", required=True, help="tháng, ví dụ 2025-09")
        parser.add_argument("--format", choices=FORMATS, default="docx")
        parser.add_argument("--output", required=True, help="tệp để ghi")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = signing.summary_of(_period(options["ward"], options["period"]))
        content = _content(summary, options["format"])
        target = Path(options["output"])
        if not target.parent.is_dir():
            raise CommandError(f"Không có thư mục {target.parent}. Hãy tạo thư mục trước.")
        target.write_bytes(content)
        self.stdout.write(f"Đã ghi {target} ({len(content)} byte), báo cáo {summary.get_state_display()}.")


def _period(ward: str, month: str) -> ReportPeriod:
    try:
        found = Ward.objects.named(ward)
    except Ward.DoesNotExist as unknown:
        raise CommandError(f"Không có nơi nào tên {ward}.") from unknown
    try:
        first = Month.read(month).first
    except ValueError as wrong:
        raise CommandError(f"Không đọc được kỳ {month}. Hãy viết năm-tháng, ví dụ 2025-09.") from wrong
    period = ReportPeriod.objects.of(found).monthly().select_related("ward", "receiver").filter(starts_on=first).first()
    if period is None:
        raise CommandError(f"{found.title} chưa mở kỳ báo cáo {month}.")
    return period


def _content(summary: WardSummary, wish: str) -> bytes:
    if wish == "json":
        return json.dumps(signing.exported(summary), ensure_ascii=False, indent=1).encode()
    if wish == "xlsx":
        return printing.book(summary)
    document = printing.ward_report(summary)
    if wish == "pdf":
        return render_pdf(document)
    template = opening.setting_of(summary.ward).template
    return render_docx(document, bytes(template) if template else None)
