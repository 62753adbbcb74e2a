"""Bulk intake: its rate against pgbench with one row a transaction.

Both sides of the rate write durably (fsync on), on a small world of its own. The reference is `pgbench -M prepared`,
one client, with the statements that the product says for one call that comes alone.
"""

import itertools
import os
import random
import re
import subprocess
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app, uploads
from app.auth import actor_of, staff_by_login
from app.batch_runner import make_ready, start
from app.batches import Worker
from app.cli.transcripts import is_open
from app.clock import now
from app.database import transaction
from app.filing import Heard, file_call, read_call
from app.transcripts import Source
from dispatch import batches
from tests import postgres as server
from tests import world as small
from tests.bench.capture import BORDERS, lead_to_high_keys, listening, step
from tests.bench.ratios import Line, in_turns
from tests.bench.steps import New
from tests.bench.worlds import World, without_tickets
from tests.call_texts import MATTERS, PLACES

DURABLE = {"listen_addresses": "", "shared_buffers": "64MB", "max_connections": "60"}
LOGIN = "agent.2101"
CALLS, SECONDS = 1_200, 4
READY = 5  # seconds until a further process has started


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    yield from rates(args.rounds)


def calls(number: int, turn: int) -> list[tuple[str, bytes]]:
    """Usual calls of ten turns, each of them another one, with a place that is certain enough to file."""
    made = []
    for one in range(number):
        chosen = random.Random(one)
        told = f"{PLACES[one % 4]}{chosen.choice(MATTERS)}，第{turn}轮第{one}个电话"
        talk = ["坐席：您好，请讲", f"市民：{told}", "坐席：多长时间了", "市民：有三四天了，没人管", "坐席：您贵姓"]
        talk += ["市民：免贵姓王", "坐席：电话多少", "市民：就这个号", "坐席：好的，马上派人", "市民：谢谢"]
        made.append((f"{one}.txt", "\n".join(talk).encode()))
    return made


# --- the rate -------------------------------------------------------------------------------------------------------


def rates(rounds: int) -> Iterator[Line]:
    with durable_app() as (app, url, folder), app.app_context():
        script = folder / "one.sql"
        script.write_text(script_of(app))
        turns = itertools.count()
        parts = ("written", "made", "whole")
        kept: dict[str, list[float]] = {part: [] for part in parts}

        def ours() -> float:
            for part, figure in bulk(next(turns)).items():
                kept[part].append(figure)
            return kept["whole"][-1]

        make_ready()
        _, reference = in_turns(rounds, ours, lambda: pgbench(script, url))
        names = ("rows ready -> committed", "calls read -> committed", "bytes -> committed")
        for part, name in zip(parts, names, strict=True):
            yield Line(f"bulk intake, PostgreSQL, {name}", "a second", kept[part], reference, True, "pgbench, 1 client")
        cores = os.cpu_count() or 1
        with beside(app, cores - 1):
            time.sleep(READY)
            shared(next(turns))
            figures = in_turns(rounds, lambda: shared(next(turns)), lambda: pgbench(script, url))
        name = f"bulk intake, PostgreSQL, bytes -> committed, {cores} processes"
        yield Line(name, "a second", *figures, True, "pgbench, 1 client")


@contextmanager
def durable_app() -> Iterator[tuple[Flask, str, Path]]:
    """The product over the small world of the tests, on a PostgreSQL that loses nothing when the power goes."""
    import tempfile

    from tests.conftest import MONDAY, settings_for

    usual, server.SETTINGS = server.SETTINGS, DURABLE
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotline-bulk-")))
        url = stack.enter_context(server.postgres())
        app = create_app(settings_for(url, folder))
        from app.cli.database import upgrade

        upgrade(app.extensions["database"].engine)
        with app.app_context(), transaction(write=True) as db:
            small.build(db, MONDAY, "")
        yield app, url, folder
        app.extensions["database"].engine.dispose()
    server.SETTINGS = usual


def script_of(app: Flask) -> str:
    """What the product says for one call that comes alone, for pgbench."""
    engine = app.extensions["database"].engine
    alone(0)
    lead_to_high_keys(engine)
    with listening(engine) as heard:
        number = alone(1)
    said = [step(sql, params, number) for sql, params in heard]
    without_tickets(engine)
    return "\n".join(line_of(one) for one in said)


def alone(turn: int) -> str:
    """One call by itself, read before its transaction as in a batch; the number of its ticket."""
    ((name, data),) = calls(1, turn)
    source = Source(name, data)
    heard = Heard(name, source.digest, source.read(), {})
    with transaction() as db:
        actor = actor_of(staff_by_login(db, LOGIN))  # type: ignore[arg-type]
        reading = read_call(db, heard.turns, {}, actor, now())
    with transaction(write=True) as db:
        tickets, _ = file_call(db, heard, reading, actor, now())
        return tickets[0].number


def line_of(said: Any) -> str:
    if said.sql in BORDERS:
        return f"{said.sql};"
    sql = " ".join(said.sql.split())
    if said.makes == "ticket" and said.reads:
        return f"{sql} AS ticket \\gset"
    if isinstance(said.params, dict):
        sql = re.sub(r"%\((\w+)\)s", lambda found: literal(said.params[found[1]]), sql)
    else:
        values = iter(said.params or ())
        sql = re.sub(r"%s", lambda _: literal(next(values)), sql)
    return sql.replace("%%", "%") + ";"


def literal(value: Any) -> str:
    if isinstance(value, New):
        known = {"ticket": ":ticket", "number": "lpad(:ticket::text, 11, '0')"}
        return known.get(value.table, f"currval('{value.table}_id_seq')")
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    told = value.isoformat() if isinstance(value, datetime) else str(value)
    return "'" + told.replace("'", "''") + "'"


def pgbench(script: Path, url: str) -> float:
    """Transactions a second of one client."""
    program = server.find_binaries() / "pgbench"
    host = url.split("host=")[1]
    command = [program, "-n", "-M", "prepared", "-c", "1", "-T", str(SECONDS), "-f", script, "-h", host]
    done = subprocess.run([*command, "-U", server.ROLE, server.DATABASE], capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None and "failed: 0" in done.stdout.replace("transactions: 0", "failed: 0"), done.stderr
    return float(found[1])


def bulk(turn: int) -> dict[str, float]:
    """Calls a second of one process: written (rows ready), made (calls read), and whole (from the bytes)."""
    began = time.perf_counter()
    bring(turn)
    watch = Watch()
    with watch.over("dispatch.batch_outcomes", "write_new"), watch.over("app.batches", "settle"), watch.commits():
        Worker().run()
    spent = time.perf_counter() - began
    written = watch.spent["write_new"] + watch.spent["commit"]
    return {
        "written": CALLS / written,
        "made": CALLS / (watch.spent["settle"] + watch.spent["commit"]),
        "whole": CALLS / spent,
    }


def bring(turn: int) -> int:
    """The id of a new batch of so many calls."""
    with transaction() as db:
        actor = actor_of(staff_by_login(db, LOGIN))  # type: ignore[arg-type]
    upload = uploads.store([(name, BytesIO(data)) for name, data in calls(CALLS, turn)], {})
    with transaction(write=True) as db:
        return batches.new_batch(db, upload.key, upload.digest, upload.files, {}, actor, now()).id


def shared(turn: int) -> float:
    """Calls a second from the bytes, of this process and those that run beside it."""
    began = time.perf_counter()
    batch_id = bring(turn)
    Worker().run()
    while is_open(batch_id):
        time.sleep(0.01)
        Worker().run()
    return CALLS / (time.perf_counter() - began)


@contextmanager
def beside(app: Flask, number: int) -> Iterator[None]:
    """So many further processes, as `flask transcripts import` starts them, warm."""
    started = [start(app.extensions["settings"], "help") for _ in range(number)]
    try:
        yield
    finally:
        for one in started:
            assert one.stdin is not None
            one.stdin.close()
            one.wait()


class Watch:
    """Seconds spent in functions of the product."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def over(self, module: str, name: str) -> Iterator[None]:
        import importlib

        place = importlib.import_module(module)
        real = getattr(place, name)
        setattr(place, name, self.timed(name, real))
        try:
            yield
        finally:
            setattr(place, name, real)

    @contextmanager
    def commits(self) -> Iterator[None]:
        from sqlalchemy.orm import Session

        real = Session.commit
        Session.commit = self.timed("commit", real)  # type: ignore[method-assign]
        try:
            yield
        finally:
            Session.commit = real  # type: ignore[method-assign]

    def timed(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*args: Any, **more: Any) -> Any:
            began = time.perf_counter()
            try:
                return real(*args, **more)
            finally:
                self.spent[name] = self.spent.get(name, 0.0) + time.perf_counter() - began

        return measured
