"""What teams hold of a person who is a member with an account: told to them, taken out when they are erased.

Members who joined another row of the register need no moving: they hang on the account, which goes along by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hocvu.outreach.models import TeamMember
from hocvu.outreach.teams import FORGOTTEN
from hocvu.ward.models import Person


def tell(person: Person) -> Iterable[dict[str, Any]]:
    """In which teams the person was, from when to when."""
    for row in TeamMember.objects.filter(account__person=person).select_related("team"):
        yield {
            "Tổ": row.team.name,
            "Phần việc": row.get_part_display(),
            "Do nơi nào cử": row.comes_from,
            "Từ ngày": row.valid_from,
            "Đến hết ngày": row.valid_to,
        }


def forget(person: Person) -> int:
    """That somebody was in the team stays, who it was goes."""
    rows = TeamMember.objects.filter(account__person=person)
    return rows.update(account=None, full_name=FORGOTTEN, comes_from="")
