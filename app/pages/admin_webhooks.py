"""Administration: webhooks, each with its log of messages and replay; the secret is shown once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import webhooks_door
from app.auth import current_actor
from app.database import transaction
from app.labels import label
from app.pages.numbers import number_of
from app.problems import status_of, words_of, words_of_fields
from app.webhooks_door import PAGE
from dispatch import webhooks
from dispatch.errors import BadInput, NotFound
from dispatch.webhook_models import Webhook
from dispatch.workflow import TABLE

pages = Blueprint("admin_webhooks", __name__, url_prefix="/admin/webhooks")
ACTS = ("halt", "resume", "remove", "replay")
STATES = ("pending", "done", "failed")


@pages.get("")
def show() -> str:
    return page()


@pages.post("")
def add() -> ResponseReturnValue:
    """Makes one; its secret is shown on this answer only."""
    given = {"url": request.form.get("url", "").strip(), "region": request.form.get("region", "").strip()}
    verbs = request.form.getlist("verbs")
    try:
        with transaction(write=True) as db:
            made = webhooks_door.make(db, current_actor(), given["url"], given["region"], verbs)
    except BadInput as problem:
        return page(given, verbs, words_of(problem), words_of_fields(problem)), status_of(problem)
    return page(made=made)


@pages.post("/act")
def act() -> ResponseReturnValue:
    """`act`: halt, resume, remove, or replay with `message`s (none: all that were given up)."""
    webhook_id, wanted = number_of(request.form.get("id", "")), request.form.get("act", "")
    if wanted not in ACTS:
        raise NotFound("page_absent")
    with transaction(write=True) as db:
        if wanted == "remove":
            webhooks_door.remove(db, current_actor(), webhook_id)
            flash(_("已删除这个推送地址和它的记录。"), "done")
            return redirect(url_for("admin_webhooks.show"))
        if wanted == "replay":
            messages = [number_of(one) for one in request.form.getlist("message")]
            number = webhooks_door.replay(db, current_actor(), webhook_id, messages)
            flash(_("%(n)s 条消息将重新发送。", n=number), "done")
        else:
            webhooks_door.set_active(db, current_actor(), webhook_id, wanted == "resume")
    return redirect(url_for("admin_webhooks.log", id=webhook_id))


@pages.get("/log")
def log() -> str:
    """The messages of the webhook `id`, the newest first."""
    webhook_id, state = number_of(request.args.get("id", "")), request.args.get("state", "")
    state = state if state in STATES else ""
    with transaction() as db:
        webhook = webhooks_door.held(db, current_actor(), webhook_id)
        found = webhooks_door.log_of(db, current_actor(), webhook_id, state, request.args.get("before", type=int))
        counts = webhooks.undone(db).get(webhook_id, {})
    more = len(found) > PAGE
    return render_template(
        "admin/webhook_log.html",
        webhook=webhook,
        found=found[:PAGE],
        older=url_for("admin_webhooks.log", id=webhook_id, state=state, before=found[PAGE - 1].id) if more else None,
        state=state,
        states=[(one, label("delivery", one)) for one in STATES],
        counts=counts,
    )


def page(
    given: dict[str, str] | None = None,
    verbs: list[str] | None = None,
    problem: str = "",
    faults: dict[str, str] | None = None,
    made: Webhook | None = None,
) -> str:
    with transaction() as db:
        found, counts = webhooks_door.webhooks_of(db, current_actor()), webhooks.undone(db)
    return render_template(
        "admin/webhooks.html",
        found=found,
        counts=counts,
        options=[(verb, label("verb", verb)) for verb in TABLE],
        given=given or {},
        verbs=verbs or [],
        problem=problem,
        faults=faults or {},
        made=made,
    )
