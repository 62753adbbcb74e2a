"""How long a serving process waits for PostgreSQL: what it asks of the server, and what it ends on its own side.

Servers and `flask clock` are bounded, so that a database that hangs is told to people as one that is away, within
seconds. Commands of an administrator are not: migrations and imports take as long as they take.
"""

import logging
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

log = logging.getLogger(__name__)
CONNECT_S = 3  # for a new connection
ANSWER_S = 10.0  # for one statement, then the connection is given up: longer than the server's own limits
# The server ends what would come too late, and the session of a process that stands still in the middle of a
# transaction: its locks would stop everybody else.
SERVER_MS = {"statement_timeout": 8_000, "lock_timeout": 5_000, "idle_in_transaction_session_timeout": 15_000}
OPTIONS = " ".join(f"-c {name}={limit}" for name, limit in SERVER_MS.items())


class Impatient(psycopg.Connection[Any]):
    """A connection on which no statement waits longer than ANSWER_S, whatever the server or the network does."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's own; a statement without an answer closes the connection, for its outcome is not known."""
        try:
            return super().wait(gen, interval, ANSWER_S if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def bound(engine: Engine) -> None:
    """From now on every connection of this engine is Impatient; those that are open are closed."""
    event.listen(engine, "do_connect", connect)
    engine.dispose()


def connect(dialect: Any, record: Any, args: Any, options: dict[str, Any]) -> Impatient:
    """In place of the driver's own connect; options of the address come after ours, and win."""
    limits = f"{OPTIONS} {options.get('options', '')}".strip()
    return Impatient.connect(*args, **(options | {"options": limits}))
