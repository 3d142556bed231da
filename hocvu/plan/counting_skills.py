"""Certificates fill the five targets of skills: who of a population can do it, by the certificate that says so.

As of a day a certificate counts that was issued by the end of that day, not revoked by then and not expired by then,
whatever happened to it later. So a revocation, for whichever reason, takes the person out from the day of the
revocation on, an expiry from the day of the expiry on; earlier days counted again come to what they came to, and a
closed year stays as it was frozen. One that gave way to a newer one counts on, unless the newer one was revoked: what
stood on the same result falls with it.

Which certificates count is the ward's own rule of that day (`plan.filling`): dated rows. A person of the population
counts once, however many certificates they have. Without a rule there is no figure, and never 0 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode

from hocvu.assessment.models import Certificate
from hocvu.lib.months import DAY, start_of
from hocvu.plan import filling, populations
from hocvu.plan.measures import Drill, Figure, Proof, bounded, measure
from hocvu.ward.models import Person, Ward

# Whose certificate it is today: of whoever the account stands for, and of the row that people were joined into.
HOLDER = Coalesce(
    F("account__person__merged_into"), F("account__person"), F("person__merged_into"), F("person")
)  # fmt: skip
# Somebody's certificates are found by their name, as on the desk.
HELD = Proof(
    lambda person: f"{reverse('assessment:certificates')}?{urlencode({'tim': person.full_name})}", "certificates.read"
)
NO_RULE = "chưa có quy định giấy nào tính cho chỉ tiêu này"
NO_LEVEL = "quy định giấy nào tính cho chỉ tiêu này nêu một mức không có trong các khung đã nạp"
VALID = (
    "Giấy phải còn giá trị cuối ngày được tính: giấy bị thu hồi thôi được đếm từ ngày thu hồi, giấy hết hạn thôi được "
    "đếm từ ngày hết hạn; số của những ngày trước đó và số của năm đã chốt không đổi. Giấy nào được tính do quy định có "
    "ngày hiệu lực của địa bàn; giấy ở mức cao hơn trong cùng khung cũng được tính."
)


@dataclass(frozen=True, slots=True)
class _Skill:
    """One target of skills: whose it is, in which words."""

    code: str
    population: str
    unit: str
    title: str
    who: str


_SKILLS = (
    _Skill(
        "officials_skilled",
        "officials",
        "người",
        "Cán bộ, công chức, viên chức có kỹ năng số",
        "người đang thuộc đơn vị khu vực công của địa bàn",
    ),
    _Skill(
        "secondary_pupils_skilled",
        "secondary_pupils",
        "em",
        "Học sinh trung học và sinh viên được trang bị kỹ năng số",
        "học sinh trung học và sinh viên đang học tại các trường của địa bàn",
    ),
    _Skill(
        "pupils_skilled",
        "pupils",
        "em",
        "Học sinh từ cấp tiểu học được trang bị kỹ năng số",
        "học sinh từ cấp tiểu học đang học tại các trường của địa bàn",
    ),
    _Skill(
        "adults_skilled",
        "adults",
        "người",
        "Người trưởng thành có kỹ năng số",
        "người từ đủ 18 tuổi đang cư trú",
    ),
    _Skill(
        "workers_skilled",
        "workers",
        "người",
        "Người lao động trong doanh nghiệp, hợp tác xã có kỹ năng số",
        "người đang làm tại doanh nghiệp, hợp tác xã của địa bàn",
    ),
)


def standing(code: str, ward: Ward, day: date) -> QuerySet[Certificate]:
    """The certificates that fill a measure as of a day; none without a rule."""
    fitting = filling.certificates_that_fill(ward, code, day)
    return Certificate.objects.none() if fitting is None else _standing(fitting, ward, day)


def _standing(fitting: Q, ward: Ward, day: date) -> QuerySet[Certificate]:
    end = _last_moment(day)
    rows = Certificate.objects.of(ward).standing_at(end).filter(fitting)
    return rows.exclude(superseded_by__revoked_at__lte=end).order_by()


def holders(code: str, ward: Ward, day: date) -> QuerySet[Certificate, Any]:
    """Whose they are: keys of people, each as often as they have certificates."""
    return _holders(standing(code, ward, day))


def _holders(rows: QuerySet[Certificate]) -> QuerySet[Certificate, Any]:
    return rows.annotate(holder=HOLDER).exclude(holder=None).values("holder")


def _last_moment(day: date) -> datetime:
    return start_of(day + DAY) - timedelta(microseconds=1)


def newest(ward: Ward) -> str:
    """Words that change with every certificate that is issued, replaced or revoked: figures are remembered under them."""
    told = Certificate.objects.of(ward).aggregate(
        issued=Count("pk"),
        revoked=Count("revoked_at"),
        replaced=Count("superseded_by"),
        last_issued=Max("issued_at"),
        last_revoked=Max("revoked_at"),
    )
    return "|".join(value.isoformat() if isinstance(value, datetime) else str(value) for value in told.values())


def why_dark(code: str, ward: Ward, day: date) -> str:
    """Why there is no figure on a day; "" where a rule holds that some certificate can meet."""
    if not filling.rules_on(ward, code, day).exclude(level="").exists():
        return NO_RULE
    return "" if filling.certificates_that_fill(ward, code, day) is not None else NO_LEVEL


def _population(code: str, ward: Ward, day: date) -> QuerySet[Person]:
    rows = populations.population(code).rows
    assert rows is not None
    found: QuerySet[Person] = rows(ward, day)
    return found


def _people(one: _Skill, *, are: bool) -> Callable[[Ward, date], QuerySet[Person]]:
    """Those of the population who hold a certificate that fills the measure, or who hold none."""

    def people(ward: Ward, day: date) -> QuerySet[Person]:
        held = Q(pk__in=holders(one.code, ward, day))
        return _population(one.population, ward, day).filter(held if are else ~held)

    return people


def _source(one: _Skill, ward: Ward, day: date, whole: str) -> str:
    """Where both parts are from: by which rules, over which total."""
    said = "; ".join(dict.fromkeys(rule.source for rule in filling.rules_on(ward, one.code, day) if rule.level))
    return f"Số đạt: giấy xác nhận trên hệ thống, theo {said}. Tổng số: {whole}"


def _register(one: _Skill) -> None:
    """Switch one measure on."""
    drill = Drill(
        lambda ward, day: _population(one.population, ward, day), _people(one, are=True), _people(one, are=False)
    )

    @measure(
        one.code,
        title=one.title,
        unit=one.unit,
        kind="counted",
        definition=f"Đếm {one.who} có giấy xác nhận đúng mức quy định, mỗi {one.unit} một lần dù có mấy giấy; chia cho tổng "
        f"số {one.who}. {VALID}",
        population=one.population,
        drill=drill,
        proof=HELD,
        stamp=newest,
        why_dark=lambda ward, day: why_dark(one.code, ward, day),
    )
    def count(ward: Ward, day: date) -> Figure | None:
        fitting = filling.certificates_that_fill(ward, one.code, day)
        if fitting is None:
            return None
        whole = populations.whole(ward, one.population, day)
        skilled = _population(one.population, ward, day).filter(pk__in=_holders(_standing(fitting, ward, day)))
        return bounded(skilled.count(), whole.value, _source(one, ward, day, whole.source), day, "counted")


for _one in _SKILLS:
    _register(_one)
