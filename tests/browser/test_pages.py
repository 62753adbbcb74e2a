"""Every page for everybody: quiet consoles, no sideways scrolling, and nothing that axe finds, in every dress."""

import gzip
import time
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import camera
from tests.browser.server import LATE_CELL, RUBBISH, Server
from tests.browser.site import AXE, DESK, PHONE, Site, wait_live

pytestmark = pytest.mark.browser

ROLES = {  # who, and where this role begins
    "citizen": (None, "/"),
    "agent": ("agent.2102", "/desk"),
    "attendant": (f"attendant.{LATE_CELL}", "/cases"),
    "manager": ("manager.210202", "/board"),
    "admin": ("admin.21", "/board"),
}
SIZES = {"desk": DESK, "phone": PHONE}
CALLER = {"caller_name": "姜先生", "caller_phone": "13900001234", "urgency": "ordinary"}
CITIZEN_BYTES = 120_000
RUN = 'runOnly => axe.run(document, { resultTypes: ["violations"], runOnly })'
RULES = {  # the dark dress differs from the light one in its colours only
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
ADMIN = [
    f"/admin/{name}"
    for name in (
        "calendars",
        "staff",
        "units",
        "regions",
        "categories",
        "articles",
        "keys",
        "webhooks",
        "audit",
        "health",
    )
]
STYLE = [f"/style?dress={dress}" for dress in ("light", "dark", "wall")]
LINKS = "nav a:not([href*='to='])"  # the bar of every page: what is added there is looked at; not every past week


@pytest.fixture(scope="module")
def shown(server: Server) -> dict[str, list[str]]:
    """Matters in every state for the pages to show; role: the paths beside those of its bar."""
    agent, attendant = "agent.2102", f"attendant.{LATE_CELL}"
    numbers = [server.report(agent, LATE_CELL, **CALLER) for _ in range(4)]
    for number in numbers[1:]:
        server.call(attendant, f"/tickets/{number}/sign_in")
    for number in numbers[2:]:
        server.call(attendant, f"/tickets/{number}/handle", files=camera.upload(LATE_CELL), note="已修好")
    server.call(agent, f"/tickets/{numbers[3]}/call_back", resolved=True, satisfaction=4)
    server.call(agent, "/transcripts", text="市民：路灯不亮，就在我家门口。", mode="draft")
    snap = server.call(agent, "/snaps", files=camera.upload(LATE_CELL), description=RUBBISH)
    tracked = f"{snap['number']}?token={snap['tracking_token']}"
    late = late_ticket(server, attendant)
    draft = server.read(agent, "/drafts")["items"][0]["id"]
    tickets = [f"/tickets/{number}" for number in (late, numbers[1])]
    return {
        "citizen": ["/login", "/track", f"/snap/{tracked}", f"/track/{tracked}", *STYLE],
        "agent": [f"/desk?saved={numbers[0]}", f"/desk?draft={draft}", f"/drafts/{draft}", f"/tickets/{numbers[2]}"],
        "attendant": ["/tickets", *(f"/cases/{number}" for number in (late, *numbers[:3]))],
        "manager": [
            *tickets,
            f"/tickets/{numbers[3]}",
            "/board/210202/weekly",
            "/board/210202001",
            "/board/210202001001001",
        ],
        "admin": ["/board/2102", tickets[0], "/admin/policies?clock=HANDLE", *ADMIN],
    }


def late_ticket(server: Server, attendant: str) -> str:
    """The one that the attendant has had for a month, once the sweep has found it."""
    until = time.monotonic() + 10
    while not (found := server.read(attendant, "/tickets?overdue=1")["items"]):
        assert time.monotonic() < until, "the sweep finds no late ticket"
        time.sleep(0.2)
    return str(found[0]["number"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", ROLES)
def test_pages_in_every_dress(site: Site, shown: dict[str, list[str]], role: str, size: str, language: str) -> None:
    login, home = ROLES[role]
    page = site.page(site.state(login), site.base, language, viewport=SIZES[size], reduced_motion="reduce")
    faults: dict[str, Any] = {}
    paths = [home, *shown[role]]
    for path in paths:
        page.goto(path)
        settle(page)
        faults |= look(page, path)
        links = page.locator(LINKS).evaluate_all("links => links.map((link) => link.getAttribute('href'))")
        paths += [link for link in dict.fromkeys(links) if link not in paths]
    assert faults == {}


def settle(page: Page) -> None:
    """What the scripts draw after the page is loaded is looked at too."""
    if page.locator("[data-live]").count():
        wait_live(page)
    page.wait_for_load_state("load")
    page.wait_for_function(
        "() => [...document.querySelectorAll('svg[data-pin-map], #map:not([hidden]), #map-gl:not([hidden])')]"
        ".every((map) => map.children.length)"
    )


def look(page: Page, path: str) -> dict[str, Any]:
    """What is wrong with the page: finding -> where. At its whole height, for what a bar at the foot may cover."""
    found: dict[str, Any] = {}
    if (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        found[f"{path} sideways"] = wide
    size = page.viewport_size or DESK
    page.set_viewport_size(size | {"height": max(size["height"], page.evaluate("document.body.scrollHeight"))})
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for violation in page.evaluate(RUN, rules)["violations"]:
            found[f"{path} {scheme} {violation['id']}"] = [node_words(node) for node in violation["nodes"]][:4]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)
    return found


def node_words(node: dict[str, Any]) -> str:
    return f"{node['html'][:200]} :: {node['failureSummary'].splitlines()[-1].strip()}"


@pytest.mark.parametrize("page_number", [0, 3, 4])
def test_a_citizens_page_is_light(site: Site, shown: dict[str, list[str]], page_number: int) -> None:
    """Everything that the page fetches, compressed; photos are what they show, not the page."""
    page = site.enter()
    page.context.clear_cookies()
    bodies: dict[str, bytes] = {}
    page.on("requestfinished", lambda asked: bodies.update({asked.url: asked.response().body()}))
    page.goto(["/", *shown["citizen"]][page_number], wait_until="networkidle")
    sizes = {url: len(gzip.compress(body)) for url, body in bodies.items() if "/photos/" not in url}
    assert len(sizes) > 5
    assert sum(sizes.values()) <= CITIZEN_BYTES, sizes
