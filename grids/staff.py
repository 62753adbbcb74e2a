"""Staff as a deployment brings them: made or changed by their login."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from grids.models import ROLES, Region, Staff, Unit
from grids.queries import region_by_code, unit_by_code
from grids.units import BadRow, read_rows

COLUMNS = ("login", "name", "role", "region", "unit", "password")


class StaffRow(NamedTuple):
    """A member of staff: `region` is the code of what they see, `unit` of where they work (blank: its centre).

    Without a region they see only what their unit holds. A blank password stays as it is, or has to be made.
    """

    login: str
    name: str
    role: str
    region: str = ""
    unit: str = ""
    password: str = ""


def read_staff(text: str) -> Iterator[tuple[int, StaffRow]]:
    """Rows of a CSV with their line numbers; columns login, role and any of name, region, unit, password."""
    rows = read_rows(text, ("login", "role"))
    return ((line, StaffRow(*(row.get(name, "") for name in COLUMNS))) for line, row in rows)


def staff_named(db: Session, login: str) -> Staff | None:
    return db.scalar(select(Staff).where(Staff.login == login))


def put_staff(db: Session, row: StaffRow, password_hash: str | None) -> Staff:
    """Makes a member of staff or changes one; without a hash the password stays. Raises BadRow."""
    check_staff(row)
    region, unit = place_of(db, row)
    staff = staff_named(db, row.login) or Staff(login=row.login)
    staff.name, staff.role, staff.region, staff.unit = row.name or row.login, row.role, region, unit
    staff.active = True
    if password_hash:
        staff.password_hash = password_hash
    db.add(staff)
    return staff


def check_staff(row: StaffRow) -> None:
    if not row.login or any(letter.isspace() for letter in row.login):
        raise BadRow("bad_login", login=row.login)
    for name, limit in (("login", 64), ("name", 80)):
        if len(getattr(row, name)) > limit:
            raise BadRow("too_long", column=name, limit=limit)
    if row.role not in ROLES:
        raise BadRow("unknown", column="role", value=row.role, known=", ".join(ROLES))
    if not (row.region or row.unit):
        raise BadRow("missing", column="region")


def place_of(db: Session, row: StaffRow) -> tuple[Region | None, Unit]:
    region = region_by_code(db, row.region) if row.region else None
    if row.region and region is None:
        raise BadRow("no_region", region=row.region)
    unit = unit_by_code(db, row.unit or row.region)
    if unit is None:
        raise BadRow("no_unit", unit=row.unit or row.region)
    return region, unit
