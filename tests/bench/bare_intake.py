"""The reference for intake: a Flask view that says to the database what the product said, and nothing else."""

import os
import pickle
import queue
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, jsonify, request

from tests.bench.steps import New, Step
from tests.bench.worlds import postgres_at, sqlite_path

app = Flask(__name__)
URL = os.environ["BARE_URL"]
STEPS: list[Step] = pickle.loads(Path(os.environ["BARE_STEPS"]).read_bytes())
pool: "queue.LifoQueue[Any]" = queue.LifoQueue()


@app.post("/")
def receive() -> Any:
    request.get_json()
    connection = held_connection()
    made = run(connection.cursor())
    pool.put(connection)
    return jsonify(id=made["ticket"][0]), 201


@app.get("/healthz")
def healthz() -> str:
    return "ok"


def held_connection() -> Any:
    try:
        return pool.get_nowait()
    except queue.Empty:
        return connect()


def connect() -> Any:
    if not URL.startswith("sqlite"):
        return psycopg.connect(**postgres_at(URL), autocommit=True)
    connection = sqlite3.connect(sqlite_path(URL), isolation_level=None, check_same_thread=False, timeout=15)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def run(cursor: Any) -> dict[str, list[int]]:
    """All statements in their order; the keys that the database gave."""
    made: dict[str, list[int]] = {"ticket": [], "clock": [], "event": []}
    for sql, params, makes, reads in STEPS:
        cursor.execute(sql, filled(params, made))
        rows = cursor.fetchall() if reads else []
        if makes == "ticket" and reads:
            made["ticket"] = [rows[0][0] + ("max(" in sql)]
        elif makes in ("clock", "event"):
            made[makes] += [row[0] for row in rows] if reads else [cursor.lastrowid]
    return made


def filled(params: Any, made: dict[str, list[int]]) -> Any:
    if isinstance(params, dict):
        return {name: value_of(value, made) for name, value in params.items()}
    return tuple(value_of(value, made) for value in params)


def value_of(value: Any, made: dict[str, list[int]]) -> Any:
    if type(value) is not New:
        return value
    return str(made["ticket"][0]) if value.table == "number" else made[value.table][value.nth]
