"""Administration of staff, units and keys: found, made, imported with a difference, within one's own subtree."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import actor_of_key, check_password, staff_by_login
from app.database import transaction
from app.staff_door import PAGE, found_staff
from dispatch.audit import AuditEntry
from grids.models import ApiKey, Staff, Unit
from grids.staff import StaffRow, put_staff
from tests.web import Visitor

pytestmark = pytest.mark.database


@pytest.fixture
def admin(app: Flask, clock: Any) -> Iterator[Visitor]:
    """The province's administrator; staff and units that the test adds are taken out again."""
    with transaction() as db:
        staff, units = set(db.scalars(select(Staff.id))), set(db.scalars(select(Unit.id)))
    yield Visitor(app, "admin.21")
    with transaction(write=True) as db:
        for one in db.scalars(select(ApiKey)):
            db.delete(one)
        for model, known in ((Staff, staff), (Unit, units)):
            for made in db.scalars(select(model).where(model.id.not_in(known))):  # type: ignore[attr-defined]
                db.delete(made)
            db.flush()


@pytest.fixture
def city_admin(app: Flask, admin: Visitor) -> Visitor:
    with transaction(write=True) as db:
        put_staff(db, StaffRow("admin.2101", "沈阳管理员", "admin", "2101"), "-")
    return Visitor(app, "admin.2101")


def post(visitor: Visitor, path: str, **form: Any) -> Any:
    return visitor.post(path, data=form | {"csrf_token": visitor.token})


def words(answer: Any) -> str:
    return html.unescape(answer.text)


def acts() -> list[tuple[str, str]]:
    with transaction() as db:
        return [(one.action, one.object) for one in db.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_somebody_is_made_disabled_enabled_and_gets_a_new_password(app: Flask, admin: Visitor) -> None:
    made = post(admin, "/admin/staff", login="li.na", name="李娜", role="manager", region="210102")
    (password,) = re.findall(r"<td><code>(.+?)</code>", made.text)
    assert made.headers["Cache-Control"] == "no-store"
    with transaction() as db:
        assert check_password(db, "li.na", password)
    assert password not in admin.get("/admin/staff?q=li.na").text
    assert post(admin, "/admin/staff/act", login="li.na", act="disable").status_code == 302
    with transaction() as db:
        assert check_password(db, "li.na", password) is None
    post(admin, "/admin/staff/act", login="li.na", act="enable")
    assert post(admin, "/admin/staff/act", login="li.na", act="").status_code == 404
    again = post(admin, "/admin/staff/act", login="li.na", act="password")
    (other,) = re.findall(r"<td><code>(.+?)</code>", again.text)
    with transaction() as db:
        assert check_password(db, "li.na", other) and check_password(db, "li.na", password) is None
    wanted = ["staff_add", "staff_disable", "staff_enable", "staff_password"]
    assert [(one, "staff:li.na") for one in wanted] == acts()[-4:]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"login": "admin.21", "role": "agent", "region": "21"}, "账号 admin.21 已经有了"),
        ({"login": "a b", "role": "agent", "region": "21"}, "不能作账号"),
        ({"login": "li.na", "role": "agent", "region": "999"}, "没有区域 999"),
        ({"login": "li.na", "role": "agent", "region": "21", "password": "short"}, "密码至少要 8 个字符"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_written_stays(admin: Visitor, row: dict[str, str], told: str) -> None:
    answer = post(admin, "/admin/staff", **row)
    assert answer.status_code == 422 and told in words(answer) and f'value="{row["login"]}"' in answer.text
    if row["login"] != "admin.21":
        with transaction() as db:
            assert staff_by_login(db, row["login"]) is None


def test_a_table_is_tried_and_then_imported(admin: Visitor) -> None:
    post(admin, "/admin/staff", login="li.na", name="李娜", role="manager", region="210102", password="long enough")
    text = "login,name,role,region\nli.na,李娜,manager,210103\nzhao.lei,赵雷,attendant,210102001001001\n"
    tried = words(post(admin, "/admin/staff/try", text=text))
    assert "2 行有变化，0 行不变" in tried and "看得到的区域 210102 → 210103" in tried
    with transaction() as db:
        assert staff_by_login(db, "zhao.lei") is None
        assert staff_by_login(db, "li.na").region.code == "210102"  # type: ignore[union-attr]
    done = post(admin, "/admin/staff/import", text=text)
    assert re.findall(r'<th scope="row">(.+?)</th><td><code>', done.text) == ["zhao.lei"]
    with transaction() as db:
        assert staff_by_login(db, "li.na").region.code == "210103"  # type: ignore[union-attr]
    assert "没有差别" in words(post(admin, "/admin/staff/try", text=text))


def test_one_wrong_row_changes_nothing(admin: Visitor) -> None:
    text = "login,name,role,region\nzhao.lei,赵雷,agent,2101\nwu,吴,chief,2101\n"
    for step in ("try", "import"):
        answer = post(admin, f"/admin/staff/{step}", text=text)
        assert answer.status_code == 422 and "第 3 行" in words(answer) and "zhao.lei,赵雷" in words(answer)
    with transaction() as db:
        assert staff_by_login(db, "zhao.lei") is None


def test_a_city_s_administrator_stays_in_the_city(city_admin: Visitor, actor: Any) -> None:
    page = city_admin.get("/admin/staff?role=manager").text
    assert "manager.2101<" in page and "manager.2102<" not in page and "manager.21<" not in page
    for row in ({"region": "21"}, {"region": "2102"}, {"region": "2101", "unit": "2102"}):
        refused = post(city_admin, "/admin/staff", login="li.na", role="manager", **row)
        assert refused.status_code == 422 and "不在您的辖区内" in words(refused)
    for login in ("admin.21", "manager.2102", "nobody"):
        refused = post(city_admin, "/admin/staff/act", login=login, act="disable")
        assert refused.status_code == 422 and f"{login} 不在您的辖区内" in words(refused)
    moved = "login,role,region\nmanager.2102,manager,2101\n"
    assert post(city_admin, "/admin/staff/import", text=moved).status_code == 422
    units = "code,name,kind,trade,region\n210202-market,抢来的局,department,market,210102\n"
    assert post(city_admin, "/admin/units/import", text=units).status_code == 422
    assert city_admin.get("/admin/audit").status_code == 403


def test_nobody_locks_themselves_out(admin: Visitor) -> None:
    assert post(admin, "/admin/staff/act", login="admin.21", act="disable").status_code == 422
    row = "login,name,role,region\nadmin.21,admin 21,agent,21\n"
    assert "不能停用自己的账号" in words(post(admin, "/admin/staff/import", text=row))


def test_units_are_tried_imported_and_found(admin: Visitor) -> None:
    text = "code,name,kind,trade,region,area\n210102-water,和平水务,enterprise,water_supplier,210102,210102001\n"
    tried = words(post(admin, "/admin/units/try", text=text))
    assert "1 行有变化" in tried and "和平水务" in tried
    assert "没有这样的单位" in words(admin.get("/admin/units?q=210102-water"))
    assert post(admin, "/admin/units/import", text=text).status_code == 302
    assert "和平水务" in words(admin.get("/admin/units?q=和平水&kind=enterprise"))
    renamed = text.replace("和平水务", "和平自来水")
    assert "名称 和平水务 → 和平自来水" in words(post(admin, "/admin/units/try", text=renamed))
    refused = post(admin, "/admin/units/try", text=text.replace("enterprise", "office"))
    assert refused.status_code == 422 and "第 2 行：kind 是“office”" in words(refused)


def test_a_list_goes_on_behind_a_page(admin: Visitor, actor: Any) -> None:
    with transaction(write=True) as db:
        for number in range(PAGE):
            put_staff(db, StaffRow(f"zz.{number:03}", "", "attendant", "210102"), "-")
        page = found_staff(db, actor("admin.21"), "zz.")
        assert len(page) == PAGE
    first = admin.get("/admin/staff?role=attendant").text
    (older,) = re.findall(r'href="(/admin/staff\?[^"]*after[^"]*)"', html.unescape(first))
    second = admin.get(older).text
    logins = re.findall(r'<th scope="row">([^<]+)</th>', first)
    assert len(logins) == PAGE and not set(logins) & set(re.findall(r'<th scope="row">([^<]+)</th>', second))


def test_a_key_is_shown_once_and_ends(app: Flask, admin: Visitor) -> None:
    made = post(admin, "/admin/keys", login="agent.2101", purpose="热线系统")
    (key,) = re.findall(r"<code>(hk_[^<]+)</code>", made.text)
    assert actor_of_key(key).login == "agent.2101"
    page = admin.get("/admin/keys").text
    assert key not in page and "热线系统" in page
    listed = admin.get("/export/keys.csv").text
    assert "热线系统" in listed and key not in listed
    (number,) = re.findall(r'name="id" value="(\d+)"', page)
    assert post(admin, "/admin/keys/revoke", id=number).status_code == 302
    with pytest.raises(Exception, match="key_wrong"):
        actor_of_key(key)
    assert [one for one, _ in acts() if one != "export"][-2:] == ["key_create", "key_revoke"]


def test_keys_of_others_are_out_of_reach(city_admin: Visitor, admin: Visitor) -> None:
    assert post(city_admin, "/admin/keys", login="admin.21").status_code == 422
    post(admin, "/admin/keys", login="manager.2102")
    (number,) = re.findall(r'name="id" value="(\d+)"', admin.get("/admin/keys").text)
    assert "manager.2102" not in city_admin.get("/admin/keys").text
    assert post(city_admin, "/admin/keys/revoke", id=number).status_code == 422
    assert post(admin, "/admin/keys/revoke", id="1" * 30).status_code == 404
