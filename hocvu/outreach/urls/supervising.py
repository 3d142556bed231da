"""Coverage, what waits, spot checks, files of queues, devices."""

from typing import Any

urlpatterns: list[Any] = []
