"""Questions and writings that every request makes, put into SQL once for each connection.

Django puts a query together anew at each asking, which takes several times as long as the database's answer. A
`Prepared` is written as any query, with slots where the values come, and answers the same rows. It is meant for the few
that stand on everybody's way; all others stay plain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators

Row = TypeVar("Row")


class Slot(Expression):
    """Where a value comes when the question is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Itself, to be put in at each asking."""
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Made:
    sql: str
    params: tuple[Any, ...]
    converters: dict[int, tuple[list[Any], Any]]
    build: Callable[[Any], Any]


class Prepared(Generic[Row]):
    """A query with named values: `Prepared(lambda key: Ward.objects.filter(pk=key), key=BigAutoField())`.

    `make` is given a slot for each name and answers a query of whole rows (`only` and `select_related` work) or of
    `values_list`.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]], **fields: Field[Any, Any]) -> None:
        self._make, self._fields = make, fields

    def all(self, **values: Any) -> list[Row]:
        """The rows of these values."""
        connection = connections[DEFAULT_DB_ALIAS]
        kept: dict[Prepared[Any], _Made] = vars(connection).setdefault("prepared", {})
        if (made := kept.get(self)) is None:
            made = kept[self] = self._compile(connection)
        given = {name: field.get_db_prep_value(values[name], connection) for name, field in self._fields.items()}
        params = [given[one.name] if isinstance(one, Slot) else one for one in made.params]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            rows = cursor.fetchall()
        return [made.build(_converted(row, made.converters, connection)) for row in rows]

    def first(self, **values: Any) -> Row | None:
        """The first of them; None where there is none."""
        return next(iter(self.all(**values)), None)

    def _compile(self, connection: Any) -> _Made:
        queryset = self._make(*(Slot(name, field) for name, field in self._fields.items()))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([one[0] for one in compiler.select])
        return _Made(sql, tuple(params), converters, _builder(queryset, compiler, connection.alias))


def _builder(queryset: QuerySet[Any, Any], compiler: Any, alias: str) -> Callable[[Any], Any]:
    """What makes an object of a row, as Django's own iterator of rows does."""
    if not issubclass(queryset._iterable_class, ModelIterable):
        return tuple
    about = compiler.klass_info
    fields = about["select_fields"]
    start, end = fields[0], fields[-1] + 1
    names = [one[0].target.attname for one in compiler.select[start:end]]
    related, model = get_related_populators(about, compiler.select, alias), about["model"]  # type: ignore[call-arg]  # of a later Django

    def build(row: Any) -> Any:
        made = model.from_db(alias, names, row[start:end])
        for populator in related:
            populator.populate(row, made)
        return made

    return build


def _converted(row: Any, converters: dict[int, tuple[list[Any], Any]], connection: Any) -> list[Any]:
    values = list(row)
    for place, (steps, expression) in converters.items():
        for step in steps:
            values[place] = step(values[place], expression, connection)
    return values


_WRITINGS: dict[tuple[str, type[Model], tuple[str, ...]], tuple[str, list[Any]]] = {}


def insert(row: Model) -> None:
    """Write a new row that has its key already. Raises IntegrityError as `save(force_insert=True)` does."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    key = (connection.vendor, type(row), ())
    if key not in _WRITINGS:
        fields, quote = list(row._meta.concrete_fields), connection.ops.quote_name
        names, marks = ", ".join(quote(one.column) for one in fields), ", ".join("%s" for _ in fields)
        sql = f"INSERT INTO {quote(row._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608  # our own names
        _WRITINGS[key] = (sql, fields)
    _write(row, key, adds=True)
    row._state.adding, row._state.db = False, connection.alias


def update(row: Model, names: Iterable[str]) -> None:
    """Write some fields of a row that stands in the database. Raises DoesNotExist where it stands there no more."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    key = (connection.vendor, type(row), tuple(names))
    if key not in _WRITINGS:
        meta, quote = row._meta, connection.ops.quote_name
        fields: list[Any] = [*(meta.get_field(name) for name in key[2]), meta.pk]
        sets = ", ".join(f"{quote(one.column)} = %s" for one in fields[:-1])
        sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(fields[-1].column)} = %s"  # noqa: S608  # our own names
        _WRITINGS[key] = (sql, fields)
    if _write(row, key, adds=False) != 1:
        raise type(row).DoesNotExist(row.pk)  # type: ignore[attr-defined]


def _write(row: Model, key: tuple[str, type[Model], tuple[str, ...]], *, adds: bool) -> int:
    sql, fields = _WRITINGS[key]
    connection: Any = connections[DEFAULT_DB_ALIAS]
    params = [field.get_db_prep_save(field.pre_save(row, adds), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
