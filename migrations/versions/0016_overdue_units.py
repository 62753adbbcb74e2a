"""An index for the units with the most overdue tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

LATE = sa.text("overdue AND status IN ('RECEIVED', 'DISPATCHED', 'SIGNED_IN', 'HANDLED')")


def upgrade() -> None:
    op.create_index("ix_ticket_path_overdue", "ticket", ["path", "holder_id"], postgresql_where=LATE, sqlite_where=LATE)


def downgrade() -> None:
    op.drop_index("ix_ticket_path_overdue", "ticket")
