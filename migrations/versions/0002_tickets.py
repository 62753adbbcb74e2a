"""Tickets, their clocks, events and photos; transcripts and drafts; counters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PATH = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE ticket_id_seq")
    op.create_table(
        "idempotent_answer",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_idempotent_answer"),
        sa.UniqueConstraint("owner", "key", name="uq_idempotent_answer_owner_key"),
    )
    op.create_index("ix_idempotent_answer_created_at", "idempotent_answer", ["created_at"])
    op.create_table(
        "region_day",
        sa.Column("path", PATH, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("path", "day", name="pk_region_day"),
    )
    op.create_table(
        "region_now",
        sa.Column("path", PATH, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_region_now"),
    )
    op.create_table(
        "relay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_relay"),
    )
    op.create_table(
        "ticket",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("urgency", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=48), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.Column("caller_name", sa.String(length=40), nullable=False),
        sa.Column("caller_phone", sa.String(length=20), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("light", sa.String(length=8), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("give_backs", sa.Integer(), nullable=False),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("reopens", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["unit.id"], name="fk_ticket_holder_id"),
        sa.ForeignKeyConstraint(["receiver_id"], ["unit.id"], name="fk_ticket_receiver_id"),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_ticket_region_id"),
        sa.ForeignKeyConstraint(["supervisor_id"], ["unit.id"], name="fk_ticket_supervisor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
        sa.UniqueConstraint("number", name="uq_ticket_number"),
    )
    op.create_index("ix_ticket_caller_phone", "ticket", ["caller_phone"])
    op.create_index("ix_ticket_created_at", "ticket", ["created_at"])
    op.create_index("ix_ticket_holder_id_due_at", "ticket", ["holder_id", "due_at"])
    op.create_index("ix_ticket_path_due_at", "ticket", ["path", "due_at"])
    op.create_table(
        "clock",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("half_at", MOMENT, nullable=True),
        sa.Column("warn_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("policy", sa.String(length=120), nullable=False),
        sa.Column("calendar", sa.String(length=20), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_clock_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
    )
    op.create_index(
        "ix_clock_next_at_running",
        "clock",
        ["next_at"],
        postgresql_where=sa.text("state IN ('running', 'breached') AND next_at IS NOT NULL"),
        sqlite_where=sa.text("state IN ('running', 'breached') AND next_at IS NOT NULL"),
    )
    op.create_index("ix_clock_ticket_id", "clock", ["ticket_id"])
    op.create_table(
        "event",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("from_status", sa.String(length=12), nullable=True),
        sa.Column("to_status", sa.String(length=12), nullable=False),
        sa.Column("path", PATH, nullable=False),
        sa.Column("from_path", PATH, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("deltas", sa.JSON(), nullable=False),
        sa.Column("from_deltas", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_event_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("seq", name="uq_event_seq"),
    )
    op.create_index("ix_event_from_path_seq", "event", ["from_path", "seq"])
    op.create_index(
        "ix_event_id_unnumbered",
        "event",
        ["id"],
        postgresql_where=sa.text("seq IS NULL"),
        sqlite_where=sa.text("seq IS NULL"),
    )
    op.create_index("ix_event_path_seq", "event", ["path", "seq"])
    op.create_index("ix_event_ticket_id_id", "event", ["ticket_id", "id"])
    op.create_table(
        "photo",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("phase", sa.String(length=8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("dhash", sa.String(length=16), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_photo_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_photo"),
        sa.UniqueConstraint("key", name="uq_photo_key"),
    )
    op.create_index("ix_photo_ticket_id", "photo", ["ticket_id"])
    op.create_table(
        "transcript",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_transcript_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transcript"),
    )
    op.create_index("ix_transcript_digest", "transcript", ["digest"])
    op.create_index("ix_transcript_ticket_id", "transcript", ["ticket_id"])
    op.create_table(
        "draft",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("path", PATH, nullable=False),
        sa.Column("transcript_id", BIG_ID, nullable=True),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_draft_region_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_draft_ticket_id"),
        sa.ForeignKeyConstraint(["transcript_id"], ["transcript.id"], name="fk_draft_transcript_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
    )
    op.create_index("ix_draft_path", "draft", ["path"])


def downgrade() -> None:
    op.drop_table("draft")
    op.drop_table("transcript")
    op.drop_table("photo")
    op.drop_table("event")
    op.drop_table("clock")
    op.drop_table("ticket")
    op.drop_table("relay")
    op.drop_table("region_now")
    op.drop_table("region_day")
    op.drop_table("idempotent_answer")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE ticket_id_seq")
