"""Clients that log tickets as fast as they are answered, through any fault; what they were told, and when."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from sqlalchemy import create_engine, text

from tests.world import CELL_OF, centre

PATIENCE_S = 40  # longer than any answer may take: what is not answered by then is a fault


@dataclass
class Load:
    """Some clients of one server, until told to stop."""

    port: int
    key: str
    body: dict[str, object] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    # When it was asked and answered, status (0: no answer at all), Retry-After.
    answers: list[tuple[float, float, int, str | None]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.done.is_set():
            began = time.monotonic()
            try:
                status, retry = self.ask()
            except (OSError, HTTPException):
                status, retry = 0, None
            self.answers.append((began, time.monotonic(), status, retry))
            time.sleep(0.05)

    def ask(self) -> tuple[int, str | None]:
        lon, lat = centre(next(iter(CELL_OF.values())))
        body = json.dumps({"description": "井盖缺失", "lon": lon, "lat": lat} | self.body)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("POST", "/api/v1/tickets", body, headers)
            answer = connection.getresponse()
            read = answer.read()
        finally:
            connection.close()
        if answer.status == 201:
            self.acknowledged.append(json.loads(read)["number"])
        return answer.status, answer.getheader("Retry-After")

    def told(self, begin: float, end: float) -> Counter[tuple[int, bool]]:
        """How often each (status, with Retry-After) was answered from `begin` to `end`."""
        return Counter((status, bool(retry)) for _, at, status, retry in self.answers if begin <= at <= end)

    def longest(self) -> float:
        """Seconds that the slowest answer took."""
        return max(answered - asked for asked, answered, _, _ in self.answers)

    def first_success(self, since: float) -> float | None:
        """Seconds from `since` to the first ticket that was made after it."""
        return next((at - since for _, at, status, _ in self.answers if at >= since and status == 201), None)


@contextmanager
def loaded(port: int, key: str, clients: int = 3, **body: object) -> Iterator[Load]:
    load = Load(port, key, body)
    threads = [threading.Thread(target=load.run, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.done.set()
        for thread in threads:
            thread.join(timeout=PATIENCE_S)


def missing(url: str, acknowledged: list[str]) -> set[str]:
    """The acknowledged numbers that are no ticket of this database."""
    engine = create_engine(url)
    try:
        with engine.connect() as db:
            return set(acknowledged) - set(db.scalars(text("SELECT number FROM ticket")))
    finally:
        engine.dispose()


def wait_for(condition, limit: float = 30.0) -> None:
    until = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
