"""Every address of the house, found in its URL patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One URL pattern: its name with its namespace, its route, its view, the names of its arguments."""

    name: str
    route: str
    view: Callable[..., Any]
    arguments: tuple[str, ...]

    @property
    def capability(self) -> str:
        """What the view's decorator declared; nothing where none did."""
        return str(getattr(self.view, "capability", ""))

    def __str__(self) -> str:
        return self.name or f"/{self.route}"


def every_address(urlconf: str | None = None) -> list[Address]:
    """All patterns, except the static files'."""
    return [
        address for address in _walk(get_resolver(urlconf)) if not f"/{address.route}".startswith(settings.STATIC_URL)
    ]


def _walk(
    resolver: URLResolver, route: str = "", namespaces: tuple[str, ...] = (), arguments: tuple[str, ...] = ()
) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        named = (*arguments, *_arguments(entry))
        if isinstance(entry, URLResolver):
            below = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry, here, below, named)
        else:
            name = ":".join((*namespaces, entry.name)) if entry.name else ""
            yield Address(name, here, entry.callback, named)


def _arguments(entry: URLPattern | URLResolver) -> tuple[str, ...]:
    converters = getattr(entry.pattern, "converters", None)
    return tuple(converters or entry.pattern.regex.groupindex)
