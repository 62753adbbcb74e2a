"""Reading request bodies: JSON or multipart, photos, and answers that are given once per Idempotency-Key."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.database import outer_transaction
from app.security import caller
from app.texts import json_object, refuse_bad_body
from dispatch.errors import BadInput
from dispatch.models import IdempotentAnswer


def body() -> dict[str, Any]:
    """The JSON object of the request, or its form fields. Raises BadInput for anything else."""
    refuse_bad_body()
    return json_object() if request.is_json else dict(request.form.items())


def photos() -> list[bytes]:
    """The uploaded photos, as bytes."""
    return [upload.read() for upload in request.files.getlist("photo") if upload.filename or upload.content_length]


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same key and body gives the same answer and makes nothing new; the same key with another body is 422."""

    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "").strip()
        return answered_once(key, functools.partial(view, *args, **kwargs)) if key else view(*args, **kwargs)

    return wrapped


def answered_once(key: str, view: Callable[[], Any]) -> Any:
    if len(key) > 128:
        raise BadInput("inputs_wrong", fields={"Idempotency-Key": "too_long"}, verb="")
    print_ = fingerprint()
    with outer_transaction() as db:
        wait_turn(db, f"{caller()} {key}")
        query = select(IdempotentAnswer).where(IdempotentAnswer.owner == caller(), IdempotentAnswer.key == key)
        given = db.scalar(query)
        if given is not None:
            if given.request != print_:
                raise BadInput("idempotency_reused", fields={"Idempotency-Key": "unknown"})
            return replayed(given)
        made = view()
        answer, status = made if isinstance(made, tuple) else (made, 200)
        db.add(IdempotentAnswer(owner=caller(), key=key, request=print_, status=status, body=answer, created_at=now()))
    return made


def wait_turn(db: Session, name: str) -> None:
    """Until whoever sent the same key at the same time has its answer; SQLite has one writer at a time anyway."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def replayed(given: IdempotentAnswer) -> Response:
    answer = jsonify(given.body)
    answer.status_code = given.status
    answer.headers["Idempotent-Replay"] = "true"
    return answer


def fingerprint() -> str:
    """Of method, address and body; a multipart body by its fields and files, because its boundary differs each time."""
    found = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            found.update(f"{name}={value}\n".encode())
        for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            found.update(f"{name}:{upload.filename}\n".encode() + upload.read())
            upload.seek(0)
    else:
        found.update(request.get_data())
    return found.hexdigest()
