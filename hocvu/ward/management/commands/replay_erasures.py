"""Erase again those whom a restored backup brought back."""

from typing import Any

from django.core.management.base import BaseCommand

from hocvu.ward import forgetting


class Command(BaseCommand):
    help = "Xóa lại những người đã xóa mà bản sao lưu vừa khôi phục đem trở lại; chạy bao nhiêu lần cũng được."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Đã xóa lại {forgetting.replay()} người.")
