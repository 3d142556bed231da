"""Which certificate or milestone fills which measure: dated rows with their source, added and ended, never edited.

A row about certificates says three things. Its framework: a code ("hocvu") for every version of it, or one version
alone ("hocvu/1.0"). Its level, which means "from this level on": a certificate of a higher level of the same version
counts too, by the numbers that the framework gives its levels. Its group: whose certificates, or everybody's; one that
was issued for everybody counts for each group. Several rows that hold on a day add to one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from hocvu.learning.models import Framework
from hocvu.lib.refusals import Refusal
from hocvu.plan import measures
from hocvu.plan.learning_of_groups import GROUPS
from hocvu.plan.models import FillRule, Target
from hocvu.ward import audit
from hocvu.ward.models import Account, Ward

# The measures that certificates fill.
SKILLS = ("officials_skilled", "secondary_pupils_skilled", "pupils_skilled", "adults_skilled", "workers_skilled")
ANY_VERSION = "mọi phiên bản"


def rules_on(ward: Ward, measure: str, day: date) -> QuerySet[FillRule]:
    """The rules of a measure that hold on a day; the rooms of certificates and milestones count by them."""
    rows = FillRule.objects.filter(ward=ward, measure=measure, valid_from__lte=day)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=day))


# ---- What a rule about certificates means


@dataclass(frozen=True, slots=True)
class Offer:
    """A level of a framework that a rule may name, and how a page says it."""

    framework: str  # "hocvu" or "hocvu/1.0"
    level: str
    words: str


def offers() -> list[Offer]:
    """Every level from which certificates may count: of each framework that is loaded, for all its versions and for
    each alone. One whose levels are not known is not offered."""
    found: dict[tuple[str, str], Offer] = {}
    for framework in _loaded():
        for version in ("", framework.version):
            reference = _reference(framework.code, version)
            for level in framework.levels.all():
                said = f"Từ {level.title} ({level.code}) trở lên, {framework.title}, {_version_words(version)}"
                found.setdefault((reference, level.code), Offer(reference, level.code, said))
    return sorted(found.values(), key=lambda offer: ("/" in offer.framework, offer.framework))


def offer_of(rule: FillRule, known: Iterable[Offer]) -> Offer | None:
    """The level that a rule names, among those known; None where no framework has it, as with rules of before."""
    return next((one for one in known if (one.framework, one.level) == (rule.framework, rule.level)), None)


def certificates_that_fill(ward: Ward, measure: str, day: date) -> Q | None:
    """What a certificate must be to count for a measure on a day; None where no rule names a level that is known."""
    rules = list(rules_on(ward, measure, day).exclude(level=""))
    frameworks = _loaded(rule.framework.partition("/")[0] for rule in rules) if rules else []
    fitting = None
    for rule in rules:
        for levels in _levels(rule, frameworks):
            fits = levels & _groups(rule)
            fitting = fits if fitting is None else fitting | fits
    return fitting


def _levels(rule: FillRule, frameworks: list[Framework]) -> Iterator[Q]:
    """Certificates of the rule's level and of those above it, version by version."""
    code, _, version = rule.framework.partition("/")
    for framework in frameworks:
        if framework.code == code and version in ("", framework.version):
            above = _from(framework, rule.level)
            if above:
                yield Q(framework=code, framework_version=framework.version, level__in=above)


def _from(framework: Framework, level: str) -> list[str]:
    """The codes of a level and of all above it."""
    numbers = {one.code: one.number for one in framework.levels.all()}
    return [code for code, number in numbers.items() if level in numbers and number >= numbers[level]]


def _groups(rule: FillRule) -> Q:
    groups, _ = GROUPS.get(rule.group, ((), ""))
    return Q(group__in=(*groups, "")) if rule.group else Q()


def _loaded(codes: Iterable[str] | None = None) -> list[Framework]:
    """The frameworks whose levels are known, the newest version of each first."""
    rows = Framework.objects.exclude(content=Framework.Content.MISSING).exclude(levels=None).distinct()
    rows = rows if codes is None else rows.filter(code__in=set(codes))
    return list(rows.prefetch_related("levels"))


def _reference(code: str, version: str) -> str:
    return f"{code}/{version}" if version else code


def _version_words(version: str) -> str:
    return f"bản {version}" if version else ANY_VERSION


# ---- Acts


@transaction.atomic
def add(
    ward: Ward,
    *,
    measure: str,
    group: str,
    level: str,
    framework: str,
    milestone: str,
    source: str,
    valid_from: date,
    by: Account | None,
) -> FillRule:
    """What counts from a day on."""
    if measures.find(measure) is None:
        raise Refusal("Cách đếm này không có. Hãy chọn lại.", "measure")
    if not (level or milestone):
        raise Refusal("Hãy chọn mức của giấy xác nhận, hoặc ghi một mốc.", "level")
    if level and milestone:
        raise Refusal("Mỗi quy định chỉ nói một điều: một mức của giấy xác nhận, hoặc một mốc.", "milestone")
    if level:
        _refuse_unsound(measure, group, level, framework)
    row = FillRule.objects.create(
        ward=ward, measure=measure, group=group, level=level, framework=framework if level else "", milestone=milestone,
        source=source, valid_from=valid_from, decided_by=by,
    )  # fmt: skip
    audit.record(by, "decided what fills a target", row, ward=ward)
    return row


def _refuse_unsound(measure: str, group: str, level: str, framework: str) -> None:
    """Raise Refusal where a rule about certificates could fill nothing."""
    if measure not in SKILLS:
        raise Refusal("Số liệu này không đếm bằng giấy xác nhận. Hãy để trống mức và ghi một mốc.", "level")
    if not framework:
        raise Refusal("Mức nằm trong khung nào? Hãy chọn lại trong danh sách.", "level")
    if not any((one.framework, one.level) == (framework, level) for one in offers()):
        raise Refusal(f"Khung {framework} đã nạp không có mức {level}. Hãy chọn lại trong danh sách.", "level")
    if group and group not in GROUPS:
        words = dict(Target.Audience.choices).get(group, group)
        raise Refusal(f"Giấy xác nhận không cấp cho {words}. Hãy chọn nhóm khác.", "group")


@transaction.atomic
def end(row: FillRule, *, day: date, by: Account | None) -> None:
    """It holds up to the day before this one."""
    if row.valid_to is not None:
        raise Refusal(f"Quy định này đã thôi từ sau ngày {row.valid_to:%d/%m/%Y}.", "day")
    if day <= row.valid_from:
        raise Refusal(f"Hãy ghi một ngày sau {row.valid_from:%d/%m/%Y}.", "day")
    row.valid_to = day - timedelta(days=1)
    row.save(update_fields=("valid_to",))
    audit.record(by, "ended what fills a target", row, ward=row.ward)
