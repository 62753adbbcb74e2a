"""The REST API under /api/v1: thin routes that read a request, call one function below, and answer JSON."""

from typing import Any

from apiflask import APIBlueprint
from flask import Flask

api = APIBlueprint("api", __name__, url_prefix="/api/v1")

SHAPES = {
    "Ticket": "A ticket, as GET /tickets/{number} answers it.",
    "Items": "A list: items, and next, the cursor of the next page or null.",
    "Object": "An object with the fields that the summary names.",
}


def answers(shape: str, status: int = 200) -> Any:
    """Describes the answer for OpenAPI; errors are problem+json everywhere."""
    schema = {"$ref": f"#/components/schemas/{shape}"}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
        status: {"description": SHAPES[shape], "content": {"application/json": {"schema": schema}}},
        "4XX": {"description": "What is wrong, in words.", "content": {"application/problem+json": problem}},
    }
    return api.doc(responses=responses)


def init_api(app: Flask) -> None:
    from app.api import audit, batches, drafts, intake, photos, places, presence, rates, regions, spec, tickets, track

    _ = (audit, batches, drafts, intake, photos, places, presence, rates, regions, tickets, track)
    app.register_blueprint(api)
    spec.init_spec(app)
