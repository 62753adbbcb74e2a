"""Live changes as they go out: gunicorn with its gevent worker, WebSockets, and an ordinary Socket.IO client."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import socketio
from socketio.exceptions import ConnectionError as Refused

from tests.browser.server import Server, local
from tests.conftest import PASSWORD
from tests.photos import encoded
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database

PATH = ["21", "2101", "210102", "210102001", "210102001001", CELLS_WEST]
LON, LAT = centre()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


class Page:
    """A connected client: the changes that it was sent, with the time at which each came."""

    def __init__(self, server: Server, login: str | None = None, cookie: str = "") -> None:
        self.client = socketio.Client(http_session=local(), reconnection=False)
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self.client.on("changes", lambda message: self.messages.append((time.monotonic(), message)))
        auth = {"token": server.keys[login]} if login else None
        headers = {"Cookie": cookie} if cookie else {}
        self.client.connect(server.base, headers=headers, auth=auth, transports=["websocket"], wait_timeout=10)

    def ask(self, event: str, **data: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.client.call(event, data, timeout=10)
        return told

    def numbers(self) -> list[str]:
        return [row["number"] for _, message in self.messages for row in message["tickets"]]


@pytest.fixture
def page(server: Server) -> Iterator[Callable[..., Page]]:
    made: list[Page] = []

    def connect(login: str | None = None, cookie: str = "") -> Page:
        made.append(Page(server, login, cookie))
        return made[-1]

    yield connect
    for one in made:
        one.client.disconnect()


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, "it has not happened in time"
        time.sleep(0.01)


def snap(server: Server) -> str:
    files = {"photo": ("a.jpg", encoded(), "image/jpeg")}
    answer = local().post(f"{server.base}/api/v1/snaps", files=files, data={"lon": LON, "lat": LAT}, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def test_strangers_are_refused(server):
    for login_key in (None, "guessed"):
        client = socketio.Client(http_session=local(), reconnection=False)
        with pytest.raises(Refused):
            auth = {"token": login_key} if login_key else None
            client.connect(server.base, auth=auth, transports=["websocket"], wait_timeout=10)


def test_a_snap_reaches_all_six_levels_and_no_sibling(server, page):
    above = {code: page(f"manager.{code}" if len(code) < 15 else f"attendant.{code}") for code in PATH}
    beside = {code: page(f"manager.{code}") for code in ("2102", "210103", "210102002")}
    for code, one in (above | beside).items():
        assert "tickets" in one.ask("watch", region=code)
    assert "error" in beside["210103"].ask("watch", region="210102")
    number = snap(server)
    until(lambda: all(number in one.numbers() for one in above.values()))
    time.sleep(0.5)
    assert [code for code, one in beside.items() if number in one.numbers()] == []


def test_a_page_that_was_away_catches_up(server, page):
    first = page("manager.210102")
    old = first.ask("watch", region="210102")
    first.client.disconnect()
    number = snap(server)
    again = page("manager.210102")
    told = again.ask("since", region="210102", seq=old["seq"])
    assert number in [row["number"] for row in told["tickets"]]
    assert told["counters"]["open"] == old["counters"]["open"] + 1
    later = snap(server)
    until(lambda: later in again.numbers())


def test_a_storm_of_acts_is_coalesced_and_the_last_one_is_true(server, page):
    number, one = snap(server), page("manager.210102")
    one.ask("watch", region="210102")
    began = time.monotonic()
    for turn in range(30):
        server.call("agent.2101", f"/tickets/{number}/dispatch", unit="210102" if turn % 2 else "210102001")
    until(lambda: bool(one.messages) and one.messages[-1][1]["tickets"][-1]["holder"] == "210102")
    time.sleep(0.5)
    lasted = one.messages[-1][0] - began
    assert len(one.messages) <= lasted / 0.25 + 2
    fresh = page("manager.210102").ask("watch", region="210102")
    assert fresh["seq"] == one.messages[-1][1]["seq"] and fresh["counters"] == one.messages[-1][1]["counters"]


def test_a_session_cookie_watches_like_a_key(server, page):
    session = local()
    token = session.get(f"{server.base}/login", timeout=10).text.split('name="csrf-token" content="')[1].split('"')[0]
    form = {"login": "manager.210102", "password": PASSWORD, "csrf_token": token}
    answer = session.post(f"{server.base}/login", data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    cookie = "; ".join(f"{one.name}={one.value}" for one in session.cookies)
    assert "tickets" in page(cookie=cookie).ask("watch", region="210102")


def test_another_site_cannot_use_the_cookie(server):
    answer = requests.get(
        f"{server.base}/socket.io/?EIO=4&transport=polling",
        headers={"Origin": "http://elsewhere.example"},
        timeout=10,
        proxies={"http": ""},
    )
    assert answer.status_code == 400
