"""Invented traffic: the tables make sense, a past is told in order, and the counters equal the tickets afterwards."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
import shapely
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.database import transaction
from app.traffic.arrivals import times
from app.traffic.lives import awake
from app.traffic.pictures import picture
from app.traffic.places import inside
from app.traffic.tables import filled, in_season, months_of, notes, phone, templates, weights
from dispatch.classify import Taxonomy
from dispatch.models import Event, Photo, Ticket
from dispatch.photo import inspect
from dispatch.recount import differences
from dispatch.sweep import lag
from dispatch.working_time import SHANGHAI
from geodata.divisions import divisions
from tests.conftest import MONDAY, TestClock


def test_every_sentence_has_a_category_and_can_be_filled() -> None:
    taxonomy = Taxonomy.load()
    assert len(templates()) >= 60
    for template in templates():
        assert taxonomy.category(template.category), template
        assert "{" not in filled(Random(1), template, "南湖街道", "文安路社区")


def test_the_same_sentence_is_not_said_twice_alike() -> None:
    heating = next(one for one in templates() if one.category == "heat.indoor")
    assert len({filled(Random(seed), heating, "南湖街道", "文安路社区") for seed in range(20)}) > 15


def test_seasons_run_over_the_turn_of_the_year() -> None:
    assert months_of("11-3") == {11, 12, 1, 2, 3} and months_of("5-9") == {5, 6, 7, 8, 9} and len(months_of("")) == 12
    summer = MONDAY.replace(month=7)
    assert {in_season(Random(seed), summer).category for seed in range(300)}.isdisjoint({"heat.indoor", "heat.outage"})


def test_weights_name_regions_that_exist() -> None:
    known = {division.code for division in divisions()}
    assert [code for code in weights() if code not in known] == []


def test_handlers_have_words_for_every_category() -> None:
    assert all(notes("handle", category.group) for category in Taxonomy.load().categories.values())


def test_nobody_has_these_phone_numbers() -> None:
    assert all(len(phone(Random(seed))) == 11 and phone(Random(seed)).startswith("154") for seed in range(20))


@given(st.integers(0, 10**6), st.integers(1, 60), st.floats(0.01, 20))
def test_arrivals_come_in_order_inside_their_days(seed: int, count: int, days: float) -> None:
    begin = MONDAY - timedelta(days=days)
    found = times(Random(seed), begin, MONDAY, count)
    assert len(found) == count and found == sorted(found)
    assert begin <= found[0] and found[-1] <= MONDAY


def test_more_calls_come_by_day_than_by_night() -> None:
    hours = Counter(at.astimezone(SHANGHAI).hour for at in times(Random(1), MONDAY - timedelta(days=28), MONDAY, 2000))
    assert hours[9] > 10 * hours[3]


@given(st.integers(0, 47))
def test_nobody_works_on_ordinary_matters_at_night(hours: int) -> None:
    at = MONDAY + timedelta(hours=hours)
    assert at <= awake(at, Random(1)) < at + timedelta(hours=13)
    assert 7 <= awake(at, Random(1)).astimezone(SHANGHAI).hour < 21


def test_a_point_lies_inside_its_cell() -> None:
    thin = shapely.Polygon([(0, 0), (10, 9.99), (10, 10), (0, 0.01)])
    for seed in range(20):
        assert shapely.contains_xy(thin, *inside(Random(seed), thin))


def test_a_picture_tells_its_place_as_a_phone_does() -> None:
    read = inspect(picture(Random(1), MONDAY, 123.456789, 41.765432))
    assert (read.lon, read.lat) == pytest.approx((123.456789, 41.765432), abs=1e-6)
    assert read.taken_at == MONDAY


@pytest.mark.database
def test_a_past_of_days_is_lived_to_this_moment(app: Flask, clock: TestClock) -> None:
    told = app.test_cli_runner().invoke(args=["demo", "traffic", "--past", "7", "--count", "60", "--seed", "3"])
    assert told.exit_code == 0, told.output
    with transaction() as db:
        tickets = db.scalars(select(Ticket).order_by(Ticket.id)).all()
        assert len(tickets) == 60
        assert all(MONDAY - timedelta(days=7) <= ticket.created_at <= MONDAY for ticket in tickets)
        assert [ticket.created_at for ticket in tickets] == sorted(ticket.created_at for ticket in tickets)
        assert len({ticket.status for ticket in tickets}) >= 4
        assert any(ticket.satisfaction for ticket in tickets)
        events = db.scalars(select(Event).order_by(Event.ticket_id, Event.id)).all()
        for before, after in pairwise(events):
            assert before.ticket_id != after.ticket_id or before.at <= after.at
        assert events[-1].at <= MONDAY and all(event.seq for event in events)
        assert db.scalar(select(Photo.id).limit(1)) is not None
        assert lag(db, MONDAY) == 0.0
        assert differences(db) == {}


@pytest.mark.database
def test_live_traffic_comes_through_the_doors_and_is_worked_on(app: Flask, clock: TestClock) -> None:
    words = ["demo", "traffic", "--rate", "40", "--for", "0.8", "--seed", "4"]
    told = app.test_cli_runner().invoke(args=words)
    assert told.exit_code == 0 and "acts" in told.output, told.output
    with transaction() as db:
        assert {event.verb for event in db.scalars(select(Event))} >= {"receive", "dispatch", "sign_in"}
        assert differences(db) == {}


@pytest.mark.database
def test_production_gets_no_invented_tickets(app: Flask, clock: TestClock) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, env="production")
    try:
        told = app.test_cli_runner().invoke(args=["demo", "traffic", "--past", "1"])
    finally:
        app.extensions["settings"] = settings
    assert told.exit_code == 1 and "production" in told.output
    with transaction() as db:
        assert db.scalar(select(Ticket)) is None
