"""The OpenAPI 3.1 description, made from the routes and the endpoint policy, and a page that reads it."""

from typing import Any

from apiflask.exceptions import HTTPError
from flask import Flask, current_app, render_template

from app.api import api
from app.api.faults import words_of_fault
from app.policy import POLICY, PUBLIC
from app.problems import answer

SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "flask --app wsgi keys create LOGIN"},
    "session": {"type": "apiKey", "in": "cookie", "name": "hotline", "description": "with X-CSRFToken on POST"},
}


TEXT = {"type": "string"}
PROPERTIES: dict[str, dict[str, Any]] = {
    "Ticket": {"number": TEXT, "kind": TEXT, "status": TEXT, "urgency": TEXT, "version": {"type": "integer"}},
    "Items": {"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": ["string", "null"]}},
    "Object": {},
    "Problem": {"title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "errors": {"type": "object"}},
}
FILES = {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}}
FORMS = {
    "/api/v1/transcripts": ("file", "caller_phone", "called_at", "lon", "lat", "datum", "mode", "text"),
    "/api/v1/snaps": ("photo", "description", "category", "lon", "lat", "datum", "accuracy", "phone", "address"),
    "/api/v1/tickets/{number}/{verb}": ("photo", "note", "reason", "unit", "into", "lon", "lat", "datum", "version"),
}


def init_spec(app: Flask) -> None:
    app.config.update(
        SECURITY_SCHEMES=SCHEMES,
        AUTO_404_RESPONSE=False,
        SERVERS=[{"url": "/"}],
        DESCRIPTION="12345 hotline: tickets, places, regions and live changes.",
    )
    app.spec_processor(secured)  # type: ignore[attr-defined]
    app.register_error_handler(HTTPError, of_input)


def of_input(error: HTTPError) -> Any:
    """What the schemas refuse, as problem+json with a sentence for each field."""
    from flask_babel import gettext

    found = error.detail if isinstance(error.detail, dict) else {}
    parts = [part for part in found.values() if isinstance(part, dict)]
    fields = {name: words_of_fault(first(value)) for part in parts for name, value in part.items()}
    return answer(error.status_code, gettext("有的内容缺少或不对，请看标出的各项。"), fields)


def first(value: Any) -> str:
    while isinstance(value, list | dict) and value:
        value = value[0] if isinstance(value, list) else next(iter(value.values()))
    return str(value)


def secured(spec: dict[str, Any]) -> dict[str, Any]:
    """Who may call what, from the same table that the guard reads."""
    for rule in current_app.url_map.iter_rules():
        path = rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}")
        for method in rule.methods or ():
            operation = spec["paths"].get(path, {}).get(method.lower())
            if operation is not None:
                public = POLICY.get(rule.endpoint) == PUBLIC
                operation["security"] = [] if public else [{"key": []}, {"session": []}]
    components = spec.setdefault("components", {}).setdefault("schemas", {})
    for name, properties in PROPERTIES.items():
        components[name] = {"type": "object", "properties": properties}
    for path, names in FORMS.items():
        spec["paths"][path]["post"]["requestBody"] = form(names)
    return spec


def form(names: tuple[str, ...]) -> dict[str, Any]:
    """Multipart with files first, or the same fields as JSON."""
    fields = {name: FILES if name in ("file", "photo") else TEXT for name in names}
    return {
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "properties": fields}},
            "application/json": {"schema": {"type": "object"}},
        }
    }


@api.get("/openapi.json")
@api.doc(hide=True)
def openapi() -> Any:
    """The description of all of this."""
    return current_app.spec  # type: ignore[attr-defined]


@api.get("/docs")
@api.doc(hide=True)
def docs() -> Any:
    """The same, to be read by people."""
    spec = current_app.spec  # type: ignore[attr-defined]
    return render_template("docs.html", spec=spec)
