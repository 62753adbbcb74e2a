"""The ledger of the rates' cases, and whether a ticket is excluded from them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PATH = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("exclusion", sa.String(length=8), nullable=False, server_default=""))
    op.create_table(
        "rate_case",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("rate", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=48), nullable=True),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_rate_case_ticket_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_rate_case_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rate_case"),
    )
    op.create_index("ix_rate_case_ticket_id", "rate_case", ["ticket_id"])
    op.create_index("ix_rate_case_path_day", "rate_case", ["path", "day"])
    op.create_index("ix_rate_case_unit_id_day", "rate_case", ["unit_id", "day"])


def downgrade() -> None:
    op.drop_table("rate_case")
    op.drop_column("ticket", "exclusion")
