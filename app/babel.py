"""Language: Chinese first, English complete. Chosen by the switch, kept in a cookie; else what the browser asks for."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, redirect, request
from flask_babel import Babel, get_locale

from dispatch.working_time import SHANGHAI

COOKIE = "language"
LANGUAGES = ("zh", "en")

root = Blueprint("root", __name__)


def init_babel(app: Flask) -> None:
    app.config.update(BABEL_DEFAULT_LOCALE="zh", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai")
    Babel(app, locale_selector=chosen)
    app.context_processor(words)
    app.template_filter("clock_time")(clock_time)
    app.template_filter("iso")(lambda moment: moment.astimezone(SHANGHAI).isoformat() if moment else "")


def chosen() -> str:
    """The cookie, else English only where the browser asks for nothing Chinese."""
    if not request:
        return "zh"
    kept = request.cookies.get(COOKIE)
    if kept in LANGUAGES:
        return kept
    return request.accept_languages.best_match(LANGUAGES, default="zh") or "zh"


def locale() -> str:
    """zh or en."""
    found = get_locale()
    return found.language if found else "zh"


def words() -> dict[str, Any]:
    from app.auth import ANONYMOUS
    from app.labels import label

    actor = g.get("actor")
    return {"label": label, "locale": locale(), "actor": None if actor in (None, ANONYMOUS) else actor}


def clock_time(moment: datetime | None) -> str:
    """Beijing time as in lists: 11-23 15:20, with the year when it is another one."""
    if moment is None:
        return ""
    here, now = moment.astimezone(SHANGHAI), datetime.now(SHANGHAI)
    return f"{here:%m-%d %H:%M}" if here.year == now.year else f"{here:%Y-%m-%d %H:%M}"


def safe_next(target: str | None) -> str:
    """A way back inside this site, never to another one."""
    target = target or "/"
    parts = urlsplit(target)
    inside = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if inside else "/"


@root.get("/language/<any(zh, en):code>")
def language(code: str) -> Response:
    """Keeps the language and goes back to the page."""
    answer = redirect(safe_next(request.args.get("next")))
    answer.set_cookie(COOKIE, code, max_age=365 * 86400, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer  # type: ignore[return-value]
