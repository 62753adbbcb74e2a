"""The rates read from the ledger: of a region, by child, unit or category, for a span of days, as of any moment."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from dispatch.league import Entrant, Share, league, share, total
from dispatch.models import Ticket
from dispatch.rate_cases import RateCase
from dispatch.rate_span import Asked
from dispatch.rates import HIGH, NAMES, Rates
from grids.models import Path, Region, Unit
from grids.scope import Actor, seen_by, within

BY = ("region", "unit", "category")
TOTAL = "total"
NO_CATEGORY = "-"


Shares = dict[str, Share]


@dataclass(frozen=True)
class Line:
    """One line of a table. `rank` is None where there are too few cases; `here`: of the region's own level only."""

    code: str
    name: str
    shares: Shares
    rank: int | None = None
    here: bool = False


def shares_of(db: Session, asked: Asked, rates: Rates) -> Shares:
    """Every rate by name, and the total."""
    sums: dict[str, tuple[int, int]] = {
        rate: (met, cases) for rate, met, cases in db.execute(summed(asked, RateCase.rate))
    }
    return shares_from(sums, rates)


def lines_of(db: Session, asked: Asked, rates: Rates, by: str, rank_by: str = TOTAL) -> list[Line]:
    """The table by region (children of the one asked for), unit or category, as the league of `rank_by` stands.

    The lines of every rate add up to the region's own: what lies at no child is a line of its own, unranked, last.
    """
    lines = {line.code: line for line in GROUPS[by](db, asked, rates)}
    entrants = [Entrant(code, line.shares[rank_by]) for code, line in lines.items() if not line.here]
    better = rank_by == TOTAL or rates.rates[rank_by].better == HIGH
    placed = league(entrants, better, rates.thresholds["enough_cases"])
    ranked = [Line(one.code, lines[one.code].name, lines[one.code].shares, one.rank) for one in placed]
    return ranked + [line for line in lines.values() if line.here]


def tickets_of(
    db: Session, actor: Actor, asked: Asked, rate: str, met: bool | None, after: int = 0, limit: int = 100
) -> list[tuple[int, str, int, int]]:
    """(id, number, cases, met) of the tickets behind a figure, by id, behind `after`; `met` narrows to those that are
    or are not. A ticket can be several cases: each promise of its own, each closing."""
    cases, hits = func.sum(RateCase.cases), func.sum(RateCase.met)
    wanted = {None: or_(cases > 0, hits > 0), True: hits > 0, False: cases > hits}[met]
    query = (
        select(Ticket.id, Ticket.number, cases, hits)
        .join(RateCase, RateCase.ticket_id == Ticket.id)
        .where(RateCase.rate == rate, *conditions(asked), Ticket.id > after)
        .where(seen_by(actor, Ticket))
        .group_by(Ticket.id, Ticket.number)
        .having(wanted)
        .order_by(Ticket.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.execute(query)]


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found = [
        within(RateCase.path, asked.region.path),
        RateCase.day.between(asked.first, asked.last),
        RateCase.known_at <= asked.as_of,
    ]
    if asked.unit is not None:
        found.append(RateCase.unit_id == asked.unit.id)
    if asked.category:
        below = RateCase.category.startswith(asked.category + ".", autoescape=True)
        found.append(or_(RateCase.category == asked.category, below))
    return found


def summed(asked: Asked, *groups: Any) -> Select[Any]:
    """(groups …, met, cases)."""
    sums = func.sum(RateCase.met), func.sum(RateCase.cases)
    return select(*groups, *sums).where(*conditions(asked)).group_by(*groups)


def shares_from(sums: dict[str, tuple[int, int]], rates: Rates) -> Shares:
    shares = {name: share(*(int(part) for part in sums.get(name, (0, 0)))) for name in NAMES}
    return shares | {TOTAL: total(shares, rates.weights)}


def by_region(db: Session, asked: Asked, rates: Rates) -> list[Line]:
    """The children that have cases, and what lies at no child of today: the region's own level."""
    past_path = func.substr(Region.path, 1, func.length(Region.path) - 1, type_=Path) + "/"  # as `within` has it
    inside = and_(RateCase.path >= Region.path, RateCase.path < past_path, Region.parent_id == asked.region.id)
    rows = db.execute(summed(asked, Region.code, Region.name, RateCase.rate).join(Region, inside)).all()
    rest = {rate: [met, cases] for rate, met, cases in db.execute(summed(asked, RateCase.rate))}
    for _, _, rate, met, cases in rows:
        rest[rate] = [rest[rate][0] - met, rest[rate][1] - cases]
    lines = lines_from(rows, rates)
    if any(part for sums in rest.values() for part in sums):
        own = {rate: (met, cases) for rate, (met, cases) in rest.items()}
        lines.append(Line(asked.region.code, asked.region.name, shares_from(own, rates), here=True))
    return lines


def by_unit(db: Session, asked: Asked, rates: Rates) -> list[Line]:
    query = summed(asked, Unit.code, Unit.name, RateCase.rate).join(Unit, RateCase.unit_id == Unit.id)
    return lines_from(db.execute(query).all(), rates)


def by_category(db: Session, asked: Asked, rates: Rates) -> list[Line]:
    """The categories one level below the one asked for; without one the groups. Names are the reader's affair."""
    depth = asked.category.count(".") + 2 if asked.category else 1
    rows = db.execute(summed(asked, RateCase.category, RateCase.rate)).all()
    told = (
        (".".join((code or NO_CATEGORY).split(".")[:depth]), "", rate, met, cases) for code, rate, met, cases in rows
    )
    return lines_from(told, rates)


def lines_from(rows: Iterable[Any], rates: Rates) -> list[Line]:
    """From rows (code, name, rate, met, cases), of which several may be one line's."""
    sums: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    names: dict[str, str] = {}
    for code, name, rate, met, cases in rows:
        before = sums[code].get(rate, (0, 0))
        sums[code][rate] = (before[0] + met, before[1] + cases)
        names[code] = name
    return [
        Line(code, names[code], shares_from(each, rates)) for code, each in sums.items() if any(map(any, each.values()))
    ]


GROUPS = {"region": by_region, "unit": by_unit, "category": by_category}
