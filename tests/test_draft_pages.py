"""Drafts on the staff pages, without scripts: the bar, the board, the ticket that was filed with open questions."""

import re
from typing import Any

import pytest
from flask import Flask

from tests.conftest import TestClock
from tests.web import Caller, Visitor

pytestmark = pytest.mark.database

FIRE, LIGHT = "市民：着火了，家里着火了，快来人", "市民：沈阳市，路灯不亮，我的电话13900001234"


@pytest.fixture
def drafts(app: Flask, clock: TestClock, keys: Any) -> list[int]:
    agent = Caller(app, keys("agent.2101"))
    made = []
    for text in (LIGHT, FIRE):
        (item,) = agent.post("/api/v1/transcripts", json={"text": text, "mode": "draft"}).get_json()["items"]
        made.append(item["drafts"][0]["id"])
    return made


def bar(page: str) -> str:
    found = re.search(r"<span class=\"bar-count\".*?</a>", page, re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>", " ", found[0])


def test_the_bar_of_every_page_counts_what_waits_in_scope(app: Flask, drafts: list[int]) -> None:
    for path in ("/desk", "/tickets", "/board", "/drafts"):
        assert bar(Visitor(app, "agent.2101").get(path, follow_redirects=True).text).split() == ["2", "特急", "1"], path
    away = Visitor(app, "manager.210202").get("/tickets").text
    assert re.search(r"data-emergency hidden", away)


def test_attendants_have_no_drafts(app: Flask, drafts: list[int]) -> None:
    visitor = Visitor(app, "attendant.210102001001001")
    assert "data-drafts" not in visitor.get("/tickets").text
    assert visitor.get("/drafts").status_code == 403


def test_the_board_names_what_waits_too_long(app: Flask, clock: TestClock, drafts: list[int]) -> None:
    visitor = Visitor(app, "manager.2101")
    page = visitor.get("/board/2101").text
    assert 'href="/drafts?region=2101"' in page and "等候过久" not in page
    clock.forward(minutes=2)
    page = visitor.get("/board/2101").text
    assert "等候过久 1" in page and "特急 1，最早 等了 2 分" in page
    late = visitor.get("/drafts?region=2101&late=1").text
    assert re.findall(r'data-draft="(\d+)"', late) == [str(drafts[1])]
    assert "待立单" not in re.sub(r"<header.*?</header>", "", visitor.get("/board/210102").text, flags=re.DOTALL)


def test_the_queue_reads_out_what_to_ask_and_shows_no_number(app: Flask, drafts: list[int]) -> None:
    page = Visitor(app, "agent.2101").get("/drafts").text
    assert page.index(f'data-draft="{drafts[1]}"') < page.index(f'data-draft="{drafts[0]}"')
    assert "特急 1 份还没有立单" in page and "请问是哪个区县？" in page
    one = Visitor(app, "agent.2101").get(f"/drafts/{drafts[0]}").text
    assert "13900001234" not in one and "139****1234" in one and '<mark class="evidence">' in one


def test_the_desk_lists_the_most_urgent_first(app: Flask, drafts: list[int]) -> None:
    page = Visitor(app, "agent.2101").get("/desk").text
    assert page.index(f'href="/drafts/{drafts[1]}"') < page.index(f'href="/drafts/{drafts[0]}"')


def test_a_ticket_filed_at_once_shows_its_questions(app: Flask, clock: TestClock, keys: Any) -> None:
    body = {"text": "市民：沈阳市，着火了，家里着火了，快来人"}
    (item,) = Caller(app, keys("agent.2101")).post("/api/v1/transcripts", json=body).get_json()["items"]
    page = Visitor(app, "manager.2101").get(f"/tickets/{item['tickets'][0]['number']}").text
    assert "还要追问" in page and "请问是哪个区县？" in page


def test_a_filed_draft_leads_to_its_ticket_and_a_second_filing_is_refused_in_words(
    app: Flask, drafts: list[int]
) -> None:
    visitor = Visitor(app, "agent.2101")
    form = {"csrf_token": visitor.token, "address": "沈阳市和平区某路"}
    way = f"/drafts/{drafts[0]}"
    assert visitor.post(f"{way}/file", data=form).status_code == 302
    assert re.search(r'href="/tickets/\d+"', visitor.get(way).text)
    again = visitor.post(f"{way}/file", data=form)
    assert again.status_code == 409 and "已经处理过" in again.text and 'role="alert"' in again.text
