"""The head of a running plan is filled in where the document had left it blank."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from hocvu.plan.models import Plan
from hocvu.ward import audit
from hocvu.ward.models import Account


@transaction.atomic
def amend(plan: Plan, *, title: str, number: str, date: date | None, issuer: str, signer: str, by: Account) -> Plan:
    """Change the plan's title, number, date, issuer or signer."""
    values = {"title": " ".join(title.split()), "number": number, "signed_on": date, "issuer": issuer, "signer": signer}
    changed = [name for name, value in values.items() if getattr(plan, name) != value]
    for name in changed:
        setattr(plan, name, values[name])
    if changed:
        plan.save(update_fields=changed)
        audit.record(by, "amended a plan", plan, fields=", ".join(changed))
    return plan
