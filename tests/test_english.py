"""Every page in English, rendered over the small world: what is left of Chinese on it is data, and nothing else."""

import io
import json
import re
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select

from app.articles_door import text_in_force
from app.auth import actor_of, staff_by_login
from app.babel import COOKIE
from app.batches import Worker
from app.database import transaction
from app.pages import BLUEPRINTS
from app.relay import number_all
from app.webhooks import round_of_webhooks
from app.webhooks_door import make
from dispatch.config import current_config
from dispatch.sweep import sweep
from grids.models import Region, Unit
from scripts.translations import CATALOGUES
from tests.conftest import PASSWORD, TestClock
from tests.photos import encoded
from tests.test_translations import CHINESE, SWITCH
from tests.web import Caller, Visitor
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
LON, LAT = centre()
# Everything Chinese that these tests write themselves; names of regions and units come from the database.
GIVEN = {
    "description": "楼前垃圾没有清理，气味很大",
    "caller_name": "王芳",
    "address": "太原街甲二十号",
    "note": "已经清运干净",
    "reason": "需要吊车才能够到",
    "again": "第二天又有了",
    "draft": "不知道归谁管",
}
HIDDEN_NAME = "王*"
AGENT, ATTENDANT, MANAGER = "agent.2101", f"attendant.{CELLS_WEST}", "manager.21"
ADMIN = (
    *("policies?clock=HANDLE", "calendars?year=2026", "staff?q=2101", "units", "regions", "categories", "articles"),
    *("keys", "audit", "health", "health/now", "webhooks"),
)
NOT_PAGES = {  # JSON for a script; tables for spreadsheets; the worker
    "board.figures", "batches.table", "rates.export", "exports.tickets", "exports.board", "offline.manifest",
    "offline.worker", "offline.case_manifest", "maps.cell_tile", "maps.cells", "maps.tickets", "maps.way",
    "export_lists.export",
}  # fmt: skip


class Made(NamedTuple):
    """Numbers of tickets in several states, a draft, the link of the one that a citizen follows, and a batch."""

    late: str
    held: str
    handled: str
    closed: str
    token: str
    draft: int
    batch: int
    webhook: int


@pytest.fixture
def made(app: Flask, clock: TestClock, keys: Any) -> Made:
    """Tickets that have been through every verb whose words a page shows."""
    agent, attendant = Caller(app, keys(AGENT)), Caller(app, keys(ATTENDANT))

    def log(**more: Any) -> str:
        given = {name: GIVEN[name] for name in ("description", "caller_name", "address")}
        body = given | {"caller_phone": "13800001234", "lon": LON, "lat": LAT} | more
        return str(agent.post("/api/v1/tickets", json=body).get_json()["number"])

    def do(who: Caller, number: str, verb: str, **inputs: Any) -> None:
        answer = who.post(f"/api/v1/tickets/{number}/{verb}", json=inputs)
        assert answer.status_code == 200, answer.text

    photo = {"photo": (io.BytesIO(encoded()), "a.jpg"), "description": GIVEN["description"], "lon": LON, "lat": LAT}
    snap = Caller(app).post("/api/v1/snaps", data=photo).get_json()
    told = agent.post("/api/v1/transcripts", json={"text": GIVEN["draft"], "mode": "draft"}).get_json()
    held, handled, late = log(urgency="urgent"), log(confidential=True), log(urgency="emergency")
    do(attendant, held, "report_up", reason=GIVEN["reason"])
    for number in (handled, snap["number"]):
        do(attendant, number, "sign_in")
        do(attendant, number, "contact", note=GIVEN["note"])
        do(attendant, number, "handle", note=GIVEN["note"], lon=LON, lat=LAT)
    do(agent, snap["number"], "call_back", resolved=False, contacted=True, satisfaction=2, note=GIVEN["again"])
    do(agent, late, "urge", note=GIVEN["again"])
    calls = {"file": [(io.BytesIO(GIVEN["draft"].encode()), "a.txt"), (io.BytesIO(b""), "empty.txt")]}
    batch = agent.post("/api/v1/batches", data=calls).get_json()["id"]
    Worker().run()
    with transaction(write=True) as db:
        hook = make(db, actor_of(staff_by_login(db, "admin.21")), "http://127.0.0.1:9/", "21", ["warn"]).id  # type: ignore[arg-type]
    clock.forward(hours=3)
    sweep(lambda: transaction(write=True), clock())
    number_all()
    round_of_webhooks(app)
    draft = told["items"][0]["drafts"][0]["id"]
    return Made(late, held, handled, snap["number"], snap["tracking_token"], draft, batch, hook)


@pytest.fixture
def english(app: Flask, clock: TestClock) -> Any:
    """english("agent.2101") -> a browser that has chosen English; english() -> a citizen's."""
    assert newer(), "messages.mo is older than messages.po: make setup compiles it"

    def browse(login: str | None = None) -> Visitor:
        visitor = Visitor(app, login)
        visitor.client.set_cookie(COOKIE, "en")
        return visitor

    return browse


def newer() -> bool:
    source = CATALOGUES / "en" / "LC_MESSAGES" / "messages.po"
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


PAGES: list[tuple[str | None, str]] = [
    (None, "/login"),
    (None, "/"),
    (None, "/snap"),
    (None, "/snap/{closed}?token={token}"),
    (None, "/track"),
    (None, "/track/{closed}?token={token}"),
    (None, "/api/v1/docs"),
    (AGENT, "/desk"),
    (AGENT, "/desk?phone=13800001234&saved={late}"),
    (AGENT, "/desk?draft={draft}"),
    (AGENT, "/desk/call-backs"),
    (AGENT, "/batches"),
    (AGENT, "/batches/{batch}"),
    (AGENT, "/batches/{batch}/progress"),
    (AGENT, "/drafts"),
    (AGENT, "/drafts/{draft}"),
    (AGENT, "/drafts?state=dropped"),
    (AGENT, "/tickets"),
    (AGENT, "/tickets?status=CLOSED&urgency=urgent"),
    (AGENT, "/tickets/{late}"),
    (AGENT, "/tickets/{held}"),
    (AGENT, "/tickets/{handled}"),
    (AGENT, "/tickets/{closed}"),
    (AGENT, "/tickets/{late}/ledger/HANDLE"),
    (AGENT, "/tickets/{closed}/ledger/SIGN_IN"),
    (MANAGER, "/board"),
    (MANAGER, "/board/21"),
    (MANAGER, "/board/2101"),
    (MANAGER, "/board/210102"),
    (MANAGER, "/board/210102001"),
    (MANAGER, f"/board/{CELLS_WEST}"),
    *((MANAGER, f"/board/210102/{part}") for part in ("asides", "trend")),
    (MANAGER, "/board/2101/weekly"),
    (MANAGER, "/style"),
    (MANAGER, "/decisions"),
    (MANAGER, "/rates"),
    (MANAGER, "/rates?by=category&rank_by=on_time"),
    (MANAGER, "/rates/tickets?rate=response"),
    (MANAGER, "/rates/alarms"),
    ("admin.21", "/admin"),
    *(("admin.21", f"/admin/{path}") for path in ADMIN),
    ("admin.21", "/admin/webhooks/log?id={webhook}"),
    (ATTENDANT, "/cases"),
    (ATTENDANT, "/cases?show=handled"),
    (ATTENDANT, "/cases?done=sign_in&number={handled}"),
    (ATTENDANT, "/cases/{handled}"),
    (ATTENDANT, "/cases/me"),
]


def test_every_page_is_looked_at(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    paths = [path.partition("?")[0].format(**dict.fromkeys(Made._fields, "1")) for _, path in PAGES]
    seen = {adapter.match(path, method="GET")[0] for path in paths}
    ours = {blueprint.name for blueprint in BLUEPRINTS}
    every = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert {name for name in every if name.partition(".")[0] in ours} - NOT_PAGES <= seen


def test_pages_in_english_have_no_chinese_but_data(english: Any, made: Made) -> None:
    data = known()
    found = {}
    browsers = {login: english(login) for login in {login for login, _ in PAGES}}
    for login, path in PAGES:
        answer = browsers[login].get(path.format(**made._asdict()), follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text[:500])
        found[path] = foreign(answer.text, data)
    assert {path: left for path, left in found.items() if left} == {}


REFUSED: list[tuple[str | None, str, dict[str, str], int]] = [
    (None, "/login", {"login": "agent.2101", "password": "wrong"}, 401),
    (None, "/snap", {"description": "x"}, 422),
    (None, "/track/{closed}/rate", {"token": "{token}", "resolved": "perhaps"}, 422),
    (AGENT, "/desk", {"description": "x", "caller_phone": "no number"}, 422),
    (AGENT, "/tickets/{late}/note", {"note": "x", "version": "1"}, 409),
    (AGENT, "/tickets/{late}/sign_in", {}, 403),
    (AGENT, "/tickets/1/note", {}, 404),
    (AGENT, "/drafts/{draft}/file", {}, 422),
    (AGENT, "/drafts/{draft}/drop", {}, 422),
    (AGENT, "/drafts/{draft}/restore", {}, 409),
    (AGENT, "/drafts/{draft}/reveal", {}, 422),
    (ATTENDANT, "/cases/{handled}/sign_in", {}, 409),
    ("admin.21", "/admin/staff", {"login": "x y", "role": "agent", "region": "21"}, 422),
    ("admin.21", "/admin/staff/try", {"text": "login,role\nx,chief\n"}, 422),
    ("admin.21", "/admin/units/try", {"text": "code\nx\n"}, 422),
    ("admin.21", "/admin/webhooks", {"url": "x", "region": "1"}, 422),
    ("admin.21", "/admin/categories/try", {"text": ""}, 422),
    ("admin.21", "/admin/regions/try", {}, 422),
]


@pytest.mark.parametrize(("login", "path", "form", "status"), REFUSED)
def test_refusals_are_in_english(
    english: Any, made: Made, login: str | None, path: str, form: dict[str, str], status: int
) -> None:
    browser = english(login)
    filled = {name: text.format(**made._asdict()) for name, text in form.items()} | {"csrf_token": browser.token}
    answer = browser.post(path.format(**made._asdict()), data=filled)
    assert answer.status_code == status, answer.text
    assert foreign(answer.text, known()) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v1/nowhere", None),
        ("GET", "/api/v1/locate?lon=x&accuracy=-1", None),
        ("GET", "/api/v1/tickets/1", None),
        ("POST", "/api/v1/tickets", {"description": "", "lon": 1, "lat": 1}),
        ("POST", "/api/v1/transcripts", {"text": "no Chinese in it"}),
    ],
)
def test_the_api_speaks_english_to_who_asks_for_it(
    app: Flask, clock: TestClock, keys: Any, method: str, path: str, body: Any
) -> None:
    caller = Caller(app, keys(AGENT) | {"Accept-Language": "en"})
    answer = caller.open(method, path, json=body)
    assert answer.status_code in (201, 404, 422), answer.text
    assert not CHINESE.search(answer.text)


def test_a_log_in_with_the_password_leads_to_the_english_page(english: Any) -> None:
    browser = english()
    form = {"login": AGENT, "password": PASSWORD, "csrf_token": browser.token}
    page = browser.post("/login", data=form, follow_redirects=True).text
    assert '<html lang="en"' in page and "Log out" in page
    assert foreign(page, known()) == []


def known() -> list[str]:
    """Chinese that is data: names of the tree, calendars and festivals, and what these tests wrote; longest first."""
    with transaction() as db:
        names = {*db.scalars(select(Region.name)), *db.scalars(select(Unit.name))}
        calendars = current_config(db).calendars
        names |= {one.source for one in current_config(db).knowledge.articles.values()}
        names |= {" ".join(line.split()) for line in text_in_force(db).splitlines()}
        for calendar in map(calendars.newest, calendars.codes()):
            names |= {calendar.name, *calendar.names.values()} - {""}
    return sorted(names | set(GIVEN.values()) | SWITCH | {HIDDEN_NAME}, key=len, reverse=True)


def foreign(page: str, data: list[str]) -> list[str]:
    """The texts of a page that have Chinese in them beside data."""
    reader = Reader()
    reader.feed(page)
    left = []
    for text in reader.texts:
        rest = text
        for each in data:
            rest = rest.replace(each, "")
        if CHINESE.search(rest):
            left.append(re.sub(r"\s+", " ", text).strip())
    return left


class Reader(HTMLParser):
    """Everything that a page shows, says, or hands to its scripts: texts, attributes, and words in JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.json = tag == "script" and ("type", "application/json") in attrs
        self.texts += [value for _, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        self.json = False

    def handle_data(self, data: str) -> None:
        self.texts.append(json.dumps(json.loads(data), ensure_ascii=False) if self.json and data.strip() else data)
