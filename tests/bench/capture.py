"""What the product says to the database for one ticket, recorded so that a bare program can say the same.

Keys that the database gives differ each time. The tables are led to high keys first, so that in what was recorded they
cannot be taken for anything else, and stand there as `New(table, how manieth)`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.types.json import Json
from sqlalchemy import Engine, event, text

from app import create_app
from app.auth import create_key
from app.clock import now
from app.database import transaction
from tests.bench.steps import New, Step
from tests.bench.worlds import World, without_tickets

FIRST = {"transcript": 60_000_000, "ticket": 70_000_000, "clock": 80_000_000, "event": 90_000_000}
SPAN = 10_000_000
BORDERS = ("BEGIN", "COMMIT", "ROLLBACK")


def record(world: World, body: dict[str, Any], login: str) -> tuple[list[Step], str]:
    """The statements of one POST /api/v1/tickets, and an API key of the login."""
    app = create_app(world.settings)
    engine = app.extensions["database"].engine
    with app.app_context(), transaction(write=True) as db:
        key = create_key(db, login, now())
    without_tickets(engine)
    client, headers = app.test_client(), {"Authorization": f"Bearer {key}"}
    client.post("/api/v1/tickets", json=body, headers=headers)  # what is read once in a process has been read
    lead_to_high_keys(engine)
    with listening(engine) as heard:
        answer = client.post("/api/v1/tickets", json=body, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    engine.dispose()
    return [step(sql, params, answer.get_json()["number"]) for sql, params in heard], key


def lead_to_high_keys(engine: Engine) -> None:
    """The ticket that is there already gives its number away, and moves up on SQLite, which counts from the highest."""
    with engine.connect() as db:
        db.execute(text("UPDATE ticket SET number = 'first'"))
        if engine.dialect.name == "postgresql":
            for table, first in FIRST.items():
                db.execute(text(f"SELECT setval('{table}_id_seq', {first})"))
        else:
            db.execute(text("PRAGMA defer_foreign_keys=ON"))
            db.execute(text(f"UPDATE ticket SET id = {FIRST['ticket']}"))
            for table in ("clock", "event"):
                top = db.scalar(text(f"SELECT max(id) FROM {table}"))
                db.execute(text(f"UPDATE {table} SET id = id + {FIRST[table] - top}, ticket_id = {FIRST['ticket']}"))
        db.commit()


@contextmanager
def listening(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    heard: list[tuple[str, Any]] = []

    def statement(_: Any, __: Any, sql: str, params: Any, *___: Any) -> None:
        if sql.split()[0] not in BORDERS:
            heard.append((sql, params))

    def border(word: str) -> Any:
        return lambda _: heard.append((word, None))

    ears = [("before_cursor_execute", statement), *((word.lower(), border(word)) for word in BORDERS)]
    for name, ear in ears:
        event.listen(engine, name, ear)
    yield heard
    for name, ear in ears:
        event.remove(engine, name, ear)


def step(sql: str, params: Any, number: str) -> Step:
    words = sql.split()
    makes = words[2] if words[0] == "INSERT" else None
    if "nextval" in sql or "max(ticket.id)" in sql:
        makes = "ticket"
    reads = words[0] == "SELECT" or "RETURNING" in words
    if isinstance(params, dict):
        kept: Any = {name: symbol(value, number) for name, value in params.items()}
    else:
        kept = tuple(symbol(value, number) for value in params or ())
    return Step(sql, kept, makes, reads)


def symbol(value: Any, number: str) -> Any:
    """A value that differs each time as its symbol; JSON as its text."""
    if value == number:
        return New("number", 0)
    if isinstance(value, int):
        for table, first in FIRST.items():
            if first < value < first + SPAN:
                return New(table, value - first - 1)
    return json.dumps(value.obj) if isinstance(value, Json) else value
