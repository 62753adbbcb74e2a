"""A geocoder that is not asked twice for the same, and is left alone for a while when it fails."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from app.geocode.hits import Geocoder, GeocoderError, Hit

FAILURES, REST_S = 3, 30.0  # so many in a row, then it rests so long (default)
KEPT_S, NOTHING_KEPT_S, KEPT = 24 * 3600.0, 3600.0, 10_000


class Guarded:
    """Safe to share between threads. The cache lives in the process and holds no personal data: the questions have
    none (see grids/placequestion.py)."""

    def __init__(self, inner: Geocoder, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = inner.name
        self._inner, self._clock, self._lock = inner, clock, Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, list[Hit]]] = OrderedDict()
        self._failures, self._rests_until = 0, 0.0

    def geocode(self, text: str, city: str) -> list[Hit]:
        """As the inner one; raises GeocoderError("open") while it rests."""
        key, now = (text, city), self._clock()
        with self._lock:
            held = self._kept.get(key)
            if held and held[0] > now:
                self._kept.move_to_end(key)
                return held[1]
            self._refuse_while_it_rests(now)
        try:
            found = self._inner.geocode(text, city)
        except GeocoderError:
            self._failed()
            raise
        self._keep(key, found)
        return found

    def _refuse_while_it_rests(self, now: float) -> None:
        """After its rest one question goes through as a trial; the others wait for its outcome."""
        if self._failures < FAILURES:
            return
        if now < self._rests_until:
            raise GeocoderError("open")
        self._rests_until = now + REST_S

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._rests_until = self._clock() + REST_S

    def _keep(self, key: tuple[str, str], found: list[Hit]) -> None:
        with self._lock:
            self._failures = 0
            self._kept[key] = (self._clock() + (KEPT_S if found else NOTHING_KEPT_S), found)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
