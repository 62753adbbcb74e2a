"""What Alembic runs for each command: it works on the connection that app/cli/database.py hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import dispatch.audit
import dispatch.batch_models
import dispatch.presence
import dispatch.rate_cases
import dispatch.sweep_models
import dispatch.webhook_models  # noqa: F401  all tables of grids and dispatch
from app.cli.database import comparison
from grids.database import Base, Shape, UtcDateTime

# A migration stands alone: it names plain types, so that it stays true when the models change.
TYPES = {
    UtcDateTime: "sa.DateTime(timezone=True)",
    Shape: 'sa.LargeBinary().with_variant(Geometry("GEOMETRY", 4326, spatial_index=False), "postgresql")',
}


def plain_type(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and type(thing) in TYPES:
        if isinstance(thing, Shape):
            autogen.imports.add("from geoalchemy2 import Geometry")
        return TYPES[type(thing)]
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_item=plain_type,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,  # on SQLite too: app/database.py begins its transactions by hand
    **comparison(connection),
)
context.run_migrations()
