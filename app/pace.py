"""How fast background work may go: as fast as it can while nobody waits, a small share while requests come in.

Requests leave a mark in the instance folder, at most one each MARK_EVERY seconds; the worker looks at its age.
"""

import time
from contextlib import suppress
from pathlib import Path

from flask import Flask, current_app, request

LIVE = 2.0  # seconds after a request in which the next one is expected
MARK_EVERY = 0.2
GROUP, GENTLE_GROUP = 100, 2  # calls in one transaction
SHARE = 8.0  # while requests come in: rest this many times as long as was worked
SHORTEST = 0.02
BACKGROUND = ("static", "root.", "batches.", "api.batch")  # progress is polled: that is nobody at work


class Pace:
    """Says how many calls to take at once, and sleeps. Without a folder nobody is served beside, and it never rests."""

    def __init__(self, instance: Path | None = None) -> None:
        self.mark = instance / "live" if instance else None

    def group(self) -> int:
        return GENTLE_GROUP if self.live() else GROUP

    def rest(self, worked: float) -> None:
        """After `worked` seconds of work."""
        if self.live():
            time.sleep(max(SHORTEST, worked * SHARE))

    def live(self) -> bool:
        if self.mark is None:
            return False
        try:
            return time.time() - self.mark.stat().st_mtime < LIVE
        except OSError:
            return False


def init_pace(app: Flask) -> None:
    """Notes that somebody is served."""
    app.extensions["live_marked_at"] = 0.0
    app.before_request(mark_live)


def mark_live() -> None:
    if request.endpoint is None or request.endpoint.startswith(BACKGROUND):
        return
    at = time.monotonic()
    if at - current_app.extensions["live_marked_at"] >= MARK_EVERY:
        current_app.extensions["live_marked_at"] = at
        mark: Path = current_app.extensions["settings"].instance / "live"
        with suppress(OSError):  # on a full disk people are served without a mark
            mark.touch()
