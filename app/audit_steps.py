"""The auditor's rounds: page after page over all open clocks, told in the log and in the metrics."""

import logging
from collections import Counter
from datetime import datetime

from prometheus_client import Gauge

from app.clock import now
from app.database import transaction
from app.metrics import registry
from dispatch.auditor import Fault, audit_page
from dispatch.config import current_config

log = logging.getLogger(__name__)
FAULTS = Gauge(
    "hotline_clock_step_faults", "Steps of clocks that are wrong, by the last round", ("fault",), registry=registry
)
KINDS = ("missing", "double", "early", "times")
SHOWN = 20


def audit_steps(at: datetime) -> list[Fault]:
    """The faults of all open clocks at a moment, each page in a transaction of its own."""
    faults: list[Fault] = []
    after: int | None = 0
    while after is not None:
        with transaction() as db:
            found, after = audit_page(db, at, current_config(db), after)
        faults += found
    return faults


def round_of_audit() -> list[Fault]:
    """One round: gauges set, and the first faults written to the log."""
    faults = audit_steps(now())
    counts = Counter(fault.fault for fault in faults)
    for kind in KINDS:
        FAULTS.labels(kind).set(counts[kind])
    for fault in faults[:SHOWN]:
        log.error("clock step %s: ticket %s %s at %s", fault.fault, fault.number, fault.clock, fault.at.isoformat())
    return faults
