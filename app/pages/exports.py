"""Lists and boards as files: the tickets of a list, the parts of a board; each export stands in the audit log."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.acts import note
from app.auth import current_actor
from app.babel import locale
from app.database import transaction
from app.export import MOST, Sheet, answer
from app.labels import label
from app.pages.board import FIGURES, figures_of
from app.pages.tickets import NAMES, read
from app.relay import number_all
from dispatch.config import current_config
from dispatch.models import Ticket
from dispatch.queries import SORTS, TicketFilter, list_tickets, region_in_scope
from dispatch.rates import THREE
from grids.scope import Actor

pages = Blueprint("exports", __name__)
PAGE = 1_000
WORDS = ("q",)  # filters that may hold a phone number: the log keeps that they were set, not what they said


@pages.get("/tickets.<kind>")
def tickets(kind: str) -> Response:
    """The tickets of the list with the same filters, without anything about the caller."""
    actor = current_actor()
    given: dict[str, Any] = {name: value for name in NAMES if (value := request.args.get(name, "").strip())}
    with transaction() as db:
        wanted = TicketFilter(**{name: read(name, value) for name, value in given.items()})
        taxonomy = current_config(db).taxonomy
        sort = request.args.get("sort", "")
        found = all_tickets(db, actor, wanted, sort if sort in SORTS else "due_at")
        rows = [row_of(ticket, taxonomy) for ticket in found]
    made = answer(Sheet(_("工单"), heads(), rows), kind)
    noted(
        actor, "tickets", min(len(rows), MOST), {name: "…" if name in WORDS else value for name, value in given.items()}
    )
    return made


@pages.get("/board/<code>.<kind>")
def board(code: str, kind: str) -> Response:
    """The parts of a region with their figures; the last row is the whole."""
    actor = current_actor()
    number_all()
    with transaction() as db:
        region = region_in_scope(db, actor, code)
        found = figures_of(db, region)
    here = {"code": "", "name": _("本级"), "rates": {}} | found["here"]
    rows = [board_row(row) for row in (*found["children"], here, found["total"])]
    names = [_("在办"), _("超期"), _("临期"), _("新增"), _("办结")]
    rates = [f"{label('rate', name)} {part}" for name in THREE for part in (_("值"), _("件数"))]
    made = answer(Sheet(f"{region.name} {_('看板')}", [_("代码"), _("名称"), *names, *rates], rows), kind)
    noted(actor, f"board:{code}", len(rows), {})
    return made


def board_row(row: dict[str, Any]) -> list[Any]:
    rates = [row["rates"].get(name, {}).get(part) for name in THREE for part in ("value", "cases")]
    return [row["code"], row["name"], *(row[name] for name in FIGURES), *rates]


def all_tickets(db: Session, actor: Actor, wanted: TicketFilter, sort: str) -> Iterator[Ticket]:
    """Page after page, one more than a file takes."""
    cursor, number = None, 0
    while number <= MOST:
        found, cursor = list_tickets(db, actor, wanted, cursor, PAGE, sort)
        yield from found
        number += len(found)
        db.expunge_all()
        if cursor is None:
            return


def heads() -> list[str]:
    return [
        _("工单号"), _("状态"), _("类型"), _("紧急程度"), _("事项"), _("诉求"), _("地址"), _("区域"), _("承办单位"),
        _("受理时间"), _("办理期限"), _("超期"), _("升级次数"), _("重复反映"), _("办结时间"), _("满意度"),
    ]  # fmt: skip


def row_of(ticket: Ticket, taxonomy: Any) -> list[Any]:
    category = taxonomy.name(ticket.category, locale()) if ticket.category else ""
    words = (label("status", ticket.status), label("kind", ticket.kind), label("urgency", ticket.urgency), category)
    place = (ticket.description, ticket.address, ticket.place, ticket.holder.name)
    times = (ticket.created_at, ticket.due_at, ticket.overdue, ticket.escalation_level, ticket.repeats)
    return [ticket.number, *words, *place, *times, ticket.closed_at, ticket.satisfaction]


def noted(actor: Actor, thing: str, rows: int, filters: dict[str, Any]) -> None:
    with transaction(write=True) as db:
        note(db, actor, "export", thing, rows=rows, **filters)
