"""Chromium, one server for all browser tests, and the site as a person sees it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.frontend import FILES, VENDOR
from tests.browser.server import Server
from tests.browser.site import AXE, Site
from tests.tree import ROOT

SOFTWARE = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
FLAGS = ["--disable-gpu", "--disable-background-networking", "--no-proxy-server"]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Without it the tests are skipped, in CI they fail."""
    path = shutil.which("chromium")
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Chromium is not installed")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def gl(chromium: Browser) -> Iterator[Browser]:
    """A browser whose WebGL is drawn by the processor."""
    flags = [flag for flag in FLAGS if flag != "--disable-gpu"] + SOFTWARE
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=flags + sandbox)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Started once, ended by its own process group."""
    check_tree()
    made = Server(tmp_path_factory.mktemp("browser"))
    yield made
    made.stop()


def check_tree() -> None:
    """What set-up makes must be there: pages without their libraries and words prove nothing."""
    libraries = [VENDOR / name for name in FILES]
    words = [source.with_suffix(".mo") for source in (ROOT / "app" / "translations").glob("*/LC_MESSAGES/*.po")]
    missing = [str(path.relative_to(ROOT)) for path in [*libraries, *words, AXE] if not path.is_file()]
    if missing:
        pytest.fail(f"missing, run `make setup` (or `make test`) first: {', '.join(missing)}")


@pytest.fixture(scope="package")
def states() -> dict[str, object]:
    """Who is logged in already: login -> cookies."""
    return {}


@pytest.fixture
def site(chromium: Browser, server: Server, states: dict[str, object]) -> Iterator[Site]:
    """The site for one test; a fault in a console or a script fails the test that it happened in."""
    made = Site(chromium, server.base, states)
    yield made
    made.close()
    assert made.faults() == []
