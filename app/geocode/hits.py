"""What every geocoder answers, however its vendor calls it."""

from typing import NamedTuple, Protocol

# How precise an answer is -> metres within which the place lies (default); what is not here gives no point.
ACCURACY_M = {"house": 30.0, "crossing": 50.0, "place": 100.0}


class GeocoderError(Exception):
    """No answer: `code` is timeout, unreachable, status, refused, garbage or open (the breaker). Holds neither key nor
    query, so that it may be logged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Hit(NamedTuple):
    """A place that the vendor found: `lon`, `lat` in `datum`; `precision` a key of ACCURACY_M, or `area` for what is
    larger than a point; `name` as the vendor writes it."""

    lon: float
    lat: float
    datum: str
    precision: str
    name: str


class Geocoder(Protocol):
    """Takes an address without personal data, and the city that it lies in."""

    name: str

    def geocode(self, text: str, city: str) -> list[Hit]:
        """The hits, best first; raises GeocoderError."""
