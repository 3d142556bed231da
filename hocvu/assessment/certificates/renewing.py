"""A key was lost: what stands is signed anew, what was stolen is worth nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hocvu.assessment import certifying
from hocvu.assessment.certificates import keys, status
from hocvu.assessment.models import Certificate, SigningKey, StatusList
from hocvu.ward import audit
from hocvu.ward.models import Account

AT_ONCE = 500


@transaction.atomic
def compromised(key: SigningKey, *, since: datetime, why: str, by: Account | None) -> int:
    """Somebody else may hold a key since a moment: another signs from now on, every certificate that our records prove is
    signed anew under its code and name, and the lists of revocations too. Answers how many certificates.

    What is on paper stays right, since its code asks our records; who kept a file fetches it again.
    """
    fresh = keys.mark_compromised(key, since=since, why=why, by=by)
    done = _sign_anew(key, fresh)
    for row in StatusList.objects.filter(ward=fresh.ward):
        status.change(row)
    audit.record(by, "signed certificates anew", fresh, ward=fresh.ward, count=done)
    return done


def _sign_anew(key: SigningKey, fresh: SigningKey) -> int:
    """Those that were not revoked; a replaced or expired one too, so that its file says so rather than that it is bad."""
    rows = (
        Certificate.objects.select_for_update(of=("self",), no_key=True)
        .filter(key=key, revoked_at=None)
        .exclude(token="")
    )
    rows = rows.select_related("ward", "rule__ward", "status_list__ward").order_by("pk")
    waiting: list[Certificate] = []
    done = 0
    for one in rows.iterator(chunk_size=AT_ONCE):
        certifying.sign(one, fresh)
        waiting.append(one)
        if len(waiting) == AT_ONCE:
            done += _keep(waiting)
    return done + _keep(waiting)


def _keep(waiting: list[Certificate]) -> int:
    count = len(waiting)
    Certificate.objects.bulk_update(waiting, ("token", "key"))
    waiting.clear()
    return count
