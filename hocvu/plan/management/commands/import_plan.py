"""Read a plan file into a ward, by the same journey as the pages."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.plan import publishing, reviewing, uploading
from hocvu.plan.models import Plan, Reading
from hocvu.plan.reading.source import Refused
from hocvu.ward.access import may
from hocvu.ward.models import Account, Ward


class Command(BaseCommand):
    help = "Đọc một văn bản kế hoạch vào một xã, phường; --settle nhận mọi gợi ý rồi công bố."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--ward", required=True, help="mã hoặc tên trong địa chỉ của xã, phường")
        parser.add_argument("--by", required=True, help="tên đăng nhập của người làm")
        parser.add_argument("--revises", type=int, metavar="ID", help="là bản sửa của kế hoạch đang chạy này")
        parser.add_argument("--succeeds", type=int, metavar="ID", help="thay thế kế hoạch đang chạy này")
        parser.add_argument("--settle", action="store_true", help="nhận mọi gợi ý và công bố")

    def handle(self, *args: Any, **options: Any) -> None:
        ward, by = self._who(options["ward"], options["by"])
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"Không thấy tệp {path}.")
        try:
            reading = uploading.receive(
                ward,
                path.name,
                path.read_bytes(),
                by,
                revises=self._running(ward, options["revises"]),
                succeeds=self._running(ward, options["succeeds"]),
                at_once=True,
            )
        except (Refused, uploading.AlreadyHere) as refusal:
            raise CommandError(str(refusal)) from refusal
        if reading.state == Reading.State.REFUSED:
            raise CommandError(reading.refusal)
        if not options["settle"]:
            self.stdout.write(f"Đã đọc, chờ xem lại: {reading.pk}. {reviewing.missing(reading).words}")
            return
        try:
            plan = publishing.publish(reviewing.settle_everything(reading, by=by), by)
        except publishing.Unready as unready:
            raise CommandError(str(unready)) from unready
        self.stdout.write(f"Đã công bố: {plan.targets.count()} chỉ tiêu, {plan.tasks.count()} nhiệm vụ.")

    def _running(self, ward: Ward, pk: int | None) -> Plan | None:
        if pk is None:
            return None
        plan = Plan.objects.of(ward).running().filter(pk=pk).first()
        if plan is None:
            raise CommandError(f"{ward.title} không có kế hoạch đang chạy nào mang mã {pk}.")
        return plan

    def _who(self, ward_name: str, username: str) -> tuple[Ward, Account]:
        try:
            ward = Ward.objects.named(ward_name)
            by = Account.objects.get(username=username)
        except (Ward.DoesNotExist, Account.DoesNotExist) as missing:
            raise CommandError(f"Không có xã, phường “{ward_name}” hoặc tài khoản “{username}”.") from missing
        if not may(by, "plan.publish", ward):
            raise CommandError(f"{username} không có quyền công bố kế hoạch ở {ward}.")
        return ward, by
