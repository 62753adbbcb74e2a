"""A report without a network: the form opens, the report waits, and is sent once, whatever happens meanwhile."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser import camera
from tests.browser.server import LATE_CELL, Server
from tests.browser.site import PHONE, Site, log_in, violations

pytestmark = pytest.mark.browser
LOST = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "Failed to load resource", "Failed to fetch")
ATTENDANT = f"attendant.{LATE_CELL}"
LEFT = """new Promise((done) => { indexedDB.open("hotline", 1).onsuccess = ({ target }) => {
  const asked = target.result.transaction("acts").objectStore("acts").count();
  asked.onsuccess = () => done(asked.result); }; })"""
READY = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def give_up(page: Page, button: Locator, question: str) -> None:
    """Asked first: no leaves everything, yes deletes it."""
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    button.click()
    expect(button).to_be_visible()
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    button.click()
    assert len(asked) == 2 and question in asked[0]


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
    assert violations(page) == []
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


def test_a_server_at_fault_costs_nobody_their_report(site: Site, server: Server) -> None:
    site.forgive(*LOST, "503")
    page = site.enter(None, "/", viewport=PHONE, service_workers="block")
    page.route("**/api/v1/snaps", lambda route: route.fulfill(status=503, json={"title": "later"}))
    report(page, "服务器忙时的路灯")
    page.unroute("**/api/v1/snaps")
    page.reload()
    expect(page.locator("[data-sent] a")).to_have_text(re.compile(r"已提交"))
    assert len(reports(server, "服务器忙时的路灯")) == 1


def test_what_is_refused_is_told_and_may_be_given_up(site: Site, server: Server) -> None:
    site.forgive(*LOST, "422")
    page = opened(site)
    page.context.set_offline(True)
    page.locator("#phone").fill("12")
    report(page, "号码不对的井盖")
    page.context.set_offline(False)
    waits = page.locator("[data-outbox] li")
    expect(waits).to_contain_text("没有被接受")
    give_up(page, waits.locator("button"), "放弃这次上报")
    expect(waits).to_have_count(0)
    assert reports(server, "号码不对的井盖") == []


def case(site: Site, server: Server, signed: bool = False) -> tuple[Page, str]:
    """The attendant's page of a new ticket."""
    number = server.report("agent.2102", LATE_CELL, caller_phone="13900001234")
    if signed:
        server.call(ATTENDANT, f"/tickets/{number}/sign_in")
    return site.enter(ATTENDANT, f"/cases/{number}", viewport=PHONE), number


def status(server: Server, number: str) -> str:
    return str(server.read(ATTENDANT, f"/tickets/{number}")["status"])


def test_an_act_waits_on_the_phone_and_is_sent_once(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page, number = case(site, server)
    page.context.set_offline(True)
    for _ in range(2):  # whoever taps twice acts once
        page.locator(".dock button").click()
        expect(page.locator("[data-acts] .qitem")).to_have_count(1)
    expect(page.locator("[data-acts] .qitem")).to_contain_text(f"签收 工单 {number}，等网络发送")
    assert violations(page) == []
    page.context.set_offline(False)
    expect(page.locator("[data-acts] .qitem")).to_have_count(0)
    expect(page.locator(".dock button")).to_contain_text("已联系市民")
    assert status(server, number) == "SIGNED_IN"


def test_one_act_without_an_answer_does_not_hold_up_other_tickets(site: Site, server: Server) -> None:
    site.forgive(*LOST, "502")
    page, held = case(site, server)
    page.route("**/api/v1/tickets/*/sign_in", lambda route: route.fulfill(status=502))
    page.locator(".dock button").click()
    expect(page.locator("[data-acts] .qitem")).to_have_count(1)
    other = server.report("agent.2102", LATE_CELL, caller_phone="13900001234")
    page.goto(f"/cases/{other}")
    page.locator(".dock button").click()
    expect(page.locator("[data-acts] .qitem")).to_have_count(2)
    page.unroute("**/api/v1/tickets/*/sign_in")
    page.route(f"**/api/v1/tickets/{held}/sign_in", lambda route: route.fulfill(status=502))
    page.reload()
    expect(page.locator("[data-acts] .qitem")).to_have_count(1)
    assert (status(server, held), status(server, other)) == ("DISPATCHED", "SIGNED_IN")


def test_feedback_with_a_photo_waits_too_even_when_the_page_is_closed(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page, number = case(site, server, signed=True)
    page.context.set_offline(True)
    page.locator("#camera").set_input_files(camera.photo(LATE_CELL))
    page.locator("#handle-note").fill("雨里修好了")
    page.locator("[data-handle]").click()
    expect(page.locator("[data-acts] .qitem")).to_contain_text("雨里修好了")
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto("/cases")
    until = time.monotonic() + 10
    while status(server, number) != "HANDLED" and time.monotonic() < until:
        again.wait_for_timeout(100)
    told = server.read(ATTENDANT, f"/tickets/{number}")
    assert told["status"] == "HANDLED" and len(told["photos"]) == 1
    expect(again.locator("[data-acts]")).to_be_hidden()


def test_a_conflict_is_told_and_what_was_written_stays(site: Site, server: Server) -> None:
    site.forgive(*LOST, "409")
    page, number = case(site, server, signed=True)
    page.context.set_offline(True)
    page.locator("#report_up summary").click()
    page.locator("#report_up-reason").fill("需要吊车")
    page.locator("#report_up form button").click()
    expect(page.locator("[data-acts] .qitem")).to_contain_text("需要吊车")
    server.call(ATTENDANT, f"/tickets/{number}/handle", note="同事已修好")
    page.context.set_offline(False)
    refused = page.locator("[data-acts] .qitem--conflict")
    expect(refused).to_contain_text("没有成功")
    expect(refused).to_contain_text("需要吊车")
    assert violations(page) == []
    server.call("agent.2102", f"/tickets/{number}/redo", reason="又坏了")
    server.call(ATTENDANT, f"/tickets/{number}/sign_in")
    refused.get_by_role("button", name="再发一次").click()  # there is room for it now
    expect(page.locator("[data-acts] .qitem")).to_have_count(0)
    assert server.read("agent.2102", f"/tickets/{number}")["holder"]["unit"] != LATE_CELL


def test_a_session_that_has_ended_loses_no_act(site: Site, server: Server) -> None:
    site.forgive(*LOST, "401", "403")
    page, number = case(site, server)
    page.context.set_offline(True)
    page.locator(".dock button").click()
    expect(page.locator("[data-acts] .qitem")).to_have_count(1)
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.wait_for_timeout(1_500)
    expect(page.locator("[data-acts] .qitem")).to_contain_text("等网络发送")
    log_in(page, ATTENDANT)
    page.goto("/cases")
    expect(page.locator("[data-acts] .qitem")).to_have_count(0)
    assert status(server, number) == "SIGNED_IN"


def test_log_out_asks_and_leaves_nothing(site: Site, server: Server) -> None:
    site.forgive(*LOST)
    page, number = case(site, server)
    page.route("**/api/v1/tickets/*/sign_in", lambda route: route.abort())
    page.locator(".dock button").click()
    expect(page.locator("[data-acts] .qitem")).to_have_count(1)
    page.goto("/cases/me")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("[data-leave] button").click()
    page.wait_for_timeout(200)
    assert "1 件没有发出" in asked[0] and "/cases/me" in page.url
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-leave] button").click()
    page.wait_for_url("**/login**")
    site.forget(ATTENDANT)
    assert page.evaluate(LEFT) == 0 and status(server, number) == "DISPATCHED"
