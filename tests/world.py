"""A small world with the real names: two cities, three districts, and cells that are squares of 0.01 degrees.

Each district is a column of the map, 0.08 wide: two streets of 0.04, each two communities of 0.02, each two cells.
"""

from dataclasses import dataclass, field
from datetime import datetime

from shapely import box, union_all
from sqlalchemy import insert
from sqlalchemy.orm import Session

from dispatch.config import load_settings
from grids.cells import raise_version
from grids.models import CELL, Region, RegionShape, Staff, Unit

TREE = {
    "21": "辽宁省",
    "2101": "沈阳市",
    "2102": "大连市",
    "210102": "和平区",
    "210103": "沈河区",
    "210202": "中山区",
}
COLUMNS = {"210102": 123.38, "210103": 123.46, "210202": 123.54}
BOTTOM, SIDE = 41.77, 0.01
STREETS = {
    "210102": ("太原街街道", "南湖街道"),
    "210103": ("新华街道", "大西街道"),
    "210202": ("海军广场街道", "桃源街道"),
}
CELLS_WEST = "210102001001001"  # a cell of the first district, and one of each sibling
CELL_OF = {code: f"{code}001001001" for code in COLUMNS}


@dataclass
class Plan:
    """Regions, shapes, units and staff of the world, as rows."""

    regions: list[dict[str, object]] = field(default_factory=list)
    shapes: dict[str, object] = field(default_factory=dict)


def centre(cell: str = CELLS_WEST) -> tuple[float, float]:
    """The middle of a cell: (lon, lat) WGS-84."""
    lon, lat = corner(cell)
    return lon + SIDE / 2, lat + SIDE / 2


def corner(cell: str) -> tuple[float, float]:
    """The south-western corner of a cell."""
    district, street, community, serial = cell[:6], int(cell[6:9]), int(cell[9:12]), int(cell[12:])
    east = (street - 1) * 4 + (community - 1) * 2 + (serial - 1)
    return round(COLUMNS[district] + east * SIDE, 6), BOTTOM


def build(db: Session, now: datetime, password_hash: str) -> None:
    """Loads the world: regions, shapes, centres, two departments, one heat supplier, staff of every level."""
    plan = planned()
    db.execute(insert(Region), plan.regions)
    ids = {row["code"]: row["id"] for row in plan.regions}
    db.execute(insert(RegionShape), [{"region_id": ids[code], "geom": shape} for code, shape in plan.shapes.items()])
    db.execute(insert(Unit), list(units(plan, ids)))
    db.execute(insert(Staff), list(staff(plan, ids, password_hash)))
    load_settings(db, now)
    raise_version(db, "tests", now)


def planned() -> Plan:
    plan = Plan()
    for code, name in TREE.items():
        add(plan, code, name, parent_of(code))
    for district in COLUMNS:
        for street in (1, 2):
            add_street(plan, district, street)
    cells = dict(plan.shapes)
    for row in plan.regions:
        code = str(row["code"])
        plan.shapes[code] = cells.get(code) or union_all([cell for one, cell in cells.items() if one.startswith(code)])
    return plan


def add_street(plan: Plan, district: str, street: int) -> None:
    code = f"{district}{street:03d}"
    add(plan, code, STREETS[district][street - 1], district)
    for community in (1, 2):
        inner = f"{code}{community:03d}"
        name = "文安路社区" if inner == "210102002001" else f"{STREETS[district][street - 1][:2]}第{community}社区"
        add(plan, inner, name, code)
        for serial in (1, 2):
            cell = f"{inner}{serial:03d}"
            add(plan, cell, f"{serial:03d} 网格", inner)
            lon, lat = corner(cell)
            plan.shapes[cell] = box(lon, lat, round(lon + SIDE, 6), round(lat + SIDE, 6))


def add(plan: Plan, code: str, name: str, parent: str | None) -> None:
    rows = {row["code"]: row for row in plan.regions}
    above = rows.get(parent)
    plan.regions.append(
        {
            "id": len(plan.regions) + 1,
            "scheme": "grid15" if len(code) == 15 else "nbs",
            "code": code,
            "name": name,
            "level": {2: 1, 4: 2, 6: 3, 9: 4, 12: 5, 15: CELL}[len(code)],
            "parent_id": above["id"] if above else None,
            "path": (above["path"] if above else "") + code + ".",
            "generated": len(code) > 6,
        }
    )


def parent_of(code: str) -> str | None:
    return code[:-2] if len(code) > 2 else None


def units(plan: Plan, ids: dict[object, object]) -> list[dict[str, object]]:
    rows = [unit(row["code"], f"{row['name']}中心", "centre", None, row["id"]) for row in plan.regions]
    for district in COLUMNS:
        rows.append(unit(f"{district}-market", "市场监督管理局", "department", "market", ids[district]))
    heat = unit("210102-heat", "和平区供热单位", "enterprise", "heat_supplier", ids["210102"])
    rows.append(heat | {"service_area": box(123.38, 41.77, 123.42, 41.78)})
    for number, row in enumerate(rows, start=1):
        row["id"] = number
    return rows


def unit(code: object, name: str, kind: str, trade: str | None, region_id: object) -> dict[str, object]:
    return {"code": code, "name": name, "kind": kind, "trade": trade, "region_id": region_id, "service_area": None}


def staff(plan: Plan, ids: dict[object, object], password_hash: str) -> list[dict[str, object]]:
    unit_ids = {row["code"]: row["id"] for row in units(plan, ids)}
    rows = []
    for code in ("21", "2101", "2102"):
        rows.append(("agent", code, ids[code], unit_ids[code]))
    for row in plan.regions:
        role = "attendant" if row["level"] == CELL else "manager"
        rows.append((role, row["code"], row["id"], unit_ids[row["code"]]))
    for code in [code for code in unit_ids if "-" in str(code)]:
        rows.append(("attendant", code, None, unit_ids[code]))
    rows.append(("admin", "21", ids["21"], unit_ids["21"]))
    return [
        {
            "login": f"{role}.{code}",
            "name": f"{role} {code}",
            "role": role,
            "region_id": region_id,
            "unit_id": unit_id,
            "password_hash": password_hash,
            "active": True,
        }
        for role, code, region_id, unit_id in rows
    ]
