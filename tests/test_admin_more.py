"""Administration of regions, categories, webhooks, audit and health: what pages show, and that the twin agrees."""

import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from shapely import box
from shapely.geometry import mapping
from sqlalchemy import delete, select

from app.acts import note
from app.clock import now
from app.database import transaction
from app.pages.admin import SECTIONS
from dispatch.aside import put_aside
from dispatch.audit import AuditEntry
from dispatch.models import Ticket
from dispatch.sweep_models import Heartbeat
from grids.cells import raise_version
from grids.models import Region, RegionShape
from tests.web import Visitor
from tests.world import CELLS_WEST, SIDE, centre, corner

pytestmark = pytest.mark.database
COMMUNITY = CELLS_WEST[:12]
Feature = tuple[str, str, tuple[float, float, float, float]]


@pytest.fixture
def admin(app: Flask, clock: Any) -> Visitor:
    return Visitor(app, "admin.21")


@pytest.fixture
def tree(app: Flask) -> Iterator[None]:
    """Cells that the test adds are taken out again, and those that it changes are as they were."""
    with transaction() as db:
        rows = {one.id: (one.name, one.valid_to, one.generated) for one in db.scalars(select(Region))}
        shapes = {one.region_id: one.geom for one in db.scalars(select(RegionShape))}
    yield
    with transaction(write=True) as db:
        from grids.models import Unit

        for unit in db.scalars(select(Unit).where(Unit.region_id.not_in(rows))):
            db.delete(unit)
        db.flush()
        for region in db.scalars(select(Region)):
            if region.id in rows:
                region.name, region.valid_to, region.generated = rows[region.id]
            else:
                db.delete(region)
        for shape in db.scalars(select(RegionShape)):
            if shape.region_id not in shapes:
                db.delete(shape)
        for region_id, geom in shapes.items():
            db.merge(RegionShape(region_id=region_id, geom=geom))
        raise_version(db, "tests", now())


def halves() -> list[Feature]:
    """The western community's ground as two cells: the first as it was but renamed, the second drawn for both."""
    lon, lat = corner(CELLS_WEST)
    return [
        (CELLS_WEST, "001 新网格", (lon, lat, lon + SIDE, lat + SIDE)),
        (f"{COMMUNITY}003", "003 网格", (lon + SIDE, lat, lon + 2 * SIDE, lat + SIDE)),
    ]


def geojson(cells: list[Feature]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "parent": COMMUNITY, "level": 6},
            "geometry": mapping(box(*bounds)),
        }
        for code, name, bounds in cells
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def post(visitor: Visitor, path: str, **form: Any) -> Any:
    return visitor.post(path, data=form | {"csrf_token": visitor.token})


def bring(visitor: Visitor, data: bytes, name: str = "cells.geojson", **more: str) -> Any:
    return post(visitor, "/admin/regions/try", file=(io.BytesIO(data), name), **more)


def words(answer: Any) -> str:
    return html.unescape(answer.text)


def kept(answer: Any) -> dict[str, str]:
    form = answer.text[answer.text.index('action="/admin/regions/import"') :]
    return dict(re.findall(r'name="(kept|name|level|replace|allow_gaps)" value="([^"]*)"', form))


def names() -> dict[str, str]:
    with transaction() as db:
        query = select(Region.code, Region.name).where(Region.valid_to.is_(None))
        return {one.code: one.name for one in db.execute(query)}


# --- regions --------------------------------------------------------------------------------------------------------


def test_a_file_is_rehearsed_with_its_difference_and_imported(
    app: Flask, admin: Visitor, tree: None, caller: Any
) -> None:
    lon, lat = centre(f"{COMMUNITY}002")
    caller("agent.21").post("/api/v1/tickets", json={"description": "路灯不亮", "lon": lon, "lat": lat})
    before = names()
    tried = bring(admin, geojson(halves()), replace="1")
    told = words(tried)
    assert "新建 1 个，保留并改动 1 个，撤销 1 个" in told
    assert "001 网格 → 001 新网格" in told and "有 1 件在办工单落在要撤销的区域里" in told
    assert names() == before
    done = post(admin, "/admin/regions/import", **kept(tried))
    assert done.status_code == 302
    after = names()
    assert after[CELLS_WEST] == "001 新网格" and f"{COMMUNITY}003" in after and f"{COMMUNITY}002" not in after
    assert caller().get(f"/api/v1/locate?lon={lon}&lat={lat}").json["cell"]["code"] == f"{COMMUNITY}003"
    assert post(admin, "/admin/regions/import", **kept(tried)).status_code == 422  # the file is gone
    with transaction() as db:
        last = db.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert last is not None and (last.action, last.object) == ("regions_import", "file:cells.geojson")


def test_gaps_overlaps_orphans_and_duplicates_are_told_and_refused(admin: Visitor, tree: None) -> None:
    lon, lat = corner(CELLS_WEST)
    before = names()
    gap = words(bring(admin, geojson([(CELLS_WEST, "", (lon, lat, lon + SIDE / 2, lat + SIDE))])))
    assert "没有下级区域覆盖" in gap and "不能导入" in gap and "regions/import" not in gap
    bounds = (lon, lat, lon + SIDE, lat + SIDE)
    wide = [(CELLS_WEST, "", bounds), (f"{COMMUNITY}009", "九", bounds)]
    assert "重叠" in words(bring(admin, geojson(wide)))
    twice = [halves()[0], halves()[0]]
    assert "代码出现了 2 次" in words(bring(admin, geojson(twice)))
    orphan = geojson(halves()).replace(COMMUNITY.encode() + b'", "level', b'999", "level')
    assert "孤立：它的上级“999”不存在" in words(bring(admin, orphan))
    assert names() == before


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"{", "cells.geojson", "不是 GeoJSON"),
        (b"\x89PNG", "photo.png", "请选一个区域文件"),
        (b'{"type": "FeatureCollection", "features": []}', "cells.json", "没有可以导入的内容"),
    ],
)
def test_rubbish_is_told_in_words(admin: Visitor, data: bytes, name: str, told: str) -> None:
    answer = bring(admin, data, name)
    assert answer.status_code == 422 and told in words(answer)


@pytest.mark.parametrize("name", ["../hotline.db", "/etc/passwd", "a.geojson", "", "0" * 64 + ".geojson"])
def test_no_file_but_one_that_was_rehearsed_is_imported(admin: Visitor, name: str) -> None:
    assert post(admin, "/admin/regions/import", kept=name).status_code == 422


# --- categories -----------------------------------------------------------------------------------------------------


def test_a_text_is_tried_and_nothing_is_stored(app: Flask, admin: Visitor) -> None:
    told = words(post(admin, "/admin/categories/try", text="和平区太原街街道，路灯坏了三天不亮", region=CELLS_WEST))
    assert re.search('evidence">[^<]*路灯', told) and "001 网格" in told and "派给" in told
    assert re.search(r"<dt>归类</dt><dd><b>[^<]+</b>", told)
    with transaction() as db:
        assert db.scalars(select(Ticket)).first() is None
    told_by_twin = app.test_cli_runner().invoke(args=["classifier", "try", "路灯坏了", "--region", CELLS_WEST]).output
    (code,) = re.findall(r"^category: (\S+)", told_by_twin, re.MULTILINE)
    assert code in told and "unit: " in told_by_twin


def test_no_text_and_no_place_are_told(admin: Visitor) -> None:
    assert post(admin, "/admin/categories/try", text=" ").status_code == 422
    assert post(admin, "/admin/categories/try", text="路灯不亮", region="999").status_code == 422
    assert post(admin, "/admin/categories/use", version="99").status_code == 404
    assert post(admin, "/admin/categories/use", version="0").status_code == 302


# --- audit, health, webhooks ----------------------------------------------------------------------------------------


def test_the_audit_log_is_searched(app: Flask, admin: Visitor, clock: Any) -> None:
    with transaction(write=True) as db:
        note(db, "li.na", "staff_add", "staff:wang.wei", role="agent")
        note(db, "admin.21", "regions_import", "file:a.geojson", made=3)
    clock.forward(days=2)
    with transaction(write=True) as db:
        note(db, "admin.21", "staff_add", "staff:zhao.lei", role="agent")
    shown = {
        query: re.findall(r"<td>(?:staff|file):([^<]+)</td>", admin.get(f"/admin/audit?{query}").text)
        for query in ("", "actor=li.na", "action=staff_add", "object=file:", "from=2026-11-24", "to=2026-11-23")
    }
    assert shown[""][:3] == ["zhao.lei", "a.geojson", "wang.wei"]
    assert shown["actor=li.na"] == ["wang.wei"] and shown["object=file:"] == ["a.geojson"]
    assert shown["action=staff_add"] == ["zhao.lei", "wang.wei"] and shown["from=2026-11-24"] == ["zhao.lei"]
    assert shown["to=2026-11-23"] == ["a.geojson", "wang.wei"]


def test_health_says_what_is_wrong_and_what_to_do(app: Flask, admin: Visitor, sweeper: None, caller: Any) -> None:
    assert "一切正常" in admin.get("/admin/health").text
    lon, lat = centre()
    caller("agent.21").post("/api/v1/tickets", json={"description": "路灯不亮", "lon": lon, "lat": lat})
    with transaction(write=True) as db:
        ticket = db.scalars(select(Ticket)).one()
        put_aside(db, ticket.id, now(), ValueError("broken"))
    told = admin.get("/admin/health/now").text
    assert "1 项不正常" in told and "flask doctor" in told and told.index("放在一边的工单") < told.index("数据库")


def test_without_a_sweep_health_is_bad(app: Flask, admin: Visitor) -> None:
    with transaction(write=True) as db:
        db.execute(delete(Heartbeat))
    assert "从未扫过" in admin.get("/admin/health").text and "不正常" in admin.get("/admin/health").text


def test_a_webhook_s_secret_is_shown_once_and_it_can_be_halted_and_removed(admin: Visitor) -> None:
    made = post(
        admin, "/admin/webhooks", url="https://example.org/in", region="210102", verbs=["dispatch", "call_back"]
    )
    (secret,) = re.findall(r"<code>(whsec_[^<]+)</code>", made.text)
    page = admin.get("/admin/webhooks").text
    (number,) = re.findall(r"/admin/webhooks/log\?id=(\d+)\"", page)
    assert secret not in page and "https://example.org/in" in page
    assert post(admin, "/admin/webhooks/act", id=number, act="explode").status_code == 404
    post(admin, "/admin/webhooks/act", id=number, act="halt")
    assert "已暂停" in admin.get(f"/admin/webhooks/log?id={number}").text
    post(admin, "/admin/webhooks/act", id=number, act="resume")
    assert (
        "https://example.org/in" in admin.get("/export/webhooks.csv").text
        and secret not in admin.get("/export/webhooks.csv").text
    )
    assert admin.get(f"/export/messages.csv?id={number}").status_code == 200
    assert admin.get("/export/messages.csv?id=999").status_code == 404
    post(admin, "/admin/webhooks/act", id=number, act="remove")
    assert "还没有推送地址" in admin.get("/admin/webhooks").text
    assert admin.get(f"/admin/webhooks/log?id={number}").status_code == 404
    wrong = post(admin, "/admin/webhooks", url="nowhere", region="999")
    assert wrong.status_code == 422 and 'value="nowhere"' in wrong.text and "须是 http://" in words(wrong)


def test_every_section_has_a_twin_on_the_command_line(app: Flask, admin: Visitor, tmp_path: Path) -> None:
    page = admin.get("/admin").text
    for endpoint, _name, _told, twin in SECTIONS:
        with app.test_request_context():
            from flask import url_for

            address = url_for(endpoint)
        assert f'href="{address}"' in page and admin.get(address).status_code == 200, endpoint
        assert app.test_cli_runner().invoke(args=[twin, "--help"]).exit_code == 0, twin
