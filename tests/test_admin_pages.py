"""Administration pages: which policy counts, a draft tried, in force with a reason, put back; a plan likewise."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import transaction
from app.policies_door import in_force
from dispatch.audit import AuditEntry
from dispatch.config import FILES, GEODATA, current_config
from tests.web import Visitor
from tests.world import centre

pytestmark = pytest.mark.database
SHIPPED = (GEODATA / FILES["policies"]).read_text(encoding="utf-8")
SHORT = SHIPPED.replace("SIGN_IN,,,ordinary,,,4,working_hours", "SIGN_IN,,,ordinary,,,1,working_hours")
PLAN = "2027-01-01,holiday,元旦\n2027-01-02,makeup,元旦"


@pytest.fixture
def admin(app: Flask, clock: Any, kept_settings: None) -> Visitor:
    """The province's administrator; settings that the test adds are taken out again."""
    return Visitor(app, "admin.21")


def post(visitor: Visitor, path: str, **form: Any) -> Any:
    return visitor.post(path, data=form | {"csrf_token": visitor.token})


def base_of(text: str) -> str:
    found = re.search(r'name="base" value="(\d+)"', text)
    assert found is not None
    return found[1]


def last_act() -> AuditEntry:
    with transaction() as db:
        return db.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()  # type: ignore[return-value]


def test_the_first_policy_that_matches_is_told_with_those_before_it(admin: Visitor) -> None:
    page = admin.get("/admin/policies?clock=HANDLE&urgency=emergency").text
    rows = re.findall(r"<tr[^>]*><th scope=\"row\">(算数|对不上)</th>(.*?)</tr>", page, re.DOTALL)
    assert [word for word, _ in rows].count("算数") == 1 and rows[-1][0] == "算数"
    assert "2 小时" in rows[-1][1]


def test_a_draft_is_tried_put_in_force_and_put_back(admin: Visitor, caller: Any, clock: Any) -> None:
    lon, lat = centre()
    body = {"description": "路面破损", "urgency": "ordinary", "lon": lon, "lat": lat}
    caller("agent.2101").post("/api/v1/tickets", json=body)
    clock.forward(hours=2)
    tried = post(admin, "/admin/policies/try", text=SHORT, staffing="", **{"from": "", "to": ""}).text
    assert "1 条规则不同" in tried and "1 工作小时" in tried and "过去的工单会怎样" in tried
    with transaction() as db:
        assert in_force(db).value == SHIPPED
    base = base_of(tried)
    assert "请写明原因" in post(admin, "/admin/policies", text=SHORT, base=base, reason=" ").text
    assert post(admin, "/admin/policies", text=SHORT, base=base, reason="签收太慢").status_code == 302
    with transaction() as db:
        assert in_force(db).value == SHORT
    act = last_act()
    assert (act.actor, act.action, act.detail["reason"]) == ("admin.21", "policies_load", "签收太慢")
    stale = post(admin, "/admin/policies", text=SHIPPED, base=base, reason="换回")
    assert stale.status_code == 409 and "请重新试算" in stale.text
    older = html.unescape(admin.get("/admin/policies?version=1").text)
    assert "SIGN_IN,,,ordinary,,,4,working_hours" in older
    back = post(admin, "/admin/policies/try", text=SHIPPED, staffing="").text
    assert post(admin, "/admin/policies", text=SHIPPED, base=base_of(back), reason="换回").status_code == 302
    with transaction() as db:
        assert in_force(db).value == SHIPPED


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": "clock,unit\n"}, "第 1 行的列不对"),
        ({"text": SHORT.replace(",1,working_hours", ",0,working_hours", 1)}, "amount 不能是“0”"),
        ({"text": SHORT, "staffing": "nowhere=+1"}, "读不懂"),
        ({"text": SHORT, "from": "someday"}, "日期写得不对"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(admin: Visitor, form: dict[str, str], words: str) -> None:
    answer = post(admin, "/admin/policies/try", **{"staffing": "", "from": "", "to": ""} | form)
    assert answer.status_code == 422 and words in html.unescape(answer.text)
    assert form["text"].splitlines()[-1] in html.unescape(answer.text)


def test_a_calendar_is_tried_on_past_tickets(admin: Visitor, caller: Any, clock: Any) -> None:
    """A holiday today: the four working hours for signing in would not have begun."""
    lon, lat = centre()
    body = {"description": "路面破损", "urgency": "ordinary", "lon": lon, "lat": lat}
    caller("agent.2101").post("/api/v1/tickets", json=body)
    clock.forward(hours=7)
    plan = "2026-11-23,holiday,停电"
    tried = post(admin, "/admin/calendars/try", code="CN", year="2026", text=plan).text
    row = re.search(r'<th scope="row">签收</th>(.*?)</tr>', tried, re.DOTALL)
    assert row is not None
    clocks, late, late_then, newly, no_more, _without = re.findall(r'<td class="num">(\d+)</td>', row[1])
    assert int(clocks) >= 1 and (late, late_then, newly, no_more) == ("1", "0", "0", "1")


def test_a_plan_is_tried_and_put_in_force(admin: Visitor) -> None:
    page = admin.get("/admin/calendars?year=2027").text
    assert "暂定" in page
    tried = post(admin, "/admin/calendars/try", code="CN", year="2027", text=PLAN).text
    assert "新增 2 天，去掉 0 天" in tried
    answer = post(admin, "/admin/calendars", code="CN", year="2027", text=PLAN, reason="国务院办公厅通知")
    assert answer.status_code == 302
    with transaction() as db:
        assert 2027 in current_config(db).calendars.newest("CN").planned_years
    assert (last_act().object, last_act().detail["year"]) == ("calendar:CN", 2027)
    shown = admin.get("/admin/calendars?code=CN&year=2027").text
    assert "暂定" not in shown and "day--makeup" in shown


@pytest.mark.parametrize(
    ("year", "text", "words"),
    [
        ("2027", "2026-01-01,holiday,元旦", "2026-01-01 不在 2027 年"),
        ("2027", "someday,holiday,元旦", "第 1 行不对"),
        ("soon", PLAN, "请填 2000 到 2100"),
        ("2027", "2027-01-01,holiday,元旦\n2027-01-01,makeup,元旦", "有一天写了两次"),
    ],
)
def test_a_bad_plan_is_refused_in_words(admin: Visitor, year: str, text: str, words: str) -> None:
    answer = post(admin, "/admin/calendars/try", code="CN", year=year, text=text)
    assert answer.status_code == 422 and words in html.unescape(answer.text)
    assert text.splitlines()[0] in html.unescape(answer.text)


def test_others_see_no_administration(app: Flask) -> None:
    for login in ("manager.21", "agent.2101"):
        assert Visitor(app, login).get("/admin/policies").status_code == 403
