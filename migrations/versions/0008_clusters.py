"""Clusters of one matter: who leads, how often it was told; indexes for likely duplicates."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TOLD_AGAIN = sa.text("repeats > 0")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("lead", sa.String(length=16), nullable=True))
    op.add_column("ticket", sa.Column("merged_into", sa.String(length=16), nullable=True))
    op.add_column("ticket", sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ticket", sa.Column("attention", sa.String(length=8), nullable=False, server_default=""))
    op.create_index("ix_ticket_lead", "ticket", ["lead"])
    op.create_index("ix_ticket_lat_lon", "ticket", ["lat", "lon"])
    op.create_index("ix_ticket_path_created_at", "ticket", ["path", "created_at"])
    op.create_index("ix_ticket_repeats", "ticket", ["repeats"], postgresql_where=TOLD_AGAIN, sqlite_where=TOLD_AGAIN)


def downgrade() -> None:
    for index in ("ix_ticket_repeats", "ix_ticket_path_created_at", "ix_ticket_lat_lon", "ix_ticket_lead"):
        op.drop_index(index, "ticket")
    for column in ("attention", "repeats", "merged_into", "lead"):
        op.drop_column("ticket", column)
