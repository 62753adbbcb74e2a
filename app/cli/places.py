"""flask places: roads, compounds and sights by their names, from the files that a deployment has."""

import hashlib
from collections import Counter, defaultdict
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from app.cli.sentences import file_sentence, place_sentence
from app.clock import now
from app.database import Rehearsed, transaction
from geodata.coords import DATUMS
from grids.models import PlaceName, PlaceSource
from grids.place_files import IncomingPlace, parse_places
from grids.place_import import PlaceReport, forget_places, is_imported, place_on_map, store_places
from grids.region_files import BadFile

SHOWN = 10  # problems of one kind

places_cli = AppGroup("places", help="Names of roads, compounds and sights.")


@places_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="Name of this collection; its names are replaced.  [default: the file's name]")
@click.option("--datum", type=click.Choice(DATUMS), default=None, help="Datum of rows that name none (CSV).")
@click.option("--replace", is_flag=True, help="Remove the names of all other sources too.")
@click.option("--dry-run", is_flag=True, help="Report only; change nothing.")
def import_command(file: Path, source: str | None, datum: str | None, replace: bool, dry_run: bool) -> None:
    """Import place names from CSV or GeoJSON.

    Columns or properties: name 名称, aliases 别名 (parted by ;), kind 类型, lon 经度, lat 纬度, datum 坐标系. Rows with
    a fault are left out and reported. The same file again changes nothing; a new version replaces what it brought.
    """
    data = file.read_bytes()
    try:
        rows = parse_places(data, file.suffix.lower())
    except BadFile as problem:
        raise click.ClickException(file_sentence(problem)) from None
    digest = hashlib.sha256(data + (datum or "").encode()).hexdigest()  # in another datum it is another file
    report = take(rows, (source or file.name)[:200], digest, datum or "", replace, dry_run)
    tell(report)
    if report.refused:
        raise click.ClickException("no row is usable, nothing is changed")
    click.echo("dry run, nothing is changed" if dry_run else "unchanged" if report.unchanged else "imported")


def take(rows: list[IncomingPlace], source: str, digest: str, datum: str, replace: bool, dry_run: bool) -> PlaceReport:
    """Finds the regions first, which takes a while with many names, and only then keeps other writers waiting."""
    with transaction() as db:
        if not replace and is_imported(db, source, digest):
            return PlaceReport(len(rows), unchanged=True)
        report = place_on_map(db, rows, datum)
    try:
        with transaction(write=True) as db:
            store_places(db, report, source, digest, now(), replace)
            if dry_run:
                raise Rehearsed
    except Rehearsed:
        pass
    return report


def tell(report: PlaceReport) -> None:
    """The first problems of each kind with the number of the others, then the sums."""
    kinds = defaultdict(list)
    for problem in report.problems:
        kinds[problem.code].append(problem)
    for alike in kinds.values():
        for problem in alike[:SHOWN]:
            click.echo(place_sentence(problem))
        if len(alike) > SHOWN:
            click.echo(f"  ... and {len(alike) - SHOWN} more of this kind")
    left_out = Counter(problem.fatal for problem in report.problems)[True]
    click.echo(f"{report.read} rows read: {report.stored} stored, {left_out} left out, {report.replaced} replaced")


@places_cli.command("remove")
@click.argument("source")
def remove_command(source: str) -> None:
    """Remove a source with all its names."""
    with transaction(write=True) as db:
        removed = forget_places(db, source)
    click.echo(f"{removed} names removed")


@places_cli.command("list")
def list_command() -> None:
    """The sources with their versions and the number of their names."""
    query = (
        select(PlaceSource, func.count(PlaceName.id))
        .outerjoin(PlaceName, PlaceName.source_id == PlaceSource.id)
        .group_by(PlaceSource.id)
        .order_by(PlaceSource.name)
    )
    with transaction() as db:
        for source, names in db.execute(query):
            click.echo(f"{source.name}\tversion {source.version}\t{names} names\t{source.loaded_at.isoformat()}")
