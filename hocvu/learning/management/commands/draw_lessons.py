"""Draw published lessons anew where their drawing is of an older release."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from hocvu.learning import reading
from hocvu.learning.models import LessonVersion


class Command(BaseCommand):
    help = "Vẽ lại các bài đang đăng khi bản mới của hệ thống vẽ khác trước; chạy lại không hại gì."

    def handle(self, *args: Any, **options: Any) -> None:
        """Pages draw an old lesson by themselves in the meantime, only more slowly."""
        count = 0
        for version in LessonVersion.objects.filter(state=LessonVersion.State.PUBLISHED).select_related("lesson"):
            if version.drawn.get("recipe") != reading.RECIPE:
                LessonVersion.objects.filter(pk=version.pk).update(drawn=reading.draw(version))
                count += 1
        self.stdout.write(f"{count} bài được vẽ lại.")
