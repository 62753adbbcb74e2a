"""The service worker and the manifest: whatever the report form needs is kept."""

import json
import re

from flask import Flask

from app.pages.offline import STATIC, scripts
from tests.web import Caller

IMPORT = re.compile(r'^import .*from "\./([\w-]+\.js)"', re.MULTILINE)
NAMED = re.compile(r'src="/static/(js/[\w-]+\.js)')


def test_the_worker_keeps_all_that_the_form_imports(app: Flask) -> None:
    wanted, seen = set(NAMED.findall(Caller(app).get("/").text)), set()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        wanted |= {f"js/{each}" for each in IMPORT.findall((STATIC / name).read_text("utf-8"))}
    assert seen and seen - set(scripts()) == set()


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
    assert Caller(app).get(told.json["icons"][0]["src"]).status_code == 200
