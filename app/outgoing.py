"""One POST to somebody else's server, with a limit of time: no redirects, no retries, the answer's body unread."""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit


class NotSent(Exception):
    """The message did not arrive: `code` is timeout, unreachable or forbidden."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def connection(scheme: str, host: str, seconds: float) -> http.client.HTTPConnection:
    """To `host` (name and, where it is not the scheme's own, port), with the machine's certificates for https."""
    if scheme == "https":
        return http.client.HTTPSConnection(host, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, timeout=seconds)


def post(url: str, body: bytes, headers: dict[str, str], seconds: float) -> int:
    """The HTTP status. Raises NotSent."""
    parts = urlsplit(url)
    refuse_link_local(parts.hostname or "", parts.port)
    opened = connection(parts.scheme, parts.netloc, seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        opened.request("POST", path, body=body, headers=headers)
        return opened.getresponse().status
    except TimeoutError:
        raise NotSent("timeout") from None
    except (OSError, http.client.HTTPException):
        raise NotSent("unreachable") from None
    finally:
        opened.close()


def refuse_link_local(host: str, port: int | None) -> None:
    """Where clouds tell a machine its secrets, no receiver of messages lives."""
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise NotSent("unreachable") from None
    if any(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_link_local for one in found):
        raise NotSent("forbidden")
