"""Online geocoders: an address in words becomes a point where a deployment has set one up; without it nothing fails."""

from collections.abc import Callable

from flask import Flask, current_app

from app.geocode import amap, tianditu
from app.geocode.guard import Guarded
from app.geocode.hits import Geocoder
from config import Settings

VENDORS: dict[str, Callable[[str, str, float], Geocoder]] = {"amap": amap.Amap, "tianditu": tianditu.Tianditu}


def init_geocoder(app: Flask) -> None:
    app.extensions["geocoder"] = from_settings(app.extensions["settings"])


def from_settings(settings: Settings) -> Geocoder | None:
    """The geocoder that the settings name, with its cache and its circuit breaker; None where they name none."""
    if not settings.geocoder:
        return None
    vendor = VENDORS[settings.geocoder](settings.geocoder_key, settings.geocoder_url, settings.geocoder_timeout)
    return Guarded(vendor)


def geocoder() -> Geocoder | None:
    """The geocoder of this application, if it has one."""
    found: Geocoder | None = current_app.extensions.get("geocoder")
    return found
