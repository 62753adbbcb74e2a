"""Bulk intake: batches, their files and calls, and the calls that are known."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PATH = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")
WAITING = {"postgresql_where": sa.text("state = 'waiting'"), "sqlite_where": sa.text("state = 'waiting'")}


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("key", name="uq_batch_key"),
    )
    for column in ("digest", "owner", "path"):
        op.create_index(f"ix_batch_{column}", "batch", [column])
    op.create_table(
        "batch_file",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch_id", BIG_ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_file_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_file"),
        sa.UniqueConstraint("batch_id", "place", name="uq_batch_file_batch_id_place"),
    )
    op.create_index("ix_batch_file_waiting", "batch_file", ["batch_id"], **WAITING)
    op.create_table(
        "batch_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("batch_id", BIG_ID, nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("call", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("drafts", sa.JSON(), nullable=False),
        sa.Column("error", sa.JSON(), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_item_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_item"),
        sa.UniqueConstraint("batch_id", "file", "place", name="uq_batch_item_batch_id_file_place"),
    )
    op.create_index("ix_batch_item_batch_id_state_id", "batch_item", ["batch_id", "state", "id"])
    op.create_index("ix_batch_item_digest", "batch_item", ["digest"])
    op.create_index("ix_batch_item_waiting", "batch_item", ["batch_id", "id"], **WAITING)
    op.create_table(
        "known_call",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("item_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["batch_item.id"], name="fk_known_call_item_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_known_call"),
    )
    op.create_index("ix_known_call_item_id", "known_call", ["item_id"])


def downgrade() -> None:
    for table in ("known_call", "batch_item", "batch_file", "batch"):
        op.drop_table(table)
