"""Whether the process lives, whether it can work, and its figures for Prometheus."""

from datetime import UTC, datetime
from math import isfinite, nan
from time import perf_counter, time
from typing import Any

from flask import Flask, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.babel import root
from app.clock import now, speed
from app.database import transaction
from app.live import relay, watchers
from app.problems import RETRY_AFTER
from dispatch.aside import aside_count
from dispatch.changes import last_number, newest_events
from dispatch.draft_queue import waiting
from dispatch.heartbeat import SWEEP, age
from dispatch.sweep import lag
from dispatch.workflow import URGENCIES

# Seconds of real time after which the process is not ready: both turn it red within two minutes.
SWEEP_LAG_LIMIT = 90.0
HEARTBEAT_LIMIT = 60.0  # a process that sweeps writes its sign of life every five
QUEUE_LIMIT = 10_000
registry = CollectorRegistry()
REQUESTS = Counter("hotline_requests_total", "Requests", ("route", "method", "status"), registry=registry)
SECONDS = Histogram("hotline_request_seconds", "Seconds per request", ("route",), registry=registry)
SWEEP_LAG = Gauge("hotline_sweep_lag_seconds", "Age of the longest due clock", registry=registry)
HEARTBEAT = Gauge("hotline_sweep_heartbeat_age_seconds", "Since any process last swept", registry=registry)
ASIDE = Gauge("hotline_sweep_aside", "Tickets whose due step fails", registry=registry)
QUEUE = Gauge("hotline_relay_queue", "Committed events without a number", registry=registry)
BEHIND = Gauge("hotline_relay_behind", "Numbered events that this process has not told its watchers", registry=registry)
SOCKETS = Gauge("hotline_sockets", "Connections of dashboards that this process holds", registry=registry)
DRIFT = Gauge("hotline_clock_drift_seconds", "The database's clock less that of this process", registry=registry)

DRAFTS = Gauge("hotline_drafts_open", "Drafts that wait to be filed", ("urgency",), registry=registry)
EMERGENCY_DRAFT = Gauge(
    "hotline_draft_oldest_emergency_seconds", "Age of the oldest emergency that is not filed", registry=registry
)
GAUGES = {SWEEP_LAG: "sweep_lag_s", HEARTBEAT: "sweep_age_s", ASIDE: "sweep_aside", QUEUE: "queue"}
SOCKETS.set_function(watchers)


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
    """Database, sweep and queue; 503 with what is wrong. `sweep_age_s` is null where no process ever swept."""
    try:
        found = figures()
    except SQLAlchemyError:
        return not_ready(status="unavailable", database="unreachable")
    told = found | {"sweep_age_s": found["sweep_age_s"] if isfinite(found["sweep_age_s"]) else None, "database": "ok"}
    status = fault_of(found)
    return not_ready(**told | {"status": status}) if status else jsonify(told | {"status": "ok"})


def fault_of(found: dict[str, float]) -> str | None:
    """Why this is not ready. Tickets that are aside are an alarm for people: another process could do no better."""
    if found["sweep_age_s"] > HEARTBEAT_LIMIT:
        return "sweep stands still"
    late = found["sweep_lag_s"] / speed() > SWEEP_LAG_LIMIT or found["queue"] > QUEUE_LIMIT
    return "behind" if late else None


def not_ready(**found: Any) -> Any:
    return jsonify(found), 503, {"Retry-After": str(RETRY_AFTER)}


def figures() -> dict[str, float]:
    """Seconds of the sweep (its lag in product time, its sign of life in real time), events and tickets that wait."""
    with transaction() as db:
        found = {
            "sweep_lag_s": round(lag(db, now()), 1),
            "sweep_age_s": round(age(db, SWEEP, datetime.now(UTC)), 1),
            "sweep_aside": aside_count(db),
            "queue": newest_events(db),
        }
    for gauge, name in GAUGES.items():
        gauge.set(found[name])
    return found


def process_figures() -> None:
    """Of this process alone: how far it is behind the log, and how far its clock is from the database's."""
    with transaction() as db:
        cursor = relay().cursor
        BEHIND.set(last_number(db) - cursor if cursor is not None else 0)
        if db.get_bind().dialect.name == "postgresql":
            DRIFT.set(float(db.scalar(text("SELECT extract(epoch FROM clock_timestamp())")) or 0) - time())


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
        process_figures()
    except SQLAlchemyError:
        for gauge in GAUGES:
            gauge.set(nan)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
