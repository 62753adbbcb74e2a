"""The service worker and the manifest: whatever the report form needs is kept."""

import html
import json
import re
from typing import Any

import pytest
from flask import Flask

from app.pages.offline import CASE_SCRIPTS, STATIC, scripts
from tests.web import Caller, Visitor
from tests.world import CELLS_WEST, centre

IMPORT = re.compile(r'^import .*from "\./([\w-]+\.js)"', re.MULTILINE)
NAMED = re.compile(r'src="/static/(js/[\w-]+\.js)')


def imported(page: str) -> set[str]:
    """The scripts of a page and all that they import."""
    wanted, seen = set(NAMED.findall(page)), set[str]()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        wanted |= {f"js/{each}" for each in IMPORT.findall((STATIC / name).read_text("utf-8"))}
    return seen


def test_the_worker_keeps_all_that_the_form_imports(app: Flask) -> None:
    seen = imported(Caller(app).get("/").text)
    assert seen and seen - set(scripts()) == set()


@pytest.mark.database
def test_an_attendant_s_pages_keep_all_that_they_import(app: Flask, clock: Any, caller: Any) -> None:
    lon, lat = centre()
    number = (
        caller("agent.21")
        .post("/api/v1/tickets", json={"description": "路灯不亮", "lon": lon, "lat": lat})
        .json["number"]
    )
    visitor = Visitor(app, f"attendant.{CELLS_WEST}")
    pages = [visitor.get(path).text for path in ("/cases", f"/cases/{number}", "/cases/me")]
    assert set.union(*map(imported, pages)) - set(scripts(CASE_SCRIPTS)) == set()
    kept = json.loads(html.unescape(re.search(r'data-case-files="([^"]+)"', pages[0])[1]))  # type: ignore[index]
    assert {visitor.get(path).status_code for path in kept} == {200}
    for style in re.findall(r'rel="stylesheet" href="([^"]+)"', pages[1]):
        assert html.unescape(style) in kept


def test_every_file_that_it_keeps_is_there(app: Flask) -> None:
    answer = Caller(app).get("/sw.js")
    assert answer.mimetype == "text/javascript" and answer.headers["Cache-Control"] == "no-cache"
    found = re.search(r"FILES = (\[.*?\]);", answer.text)
    assert found is not None
    files = json.loads(found[1])
    assert len(files) > 20 and {Caller(app).get(path).status_code for path in files} == {200}


def test_the_manifest_makes_it_installable(app: Flask) -> None:
    told = Caller(app).get("/manifest.webmanifest")
    assert told.mimetype == "application/manifest+json"
    assert (told.json["start_url"], told.json["display"], told.json["name"]) == ("/", "standalone", "随手拍")
    assert {Caller(app).get(icon["src"]).status_code for icon in told.json["icons"]} == {200}
    sizes = {(icon["sizes"], icon["purpose"]) for icon in told.json["icons"] if icon["type"] == "image/png"}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes


def test_the_attendant_s_pages_are_an_application_of_their_own(app: Flask) -> None:
    told = Caller(app).get("/cases.webmanifest").json
    assert (told["start_url"], told["scope"], told["name"]) == ("/cases", "/cases", "网格工单")
