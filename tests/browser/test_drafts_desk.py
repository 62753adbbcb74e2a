"""The drafts desk in a browser: few keys from the queue to the ticket, undo, two agents on one draft, no scripts."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.site import Site, same_document, wait_live

pytestmark = pytest.mark.browser

AGENT, OTHER = "agent.2101", "manager.2101"
LIGHT = "坐席：您好。\n市民：沈阳市，我家楼下路灯不亮，晚上黑得很。我的电话 13900001234。\n坐席：好的。"
FIRE = "市民：快来人啊，着火了，楼下着火了，全是烟。"
LIVE_MS = 4_000  # the queue asks every two seconds


@pytest.fixture
def queue(server: Server) -> list[int]:
    """Two drafts that lack their district; what earlier tests left is set aside."""
    for draft in server.read(AGENT, "/drafts")["items"]:
        server.call(AGENT, f"/drafts/{draft['id']}/drop", reason="test")
    return [kept(server, LIGHT) for _ in range(2)]


def kept(server: Server, text: str) -> int:
    (item,) = server.call(AGENT, "/transcripts", text=text, mode="draft")["items"]
    return int(item["drafts"][0]["id"])


def row(page: Page, draft_id: int) -> Any:
    return page.locator(f"[data-draft='{draft_id}']")


def pressed(page: Page) -> Any:
    """How many keys the page has seen since, beside those that write words."""
    page.evaluate(
        """window.keys = []; addEventListener("keydown", ({ key }) => key === "Control" || keys.push(key), true);"""
    )
    return lambda: page.evaluate("keys.length")


def test_one_missing_answer_is_at_most_five_keys(site: Site, server: Server, queue: list[int]) -> None:
    page = wait_live(site.enter(AGENT, "/drafts"))
    keys = pressed(page)
    page.keyboard.press("f")
    address = page.locator("#d-address")
    expect(address).to_be_focused()
    expect(page.locator("[data-fault=address]")).to_contain_text("还缺区县")
    page.keyboard.insert_text("和平区")  # the words
    expect(page.locator("#outlook")).to_contain_text("和平区中心")
    page.keyboard.press("Control+Enter")
    expect(row(page, queue[0])).to_have_class("gone")
    expect(page.locator("#toast")).to_contain_text("派往 和平区中心")
    expect(page.locator(".draft")).to_have_attribute("data-id", str(queue[1]))
    assert keys() <= 5
    assert same_document(page)
    number = page.locator("#toast a").get_attribute("href")
    assert server.read(AGENT, f"/api/v1{number}".removeprefix("/api/v1"))["region"]["code"] == "210102"


def test_a_place_is_picked_with_one_key(site: Site, server: Server, queue: list[int]) -> None:
    """The districts of the known city stand there with their keys; words narrow them."""
    page = wait_live(site.enter(AGENT, "/drafts"))
    keys = pressed(page)
    page.keyboard.press("2")
    expect(page.locator("#outlook")).to_contain_text("沈河区中心")
    page.keyboard.press("f")
    expect(row(page, queue[0])).to_have_class("gone")
    assert keys() == 2
    expect(page.locator(".draft")).to_have_attribute("data-id", str(queue[1]))
    page.keyboard.press("f")
    page.keyboard.insert_text("太原街")
    expect(page.locator(".chip--choice").first).to_contain_text("太原街街道")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#outlook")).to_contain_text("太原街街道中心")


def test_a_drop_is_undone_with_one_key(site: Site, server: Server, queue: list[int]) -> None:
    page = wait_live(site.enter(AGENT, "/drafts"))
    for key in ("d", "1"):
        page.keyboard.press(key)
    expect(row(page, queue[0])).to_have_class("gone")
    assert server.read(AGENT, f"/drafts/{queue[0]}")["settled"]["reason"] == "没有诉求"
    page.keyboard.press("u")
    expect(row(page, queue[0])).not_to_have_class("gone")
    expect(page.locator(".draft")).to_have_attribute("data-id", str(queue[0]))
    assert server.read(AGENT, f"/drafts/{queue[0]}")["state"] == "open"


def test_j_and_k_move_and_keys_in_words_do_nothing(site: Site, server: Server, queue: list[int]) -> None:
    page = wait_live(site.enter(AGENT, "/drafts"))
    shown = page.locator(".draft")
    page.keyboard.press("j")
    expect(shown).to_have_attribute("data-id", str(queue[1]))
    page.keyboard.press("k")
    expect(shown).to_have_attribute("data-id", str(queue[0]))
    page.locator("#d-address").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("fdju")
    page.locator("#d-address").dispatch_event("keydown", {"key": "Enter", "ctrlKey": True, "isComposing": True})
    expect(shown).to_have_attribute("data-id", str(queue[0]))
    assert {one["id"] for one in server.read(AGENT, "/drafts")["items"]} == set(queue)


def test_a_new_emergency_waits_behind_one_line_and_nothing_moves(site: Site, server: Server, queue: list[int]) -> None:
    page = wait_live(site.enter(AGENT, "/drafts"))
    page.locator("#d-address").focus()
    fire = kept(server, FIRE)
    more = page.locator("#waiting")
    expect(more).to_have_text("又有 1 份，其中特急 1 份，点此显示", timeout=LIVE_MS)
    expect(page.locator("[data-drafts]")).to_contain_text("特急 1")
    expect(page.locator("#d-address")).to_be_focused()
    assert page.locator("#drafts > li").count() == 2
    more.click()
    expect(page.locator("#drafts > li").first).to_have_attribute("data-draft", str(fire))
    expect(page.locator(".draft")).to_have_attribute("data-id", str(queue[0]))
    assert same_document(page)


def test_two_agents_see_each_other_and_one_takes_over(site: Site, server: Server, queue: list[int]) -> None:
    site.forgive("409")
    first, second = (wait_live(site.enter(login, "/drafts")) for login in (AGENT, OTHER))
    first.locator("#d-address").press_sequentially("和平区")
    expect(row(second, queue[0])).to_contain_text("agent 2101 正在处理", timeout=LIVE_MS)
    second.keyboard.press("f")
    second.locator("#d-address").fill("沈阳市沈河区")
    second.keyboard.press("Control+Enter")
    expect(second.locator("#toast")).to_contain_text("agent 2101 正在处理")
    second.get_by_role("button", name="接手").click()
    expect(second.locator(".claim")).to_have_count(0)
    expect(second.locator("#d-address")).to_have_value("沈阳市沈河区")  # what was written is still there
    second.keyboard.press("Control+Enter")
    expect(row(second, queue[0])).to_have_class("gone")
    expect(row(first, queue[0])).to_have_class("gone", timeout=LIVE_MS)


def test_the_desk_works_without_scripts(site: Site, server: Server, queue: list[int]) -> None:
    site.forgive("422")
    page = site.enter(AGENT, "/drafts", java_script_enabled=False)
    page.locator("[data-file]").click()
    expect(page.locator("#d-address-fault")).to_contain_text("还缺区县")
    page.fill("#d-address", "沈阳市和平区文安路")
    page.locator("[data-file]").click()
    expect(page.locator(".notices")).to_contain_text("已立单")
    page.locator("#drop summary").click()
    page.locator("#drop [value=duplicate]").click()
    expect(page.locator(".notices")).to_contain_text("已弃用")
    assert server.read(AGENT, "/drafts")["items"] == []
    page.goto("/drafts?state=dropped")
    page.get_by_role("button", name="恢复").click()
    expect(page.locator(".notices")).to_contain_text("已恢复")
