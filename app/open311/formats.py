"""GeoReport answers in the format that the address asks for: JSON, or XML with the element names of the standard."""

import re
from typing import Any
from xml.etree import ElementTree

from flask import Response, current_app, request

FORMS = "any(json, xml)"
NAMES = {"services": "service", "service_requests": "request", "errors": "error"}
NAMES |= {"attributes": "attribute", "endpoints": "endpoint", "formats": "format"}
UNPRINTABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # no character of XML 1.0


def asked_form() -> str:
    """json or xml, from the end of the path; XML, which the standard requires, where it says neither."""
    return "json" if request.path.endswith(".json") else "xml"


def answer(root: str, content: Any, status: int = 200) -> Response:
    """A list or an object; `root` names the XML document."""
    if asked_form() == "json":
        made = Response(current_app.json.dumps(content), content_type="application/json; charset=utf-8")
    else:
        made = Response(document(root, content), content_type="text/xml; charset=utf-8")
    made.status_code = status
    return made


def document(root: str, content: Any) -> bytes:
    """The XML of a document, with its declaration."""
    return ElementTree.tostring(element(root, content), encoding="utf-8", xml_declaration=True)


def element(name: str, content: Any) -> ElementTree.Element:
    """Objects are elements by their keys, lists repeat the name that belongs to theirs, null is empty."""
    made = ElementTree.Element(name)
    if isinstance(content, dict):
        made.extend(element(key, value) for key, value in content.items())
    elif isinstance(content, list):
        made.extend(element(NAMES[name], value) for value in content)
    elif content is not None:
        made.text = plain(content)
    return made


def plain(value: Any) -> str:
    """Yes and no as XML writes them, and no character that XML cannot carry."""
    return str(value).lower() if isinstance(value, bool) else UNPRINTABLE.sub("", str(value))
