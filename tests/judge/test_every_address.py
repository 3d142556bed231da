"""Every named address of the house is judged. A new one is covered the moment it has a pattern."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from hocvu.ward.capabilities import Role
from tests.judge import pages
from tests.judge.access import faults_of_access, faults_of_declaration
from tests.judge.addresses import Address, every_address
from tests.judge.examples import Example, example_of, of_role, visitor
from tests.judge.queries import faults_of_queries
from tests.site import Site

every = pytest.mark.parametrize("address", every_address(), ids=str)
PERSONAL = "signed_in"  # such a page differs from role to role: each is looked at


def tell(faults: list[str]) -> str:
    return "\n" + "\n".join(f"- {fault}" for fault in faults)


@every
def test_it_says_who_may_open_it(address: Address) -> None:
    faults = list(faults_of_declaration(address))
    assert not faults, tell(faults)


@every
def test_it_can_be_opened_and_refuses_everybody_else(judged: Site, address: Address) -> None:
    faults = list(faults_of_access(example_of(address)))
    assert not faults, tell(faults)


@every
def test_it_asks_as_little_for_many_rows_as_for_few(judged: Site, address: Address) -> None:
    example = example_of(address)
    faults = list(faults_of_queries(example)) if example.status == 200 else []
    assert not faults, tell(faults)


@pytest.mark.browser
@every
def test_it_looks_right_on_a_phone(judged: Site, address: Address, phones: pages.Phones) -> None:
    faults = []
    for example in readings(example_of(address)):
        cookies = session_of(example, judged)
        found = pages.judge(phones, judged.url + example.path, name=address.name, cookies=cookies)
        faults += [f"{example.path} as {example.who}: {fault}" for fault in found]
    assert not faults, tell(faults)


def test_each_role_has_somebody_in_the_demo_world(judged: Site) -> None:
    assert [role for role in Role if of_role(role) is None] == []


def readings(example: Example) -> list[Example]:
    """The example as one role sees it; a page about oneself as each role for which it is made of other parts."""
    if not example.is_page:
        return []
    if example.address.capability != PERSONAL:
        return [example]
    seen: dict[frozenset[str], Example] = {}
    for account in filter(None, map(of_role, Role)):
        answer = visitor(account).get(example.path)
        if answer.status_code == 200:
            seen.setdefault(parts_of(answer.content.decode()), replace(example, account=account))
    return list(seen.values())


def parts_of(page: str) -> frozenset[str]:
    """What a page is made of: its tags and their classes."""
    return frozenset(f"{tag} {kind}" for tag, kind in re.findall(r"<(\w+)(?:[^>]*?\sclass=\"([^\"]*)\")?", page))


def session_of(example: Example, site: Site) -> list[dict[str, Any]]:
    """The cookies of somebody signed in; none for a stranger."""
    cookies = visitor(example.account, example.address.name).cookies
    return [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in cookies.items()]
