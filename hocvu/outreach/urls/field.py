"""What devices keep: the page without a signal, the list, photos."""

from typing import Any

urlpatterns: list[Any] = []
