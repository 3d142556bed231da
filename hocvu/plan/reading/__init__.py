"""A plan document becomes targets, tasks, units and periods, each with its place in the file and its doubts.

`read_file` is the door: `files` opens a .txt, .docx or .pdf, `interpret` reads what it holds. Nothing here
touches the database or the network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hocvu.plan.reading.files import open_source
from hocvu.plan.reading.interpret import interpret
from hocvu.plan.reading.shape import PlanReading
from hocvu.plan.reading.source import Source


def read_file(path: Path | str, told: Callable[[int, int], None] | None = None) -> tuple[Source, PlanReading]:
    """Open a plan file and read it. Raises `Refused`, with one Vietnamese sentence, when it cannot be opened.

    `told` hears of each page opened (page, pages in all).
    """
    source = open_source(path, told)
    return source, interpret(source)
