"""Speed for people: keystrokes of the desk, taps of the citizen, first paint on a slow phone, a busy province."""

import re
import threading
import time

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.browser import camera
from tests.browser.server import Server
from tests.browser.site import Site, longest_task, phone, wait_live, watch_tasks

pytestmark = pytest.mark.browser

CELL = "210102002001001"
DICTATED = "沈阳市和平区南湖街道文安路社区文安路 12 号楼东侧的垃圾箱满了三天，味道很大。我姓姜，电话 13900001234。"
STROKES, LAST_WORD_S = 15, 20  # workplaces.md, Agent desk 7
TAPS = 3  # workplaces.md, Citizen 5
FIRST_PAINT_MS = 1_500
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 204_800,
    "uploadThroughput": 93_750,
}  # bytes a second
SLOWER_CPU = 4
WRITERS, WRITE_S = 4, 6  # as many as the server takes: each ticket is at least two changes
LONG_TASK_MS = 100
COUNT_KEYS = "window.strokes = 0; addEventListener('keydown', () => { strokes += 1; }, true);"
COUNT_TAPS = "window.taps = 0; addEventListener('pointerup', () => { taps += 1; }, true);"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def test_a_dictated_complaint_takes_few_keystrokes(site: Site, server: Server) -> None:
    desk = wait_live(site.enter("agent.2101", "/desk"))
    desk.evaluate(COUNT_KEYS)
    desk.locator("#description").focus()
    desk.keyboard.insert_text(DICTATED)  # as a dictation machine or a paste does: no keys
    last_word = time.monotonic()
    expect(desk.locator("#place-path")).to_have_text(re.compile("文安路社区"))
    expect(desk.locator("#g-caller_phone")).to_have_value("13900001234")
    counted = desk.evaluate("strokes")
    desk.keyboard.press("Control+Enter")
    number = desk.locator("#saved-number")
    expect(number).to_have_text(re.compile(r"\d"))
    assert time.monotonic() - last_word < LAST_WORD_S
    assert counted + 2 <= STROKES  # Control and Enter; the page that they were counted on is gone
    told = server.read("manager.2101", f"/tickets/{re.sub(r'[^0-9]', '', number.inner_text())}")
    assert told["region"]["name"] == "文安路社区" and told["description"] == DICTATED


def test_a_citizen_reports_in_three_taps(site: Site, server: Server) -> None:
    page = site.enter(None, **phone(*world.centre(CELL)))
    page.evaluate(COUNT_TAPS)
    with page.expect_file_chooser() as chooser:
        page.locator("[data-photos] label, [data-photos] button").first.tap()
    chooser.value.set_files(camera.photo(CELL))
    expect(page.locator("[data-name]").first).not_to_be_empty()
    page.locator("[data-code]").first.tap()
    counted = page.evaluate("taps")
    page.locator("[data-send]").tap()
    page.wait_for_url(re.compile(r"/snap/\d+"))
    assert counted == 2 and counted + 1 <= TAPS
    expect(page.locator(".done__number")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/track"])
def test_the_first_paint_on_a_slow_phone(site: Site, path: str) -> None:
    page = site.page(None, site.base, **phone())
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    page.goto(path)
    page.wait_for_function(f"({PAINT}) > 0")
    assert page.evaluate(PAINT) < FIRST_PAINT_MS


def test_a_province_stays_responsive_under_many_changes(site: Site, server: Server) -> None:
    board: Page = wait_live(site.enter("manager.21", "/board/21"))
    board.wait_for_timeout(1_500)
    watch_tasks(board)
    made: list[str] = []
    until = time.monotonic() + WRITE_S

    def write(cell: str) -> None:
        while time.monotonic() < until:
            made.append(server.report("agent.2101", cell))

    writers = [threading.Thread(target=write, args=(CELL,)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    board.wait_for_timeout(1_500)
    opened = server.read("manager.21", "/regions/21/counters")["open"]
    expect(board.locator("[data-total=open]")).to_have_text(str(opened), timeout=2_000)
    assert longest_task(board) < LONG_TASK_MS, f"{len(made) / WRITE_S:.0f} tickets a second"
