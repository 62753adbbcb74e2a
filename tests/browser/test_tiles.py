"""The map with tiles: cells as vector tiles from PostGIS, and somebody's raster tiles below them by setting."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import Server
from tests.browser.site import Site
from tests.browser.test_map import DRAWN_S
from tests.postgres import NoPostgres, postgres

pytestmark = pytest.mark.browser
DISTRICT = "210202"
ATTRIBUTION = "试验底图 GS(2026)0000"
TILE = re.compile(r"/tiles/(\d+)/(\d+)/(\d+)\.png")


class Tiles:
    """A server of raster tiles on 127.0.0.1, as a WMTS by address is; `asked` are (z, x, y)."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []
        picture = BytesIO()
        Image.new("RGB", (256, 256), (200, 220, 240)).save(picture, "PNG")
        tiles = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = TILE.fullmatch(self.path)
                if found:
                    tiles.asked.append(tuple(map(int, found.groups())))
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "image/png")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(picture.getvalue() if found else b"")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tiles/{{z}}/{{x}}/{{y}}.png"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def tiles() -> Iterator[Tiles]:
    made = Tiles()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def served(tiles: Tiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    try:
        with postgres() as url:
            settings = {"DATABASE_URL": url, "MAP_TILES_URL": tiles.url, "MAP_ATTRIBUTION": ATTRIBUTION}
            made = Server(tmp_path_factory.mktemp("tiles"), **settings)
            yield made
            made.stop()
    except NoPostgres as missing:
        pytest.skip(str(missing))


@pytest.fixture
def page(gl: Browser, served: Server) -> Iterator[Page]:
    site = Site(gl, served.base, {})
    site.forgive("GL Driver Message")
    opened = site.enter("manager.2102", f"/board/{DISTRICT}")
    expect(opened.locator("#map-gl[data-drawn]")).to_be_visible(timeout=DRAWN_S * 1000)
    yield opened
    site.close()
    assert site.faults() == []


def test_raster_tiles_lie_below_with_their_owner_named(page: Page, tiles: Tiles) -> None:
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text(ATTRIBUTION)
    assert tiles.asked and all(0 <= x < 2**z and 0 <= y < 2**z for z, x, y in tiles.asked)


def test_cells_come_as_vector_tiles_when_close(page: Page, served: Server) -> None:
    box = page.locator("#map-gl").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wanted = re.compile(rf"/map/{DISTRICT}/cells/1[2-4]/\d+/\d+\?v=\d+")
    with page.expect_response(lambda answer: bool(wanted.search(answer.url))) as told:
        for _ in range(12):
            page.mouse.wheel(0, -400)
            page.wait_for_timeout(120)
    assert told.value.ok and told.value.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert len(told.value.body()) > 100
