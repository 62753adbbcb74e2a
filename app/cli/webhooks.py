"""flask webhooks: who is told of events; what was sent, and once more."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from app import webhooks_door
from app.acts import console
from app.database import transaction
from dispatch import webhooks
from dispatch.changes import iso
from dispatch.errors import BadInput, NotFound
from dispatch.workflow import TABLE

webhooks_cli = AppGroup("webhooks", help="Programs that are told of events.")
FIELDS = {
    "url": "the address must begin with http:// or https:// and hold no name or password",
    "region": "there is no such region",
    "verbs": "there is no such verb",
}


@contextmanager
def in_words() -> Iterator[None]:
    try:
        yield
    except NotFound:
        raise click.ClickException("there is no such webhook") from None
    except BadInput as problem:
        raise click.ClickException("; ".join(FIELDS[name] for name in problem.fields)) from None


@webhooks_cli.command("add")
@click.argument("url")
@click.option("--region", required=True, help="Code of the region whose events are told.")
@click.option("--verb", "verbs", multiple=True, type=click.Choice(sorted(TABLE)), help="Only these; else all.")
def add(url: str, region: str, verbs: tuple[str, ...]) -> None:
    """Tell URL of events from now on; prints the secret for its signatures, which is not shown again."""
    with transaction(write=True) as db, in_words():
        made = webhooks_door.make(db, console(), url, region, verbs)
    click.echo(made.secret)


@webhooks_cli.command("list")
def list_command() -> None:
    """All webhooks, with the messages that wait or were given up."""
    with transaction() as db:
        counts = webhooks.undone(db)
        for one in webhooks_door.webhooks_of(db, console()):
            found = " ".join(f"{state} {number}" for state, number in sorted(counts.get(one.id, {}).items()))
            state = "on    " if one.active else "halted"
            click.echo(f"{one.id:>4}  {state}  {one.region.code}  {one.url}  {','.join(one.verbs) or 'all'}  {found}")


@webhooks_cli.command("log")
@click.argument("webhook_id", type=int)
@click.option("--state", default="", type=click.Choice(("", "pending", "done", "failed")))
def log_command(webhook_id: int, state: str) -> None:
    """The newest messages of a webhook."""
    with transaction() as db, in_words():
        for one in webhooks_door.log_of(db, console(), webhook_id, state):
            what = f"{one.id}  {iso(one.created_at)}  {one.verb}  {one.number}  {one.state}"
            click.echo(f"{what}  tries {one.tries}  {one.status or ''} {one.problem}".rstrip())


@webhooks_cli.command("replay")
@click.argument("webhook_id", type=int)
@click.argument("messages", type=int, nargs=-1)
def replay(webhook_id: int, messages: tuple[int, ...]) -> None:
    """Send MESSAGES (numbers of the log) again, or all that were given up."""
    with transaction(write=True) as db, in_words():
        number = webhooks_door.replay(db, console(), webhook_id, messages)
    click.echo(f"{number} messages are sent again")


@webhooks_cli.command("halt")
@click.argument("webhook_id", type=int)
def halt(webhook_id: int) -> None:
    """Send nothing until it is resumed; what happens meanwhile is told then."""
    with transaction(write=True) as db, in_words():
        webhooks_door.set_active(db, console(), webhook_id, False)


@webhooks_cli.command("resume")
@click.argument("webhook_id", type=int)
def resume(webhook_id: int) -> None:
    """Go on with a halted webhook."""
    with transaction(write=True) as db, in_words():
        webhooks_door.set_active(db, console(), webhook_id, True)


@webhooks_cli.command("remove")
@click.argument("webhook_id", type=int)
def remove(webhook_id: int) -> None:
    """End a webhook; its log goes with it."""
    with transaction(write=True) as db, in_words():
        webhooks_door.remove(db, console(), webhook_id)
