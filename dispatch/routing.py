"""Which unit gets a ticket: rules as data, read in their order; the first whose unit exists decides.

The centre of the region that the ticket lies in is the backstop, so that a ticket always has a holder.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, undefer

from dispatch.classify import Taxonomy
from dispatch.models import Ticket
from grids.models import LEVELS, Region, RegionShape, Unit
from grids.queries import centre_of, path_regions
from grids.together import is_together, remembered

SLIVERS = 0.999  # of an area must lie in a service area that covers it
TARGETS = ("place", "cell", "community", "street", "district", "city", "category", "department", "enterprise")


@dataclass(frozen=True)
class Rule:
    """One row of geodata/routing.csv. Blank means any; `place` lists levels; a category covers what is below it."""

    order: int
    name: str
    categories: tuple[str, ...]
    urgencies: tuple[str, ...]
    kinds: tuple[str, ...]
    places: tuple[str, ...]
    target: str
    reason: str
    reason_en: str

    def fits(self, ticket: Ticket, level: str) -> bool:
        return (
            any_of(self.urgencies, ticket.urgency)
            and any_of(self.kinds, ticket.kind)
            and any_of(self.places, level)
            and (not self.categories or falls_under(ticket.category, self.categories))
        )


@dataclass(frozen=True)
class Route:
    """The unit that gets the ticket, and why, in both languages."""

    unit: Unit
    rule: str
    reason: str
    reason_en: str

    def told(self) -> dict[str, Any]:
        return {"rule": self.rule, "unit": self.unit.code, "reason": self.reason, "reason_en": self.reason_en}


def read_rules(text: str) -> tuple[Rule, ...]:
    """Reads the CSV of rules; ValueError names the line that is wrong."""
    rules = []
    for line, row in enumerate(csv.DictReader(StringIO(text)), start=2):
        try:
            rules.append(read_rule(row))
        except (KeyError, ValueError, AttributeError) as problem:
            raise ValueError(f"routing rules, line {line}: {problem}") from problem
    return tuple(sorted(rules, key=lambda rule: rule.order))


def read_rule(row: dict[str, str]) -> Rule:
    if row["target"] not in TARGETS:
        raise ValueError(f"unknown target {row['target']!r}")
    unknown = set(options(row["place"])) - set(LEVELS)
    if unknown:
        raise ValueError(f"unknown place level {sorted(unknown)}")
    return Rule(
        order=int(row["order"]),
        name=row["name"],
        categories=options(row["category"]),
        urgencies=options(row["urgency"]),
        kinds=options(row["kind"]),
        places=options(row["place"]),
        target=row["target"],
        reason=row["reason"],
        reason_en=row["reason_en"],
    )


def options(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.strip().split("|") if part)


def any_of(allowed: tuple[str, ...], value: str) -> bool:
    return not allowed or value in allowed


def falls_under(category: str | None, wanted: Iterable[str]) -> bool:
    return category is not None and any(category == above or category.startswith(above + ".") for above in wanted)


def route(db: Session, ticket: Ticket, rules: Iterable[Rule], taxonomy: Taxonomy) -> Route:
    """The first rule that fits and whose unit exists; else the centre of the ticket's own region."""
    path = path_regions(db, ticket.path)
    place = path[-1]
    for rule in rules:
        if rule.fits(ticket, LEVELS[place.level - 1]):
            unit = target_unit(db, rule, ticket, path, taxonomy)
            if unit is not None:
                return told_route(rule, unit, place, ticket, taxonomy)
    unit = centre_of(db, place.code)
    return Route(unit, "backstop", f"没有适用的派单规则，由{unit.name}兜底", f"No rule fits: {unit.name} holds it")


def told_route(rule: Rule, unit: Unit, place: Region, ticket: Ticket, taxonomy: Taxonomy) -> Route:
    words = {"unit": unit.name, "place": place.name}
    zh = words | {"category": taxonomy.name(ticket.category, "zh")}
    en = words | {"category": taxonomy.name(ticket.category, "en")}
    return Route(unit, rule.name, rule.reason.format(**zh), rule.reason_en.format(**en))


def target_unit(db: Session, rule: Rule, ticket: Ticket, path: list[Region], taxonomy: Taxonomy) -> Unit | None:
    if rule.target == "place":
        return centre_of(db, path[-1].code)
    category = taxonomy.category(ticket.category) if ticket.category else None
    if rule.target == "enterprise":
        return enterprise_at(db, category.department, ticket, path) if category else None
    if rule.target == "department":
        return department_at(db, category.department, path) if category else None
    if rule.target == "category":
        return by_category(db, category, path) if category else None
    return centre_at(db, rule.target, path)


def by_category(db: Session, category: Any, path: list[Region]) -> Unit | None:
    """A matter that the taxonomy gives to a district or a city goes to the department there that answers for it."""
    if category.level in ("district", "city"):
        return department_at(db, category.department, path) or centre_at(db, category.level, path)
    return centre_at(db, category.level, path) if category.level == "street" else None


def centre_at(db: Session, level: str, path: list[Region]) -> Unit | None:
    found = [region for region in path if LEVELS[region.level - 1] == level]
    return centre_of(db, found[0].code) if found else None


def department_at(db: Session, trade: str, path: list[Region]) -> Unit | None:
    """The nearest department for the trade on the way up from the place."""
    return max(units_on(db, "department", trade, path), key=lambda unit: unit.region.level, default=None)


def units_on(db: Session, kind: str, trade: str, path: list[Region]) -> list[Unit]:
    """The units of this kind for the trade that stand on the way, by code; for many tickets all are read once."""
    ids = [region.id for region in path]
    if not is_together(db):
        return list(db.scalars(units_for(kind, trade).where(Unit.region_id.in_(ids))))
    units = remembered(db, (kind, trade), lambda: db.scalars(units_for(kind, trade)).all())
    return [unit for unit in units if unit.region_id in ids]


def units_for(kind: str, trade: str) -> Select[Unit]:
    query = select(Unit).where(Unit.kind == kind, Unit.trade == trade).order_by(Unit.code)
    return query.options(undefer(Unit.service_area)) if kind == "enterprise" else query


def enterprise_at(db: Session, trade: str, ticket: Ticket, path: list[Region]) -> Unit | None:
    """The enterprise for the trade whose service area covers the place; on a shared border the lowest code."""
    place = outline(db, ticket, path[-1])
    if place is None:
        return None
    units = units_on(db, "enterprise", trade, path)
    return next((unit for unit in units if unit.service_area and covered(unit.service_area, place)), None)


def outline(db: Session, ticket: Ticket, region: Region) -> BaseGeometry | None:
    """The ticket's point, else the whole area of its region."""
    if ticket.lon is not None and ticket.lat is not None:
        return shapely.Point(ticket.lon, ticket.lat)
    return remembered(db, (RegionShape, region.id), lambda: area_of(db, region))


def area_of(db: Session, region: Region) -> BaseGeometry | None:
    return db.scalar(select(RegionShape.geom).where(RegionShape.region_id == region.id))


def covered(area: BaseGeometry, place: BaseGeometry) -> bool:
    """A point by the border rule; an area but for slivers that come from rounding."""
    if place.area == 0:
        return bool(area.covers(place))
    return bool(area.intersection(place).area >= SLIVERS * place.area)
