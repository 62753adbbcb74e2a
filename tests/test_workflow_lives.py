"""Whole lives of tickets: people do what they would do next, so that every verb of the table is carried out many times.

The promises are those of `tests/test_workflow_properties.py`; here they are kept while work gets on.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from dispatch.models import Ticket
from dispatch.workflow import ENDED, HANDLED, TABLE
from tests.test_workflow_properties import JUMPS, PLACES, Acts, World
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database

# What nobody does by hand, and what needs a photo (tests/test_photo_blur.py).
NOT_HERE = ("receive", "warn", "escalate", "recompute", "regroup", "blur")
VERBS = [name for name in TABLE if name not in NOT_HERE]
AT_LEAST = 2  # times that each of them succeeds
LIVES = 40  # of up to three tickets each
GOOD: dict[str, list[Any]] = {
    "unit": [CELLS_WEST, "210102001", "210102"],
    "resolved": [True, False],
    "satisfaction": [1, 5],
    "lon": [centre(cell)[0] for cell in CELL_OF.values()],
    "lat": [centre()[1]],
    "datum": ["wgs84"],
    "kind": ["complaint", "help"],
    "urgency": ["urgent", "ordinary"],
    "category": ["cityscape.rubbish", "heat"],
    "amount": [1, 2],
    "measure": ["working_days"],
    "units": [["210102-market"], ["210102"], ["210102-market", "210102"]],
}
NOT_GIVEN = ("photos", "region")
SPANS = [timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=50)]


class Lives(Acts):
    """Of what is allowed now, mostly what was done least so far; chance comes from `rng`."""

    def __init__(self, rng: Random, done: Counter[str]) -> None:
        super().__init__()
        self.rng, self.done = rng, done

    def live(self, acts: int) -> None:
        self.first(self.rng.choice(PLACES), "ordinary")
        for _ in range(acts):
            going = [one for one in self.tickets if one.status not in ENDED]
            self.go_on(self.rng.choice(going if going and self.rng.random() < 0.9 else self.tickets))
            for promise in self.invariants:
                promise.function(self)
            if self.rng.random() < 0.2:
                self.receive(self.rng.choice(PLACES), "ordinary", "agent.21", True)
            if self.rng.random() < 0.05:
                self.time_passes(self.rng.choice(JUMPS), True)
        self.teardown()

    def go_on(self, ticket: Ticket) -> None:
        self.now += self.rng.choice(SPANS)
        pairs = [(verb, who) for verb, who in self.allowed(ticket) if verb in VERBS]
        ends = self.rng.random() < (0.3 if ticket.status == HANDLED else 0.1)
        verbs = {verb for verb, _ in pairs if (TABLE[verb].to in ENDED) == ends} or {verb for verb, _ in pairs}
        rare = sorted(verbs)
        verb = self.rng.choices(rare, [1 / (1 + self.done[one]) ** 2 for one in rare])[0]
        logins = [who for one, who in pairs if one == verb]
        by_holder = [who for who in logins if who.startswith("attendant")]  # those above may, and seldom do
        login = self.rng.choice(by_holder or logins if self.rng.random() < 0.7 else logins)
        self.attempt(ticket, verb, login, None, self.inputs(ticket, verb))

    def inputs(self, ticket: Ticket, verb: str) -> dict[str, Any]:
        row = TABLE[verb]
        good = GOOD | {"into": [one.number for one in self.tickets if one is not ticket] or ["no such"]}
        names = [name for name in row.needs + row.takes if name not in NOT_GIVEN]
        return {name: self.rng.choice(good.get(name, ["已到现场查看"])) for name in names}

    def succeeded(self, ticket: Ticket, before: Any, verb: str, login: str) -> int:
        self.done[verb] += 1
        return super().succeeded(ticket, before, verb, login)


def test_whole_lives_keep_every_promise_and_use_every_verb(db: Any, config: Any, actor: Any) -> None:
    done: Counter[str] = Counter()
    for seed in range(LIVES):
        percent = 100 * (
            seed % 3 > 0
        )  # the number decides who is looked at, and every life begins with the same numbers

        class Bound(Lives):
            world = World(db, replace(config, limits=replace(config.limits, recheck_percent=percent)), actor)

        Bound(Random(seed), done).live(acts=40)
    assert {verb: done[verb] for verb in VERBS if done[verb] < AT_LEAST} == {}
