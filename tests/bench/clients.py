"""Clients that post JSON over kept connections, each in its own thread."""

import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

Answer = dict[str, Any]


class Client:
    """One kept connection to a server of this machine."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.path, self.headers = path, headers | {"Content-Type": "application/json"}

    def post(self, body: dict[str, Any]) -> Answer:
        self.connection.request("POST", self.path, self.encode(body), self.headers)
        response = self.connection.getresponse()
        read = response.read()
        if response.status >= 300:
            raise SystemExit(f"{self.path} answered {response.status}: {read[:300]!r}")
        answer: Answer = json.loads(read)
        return answer

    def encode(self, body: dict[str, Any]) -> bytes:
        """The body as it is sent: JSON, or what a kind of client makes of it."""
        return json.dumps(body).encode()


def rate(clients: list[Client], body: Callable[[], dict[str, Any]], seconds: float) -> float:
    """Answers a second while all clients post as fast as they are answered; a fifth of the time warms up uncounted."""
    counts = [0] * len(clients)
    counting_from = time.perf_counter() + seconds / 5
    until = counting_from + seconds

    def run(place: int) -> None:
        while time.perf_counter() < until:
            clients[place].post(body())
            counts[place] += counting_from <= time.perf_counter() < until

    together(run, len(clients))
    return sum(counts) / seconds


def together(run: Callable[[int], None], count: int) -> None:
    """Runs `run(0)` … `run(count - 1)` at once; an error in one of them is raised here."""
    errors: list[BaseException] = []

    def guarded(place: int) -> None:
        try:
            run(place)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
