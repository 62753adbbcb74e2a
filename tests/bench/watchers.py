"""A process full of watchers: Engine.IO over WebSocket, spoken directly, so that they cost little beside the server.

Reads {port, token, regions} as a line of JSON, connects one watcher for each region, says "ready", and after the next
line says what arrived: [[place of the watcher in the list, moment, bytes, [numbers of tickets]], …]. Moments are those
of the machine's monotonic clock.
"""

import json
import sys
import threading
import time
from typing import Any

from websocket import WebSocket, WebSocketException, create_connection

Heard = list[tuple[int, float, str]]


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    sockets = [connected(asked["port"], asked["token"], region) for region in asked["regions"]]
    heard: Heard = []
    for watcher, socket in enumerate(sockets):
        threading.Thread(target=listen, args=(watcher, socket, heard), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps([arrival(*one) for one in heard]), flush=True)


def connected(port: int, token: str, region: str) -> WebSocket:
    """A watcher of one region whose snapshot has come."""
    socket = create_connection(f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket", timeout=60)
    socket.recv()
    socket.send("40" + json.dumps({"token": token}))
    until(socket, "40")
    socket.send("420" + json.dumps(["watch", {"region": region}]))
    until(socket, "430")
    return socket


def until(socket: WebSocket, kind: str) -> None:
    while not (read := str(socket.recv())).startswith(kind):
        if read.startswith("44"):
            raise SystemExit(f"refused: {read}")


def listen(watcher: int, socket: WebSocket, heard: Heard) -> None:
    """Answers pings, and keeps what comes unread: reading it would take time from the others."""
    try:
        while True:
            message = str(socket.recv())
            if message == "2":
                socket.send("3")
            else:
                heard.append((watcher, time.monotonic(), message))
    except (WebSocketException, OSError):
        return


def arrival(watcher: int, at: float, message: str) -> tuple[int, float, int, list[Any]]:
    _, told = json.loads(message[2:])
    return watcher, at, len(message.encode()), [row["number"] for row in told["tickets"]]


if __name__ == "__main__":
    main()
