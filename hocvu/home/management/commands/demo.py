"""Load the demo: a synthetic ward, the Hải An plan through the importer, and a year of its people's work."""

from __future__ import annotations

from argparse import ArgumentParser
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from hocvu.home import (
    demo_assessment,
    demo_field,
    demo_figures,
    demo_learning,
    demo_life,
    demo_means,
    demo_oversight,
    demo_people,
    demo_register,
    demo_reports,
    demo_signin,
    demo_ward,
)
from hocvu.lib import clock
from hocvu.plan.models import Plan
from hocvu.ward.models import Ward

PLAN = settings.ROOT / "content" / "plans" / "hai-an" / "ke-hoach-hai-an.txt"
STORIES = (demo_means.means, demo_oversight.oversight, demo_reports.reports)
PUBLISHED = clock.read_moment("2025-08-01T08:00")


class Command(BaseCommand):
    help = "Nạp phường minh họa: kế hoạch Hải An qua bộ đọc, và việc làm của một năm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-life", action="store_true", help="only the ward and its plan, no work on it")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Dữ liệu minh họa không nạp vào hệ thống thật.")
        if Ward.objects.filter(slug="hai-an").exists():
            self.stdout.write("Phường minh họa đã có, không nạp lại.")
            return
        call_command("load_frameworks", stdout=StringIO())  # lessons name levels and competences of them
        with transaction.atomic():  # all or nothing, and one flush to the disk instead of hundreds
            ward = demo_ward.found_ward()
            with clock.stopped_at(min(PUBLISHED, clock.now())):
                call_command("import_plan", str(PLAN), ward=ward.slug, by="dieuphoi", settle=True, stdout=StringIO())
            demo_people.hand_in(ward)  # today: a list that waits longer than a month is let go
            demo_register.live(ward)
            demo_signin.live(ward)
            if not options["no_life"]:
                demo_learning.live(ward)
                demo_assessment.live(ward)
            plan = Plan.objects.of(ward).get()
            acts = 0 if options["no_life"] else demo_life.live(plan, *STORIES)
            if not options["no_life"]:
                demo_field.live(ward)
                demo_figures.live(ward)
        self.stdout.write(
            f"Đã nạp {ward.title}: {plan.targets.count()} chỉ tiêu, {plan.tasks.count()} nhiệm vụ, {acts} việc đã làm."
        )
