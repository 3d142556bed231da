"""Taking in a list of 60,000 people, in processor time, against saving people one by one."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROWS, ONE_BY_ONE = 60_000, 2_000
HEADING = ("STT", "Mã hộ", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "TDP", "Quan hệ")

Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Seconds of processor time and the peak of memory, in a process and a data folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "HOCVU_DATA": folder, "HOCVU_ENV": "development", "DATABASE_URL": ""}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.people"], cwd=ROOT, env=variables, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def rows(count: int) -> Iterator[list[Any]]:
    """People by rule: three to a household, a hundred neighbourhoods."""
    chance = random.Random(1)
    for n in range(count):
        year, is_woman = chance.randint(1940, 2020), chance.random() < 0.5
        name = f"Nguyễn {'Thị' if is_woman else 'Văn'} {chance.choice(('An', 'Bình', 'Chi', 'Dũng', 'Hà'))}{n}"
        day = f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{year}"
        digits = f"099{2 * (year >= 2000) + is_woman}{year % 100:02}{n:06}"
        relation = "Con" if n % 3 else "Chủ hộ"
        sex = "Nữ" if is_woman else "Nam"
        yield [n + 1, f"H{n // 3:05}", name, day, sex, digits, f"09{n:08}", f"Tổ {n % 100 + 1}", relation]


def _list(path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADING)
        for at, row in enumerate(rows(ROWS), start=1):
            sheet.write_row(at, 0, row)


def _inside() -> Figures:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from hocvu.ward import neighbourhoods
    from hocvu.ward.models import Person, Ward

    call_command("migrate", verbosity=0)
    ward = Ward.objects.create(code="1", slug="w", name="W", city="tỉnh")
    neighbourhoods.add(ward, neighbourhoods.numbered(ward, 1, 100), by=None)
    path = Path(settings.DATA_DIR) / "people.xlsx"
    _list(path)
    took = _take_in(path, ward)
    peak = _peak()
    kept = Person.objects.count()
    slow = _one_by_one(ward) * ROWS / ONE_BY_ONE
    return {
        "rows": ROWS,
        "people kept": kept,
        "taken in, s of processor": took,
        "peak memory, MB": peak,
        "one by one, s of processor, scaled": slow,
        "one by one against taken in, ratio": slow / took,
    }


def _take_in(path: Path, ward: Any) -> float:
    from hocvu.lib.sheets import open_book
    from hocvu.ward.importing import applying, taking

    began = time.process_time()
    content = path.read_bytes()
    sheets = open_book(content, path.name)
    judged = taking.judge(ward, sheets, taking.guess(sheets))
    applying.apply(judged, ward=ward, name=path.name, content=content, by=None)
    return time.process_time() - began


def _one_by_one(ward: Any) -> float:
    from django.db import transaction

    from hocvu.ward import register
    from hocvu.ward.models import Person, Residence

    began = time.process_time()
    with transaction.atomic():
        for n in range(ONE_BY_ONE):
            person = Person(ward=ward, full_name=f"Trần Văn Q{n}", plain_name=f"tran van q{n}")
            register.seal_number(person, f"0980{n:08}")
            register.seal_phone(person, f"08{n:08}")
            person.save()
            Residence.objects.create(person=person)
    return time.process_time() - began


def _peak() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(_inside()))
