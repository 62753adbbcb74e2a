"""Guard rails of every request: endpoint policy, CSRF, rate limits, security headers, request ids."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.auth import ANONYMOUS, NotLoggedIn, bearer, request_actor
from app.policy import POLICY, PUBLIC, STAFF
from app.problems import RETRY_AFTER
from app.texts import refuse_bad_address, refuse_bad_body
from dispatch.errors import BadInput, NotAllowed
from grids.scope import Actor

csrf = CSRFProtect()
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def caller() -> str:
    """Whose limit counts: the login of a member of staff, the address of everybody else."""
    actor = request_actor()
    return f"staff:{actor.login}" if actor is not ANONYMOUS else f"address:{get_remote_address()}"


def is_staff() -> bool:
    return request_actor() is not ANONYMOUS


# While Redis does not answer, every process counts by itself, and looks for Redis again at growing intervals.
limiter = Limiter(
    key_func=caller,
    headers_enabled=True,
    strategy="moving-window",
    in_memory_fallback_enabled=True,
    swallow_errors=True,
)
REDIS_S = 0.5  # for a connection and for an answer: a request waits no longer for its count


def init_security(app: Flask) -> None:
    settings = app.extensions["settings"]
    waits = {"socket_connect_timeout": REDIS_S, "socket_timeout": REDIS_S} if settings.redis_url else {}
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=waits,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.before_request(guard)
    csrf.init_app(app)
    app.after_request(come_again)  # runs after the limiter's own, which was registered later
    limiter.init_app(app)
    app.after_request(headers)
    app.jinja_env.globals["csp_nonce"] = nonce


def guard() -> None:
    """Before anything else: an id, the endpoint's policy, and the CSRF token where a cookie logs in."""
    g.request_id = secrets.token_hex(8)
    if request.endpoint is None:
        return
    allowed(request.endpoint, request_actor())
    if request.method in UNSAFE and bearer() is None and needs_token():
        try:
            csrf.protect()
        except CSRFError as problem:
            raise BadInput("csrf_wrong") from problem
    refuse_bad_address()
    if is_staff() or needs_token():  # others are read after their rate limit
        refuse_bad_body()


def needs_token() -> bool:
    """Forms of pages always; the API where a session cookie speaks for the caller."""
    return not request.path.startswith(("/api/", "/open311/")) or is_staff()


def allowed(endpoint: str, actor: Actor) -> None:
    """Raises NotLoggedIn or NotAllowed when the policy table does not let this actor call this endpoint."""
    policy = POLICY.get(endpoint)
    if policy == PUBLIC:
        return
    if actor is ANONYMOUS:
        raise NotLoggedIn("log_in_first")
    if policy != STAFF and actor.role not in (policy or ()):
        raise NotAllowed("endpoint_not_allowed")


def check_every_endpoint_has_a_policy(app: Flask) -> None:
    """Fails the start, not a request, when a route was added without saying who may call it."""
    missing = sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(POLICY))
    if missing:
        raise LookupError(f"endpoints without a policy in app/policy.py: {missing}")


def nonce() -> str:
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def tile_hosts() -> str:
    """The origins of the map's tiles, which its worker fetches."""
    urls = map(urlsplit, current_app.extensions["settings"].map_tiles)
    return "".join(sorted({f" {url.scheme}://{url.netloc}" for url in urls}))


def come_again(response: Response) -> Response:
    """The limiter says on every answer when a limit is free again, an hour perhaps: a full disk is free before that."""
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def headers(response: Response) -> Response:
    """Nothing from other sites, no framing, no sniffing; what is personal is not kept by caches."""
    script = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    policy = (
        f"default-src 'self'; script-src {script}; style-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self' ws: wss:{tile_hosts()}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    wanted: dict[str, Any] = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Request-ID": g.get("request_id", ""),
    }
    for name, value in wanted.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static" and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
