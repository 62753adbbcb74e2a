"""`flask sla explain NUMBER`: why a ticket's deadlines are when they are."""

import click
from sqlalchemy import select

from app.api.ledgers import deadlines_json
from app.cli.sla import sla_cli
from app.database import transaction
from dispatch.models import Ticket


@sla_cli.command("explain")
@click.argument("number")
def explain_command(number: str) -> None:
    """The ledger of a ticket's deadlines."""
    with transaction() as db:
        ticket = db.scalar(select(Ticket).where(Ticket.number == number.replace(" ", "")))
        if ticket is None:
            raise click.ClickException(f"there is no ticket {number}")
        told = deadlines_json(db, ticket)
    for clock in told:
        click.echo(f"{clock['kind']} {clock['state']}: {clock['started_at']} -> {clock['due_at']}  ({clock['policy']})")
        for row in clock["segments"]:
            click.echo(f"  {row['from']}  {row['to']}  {row['kind']:<12} {row['minutes']:>6} {row['total']:>6}")
