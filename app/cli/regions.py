"""flask regions: the deployment's own districts, streets, communities and cells, and whether the tree is sound."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from app.acts import console
from app.cli.sentences import file_sentence, problem_sentence
from app.database import transaction
from app.regions_door import imported
from grids.checking import check_regions
from grids.import_rows import Problem, Report
from grids.region_files import BadFile, read_regions

SHOWN = 20  # problems of one kind

regions_cli = AppGroup("regions", help="Regions and grid cells.")


@regions_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--level", type=click.IntRange(1, 6), help="Level of regions that name none: 1 province ... 6 cell.")
@click.option("--dry-run", is_flag=True, help="Report only; change nothing.")
@click.option("--replace", is_flag=True, help="Retire what else lies below the parents that the file names.")
@click.option("--allow-gaps", is_flag=True, help="Import though ground stays uncovered.")
def import_file(file: Path, level: int | None, dry_run: bool, replace: bool, allow_gaps: bool) -> None:
    """Import regions from GeoJSON (GeoPackage and Shapefile where pyogrio is installed).

    Properties: code, name, parent (code of the region above), level (1-6 or its name). A file with a fault changes
    nothing. Generated outlines give way to imported ones.
    """
    try:
        rows = read_regions(file, level)
    except BadFile as problem:
        raise click.ClickException(file_sentence(problem)) from None
    outcome = imported(rows, file.name, console(), replace, allow_gaps, dry_run)
    tell(outcome.report)
    if outcome.report.refused:
        raise click.ClickException("refused, nothing is changed")
    click.echo("dry run, nothing is changed" if dry_run else "imported")


def tell(report: Report) -> None:
    tell_problems(report.problems)
    done = f"{len(report.made)} new, {len(report.changed)} changed, {len(report.retired)} retired"
    click.echo(f"{report.read} regions read: {done}; {len(report.cut)} generated outlines cut back")


@regions_cli.command("check")
def check() -> None:
    """Look for orphans, gaps, overlaps and missing outlines or centre units in the whole tree."""
    with transaction() as db:
        problems = check_regions(db)
    tell_problems(problems)
    faults = sum(problem.fatal for problem in problems)
    click.echo(f"{faults} faults, {len(problems) - faults} remarks")
    if faults:
        raise click.exceptions.Exit(1)


def tell_problems(problems: Sequence[Problem]) -> None:
    """Faults first; of each kind the first ones and the number of the others."""
    kinds = defaultdict(list)
    for problem in sorted(problems, key=lambda problem: not problem.fatal):
        kinds[problem.fatal, problem.code].append(problem)
    for alike in kinds.values():
        for problem in alike[:SHOWN]:
            click.echo(problem_sentence(problem))
        if len(alike) > SHOWN:
            click.echo(f"  ... and {len(alike) - SHOWN} more of this kind")
