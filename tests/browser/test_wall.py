"""The board on the wall: live, nothing to scroll, nothing for axe; one key puts it up and takes it down."""

import pytest
from playwright.sync_api import expect

from tests.browser.server import LATE_CELL, Server
from tests.browser.site import LIVE, Site, violations

pytestmark = pytest.mark.browser
WALL = {"width": 1920, "height": 1080}
FITS = "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"


def test_the_wall_is_the_board_without_its_controls(site: Site, server: Server) -> None:
    page = site.enter("manager.2102", "/board/2102", viewport=WALL)
    expect(page.locator(LIVE)).to_be_visible()
    page.keyboard.press("w")
    page.wait_for_url("**/board/2102?wall=1")
    expect(page.locator(LIVE)).to_be_visible()
    for hidden in (".topbar__nav", "#search", ".trendcard", ".exports >> nth=0", "#colour"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.evaluate(FITS)
    assert violations(page) == []
    received = page.locator("[data-total=received]")
    before = int(received.inner_text())
    server.report("agent.2102", LATE_CELL)
    expect(received).to_have_text(str(before + 1), timeout=2000)
    page.keyboard.press("w")
    page.wait_for_url("**/board/2102")
    expect(page.locator(".topbar__nav")).to_be_visible()
