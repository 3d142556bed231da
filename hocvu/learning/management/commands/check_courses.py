from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hocvu.learning.files import COURSE, read_course
from hocvu.lib.drawings import clean_svg
from hocvu.lib.uploads import Refused


class Command(BaseCommand):
    help = "Read the courses under content/courses and say what is wrong with their files; writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folders", nargs="*", type=Path, help="folders of courses; all of them where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = options["folders"] or sorted(
            p.parent for p in (settings.ROOT / "content/courses").glob(f"*/{COURSE}")
        )
        faults = []
        for folder in folders:
            course = read_course(folder)
            faults += [f"{folder.name}: {fault}" for fault in course.all_faults]
            for lesson in course.lessons:
                for name, content in lesson.media.items():
                    if name.endswith(".svg"):
                        try:
                            clean_svg(content)
                        except Refused as refused:
                            faults.append(f"{folder.name}: {lesson.slug}/{name}: {refused}")
            self.stdout.write(f"{folder.name}: {len(course.lessons)} bài")
        if faults:
            raise CommandError("\n".join(faults))
