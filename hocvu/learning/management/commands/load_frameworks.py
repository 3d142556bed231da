from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hocvu.learning.frameworks import keeping, written
from hocvu.learning.frameworks.saying import Said
from hocvu.lib.refusals import Refusal

VERDICTS = {"new": "nạp mới", "version": "nạp phiên bản mới", "same": "đã có, không đổi"}


class Command(BaseCommand):
    help = "Nạp các khung kỹ năng số từ content/frameworks. Phiên bản đã nạp không bị thay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, help="files; all of content/frameworks where none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        paths: Sequence[Path] = options["files"] or sorted((settings.ROOT / "content/frameworks").glob("*.yaml"))
        refused = []
        for name, said in in_turn([(path.name, written.read_file(path)) for path in paths]):
            verdict = keeping.judge(said).verdict
            try:
                keeping.load(said, by=None)
            except Refusal as refusal:
                refused.append(f"{name}: {refusal.sentence}")
            else:
                self.stdout.write(f"{said.called}: {VERDICTS[verdict]}")
        if refused:
            raise CommandError("\n".join(refused))


def in_turn(said: list[tuple[str, Said]]) -> list[tuple[str, Said]]:
    """Those that point at others after those: links need what they name."""
    codes = {one.code for _, one in said}

    def needs(one: Said) -> int:
        return len({link.other.partition("/")[0] for link in one.links} & codes)

    return sorted(said, key=lambda pair: needs(pair[1]))
