"""Log-in and log-out of staff, and where each role begins."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from app import sessions
from app.acts import note
from app.auth import Login, check_password, staff_by_login
from app.babel import safe_next
from app.database import transaction
from app.pages.times import register
from app.security import limiter
from grids.models import Staff

pages = Blueprint("login", __name__)
register(pages)

HOMES = {"agent": "/desk", "attendant": "/cases", "manager": "/board", "admin": "/board"}


@pages.get("/login")
def show() -> ResponseReturnValue:
    """The form; who is logged in already goes on."""
    if current_user.is_authenticated:
        return onwards(current_user.role)
    return form()


@pages.post("/login")
@limiter.limit("30/minute")
def log_in() -> ResponseReturnValue:
    login = request.form.get("login", "").strip()
    with transaction() as db:
        staff = check_password(db, login, request.form.get("password", ""))
    kept(login, staff)
    if staff is None:
        return form(login, _("账号或密码不对，请再试。忘记密码请找系统管理员。")), 401
    login_user(Login(staff))
    sessions.begin(staff)
    return onwards(staff.role)


def kept(login: str, staff: Staff | None) -> None:
    """Every attempt on a login that exists; an unknown one is not written down: it may be a mistyped password."""
    with transaction(write=True) as db:
        if staff is not None:
            note(db, staff.login, "log_in", f"staff:{staff.login}")
        elif staff_by_login(db, login) is not None:
            note(db, "anonymous", "log_in_failed", f"staff:{login}")


@pages.post("/logout")
def log_out() -> Response:
    with transaction(write=True) as db:
        sessions.end(db)
    logout_user()
    flash(_("已退出"), "done")
    return redirect("/login")  # type: ignore[return-value]


def form(login: str = "", fault: str = "") -> str:
    return render_template("login.html", login=login, fault=fault, next=request.values.get("next", ""))


def onwards(role: str) -> ResponseReturnValue:
    """The page that was asked for, else where the role begins."""
    return redirect(safe_next(request.values.get("next") or HOMES.get(role, "/tickets")))
