"""The whole workflow: holds, extensions, co-handlers with their clocks, supervision, re-checks."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
COUNTS = ("holds", "extended", "called")
FLAGS = ("on_hold", "extension_asked")


def upgrade() -> None:
    for name in COUNTS:
        op.add_column("ticket", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name in FLAGS:
        op.add_column("ticket", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("ticket", sa.Column("supervision", sa.JSON(), nullable=True))
    op.add_column("ticket", sa.Column("recheck", sa.String(length=8), nullable=False, server_default=""))
    with op.batch_alter_table("clock") as clock:
        clock.add_column(sa.Column("unit_id", sa.Integer(), nullable=True))
        clock.add_column(sa.Column("changed_at", MOMENT, nullable=True))
        clock.create_foreign_key("fk_clock_unit_id", "unit", ["unit_id"], ["id"])
    create_pause()
    create_extension()
    create_co_handler()


def create_pause() -> None:
    op.create_table(
        "pause",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_pause_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pause"),
    )
    op.create_index("ix_pause_ticket_id", "pause", ["ticket_id"])


def create_extension() -> None:
    op.create_table(
        "extension",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("clock_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_extension_ticket_id"),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name="fk_extension_clock_id"),
        sa.PrimaryKeyConstraint("id", name="pk_extension"),
    )
    op.create_index("ix_extension_ticket_id", "extension", ["ticket_id"])


def create_co_handler() -> None:
    op.create_table(
        "co_handler",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("clock_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("called_at", MOMENT, nullable=False),
        sa.Column("reported_at", MOMENT, nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_co_handler_ticket_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_co_handler_unit_id"),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name="fk_co_handler_clock_id"),
        sa.PrimaryKeyConstraint("id", name="pk_co_handler"),
    )
    op.create_index("ix_co_handler_ticket_id", "co_handler", ["ticket_id"])
    op.create_index("ix_co_handler_unit_id_ticket_id", "co_handler", ["unit_id", "ticket_id"])


def downgrade() -> None:
    for table in ("co_handler", "extension", "pause"):
        op.drop_table(table)
    with op.batch_alter_table("clock") as clock:
        clock.drop_constraint("fk_clock_unit_id", type_="foreignkey")
        clock.drop_column("changed_at")
        clock.drop_column("unit_id")
    for name in ("recheck", "supervision", *FLAGS, *COUNTS):
        op.drop_column("ticket", name)
