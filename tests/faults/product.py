"""The product as it is served: gunicorn, and `flask clock` beside it, in process groups that may be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.browser.server import KEYS, OURS, free_port
from tests.tree import ROOT

SERVE = ("-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app")
CLOCK = ("-m", "flask", "--app", "wsgi", "clock")
END_S = 20


class Product:
    """One installation on a database with the small world in it; its server can be killed and started again."""

    def __init__(self, url: str, instance: Path, **settings: str) -> None:
        self.url, self.instance, self.port = url, instance, free_port()
        kept = {name: said for name, said in os.environ.items() if name not in OURS and not name.startswith("HOTLINE_")}
        ours = {"INSTANCE_PATH": str(instance), "HOST": "127.0.0.1", "PORT": str(self.port), "DATABASE_URL": url}
        self.env = kept | ours | settings
        self.server: subprocess.Popen[bytes] | None = None
        prepare = [sys.executable, "-m", "tests.browser.prepare"]
        subprocess.run(prepare, cwd=ROOT, env=self.env, check=True, timeout=60)
        self.keys: dict[str, str] = json.loads((instance / KEYS).read_text(encoding="utf-8"))
        self.key = self.keys["agent.2101"]

    def run(self, *words: str) -> "subprocess.Popen[bytes]":
        """A process of this installation, the leader of a group of its own."""
        with (self.instance / "server.log").open("ab") as log:
            command = [sys.executable, *words]
            return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def start(self) -> None:
        self.server = self.run(*SERVE)
        wait_until_healthy(self.port)

    def kill(self) -> None:
        """As when the machine loses power: master and worker at once."""
        assert self.server is not None
        end(self.server, signal.SIGKILL)

    def log(self) -> str:
        return (self.instance / "server.log").read_text(errors="replace")


@contextmanager
def product(url: str, instance: Path, **settings: str) -> Iterator[Product]:
    made = Product(url, instance, **settings)
    try:
        made.start()
        yield made
    finally:
        if made.server is not None:
            end(made.server, signal.SIGTERM)


@contextmanager
def clocks(made: Product, count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """So many `flask clock` beside it."""
    running = [made.run(*CLOCK) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            end(process, signal.SIGKILL)


def end(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    """Ends the group of a process of ours; one that does not listen in time is killed."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, how)
    try:
        process.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=END_S)


def get(port: int, path: str, timeout: float = 5) -> int:
    """The status of a page that needs no log-in; raises OSError or HTTPException without an answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def wait_until_healthy(port: int, limit: float = 60) -> float:
    """Seconds until /readyz answers 200. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        try:
            if get(port, "/readyz") == 200:
                return time.monotonic() - began
        except (OSError, HTTPException):
            pass
        time.sleep(0.1)
    raise TimeoutError("the product does not get ready")
