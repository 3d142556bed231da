"""URL × role × commune, generated from the addresses and the grants: foreign and missing look the same."""

from __future__ import annotations

import pytest

from tests.judge import foreign
from tests.judge.addresses import Address, every_address
from tests.judge.test_every_address import tell
from tests.site import Site

ONE_ARGUMENT = [
    address for address in every_address() if len(address.arguments) == 1 and address.capability != "public"
]
WITHOUT = [address for address in every_address() if not address.arguments]
# Things of the whole installation, of no commune: one who may read them reads all.
OF_NO_COMMUNE = {"ward:remove_calendar_day", "ward:try_run_again", "ward:try_task_again", "ward:keep_for",
                 "plan:denominator",
                 "outreach:decide_outreach_rule"}  # of the product; a ward's own numbers are read by its date  # fmt: skip


@pytest.mark.parametrize("address", ONE_ARGUMENT, ids=str)
def test_a_foreign_thing_looks_like_a_missing_one(judged: Site, address: Address) -> None:
    ward = foreign.settle()
    before = foreign.kept(ward)
    faults = list(foreign.faults_of_foreign(address, ward))
    assert not faults, tell(faults[:12])
    assert foreign.kept(ward) == before


@pytest.mark.parametrize("address", WITHOUT, ids=str)
def test_no_list_or_page_holds_anything_of_another_commune(judged: Site, address: Address) -> None:
    foreign.settle()
    faults = list(foreign.faults_of_lists(address))
    assert not faults, tell(faults)


def test_the_matrix_reaches_every_address_with_one_argument(judged: Site) -> None:
    """Each has something foreign to ask for, or is known to be about things of no commune."""
    ward = foreign.settle()
    empty = {
        str(address)
        for address in ONE_ARGUMENT
        if not foreign.foreign_values(address.arguments[0], ward) and str(address) not in OF_NO_COMMUNE
    }
    assert empty <= KNOWN_EMPTY, empty - KNOWN_EMPTY


# Drafts of plan files and background work: their rows are made by long journeys that other tests walk.
KNOWN_EMPTY = {
    "plan:review", "plan:review_source", "plan:review_add_target", "plan:review_add_task", "plan:review_head",
    "plan:review_bases", "plan:review_add_report", "plan:review_add_action", "plan:accept_units", "plan:accept_actions",
    "plan:differences", "plan:succession", "plan:publish", "plan:drop", "plan:withdraw_figure", "ward:work",
    "ward:change_ward", "ward:grant_proposal",  # for who reaches every commune
    "signin:end_session", "signin:remove_passkey",  # one's own, of no commune: tried by their own tests
    "signin:revoke_card",  # a card hangs on a person: tried by its own tests
}  # fmt: skip
