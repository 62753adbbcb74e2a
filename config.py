"""Settings from the environment, read once at start; everything that a deployment decides is here."""

import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024
BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?")
TILES = re.compile(r"https?://[A-Za-z0-9.:-]+/[^\s;,'\"]*")


class UnsafeSettings(SystemExit):
    """Production refuses to start; the message says which settings are unsafe."""


@dataclass(frozen=True)
class Settings:
    """One installation. `clock_epoch` and `clock_speed` let product time run faster, for demonstrations only."""

    env: str
    instance: Path
    database_url: str
    redis_url: str | None
    secret_key: str
    media_url: str
    clock_speed: float = 1.0
    clock_epoch: datetime | None = None
    max_upload: int = 60 * MEGABYTE
    background: bool = False
    geocoder: str = ""  # amap, tianditu, or none
    geocoder_key: str = field(default="", repr=False)
    geocoder_url: str = ""  # instead of the vendor's public address
    geocoder_timeout: float = 1.5  # seconds
    map_tiles: tuple[str, ...] = ()  # addresses of raster tiles below our own shapes, with {z}, {x} and {y}
    map_attribution: str = ""
    proxies: int = 0  # how many of ours stand before the processes and say whom they speak for
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def production(self) -> bool:
        return self.env == "production"


def from_environment() -> Settings:
    """Reads the environment; raises UnsafeSettings where production would not be safe."""
    env = os.environ.get("HOTLINE_ENV", "demo")
    instance = Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        env=env,
        instance=instance,
        database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'hotline.db'}",
        redis_url=os.environ.get("REDIS_URL") or None,
        secret_key=os.environ.get("SECRET_KEY") or ("" if env == "production" else kept_secret(instance)),
        media_url=os.environ.get("MEDIA_URL") or str(instance / "media"),
        clock_speed=float(os.environ.get("HOTLINE_CLOCK_SPEED") or 1),
        clock_epoch=moment(os.environ.get("HOTLINE_CLOCK_EPOCH")),
        geocoder=os.environ.get("GEOCODER") or "",
        geocoder_key=os.environ.get("GEOCODER_KEY") or "",
        geocoder_url=os.environ.get("GEOCODER_URL") or "",
        geocoder_timeout=float(os.environ.get("GEOCODER_TIMEOUT") or 1.5),
        map_tiles=tuple((os.environ.get("MAP_TILES_URL") or "").split()),
        map_attribution=os.environ.get("MAP_ATTRIBUTION") or "",
        proxies=proxies(os.environ.get("HOTLINE_PROXIES") or "0"),
    )
    refuse_unsafe(settings)
    return settings


def proxies(text: str) -> int:
    """How many proxies of ours stand before the processes."""
    if not text.isdecimal() or int(text) > 5:
        raise UnsafeSettings(f"HOTLINE_PROXIES must be a whole number from 0 to 5, not {text!r}")
    return int(text)


def refuse_unsafe(settings: Settings) -> None:
    if settings.env not in ("demo", "production"):
        raise UnsafeSettings(f"HOTLINE_ENV must be demo or production, not {settings.env!r}")
    faults = []
    if settings.clock_speed != 1 and settings.clock_epoch is None:
        faults.append("HOTLINE_CLOCK_SPEED needs HOTLINE_CLOCK_EPOCH")
    faults += geocoder_faults(settings)
    faults += map_faults(settings)
    if "://" in settings.media_url and not BUCKET.fullmatch(settings.media_url):
        faults.append("MEDIA_URL must be a folder, or s3://bucket/prefix")
    if settings.production:
        if len(settings.secret_key) < 32:
            faults.append("SECRET_KEY is missing or shorter than 32 characters")
        if settings.clock_speed != 1 or settings.clock_epoch:
            faults.append("HOTLINE_CLOCK_SPEED and HOTLINE_CLOCK_EPOCH are for demonstrations only")
        if (settings.instance / "demo-password").exists():
            faults.append("INSTANCE_PATH is that of a demonstration (it holds demo-password)")
        if settings.database_url.startswith("sqlite"):
            faults.append("DATABASE_URL must name a PostgreSQL database")
    if faults:
        raise UnsafeSettings("refusing to start: " + "; ".join(faults))


def geocoder_faults(settings: Settings) -> list[str]:
    faults = []
    if settings.geocoder not in ("", "amap", "tianditu"):
        faults.append("GEOCODER must be amap or tianditu")
    if settings.geocoder and not settings.geocoder_key:
        faults.append("GEOCODER needs GEOCODER_KEY")
    if settings.geocoder_url and not settings.geocoder_url.startswith(("https://", "http://")):
        faults.append("GEOCODER_URL must begin with https:// or http://")
    if not 0 < settings.geocoder_timeout <= 10:
        faults.append("GEOCODER_TIMEOUT must be more than 0 and at most 10 seconds")
    return faults


def map_faults(settings: Settings) -> list[str]:
    """An address stands in the page's security policy and in the browser: it must be plain."""
    wrong = [url for url in settings.map_tiles if not TILES.fullmatch(url)]
    missing = [url for url in settings.map_tiles if not all(part in url for part in ("{z}", "{x}", "{y}"))]
    faults = (
        ["MAP_TILES_URL must hold addresses such as https://tiles.example/{z}/{x}/{y}.png"] if wrong + missing else []
    )
    if settings.map_tiles and not settings.map_attribution:
        faults.append("MAP_TILES_URL needs MAP_ATTRIBUTION: whose map it is, and its approval number")
    return faults


def kept_secret(instance: Path) -> str:
    """Made once and kept in the instance folder, readable by its owner only."""
    path = instance / "secret-key"
    if not path.exists():
        draft = instance / f"secret-key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)  # two processes at once: the first one wins
        except FileExistsError:
            pass
        draft.unlink()
    return path.read_text()


def moment(text: str | None) -> datetime | None:
    if not text:
        return None
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise UnsafeSettings("HOTLINE_CLOCK_EPOCH needs an offset, such as 2026-11-23T09:00:00+08:00")
    return read
