"""What the room of learning does by itself."""

from __future__ import annotations

from datetime import datetime

from hocvu.learning import authoring
from hocvu.learning.media import sweeping  # noqa: F401 - its job declares itself
from hocvu.lib.schedule import every


@every("minutes", 5, title="Đăng bài học đã hẹn giờ", repeatable=True)
def publish_lessons(due: datetime) -> str:
    """Let the lessons whose moment has come go out."""
    return f"Đã đăng {authoring.publish_due(due)} bài."
