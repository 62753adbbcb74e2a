"""The page that describes the interface: every operation of the OpenAPI description, in both languages."""

import re
from typing import Any

import pytest
from flask import Flask

from tests.conftest import TestClock

pytestmark = pytest.mark.database


@pytest.fixture
def page(app: Flask, clock: TestClock) -> str:
    return app.test_client().get("/api/v1/docs").text


def test_every_operation_stands_on_the_page(app: Flask, page: str) -> None:
    spec: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    wanted = {(method.upper(), path) for path, methods in spec["paths"].items() for method in methods}
    told = re.findall(r'<span class="chip chip--state">(\w+)</span> <code>([^<]+)</code>', page)
    assert len(told) == len(wanted) and set(told) == wanted


def test_a_call_names_its_inputs_and_who_may_make_it(page: str) -> None:
    calls = {call.split("</code>")[0]: call for call in page.split('<span class="chip chip--state">')}
    locate = calls["GET</span> <code>/api/v1/locate"]
    assert "任何人" in locate and "<code>lon</code> <span" in locate and "longitude in degrees" in locate
    create = calls["POST</span> <code>/api/v1/tickets"]
    assert "工作人员" in create and "<code>description</code> <span" in create and "<code>caller_phone</code>" in create


def test_no_inline_script_or_style(page: str) -> None:
    assert not re.search(r"<script(?![^>]*(src=|application/json|importmap))", page)
    assert not re.search(r'\sstyle="|\son\w+="', page)
