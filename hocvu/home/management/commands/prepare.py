"""All that must be done before the doors open, in one start of Django; quick where nothing is to be done."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hocvu.plan import assigning
from hocvu.ward import forgetting, founding
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Ward
from hocvu.ward.readiness import refuse_demo_in_production


class Command(BaseCommand):
    help = "Dựng giao diện, cập nhật cơ sở dữ liệu, nạp phường minh họa vào nơi còn trống; in tài khoản minh họa."
    requires_system_checks = ()  # `check` is for the people who change the code; here each second is waited for

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--empty", action="store_true", help="do not load the demo ward")

    def handle(self, *args: Any, **options: Any) -> None:
        self._make_folder()
        call_command("build_assets", stdout=StringIO())
        self._migrate()
        self._load_frameworks()
        call_command("draw_lessons", stdout=StringIO())
        if back := forgetting.replay():
            self.stdout.write(f"Đã xóa lại {back} người có trong bản sao lưu vừa khôi phục.")
        refuse_demo_in_production()
        if not options["empty"] and not settings.PRODUCTION:
            self._load_demo()
        self._tell_sign_ins()
        if founding.is_open():
            way = f"{settings.ADDRESS}{founding.FIRST_PATH}?ma={founding.door_code()}"
            self.stdout.write(f"\nHệ thống còn trống. Lập nơi làm việc và tài khoản quản trị đầu tiên ở:\n  {way}")

    def _make_folder(self) -> None:
        try:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"Không tạo được thư mục dữ liệu {settings.DATA_DIR}: {error.strerror}.") from error
        if not os.access(settings.DATA_DIR, os.W_OK):
            raise CommandError(f"Không ghi được vào thư mục dữ liệu {settings.DATA_DIR}; hãy kiểm tra quyền.")

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Đang cập nhật cơ sở dữ liệu…")
            call_command("migrate", interactive=False, verbosity=0)
            assigning.assign_all()  # plans of an older version have no measures yet

    def _load_frameworks(self) -> None:
        """Keep the frameworks of skills that came with this version; one that was changed by hand is told and left."""
        try:
            call_command("load_frameworks", stdout=StringIO())
        except CommandError as refused:
            self.stdout.write(f"Chưa nạp được khung kỹ năng: {refused}")

    def _load_demo(self) -> None:
        """Load the demo ward where nobody lives yet. It loads whole or not at all, so one look is enough."""
        if Ward.objects.exists() or Account.objects.exists():
            return
        self.stdout.write("Đang nạp kế hoạch phường Hải An và phường minh họa…")
        call_command("demo", stdout=self.stdout)

    def _tell_sign_ins(self) -> None:
        said = StringIO()
        call_command("demo_accounts", "--json", stdout=said)
        rows = json.loads(said.getvalue())
        if not rows or settings.PRODUCTION:
            return
        shown = list({row["role"]: row for row in reversed(rows)}.values())[::-1]  # the first of each role
        self.stdout.write("\nTài khoản minh họa (dữ liệu minh họa, không có thật):")
        for row in shown:
            who = f"{Role(row['role']).label}{', ' + row['unit'] if row['unit'] else ''}"
            self.stdout.write(f"  {row['username']:<24} {row['password']:<18} {who}")
        if more := len(rows) - len(shown):
            self.stdout.write(f"  … và {more} tài khoản khác: ./run manage demo_accounts")
