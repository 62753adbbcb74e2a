"""Sessions end with log-out wherever their cookie was copied to, with the password and the account; sockets too."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import sessions, staff_door
from app.acts import console
from app.auth import hasher, staff_by_login
from app.background import forget_old
from app.database import transaction
from app.live import expire
from grids.models import ApiKey, EndedSession
from tests.conftest import PASSWORD
from tests.test_live import Watcher
from tests.web import Caller, Visitor

pytestmark = pytest.mark.database
LOGIN = "manager.210102"


def logged_in(app: Flask, password: str = PASSWORD) -> Visitor:
    """A browser that logged in by the form."""
    visitor = Visitor(app)
    form = {"login": LOGIN, "password": password, "csrf_token": visitor.token}
    assert visitor.post("/login", data=form).status_code == 302
    visitor.token = visitor.token_of("/tickets")
    return visitor


def copied(app: Flask, visitor: Visitor) -> Caller:
    """Somebody else with the same cookie."""
    thief = Caller(app)
    cookie = visitor.client.get_cookie("hotline")
    assert cookie is not None
    thief.client.set_cookie("hotline", cookie.value)
    return thief


def watching(app: Flask, visitor: Visitor) -> Watcher:
    made = Watcher(app, browser=visitor.client)
    assert made.connected and "seq" in made.ask("watch", {"region": "210102"})
    return made


def test_a_cookie_is_worth_nothing_after_log_out(app: Flask, clock: Any) -> None:
    visitor, other = logged_in(app), logged_in(app)
    thief = copied(app, visitor)
    assert thief.get("/board/210102").status_code == 200
    socket, another = watching(app, visitor), watching(app, other)
    assert expire() == []
    visitor.post("/logout", data={"csrf_token": visitor.token})
    assert thief.get("/board/210102").status_code == 302
    assert len(expire()) == 1 and not socket.connected and another.connected
    assert other.get("/board/210102").status_code == 200
    another.leave()


def test_a_new_password_ends_the_sessions_before_it(app: Flask, clock: Any) -> None:
    visitor = logged_in(app)
    socket = watching(app, visitor)
    try:
        with transaction(write=True) as db:
            made = staff_door.new_password(db, console(), LOGIN)
        assert visitor.get("/board/210102").status_code == 302
        assert len(expire()) == 1 and not socket.connected
        assert logged_in(app, made).get("/board/210102").status_code == 200
    finally:
        with transaction(write=True) as db:
            staff_by_login(db, LOGIN).password_hash = hasher.hash(PASSWORD)  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["disabled", "moved"])
def test_who_may_not_see_it_any_more_loses_the_socket(app: Flask, clock: Any, how: str) -> None:
    socket = watching(app, logged_in(app))
    with transaction(write=True) as db:
        staff = staff_by_login(db, LOGIN)
        assert staff is not None
        before = staff.region_id
        staff.active, staff.region_id = how != "disabled", before if how == "disabled" else None
    try:
        assert len(expire()) == 1 and not socket.connected
    finally:
        with transaction(write=True) as db:
            staff = staff_by_login(db, LOGIN)
            staff.active, staff.region_id = True, before  # type: ignore[union-attr]


def test_a_revoked_key_loses_its_socket(app: Flask, clock: Any, keys: Any) -> None:
    key = keys("agent.2101")["Authorization"].removeprefix("Bearer ")
    socket = Watcher(app, {"token": key})
    assert expire() == []
    with transaction(write=True) as db:
        db.scalars(select(ApiKey)).one().revoked_at = clock()
    assert len(expire()) == 1 and not socket.connected


def test_ended_sessions_are_forgotten_when_their_cookies_are_worthless(app: Flask, clock: Any) -> None:
    visitor = logged_in(app)
    visitor.post("/logout", data={"csrf_token": visitor.token})
    forget_old()
    with transaction(write=True) as db:
        row = db.scalars(select(EndedSession)).one()
        row.at -= sessions.KEPT
    forget_old()
    with transaction() as db:
        assert db.scalars(select(EndedSession)).first() is None
