"""A program on 127.0.0.1 that takes webhooks' messages, and answers what it is told to."""

import base64
import hashlib
import hmac
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, NamedTuple


class Message(NamedTuple):
    """What arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    def is_signed(self, secret: str) -> bool:
        """As the receiver's side of Standard Webhooks checks it."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        key = base64.b64decode(secret.split("_", 1)[1])
        wanted = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return any(one == f"v1,{wanted}" for one in self.headers["webhook-signature"].split(" "))


class Receiver:
    """`status` is what it answers; `hang` lets it wait."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.status, self.hang, self.free = 204, False, Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(Message({name.lower(): text for name, text in self.headers.items()}, body))
                if receiver.hang:
                    receiver.free.wait(10)
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("Location", receiver.url + "elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, client: None  # type: ignore[method-assign]  # a sender that gave up
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hotline"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self.free.set()
        self.server.shutdown()
        self.server.server_close()
