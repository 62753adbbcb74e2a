"""Choices for select fields and words for scripts: codes with their names in the reader's language."""

from app.labels import label
from dispatch.classify import Taxonomy
from dispatch.sla import UNITS
from dispatch.workflow import KINDS, STATUSES, URGENCIES

Pairs = list[tuple[str, str]]


def options(taxonomy: Taxonomy, language: str) -> dict[str, Pairs]:
    """Pairs (code, name) for status, kind, urgency and category."""
    return {
        "status": [(code, label("status", code)) for code in STATUSES],
        "kind": [(code, label("kind", code)) for code in KINDS],
        "urgency": [(code, label("urgency", code)) for code in URGENCIES],
        "category": list(category_names(taxonomy, language).items()),
        "measure": [(code, label("measure", code)) for code in UNITS],
    }


def category_names(taxonomy: Taxonomy, language: str) -> dict[str, str]:
    """The name of every category by its code, a finer one behind the group it belongs to."""
    names = {code: taxonomy.name(code, language) for code in taxonomy.categories}
    return {code: told(code, names) for code in names}


def told(code: str, names: dict[str, str]) -> str:
    group = code.split(".")[0]
    return names[code] if group == code or group not in names else f"{names[group]} · {names[code]}"
