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


class Processes:
    """Processes of one installation, each the leader of a group of its own; all are killed at the end."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env, self.logged, self.running = env, log, list["subprocess.Popen[bytes]"]()

    def run(self, *words: str) -> "subprocess.Popen[bytes]":
        with self.logged.open("ab") as log:
            command = [sys.executable, *words]
            made = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        self.running.append(made)
        return made

    def log(self) -> str:
        return self.logged.read_text(errors="replace")

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running:
            end(process, signal.SIGKILL)


class Product:
    """One installation on a database with the small world in it; its server can be killed and started again."""

    def __init__(self, url: str, instance: Path, **settings: str) -> None:
        self.url, self.instance, self.port = url, instance, free_port()
        kept = {name: said for name, said in os.environ.items() if name not in OURS and not name.startswith("HOTLINE_")}
        ours = {"INSTANCE_PATH": str(instance), "HOST": "127.0.0.1", "PORT": str(self.port), "DATABASE_URL": url}
        self.processes = Processes(kept | ours | settings, instance / "server.log")
        prepare = [sys.executable, "-m", "tests.browser.prepare"]
        subprocess.run(prepare, cwd=ROOT, env=self.processes.env, check=True, timeout=120)
        self.keys: dict[str, str] = json.loads((instance / KEYS).read_text(encoding="utf-8"))
        self.key = self.keys["agent.2101"]

    def start(self) -> None:
        self.server = self.processes.run(*SERVE)
        wait_until_healthy(self.port)

    def kill(self) -> None:
        """As when the machine loses power: master and worker at once."""
        end(self.server, signal.SIGKILL)


@contextmanager
def product(url: str, instance: Path, **settings: str) -> Iterator[Product]:
    made = Product(url, instance, **settings)
    with made.processes:
        made.start()
        yield made
        end(made.server, signal.SIGTERM)


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
