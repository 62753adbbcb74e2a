"""A sign of life that every process can see: web processes know from it whether any process sweeps."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.batches import unless_there
from dispatch.sweep_models import Heartbeat

SWEEP = "sweep"


def beat(db: Session, name: str, at: datetime) -> None:
    """Says that the duty `name` was done at `at` (real time)."""
    done = db.execute(update(Heartbeat).where(Heartbeat.name == name).values(at=at))
    if not done.rowcount:  # type: ignore[attr-defined]
        db.execute(unless_there(db, Heartbeat, ["name"]).values(name=name, at=at))


def age(db: Session, name: str, now: datetime) -> float:
    """Seconds since any process last did this duty, by real time; infinite when none ever did."""
    at = db.scalar(select(Heartbeat.at).where(Heartbeat.name == name))
    return max(0.0, (now - at).total_seconds()) if at else float("inf")
