"""The front page: what this place is, what can be learned, how far we are, where to ask for help."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from hocvu.learning import catalogue
from hocvu.lib import clock
from hocvu.lib.web import render
from hocvu.outreach import classes
from hocvu.plan.measures import Figure
from hocvu.plan.models import Plan, Target
from hocvu.plan.standing import Standing, standings
from hocvu.ward.access import public
from hocvu.ward.models import Account, Ward

COMING = 3  # sessions of classes
SHOWN = 3  # figures on the front page; the rest are one press away


@dataclass(frozen=True, slots=True)
class Fact:
    """A target and how it stands, as the front page says it."""

    standing: Standing

    @property
    def target(self) -> Target:
        return self.standing.target

    @property
    def figure(self) -> Figure | None:
        return self.standing.figure

    @property
    def numerator(self) -> int | None:
        return self.figure.numerator if self.figure else None

    @property
    def denominator(self) -> int | None:
        return self.figure.denominator if self.figure else None


@public
def front(request: HttpRequest) -> HttpResponse:
    """Greet anyone who comes by."""
    ward: Ward | None = getattr(request, "ward", None)
    context = {
        "facts": facts(ward) if ward else [],
        "year": clock.today().year,
        "has_plan": ward is not None and Plan.objects.of(ward).running().exists(),
        "sessions": classes.coming(ward, COMING) if ward else [],
        "suggestion": _lesson_for_today(request, ward) if ward else None,
    }
    return render(request, "home/front.html", context)


def _lesson_for_today(request: HttpRequest, ward: Ward) -> catalogue.Suggestion | None:
    account = request.user if isinstance(request.user, Account) else None
    standing = catalogue.standing_of(account, ward)
    return catalogue.suggestion(catalogue.catalogue_of(ward), standing, catalogue.group_of(request.COOKIES))


def facts(ward: Ward) -> list[Fact]:
    """This year's targets of the ward; those with a figure first."""
    today = clock.today()
    targets = list(Target.objects.of(ward).living().filter(year=today.year).order_by("position"))
    shown = [Fact(standing) for standing in standings(targets, today)]
    return sorted(shown, key=lambda fact: (fact.figure is None, fact.denominator is None))[:SHOWN]
