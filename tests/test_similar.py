"""Likely duplicates: who is a candidate, what speaks for it, and how often that is right."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.intake import Complaint, receive
from dispatch.likeness import (
    SHOWN,
    VERY_LIKELY,
    WEIGHTS,
    Matter,
    Words,
    nearness,
    parts_of,
    photos_alike,
    reasons_of,
    score_of,
)
from dispatch.models import Photo, Ticket
from dispatch.place import at_point, in_region
from dispatch.similar import candidates, matter_of, newest, similar, similar_to, ways_of
from grids.queries import centre_of
from grids.scope import SYSTEM
from tests.conftest import MONDAY
from tests.similar_pairs import judged, precision_recall
from tests.world import CELL_OF, CELLS_WEST, centre

LON, LAT = centre()
HERE = Matter("楼前垃圾没有清走", "cityscape.rubbish", "21.2101.210102.210102001.", LON, LAT, MONDAY)
VIEW = 0x0F0F_3C3C_5A5A_1234


@pytest.mark.parametrize(("threshold", "precision", "recall"), [(SHOWN, 0.93, 0.75), (VERY_LIKELY, 0.97, 0.5)])
def test_what_is_shown_is_mostly_right_on_matters_that_the_fit_has_not_seen(
    threshold: float, precision: float, recall: float
) -> None:
    found = precision_recall(judged(half=1, count=1_000, seed=3), threshold)
    assert found[0] >= precision and found[1] >= recall, found


def score(one: Matter, other: Matter) -> float:
    return score_of(parts_of(one, other, Words([one.description, other.description])))


def test_one_place_alone_is_no_duplicate() -> None:
    assert score(HERE, replace(HERE, description="电梯停了三天", category="property.lift")) < SHOWN
    assert score(replace(HERE, category=None), replace(HERE, description="电梯停了三天", category=None)) < SHOWN


def test_like_words_far_away_are_no_duplicate() -> None:
    assert score(HERE, replace(HERE, lat=LAT + 0.01)) < SHOWN


def test_two_points_are_as_near_as_their_accuracy_lets_them_be() -> None:
    apart = replace(HERE, lat=LAT + 0.001)  # 111 m
    vague = replace(apart, accuracy_m=60.0)
    assert nearness(HERE, apart) < nearness(HERE, vague) < nearness(replace(HERE, accuracy_m=60.0), vague) == 1.0


def test_without_points_the_way_down_counts_and_one_address_more() -> None:
    blind = replace(HERE, lon=None, lat=None)
    street, city = replace(blind, path="21.2101.210102.210102001."), replace(blind, path="21.2101.")
    assert nearness(blind, street) > nearness(blind, city) == 0.0
    assert nearness(replace(blind, address="文安路 12 号"), replace(street, address="文安路12号")) == 0.9


@pytest.mark.parametrize(
    ("mine", "theirs", "alike"),
    [
        ((VIEW,), (VIEW ^ 0b1011,), 1.0),
        ((VIEW,), (~VIEW & (1 << 63) - 1,), 0.0),
        ((VIEW, 1 << 20), (VIEW,), 1.0),
        ((0,), (0,), None),  # two photos of the night
        ((), (VIEW,), None),
    ],
)
def test_photos_of_one_view_are_alike_and_plain_ones_say_nothing(
    mine: tuple[int, ...], theirs: tuple[int, ...], alike: float | None
) -> None:
    assert photos_alike(mine, theirs) == alike


def test_stock_phrases_and_what_all_say_weigh_little() -> None:
    formal = "您好，市民反映希望相关部门尽快处理"
    assert Words([formal]).alike(formal + "路灯不亮", formal + "井盖丢失") == 0.0
    common = Words(["物业不管，电梯坏了", "物业不管，楼顶漏水", "物业不管，垃圾没清", "物业不管，门禁坏了"])
    assert common.alike("物业不管，电梯坏了", "电梯又坏了") > common.alike("物业不管，电梯坏了", "物业不管，楼顶漏水")


words = st.text(alphabet="路灯不亮垃圾没人清您好 ，。", max_size=12)


@given(one=words, other=words, around=st.lists(words, max_size=4))
def test_likeness_of_words_is_symmetric_and_between_none_and_all(one: str, other: str, around: list[str]) -> None:
    judge = Words([one, other, *around])
    assert 0.0 <= judge.alike(one, other) == judge.alike(other, one) <= 1.0


@given(
    parts=st.fixed_dictionaries({name: st.none() | st.floats(0, 1) for name in WEIGHTS}),
    name=st.sampled_from(list(WEIGHTS)),
)
def test_more_likeness_never_lowers_the_score(parts: dict[str, float | None], name: str) -> None:
    parts["distance"], parts["time"] = parts["distance"] or 0.0, parts["time"] or 0.0
    if parts[name] is not None:
        assert score_of(parts) <= score_of(parts | {name: 1.0})


def test_reasons_are_the_strong_parts_the_strongest_first() -> None:
    assert reasons_of({"distance": 0.9, "words": 0.6, "category": 1.0, "caller": None, "time": 0.1}) == [
        "distance", "category", "words",
    ]  # fmt: skip


@pytest.fixture
def make(db: Any, config: Any, actor: Any) -> Any:
    def made(place: str = CELLS_WEST, description: str = "楼前垃圾没有清走", days: float = 0, **more: Any) -> Ticket:
        where = at_point(db, (*centre(place), "wgs84")) if len(place) == 15 else in_region(db, place)
        complaint = Complaint(description, category="cityscape.rubbish", place=where, **more)
        now = MONDAY - timedelta(days=days)
        ticket = receive(db, complaint, centre_of(db, "2101"), actor("agent.2101"), now, config)
        db.flush()
        return ticket

    return made


@pytest.mark.database
def test_candidates_are_near_recent_or_of_the_caller(db: Any, actor: Any, make: Any) -> None:
    here, coarse, old, far = make(), make("210102"), make(days=40), make("210102002001002")
    calls = make(CELL_OF["210103"], caller_phone="13900000001")
    matter = replace(matter_of(here), phone="13900000001")
    found = {each.ticket_id for each in candidates(db, actor("agent.2101"), matter)}
    assert found == {coarse.id, calls.id} and not found & {here.id, old.id, far.id}


@pytest.mark.database
def test_a_neighbour_beyond_the_border_of_the_street_is_found(db: Any, actor: Any, make: Any) -> None:
    """The last cell of one street and the first of the next lie side by side."""
    west = make("210102001002002")
    lon, lat = centre("210102001002002")
    east = replace(matter_of(west), lon=lon + 0.0045, lat=lat, path="21.2101.210102.210102002.", ticket_id=None)
    assert [each.ticket_id for each in candidates(db, actor("agent.2101"), east)] == [west.id]


@pytest.mark.database
def test_duplicates_are_those_of_the_actors_scope(db: Any, actor: Any, make: Any) -> None:
    first, second = make(), make(description="垃圾堆在楼前没清走")
    for login, seen in (
        ("agent.2101", [first.number]),
        ("manager.210103", []),
        (f"attendant.{CELLS_WEST}", [first.number]),
    ):
        assert [row["number"] for row in similar_to(db, actor(login), second)] == seen
    (row,) = similar_to(db, actor("agent.2101"), second)
    assert row["reasons"][0] == "distance" and row["score"] >= SHOWN and row["very_likely"]
    assert not {"caller_phone", "phone", "caller_name"} & set(row)


@pytest.mark.database
def test_one_view_speaks_for_one_matter(db: Any, actor: Any, make: Any) -> None:
    ticket = make()
    ticket.photos = [photo(db, "a", VIEW ^ 3)]
    db.flush()
    matter = replace(matter_of(ticket), ticket_id=None, description="随手拍：见照片", category=None, phone="")
    (row,) = similar(db, actor("agent.2101"), replace(matter, hashes=(VIEW,)))
    assert "photo" in row["reasons"]
    assert similar(db, actor("agent.2101"), replace(matter, hashes=(~VIEW & (1 << 63) - 1,))) == []


def photo(db: Any, key: str, dhash: int) -> Photo:
    return Photo(key=key, phase="before", width=9, height=8, dhash=f"{dhash:016x}", raw={}, created_at=MONDAY)


@pytest.mark.database
def test_a_photo_that_is_not_decoded_yet_is_no_reason_and_no_fault(db: Any, make: Any) -> None:
    first, second = make(), make(description="垃圾堆在楼前没清走")
    waiting = Photo(key="waiting", phase="before", width=9, height=8, dhash=None, raw={}, created_at=MONDAY)
    first.photos.append(waiting)
    db.flush()
    (row,) = similar_to(db, SYSTEM, second)
    assert row["number"] == first.number and "photo" not in row["reasons"]
    assert similar_to(db, SYSTEM, first)


@pytest.mark.database
def test_a_very_likely_duplicate_is_named_and_nothing_is_merged(db: Any, make: Any) -> None:
    first, second, other = make(), make(description="垃圾堆在楼前没清走"), make("210102002001002")
    (likeliest, *_) = similar_to(db, SYSTEM, second)
    assert likeliest["number"] == first.number and likeliest["very_likely"]
    assert not any(row["very_likely"] for row in similar_to(db, SYSTEM, other))
    assert (second.lead, first.repeats) == (None, 0)


OWN_INDEXES = ("ix_ticket_lat_lon", "ix_ticket_path_created_at", "ix_ticket_path_due_at", "ix_ticket_caller_phone")


@pytest.mark.database
def test_candidates_are_found_by_indexes(db: Any, actor: Any) -> None:
    """Around a point by latitude, in a region by path, of a caller by phone: never by reading every ticket."""
    if db.get_bind().dialect.name == "postgresql":
        pytest.skip("PostgreSQL plans by what the table holds: looked at with a million tickets")
    matter = replace(HERE, phone="13900000001")
    for way in ways_of(matter) + ways_of(replace(matter, lon=None, lat=None)):
        plan = explained(db, newest(way, actor("agent.21"), matter))
        assert any(index in plan for index in OWN_INDEXES) and "SCAN ticket\n" not in plan, plan


def explained(db: Any, query: Any) -> str:
    written = str(query.compile(db.get_bind(), compile_kwargs={"literal_binds": True}))
    return "\n".join(str(row[-1]) for row in db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")) + "\n"
