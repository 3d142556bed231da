"""Where files of lessons lie: in Django's default storage, by their content, so that the same file lies there once.

What came in and is still to be worked on lies apart, by the id of its medium; it goes when the work is over.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

KEPT, CAME = "hoc", "hoc-cho"


def put(content: bytes, ending: str, content_type: str, **more: Any) -> dict[str, Any]:
    """Keep bytes; gives the variant that says where they are: path, bytes, type and whatever else is known."""
    return _put(hashlib.sha256(content).hexdigest(), ContentFile(content), ending, content_type, more)


def put_file(path: Path, content_type: str, **more: Any) -> dict[str, Any]:
    """The same for a file of this machine, which is never whole in memory."""
    with path.open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
        made.seek(0)
        return _put(digest, File(made), path.suffix, content_type, more)


def _put(digest: str, content: File[bytes], ending: str, content_type: str, more: dict[str, Any]) -> dict[str, Any]:
    path = f"{KEPT}/{digest[:2]}/{digest}{ending}"
    if default_storage.exists(path) and default_storage.size(path) != content.size:
        default_storage.delete(path)  # a process died while it wrote this
    if not default_storage.exists(path):
        path = default_storage.save(path, content)
    return {"path": path, "bytes": content.size, "type": content_type, **more}


def came(media_id: UUID) -> str:
    """Where the bytes of a medium lie as they came, while it is worked on."""
    return f"{CAME}/{media_id}"


def take_in(media_id: UUID, upload: IO[bytes]) -> None:
    """Keep what came until it was worked on."""
    default_storage.delete(came(media_id))
    default_storage.save(came(media_id), File(upload))


def let_go(media_id: UUID) -> None:
    """What came is not needed any more."""
    default_storage.delete(came(media_id))
