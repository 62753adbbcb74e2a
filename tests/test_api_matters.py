"""One call, several matters over the API: each is a ticket or a draft of its own, all with the call or none."""

from typing import Any

import pytest
from sqlalchemy import select

from app.database import transaction
from dispatch.errors import BadInput
from dispatch.models import Draft, Event, Ticket, Transcript
from tests.test_api import problem
from tests.test_api_intake import PHONE, count
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database

TWO = [
    ("agent", "您好，请问有什么可以帮您"),
    ("citizen", "我反映两件事，第一个，沈阳市和平区文安路社区昨天晚上路灯灭了，我叫赵铁柱，电话13912345678"),
    ("agent", "第二个呢"),
    ("citizen", "第二个是沈河区那边，饭店油烟太大，我要投诉，有事找赵铁柱，打13912345678"),
]
VAGUE = [("citizen", "沈阳市和平区文安路社区路灯不亮。另外一件事，我要投诉北京市朝阳区一家公司拖欠工资")]


def turns(talk: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"speaker": speaker, "text": text} for speaker, text in talk]


def send(agent: Any, talk: list[tuple[str, str]] = TWO, **fields: Any) -> dict[str, Any]:
    answer = agent.post("/api/v1/transcripts", json={"turns": turns(talk)} | fields)
    assert answer.status_code == 201, answer.text
    item: dict[str, Any] = answer.json["items"][0]
    return item


def test_each_matter_is_a_ticket_with_its_own_place_kind_and_words(agent):
    item = send(agent)
    first, second = item["tickets"]
    assert (first["category"]["code"], second["category"]["code"]) == ("light.street", "environment.fumes")
    assert (first["region"]["code"], second["region"]["code"]) == ("210102002001", "210103")
    assert (first["kind"], second["kind"]) == ("complaint", "complaint")
    assert [one["turn"] for one in first["quotes"]] == [1] and [one["turn"] for one in second["quotes"]] == [3]
    assert first["happened"]["at"] == "2026-11-22" and second["happened"] is None
    assert item["reading"]["matter"]["value"] == first["description"]
    assert [one["matter"]["value"] for one in item["further"]] == [second["description"]]
    with transaction() as db:
        call = db.scalars(select(Transcript)).one()
        assert set(db.scalars(select(Ticket.transcript_id))) == {call.id}
        assert len(call.reading["further"]) == 1


def test_quotes_show_the_words_and_neither_number_nor_name(agent):
    for told in send(agent)["tickets"]:
        shown = agent.get(f"/api/v1/tickets/{told['number']}").json
        for quote in shown["quotes"]:
            said = TWO[quote["turn"]][1][quote["start"] : quote["end"]]
            assert len(quote["text"]) == len(said) and quote["text"][:6] == said[:6]
            assert "赵铁柱" not in quote["text"] and "1391234" not in quote["text"]
        assert "赵铁柱" not in shown["description"] and "139" not in shown["description"]
        received = agent.get(f"/api/v1/tickets/{told['number']}/timeline").json["items"][0]
        assert received["quotes"] == shown["quotes"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("沈阳市和平区路灯不亮", "139****5678"),
        ("沈阳市和平区路灯不亮，我的手机是13800001111", "138****1111"),
        ("沈阳市和平区路灯不亮，物业的电话是13800001111", "139****5678"),
    ],
)
def test_the_number_that_the_caller_gives_goes_before_the_one_shown(agent, text, told):
    assert send(agent, [("citizen", text)], caller_phone=PHONE)["tickets"][0]["caller"]["phone"] == told


def test_a_form_without_a_kind_is_no_milder_than_its_words(agent):
    for words, kind in (("我要投诉，路灯不亮", "complaint"), ("我要举报路灯被偷", "report"), ("路灯不亮", "help")):
        made = agent.post("/api/v1/tickets", json={"description": words, "region": "210102"})
        assert made.json["kind"] == kind


def test_the_ticket_page_shows_the_words_masked(agent, app, clock):
    from tests.test_staff_pages import Browser

    number = send(agent)["tickets"][0]["number"]
    page = Browser(app, "agent.2101").get(f"/tickets/{number}")
    assert "文安路社区昨天晚上路灯灭了" in page.partition('class="timeline"')[2]
    assert "赵铁柱" not in page and PHONE not in page


def test_events_and_rows_carry_no_words_of_the_caller(agent):
    send(agent)
    with transaction() as db:
        assert not any("quotes" in event.detail for event in db.scalars(select(Event)))


def test_a_doubtful_matter_is_a_draft_beside_the_ticket_of_the_other(agent):
    item = send(agent, VAGUE)
    (ticket,), (draft,) = item["tickets"], item["drafts"]
    assert ticket["category"]["code"] == "light.street"
    assert "工资" in draft["description"] and draft["quotes"][0]["text"].startswith("另外一件事")
    assert "say_outside" in [one["code"] for one in draft["questions"]]
    made = agent.post(f"/api/v1/drafts/{draft['id']}/file", json={"region": "210103"}).json
    assert made["quotes"] == draft["quotes"]
    with transaction() as db:
        assert len(set(db.scalars(select(Ticket.transcript_id)))) == 1


def test_a_matter_that_is_refused_becomes_a_draft_and_loses_no_other(agent, monkeypatch):
    from app import filing

    def refuses_the_second(complaint, config):
        if "油烟" in complaint.description:
            raise BadInput("inputs_wrong")

    monkeypatch.setattr(filing, "check", refuses_the_second)
    item = send(agent)
    assert [one["category"]["code"] for one in item["tickets"]] == ["light.street"]
    assert ["油烟" in one["description"] for one in item["drafts"]] == [True]
    assert (count(Ticket), count(Draft), count(Transcript)) == (1, 1, 1)


def test_a_fault_in_one_matter_leaves_nothing_of_the_call(agent, monkeypatch):
    from app import filing

    def breaks(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(filing.drafts, "new", breaks)
    problem(agent.post("/api/v1/transcripts", json={"turns": turns(VAGUE)}), 500)
    assert (count(Ticket), count(Draft), count(Transcript)) == (0, 0, 0)


def test_a_point_given_with_the_call_is_not_the_place_of_a_matter_elsewhere(agent):
    lon, lat = centre()
    first, second = send(agent, lon=lon, lat=lat)["tickets"]
    assert (first["region"]["code"], second["region"]["code"]) == (CELLS_WEST, "210103")
    with_point = send(agent, [("citizen", "沈阳市和平区路灯不亮。另外一件事，垃圾没人清运")], lon=lon, lat=lat)
    assert [one["region"]["code"] for one in with_point["tickets"]] == [CELLS_WEST, CELLS_WEST]


def test_mode_draft_makes_a_draft_of_each_matter(agent):
    item = send(agent, mode="draft")
    assert (len(item["tickets"]), len(item["drafts"]), count(Ticket)) == (0, 2, 0)


def test_the_same_key_makes_the_matters_once(agent):
    headers = {"Idempotency-Key": "one-call"}
    body = {"turns": turns(TWO)}
    again = [agent.post("/api/v1/transcripts", json=body, headers=headers).json for _ in range(2)]
    assert again[0] == again[1] and count(Ticket) == 2


@pytest.mark.parametrize(
    ("called_at", "day"),
    [
        ("2026-11-20T08:00:00+08:00", "2026-11-19"),
        ("2026-11-20 08:00", "2026-11-19"),
        ("2026-11-19T20:00:00Z", "2026-11-19"),
    ],
)
def test_times_are_counted_from_the_call(agent, called_at, day):
    talk = [("citizen", "沈阳市和平区文安路社区昨天路灯灭了")]
    assert send(agent, talk, called_at=called_at)["tickets"][0]["happened"]["at"] == day


def test_a_time_that_is_none_is_named(agent):
    answer = agent.post("/api/v1/transcripts", json={"turns": turns(TWO), "called_at": "yesterday"})
    assert set(problem(answer, 422)["errors"]) == {"called_at"}


def test_the_desk_previews_every_matter(agent):
    told = agent.post("/api/v1/readings", json={"text": "沈阳市和平区路灯不亮。另外一件事，垃圾没人清运"}).json
    assert told["reading"]["category"]["value"] == "light.street"
    assert [one["category"]["value"] for one in told["further"]] == ["cityscape.rubbish"]
    assert told["further"][0]["place"]["borrowed"] is True
    assert agent.post("/api/v1/readings", json={"text": "路灯不亮", "caller_phone": PHONE}).json["further"] == []


def test_a_citizen_who_follows_a_ticket_sees_no_quotes(agent, caller):
    number = send(agent)["tickets"][0]["number"]
    problem(caller().get(f"/api/v1/tickets/{number}"), 401)
