"""A call may make several tickets and drafts: they point to it, with the words they rest on, instead of it to one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# SQLite changes a table by copying it, which nothing may refer to meanwhile: the references wait in these.
CALLS = "CREATE TEMPORARY TABLE call_of_ticket AS SELECT ticket_id, min(id) AS call FROM transcript WHERE ticket_id IS NOT NULL GROUP BY ticket_id"
DRAFTS = "CREATE TEMPORARY TABLE call_of_draft AS SELECT id, transcript_id AS call FROM draft WHERE transcript_id IS NOT NULL"
CALLS_AGAIN = "CREATE TEMPORARY TABLE call_of_ticket AS SELECT min(id) AS ticket_id, transcript_id AS call FROM ticket WHERE transcript_id IS NOT NULL GROUP BY transcript_id"
DRAFTS_AGAIN = "UPDATE draft SET transcript_id = (SELECT call FROM call_of_draft WHERE call_of_draft.id = draft.id)"


def upgrade() -> None:
    put_aside(CALLS)
    with op.batch_alter_table("transcript") as table:
        table.drop_index("ix_transcript_ticket_id")
        table.drop_constraint("fk_transcript_ticket_id", type_="foreignkey")
        table.drop_column("ticket_id")
    add_reference("ticket", "transcript_id", "transcript")
    op.create_index("ix_ticket_transcript_id", "ticket", ["transcript_id"])
    op.add_column("ticket", sa.Column("said", sa.JSON()))
    op.add_column("draft", sa.Column("said", sa.JSON()))
    op.execute("UPDATE ticket SET transcript_id = (SELECT call FROM call_of_ticket WHERE ticket_id = ticket.id)")
    take_back()


def downgrade() -> None:
    put_aside(CALLS_AGAIN)
    op.drop_index("ix_ticket_transcript_id", "ticket")
    for table, column in (("ticket", "transcript_id"), ("ticket", "said"), ("draft", "said")):
        op.drop_column(table, column)
    with op.batch_alter_table("transcript") as table:
        table.add_column(sa.Column("ticket_id", BIG_ID))
        table.create_foreign_key("fk_transcript_ticket_id", "ticket", ["ticket_id"], ["id"])
        table.create_index("ix_transcript_ticket_id", ["ticket_id"])
    op.execute("UPDATE transcript SET ticket_id = (SELECT ticket_id FROM call_of_ticket WHERE call = transcript.id)")
    take_back()


def put_aside(calls: str) -> None:
    op.execute(calls)
    op.execute(DRAFTS)
    op.execute("UPDATE draft SET transcript_id = NULL")


def take_back() -> None:
    op.execute(DRAFTS_AGAIN)
    op.execute("DROP TABLE call_of_ticket")
    op.execute("DROP TABLE call_of_draft")


def add_reference(table: str, column: str, to: str) -> None:
    """Natively on SQLite too: copying the ticket table would break what refers to it."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER REFERENCES {to} (id)")
    else:
        op.add_column(table, sa.Column(column, sa.BigInteger()))
        op.create_foreign_key(f"fk_{table}_{column}", table, to, [column], ["id"])
