"""`flask doctor`: each thing that the product stands on, in one line; exit code 1 when any of them is wrong."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import redis
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Engine, func, select, text

from app.audit_steps import audit_steps
from app.babel import LANGUAGES
from app.cli.database import alembic_config
from app.clock import now
from app.database import transaction
from app.media import media as store
from app.relay import number_all
from config import Settings
from dispatch.audit import TABLES, verify
from dispatch.batches import open_batches, outcomes_lost
from dispatch.models import Event, Ticket
from dispatch.recount import differences
from dispatch.replay import newest_differing
from dispatch.sweep import lag
from dispatch.sweep_models import Aside
from grids.checking import tree_problems, without_centre
from grids.models import CELL, DISTRICT, Region, RegionShape

APP = Path(__file__).resolve().parents[1]
EVENT_AGE = timedelta(minutes=1)
SWEEP_LAG = 120  # seconds
AREA_ERROR = 0.001  # share of a district's area that its cells may miss or cover twice
SHOWN = 3
REPLAYED = 500
VENDOR = re.compile(r"static_url\(['\"](vendor/[^'\"]+)['\"]\)")


class Fault(Exception):
    """What is wrong, in words; where it helps, with what to do."""


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Check each dependency and state it in one line; exit code 1 when any fails."""
    faults = sum([not stated(name, check) for name, check in CHECKS.items()])
    click.echo(f"{len(CHECKS)} checks, {faults} faults")
    if faults:
        raise click.exceptions.Exit(1)


def stated(name: str, check: Callable[[], str]) -> bool:
    """Says how it is; a check that breaks is a fault too."""
    try:
        found, good = check(), True
    except Fault as fault:
        found, good = str(fault), False
    except Exception as error:
        found, good = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}", False
    click.echo(f"{'ok   ' if good else 'FAULT'}  {name:<13} {found}")
    return good


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def engine() -> Engine:
    found: Engine = current_app.extensions["database"].engine
    return found


def database() -> str:
    with engine().connect() as connection:
        connection.execute(text("SELECT 1"))
        version = connection.dialect.server_version_info or ()
        return f"{connection.dialect.name} {'.'.join(map(str, version))} answers"


def migrations() -> str:
    with engine().connect() as connection:
        here = set(MigrationContext.configure(connection).get_current_heads())
        heads = set(ScriptDirectory.from_config(alembic_config()).get_heads())
    if here != heads:
        raise Fault(f"the schema is at {told(here)}, the newest is {told(heads)}: run `flask --app wsgi db upgrade`")
    return f"the schema is at {told(heads)}"


def told(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def postgis() -> str:
    if engine().dialect.name != "postgresql":
        return "not needed on SQLite"
    with engine().connect() as connection:
        version = connection.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'"))
    if version is None:
        raise Fault("the extension is missing: CREATE EXTENSION postgis")
    return f"PostGIS {version}"


def regions() -> str:
    with transaction() as db:
        number = db.scalar(select(func.count()).select_from(Region)) or 0
        problems = [problem.region for problem in tree_problems(db)]
    if not number:
        raise Fault("there are none: run `flask --app wsgi demo load`, or `regions import`")
    if problems:
        raise Fault(f"{len(problems)} hang wrongly in the tree: {few(problems)}")
    return f"{number} regions, all of them well placed in the tree"


def centres() -> str:
    with transaction() as db:
        missing = [problem.region for problem in without_centre(db)]
    if missing:
        raise Fault(f"{len(missing)} regions have no centre unit: {few(missing)}")
    return "every region has its centre unit"


def cells() -> str:
    """Of every district with an outline: the areas of its cells add up to its own."""
    districts, covered, number = areas()
    wrong = [
        code for code, area in districts.items() if area and abs(covered.get(code, 0.0) - area) > area * AREA_ERROR
    ]
    if not number:
        raise Fault("there are no cells: no point can be given to anybody")
    if wrong:
        raise Fault(f"cells leave gaps or overlap in {few(wrong)}: run `flask --app wsgi regions check`")
    return f"{number} cells cover {len(districts)} districts"


def areas() -> tuple[dict[str, float], dict[str, float], int]:
    """Areas in square degrees: of the districts, of their cells together, by code of district; number of cells."""
    query = (
        select(Region.level, Region.path, RegionShape.geom)
        .join(RegionShape, RegionShape.region_id == Region.id)
        .where(Region.level.in_((DISTRICT, CELL)), Region.valid_to.is_(None))
    )
    districts: dict[str, float] = {}
    covered: dict[str, float] = {}
    number = 0
    with transaction() as db:
        for level, path, shape in db.execute(query):
            code = path.split(".")[DISTRICT - 1]
            if level == DISTRICT:
                districts[code] = shape.area
            else:
                covered[code] = covered.get(code, 0.0) + shape.area
                number += 1
    return districts, covered, number


def events() -> str:
    with transaction() as db:
        old = select(func.count()).select_from(Event).where(Event.seq.is_(None), Event.recorded_at < now() - EVENT_AGE)
        number = db.scalar(old) or 0
    if number:
        raise Fault(
            f"{number} events wait for a number for more than a minute: is the server or `flask clock` running?"
        )
    return "no event waits for its number"


def counters() -> str:
    number_all()
    with transaction() as db:
        wrong = differences(db)
    if wrong:
        path, (counted, kept) = next(iter(wrong.items()))
        raise Fault(f"{len(wrong)} regions differ from their tickets; {path} counts {counted}, keeps {kept}")
    return "all levels equal a recount of the tickets"


def audit() -> str:
    number_all()
    with transaction() as db:
        broken = [f"{name} at row {fault.seq}" for name in TABLES if (fault := verify(db, name))]
    if broken:
        raise Fault(f"the chain is broken: {few(broken)}; see `flask --app wsgi audit verify`")
    return "the chains over events and acts hold"


def bulk() -> str:
    """Every call of a batch has one outcome; those that wait have somebody who works them off."""
    with transaction() as db:
        lost = outcomes_lost(db)
        waiting = len(open_batches(db))
    if lost:
        raise Fault(f"{lost} calls of batches are told as done, and have neither ticket nor draft")
    return f"{waiting} batches are being worked off, every outcome has its ticket or draft"


def sweep() -> str:
    with transaction() as db:
        late = lag(db, now())
    if late > SWEEP_LAG:
        raise Fault(f"a clock is due since {late:.0f} s: is the server or `flask clock` running?")
    return f"the longest due clock waits {late:.1f} s"


def aside() -> str:
    with transaction() as db:
        waits = list(db.execute(select(Ticket.number, Aside.problem).join(Aside, Aside.ticket_id == Ticket.id)))
    if waits:
        told = few([f"{number} ({problem})" for number, problem in waits])
        raise Fault(f"{len(waits)} tickets whose due step fails, tried again every few minutes: {told}; see the log")
    return "no ticket is put aside"


def steps() -> str:
    faults = audit_steps(now())
    if faults:
        first = faults[0]
        raise Fault(f"{len(faults)} steps of clocks are wrong; first {first.fault} {first.clock} of {first.number}")
    return "every open clock took its steps, each once, at its time"


def replayed() -> str:
    with transaction() as db:
        differing = newest_differing(db, REPLAYED)
    if differing:
        number, names = differing[0]
        raise Fault(f"{len(differing)} tickets are not what their events say; first {number}: {few(names)}")
    return f"the newest tickets, up to {REPLAYED}, are what their events say"


def media() -> str:
    store().probe()
    return "photos can be stored"


def frontend() -> str:
    """Every library that a template names is there."""
    named = {name for page in (APP / "templates").rglob("*.html") for name in VENDOR.findall(page.read_text("utf-8"))}
    missing = sorted(name for name in named if not (APP / "static" / name).is_file())
    if missing:
        raise Fault(f"missing: {few(missing)}; run `make setup`")
    return f"{len(named)} browser libraries are in place"


def translations() -> str:
    sources = sorted((APP / "translations").glob("*/LC_MESSAGES/*.po"))
    stale = [str(path.relative_to(APP)) for path in sources if not compiled(path)]
    absent = sorted(set(LANGUAGES[1:]) - {path.parts[-3] for path in sources})
    if absent:
        raise Fault(f"no translation for {few(absent)}")
    if stale:
        raise Fault(f"not compiled: {few(stale)}; run `make setup`")
    return f"{', '.join(LANGUAGES[1:])} compiled"


def compiled(source: Path) -> bool:
    made = source.with_suffix(".mo")
    return made.is_file() and made.stat().st_mtime >= source.stat().st_mtime


def message_queue() -> str:
    if not (url := settings().redis_url):
        return "not set: one process"
    with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
        client.ping()
    return "answers"


def few(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "postgis": postgis,
    "regions": regions,
    "centres": centres,
    "cells": cells,
    "events": events,
    "counters": counters,
    "audit": audit,
    "batches": bulk,
    "sweep": sweep,
    "aside": aside,
    "steps": steps,
    "replay": replayed,
    "media": media,
    "frontend": frontend,
    "translations": translations,
    "redis": message_queue,
}
