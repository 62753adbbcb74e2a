"""flask articles: the knowledge base of the desk, as a CSV that a deployment edits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from app import articles_door
from app.acts import at_the_console
from app.cli.staff import tell
from app.database import transaction
from app.problems import words_of
from dispatch.config import current_config
from dispatch.errors import BadInput

articles_cli = AppGroup("articles", help="The knowledge base: answers that settle a call.")
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@contextmanager
def in_words() -> Iterator[None]:
    try:
        yield
    except BadInput as problem:
        with force_locale("en"):
            raise click.ClickException(words_of(problem)) from None


@articles_cli.command("show")
def show() -> None:
    """Print the articles in force as CSV, to be edited and loaded again."""
    with transaction() as db:
        click.echo(articles_door.text_in_force(db), nl=False)


@articles_cli.command("load")
@FILE
@click.option("--reason", default="", help="Why; it goes into the audit log.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
def load(file: Path, reason: str, dry_run: bool) -> None:
    """Put the articles of FILE in force: those that it leaves out are gone."""
    text = file.read_text(encoding="utf-8-sig")
    if dry_run:
        with transaction() as db, in_words():
            return tell(articles_door.difference(db, text))
    with transaction(write=True) as db, in_words():
        made = articles_door.enact(db, at_the_console(), text, reason)
    click.echo(f"version {made.version} is in force" if made else "nothing differs")


@articles_cli.command("search")
@click.argument("text")
def search(text: str) -> None:
    """What the desk would offer for TEXT."""
    with transaction() as db:
        for found in current_config(db).knowledge.search(text):
            click.echo(f"{found.score:.3f}  {found.article.code}  {found.article.title}")
