"""People at the server's pages: each in a browser context of their own, with what goes wrong written down."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import PASSWORD
from tests.tree import ROOT

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LIVE = "[data-live].live--on"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FOUND = "axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))"
WATCH_TASKS = """
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask" });
"""


class Site:
    """Opens pages as somebody. `states` keeps the log-ins of one server, so that each person logs in once."""

    def __init__(self, browser: Browser, base: str, states: dict[str, Any]) -> None:
        self.browser, self.base, self.states = browser, base, states
        self.contexts: list[BrowserContext] = []
        self.noted: list[str] = []
        self.forgiven: list[str] = []

    def enter(self, login: str | None = None, path: str = "", base: str = "", **context: Any) -> Page:
        """A page of this person's own, at `path`, else where the role begins; `base` is another way to the server."""
        base = base or self.base
        page = self.page(self.state(login), base, **context)
        page.goto(f"{base}{path or ('/login' if login else '/')}")
        return page

    def page(self, state: Any, base: str, language: str = "zh", **context: Any) -> Page:
        context.setdefault("viewport", DESK)
        made = self.browser.new_context(storage_state=state, base_url=base, locale="zh-CN", **context)
        self.contexts.append(made)
        made.add_cookies([{"name": "language", "value": language, "url": base}])
        made.set_default_timeout(10_000)
        page = made.new_page()
        page.on("console", lambda said: self.note(page, said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.note(page, str(error)))
        return page

    def note(self, page: Page, text: str) -> None:
        self.noted.append(f"{page.url.removeprefix(self.base)}: {text}")

    def forgive(self, *words: str) -> None:
        """Faults with these words are those that the test itself causes."""
        self.forgiven += words

    def state(self, login: str | None) -> Any:
        if login and login not in self.states:
            page = self.page(None, self.base)
            log_in(page, login)
            self.states[login] = page.context.storage_state()
        return self.states.get(login or "")

    def forget(self, login: str) -> None:
        """Somebody has logged out: the cookies that were kept are worth nothing any more."""
        self.states.pop(login, None)

    def faults(self) -> list[str]:
        """What the consoles said and what scripts threw, without what was forgiven."""
        return [fault for fault in self.noted if not any(word in fault for word in self.forgiven)]

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def log_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.locator("form[action='/login'] button").click()
    page.wait_for_url(lambda url: not url.endswith("/login"))


def phone(lon: float | None = None, lat: float | None = None) -> dict[str, Any]:
    """The context of a phone in a hand; with (lon, lat) WGS-84 it may tell where it is."""
    made: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
    if lon is not None:
        made |= {"geolocation": {"longitude": lon, "latitude": lat, "accuracy": 8}, "permissions": ["geolocation"]}
    return made


def wait_live(page: Page) -> Page:
    """The page says that it is live; it is marked, so that a reload would be seen."""
    expect(page.locator(LIVE)).to_be_visible()
    page.evaluate("window.sameDocument = true")
    return page


def violations(page: Page) -> list[list[str]]:
    """What axe finds, once no button is busy any more: [rule, the first element]."""
    expect(page.locator("button:disabled")).to_have_count(0)
    page.evaluate(AXE.read_text("utf-8"))
    return list(page.evaluate(FOUND))


def watch_tasks(page: Page) -> None:
    """From now on the page counts what keeps it busy for more than 50 ms; `longest_task` tells."""
    page.evaluate(WATCH_TASKS)


def longest_task(page: Page) -> float:
    """Milliseconds, 0 without any."""
    return float(page.evaluate("Math.max(0, ...tasks)"))


def same_document(page: Page) -> bool:
    return bool(page.evaluate("window.sameDocument === true"))
