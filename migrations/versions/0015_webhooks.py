"""Webhooks and their messages; what an API key is for."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
PENDING, UNDONE = sa.text("state = 'pending'"), sa.text("state <> 'done'")


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=80), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("verbs", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name="fk_webhook_region_id_region"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=16), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name="fk_delivery_webhook_id_webhook", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    undone = {"postgresql_where": UNDONE, "sqlite_where": UNDONE}
    op.create_index("ix_delivery_undone", "delivery", ["webhook_id", "state"], **undone)
    where = {"postgresql_where": PENDING, "sqlite_where": PENDING}
    op.create_index("ix_delivery_next_at", "delivery", ["webhook_id", "next_at"], **where)
    op.create_index("ix_delivery_webhook_id_id", "delivery", ["webhook_id", "id"])
    op.create_index("ix_delivery_created_at", "delivery", ["created_at"])
    op.add_column("api_key", sa.Column("purpose", sa.String(length=80), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("api_key", "purpose")
    op.drop_table("delivery")
    op.drop_table("webhook")
