"""What can go wrong with a ticket, by code; the words that users read are in app/problems.py."""

from typing import Any


class DispatchError(Exception):
    """A refusal. `code` names the sentence that explains it, `params` fill it; nothing was changed."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class NotFound(DispatchError):
    """Absent, or outside what the actor may see: the two look the same."""


class NotAllowed(DispatchError):
    """Seen, but not for this role or this unit to do."""


class Conflict(DispatchError):
    """The ticket is in another state, or at another version, than the caller believed."""


class BadInput(DispatchError):
    """An input is missing or makes no sense; `fields` has a code for each."""

    def __init__(self, code: str = "bad_input", fields: dict[str, str] | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.fields = fields or {}
