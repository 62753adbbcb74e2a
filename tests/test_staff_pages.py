"""The staff pages as plain forms, without scripts: log-in, desk, ticket, list and board."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from app.database import transaction
from app.relay import number_all
from dispatch.models import Ticket
from tests import world
from tests.conftest import PASSWORD, TestClock
from tests.web import Caller

CELL = world.CELLS_WEST
FIGURES = ("open", "overdue", "due_soon", "received", "closed")


class Browser:
    """A client that sends the token of the last page with every form; logged in when it is given a login."""

    def __init__(self, app: Flask, login: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.page = ""
        self.get("/login")
        self.landed = self.log_in(login, PASSWORD).headers.get("Location", "") if login else ""

    def log_in(self, login: str, password: str, **more: str) -> Any:
        return self.post("/login", login=login, password=password, **more)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.ask(path)
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return self.page

    def ask(self, path: str) -> Any:
        forget()
        return self.client.get(path)

    def post(self, path: str, **form: Any) -> Any:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        assert token is not None
        forget()
        return self.client.post(path, data=form | {"csrf_token": token[1]})


def forget() -> None:
    """The fixtures keep one application context open, and with it what a request remembered about its caller."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def agent(app: Flask, clock: TestClock) -> Iterator[Browser]:
    browser = Browser(app, "agent.2101")
    browser.get("/desk")
    yield browser


def received(agent: Browser, **more: Any) -> Ticket:
    """One ticket made at the desk, in the westernmost cell of the world."""
    lon, lat = world.centre(CELL)
    form = {"description": "小区路灯不亮", "urgency": "ordinary", "lon": lon, "lat": lat}
    answer = agent.post("/desk", **form | more)
    assert answer.status_code == 302, answer.text
    with transaction() as db:
        ticket = db.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket is not None
        return ticket


@pytest.mark.parametrize(
    ("login", "home"),
    [
        ("agent.2101", "/desk"),
        ("manager.210102", "/board"),
        ("admin.21", "/board"),
        (f"attendant.{CELL}", "/cases"),
    ],
)
def test_each_role_begins_at_its_own_place(app: Flask, clock: TestClock, login: str, home: str) -> None:
    assert Browser(app, login).landed == home


def test_a_wrong_password_is_said_in_words(app: Flask, clock: TestClock) -> None:
    answer = Browser(app).log_in("agent.2101", "wrong")
    assert answer.status_code == 401 and "密码不对" in answer.text and 'value="agent.2101"' in answer.text


def test_next_never_leads_to_another_site(app: Flask, clock: TestClock) -> None:
    answer = Browser(app).log_in("agent.2101", PASSWORD, next="//elsewhere.example/")
    assert answer.headers["Location"] == "/"


def test_a_form_without_the_token_does_nothing(agent: Browser) -> None:
    forget()
    answer = agent.client.post("/desk", data={"description": "小区路灯不亮"})
    assert answer.status_code == 422
    with transaction() as db:
        assert db.scalar(select(Ticket)) is None


def test_the_desk_reads_out_number_and_promised_time(agent: Browser) -> None:
    ticket = received(agent)
    page = agent.get(f"/desk?saved={ticket.number}")
    assert ticket.number[:6] in page and ticket.number[6:] in page
    assert "11-30 10:00 前" in page  # five working days from Monday 10:00


def test_the_desk_keeps_what_was_typed_when_it_is_refused(agent: Browser) -> None:
    answer = agent.post("/desk", description="楼道堆物", caller_phone="not a number")
    assert answer.status_code == 422
    assert "楼道堆物" in answer.text and 'value="not a number"' in answer.text


def test_a_known_number_pops_the_last_tickets(agent: Browser) -> None:
    received(agent, caller_phone="13800001234", description="楼下噪声扰民")
    page = agent.get("/desk?phone=13800001234")
    assert "楼下噪声扰民" in page and "138****1234" in page


def test_buttons_are_those_of_the_workflow_table(app: Flask, agent: Browser) -> None:
    ticket = received(agent, category="light")
    manager = Browser(app, "manager.210103")
    manager.get(f"/tickets/{ticket.number}", 404)
    page = agent.get(f"/tickets/{ticket.number}")
    verbs = set(re.findall(rf'action="/tickets/{ticket.number}/(\w+)"', page))
    changes = {"change_kind", "change_category", "change_urgency"}
    assert verbs == {"answer", "reject", "dispatch", "relocate", "urge", "merge", "note", "reveal"} | changes


def test_a_stale_form_is_refused_in_words_and_keeps_the_text(agent: Browser) -> None:
    ticket = received(agent)
    agent.get(f"/tickets/{ticket.number}")
    assert agent.post(f"/tickets/{ticket.number}/note", note="先写的", version=ticket.version).status_code == 302
    answer = agent.post(f"/tickets/{ticket.number}/note", note="后写的还在", version=ticket.version)
    assert answer.status_code == 409
    assert "后写的还在" in answer.text and 'role="alert"' in answer.text


def test_the_whole_number_is_shown_once_to_who_gives_a_reason(agent: Browser) -> None:
    ticket = received(agent, caller_phone="13800001234")
    page = agent.get(f"/tickets/{ticket.number}")
    assert "138****1234" in page and "13800001234" not in page
    assert "13800001234" in agent.post(f"/tickets/{ticket.number}/reveal", reason="核实地址").text
    assert "13800001234" not in agent.get(f"/tickets/{ticket.number}")


def test_the_ledger_explains_the_promise(agent: Browser) -> None:
    ticket = received(agent)
    page = agent.get(f"/tickets/{ticket.number}/ledger/HANDLE")
    assert "为什么是这个时间" in page and "2,250" in page and "周末，不计" in page
    agent.get(f"/tickets/{ticket.number}/ledger/CALL_BACK", 404)


def test_a_number_leads_to_its_ticket_and_a_filter_narrows(agent: Browser) -> None:
    ticket = received(agent, description="井盖丢失")
    found = agent.ask(f"/tickets?q={ticket.number}")
    assert found.headers["Location"] == f"/tickets/{ticket.number}"
    assert "井盖丢失" in agent.get("/tickets?region=210102&open=1")
    assert "井盖丢失" not in agent.get("/tickets?status=CLOSED")
    agent.get("/tickets?region=2102", 404)


@pytest.mark.parametrize("code", ["21", "2101", "210102", CELL])
def test_the_rows_of_a_board_add_up_to_its_total(app: Flask, agent: Browser, code: str) -> None:
    received(agent)
    received(agent, lon="", lat="", address="沈阳市和平区", urgency="urgent")
    number_all()
    manager = Browser(app, f"manager.{code}" if code != CELL else "manager.21")
    manager.get(f"/board/{code}")
    figures = manager.ask(f"/board/{code}/figures").get_json()
    assert figures["total"]["open"] == (1 if code == CELL else 2)
    for name in FIGURES:
        parts = [row[name] for row in figures["children"]] + [figures["here"][name]]
        assert sum(parts) == figures["total"][name]
        assert min(parts) >= 0


def test_what_is_known_to_the_district_only_stands_at_its_own_level(app: Flask, agent: Browser) -> None:
    received(agent, lon="", lat="", address="沈阳市和平区")
    number_all()
    figures = Browser(app, "manager.210102").ask("/board/210102/figures").get_json()
    assert figures["here"]["open"] == 1


def test_a_board_outside_the_subtree_is_absent(app: Flask, clock: TestClock) -> None:
    manager = Browser(app, "manager.210102")
    manager.get("/board/2101", 404)
    assert manager.ask("/board").headers["Location"] == "/board/210102"


@pytest.mark.parametrize("path", ["/desk", "/tickets", "/board/2101", "/login"])
def test_every_page_has_a_switch_named_english(agent: Browser, path: str) -> None:
    if path == "/login":
        agent.post("/logout")
    assert ">English</a>" in agent.get(path)


def test_pages_carry_no_inline_script_or_style(agent: Browser) -> None:
    ticket = received(agent)
    for path in ("/desk", "/tickets", "/board/2101", f"/tickets/{ticket.number}"):
        page = agent.get(path)
        assert not re.search(r"<script(?![^>]*(src=|application/json|importmap))", page)
        assert not re.search(r'\sstyle="|\son\w+="', page)


def test_what_is_the_same_matter_is_joined_at_the_desk(agent: Browser) -> None:
    first = received(agent, description="楼前垃圾没有清走", category="cityscape.rubbish")
    second = received(agent, description="垃圾堆在楼前没清走", category="cityscape.rubbish", into=first.number)
    assert second.number != first.number and second.lead == first.number
    page = agent.get(f"/tickets/{first.number}")
    assert "合并的诉求" in page and "2 人反映" in page and f'href="/tickets/{second.number}"' in page
    assert "重复 1" in agent.get("/tickets?repeats_min=1&sort=repeats")
    assert first.number not in agent.get("/tickets?repeats_min=2&sort=repeats")


def test_a_ticket_of_an_ended_matter_is_not_made_in_silence(agent: Browser) -> None:
    first = received(agent)
    agent.get(f"/tickets/{first.number}")
    assert agent.post(f"/tickets/{first.number}/answer", note="已答复", version=first.version).status_code == 302
    agent.get("/desk")
    answer = agent.post("/desk", description="还是那件事", into=first.number)
    assert answer.status_code == 409 and "不能再并入" in answer.text and "还是那件事" in answer.text


def test_likely_duplicates_are_put_together_on_the_ticket_page_and_parted_again(agent: Browser) -> None:
    first = received(agent, description="楼前垃圾没有清走", category="cityscape.rubbish")
    second = received(agent, description="垃圾堆在楼前没清走", category="cityscape.rubbish")
    page = agent.get(f"/tickets/{second.number}")
    assert "可能是同一件事" in page and "很可能是同一件事" in page and f'name="into" value="{first.number}"' in page
    path = f"/tickets/{second.number}"
    assert agent.post(f"{path}/merge", into=first.number, version=second.version).status_code == 302
    page = agent.get(path)
    assert f"并入 {first.number}" in page and "可能是同一件事" not in page and f'action="{path}/unmerge"' in page
    assert agent.post(f"{path}/unmerge").status_code == 302
    assert f"从 {first.number} 拆出" in agent.get(path)


def test_the_style_page_is_of_demonstrations_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Caller(app).get("/style?dress=dark")
    assert page.status_code == 200 and '<html lang="zh-CN" data-theme="dark"' in page.text
    settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(settings, env="production"))
    assert Caller(app).get("/style").status_code == 404
