"""One GET with a limit of time and size: no redirects, no retries, and no address in any error."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.geocode.hits import GeocoderError
from app.outgoing import connection

MOST_BYTES = 256 * 1024
CHUNK = 16 * 1024


def fetch(url: str, query: dict[str, str], seconds: float) -> Any:
    """The JSON that the address answers within `seconds` in all. Raises GeocoderError."""
    until = time.monotonic() + seconds
    parts = urlsplit(url)
    opened = connection(parts.scheme, parts.netloc, seconds)
    try:
        opened.request("GET", f"{parts.path or '/'}?{urlencode(query)}", headers={"Accept": "application/json"})
        return _json(_body(opened, until))
    except TimeoutError:
        raise GeocoderError("timeout") from None
    except (OSError, http.client.HTTPException):
        raise GeocoderError("unreachable") from None
    finally:
        opened.close()


def _body(opened: http.client.HTTPConnection, until: float) -> bytes:
    """Read in pieces, so that an answer that drips is cut off in time too."""
    answer = opened.getresponse()
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
        if opened.sock is not None:
            opened.sock.settimeout(left)
    return found


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise GeocoderError("garbage") from None
