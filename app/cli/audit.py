"""flask audit: the audit log is read, and its chains are checked."""

from datetime import datetime

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.database import transaction
from app.relay import number_all
from dispatch.audit import TABLES, AuditEntry, Chain, verify
from dispatch.changes import iso

audit_cli = AppGroup("audit", help="The audit log.")
FAULTS = {
    "missing": "row {seq} is missing",
    "changed": "row {seq} was changed, or a row before it",
    "end": "the rows end before or behind number {seq}, not where the chain's own row says",
}


@audit_cli.command("verify")
def verify_command() -> None:
    """Check both chains, over events and over other acts, row by row; exit code 1 when one is broken.

    `scripts/audit_verify.py` does the same without the application.
    """
    number_all()
    broken = False
    for name in TABLES:
        with transaction() as db:
            fault = verify(db, name)
            chain = db.get(Chain, name)
        head = f"rows {chain.begins} to {chain.seq}, head {chain.digest or '-'}" if chain else "no rows"
        click.echo(f"{name}: " + (FAULTS[fault.fault].format(seq=fault.seq) if fault else f"holds, {head}"))
        broken = broken or fault is not None
    if broken:
        raise click.exceptions.Exit(1)


@audit_cli.command("list")
@click.option("--actor", default="", help="Only acts of this login.")
@click.option("--object", "thing", default="", help="Only acts on what begins so, for example staff:")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only acts from this day on (UTC).")
@click.option("--limit", default=50, show_default=True)
def list_command(actor: str, thing: str, since: datetime | None, limit: int) -> None:
    """The newest acts that are no verb of a ticket; those stand on the tickets' timelines."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(limit)
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if thing:
        query = query.where(AuditEntry.object.startswith(thing, autoescape=True))
    if since:
        query = query.where(AuditEntry.at >= since.astimezone())
    with transaction() as db:
        for entry in db.scalars(query):
            detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
            click.echo(f"{entry.seq} {iso(entry.at)} {entry.actor} {entry.action} {entry.object} {detail}".rstrip())
