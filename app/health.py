"""How the platform is: what waits, how long, and what to do where it is too long. `doctor` looks deeper."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isinf

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.audit_steps import FAULTS
from app.audit_steps import KINDS as FAULT_KINDS
from app.clock import now, speed
from app.database import transaction
from app.live import relay, watchers
from app.metrics import HEARTBEAT_LIMIT, QUEUE_LIMIT, SWEEP_LAG_LIMIT
from dispatch.aside import aside_count
from dispatch.batches import open_batches
from dispatch.changes import last_number, newest_events
from dispatch.draft_queue import waiting
from dispatch.heartbeat import SWEEP, age
from dispatch.models import Photo
from dispatch.sweep import lag
from dispatch.webhooks import undone
from dispatch.workflow import URGENCIES

PHOTOS_LIMIT = 500
BEHIND_LIMIT = 1_000  # events
EMERGENCY_LIMIT = 600  # seconds: an emergency that nobody has filed


@dataclass(frozen=True)
class Finding:
    """One thing: its name, how it is, whether that is good, and otherwise what to do."""

    name: str
    found: str
    good: bool
    advice: str = ""


def findings() -> list[Finding]:
    """All of them, faults first."""
    with transaction() as db:
        found = [check(db) for check in CHECKS]
    return sorted(found, key=lambda one: one.good)


def database(db: Session) -> Finding:
    dialect = db.get_bind().dialect
    version = ".".join(map(str, dialect.server_version_info or ()))
    return Finding(_("数据库"), f"{dialect.name} {version}", True)


def sweep_age(db: Session) -> Finding:
    seconds = age(db, SWEEP, datetime.now(UTC))
    told = _("从未扫过") if isinf(seconds) else _("%(n)s 秒前扫过", n=round(seconds))
    return Finding(_("时钟扫描"), told, seconds <= HEARTBEAT_LIMIT, _("没有进程在扫描：请检查 flask clock 或服务进程"))


def sweep_lag(db: Session) -> Finding:
    seconds = lag(db, now()) / speed()
    told = _("最久的到期时钟等了 %(n)s 秒", n=round(seconds))
    return Finding(_("到期处理"), told, seconds <= SWEEP_LAG_LIMIT, _("扫描跟不上：请看日志，或加一个 flask clock"))


def aside(db: Session) -> Finding:
    number = aside_count(db)
    advice = _("这些工单到期的一步办不成，每几分钟再试：请看 flask doctor 和日志")
    return Finding(_("放在一边的工单"), _("%(n)s 件", n=number), number == 0, advice)


def steps(db: Session) -> Finding:
    number = int(sum(FAULTS.labels(kind)._value.get() for kind in FAULT_KINDS))
    return Finding(_("时钟复核"), _("上一轮发现 %(n)s 处不对", n=number), number == 0, _("请看日志里的 clock step"))


def queue(db: Session) -> Finding:
    number = newest_events(db)
    return Finding(_("待编号的事件"), _("%(n)s 条", n=number), number <= QUEUE_LIMIT, _("请检查服务进程的转发线程"))


def behind(db: Session) -> Finding:
    """Of this process: how many numbered events its own watchers have not been told of."""
    cursor = relay().cursor
    number = last_number(db) - cursor if cursor is not None else 0
    return Finding(_("实时转发"), _("落后 %(n)s 条", n=number), number <= BEHIND_LIMIT, _("请看日志里的 relay"))


def sockets(db: Session) -> Finding:
    return Finding(_("实时连接"), _("本进程 %(n)s 个", n=watchers()), True)


def photos(db: Session) -> Finding:
    waits = db.scalar(select(func.count()).select_from(Photo).where(text("state = 'pending'"))) or 0
    return Finding(
        _("照片"), _("待处理 %(n)s 张", n=waits), waits <= PHOTOS_LIMIT, _("照片处理跟不上：请看日志里的 developer")
    )


def batches(db: Session) -> Finding:
    return Finding(_("批量受理"), _("%(n)s 批在处理", n=len(open_batches(db))), True)


def drafts(db: Session) -> Finding:
    found = waiting(db, "", {}, now())
    since = found.oldest_emergency_at
    number = sum(found.counts.get(urgency, 0) for urgency in URGENCIES)
    good = since is None or (now() - since).total_seconds() <= EMERGENCY_LIMIT
    return Finding(_("待立单"), _("%(n)s 份", n=number), good, _("有特急的待立单超过 10 分钟没有人立单"))


def messages(db: Session) -> Finding:
    found = undone(db).values()
    waits, failed = (sum(states.get(state, 0) for states in found) for state in ("pending", "failed"))
    told = _("待发 %(n)s 条，没有送达 %(m)s 条", n=waits, m=failed)
    return Finding(_("事件推送"), told, failed == 0, _("请在事件推送里看原因，对方修好后重发"))


def media(db: Session) -> Finding:
    kind = current_app.extensions["settings"].media_url
    return Finding(_("照片存放"), _("对象存储") if "://" in kind else _("本机文件夹"), True)


CHECKS: tuple[Callable[[Session], Finding], ...] = (
    *(database, sweep_age, sweep_lag, aside, steps, queue, behind, sockets),
    *(photos, batches, drafts, messages, media),
)
