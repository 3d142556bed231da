"""From results to a certificate, with no human step between."""

from __future__ import annotations

from hocvu.assessment.models import Certificate, TestRule
from hocvu.ward.models import Account


def award_if_earned(account: Account, rule: TestRule) -> Certificate | None:
    """Issue the certificate of a confirmation rule where its conditions are met; the one that stands where it was issued
    already, None where something is missing. Any number of calls at once make one certificate."""
    raise NotImplementedError
