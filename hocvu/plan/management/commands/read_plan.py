"""Read a plan file and print what was read. Writes nothing."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from hocvu.plan.reading import read_file
from hocvu.plan.reading.shape import PlanReading, TaskRead, as_json
from hocvu.plan.reading.source import Refused


class Command(BaseCommand):
    help = "Đọc một tệp kế hoạch (.txt, .docx, .pdf) và in ra những gì đọc được; không ghi gì vào cơ sở dữ liệu."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="tệp kế hoạch")
        parser.add_argument("--json", action="store_true", help="in theo docs/schema/plan-reading.json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reading = read_file(options["file"])[1]
        except Refused as refusal:
            self.stderr.write(" ".join(str(refusal).split()))
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(reading), ensure_ascii=False, indent=1))
            return
        for line in summary(reading):
            self.stdout.write(line)


def summary(reading: PlanReading) -> Iterator[str]:
    """What was read, in words: first what it is, then how much, then what to look at."""
    plan = reading.plan
    yield f"Kế hoạch: {plan.title or 'chưa đọc được tên'}"
    yield f"Cơ quan ban hành: {plan.issuer or 'chưa rõ'}; số: {plan.number or 'để trống'}; ngày: {plan.date or 'để trống'}"
    yield f"Căn cứ: {', '.join(basis.number for basis in plan.legal_bases) or 'không có'}"
    for rule in plan.reports:
        yield f"Báo cáo: {rule.text}"
    yield f"Chỉ tiêu: {len(reading.targets)}"
    for target in reading.targets:
        yield f"  {target.year or '?'}  {target.comparator} {target.value:g} {target.unit}  {target.audience_text}"
    yield f"Nhiệm vụ trong phụ lục: {len(reading.tasks)}, trong {len(reading.sections)} mục"
    yield from (_task_line(task) for task in reading.tasks)
    yield f"Việc ở phần thân chưa có trong phụ lục: {len(reading.body_actions)}"
    yield from (f"  {action.section}  {action.text}" for action in reading.body_actions)
    yield f"Cần xem lại: {len(reading.doubts)}"
    for doubt in reading.doubts:
        where = f" (dòng {doubt.place.line})" if doubt.place.line else ""
        yield f"  {doubt.reason}{where}"


def _task_line(task: TaskRead) -> str:
    leads = "; ".join(unit.unit for unit in task.leads) or "chưa có đơn vị chủ trì"
    return f"  {task.number or '–'}. {task.content} [{leads}; {task.period.text or 'chưa rõ thời gian'}]"
