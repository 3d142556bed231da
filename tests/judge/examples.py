"""An example of every address: objects of the demo world for its arguments, and somebody who may open it.

An argument is called after its model: `unit_id` is a Unit's key, `ward_slug` a Ward's slug. What is not a
model's field stands in WORDS. An address without an example is a fault: it could not be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice, product
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from hocvu.assessment.models import (
    Attempt,
    Candidate,
    Certificate,
    PracticeConfirmation,
    QuestionMedia,
    ScreenTry,
    Sitting,
    TestRule,
)
from hocvu.learning.models import Media
from hocvu.lib import clock
from hocvu.plan import populations
from hocvu.plan.models import UnitReport
from hocvu.signin import pending, second_step
from hocvu.signin.models import Guardianship, Passkey, Proof, SignIn, Way
from hocvu.signin.sessions import HOW
from hocvu.ward import keeping
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.models import Account, Grant, GrantProposal, Notice
from tests.judge import outreach_examples
from tests.judge.addresses import Address

ROWS = 12  # of a model, spread over the table
TRIES = 80  # openings before an address is given up
SIGN_IN = "/dang-nhap/"

# Arguments that are no model's field: where their values come from.
WORDS: dict[str, Callable[[], Iterable[Any]]] = {
    "year": lambda: (2026, 2025),
    "month": lambda: range(12, 0, -1),
    "task_id": lambda: DBTaskResult.objects.values_list("pk", flat=True),  # or a task of the plan, below
    "population": lambda: [one.code for one in populations.populations()],
    "rule": lambda: [rule.code for rule in keeping.rules()],
    "secret": lambda: ("0" * 26,),  # of no card
    "part_number": lambda: range(1, 4),  # of a lesson, counted from 1
    "variant": lambda: ("main",),  # of a file of a lesson
    "number": lambda: range(1, 4),  # the rows of a reading, counted from 1
    **outreach_examples.WORDS,
}


# Addresses that only the right person opens, for the right row: (arguments, account) to try first.
OWN: dict[str, Callable[[], Iterable[tuple[dict[str, Any], Account]]]] = {
    "ward:notice": lambda: [({"notice_id": n.pk}, n.account) for n in Notice.objects.select_related("account")[:4]],
    **{
        f"signin:{name}": lambda: _dependants()
        for name in ("my_dependant", "agree_for_child", "withdraw_for_child", "leave_guardianship")
    },
    "signin:remove_passkey": lambda: _passkeys(),
    "signin:end_session": lambda: [
        ({"signin_id": row.pk}, row.account) for row in SignIn.objects.select_related("account")[:4]
    ],
    "ward:grant_proposal": lambda: [
        ({"grantproposal_id": row.pk}, account)
        for row in GrantProposal.objects.all()[:2]
        for account in Account.objects.filter(username="quantri2")
    ],
    "learning:media_file": lambda: [
        ({"media_id": row.pk, "variant": "main"}, account)
        for row in Media.objects.filter(variants__has_key="main")[:4]
        for account in Account.objects.filter(username="bientap")
    ],
    **{
        f"learning:{name}": lambda: _media()
        for name in ("medium", "add_captions", "place_media", "remove_media", "retry_media")
    },
    **{f"assessment:{name}": lambda: _certificates() for name in ("my_certificate", "my_paper", "my_token")},
    "assessment:question_media": lambda: [
        ({"questionmedia_id": row.pk}, account)
        for row in QuestionMedia.objects.all()[:4]
        for account in Account.objects.filter(username="bientap")
    ],
    **{f"assessment:{name}": lambda: _attempts(is_over=False) for name in ("attempt", "leave_attempt")},
    **{
        f"assessment:{name}": lambda: _attempts(is_over=True) for name in ("attempt_result", "review_answers", "appeal")
    },
    "assessment:extend_attempt": lambda: _watched_attempts(),
    "assessment:practice_screen": lambda: _screens(),
    **{
        f"assessment:{name}": lambda: [
            ({"practiceconfirmation_id": row.pk}, row.confirmed_by) for row in _confirmations()
        ]
        for name in ("practice_confirmation", "withdraw_practice")
    },
    **{
        f"assessment:{name}": lambda: [
            ({"practiceconfirmation_id": row.pk}, account)
            for row in PracticeConfirmation.objects.filter(withdrawn_by=None).exclude(withdrawn_at=None)[:4]
            for account in Account.objects.filter(username="dieuphoi")
        ]
        for name in ("let_practice_count", "refuse_practice")
    },
    **{
        f"assessment:{name}": lambda: [({"sitting_id": row.pk}, row.proctor) for row in _sittings()]
        for name in (
            "sitting",
            "close_sitting",
            "find_candidate",
            "add_candidate",
            "offline_sitting",
            "hand_in_offline",
        )
    },
    "assessment:add_person": lambda: [
        ({"sitting_id": row.pk, "person_id": seat.account.person_id}, row.proctor)
        for row in _sittings()
        for seat in row.candidates.exclude(account__person=None).select_related("account")[:1]
    ],
    "assessment:my_seat": lambda: [({"sitting_id": row.sitting_id}, row.account) for row in _candidates()],
    "assessment:recognise_candidate": lambda: [
        ({"candidate_id": row.pk}, row.sitting.proctor) for row in _candidates()
    ],
    "plan:write_report": lambda: _reports_of_heads(UnitReport.OPEN),
    "plan:take_back_report": lambda: _reports_of_heads((UnitReport.State.SUBMITTED,)),
    **outreach_examples.OWN,
}


def _dependants() -> Iterator[tuple[dict[str, Any], Account]]:
    """Guardianships that hold, each with its guardian."""
    for row in Guardianship.objects.filter(state=Guardianship.State.CONFIRMED).select_related("account")[:4]:
        yield {"guardianship_id": row.pk}, row.account


def _media() -> Iterator[tuple[dict[str, Any], Account]]:
    """Files of every kind, each with its lesson and somebody who writes lessons: of any file and any lesson few belong
    together."""
    editors = list(Account.objects.filter(username="bientap"))
    for kind in Media.Kind.values:
        for row in Media.objects.filter(kind=kind).order_by("-state", "pk")[:4]:
            for editor in editors:
                yield {"lesson_id": row.lesson_id, "media_id": row.pk}, editor


def _certificates() -> Iterator[tuple[dict[str, Any], Account]]:
    """Certificates that stand, each with whose it is."""
    held = Certificate.objects.filter(revoked_at=None, superseded_by=None).exclude(account=None)
    for row in held.select_related("account")[:4]:
        assert row.account is not None
        yield {"certificate_id": row.pk}, row.account


def _attempts(*, is_over: bool) -> Iterator[tuple[dict[str, Any], Account]]:
    """Attempts that run, or that are over, each with whose it is."""
    rows = Attempt.objects.finished() if is_over else Attempt.objects.running().filter(due_at__gt=clock.now())
    rows = rows.filter(account__is_demo=True).select_related("account").order_by("pk")
    for row in [one for kind in TestRule.Kind.values for one in rows.filter(kind=kind)[:2]]:
        yield {"attempt_id": row.pk}, row.account


def _watched_attempts() -> Iterator[tuple[dict[str, Any], Account]]:
    """Attempts at a sitting, each with who watches it."""
    for row in Attempt.objects.exclude(sitting=None).order_by("-state").select_related("sitting__proctor")[:6]:
        assert row.sitting is not None
        yield {"attempt_id": row.pk}, row.sitting.proctor


def _screens() -> Iterator[tuple[dict[str, Any], Account]]:
    """Ways through a drawn phone, open or ended, each with whose it is."""
    for row in ScreenTry.objects.exclude(task=None).select_related("account").order_by("-ended_at")[:4]:
        yield {"practicetask_id": row.task_id, "screentry_id": row.pk}, row.account


def _confirmations() -> Iterable[PracticeConfirmation]:
    rows = PracticeConfirmation.objects.exclude(confirmed_by=None).select_related("confirmed_by")
    return rows.order_by(F("withdrawn_at").asc(nulls_first=True), "pk")[:4]


def _sittings() -> Iterable[Sitting]:
    """Sittings, those that are open first."""
    return Sitting.objects.select_related("proctor").order_by("-closes_at", "pk")[:6]


def _candidates() -> Iterable[Candidate]:
    """Who is on the list of a sitting."""
    rows = Candidate.objects.filter(account__is_demo=True).select_related("account", "sitting__proctor")
    return rows.order_by("-sitting__closes_at", "pk")[:6]


def _passkeys() -> Iterator[tuple[dict[str, Any], Account]]:
    """A key that was lost: an officer of the demo ward has none, as nobody could come in with it."""
    officer = Account.objects.filter(username="kiemtoan").first()
    if officer is None:
        return
    described = {"public_key": b"?", "sign_count": 0, "label": "Khóa thử", "made_at": timezone.now()}
    key, _ = Passkey.objects.get_or_create(account=officer, credential_id="judge", defaults=described)
    yield {"passkey_id": key.pk}, officer


def _reports_of_heads(states: Iterable[str]) -> Iterator[tuple[dict[str, Any], Account]]:
    """Reports in some states, offices' and teams', each with somebody who speaks for its unit."""
    for is_team in (False, True):
        for report in UnitReport.objects.filter(state__in=states, is_team=is_team).order_by("-pk")[:4]:
            grant = Grant.objects.filter(unit=report.unit, account__is_demo=True).select_related("account").first()
            if grant is not None:
                yield {"unitreport_id": report.pk}, grant.account


class NoExample(Exception):
    """Nobody could open the address; the message says what was tried."""


@dataclass(frozen=True)
class Example:
    """An address opened by somebody."""

    address: Address
    path: str
    account: Account | None
    status: int
    is_page: bool  # HTML to look at, rather than a file, JSON, a redirect or "only by POST"

    @property
    def who(self) -> str:
        return self.account.username if self.account else "nobody in particular"


@cache
def example_of(address: Address) -> Example:
    """The fullest page that somebody of the demo world can open at this address."""
    return fullest(address)


def fullest(address: Address, *, enough: int = 4) -> Example:
    """The fullest of so many pages at an address that somebody can open; found anew."""
    if not address.name:
        raise NoExample(f"/{address.route} has no name, so that nothing can link to it by name")
    found: list[tuple[int, Example]] = []
    statuses: dict[int, int] = {}
    for path, account in islice(_openings(address), TRIES):
        response = visitor(account, address.name).get(path)
        statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
        if _opened(response):
            found.append((len(getattr(response, "content", b"")), _example(address, path, account, response)))
        if len(found) >= enough:
            break
    if not found:
        raise NoExample(f"{address} ({address.route}): no role of the demo world could open it, tried {statuses}")
    return max(found, key=lambda pair: (pair[1].status == 200, pair[0]))[1]


def visitor(account: Account | None, name: str = "") -> Client:
    """Somebody with a browser; nobody in particular where no account is given. A citizen came by VNeID level 2; an address
    in the middle of a journey is reached with what the journey has left so far."""
    client = Client()
    if account is not None:
        client.force_login(account)
        if account.is_citizen:
            now = timezone.now().timestamp()
            _keep(client, HOW, {"sign_in": 0, "way": Way.VNEID, "proof": Proof.VNEID2, "at": now, "seen": now})
    if (go := ON_THE_WAY.get(name)) is not None:
        go(client)
    return client


def _keep(client: Client, key: str, value: object) -> None:
    session = client.session
    session[key] = value
    session.save()


def _password_was_right(username: str) -> Callable[[Client], None]:
    """Somebody of the staff between the password and the second step."""

    def go(client: Client) -> None:
        account = Account.objects.filter(username=username).first()
        if account is None:
            return
        request = HttpRequest()
        request.session = client.session
        pending.start(request, account, "")
        request.session.save()
        client.cookies["sessionid"] = request.session.session_key or ""

    return go


def _app_is_begun(client: Client) -> None:
    _password_was_right("dieuphoi")(client)
    officer = Account.objects.filter(username="dieuphoi").first()
    if officer is not None and second_step.setup_of(officer) is None:
        second_step.begin_app(officer)


def _key_is_there(client: Client) -> None:
    list(_passkeys())
    _password_was_right("kiemtoan")(client)


def _card_was_scanned(client: Client) -> None:
    client.get("/T/" + "0" * 26)


# Addresses in the middle of a journey: what a browser holds when it comes there.
ON_THE_WAY: dict[str, Callable[[Client], None]] = {
    "signin:second_step": _key_is_there,
    "signin:set_up": _password_was_right("dieuphoi"),
    "signin:set_up_app": _app_is_begun,
    "signin:set_up_passkey": _password_was_right("dieuphoi"),
    "signin:card_pin": _card_was_scanned,
}


def sends_to_sign_in(response: HttpResponse) -> bool:
    """Whether the answer is "sign in first"."""
    return response.status_code == 401 or (
        response.status_code in (301, 302, 303) and response["Location"].startswith(f"{SIGN_IN}?")
    )


def _opened(response: HttpResponse) -> bool:
    """A page, a file, an address that only takes posts, or a way on to somewhere else."""
    if sends_to_sign_in(response):
        return False
    return response.status_code in (200, 405, 302, 303)


def _example(address: Address, path: str, account: Account | None, response: HttpResponse) -> Example:
    is_page = response.status_code == 200 and response.get("Content-Type", "").startswith("text/html")
    return Example(address, path, account, response.status_code, is_page)


def _openings(address: Address) -> Iterator[tuple[str, Account | None]]:
    """Each set of arguments with each account worth trying; the arguments vary first."""
    for arguments, owner in OWN.get(address.name, list)():
        yield reverse(address.name, kwargs=arguments), owner
    accounts = accounts_for(address.capability)
    paths = list(_paths(address))
    for account in accounts:
        for path in paths:
            yield path, account


def _paths(address: Address) -> Iterator[str]:
    pools = [values_of(argument) for argument in address.arguments]
    for values in islice(product(*pools), ROWS * ROWS):
        try:
            yield reverse(address.name, kwargs=dict(zip(address.arguments, values, strict=True)))
        except NoReverseMatch:
            continue  # a value of this field that the converter does not take


def values_of(argument: str) -> list[Any]:
    """Values from the demo world for an argument of an address. Raises NoExample where the name says nothing."""
    pools = [WORDS[argument]] if argument in WORDS else []
    pools += [partial(_spread, model, field) for model in apps.get_models() if (field := _field(argument, model))]
    if not pools:
        raise NoExample(
            f"the argument {argument!r} names no model and field, such as task_id, and is not in the judge's WORDS"
        )
    values = [value for pool in pools for value in pool()]
    if not values:
        raise NoExample(f"the demo world holds nothing for the argument {argument!r}")
    return values


def _field(argument: str, model: Any) -> str:
    """The field of a model that an argument means; `run_id` is also a ScheduledRun's key."""
    if not model.__module__.startswith("hocvu."):
        return ""
    stem, _, field = argument.rpartition("_")
    if argument.replace("_", "") == model._meta.model_name:
        return "pk"
    meant = bool(stem) and model._meta.model_name.endswith(stem.replace("_", ""))
    return field if meant and _has(model, field) else ""


def _has(model: Any, field: str) -> bool:
    if field in ("id", "pk"):
        return True
    try:
        return bool(model._meta.get_field(field))
    except FieldDoesNotExist:
        return False


def _spread(model: Any, field: str) -> list[Any]:
    """Values spread over the whole table, so that odd rows are met too."""
    values = list(model._default_manager.order_by("pk").values_list(field, flat=True))
    step = max(1, len(values) // ROWS)
    return values[::step][:ROWS]


def accounts_for(capability: str) -> list[Account | None]:
    """Whom to try: nobody for a public page, else first one of each role that has the right, then the others."""
    if capability == "public":
        return [None]
    entitled = [role for role in Role if capability == "signed_in" or capability in CAPABILITIES[role]]
    first = [account for role in entitled if (account := of_role(role))]
    return [*first, *_others(entitled, first)]


def of_role(role: Role) -> Account | None:
    """The first demo account that has this role and no other."""
    alone = Account.objects.filter(is_demo=True, is_active=True, grants__role=role).exclude(
        pk__in=Grant.objects.exclude(role=role).values("account")
    )
    return alone.order_by("pk").first()


def _others(roles: list[Role], met: list[Account]) -> list[Account]:
    rest = Account.objects.filter(is_demo=True, is_active=True, grants__role__in=roles)
    return list(rest.exclude(pk__in=[account.pk for account in met]).distinct().order_by("pk")[:TRIES])
