"""Count the statistics of the questions now, instead of at night."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.assessment.questions import statistics
from hocvu.ward.models import Ward


class Command(BaseCommand):
    help = (
        "Tính lại thống kê của câu hỏi: tỉ lệ đúng, độ phân biệt, thời gian, mức lộ diện, phân bố lựa chọn, cảnh báo."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ward", help="code or slug of one ward; every ward where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wards = [Ward.objects.named(options["ward"])] if options["ward"] else list(Ward.objects.order_by("pk"))
        except Ward.DoesNotExist:
            raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {options['ward']}.") from None
        for ward in wards:
            self.stdout.write(f"{ward}: {statistics.restate(ward)} câu có câu trả lời")
