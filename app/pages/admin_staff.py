"""Administration: staff and units of one's subtree: found, made, access ended and given back, imported from a CSV."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import staff_door
from app.auth import current_actor
from app.database import rehearsal, transaction
from app.import_words import row_words
from app.labels import label
from app.pages.sheets import given_text
from app.staff_door import PAGE, Difference
from dispatch.errors import NotFound
from grids.models import ROLES
from grids.staff import StaffRow, read_staff
from grids.units import BadRow

pages = Blueprint("admin_staff", __name__, url_prefix="/admin/staff")
MOST_ROWS = 500  # each new password takes some 50 ms to hash; the command line has no such limit
ACTS = ("disable", "enable", "password")
ADDED = ("login", "name", "role", "region", "unit", "password")


@pages.get("")
def show() -> str:
    return page()


@pages.post("")
def add() -> ResponseReturnValue:
    """Makes one; a password that had to be made is shown on this answer only."""
    row = StaffRow(**{name: request.form.get(name, "").strip() for name in ADDED})
    try:
        with transaction(write=True) as db:
            made = staff_door.add_staff(db, current_actor(), row)
    except BadRow as problem:
        return page(row=row, problem=row_words(problem)), 422
    if made:
        return page(passwords=[(row.login, made)])
    flash(_("已新建账号 %(login)s。", login=row.login), "done")
    return redirect(url_for("admin_staff.show", q=row.login))


@pages.post("/act")
def act() -> ResponseReturnValue:
    """`act`: disable, enable, or password."""
    login, wanted = request.form.get("login", ""), request.form.get("act", "")
    if wanted not in ACTS:
        raise NotFound("page_absent")
    try:
        with transaction(write=True) as db:
            if wanted == "password":
                return page(passwords=[(login, staff_door.new_password(db, current_actor(), login))])
            staff_door.set_active(db, current_actor(), login, wanted == "enable")
    except BadRow as problem:
        return page(problem=row_words(problem)), 422
    told = _("已恢复账号 %(login)s。", login=login) if wanted == "enable" else _("已停用账号 %(login)s。", login=login)
    flash(told, "done")
    return redirect(url_for("admin_staff.show", q=login))


@pages.post("/try")
def try_file() -> ResponseReturnValue:
    """The page again with what the rows would change."""
    text = request.form.get("text", "")
    try:
        text = given_text()
        with rehearsal() as db:
            made = staff_door.import_staff(db, current_actor(), rows_of(text), dry=True)
    except BadRow as problem:
        return page(text=text, problem=row_words(problem)), 422
    return page(text=text, difference=made)


@pages.post("/import")
def put_file() -> ResponseReturnValue:
    text = request.form.get("text", "")
    try:
        with transaction(write=True) as db:
            made = staff_door.import_staff(db, current_actor(), rows_of(text))
    except BadRow as problem:
        return page(text=text, problem=row_words(problem)), 422
    return page(done=made, passwords=made.passwords)


def rows_of(text: str) -> list[tuple[int, StaffRow]]:
    rows = list(read_staff(text))
    if len(rows) > MOST_ROWS:
        raise BadRow("too_many_here", most=MOST_ROWS)
    return rows


def page(
    row: StaffRow | None = None,
    text: str = "",
    problem: str = "",
    difference: Difference | None = None,
    done: Difference | None = None,
    passwords: Any = (),
) -> str:
    given = {name: request.args.get(name, "").strip() for name in ("q", "role", "after")}
    with transaction() as db:
        found = staff_door.found_staff(db, current_actor(), **given)
    following: dict[str, Any] = given | {"after": found[PAGE - 1].login} if len(found) > PAGE else {}
    return render_template(
        "admin/staff.html",
        found=found[:PAGE],
        older=url_for("admin_staff.show", **following) if following else None,
        given=given,
        roles=[(role, label("role", role)) for role in ROLES],
        row=row,
        text=text,
        problem=problem,
        difference=difference,
        done=done,
        passwords=passwords,
    )
