"""Policies are tried on past tickets before they are put in force, and an edited setting survives the next set-up."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import transaction
from dispatch.config import FILES, GEODATA, _cache, current_config, load_settings, newest_setting, put_setting
from dispatch.policies import read_policies
from dispatch.what_if import simulate
from grids.models import Setting
from tests.conftest import MONDAY
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
SHIPPED = (GEODATA / FILES["policies"]).read_text(encoding="utf-8")


@pytest.fixture
def policies_file(app, tmp_path):
    """Writes a file of policies; settings that a test adds are taken out again."""
    with transaction() as db:
        before = set(db.scalars(select(Setting.id)))
    yield lambda text: written(tmp_path / "policies.csv", text)
    with transaction(write=True) as db:
        for setting in db.scalars(select(Setting).where(Setting.id.not_in(before))):
            db.delete(setting)
    _cache.clear()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def tickets(caller, clock):
    """Two ordinary tickets at 10:00, one signed in an hour later, the other after five."""
    lon, lat = centre()
    for hours in (1, 5):
        clock.at = MONDAY
        body = {"description": "路面破损", "urgency": "ordinary", "lon": lon, "lat": lat}
        number = caller("agent.2101").post("/api/v1/tickets", json=body).json["number"]
        manager = caller("manager.210102")
        assert manager.post(f"/api/v1/tickets/{number}/dispatch", json={"unit": CELLS_WEST}).status_code == 200
        clock.forward(hours=hours)
        assert caller(f"attendant.{CELLS_WEST}").post(f"/api/v1/tickets/{number}/sign_in", json={}).status_code == 200


def changed(amount: int) -> str:
    return SHIPPED.replace("SIGN_IN,,,ordinary,,,4,working_hours", f"SIGN_IN,,,ordinary,,,{amount},working_hours")


def sign_in_figures(actor, clock, text):
    with transaction() as db:
        calendars = current_config(db).calendars
        outcome = simulate(db, actor("manager.21"), MONDAY, clock.forward(hours=1), read_policies(text), calendars)
    return outcome


def test_the_same_policies_change_nothing(tickets, actor, clock):
    figures = sign_in_figures(actor, clock, SHIPPED).kinds["SIGN_IN"]
    assert figures.clocks >= 2
    assert (figures.newly_late, figures.no_more_late) == (0, 0)
    assert figures.late == figures.late_then


def test_shorter_and_longer_allowances_are_counted(tickets, actor, clock):
    short = sign_in_figures(actor, clock, changed(1)).kinds["SIGN_IN"]
    assert short.newly_late >= 1 and short.no_more_late == 0
    tighter = sign_in_figures(actor, clock, changed(40)).kinds["SIGN_IN"]
    assert tighter.late_then == 0 and tighter.no_more_late == tighter.late


def test_scope_and_period_hold(tickets, actor, clock):
    with transaction() as db:
        calendars = current_config(db).calendars
        policies = read_policies(SHIPPED)
        other = simulate(db, actor("manager.2102"), MONDAY, clock(), policies, calendars)
        later = simulate(db, actor("manager.21"), clock(), clock.forward(days=1), policies, calendars)
        mine = simulate(db, actor("manager.21"), MONDAY, clock(), policies, calendars)
    assert not other.kinds and not later.kinds
    assert set(mine.districts) == {"210102"} and mine.districts["210102"].clocks == 2


def test_clocks_without_a_policy_are_told(tickets, actor, clock):
    figures = sign_in_figures(actor, clock, "\n".join(SHIPPED.splitlines()[:2]) + "\n").kinds["SIGN_IN"]
    assert figures.without_policy == figures.clocks


def test_the_command_tells_and_changes_nothing(app, tickets, policies_file):
    told = app.test_cli_runner().invoke(args=["policies", "simulate", str(policies_file(changed(1)))])
    assert told.exit_code == 0
    assert "SIGN_IN" in told.output and "210102" in told.output
    with transaction() as db:
        assert newest_setting(db, "policies").value == SHIPPED


def test_policies_in_force_survive_the_next_set_up(app, policies_file, caller, clock):
    runner = app.test_cli_runner()
    assert "version 2" in runner.invoke(args=["policies", "load", str(policies_file(changed(2)))]).output
    with transaction(write=True) as db:
        assert "policies" not in load_settings(db, MONDAY)
        assert newest_setting(db, "policies").value == changed(2)
    assert runner.invoke(args=["policies", "show"]).output == changed(2)
    assert "nothing new" in runner.invoke(args=["policies", "load", str(policies_file(changed(2)))]).output


def test_a_text_that_nobody_edited_is_renewed_with_the_product(app, policies_file, monkeypatch, tmp_path):
    with transaction(write=True) as db:
        load_settings(db, MONDAY)
    for file in FILES.values():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes((GEODATA / file).read_bytes())
    (tmp_path / FILES["policies"]).write_text(changed(3), encoding="utf-8")
    monkeypatch.setattr("dispatch.config.GEODATA", tmp_path)
    with transaction(write=True) as db:
        assert load_settings(db, MONDAY) == ["policies"]
        assert newest_setting(db, "policies").value == changed(3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clock,unit\n", "line 1: the columns must be"),
        (changed(0), "amount cannot be '0'"),
        (SHIPPED + SHIPPED.splitlines()[1] + "\n", "stands there twice"),
    ],
)
def test_a_bad_file_is_refused_in_words(app, policies_file, text, words):
    for verb in ("load", "simulate"):
        told = app.test_cli_runner().invoke(args=["policies", verb, str(policies_file(text))])
        assert told.exit_code != 0 and words in told.output


def test_put_setting_makes_a_version_only_for_a_change(db):
    made = put_setting(db, "tests", "one", MONDAY)
    db.flush()
    assert made is not None and put_setting(db, "tests", "one", MONDAY) is None
    assert put_setting(db, "tests", "two", MONDAY).version == 2
