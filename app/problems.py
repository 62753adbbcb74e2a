"""Errors as people read them: problem+json under /api, a calm page elsewhere; never a stack trace."""

import errno
import logging
from datetime import datetime
from typing import Any

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.auth import NotLoggedIn
from app.database import IN_DOUBT
from app.sentences import FIELDS, SENTENCES, TITLES
from dispatch.errors import BadInput, Conflict, DispatchError, NotAllowed, NotFound
from dispatch.photo import PhotoError

log = logging.getLogger(__name__)
STATUS: tuple[tuple[type[DispatchError], int], ...] = (
    (NotLoggedIn, 401),
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (BadInput, 422),
)
RETRY_AFTER = 5  # seconds
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EREMOTEIO)  # the last: an object store that does not answer
PHOTO_STATUS = {"unsupported_type": 415, "not_an_image": 415, "too_large": 413, "too_many_pixels": 413}


def init_problems(app: Flask) -> None:
    app.register_error_handler(DispatchError, of_dispatch)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(DBAPIError, of_database)
    app.register_error_handler(PoolTimeout, of_database)
    app.register_error_handler(OSError, of_system)
    app.register_error_handler(Exception, of_fault)


def status_of(error: DispatchError) -> int:
    if isinstance(error, PhotoError):
        return PHOTO_STATUS.get(error.code, 422)
    return next((status for kind, status in STATUS if isinstance(error, kind)), 422)


def words_of(error: DispatchError) -> str:
    """The sentence that explains an error, in the user's language."""
    from app.labels import label

    params = dict(error.params)
    for group in ("verb", "status"):
        if group in params:
            params[group] = label(group, params[group])
    known = SENTENCES.get(error.code)
    told = gettext(str(known), **params) if known else gettext("这一步没有办成（%(code)s）。", code=error.code)
    return told + words_of_last(params.get("last_act"))


def words_of_last(last: dict[str, str] | None) -> str:
    """Who did what before, and when: for who came second."""
    from app.labels import label

    if not last:
        return ""
    at = f"{datetime.fromisoformat(last['at']):%m-%d %H:%M}"
    return gettext("（%(at)s %(by)s 办理了“%(verb)s”）", at=at, by=last["by"], verb=label("verb", last["verb"]))


def words_of_fields(error: DispatchError) -> dict[str, str]:
    """A sentence for each field that is wrong."""
    fields = error.fields if isinstance(error, BadInput) else {}
    return {name: gettext(str(FIELDS.get(code, code))) for name, code in fields.items()}


def of_dispatch(error: DispatchError) -> Any:
    status = status_of(error)
    extra: dict[str, Any] = {"code": error.code} | (error.params.get("last_act") or {})
    if "location" in error.params:
        extra["location"] = error.params["location"]
    fields = words_of_fields(error)
    if status == 401 and not wants_json():
        return redirect(url_for("login.show", next=request.full_path.rstrip("?")))
    return answer(status, words_of(error), fields, **extra)


def of_http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    details = {
        404: gettext("没有这个地址。"),
        405: gettext("这个地址不接受这种请求。"),
        413: gettext("上传的内容超过上限，请减少或缩小后再传。"),
        429: gettext("请求太频繁，请稍等再试。"),
    }
    detail = details.get(error.code)
    made = answer(error.code, detail or title_of(error.code), {})
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            made.headers[name] = value
    return made


def of_database(error: Exception) -> Any:
    """The database does not answer, or not in time: nothing was stored, or, lost in the commit, nobody knows."""
    away = isinstance(error, PoolTimeout | OperationalError | InterfaceError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
    return unavailable(error) if away else of_fault(error)


def of_system(error: OSError) -> Any:
    """A full disk, or a store that is away, is no mistake of a program: what was sent is refused whole."""
    return unavailable(error) if error.errno in NO_SPACE else of_fault(error)


def unavailable(error: Exception) -> Any:
    log.error("unavailable: %s", type(error).__name__, extra={"request_id": g.get("request_id")})
    if isinstance(error, DBAPIError) and IN_DOUBT in error.detail:
        told = gettext("系统暂时不可用，不能确定这次提交是否已经保存：请稍后先查有没有，再决定要不要重交。")
    else:
        told = gettext("系统暂时不可用，这次提交没有保存。请稍后再试。")
    made = answer(503, told, {})
    made.headers["Retry-After"] = str(RETRY_AFTER)
    return made


def of_fault(error: Exception) -> Any:
    """Our own mistake: the log has the trace, the user a number to name."""
    log.exception("request failed", extra={"request_id": g.get("request_id")})
    return answer(
        500, gettext("系统出错，内容没有丢失。请稍后再试，或报出编号 %(id)s。", id=g.get("request_id", "-")), {}
    )


def title_of(status: int) -> str:
    return gettext(str(TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])))


def wants_json() -> bool:
    return request.path.startswith("/api/") or request.path == "/readyz"


def answer(status: int, detail: str, fields: dict[str, str], **extra: Any) -> Response:
    if wants_json():
        body: dict[str, Any] = {"type": "about:blank", "title": title_of(status), "status": status, "detail": detail}
        if fields:
            body["errors"] = fields
        made = jsonify(body | extra)
        made.headers["Content-Type"] = "application/problem+json"
    else:
        made = Response(render_template("error.html", status=status, title=title_of(status), detail=detail))
    made.status_code = status
    if status == 401:
        made.headers["WWW-Authenticate"] = "Bearer"
    return made
