"""Many rows at once, with ids that we choose."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from grids.database import Base

Row = dict[str, Any]


def insert_rows(db: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Inserts rows past the ORM; all rows have the same keys."""
    if rows:
        db.execute(insert(cast(Table, model.__table__)), rows)


def follow_ids(db: Session, model: type[Base]) -> None:
    """Says to PostgreSQL, whose sequences know nothing of ids that we chose, where to go on."""
    if db.get_bind().dialect.name == "postgresql":
        name = model.__tablename__
        last = db.scalar(select(func.max(model.__table__.c.id)))
        db.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), :last)"), {"last": last})
