"""Text that no database keeps: NUL and half surrogates are refused before anything is looked up or stored."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import abort, request

from dispatch.errors import BadInput

NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def refuse_bad_address() -> None:
    """What such an address names is absent (404); such a query is bad input. Raises BadInput."""
    if any(NO_TEXT.search(str(value)) for value in (request.view_args or {}).values()):
        abort(404)
    refuse(request.args.items(multi=True))


def refuse_bad_body() -> None:
    """Fields, file names and JSON; files are not looked into. Raises BadInput, for JSON that is no object too."""
    refuse(request.form.items(multi=True))
    refuse((name, upload.filename) for name, upload in request.files.items(multi=True))
    if request.is_json and request.get_data():
        try:
            refuse(json_object().items())
        except RecursionError as problem:  # lists in lists in lists
            raise BadInput("inputs_wrong", fields={"body": "not_json"}, verb="") from problem


def json_object() -> dict[str, Any]:
    read = request.get_json(silent=True)
    if not isinstance(read, dict):
        raise BadInput("inputs_wrong", fields={"body": "not_json"}, verb="")
    return read


def refuse(sent: Iterable[tuple[str, Any]]) -> None:
    for name, value in sent:
        if NO_TEXT.search(name):
            raise BadInput("inputs_wrong", fields={"body": "no_text"}, verb="")
        if any(NO_TEXT.search(text) for text in texts(value)):
            raise BadInput("inputs_wrong", fields={name: "no_text"}, verb="")


def texts(value: Any) -> Iterator[str]:
    """Every text in a value as JSON gives it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts(inner)
