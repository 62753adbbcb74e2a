"""flask rates: the figures that managers answer for, and the alarms, as tables on the screen."""

from typing import Any

import click
from flask.cli import AppGroup

from app import export
from app.clock import today
from app.database import transaction
from app.rates_door import FIGURES, LAST_DAYS, asked_of, sheet_of, table, told
from dispatch.alarms import alarms
from dispatch.config import current_config
from dispatch.errors import BadInput, DispatchError
from dispatch.queries import region_in_scope
from dispatch.rate_table import BY
from dispatch.trend import COUNTED, last_day, trends
from grids.queries import children
from grids.scope import Actor

rates_cli = AppGroup("rates", help="The rates that managers answer for.")
EVERYWHERE = Actor("console", "admin", "console", path="", unit_id=0)
SPAN = (
    click.option("--region", default="", help="Code: cases in its subtree; without it the whole province."),
    click.option("--unit", default="", help="Code of the unit that answers for them."),
    click.option("--from", "from", default="", help="First day, 2026-11-01."),
    click.option("--to", default="", help="Last day, included."),
    click.option("--as-of", default="", help="What was known then: ISO 8601, or a day, at its end."),
)


def spanned(command: Any) -> Any:
    for option in reversed(SPAN):
        command = option(command)
    return command


@rates_cli.command("show")
@spanned
@click.option("--category", default="", help="Code: what is below it too.")
@click.option("--by", type=click.Choice(BY), default="region", show_default=True)
@click.option("--rank-by", type=click.Choice(FIGURES), default=FIGURES[0], show_default=True)
@click.option("--csv", "as_csv", is_flag=True, help="All figures for a spreadsheet.")
def show(as_csv: bool, **given: Any) -> None:
    """The league: rank, name, and of the figure that it is ranked by value, interval and cases."""
    with transaction() as db:
        found = answered(lambda: table(db, EVERYWHERE, given))
    if as_csv:
        click.echo(export.as_csv(sheet_of(found)).decode(), nl=False)
        return
    click.echo(f"{found['region']['name']} {found['from']} to {found['to']}, as of {found['as_of']}")
    for item in (*found["items"], {"rank": None, "name": "total", "code": "", "rates": found["rates"]}):
        share = item["rates"][found["rank_by"]]
        value = "-" if share["value"] is None else f"{share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"
        click.echo(f"{item['rank'] or '-':>4}  {item['name']} {item['code']}  {value}  {share['cases']} cases")


@rates_cli.command("alarms")
@spanned
def alarms_command(**given: Any) -> None:
    """Units that close at the limit, copy replies, or reach nobody when they call back, with tickets to look at."""
    with transaction() as db:
        asked = answered(lambda: asked_of(db, EVERYWHERE, given, LAST_DAYS))
        found = alarms(db, asked, current_config(db).rates.thresholds)
        head = told(asked)
    click.echo(f"{head['region']['name']} {head['from']} to {head['to']}: {len(found)} alarms")
    for one in found:
        expected = "" if one.expected is None else f", others {one.expected:.1%}, by chance {one.chance:.1e}"
        click.echo(f"{one.kind} {one.unit.name} {one.unit.code}: {one.hits} of {one.cases} ({one.share:.1%}{expected})")
        click.echo("  " + " ".join(one.numbers))


@rates_cli.command("weekly")
@click.option("--region", required=True, help="Code.")
@click.option("--to", default="", help="Last day; without it the last Sunday that is over.")
def weekly(region: str, to: str) -> None:
    """The weekly report: figures and rates of the region and of its parts, beside those of the week before."""
    with transaction() as db:
        last = answered(lambda: last_day(to, today()))
        found = answered(lambda: region_in_scope(db, EVERYWHERE, region))
        parts = [found, *children(db, found)]
        spans = trends(db, [part.path for part in parts], last)
    click.echo(f"{spans[found.path].now.first} to {last}")
    for part in parts:
        now, before = spans[part.path].now, spans[part.path].week
        counts = "  ".join(f"{name} {now.total(name)} ({before.total(name)})" for name in COUNTED)
        rates = "  ".join(
            f"{name} " + ("-" if one.value is None else f"{one.value:.1%} of {one.cases}")
            for name, one in now.rates.items()
        )
        click.echo(f"{part.name} {part.code}  {counts}  {rates}")


def answered(ask: Any) -> Any:
    """What is asked; words that cannot be read end the command with a sentence."""
    try:
        return ask()
    except BadInput as problem:
        raise click.UsageError(", ".join(f"{name}: {fault}" for name, fault in problem.fields.items())) from problem
    except DispatchError as problem:
        raise click.UsageError(problem.code) from problem
