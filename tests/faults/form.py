"""How much of each fault: a short form for every run of the tests; the full one, FAULT_FORM=full, is `make faults`."""

import os

FULL = os.environ.get("FAULT_FORM") == "full"

POINTS = 125 if FULL else 4  # kill points of each kind of work, on each database: 1,000 in all
AWAY_S = 30.0 if FULL else 3.0  # that a database, a disk or a line is away
KILLS = 10 if FULL else 1  # of a server under load, on each database
CLOCKS = ((2, 150.0, 120.0), (4, 150.0, 120.0)) if FULL else ((2, 11.0, 6.0),)  # processes, seconds, of these stopped
EVENTS = 10_000 if FULL else 1_000  # that a client missed
EXAMPLES = 300 if FULL else 25  # histories under a clock that is set forward and back
