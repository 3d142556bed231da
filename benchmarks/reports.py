"""A year of reports of 119 units: pages, and the ward's report as .docx and PDF, in processor time, against a bare view."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.pages import cost

ROOT = Path(__file__).resolve().parents[1]
MONTHS = 12
Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Make a ward with twelve periods in a folder of its own and open its pages there."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "HOCVU_DATA": folder, "HOCVU_ENV": "test", "DATABASE_URL": ""}
        env |= {"DJANGO_SETTINGS_MODULE": "hocvu.config.settings", "HOCVU_NOW": "2026-11-26T09:00"}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reports"], env=env, cwd=ROOT, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def here() -> Figures:
    """The figures, in this process and the data folder that HOCVU_DATA names."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext
    from django.urls import path

    from hocvu.home import demo_reports

    demo_reports.MONTHS = MONTHS
    call_command("build_assets", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("demo", verbosity=0)
    from hocvu.plan.models import ReportPeriod, UnitReport
    from hocvu.ward.models import Account

    period = ReportPeriod.objects.first()
    assert period is not None, "the demo opened its periods"
    big = UnitReport.objects.of(period).get(unit__name="Phòng Kinh tế, Hạ tầng và Đô thị")
    urls = type(sys)("benchmarks_bare_urls")
    urls.urlpatterns = [path("", lambda request: HttpResponse("học"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        visitor = Client()
        bare = cost(lambda: visitor.get("/"), 300)
    figures: Figures = {
        "periods": ReportPeriod.objects.count(),
        "reports": UnitReport.objects.count(),
        "tasks": period.ward.plans.get().tasks.count(),
        "bare view, ms": bare,
    }
    pages = {
        "all periods": ("dieuphoi", "/bao-cao/"),
        "one period": ("dieuphoi", f"/bao-cao/ky/{period.pk}/"),
        "a unit writes": ("kinhte.truong", f"/bao-cao/phieu/{big.pk}/viet/"),
        "who kept the day, 12 months": ("dieuphoi", "/bao-cao/dung-han/"),
        "the ward's report, a draft": ("lanhdao", f"/bao-cao/ky/{period.pk}/tong-hop/"),
        "the leader's board": ("lanhdao", "/dieu-hanh/"),
        ".docx": ("lanhdao", f"/bao-cao/ky/{period.pk}/tong-hop/tai/?dinh-dang=docx"),
        "PDF": ("lanhdao", f"/bao-cao/ky/{period.pk}/tong-hop/tai/?dinh-dang=pdf"),
        ".xlsx": ("lanhdao", f"/bao-cao/ky/{period.pk}/tong-hop/tai/?dinh-dang=xlsx"),
    }
    for name, (username, address) in pages.items():
        client = Client()
        client.force_login(Account.objects.get(username=username))

        def open_page(client: Client = client, address: str = address) -> Any:
            return client.get(address)

        _well(open_page)
        spent = cost(open_page, 5)
        with CaptureQueriesContext(connection) as asked:
            _well(open_page)
        figures |= {f"{name}, ms": spent, f"{name}: times the bare view": spent / bare, f"{name}: queries": len(asked)}
    return figures


def _well(open_page: Callable[[], Any]) -> None:
    answer = open_page()
    if answer.status_code != 200:
        raise RuntimeError(f"the page answers {answer.status_code}")


if __name__ == "__main__":
    print(json.dumps(here(), ensure_ascii=False))
