"""Administration: the knowledge base as a table: searched, tried with its difference, put in force with a reason."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import articles_door
from app.auth import current_actor
from app.database import transaction
from app.import_words import row_words
from app.pages.admin import at_the_top
from app.pages.sheets import given_text
from app.problems import status_of, words_of
from app.staff_door import Difference
from dispatch.config import current_config
from dispatch.errors import BadInput, DispatchError
from grids.units import BadRow

pages = Blueprint("admin_articles", __name__, url_prefix="/admin/articles")


@pages.get("")
def show() -> str:
    return page()


@pages.post("/try")
def try_draft() -> ResponseReturnValue:
    """The page again with what the draft would change."""
    text = request.form.get("text", "")
    try:
        text = given_text()
        with transaction() as db:
            made = articles_door.difference(db, text)
    except BadRow as problem:
        return page(text, row_words(problem)), 422
    except DispatchError as problem:
        return page(text, words_of(problem)), status_of(problem)
    return page(text, difference=made)


@pages.post("/import")
def put_draft() -> ResponseReturnValue:
    text, reason = request.form.get("text", ""), request.form.get("reason", "").strip()
    try:
        with transaction(write=True) as db:
            actor = at_the_top(current_actor())
            if not reason:
                raise BadInput("reason_missing", fields={"reason": "missing"})
            articles_door.enact(db, actor, text, reason[:1000])
    except DispatchError as problem:
        return page(text, words_of(problem)), status_of(problem)
    flash(_("知识库已更新。"), "done")
    return redirect(url_for("admin_articles.show"))


def page(text: str = "", problem: str = "", difference: Difference | None = None) -> str:
    q = request.args.get("q", "").strip()
    with transaction() as db:
        knowledge = current_config(db).knowledge
        found = [one.article for one in knowledge.search(q, most=20)] if q else list(knowledge.articles.values())
        return render_template(
            "admin/articles.html",
            found=found,
            q=q,
            text=text or articles_door.text_in_force(db),
            problem=problem,
            difference=difference,
            may_change=(current_actor().path or "").count(".") == 1,
        )
