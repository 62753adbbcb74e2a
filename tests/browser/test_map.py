"""The board's map by MapLibre: drawn without any outside server, recoloured without geometry, tickets when close."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.server import LATE_CELL, Server
from tests.browser.site import Site, longest_task, wait_live, watch_tasks

pytestmark = pytest.mark.browser
CITY, DISTRICT = "2102", "210202"
LONG_TASK_MS = 100
DRAWN_S = 15  # where the processor draws, and other tests run beside


@pytest.fixture
def drawn(server: Server, gl: Browser) -> Iterator[Site]:
    made = Site(gl, server.base, {})
    made.forgive("GL Driver Message")
    yield made
    faults = made.faults()
    made.close()
    assert faults == []


def opened(site: Site, code: str) -> Page:
    page = wait_live(site.enter(f"manager.{CITY}", f"/board/{code}"))
    expect(page.locator("#map-gl[data-drawn]")).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    return page


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("#map-gl canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_change_recolours_without_geometry(drawn: Site, server: Server) -> None:
    page = opened(drawn, CITY)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.locator("#colour [value=open]").click()
    watch_tasks(page)
    before = page.locator("#map-gl").screenshot()
    row = page.locator(f"#children tr[data-code='{DISTRICT}'] [data-figure=open]")
    row_before = int(row.inner_text())
    opened_before = int(page.locator("[data-total=open]").inner_text())
    for _ in range(6):
        server.report("agent.2102", LATE_CELL)
    expect(page.locator("[data-total=open]")).to_have_text(str(opened_before + 6))
    expect(row).to_have_text(str(row_before + 6))
    until = time.monotonic() + DRAWN_S
    while page.locator("#map-gl").screenshot() == before and time.monotonic() < until:
        page.wait_for_timeout(200)
    assert page.locator("#map-gl").screenshot() != before
    assert [url for url in asked if "/geometry" in url or "/cells" in url] == []
    assert all(url.startswith((server.base, "blob:", "data:")) for url in asked)
    assert longest_task(page) < LONG_TASK_MS


def test_a_click_goes_down_a_level(drawn: Site) -> None:
    page = opened(drawn, DISTRICT)
    x, y = middle(page)
    page.mouse.click(x, y)
    page.wait_for_url(re.compile(rf"/board/{DISTRICT}\d+"))


def test_tickets_and_cells_come_when_close(drawn: Site, server: Server) -> None:
    page = opened(drawn, CITY)
    x, y = middle(page)
    page.mouse.move(x, y)
    with page.expect_response(lambda answer: "/tickets?box=" in answer.url) as told:
        for _ in range(12):
            page.mouse.wheel(0, -400)
            page.wait_for_timeout(120)
    assert told.value.ok and told.value.json()["type"] == "FeatureCollection"


def test_dark_is_drawn_with_names_and_colours(drawn: Site) -> None:
    page = opened(drawn, CITY)
    page.wait_for_timeout(500)
    light = page.locator("#map-gl").screenshot()
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(1_000)
    assert page.locator("#map-gl").screenshot() != light
    page.emulate_media(color_scheme="light")
    until = time.monotonic() + DRAWN_S
    while page.locator("#map-gl").screenshot() != light and time.monotonic() < until:
        page.wait_for_timeout(200)
    assert page.locator("#map-gl").screenshot() == light  # names, figures and classes are there again


def test_a_ticket_shows_its_way_down(site: Site, server: Server) -> None:
    number = server.report("agent.2102", LATE_CELL)
    page = site.enter(f"manager.{CITY}", f"/tickets/{number}")
    told = server.read(f"manager.{CITY}", f"/tickets/{number}")["region"]["path"]
    names = [name["name"] for name in told]
    shown = page.locator("[data-path-map] title")
    expect(shown.last).to_have_text(names[-1])
    assert [text for text in shown.all_text_contents() if text not in names] == []


def test_without_webgl_the_map_is_svg(site: Site) -> None:
    page = site.enter(f"manager.{CITY}", f"/board/{CITY}")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.reload()
    expect(page.locator("#map path").first).to_be_visible()
    expect(page.locator("#map-gl")).to_be_hidden()


def test_a_rate_of_few_cases_is_hatched_and_not_coloured(site: Site, drawn: Site) -> None:
    """The world of these tests has fewer cases than a rate needs, in every district."""
    page = site.enter(f"manager.{CITY}", f"/board/{CITY}")
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.reload()
    expect(page.locator("#map path.area").first).to_be_visible()
    page.locator("#colour [value=rate]").click()
    expect(page.locator("#map path.area:not(.few)")).to_have_count(0)
    expect(page.locator("#legend .d3")).to_have_count(1)
    label = page.locator("#map a").first.get_attribute("aria-label") or ""
    assert "样本不足" in label
    close = opened(drawn, CITY)
    plain = close.locator("#map-gl").screenshot()
    close.locator("#colour [value=rate]").click()
    close.wait_for_timeout(500)
    assert close.locator("#map-gl").screenshot() != plain
