"""Another commune beside the demo ward: a twin of everything that hangs on a commune, every name of it marked.

Whoever works in the first must meet none of it: an address of a foreign thing answers as one of a missing thing does,
and no list, page or export holds the mark.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.http import HttpResponse

from hocvu.learning import authoring
from hocvu.learning.media import taking as media
from hocvu.learning.national import importing as national
from hocvu.learning.tests.cast import make_course, make_lesson
from hocvu.lib import clock
from hocvu.lib.months import Month
from hocvu.plan import dividing, filling, funding, importing_external, populations, supervising
from hocvu.plan.models import (
    Carrier,
    Evidence,
    Finding,
    Plan,
    ReportRule,
    Responsibility,
    Section,
    Target,
    Task,
    TaskMeasure,
)
from hocvu.plan.reporting import deciding, opening, settling, signing
from hocvu.plan.reporting.writing import Content
from hocvu.signin import assisting, cards, guardians
from hocvu.signin.models import AssistedSession
from hocvu.signin.vneid import linking
from hocvu.signin.vneid.flow import Said
from hocvu.ward import (
    belonging,
    breaches,
    consenting,
    forgetting,
    granting,
    living,
    merging,
    neighbourhoods,
    notices,
    partners,
    register,
    requests,
)
from hocvu.ward.capabilities import CAPABILITIES, Role
from hocvu.ward.importing import taking
from hocvu.ward.models import Account, Household, Person, Unit, Ward
from hocvu.ward.tests.test_people_pages import BAD, LAN, sheet
from tests.judge import assessment, outreach
from tests.judge.addresses import Address
from tests.judge.examples import of_role, visitor

MARK = "NGOAIXA"
MISSING = {int: 987_654_321, uuid.UUID: uuid.UUID(int=7), str: "khong-co-dau"}


def settle() -> Ward:
    """A second commune with its own of everything, made through the journeys; once."""
    if (known := Ward.objects.filter(code="99999").first()) is not None:
        return known
    ward = Ward.objects.create(code="99999", slug="ngoai-xa", name=MARK, kind="xa", city="tỉnh khác", is_demo=True)
    by = Account.objects.create_account("ngoaixa", f"{MARK} Điều Phối", "không đăng nhập được", is_demo=False)
    office = Unit.objects.create(ward=ward, name=f"{MARK} Phòng", kind=Unit.Kind.OFFICE)
    granting.grant(by, Role.COORDINATOR, ward=ward, unit=office, by=None, valid_from=date(2025, 1, 1))
    places = neighbourhoods.add(ward, [(f"{MARK} thôn 1", 1), (f"{MARK} thôn 2", 2)], by=None)
    _people(ward, places[0], office, by)
    _plan(ward, office, by)
    _learning(ward, by)
    assessment.settle(ward, by, MARK)
    outreach.settle(ward, by, MARK)
    Account.objects.filter(kind=Account.Kind.CITIZEN, person__ward=ward).update(is_demo=False)
    return ward


def _people(ward: Ward, place: Any, office: Unit, by: Account) -> None:
    home = living.found_household(ward, code=f"{MARK}1", address=MARK, neighbourhood=place, by=by)
    described = {
        "only_year": False,
        "sex": "",
        "number": "",
        "phone": "",
        "relation": "",
        "kind": "permanent",
        "day": None,
    }
    people = [
        living.add_person(home, full_name=f"{MARK} Người", born_on=date(1980, 1, 1), by=by, **described)  # type: ignore[arg-type]
        for _ in range(5)
    ]
    merging.merge(people[0], people[1], by=by)
    aloud = assisting.Agreement(AssistedSession.Agreed.WITNESS, witness=MARK, guardian=MARK)
    helped = assisting.write_down(by, people[2], aloud)
    assisting.close(AssistedSession.objects.filter(pk=helped.pk), MARK)
    AssistedSession.objects.filter(pk=helped.pk).update(to_call_back=True)
    _at_the_doors(ward, home, people[3], by)
    membership = belonging.join(people[0], unit=office, kind="official", day=None, by=by)
    assert membership.pk
    belonging.record_circumstance(people[0], kind="access", note=MARK, paper=MARK, day=clock.today(), by=by)
    text = consenting.write_text(ward, purpose="contact", text=MARK, valid_from=date(2026, 1, 1), by=by)
    consenting.give(people[0], text, party="self", representative="", channel="paper", witness="", by=by)
    requests.file(people[0], kind="see", asked_by="self", identified_by=MARK, channel=MARK, text=MARK,
                  received_at=clock.now(), by=by)  # fmt: skip
    breaches.open_breach(ward, title=MARK, happened_at=None, found_at=clock.now(), categories=MARK, people=1,
                         consequences=MARK, by=by)  # fmt: skip
    forgetting.erase(people[4], reason=MARK, by=by)
    marked = [
        [*LAN[:1], f"{MARK}2", f"{MARK} Lan", *LAN[3:7], "1"],
        [*BAD[:1], f"{MARK}2", f"{MARK} B", *BAD[3:7], "1"],
    ]
    taking.confirm(taking.receive(ward, f"{MARK}.xlsx", sheet(*marked), by=by, unit=None), by=by)
    again = [[1, f"{MARK}2", f"{MARK} Làn", LAN[3], "", "", "", "1"]]
    taking.confirm(taking.receive(ward, f"{MARK}.xlsx", sheet(*again), by=by, unit=None), by=by)
    taking.receive(ward, f"{MARK}-chờ.xlsx", sheet(*marked), by=by, unit=None)


def _at_the_doors(ward: Ward, home: Household, person: Person, by: Account) -> None:
    """A card, a guardian whose child it is, somebody who may be of the register."""
    cards.make(person, expires_on=clock.today() + timedelta(days=90), by=by)
    consenting.write_text(ward, purpose="child_learning", text=MARK, valid_from=date(2026, 1, 1), by=by)
    described = {"only_year": False, "sex": "", "phone": "", "relation": "", "kind": "permanent", "day": None, "by": by}
    numbers = {"099180777001": date(1980, 5, 5), "099216777002": date(2016, 6, 6)}
    parent, child = (
        living.add_person(home, full_name=f"{MARK} Người", born_on=born, number=number, **described)
        for number, born in numbers.items()
    )
    guardians.record(child, guardian_number="099180777001", relation="mother", paper=MARK, agreed_on_paper=True, by=by)
    said = Said(MARK, MARK, True, clock.now(), MARK, "099180777001", date(1981, 5, 5))
    stranger = linking.account_for(said, ward)
    Account.objects.filter(pk=stranger.pk).update(is_demo=False)
    assert parent.pk


def _learning(ward: Ward, by: Account) -> None:
    """A course with a published lesson and its file, a draft, files of completions."""
    lesson = make_lesson(ward, slug=MARK.lower(), title=MARK, summary=MARK)
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
    media.from_file(lesson, "hinh.svg", drawing)
    make_course(ward, lesson, slug=MARK.lower(), title=MARK)
    authoring.new_lesson(ward, title=MARK, by=by)
    numbered = Person.objects.filter(ward=ward).exclude(number_index=None).first()
    assert numbered is not None
    row = [register.number_of(numbered, in_full=True), numbered.full_name, MARK, "01/10/2026"]
    rows = sheet(row, heading=["Số định danh", "Họ và tên", "Tên khóa học", "Ngày hoàn thành"])
    given = {"issuer": MARK, "document": MARK, "name": f"{MARK}.xlsx", "content": rows, "by": by}
    national.take_in(ward, **given)  # type: ignore[arg-type]
    national.receive(ward, **given)  # type: ignore[arg-type]


def _plan(ward: Ward, office: Unit, by: Account) -> None:
    plan = Plan.objects.create(ward=ward, number=f"{MARK}/KH", title=MARK, published_by=by)
    section = Section.objects.create(plan=plan, position=1, title=MARK)
    ReportRule.objects.create(plan=plan, frequency="month", text=MARK)
    Target.objects.create(plan=plan, position=1, year=2026, audience="adults", audience_text=MARK, comparator="=",
                          value=80, unit="%", text=MARK, measure="vneid_taught")  # fmt: skip
    task = Task.objects.create(plan=plan, section=section, position=1, content=MARK, result=MARK)
    TaskMeasure.objects.create(task=task, position=1, value=80, unit="%", what=MARK, measure="digital_identity")
    Carrier.objects.create(task=task, unit=office, part=Responsibility.Part.LEAD)
    Evidence.objects.create(task=task, unit=office, kind="link", title=MARK, happened_on=clock.today(), url="https://x.vn",
                            given_by=by)  # fmt: skip
    remark = supervising.remark(task, unit=office, text=MARK, by=by)
    supervising.answer(remark, unit=office, text=MARK, by=by)
    round_ = supervising.inspect(ward, title=MARK, day=clock.today(), place=MARK, led_by=office, members=MARK, by=by)
    supervising.find(round_, task=task, found=MARK, verdict=Finding.Verdict.NEEDS_WORK, by=by)
    sponsor = partners.add(ward, kind="sponsor", name=MARK, note=MARK, by=by)
    partners.promise(sponsor, kind="money", what=MARK, value=77_777, given_on=clock.today(), document=MARK, by=by)
    funding.add(task, source="sponsor", source_text=MARK, partner=sponsor, step="spent", amount=77_777, day=clock.today(),
                document=MARK, note=MARK, by=by)  # fmt: skip
    _reports(ward, plan, office, by)
    dividing.decide(ward, populations.population("adults"), year=2026, choice="given", value=77, source=MARK, note=MARK,
                    by=by)  # fmt: skip
    filling.add(ward, measure="adults_skilled", group="", level="", framework="", milestone=MARK, source=MARK,
                valid_from=date(2026, 1, 1), by=by)  # fmt: skip
    rows = sheet([1, f"{MARK} thôn 1", 5, 9], heading=["STT", "Thôn", "Số đạt", "Tổng số"])
    figures = {"measure": "vneid_taught", "as_of": clock.today(), "issuer": MARK, "document": MARK, "name": f"{MARK}.xlsx",
               "content": rows, "by": by}  # fmt: skip
    importing_external.take_in(ward, **figures)  # type: ignore[arg-type]
    importing_external.receive(ward, **figures)  # type: ignore[arg-type]


def _reports(ward: Ward, plan: Plan, office: Unit, by: Account) -> None:
    """A period with a report that was sent, a question, a draft of the ward's own, and a notice."""
    period = opening.open_month(ward, Month.of(clock.today()))
    settling.ask(ward, asked="teams", text=MARK, unit_word=MARK, is_cumulative=False, valid_from=date(2026, 1, 1),
                 source=MARK, by=by)  # fmt: skip
    report = period.reports.get(unit=office)
    deciding.submit(report, Content(work_done=MARK, difficulties=MARK), version=0, by=by)
    signing.write_texts(signing.summary_of(period), {"general": MARK}, version=0, by=by)
    notices.tell([by], key=MARK, text=MARK, ward=ward)


def models_of(argument: str) -> list[tuple[type[models.Model], str]]:
    """The models, with the field, that an argument of an address may mean: those of its very name where there are any, so
    that a `task_id` is no PracticeTask's."""
    from tests.judge.examples import _field

    meant = [(model, field) for model in apps.get_models() if (field := _field(argument, model))]
    stem = argument.rpartition("_")[0].replace("_", "")
    return [(model, field) for model, field in meant if model._meta.model_name == stem] or meant


def foreign_values(argument: str, ward: Ward) -> list[Any]:
    """Values of an argument that belong to the second commune."""
    values: list[Any] = []
    for model, field in models_of(argument):
        scope = getattr(model, "SCOPE", None)
        if scope is None or not scope.ward:
            continue
        rows = model._default_manager.filter(**{scope.ward: ward.pk})
        values += list(rows.values_list("pk" if field == "id" else field, flat=True)[:2])
    return values


def paths(address: Address, values: Iterable[Any], argument: str) -> Iterator[tuple[str, str]]:
    """(address of something foreign, the same of something missing)."""
    from django.urls import NoReverseMatch, reverse

    for value in values:
        kind = uuid.UUID if isinstance(value, uuid.UUID) else type(value)
        if kind not in MISSING:
            continue
        try:
            yield (
                reverse(address.name, kwargs={argument: value}),
                reverse(address.name, kwargs={argument: MISSING[kind]}),
            )
        except NoReverseMatch:
            continue


def local_accounts(capability: str) -> list[tuple[Role, Account]]:
    """One account of each role that has the capability within its own commune only."""
    found = []
    for role in Role:
        reach = CAPABILITIES[role].get(capability)
        if capability in ("public", "signed_in") or (reach and reach != "everywhere"):
            account = of_role(role)
            if account is not None and not account.grants.filter(ward=None).exists():
                found.append((role, account))
    return found


def faults_of_foreign(address: Address, ward: Ward) -> Iterator[str]:
    """A foreign thing answers as a missing one, to everybody, whether they read or post."""
    if len(address.arguments) != 1 or address.capability == "public":
        return
    [argument] = address.arguments
    values = foreign_values(argument, ward)
    for role, account in local_accounts(address.capability):
        client = visitor(account)
        for foreign, missing in paths(address, values, argument):
            for method in ("get", "post"):
                theirs, nobodys = getattr(client, method)(foreign), getattr(client, method)(missing)
                if theirs.status_code != nobodys.status_code or (theirs.status_code == 200 and method == "post"):
                    yield (
                        f"{address}: {role} {method.upper()} {foreign} answers {theirs.status_code}, "
                        f"a missing one {nobodys.status_code}"
                    )
                if MARK.encode() in body(theirs):
                    yield f"{address}: {role} reads {MARK} at {foreign}"


def faults_of_lists(address: Address) -> Iterator[str]:
    """Nothing of the second commune stands on any page or in any export of the first."""
    if address.arguments:
        return
    from django.urls import reverse

    for role, account in [(None, None)] if address.capability == "public" else local_accounts(address.capability):
        for ending in ("", "?dinh-dang=xlsx"):
            answer = visitor(account).get(reverse(address.name) + ending)
            if MARK.encode() in body(answer):
                yield f"{address}{ending}: {role} reads {MARK}"


def body(answer: HttpResponse) -> bytes:
    """What an answer says; a spreadsheet unpacked."""
    import io
    import zipfile

    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return b"".join(packed.read(name) for name in packed.namelist())
    return content


def kept(ward: Ward) -> dict[str, int]:
    """How many rows of each kind the second commune has: nobody of the first may change that."""
    counted = {"people": Person.objects.filter(ward=ward).count(), "homes": Household.objects.filter(ward=ward).count()}
    for model in apps.get_models():
        scope = getattr(model, "SCOPE", None)
        if scope is not None and scope.ward and model.__module__.startswith("hocvu."):
            counted[model.__name__] = model._default_manager.filter(**{scope.ward: ward.pk}).count()
    return counted
