"""Structured logs without personal data: a line of JSON for each request, without query string, body or address."""

import logging
import sys
import time
from contextlib import suppress
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("request")


def init_logs(_app: Flask) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def log_requests(app: Flask) -> None:
    """Says of each request what it was and how long it took; the rule of the route, not its filled-in path."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    g.began = time.perf_counter()


def end(response: Response) -> Response:
    fields: dict[str, Any] = {
        "method": request.method,
        "route": str(request.url_rule) if request.url_rule else "-",
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        "id": g.get("request_id"),
    }
    with suppress(OSError):  # a log on a full disk is no reason to refuse what has just been stored
        if response.status_code >= 500:
            log.error("request", **fields)
        elif request.endpoint not in ("static", "root.healthz", "root.readyz", "root.metrics"):
            log.info("request", **fields)
    return response
