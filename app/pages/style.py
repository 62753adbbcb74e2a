"""The style page of a demonstration: every component in every state, in the three dresses."""

from datetime import timedelta

from flask import Blueprint, abort, current_app, render_template, request

from app.clock import now

pages = Blueprint("style", __name__)
DRESSES = ("", "light", "dark", "wall")


@pages.get("/style")
def show() -> str:
    """`dress` is light, dark or wall, else what the system says."""
    if current_app.extensions["settings"].production:
        abort(404)
    dress = request.args.get("dress", "")
    return render_template(
        "style.html",
        dress=dress if dress in DRESSES else "",
        dresses=DRESSES,
        later={name: now() + timedelta(**span) for name, span in SPANS.items()},
    )


SPANS = {"ok": {"days": 3, "hours": 4}, "half": {"hours": 8}, "near": {"minutes": 38}, "over": {"minutes": -72}}
