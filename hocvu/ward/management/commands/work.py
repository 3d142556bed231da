"""Do the work behind the pages until told to stop."""

import signal
import sys
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from hocvu.ward.worker import work_until


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Làm việc nền: chạy việc định kỳ đến hạn và các việc đang chờ, cho đến khi được báo dừng."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work; the first signal lets what is under way finish, a second one does not wait."""
        stop = threading.Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            if stop.is_set():
                sys.exit(1)
            stop.set()

        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), ask_to_stop)
        self.stdout.write("Tiến trình nền đang chạy.")
        self.stdout.flush()
        work_until(stop)
        self.stdout.write("Tiến trình nền đã dừng.")
