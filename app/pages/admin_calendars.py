"""Administration: calendars by year, and a year's plan: what it would move, then in force."""

import calendar as months
import json
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.auth import current_actor
from app.calendars import Effect, effect_of, held, planned, settle_provisional, store
from app.clock import today
from app.database import transaction
from app.pages.admin import at_the_top, period
from app.policies_door import in_force, tried
from app.problems import status_of, words_of
from dispatch.config import current_config
from dispatch.errors import BadInput, DispatchError
from dispatch.what_if import Figures
from geodata.holidays import CalendarError, read_days

pages = Blueprint("admin_calendars", __name__, url_prefix="/admin/calendars")
YEARS = range(2000, 2101)
HEAD = "date,kind,name"


@pages.get("")
def show() -> str:
    with transaction() as db:
        return page(db, request.args.get("code", ""), request.args.get("year", "", type=str))


@pages.post("/try")
def try_plan() -> ResponseReturnValue:
    """The page again with the days that would change, and the running deadlines that would move."""
    code, year, text = (request.form.get(name, "").strip() for name in ("code", "year", "text"))
    with transaction() as db:
        try:
            plan = drafted(db, code, year, text)
            since, until = period({"from": "", "to": ""})
            trial = tried(db, current_actor(), in_force(db).value, since, until, json.dumps(plan))
        except DispatchError as problem:
            return page(db, code, year, text, problem=words_of(problem)), status_of(problem)
        return page(db, code, year, text, effect_of(db, plan), trial.outcome.kinds)


@pages.post("")
def put_plan() -> ResponseReturnValue:
    code, year, text, reason = (request.form.get(name, "").strip() for name in ("code", "year", "text", "reason"))
    try:
        with transaction(write=True) as db:
            actor = at_the_top(current_actor())
            if not reason:
                raise BadInput("reason_missing", fields={"reason": "missing"})
            plan = drafted(db, code, year, text)
            store(db, actor, plan, "calendar_plan", year=int(year), reason=reason[:1000])
    except DispatchError as problem:
        with transaction() as db:
            return page(db, code, year, text, problem=words_of(problem)), status_of(problem)
    flash(_("%(year)s 年的安排已启用，%(n)s 个在办时限已重算。", year=year, n=settle_provisional()), "done")
    return redirect(url_for("admin_calendars.show", code=code, year=year))


def drafted(db: Session, code: str, year: str, text: str) -> dict[str, Any]:
    """The calendar as it would be. A plan is a CSV; the line of its headings may be left out. Raises BadInput."""
    if not year.isdecimal() or int(year) not in YEARS:
        raise BadInput("no_year", fields={"year": "no_number"})
    bare = not text.startswith("date")
    lines = [HEAD, *text.splitlines()] if bare else text.splitlines()
    try:
        return planned(held(db, code), int(year), read_days(code, lines))
    except CalendarError as problem:
        raise in_words(problem, 1 if bare else 0) from problem


def in_words(problem: CalendarError, added: int) -> BadInput:
    """As pages tell it, in the lines that somebody wrote: `added` are ours."""
    params: dict[str, Any] = dict(problem.params)
    if "line" in params:
        params["line"] -= added
    return BadInput("calendar_unknown" if problem.code == "unknown_calendar" else problem.code, **params)


def page(
    db: Session,
    code: str,
    year: str,
    text: str = "",
    effect: Effect | None = None,
    past: dict[str, Figures] | None = None,
    problem: str = "",
) -> str:
    calendars = current_config(db).calendars
    code = code if code in calendars.codes() else calendars.rules[-1].calendar
    shown = int(year) if year.isdecimal() and int(year) in YEARS else today().year
    return render_template(
        "admin/calendars.html",
        calendars=[calendars.newest(one) for one in calendars.codes()],
        rules=calendars.rules,
        one=calendars.newest(code),
        year=shown,
        months=[month_of(calendars.newest(code), shown, month) for month in range(1, 13)],
        text=text,
        effect=effect,
        past=past or {},
        problem=problem,
        may_change=(current_actor().path or "").count(".") == 1,
    )


def month_of(calendar: Any, year: int, month: int) -> list[list[dict[str, Any] | None]]:
    """Weeks from Monday on; None beside the month. `kind` of a day: work, rest, holiday, or makeup."""
    weeks = months.Calendar().monthdatescalendar(year, month)
    return [[day_of(calendar, day) if day.month == month else None for day in week] for week in weeks]


def day_of(calendar: Any, day: date) -> dict[str, Any]:
    known = {True: "makeup", False: "holiday"}.get(calendar.days.get(day))
    plain = "rest" if day.weekday() in calendar.weekend else "work"
    return {"day": day, "kind": known or plain, "name": calendar.names.get(day, "")}
