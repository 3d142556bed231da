"""From the last answer to a certificate, with no human step in between.

A certificate rests on a passed level confirmation that nothing holds back, and on practice that was seen. `missing` says
what of it is not there yet, `award_if_earned` issues the certificate as soon as nothing is. It may be called at any time,
from anywhere, as often as one likes: when an attempt ends, when practice is confirmed, when somebody has looked at a
suspicion, and by a job that finds what was left behind.
"""

from __future__ import annotations

import logging
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from hocvu.assessment.certificates import codes, credential, keys, names, places, status, tokens
from hocvu.assessment.models import (
    Attempt,
    Certificate,
    PracticeConfirmation,
    Revocation,
    SigningKey,
    Suspicion,
    TestRule,
)
from hocvu.lib import clock
from hocvu.lib.text import fold
from hocvu.signin.citizens import UNNAMED
from hocvu.signin.models import AssistedSession
from hocvu.ward import audit, notices
from hocvu.ward.models import Account

logger = logging.getLogger(__name__)

MONTHS = 36  # of validity where a rule says nothing
PRACTICE = 3  # tasks where a rule says nothing
RENEWAL = timedelta(days=90)  # a further attempt that was passed so long before the end, or later, renews
HELPED = timedelta(days=365)  # who helped within a year before did not confirm
BATCH = 500  # attempts that are looked at together
TRIES = 8  # codes and places of chance that meet one already taken
MINE = "/giay-xac-nhan/"
REVOKED = "Giấy trước đã bị thu hồi. Hãy làm lại bài kiểm tra để được cấp giấy mới."


@dataclass(slots=True)
class Standing:
    """How far a learner is: the grounds where all are there, else the sentences that say what is missing."""

    grounds: credential.Grounds | None = None
    missing: list[str] = field(default_factory=list)


def missing(account: Account, rule: TestRule) -> list[str]:
    """What still stands between a learner and the certificate of a rule, in sentences; nothing once it was issued or
    everything is there."""
    there = _certificate_now(account, rule)
    return [] if _stands(there, rule) else _standing(account, rule, there).missing


def award_if_earned(account: Account, rule: TestRule) -> Certificate | None:
    """The certificate of a learner under a rule: the one that stands, or a new one where it was earned. None where
    something is missing, or where nothing can be signed now; then the job tries again."""
    try:
        return _award(account, rule)
    except (keys.Unsignable, ImproperlyConfigured) as fault:
        logger.error("certificate not signed: %s", fault)
        return None


@transaction.atomic
def _award(account: Account, rule: TestRule) -> Certificate | None:
    account = Account.objects.select_for_update(of=("self",), no_key=True).get(
        pk=account.pk
    )  # one award of a learner at a time
    there = _certificate_now(account, rule)
    grounds = _standing(account, rule, there).grounds
    if grounds is None or (there is not None and not _renews(grounds.attempt, there)):
        return there if _stands(there, rule) else None
    return _issue(account, grounds)


def award_waiting() -> int:
    """Award what was earned and left behind, as by a key that did not open; answers how many. Everybody has their turn:
    of all who passed, those are asked about who have practice enough, and what stops one stops nobody else."""
    return sum(_award_left_behind(attempt) for attempt in _left_behind())


def _award_left_behind(attempt: Attempt) -> bool:
    try:
        before = _certificate_now(attempt.account, attempt.rule)
        made = award_if_earned(attempt.account, attempt.rule)
    except Exception:  # whatever it is: the others wait behind it
        logger.exception("no certificate yet for attempt %s", attempt.pk)
        return False
    return made is not None and (before is None or made.pk != before.pk)


def _left_behind() -> Iterator[Attempt]:
    """Passed attempts without a certificate whose learners have practice enough, as far as a count can tell; so many at a
    time that a ward of any size can be walked through."""
    since = Certificate.objects.filter(
        account=OuterRef("account"), revoked_at=None, superseded_by=None, issued_at__gte=OuterRef("ended_at"),
        **{name: OuterRef(f"rule__{name}") for name in LEVEL},
    )  # fmt: skip
    rows = _sound_attempts().filter(~Exists(since), certificate=None).select_related("account", "rule__ward")
    some = list(rows.order_by("pk")[:BATCH])
    while some:
        tasks = _tasks_of({attempt.account_id for attempt in some})
        for attempt in some:
            if tasks[attempt.account_id, attempt.ward_id] >= int(attempt.rule.params.get("practice", PRACTICE)):
                yield attempt
        some = list(rows.filter(pk__gt=some[-1].pk).order_by("pk")[:BATCH])


def _tasks_of(accounts: Collection[int]) -> Counter[tuple[int, int]]:
    """Of how many different tasks, whichever, practice stands: by account and ward."""
    rows = PracticeConfirmation.objects.filter(account__in=accounts, withdrawn_at=None).order_by()
    return Counter((account, ward) for account, ward, _ in rows.values_list("account", "ward", "task__code").distinct())


# ---- What it rests on


def _standing(account: Account, rule: TestRule, there: Certificate | None) -> Standing:
    if rule.kind != TestRule.Kind.CONFIRM:
        return Standing(missing=["Bài này để xếp lớp hoặc đo tiến bộ, không cấp giấy xác nhận."])
    if not account.is_active or fold(account.full_name) in ("", fold(UNNAMED)):
        return Standing(
            missing=["Tài khoản chưa có họ tên để ghi trên giấy. Hãy nối tài khoản với danh bạ hoặc VNeID."]
        )
    attempt, why = _attempt(account, rule, there)
    said = [why] if why else []
    used = attempt.rule if attempt else rule
    practice = _practice(account, used)
    if (lacking := int(used.params.get("practice", PRACTICE)) - len(practice)) > 0:
        said.append(f"Còn thiếu {lacking} việc thực hành được xác nhận (đã có {len(practice)}).")
    if words := credential.unfounded(used):
        said.append(words)
    if attempt is None or said:
        return Standing(missing=said)
    return Standing(credential.Grounds(attempt, practice))


def _sound_attempts() -> QuerySet[Attempt]:
    return Attempt.objects.finished().filter(kind=TestRule.Kind.CONFIRM, passed=True)


def _attempt(account: Account, rule: TestRule, there: Certificate | None) -> tuple[Attempt | None, str]:
    """The newest passed attempt that may be certified, or a sentence on why there is none. `there` is the certificate
    that stands already."""
    passed = _sound_attempts().filter(account=account, rule__ward=rule.ward_id, rule__code=rule.code, certificate=None)
    passed = passed.filter(**{f"rule__{name}": value for name, value in _level_of(rule).items()})
    passed = passed.select_related("rule__ward").prefetch_related("suspicions").order_by("-ended_at")
    if there is not None:
        passed = passed.filter(ended_at__gt=there.issued_at)
    last_revoked = _last_revoked(account, rule)
    why = waits = ""
    for attempt in passed:
        if last_revoked and (attempt.ended_at is None or attempt.ended_at <= last_revoked):
            why = why or REVOKED
            break
        if words := _is_past(attempt, there):
            why = why or words
        elif words := _held_back(attempt):
            waits = words
        else:
            return attempt, ""
    if last_revoked and there is None:  # the only attempt hangs on the certificate that was taken back
        why = why or REVOKED
    return None, waits or why or f"Chưa đạt bài kiểm tra “{rule.title}”."


def _is_past(attempt: Attempt, there: Certificate | None) -> str:
    """Why a passed attempt counts no more, or never did: it is older than what it would be certified for, or was sat
    before the standing certificate of its rule came near its end. Else what was sat in the first month would renew the
    certificate two years later, without anybody having seen the skill since."""
    ended = attempt.ended_at or attempt.began_at
    day, months = f"{clock.local_day(ended):%d/%m/%Y}", _months(attempt.rule)
    if months_after(ended, months) <= clock.now():
        return f"Bài đạt ngày {day} đã quá {months} tháng nên không cấp giấy được nữa. Hãy làm lại bài kiểm tra."
    if there is not None and not _is_other(attempt, there) and ended < renewable_from(there.valid_until):
        return (
            f"Bài đạt ngày {day} làm quá sớm để thay giấy đã có. Hãy làm lại bài kiểm tra; giấy được thay khi bài đạt trong "
            f"{RENEWAL.days} ngày cuối của giấy hoặc sau đó."
        )
    return ""


def _held_back(attempt: Attempt) -> str:
    """Why a passed attempt does not count, or not yet."""
    suspicions = attempt.suspicions.all()
    if any(one.state == Suspicion.State.REPEAT for one in suspicions):
        return "Người xem lại đề nghị làm lại bài kiểm tra này."
    if any(one.holds and one.state == Suspicion.State.OPEN for one in suspicions):
        return "Bài làm đang chờ người xem lại. Giấy được cấp ngay khi xem xong, không phải làm gì thêm."
    if not _is_in_force(attempt):
        return f"Quy tắc “{attempt.rule.title}” đã thôi áp dụng. Hãy làm bài theo quy tắc mới."
    return ""


def _is_in_force(attempt: Attempt) -> bool:
    """Whether the attempt began while its rule held, and the ward still certifies by some version of it. An attempt that
    ran over the rule's last midnight keeps its rule."""
    rule, began = attempt.rule, clock.local_day(attempt.began_at)
    if began < rule.valid_from or (rule.valid_to is not None and began > rule.valid_to):
        return _was_replaced_after(attempt, began)
    today = clock.today()
    if attempt.ended_at is not None and clock.local_day(attempt.ended_at) == today:
        return True
    return TestRule.objects.of(rule.ward).on(today).filter(code=rule.code).exists()


def _was_replaced_after(attempt: Attempt, began: date) -> bool:
    """Whether the next version was decided on the day on which the attempt began, after it: then the rule ended the day
    before, and an attempt of that morning keeps it all the same."""
    rule = attempt.rule
    later = TestRule.objects.of(rule.ward).filter(code=rule.code, number__gt=rule.number, valid_from=began)
    return later.filter(decided_at__gt=attempt.began_at).exists()


def _last_revoked(account: Account, rule: TestRule) -> datetime | None:
    """When a certificate of this level was last taken back: what was sat before does not bring another. A key that was
    lost is no fault of the learner's; that revocation leaves the attempt free (certificates.revoking)."""
    rows = Certificate.objects.filter(account=account, **_level_of(rule)).exclude(revoked_at=None)
    rows = rows.exclude(revoked_class=Revocation.Reason.KEY)
    return rows.order_by("-revoked_at").values_list("revoked_at", flat=True).first()


def _practice(account: Account, rule: TestRule) -> list[PracticeConfirmation]:
    """Confirmations that count: of different tasks of the rule's framework, level and group, by nobody who helped."""
    rows = PracticeConfirmation.objects.filter(
        account=account, ward=rule.ward_id, withdrawn_at=None, task__competence__startswith=f"{rule.framework}/"
    ).select_related("task", "confirmed_by")
    if rule.level:
        rows = rows.filter(task__level=rule.level)
    helped = list(AssistedSession.objects.filter(account=account).values_list("helper", "opened_at"))
    by_task: dict[str, PracticeConfirmation] = {}
    for one in rows.order_by("happened_at", "pk"):
        is_for = not rule.group or not one.task.groups or rule.group in one.task.groups
        if is_for and not _confirmed_by_helper(one, account, helped):
            by_task.setdefault(one.task.code, one)
    return list(by_task.values())


def _confirmed_by_helper(one: PracticeConfirmation, account: Account, helped: list[tuple[int, datetime]]) -> bool:
    """Whether the one who confirmed is the learner, or helped the learner in the year before."""
    by = one.confirmed_by
    if by is None:
        return False
    if by.pk == account.pk or (by.person_id is not None and by.person_id == account.person_id):
        return True
    return any(helper == by.pk and one.happened_at - HELPED <= at <= one.at for helper, at in helped)


# ---- Issuing


LEVEL = ("framework", "level", "group")  # what a certificate says is by these


def _level_of(rule: TestRule) -> dict[str, str]:
    return {name: getattr(rule, name) for name in LEVEL}


def _certificate_now(account: Account, rule: TestRule) -> Certificate | None:
    """The certificate of a rule's level that nothing replaced or revoked, also where its time is over, whichever version
    of the framework it names: what was sat before it was issued never takes its place."""
    rows = Certificate.objects.filter(account=account, revoked_at=None, superseded_by=None, **_level_of(rule))
    return rows.select_related("ward", "rule").order_by("-issued_at").first()


def _stands(there: Certificate | None, rule: TestRule) -> bool:
    """Whether a certificate is valid now and says what a rule would."""
    if there is None or there.framework_version != rule.framework_version:
        return False
    return there.valid_until > clock.now()


def _renews(attempt: Attempt, there: Certificate) -> bool:
    """Whether a further passed attempt replaces the certificate that stands: near its end, or under another version
    of the rule or the framework."""
    return _is_other(attempt, there) or clock.now() > renewable_from(there.valid_until)


def renewable_from(valid_until: datetime) -> datetime:
    """From when on a further pass renews a certificate, and its holder may sit again."""
    return valid_until - RENEWAL


def _is_other(attempt: Attempt, there: Certificate) -> bool:
    """Whether an attempt was sat under another version of the rule or the framework than a certificate's."""
    rule = attempt.rule
    return (rule.pk, rule.framework_version) != (there.rule_id, there.framework_version)


def _months(rule: TestRule) -> int:
    """How long a rule's certificate is valid, and an attempt under it may bring one."""
    return int(rule.params.get("valid_months") or MONTHS)


def _issue(account: Account, grounds: credential.Grounds) -> Certificate:
    rule = grounds.attempt.rule
    key, row = keys.held_to_sign(rule.ward), status.list_for(rule.ward)
    for _ in range(TRIES):
        made = _drawn(account, grounds, key)
        made.status_list, made.status_index = row, status.free_index(row)
        sign(made, key)
        try:
            with transaction.atomic():
                _supersede(account, made)
                made.save(force_insert=True)
            break
        except IntegrityError:  # a code or a place that somebody else drew at this moment
            continue
    else:
        raise RuntimeError("no free code was found")
    audit.record(None, "issued a certificate", made, ward=made.ward, level=made.level, key=key.kid)
    notices.tell(
        [account], key=f"certificate:{made.pk}", ward=made.ward, href=MINE,
        text=f"Giấy xác nhận “{made.title}” đã được cấp, mã {codes.shown(made.code)}.",
    )  # fmt: skip
    return made


def _drawn(account: Account, grounds: credential.Grounds, key: SigningKey) -> Certificate:
    """A certificate with everything that it says, not yet saved."""
    rule, now = grounds.attempt.rule, clock.now().replace(microsecond=0)
    made = Certificate(
        ward=rule.ward, code=codes.new(), account=account, person_id=account.person_id, attempt=grounds.attempt,
        rule=rule, framework=rule.framework, framework_version=rule.framework_version, level=rule.level,
        group=rule.group, issued_at=now, key=key, valid_until=_end_of(account, grounds.attempt, now),
    )  # fmt: skip
    credential.describe(made, account.full_name, grounds)
    names.seal(made, account.full_name)
    return made


def _end_of(account: Account, attempt: Attempt, now: datetime) -> datetime:
    """How long a certificate is valid. One that stands in for another whose key was lost ends when that did: nobody was
    tested anew. Certificates are issued at whole seconds, often in that in which the test ended."""
    end = months_after(now, _months(attempt.rule))
    ended = (attempt.ended_at or attempt.began_at).replace(microsecond=0)
    lost = Certificate.objects.filter(
        account=account, revoked_class=Revocation.Reason.KEY, issued_at__gte=ended, **_level_of(attempt.rule)
    )
    before = lost.exclude(revoked_at=None).order_by("-issued_at").values_list("valid_until", flat=True).first()
    return min(end, before) if before and before > now else end


def sign(certificate: Certificate, key: SigningKey) -> None:
    """Put the signed token of a key on a certificate, not yet saved. Raises keys.Unsignable."""
    certificate.key = key
    certificate.token = tokens.write(
        credential.body(certificate), kid=places.key(key), sign=lambda message: keys.sign(key, message)
    )


def _supersede(account: Account, made: Certificate) -> None:
    """Let the new certificate stand in the place of earlier ones of the level, whichever version of the framework."""
    earlier = Certificate.objects.filter(account=account, revoked_at=None, superseded_by=None)
    same = Q(framework=made.framework, level=made.level, group=made.group)
    replaced = list(earlier.filter(same))
    # What those replaced in their time is replaced by this one too: should it be revoked, all of them fall with it.
    Certificate.objects.filter(superseded_by__in=replaced).update(superseded_by=made.pk)
    for one in replaced:
        Certificate.objects.filter(pk=one.pk).update(superseded_by=made.pk)
        audit.record(None, "superseded a certificate", one, ward=made.ward, by_code=made.code)


def months_after(moment: datetime, months: int) -> datetime:
    """The same time of the ward's day so many months later, on the month's last day where there is no such day.

    >>> from hocvu.lib.clock import read_moment
    >>> f"{months_after(read_moment('2026-08-31T10:00'), 6):%d/%m/%Y %H:%M}"
    '28/02/2027 10:00'
    """
    local = timezone.localtime(moment, timezone.get_default_timezone())
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))
