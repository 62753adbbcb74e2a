"""What lets citizens' and attendants' pages be installed and open without a network: manifests and the worker."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, url_for
from flask_babel import gettext as _

from app.assets import static_url
from app.babel import locale

STATIC = Path(__file__).resolve().parents[1] / "static"
STYLES = ("css/tokens.css", "css/components.css", "css/pages/snap.css", "icons/hotline.svg")
CASE_STYLES = ("css/tokens.css", "css/components.css", "css/pages/attendant.css", "icons/hotline.svg")
VENDOR = ("vendor/socket.io.esm.min.js",)
# The scripts of the form, and those of an attendant's pages, with all that they import.
SCRIPTS = (
    *("snap-*", "photo-*", "pin-*", "map-place", "case-online", "case-keep", "track-mine"),
    *("outbox", "api", "words", "keys"),
)
CASE_SCRIPTS = ("case-*", "cases-*", "photo-*", "snap-faults", "outbox", "api", "words", "keys", "live", "time")
SIZES = (192, 512)  # pixels of the icons that phones ask for

pages = Blueprint("offline", __name__)


def init_offline(app: Flask) -> None:
    app.jinja_env.globals["case_files"] = case_files


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """Of the report form, for everybody."""
    return told_manifest(_("随手拍"), "12345", "/", "/")


@pages.get("/cases.webmanifest")
def case_manifest() -> Response:
    """Of the attendant's pages: an application of its own beside the report form."""
    return told_manifest(_("网格工单"), _("网格工单"), "/cases", "/cases")


def told_manifest(name: str, short: str, start: str, scope: str) -> Response:
    plain = {"src": static_url("icons/hotline.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    icons = [plain] + [
        {"src": static_url(f"icons/hotline-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": use}
        for size in SIZES
        for use in ("any", "maskable")
    ]
    told: dict[str, Any] = {"name": name, "short_name": short, "lang": "en" if locale() == "en" else "zh-CN"}
    told |= {"icons": icons, "start_url": start, "scope": scope, "display": "standalone"}
    made = jsonify(told | {"theme_color": "#0a5c73", "background_color": "#f3f4f2"})
    made.content_type = "application/manifest+json"
    return made


@pages.get("/sw.js")
def worker() -> Response:
    """The worker's file under a version that changes with whatever it keeps; asked for anew each time."""
    files = files_of(STYLES, scripts())
    body = (STATIC / "js" / "offline-worker.js").read_text("utf-8")
    version = hashlib.sha256((body + "".join([*files, *case_files()])).encode()).hexdigest()[:10]
    head = f"const VERSION = {json.dumps(version)}, FILES = {json.dumps(files)};\n"
    made = Response(head + body, content_type="text/javascript; charset=utf-8")
    made.headers["Cache-Control"] = "no-cache"
    return made


def case_files() -> list[str]:
    """What an attendant's pages fetch, which keep it themselves: citizens need none of it."""
    return files_of(CASE_STYLES + VENDOR, scripts(CASE_SCRIPTS))


def files_of(styles: Iterable[str], names: Iterable[str]) -> list[str]:
    """Their addresses: scripts under their version, as a page names them, and plain, as another script does."""
    files = [*map(static_url, styles)]
    for name in names:
        files += [static_url(name), url_for("static", filename=name)]
    return files


def scripts(patterns: Iterable[str] = SCRIPTS) -> list[str]:
    return sorted({f"js/{path.name}" for name in patterns for path in (STATIC / "js").glob(f"{name}.js")})
