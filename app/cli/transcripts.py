"""`flask transcripts import`: files or folders, with a progress bar; the same files make no second tickets."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.auth import actor_of, staff_by_login
from app.database import transaction
from app.transcripts import Source, sources_in, take_transcript
from dispatch.models import Transcript
from grids.scope import Actor

transcripts_cli = AppGroup("transcripts", help="Transcripts of calls.")


@transcripts_cli.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--login", default="agent.21", show_default=True, help="the agent in whose name they are received")
@click.option("--mode", type=click.Choice(["auto", "draft"]), default="auto", show_default=True)
def import_command(paths: tuple[Path, ...], login: str, mode: str) -> None:
    """Reads each call by itself: a bad one is told at the end and loses no other."""
    actor = agent(login)
    counts: Counter[str] = Counter()
    faults: list[str] = []
    with click.progressbar(sorted(set(files(paths))), label="transcripts", file=sys.stderr) as bar:
        for path in bar:
            for source in sources_in(path.read_bytes(), path.name):
                outcome, fault = take(source, mode, actor)
                counts[outcome] += 1
                if fault:
                    faults.append(f"{source.name}: {fault}")
    click.echo(", ".join(f"{name} {counts[name]}" for name in ("tickets", "drafts", "known", "unreadable")))
    for fault in faults:
        click.echo(fault, err=True)


def agent(login: str) -> Actor:
    with transaction() as db:
        staff = staff_by_login(db, login)
    if staff is None or staff.role not in ("agent", "manager"):
        raise click.ClickException(f"{login} is not the login of an agent or a manager")
    return actor_of(staff)


def files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        yield from (inner for inner in path.rglob("*") if inner.is_file()) if path.is_dir() else (path,)


def take(source: Source, mode: str, actor: Actor) -> tuple[str, str | None]:
    """What became of one call: tickets, drafts, known (read before) or unreadable, and why."""
    with transaction() as db:
        if db.scalar(select(Transcript.id).where(Transcript.digest == source.digest).limit(1)) is not None:
            return "known", None
    item = take_transcript(source, {"mode": mode}, actor)
    if item["error"]:
        return "unreadable", item["error"]
    return ("tickets" if item["tickets"] else "drafts"), None
