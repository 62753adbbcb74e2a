"""Trend and weekly report: sums of the right days, beside those of the week before and of the same days last year."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.database import transaction
from app.pages.plot import HEIGHT, LINES, plot
from dispatch.models import RegionDay
from dispatch.trend import trend, trends
from tests.web import Visitor

SUNDAY = date(2026, 11, 22)
CITY, DISTRICT = "21.2101.", "21.2101.210102."


def put(db: Any, path: str, day: date, **counts: int) -> None:
    db.add(RegionDay(path=path, day=day, counts=counts))


def days_back(last: date, number: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(number)]


@pytest.mark.database
def test_a_week_is_its_days_and_no_other(db: Any) -> None:
    for back in range(400):  # a power of two tells the days apart
        put(db, CITY, SUNDAY - timedelta(days=back), received=1 << (back % 30), closed=1)
    found = trend(db, CITY, SUNDAY)
    assert found.now.days["received"] == [64, 32, 16, 8, 4, 2, 1]
    assert found.week.total("received") == sum(1 << back for back in range(7, 14))
    assert found.year.total("received") == sum(1 << (back % 30) for back in range(364, 371))
    assert [one.last.isoweekday() for one in (found.now, found.week, found.year)] == [7, 7, 7]
    assert found.now.total("closed") == 7


@pytest.mark.database
def test_regions_stay_apart_and_what_was_never_counted_is_said(db: Any) -> None:
    put(db, CITY, SUNDAY, received=5, response_cases=40, response_met=30)
    put(db, DISTRICT, SUNDAY - timedelta(days=7), received=2)
    found = trends(db, [CITY, DISTRICT], SUNDAY)
    assert (found[CITY].now.total("received"), found[DISTRICT].now.total("received")) == (5, 0)
    assert (found[CITY].week.known, found[DISTRICT].week.known, found[CITY].year.known) == (False, True, False)
    rate = found[CITY].now.rates["response"]
    assert (rate.value, rate.cases) == (0.75, 40)
    assert found[DISTRICT].now.rates["response"].value is None


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_a_plot_keeps_every_figure_inside_and_in_proportion(figures: list[int]) -> None:
    made = plot({"now": figures}, [str(at) for at in range(len(figures))])
    points = [tuple(map(float, point.split())) for point in made["paths"]["now"][1:].split("L")]
    zero, top = made["lines"][0][0], made["lines"][-1]
    assert 2 <= len(made["lines"]) <= LINES + 1 and top[1] >= max(figures)
    assert all(0 <= y <= HEIGHT for _, y in points)
    for (_, y), figure in zip(points, figures, strict=True):
        assert abs((zero - y) - (zero - top[0]) * figure / top[1]) <= 0.11


def test_the_report_is_of_the_last_whole_week_and_of_any_other(app: Flask, clock: Any) -> None:
    last = clock().date() - timedelta(days=clock().isoweekday())
    with transaction(write=True) as db:
        put(db, CITY, last, received=71)
        put(db, CITY, last - timedelta(days=7), received=70)
        put(db, DISTRICT, last, received=29)
    manager = Visitor(app, "manager.2101")
    page = manager.get("/board/2101/weekly").text
    assert f"{last - timedelta(days=6)} – {last}" in page and "<b>71</b>" in page and "+1</small>" in page
    assert "无记录" in page  # of last year
    assert ">29<" in page.partition("210102")[2]
    assert f"{last - timedelta(days=7)}</span>" in manager.get(f"/board/2101/weekly?to={last - timedelta(days=7)}").text
    assert manager.get("/board/2102/weekly").status_code == 404
    told = app.test_cli_runner().invoke(args=["rates", "weekly", "--region", "2101", "--to", str(last)])
    assert told.exit_code == 0 and "received 71 (70)" in told.output and "received 29 (0)" in told.output


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "2999-01-01"])
def test_a_day_that_is_none_is_told(app: Flask, clock: Any, day: str) -> None:
    answer = Visitor(app, "manager.2101").get(f"/board/2101/weekly?to={day}")
    assert answer.status_code == 422 and "日期读不懂" in answer.text
    assert app.test_cli_runner().invoke(args=["rates", "weekly", "--region", "2101", "--to", day]).exit_code == 2
