"""Live changes: who may watch what, and what watchers are told; nothing between a snapshot and a message is lost."""

import io
from types import SimpleNamespace
from typing import Any

import pytest

from app.database import transaction
from app.live import relay, socketio
from app.relay import PACE, number_all
from dispatch.changes import changes_since
from dispatch.counters import day_of
from grids.queries import region_by_code
from tests.conftest import MONDAY
from tests.photos import encoded
from tests.web import Caller, Visitor, apart
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

PHONE, WORDS = "13912345678", "蓝色三轮车挡住单元门"
PATH = ["21", "2101", "210102", "210102001", "210102001001", CELLS_WEST]
ROW = {"number", "status", "kind", "category", "urgency", "region", "holder", "due_at", "overdue", "escalation_level"}
# Beside the contract's: no names of people.
NAMES = {"on_hold", "region_name", "holder_name", "place", "light", "updated_at", "lead", "repeats", "attention"}


class Watcher:
    """A page that is connected: what it asked for, and the changes that it was sent."""

    def __init__(self, app: Any, auth: Any = None, browser: Any = None) -> None:
        self.client = apart(socketio.test_client, app, auth=auth, flask_test_client=browser)

    @property
    def connected(self) -> bool:
        return bool(self.client.is_connected())

    def ask(self, event: str, *data: Any) -> Any:
        return apart(self.client.emit, event, *data, callback=True)

    def changes(self) -> list[dict[str, Any]]:
        told = apart(self.client.get_received)
        assert {one["name"] for one in told} <= {"changes"}
        return [one["args"][0] for one in told]

    def leave(self) -> None:
        apart(self.client.disconnect)


@pytest.fixture
def watcher(app, clock, keys):
    """watcher("manager.21") -> connected with a key of that login."""
    made: list[Watcher] = []

    def connect(login: str) -> Watcher:
        made.append(Watcher(app, {"token": keys(login)["Authorization"].removeprefix("Bearer ")}))
        assert made[-1].connected
        return made[-1]

    yield connect
    for one in made:
        if one.connected:
            one.leave()


@pytest.fixture
def agent(app, clock, keys):
    return Caller(app, keys("agent.21"))


def received(agent: Caller, cell: str = CELLS_WEST) -> str:
    lon, lat = centre(cell)
    given = {"description": WORDS, "lon": lon, "lat": lat, "caller_phone": PHONE}
    return str(agent.post("/api/v1/tickets", json=given).json["number"])


def do(agent: Caller, number: str, verb: str, **inputs: Any) -> None:
    assert agent.post(f"/api/v1/tickets/{number}/{verb}", json=inputs).status_code == 200


def tell() -> None:
    """One step of the relay, as if it had told nothing for a while."""
    relay().told_at.clear()
    relay().step()


@pytest.mark.parametrize("auth", [None, {}, {"token": ""}, {"token": "guessed"}, {"token": 7}, "hk_x", ["hk_x"]])
def test_strangers_are_refused(app, clock, auth):
    assert not Watcher(app, auth).connected


def test_a_session_of_a_page_may_watch(app, clock):
    page = Watcher(app, browser=Visitor(app, "manager.210102").client)
    assert page.ask("watch", {"region": "210102"})["counters"]["open"] == 0
    page.leave()


@pytest.mark.parametrize("event", ["watch", "since"])
@pytest.mark.parametrize(
    "data",
    [{"region": "210103"}, {"region": "21"}, {"region": "99"}, {"region": "\x00"}, {"region": []}, {}, [], None, 7],
)
def test_what_is_out_of_scope_is_an_error(watcher, event, data):
    page = watcher("manager.210102")
    assert set(page.ask(event, data)) == {"error"}
    assert relay().watched == {}


def test_handlers_of_a_department_watch_no_region(watcher):
    assert set(watcher("attendant.210102-market").ask("watch", {"region": "210102"})) == {"error"}


def test_a_snapshot_has_the_open_tickets_by_due_time(watcher, agent):
    closed, later, sooner = (received(agent) for _ in range(3))
    do(agent, closed, "answer", note="已告知")
    do(agent, sooner, "relocate", lon=centre()[0], lat=centre()[1])
    told = watcher("manager.210102").ask("watch", {"region": "210102"})
    assert [row["number"] for row in told["tickets"]] == [later, sooner]
    assert (told["region"], told["counters"]["open"], told["counters"]["by_status"]["CLOSED"]) == ("210102", 2, 1)
    assert told["seq"] > 0 and "truncated" not in told


def test_a_snap_reaches_every_level_and_no_sibling(app, watcher):
    above = {code: watcher(f"manager.{code}" if len(code) < 15 else f"attendant.{code}") for code in PATH}
    beside = {code: watcher(f"manager.{code}") for code in ("2102", "210103", "210102002", "210102001002")}
    beside |= {code: watcher(f"attendant.{code}") for code in ("210102001001002", CELL_OF["210103"])}
    for code, page in (above | beside).items():
        assert page.ask("watch", {"region": code})["tickets"] == []
    lon, lat = centre()
    form = {"photo": (io.BytesIO(encoded()), "a.jpg"), "lon": lon, "lat": lat, "description": WORDS, "phone": PHONE}
    number = Caller(app).post("/api/v1/snaps", data=form).json["number"]
    relay().step()
    for code, page in above.items():
        (message,) = page.changes()
        assert (message["region"], [row["number"] for row in message["tickets"]]) == (code, [number])
        assert message["counters"]["open"] == 1
    assert [code for code, page in beside.items() if page.changes()] == []


def test_rows_carry_no_personal_data(watcher, agent):
    page = watcher("manager.210102")
    page.ask("watch", {"region": "210102"})
    received(agent)
    relay().step()
    told = [*page.changes(), watcher("manager.21").ask("watch", {"region": "21"})]
    for message in told:
        (row,) = message["tickets"]
        assert ROW <= set(row) <= ROW | NAMES
        assert all(word not in str(message) for word in (PHONE, WORDS, "139****", "agent.", "attendant."))


def test_a_row_that_leaves_the_list_is_removed(watcher, agent):
    page, number = watcher("manager.210102"), received(agent)
    page.ask("watch", {"region": "210102"})
    do(agent, number, "answer", note="已告知")
    relay().step()
    assert [message["tickets"] for message in page.changes()] == [[{"number": number, "removed": True}]]


def test_a_ticket_that_moves_leaves_one_district_and_comes_to_the_other(watcher, agent):
    pages, number = {code: watcher(f"manager.{code}") for code in ("210102", "210103", "2101")}, received(agent)
    for code, page in pages.items():
        page.ask("watch", {"region": code})
    lon, lat = centre(CELL_OF["210103"])
    do(agent, number, "relocate", lon=lon, lat=lat)
    relay().step()
    told = {code: page.changes()[0] for code, page in pages.items()}
    assert told["210102"]["tickets"] == [{"number": number, "removed": True}]
    assert told["210103"]["tickets"][0]["region"] == told["2101"]["tickets"][0]["region"] == CELL_OF["210103"]
    assert [told[code]["counters"]["open"] for code in pages] == [0, 1, 1]


def test_about_four_messages_a_second_and_the_last_one_is_true(watcher, agent, monkeypatch):
    time = SimpleNamespace(now=100.0, monotonic=lambda: time.now)
    monkeypatch.setattr("app.relay.time", time)
    page, number = watcher("manager.210102"), received(agent)
    page.ask("watch", {"region": "210102"})
    for _ in range(20):
        do(agent, number, "note", note="再次来电")
        relay().step()
        time.now += 0.05
    time.now += PACE
    do(agent, number, "dispatch", unit="210102")
    relay().step()
    told = page.changes()
    assert 4 <= len(told) <= 6
    assert told[-1]["tickets"][0]["holder"] == "210102"


def test_what_others_have_numbered_is_told_too(watcher, agent):
    """Another process may number an event first, and any request may, between the watch and the relay's first step."""
    page = watcher("manager.210102")
    page.ask("watch", {"region": "210102"})
    number = received(agent)
    number_all()
    relay().step()
    assert [row["number"] for message in page.changes() for row in message["tickets"]] == [number]


def test_since_brings_what_was_missed_and_joins_again(watcher, agent):
    page = watcher("manager.210102")
    seq = page.ask("watch", {"region": "210102"})["seq"]
    page.leave()
    assert relay().watched == {}
    missed, again = received(agent), watcher("manager.210102")
    told = again.ask("since", {"region": "210102", "seq": seq})
    assert ([row["number"] for row in told["tickets"]], told["counters"]["open"]) == ([missed], 1)
    assert "snapshot" not in told
    relay().step()
    again.changes()
    later = received(agent)
    tell()
    assert [row["number"] for message in again.changes() for row in message["tickets"]] == [later]


@pytest.mark.parametrize("seq", [10**6, 10**30, -1, "7", None, 1.5])
def test_since_an_unknown_number_is_a_snapshot(watcher, agent, seq):
    number = received(agent)
    told = watcher("manager.210102").ask("since", {"region": "210102", "seq": seq})
    assert (told["snapshot"], [row["number"] for row in told["tickets"]]) == (True, [number])


def test_a_new_day_is_told_to_who_watches(watcher, agent, clock):
    page = watcher("manager.210102")
    received(agent)
    assert page.ask("watch", {"region": "210102"})["counters"]["today"]["received"] == 1
    relay().step()
    page.changes()
    clock.forward(hours=14)
    tell()
    assert page.changes()[-1]["counters"]["today"]["received"] == 0


def test_a_relay_that_begins_later_tells_nothing_old(watcher, agent):
    received(agent)
    page = watcher("manager.210102")
    page.ask("watch", {"region": "210102"})
    relay().step()
    assert [row for message in page.changes() for row in message["tickets"]] == []
    with transaction() as db:
        assert changes_since(db, region_by_code(db, "210102"), 0, day_of(MONDAY))["tickets"]
