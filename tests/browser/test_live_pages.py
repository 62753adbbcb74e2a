"""Live pages through interruptions: a cut wire, a dead server, no WebSockets, a phone without a network."""

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.browser import camera
from tests.browser.server import Server
from tests.browser.site import Site, phone, same_document, wait_live
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

DISTRICT, HOME, OTHER = "210103", "210103001001001", "210103002001001"
CAUGHT_UP_MS = 20_000  # the line tries again after one to five seconds
WATCH_STATES = """
window.states = [];
const note = (element) => states.at(-1) === element.textContent || states.push(element.textContent);
const element = document.querySelector("[data-live]");
new MutationObserver(() => note(element)).observe(element, { childList: true });
"""
READ = """() => {
  const all = (query) => [...document.querySelectorAll(query)];
  const texts = (elements) => [...elements].map((element) => element.textContent.trim());
  const cells = "[data-cell]:not([data-cell=light], [data-cell=number])";
  return {
    tiles: texts(all("[data-total]")),
    children: all("#children tr[data-code]").map((row) => [row.dataset.code, ...texts(row.cells)].join(" ")),
    rows: all("#rows > li").map((row) => [row.dataset.number, row.querySelector("[data-cell=light]").className,
      row.querySelector("[data-due]")?.dataset.due, ...texts(row.querySelectorAll(cells))].join(" ")),
  };
}"""


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    """Asked for before the site, so that it is still there when the pages close."""
    made = Wire(server.port)
    yield made
    made.close()


@pytest.fixture
def tickets(server: Server) -> list[str]:
    """Three tickets in the district's first cell: one to be worked on, one to be moved away, one to stay."""
    return [server.report("agent.2101", HOME) for _ in range(3)]


def test_a_cut_wire_is_said_and_everything_is_caught_up(
    wire: Wire, site: Site, server: Server, tickets: list[str]
) -> None:
    site.forgive("ERR_", "WebSocket", "Worker failed to load")
    board = wait_live(site.enter(f"manager.{DISTRICT}", base=wire.base))
    board.evaluate(WATCH_STATES)
    wire.cut()
    expect(board.locator("[data-live]")).to_have_text("离线")
    told = board.evaluate(READ)
    happen(server, *tickets)
    assert board.evaluate(READ) == told  # nothing is made up while the line is cut
    wire.mend()
    catches_up(site, board)
    assert board.evaluate("states") == ["离线", "追赶中", "实时"]


def happen(server: Server, worked: str, moved: str, stays: str) -> None:
    """While the manager is away: one is made, one handled and closed, one moved out of the district, one into it."""
    attendant = f"attendant.{HOME}"
    server.report("agent.2101", OTHER)
    for verb in ("sign_in", "contact"):
        server.call(attendant, f"/tickets/{worked}/{verb}")
    server.call(attendant, f"/tickets/{worked}/handle", note="已清运")
    server.call("agent.2101", f"/tickets/{worked}/call_back", resolved=True, satisfaction=5)
    move(server, moved, "210102001001002")
    move(server, server.report("agent.2101", "210102001001002"), OTHER)
    server.call(attendant, f"/tickets/{stays}/sign_in")


def move(server: Server, number: str, cell: str) -> None:
    lon, lat = world.centre(cell)
    server.call("agent.2101", f"/tickets/{number}/relocate", lon=lon, lat=lat, reason="地点报错")


def catches_up(site: Site, board: Page) -> None:
    """The page is live again without a reload, and equals a page that is opened now."""
    expect(board.locator("[data-live]")).to_have_text("实时", timeout=CAUGHT_UP_MS)
    if board.locator("#waiting").is_visible():
        board.locator("#waiting").click()
    expected = wait_live(site.enter(f"manager.{DISTRICT}")).evaluate(READ)
    until = time.monotonic() + 5
    while board.evaluate(READ) != expected and time.monotonic() < until:
        time.sleep(0.2)  # the table follows the tiles with a second reading
    assert board.evaluate(READ) == expected
    assert same_document(board)


def test_a_killed_server_loses_nothing_that_it_acknowledged(site: Site, server: Server, tickets: list[str]) -> None:
    site.forgive("ERR_", "WebSocket", "Worker failed to load")
    board = wait_live(site.enter(f"manager.{DISTRICT}"))
    acknowledged, enough = list(tickets), threading.Event()
    writer = threading.Thread(target=keep_writing, args=(server, acknowledged, enough))
    writer.start()
    assert enough.wait(20)
    server.kill()
    writer.join()
    expect(board.locator("[data-live]")).to_have_text("离线")
    server.start()
    kept = server.read("manager.21", f"/tickets?region={DISTRICT}&limit=200")["items"]
    assert set(acknowledged) <= {ticket["number"] for ticket in kept}
    catches_up(site, board)


def keep_writing(server: Server, acknowledged: list[str], enough: threading.Event) -> None:
    """Makes tickets until the server is gone; only what it answered counts as acknowledged."""
    try:
        while len(acknowledged) < 200:
            acknowledged.append(server.report("agent.2101", HOME))
            if len(acknowledged) > 10:
                enough.set()
    except OSError:
        pass  # requests' errors are OSErrors: this is the moment of death


def test_without_websockets_the_page_polls(wire: Wire, site: Site, server: Server) -> None:
    site.forgive("WebSocket")
    wire.sockets = False
    board = wait_live(site.enter(f"manager.{DISTRICT}", base=wire.base))
    before = int(board.locator("[data-total=open]").inner_text())
    server.report("agent.2101", HOME)
    expect(board.locator("[data-total=open]")).to_have_text(str(before + 1), timeout=2_000)
    assert same_document(board)


def test_a_phone_without_a_network_keeps_what_was_written(site: Site, server: Server) -> None:
    site.forgive("ERR_INTERNET_DISCONNECTED")
    number = server.report("agent.2101", OTHER)
    for verb in ("sign_in", "contact"):
        server.call(f"attendant.{OTHER}", f"/tickets/{number}/{verb}")
    page = site.enter(f"attendant.{OTHER}", f"/cases/{number}", **phone())
    page.set_input_files("#camera", camera.photo(OTHER))
    page.fill("#handle-note", "已清运两车，现场干净")
    page.context.set_offline(True)
    expect(page.locator("[data-online]")).to_have_text("离线")
    page.locator("[data-handle]").tap()
    expect(page.locator("[data-fault]")).to_contain_text("已存在这台手机里")
    expect(page.locator("[data-acts] .qitem")).to_contain_text("已清运两车，现场干净")
    page.context.set_offline(False)
    expect(page.locator("[data-acts]")).to_be_hidden()
    expect(page.locator("[data-handle]")).to_have_count(0)
    assert told(server, number) == ["handle", "已清运两车，现场干净", 1]


def told(server: Server, number: str) -> list[Any]:
    """The last event of the ticket, with its note and how many photos of the work there are."""
    last = server.read("manager.21", f"/tickets/{number}/timeline")["items"][-1]
    photos = server.read("manager.21", f"/tickets/{number}")["photos"]
    return [last["verb"], last["note"], len([each for each in photos if re.match("after", each["phase"])])]
