"""What a reader's page needs of a version, made once when it goes out."""

from __future__ import annotations

from typing import Any

from hocvu.learning.models import LessonVersion
from hocvu.lib.blocks.dividing import parts_of


def draw(version: LessonVersion) -> dict[str, Any]:
    """The parts of a version as pages need them: {"parts": [{"id", "title", "checks"}]}."""
    parts = parts_of(version.blocks, version.title)
    return {"parts": [{"id": part.id, "title": part.title, "checks": part.checks} for part in parts]}
