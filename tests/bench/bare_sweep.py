"""The reference for the sweep: set-based SQL, a transaction per 1,000 due clocks, with no rule in it.

It writes the rows that the product writes: clock and ticket are changed, one event and, after a SIGN_IN breach, one
fresh clock are added.
"""

import json
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import psycopg

from tests.bench.worlds import postgres_at, sqlite_path

BATCH = 1_000
DETAIL = json.dumps(
    {"clock": "SIGN_IN", "due_at": "2026-11-09T17:00:00+08:00", "unit": "x" * 12, "path": ["x" * 60] * 5}
)
DELTAS = json.dumps({"overdue": 1})
DUE = "SELECT id FROM clock WHERE state IN ('running', 'breached') AND next_at <= {now} ORDER BY next_at LIMIT {batch}"
ABOVE = """(SELECT above.id FROM unit AS held JOIN region ON region.id = held.region_id
    JOIN unit AS above ON above.region_id = region.parent_id AND above.kind = 'centre' WHERE held.id = holder_id)"""
STATEMENTS = (
    f"""UPDATE ticket SET holder_id = coalesce({ABOVE}, holder_id), escalation_level = escalation_level + 1,
    version = version + 1, updated_at = {{now}} WHERE id IN (SELECT ticket_id FROM clock WHERE {{chosen}})""",
    """INSERT INTO event (ticket_id, verb, at, recorded_at, actor, actor_name, from_status, to_status, path, detail,
    deltas, from_deltas)
    SELECT ticket.id, 'escalate', clock.due_at, clock.due_at, 'system', '', status, status, path, {detail},
    {deltas}, 'null' FROM clock JOIN ticket ON ticket.id = clock.ticket_id WHERE {chosen}""",
    """INSERT INTO clock (ticket_id, kind, state, started_at, half_at, warn_at, due_at, next_at, step, amount, measure,
    policy, calendar, calendar_version, provisional)
    SELECT ticket_id, kind, 'running', due_at, {later}, {later}, {later}, {later}, 0, amount, measure,
    policy, calendar, calendar_version, provisional FROM clock WHERE {chosen} AND kind = 'SIGN_IN'""",
    """UPDATE clock SET state = 'breached', step = step + 1, next_at = CASE kind WHEN 'HANDLE' THEN {later} END,
    stopped_at = CASE kind WHEN 'SIGN_IN' THEN due_at END WHERE {chosen}""",
)


def bare_sweep(url: str, now: datetime, share: int) -> int:
    """Takes one step of `share` due clocks or a few more; how many."""
    return sweep_sqlite(url, now, share) if url.startswith("sqlite") else sweep_postgres(url, now, share)


def sweep_postgres(url: str, now: datetime, share: int) -> int:
    values: dict[str, Any] = {"now": now, "later": now + timedelta(days=1), "detail": DETAIL, "deltas": DELTAS}
    marks = {
        "detail": "%(detail)s::json",
        "deltas": "%(deltas)s::json",
        "now": "%(now)s",
        "later": "%(later)s::timestamptz",
    }
    done = 0
    with psycopg.connect(**postgres_at(url)) as db:
        while done < share:
            due = DUE.format(now="%(now)s", batch=BATCH) + " FOR UPDATE SKIP LOCKED"
            values["ids"] = [row[0] for row in db.execute(due, values)]
            for statement in STATEMENTS:
                db.execute(statement.format(chosen="clock.id = ANY(%(ids)s)", **marks), values)
            db.commit()
            done += len(values["ids"])
    return done


def sweep_sqlite(url: str, now: datetime, share: int) -> int:
    moments = {"now": now, "later": now + timedelta(days=1)}
    values: dict[str, Any] = {name: f"{at:%Y-%m-%d %H:%M:%S.%f}" for name, at in moments.items()}
    values |= {"detail": DETAIL, "deltas": DELTAS}
    marks = {name: f":{name}" for name in values}
    db = sqlite3.connect(sqlite_path(url), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        db.execute(f"PRAGMA {pragma}")
    done = 0
    while done < share:
        db.execute("BEGIN IMMEDIATE")
        ids = [row[0] for row in db.execute(DUE.format(now=":now", batch=BATCH), values)]
        values["ids"] = json.dumps(ids)
        for statement in STATEMENTS:
            chosen = "clock.id IN (SELECT value FROM json_each(:ids))"
            db.execute(statement.format(chosen=chosen, **marks), values)
        db.execute("COMMIT")
        done += len(ids)
    db.close()
    return done
