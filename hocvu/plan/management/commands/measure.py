"""Count a measure of a ward, or all of them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hocvu.lib import clock
from hocvu.lib.figures import number_words, percent_words
from hocvu.plan import drilling, measures
from hocvu.plan.measures import Figure, Measure
from hocvu.ward.models import Ward


class Command(BaseCommand):
    help = "Đếm một số liệu của một nơi (CODE), hoặc mọi số liệu (--all), tính đến một ngày."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", help="code of the measure")
        parser.add_argument("--all", action="store_true", help="every measure, also those that wait for records")
        parser.add_argument("--ward", required=True, help="code or slug of the ward")
        parser.add_argument("--as-of", type=date.fromisoformat, help="YYYY-MM-DD; today where it is left out")
        parser.add_argument("--by", choices=("neighbourhood",), help="the cells of each place too")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["code"]) == options["all"]:
            raise CommandError("Hãy cho một mã số liệu, hoặc --all để đếm mọi số liệu.")
        ward, day = _ward(options["ward"]), options["as_of"] or clock.today()
        if day > clock.today():
            raise CommandError("Ngày này chưa tới. Hãy chọn hôm nay hoặc một ngày đã qua.")
        wanted = measures.every_measure() if options["all"] else [_measure(options["code"])]
        found = [_told(one, ward, day, by=bool(options["by"])) for one in wanted]
        if options["json"]:
            self.stdout.write(json.dumps(found if options["all"] else found[0], ensure_ascii=False))
            return
        for one, told in zip(wanted, found, strict=True):
            self.stdout.write(f"{one.code}: {one.title}: {_in_words(one, told)}")


def _told(one: Measure, ward: Ward, day: date, *, by: bool) -> dict[str, Any]:
    figure = one.count(ward, day) if one.count else None
    told: dict[str, Any] = {
        "code": one.code,
        "numerator": figure.numerator if figure else None,
        "denominator": figure.denominator if figure else None,
        "kind": one.kind,
        "source": _source(one, figure, ward, day),
        "as_of": (figure.as_of if figure else day).isoformat(),
        "title": one.title,
        "unit": one.unit,
        "switched_on": one.is_on,
        "awaits": one.awaits,
    }
    if by:
        told["by_neighbourhood"] = [
            {
                "neighbourhood": cell.place.name if cell.place else None,
                "numerator": cell.numerator,
                "denominator": cell.denominator,
            }
            for cell in (drilling.by_neighbourhood(one, ward, day) if one.is_on else [])
        ]
    return told


def _source(one: Measure, figure: Figure | None, ward: Ward, day: date) -> str:
    if figure is not None:
        return figure.source
    return measures.why_dark(one, ward, day) or "chưa có hồ sơ nào tính đến ngày này"


def _in_words(one: Measure, told: dict[str, Any]) -> str:
    numerator, denominator = told["numerator"], told["denominator"]
    if numerator is None:
        return str(told["source"])
    if denominator is None:
        return f"{number_words(numerator)} {one.unit}, chưa có tổng số ({told['source']})"
    share = percent_words(numerator * 100 / denominator)
    return f"{number_words(numerator)}/{number_words(denominator)} {one.unit} = {share} ({told['source']})"


def _measure(code: str) -> Measure:
    found = measures.find(code)
    if found is None:
        known = ", ".join(one.code for one in measures.every_measure())
        raise CommandError(f"Không có số liệu {code}. Các mã có: {known}.")
    return found


def _ward(text: str) -> Ward:
    try:
        return Ward.objects.named(text)
    except Ward.DoesNotExist:
        raise CommandError(f"Không có nơi làm việc nào mã hoặc tên {text}.") from None
