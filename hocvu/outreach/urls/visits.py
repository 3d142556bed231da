"""The list of households, visits, corrections; what is printed."""

from typing import Any

urlpatterns: list[Any] = []
