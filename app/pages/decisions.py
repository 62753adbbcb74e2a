"""What waits for my decision: one list with the reason, each entry leading to the form that decides it."""

from flask import Blueprint, render_template

from app.auth import current_actor
from app.database import transaction
from dispatch.config import current_config
from dispatch.decisions import BY_VERB, MOST, decisions
from dispatch.workflow import TABLE

pages = Blueprint("decisions", __name__)
# The verbs that decide each kind of request; the other kinds are decided on the ticket's own page.
VERBS = {
    kind: [TABLE[verb] for verb in dict.fromkeys((asked, asked.replace("_approve", "_refuse")))]
    for asked, kind in BY_VERB.items()
}


@pages.get("/decisions")
def index() -> str:
    with transaction() as db:
        found, more = decisions(db, current_actor(), current_config(db).limits.give_backs)
        return render_template("decisions.html", found=found, more=more, most=MOST, verbs=VERBS)
