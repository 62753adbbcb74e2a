"""Blur: nothing under it can be read, nobody gets the copy without it any more, and only who may act does it."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from app.database import transaction
from app.developer import Developer
from dispatch import photo_blur
from dispatch.models import Event, Photo
from dispatch.photo import process
from dispatch.photo_blur import MAX_AREAS, area_of, blur
from tests.photos import encoded, picture
from tests.test_api import problem
from tests.web import Visitor
from tests.world import CELLS_WEST, centre

LON, LAT = centre()
PLATE = [0.25, 0.25, 0.5, 0.5]
STRIPES = Image.new("L", (200, 100))
STRIPES.putdata([255 * (x // 2 % 2) for _ in range(100) for x in range(200)])


@pytest.fixture
def snap(caller: Any) -> dict[str, Any]:
    form = {"photo": (io.BytesIO(encoded("PNG", STRIPES)), "a.png"), "lon": LON, "lat": LAT}
    made: dict[str, Any] = caller().post("/api/v1/snaps", data=form).json
    return made


@pytest.fixture
def developer(app: Flask) -> Iterator[Developer]:
    made = Developer()
    yield made
    made.worker.close()


def contrast(image: Image.Image, box: tuple[float, float, float, float]) -> int:
    """Between the lightest and the darkest point inside a box of shares."""
    sides = [int(share * side) for share, side in zip(box, image.size * 2, strict=True)]
    low, high = image.convert("L").crop((sides[0], sides[1], sides[2], sides[3])).getextrema()
    return int(high) - int(low)  # type: ignore[arg-type]


# --- areas ----------------------------------------------------------------------------------------------------------


def test_an_area_shows_nothing_and_the_rest_stays() -> None:
    made = blur(STRIPES.convert("RGB"), [(0.25, 0.25, 0.5, 0.5)])
    assert contrast(made, (0.3, 0.3, 0.7, 0.7)) < 40
    assert contrast(made, (0.0, 0.0, 1.0, 0.2)) == 255


def test_the_hash_is_that_of_the_picture_without_blur() -> None:
    data = encoded("PNG", picture(300, 200))
    assert process(data, [(0, 0, 1, 1)]).dhash == process(data).dhash


def test_display_and_thumb_are_both_blurred() -> None:
    photo = process(encoded("PNG", STRIPES), [(0, 0, 1, 1)])
    assert all(contrast(Image.open(io.BytesIO(copy)), (0, 0, 1, 1)) < 60 for copy in (photo.display, photo.thumb))


@pytest.mark.parametrize(
    ("value", "area"),
    [
        ([0.5, 0.5, 0.9, 0.9], (0.5, 0.5, 0.5, 0.5)),
        ([-1, -1, 3, 3], (0, 0, 1, 1)),
        ([0, 0, 0, 0.5], None),
        ([1, 0, 0.5, 0.5], None),
        ([0, 0, float("nan"), 1], None),
        ([0, 0, float("inf"), 1], None),
        ([0, 0, True, 1], None),
        ([0, 0, 1], None),
        ("0,0,1,1", None),
        (None, None),
    ],
)
def test_an_area_is_four_numbers_and_cut_to_the_picture(value: Any, area: Any) -> None:
    assert area_of(value) == area


@given(st.lists(st.floats(), min_size=4, max_size=4))
def test_any_four_numbers_are_an_area_inside_or_none(value: list[float]) -> None:
    area = area_of(value)
    if area is not None:
        assert all(0 <= side <= 1 for side in area) and area[0] + area[2] <= 1.000001 and area[1] + area[3] <= 1.000001
        assert blur(Image.new("RGB", (7, 5)), [area]).size == (7, 5)


def test_detectors_propose_and_blur_nothing_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Image.Image) -> Any:
        raise ValueError("a stranger's fault")

    monkeypatch.setattr(photo_blur, "detectors", [fails, lambda image: [PLATE, "nonsense"]])
    photo = process(encoded("PNG", STRIPES))
    assert photo.proposed == [tuple(PLATE)]
    assert photo.display == process(encoded("PNG", STRIPES)).display
    assert contrast(Image.open(io.BytesIO(photo.display)), (0.3, 0.3, 0.7, 0.7)) > 150


# --- doors ----------------------------------------------------------------------------------------------------------

database = pytest.mark.database


def keys_of(snap: dict[str, Any]) -> tuple[str, str]:
    return snap["ticket"]["photos"][0]["key"], f"number={snap['number']}&token={snap['tracking_token']}"


@database
def test_after_blur_nobody_is_given_the_copy_without_it(snap, caller, developer):
    key, mine = keys_of(snap)
    address = f"/api/v1/photos/{key}/display"
    first = caller().get(f"{address}?{mine}")
    assert contrast(Image.open(io.BytesIO(first.data)), (0.3, 0.3, 0.7, 0.7)) > 150
    answer = caller("manager.210102").post(f"/api/v1/photos/{key}/blur", json={"areas": [PLATE]})
    assert answer.status_code == 200, answer.text
    assert answer.json["photos"][0]["state"] == "pending"
    for who, query in ((None, f"?{mine}"), ("manager.210102", "")):
        assert caller(who).get(address + query).status_code == 202  # not even for the moment until it is ready
    assert developer.step()
    again = caller().get(f"{address}?{mine}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200 and again.headers["ETag"] != first.headers["ETag"]
    assert contrast(Image.open(io.BytesIO(again.data)), (0.3, 0.3, 0.7, 0.7)) < 60
    same = caller().get(f"{address}?{mine}", headers={"If-None-Match": again.headers["ETag"]})
    assert (same.status_code, same.headers["Cache-Control"]) == (304, "private, no-cache")


@database
def test_what_is_blurred_stays_blurred(snap, caller, developer):
    key, _ = keys_of(snap)
    for area in (PLATE, [0, 0, 0.1, 0.1]):
        assert caller("agent.2101").post(f"/api/v1/photos/{key}/blur", json={"areas": [area]}).status_code == 200
    assert developer.step() and not developer.step()
    with transaction() as db:
        photo = db.scalars(select(Photo)).one()
        assert (photo.blurred, photo.edition) == ([PLATE, [0, 0, 0.1, 0.1]], 2)
        told = [
            (each.actor, each.detail)
            for each in db.scalars(select(Event).where(Event.verb == "blur").order_by(Event.id))
        ]
    assert told[0] == ("agent.2101", {"key": key, "areas": [PLATE]})


@database
@pytest.mark.parametrize(
    ("login", "status"),
    [
        (None, 401), ("manager.210103", 404), ("attendant.210103001001001", 404), ("admin.21", 403),
        (f"attendant.{CELLS_WEST}", 200), ("manager.21", 200),
    ],
)  # fmt: skip
def test_who_may_act_on_the_ticket_may_blur(snap, caller, login, status):
    key, _ = keys_of(snap)
    assert caller(login).post(f"/api/v1/photos/{key}/blur", json={"areas": [PLATE]}).status_code == status


@database
@pytest.mark.parametrize(
    "given",
    [
        {}, {"areas": []}, {"areas": [[0, 0, 0, 0]]}, {"areas": [[0, 0, 1]]}, {"areas": "all"},
        {"areas": [PLATE] * (MAX_AREAS + 1)}, {"areas": [PLATE, [2, 2, 1, 1]]}, {"areas": [[0, 0, "NaN", 1]]},
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_and_named(snap, caller, given):
    key, _ = keys_of(snap)
    told = problem(caller("manager.210102").post(f"/api/v1/photos/{key}/blur", json=given), 422)
    assert any("areas" in name for name in told["errors"])


@database
def test_a_photo_is_blurred_through_its_own_ticket_only(snap, caller, agent):
    key, _ = keys_of(snap)
    other = agent.post("/api/v1/tickets", json={"description": "另一件", "lon": LON, "lat": LAT}).json["number"]
    blurred = agent.post(f"/api/v1/tickets/{other}/blur", json={"key": key, "areas": [PLATE]})
    assert set(problem(blurred, 422)["errors"]) == {"key"}
    problem(agent.post("/api/v1/photos/none/blur", json={"areas": [PLATE]}), 404)


@database
def test_the_same_key_blurs_once(snap, agent):
    key, _ = keys_of(snap)
    for _ in range(2):
        headers = {"Idempotency-Key": "blur-1"}
        answer = agent.post(f"/api/v1/photos/{key}/blur", json={"areas": [PLATE]}, headers=headers)
        assert answer.status_code == 200
    with transaction() as db:
        assert db.scalars(select(Photo)).one().edition == 1


@database
def test_the_page_blurs_by_numbers_alone(app, snap, developer):
    key, _ = keys_of(snap)
    page, who = f"/tickets/{snap['number']}", Visitor(app, "manager.210102")
    assert f'value="{key}"' in who.get(page).text
    form = {"csrf_token": who.token, "key": key, "left": "25", "top": "25", "width": "50", "height": "50"}
    refused = who.post(f"{page}/blur", data=form | {"width": ""})
    assert refused.status_code == 422 and "请框出照片里的一块" in refused.text and 'value="25"' in refused.text
    assert who.post(f"{page}/blur", data=form).status_code == 302
    shown = who.get(page).text
    assert "data-photo-wait" in shown and "遮住了照片里的 1 处" in shown
    assert developer.step()
    assert f"/api/v1/photos/{key}/thumb" in who.get(page).text
    with transaction() as db:
        assert db.scalars(select(Photo)).one().blurred == [PLATE]


@database
def test_who_may_not_blur_is_not_offered_it(app, snap):
    assert "data-blur" not in Visitor(app, "admin.21").get(f"/tickets/{snap['number']}").text
