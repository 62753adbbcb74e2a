"""The cards below the board, and that every figure of it is the number of tickets behind its link."""

import html
import re
from typing import Any

import pytest
from flask import Flask

from app.database import transaction
from dispatch.league import FEW, HIGH, HIGHER, LIKE, LOW, LOWER, against, share
from dispatch.sweep import sweep
from tests.web import Visitor
from tests.world import CELL_OF, CELLS_WEST, centre

pytestmark = pytest.mark.database
OTHER = "210102001001002"


@pytest.fixture
def tickets(app: Flask, caller: Any, clock: Any) -> list[str]:
    """Overdue ones in two cells and another district, one on hold, one closed today, one told three times."""

    def log(cell: str, **more: Any) -> str:
        lon, lat = centre(cell)
        body = {"description": "路灯不亮", "lon": lon, "lat": lat} | more
        return str(caller("agent.21").post("/api/v1/tickets", json=body).json["number"])

    def do(login: str, number: str, verb: str, **inputs: Any) -> None:
        answer = caller(login).post(f"/api/v1/tickets/{number}/{verb}", json=inputs)
        assert answer.status_code == 200, answer.text

    made = [log(cell, urgency="urgent") for cell in (CELLS_WEST, CELLS_WEST, OTHER, CELL_OF["210103"])]
    clock.forward(days=4)
    with_sweep(clock)
    made += [log(OTHER), log(OTHER), log(OTHER), log(CELLS_WEST, category="light.street")]
    do("manager.210102", made[5], "merge", into=made[4])
    do("manager.210102", made[6], "merge", into=made[4])
    return made


def with_sweep(clock: Any) -> None:
    sweep(lambda: transaction(write=True), clock())


def test_the_worst_units_come_first_and_lead_to_their_tickets(app: Flask, tickets: list[str]) -> None:
    manager = Visitor(app, "manager.210102")
    page = html.unescape(manager.get("/board/210102/asides").text)
    cards = page.split('<section class="card">')
    units = re.findall(
        r'href="(/tickets\?[^"]*overdue=1[^"]*)"><span class="trow__what">([^<]+)<.*?>(\d+) 件', cards[2]
    )
    assert [int(number) for _, _, number in units] == sorted((int(one[2]) for one in units), reverse=True)
    assert sum(int(number) for _, _, number in units) == 3
    for address, name, number in units:
        assert listed(manager, address) == int(number), name


def test_what_is_told_again_and_what_waits_is_there(app: Flask, tickets: list[str]) -> None:
    page = Visitor(app, "manager.21").get("/board/210102/asides").text
    assert f'href="/tickets/{tickets[4]}"' in page and "另有 2 件" in page
    waits = Visitor(app, "manager.21").get("/decisions").text
    risen = set(re.findall(r'href="/tickets/(\d+)"', waits))
    assert set(re.findall(r'href="/tickets/(\d+)"', page.split("超期最多的单位")[0])) <= risen and risen
    assert "待我决定" not in Visitor(app, "admin.21").get("/board/210102/asides").text


@pytest.mark.parametrize("code", ["21", "2101", "210102", "210102001001", CELLS_WEST])
def test_every_figure_is_the_number_of_its_tickets(app: Flask, tickets: list[str], code: str) -> None:
    manager = Visitor(app, "manager.21")
    page = html.unescape(manager.get(f"/board/{code}").text)
    table = page[page.index('id="children"') : page.index("</table>", page.index('id="children"'))]
    cells = re.findall(r'data-figure="\w+"><a href="([^"]+)"[^>]*>(\d+)</a>', table)
    tiles = re.findall(r'<a class="stat" href="([^"]+)">.*?data-total="\w+">(\d+)<', page)
    hold = re.findall(r'href="([^"]+on_hold=1)">\S+ <b data-total="on_hold">(\d+)<', page)
    assert len(cells) >= 5 and len(tiles) == 4 and len(hold) == 1
    for address, figure in {*cells, *tiles, *hold}:
        assert listed(manager, address) == int(figure), address


def listed(visitor: Visitor, address: str) -> int:
    return visitor.get(address).text.count("<li data-number=")


@pytest.mark.parametrize(
    ("met", "cases", "wanted"),
    [
        (29, 29, FEW),
        (0, 0, FEW),
        (90, 100, LIKE),
        (99, 100, HIGHER),
        (9300, 10000, HIGH),
        (8700, 10000, LOW),
        (70, 100, LOWER),
    ],
)
def test_a_rate_stands_against_the_whole_by_its_interval(met: int, cases: int, wanted: int) -> None:
    assert against(share(met, cases).told(), 0.9, 30) == wanted
    assert against(share(met, cases).told(), None, 30) == FEW
