"""Administration: the categories, where a text would go, and the trained versions that judge beside the lexicon."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.acts import note
from app.auth import current_actor
from app.babel import locale
from app.category_trial import Trial, tried
from app.clock import now
from app.database import transaction
from app.pages.admin import at_the_top
from app.problems import status_of, words_of
from dispatch.classifier import versions
from dispatch.config import current_config
from dispatch.errors import DispatchError, NotFound

pages = Blueprint("admin_categories", __name__, url_prefix="/admin/categories")
LONGEST = 4_000


@pages.get("")
def show() -> str:
    return page()


@pages.post("/try")
def try_text() -> ResponseReturnValue:
    """Posted, so that what a citizen said stands in no address."""
    text, region = request.form.get("text", "").strip()[:LONGEST], request.form.get("region", "").strip()
    if not text:
        return page(region=region, problem=_("请写一段诉求，看它会归到哪一类、派给谁。")), 422
    try:
        with transaction() as db:
            trial = tried(db, current_actor(), text, region, now())
    except DispatchError as problem:
        return page(text, region, words_of(problem)), status_of(problem)
    return page(text, region, trial=trial)


@pages.post("/use")
def use() -> ResponseReturnValue:
    """Puts a trained version to work; 0 leaves the lexicon alone."""
    number = request.form.get("version", 0, type=int)
    at_the_top(current_actor())
    with transaction(write=True) as db:
        version = versions.find_version(db, number) if number else None
        if number and version is None:
            raise NotFound("page_absent")
        versions.activate(db, version, now())
        note(db, current_actor(), "classifier_use", "classifier", version=version.id if version else 0)
    flash(_("第 %(n)s 版已启用。", n=version.id) if version else _("现在只用词表。"), "done")
    return redirect(url_for("admin_categories.show"))


def page(text: str = "", region: str = "", problem: str = "", trial: Trial | None = None) -> str:
    with transaction() as db:
        config = current_config(db)
        trained = versions.all_versions(db)
    return render_template(
        "admin/categories.html",
        taxonomy=config.taxonomy,
        language=locale(),
        versions=trained,
        text=text,
        region=region,
        problem=problem,
        trial=trial,
        may_change=(current_actor().path or "").count(".") == 1,
    )
