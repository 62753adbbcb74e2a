"""A real server for the browser tests: gunicorn on a free port, with its own instance folder over the small world."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests import world
from tests.tree import ROOT

KEYS = "keys.json"  # login: API key, in the instance folder
LATE_CELL = "210202001001001"  # where the world has late tickets from the beginning
READY_S = 60
RUBBISH = "楼前垃圾堆了一周没有清理，味道很大"
OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MEDIA_URL", "GUNICORN_CMD_ARGS", "WEB_CONCURRENCY")


class Server:
    """One gunicorn with its worker, a process group of its own. It can die and come back on the same port.

    `settings` are variables of its environment beside those of every test.
    """

    def __init__(self, instance: Path, **settings: str) -> None:
        self.instance, self.settings = instance, settings
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = instance / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        prepare = [sys.executable, "-m", "tests.browser.prepare"]
        subprocess.run(prepare, cwd=ROOT, env=self.environment(), check=True, timeout=READY_S)
        self.keys: dict[str, str] = json.loads((instance / KEYS).read_text(encoding="utf-8"))
        self.start()

    def start(self) -> None:
        """Returns when the server answers; raises with the end of its log when it does not."""
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + READY_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the server does not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            return local().get(f"{self.base}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """As when the machine loses power: the master and its worker at once, with nothing said to anybody."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> None:
        """Ends the group of this server's own processes; one that does not listen in time is killed."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(timeout=5)

    def environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if name not in OURS and not name.startswith("HOTLINE_")}
        own = {"INSTANCE_PATH": str(self.instance), "HOST": "127.0.0.1", "PORT": str(self.port)}
        return kept | own | self.settings

    def call(self, login: str, path: str, files: Any = None, **body: Any) -> dict[str, Any]:
        """An API call by this person's key: POST of JSON, or of a form when there are files. Raises when refused."""
        given: dict[str, Any] = {"data": body, "files": files} if files else {"json": body}
        answer = local().post(f"{self.base}/api/v1{path}", headers=self.by(login), timeout=30, **given)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:500]}"
        told: dict[str, Any] = answer.json()
        return told

    def report(self, agent: str, cell: str, **more: Any) -> str:
        """The number of a new ticket in the middle of a cell; rubbish is a matter that goes straight to the cell."""
        lon, lat = world.centre(cell)
        return str(self.call(agent, "/tickets", **{"description": RUBBISH, "lon": lon, "lat": lat} | more)["number"])

    def read(self, login: str, path: str) -> dict[str, Any]:
        answer = local().get(f"{self.base}/api/v1{path}", headers=self.by(login), timeout=30)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:500]}"
        told: dict[str, Any] = answer.json()
        return told

    def by(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[login]}"}


def local() -> requests.Session:
    """A session that no proxy of the environment leads away from this machine."""
    session = requests.Session()
    session.trust_env = False
    return session


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
