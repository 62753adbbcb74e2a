"""Photos are stamped with time and distance for staff: as they say themselves, else as the act that brought them."""

import io
from typing import Any

import pytest
from flask import Flask

from tests.photos import encoded
from tests.web import Visitor
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database
ATTENDANT = f"attendant.{CELLS_WEST}"
NORTH_M = 100  # 0.0009 degrees of latitude


def test_a_photo_without_gps_is_stamped_by_its_act(app: Flask, clock: Any, caller: Any) -> None:
    lon, lat = centre()
    body = {"description": "楼下垃圾没有人清", "lon": lon, "lat": lat}
    number = caller("agent.2101").post("/api/v1/tickets", json=body).json["number"]
    caller(ATTENDANT).post(f"/api/v1/tickets/{number}/sign_in", json={})
    clock.forward(hours=1)
    form = {"note": "已清运", "lon": lon, "lat": lat + 0.0009, "photo": (io.BytesIO(encoded()), "a.jpg")}
    assert caller(ATTENDANT).post(f"/api/v1/tickets/{number}/handle", data=form).status_code == 200
    for login, path in ((ATTENDANT, f"/cases/{number}"), ("manager.2101", f"/tickets/{number}")):
        page = Visitor(app, login).get(path).text
        assert f"11-23 11:00 · 距工单 {NORTH_M} 米" in page, path


def test_a_photo_of_a_ticket_without_a_point_has_its_time_only(app: Flask, clock: Any, caller: Any) -> None:
    body = {"description": "楼下垃圾没有人清", "region": "210102"}
    number = caller("agent.2101").post("/api/v1/tickets", json=body).json["number"]
    form = {"note": "补一张", "photo": (io.BytesIO(encoded()), "a.jpg")}
    assert caller("manager.210102").post(f"/api/v1/tickets/{number}/note", data=form).status_code == 200
    page = Visitor(app, "manager.210102").get(f"/tickets/{number}").text
    assert "处置前" in page and "距工单" not in page
