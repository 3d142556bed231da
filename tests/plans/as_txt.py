"""A plan as plain text: what is left when the file is printed to text and its table falls flat."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.plans.paper import Grid, NewPage, Para, SectionRow, TaskRow, TwoSides, set_out
from tests.plans.truth import PlanTruth, chance


@dataclass
class TextKnobs:
    """`seed` blank lines between lines or `tight`; wider or narrower cells; with pages or on one endless page."""

    seed: int = 0
    spacing: Literal["blank", "tight"] = "blank"
    narrow: bool = False
    pages: bool = True
    split_rows: bool = True


def as_txt(truth: PlanTruth, path: Path, knobs: TextKnobs) -> Path:
    """Write the plan as flattened text."""
    path.write_text(_Flattener(knobs).flatten(truth), encoding="utf-8")
    return path


WIDTHS = {"number": 8, "content": 34, "leads": 24, "coordinators": 15, "result": 22, "period": 12}


class _Flattener:
    def __init__(self, knobs: TextKnobs) -> None:
        self.knobs = knobs
        self.chance = chance(knobs.seed)
        self.out: list[str] = []
        self.room = 34
        self.page = 1
        self.starts_page = False

    def flatten(self, truth: PlanTruth) -> str:
        for block in set_out(truth):
            if isinstance(block, Para):
                self.paragraph(block)
            elif isinstance(block, TwoSides):
                self.two_sides(block)
            elif isinstance(block, NewPage):
                self.turn(always=True)
            else:
                self.grid(block)
        return "".join(self.out)

    # -- lines and pages ----------------------------------------------------

    @property
    def between(self) -> str:
        return " \n\n" if self.knobs.spacing == "blank" else "\n"

    def line(self, text: str, end: str | None = None) -> None:
        if self.starts_page and self.knobs.spacing == "blank":
            text = " " + text
        self.starts_page = False
        self.out.append(text + (self.between if end is None else end))
        self.room -= 1

    def turn(self, *, always: bool = False) -> None:
        """Begin a page: a page number in one of the ways it survives, or only a space before the next line."""
        self.page += 1
        self.room = self.chance.randrange(26, 40)
        if not (self.knobs.pages or always):
            return
        self.starts_page = False
        way = self.chance.randrange(3)
        if way == 0:
            self.out.append("\n")
            self.starts_page = True
        elif way == 1:
            self.out.append(f"\n\n\n{self.page}  \n\n")
        else:
            self.out.append(f"\f{self.page}\n" if self.knobs.spacing == "tight" else f"\n\n- {self.page} -\n\n")

    def paragraph(self, para: Para) -> None:
        for text in textwrap.wrap(para.text, self.chance.randrange(74, 84), break_on_hyphens=False):
            if self.room <= 0:
                self.turn()
            self.line(text)

    def two_sides(self, block: TwoSides) -> None:
        if "Nơi nhận:" in block.left or self.chance.random() < 0.4:
            for text in [*block.left, *block.right]:
                self.line(text)
            return
        for left, right in zip(block.left, block.right, strict=True):
            self.line(f"{left} {right}".strip())

    # -- the table ----------------------------------------------------------

    def wrap(self, cell: list[str], width: int) -> list[str]:
        lines: list[str] = []
        for text in cell:
            lines += textwrap.wrap(text, width, break_on_hyphens=self.chance.random() < 0.5, break_long_words=False)
        return lines

    def grid(self, grid: Grid) -> None:
        pinch = 0.8 if self.knobs.narrow else 1.0
        self.widths = [max(8, int(WIDTHS.get(key, 13) * pinch) + self.chance.randrange(-2, 4)) for key in grid.keys]
        self.head(grid)
        self.room = min(self.room, 24)
        for row in grid.rows:
            if isinstance(row, SectionRow):
                if self.room < 3:
                    self.turn_with_head(grid)
                for text in textwrap.wrap(f"{row.roman} {row.title}", 80):
                    self.line(text)
            else:
                self.task(grid, row)

    def turn_with_head(self, grid: Grid) -> None:
        if self.knobs.pages:
            self.turn()
            self.head(grid)
        else:
            self.room = 1000

    def head(self, grid: Grid) -> None:
        """The head row: labels of one line stand side by side, longer ones break as their column does."""
        waiting: list[str] = []
        for label, width in zip(grid.head, self.widths, strict=True):
            lines = textwrap.wrap(label, width)
            if len(lines) == 1:
                waiting.append(label)
                continue
            if waiting:
                self.line(" ".join(waiting), end=" \n" if self.knobs.spacing == "blank" else "\n")
                waiting = []
            for text in lines[:-1]:
                self.line(text)
            self.line(lines[-1], end=" \n" if self.knobs.spacing == "blank" else "\n")
        if waiting:
            self.line(" ".join(waiting))
        elif self.knobs.spacing == "blank":
            self.out.append("\n")

    def task(self, grid: Grid, row: TaskRow) -> None:
        cells = [self.wrap(cell, width) for cell, width in zip(row.cells, self.widths, strict=True)]
        height = max(len(cell) for cell in cells)
        if height > self.room:
            if self.knobs.split_rows and self.knobs.pages and self.room >= 2:
                upper = [cell[: self.room] for cell in cells]
                lower = [cell[self.room :] for cell in cells]
                self.cells(upper)
                self.turn_with_head(grid)
                self.cells(lower, blanks=False)
                return
            self.turn_with_head(grid)
        self.cells(cells)

    def cells(self, cells: list[list[str]], *, blanks: bool = True) -> None:
        """Cells one after another; an empty one leaves a space, or nothing."""
        blank = self.knobs.spacing == "blank"
        before = self.room
        for at, lines in enumerate(cells):
            if not lines:
                if blank and blanks and self.chance.random() < 0.7:
                    self.out.append(" ")
                continue
            for text in lines[:-1]:
                self.line(text)
            last = at == len(cells) - 1
            joined = at == 0 and self.chance.random() < 0.2
            end = " " if joined else (" \n" if blank and not last and self.chance.random() < 0.6 else None)
            self.line(lines[-1], end=end)
        self.room = before - max(len(lines) for lines in cells)
