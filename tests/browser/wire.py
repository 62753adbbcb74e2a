"""The wire between browser and server: it can be cut and mended, and refuse WebSockets as some firewalls do."""

import socket
import threading

REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
PIECE = 65536


class Wire:
    """Passes every connection on `port` of its own to the server's port, byte by byte."""

    def __init__(self, server_port: int) -> None:
        self.server_port, self.sockets = server_port, True
        self.whole, self.ends = True, set[socket.socket]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.join, args=(near,), daemon=True).start()

    def join(self, near: socket.socket) -> None:
        """Connects this end with the server and carries both ways until one side closes."""
        with near:
            try:
                first = near.recv(PIECE)
                if not self.whole or not first:
                    return
                if not self.sockets and b"upgrade: websocket" in first.lower():
                    near.sendall(REFUSED)
                    return
                with socket.create_connection(("127.0.0.1", self.server_port)) as far:
                    self.ends |= {near, far}
                    far.sendall(first)
                    back = threading.Thread(target=carry, args=(far, near), daemon=True)
                    back.start()
                    carry(near, far)
                    back.join()
            except OSError:
                return
            finally:
                self.ends -= {near}

    def cut(self) -> None:
        """Ends what is open; new connections are closed as soon as they ask for something."""
        self.whole = False
        for end in list(self.ends):
            hang_up(end)
        self.ends.clear()

    def mend(self) -> None:
        self.whole = True

    def close(self) -> None:
        hang_up(self.listener)
        self.listener.close()
        self.cut()


def carry(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(PIECE):
            target.sendall(piece)
    except OSError:
        pass
    hang_up(target)


def hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already
