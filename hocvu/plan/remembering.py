"""Figures are remembered until somebody does something: counting 100,000 people takes a second, asking takes none.

Every act that changes records leaves an entry in the trail, in the transaction of the act. A figure is therefore kept
under the number of the ward's newest entry and is counted anew after the next one; acts that change no record (signing
in, looking at people) do not count. What is remembered lives in the memory of one process.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

from hocvu.ward.models import AuditEntry, Ward

T = TypeVar("T")
KEPT_SECONDS = 24 * 3600
# Acts that never change what is counted. An act that is not named here makes every figure be counted anew.
QUIET = (
    "signed in",
    "failed to sign in",
    "changed the password",
    "changed where notices go",
    "saw people",
    "saw members",
    "saw help",
    "saw a person",
    "saw circumstances",
    "saw an identity number",
    "looked for a number",
    "took the register away",
    "took a person's data out",
    "took a signed report away",
    "saw certificates",
    "saw a certificate",
    "took certificates away",
    "took the list for VNeID away",
    "saw who registered for a class",
    "took the list of a session along",
    "took the list of households along",
    "looked for a household",
    "looked for a learner",
)


def remembered(
    what: str, ward: Ward, day: date, count: Callable[[], T], stamp: Callable[[Ward], str] | None = None
) -> T:
    """What `count` answers for a ward and a day, as long as nobody did anything that could change it. `stamp` tells of
    changes that leave no entry in the trail."""
    if not settings.REMEMBER_FIGURES:
        return count()
    key = f"figure:{what}:{ward.pk}:{day.isoformat()}:{newest_act(ward)}:{stamp(ward) if stamp else ''}"
    found = cache.get(key)
    if found is None:
        found = (count(),)  # in a tuple, so that None is remembered too
        cache.set(key, found, KEPT_SECONDS)
    answer: T = found[0]
    return answer


def newest_act(ward: Ward) -> int:
    """The number of the newest entry that may have changed something in a ward, or in the whole installation."""
    rows = AuditEntry.objects.exclude(action__in=QUIET)
    here = rows.filter(ward=ward).order_by("-sequence").values_list("sequence", flat=True).first()
    everywhere = rows.filter(ward=None).order_by("-sequence").values_list("sequence", flat=True).first()
    return max(here or 0, everywhere or 0)
