"""The one table of who may do what. A view names a capability; a role has it with a reach.

Reach says how far from the grant: `self` (own account), `unit` (the grant's unit and what is under it),
`neighbourhood`, `ward` (the grant's ward) or `everywhere` (all wards; the grant names none).
"""

from __future__ import annotations

from typing import Literal

from django.db import models

Reach = Literal["self", "unit", "neighbourhood", "ward", "everywhere"]


class Role(models.TextChoices):
    """The parts that people play."""

    COORDINATOR = "coordinator", "điều phối (Phòng Văn hóa - Xã hội)"
    LEADER = "leader", "lãnh đạo Ủy ban nhân dân"
    UNIT_HEAD = "unit_head", "thủ trưởng đơn vị"
    UNIT_OFFICER = "unit_officer", "cán bộ đơn vị"
    CLERK = "clerk", "văn thư"
    TEAM_MEMBER = "team_member", "thành viên Tổ công nghệ số"
    POLICE = "police", "công an (danh tính số)"
    DATA_OFFICER = "data_officer", "phụ trách bảo vệ dữ liệu cá nhân"
    OVERSEER = "overseer", "giám sát (Mặt trận Tổ quốc)"
    AMBASSADOR = "ambassador", "Đại sứ số"
    SCHOOL = "school", "nhà trường"
    ENTERPRISE = "enterprise", "doanh nghiệp, hợp tác xã"
    EDITOR = "editor", "biên tập tin bài"
    OFFICER_1022 = "officer_1022", "trực 1022"
    CITIZEN = "citizen", "người dân"
    CITY_VIEWER = "city_viewer", "theo dõi cấp thành phố"
    AUDITOR = "auditor", "kiểm toán"
    ADMINISTRATOR = "administrator", "quản trị"


# What every unit does with its own tasks.
_UNIT: dict[str, Reach] = {
    "plan.read": "ward",
    "tasks.read": "unit",
    "tasks.report": "unit",
    "tasks.comment": "unit",
    "places.read": "ward",
    "targets.declare": "ward",
    "targets.withdraw": "unit",
    "units.read": "ward",
    "reports.read": "unit",
    "reports.write": "unit",
    "summary.read": "ward",
    "supervision.read": "unit",
    "supervision.answer": "unit",
    "partners.read": "ward",
    "funding.read": "unit",
    "funding.manage": "unit",
    # A unit holds classes, and sends its own people to the city's courses.
    "classes.manage": "unit",
    "training.read": "unit",
    "training.write": "unit",
    # Any office may write lessons and questions; somebody else approves them.
    "lessons.read": "ward",
    "lessons.write": "ward",
    "questions.read": "ward",
    "questions.write": "ward",
}


# Whoever watches tests and sees practice done, of the people that they reach; never of whom they helped.
def _watching(reach: Reach) -> dict[str, Reach]:
    return {"tests.proctor": reach, "practice.confirm": reach, "paper.enter": reach, "certificates.print": reach}


# A unit head, a school and an enterprise speak for their unit and know its own people, by name and group only.
_HEAD: dict[str, Reach] = {**_UNIT, "reports.submit": "unit", "members.read": "unit", "members.group": "unit"}

# A school and an enterprise watch the tests of their own people: they do not read the questions with their keys.
_OUTSIDE: dict[str, Reach] = {name: reach for name, reach in _HEAD.items() if not name.startswith("questions.")}

CAPABILITIES: dict[Role, dict[str, Reach]] = {
    Role.COORDINATOR: {
        **_UNIT,
        "tasks.read": "ward",
        "tasks.comment": "ward",
        "tasks.verify": "ward",
        "tasks.assign": "ward",
        "evidence.read": "ward",
        "supervision.read": "ward",
        "inspections.manage": "ward",
        "targets.withdraw": "ward",
        "people.read": "ward",
        "people.change": "ward",
        "people.merge": "ward",
        "people.import": "ward",
        "people.protected": "ward",
        "cards.make": "ward",
        "guardians.decide": "ward",
        "links.decide": "ward",
        "measures.manage": "ward",
        "reports.read": "ward",
        "reports.accept": "ward",
        "reports.manage": "ward",
        "summary.write": "ward",
        "course.read": "ward",
        "plan.publish": "ward",
        "units.manage": "ward",
        "partners.manage": "ward",
        "funding.read": "ward",
        "funding.manage": "ward",
        "jobs.read": "ward",
        "assist.check": "ward",
        "lessons.read": "ward",
        "lessons.write": "ward",
        "lessons.approve": "ward",
        "courses.manage": "ward",
        "completions.import": "ward",
        "questions.approve": "ward",
        "questions.manage": "ward",
        "tests.manage": "ward",
        "tests.review": "ward",
        "paper.make": "ward",
        "change.read": "ward",
        "certificates.read": "ward",
        "certificates.revoke": "ward",
        "certificates.export": "ward",
        **_watching("ward"),
        "visits.read": "ward",
        "visits.settle": "ward",
        "visits.check": "ward",
        "coverage.read": "ward",
        "devices.read": "ward",
        "teams.read": "ward",
        "teams.manage": "ward",
        "needs.read": "ward",
        "needs.decide": "ward",
        "classes.manage": "ward",
        "training.read": "ward",
        "training.write": "ward",
        "training.manage": "ward",
    },
    Role.LEADER: {
        "coverage.read": "ward",
        "teams.read": "ward",
        "training.read": "ward",
        "lessons.read": "ward",
        "lessons.approve": "ward",
        "questions.read": "ward",
        "questions.approve": "ward",
        "tests.review": "ward",
        "change.read": "ward",
        "certificates.revoke": "ward",
        "certificates.read": "ward",
        "plan.read": "ward",
        "places.read": "ward",
        "tasks.read": "ward",
        "tasks.comment": "ward",
        "tasks.verify": "ward",
        "evidence.read": "ward",
        "supervision.read": "ward",
        "inspections.manage": "ward",
        "units.read": "ward",
        "reports.read": "ward",
        "summary.read": "ward",
        "summary.approve": "ward",
        "course.read": "ward",
        "partners.read": "ward",
        "funding.read": "ward",
    },
    Role.UNIT_HEAD: _HEAD,
    Role.UNIT_OFFICER: _UNIT,
    # A team meets the households of its own neighbourhood, numbers masked, and sends its team's report.
    Role.TEAM_MEMBER: {
        "plan.read": "ward",
        "places.read": "ward",
        "people.read": "neighbourhood",
        "cards.make": "neighbourhood",
        "assist": "neighbourhood",
        "reports.read": "unit",
        "reports.write": "unit",
        **_watching("neighbourhood"),
        "visits.record": "neighbourhood",
        "visits.read": "neighbourhood",
        "help.record": "neighbourhood",
        "needs.read": "neighbourhood",
        "teams.read": "neighbourhood",
        "classes.manage": "neighbourhood",
    },
    # The police keep identities: they alone see a number in full, and bring what VNeID confirmed.
    Role.POLICE: {
        "plan.read": "ward",
        "places.read": "ward",
        "people.read": "ward",
        "people.change": "ward",
        "people.import": "ward",
        "people.reveal": "ward",
        "guardians.decide": "ward",
        "links.decide": "ward",
        "external.import": "ward",
        "completions.import": "ward",
        "certificates.read": "ward",
        "certificates.export": "ward",
    },
    Role.DATA_OFFICER: {"plan.read": "ward", "people.read": "ward", "privacy.read": "ward", "privacy.manage": "ward"},
    Role.CLERK: {
        "plan.read": "ward",
        "tasks.read": "ward",
        "units.read": "ward",
        "reports.read": "ward",
        "summary.read": "ward",
        "summary.issue": "ward",
        "supervision.read": "ward",
        "partners.read": "ward",
        "funding.read": "ward",
    },
    # Reads whatever is no personal data: counts by place, never who is counted.
    Role.OVERSEER: {
        "plan.read": "ward",
        "places.read": "ward",
        "tasks.read": "ward",
        "tasks.comment": "ward",
        "evidence.read": "ward",
        "supervision.read": "ward",
        "supervision.remark": "ward",
        "units.read": "ward",
        "reports.read": "ward",
        "summary.read": "ward",
        "course.read": "ward",
        "partners.read": "ward",
        "funding.read": "ward",
        "change.read": "ward",
        "coverage.read": "ward",
        "teams.read": "ward",
        "training.read": "ward",
    },
    # Learns for oneself. Whose account it is decides what the pages about oneself show.
    Role.CITIZEN: {"self.learn": "self"},
    # Helps whoever comes to the service desk, anywhere in the ward; finds one person at a time and reads no list.
    Role.AMBASSADOR: {
        "plan.read": "ward",
        "places.read": "ward",
        "assist": "ward",
        "help.record": "ward",
        **_watching("ward"),
    },
    # A school makes cards for its own pupils, and sees nobody else of the register.
    Role.SCHOOL: {**_OUTSIDE, "cards.make": "unit", **_watching("unit"), "certificates.read": "unit"},
    Role.ENTERPRISE: {**_OUTSIDE, **_watching("unit"), "certificates.read": "unit"},
    # Reads what there is to tell of; no person, nothing that is still being written.
    Role.EDITOR: {
        "plan.read": "ward",
        "places.read": "ward",
        "tasks.read": "ward",
        "partners.read": "ward",
        "lessons.read": "ward",
        "lessons.write": "ward",
        "courses.manage": "ward",
        "questions.read": "ward",
        "questions.write": "ward",
    },
    # Reads what is under way and who does it, to answer and to forward.
    Role.OFFICER_1022: {
        "plan.read": "ward",
        "places.read": "ward",
        "tasks.read": "ward",
        "units.read": "ward",
        "partners.read": "ward",
    },
    Role.CITY_VIEWER: {
        "wards.read": "everywhere",
        "plan.read": "everywhere",
        "tasks.read": "everywhere",
        "supervision.read": "everywhere",
        "units.read": "everywhere",
        "summary.read": "everywhere",
        "course.read": "everywhere",
        "partners.read": "everywhere",
        "funding.read": "everywhere",
    },
    Role.AUDITOR: {
        "audit.read": "everywhere",
        "privacy.read": "everywhere",
        "reports.read": "everywhere",
        "summary.read": "everywhere",
        "plan.read": "everywhere",
        "supervision.read": "everywhere",
        "units.read": "everywhere",
        "partners.read": "everywhere",
        "funding.read": "everywhere",
    },
    Role.ADMINISTRATOR: {
        "accounts.read": "everywhere",
        "accounts.manage": "everywhere",
        "wards.read": "everywhere",
        "wards.manage": "everywhere",
        "units.read": "everywhere",
        "units.manage": "everywhere",
        "plan.read": "everywhere",
        "audit.read": "everywhere",
        "jobs.read": "everywhere",
        "jobs.run": "everywhere",
        "frameworks.manage": "everywhere",
        "keys.manage": "everywhere",
    },
}

# Every capability that exists; a view that names another is refused when it is declared.
KNOWN: frozenset[str] = frozenset(name for table in CAPABILITIES.values() for name in table)


def reach_of(role: str, capability: str) -> Reach | None:
    """How far a role carries a capability, or None."""
    return CAPABILITIES[Role(role)].get(capability)
