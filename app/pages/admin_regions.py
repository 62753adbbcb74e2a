"""Administration: regions from a file: rehearsed with a report of faults and the difference, then imported.

The file waits in the instance's folder between the two steps, under the digest of its bytes.
"""

import hashlib
import re
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from app.auth import current_actor
from app.database import transaction
from app.import_words import file_words, region_words
from app.labels import label
from app.pages.admin import at_the_top
from app.problems import status_of, words_of
from app.regions_door import Outcome, imported
from dispatch.errors import BadInput, DispatchError
from grids.import_rows import Report
from grids.models import LEVELS, Region, RegionData
from grids.region_files import BadFile, Incoming, read_regions

pages = Blueprint("admin_regions", __name__, url_prefix="/admin/regions")
KINDS = (".geojson", ".json", ".gpkg")
MOST_BYTES = 40 * 1024 * 1024
MOST_REGIONS = 5_000  # an import holds the writer for seconds; the command line has no such limit
DAY = 86_400
SHOWN, LISTED = 20, 200  # problems of a kind, regions
KEPT = re.compile(r"[0-9a-f]{64}\.(geojson|json|gpkg)")
FLAGS = ("replace", "allow_gaps")


@pages.get("")
def show() -> str:
    return page()


@pages.post("/try")
def try_file() -> ResponseReturnValue:
    """The page again with what the file would do."""
    try:
        at_the_top(current_actor())
        path = keep()
        outcome = imported(rows_of(path), name_of(), current_actor(), **flags(), dry=True)
    except BadFile as problem:
        return page(problem=file_words(problem)), 422
    except DispatchError as problem:
        return page(problem=words_of(problem)), status_of(problem)
    return page(outcome=outcome, path=path)


@pages.post("/import")
def put_file() -> ResponseReturnValue:
    """Imports the file that was rehearsed; what has come in between is checked again."""
    try:
        at_the_top(current_actor())
        path = kept(request.form.get("kept", ""))
        outcome = imported(rows_of(path), request.form.get("name", "")[:120], current_actor(), **flags())
    except BadFile as problem:
        return page(problem=file_words(problem)), 422
    except DispatchError as problem:
        return page(problem=words_of(problem)), status_of(problem)
    if outcome.report.refused:
        return page(outcome=outcome, path=path), 422
    path.unlink(missing_ok=True)
    report = outcome.report
    counted = {"n": len(report.made), "m": len(report.changed), "k": len(report.retired)}
    flash(_("已导入：新建 %(n)s 个，改动 %(m)s 个，撤销 %(k)s 个。", **counted), "done")
    return redirect(url_for("admin_regions.show"))


def flags() -> dict[str, bool]:
    return {name: request.form.get(name) == "1" for name in FLAGS}


def name_of() -> str:
    file = request.files.get("file")
    return ((file.filename if file else "") or "")[:120]


def folder() -> Path:
    """Where files wait; what was left for a day is thrown away."""
    found = Path(current_app.extensions["settings"].instance) / "imports"
    found.mkdir(exist_ok=True)
    for old in found.iterdir():
        if old.stat().st_mtime < time.time() - DAY:
            old.unlink(missing_ok=True)
    return found


def keep() -> Path:
    """Stores the file that was sent. Raises BadInput."""
    file = request.files.get("file")
    kind = Path(name_of()).suffix.lower()
    if file is None or kind not in KINDS:
        raise BadInput("regions_kind", kinds=" ".join(KINDS))
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadInput("regions_too_large", most=MOST_BYTES // 1024 // 1024)
    path = folder() / f"{hashlib.sha256(data).hexdigest()}{kind}"
    path.write_bytes(data)
    return path


def kept(name: str) -> Path:
    """The file that was rehearsed. Raises BadInput when it is gone."""
    path = folder() / name if KEPT.fullmatch(name) else None
    if path is None or not path.is_file():
        raise BadInput("regions_gone")
    return path


def rows_of(path: Path) -> list[Incoming]:
    """Raises BadFile, and BadInput for more than this page takes."""
    level = request.form.get("level", type=int)
    rows = read_regions(path, level if level in range(1, len(LEVELS) + 1) else None)
    if len(rows) > MOST_REGIONS:
        raise BadInput("regions_too_many", most=MOST_REGIONS)
    return rows


def problems_of(report: Report) -> tuple[list[tuple[bool, str, str]], int]:
    """(fatal, region, sentence), faults first, of each kind the first few; and how many are left out."""
    kinds: dict[tuple[bool, str], list[tuple[bool, str, str]]] = {}
    for one in sorted(report.problems, key=lambda one: not one.fatal):
        kinds.setdefault((not one.fatal, one.code), []).append((one.fatal, one.region, region_words(one)))
    shown = [one for alike in kinds.values() for one in alike[:SHOWN]]
    return shown, len(report.problems) - len(shown)


def changes_of(outcome: Outcome) -> list[tuple[str, str, str]]:
    """(what, code, name) of every region that would be other than it is."""
    report, after = outcome.report, outcome.after
    made = [(_("新建"), code, after.get(code, "")) for code in report.made]
    renamed = [(_("改名"), code, f"{before} → {name}") for code, before, name in outcome.renamed]
    retired = [(_("撤销"), code, after.get(code, "")) for code in report.retired]
    return made + renamed + retired


def report_of(outcome: Outcome | None) -> dict[str, Any]:
    """What the page lists of a report."""
    if outcome is None:
        return {}
    problems, more = problems_of(outcome.report)
    changes = changes_of(outcome)
    return {"problems": problems, "more": more, "changes": changes[:LISTED], "unlisted": max(0, len(changes) - LISTED)}


def page(problem: str = "", outcome: Outcome | None = None, path: Path | None = None) -> str:
    with transaction() as db:
        query = select(Region.level, func.count(), func.count().filter(Region.generated))
        counts = db.execute(query.where(Region.valid_to.is_(None)).group_by(Region.level).order_by(Region.level)).all()
        data = db.scalar(select(RegionData).limit(1))
    return render_template(
        "admin/regions.html",
        counts=[(label("level", LEVELS[level - 1]), number, generated) for level, number, generated in counts],
        data=data,
        levels=[(place, label("level", name)) for place, name in enumerate(LEVELS, start=1)],
        problem=problem,
        outcome=outcome,
        **report_of(outcome),
        kept=path.name if path else "",
        name=name_of() or request.form.get("name", ""),
        given=request.form,
        flags=flags() if request.method == "POST" else {},
        may_change=(current_actor().path or "").count(".") == 1,
    )
