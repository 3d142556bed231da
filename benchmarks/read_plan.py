"""Reading a plan into targets and tasks, in processor time, against only extracting the same file's text."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HAI_AN = ROOT / "content" / "plans" / "hai-an" / "ke-hoach-hai-an.txt"
TASKS = 200
TIMES = 5

Figures = dict[str, float | int | str]


def measure() -> Figures:
    """Hải An's text and a Word file of 200 tasks: milliseconds, and how many times the bare text costs."""
    figures = text_figures()
    with tempfile.TemporaryDirectory() as folder:
        figures |= word_figures(two_hundred_tasks(Path(folder) / "ke-hoach.docx"))
    return figures


def text_figures() -> Figures:
    from hocvu.plan.reading import read_file
    from hocvu.plan.reading.files import open_source

    bare = cost(lambda: open_source(HAI_AN))
    whole = cost(lambda: read_file(HAI_AN))
    return {
        "Hải An .txt: only its lines, ms": bare,
        "Hải An .txt: read, ms": whole,
        "Hải An .txt: ratio": whole / bare,
    }


def word_figures(path: Path) -> Figures:
    """The reader opens a Word file in a process of its own; that process is counted, the yardstick needs none."""
    from hocvu.plan.reading import read_file
    from hocvu.plan.reading.files import open_source

    plain = cost(lambda: plain_text(path))
    opened = cost(lambda: open_source(path))
    whole = cost(lambda: read_file(path))
    return {
        f"{TASKS} tasks .docx: plain python-docx text, ms": plain,
        f"{TASKS} tasks .docx: opened in its own process, ms": opened,
        f"{TASKS} tasks .docx: read, ms": whole,
        f"{TASKS} tasks .docx: ratio to plain text": whole / plain,
        f"{TASKS} tasks .docx: ratio to opened": whole / opened,
        f"{TASKS} tasks .docx: tasks found": len(read_file(path)[1].tasks),
    }


def cost(work: Callable[[], object]) -> float:
    """The least processor time of several runs in milliseconds, child processes included."""
    work()
    return min(_once(work) for _ in range(TIMES))


def _once(work: Callable[[], object]) -> float:
    before, runs = spent(), 0
    while runs == 0 or (spent() - before < 0.2 and runs < 50):
        work()
        runs += 1
    return (spent() - before) / runs * 1000


def spent() -> float:
    """Processor seconds of this process so far, and of the children it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def plain_text(path: Path) -> str:
    """What anyone writes first: every paragraph, every cell."""
    from docx import Document

    document = Document(str(path))
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(words)


def two_hundred_tasks(path: Path) -> Path:
    """A Word plan of exactly 200 tasks from the generator that tests the reader."""
    from tests.plans.as_docx import WordKnobs, as_docx
    from tests.plans.clerk import make
    from tests.plans.truth import Knobs

    truth = make(Knobs(seed=7, sections=6, tasks_per_section=150, targets_per_year=5))
    assert len(truth.tasks) >= TASKS
    return as_docx(replace(truth, tasks=truth.tasks[:TASKS]), path, WordKnobs())


def main(argv: Sequence[str]) -> int:
    """Print the figures as a table, or as JSON."""
    parser = argparse.ArgumentParser(prog="read_plan", description=__doc__)
    parser.add_argument("--json", action="store_true")
    figures = measure()
    if parser.parse_args(argv).json:
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return 0
    for what, figure in figures.items():
        print(f"{what:<56} {figure:>10.2f}" if isinstance(figure, float) else f"{what:<56} {figure:>10}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
