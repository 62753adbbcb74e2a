"""The product's time. Everywhere: EPOCH + speed × (real time − EPOCH), so that all processes and restarts agree."""

from datetime import UTC, date, datetime

from flask import current_app

from config import Settings
from dispatch.working_time import SHANGHAI


def now() -> datetime:
    """The moment as the product sees it, aware, in UTC."""
    return product_time(current_app.extensions["settings"], datetime.now(UTC))


def product_time(settings: Settings, real: datetime) -> datetime:
    """What the product's clock shows at a real moment."""
    if settings.clock_epoch is None:
        return real
    return settings.clock_epoch + (real - settings.clock_epoch) * settings.clock_speed


def speed() -> float:
    """How many seconds of the product pass in a real one."""
    settings = current_app.extensions["settings"]
    return settings.clock_speed if settings.clock_epoch else 1.0


def today() -> date:
    """The day in Asia/Shanghai."""
    return now().astimezone(SHANGHAI).date()
