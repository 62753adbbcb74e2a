"""A report without a network: the form opens, the report waits, and is sent once, whatever happens meanwhile."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import camera
from tests.browser.conftest import AXE
from tests.browser.server import LATE_CELL, Server
from tests.browser.site import PHONE, Site

pytestmark = pytest.mark.browser
LOST = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource", "Failed to fetch")
READY = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def reports(server: Server, words: str) -> list[dict[str, Any]]:
    return list(server.read("manager.210202", f"/tickets?q={words}")["items"])


def opened(site: Site) -> Page:
    """The form, after its worker has taken over."""
    page = site.enter(None, "/", viewport=PHONE)
    page.wait_for_function(READY)
    return page


def report(page: Page, words: str) -> None:
    page.locator("[data-photos] input[type=file]").first.set_input_files(camera.photo(LATE_CELL))
    page.locator("#description").fill(words)
    page.locator("[data-send]").click()
    expect(page.locator("[data-outbox] li")).to_contain_text(words)


def test_a_report_waits_for_the_network_and_sends_itself(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page = opened(site)
    page.context.set_offline(True)
    page.goto("/")
    expect(page.locator("h1")).to_have_text("随手拍")
    report(page, "离线上报的井盖")
    assert reports(server, "离线上报的井盖") == []
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run(document).then(({ violations }) => violations.map(({ id }) => id))") == []
    page.context.set_offline(False)
    sent = page.locator("[data-sent] a")
    expect(sent).to_have_text(re.compile(r"已提交，单号 \d{11}"))
    expect(page.locator("[data-outbox] li")).to_have_count(0)
    assert [one["number"] for one in reports(server, "离线上报的井盖")] == re.findall(r"\d{11}", sent.inner_text())
    sent.click()
    expect(page.locator(".done__number")).to_be_visible()


def test_a_report_outlives_the_page(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page = opened(site)
    page.context.set_offline(True)
    report(page, "关掉页面前的路灯")
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/")
    expect(again.locator("[data-sent] a")).to_have_text(re.compile(r"已提交"))
    assert len(reports(server, "关掉页面前的路灯")) == 1


def test_an_answer_that_is_lost_makes_no_second_ticket(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page = site.enter(None, "/", viewport=PHONE, service_workers="block")
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        route.abort() if len(keys) == 1 else route.fulfill(response=answer)

    page.route("**/api/v1/snaps", lose)
    page.locator("[data-photos] input[type=file]").first.set_input_files(camera.photo(LATE_CELL))
    page.locator("#description").fill("回执丢失的垃圾")
    page.locator("[data-send]").click()
    expect(page.locator("[data-sent] a")).to_have_text(re.compile(r"已提交"))
    assert len(keys) == 2 and len(set(keys)) == 1
    assert len(reports(server, "回执丢失的垃圾")) == 1


def test_what_is_refused_is_told_and_may_be_given_up(site: Site, server: Server) -> None:
    site.forgive(*LOST, "422")
    page = opened(site)
    page.context.set_offline(True)
    page.locator("#phone").fill("12")
    report(page, "号码不对的井盖")
    page.context.set_offline(False)
    waits = page.locator("[data-outbox] li")
    expect(waits).to_contain_text("没有被接受")
    waits.locator("button").click()
    expect(waits).to_have_count(0)
    assert reports(server, "号码不对的井盖") == []
