"""Photos are decoded after the request: their state, their edition, and what is blurred in them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
PENDING = sa.text("state = 'pending'")
# Photos that are there already have their copies. The defaults are for them only.
NEW = (
    sa.Column("state", sa.String(length=8), nullable=False, server_default="ready"),
    sa.Column("problem", sa.String(length=24), nullable=True),
    sa.Column("edition", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("blurred", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("proposed", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("claimed_at", MOMENT, nullable=True),
)


def upgrade() -> None:
    with op.batch_alter_table("photo") as table:
        for column in NEW:
            table.add_column(column.copy())
        table.alter_column("dhash", existing_type=sa.String(length=16), nullable=True)
    with op.batch_alter_table("photo") as table:
        for column in NEW:
            if column.server_default is not None:
                table.alter_column(column.name, existing_type=column.type, server_default=None)
    op.create_index("ix_photo_id_pending", "photo", ["id"], postgresql_where=PENDING, sqlite_where=PENDING)


def downgrade() -> None:
    op.drop_index("ix_photo_id_pending", table_name="photo")
    op.execute("UPDATE photo SET dhash = '' WHERE dhash IS NULL")
    with op.batch_alter_table("photo") as table:
        table.alter_column("dhash", existing_type=sa.String(length=16), nullable=False)
        for column in reversed(NEW):
            table.drop_column(column.name)
