"""Takes the pictures in docs/screenshots from a running demo: `make screenshots ARGS="http://127.0.0.1:12345 PASSWORD"`.

The server should have had some traffic. One photo is snapped on the way, for the picture of a citizen's tracking page.
"""

import argparse
import os
import re
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
LARGEST = 200_000  # bytes of a picture
COLOURS = (256, 128, 64, 32)
DESK = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
HERE = {"longitude": 123.4212, "latitude": 41.7712, "accuracy": 12}  # in Heping district, WGS-84
CALL = "文安路 6 号楼东侧的垃圾箱满了三天，垃圾堆到了人行道上，味道很大。市民姓谢，电话 13900001234。在和平区南湖街道。"
CITY, DISTRICT = "2101", "210102"
LIVE = ".live--on"


class Studio:
    """One browser at one server; every person has a context of their own."""

    def __init__(self, browser: Browser, base: str, password: str) -> None:
        self.browser, self.base, self.password = browser, base, password

    def enter(self, login: str | None, path: str, **context: Any) -> Page:
        made = self.browser.new_context(base_url=self.base, locale="zh-CN", reduced_motion="reduce", **context)
        page = made.new_page()
        if login:
            page.goto("/login")
            page.fill("#login", login)
            page.fill("#password", self.password)
            page.locator("form[action='/login'] button").click()
            page.wait_for_url(lambda url: not url.endswith("/login"))
        page.goto(path)
        return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", help="address of the running demo")
    parser.add_argument("password", help="of the demo logins: in INSTANCE_PATH/demo-password")
    given = parser.parse_args()
    path = shutil.which("chromium") or sys.exit("Chromium is not installed")
    flags = ["--disable-gpu", "--disable-background-networking", "--no-proxy-server"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        studio = Studio(browser, given.base.rstrip("/"), given.password)
        for take in (desk, board, ticket, attendant, citizen):
            take(studio)
        browser.close()


def desk(studio: Studio) -> None:
    """The agent's desk while a call is being written down."""
    page = studio.enter(f"agent.{CITY}", "/desk", **DESK)
    page.wait_for_selector(LIVE)
    page.fill("#description", CALL)
    page.wait_for_function("document.getElementById('place-path').textContent.includes('›')")
    save(page, "desk")


def board(studio: Studio) -> None:
    page = studio.enter(f"manager.{CITY}", f"/board/{CITY}", **DESK)
    page.wait_for_selector("#map path")
    save(page, "board")


def ticket(studio: Studio) -> None:
    """The ticket of the district with the longest story among those that are open."""
    page = studio.enter(f"manager.{DISTRICT}", "/board", **DESK)
    number = busiest(page, "")["number"]
    page.goto(f"/tickets/{number}")
    page.wait_for_selector("[data-pin-map] path")
    save(page, "ticket")


def attendant(studio: Studio) -> None:
    """The case of an attendant who has just signed in."""
    manager = studio.enter(f"manager.{DISTRICT}", "/board", **DESK)
    cell = r"^\d{15}$"
    page = studio.enter(f"attendant.{busiest(manager, cell)['holder']['unit']}", "/cases", **PHONE)
    page.wait_for_selector(LIVE)
    save(page, "attendant")


def citizen(studio: Studio) -> None:
    """Snap and Report before it is sent, and the tracking page after."""
    page = studio.enter(None, "/", **PHONE, geolocation=HERE, permissions=["geolocation"])
    page.locator("[data-photo]").first.set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.wait_for_selector("[data-name]:not(:empty)")
    page.wait_for_selector("[data-map] .cell--here")
    page.locator("[data-code]").first.tap()
    save(page, "snap")
    page.locator("[data-send]").tap()
    page.wait_for_url(re.compile(r"/snap/\d+"))
    page.locator(".done__buttons a").first.tap()
    page.wait_for_selector("[data-part=timeline]")
    save(page, "track")


def busiest(page: Page, holder: str) -> dict[str, Any]:
    """The open ticket that was changed most often, among those whose holder's code matches."""
    found = page.request.get("/api/v1/tickets?open=1&limit=200").json()["items"]
    fitting = [each for each in found if re.search(holder, each["holder"]["unit"])]
    if not fitting:
        sys.exit("no fitting ticket is open: let `flask demo traffic` run for a while first")
    return max(fitting, key=lambda each: (bool(each["location"]["lon"]), each["version"]))


def photo() -> bytes:
    """A drawn street corner with full bins, for want of a photo that everybody may use."""
    image = Image.new("RGB", (1200, 900), "#b9c4cc")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 560, 1200, 900), fill="#8a8f92")
    draw.rectangle((0, 0, 1200, 250), fill="#d9cdbd")
    for left in range(60, 1200, 190):
        draw.rectangle((left, 60, left + 90, 170), fill="#5f7688")
    for left, colour in ((260, "#2f6f4f"), (470, "#2f5f8f"), (680, "#7a4f3a")):
        draw.polygon([(left, 420), (left + 180, 420), (left + 160, 700), (left + 20, 700)], fill=colour)
        for at in range(4):
            draw.ellipse((left + at * 42, 360 + at % 2 * 22, left + 70 + at * 42, 440 + at % 2 * 22), fill="#3d3d3d")
    out = BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def save(page: Page, name: str) -> None:
    """A PNG of at most LARGEST bytes, with as many colours as fit."""
    page.wait_for_load_state("networkidle") if name in ("snap", "track") else page.wait_for_timeout(500)
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    TARGET.mkdir(parents=True, exist_ok=True)
    for colours in COLOURS:
        out = BytesIO()
        shot.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            break
    (TARGET / f"{name}.png").write_bytes(out.getvalue())
    print(f"{name}.png {shot.width}x{shot.height}, {out.tell() // 1000} kB, {colours} colours", flush=True)


if __name__ == "__main__":
    main()
