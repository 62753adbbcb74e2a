"""What is asked of the rates: a region, a span of days, and the moment as of which it is to be known."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch.working_time import SHANGHAI
from grids.models import Region, Unit


@dataclass(frozen=True)
class Asked:
    """Cases in a region's subtree, counted for the days `first` to `last` (both included), known by `as_of`.

    `category` takes what is below it too.
    """

    region: Region
    first: date
    last: date
    as_of: datetime
    unit: Unit | None = None
    category: str | None = None


def moments(asked: Asked) -> tuple[datetime, datetime]:
    """The span as [from, to) in Asia/Shanghai."""
    begin = datetime.combine(asked.first, time(), SHANGHAI)
    return begin, datetime.combine(asked.last + timedelta(days=1), time(), SHANGHAI)
