"""One GET with a limit of time and size: no redirects, no retries, and no address in any error."""

import http.client
import json
import ssl
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.geocode.hits import GeocoderError

MOST_BYTES = 256 * 1024
CHUNK = 16 * 1024


def fetch(url: str, query: dict[str, str], seconds: float) -> Any:
    """The JSON that the address answers within `seconds` in all. Raises GeocoderError."""
    until = time.monotonic() + seconds
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.netloc, seconds)
    try:
        connection.request("GET", f"{parts.path or '/'}?{urlencode(query)}", headers={"Accept": "application/json"})
        return _json(_body(connection, until))
    except TimeoutError:
        raise GeocoderError("timeout") from None
    except (OSError, http.client.HTTPException):
        raise GeocoderError("unreachable") from None
    finally:
        connection.close()


def _connection(scheme: str, host: str, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, timeout=seconds)


def _body(connection: http.client.HTTPConnection, until: float) -> bytes:
    """Read in pieces, so that an answer that drips is cut off in time too."""
    answer = connection.getresponse()
    if answer.status != 200:
        raise GeocoderError("status")
    found = b""
    while piece := answer.read1(CHUNK):
        found += piece
        left = until - time.monotonic()
        if left <= 0:
            raise GeocoderError("timeout")
        if len(found) > MOST_BYTES:
            raise GeocoderError("garbage")
        if connection.sock is not None:
            connection.sock.settimeout(left)
    return found


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise GeocoderError("garbage") from None
