"""From a hand-written paper, the two files that are handed in: the flat text and the Word file."""

from __future__ import annotations

import textwrap
from pathlib import Path

from docx import Document

HERE = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in (HERE / "papers").glob("*.paper")))


def paper(name: str) -> list[str]:
    """The lines of a paper."""
    return (HERE / "papers" / f"{name}.paper").read_text(encoding="utf-8").splitlines()


def cells(line: str) -> list[str]:
    """The cells of a table line, breaks still in them."""
    return [cell.strip() for cell in line.lstrip("|^= ").split("|")] if line.startswith("|=") else [
        cell.strip() for cell in line.removeprefix("|^").removeprefix("|").split("|")
    ]  # fmt: skip


def flat_text(name: str) -> str:
    """The plan as text: a blank line between lines, cells one under another, pages cutting the table."""
    out: list[str] = []
    head: list[str] = []
    for line in paper(name):
        if line.startswith("==="):
            out += ["", ""]
        elif line.startswith("+++"):
            out += ["", "", line.removeprefix("+++").strip() + "  ", *head]
        elif line.startswith("|^"):
            head = [" ".join(cells(line)).replace("¶", " \n\n")]
            out += head
        elif line.startswith("|="):
            out.append(" ".join(cells(line)))
        elif "||" in line:
            out += [side.strip() for side in line.split("||") if side.strip()]
        elif line.startswith("|"):
            out += [cell.replace("¶", " \n\n") for cell in cells(line)]
        else:
            out += textwrap.wrap(line, 80, break_on_hyphens=False, replace_whitespace=False, drop_whitespace=True)
    return "".join(f"{line} \n\n" for line in out)


def word_file(name: str, path: Path) -> Path:
    """The plan as .docx: letterhead and signature in tables without ruling, the appendix in a real one."""
    document = Document()
    table, sides = None, None
    for line in paper(name):
        sides = sides if "||" in line and not line.startswith("|^") else None
        if line.startswith("==="):
            document.add_page_break()
        elif line.startswith("+++"):
            continue
        elif line.startswith("|^"):
            names = cells(line)
            table = document.add_table(rows=1, cols=len(names), style="Table Grid")
            _fill(table.rows[0].cells, names)
        elif line.startswith("|=") and table is not None:
            roman, title = cells(line)
            row = table.add_row().cells
            _fill([row[0], row[1].merge(row[-1])], [roman, title])
        elif "||" in line:
            if sides is None:
                sides = document.add_table(rows=1, cols=2).rows[0].cells
            for cell, text in zip(sides, line.split("||"), strict=True):
                cell.add_paragraph(text.strip())
        elif line.startswith("|") and table is not None:
            _fill(table.add_row().cells, cells(line))
        else:
            document.add_paragraph(line)
    document.save(str(path))
    return path


def _fill(row: object, texts: list[str]) -> None:
    for cell, text in zip(row, texts, strict=True):  # type: ignore[call-overload]
        cell.text = text.replace("¶", " ")


if __name__ == "__main__":
    for each in NAMES:
        (HERE / f"{each}.txt").write_text(flat_text(each), encoding="utf-8")
