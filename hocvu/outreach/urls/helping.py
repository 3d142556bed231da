"""Help to people, needs."""

from typing import Any

urlpatterns: list[Any] = []
