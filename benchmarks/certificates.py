"""An answer saved, a certificate issued, printed and checked by anybody, against a bare Django view and PyJWT.

Processor time of pages is that of the web server's processes; a database server's own comes on top. Kolibri's figure for
an answer stands in README.md, and `lessons` measures it live.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks._load import load
from benchmarks._served import (
    SECONDS,
    Figures,
    at_each,
    cookie_of,
    environment,
    found,
    get,
    make_database,
    prepared,
    run,
    serving,
    told,
)
from launch import postgres

CLIENTS = (1, 8)
ANSWERS = 1600  # prepared for one measuring, in all its clients
WARMING = 200
ISSUED = 200
PRINTED = 100
RULE = "xac-nhan-nguoi-dan"
TOKEN = "k" * 32


def measure() -> Figures:
    """Everything in one run, each server alone on the machine while it is measured."""
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        with serving("benchmarks._bare:application", dict(os.environ)) as (pid, base):
            figures |= at_each("bare view", pid, base, [get("/")], CLIENTS)
        figures |= _ours("SQLite", Path(folder) / "sqlite", "")
        if (programs := postgres.programs()) is None:
            figures["PostgreSQL"] = "its server is not installed here"
        else:
            with postgres.cluster(programs) as url:
                make_database(url)
                figures |= _ours("PostgreSQL", Path(folder) / "postgresql", url)
    return figures


def _ours(engine: str, data: Path, url: str) -> Figures:
    """The figures of a ward made for this, on one engine."""
    env = environment(data, url)
    made = prepared("benchmarks.certificates", env)
    figures: Figures = {f"{engine}, {name}": figure for name, figure in made["figures"].items()}
    with serving("hocvu.config.wsgi:application", env) as (pid, base):
        sent = load(pid, base, made["answers"][0], clients=1, seconds=30.0).count
        for clients, answers in zip(CLIENTS, made["answers"][1:], strict=True):
            cost = load(pid, base, answers, clients=clients, seconds=SECONDS)
            figures |= told(f"{engine}, answer saved", clients, cost)
            sent += cost.count
        pages = [get(path, cookie) for path, cookie in made["questions"]]
        figures |= at_each(f"{engine}, question page", pid, base, pages, CLIENTS)
        checked = [get(f"/xac-minh/{code}/") for code in made["codes"]]
        first = load(pid, base, [{**shot, "once": True} for shot in checked], clients=1, seconds=30.0)
        figures |= told(f"{engine}, certificate checked for the first time", 1, first)
        figures |= at_each(f"{engine}, certificate checked", pid, base, checked, CLIENTS)
    kept = run("benchmarks.certificates", env, "count")["saved"]
    return figures | {f"{engine}, answers in the database, of those sent": f"{kept} of {sent}"}


# ---- The ward, in a process of its own


def make() -> dict[str, Any]:
    """A ward with the bank and the rules of this repository; attempts that wait for answers, certificates that were
    issued; what is asked of them, and the figures that need no server."""
    import django

    django.setup()
    from django.core.management import call_command

    from hocvu.assessment.models import TestRule

    ward, _ = found()
    with Path(os.devnull).open("w") as nothing:
        for command in ("load_frameworks", "load_questions", "load_tests"):
            call_command(command, stdout=nothing)
    rule = TestRule.objects.select_related("ward").get(ward=ward, code=RULE)
    certificates, figures = _issued(rule)
    figures |= _printed(certificates) | _checked(certificates[0]) | _chosen(rule)
    lots = [_answers(rule, WARMING, 1), *(_answers(rule, ANSWERS, clients) for clients in CLIENTS)]
    at_hand = {(shot["path"], shot["headers"]["Cookie"].split(";")[0]): None for shot in lots[-1]}
    return {
        "figures": figures,
        "answers": lots,
        "questions": list(at_hand)[: max(CLIENTS)],
        "codes": [one.code for one in certificates],
    }


def count() -> dict[str, int]:
    """How many answers stand in the database of attempts that run."""
    import django

    django.setup()
    from hocvu.assessment.models import Attempt, AttemptItem

    rows = AttemptItem.objects.filter(attempt__state=Attempt.State.RUNNING)
    return {"saved": rows.exclude(answered_at=None).count()}


# ---- Answers


def _answers(rule: Any, count: int, clients: int) -> list[dict[str, Any]]:
    """At least so many answers, as the forms of the questions send them, shared out to clients: each has learners of its
    own, one after another, each with an attempt that was begun. The last answer of an attempt is left out, so that every
    one of these saves an answer and asks the next question."""
    shots: list[dict[str, Any]] = []
    for client in range(clients):
        own: list[dict[str, Any]] = []
        while len(own) < count / clients:
            own += _of_one_learner(rule, client)
        shots += own
    return shots


def _of_one_learner(rule: Any, client: int) -> list[dict[str, Any]]:
    from django.urls import reverse

    from hocvu.assessment.testing import attempts
    from hocvu.signin import citizens

    learner = citizens.open_account(rule.ward, full_name="Người học thử")
    attempt = attempts.begin(rule, by=learner)
    headers = {
        "Cookie": f"{cookie_of(learner)}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path = reverse("assessment:attempt", args=(attempt.pk,))
    return [
        {"method": "POST", "path": path, "headers": headers, "body": body, "client": client}
        for body in _foreseen(attempt)
    ]


def _foreseen(attempt: Any) -> list[str]:
    """The answers of an attempt from its first question on: which question follows is settled by the attempt and what was
    answered, so that a run that is undone tells them. Of three questions about two are answered rightly; the other one,
    and each drawn phone (many presses), with "I do not know"."""
    from django.db import transaction

    from hocvu.assessment.questions import marking
    from hocvu.assessment.testing import attempts

    chance, bodies = random.Random(attempt.account_id), []
    with transaction.atomic():
        while True:
            item = attempts.item_now(attempt)
            assert item is not None
            kind, content = item.version.kind, item.version.content
            knows = kind != attempts.SCREENS and chance.random() < 2 / 3
            said = marking.right(kind, content) if knows else None
            over = attempts.answer(attempt, position=item.position, said=said, by=attempt.account, knows=knows).is_over
            if over:
                break
            sent = _sent(kind, said) if knows else [("khong_biet", "1")]
            bodies.append(urlencode([("csrfmiddlewaretoken", TOKEN), ("cau", str(item.position)), *sent]))
        transaction.set_rollback(True)
    return bodies


def _sent(kind: str, said: Any) -> list[tuple[str, str]]:
    """An answer as the form of its question sends it."""
    from hocvu.assessment.questions.marking import ANSWER, PAIR, PLACE

    match kind:
        case "multiple":
            return [(ANSWER, one) for one in said]
        case "true_false":
            return [(ANSWER, str(said).lower())]
        case "order":
            return [(PLACE + step, str(number)) for number, step in enumerate(said, start=1)]
        case "match":
            return [(PAIR + left, right) for left, right in said.items()]
    return [(ANSWER, said)]


# ---- Certificates


def _issued(rule: Any) -> tuple[list[Any], Figures]:
    """Certificates of learners who earned them, and what one came to, its signature included."""
    from hocvu.assessment import certifying
    from hocvu.signin import citizens

    learners = [citizens.open_account(rule.ward, full_name=f"Nguyễn Thị Hoa {n}") for n in range(ISSUED + 1)]
    for learner in learners:
        _earn(learner, rule)
    made = [certifying.award_if_earned(learners.pop(), rule)]  # makes the key and the list of the ward
    began = time.process_time()
    made += [certifying.award_if_earned(learner, rule) for learner in learners]
    spent = time.process_time() - began
    certificates = [one for one in made if one is not None]
    assert len(certificates) == ISSUED + 1
    return certificates, {"certificate issued: CPU ms": round(1000 * spent / ISSUED, 2)}


def _earn(learner: Any, rule: Any) -> None:
    """A passed attempt and practice that was seen."""
    from datetime import timedelta

    from hocvu.assessment.models import Attempt, PracticeConfirmation, PracticeTask
    from hocvu.assessment.testing import rules
    from hocvu.lib import clock

    now = clock.now()
    Attempt.objects.create(
        ward=rule.ward, account=learner, rule=rule, frozen=rules.frozen(rule), kind=rule.kind, passed=True,
        state=Attempt.State.FINISHED, began_at=now - timedelta(minutes=30), due_at=now, ended_at=now, sure=0.97,
    )  # fmt: skip
    for number in range(rule.params["practice"]):
        task, _ = PracticeTask.objects.get_or_create(
            ward=rule.ward, code=f"viec-{number}", number=1,
            defaults={"title": f"Việc {number}", "competence": f"{rule.framework}/4.2", "level": rule.level,
                      "valid_from": rule.valid_from},
        )  # fmt: skip
        way = PracticeConfirmation.Way.SCREEN
        PracticeConfirmation.objects.create(ward=rule.ward, account=learner, task=task, way=way)


def _printed(certificates: Sequence[Any]) -> Figures:
    """Papers in processor seconds. typst remembers what it has set before: each time another certificate."""
    from hocvu.assessment import printing

    others = iter(certificates[PRINTED:])
    one = _best(lambda: printing.pdf_of([next(others)]), 5)
    began = time.process_time()
    size = len(printing.pdf_of(certificates[:PRINTED]))
    many = time.process_time() - began
    return {
        "PDF of one, CPU ms": round(1000 * one, 1),
        f"PDF of {PRINTED}, CPU ms each": round(1000 * many / PRINTED, 2),
        f"PDF of {PRINTED}, kB": round(size / 1000, 1),
    }


def _checked(certificate: Any) -> Figures:
    """The same token by PyJWT, by our check without records, by our check with them."""
    import jwt

    from hocvu.assessment.certificates import checking, keys
    from hocvu.lib import clock

    token, trusted, now = certificate.token, keys.public_of(certificate.key.public), clock.now()
    assert checking.check(token).is_valid
    assert checking.check_alone(token, trusted=trusted, at=now).is_valid
    theirs = _mean(lambda: jwt.decode(token, trusted, algorithms=["ES256"]))
    alone = _mean(lambda: checking.check_alone(token, trusted=trusted, at=now))
    whole = _mean(lambda: checking.check(token))
    return {
        "token by PyJWT, CPU ms": round(1000 * theirs, 3),
        "token by our check alone, CPU ms": round(1000 * alone, 3),
        "token by our check with records, CPU ms": round(1000 * whole, 3),
        "our check alone against PyJWT": round(alone / theirs, 2),
    }


def _chosen(rule: Any) -> Figures:
    """One step of a test over the real bank, in the middle: what ten answers leave to believe, and the next question."""
    from hocvu.assessment.testing import adaptive, choosing, rules

    pool, plan = choosing.pool_of(rule.ward_id, rules.frozen(rule)), rules.plan_of(rules.frozen(rule))
    given, left = pool.candidates[:10], pool.candidates[10:]
    answers = [adaptive.Answered(one.item, number % 3 > 0) for number, one in enumerate(given)]
    asked = {one.competence: 1 for one in given}
    seeds = iter(range(10**6))

    def step() -> None:
        adaptive.choose(left, adaptive.belief(answers), plan, asked=asked, seed=str(next(seeds)))

    return {"questions to choose from": len(pool.candidates), "a question chosen, CPU ms": round(1000 * _mean(step), 3)}


def _best(act: Callable[[], Any], rounds: int) -> float:
    spent = []
    for _ in range(rounds + 1):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return min(spent[1:])


def _mean(act: Callable[[], Any], times: int = 300) -> float:
    """Processor seconds of one, the best of three rows of them; the first round fills the caches."""

    def row() -> None:
        for _ in range(times):
            act()

    return _best(row, 3) / times


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocvu.config.settings")
    print(json.dumps(count() if sys.argv[1:] == ["count"] else make(), ensure_ascii=False))
