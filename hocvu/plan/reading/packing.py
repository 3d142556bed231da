"""A `Source` as plain JSON values and back, for the pipe between the child that opens files and its parent."""

from __future__ import annotations

from typing import Any

from hocvu.plan.reading.source import Block, Cell, Line, Row, Source, Table


def pack(source: Source) -> dict[str, Any]:
    """Each line once, by position; cells and blocks refer to lines by their position."""
    at = {line.number: position for position, line in enumerate(source.lines)}

    def cell(value: Cell | None) -> list[int] | None:
        return None if value is None else [at[line.number] for line in value.lines]

    def block(value: Block) -> int | list[Any]:
        if isinstance(value, Line):
            return at[value.number]
        return [[row.page, [cell(each) for each in row.cells]] for row in value.rows]

    return {
        "kind": source.kind,
        "pages": source.pages,
        "lines": [[line.text, line.number, line.page] for line in source.lines],
        "blocks": [block(each) for each in source.blocks],
    }


def unpack(value: dict[str, Any]) -> Source:
    """The `Source` that was packed; equal to the original."""
    lines = tuple(Line(*each) for each in value["lines"])

    def row(page: int | None, cells: list[list[int] | None]) -> Row:
        return Row(tuple(None if c is None else Cell(tuple(lines[at] for at in c)) for c in cells), page)

    blocks: list[Block] = [
        lines[each] if isinstance(each, int) else Table(tuple(row(page, cells) for page, cells in each))
        for each in value["blocks"]
    ]
    return Source(value["kind"], tuple(blocks), value["pages"], lines)


def all_lines(blocks: list[Block]) -> tuple[Line, ...]:
    """Every line of the blocks, those inside tables too, in the order of their numbers."""
    found: list[Line] = []
    for block in blocks:
        if isinstance(block, Line):
            found.append(block)
        else:
            found += [line for row in block.rows for cell in row.cells if cell for line in cell.lines]
    return tuple(sorted(found, key=lambda line: line.number))
