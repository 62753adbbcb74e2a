"""The sweep in batches: one sweep takes all that is due, wherever one batch ends and the next begins."""

import pytest

from app.database import transaction
from dispatch.config import current_config
from dispatch.intake import Complaint, receive
from dispatch.place import at_point
from dispatch.sweep import BATCH, lag, sweep
from grids.queries import centre_of
from tests.world import centre

pytestmark = pytest.mark.database


def write():
    return transaction(write=True)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_one_sweep_takes_all_that_is_due(app, actor, clock, monkeypatch, batch):
    monkeypatch.setattr("dispatch.sweep.BATCH", dict.fromkeys(BATCH, batch))
    for _ in range(3):  # the first ones due are clocks of one ticket, so that a batch holds fewer tickets than clocks
        with write() as db:
            complaint = Complaint("路面塌陷", urgency="emergency", place=at_point(db, (*centre(), "wgs84")))
            receive(db, complaint, centre_of(db, "21"), actor("agent.21"), clock(), current_config(db))
        clock.forward(hours=3)
    sweep(write, clock())
    with transaction() as db:
        assert lag(db, clock()) == 0
