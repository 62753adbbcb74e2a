"""Indexes for what waits for a manager's decision."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ASKED = sa.text("extension_asked OR exclusion = 'asked' OR recheck = 'due'")
SUPERVISED = sa.text("supervisor_id IS NOT NULL")


def upgrade() -> None:
    for name, column, where in (
        ("ix_ticket_path_decision", "path", ASKED),
        ("ix_ticket_supervisor_id", "supervisor_id", SUPERVISED),
    ):
        op.create_index(name, "ticket", [column], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    op.drop_index("ix_ticket_supervisor_id", "ticket")
    op.drop_index("ix_ticket_path_decision", "ticket")
