"""Pictures for docs/screenshots from a running demo: `make screenshots ARGS="http://127.0.0.1:12345 PASSWORD"`.

The server should have had some traffic. One photo is snapped on the way, for the picture of a citizen's tracking page.
"""

import argparse
import os
import re
import shutil
import sys
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
LARGEST = 200_000  # bytes of a picture
SETTLED_MS = 800  # until maps are drawn and the trace of a tap is gone
COLOURS = (256, 128, 64, 32)
DESK = {"viewport": {"width": 1440, "height": 900}}
WALL = {"viewport": {"width": 1920, "height": 1080}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
HERE = {"longitude": 123.4212, "latitude": 41.7712, "accuracy": 12}  # in Heping district, WGS-84
CALL = (
    "和平区南湖街道文安路社区，文安路 6 号楼东侧的垃圾箱满了三天，垃圾堆到了人行道上，味道很大，请派人清理。"
    "我姓谢，电话 13900001234。"
)
CITY, DISTRICT = "2101", "210102"
LIVE = ".live--on"
OTHERS = (
    (f"manager.{CITY}", f"/board/{CITY}/weekly", "weekly"),
    (f"manager.{CITY}", "/rates?by=region", "rates"),
    (f"manager.{DISTRICT}", "/decisions", "decisions"),
    ("agent.21", "/drafts", "drafts"),
    ("admin.21", "/admin/categories", "categories"),
    ("admin.21", "/admin/health", "health"),
)


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
    flags = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]  # draws the map
    flags += ["--disable-background-networking", "--no-proxy-server"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        studio = Studio(browser, given.base.rstrip("/"), given.password)
        for take in (desk, board, wall, ticket, attendant, citizen, others):
            take(studio)
        browser.close()


def desk(studio: Studio) -> None:
    """The agent's desk while a call is being written down."""
    page = studio.enter(f"agent.{CITY}", "/desk", **DESK)
    page.wait_for_selector(LIVE)
    page.fill("#description", CALL)
    page.locator("#place-path", has_text="›").wait_for()
    save(page, "desk")


def board(studio: Studio) -> None:
    page = studio.enter(f"manager.{CITY}", f"/board/{CITY}", **DESK)
    page.wait_for_selector("#map path, #map-gl[data-drawn]")
    save(page, "board")


def wall(studio: Studio) -> None:
    """The same board in a command hall."""
    page = studio.enter(f"manager.{CITY}", f"/board/{CITY}?wall=1", **WALL)
    page.wait_for_selector("#map path, #map-gl[data-drawn]")
    page.wait_for_selector(LIVE)
    save(page, "wall")


def ticket(studio: Studio) -> None:
    """Of the district's open tickets with a point, the one that has been through most."""
    page = studio.enter(f"manager.{DISTRICT}", "/board", **DESK)
    number = max(open_tickets(page), key=lambda each: (each["location"]["lon"] is not None, each["version"]))["number"]
    page.goto(f"/tickets/{number}")
    page.wait_for_selector("[data-pin-map] path")
    save(page, "ticket")


def attendant(studio: Studio) -> None:
    """The list of the attendant who has most to do in the district."""
    manager = studio.enter(f"manager.{DISTRICT}", "/board", **DESK)
    holders = Counter(each["holder"]["unit"] for each in open_tickets(manager) if each["status"] != "HANDLED")
    cells = {code: count for code, count in holders.items() if re.fullmatch(r"\d{15}", code)}
    page = studio.enter(f"attendant.{max(cells, key=lambda code: cells[code])}", "/cases", **PHONE)
    page.wait_for_selector(LIVE)
    save(page, "attendant")


def others(studio: Studio) -> None:
    """Pages that need no more than to be opened; of administration one that has something to show."""
    for login, path, name in OTHERS:
        page = studio.enter(login, path, **DESK)
        if name == "categories":
            page.fill("#t-text", CALL)
            page.locator("form.draft button").click()
            page.wait_for_selector("#trial")
        save(page, name)


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


def open_tickets(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.request.get("/api/v1/tickets?open=1&limit=200").json()["items"]
    if not any(re.fullmatch(r"\d{15}", each["holder"]["unit"]) for each in found):
        sys.exit("no grid cell has an open ticket: let `flask demo traffic` run first")
    return found


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
    page.wait_for_timeout(SETTLED_MS)
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
