"""The configuration in force: policies, calendars, categories and routing rules.

The texts live in the settings table: `load_settings` fills it from geodata/ (a text that has not changed makes no
new version), administrators may add versions, and every process reads the newest through `current_config`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.classify import Taxonomy
from dispatch.draft_waits import read_waits
from dispatch.policies import Policies, read_policies
from dispatch.routing import Rule, read_rules
from dispatch.sla import Calendar, load_calendar
from geodata.holidays import calendar_codes
from grids.models import Setting

GEODATA = Path(__file__).resolve().parent.parent / "geodata"
FILES = {
    "policies": "policies/liaoning.csv",
    "routing": "routing.csv",
    "categories": "categories.csv",
    "drafts": "drafts.csv",
}
DEFAULT_CALENDAR = "CN"


@dataclass(frozen=True)
class Config:
    """One consistent reading of all settings; `version` is the newest setting that it was made from."""

    version: int
    policies: Policies
    calendars: dict[str, Calendar]
    taxonomy: Taxonomy
    rules: tuple[Rule, ...]
    draft_waits: dict[str, timedelta]


_cache: dict[int, Config] = {}


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
    version = db.scalar(select(func.max(Setting.id))) or 0
    if version not in _cache:
        config = parse(db, version)
        _cache.clear()
        _cache[version] = config
    return _cache[version]


def parse(db: Session, version: int) -> Config:
    texts = {}
    for name in FILES:
        setting = newest_setting(db, name)
        if setting is None and version == 0:
            raise LookupError(f"setting {name!r} is missing: run `flask --app wsgi demo load` or `config load`")
        # A setting that came with a newer version of the product is the one that ships, until it is loaded.
        texts[name] = setting.value if setting else (GEODATA / FILES[name]).read_text(encoding="utf-8")
    return Config(
        version=version,
        policies=read_policies(texts["policies"]),
        calendars={code: load_calendar(code) for code in calendar_codes()},
        taxonomy=Taxonomy.read(texts["categories"]),
        rules=read_rules(texts["routing"]),
        draft_waits=read_waits(texts["drafts"]),
    )
