"""The command line: every group under `flask --app wsgi`."""

from flask import Flask

from app.cli import explain as _explain  # noqa: F401  adds `sla explain`
from app.cli.articles import articles_cli
from app.cli.audit import audit_cli
from app.cli.calendars import calendars_cli
from app.cli.classifier import classifier_cli
from app.cli.clock import clock_command
from app.cli.database import database_cli
from app.cli.demo import demo_cli
from app.cli.doctor import doctor_command
from app.cli.keys import keys_cli
from app.cli.places import places_cli
from app.cli.policies import policies_cli
from app.cli.rates import rates_cli
from app.cli.regions import regions_cli
from app.cli.sla import sla_cli
from app.cli.staff import staff_cli, units_cli
from app.cli.traffic import traffic_command
from app.cli.transcripts import transcripts_cli
from app.cli.webhooks import webhooks_cli

COMMANDS = (
    articles_cli,
    audit_cli,
    calendars_cli,
    classifier_cli,
    clock_command,
    database_cli,
    demo_cli,
    doctor_command,
    keys_cli,
    places_cli,
    policies_cli,
    rates_cli,
    regions_cli,
    sla_cli,
    staff_cli,
    transcripts_cli,
    units_cli,
    webhooks_cli,
)


def init_cli(app: Flask) -> None:
    demo_cli.add_command(traffic_command)
    for command in COMMANDS:
        app.cli.add_command(command)
