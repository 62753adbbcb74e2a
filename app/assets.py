"""Addresses of static files that change with their content, so that browsers may keep them for good."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request, url_for

FOR_GOOD = "public, max-age=31536000, immutable"


def init_assets(app: Flask) -> None:
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(keep)


def static_url(name: str) -> str:
    """The address of a file below app/static, with its version."""
    root = Path(__file__).parent / "static"
    return url_for("static", filename=name, v=version(root / name))


@lru_cache(maxsize=512)
def version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "0"


def keep(response: Response) -> Response:
    if request.endpoint == "static" and request.args.get("v") and response.status_code == 200:
        response.headers["Cache-Control"] = FOR_GOOD
    return response
