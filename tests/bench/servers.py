"""Servers of both sides: gunicorn with one gevent worker, as the product runs, on a free port of 127.0.0.1."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.worlds import ROOT, World

START_SECONDS = 60


class Server:
    """A running server; `pause` keeps it from taking time from the other side."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port

    def pause(self) -> None:
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)


@contextmanager
def product(world: World) -> Iterator[Server]:
    """The product as `make run` starts it, relay and timer inside."""
    with serving(["-c", "gunicorn.conf.py", "wsgi:app"], world.env, world.instance / "product.log") as server:
        yield server


@contextmanager
def bare(app: str, env: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A WSGI application `module:name` of this package under the same server."""
    with serving(["-c", "python:tests.bench.bare_server", f"tests.bench.{app}"], {**os.environ, **env}, log) as server:
        yield server


@contextmanager
def serving(words: Sequence[str], env: Mapping[str, str], log: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *words, "--bind", f"127.0.0.1:{port}"]
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**env, "PORT": str(port)}, stdout=out, stderr=out, start_new_session=True
        )
        try:
            wait_until_open(process, port, log)
            yield Server(process, port)
        finally:
            end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGCONT)  # a paused one cannot end
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_open(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Until a request is answered: the product's worker first reads the tree."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as probe:
                probe.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                if probe.recv(12):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"a server did not start:\n{log.read_text()}")
