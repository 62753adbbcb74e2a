"""Administration: the table of its sections, and the policies: which one counts, a draft tried, put in force."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import current_actor
from app.babel import locale
from app.clock import now
from app.database import transaction
from app.labels import label
from app.pages.options import options
from app.policies_door import NAME, Trial, enact, in_force, tried
from app.problems import status_of, words_of
from dispatch.config import current_config
from dispatch.errors import BadInput, DispatchError, NotAllowed
from dispatch.policies import candidates
from dispatch.what_if import Figures
from dispatch.workflow import CLOCKS
from dispatch.working_time import SHANGHAI
from grids.models import Setting
from grids.queries import region_by_code
from grids.scope import Actor

pages = Blueprint("admin", __name__, url_prefix="/admin")

DAYS, MOST_DAYS = 30, 92
VERSIONS = 20
ASKED = ("clock", "unit", "category", "urgency", "kind", "region")


# (endpoint, its name, what can be done there, the twin on the command line)
SECTIONS = (
    ("admin_regions.show", _l("区域与网格"), _l("导入网格和各级区域：先试算，查缺口、重叠和孤立"), "regions"),
    ("admin_units.show", _l("单位"), _l("查部门、企业和中心，从表格导入"), "units"),
    ("admin_staff.show", _l("人员"), _l("查账号，新建、停用、换密码，从表格导入"), "staff"),
    ("admin_categories.show", _l("事项分类"), _l("看一段话会归到哪一类、派给谁；换历史学习的版本"), "classifier"),
    ("admin_articles.show", _l("知识库"), _l("话务台上直接答复用的问答：查、改"), "articles"),
    ("admin.policies", _l("时限规则"), _l("看哪条规则算数，拿过去的工单试算，启用，换回"), "policies"),
    ("admin_calendars.show", _l("工作日历"), _l("按年看工作日、节假日和调休，装入一年的安排"), "calendars"),
    ("admin_keys.show", _l("接口密钥"), _l("给程序的密钥：新建、吊销"), "keys"),
    ("admin_webhooks.show", _l("事件推送"), _l("把工单的变化推给别的系统：记录、重发"), "webhooks"),
    ("admin_audit.show", _l("审计日志"), _l("谁在什么时候改了什么设置"), "audit"),
    ("admin_health.show", _l("运行状况"), _l("队列、扫描、转发和推送现在怎样"), "doctor"),
)


@pages.get("")
def index() -> str:
    return render_template("admin/index.html", sections=SECTIONS)


@pages.get("/policies")
def policies() -> str:
    """The policies in force, or those of an earlier `version` as a draft, and which one counts for what is asked."""
    given = {name: value for name in ASKED if (value := request.args.get(name, "").strip())}
    with transaction() as db:
        return page(db, draft=draft_of(db), given=given)


@pages.post("/policies/try")
def try_policies() -> ResponseReturnValue:
    """The page again with what the draft would have changed."""
    draft = {name: request.form.get(name, "") for name in ("text", "from", "to", "calendar", "staffing")}
    if (file := request.files.get("file")) is not None and file.filename:
        draft["text"] = file.read().decode("utf-8-sig", errors="replace")
    with transaction() as db:
        try:
            since, until = period(draft)
            trial = tried(db, current_actor(), draft["text"], since, until, staffing=draft["staffing"])
        except DispatchError as problem:
            return page(db, draft=draft, problem=words_of(problem)), status_of(problem)
        return page(db, draft=draft, trial=trial)


@pages.post("/policies")
def put_policies() -> ResponseReturnValue:
    """Puts the draft in force; a refusal shows the page again with what was written."""
    draft = {"text": request.form.get("text", "")}
    reason, base = request.form.get("reason", "").strip(), request.form.get("base", 0, type=int)
    try:
        with transaction(write=True) as db:
            actor = at_the_top(current_actor())
            if not reason:
                raise BadInput("reason_missing", fields={"reason": "missing"})
            made = enact(db, actor, draft["text"], reason[:1000], base)
            told = (
                _("时限规则第 %(n)s 版已启用，新开始的时钟按它计算。", n=made.version)
                if made
                else _("没有不同，什么也没有改。")
            )
    except DispatchError as problem:
        with transaction() as db:
            return page(db, draft=draft, problem=words_of(problem)), status_of(problem)
    flash(told, "done")
    return redirect(url_for("admin.policies"))


def at_the_top(actor: Actor) -> Actor:
    """Settings count for all regions: only who stands at the root may change them. Raises NotAllowed."""
    if (actor.path or "").count(".") != 1:
        raise NotAllowed("not_the_top")
    return actor


def draft_of(db: Session) -> dict[str, str]:
    """The text of the version that is asked for, else of the one in force."""
    number = request.args.get("version", type=int)
    query = select(Setting).where(Setting.name == NAME, Setting.version == number)
    setting = (db.scalars(query).first() if number else None) or in_force(db)
    return {"text": setting.value}


def period(draft: dict[str, str]) -> tuple[datetime, datetime]:
    """[since, until) of the days asked for, at most MOST_DAYS. Raises BadInput."""
    today = now().astimezone(SHANGHAI).date()
    try:
        last = datetime.fromisoformat(draft["to"] or today.isoformat()).date()
        first = datetime.fromisoformat(draft["from"]).date() if draft["from"] else last - timedelta(days=DAYS)
    except ValueError as problem:
        raise BadInput("bad_dates", fields={"from": "no_day"}) from problem
    first = max(first, last - timedelta(days=MOST_DAYS))
    since = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    return since, min(now(), since + timedelta(days=(last - first).days + 1))


def page(
    db: Session,
    draft: dict[str, str],
    given: dict[str, str] | None = None,
    trial: Trial | None = None,
    problem: str = "",
) -> str:
    config, setting = current_config(db), in_force(db)
    districts = trial.outcome.districts if trial else {}
    moving = {code: one for code, one in districts.items() if one.newly_late or one.no_more_late}
    older = select(Setting.version, Setting.loaded_at).where(Setting.name == NAME).order_by(Setting.version.desc())
    choices = options(config.taxonomy, locale())
    return render_template(
        "admin/policies.html",
        version=setting.version,
        loaded_at=setting.loaded_at,
        rows=[policy for rows in config.policies.values() for policy in rows],
        versions=db.execute(older.limit(VERSIONS)).all(),
        names=dict(choices["category"]),
        options=choices | {"clock": [(code, label("clock", code)) for code in CLOCKS]},
        given=given or {},
        asked=asked_for(db, config.policies, given) if given and given.get("clock") else None,
        draft=draft,
        trial=trial,
        districts=named(db, moving),
        unmoved=len(districts) - len(moving),
        problem=problem,
        may_change=(current_actor().path or "").count(".") == 1,
    )


def named(db: Session, districts: dict[str, Figures]) -> dict[str, Figures]:
    """By name and code, the most newly late first."""
    ordered = sorted(districts.items(), key=lambda one: -one[1].newly_late)
    regions = {code: region_by_code(db, code) for code, _figures in ordered}
    return {f"{region.name if (region := regions[code]) else ''} {code}": one for code, one in ordered}


def asked_for(db: Session, policies: Any, given: dict[str, str]) -> dict[str, Any]:
    """The candidates in the order of asking; the first that matches counts."""
    region = region_by_code(db, given["region"]) if given.get("region") else None
    found = candidates(
        policies,
        clock=given["clock"],
        unit=given.get("unit", ""),
        category=given.get("category"),
        urgency=given.get("urgency", "ordinary"),
        kind=given.get("kind", "help"),
        region_path=region.path if region else "",
    )
    counts = next((place for place, (_policy, matches) in enumerate(found) if matches), None)
    return {"found": found, "counts": counts, "no_region": bool(given.get("region")) and region is None}
