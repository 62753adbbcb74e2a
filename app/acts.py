"""Who did what beside the verbs of tickets: one line into the audit log, in the transaction of the act itself."""

import os
import pwd
from typing import Any

from sqlalchemy.orm import Session

from app.clock import now
from dispatch import audit
from grids.scope import Actor


def note(db: Session, actor: Actor | str, action: str, object: str, **detail: Any) -> None:
    """Adds an act to the audit log. `detail`: plain values, no phone, no name of a citizen, no password."""
    audit.note(db, actor, action, object, now(), **detail)


def at_the_console() -> str:
    """Who acts through the command line: the account of the operating system."""
    try:
        return f"console:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:
        return f"console:{os.getuid()}"


def console() -> Actor:
    """The same as an actor who sees everything."""
    return Actor(at_the_console(), "admin", path="")
