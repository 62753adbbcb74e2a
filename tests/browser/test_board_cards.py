"""Cards of the board that follow changes without a reload, and a decision made where it waits."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.server import LATE_CELL, Server
from tests.browser.site import Site, same_document, violations, wait_live

pytestmark = pytest.mark.browser
DISTRICT, ATTENDANT = "210202", f"attendant.{LATE_CELL}"
LINE = ".trendcard path.now"


def test_the_trend_follows_a_new_ticket(site: Site, server: Server) -> None:
    page = wait_live(site.enter(f"manager.{DISTRICT}", f"/board/{DISTRICT}"))
    before = page.locator(LINE).get_attribute("d")
    for _ in range(6):
        server.report("agent.2102", LATE_CELL)
    expect(page.locator(LINE)).not_to_have_attribute("d", before or "", timeout=10_000)
    assert same_document(page)


def test_a_card_does_not_change_under_the_hand(site: Site, server: Server) -> None:
    page = wait_live(site.enter(f"manager.{DISTRICT}", f"/board/{DISTRICT}"))
    page.locator(".asides").hover()
    page.evaluate("window.card = document.querySelector('.asides > .card')")
    server.report("agent.2102", LATE_CELL)
    page.wait_for_timeout(7_000)
    assert page.evaluate("card.isConnected")
    page.mouse.move(5, 5)
    page.wait_for_function("() => !card.isConnected", timeout=10_000)


def test_an_extension_is_approved_where_it_waits(site: Site, server: Server) -> None:
    number = server.report("agent.2102", LATE_CELL)
    server.call(ATTENDANT, f"/tickets/{number}/sign_in")
    server.call(ATTENDANT, f"/tickets/{number}/extend", reason="清运车周三才到", amount=2)
    page = site.enter(f"manager.{DISTRICT}", "/decisions")
    row = page.locator("tr", has_text=number)
    expect(row).to_contain_text("清运车周三才到")
    row.locator("summary", has_text=re.compile("^同意延期")).click()
    assert violations(page) == []
    row.locator("details[open] button").click()
    expect(page.locator(".notices")).to_contain_text(number)
    expect(page.locator("tr", has_text=number)).to_have_count(0)
    assert "/decisions" in page.url
