"""Every route with every kind of caller: who is refused, and that nobody reads of a ticket outside their scope."""

import io
import os
import re
import subprocess
import sys
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from app.database import transaction
from app.policy import POLICY, PUBLIC, STAFF
from app.security import check_every_endpoint_has_a_policy
from dispatch.models import Draft, Event, Photo, Ticket
from dispatch.workflow import BY_SYSTEM, TABLE
from tests.call_texts import empty_batch
from tests.photos import encoded
from tests.tree import ROOT
from tests.web import Caller, Visitor
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

PHONE, WORDS, NOTE = "13912345678", "蓝色三轮车挡住单元门", "先看看照片"
# Everybody, with what they see: the ticket in the western cell, its district.
SEES: dict[str, tuple[bool, bool]] = {
    "anonymous": (False, False),
    "agent.2101": (True, True),
    "manager.210102": (True, True),
    "manager.210103": (False, False),
    f"attendant.{CELLS_WEST}": (True, False),
    "attendant.210102001001002": (False, False),
    f"attendant.{CELL_OF['210103']}": (False, False),
    "attendant.210102-market": (False, False),
    "admin.21": (True, True),
}
OUTSIDE = [login for login, seen in SEES.items() if not any(seen)]
QUERIES = {
    "api.callers": f"phone={PHONE}",
    "api.changes": "region=210102",
    "api.geocode": "q=和平区",
    **dict.fromkeys(("api.locate", "api.locate_map", "api.snaps_near"), "lon=123.385&lat=41.775"),
    "api.tickets": f"q={PHONE}",
    "api.rate_tickets": "rate=response",
    "api.region_children": "counters=1",
    "tickets.index": "q=三轮车",
}
BODIES: dict[str, Any] = {
    "api.ticket_verb": {"note": NOTE},
    **{name: {"description": "路灯不亮"} for name in ("api.create_ticket", "api.draft_file")},
    "api.transcripts": {"text": "市民：文安路社区路灯不亮"},
    "api.readings": {"text": "路灯不亮"},
    "api.photo_blur": {"areas": [[0, 0, 0.1, 0.1]]},
}
IN_DISTRICT = ("code", "draft_id", "batch_id")  # parameters that name no ticket and no photo


class Things(NamedTuple):
    """What one citizen's snap has made, and a draft beside it."""

    number: str
    token: str
    key: str
    draft_id: int
    batch_id: int

    def values(self, endpoint: str) -> dict[str, Any]:
        """An example for each parameter of a route; a new parameter needs one here."""
        return self._asdict() | {
            "code": "en" if endpoint == "root.language" else "210102",
            "verb": "urge" if endpoint == "track.say" else "note",
            "clock": "HANDLE",
            "filename": "css/tokens.css",
            "form": "json",
            "kind": "csv",
            **dict.fromkeys("zxy", 0),
            "thing": "week",
            "rest": "nowhere",
            "size": "display",
        }


@pytest.fixture
def things(app: Flask, clock: Any, keys: Any) -> Things:
    lon, lat = centre()
    form = {"photo": (io.BytesIO(encoded()), "a.jpg"), "description": WORDS, "phone": PHONE, "lon": lon, "lat": lat}
    snap = Caller(app).post("/api/v1/snaps", data=form).json
    call = {"text": "市民：路灯不亮，我的电话" + PHONE, "caller_phone": PHONE, "lon": lon, "lat": lat, "mode": "draft"}
    Caller(app, keys("agent.2101")).post("/api/v1/transcripts", json=call)
    with transaction() as db:
        draft_id, key = db.scalar(select(Draft.id)), db.scalar(select(Photo.key))
    return Things(snap["number"], snap["tracking_token"], key, draft_id, empty_batch())


@pytest.fixture
def people(app: Flask, keys: Any) -> dict[str, tuple[Caller, Caller]]:  # login: (by API key, by session cookie)
    staff = {one: (Caller(app, keys(one)), Visitor(app, one)) for one in SEES if one != "anonymous"}
    return staff | {"anonymous": (Caller(app), Visitor(app))}


def requests_of(app: Flask, things: Things) -> list[tuple[Rule, str, str]]:
    """(rule, method, address) of every route; log-out, which ends the sessions, comes last."""
    adapter, found = app.url_map.bind(""), []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint == "login.log_out"):
        values = {name: things.values(rule.endpoint)[name] for name in rule.arguments}
        path = adapter.build(rule.endpoint, values, method=next(iter(rule.methods or ())))
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            query = QUERIES.get(rule.endpoint) if method == "GET" else None
            found.append((rule, method, f"{path}?{query}" if query else path))
    return found


def ask(who: tuple[Caller, Caller], rule: Rule, method: str, path: str) -> Any:
    by_key, by_cookie = who
    if path.startswith("/api/"):
        return by_key.open(method, path, **({"json": BODIES.get(rule.endpoint, {})} if method != "GET" else {}))
    assert isinstance(by_cookie, Visitor)
    form = {"data": {"csrf_token": by_cookie.token, "note": NOTE}} if method != "GET" else {}
    return by_cookie.open(method, path, **form)


def refusal(login: str, rule: Rule, path: str) -> int | None:
    """The status with which this caller must be refused, None where they may pass."""
    policy = POLICY[rule.endpoint]
    if policy != PUBLIC and login == "anonymous":
        return 401 if path.startswith("/api/") else 302
    if policy not in (PUBLIC, STAFF) and login.split(".")[0] not in policy:
        return 403
    if policy != PUBLIC and (named := rule.arguments - {"verb", "clock", "size", "kind", "thing", "form"}):
        sees_ticket, sees_district = SEES[login]
        return None if (sees_district if named & set(IN_DISTRICT) else sees_ticket) else 404
    return 404 if rule.endpoint == "api.changes" and not SEES[login][1] else None


def fault(login: str, rule: Rule, method: str, path: str, answer: Any, secrets: list[str]) -> str | None:
    """What is wrong with an answer, in words."""
    wanted = refusal(login, rule, path)
    if wanted is not None and answer.status_code != wanted:
        return f"{answer.status_code} instead of {wanted}"
    if wanted == 302 and not answer.location.startswith("/login"):
        return f"leads to {answer.location}"
    if answer.status_code >= 500 or (wanted is None and answer.status_code in (401, 405) and path != "/login"):
        return f"{answer.status_code}"
    body = answer.text.replace(path, "") if answer.mimetype.startswith(("text/", "application/")) else ""
    told = [secret for secret in secrets if secret in body]
    return f"tells {told}" if told else None


def test_every_route_refuses_whom_it_must_and_tells_no_secret(app, things, people, sweeper):
    secret = [WORDS, things.key, things.token]
    faults = {}
    for rule, method, path in requests_of(app, things):
        for login in SEES:
            answer = ask(people[login], rule, method, path)
            secrets = [PHONE, *(secret if login in OUTSIDE else [])]
            if login in OUTSIDE and not path.startswith("/open311/"):  # where citizens' reports are listed for all
                secrets.append(things.number)
            if wrong := fault(login, rule, method, path, answer, secrets):
                faults[method, path, login] = wrong
    assert "\n".join(f"{wrong} {who}" for who, wrong in faults.items()) == ""


def test_who_sees_the_ticket_can_open_it_everywhere(app, things, people):
    for login, (seen, _) in SEES.items():
        wanted = 200 if seen else 404 if login != "anonymous" else 401
        for part in ("", "/timeline", "/deadlines", "/similar"):
            answer = people[login][0].get(f"/api/v1/tickets/{things.number}{part}")
            assert answer.status_code == wanted, (login, part)
        assert (WORDS in people[login][1].get(f"/tickets/{things.number}").text) == seen, login


@pytest.mark.parametrize("login", OUTSIDE)
def test_no_verb_reaches_a_ticket_out_of_scope(app, things, keys, login):
    caller = Caller(app, keys(login) if login != "anonymous" else {})
    inputs = {"unit": "210102", "reason": NOTE, "note": NOTE, "resolved": True, "lon": 123.385, "lat": 41.775}
    before = history(things.number)
    for verb in TABLE:
        answer = caller.post(f"/api/v1/tickets/{things.number}/{verb}", json=inputs)
        assert answer.status_code == (401 if login == "anonymous" else 404), verb
        assert things.number not in answer.text and WORDS not in answer.text
    assert history(things.number) == before


def history(number: str) -> tuple[int | None, int]:
    with transaction() as db:
        ticket = db.scalars(select(Ticket).where(Ticket.number == number)).one()
        return db.scalar(select(func.count()).select_from(Event).where(Event.ticket_id == ticket.id)), ticket.version


def test_no_door_leads_to_unknown_verbs_or_to_those_of_the_system(app, things, people):
    by_key, by_cookie = people["manager.210102"]
    for verb in ["no_such_verb", "receive", *(name for name, row in TABLE.items() if row.reach == BY_SYSTEM)]:
        assert by_key.post(f"/api/v1/tickets/{things.number}/{verb}", json={}).status_code == 404, verb
        for page in ("tickets", "cases"):
            form = {"csrf_token": by_cookie.token}
            assert by_cookie.post(f"/{page}/{things.number}/{verb}", data=form).status_code == 404, (page, verb)


def test_the_whole_number_is_shown_once_to_who_asks_with_a_reason(app, things, people):
    _, by_cookie = people["manager.210102"]
    form = {"csrf_token": by_cookie.token, "reason": "约上门时间"}
    page = f"/tickets/{things.number}"
    assert PHONE not in by_cookie.post(f"{page}/reveal", data=form | {"reason": ""}).text
    assert PHONE in by_cookie.post(f"{page}/reveal", data=form).text
    assert PHONE not in by_cookie.get(page).text
    with transaction() as db:
        told = db.scalars(select(Event).where(Event.verb == "reveal")).one()
        assert (told.actor, told.detail) == ("manager.210102", {"reason": "约上门时间"})


def test_every_form_without_its_token_is_refused(app, things, people):
    _, by_cookie = people["manager.210102"]
    before = history(things.number)
    posts = [(rule, path) for rule, method, path in requests_of(app, things) if method != "GET"]
    forms = [(rule, path) for rule, path in posts if not path.startswith(("/api/", "/open311/"))]
    assert len(forms) >= 8
    for rule, path in forms:
        for form in ({"note": NOTE}, {"note": NOTE, "csrf_token": "guessed"}):
            answer = (by_cookie, people["admin.21"][1])[path.startswith("/admin")].post(path, data=form)
            assert answer.status_code == 422, (rule, answer.status_code)
    assert history(things.number) == before


def test_a_session_needs_the_token_at_the_api_and_a_key_does_not(app, things, people):
    by_key, by_cookie = people["manager.210102"]
    note = f"/api/v1/tickets/{things.number}/note"
    assert by_cookie.post(note, json={"note": NOTE}).status_code == 422
    assert by_cookie.post(note, json={"note": NOTE}, headers={"X-CSRFToken": "guessed"}).status_code == 422
    assert by_cookie.post(note, json={"note": NOTE}, headers={"X-CSRFToken": by_cookie.token}).status_code == 200
    assert by_key.post(note, json={"note": NOTE}).status_code == 200


def test_a_token_of_another_session_is_refused(app, things, people):
    _, mine = people["manager.210102"]
    _, other = people["agent.2101"]
    note = f"/api/v1/tickets/{things.number}/note"
    assert mine.post(note, json={"note": NOTE}, headers={"X-CSRFToken": other.token}).status_code == 422


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "bearer hk_x"])
def test_a_wrong_key_is_refused_even_beside_a_good_session(app, things, people, header):
    _, by_cookie = people["manager.210102"]
    answer = by_cookie.get(f"/api/v1/tickets/{things.number}", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


FORGOTTEN = """
from flask import Blueprint
from app import create_app, pages
forgotten = Blueprint("forgotten", __name__)
forgotten.add_url_rule("/forgotten", "open_to_all", lambda: "")
pages.BLUEPRINTS.append(forgotten)
create_app()
"""


def test_a_new_route_without_a_policy_fails_the_start(tmp_path):
    """In a process of its own: a second application would take the sockets and limits from the first."""
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    told = subprocess.run(
        [sys.executable, "-c", FORGOTTEN],
        cwd=ROOT,
        env=environment | {"INSTANCE_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 1
    assert "LookupError" in told.stderr and "forgotten.open_to_all" in told.stderr


def test_the_check_passes_what_has_a_policy_only():
    app = Flask("throwaway", static_folder=None)
    app.add_url_rule("/locate", "api.locate", lambda: "")
    check_every_endpoint_has_a_policy(app)
    app.add_url_rule("/other", "other", lambda: "")
    with pytest.raises(LookupError, match="other"):
        check_every_endpoint_has_a_policy(app)


def test_the_policy_names_no_route_that_is_gone(app):
    assert set(POLICY) - {rule.endpoint for rule in app.url_map.iter_rules()} == set()


def test_an_endpoint_that_nobody_named_answers_nobody(app, people, monkeypatch):
    monkeypatch.delitem(POLICY, "api.tickets")
    assert {who[0].get("/api/v1/tickets").status_code for who in people.values()} == {401, 403}


def test_answers_have_the_headers_that_keep_pages_safe(app, people):
    answer = people["anonymous"][1].get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert not re.search(r"<script(?![^>]*(nonce|src|type=.application/json))", answer.text)
