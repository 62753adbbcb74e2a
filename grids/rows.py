"""What was made together written as rows, past the unit of work: one statement for each table.

It costs a tenth of a flush. The rows are those that a flush would write: values, defaults, and keys of related objects.
On PostgreSQL the rows of a statement travel as one JSON text, which costs the client a tenth of as many parameters.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    ColumnElement,
    Table,
    any_,
    bindparam,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapper, Session, object_mapper

from grids.database import Base, UtcDateTime
from grids.together import made_here

Row = dict[str, Any]
NOT_KEPT = re.compile("[\0\ud800-\udfff]")
NUL = rb"\u0000"
SQL_TYPES = {int: "bigint", bool: "boolean", float: "float8", date: "date"}


def write_new(db: Session) -> None:
    """Writes what was added within `together`, with all that hangs on it; what has no id gets one."""
    new: dict[Table, list[Any]] = {}
    for made in with_parts(made_here(db)):
        new.setdefault(object_mapper(made).local_table, []).append(made)  # type: ignore[arg-type]
    for table in tables():
        if objects := new.get(table):
            give_ids(db, table, objects)
            insert_all(db, table, [row_of(table, made) for made in objects])


def with_parts(made: Iterable[Any]) -> Iterator[Any]:
    """The objects, each before those of its lists: a ticket, then its clocks."""
    for one in made:
        yield one
        for name in lists(object_mapper(one)):
            yield from one.__dict__.get(name, ())


def table_of(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@lru_cache(maxsize=1)
def tables() -> list[Table]:
    """Those that others refer to first."""
    return list(Base.metadata.sorted_tables)


def give_ids(db: Session, table: Table, objects: Iterable[Any]) -> None:
    key = table.autoincrement_column
    lacking = [made for made in objects if key is not None and getattr(made, key.name) is None]
    if lacking:
        for made, one in zip(lacking, next_ids(db, table, len(lacking)), strict=True):
            made.id = one


def next_ids(db: Session, table: Table, number: int) -> Iterable[int]:
    """Ids from the table's sequence on PostgreSQL; on SQLite, whose one writer asks, those after the highest."""
    if db.get_bind().dialect.name == "postgresql":
        asked = f"SELECT nextval('{table.name}_id_seq') FROM generate_series(1, :number)"
        return list(db.scalars(text(asked), {"number": number}))
    last = db.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + number)


def row_of(table: Table, made: Any) -> Row:
    """The values of an object by column; a key that is not set is that of the related object."""
    held = made.__dict__
    row = {name: held.get(name, default) for name, default in defaults(table).items()}
    for name, relation in keys(object_mapper(made)):
        if row[name] is None and held.get(relation) is not None:
            row[name] = held[relation].id
    return row


@lru_cache(maxsize=64)
def defaults(table: Table) -> dict[str, Any]:
    return {column.name: column.default.arg if column.default is not None else None for column in table.columns}  # type: ignore[attr-defined]


@lru_cache(maxsize=64)
def keys(mapper: Mapper[Any]) -> list[tuple[str, str]]:
    """(foreign key, relationship) of a model."""
    pairs = []
    for relation in mapper.relationships:
        if relation.direction.name == "MANYTOONE":
            pairs += [(column.name, relation.key) for column in relation.local_columns]
    return pairs


@lru_cache(maxsize=64)
def lists(mapper: Mapper[Any]) -> list[str]:
    """The relationships of a model to what hangs on it."""
    return [relation.key for relation in mapper.relationships if relation.direction.name == "ONETOMANY"]


def insert_all(db: Session, table: Table, rows: list[Row], unless: tuple[str, ...] = ()) -> None:
    """One statement for all rows, which have the same columns; those that are there already, by the columns `unless`,
    are left out."""
    if db.get_bind().dialect.name == "postgresql":
        said = insert_from_json(table, tuple(rows[0]), unless)
        db.execute(text(said), {"rows": in_json(rows)})
    elif unless:
        from sqlalchemy.dialects.sqlite import insert as into

        db.execute(into(table).on_conflict_do_nothing(index_elements=unless), rows)
    else:
        db.execute(insert(table), rows)


def update_all(db: Session, table: Table, rows: list[Row]) -> None:
    """One statement that gives the rows with these ids these values; all have the same columns."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text(update_from_json(table, tuple(rows[0]))), {"rows": in_json(rows)})
    else:
        change = update(table).where(table.c.id == bindparam("of"))
        db.execute(change, [{"of" if name == "id" else name: value for name, value in row.items()} for row in rows])


def one_of(db: Session, column: Column[Any], keys: Iterable[int | str]) -> ColumnElement[bool]:
    """Whether the column has one of many values: on PostgreSQL one parameter for all of them."""
    if db.get_bind().dialect.name == "postgresql":
        return column == any_(literal(list(keys), ARRAY(column.type)))
    return column.in_(list(keys))


def in_json(rows: list[Row]) -> str:
    """The rows as JSON, without what no text of the database can hold: NUL and halves of characters."""
    try:
        said = orjson.dumps(rows)
    except orjson.JSONEncodeError:
        return orjson.dumps(kept(rows)).decode()
    return (orjson.dumps(kept(rows)) if NUL in said else said).decode()


def kept(value: Any) -> Any:
    if isinstance(value, str):
        return NOT_KEPT.sub("", value)
    if isinstance(value, list):
        return [kept(one) for one in value]
    return {kept(name): kept(one) for name, one in value.items()} if isinstance(value, dict) else value


@lru_cache(maxsize=64)
def insert_from_json(table: Table, names: tuple[str, ...], unless: tuple[str, ...]) -> str:
    into = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(value_of(table.c[name]) for name in names)
    rest = f" ON CONFLICT ({', '.join(unless)}) DO NOTHING" if unless else ""
    return f'INSERT INTO "{table.name}" ({into}) SELECT {values} FROM {given(table, names)}{rest}'


@lru_cache(maxsize=64)
def update_from_json(table: Table, names: tuple[str, ...]) -> str:
    values = ", ".join(f'"{name}" = {value_of(table.c[name])}' for name in names if name != "id")
    return f'UPDATE "{table.name}" SET {values} FROM {given(table, names)} WHERE "{table.name}".id = given.id'


def given(table: Table, names: Iterable[str]) -> str:
    shape = ", ".join(f'"{name}" {sql_type(table.c[name])}' for name in names)
    return f"json_to_recordset(:rows) AS given({shape})"


def value_of(column: Column[Any]) -> str:
    """None in a JSON column is JSON's null, unless the column says otherwise; a record knows only SQL's NULL."""
    name = f'given."{column.name}"'
    is_null = isinstance(column.type, JSON) and not column.type.none_as_null
    return f"coalesce({name}, 'null'::json)" if is_null else name


def sql_type(column: Column[Any]) -> str:
    if isinstance(column.type, JSON):
        return "json"
    if isinstance(column.type, UtcDateTime):
        return "timestamptz"
    return SQL_TYPES.get(column.type.python_type, "text")
