"""Who holds a ticket: one place sets it, and tells the event."""

from typing import TYPE_CHECKING

from grids.models import LEVELS, Unit
from grids.queries import path_regions

if TYPE_CHECKING:
    from dispatch.commands import Act


def hold_by(act: "Act", unit: Unit) -> None:
    """The ticket's holder is this unit; the event tells the region and every level on the way down to it."""
    act.ticket.holder = unit
    act.ticket.holder_id = unit.id
    down = path_regions(act.db, unit.region.path)
    act.detail |= {
        "unit": unit.code,
        "unit_name": unit.name,
        "region": unit.region.code,
        "path": [{"code": one.code, "name": one.name, "level": LEVELS[one.level - 1]} for one in down],
    }
