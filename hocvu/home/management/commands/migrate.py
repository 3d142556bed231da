"""Django's `migrate`; an empty database gets the tables of today at once, as migrations would leave them.

Each migration makes Django draw anew the state of all models that it touches: with some hundred models half a minute on a
quick machine, for every newcomer's first start and every test database. Nothing of that is needed where there is nothing.
A test compares what both ways leave.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.commands import migrate
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython

OURS = "hocvu."  # what foreign migrations do besides tables concerns rows of older versions, of which there are none


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        is_whole = not any(options[name] for name in ("app_label", "plan", "check_unapplied", "prune", "fake"))
        if is_whole and not connection.introspection.table_names():
            _lay(connection)
        super().handle(*args, **options)


def _lay(connection: BaseDatabaseWrapper) -> None:
    """Make all tables, do what our migrations do besides, write down all migrations as applied: whole or not at all."""
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if not plan:
        return
    recorder = executor.recorder
    with connection.schema_editor() as editor:
        editor.create_model(recorder.Migration)
        for label in sorted(executor.loader.migrated_apps):
            for model in router.get_migratable_models(apps.get_app_config(label), connection.alias):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        for migration in plan:
            recorder.record_applied(migration.app_label, migration.name)
            if apps.get_app_config(migration.app_label).name.startswith(OURS):
                for operation in migration.operations:
                    if isinstance(operation, RunPython):
                        operation.code(apps, editor)  # type: ignore[arg-type]  # today's models instead of a state of them
