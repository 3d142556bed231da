"""Training of officials."""

from typing import Any

urlpatterns: list[Any] = []
