"""The configuration in force: policies, calendars, categories and routing rules.

The texts live in the settings table: `load_settings` fills it from geodata/ (a text that has not changed makes no
new version), administrators may add versions, and every process reads the newest through `current_config`, with the
version of the classifier that is at work.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.classifier.judge import Judge
from dispatch.classifier.versions import active_number, find_version
from dispatch.classify import Taxonomy
from dispatch.policies import Policies, read_policies
from dispatch.routing import Rule, read_rules
from dispatch.sla import Calendar, load_calendar
from geodata.holidays import calendar_codes
from grids.models import Setting

GEODATA = Path(__file__).resolve().parent.parent / "geodata"
FILES = {"policies": "policies/liaoning.csv", "routing": "routing.csv", "categories": "categories.csv"}
DEFAULT_CALENDAR = "CN"


@dataclass(frozen=True)
class Config:
    """One consistent reading of all settings; `version` is the newest setting that it was made from."""

    version: int
    policies: Policies
    calendars: dict[str, Calendar]
    taxonomy: Taxonomy
    rules: tuple[Rule, ...]
    judge: Judge


_cache: dict[tuple[int, int | None], Config] = {}


def load_settings(db: Session, now: datetime) -> list[str]:
    """Stores the texts of geodata/ that are new; the names of those that changed."""
    changed = []
    for name, file in FILES.items():
        text = (GEODATA / file).read_text(encoding="utf-8")
        newest = newest_setting(db, name)
        if newest is None or newest.value != text:
            version = newest.version + 1 if newest else 1
            db.add(Setting(name=name, version=version, value=text, loaded_at=now))
            changed.append(name)
    return changed


def newest_setting(db: Session, name: str) -> Setting | None:
    return db.scalars(select(Setting).where(Setting.name == name).order_by(Setting.version.desc()).limit(1)).first()


def current_config(db: Session) -> Config:
    """The configuration as of the newest setting, parsed once in each process."""
    setting, model = db.execute(select(func.max(Setting.id), active_number())).one()
    key = (setting or 0, model)
    if key not in _cache:
        config = parse(db, *key)
        _cache.clear()
        _cache[key] = config
    return _cache[key]


def parse(db: Session, version: int, model: int | None = None) -> Config:
    texts = {}
    for name in FILES:
        setting = newest_setting(db, name)
        if setting is None:
            raise LookupError(f"setting {name!r} is missing: run `flask --app wsgi demo load` or `config load`")
        texts[name] = setting.value
    taxonomy = Taxonomy.read(texts["categories"])
    return Config(
        version=version,
        policies=read_policies(texts["policies"]),
        calendars={code: load_calendar(code) for code in calendar_codes()},
        taxonomy=taxonomy,
        rules=read_rules(texts["routing"]),
        judge=judge_of(db, taxonomy, model),
    )


def judge_of(db: Session, taxonomy: Taxonomy, number: int | None) -> Judge:
    """The lexicon with that version of the model. A version that cannot be read leaves the lexicon alone at work."""
    version = find_version(db, number) if number is not None else None
    if version is None:
        return Judge.of(taxonomy)
    try:
        return Judge.of(taxonomy, version.model(), version.id)
    except ValueError:
        logging.getLogger(__name__).error("classifier version %s cannot be read; the lexicon decides alone", number)
        return Judge.of(taxonomy)
