"""The drafts desk: order by urgency, what was read of the matter, who works on a draft, and what was done with it."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
URGENCIES = ("emergency", "urgent", "ordinary", "complex")
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    with op.batch_alter_table("draft") as draft:
        draft.add_column(sa.Column("rank", sa.Integer(), nullable=True))
        draft.add_column(sa.Column("reading", sa.JSON(), nullable=True))
        draft.add_column(sa.Column("claimed_by", sa.String(length=64), nullable=True))
        draft.add_column(sa.Column("claimed_name", sa.String(length=80), nullable=True))
        draft.add_column(sa.Column("claimed_at", MOMENT, nullable=True))
    fill()
    with op.batch_alter_table("draft") as draft:
        draft.alter_column("rank", existing_type=sa.Integer(), nullable=False)
        draft.alter_column("reading", existing_type=sa.JSON(), nullable=False)
    op.create_index("ix_draft_open", "draft", ["rank", "id"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index("ix_draft_ticket_id", "draft", ["ticket_id"])
    op.create_index("ix_draft_claimed_by", "draft", ["claimed_by"])
    op.create_table(
        "draft_event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("draft_id", BIG_ID, nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_event_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_event"),
    )
    op.create_index("ix_draft_event_draft_id", "draft_event", ["draft_id"])
    op.create_index("ix_draft_event_at", "draft_event", ["at"])


def fill() -> None:
    """Drafts from before get the rank of their urgency, and the reading of their call, which had one matter."""
    connection = op.get_bind()
    draft = sa.table("draft", sa.column("id"), sa.column("fields", sa.JSON), sa.column("rank"))
    for row in connection.execute(sa.select(draft.c.id, draft.c.fields)).all():
        fields = json.loads(row.fields) if isinstance(row.fields, str) else row.fields
        urgency = fields.get("urgency")
        rank = URGENCIES.index(urgency if urgency in URGENCIES else "ordinary")
        connection.execute(draft.update().where(draft.c.id == row.id).values(rank=rank))
    connection.execute(
        sa.text(
            "UPDATE draft SET reading = COALESCE("
            "(SELECT transcript.reading FROM transcript WHERE transcript.id = draft.transcript_id), '{}')"
        )
    )


def downgrade() -> None:
    op.drop_table("draft_event")
    for name in ("ix_draft_claimed_by", "ix_draft_ticket_id", "ix_draft_open"):
        op.drop_index(name, table_name="draft")
    with op.batch_alter_table("draft") as draft:
        for name in ("claimed_at", "claimed_name", "claimed_by", "reading", "rank"):
            draft.drop_column(name)
