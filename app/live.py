"""Socket.IO: watch and since, as the contract says. Rooms are chosen here from the staff's scope, not by a client."""

from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, SocketIO, join_room

from app.auth import ANONYMOUS, NotLoggedIn, actor_of, actor_of_key
from app.database import transaction
from app.problems import words_of
from app.relay import Relay
from dispatch.errors import DispatchError, NotFound
from dispatch.queries import region_in_scope
from grids.models import Region
from grids.scope import Actor

socketio = SocketIO(cors_allowed_origins=None, logger=False, engineio_logger=False)
# What each connection may see and what it watches: sid -> (actor, paths).
_connections: dict[str, tuple[Actor, set[str]]] = {}


def init_live(app: Flask) -> None:
    socketio.init_app(app, async_mode="gevent" if patched() else "threading", manage_session=False)
    app.extensions["relay"] = Relay(emit)
    app.extensions["database"].committed = app.extensions["relay"].wake


def patched() -> bool:
    """Whether this process runs under gevent."""
    from gevent.monkey import is_module_patched

    return bool(is_module_patched("socket"))


def relay() -> Relay:
    """The relay of the current application."""
    made: Relay = current_app.extensions["relay"]
    return made


def emit(path: str, message: dict[str, Any]) -> None:
    socketio.emit("changes", message, to=path)


@socketio.on("connect")
def connect(auth: Any = None) -> None:
    """Staff only: a key in `auth`, or the session cookie of a page."""
    token = auth.get("token") if isinstance(auth, dict) else None
    try:
        if token:
            actor = actor_of_key(str(token))
        elif current_user.is_authenticated:
            actor = actor_of(current_user.staff)
        else:
            raise NotLoggedIn("log_in_first")
    except NotLoggedIn as error:
        raise ConnectionRefusedError("not logged in") from error
    _connections[sid()] = (actor, set())


@socketio.on("disconnect")
def disconnect(*_: Any) -> None:
    for path in _connections.pop(sid(), (ANONYMOUS, set[str]()))[1]:
        relay().leave(path)


@socketio.on("watch")
def watch(data: Any = None) -> dict[str, Any]:
    """{region} -> {region, seq, counters, tickets} or {error}."""
    try:
        region = asked_region(data)
    except DispatchError as error:
        return {"error": words_of(error)}
    return relay().watch(region, joiner())


@socketio.on("since")
def since(data: Any = None) -> dict[str, Any]:
    """{region, seq} -> what changed after seq, or a snapshot marked so, or {error}."""
    try:
        region = asked_region(data)
    except DispatchError as error:
        return {"error": words_of(error)}
    seq = data.get("seq")
    return relay().since(region, seq if isinstance(seq, int) and seq >= 0 else 1 << 62, joiner())


def asked_region(data: Any) -> Region:
    """The region that was asked for, if it lies in the connection's scope; NotFound otherwise."""
    actor, _ = _connections[sid()]
    code = str(data.get("region", "")) if isinstance(data, dict) else ""
    if not code.isprintable():  # no database looks for NUL
        raise NotFound("region_absent")
    with transaction() as db:
        return region_in_scope(db, actor, code)


def joiner() -> Any:
    """Joins a room once; says whether it was new."""

    def join(path: str) -> bool:
        _, paths = _connections[sid()]
        if path in paths:
            return False
        paths.add(path)
        join_room(path)
        return True

    return join


def sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def watchers() -> int:
    """How many connections this process holds."""
    return len(_connections)
