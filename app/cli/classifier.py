"""flask classifier: learn categories from a deployment's own history, measure, and go back to an earlier version."""

import csv
import getpass
from pathlib import Path
from typing import Any

import click
import numpy as np
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.acts import console
from app.category_trial import tried
from app.clock import now
from app.database import transaction
from dispatch.classifier import versions
from dispatch.classifier.judge import Judge
from dispatch.classifier.model import Model, Verdict
from dispatch.classifier.scores import NEVER, report
from dispatch.classifier.table import TEXT, BadTable, Table, read_table
from dispatch.classifier.training import train
from dispatch.classifier.versions import ClassifierModel
from dispatch.classify import Taxonomy
from dispatch.config import newest_setting

SENTENCES = {
    "too_large": "the file is larger than {limit} MB",
    "empty": "the file holds no rows",
    "no_column": "the column {column} is missing; the first line has to name the columns text and category",
    "not_csv": "line {line} is no CSV: {problem}",
    "undecodable": "the file is neither UTF-8 nor GBK text",
    "too_many_cells": "row {row} has more cells than there are columns; a text with commas needs quotation marks",
    "too_long": "row {row} has a field of {length} characters; at most {limit} are read",
    "one_class": "at least two categories with {least} texts each are needed; the file has {found}",
}
NO_MODEL = "there is no trained version yet: run `flask --app wsgi classifier train FILE.csv`"

classifier_cli = AppGroup("classifier", help="Categories learned from the deployment's own history.")
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@classifier_cli.command("train")
@FILE
@click.option("--activate/--no-activate", default=True, show_default=True, help="Put the new version to work.")
@click.option("--force", is_flag=True, help="Put it to work even if it does worse than the one that is.")
@click.option("--by", default=None, help="Who trains; else the account of the operating system.")
def train_command(file: Path, activate: bool, force: bool, by: str | None) -> None:
    """Learn from FILE (columns text and category); every version is kept. Takes minutes for 10,000 texts."""
    data = file.read_bytes()
    table = table_of(data)
    with transaction() as db:
        versions.active_version(db)  # a database without the table is told before the minutes of training
    try:
        trained = train(table.texts, table.categories)
    except BadTable as problem:
        raise click.ClickException(sentence(problem)) from None
    with transaction(write=True) as db:
        version = versions.keep(db, trained, file.name, data, by or account(), now())
        worse = versions.worse_than(version, versions.active_version(db))
        if activate and (force or not worse):
            versions.activate(db, version, now())
        tell(trained.metrics, "on texts that it did not learn, near-duplicates apart")
        tell_left_out(trained.metrics["left_out"])
        tell_known(db, trained.model)
        click.echo(f"version {version.id}: {'at work' if version.active else 'kept, not at work'}")
        if activate and worse and not force:
            click.echo("it does worse than the version at work; put it to work with --force or `use`", err=True)


@classifier_cli.command("evaluate")
@FILE
@click.option("--predictions", type=click.Path(dir_okay=False, path_type=Path), help="Write FILE with what is told.")
@click.option("--version", "number", type=int, help="Else the version at work, or the newest where none is.")
def evaluate_command(file: Path, predictions: Path | None, number: int | None) -> None:
    """Measure a version on FILE. PREDICTIONS has each row of FILE with predicted, confidence and automatic."""
    table = table_of(file.read_bytes(), (TEXT,))
    with transaction() as db:
        version = found(db, number)
        click.echo(f"version {version.id}")
        model = model_of(version)
    verdicts = model.judge(table.texts)
    if predictions:
        write(predictions, table, verdicts)
    if not table.judged:
        click.echo("the file has no column category: nothing to measure")
        return
    sure = np.array([one.probability for one in verdicts])
    tell(report(table.categories, [one.label for one in verdicts], sure, model.threshold), "on this file")


@classifier_cli.command("try")
@click.argument("text")
@click.option("--region", default="", help="Code of the place; else it is read from the text.")
def try_command(text: str, region: str) -> None:
    """Say where TEXT would go, and the words that decide; nothing is stored."""
    with force_locale("en"), transaction() as db:
        trial = tried(db, console(), text, region, now())
    for one in [*filter(None, [trial.learned]), *trial.lexicon]:
        words = " ".join(word for _start, _end, word in one.words)
        click.echo(f"{one.code:<32} {one.confidence:.2f}  {one.source}  {words}")
    click.echo(f"category: {trial.decided or 'open, the agent is asked'}")
    place, route = trial.reading["region"], trial.reading["route"]
    click.echo(f"place: {place['code'] if place else 'not read'}")
    click.echo(f"unit: {route['unit']}, {route['reason']}" if route else "unit: needs district and matter")


@classifier_cli.command("list")
def list_command() -> None:
    """All versions, the one at work with a star."""
    with transaction() as db:
        for one in versions.all_versions(db):
            mark = "*" if one.active else " "
            figures = f"macro-F1 {one.metrics['macro_f1']:.3f}  {len(one.classes)} classes"
            click.echo(
                f"{mark} {one.id:>3}  {one.created_at:%Y-%m-%d %H:%M}  {figures}  {one.source}  {one.trained_by}"
            )


@classifier_cli.command("use")
@click.argument("number", type=int)
def use_command(number: int) -> None:
    """Put version NUMBER to work; 0 leaves the lexicon alone."""
    with transaction(write=True) as db:
        versions.activate(db, found(db, number) if number else None, now())
    click.echo(f"version {number}: at work" if number else "no version is at work; the lexicon decides alone")


@classifier_cli.command("back")
def back_command() -> None:
    """Return to the version that was at work before, or to the lexicon alone where there was none."""
    with transaction(write=True) as db:
        last = versions.last_version(db)
        versions.activate(db, last, now())
        click.echo(f"version {last.id}: at work" if last else "no version is at work; the lexicon decides alone")


def table_of(data: bytes, needs: tuple[str, ...] = ("text", "category")) -> Table:
    try:
        return read_table(data, needs)
    except BadTable as problem:
        raise click.ClickException(sentence(problem)) from None


def sentence(problem: BadTable) -> str:
    return SENTENCES[problem.code].format(**problem.params)


def account() -> str:
    """Who is logged in at the machine, where it says so."""
    try:
        return getpass.getuser()[:64]
    except (OSError, KeyError):
        return "unknown"


def found(db: Session, number: int | None) -> ClassifierModel:
    version = versions.find_version(db, number)
    if version is None:
        raise click.ClickException(NO_MODEL if number is None else f"there is no version {number}")
    return version


def model_of(version: ClassifierModel) -> Model:
    try:
        return version.model()
    except ValueError as problem:
        raise click.ClickException(f"version {version.id} cannot be read: {problem}") from None


def write(target: Path, table: Table, verdicts: list[Verdict]) -> None:
    """The rows in their order with all their columns; a column predicted that was there already is replaced."""
    columns = list(dict.fromkeys([*table.columns, "predicted", "confidence", "automatic"]))
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns)
        out.writeheader()
        for row, one in zip(table.rows, verdicts, strict=True):
            told = {"predicted": one.label, "confidence": f"{one.probability:.4f}", "automatic": int(one.automatic)}
            out.writerow({**row, **told})


def tell(figures: dict[str, Any], where: str) -> None:
    click.echo(f"macro-F1 {figures['macro_f1']:.3f}")
    click.echo(f"accuracy {figures['accuracy']:.3f}, {figures['texts']} texts, {where}")
    threshold = figures["threshold"]
    if threshold >= NEVER:
        click.echo("files nothing by itself: no threshold keeps its errors low enough")
    else:
        share, wrong, bound = (figures[f"automatic_{name}"] for name in ("share", "error", "error_bound"))
        click.echo(
            f"files by itself {share:.1%}, of them wrong {wrong:.2%} (at most {bound:.2%}), from {threshold:.3f}"
        )
    click.echo(f"expected calibration error {figures['calibration_error']:.3f}")
    for name, one in figures["classes"].items():
        rates = "  ".join(f"{key} {one[key]:.3f}" for key in ("precision", "recall", "f1"))
        click.echo(f"  {rates}  {one['texts']:>6}  {name}")


def tell_left_out(left_out: dict[str, int]) -> None:
    some = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in left_out.items() if count)
    if some:
        click.echo(f"left out: {some}")


def tell_known(db: Session, model: Model) -> None:
    """Which of its classes intake can use: those that the taxonomy has by code or by Chinese name."""
    setting = newest_setting(db, "categories")
    taxonomy = Taxonomy.read(setting.value) if setting else Taxonomy.load()
    known = Judge.of(taxonomy, model).codes
    if unknown := [name for name in model.classes if name not in known]:
        click.echo(f"not in the taxonomy, so intake does not use them: {', '.join(unknown)}")
