"""The audit trail is only ever added to, and a change anywhere in it is found."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from hocvu.ward import audit
from hocvu.ward.models import AuditEntry, AuditHead
from hocvu.ward.tests.cast import make_account, make_ward

pytestmark = pytest.mark.django_db


def three_entries() -> None:
    ward = make_ward()
    lan = make_account("lan")
    for note in ("một", "hai", "ba"):
        audit.record(lan, "wrote a note", ward, note=note)


def forge(statement: str) -> None:
    """Change the trail as somebody with the database's password could."""
    audit.disarm()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    audit.arm()


def verdict(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    try:
        call_command("verify_audit", "--json")
    except SystemExit as stopped:
        assert stopped.code == 1
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_it_finds_a_fresh_trail_whole(capsys):
    three_entries()
    assert verdict(capsys) == {"whole": True, "entries": 3, "broken_at": None, "reason": ""}


@pytest.mark.parametrize("act", ["UPDATE ward_auditentry SET action = 'x'", "DELETE FROM ward_auditentry"])
def test_it_refuses_change_and_removal_in_the_database_itself(act):
    three_entries()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)
    assert AuditEntry.objects.count() == 3


def test_it_names_the_entry_that_was_changed(capsys):
    three_entries()
    forge("UPDATE ward_auditentry SET actor = 'ai khác' WHERE sequence = 2")
    assert verdict(capsys) == {"whole": False, "entries": 1, "broken_at": 2, "reason": "changed"}


def test_it_names_the_entry_that_is_missing(capsys):
    three_entries()
    forge("DELETE FROM ward_auditentry WHERE sequence = 2")
    assert verdict(capsys)["reason"] == "missing"


def test_it_notices_that_the_end_was_cut_off(capsys):
    three_entries()
    forge("DELETE FROM ward_auditentry WHERE sequence = 3")
    assert verdict(capsys) == {"whole": False, "entries": 2, "broken_at": 3, "reason": "cut off"}


def test_it_rolls_back_with_the_act(capsys):
    three_entries()
    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record(None, "tried", "việc dở dang")
        raise RuntimeError
    assert AuditHead.objects.get().sequence == 3
    assert verdict(capsys)["whole"] is True
