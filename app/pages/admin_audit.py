"""Administration: the audit log searched by who, what, on what and when; acts on tickets stand on their timelines."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import current_actor
from app.database import transaction
from app.pages.admin import at_the_top
from app.pages.tickets import moment
from dispatch.audit import AuditEntry, Chain, entries

pages = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")
PAGE = 100
ASKED = ("actor", "action", "object", "from", "to")


@pages.get("")
def show() -> str:
    at_the_top(current_actor())
    given = asked()
    with transaction() as db:
        found = asked_entries(db, PAGE + 1)
        actions = db.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()
        chain = db.get(Chain, "audit_entry")
    more = len(found) > PAGE
    return render_template(
        "admin/audit.html",
        found=found[:PAGE],
        given=given,
        actions=[(one, one) for one in actions],
        chain=chain,
        older=url_for("admin_audit.show", **given, before=found[PAGE - 1].seq) if more else None,  # type: ignore[arg-type]
    )


def asked() -> dict[str, str]:
    return {name: value for name in ASKED if (value := request.args.get(name, "").strip())}


def asked_entries(db: Session, limit: int) -> list[AuditEntry]:
    """What the address asks for; `to` is a day that counts whole, or a moment."""
    given = asked()
    before, until = request.args.get("before", type=int), moment(given.get("to", ""))
    whole_day = until is not None and len(given["to"]) == len("2026-11-23")
    plain = {name: given.get(name) for name in ("actor", "action", "object")}
    end = until + timedelta(days=1) if until and whole_day else until
    return entries(db, limit, before, from_=moment(given.get("from", "")), to=end, **plain)
