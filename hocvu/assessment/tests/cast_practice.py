"""The cast of practice, sittings and paper: two neighbourhoods, who watches there, learners at home, a small bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from hocvu.assessment.models import PracticeTask, Question, QuestionVersion, TestRule
from hocvu.learning.models import Competence, Framework, Level
from hocvu.lib.text import fold
from hocvu.signin import citizens
from hocvu.ward import granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Household, Membership, Neighbourhood, Person, Unit, Ward
from hocvu.ward.tests.cast import make_account, make_neighbourhood, make_unit, make_ward

LONG_AGO = date(2025, 1, 1)
LINES = [
    {"text": "Tự tìm người cần gọi", "must": True},
    {"text": "Tự bấm gọi có hình", "must": True},
    {"text": "Tắt cuộc gọi", "must": False},
]
PHONE: dict[str, Any] = {
    "ask": "Có người lạ bảo chuyển tiền. Làm gì?",
    "why": "Dừng lại là không mất gì.",
    "start": "tin",
    "screens": {
        "tin": {
            "app": "Tin nhắn", "title": "Tin của người lạ", "lines": ["Chuyển gấp 5 triệu."],
            "buttons": [{"id": "chuyen", "text": "Chuyển tiền", "to": "mat"}, {"id": "hoi", "text": "Gọi hỏi lại", "to": "goi"}],
        },
        "goi": {
            "app": "Điện thoại", "title": "Gọi người nhà", "lines": [],
            "buttons": [{"id": "dung", "text": "Dừng lại", "to": "dung"}],
        },
    },
    "ends": {"mat": {"right": False, "words": "Tiền đã mất."}, "dung": {"right": True, "words": "Giữ được tiền."}},
}  # fmt: skip


@dataclass
class Place:
    """Hải An with Tổ 1 and Tổ 2, and everybody who plays."""

    ward: Ward
    first: Neighbourhood
    second: Neighbourhood
    lan: Account  # of the team of Tổ 1
    minh: Account  # of the team of Tổ 1 too
    hoa: Account  # coordinator
    tuan: Account  # ambassador at the counter
    ba: Account  # a learner of Tổ 1
    ong: Account  # a learner of Tổ 2
    task: PracticeTask
    rule: TestRule


def make_place() -> Place:
    """The whole cast."""
    ward = make_ward()
    first, second = make_neighbourhood(ward, 1), make_neighbourhood(ward, 2)
    make_framework()
    lan, minh = (make_team_member(ward, first, *said) for said in (("lan", "Phạm Thị Lan"), ("minh", "Lê Văn Minh")))
    return Place(
        ward, first, second, lan, minh,
        hoa=make_account("hoa", Role.COORDINATOR, ward=ward, unit=make_unit(ward, "Phòng Văn hóa"), name="Đỗ Thị Hoa"),
        tuan=make_account("tuan", Role.AMBASSADOR, ward=ward, name="Vũ Anh Tuấn"),
        ba=make_learner(ward, "Nguyễn Thị Ba", first, "H1"),
        ong=make_learner(ward, "Trần Văn Ông", second, "H2"),
        task=make_task(ward),
        rule=make_rule(ward),
    )  # fmt: skip


def make_framework() -> Framework:
    framework = Framework.objects.create(
        code="hocvu", version="1.0", title="Khung làm việc", kind="working", content="full", valid_from=LONG_AGO
    )
    Level.objects.create(framework=framework, number=2, code="B2", title="Tự làm")
    domain = Competence.objects.create(framework=framework, code="3", title="Giao tiếp")
    for code in ("3.1", "3.2", "4.2"):
        Competence.objects.create(framework=framework, parent=domain, code=code, title=f"Năng lực {code}")
    return framework


def make_team_member(ward: Ward, place: Neighbourhood, username: str, name: str) -> Account:
    account = make_account(username, name=name)
    team = Unit.objects.get(ward=ward, kind=Unit.Kind.TEAM, neighbourhood=place)
    granting.grant(account, Role.TEAM_MEMBER, ward=ward, unit=team, neighbourhood=place, by=None, valid_from=LONG_AGO)
    return account


def make_person(ward: Ward, name: str, place: Neighbourhood, code: str, **said: Any) -> Person:
    home, _ = Household.objects.get_or_create(
        ward=ward, code=code, defaults={"neighbourhood": place, "address": "Số 1"}
    )
    return Person.objects.create(
        ward=ward, full_name=name, plain_name=fold(name), born_on=date(1956, 3, 4), household=home, **said
    )


def make_learner(ward: Ward, name: str, place: Neighbourhood, code: str) -> Account:
    return citizens.open_account(ward, person=make_person(ward, name, place, code))


def make_pupil(ward: Ward, school: Any, name: str) -> Account:
    person = Person.objects.create(ward=ward, full_name=name, plain_name=fold(name), born_on=date(2000, 1, 1))
    Membership.objects.create(person=person, unit=school, kind=Membership.Kind.SECONDARY_PUPIL, valid_from=LONG_AGO)
    return citizens.open_account(ward, person=person)


def make_school(ward: Ward) -> tuple[Any, Account]:
    school = make_unit(ward, "Trường THCS", "school")
    return school, make_account("co-mai", Role.SCHOOL, ward=ward, unit=school, name="Hoàng Thị Mai")


def make_task(ward: Ward, code: str = "goi-video", **said: Any) -> PracticeTask:
    given = {"title": "Gọi video cho người nhà", "competence": "hocvu/3.1", "level": "B2", "lines": LINES, **said}
    return PracticeTask.objects.create(ward=ward, code=code, valid_from=LONG_AGO, **given)


def make_rule(ward: Ward, code: str = "xac-nhan-b2", **params: Any) -> TestRule:
    given = {"minutes": 60, "wait_days": 7, "least": 6, "most": 8, "sure": 0.95, "cut": 0.0, "best_of": 3,
             "core": ["hocvu/4.2"], "pass_above": 0.5, "practice": 3, "valid_months": 24, "levels": [], **params}  # fmt: skip
    return TestRule.objects.create(
        ward=ward, code=code, kind=TestRule.Kind.CONFIRM, title="Xác nhận mức Tự làm", framework="hocvu",
        framework_version="1.0", level="B2", params=given, source="Quy chế minh họa", valid_from=LONG_AGO,
    )  # fmt: skip


def make_question(ward: Ward, code: str, kind: str, content: dict[str, Any], competence: str = "hocvu/3.1") -> Question:
    question = Question.objects.create(ward=ward, code=code)
    question.current = QuestionVersion.objects.create(
        question=question, number=1, state=QuestionVersion.State.LIVE, kind=kind, competence=competence, level="B2",
        content={"ask": f"Câu {code}?", "why": "Vì vậy.", **content},
    )  # fmt: skip
    question.save()
    return question


def make_bank(ward: Ward) -> list[Question]:
    """Twelve questions of every kind but the drawn phone, over three competences."""
    choices = [{"id": "a", "text": "Tắt máy", "right": True}, {"id": "b", "text": "Đọc mã", "right": False}]
    many = [*choices, {"id": "c", "text": "Báo ngân hàng", "right": True}]
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("single", {"choices": choices}),
        ("multiple", {"choices": many}),
        ("true_false", {"right": True}),
        ("order", {"steps": [{"id": "a", "text": "Mở máy"}, {"id": "b", "text": "Bấm gọi"}, {"id": "c", "text": "Tắt"}]}),
        ("match", {"pairs": [{"id": "a", "left": "1022", "right": "Hỏi đáp"}, {"id": "b", "left": "113", "right": "Công an"}],
                   "others": ["Cứu hỏa"]}),
        ("fill", {"answers": ["mật khẩu"]}),
    ]  # fmt: skip
    competences = ("hocvu/3.1", "hocvu/3.2", "hocvu/4.2")
    return [
        make_question(
            ward, f"cau-{number}", *kinds[number % 6], competence=competences[number // 6 if number < 12 else 2]
        )
        for number in range(18)
    ]


def make_phone(ward: Ward, code: str = "chuyen-tien-1") -> Question:
    return make_question(ward, code, "screens", PHONE)
