"""What makes the report form installable and able to open without a network: the manifest and the service worker."""

import hashlib
import json
from pathlib import Path

from flask import Blueprint, Response, jsonify, url_for
from flask_babel import gettext as _

from app.assets import static_url
from app.babel import locale

pages = Blueprint("offline", __name__)

STATIC = Path(__file__).resolve().parents[1] / "static"
STYLES = ("css/tokens.css", "css/components.css", "css/pages/snap.css", "icons/hotline.svg")
# The scripts of the form and all that they import.
SCRIPTS = (
    "snap-*",
    "photo-*",
    "pin-*",
    "map-place",
    "case-online",
    "case-keep",
    "track-mine",
    "outbox",
    "api",
    "words",
    "keys",
)


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    icon = {"src": static_url("icons/hotline.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    told = {"name": _("随手拍"), "short_name": "12345", "lang": "en" if locale() == "en" else "zh-CN", "icons": [icon]}
    made = jsonify(told | {"start_url": "/", "scope": "/", "display": "standalone"})
    made.content_type = "application/manifest+json"
    return made


@pages.get("/sw.js")
def worker() -> Response:
    """The worker's file under a version that changes with whatever it keeps; asked for anew each time."""
    files = [*map(static_url, STYLES)]
    for name in scripts():
        files += [static_url(name), url_for("static", filename=name)]
    body = (STATIC / "js" / "offline-worker.js").read_text("utf-8")
    version = hashlib.sha256((body + "".join(files)).encode()).hexdigest()[:10]
    head = f"const VERSION = {json.dumps(version)}, FILES = {json.dumps(files)};\n"
    made = Response(head + body, content_type="text/javascript; charset=utf-8")
    made.headers["Cache-Control"] = "no-cache"
    return made


def scripts() -> list[str]:
    return sorted({f"js/{path.name}" for name in SCRIPTS for path in (STATIC / "js").glob(f"{name}.js")})
