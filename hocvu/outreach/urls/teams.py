"""Teams, their members, the rules."""

from typing import Any

urlpatterns: list[Any] = []
