"""The process that opens and reads a plan file, so that a hostile file can hurt nothing but itself.

Run as `python -m hocvu.plan.reading.child FILE KIND [read]`. It bounds its own memory and processor time, forbids
itself the network and other programs, and writes JSON lines: {"page": 3, "of": 40} while it works, at last
{"source": …, "reading": …} or {"refused": "…"}. It must start fast: Django is not imported.
"""

from __future__ import annotations

import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from hocvu.plan.reading import guard, packing
from hocvu.plan.reading.interpret import interpret
from hocvu.plan.reading.shape import as_json
from hocvu.plan.reading.source import Refused, Source
from hocvu.plan.reading.textfile import open_text

MEMORY = 512 * 1024 * 1024
SECONDS = 9  # of the processor, where the platform can count them

_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.startfile", "urllib.")


def main(path: Path, kind: str, *, read: bool = False) -> None:
    """Open the file within the bounds, read it where that is asked, and tell the parent what came of it."""
    bound()
    try:
        source = _opened(path, kind)
        told: dict[str, Any] = {"source": packing.pack(source)}
        if read:
            told["reading"] = as_json(interpret(source))
    except Refused as refusal:
        told = {"refused": str(refusal)}
    except (MemoryError, RecursionError):
        told = {"refused": guard.TOO_SLOW}
    except (zipfile.BadZipFile, zlib.error, ParseError, EOFError, KeyError, UnicodeError):
        told = {"refused": guard.BROKEN}
    tell(told)


def _opened(path: Path, kind: str) -> Source:
    if kind == "txt":
        return open_text(path)
    if kind == "docx":
        from hocvu.plan.reading.wordfile import open_word

        return open_word(path)
    from hocvu.plan.reading.pdffile import open_pdf

    return open_pdf(path, told=lambda page, of: tell({"page": page, "of": of}))


def tell(what: dict[str, Any]) -> None:
    """One line of JSON to the parent, at once."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def bound() -> None:
    """Limit memory and processor time where the platform can, and forbid the world outside everywhere."""
    sys.addaudithook(_stay_home)
    try:
        import resource
    except ImportError:  # Windows: the guards on sizes and the parent's clock remain
        return
    _limit(resource, resource.RLIMIT_AS, MEMORY)
    _limit(resource, resource.RLIMIT_CPU, SECONDS)
    _limit(resource, resource.RLIMIT_CORE, 0)


def _limit(resource: Any, what: int, most: int) -> None:
    try:
        resource.setrlimit(what, (most, most + 1))  # the softer one first, so that its signal tells why
    except (ValueError, OSError):  # some platforms know a limit but do not let it be set
        return


def _stay_home(event: str, _: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is forbidden while a file is read")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], read="read" in sys.argv[3:])
