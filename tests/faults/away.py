"""The database goes away under load: what clients are told meanwhile, and how soon all is well again."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.browser.server import KEYS, free_port
from tests.tree import ROOT
from tests.world import CELL_OF, centre

HEALTHY_S = 5.0


@dataclass
class Load:
    """Clients that log tickets as fast as they are answered, until told to stop; what they were told, and when."""

    port: int
    key: str
    acknowledged: list[str] = field(default_factory=list)
    answers: list[tuple[float, int, str | None]] = field(default_factory=list)  # when, status, Retry-After
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        lon, lat = centre(next(iter(CELL_OF.values())))
        body = json.dumps({"description": "井盖缺失", "lon": lon, "lat": lat})
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        while not self.done.is_set():
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
                connection.request("POST", "/api/v1/tickets", body, headers)
                answer = connection.getresponse()
                read = answer.read()
                self.answers.append((time.monotonic(), answer.status, answer.getheader("Retry-After")))
                if answer.status == 201:
                    self.acknowledged.append(json.loads(read)["number"])
                connection.close()
            except (OSError, HTTPException):
                self.answers.append((time.monotonic(), 0, None))
            time.sleep(0.05)

    def told(self, begin: float, end: float) -> Counter[tuple[int, bool]]:
        """How often each (status, with Retry-After) was answered from `begin` to `end`."""
        return Counter((status, bool(retry)) for at, status, retry in self.answers if begin <= at <= end)

    def first_success(self, since: float) -> float | None:
        """Seconds from `since` to the first ticket that was made after it."""
        return next((at - since for at, status, _ in self.answers if at >= since and status == 201), None)


@contextmanager
def loaded(port: int, key: str, clients: int = 3) -> Iterator[Load]:
    load = Load(port, key)
    threads = [threading.Thread(target=load.run, daemon=True) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.done.set()
        for thread in threads:
            thread.join(timeout=25)


@contextmanager
def product(url: str, instance: Path) -> Iterator[tuple[int, str]]:
    """The product on this database with the small world in it, as `make run` serves it: (port, key of an agent)."""
    env = {name: text for name, text in os.environ.items() if not name.startswith("HOTLINE_")}
    port = free_port()
    env |= {"INSTANCE_PATH": str(instance), "HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "tests.browser.prepare"], cwd=ROOT, env=env, check=True, timeout=60)
    key = json.loads((instance / KEYS).read_text(encoding="utf-8"))["agent.2101"]
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    with (instance / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_healthy(port)
        yield port, key
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def wait_until_healthy(port: int, limit: float = 60) -> float:
    """Seconds until /readyz answers 200. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return time.monotonic() - began
        except (OSError, HTTPException):
            pass
        time.sleep(0.1)
    raise TimeoutError("the product does not get ready")


class Cut:
    """A way to a database on 127.0.0.1 that can be cut: connections break, new ones are refused."""

    def __init__(self, target: Path) -> None:
        self.target, self.open = target, True
        self.sockets: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            client, _ = self.listener.accept()
            if not self.open:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.target))
            self.sockets |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=pump, args=(source, sink), daemon=True).start()

    def cut(self) -> None:
        self.open = False
        for one in list(self.sockets):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self.sockets.clear()

    def mend(self) -> None:
        self.open = True


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for one in (source, sink):
        one.close()
