"""An attendant's tickets on the phone: open without a network or on a line that hangs, gone after log-out."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import LATE_CELL, Server
from tests.browser.site import PHONE, Site, violations
from tests.browser.test_offline import ATTENDANT, LOST, READY, status

pytestmark = pytest.mark.browser
KEPT = """async () => { const cache = await caches.open("cases");
  return (await cache.keys()).map(({ url }) => new URL(url).pathname); }"""


def stored(site: Site, server: Server) -> tuple[Page, str]:
    """The attendant's list with a new ticket, once all of it is kept on the phone."""
    number = server.report("agent.2102", LATE_CELL, caller_phone="13900001234")
    page = site.enter(ATTENDANT, "/cases", viewport=PHONE)
    page.wait_for_function(READY)
    until = time.monotonic() + 15
    while "/cases/versions" not in page.evaluate(KEPT) and time.monotonic() < until:
        page.wait_for_timeout(200)
    assert f"/cases/{number}" in page.evaluate(KEPT)
    return page, number


def test_a_ticket_that_was_never_opened_opens_without_a_network(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page, number = stored(site, server)
    page.context.set_offline(True)
    page.goto("/cases")
    page.locator(f"li[data-number='{number}'] a").click()
    expect(page.locator("[data-online]")).to_have_text("离线")
    page.locator(".dock button").click()
    expect(page.locator("[data-acts] .qitem")).to_contain_text(f"签收 工单 {number}，等网络发送")
    assert violations(page) == []
    page.goto("/cases/me")
    expect(page.locator("main.me")).to_contain_text(ATTENDANT)
    page.goto("/cases/99999999999")  # not on this phone: the list instead
    expect(page.locator(f"li[data-number='{number}']")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/cases")
    until = time.monotonic() + 10
    while status(server, number) != "SIGNED_IN" and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert status(server, number) == "SIGNED_IN"


def test_a_line_that_hangs_shows_what_is_kept(site: Site, server: Server) -> None:
    """The network is there and says nothing: after seconds the phone shows what it has."""
    site.forgive(*LOST)
    page, number = stored(site, server)
    page.context.route(f"**/cases/{number}", lambda route: None)
    began = time.monotonic()
    page.goto(f"/cases/{number}", timeout=20_000)
    expect(page.locator(".number")).to_contain_text(number[6:])
    assert 5 < time.monotonic() - began < 15
    page.context.unroute(f"**/cases/{number}")


def test_nothing_of_the_tickets_stays_after_log_out(site: Site, server: Server) -> None:
    page, _number = stored(site, server)
    page.goto("/cases/me")
    page.locator("[data-leave] button").click()
    page.wait_for_url("**/login**")
    site.forget(ATTENDANT)
    assert not page.evaluate(KEPT)
