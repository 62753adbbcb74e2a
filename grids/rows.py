"""New objects of a session written as rows, past the unit of work: one statement for each table.

It costs a tenth of a flush. The rows are those that a flush would write: values, defaults, and keys of related objects.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Column, Table, func, insert, select, text
from sqlalchemy.orm import Mapper, Session, object_mapper

from grids.database import Base, UtcDateTime

Row = dict[str, Any]
SQL_TYPES = {int: "bigint", bool: "boolean", float: "float8", date: "date"}


def write_new(db: Session) -> None:
    """Writes all new objects and takes them out of the session; those without an id get theirs."""
    new: dict[Table, list[Any]] = {}
    for made in list(db.new):
        new.setdefault(object_mapper(made).local_table, []).append(made)  # type: ignore[arg-type]
    for table in tables():
        if objects := new.get(table):
            give_ids(db, table, objects)
            rows = [row_of(table, made) for made in objects]
            for made in objects:
                db.expunge(made)
            insert_all(db, table, rows)


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


def insert_all(db: Session, table: Table, rows: list[Row]) -> None:
    """One statement for all rows. On PostgreSQL they travel as one JSON text, which costs the client a tenth."""
    if db.get_bind().dialect.name != "postgresql":
        db.execute(insert(table), rows)
        return
    kept = json_columns(table)
    for row in rows:
        for name, none_is_null in kept:
            row[name] = None if none_is_null and row[name] is None else json.dumps(row[name])
    db.execute(text(from_json(table)), {"rows": json.dumps(rows, default=told)})


@lru_cache(maxsize=64)
def json_columns(table: Table) -> list[tuple[str, bool]]:
    """(name, whether None is SQL's NULL there and not JSON's null)."""
    return [(column.name, column.type.none_as_null) for column in table.columns if isinstance(column.type, JSON)]


@lru_cache(maxsize=64)
def from_json(table: Table) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(f'"{column.name}"' + "::json" * isinstance(column.type, JSON) for column in table.columns)
    shape = ", ".join(f'"{column.name}" {sql_type(column)}' for column in table.columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM json_to_recordset(:rows) AS given({shape})'


def sql_type(column: Column[Any]) -> str:
    if isinstance(column.type, JSON):
        return "text"
    if isinstance(column.type, UtcDateTime):
        return "timestamptz"
    return SQL_TYPES.get(column.type.python_type, "text")


def told(moment: datetime) -> str:
    return moment.isoformat()
