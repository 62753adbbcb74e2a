"""Administration: units of one's subtree, found, and imported from a CSV with the difference to confirm."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import staff_door
from app.acts import note
from app.auth import current_actor
from app.database import rehearsal, transaction
from app.import_words import row_words
from app.labels import label
from app.pages.sheets import given_text
from app.staff_door import PAGE, Difference
from grids.models import UNIT_KINDS
from grids.units import BadRow, read_units

pages = Blueprint("admin_units", __name__, url_prefix="/admin/units")


@pages.get("")
def show() -> str:
    return page()


@pages.post("/try")
def try_file() -> ResponseReturnValue:
    """The page again with what the rows would change."""
    text = request.form.get("text", "")
    try:
        text = given_text()
        with rehearsal() as db:
            made = staff_door.import_units(db, current_actor(), read_units(text))
    except BadRow as problem:
        return page(text, row_words(problem)), 422
    return page(text, difference=made)


@pages.post("/import")
def put_file() -> ResponseReturnValue:
    text = request.form.get("text", "")
    try:
        with transaction(write=True) as db:
            made = staff_door.import_units(db, current_actor(), read_units(text))
            new = sum(change.new for change in made.changes)
            note(db, current_actor(), "units_import", "file:page", made=new, changed=len(made.changes) - new)
    except BadRow as problem:
        return page(text, row_words(problem)), 422
    flash(_("已导入：新建 %(n)s 个，改动 %(m)s 个。", n=new, m=len(made.changes) - new), "done")
    return redirect(url_for("admin_units.show"))


def page(text: str = "", problem: str = "", difference: Difference | None = None) -> str:
    given = {name: request.args.get(name, "").strip() for name in ("q", "kind", "after")}
    with transaction() as db:
        found = staff_door.found_units(db, current_actor(), **given)
    following: dict[str, Any] = given | {"after": found[PAGE - 1][0].code} if len(found) > PAGE else {}
    return render_template(
        "admin/units.html",
        found=found[:PAGE],
        older=url_for("admin_units.show", **following) if following else None,
        given=given,
        kinds=[(kind, label("unit_kind", kind)) for kind in UNIT_KINDS],
        text=text,
        problem=problem,
        difference=difference,
    )
