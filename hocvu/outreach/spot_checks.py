"""Some visits are asked about again, by somebody of another role: whether the household says the same.

Drawn of a month's visits at which somebody was met and that stand (a household that wished to hear nothing is left in
peace): so many of each team as the rule says, at least one. The draw is no chance and no choice: a digest under a key
of the server orders the visits, so that it comes out the same for everybody and no device can foresee it. What agrees is
told by month with its interval, never by person.
"""

from __future__ import annotations

import hmac
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.lib.refusals import Refusal
from hocvu.lib.text import nfc
from hocvu.outreach import rules, teams
from hocvu.outreach.models import SpotCheck, Visit
from hocvu.ward import audit, keys, notices
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Ward

Result = SpotCheck.Result
ANSWERS = (Result.AGREES, Result.DIFFERS)
MET = (Visit.Outcome.INFORMED, Visit.Outcome.LATER)
NORMAL = 1.959963984540054  # the quantile of 95 %


# ---- Drawing


@transaction.atomic
def draw(ward: Ward, month: Month, *, by: Account | None) -> int:
    """Draw what a month still lacks; drawing again adds only for visits that came late. Answers how many are new."""
    Ward.objects.select_for_update(no_key=True).get(pk=ward.pk)  # one draw at a time
    rule = rules.rule(ward, rules.Code.SPOT_CHECK, month.last)
    known = Counter[int | None](_of_month(ward, month).values_list("visit__team", flat=True))
    rows = Visit.objects.of(ward).filter(happened_on__gte=month.first, happened_on__lte=month.last, outcome__in=MET)
    rows = rows.exclude(household=None).standing().order_by()
    found: dict[int | None, list[tuple[UUID, bool]]] = defaultdict(list)
    for pk, team, spot in rows.values_list("pk", "team", "spot_check"):
        found[team].append((pk, spot is not None))
    chosen: list[UUID] = []
    for of_team, visits in found.items():
        quota = max(rule["least"], math.ceil(len(visits) * rule["percent"] / 100))
        left = sorted((pk for pk, is_drawn in visits if not is_drawn), key=lambda pk: _order(month, pk))
        chosen += left[: max(0, quota - known[of_team])]
    today = clock.today()
    SpotCheck.objects.bulk_create(SpotCheck(visit_id=pk, drawn_on=today) for pk in chosen)
    if chosen:
        audit.record(by, "drew visits to ask about again", ward, month=str(month), count=len(chosen))
        notices.tell(
            notices.holders_of(ward, Role.COORDINATOR), key=f"spot_checks:{ward.pk}:{month}:{today}", ward=ward,
            text=f"Có {len(chosen)} lượt thăm {month.words} cần hỏi lại hộ.", href="/di-tung-ngo/kiem-tra-lai/",
        )  # fmt: skip
    return len(chosen)


def _order(month: Month, visit: UUID) -> bytes:
    return hmac.digest(keys.keyring().index, f"spot_check:{month}:{visit}".encode(), "sha256")


def _of_month(ward: Ward, month: Month) -> QuerySet[SpotCheck]:
    return SpotCheck.objects.filter(
        visit__ward=ward, visit__happened_on__gte=month.first, visit__happened_on__lte=month.last
    )


def draw_all(month: Month) -> int:
    """Draw a month in every ward."""
    return sum(draw(ward, month, by=None) for ward in Ward.objects.order_by("pk"))


# ---- What the household says


@transaction.atomic
def record(spot: SpotCheck, *, result: str, note: str, by: Account) -> None:
    """Write down what the household says. Never by the team itself nor by whoever made or brought the visit. Asked once
    more, it may say otherwise: then with a reason, and what it said before stays readable."""
    held = SpotCheck.objects.select_for_update(of=("self",), no_key=True).select_related("visit__ward").get(pk=spot.pk)
    if (words := objection(held, by)) is not None:
        raise Refusal(words)
    note = " ".join(nfc(note).split())[:300]
    if result not in Result.values:
        raise Refusal("Hãy chọn hộ nói thế nào.", "result")
    if result == Result.DIFFERS and not note:
        raise Refusal("Hãy ghi khác ở chỗ nào. Không ghi tên người.", "note")
    if held.result in ANSWERS and not note:
        raise Refusal("Lần trước hộ đã trả lời. Hãy ghi vì sao hỏi lại, hộ nói gì. Không ghi tên người.", "note")
    if held.result:
        held.earlier = [*held.earlier, _answer(held)]
    held.result, held.note, held.checked_by, held.checked_at = result, note, by, clock.now()
    held.kept_why, held.kept_by, held.kept_at = "", None, None
    held.save()
    audit.record(by, "asked a household about a visit again", held.visit, ward=held.visit.ward, result=result)
    if result == Result.DIFFERS:
        notices.tell(
            notices.holders_of(held.visit.ward, Role.COORDINATOR), key=f"spot_check.differs:{held.pk}",
            ward=held.visit.ward, text="Một lượt thăm được hỏi lại, hộ nói khác với đã ghi.",
            href="/di-tung-ngo/can-xem/",
        )  # fmt: skip


def _answer(held: SpotCheck) -> dict[str, str]:
    return {"at": (held.checked_at or clock.now()).isoformat(), "result": held.result, "note": held.note}


@transaction.atomic
def let_stand(spot: SpotCheck, *, why: str, by: Account) -> None:
    """Somebody looked at what differs, and the visit counts as it is. What the household said stays, and is told so."""
    held = SpotCheck.objects.select_for_update(of=("self",), no_key=True).select_related("visit__ward").get(pk=spot.pk)
    if (words := objection(held, by)) is not None:
        raise Refusal(words)
    if held.result != Result.DIFFERS or held.kept_at is not None:
        raise Refusal("Lượt này không còn chờ xem. Hãy tải lại trang.")
    why = " ".join(nfc(why).split())[:300]
    if not why:
        raise Refusal("Hãy ghi vì sao lượt thăm vẫn đúng. Không ghi tên người.", "why")
    held.kept_why, held.kept_by, held.kept_at = why, by, clock.now()
    held.save(update_fields=("kept_why", "kept_by", "kept_at"))
    audit.record(by, "let a visit stand that a household told otherwise", held.visit, ward=held.visit.ward, why=why)


def objection(spot: SpotCheck, by: Account) -> str | None:
    """Why somebody may not ask about this visit; None where they may."""
    visit = spot.visit
    if by.pk in (visit.made_by_id, visit.brought_by_id):
        return "Người đã ghi lượt thăm không tự hỏi lại. Hãy để người khác hỏi."
    days = (clock.today(), visit.happened_on)
    if visit.team_id is not None and any(teams.teams_of(by, day).filter(pk=visit.team_id).exists() for day in days):
        return "Người trong tổ không hỏi lại lượt thăm của tổ mình. Hãy để người ngoài tổ hỏi."
    return None


def differing(ward: Ward) -> QuerySet[SpotCheck]:
    """What a household told otherwise, as long as the visit still counts as it was recorded and nobody decided that it
    shall."""
    standing = Visit.objects.of(ward).filter(spot_check__result=Result.DIFFERS).standing()
    rows = SpotCheck.objects.filter(visit__in=standing, result=Result.DIFFERS, kept_at=None)
    return rows.select_related("visit__team")


# ---- How often it agrees


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of a month: how many were drawn, asked, and agree; the share with its interval of 95 %."""

    month: Month
    drawn: int
    asked: int
    agrees: int

    @property
    def share(self) -> float | None:
        """Of those who could be asked, in per cent."""
        return self.agrees * 100 / self.asked if self.asked else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between what the share of the whole month likely lies, in per cent."""
        if not self.asked:
            return None
        low, high = wilson(self.agrees, self.asked)
        return low * 100, high * 100


def agreement(rows: QuerySet[SpotCheck]) -> list[Agreement]:
    """By the month of the visits, the newest first; one question."""
    asked = Count("pk", filter=Q(result__in=ANSWERS))
    grouped = rows.order_by().values(month=TruncMonth("visit__happened_on")).annotate(
        drawn=Count("pk"), asked=asked, agrees=Count("pk", filter=Q(result=Result.AGREES))
    )  # fmt: skip
    told = (Agreement(Month.of(row["month"]), row["drawn"], row["asked"], row["agrees"]) for row in grouped)
    return sorted(told, key=lambda one: one.month, reverse=True)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The score interval of 95 % of a share (Wilson, J. Am. Stat. Assoc. 22, 1927), sound for few and for all.

    >>> [round(bound, 3) for bound in wilson(9, 10)]
    [0.596, 0.982]
    """
    share, square = hits / of, NORMAL * NORMAL
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = NORMAL * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def months(rows: Iterable[Agreement]) -> list[tuple[str, str]]:
    """The months that were drawn, for a filter."""
    return [(str(one.month), one.month.words) for one in rows]
