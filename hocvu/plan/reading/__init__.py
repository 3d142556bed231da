"""A plan document becomes targets, tasks, units and periods, each with its place in the file and its doubts.

`read_file` is the door: `files` starts a bounded `child`, which opens a .txt, .docx or .pdf, and `interpret` reads
there what it holds. Nothing here touches the database or the network.
"""

from __future__ import annotations

from hocvu.plan.reading.files import open_source, read_file

__all__ = ("open_source", "read_file")
