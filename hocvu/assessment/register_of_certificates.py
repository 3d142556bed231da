"""The certificates that a ward issued, for its desk: which stand, and what one of them rests on.

A name of somebody stands on these pages, so each look and each file that leaves is in the trail. What somebody
answered in a test is not here: only how many, how well and how sure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from hocvu.assessment.certificates import codes
from hocvu.assessment.models import Attempt, Certificate, PracticeConfirmation, Revocation
from hocvu.learning.groups import GROUPS
from hocvu.learning.models import Framework, Level
from hocvu.lib.figures import number_words, percent_words
from hocvu.lib.marks import Mark
from hocvu.lib.months import DAY, start_of
from hocvu.lib.text import fold, nfc
from hocvu.ward.models import Membership

NOBODY = "người đã xóa dữ liệu"
STATES = (
    ("con", "Còn giá trị"),
    ("doi", "Chờ người thứ hai thu hồi"),
    ("thu", "Đã thu hồi"),
    ("het", "Hết giá trị"),
    ("thay", "Đã thay bằng giấy mới"),
)
ORDERS = (
    ("cu", "Cấp trước lên đầu"),
    ("ten", "Theo tên"),
    ("han", "Sắp hết giá trị lên đầu"),
    ("ma", "Theo mã"),
)
Fact = tuple[str, str]


def with_holders(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Certificates with all that a list says of them; a fixed number of questions."""
    rows = rows.select_related("person__household__neighbourhood", "account", "rule", "superseded_by")
    return rows.prefetch_related("revocations")


def holder_of(certificate: Certificate) -> str:
    """Whose it is, by the register of today."""
    if certificate.person is not None:
        return certificate.person.full_name
    return certificate.account.full_name if certificate.account is not None else NOBODY


# ---- State


def state_of(certificate: Certificate, moment: datetime) -> Mark:
    """How it stands at a moment. Asks nothing where the revocations were fetched."""
    if certificate.revoked_at is not None and certificate.revoked_at <= moment:
        return Mark("Đã thu hồi", "bad")
    if any(row.state == Revocation.State.PROPOSED for row in certificate.revocations.all()):
        return Mark("Chờ người thứ hai thu hồi", "slow")
    newer = certificate.superseded_by
    if newer is not None and newer.issued_at <= moment:
        return Mark("Đã thay bằng giấy mới", "none")
    return Mark("Hết giá trị", "none") if certificate.valid_until <= moment else Mark("Còn giá trị", "good")


def in_state(rows: QuerySet[Certificate], state: str, moment: datetime) -> QuerySet[Certificate]:
    """Those in one state, told apart as `state_of` does."""
    revoked = Q(revoked_at__lte=moment)
    if state == "thu":
        return rows.filter(revoked)
    rows = rows.exclude(revoked)
    open_ones = Revocation.objects.filter(state=Revocation.State.PROPOSED).values("certificate")
    if state == "doi":
        return rows.filter(pk__in=open_ones)
    rows = rows.exclude(pk__in=open_ones)
    replaced = Q(superseded_by__issued_at__lte=moment)
    if state == "thay":
        return rows.filter(replaced)
    rows = rows.exclude(replaced)
    return rows.filter(valid_until__lte=moment) if state == "het" else rows.filter(valid_until__gt=moment)


# ---- Finding


def named(rows: QuerySet[Certificate], query: str) -> QuerySet[Certificate]:
    """Those of somebody by this name, in the register or on the account, or by their code as it is printed."""
    by_account = Q(account__full_name__icontains=nfc(query)) | Q(account__in=_unregistered(rows, fold(query)))
    return rows.filter(Q(person__plain_name__contains=fold(query)) | by_account | Q(code=codes.read(query) or query))


def _unregistered(rows: QuerySet[Certificate], plain: str) -> list[int]:
    """Accounts of nobody in the register whose name says this without marks. An account keeps no plain name, and those
    that hold a certificate before they are known are few, so they are read."""
    held = rows.order_by().filter(person=None, account__isnull=False).values_list("account", "account__full_name")
    return [pk for pk, name in held.distinct() if pk is not None and plain in fold(name)]


def of_unit(rows: QuerySet[Certificate], unit: str, memberships: QuerySet[Membership]) -> QuerySet[Certificate]:
    """Those of the members of a unit."""
    return rows.filter(person__in=memberships.order_by().filter(unit=int(unit)).values("person"))


def of_class(rows: QuerySet[Certificate], name: str, memberships: QuerySet[Membership]) -> QuerySet[Certificate]:
    """Those of the members of a class or a group."""
    return rows.filter(person__in=memberships.order_by().filter(group=name).values("person"))


def units_of(rows: QuerySet[Certificate], memberships: QuerySet[Membership]) -> list[tuple[str, str]]:
    """The units whose members hold some of these."""
    found = memberships.filter(person__in=rows.order_by().values("person")).order_by("unit__name")
    return [(str(pk), name) for pk, name in found.values_list("unit", "unit__name").distinct()]


def classes_of(rows: QuerySet[Certificate], memberships: QuerySet[Membership]) -> list[tuple[str, str]]:
    """The classes and groups whose members hold some of these."""
    found = memberships.filter(person__in=rows.order_by().values("person")).exclude(group="").order_by("group")
    return [(name, name) for name in found.values_list("group", flat=True).distinct()]


def issued_from(rows: QuerySet[Certificate], day: date) -> QuerySet[Certificate]:
    """Those issued on a day or later."""
    return rows.filter(issued_at__gte=start_of(day))


def issued_up_to(rows: QuerySet[Certificate], day: date) -> QuerySet[Certificate]:
    """Those issued up to the end of a day."""
    return rows.filter(issued_at__lt=start_of(day + DAY))


def in_order(rows: QuerySet[Certificate], order: str) -> QuerySet[Certificate]:
    """Otherwise than the newest first."""
    orders = {
        "cu": ("issued_at", "pk"),
        "ten": ("person__plain_name", "pk"),
        "han": ("valid_until", "pk"),
        "ma": ("code",),
    }
    return rows.order_by(*orders[order])


def levels_of(rows: QuerySet[Certificate]) -> list[tuple[str, str]]:
    """The levels that these confirm, as "framework/level", with their titles where the framework is loaded."""
    pairs = rows.order_by("framework", "level").values_list("framework", "level").distinct()
    titles = dict[tuple[str, str], str]()
    for code, level, title in Level.objects.order_by("framework__valid_from").values_list(
        "framework__code", "code", "title"
    ):
        titles[code, level] = title
    return [(f"{code}/{level}", f"{titles.get((code, level), 'Mức')} ({level}), {code}") for code, level in pairs]


def at_level(rows: QuerySet[Certificate], reference: str) -> QuerySet[Certificate]:
    """Those of one level of a framework."""
    code, _, level = reference.partition("/")
    return rows.filter(framework=code, level=level)


def group_words(certificate: Certificate) -> str:
    """For whom the test was."""
    return GROUPS.get(certificate.group, "mọi người")


# ---- What one rests on


@dataclass(frozen=True, slots=True)
class Practice:
    """Something that was seen done: what, where, when, by whom; taken back later or not."""

    title: str
    where: str
    at: datetime
    by: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that stands behind a certificate, part by part; a part that is no longer there is empty."""

    attempt: Sequence[Fact]
    practice: Sequence[Practice]
    rule: Sequence[Fact]
    said: Sequence[Fact]
    signature: Sequence[Fact]
    revocations: Sequence[Revocation]


def grounds_of(certificate: Certificate) -> Grounds:
    """What a certificate rests on, opened down."""
    return Grounds(
        attempt=_attempt_facts(certificate.attempt) if certificate.attempt else (),
        practice=list(_practice(certificate)),
        rule=_rule_facts(certificate),
        said=[(str(one.get("name", "")), str(one.get("words", ""))) for one in certificate.details.get("evidence", [])],
        signature=_signature_facts(certificate),
        revocations=list(certificate.revocations.select_related("proposed_by", "decided_by")),
    )


def _attempt_facts(attempt: Attempt) -> list[Fact]:
    """How a test went, in numbers; no question and no answer."""
    ended = attempt.ended_at
    minutes = f", {round((ended - attempt.began_at).total_seconds() / 60)} phút" if ended else ""
    facts = [
        ("Bài kiểm tra", str(attempt.frozen.get("title") or attempt.get_kind_display())),
        ("Làm lúc", f"{timezone.localtime(attempt.began_at):%d/%m/%Y %H:%M}{minutes}"),
        ("Cách làm", attempt.get_mode_display()),
        ("Số câu đúng", f"{attempt.right} trong {attempt.asked} câu"),
    ]
    if attempt.ability is not None:
        error = f" ± {number_words(attempt.error, 2)}" if attempt.error is not None else ""
        facts.append(("Năng lực ước lượng (θ)", f"{number_words(attempt.ability, 2)}{error}"))
    if attempt.sure is not None:
        facts.append(("Xác suất đạt mức", percent_words(100 * attempt.sure)))
    if attempt.extra_minutes:
        by = f", {attempt.extended_by.full_name} cho thêm" if attempt.extended_by else ""
        facts.append(("Thêm giờ", f"{attempt.extra_minutes} phút{by}"))
    if attempt.sitting is not None:
        facts.append(("Giám thị", f"{attempt.sitting.proctor.full_name}, {attempt.sitting.title}"))
    return facts


def _practice(certificate: Certificate) -> Iterator[Practice]:
    """What the learner had done in the certificate's framework by the second of issue, the newest first."""
    if certificate.account_id is None:
        return
    rows = PracticeConfirmation.objects.filter(
        account=certificate.account_id,
        at__lt=certificate.issued_at + timedelta(seconds=1),
        task__competence__startswith=f"{certificate.framework}/",
    )
    rows = rows.filter(task__level=certificate.level) if certificate.level else rows
    for one in rows.select_related("task", "confirmed_by"):
        by = one.confirmed_by.full_name if one.confirmed_by else "hệ thống"
        yield Practice(one.task.title, one.get_way_display(), one.happened_at, by, one.withdrawn_at is not None)


def _rule_facts(certificate: Certificate) -> list[Fact]:
    rule = certificate.rule
    framework = Framework.objects.filter(code=certificate.framework, version=certificate.framework_version).first()
    until = f" đến hết {rule.valid_to:%d/%m/%Y}" if rule.valid_to else ""
    return [
        ("Quy tắc", f"{rule.title}, bản {rule.number}"),
        ("Theo văn bản", rule.source),
        ("Hiệu lực", f"từ {rule.valid_from:%d/%m/%Y}{until}"),
        ("Khung", f"{framework.title if framework else certificate.framework}, bản {certificate.framework_version}"),
        ("Mức", certificate.level),
        ("Nhóm", group_words(certificate)),
    ]


def _signature_facts(certificate: Certificate) -> list[Fact]:
    key = certificate.key
    lost = f", bị lộ từ {timezone.localtime(key.compromised_at):%d/%m/%Y %H:%M}" if key.compromised_at else ""
    return [
        ("Khóa ký", f"{key.kid}{lost}"),
        ("Danh sách thu hồi", f"số {certificate.status_list.number}, chỗ {number_words(certificate.status_index)}"),
        ("Bản ký số", "có" if certificate.token else "chưa ký"),
        ("Định danh của giấy", f"urn:uuid:{certificate.pk}"),
    ]
