"""A Redis of our own that can be killed, stopped and started again on its port."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import redis as client

from tests.browser.server import free_port
from tests.faults.load import wait_for


class Redis:
    """redis-server on a port of 127.0.0.1, without a file."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is not installed: apt install redis-server"
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.answers)

    def answers(self) -> bool:
        try:
            return self.counts() is not None
        except client.RedisError:
            return False

    def counts(self) -> list[bytes]:
        with client.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1) as connection:
            return list(connection.keys())

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=10)

    def hang(self) -> None:
        """It keeps its connections and takes new ones, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)


@contextmanager
def redis() -> Iterator[Redis]:
    made = Redis()
    try:
        yield made
    finally:
        made.end()
