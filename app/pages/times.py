"""Words and shares for time: what is left, which light a clock shows, how much of it is used."""

from datetime import datetime

from flask import Blueprint, current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from app.clock import now
from dispatch.clocks import spans_of
from dispatch.models import Clock
from dispatch.sla import Allowance, used_minutes
from dispatch.working_time import Calendar

HOUR, DAY = 60, 24 * 60
STEPS = ("ok", "half", "near")  # the light of a running clock by the step it has reached
STATES = {"met": "done", "paused": "held", "breached": "over"}


def remaining(due_at: datetime) -> str:
    """As in 剩 8 小时 20 分 or 超 3 分, in whole minutes, seen from the product's now."""
    minutes = int((due_at - now()).total_seconds() / 60)
    told = amount(abs(minutes))
    return _("超 %(time)s", time=told) if due_at <= now() else _("剩 %(time)s", time=told)


def age(since: datetime) -> str:
    """As in 等了 2 小时 5 分, in whole minutes."""
    return _("等了 %(time)s", time=amount(max(0, int((now() - since).total_seconds() / 60))))


def amount(minutes: int) -> str:
    """Minutes as the two largest parts of days, hours and minutes."""
    days, hours, rest = minutes // DAY, minutes % DAY // HOUR, minutes % HOUR
    parts = [_("%(n)s 天", n=days) if days else "", _("%(n)s 小时", n=hours) if hours else ""]
    if not days and (rest or not hours):
        parts.append(_("%(n)s 分", n=rest))
    return " ".join(part for part in parts if part)


def allowance(clock: Clock) -> str:
    """As in 5 个工作日: the length of a clock as its policy gives it."""
    told = {
        "minutes": _("%(n)s 分", n=clock.amount),
        "hours": _("%(n)s 小时", n=clock.amount),
        "working_hours": ngettext("%(num)s 工作小时", "%(num)s 工作小时", clock.amount),
        "working_days": ngettext("%(num)s 个工作日", "%(num)s 个工作日", clock.amount),
        "whole_working_days": ngettext("%(num)s 个整工作日", "%(num)s 个整工作日", clock.amount),
    }
    return told[clock.measure]


def light_of(clock: Clock) -> str:
    """ok, half, near, over, held or done; a missed clock stays over even when it has been stopped."""
    return STATES.get(clock.state) or STEPS[min(clock.step, 2)]


def used_share(clock: Clock, calendar: Calendar) -> float:
    """The part of the allowance that is used: 0 or more, 1 is all of it."""
    until, (pauses, extensions) = clock.stopped_at or now(), spans_of(clock)
    granted = [Allowance(clock.amount, clock.measure), *(one.allowance for one in extensions)]
    total = sum(one.minutes(calendar) for one in granted)
    return used_minutes(clock.started_at, until, clock.measure, calendar, pauses) / total


def clock_speed() -> float:
    """How many seconds of the product pass in a real one."""
    settings = current_app.extensions["settings"]
    return float(settings.clock_speed) if settings.clock_epoch else 1.0


def register(pages: Blueprint) -> None:
    """Makes the words available in all templates."""
    pages.add_app_template_filter(remaining)
    pages.add_app_template_filter(age)
    pages.add_app_template_filter(datetime.fromisoformat, "parsed")
    pages.add_app_template_global(now, "moment")
    pages.add_app_template_global(clock_speed)
    pages.add_app_template_global(light_of, "light_of_clock")
