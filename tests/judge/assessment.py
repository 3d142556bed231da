"""A commune with everything of assessment: questions, tests, sittings, paper, practice, certificates; every name marked."""

from __future__ import annotations

import uuid
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from hocvu.assessment import practice_tasks, practising, screen_practice
from hocvu.assessment.certificates import revoking
from hocvu.assessment.models import Certificate, Suspicion, TestRule
from hocvu.assessment.paper import entering, forms
from hocvu.assessment.questions import bank, media
from hocvu.assessment.sittings import opening
from hocvu.assessment.testing import appealing, attempts
from hocvu.assessment.tests import cast_certificates as certificates
from hocvu.assessment.tests import cast_testing as tests
from hocvu.lib import clock
from hocvu.ward import granting
from hocvu.ward.capabilities import Role
from hocvu.ward.models import Account, Ward
from hocvu.ward.receipts import Parcel


def settle(ward: Ward, by: Account, mark: str) -> None:
    """Fill a commune; `mark` stands in every name and every text."""
    watcher = Account.objects.create_account(
        f"{mark.lower()}2", f"{mark} Coi Thi", "không đăng nhập được", is_demo=False
    )
    granting.grant(watcher, Role.AMBASSADOR, ward=ward, by=None, valid_from=date(2025, 1, 1))
    learners = [certificates.make_learner(ward, f"{mark} Học {letter}") for letter in "ABCDE"]
    rule = _bank(ward, by, mark)
    _practice(ward, learners[0], watcher, by, mark)
    _attempts(rule, *learners[1:3], mark)
    _sittings(rule, learners[3], watcher, mark)
    _paper(rule, learners[4], watcher, by)
    tests.sit(attempts.begin(rule, by=learners[0]), learners[0])  # all is right, and practice was confirmed
    revoking.propose(Certificate.objects.get(account=learners[0]), reason="mistake", why=mark, by=by)


def _bank(ward: Ward, by: Account, mark: str) -> TestRule:
    """Questions that are asked, one that waits for approval, one that is being written, a file, a rule."""
    for competence in tests.COMPETENCES:
        for number in range(3):
            said = tests.choices(mark)
            tests.make_question(ward, _code(mark, competence, number), competence=competence, content=said)
    tests.make_question(ward, f"{mark.lower()}-may", kind="screens", content={**tests.SCREENS, "ask": mark})
    for is_sent in (True, False):
        about = {"kind": "single", "competence": "hocvu/4.2", "level": "B2"}
        version = bank.begin(ward, by=by, code=f"{mark.lower()}-{is_sent}".lower(), **about)
        bank.save(version, {"content": tests.choices(mark)}, revision=version.revision, by=by)
        if is_sent:
            bank.send_for_review(version, by=by)
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
    media.take(ward, SimpleUploadedFile(f"{mark}.svg", drawing), by=by, wanted="picture")
    rule = tests.make_confirm(ward, code=mark.lower(), practice=1)
    rule.title = rule.gist = rule.source = mark
    rule.save()
    return rule


def _code(mark: str, competence: str, number: int) -> str:
    return f"{mark.lower()}-{competence.replace('.', '-')}-{number}"


def _practice(ward: Ward, learner: Account, watcher: Account, by: Account, mark: str) -> None:
    """A task that was confirmed, another that waits for somebody to look, and a way through a drawn phone."""
    tasks = []
    for number in range(2):
        said = practice_tasks.SaidTask(
            code=f"{mark.lower()}-{number}", title=mark, competence="hocvu/4.2", level="B2", gist=mark,
            lines=[{"text": mark, "must": True}], screens=[f"{mark.lower()}-may"],
        )  # fmt: skip
        tasks.append(practice_tasks.write(ward, said, by=by))
        parcel = Parcel(id=uuid.uuid4())
        practising.confirm(learner, tasks[-1], way="door", seen={0}, by=watcher, parcel=parcel, note=mark)
    waiting = practising.standing(learner).get(task=tasks[1])
    waiting.withdrawn_at, waiting.withdrawn_why = clock.now(), practising.LATE_WORDS
    waiting.save()
    screen_practice.begin(tasks[0], by=learner)


def _attempts(rule: TestRule, one: Account, other: Account, mark: str) -> None:
    """One that runs, one that is over and has a pattern to look at and an appeal."""
    attempts.begin(rule, by=one)
    over = attempts.begin(rule, by=other)
    while (item := attempts.item_now(over)) is not None:
        attempts.answer(over, position=item.position, said=None, knows=False, by=other)
        over.refresh_from_db()
    Suspicion.objects.create(attempt=over, kind="quick", details={"quick": 9, "of": 12, "median": 2})
    appealing.appeal(over, text=mark, item=over.items.first(), by=other)


def _sittings(rule: TestRule, learner: Account, watcher: Account, mark: str) -> None:
    for offline in (False, True):
        held = opening.open_sitting(rule, title=mark, place=mark, minutes=opening.LONGEST, by=watcher, offline=offline)
        opening.recognise(opening.add_candidate(held, learner, by=watcher), is_known=True, by=watcher)


def _paper(rule: TestRule, learner: Account, watcher: Account, by: Account) -> None:
    form = forms.make(rule, by=by)
    entering.type_first(form, learner, {}, sat_on=clock.today(), watched_by=watcher, by=watcher)
