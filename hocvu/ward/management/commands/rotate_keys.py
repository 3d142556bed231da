"""Seal identity numbers and phones again with the newest key of the settings."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hocvu.lib.crypto import new_key
from hocvu.ward import register


class Command(BaseCommand):
    help = "Mã hóa lại số định danh và điện thoại bằng khóa mới nhất; --new chỉ in một khóa mới."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", action="store_true", help="print a fresh key and do nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"]:
            self.stdout.write(new_key())
            return
        self.stdout.write(f"Đã mã hóa lại hồ sơ của {register.rotate()} người bằng khóa mới nhất.")
