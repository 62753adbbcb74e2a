"""Administration: API keys of programs, each in the name of a member of staff; a key is shown once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import keys_door
from app.auth import current_actor
from app.clock import now
from app.database import transaction
from app.import_words import row_words
from app.pages.numbers import number_of
from grids.units import BadRow

pages = Blueprint("admin_keys", __name__, url_prefix="/admin/keys")


@pages.get("")
def show() -> str:
    return page()


@pages.post("")
def add() -> ResponseReturnValue:
    """Makes one, shown on this answer only."""
    given = {name: request.form.get(name, "").strip() for name in ("login", "purpose")}
    try:
        with transaction(write=True) as db:
            made = keys_door.make(db, current_actor(), given["login"], given["purpose"], now())
    except BadRow as problem:
        return page(given, row_words(problem)), 422
    return page(given, made=made)


@pages.post("/revoke")
def revoke() -> ResponseReturnValue:
    try:
        with transaction(write=True) as db:
            login = keys_door.revoke(db, current_actor(), number_of(request.form.get("id", "")), now())
    except BadRow as problem:
        return page(problem=row_words(problem)), 422
    flash(_("已吊销 %(login)s 的密钥。", login=login), "done")
    return redirect(url_for("admin_keys.show"))


def page(given: dict[str, str] | None = None, problem: str = "", made: str = "") -> str:
    with transaction() as db:
        found = keys_door.keys_of(db, current_actor())
    return render_template("admin/keys.html", found=found, given=given or {}, problem=problem, made=made)
