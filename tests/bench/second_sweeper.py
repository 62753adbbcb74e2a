"""Another process that sweeps: says when it is ready, sweeps each time it is told to, says how many steps it took."""

import gc
import sys
from datetime import datetime
from pathlib import Path

from app.database import Database
from config import Settings
from dispatch.sweep import sweep


def main() -> None:
    """Arguments: the database's URL and the moment by which clocks are due. Each line on stdin is a number of steps."""
    url, now = sys.argv[1], datetime.fromisoformat(sys.argv[2])
    database = Database(Settings("demo", Path(), url, None, "bench" * 8, ""))
    database.engine.connect().close()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        print(sweep(lambda: database.transaction(write=True), now, int(line)), flush=True)


if __name__ == "__main__":
    main()
