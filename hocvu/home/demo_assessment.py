"""How the demo ward is tested and certified: three months of placements, measures before and after learning, confirmations
by everybody the targets speak of, practice seen, papers typed, certificates issued and taken back.

Through the acts behind the pages, each at its own moment and in their order. What people can do is said here; what they
answer, who passes and who is certified follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from hocvu.assessment import practice_tasks, practising
from hocvu.assessment.certificates import keys, revoking
from hocvu.assessment.models import Appeal, Attempt, Certificate, PracticeTask, Revocation, Suspicion, TestRule
from hocvu.assessment.paper import entering, forms
from hocvu.assessment.questions import calibrating, files, loading, statistics
from hocvu.assessment.sittings import joining, opening
from hocvu.assessment.testing import appealing, attempts, rule_files, rules
from hocvu.home import demo_bank
from hocvu.home.demo_acts import Act, at
from hocvu.home.demo_answers import Learner, confirm, go_through, hand_in, on_paper, sit
from hocvu.home.demo_learning import PHONE, SAFETY, WEEKS
from hocvu.learning.models import Course
from hocvu.lib import clock
from hocvu.signin import childhood, citizens, guardians
from hocvu.signin.models import Guardianship
from hocvu.ward import belonging, register
from hocvu.ward.models import Account, Membership, Person, Unit, Ward
from hocvu.ward.models.person import years_before

PLACEMENT, CHANGE = "xep-lop", "truoc-sau"
ADULTS, OFFICIALS, WORKERS, PUPILS = (f"xac-nhan-{who}" for who in ("nguoi-dan", "can-bo", "lao-dong", "hoc-sinh"))
OFFICE = "Phòng Kinh tế, Hạ tầng và Đô thị"
FIRM, FIRM_HEAD = "Công ty cổ phần Vận tải Thí Điểm", "dn3"
HIGH, HIGH_HEAD = "Trường Trung học phổ thông Cửa Biển", "truong7"
MIDDLE, MIDDLE_HEAD = "Trường Trung học cơ sở Bến Tàu", "truong6"
ABLE, UNABLE = 2.6, -1.6
State = Attempt.State
Acts = Iterator[Act]


def live(ward: Ward) -> None:
    """Three months of tests. They begin with the rules, which hold from 2026 on."""
    with clock.stopped_at(_ago(WEEKS + 1)):
        _load(ward)
        if rules.named(ward, ADULTS) is None:
            return
    cast = Cast(ward)
    stories = (_decisions, _placements, _measures, _confirmations, _pupils, _paper, _own, _judged, _today)
    with clock.stopped_at(_ago(WEEKS + 1, 11)):
        demo_bank.write(ward, cast.staff, asked_of=cast.own.account)
    acts = [act for story in stories for act in story(cast)]
    present = clock.now()
    for act in sorted(acts, key=lambda act: act.moment):
        with clock.stopped_at(min(act.moment, present)):
            act.do()
    calibrating.calibrate([ward])
    statistics.restate(ward)


def _load(ward: Ward) -> None:
    """What lies in content/: questions, practice, rules."""
    loading.load(ward, files.read_folder(files.FOLDER).questions, by=None)
    for path in sorted((settings.ROOT / "content" / "practice").glob("*.yaml")):
        practice_tasks.load(ward, practice_tasks.read_file(path), by=None)
    for said in rule_files.files():
        rule_files.load(ward, said)


def _ago(weeks: float, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day so many weeks ago."""
    return at(clock.today() - timedelta(days=round(7 * weeks)), hour, minute)


# ---- Who plays


class Cast:
    """The learners by what they are, the staff by username, the tasks of practice."""

    def __init__(self, ward: Ward) -> None:
        self.ward = ward
        self.staff = {account.username: account for account in Account.objects.filter(is_demo=True)}
        self.tasks = list(PracticeTask.objects.filter(ward=ward, level="B2", groups=[]).order_by("code"))
        self.seen = [task for task in self.tasks if not task.screens]
        self.screens = [task for task in self.tasks if task.screens]
        self.known = frozenset(form[1] for form in self.rule(CHANGE).params["forms"].values())
        self.own = self._as("own", [self.staff["nguoidan"]])[0]
        rows = Account.objects.filter(is_demo=True, kind=Account.Kind.CITIZEN, person__household__code__gte="T03")
        self.learned = self._as("learned", rows.select_related("person__ward").order_by("pk"))
        self.officials, self.workers, self.adults = self.learned[:4], self.learned[4:9], self.learned[9:]
        self._belong(self.officials, OFFICE, Membership.Kind.OFFICIAL)
        self._belong(self.workers, FIRM, Membership.Kind.WORKER)
        free = list(
            Person.objects.of(ward).open_for_work().filter(
                number_index__isnull=False, died_on=None, accounts=None, household__code__gte="T03"
            ).select_related("ward", "household").order_by("household__code", "born_on")
        )  # fmt: skip
        self.high = self._high_school(free)
        self.middle = self._middle_school(free)
        old = [one for one in free if one.born_on and one.born_on <= years_before(clock.today(), 30)]
        self.others = self._as("other", [citizens.open_account(ward, person=one) for one in old[-14:]])

    def _as(self, part: str, accounts: Iterable[Account]) -> list[Learner]:
        return [Learner(one, f"{part}-{n}", ABLE, known=self.known) for n, one in enumerate(accounts)]

    def rule(self, code: str) -> TestRule:
        """The rule of a code that holds at the clock's moment."""
        found = rules.named(self.ward, code)
        assert found is not None, code
        return found

    def _belong(self, learners: Sequence[Learner], unit: str, kind: str, group: str = "") -> None:
        row = Unit.objects.of(self.ward).get(name=unit)
        for learner in learners:
            assert learner.account.person is not None
            made = belonging.join(
                learner.account.person, unit=row, kind=kind, day=_ago(52).date(), by=self.staff["dieuphoi"]
            )
            Membership.objects.filter(pk=made.pk).update(group=group)

    def _high_school(self, people: Sequence[Person]) -> list[Learner]:
        """The eldest pupils."""
        of_age = [one for one in people if one.born_on and 16 <= clock.today().year - one.born_on.year <= 24]
        made = self._as("high", [citizens.open_account(self.ward, person=one) for one in of_age[:4]])
        self._belong(made, HIGH, Membership.Kind.SECONDARY_PUPIL, "12A1")
        return made

    def _middle_school(self, people: Sequence[Person]) -> list[Learner]:
        """Children whose guardian agreed on paper, as did they."""
        agreed: list[Account] = []
        for child in people:
            if not child.born_on or not 11 <= clock.today().year - child.born_on.year <= 15:
                continue
            parent = next((one for one in people if one.household_id == child.household_id and not guardians.may_need_one(one)), None)  # fmt: skip
            if parent is None or len(agreed) == 3:
                continue
            guardians.record(
                child, guardian_number=register.number_of(parent, in_full=True), agreed_on_paper=True,
                relation=Guardianship.Relation.MOTHER, paper="Giấy khai sinh (minh họa)", by=self.staff["danhtinh"],
            )  # fmt: skip
            account = citizens.open_account(self.ward, person=child)
            childhood.child_agrees(account)
            agreed.append(account)
        made = self._as("middle", agreed)
        self._belong(made, MIDDLE, Membership.Kind.SECONDARY_PUPIL, "8A")
        return made


# ---- What is done


def _sits(
    cast: Cast, learner: Learner, code: str, moment: datetime, *, course: Course | None = None, most: int = 80
) -> Act:
    """Somebody begins a test by themselves and answers to the end, or so many questions."""

    def do() -> None:
        attempt = attempts.begin(cast.rule(code), by=learner.account, course=course)
        sit(attempt, learner, moment, most=most)

    return Act(moment, do)


def _sees(cast: Cast, learner: Learner, moment: datetime, who: str, way: str, count: int = 3) -> Acts:
    """Somebody sees so many tasks done; of every third learner one is gone through on a simulated screen instead."""
    first = int(learner.chance("tasks") * len(cast.tasks))
    chosen = [cast.tasks[(first + number * 5) % len(cast.tasks)] for number in range(count)]
    if learner.chance("screen") < 0.35:
        on_screen, when = next(task for task in cast.screens if task not in chosen), moment - timedelta(hours=14)
        chosen[0] = on_screen
        yield Act(when, partial(go_through, on_screen, learner.account, when))
        chosen = chosen[1:]
    for number, task in enumerate(chosen):
        seen_at = moment + timedelta(minutes=8 * number)
        yield Act(seen_at, partial(confirm, task, learner.account, cast.staff[who], way))


def _last(learner: Learner, code: str) -> Attempt:
    """The latest attempt of a learner at a test."""
    rows = Attempt.objects.filter(account=learner.account, rule__code=code).select_related("rule", "account")
    return rows.order_by("-began_at")[0]


def _able(learner: Learner, ability: float, pace: Callable[[int], float] | None = None) -> Learner:
    return replace(learner, ability=ability, pace=pace)


# ---- Stories


def _decisions(cast: Cast) -> Acts:
    """The rule for adults gets another version; the key that signs is replaced."""

    def decide() -> None:
        rule = cast.rule(ADULTS)
        rules.decide(
            rule, title=rule.title, gist=rule.gist.replace("90 phút", "120 phút"), params={**rule.params, "minutes": 120},
            source="Quyết định minh họa 12/QĐ-MH: thêm giờ cho người cao tuổi, theo quy tắc của dự án",
            valid_from=clock.today(), by=cast.staff["dieuphoi"],
        )  # fmt: skip

    yield Act(_ago(6, 7), decide)
    yield Act(_ago(4.5, 16), lambda: keys.rotate(cast.ward, by=cast.staff["quantri"]))


def _placements(cast: Cast) -> Acts:
    """A few begin with a placement, each at their own level."""
    for number, learner in enumerate([*cast.learned[1:22:4], cast.others[0]]):
        ability = -1.5 + 3 * learner.chance("start")
        yield _sits(cast, _able(learner, ability), PLACEMENT, _ago(WEEKS - number, 8, 5 * number))


def _measures(cast: Cast) -> Acts:
    """Measured before their course; those who came early in the season were measured again after it. A school and some
    who take no course were measured too, and most of these have not come back yet."""
    courses = {slug: Course.objects.of(cast.ward).get(slug=slug) for slug in (PHONE, SAFETY)}
    for number, learner in enumerate(cast.learned[:24]):
        course = courses[SAFETY if number % 3 else PHONE]
        week = WEEKS - number * WEEKS // 26
        yield from _measured(cast, learner, _ago(week, 6, 2 * number), course)
        if number < 17 and number != 4:
            yield from _measured(cast, learner, _ago(max(week - 4, 0.2), 19, number), course, again=True)
    for number, learner in enumerate([*cast.high, *cast.middle, *cast.others[4:]]):
        yield from _measured(cast, learner, _ago(9 - 0.3 * number, 16, number))
        if number % 2 and number < 14:
            yield from _measured(cast, learner, _ago(3.7 - 0.2 * number, 17, number), again=True)


def _measured(
    cast: Cast, learner: Learner, moment: datetime, course: Course | None = None, *, again: bool = False
) -> Acts:
    """Before, by what one could do then; after, by what was gained."""
    ability = -1.2 + 1.2 * learner.chance("start") + (0.5 + 1.2 * learner.chance("gain") if again else 0)
    yield _sits(cast, _able(learner, ability), CHANGE, moment, course=course)


def _confirmations(cast: Cast) -> Acts:
    """Grown-ups at their own screen: officials, workers, others."""
    for number, learner in enumerate(cast.officials):
        moment = _ago(8 - 1.5 * number, 14)
        yield _sits(cast, learner if number < 3 else _able(learner, UNABLE), OFFICIALS, moment)
        yield from _sees(cast, learner, moment - timedelta(days=2), "daisuso", "counter")
    for number, learner in enumerate(cast.workers):
        moment = _ago(7.5 - 1.2 * number, 18)
        yield _sits(cast, learner, WORKERS, moment)
        yield from _sees(cast, learner, moment + timedelta(days=1), FIRM_HEAD, "class", 2 if number == 4 else 3)
    for number, learner in enumerate(cast.adults[:7]):
        moment = _ago((9, 8, 7.7, 7, 5, 4, 3)[number], 10, 30)
        yield _sits(cast, learner, ADULTS, moment)
        day = moment + timedelta(days=1 if number % 2 else -1)
        yield from _sees(cast, learner, day, "daisuso", "door" if number % 3 else "counter")
    yield _sits(cast, cast.adults[7], ADULTS, _ago(2.5, 15))  # passed, and nobody saw any practice yet


def _pupils(cast: Cast) -> Acts:
    """The high school watches its class in a room; the middle school takes the questions along on one device. One pupil
    left since, so that what comes late from the teacher's device waits."""
    head, teacher, moment = cast.staff[HIGH_HEAD], cast.staff[MIDDLE_HEAD], _ago(3.5, 8)

    def watched() -> None:
        sitting = opening.open_sitting(
            cast.rule(PUPILS), title="Lớp 12A1 (minh họa)", place="Phòng máy", minutes=120, by=head
        )
        for learner in cast.high:
            _seated(sitting, learner, head)
            sit(joining.begin(joining.seat_of(sitting, learner.account), by=learner.account), learner, clock.now())  # type: ignore[arg-type]
        with clock.stopped_at(clock.now() + timedelta(minutes=100)):
            opening.close(sitting, by=head)

    def offline() -> None:
        sitting = opening.open_sitting(
            cast.rule(PUPILS), title="Lớp 8A, không có mạng (minh họa)", place="Phòng học 8A", minutes=90, by=teacher,
            offline=True,
        )  # fmt: skip
        for learner in cast.middle:
            opening.add_candidate(sitting, learner.account, by=teacher)
        began = clock.now() + timedelta(minutes=5)
        for number, learner in enumerate(cast.middle):
            ended = began + timedelta(minutes=35 + 4 * number)
            with clock.stopped_at(ended + timedelta(hours=2)):  # when the device had a signal again
                hand_in(sitting, learner, began, ended)

    yield Act(moment, watched)
    yield Act(_ago(2, 14), offline)
    for learner in cast.high[:3]:
        yield from _sees(cast, learner, moment - timedelta(days=4), HIGH_HEAD, "class")
    for learner in cast.middle:
        yield from _sees(cast, learner, _ago(1, 15), MIDDLE_HEAD, "class")
    late = cast.high[3].account
    assert late.person is not None
    gone = late.person.memberships.get(unit__name=HIGH)
    yield Act(_ago(1, 8), partial(belonging.leave_unit, gone, day=_ago(1).date(), by=cast.staff["dieuphoi"]))
    yield Act(_ago(0.3, 9), partial(confirm, cast.tasks[0], late, head, "class", made_at=_ago(1.4)))


def _seated(sitting: Any, learner: Learner, by: Account) -> None:
    """A learner types the code of the room and is recognised."""
    seat = joining.enter(sitting.code, by=learner.account, ward=sitting.ward)
    opening.recognise(seat, is_known=True, by=by)


def _paper(cast: Cast) -> Acts:
    """Two forms for those who use no screen: typed by two, once so far, and read differently by two."""
    office, ambassador = cast.staff["dieuphoi"], cast.staff["daisuso"]
    made: dict[str, Any] = {}
    yield Act(_ago(5.5, 8), lambda: made.update(old=forms.make(cast.rule(ADULTS), by=office)))
    yield Act(_ago(1.5, 8), lambda: made.update(new=forms.make(cast.rule(ADULTS), by=office)))
    yield Act(_ago(1.5, 8, 5), lambda: forms.end(made["old"], by=office))

    def typed(form: str, learner: Learner, weeks: float, *, again: Learner | None = None) -> Act:
        def do() -> None:
            sheet = entering.type_first(
                made[form], learner.account, on_paper(made[form], learner), sat_on=clock.today(), watched_by=ambassador,
                by=ambassador,
            )  # fmt: skip
            if again is not None:
                entering.type_second(sheet, on_paper(made[form], again), by=office)

        return Act(_ago(weeks, 16), do)

    passed, failed, once, differs = cast.others[:4]
    unable = _able(failed, UNABLE)
    yield typed("old", passed, 5, again=passed)
    yield from _sees(cast, passed, _ago(4.8), "daisuso", "door")
    yield typed("old", unable, 4, again=unable)
    # Certified under the first version of the rule; this paper under the second replaces it.
    yield typed("old", cast.adults[0], 3.2, again=cast.adults[0])
    yield typed("new", once, 0.9)
    yield typed("new", differs, 0.7, again=_able(differs, 1.2))


def _own(cast: Cast) -> Acts:
    """The citizen of the stories: placed, measured, failed at first, practised, passed; in the middle of the second measure."""
    own = cast.own
    yield _sits(cast, _able(own, -0.4), PLACEMENT, _ago(6, 19))
    yield _sits(cast, _able(own, -0.6), CHANGE, _ago(6, 20))
    yield _sits(cast, _able(own, UNABLE), ADULTS, _ago(3, 20))
    on_screen, door, counter = cast.screens[0], *cast.seen[:2]
    yield Act(_ago(2.6, 20), partial(go_through, on_screen, own.account, _ago(2.6, 20)))
    yield Act(_ago(2, 17), partial(confirm, door, own.account, cast.staff["thanhvien"], "door", note="Làm gọn, không phải nhắc (minh họa)."))  # fmt: skip
    yield Act(_ago(1.6, 9), partial(confirm, counter, own.account, cast.staff["daisuso"], "counter"))
    yield _sits(cast, own, ADULTS, _ago(0.6, 19))
    yield Act(_ago(0.2, 20), partial(go_through, cast.screens[1], own.account, _ago(0.2, 20), is_right=False))
    yield _sits(cast, own, CHANGE, clock.now() - timedelta(minutes=14), most=6)


def _judged(cast: Cast) -> Acts:
    """What a person had to look at: patterns, appeals, practice, revocations; each also in a state that waits."""
    office, leader, rest = cast.staff["dieuphoi"], cast.staff["lanhdao"], cast.adults[8:]
    better, upheld, granted, expired, left, quick, again = rest[:7]
    yield _sits(cast, _able(better, UNABLE), ADULTS, _ago(3, 9))
    yield _sits(cast, better, ADULTS, _ago(2.4, 9))
    yield from _sees(cast, better, _ago(2.2), "daisuso", "counter")
    yield Act(_ago(2, 9), lambda: _settle(better, Suspicion.State.FINE, "Đã gọi hỏi: người học ôn thêm ở lớp (minh họa).", office))  # fmt: skip
    for learner, moment in ((quick, _ago(0.4, 8)), (again, _ago(1.7, 8))):
        yield from _sees(cast, learner, moment - timedelta(days=2), "daisuso", "counter")
        yield _sits(cast, _able(learner, 6.0, _too_quick), ADULTS, moment)
    yield Act(_ago(1.4, 8), lambda: _settle(again, Suspicion.State.REPEAT, "Nhịp trả lời không giống tự đọc câu hỏi; mời làm lại có giám thị (minh họa).", office))  # fmt: skip
    yield _sits(cast, expired, ADULTS, _ago(2, 9), most=7)
    yield Act(_ago(2, 13), attempts.close_all_overdue)
    yield _sits(cast, left, ADULTS, _ago(1, 9), most=5)
    yield Act(_ago(1, 9, 30), lambda: attempts.give_up(_last(left, ADULTS), by=left.account))
    for learner, weeks in ((upheld, 2.2), (granted, 3.3), (cast.others[4], 0.8)):
        yield _sits(cast, _able(learner, UNABLE), ADULTS, _ago(weeks, 11))
    yield from _appeals(cast, upheld, granted, office)
    yield from _practice(cast, office)
    yield from _revocations(cast, office, leader)


def _too_quick(position: int) -> float:
    """Faster than anybody reads, with two long pauses between."""
    return 150.0 if position in (2, 6) else 1.3


def _settle(learner: Learner, state: str, why: str, by: Account) -> None:
    """Look at everything that was seen in a learner's latest attempt."""
    for one in _last(learner, ADULTS).suspicions.filter(state=Suspicion.State.OPEN):
        one.refresh_from_db()
        if one.state == Suspicion.State.OPEN:
            appealing.settle(one, state=state, why=why, by=by)


def _appeals(cast: Cast, upheld: Learner, granted: Learner, by: Account) -> Acts:
    """One answer stays, one whole attempt is let go and done anew, one waits."""

    def appeal(learner: Learner, text: str, *, with_item: bool) -> None:
        attempt = _last(learner, ADULTS)
        item = attempt.items.filter(right=False).first() if with_item else None
        appealing.appeal(attempt, text=text, item=item, by=learner.account)

    def answer(learner: Learner, state: str, words: str) -> None:
        row = _last(learner, ADULTS).appeals.get()
        appealing.answer(row, state=state, words=words, by=by)

    yield Act(_ago(2.1, 11), partial(appeal, upheld, "Câu này hai ý đều đúng, xin xem lại (minh họa).", with_item=True))
    yield Act(_ago(1.8, 11), partial(answer, upheld, Appeal.State.UPHELD, "Đã xem lại: câu hỏi về việc làm đầu tiên, nên chỉ một ý đúng (minh họa)."))  # fmt: skip
    yield Act(_ago(3.2, 11), partial(appeal, granted, "Lúc làm bài thì mất điện, máy tắt giữa chừng (minh họa).", with_item=False))  # fmt: skip
    yield Act(_ago(3, 11), partial(answer, granted, Appeal.State.GRANTED, "Chấp nhận: làm lại được ngay, không phải chờ (minh họa)."))  # fmt: skip
    yield _sits(cast, granted, ADULTS, _ago(1.9, 11))
    yield from _sees(cast, granted, _ago(1.7), "daisuso", "door")
    yield Act(_ago(0.5, 11), partial(appeal, cast.others[4], "Câu hỏi dùng từ khó hiểu, mong xem lại (minh họa).", with_item=True))  # fmt: skip


def _practice(cast: Cast, by: Account) -> Acts:
    """One that was confirmed by mistake, one that a device with a wrong clock sent."""
    wrong, odd = cast.others[2].account, cast.others[3].account
    ambassador = cast.staff["daisuso"]

    def withdraw() -> None:
        row = practising.standing(wrong).get(task=cast.tasks[2])
        practising.withdraw(row, why="Ghi nhầm người (minh họa).", by=ambassador)

    yield Act(_ago(1.2, 9), partial(confirm, cast.tasks[2], wrong, ambassador, "counter"))
    yield Act(_ago(1.2, 10), withdraw)
    yield Act(_ago(1.1, 9), partial(confirm, cast.tasks[3], wrong, ambassador, "counter"))
    yield Act(_ago(0.3, 10), lambda: confirm(cast.tasks[4], odd, ambassador, "door", made_at=clock.now() + timedelta(days=40)))  # fmt: skip


def _revocations(cast: Cast, office: Account, leader: Account) -> Acts:
    """One is taken back by two persons, one stays, one waits for the second."""
    Reason = Revocation.Reason

    def propose(learner: Learner, reason: str, why: str, by: Account) -> None:
        certificate = Certificate.objects.filter(account=learner.account).first()
        if certificate is not None:
            revoking.propose(certificate, reason=reason, why=why, by=by)

    def decide(learner: Learner, act: Callable[..., object], answer: str, by: Account) -> None:
        row = Revocation.objects.filter(certificate__account=learner.account, state=Revocation.State.PROPOSED).first()
        if row is not None:
            act(row, by=by, answer=answer)

    taken, stays, waits = cast.adults[1], cast.adults[3], cast.adults[2]
    yield Act(_ago(2.5, 10), partial(propose, taken, Reason.CONDUCT, "Người khác làm hộ, hai người chứng kiến (minh họa).", office))  # fmt: skip
    yield Act(_ago(2.3, 10), partial(decide, taken, revoking.confirm, "Đã đối chiếu biên bản (minh họa).", leader))
    yield Act(_ago(1.5, 10), partial(propose, stays, Reason.IDENTITY, "Trùng họ tên với người khác trong tổ (minh họa).", leader))  # fmt: skip
    yield Act(_ago(1.4, 10), partial(decide, stays, revoking.decline, "Đúng người, đã xem giấy tờ (minh họa).", office))
    yield Act(_ago(0.3, 11), partial(propose, waits, Reason.MISTAKE, "Có thể đã xác nhận thực hành nhầm người (minh họa).", office))  # fmt: skip


def _today(cast: Cast) -> Acts:
    """Sittings that are open now, one of them on a device and one for a class, and somebody at work at home."""
    now, ambassador, teacher = clock.now(), cast.staff["daisuso"], cast.staff[HIGH_HEAD]
    done, running, seated = cast.others[5:8]

    def watched() -> None:
        sitting = opening.open_sitting(
            cast.rule(ADULTS), title="Kiểm tra tại bộ phận một cửa (minh họa)", place="Trung tâm phục vụ hành chính công",
            minutes=opening.LONGEST, by=ambassador,
        )  # fmt: skip
        for learner in (done, running, seated):
            _seated(sitting, learner, ambassador)
        for learner in (cast.others[1], cast.adults[10]):
            opening.add_candidate(sitting, learner.account, by=ambassador)
        for learner, most in ((done, 80), (running, 6)):
            seat = joining.seat_of(sitting, learner.account)
            assert seat is not None
            sit(joining.begin(seat, by=learner.account), learner, clock.now(), most=most)

    def offline() -> None:
        sitting = opening.open_sitting(
            cast.rule(PUPILS), title="Làm bù lớp 12A1 (minh họa)", place="Nhà văn hóa", minutes=opening.LONGEST,
            by=teacher, offline=True,
        )  # fmt: skip
        for learner in cast.high[:3]:
            opening.add_candidate(sitting, learner.account, by=teacher)

    def placed() -> None:
        sitting = opening.open_sitting(
            cast.rule(PLACEMENT), title="Xếp lớp ở nhà văn hóa (minh họa)", place="Nhà văn hóa tổ 1", minutes=opening.LONGEST,
            by=cast.staff["thanhvien"],
        )  # fmt: skip
        joining.enter(sitting.code, by=cast.own.account, ward=cast.ward)

    yield from _sees(cast, done, _ago(0.3, 8), "dieuphoi", "class")
    yield Act(now - timedelta(minutes=30), placed)
    yield Act(now - timedelta(minutes=40), watched)
    yield Act(now - timedelta(minutes=38), offline)
    yield _sits(cast, cast.adults[-1], ADULTS, now - timedelta(minutes=16), most=8)
