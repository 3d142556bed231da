"""To what a question belongs: competences and levels of the frameworks in force, groups of people, in words."""

from __future__ import annotations

from collections.abc import Iterable

from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Competence, Framework, Level
from hocvu.learning.models.framework import FrameworkQuerySet
from hocvu.lib import clock

Pairs = list[tuple[str, str]]


def competences() -> Pairs:
    """Reference and words of every competence that holds a domain's place: domains themselves are no choice."""
    rows = Competence.objects.filter(framework__in=_in_force()).exclude(parent=None).select_related("framework")
    return list({one.reference: f"{one.reference} {one.title}" for one in rows}.items())


def levels() -> Pairs:
    """Code and words of every level of the working framework."""
    rows = Level.objects.filter(framework__in=_in_force().filter(kind=Framework.Kind.WORKING))
    return list({one.code: f"{one.code}: {one.title}" for one in rows.order_by("framework__code", "number")}.items())


def group_words(groups: Iterable[str]) -> str:
    """For whom a question is."""
    return ", ".join(GROUPS.get(group, group) for group in groups) or "mọi người"


def _in_force() -> FrameworkQuerySet:
    return Framework.objects.on(clock.today())
