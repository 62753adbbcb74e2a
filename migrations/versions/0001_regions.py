"""Regions, units, staff, settings."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
PATH = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")
SHAPE = sa.LargeBinary().with_variant(Geometry("GEOMETRY", 4326, spatial_index=False), "postgresql")


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", PATH, nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name="fk_region_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_region"),
        sa.UniqueConstraint("code", name="uq_region_code"),
        sa.UniqueConstraint("path", name="uq_region_path"),
    )
    op.create_index("ix_region_level", "region", ["level"])
    op.create_index("ix_region_parent_id", "region", ["parent_id"])
    op.create_table(
        "region_data",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_region_data"),
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_setting"),
        sa.UniqueConstraint("name", "version", name="uq_setting_name_version"),
    )
    op.create_table(
        "region_shape",
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("geom", SHAPE, nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_region_shape_region_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("region_id", name="pk_region_shape"),
    )
    if postgresql:
        op.create_index("ix_region_shape_geom", "region_shape", ["geom"], postgresql_using="gist")
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("trade", sa.String(length=32), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("service_area", SHAPE, nullable=True),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_unit_region_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
    )
    op.create_index("ix_unit_region_id", "unit", ["region_id"])
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_staff_region_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_staff_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff_login"),
    )
    op.create_index("ix_staff_region_id", "staff", ["region_id"])
    op.create_index("ix_staff_unit_id", "staff", ["unit_id"])
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_api_key_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("digest", name="uq_api_key_digest"),
    )
    op.create_index("ix_api_key_staff_id", "api_key", ["staff_id"])


def downgrade() -> None:
    op.drop_table("api_key")
    op.drop_table("staff")
    op.drop_table("unit")
    op.drop_table("region_shape")
    op.drop_table("setting")
    op.drop_table("region_data")
    op.drop_table("region")
