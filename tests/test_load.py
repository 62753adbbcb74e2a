"""The demo and the commands about units, staff and keys, on a small part of it: 辽宁省, 沈阳市, 和平区."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import shapely
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.auth import actor_of_key, check_password
from app.cli import welcome as welcomes
from app.database import transaction
from geodata.divisions import divisions
from grids.demo_units import short, table
from grids.load import Node, demo_tree
from grids.models import CELL, Region, RegionShape, Staff, Unit
from grids.units import centre_name
from tests.conftest import settings_for
from tests.empty import empty_database

pytestmark = pytest.mark.database
DISTRICT = "210102"


@pytest.fixture(scope="module")
def parts() -> list[list[Node]]:
    return list(islice(demo_tree(), 3))


@pytest.fixture(scope="module")
def empty_app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application over a database that has a schema and nothing else."""
    folder = tmp_path_factory.mktemp("demo")
    with empty_database(database_url, folder) as engine:
        app = create_app(settings_for(engine.url.render_as_string(hide_password=False), folder))
        assert run(app, "db", "upgrade").exit_code == 0
        yield app
        app.extensions["database"].engine.dispose()


@pytest.fixture(scope="module")
def demo(empty_app: Flask, parts: list[list[Node]]) -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grids.demo.demo_tree", lambda: iter(parts))
        patch.setattr("grids.demo.store_offices", broken)
        assert isinstance(run(empty_app, "demo", "load").exception, BrokenOff)
        with empty_app.app_context(), transaction() as db:
            assert db.scalar(select(func.count(Region.id))) == 0
        patch.undo()
        patch.setattr("grids.demo.demo_tree", lambda: iter(parts))
        result = run(empty_app, "demo", "load")
        assert result.exit_code == 0, result.output
        yield empty_app


class BrokenOff(Exception):
    pass


def broken(*_: object) -> None:
    raise BrokenOff


def run(app: Flask, *words: str | Path, stdin: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(map(str, words)), input=stdin)


def password(app: Flask) -> str:
    return (app.extensions["settings"].instance / "demo-password").read_text().strip()


def test_every_region_is_loaded_in_the_order_of_its_path(demo: Flask, parts: list[list[Node]]) -> None:
    with demo.app_context(), transaction() as db:
        regions = db.scalars(select(Region).order_by(Region.id)).all()
        paths = [region.path for region in regions]
        assert paths == sorted(paths) and len(paths) == sum(map(len, parts))
        assert [
            region.path for region in regions if region.parent and region.path != f"{region.parent.path}{region.code}."
        ] == []
        named = {division.code: division.name for division in divisions()}
        assert [region.code for region in regions if region.level < CELL and named[region.code] != region.name] == []


def test_every_region_has_an_outline_that_holds_its_point(demo: Flask) -> None:
    with demo.app_context(), transaction() as db:
        rows = db.execute(
            select(Region, RegionShape.geom).outerjoin(RegionShape, RegionShape.region_id == Region.id)
        ).all()
        assert [region.code for region, shape in rows if not shape.covers(shapely.Point(region.lon, region.lat))] == []


def test_every_region_has_its_centre_and_one_who_works_there(demo: Flask) -> None:
    with demo.app_context(), transaction() as db:
        for region in db.scalars(select(Region)):
            unit = db.scalars(select(Unit).where(Unit.code == region.code)).one()
            login = f"{'attendant' if region.level == CELL else 'manager'}.{region.code}"
            staff = db.scalars(select(Staff).where(Staff.login == login)).one()
            assert (unit.kind, unit.region_id, staff.unit_id, staff.region_id) == (
                "centre",
                region.id,
                unit.id,
                region.id,
            )


def test_everybody_has_the_password_of_this_installation(demo: Flask) -> None:
    with demo.app_context(), transaction() as db:
        for login in (
            "agent.21",
            "agent.2101",
            "admin.21",
            "manager.21",
            "handler.2101-gas-01",
            "handler.210102-police",
        ):
            assert check_password(db, login, password(demo)), login
        assert check_password(db, "agent.21", "not it") is None
        handler = db.scalars(select(Staff).where(Staff.login == "handler.210102-police")).one()
        assert (handler.region_id, handler.unit.code, handler.role) == (None, "210102-police", "attendant")


def test_the_password_is_for_its_owner_only(demo: Flask) -> None:
    path = demo.extensions["settings"].instance / "demo-password"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_load_changes_nothing(demo: Flask) -> None:
    before = state(demo)
    result = run(demo, "demo", "load")
    assert (result.exit_code, state(demo)) == (0, before)


def state(app: Flask) -> tuple[object, ...]:
    with app.app_context(), transaction() as db:
        counts = [db.scalar(select(func.count()).select_from(model)) for model in (Region, Unit, Staff)]
        hashes = db.scalars(select(Staff.password_hash).distinct()).all()
    return *counts, *hashes, password(app)


def test_heat_suppliers_share_the_district_among_them(demo: Flask) -> None:
    with demo.app_context(), transaction() as db:
        query = select(Unit).where(Unit.trade == "heat_supplier", Unit.code.like(f"{DISTRICT}-%"))
        areas = [unit.service_area for unit in db.scalars(query)]
        district = db.scalar(select(RegionShape.geom).join(Region).where(Region.code == DISTRICT))
    assert 1 <= len(areas) <= 3 and district is not None
    assert sum(area.area for area in areas) == pytest.approx(district.area)
    assert shapely.union_all(areas, grid_size=1e-9).area == pytest.approx(district.area, rel=1e-6)


def test_every_trade_of_the_categories_has_a_unit() -> None:
    with open(Path(__file__).parents[1] / "geodata" / "categories.csv", encoding="utf-8") as file:
        wanted = {row["department"] for row in csv.DictReader(file)} - {""}
    assert wanted == {row["trade"] for name in ("departments", "enterprises") for row in table(name)}


@pytest.mark.parametrize(
    ("names", "level", "said"),
    [
        (["沈阳市"], 2, "沈阳市热线中心"),
        (["南湖街道"], 4, "南湖街道中心"),
        (["下鲜村村民委员会"], 5, "下鲜村村民委员会"),
        (["下鲜村村民委员会", "002 网格"], 6, "下鲜村 002 网格"),
        (["文安路社区居委会", "004 网格"], 6, "文安路社区 004 网格"),
    ],
)
def test_centres_are_named_as_one_says(names: list[str], level: int, said: str) -> None:
    assert centre_name(names, level) == said


def test_short_names() -> None:
    assert [short(name) for name in ("和平区", "义县", "海城市")] == ["和平", "义县", "海城"]


# --- keys, staff, units ---------------------------------------------------------------------------------------------


def test_keys_create_prints_the_key_and_nothing_else(demo: Flask) -> None:
    result = run(demo, "keys", "create", "agent.21")
    (key,) = result.stdout.splitlines()
    with demo.app_context():
        assert actor_of_key(key).login == "agent.21"
    assert run(demo, "keys", "revoke", "agent.21").exit_code == 0
    with demo.app_context(), pytest.raises(Exception, match="key_wrong"):
        actor_of_key(key)


@pytest.mark.parametrize("words", [("keys", "create"), ("keys", "revoke"), ("staff", "disable")])
def test_an_unknown_login_is_told_on_stderr(demo: Flask, words: tuple[str, ...]) -> None:
    result = run(demo, *words, "nobody.1")
    assert (result.exit_code, result.stdout) == (1, "") and "nobody.1" in result.stderr


def test_staff_are_added_and_disabled(demo: Flask) -> None:
    added = run(demo, "staff", "add", "li.na", "--role", "manager", "--region", DISTRICT, "--name", "李娜")
    (made,) = added.stdout.splitlines()
    with demo.app_context(), transaction() as db:
        staff = check_password(db, "li.na", made)
        assert staff and (staff.name, staff.unit.code, staff.region.code) == ("李娜", DISTRICT, DISTRICT)  # type: ignore[union-attr]
    assert run(demo, "staff", "add", "li.na", "--role", "agent", "--region", "21").exit_code == 1
    assert run(demo, "staff", "disable", "li.na").exit_code == 0
    with demo.app_context(), transaction() as db:
        assert check_password(db, "li.na", made) is None


def test_a_password_may_come_by_stdin(demo: Flask) -> None:
    words = ("staff", "add", "zhao.lei", "--role", "attendant", "--unit", "210102-police", "--password-stdin")
    assert run(demo, *words, stdin="short\n").exit_code == 1
    assert run(demo, *words, stdin="long enough\n").stdout == ""
    with demo.app_context(), transaction() as db:
        staff = check_password(db, "zhao.lei", "long enough")
        assert staff and staff.region is None


def test_staff_are_imported_all_or_none(demo: Flask, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text("login,name,role,region,unit\nwang.wei,王伟,agent,2101,\nwu,吴,chief,2101,\n", encoding="utf-8-sig")
    refused = run(demo, "staff", "import", path)
    assert refused.exit_code == 1 and "line 3" in refused.stderr and "chief" in refused.stderr
    path.write_text("login,name,role,region,unit\nwang.wei,王伟,agent,2101,\n", encoding="utf-8-sig")
    head, (login, made) = csv.reader(run(demo, "staff", "import", path).stdout.splitlines())
    with demo.app_context(), transaction() as db:
        assert head == ["login", "password"] and check_password(db, login, made)
    assert run(demo, "staff", "import", path).stdout == ""


def test_units_are_imported_with_their_area(demo: Flask, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    head = "code,name,kind,trade,region,area\n"
    path.write_text(
        f"{head}north-heat,北方热力,enterprise,heat_supplier,{DISTRICT},210102001|210102002\n", encoding="utf-8"
    )
    assert run(demo, "units", "import", path).output == "1 units made, 0 changed\n"
    assert run(demo, "units", "import", path).output == "0 units made, 1 changed\n"
    with demo.app_context(), transaction() as db:
        unit = db.scalars(select(Unit).where(Unit.code == "north-heat")).one()
        streets = db.scalars(
            select(RegionShape.geom).join(Region).where(Region.code.in_(["210102001", "210102002"]))
        ).all()
        assert unit.service_area and unit.service_area.area == pytest.approx(sum(street.area for street in streets))


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("x,某局,office,market,210102,", "office"),
        ("x,某局,department,,210102,", "trade"),
        ("x,某局,department,market,999,", "999"),
        ("x,某局,enterprise,gas_supplier,210102,999", "999"),
        ("x,某局,enterprise,gas_supplier,210102,\"POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))\"", "WKT"),
        ("x,某局,enterprise,gas_supplier,210102,POINT(1 2)", "WKT"),
        ("210102,某局,department,market,210102,", "centre"),
        ("x,某局,centre,,210102,", "centre"),
    ],
)  # fmt: skip
def test_what_is_no_unit_is_told_with_its_line(demo: Flask, tmp_path: Path, row: str, word: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text(f"code,name,kind,trade,region,area\n{row}\n", encoding="utf-8")
    result = run(demo, "units", "import", path)
    assert result.exit_code == 1 and "line 2" in result.stderr and word in result.stderr


def test_the_welcome_names_logins_that_exist(demo: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(welcomes, "from_environment", lambda: demo.extensions["settings"])
    told = welcomes.welcome("0.0.0.0:8000")
    assert "http://127.0.0.1:8000" in told and password(demo) in told
    with demo.app_context(), transaction() as db:
        known = set(db.scalars(select(Staff.login)))
    assert [login for login, _, _ in welcomes.LOGINS if login not in known] == []
