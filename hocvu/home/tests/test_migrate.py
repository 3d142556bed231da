"""An empty database gets its tables at once; what it then has is what all migrations one after another leave."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as OneByOne
from django.db import connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from hocvu.ward import audit

pytestmark = pytest.mark.django_db(transaction=True)

POSTGRES_WORDS = (
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, is_identity, column_default "
    # Django itself counts the rows of this table of auth, which is not used here, in larger numbers than its migrations do.
    "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'auth_group_permissions'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
)
SQLITE_TRIGGERS = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """An empty database, for the time of a test the one that commands work on."""
    usual = connections["default"]
    settings = {**usual.settings_dict, "NAME": str(tmp_path / "empty.sqlite3")}
    if usual.vendor == "postgresql":
        settings["NAME"] = f"{usual.settings_dict['NAME']}_empty"
        _tell_postgres(f'CREATE DATABASE "{settings["NAME"]}"')
    there = type(usual)(settings, "default")
    connections["default"] = there
    try:
        yield there
    finally:
        there.close()
        connections["default"] = usual
        if usual.vendor == "postgresql":
            _tell_postgres(f'DROP DATABASE "{settings["NAME"]}"')


def _tell_postgres(words: str) -> None:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(words)


def what_is_there(database: BaseDatabaseWrapper) -> dict[str, Any]:
    """Tables with their columns, constraints, indexes and triggers, and what stands in them after the first start."""
    found: dict[str, Any] = {}
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            for words in POSTGRES_WORDS:
                cursor.execute(words)
                found[words] = sorted(map(str, cursor.fetchall()))
        else:
            cursor.execute(SQLITE_TRIGGERS)
            found["triggers"] = sorted(cursor.fetchall())
            for table in database.introspection.table_names(cursor):
                columns = database.introspection.get_table_description(cursor, table)
                found[f"{table}, columns"] = sorted(map(str, columns))
                limits = database.introspection.get_constraints(cursor, table)
                found[f"{table}, limits"] = sorted(_named(name, about) for name, about in limits.items())
                cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
                found[f"{table}, checks"] = sorted(_checks(cursor.fetchone()[0]))
        for table, names in (("django_migrations", "app, name"), ("django_content_type", "app_label, model")):
            cursor.execute(f"SELECT {names} FROM {table}")  # noqa: S608
            found[f"{table}, rows"] = sorted(cursor.fetchall())
    return found


def _named(name: str, about: dict[str, Any]) -> str:
    """A constraint in words. SQLite names some by their place in the words of the table, which says nothing."""
    return (
        f"{'' if name.startswith(('__', 'fk_')) else name} {sorted((key, str(value)) for key, value in about.items())}"
    )


def _checks(words: str) -> list[str]:
    """The conditions in what makes a table."""
    found = []
    for part in words.split("CHECK (")[1:]:
        depth, end = 1, 0
        while depth:
            depth += {"(": 1, ")": -1}.get(part[end], 0)
            end += 1
        found.append(part[: end - 1])
    return found


def test_it_has_what_all_migrations_leave(empty: BaseDatabaseWrapper) -> None:
    call_command(OneByOne(), interactive=False, verbosity=0)
    one_by_one = what_is_there(empty)
    assert len(one_by_one) > 4 and one_by_one["django_migrations, rows"]
    with empty.cursor() as cursor:
        if empty.vendor == "postgresql":
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        else:
            empty.close()
            Path(str(empty.settings_dict["NAME"])).unlink()
    call_command("migrate", interactive=False, verbosity=0)
    at_once = what_is_there(empty)
    assert one_by_one.keys() == at_once.keys()
    for part, there in one_by_one.items():
        assert set(map(str, there)) ^ set(map(str, at_once[part])) == set(), part
        assert len(there) == len(at_once[part])


def test_what_comes_later_is_migrated_as_ever(empty: BaseDatabaseWrapper) -> None:
    said = StringIO()
    call_command("migrate", interactive=False, stdout=said)
    assert "No migrations to apply" in said.getvalue() and "not yet reflected" not in said.getvalue()
    last = MigrationRecorder(empty).migration_qs.filter(app="ward").latest("pk")
    call_command("migrate", "ward", "0012", interactive=False, verbosity=0)
    assert not MigrationRecorder(empty).migration_qs.filter(pk=last.pk).exists()
    call_command("migrate", interactive=False, verbosity=0)
    assert MigrationRecorder(empty).migration_qs.filter(app="ward", name=last.name).exists()


def test_what_breaks_on_the_way_leaves_nothing(empty: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(audit, "arm", _break)
        with pytest.raises(CommandError):
            call_command("migrate", interactive=False, verbosity=0)
    assert empty.introspection.table_names() == []
    call_command("migrate", interactive=False, verbosity=0)
    assert {model._meta.db_table for model in apps.get_models() if _is_kept(model)} <= set(
        empty.introspection.table_names()
    )


def _break() -> None:
    raise CommandError("the lamp went out")


def _is_kept(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and not model._meta.swapped
