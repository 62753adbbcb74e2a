"""Forms by keyboard alone, and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import camera
from tests.browser.server import RUBBISH, Server
from tests.browser.site import PHONE, Site, log_in

pytestmark = pytest.mark.browser

CELL = "210202002001001"
MOST_KEYS = 250
# Every control of a form that is to be seen, with what can be unfolded open. Of the radio buttons with one name, one:
# arrows lead to the others.
CONTROLS = """() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const wanted = "form :is(input:not([type=hidden]), select, textarea, button, a[href]), summary";
  const seen = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
  window.controls = [...document.querySelectorAll(wanted)].filter(seen);
  window.nameOf = (element) => element.type === "radio" ? `${element.form?.action} ${element.name}`
    : `${element.form?.action} ${element.id || element.name || element.textContent.trim()}`;
  window.reached = new Set();
  return controls.map(nameOf);
}"""
PRESSED = """() => {
  const element = document.activeElement, hidden = element.matches(".sr");
  const ring = getComputedStyle(hidden ? element.closest("label") : element);
  if (!controls.includes(element) || reached.has(nameOf(element))) return;
  if (ring.outlineStyle === "none" && ring.boxShadow === "none") throw new Error(`no focus ring: ${nameOf(element)}`);
  reached.add(nameOf(element));
}"""


@pytest.fixture(scope="module")
def numbers(server: Server) -> dict[str, str]:
    """One ticket for each form: fresh, worked on, and a snap with its token that waits for the citizen's word."""
    fresh, worked = (server.report("agent.2102", CELL) for _ in range(2))
    snap = server.call("agent.2102", "/snaps", files=camera.upload(CELL), description=RUBBISH)
    for number in (worked, snap["number"]):
        server.call(f"attendant.{CELL}", f"/tickets/{number}/sign_in")
    server.call(f"attendant.{CELL}", f"/tickets/{snap['number']}/handle", note="已清理")
    return {"fresh": fresh, "worked": worked, "track": f"{snap['number']}?token={snap['tracking_token']}"}


@pytest.mark.parametrize(
    ("login", "path"),
    [
        (None, "/login"),
        (None, "/"),
        (None, "/track/{track}"),
        ("agent.2102", "/desk"),
        ("agent.2102", "/tickets"),
        ("manager.210202", "/tickets/{fresh}"),
        (f"attendant.{CELL}", "/cases/{worked}"),
    ],
)
def test_every_control_is_reached_by_tab(site: Site, numbers: dict[str, str], login: str | None, path: str) -> None:
    page = site.enter(login, path.format(**numbers))
    page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")
    wanted = set(page.evaluate(CONTROLS))
    for _ in range(MOST_KEYS):
        page.keyboard.press("Tab")
        page.evaluate(PRESSED)
        if set(page.evaluate("[...reached]")) == wanted:
            break
    assert wanted - set(page.evaluate("[...reached]")) == set()
    assert len(wanted) >= 3


def test_a_person_logs_in_and_acts_without_javascript(site: Site, numbers: dict[str, str]) -> None:
    page = plain(site)
    log_in(page, "manager.210202")
    page.goto(f"/tickets/{numbers['fresh']}")
    form = page.locator(f"form[action='/tickets/{numbers['fresh']}/note']")
    page.locator("details", has=form).locator("summary").click()
    form.locator("[name=note]").fill("已请街道去看")
    form.locator("button").click()
    expect(page.locator(".notices")).to_contain_text(numbers["fresh"])
    expect(page.locator("ol.timeline li").last).to_contain_text("已请街道去看")


def test_a_refused_form_keeps_what_was_written(site: Site, numbers: dict[str, str]) -> None:
    site.forgive("422", "409")
    page = plain(site, login="agent.2102")
    page.goto("/desk")
    page.fill("#description", RUBBISH)
    page.fill("#g-caller_phone", "不知道")
    page.locator("button[value=next]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#description")).to_have_value(RUBBISH)
    expect(page.locator(".field__fault")).not_to_be_empty()


def test_a_citizen_snaps_without_javascript(site: Site) -> None:
    page = plain(site, viewport=PHONE)
    page.goto("/")
    page.locator("input[name=photo]").first.set_input_files(camera.photo(CELL))
    page.fill("#description", "井盖碎了一角")
    page.locator("[data-send]").click()
    number = re.sub(r"\D", "", page.locator(".done__number").inner_text())
    page.get_by_role("link", name="看进度").click()
    expect(page.locator("body")).to_contain_text("已收到您反映的问题")
    assert f"/track/{number}?token=" in page.url


def plain(site: Site, login: str | None = None, **context: object) -> Page:
    return site.page(site.state(login), site.base, java_script_enabled=False, **context)
