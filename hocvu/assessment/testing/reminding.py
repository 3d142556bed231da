"""A learner was told by which day a person has looked; whoever looks is reminded, and after that day their leader too."""

from __future__ import annotations

from collections import Counter

from django.urls import reverse

from hocvu.assessment.models import Suspicion
from hocvu.assessment.testing import suspecting
from hocvu.lib import clock
from hocvu.ward import notices
from hocvu.ward.models import Ward
from hocvu.ward.workdays import workdays


def remind() -> int:
    """Tell each ward once a working day of what is due today or late; answers of how many attempts."""
    calendar, today = workdays(), clock.today()
    if not calendar.is_working(today):
        return 0
    due: Counter[int] = Counter()
    late: Counter[int] = Counter()
    rows = Suspicion.objects.filter(state=Suspicion.State.OPEN, holds=True, attempt__passed=True).order_by("pk")
    for pk_of_ward, at in rows.values_list("attempt__ward", "at"):
        promised = calendar.after(clock.local_day(at), suspecting.LOOKED_AT_WITHIN)
        due[pk_of_ward] += promised <= today
        late[pk_of_ward] += promised < today
    for ward in Ward.objects.filter(pk__in=[pk for pk, count in due.items() if count]):
        _tell(ward, due[ward.pk], late[ward.pk])
    return due.total()


def _tell(ward: Ward, due: int, late: int) -> None:
    roles = (suspecting.REVIEWS, *((suspecting.REVIEWS_TOO,) if late else ()))
    words = f", {late} việc đã quá ngày hẹn với người học" if late else ", hôm nay là ngày hẹn với người học"
    notices.tell(
        [one for role in roles for one in notices.holders_of(ward, role)],
        key=f"held:{ward.pk}:{clock.today()}",
        text=f"{due} dấu hiệu chờ người xem mới cấp được giấy{words}.",
        href=f"{reverse('assessment:suspicions')}?giu=co",
        ward=ward,
    )
