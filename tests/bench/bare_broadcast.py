"""The reference for live boards: a bare python-socketio server that passes on what is posted to it."""

import json
from typing import Any

import socketio

sio = socketio.Server(async_mode="gevent")


@sio.event  # type: ignore[misc]
def connect(sid: str, environ: Any, auth: Any = None) -> None:
    """Anybody."""


@sio.event  # type: ignore[misc]
def watch(sid: str, data: dict[str, str]) -> dict[str, Any]:
    sio.enter_room(sid, data["region"])
    return {}


def post(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """{rooms, number, size}: one message of `size` characters to each room."""
    if environ["REQUEST_METHOD"] == "POST":
        asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        rows = [{"number": asked["number"], "text": "x" * asked["size"]}]
        for room in asked["rooms"]:
            sio.emit("changes", {"region": room, "tickets": rows}, to=room)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


app = socketio.WSGIApp(sio, post)
