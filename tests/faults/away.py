"""Ways in which a PostgreSQL goes away: its line is cut or goes silent, or it is shut down and started again."""

import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import DATABASE, ROLE, connect, create_database, initialise, serve

HEALTHY_S = 5.0
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


class Restartable:
    """A PostgreSQL that keeps its data folder when it is shut down, and writes through to the disk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        initialise(home)
        self.server = serve(home, DURABLE)
        create_database(home, self.server)
        self.url = f"postgresql+psycopg://{ROLE}@/{DATABASE}?host={home}"

    def stop(self) -> None:
        """A fast shutdown: open sessions are ended, what they had not committed is rolled back."""
        self.server.send_signal(signal.SIGINT)
        self.server.wait(timeout=30)

    def start(self) -> None:
        """Returns when it takes connections again."""
        self.server: subprocess.Popen[bytes] = serve(self.home, DURABLE)
        connect(self.home, DATABASE, self.server).close()


@contextmanager
def restartable() -> Iterator[Restartable]:
    home = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    try:
        made = Restartable(home)
        try:
            yield made
        finally:
            if made.server.poll() is None:
                made.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


class Cut:
    """A way on 127.0.0.1 to the database of a URL. Cut: connections break, new ones are refused. Silent: they stand."""

    def __init__(self, url: str) -> None:
        self.target = f"{url.rpartition('host=')[2]}/.s.PGSQL.5432"
        self.open, self.flowing = True, threading.Event()
        self.flowing.set()
        self.sockets: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"postgresql+psycopg://{ROLE}@127.0.0.1:{self.listener.getsockname()[1]}/{DATABASE}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            if not self.open or server.connect_ex(self.target):  # cut, or no server there
                client.close()
                server.close()
                continue
            self.sockets |= {client, server}
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.flowing.wait()
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            one.close()

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

    def silence(self) -> None:
        """Connections stand, and what is sent is taken, but nobody answers: a database that hangs."""
        self.flowing.clear()

    def speak(self) -> None:
        self.flowing.set()
