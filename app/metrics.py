"""Whether the process lives, whether it can work, and its figures for Prometheus."""

from time import perf_counter
from typing import Any

from flask import Flask, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app.babel import root
from app.clock import now
from app.database import transaction
from app.problems import RETRY_AFTER
from dispatch.changes import newest_events
from dispatch.draft_queue import waiting
from dispatch.sweep import lag
from dispatch.workflow import URGENCIES

SWEEP_LAG_LIMIT = 120.0  # seconds of product time after which the process is not ready
QUEUE_LIMIT = 10_000
registry = CollectorRegistry()
REQUESTS = Counter("hotline_requests_total", "Requests", ("route", "method", "status"), registry=registry)
SECONDS = Histogram("hotline_request_seconds", "Seconds per request", ("route",), registry=registry)
SWEEP_LAG = Gauge("hotline_sweep_lag_seconds", "Age of the longest due clock", registry=registry)
QUEUE = Gauge("hotline_relay_queue", "Committed events without a number", registry=registry)

DRAFTS = Gauge("hotline_drafts_open", "Drafts that wait to be filed", ("urgency",), registry=registry)
EMERGENCY_DRAFT = Gauge(
    "hotline_draft_oldest_emergency_seconds", "Age of the oldest emergency that is not filed", registry=registry
)


def init_metrics(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(count)
    app.register_blueprint(root)


def begin() -> None:
    g.metrics_began = perf_counter()


def count(response: Response) -> Response:
    route = str(request.url_rule) if request.url_rule else "-"
    REQUESTS.labels(route, request.method, response.status_code).inc()
    SECONDS.labels(route).observe(perf_counter() - g.get("metrics_began", perf_counter()))
    return response


@root.get("/healthz")
def healthz() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@root.get("/readyz")
def readyz() -> Any:
    """Database, sweep lag and queue; 503 with what is wrong."""
    found: dict[str, Any] = {"status": "ok", "database": "ok"}
    try:
        found |= figures()
    except SQLAlchemyError:
        return not_ready(status="unavailable", database="unreachable")
    late = found["sweep_lag_s"] > SWEEP_LAG_LIMIT or found["queue"] > QUEUE_LIMIT
    return not_ready(**found | {"status": "behind"}) if late else jsonify(found)


def not_ready(**found: Any) -> Any:
    return jsonify(found), 503, {"Retry-After": str(RETRY_AFTER)}


def figures() -> dict[str, float]:
    with transaction() as db:
        found = {"sweep_lag_s": round(lag(db, now()), 1), "queue": newest_events(db)}
    SWEEP_LAG.set(found["sweep_lag_s"])
    QUEUE.set(found["queue"])
    return found


def draft_figures() -> None:
    """Kept out of /readyz: drafts wait for people, and another process would not file them sooner."""
    with transaction() as db:
        found = waiting(db, "", {}, now())
    for urgency in URGENCIES:
        DRAFTS.labels(urgency).set(found.counts.get(urgency, 0))
    oldest = found.oldest_emergency_at
    EMERGENCY_DRAFT.set((now() - oldest).total_seconds() if oldest else 0)


@root.get("/metrics")
def metrics() -> Response:
    """The figures of this process, and of what all processes share."""
    try:
        figures()
        draft_figures()
    except SQLAlchemyError:
        SWEEP_LAG.set(float("nan"))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
