"""Calendars by region and unit, frozen on the clock, and provisional deadlines settled when a plan is loaded."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.background import audit
from app.database import transaction
from app.relay import number_all
from dispatch.auditor import audit_page
from dispatch.calendars import CalendarRule, Calendars, read_calendar_rules
from dispatch.clocks import open_clock
from dispatch.config import CALENDAR, current_config
from dispatch.errors import BadInput
from dispatch.models import Event, Ticket
from dispatch.sweep import sweep
from geodata.holidays import CalendarError, calendar_text, read_calendar
from tests.world import centre

pytestmark = pytest.mark.database
LATE_DECEMBER = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)  # Monday 10:00: five working days reach into 2027
PLAN = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-02,makeup,元旦\n"


@pytest.fixture
def run(app, kept_settings):
    def invoke(*words):
        return app.test_cli_runner().invoke(args=["calendars", *map(str, words)])

    return invoke


def ticket_of(caller) -> str:
    lon, lat = centre()
    made = caller("agent.2101").post(
        "/api/v1/tickets",
        json={
            "description": "楼前垃圾没有清理",
            "lon": lon,
            "lat": lat,
            "category": "road.surface",
            "urgency": "ordinary",
        },
    )
    assert made.status_code == 201, made.json
    return made.json["number"]


def handle_clock(db, number):
    ticket = db.scalar(select(Ticket).where(Ticket.number == number))
    return open_clock(ticket, "HANDLE")


def test_a_provisional_deadline_is_settled_by_the_plan(run, caller, clock, tmp_path):
    clock.at = LATE_DECEMBER
    number = ticket_of(caller)
    with transaction() as db:
        before = handle_clock(db, number)
        assert before.provisional and before.due_at == datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    told = run("plan", "CN", tmp_path / "plan.csv", "--year", 2027)
    assert told.exit_code == 0, told.output
    assert "CN is at version 2" in told.output
    with transaction() as db:
        after = handle_clock(db, number)
        assert not after.provisional
        assert after.due_at == datetime(2027, 1, 4, 2, 0, tzinfo=UTC)  # Friday off, Saturday worked: the same moment
        assert after.calendar_version == 2
        event = db.scalars(select(Event).where(Event.verb == "recompute").order_by(Event.id)).all()[-1]
        assert event.detail["versions"] == [1, 2]
        assert event.actor == "system"
    number_all()
    ledger = caller("agent.2101").get(f"/api/v1/tickets/{number}/deadlines").json["items"]
    handling = next(item for item in ledger if item["kind"] == "HANDLE")
    assert handling["calendar"] == {"code": "CN", "version": 2}
    assert {"holiday", "makeup"} <= {segment["kind"] for segment in handling["segments"]}
    assert handling["segments"][-1]["to"] == handling["due_at"]


def test_a_settled_deadline_moves_when_days_fall_away(run, caller, clock, tmp_path):
    clock.at = LATE_DECEMBER
    number = ticket_of(caller)
    (tmp_path / "plan.csv").write_text("date,kind,name\n2027-01-01,holiday,元旦\n", encoding="utf-8")
    assert run("plan", "CN", tmp_path / "plan.csv", "--year", 2027).exit_code == 0
    with transaction() as db:
        found = handle_clock(db, number)
        assert found.due_at == datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
        assert db.scalar(select(Ticket.due_at).where(Ticket.number == number)) == found.due_at
        assert found.next_at == found.half_at


def test_a_deadline_that_has_passed_when_its_plan_is_loaded_is_missed_then(run, caller, clock, tmp_path):
    clock.at = LATE_DECEMBER
    number = ticket_of(caller)
    clock.at = datetime(2027, 1, 3, 4, 0, tzinfo=UTC)  # Sunday noon: the promise was for Monday
    sweep(lambda: transaction(write=True), clock())
    plan = "date,kind,name\n2027-01-02,makeup,元旦\n2027-01-03,makeup,元旦\n"  # the promise ended on Saturday, then
    (tmp_path / "plan.csv").write_text(plan, encoding="utf-8")
    assert run("plan", "CN", tmp_path / "plan.csv", "--year", 2027).exit_code == 0
    sweep(lambda: transaction(write=True), clock())
    with transaction() as db:
        found, config = handle_clock(db, number), current_config(db)
        assert found.state == "breached" and found.due_at < clock()
        events = db.scalars(select(Event).where(Event.ticket_id == found.ticket_id).order_by(Event.id)).all()
        assert [event.at for event in events] == sorted(event.at for event in events)
        handling = [one for one in events if one.verb == "warn" and one.detail["clock"] == "HANDLE"]
        assert [(one.at, one.detail["percent"]) for one in handling][-1] == (clock(), 100)  # it had risen to the top
        assert audit_page(db, clock() + timedelta(minutes=2), config)[0] == []


def test_a_pause_that_outlasts_the_loading_of_a_plan_ends_in_that_plan(run, app, caller, clock, tmp_path):
    clock.at = LATE_DECEMBER
    number = ticket_of(caller)
    manager = caller("manager.2101")
    holder = manager.get(f"/api/v1/tickets/{number}").json["holder"]["unit"]
    signed = caller(f"manager.{holder}").post(f"/api/v1/tickets/{number}/sign_in")
    assert signed.status_code == 200, signed.json
    held = manager.post(f"/api/v1/tickets/{number}/hold", json={"reason": "等待配件"})
    assert held.status_code == 200, held.json
    (tmp_path / "plan.csv").write_text("date,kind,name\n2027-01-01,holiday,元旦\n", encoding="utf-8")
    assert run("plan", "CN", tmp_path / "plan.csv", "--year", 2027).exit_code == 0
    clock.forward(minutes=30)
    resumed = manager.post(f"/api/v1/tickets/{number}/resume", json={})
    assert resumed.status_code == 200, resumed.json
    audit(app)
    with transaction() as db:
        found, config = handle_clock(db, number), current_config(db)
        assert (found.calendar_version, found.provisional) == (2, False)
        assert found.due_at == datetime(2027, 1, 5, 2, 30, tzinfo=UTC)  # without Friday, and half an hour later
        assert audit_page(db, clock() + timedelta(minutes=2), config)[0] == []


def test_a_plan_loaded_twice_changes_nothing(run, clock, tmp_path):
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    run("plan", "CN", tmp_path / "plan.csv", "--year", 2027)
    again = run("plan", "CN", tmp_path / "plan.csv", "--year", 2027)
    assert "nothing new" in again.output
    assert "0 running deadlines" in again.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,kind,name\n2026-01-01,holiday,元旦\n", "is not in 2027"),
        ("date,kind,name\n2027-01-01,holiday,a\n2027-01-01,makeup,b\n", "stands twice"),
        ("date,kind,name\n2027-02-30,holiday,a\n", "line 2"),
        ("date,kind,name\n2027-01-01,free,a\n", "line 2"),
        ("day;kind\n", "line 1"),
        ("date,kind,name\n", "names no day"),
    ],
)
def test_a_bad_plan_changes_nothing_and_says_why(run, tmp_path, text, words):
    (tmp_path / "plan.csv").write_text(text, encoding="utf-8")
    told = run("plan", "CN", tmp_path / "plan.csv", "--year", 2027)
    assert told.exit_code != 0
    assert words in told.output
    with transaction() as db:
        assert current_config(db).calendars.newest("CN").version == 1


def test_a_region_and_a_unit_may_have_hours_of_their_own(run, caller, clock):
    assert run("add", "SY", "--name", "沈阳", "--intervals", "09:00-12:00,13:00-17:00").exit_code == 0
    assert run("assign", "SY", "--region", "210102").exit_code == 0
    told = run("list").output
    assert "SY version 1 沈阳 09:00-12:00,13:00-17:00" in told
    assert "region 21.2101.210102.: SY" in told
    number = ticket_of(caller)
    with transaction() as db:
        clock_row = handle_clock(db, number)
        assert clock_row.calendar == "SY"
        assert clock_row.due_at == datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    assert run("assign", "SY", "--unit", "nobody").exit_code != 0
    assert run("assign", "nothing", "--region", "210102").exit_code != 0


def test_a_clock_keeps_the_version_it_was_computed_with(run, caller, clock):
    number = ticket_of(caller)
    assert run("add", "CN", "--name", "全国", "--intervals", "09:00-12:00").exit_code == 0
    with transaction() as db:
        found = handle_clock(db, number)
        assert found.calendar_version == 1
        config = current_config(db)
        assert config.calendars.newest("CN").day_minutes == 180
        assert config.calendars.frozen("CN", 1).day_minutes == 450


def test_rules_are_asked_from_the_most_to_the_least_specific():
    rules = read_calendar_rules("unit,region,calendar,source\n,,A,x\n,21.2101.,B,x\nu1,,C,x\n,21.2101.210102.,D,x\n")
    texts = {(code, 1): calendar_text("CN").replace('"code": "CN"', f'"code": "{code}"') for code in "ABCD"}
    calendars = Calendars(texts, rules)
    asked = [("u1", "21.2101.210102."), ("u2", "21.2101.210102.5."), ("u2", "21.2101."), ("u2", "21.2102.")]
    assert [calendars.for_holder(*one).code for one in asked] == ["C", "D", "B", "A"]


@pytest.mark.parametrize(
    "text",
    ["unit,region\n", "unit,region,calendar,source\nu,,CN,x\n", "unit,region,calendar,source\n,21,CN,x\n,,CN,x\n"],
)
def test_bad_rules_are_refused(text):
    with pytest.raises(BadInput, match="calendar_rules"):
        read_calendar_rules(text)


def test_a_rule_for_an_unknown_calendar_is_refused():
    with pytest.raises(BadInput, match="calendar_unknown"):
        Calendars({("CN", 1): calendar_text("CN")}, (CalendarRule("", "", "XX"),))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"days": 1}'])
def test_what_is_no_calendar_is_refused(text):
    with pytest.raises(CalendarError):
        read_calendar(text)


def test_settings_hold_the_shipped_calendar(db):
    from dispatch.config import newest_setting

    setting = newest_setting(db, CALENDAR + "CN")
    assert setting is not None and setting.version == 1 and setting.value == calendar_text("CN")
