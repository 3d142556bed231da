"""Classes and gatherings, check-in, calendars."""

from typing import Any

urlpatterns: list[Any] = []
