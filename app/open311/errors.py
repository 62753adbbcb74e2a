"""Errors as GeoReport lists them: [{code, description}], one for each fault, in the format that was asked for."""

import logging
from typing import Any

from flask import Response, g
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException

from app.auth import NotLoggedIn
from app.open311 import open311
from app.open311.formats import answer
from app.problems import status_of, title_of, words_of, words_of_fields
from dispatch.errors import BadInput, DispatchError

log = logging.getLogger(__name__)
# The standard's own numbers: 400 for whatever is wrong with a request, 403 for a missing or wrong key.
STATUS: tuple[tuple[type[DispatchError], int], ...] = ((NotLoggedIn, 403), (BadInput, 400))
FIELDS = {"lon": "long", "address": "address_string", "caller_name": "last_name", "caller_phone": "phone"}
WORDS = {
    "service_unknown": _("没有这种服务，见 services"),
    "request_absent": _("没有这个请求，或不公开。"),
    "page_absent": _("没有这个地址。"),
    "status_unknown": _("须是 open 或 closed"),
    "span_too_long": _("起止时间最多相隔 90 天"),
    "span_backwards": _("结束时间早于开始时间"),
    "page_size": _("须是 1 到 1000 的整数"),
    "page": _("须是 1 到 1000000 的整数"),
    "too_many": _("一次最多查 1000 个"),
}


@open311.errorhandler(DispatchError)
def of_dispatch(error: DispatchError) -> Response:
    status = next((number for kind, number in STATUS if isinstance(error, kind)), status_of(error))
    fields = {name: own(error, name) or words for name, words in words_of_fields(error).items()}
    told = [f"{FIELDS.get(name, name)}: {words}" for name, words in fields.items()]
    return errors(status, told or [gettext(str(WORDS[error.code])) if error.code in WORDS else words_of(error)])


def own(error: DispatchError, name: str) -> str:
    """The words for a fault that only this interface knows."""
    code = error.fields.get(name, "") if isinstance(error, BadInput) else ""
    return gettext(str(WORDS[code])) if code in WORDS else ""


@open311.errorhandler(HTTPException)
def of_http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    made = errors(error.code, [title_of(error.code)])
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            made.headers[name] = value
    return made


@open311.errorhandler(Exception)
def of_mistake(error: Exception) -> Response:
    log.exception("request failed", extra={"request_id": g.get("request_id")})
    return errors(500, [title_of(500)])


def errors(status: int, descriptions: list[str]) -> Response:
    return answer("errors", [{"code": status, "description": words} for words in descriptions], status)
