"""The Liaoning demo: the tree, its units and its staff, in one transaction. All staff share one password."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from grids.bulk import Row, follow_ids, insert_rows
from grids.cells import raise_version
from grids.demo_units import centre_row, department_rows, enterprise_rows
from grids.load import Node, demo_tree, store_regions
from grids.models import CELL, CITY, PROVINCE, Region, Staff, Unit
from grids.units import place_name

SOURCE = "Liaoning demo: NBS divisions of 2023, outlines below the county are generated"
TELL_EVERY = 20_000  # regions


@dataclass
class Loaded:
    """What a load has stored so far."""

    regions: int = 0
    cells: int = 0
    units: int = 0
    staff: int = 0
    told: int = 0
    offices: list[Row] = field(default_factory=list)  # departments and enterprises; they follow after the centres
    hotlines: list[Node] = field(default_factory=list)


def is_loaded(db: Session) -> bool:
    """Whether there is a tree already, this one or the deployment's own: the demo is loaded in one transaction."""
    return db.scalar(select(Region.id).limit(1)) is not None


def load_demo(db: Session, password_hash: str, now: datetime, tell: Callable[[str], None]) -> Loaded:
    """Loads the demo into an empty database; about 30 s. `tell` gets a line of progress now and then."""
    done = Loaded()
    for nodes in demo_tree():
        store_part(db, nodes, password_hash, done)
        if done.regions - done.told >= TELL_EVERY:
            done.told = done.regions
            tell(f"{done.regions} regions, the last in {' '.join(nodes[0].names)}")
    store_offices(db, password_hash, done)
    for model in (Region, Unit, Staff):
        follow_ids(db, model)
    raise_version(db, SOURCE, now)
    return done


def store_part(db: Session, nodes: Sequence[Node], password_hash: str, done: Loaded) -> None:
    """A part of the tree with the centre unit of every region and the one person who works there in the demo."""
    store_regions(db, nodes)
    insert_rows(db, Unit, [centre_row(node) for node in nodes])
    insert_rows(db, Staff, [region_staff(node, password_hash) for node in nodes])
    done.offices += [*department_rows(nodes[0]), *enterprise_rows(nodes)]
    done.hotlines += [node for node in nodes if node.level in (PROVINCE, CITY)]
    done.regions += len(nodes)
    done.cells += sum(node.level == CELL for node in nodes)


def store_offices(db: Session, password_hash: str, done: Loaded) -> None:
    """Departments, enterprises and their handlers, agents of the hotlines, the administrator."""
    first = done.regions + 1  # the ids up to here are those of the regions' own units and staff
    offices = [row | {"id": number} for number, row in enumerate(done.offices, start=first)]
    insert_rows(db, Unit, offices)
    people = [*hotline_staff(done.hotlines, password_hash), *(handler(row, password_hash) for row in offices)]
    insert_rows(db, Staff, [row | {"id": number} for number, row in enumerate(people, start=first)])
    done.units, done.staff = done.regions + len(offices), done.regions + len(people)


def region_staff(node: Node, password_hash: str) -> Row:
    """The attendant of a cell, the manager of every other region; the unit has the region's id."""
    if node.level == CELL:
        name = f"{place_name(node.names[-2])} {node.name}员"
        return staff_row(f"attendant.{node.code}", name, "attendant", node.id, node.id, password_hash) | {"id": node.id}
    name = f"{node.name}管理员"
    return staff_row(f"manager.{node.code}", name, "manager", node.id, node.id, password_hash) | {"id": node.id}


def hotline_staff(hotlines: Sequence[Node], password_hash: str) -> Iterator[Row]:
    """An agent at the province and at every city, an administrator at the province."""
    for node in hotlines:
        yield staff_row(f"agent.{node.code}", f"{node.name}话务员", "agent", node.id, node.id, password_hash)
    root = hotlines[0]
    yield staff_row(f"admin.{root.code}", f"{root.name}系统管理员", "admin", root.id, root.id, password_hash)


def handler(unit: Row, password_hash: str) -> Row:
    """The handler of a department or enterprise sees what the unit holds, and nothing by place."""
    login, name = f"handler.{unit['code']}", f"{unit['name']}承办人"
    return staff_row(login, name, "attendant", None, unit["id"], password_hash)


def staff_row(login: str, name: str, role: str, region_id: int | None, unit_id: int, password_hash: str) -> Row:
    return {
        "login": login,
        "name": name,
        "role": role,
        "region_id": region_id,
        "unit_id": unit_id,
        "password_hash": password_hash,
        "active": True,
    }
