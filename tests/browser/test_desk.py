"""The desk and the bar in the browser: an answer by one key, undo, anywhere by Ctrl+K, and who else is at a ticket."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import LATE_CELL, Server
from tests.browser.site import Site, violations, wait_live

pytestmark = pytest.mark.browser
AGENT = "agent.2102"


def at_desk(site: Site, words: str) -> Page:
    desk = wait_live(site.enter(AGENT, "/desk"))
    desk.locator("#description").fill(words)
    return desk


def saved(page: Page) -> str:
    number = page.locator("#saved-number")
    expect(number).to_have_text(re.compile(r"\d"))
    return re.sub(r"\D", "", number.inner_text())


def test_one_key_settles_the_call_by_the_first_answer(site: Site, server: Server) -> None:
    desk = at_desk(site, "大连市中山区的市民问公积金怎么提取")
    expect(desk.locator("#articles li").first).to_contain_text("12329")
    assert violations(desk) == []
    desk.keyboard.press("Alt+a")
    told = server.read(AGENT, f"/tickets/{saved(desk)}")
    assert told["status"] == "CLOSED"
    expect(desk.locator(".promise")).to_contain_text("已直接答复")


def test_undo_gives_the_words_back(site: Site, server: Server) -> None:
    desk = at_desk(site, "大连市中山区海军广场街道，楼下垃圾没人清，手滑登记")
    expect(desk.locator("#place-path")).to_contain_text("海军广场")
    desk.keyboard.press("Control+Enter")
    number = saved(desk)
    button = desk.locator("[data-undo]")
    expect(button).to_have_text(re.compile(r"撤销（[3-9] 秒）"))
    assert violations(desk) == []
    button.click()
    expect(desk.locator("#description")).to_have_value(re.compile("手滑登记"))
    assert server.read(AGENT, f"/tickets/{number}")["status"] == "REJECTED"


def test_undo_goes_after_ten_seconds(site: Site, server: Server) -> None:
    number = server.report(AGENT, LATE_CELL)
    desk = site.enter(AGENT, f"/desk?saved={number}")
    expect(desk.locator("[data-undo]")).to_be_visible()
    expect(desk.locator("[data-undo]")).to_have_count(0, timeout=13_000)


def test_ctrl_k_goes_anywhere(site: Site, server: Server) -> None:
    number = server.report(AGENT, LATE_CELL)
    page = site.enter("manager.2102", "/board")
    for words, address in ((number, f"/tickets/{number}"), ("中山区", "/board/210202"), ("待我决定", "/decisions")):
        page.keyboard.press("Control+k")
        page.locator("#go-text").fill(words)
        expect(page.locator("#go-list li[aria-selected=true]")).to_contain_text(words)
        if words == number:
            assert violations(page) == []
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{address}")
        wait_live(page) if page.locator("[data-live]").count() else page.wait_for_load_state()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#go")).to_be_hidden()


def test_two_at_one_ticket_see_each_other(site: Site, server: Server) -> None:
    number = server.report(AGENT, LATE_CELL)
    site.enter(AGENT, f"/tickets/{number}").wait_for_load_state("networkidle")
    other = site.enter("manager.2102", f"/tickets/{number}")
    expect(other.locator("#others")).to_contain_text("也在看")
    assert violations(other) == []
