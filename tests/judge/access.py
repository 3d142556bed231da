"""Who is let in: every address declares it, and refuses everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.test import Client

from hocvu.ward.capabilities import CAPABILITIES, KNOWN, Role
from tests.judge.addresses import Address
from tests.judge.examples import Example, of_role, sends_to_sign_in, visitor

REFUSED = (403, 404, 405)
OPEN = ("public", "signed_in")


def faults_of_declaration(address: Address) -> Iterator[str]:
    """A view says who may open it, and says something that exists."""
    if not address.capability:
        yield f"{address}: the view declares no capability; use @needs(…), @signed_in or @public"
    elif address.capability not in KNOWN and address.capability not in OPEN:
        yield f"{address}: no role has the capability {address.capability!r}"


def faults_of_access(example: Example) -> Iterator[str]:
    """Strangers are sent to sign in, and roles without the right are refused, whether they read or post."""
    address = example.address
    if address.capability == "public":
        return
    for method in ("get", "post"):
        answer = getattr(visitor(None), method)(example.path)
        if not sends_to_sign_in(answer) and answer.status_code not in REFUSED:
            yield f"{address}: a stranger's {method.upper()} of {example.path} answers {answer.status_code}"
    if address.capability == "signed_in":
        return
    for role in Role:
        if address.capability in CAPABILITIES[role] or (visit := _someone(role)) is None:
            continue
        for method in ("get", "post"):
            status = getattr(visit, method)(example.path).status_code
            if status not in REFUSED:
                yield f"{address}: {role} has no {address.capability}, yet {method.upper()} answers {status}"


@cache
def _someone(role: Role) -> Client | None:
    """One browser of somebody of a role for the whole walk: whoever is refused leaves no trace in it."""
    account = of_role(role)
    return visitor(account) if account is not None else None
