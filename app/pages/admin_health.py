"""Administration: how queue, sweep, relay and the rest are, as of now; `flask doctor` looks deeper."""

from flask import Blueprint, render_template

from app.health import findings

pages = Blueprint("admin_health", __name__, url_prefix="/admin/health")


@pages.get("")
def show() -> str:
    return render_template("admin/health.html", found=findings())


@pages.get("/now")
def part() -> str:
    """The table alone, which the page fetches anew."""
    return render_template("admin/findings.html", found=findings())
