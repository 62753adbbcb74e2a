"""The declarative base and the two column types that make one schema serve SQLite and PostGIS."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import shapely
from geoalchemy2 import Geometry
from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, ColumnElement, DateTime, LargeBinary, MetaData, Select, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

SRID = 4326


class Base(DeclarativeBase):
    """All tables, with constraint names that migrations can refer to on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    def __init__(self, **values: Any) -> None:
        """A new object. Its columns are set past the instrumentation, which only notes what they were before: nothing.

        That is most of what a ticket with its clocks and events costs. Relationships are set as always.
        """
        columns, relations = names_of(type(self))
        for name, value in values.items():
            if name in columns:
                self.__dict__[name] = value
            elif name in relations:
                setattr(self, name, value)
            else:
                raise TypeError(f"{type(self).__name__} has no {name!r}")


@cache
def names_of(model: type[Base]) -> tuple[frozenset[str], frozenset[str]]:
    """(columns, relationships) of a model, as its attributes are called."""
    mapper = inspect(model)
    return frozenset(mapper.column_attrs.keys()), frozenset(mapper.relationships.keys())


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; stored as UTC on both databases, because SQLite forgets the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs an offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Shape(TypeDecorator[BaseGeometry]):
    """A Shapely geometry, (lon, lat) WGS-84: PostGIS geometry on PostgreSQL, WKB bytes on SQLite."""

    impl = Geometry(geometry_type="GEOMETRY", srid=SRID, spatial_index=False)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        # GeoAlchemy2 also asks with no dialect at all, while it prepares the DDL.
        if dialect is not None and dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary())
        return self.impl_instance

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return shapely.to_wkb(value) if dialect.name == "sqlite" else from_shape(value, srid=SRID)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        if value is None:
            return None
        return to_shape(value) if isinstance(value, WKBElement) else shapely.from_wkb(value)

    def column_expression(self, column: Any) -> Any:
        return column


class Among(FunctionElement[bool]):
    """Whether a column's value is one of those that a query finds: IN, in the words that an index can serve."""

    type = Boolean()
    inherit_cache = True


def among(column: Any, query: Select[Any]) -> ColumnElement[bool]:
    """`column IN (query)`. Beside OR, PostgreSQL answers IN by reading the whole table, an array by an index."""
    return Among(column, query.scalar_subquery())


@compiles(Among)
def in_query(element: Among, compiler: Any, **options: Any) -> str:
    column, query = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN {query}"


@compiles(Among, "postgresql")
def in_array(element: Among, compiler: Any, **options: Any) -> str:
    column, query = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY (ARRAY{query})"
