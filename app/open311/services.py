"""What can be reported: every category is a service. And discovery, which tells programs where all of this is."""

from typing import Any

from flask import request
from sqlalchemy import func, select

from app.babel import locale
from app.database import transaction
from app.open311 import open311
from app.open311.formats import FORMS, answer
from dispatch.changes import iso
from dispatch.classify import Category, Taxonomy
from dispatch.config import current_config
from dispatch.errors import NotFound
from grids.models import Setting

OTHER = "other"  # a matter that fits no category; its words decide
OTHER_NAMES = {"zh": "其他", "en": "Other"}
KEYWORDS = 12
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
MIME = {"json": "application/json", "xml": "text/xml"}


@open311.get(f"/services.<{FORMS}:form>")
def services(form: str) -> Any:
    """All services: the categories in their order, and `other`."""
    with transaction() as db:
        taxonomy = current_config(db).taxonomy
    return answer("services", [service(taxonomy, one) for one in taxonomy.categories.values()] + [other_service()])


def service(taxonomy: Taxonomy, category: Category) -> dict[str, Any]:
    name, group = (taxonomy.name(code, locale()) for code in (category.code, category.group))
    words = [word for word, weight in category.words if weight > 0]
    return {
        "service_code": category.code,
        "service_name": name,
        "description": name if name == group else f"{group} / {name}",
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(words[:KEYWORDS]),
        "group": group,
    }


def other_service() -> dict[str, Any]:
    name = OTHER_NAMES[locale()]
    return {
        "service_code": OTHER,
        "service_name": name,
        "description": name,
        "metadata": False,
        "type": "realtime",
        "keywords": "",
        "group": name,
    }


def service_name(taxonomy: Taxonomy, code: str | None) -> str:
    """The name of a service in the reader's language."""
    return taxonomy.name(code, locale()) if code else OTHER_NAMES[locale()]


@open311.get(f"/services/<code>.<{FORMS}:form>")
def service_definition(code: str, form: str) -> Any:
    """What a service asks beyond the usual fields: nothing, for all of ours."""
    with transaction() as db:
        known = current_config(db).taxonomy.category(code)
    if known is None and code != OTHER:
        raise NotFound("service_unknown")
    return answer("service_definition", {"service_code": code, "attributes": []})


@open311.get(f"/discovery.<{FORMS}:form>")
def discovery(form: str) -> Any:
    """Where the endpoint is and which formats it speaks; `changeset` is when the categories last changed."""
    with transaction() as db:
        changed = iso(db.scalar(select(func.max(Setting.loaded_at))))
    endpoint = {
        "specification": SPECIFICATION,
        "url": request.url_root.rstrip("/") + (open311.url_prefix or ""),
        "changeset": changed,
        "type": "production",
        "formats": list(MIME.values()),
    }
    keys = f"{request.url_root}api/v1/docs"
    return answer("discovery", {"changeset": changed, "contact": "12345", "key_service": keys, "endpoints": [endpoint]})


@open311.route("/<path:rest>", methods=["GET", "POST"])
def nowhere(rest: str) -> Any:
    """Every other address, so that a program is answered in its own format."""
    raise NotFound("page_absent")
