"""Requests as different people: with a key, with a session cookie, or as nobody; each in a context of its own."""

import re
from contextvars import Context
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse


def apart(call: Any, *args: Any, **more: Any) -> Any:
    """Calls outside the application context that fixtures keep open: a request must not inherit another's caller."""
    return Context().run(call, *args, **more)


class Caller:
    """Somebody at the API: `headers` say who; answers are `TestResponse`s."""

    def __init__(self, app: Flask, headers: dict[str, str] | None = None) -> None:
        self.client = app.test_client()
        self.headers = headers or {}

    def open(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = self.headers | more.pop("headers", {})
        return apart(self.client.open, path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.open("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.open("POST", path, **more)


class Visitor(Caller):
    """Somebody with a browser: a session cookie, and the CSRF token of the last page.

    The session is made as log-in makes it, without the password, whose check is slow on purpose.
    """

    def __init__(self, app: Flask, login: str | None = None) -> None:
        super().__init__(app)
        if login:
            apart(self.log_in, login)
        self.token = self.token_of("/tickets" if login else "/login")

    def log_in(self, login: str) -> None:
        with self.client.session_transaction() as session:
            session.update({"_user_id": login, "_fresh": True})

    def token_of(self, page: str) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get(page).text)
        assert found is not None, page
        return found[1]
