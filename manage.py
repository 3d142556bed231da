"""Django's commands; `./run manage …` calls this in the right environment."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(f"Cấu hình chưa đúng, hệ thống không khởi động: {fault}")
    except OperationalError as fault:
        if not any(sign in str(fault) for sign in ("no such table", "unable to open database file")):
            raise
        sys.exit(f"Cơ sở dữ liệu chưa được lập ({fault}). Hãy chạy ./run một lần trước, với cùng thư mục dữ liệu.")
