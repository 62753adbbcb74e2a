"""The door for staff and units, of the pages and of the command line: found, made, changed, imported with a difference.

Administrators act within the subtree that they see; the command line acts for all.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.acts import note
from app.auth import hasher
from grids.models import Region, Staff, Unit
from grids.queries import region_by_code, unit_by_code
from grids.scope import Actor, covers, within
from grids.staff import StaffRow, put_staff, staff_named
from grids.units import BadRow, UnitRow, put_unit

SHORTEST_PASSWORD = 8
PAGE = 50


@dataclass
class Change:
    """What a row of a file makes of a member of staff or a unit: `fields` are (name, before, after) that differ."""

    key: str
    name: str
    new: bool
    fields: list[tuple[str, str, str]]


@dataclass
class Difference:
    """What an import would change; `passwords` are (login, password) that had to be made, to be told once."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    passwords: list[tuple[str, str]] = field(default_factory=list)

    def take(self, change: Change) -> None:
        if change.new or change.fields:
            self.changes.append(change)
        else:
            self.same += 1


# --- staff ----------------------------------------------------------------------------------------------------------


def found_staff(db: Session, actor: Actor, q: str = "", role: str = "", after: str = "") -> list[Staff]:
    """Staff that the actor administers, by login, one more than a page; `q` is part of a login or name, or a code."""
    query = select(Staff).where(administered(actor), Staff.login > after).order_by(Staff.login).limit(PAGE + 1)
    if role:
        query = query.where(Staff.role == role)
    if q:
        where = [Staff.login.contains(q, autoescape=True), Staff.name.contains(q, autoescape=True)]
        query = query.where(or_(*where, Staff.unit_id.in_(select(Unit.id).where(Unit.code == q))))
    return list(db.scalars(query))


def administered(actor: Actor) -> ColumnElement[bool]:
    """Staff whose unit stands in what the actor sees, and who see no more than that."""
    at_work = aliased(Region)
    units = select(Unit.id).join(at_work, Unit.region_id == at_work.id).where(within(at_work.path, actor.path))
    regions = select(Region.id).where(within(Region.path, actor.path))
    return Staff.unit_id.in_(units) & or_(Staff.region_id.is_(None), Staff.region_id.in_(regions))


def held(db: Session, actor: Actor, login: str) -> Staff:
    """The member of staff, if the actor administers them. Raises BadRow, alike for unknown and out of reach."""
    staff = db.scalar(select(Staff).where(Staff.login == login, administered(actor)))
    if staff is None:
        raise BadRow("beyond_you", what=login)
    return staff


def add_staff(db: Session, actor: Actor, row: StaffRow) -> str | None:
    """Makes a member of staff; the password, when none was given and one had to be made. Raises BadRow."""
    if staff_named(db, row.login):
        raise BadRow("login_taken", login=row.login)
    _change, password = put(db, actor, row, "staff_add")
    return password


def import_staff(db: Session, actor: Actor, rows: Iterable[tuple[int, StaffRow]], dry: bool = False) -> Difference:
    """Makes or changes staff row by row. `dry`: no password is hashed, the caller rolls back. Raises BadRow."""
    told = Difference()
    for line, row in rows:
        try:
            change, password = put(db, actor, row, "staff_import", dry)
        except BadRow as problem:
            raise BadRow(problem.code, line, **problem.params) from None
        told.take(change)
        if password:
            told.passwords.append((row.login, password))
    return told


def put(db: Session, actor: Actor, row: StaffRow, action: str, dry: bool = False) -> tuple[Change, str | None]:
    """One row, noted in the audit log; what it changed, and the password that was made."""
    before = staff_named(db, row.login)
    if before is not None:
        held(db, actor, row.login)
    was = told_of(before)
    password, made = password_of(row, before is None)
    staff = put_staff(db, row, hashed(password, dry))
    db.flush()
    check_reach(actor, row, staff)
    fields = differing(was, told_of(staff))
    if row.login == actor.login and fields:
        raise BadRow("yourself")
    if not dry:
        note(db, actor, action, f"staff:{row.login}", role=row.role, region=row.region, unit=row.unit)
    return Change(row.login, staff.name, before is None, fields), password if made else None


def check_reach(actor: Actor, row: StaffRow, staff: Staff) -> None:
    if not covers(actor.path, staff.unit.region.path):
        raise BadRow("beyond_you", what=row.unit or row.region)
    if staff.region is not None and not covers(actor.path, staff.region.path):
        raise BadRow("beyond_you", what=row.region)


def password_of(row: StaffRow, new: bool) -> tuple[str, bool]:
    """The password to set, blank to leave it, and whether we made it. Raises BadRow."""
    if row.password and len(row.password) < SHORTEST_PASSWORD:
        raise BadRow("short_password", least=SHORTEST_PASSWORD)
    if row.password or not new:
        return row.password, False
    return secrets.token_urlsafe(9), True


def hashed(password: str, dry: bool) -> str | None:
    if not password:
        return None
    return "-" if dry else hasher.hash(password)


def told_of(staff: Staff | None) -> dict[str, str]:
    if staff is None:
        return {}
    region = staff.region.code if staff.region else ""
    told = {"name": staff.name, "role": staff.role, "region": region, "unit": staff.unit.code}
    return told | {"active": "yes" if staff.active else "no"}


def differing(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(name, before.get(name, ""), value) for name, value in after.items() if before.get(name, "") != value]


def set_active(db: Session, actor: Actor, login: str, active: bool) -> None:
    """Ends somebody's access, or gives it back; what they did keeps their name. Raises BadRow."""
    staff = held(db, actor, login)
    if login == actor.login:
        raise BadRow("yourself")
    staff.active = active
    note(db, actor, "staff_enable" if active else "staff_disable", f"staff:{login}")


def new_password(db: Session, actor: Actor, login: str) -> str:
    """Makes a password for somebody who lost theirs, to be told once. Raises BadRow."""
    staff = held(db, actor, login)
    password = secrets.token_urlsafe(9)
    staff.password_hash = hasher.hash(password)
    note(db, actor, "staff_password", f"staff:{login}")
    return password


# --- units ----------------------------------------------------------------------------------------------------------


def found_units(db: Session, actor: Actor, q: str = "", kind: str = "", after: str = "") -> list[tuple[Unit, int]]:
    """Units in the actor's subtree by code, one more than a page, each with the number of its active staff."""
    people = select(func.count(Staff.id)).where(Staff.unit_id == Unit.id, Staff.active).scalar_subquery()
    query = select(Unit, people).join(Region, Unit.region_id == Region.id).where(within(Region.path, actor.path))
    query = query.where(Unit.code > after).order_by(Unit.code).limit(PAGE + 1)
    if kind:
        query = query.where(Unit.kind == kind)
    if q:
        query = query.where(or_(Unit.code.startswith(q, autoescape=True), Unit.name.contains(q, autoescape=True)))
    return [(unit, number) for unit, number in db.execute(query)]


def import_units(db: Session, actor: Actor, rows: Iterable[tuple[int, UnitRow]]) -> Difference:
    """Makes or changes units by their code; the caller rolls back for a dry run. Raises BadRow at the first fault."""
    told = Difference()
    for line, row in rows:
        try:
            told.take(put_unit_row(db, actor, row))
        except BadRow as problem:
            raise BadRow(problem.code, line, **problem.params) from None
    return told


def put_unit_row(db: Session, actor: Actor, row: UnitRow) -> Change:
    unit = unit_by_code(db, row.code)
    region = unit.region if unit else region_by_code(db, row.region)
    if region is not None and not covers(actor.path, region.path):
        raise BadRow("beyond_you", what=row.code)
    was = unit_told(unit)
    new = put_unit(db, row)
    db.flush()
    made = db.scalars(select(Unit).where(Unit.code == row.code)).one()
    if not covers(actor.path, made.region.path):
        raise BadRow("beyond_you", what=row.region)
    return Change(row.code, row.name, new, differing(was, unit_told(made)))


def unit_told(unit: Unit | None) -> dict[str, str]:
    """`area` in square degrees: whether a service area became another one can be seen by it."""
    if unit is None:
        return {}
    area: Any = unit.service_area
    told = {"name": unit.name, "kind": unit.kind, "trade": unit.trade or "", "region": unit.region.code}
    return told | {"area": f"{area.area:.6f}" if area is not None else ""}
