"""The audit log, the chains over it and over events, and triggers that let rows be added only."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
# What may not happen to a row: event rows get their number once, after that nothing.
GUARDED = {"event": "OLD.seq IS NOT NULL", "audit_entry": "OLD.seq IS NOT NULL"}
REFUSE = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=160), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
    )
    for column in ("at", "actor", "object"):
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column])
    op.create_table(
        "chain",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chain"),
    )
    op.add_column("event", sa.Column("digest", sa.String(length=64), nullable=True))
    op.execute("INSERT INTO chain (name, begins, seq, digest) VALUES ('audit_entry', 1, 0, '')")
    # Events that were numbered before stay outside: the chain begins with the next one.
    op.execute(
        "INSERT INTO chain (name, begins, seq, digest)"
        " SELECT 'event', coalesce(max(seq), 0) + 1, coalesce(max(seq), 0), '' FROM relay"
    )
    guard()


def guard() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(REFUSE)
    for table, when in GUARDED.items():
        for verb in ("UPDATE", "DELETE"):
            head = f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW WHEN "
            refusal = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only added'); END"
            op.execute(head + (f"({when}) EXECUTE FUNCTION refuse_change()" if postgresql else f"{when} {refusal}"))


def downgrade() -> None:
    for table in GUARDED:
        for verb in ("update", "delete"):
            on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_no_{verb}{on}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
    with op.batch_alter_table("event") as batch:
        batch.drop_column("digest")
    op.drop_table("chain")
    op.drop_table("audit_entry")
