"""The adaptive knowledge test in simulation, against the same bank asked as a fixed test of 30 questions.

Examinees with abilities N(0, 1) around the cut; a bank of 120 questions over nine core competences, each guessed
rightly in 20 of 100 by whoever does not know, their difficulty N(0, 1) and discrimination log-normal; what the test is
told of a question is what the product's own calibration makes of 300 answers to it. Three kinds of bank differ in how well
their questions discriminate, which decides more than the rule does: strong ones are what simulations with the constant
1.7 usually draw, 1.7 times log-normal (0, 0.3). Each figure is over four banks of a kind, 2,000 examinees each; both kinds
of error are shares of all examinees. Besides, the same with what is known on the first day: every discrimination taken as
1 and difficulties guessed with an error of 0.7. Takes some minutes, nearly all of them for calibrating.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from hocvu.assessment.questions.fitting import Answer, fit
from hocvu.assessment.testing.adaptive import Answered, Candidate, Item, Plan, belief, choose

EXAMINEES, DRAWN, QUESTIONS, ANSWERS, CORE, GUESS, FIXED = 8000, 4, 120, 300, 9, 0.2, 30
SHEET = 40  # questions that each of those answers whom the bank is calibrated with
AUTHOR = 0.7  # error of a guessed difficulty, logits
# Mean and standard deviation of the logarithm of the discrimination.
BANKS = {"strong": (math.log(1.7), 0.3), "middling": (0.2, 0.3), "weak": (0.0, 0.3)}
PLAN = Plan(pass_above=0.6, core=frozenset(f"c{number}" for number in range(CORE)))

WAYS = ("adaptive", "fixed best 30", "fixed random 30", "adaptive, first day")

Figures = dict[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Bank:
    """Questions as they are, and as the test knows them."""

    true: Sequence[Item]
    told: Sequence[Item]


def measure() -> Figures:
    """Accuracy, both errors and numbers of questions for each kind of bank and each way of asking."""
    figures: Figures = {}
    for kind, (mean, sd) in BANKS.items():
        results: dict[str, list[_Result]] = {way: [] for way in WAYS}
        for number in range(DRAWN):
            chance = random.Random(f"{kind} {number}")
            bank = _drawn(mean, sd, chance)
            guessed = Bank(bank.true, [Item(one.difficulty + chance.gauss(0, AUTHOR), 1.0, GUESS) for one in bank.true])
            best = sorted(range(QUESTIONS), key=lambda n: -bank.told[n].information(PLAN.cut))[:FIXED]
            for n in range(EXAMINEES // DRAWN):
                results["adaptive"].append(_adaptive(bank, chance, f"{number} {n}"))
                results["fixed best 30"].append(_fixed(bank, chance, best))
                results["fixed random 30"].append(_fixed(bank, chance, chance.sample(range(QUESTIONS), FIXED)))
                results["adaptive, first day"].append(_adaptive(guessed, chance, f"{number} {n}"))
        for way, found in results.items():
            figures |= _told(f"{kind} banks, {way}", found)
    return figures


def _drawn(mean: float, sd: float, chance: random.Random) -> Bank:
    true = [Item(chance.gauss(0, 1), chance.lognormvariate(mean, sd), GUESS) for _ in range(QUESTIONS)]
    given = []
    for who in range(QUESTIONS * ANSWERS // SHEET):
        ability = chance.gauss(0, 1)
        for n in chance.sample(range(QUESTIONS), SHEET):
            given.append(Answer(who, n, chance.random() < true[n].right(ability)))
    every = range(QUESTIONS)
    # The calibration keeps the mean of what was believed before; authors are right about it on the average.
    start = {n: true[n].difficulty for n in every}
    told = fit(given, guessing=dict.fromkeys(every, GUESS), start=start, free=set(every)).items
    return Bank(true, [told[n] for n in every])


@dataclass(frozen=True, slots=True)
class _Result:
    able: bool
    passed: bool
    asked: int


def _adaptive(bank: Bank, chance: random.Random, number: str) -> _Result:
    ability = chance.gauss(0, 1)
    left = {str(n): Candidate(str(n), item, f"c{n % CORE}") for n, item in enumerate(bank.told)}
    answers: list[Answered] = []
    asked: dict[str, int] = {}
    told = belief(answers)
    while not PLAN.is_settled(len(answers), told, asked):
        one = choose(list(left.values()), told, PLAN, asked=asked, seed=f"{number}:{len(answers)}")
        if one is None:
            break
        del left[one.key]
        answers.append(Answered(one.item, chance.random() < bank.true[int(one.key)].right(ability)))
        asked[one.competence] = asked.get(one.competence, 0) + 1
        told = belief(answers)
    return _Result(ability >= PLAN.cut, PLAN.passes(told), len(answers))


def _fixed(bank: Bank, chance: random.Random, which: Sequence[int]) -> _Result:
    ability = chance.gauss(0, 1)
    answers = [Answered(bank.told[n], chance.random() < bank.true[n].right(ability)) for n in which]
    return _Result(ability >= PLAN.cut, PLAN.passes(belief(answers)), len(answers))


def _told(name: str, results: Sequence[_Result]) -> Figures:
    def share(which: Sequence[bool]) -> float:
        return round(100 * sum(which) / len(results), 1)

    asked = sorted(one.asked for one in results)
    return {
        f"{name}: right decisions %": share([one.passed == one.able for one in results]),
        f"{name}: false passes %": share([one.passed and not one.able for one in results]),
        f"{name}: false fails %": share([one.able and not one.passed for one in results]),
        f"{name}: questions, median": statistics.median(asked),
        f"{name}: questions, mean": round(statistics.mean(asked), 1),
        f"{name}: questions, 95 of 100": asked[int(len(asked) * 0.95)],
    }
