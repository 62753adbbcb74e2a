"""The configuration in force: policies, calendars, categories and routing rules.

The texts live in the settings table: `load_settings` fills it from geodata/ (a text that has not changed makes no
new version), administrators may add versions, and every process reads the newest through `current_config`, with the
version of the classifier that is at work.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.attention import Threshold, read_thresholds
from dispatch.calendars import Calendars, read_calendar_rules
from dispatch.classifier.judge import Judge
from dispatch.classifier.versions import active_number, find_version
from dispatch.classify import Taxonomy
from dispatch.draft_waits import read_waits
from dispatch.knowledge import Knowledge, read_articles
from dispatch.limits import Limits, read_limits
from dispatch.policies import Policies, read_policies
from dispatch.rates import Rates, read_rates
from dispatch.routing import Rule, read_rules
from geodata.holidays import calendar_codes, calendar_text
from grids.models import Setting
from grids.together import remembered

GEODATA = Path(__file__).resolve().parent.parent / "geodata"
FILES = {
    "policies": "policies/liaoning.csv",
    "routing": "routing.csv",
    "categories": "categories.csv",
    "calendar_rules": "calendar_rules.csv",
    "attention": "attention.csv",
    "limits": "limits.csv",
    "drafts": "drafts.csv",
    "rates": "rates.csv",
    "articles": "articles.csv",
}
CALENDAR = "calendar:"  # then the code
SHIPPED = "shipped:"  # then a name: the digest of what came with the product


@dataclass(frozen=True)
class Config:
    """One consistent reading of all settings; `version` is the newest setting that it was made from."""

    version: int
    policies: Policies
    calendars: Calendars
    taxonomy: Taxonomy
    rules: tuple[Rule, ...]
    draft_waits: dict[str, timedelta]
    judge: Judge
    limits: Limits
    rates: Rates
    knowledge: Knowledge
    thresholds: tuple[Threshold, ...] = ()


_cache: dict[tuple[int, int | None], Config] = {}


def load_settings(db: Session, now: datetime) -> list[str]:
    """Stores the texts of geodata/ that are new; the names of those that changed. What was edited here stays."""
    changed = [name for name in FILES if ship(db, name, shipped(name), now)]
    for code in calendar_codes():  # a deployment's own plans are newer than what ships: only the first load counts
        if newest_setting(db, CALENDAR + code) is None and put_setting(db, CALENDAR + code, calendar_text(code), now):
            changed.append(CALENDAR + code)
    return changed


def shipped(name: str) -> str:
    """The text of geodata/ that comes with this version."""
    return (GEODATA / FILES[name]).read_text(encoding="utf-8")


def ship(db: Session, name: str, text: str, now: datetime) -> bool:
    """Stores a text that comes with the product, unless the newest one is a deployment's own; whether it is new."""
    newest, last = newest_setting(db, name), newest_setting(db, SHIPPED + name)
    edited = newest is not None and last is not None and digest(newest.value) != last.value
    if edited:
        return False
    put_setting(db, SHIPPED + name, digest(text), now)
    return put_setting(db, name, text, now) is not None


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def put_setting(db: Session, name: str, text: str, now: datetime) -> Setting | None:
    """A new version of a setting; None when the newest one says just this."""
    newest = newest_setting(db, name)
    if newest is not None and newest.value == text:
        return None
    made = Setting(name=name, version=newest.version + 1 if newest else 1, value=text, loaded_at=now)
    db.add(made)
    return made


def newest_setting(db: Session, name: str) -> Setting | None:
    return db.scalars(select(Setting).where(Setting.name == name).order_by(Setting.version.desc()).limit(1)).first()


def current_config(db: Session) -> Config:
    """The configuration as of the newest setting, parsed once in each process."""
    key = remembered(db, Setting, lambda: versions(db))
    if key not in _cache:
        config = parse(db, *key)
        _cache.clear()
        _cache[key] = config
    return _cache[key]


def parse(db: Session, version: int, model: int | None = None) -> Config:
    texts = {}
    for name in FILES:
        setting = newest_setting(db, name)
        if setting is None and not version:
            raise LookupError(f"setting {name!r} is missing: run `flask --app wsgi demo load`")
        texts[name] = setting.value if setting else shipped(name)  # newer than the last load: what this version brings
    taxonomy = Taxonomy.read(texts["categories"])
    return Config(
        version=version,
        policies=read_policies(texts["policies"]),
        calendars=Calendars(calendar_texts(db), read_calendar_rules(texts["calendar_rules"])),
        taxonomy=taxonomy,
        rules=read_rules(texts["routing"]),
        judge=judge_of(db, taxonomy, model),
        thresholds=read_thresholds(texts["attention"]),
        limits=read_limits(texts["limits"]),
        draft_waits=read_waits(texts["drafts"]),
        rates=read_rates(texts["rates"]),
        knowledge=read_articles(texts["articles"]),
    )


def versions(db: Session) -> tuple[int, int | None]:
    """The newest setting, and the version of the classifier that is at work."""
    setting, model = db.execute(select(func.max(Setting.id), active_number())).one()
    return setting or 0, model


def calendar_texts(db: Session) -> dict[tuple[str, int], str]:
    """Every version of every calendar, by code and version: clocks keep the one that they were computed with."""
    query = select(Setting.name, Setting.version, Setting.value).where(Setting.name.startswith(CALENDAR))
    held = {(name.removeprefix(CALENDAR), version): value for name, version, value in db.execute(query)}
    return {(code, 1): calendar_text(code) for code in calendar_codes()} | held


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
