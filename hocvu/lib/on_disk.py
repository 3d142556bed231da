"""A stored file as a file of this machine, for programs that can only read one of those."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from django.core.files.storage import Storage


@contextmanager
def on_disk(storage: Storage, name: str) -> Iterator[Path]:
    """The file itself where the storage keeps files here, else a copy that lasts as long as the block. Raises
    FileNotFoundError."""
    try:
        path: Path | None = Path(storage.path(name))
    except NotImplementedError:
        path = None
    if path is not None and path.is_file():
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PurePath(name).name
        with storage.open(name, "rb") as stored, copy.open("wb") as kept:
            shutil.copyfileobj(stored, kept)
        yield copy
