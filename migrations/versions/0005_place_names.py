"""Imported place names: the files they come from, and each name with its point and region."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "place_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place_source"),
        sa.UniqueConstraint("name", name="uq_place_source_name"),
    )
    op.create_table(
        "place_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("around_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["around_id"], ["region.id"], name="fk_place_name_around_id"),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_place_name_region_id"),
        sa.ForeignKeyConstraint(["source_id"], ["place_source.id"], name="fk_place_name_source_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_place_name"),
    )
    op.create_index("ix_place_name_region_id", "place_name", ["region_id"])
    op.create_index("ix_place_name_source_id", "place_name", ["source_id"])


def downgrade() -> None:
    op.drop_table("place_name")
    op.drop_table("place_source")
