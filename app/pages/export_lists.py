"""The other lists as files: decisions, drafts, alarms, the week, staff, units, audit; each as its page shows it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import batch_door, keys_door, staff_door, webhooks_door
from app.auth import current_actor
from app.clock import now, today
from app.database import transaction
from app.export import MOST, Sheet, answer
from app.labels import label
from app.pages.admin import at_the_top
from app.pages.admin_audit import asked_entries
from app.pages.exports import noted
from app.pages.numbers import number_of
from app.rates_door import LAST_DAYS, asked_of, chosen
from app.relay import number_all
from app.security import allowed
from dispatch import batches
from dispatch.alarms import alarms
from dispatch.config import current_config
from dispatch.decisions import Decision
from dispatch.decisions import decisions as waiting_decisions
from dispatch.draft_queue import DraftFilter, list_drafts
from dispatch.models import Ticket
from dispatch.queries import region_in_scope
from dispatch.rate_table import tickets_of
from dispatch.rates import NAMES, THREE
from dispatch.trend import last_day, trends
from dispatch.webhook_models import Delivery, Webhook
from grids.models import Staff
from grids.queries import children
from grids.scope import Actor

pages = Blueprint("export_lists", __name__)


@pages.get("/export/<thing>.<form>")
def export(thing: str, form: str) -> Response:
    """Whoever may open the page may have its list."""
    if thing not in THINGS:
        abort(404)
    endpoint, sheet_of = THINGS[thing]
    actor = current_actor()
    allowed(endpoint, actor)
    number_all()
    with transaction() as db:
        sheet = sheet_of(db, actor)
        rows = list(sheet.rows)
    made = answer(Sheet(sheet.name, sheet.heads, rows), form)
    noted(actor, thing, min(len(rows), MOST), {})
    return made


def decisions(db: Session, actor: Actor) -> Sheet:
    found, _more = waiting_decisions(db, actor, current_config(db).limits.give_backs)
    heads = [_("决定什么"), _("工单号"), _("地址"), _("承办"), _("理由"), _("自"), _("时限")]
    return Sheet(_("待我决定"), heads, [decision_row(one, one.ticket) for one in found])


def decision_row(one: Decision, ticket: Ticket) -> list[Any]:
    place = ticket.address or ticket.place
    return [label("decision", one.kind), ticket.number, place, ticket.holder.name, one.reason, one.since, ticket.due_at]


def drafts(db: Session, actor: Actor) -> Sheet:
    """Without caller, as the queue shows them."""
    heads = [_("编号"), _("紧急程度"), _("诉求"), _("区域"), _("来源"), _("新建")]
    return Sheet(_("待立单"), heads, [draft_row(draft) for draft in all_drafts(db, actor)])


def all_drafts(db: Session, actor: Actor) -> Iterator[Any]:
    config, cursor, number = current_config(db), None, 0
    wanted = DraftFilter(region=request.args.get("region") or None, urgency=request.args.get("urgency") or None)
    while number <= MOST:
        found, cursor = list_drafts(db, actor, wanted, config.draft_waits, now(), cursor)
        yield from found
        number += len(found)
        if cursor is None:
            return


def draft_row(draft: Any) -> list[Any]:
    words = draft.fields.get("description") or ""
    region, source = draft.region.name if draft.region else "", draft.transcript.source if draft.transcript else ""
    return [
        draft.id,
        label("urgency", draft.fields.get("urgency") or "ordinary"),
        words,
        region,
        source,
        draft.created_at,
    ]


def alarm_sheet(db: Session, actor: Actor) -> Sheet:
    given = {name: request.args.get(name, "") for name in ("region", "unit", "category", "from", "to")}
    asked = asked_of(db, actor, given, LAST_DAYS)
    heads = [_("提醒"), _("单位"), _("件数"), _("其中"), _("占比"), _("通常"), _("工单")]
    rows = [
        [label("alarm", one.kind), one.unit.name, one.cases, one.hits, one.share, one.expected, " ".join(one.numbers)]
        for one in alarms(db, asked, current_config(db).rates.thresholds)
    ]
    return Sheet(_("异常提醒"), heads, rows)


def rate_tickets(db: Session, actor: Actor) -> Sheet:
    """The tickets behind one figure, with what each adds to it."""
    given = {name: request.args.get(name, "") for name in ("region", "unit", "category", "from", "to", "as_of")}
    rate = chosen(request.args, "rate", NAMES, NAMES[0])
    met = {"1": True, "0": False}.get(request.args.get("met", ""))
    asked, heads = asked_of(db, actor, given), [_("工单号"), _("分母"), _("分子")]
    found = tickets_of(db, actor, asked, rate, met, limit=MOST + 1)
    return Sheet(label("rate", rate), heads, [row[1:] for row in found])


def batch_sheet(db: Session, actor: Actor) -> Sheet:
    heads = [_("批次"), _("交来时间"), _("交来人"), _("进展")]
    heads += [_("通话"), _("等待"), _("工单"), _("待立单"), _("早已受理"), _("读不出")]
    found = batch_door.told(db, batches.list_batches(db, actor, limit=MOST + 1))
    return Sheet(_("批量受理"), heads, [batch_row(one) for one in found])


def batch_row(one: dict[str, Any]) -> list[Any]:
    counts = [one["counts"][name] for name in ("calls", "waiting", "tickets", "drafts", "known", "failed")]
    return [one["id"], datetime.fromisoformat(one["created_at"]), one["owner"], label("batch", one["state"]), *counts]


def week(db: Session, actor: Actor) -> Sheet:
    """A line for each part of the region and one for the whole: figures of the week, of the one before, and rates."""
    last = last_day(request.args.get("to", ""), today())
    region = region_in_scope(db, actor, request.args.get("region", ""))
    below = children(db, region)
    found = trends(db, [region.path, *(child.path for child in below)], last)
    rates = [f"{label('rate', name)} {part}" for name in THREE for part in (_("值"), _("件数"))]
    days = [
        str(found[region.path].now.first + timedelta(days=n))
        for n in range(len(found[region.path].now.days["received"]))
    ]
    heads = [_("代码"), _("名称"), _("新增"), _("前一周"), _("办结"), _("前一周"), *rates, *days]
    rows = [week_row(one.code, one.name, found[one.path]) for one in (*below, region)]
    return Sheet(f"{region.name} {_('周报')} {last}", heads, rows)


def week_row(code: str, name: str, one: Any) -> list[Any]:
    totals = [span.total(figure) for figure in ("received", "closed") for span in (one.now, one.week)]
    rates = [value for rate in THREE for value in (one.now.rates[rate].value, one.now.rates[rate].cases)]
    return [code, name, *totals, *rates, *one.now.days["received"]]


def staff(db: Session, actor: Actor) -> Sheet:
    given = {name: request.args.get(name, "").strip() for name in ("q", "role")}
    heads = [_("登录名"), _("姓名"), _("岗位"), _("看得到的区域"), _("单位"), _("账号状态")]
    found = paged(lambda after: staff_door.found_staff(db, actor, after=after, **given), lambda one: one.login)
    return Sheet(_("人员"), heads, [staff_row(one) for one in found])


def staff_row(one: Staff) -> list[Any]:
    state = _("在用") if one.active else _("已停用")
    return [one.login, one.name, label("role", one.role), one.region.code if one.region else "", one.unit.code, state]


def units(db: Session, actor: Actor) -> Sheet:
    given = {name: request.args.get(name, "").strip() for name in ("q", "kind")}
    heads = [_("代码"), _("名称"), _("种类"), _("行业"), _("区域"), _("在用人员")]
    found = paged(lambda after: staff_door.found_units(db, actor, after=after, **given), lambda one: one[0].code)
    rows = [
        [one.code, one.name, label("unit_kind", one.kind), one.trade or "", one.region.name, people]
        for one, people in found
    ]
    return Sheet(_("单位"), heads, rows)


def paged(page: Callable[[str], list[Any]], key: Callable[[Any], str]) -> Iterator[Any]:
    """Page after page, as far as a file goes."""
    after, number = "", 0
    while number <= MOST:
        found = page(after)
        yield from found[: staff_door.PAGE]
        number += len(found)
        if len(found) <= staff_door.PAGE:
            return
        after = key(found[staff_door.PAGE - 1])


def audit(db: Session, actor: Actor) -> Sheet:
    at_the_top(actor)
    heads = [_("序号"), _("时间"), _("谁（登录名）"), _("做了什么"), _("对什么"), _("内容")]
    rows = [
        [
            one.seq,
            one.at,
            one.actor,
            one.action,
            one.object,
            " ".join(f"{name}={told}" for name, told in one.detail.items()),
        ]
        for one in asked_entries(db, MOST + 1)
    ]
    return Sheet(_("审计日志"), heads, rows)


def keys(db: Session, actor: Actor) -> Sheet:
    heads = [_("编号"), _("登录名"), _("用途"), _("新建"), _("吊销")]
    found = keys_door.keys_of(db, actor)
    return Sheet(
        _("接口密钥"), heads, [[one.id, one.staff.login, one.purpose, one.created_at, one.revoked_at] for one in found]
    )


def webhooks(db: Session, actor: Actor) -> Sheet:
    heads = [_("编号"), _("地址"), _("区域"), _("推送哪些"), _("状态")]
    return Sheet(_("事件推送"), heads, [webhook_row(one) for one in webhooks_door.webhooks_of(db, actor)])


def webhook_row(one: Webhook) -> list[Any]:
    verbs = " ".join(label("verb", verb) for verb in one.verbs) or _("全部")
    return [one.id, one.url, one.region.name, verbs, _("在用") if one.active else _("已暂停")]


def messages(db: Session, actor: Actor) -> Sheet:
    """The log of the webhook `id`."""
    heads = [_("排入"), _("事件"), _("工单"), _("状态"), _("试过"), _("最后一次"), _("用时（毫秒）")]
    webhook_id, state = number_of(request.args.get("id", "")), request.args.get("state", "")
    found = webhooks_door.log_of(db, actor, webhook_id, state, most=MOST + 1)
    return Sheet(_("推送记录"), heads, [message_row(one) for one in found])


def message_row(one: Delivery) -> list[Any]:
    last = f"{one.status or ''} {label('sending', one.problem) if one.problem else ''}".strip()
    what = [one.created_at, label("verb", one.verb), one.number, label("delivery", one.state)]
    return [*what, one.tries, last, one.took_ms]


# thing: (the page whose list it is, the table)
THINGS: dict[str, tuple[str, Callable[[Session, Actor], Sheet]]] = {
    "decisions": ("decisions.index", decisions),
    "drafts": ("drafts.index", drafts),
    "alarms": ("rates.alarm_list", alarm_sheet),
    "rate_tickets": ("rates.tickets", rate_tickets),
    "batches": ("batches.index", batch_sheet),
    "week": ("weekly.show", week),
    "staff": ("admin_staff.show", staff),
    "units": ("admin_units.show", units),
    "keys": ("admin_keys.show", keys),
    "webhooks": ("admin_webhooks.show", webhooks),
    "messages": ("admin_webhooks.log", messages),
    "audit": ("admin_audit.show", audit),
}
