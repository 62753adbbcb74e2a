"""Deadlines that were provisional, settled in batches when the official plan of their year is loaded."""

from app.clock import now
from app.database import transaction
from dispatch.config import current_config
from dispatch.recompute import recompute_provisional


def settle_provisional() -> int:
    """Computes them anew, a transaction for each batch; how many deadlines have other times now."""
    changed, after = 0, 0
    while True:
        with transaction(write=True) as db:
            some, last = recompute_provisional(db, now(), current_config(db), after)
        changed += some
        if last is None:
            return changed
        after = last
