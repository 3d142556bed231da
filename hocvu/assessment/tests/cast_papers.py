"""Certificates for stories about paper and checking: signed as they are issued, without the tests that they rest on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hocvu.assessment import certifying
from hocvu.assessment.certificates import codes, credential, keys, names, status
from hocvu.assessment.models import Certificate, TestRule
from hocvu.learning.groups import GROUPS
from hocvu.lib import clock
from hocvu.signin import citizens
from hocvu.ward.models import Account, Person, Ward

NAME = "Nguyễn Thị Ánh Hồng"
EVIDENCE = (
    ("Xác lập danh tính", "VNeID mức 2"),
    ("Bài kiểm tra", "Đạt ngày 14/11/2026, làm trước giám thị"),
    ("Việc thực hành", "Gọi 1022 bằng ứng dụng: có người xem làm, 10/11/2026"),
    ("Việc thực hành", "Đặt lịch khám: làm trên màn hình giả lập, 11/11/2026"),
    ("Việc thực hành", "Nhận ra tin lừa đảo: có người xem làm, 12/11/2026"),
)


def make_rule(ward: Ward, code: str = "xac-nhan-co-ban", *, title: str = "Kỹ năng số cơ bản", **said: Any) -> TestRule:
    """A rule of a ward that confirms a level."""
    described = {
        "kind": TestRule.Kind.CONFIRM,
        "framework": "khung-lam-viec",
        "framework_version": "2026.1",
        "level": "co-ban",
        "group": next(iter(GROUPS)),
        "params": {"minutes": 60, "least": 12, "most": 30, "sure": 0.95, "practice": 3, "valid_months": 24},
        "source": "Quyết định số 12/QĐ-UBND",
        "valid_from": date(2025, 1, 1),
        **said,
    }
    return TestRule.objects.create(ward=ward, code=code, title=title, **described)


def make_learner(ward: Ward, name: str = NAME, person: Person | None = None) -> Account:
    """Somebody who learns here."""
    return citizens.open_account(ward, full_name=name, person=person)


def make_certificate(
    account: Account, rule: TestRule, *, issued_at: datetime | None = None, lasts: timedelta = timedelta(days=730)
) -> Certificate:
    """A signed certificate of a learner."""
    now = (issued_at or clock.now()).replace(microsecond=0)
    key, row = keys.signing_key(rule.ward), status.list_for(rule.ward)
    made = Certificate(
        ward=rule.ward, code=codes.new(), account=account, person_id=account.person_id, rule=rule,
        framework=rule.framework, framework_version=rule.framework_version, level=rule.level, group=rule.group,
        title=rule.title, identity="VNeID mức 2", issued_at=now, valid_until=now + lasts, key=key, status_list=row,
        status_index=status.free_index(row),
    )  # fmt: skip
    made.details = {
        "name": names.hashed(account.full_name),
        "issuer": credential.issuer_of(rule.ward),
        "framework": "Khung kỹ năng số làm việc",
        "level": "Cơ bản",
        "level_gist": "Tự làm được việc thường ngày trên điện thoại.",
        "group": GROUPS.get(rule.group, ""),
        "rule": {"title": rule.title, "number": rule.number, "source": rule.source},
        "criteria": credential.criteria_of(rule),
        "evidence": [{"name": name, "words": words} for name, words in EVIDENCE],
    }
    names.seal(made, account.full_name)
    certifying.sign(made, key)
    made.save(force_insert=True)
    return made


def revoke(certificate: Certificate, reason: str = "mistake", at: datetime | None = None) -> None:
    """Take a certificate back, as two people would have."""
    certificate.revoked_at, certificate.revoked_class = at or clock.now(), reason
    certificate.save(update_fields=("revoked_at", "revoked_class"))
    status.change(certificate.status_list)
