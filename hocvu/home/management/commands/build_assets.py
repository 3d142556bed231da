from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from hocvu.lib import assets


class Command(BaseCommand):
    requires_system_checks: tuple[str, ...] = ()
    help = "Make style, font, signs and scripts, and lay them out for the server; quick when nothing has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="make everything again")

    def handle(self, *args: Any, **options: Any) -> None:
        target = settings.ROOT / "build" / "assets"
        stamp, laid_out = assets.stamp_of(target), settings.STATIC_ROOT / "staticfiles.json"
        if options["force"]:
            stamp.unlink(missing_ok=True)
        changed = assets.build(settings.ROOT / "hocvu" / "static", target)
        if changed or not laid_out.is_file() or laid_out.stat().st_mtime < stamp.stat().st_mtime:
            call_command("collectstatic", interactive=False, verbosity=0)
            changed = True
        self.stdout.write("assets made" if changed else "assets unchanged")
