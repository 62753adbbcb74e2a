"""Tables of the tree: regions and their shapes, units, staff, keys."""

from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grids.database import Base, Shape, UtcDateTime

LEVELS = ("province", "city", "district", "street", "community", "cell")
PROVINCE, CITY, DISTRICT, STREET, COMMUNITY, CELL = range(1, 7)
UNIT_KINDS = ("centre", "department", "enterprise")
ROLES = ("agent", "attendant", "manager", "admin")

# A path is compared byte by byte, so that a range of it is a subtree on both databases.
Path = String(120).with_variant(String(120, collation="C"), "postgresql")


class Region(Base):
    """One node of the tree; `path` is the codes from the root, each ended by a dot."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(16), default="nbs")
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[int] = mapped_column(index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    path: Mapped[str] = mapped_column(Path, unique=True)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    generated: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    parent: Mapped["Region | None"] = relationship(remote_side=[id])


class RegionShape(Base):
    """The area of a region, apart from it so that reading the tree stays cheap."""

    __tablename__ = "region_shape"
    __table_args__ = (Index("ix_region_shape_geom", "geom", postgresql_using="gist").ddl_if(dialect="postgresql"),)

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id", ondelete="CASCADE"), primary_key=True)
    geom: Mapped[BaseGeometry] = mapped_column(Shape)


class RegionData(Base):
    """One row: the version of the region data, raised by every import, so that all processes rebuild their index."""

    __tablename__ = "region_data"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlaceSource(Base):
    """A file of place names that was imported; its rows are replaced when a new version of it comes."""

    __tablename__ = "place_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the file
    version: Mapped[int] = mapped_column(default=1)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlaceName(Base):
    """A road, compound or sight by its name. `lon`, `lat` WGS-84, `raw` as it came with its datum; `region` holds all
    of it, `around` everything within some 300 m."""

    __tablename__ = "place_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("place_source.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[list[str]] = mapped_column(JSON)
    kind: Mapped[str] = mapped_column(String(12))
    lon: Mapped[float]
    lat: Mapped[float]
    raw: Mapped[dict[str, Any]] = mapped_column(JSON)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    around_id: Mapped[int] = mapped_column(ForeignKey("region.id"))


class Unit(Base):
    """What can hold a ticket: a region's centre, a department, an enterprise with a service area."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    trade: Mapped[str | None] = mapped_column(String(32))  # what a department or enterprise answers for
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), index=True)
    service_area: Mapped[BaseGeometry | None] = mapped_column(Shape, deferred=True)

    region: Mapped[Region] = relationship(lazy="joined")


class Staff(Base):
    """Somebody who logs in. `region` is what they see; handlers of a department see only what their unit holds."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(12))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)

    region: Mapped[Region | None] = relationship(lazy="joined")
    unit: Mapped[Unit] = relationship(lazy="joined")


class ApiKey(Base):
    """A key of a staff member; only its digest is kept."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(80), default="", server_default="")  # which program has it
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    staff: Mapped[Staff] = relationship(lazy="joined")


class EndedSession(Base):
    """A page's session that was logged out; `name` stands in its cookie. Real time."""

    __tablename__ = "ended_session"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Setting(Base):
    """Configuration that an administrator edits, by name: routing rules, policies, calendars, categories."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    value: Mapped[Any] = mapped_column(JSON)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
