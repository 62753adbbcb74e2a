"""The phone pages' own rules: map links in the right datum, a citizen's words, the next of four steps."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from app.pages.cases import map_links, next_verb, steps_of
from app.pages.track import DONE, STATUS, STEPS
from app.pages.track import steps_of as told_steps
from dispatch.workflow import STATUSES, TABLE
from geodata.coords import to_wgs84

APP = Path(__file__).resolve().parents[1] / "app"
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
EVERY_VERB = ["sign_in", "contact", "handle"]


@pytest.fixture(autouse=True)
def words() -> Iterator[None]:
    app = Flask("words")
    Babel(app, locale_selector=lambda: "zh")
    with app.test_request_context():
        yield


def clock(kind: str, stopped: bool) -> Any:
    return SimpleNamespace(kind=kind, stopped_at=START if stopped else None)


def ticket(status: str, *clocks: Any, **more: Any) -> Any:
    return SimpleNamespace(number="26112300001", status=status, clocks=list(clocks), **more)


def event(verb: str, minutes: int, to_status: str, **detail: Any) -> Any:
    at = START + timedelta(minutes=minutes)
    return SimpleNamespace(verb=verb, at=at, to_status=to_status, actor_name="刘敏", actor="attendant.1", detail=detail)


@given(lon=st.floats(118.8, 125.8), lat=st.floats(38.7, 43.5))
def test_map_links_lead_back_to_the_point(lon: float, lat: float) -> None:
    links = map_links(ticket("SIGNED_IN", lon=lon, lat=lat))
    amap = parse_qs(urlsplit(links["amap"]).query)["position"][0].split(",")
    baidu = parse_qs(urlsplit(links["baidu"]).query)["location"][0].split(",")
    geo = links["geo"].removeprefix("geo:").partition("?")[0].split(",")
    assert to_wgs84(float(amap[0]), float(amap[1]), "gcj02") == pytest.approx((lon, lat), abs=3e-6)
    assert to_wgs84(float(baidu[1]), float(baidu[0]), "bd09") == pytest.approx((lon, lat), abs=3e-6)
    assert (float(geo[1]), float(geo[0])) == pytest.approx((lon, lat), abs=1e-6)


def test_no_map_links_without_a_point() -> None:
    assert map_links(ticket("SIGNED_IN", lon=None, lat=None)) == {}


def test_a_citizen_reads_units_and_never_staff() -> None:
    events = [
        event("receive", 0, "RECEIVED"),
        event("dispatch", 0, "DISPATCHED", unit_name="文安路社区"),
        event("sign_in", 5, "SIGNED_IN"),
        event("note", 6, "SIGNED_IN", note="内部备注"),
        event("reveal", 7, "SIGNED_IN", reason="核实地点"),
        event("report_up", 8, "DISPATCHED", unit_name="南湖街道", reason="需要吊车"),
        event("sign_in", 9, "SIGNED_IN"),
        event("handle", 30, "HANDLED", note="已清运"),
    ]
    steps = told_steps(events)
    told = " ".join(f"{step.words} {step.why}" for step in steps)
    assert [step.at for step in steps] == [each.at for each in events if each.verb not in ("note", "reveal")]
    assert not re.search("刘敏|attendant|内部备注|核实地点|需要吊车", told)
    assert steps[2].words.startswith("文安路社区")
    assert steps[4].words.startswith("南湖街道")
    assert steps[5].why == "已清运"


def test_every_status_and_every_verb_of_the_citizen_has_words() -> None:
    assert set(STATUS) == set(STATUSES)
    assert set(DONE) == {row.name for row in TABLE.values() if "citizen" in row.roles} - {"receive"}
    assert set(STEPS) <= set(TABLE)


@pytest.mark.parametrize(
    ("status", "contacted", "verb", "current"),
    [
        ("DISPATCHED", False, "sign_in", "sign_in"),
        ("SIGNED_IN", False, "contact", "contact"),
        ("SIGNED_IN", True, "handle", "photo"),
        ("HANDLED", True, None, None),
    ],
)
def test_the_next_of_four_steps(status: str, contacted: bool, verb: str | None, current: str | None) -> None:
    one = ticket(status, clock("CONTACT", contacted))
    allowed = [name for name in EVERY_VERB if status in TABLE[name].states]
    assert next_verb(one, allowed) == verb
    assert next((step["name"] for step in steps_of(one) if step["now"]), None) == current


def test_the_next_step_is_only_what_is_allowed() -> None:
    assert next_verb(ticket("SIGNED_IN", clock("CONTACT", False)), ["handle"]) == "handle"
    assert next_verb(ticket("SIGNED_IN", clock("CONTACT", True)), []) is None


def test_files_that_the_pages_name_exist() -> None:
    pages = "".join(page.read_text("utf-8") for page in (APP / "templates" / "phone").glob("*.html"))
    named = {name for name in re.findall(r"static_url\('([^']+)'\)", pages) if not name.startswith("vendor/")}
    assert len(named) > 10
    assert [name for name in sorted(named) if not (APP / "static" / name).exists()] == []
