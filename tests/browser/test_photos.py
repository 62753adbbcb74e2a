"""Photos on the pages: a place is kept for one that is being decoded, and what must not be seen is blurred by hand."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.browser.server import Server
from tests.browser.site import Site, phone
from tests.photos import damaged, encoded, picture

pytestmark = pytest.mark.browser

CELL = "210202001001001"
LARGE = encoded("JPEG", picture(2400, 1800))  # decoded after the request
READY_MS = 15_000


def snapped(server: Server, data: bytes = LARGE) -> dict[str, Any]:
    lon, lat = world.centre(CELL)
    return server.call(
        "agent.2102", "/snaps", files=[("photo", ("a.jpg", data, "image/jpeg"))], lon=str(lon + 0.03), lat=str(lat)
    )


def loaded(page: Page) -> None:
    """The picture itself is there, not only its element."""
    image = page.locator(".photos img, .gallery img").first
    expect(image).to_be_visible(timeout=READY_MS)
    image.scroll_into_view_if_needed()
    expect(image).not_to_have_js_property("naturalWidth", 0)


def test_a_photo_appears_where_its_place_was_kept(site: Site, server: Server) -> None:
    made = snapped(server)
    loaded(site.enter("manager.210202", f"/tickets/{made['number']}"))
    loaded(site.enter(None, f"/track/{made['number']}?token={made['tracking_token']}", **phone()))


def test_a_photo_that_cannot_be_shown_says_why(site: Site, server: Server) -> None:
    site.forgive("404")
    page = site.enter("manager.210202", f"/tickets/{snapped(server, damaged(LARGE))['number']}")
    expect(page.locator(".photo-wait")).to_contain_text("照片无法显示：文件已损坏", timeout=READY_MS)


def test_two_clicks_and_the_verb_blur_a_photo(site: Site, server: Server) -> None:
    page = site.enter("manager.210202", f"/tickets/{snapped(server)['number']}")
    loaded(page)
    page.reload()
    page.locator("[data-blur] summary").click()
    stage = page.locator("[data-stage]")
    expect(stage.locator("img")).to_be_visible()
    expect(stage.locator("img")).not_to_have_js_property("naturalWidth", 0)
    box = stage.bounding_box()
    assert box is not None
    for share in (0.75, 0.25):
        stage.click(position={"x": box["width"] * share, "y": box["height"] * share})
    values = [float(page.locator(f"[data-blur] [name={name}]").input_value()) for name in ("left", "width")]
    assert values == pytest.approx([25, 50], abs=1)
    page.locator("[data-blur] .btn--primary").click()
    expect(page.locator("ol.timeline li").last).to_contain_text("遮住了照片里的 1 处")
    loaded(page)
