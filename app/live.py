"""Socket.IO: watch and since, as the contract says. Rooms are chosen here from the staff's scope, not by a client."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, session
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, SocketIO, join_room
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import sessions
from app.auth import NotLoggedIn, actor_of, actor_of_key, digest, valid_keys
from app.database import transaction
from app.problems import words_of
from app.relay import Relay
from dispatch.errors import DispatchError, NotFound
from dispatch.queries import region_in_scope
from grids.models import Region, Staff
from grids.scope import Actor

socketio = SocketIO(cors_allowed_origins=None, logger=False, engineio_logger=False)


@dataclass
class Connection:
    """What a connection may see, what it watches, and what it showed: a key, or a session's name and stamp."""

    actor: Actor
    paths: set[str]
    key: str = ""
    session: str | None = None
    stamp: str | None = None


PART = 500
_connections: dict[str, Connection] = {}


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
            made = Connection(actor_of_key(str(token)), set(), key=digest(str(token)))
        elif current_user.is_authenticated:
            names = session.get(sessions.NAME), session.get(sessions.STAMP)
            made = Connection(actor_of(current_user.staff), set(), "", *names)
        else:
            raise NotLoggedIn("log_in_first")
    except NotLoggedIn as error:
        raise ConnectionRefusedError("not logged in") from error
    _connections[sid()] = made


@socketio.on("disconnect")
def disconnect(*_: Any) -> None:
    gone = _connections.pop(sid(), None)
    for path in gone.paths if gone else ():
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
    actor = _connections[sid()].actor
    code = str(data.get("region", "")) if isinstance(data, dict) else ""
    if not code.isprintable():  # no database looks for NUL
        raise NotFound("region_absent")
    with transaction() as db:
        return region_in_scope(db, actor, code)


def joiner() -> Any:
    """Joins a room once; says whether it was new."""

    def join(path: str) -> bool:
        paths = _connections[sid()].paths
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


def expire() -> list[str]:
    """Closes the connections of this process whose key was revoked, whose session is over, or whose staff may not see
    what they watch any more; which."""
    held = list(_connections.items())
    lost: list[str] = []
    for start in range(0, len(held), PART):
        with transaction() as db:
            lost += no_longer(db, dict(held[start : start + PART]))
    for one in lost:
        socketio.server.disconnect(one)
    return lost


def no_longer(db: Session, held: dict[str, Connection]) -> list[str]:
    """Those among the connections that may not stay."""
    logins = {each.actor.login for each in held.values()}
    staff = {one.login: one for one in db.scalars(select(Staff).where(Staff.login.in_(logins)))}
    keys = valid_keys(db, {each.key for each in held.values() if each.key})
    over = sessions.ended_among(db, {each.session for each in held.values() if each.session})

    def may_stay(each: Connection) -> bool:
        one = staff.get(each.actor.login)
        if one is None or not one.active or actor_of(one) != each.actor:
            return False
        if each.key:
            return each.key in keys
        return each.session not in over and each.stamp in (None, sessions.stamp_of(one))

    return [one for one, each in held.items() if not may_stay(each)]
