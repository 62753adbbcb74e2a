"""The workflow table: who may do what to a ticket, from which state, with which clocks and which inputs.

Pages, API, OpenAPI and tests read this table; `dispatch.commands.perform` is the only one that carries it out.
"""

from dataclasses import dataclass

RECEIVED, DISPATCHED, SIGNED_IN = "RECEIVED", "DISPATCHED", "SIGNED_IN"
HANDLED, CLOSED, REJECTED = "HANDLED", "CLOSED", "REJECTED"
STATUSES = (RECEIVED, DISPATCHED, SIGNED_IN, HANDLED, CLOSED, REJECTED)
OPEN = (RECEIVED, DISPATCHED, SIGNED_IN, HANDLED)
ENDED = (CLOSED, REJECTED)

KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("emergency", "urgent", "ordinary", "complex")
CLOCKS = ("DISPATCH", "SIGN_IN", "CONTACT", "HANDLE", "CALL_BACK")

# Reach: HOLDER, the actor's unit holds it; SUBTREE, the actor's region covers it; CITIZEN, by the ticket's token;
# SYSTEM, the clock. An attendant reaches what the unit holds; a manager and an agent what their region covers.
# CO_HANDLER, the actor's unit was called in; ABOVE, the actor's region lies above the holder's; dispatch/reach.py.
HOLDER, SUBTREE, BY_CITIZEN, BY_SYSTEM = "HOLDER", "SUBTREE", "CITIZEN", "SYSTEM"
CO_HANDLER, ABOVE, ABOVE_OR_DISTRICT, HOLDER_OR_ABOVE = "CO_HANDLER", "ABOVE", "ABOVE_OR_DISTRICT", "HOLDER_OR_ABOVE"
REACHES = (HOLDER, SUBTREE, BY_CITIZEN, BY_SYSTEM, CO_HANDLER, ABOVE, ABOVE_OR_DISTRICT, HOLDER_OR_ABOVE)
STAFF = ("agent", "attendant", "manager", "admin")
HANDLERS = ("attendant", "manager")
DESK = ("agent", "manager")


@dataclass(frozen=True)
class Verb:
    """One row. `needs` are inputs that must be given, `takes` those that may be; `to` None keeps the state.

    `once` are those of `starts` that a ticket gets the first time only: a second dispatch is no new first contact.
    `spreads` is the verb that the tickets of a cluster get when this one is done to the ticket that leads it; None:
    it concerns this caller alone. A call to one citizen is no call to another, so `contact` does not spread.
    `when` names facts of the ticket that must hold, or with "!" must not; dispatch/facts.py says what they mean.
    """

    name: str
    states: tuple[str, ...]
    to: str | None
    roles: tuple[str, ...]
    reach: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    spreads: str | None = None
    when: tuple[str, ...] = ()


WORKING = (DISPATCHED, SIGNED_IN)
UNHANDLED = (RECEIVED, DISPATCHED, SIGNED_IN)
TABLE: dict[str, Verb] = {
    row.name: row
    for row in (
        Verb(
            "receive",
            (),
            RECEIVED,
            ("agent", "manager", "citizen", "system"),
            SUBTREE,
            takes=("photos",),
            starts=("DISPATCH", "HANDLE"),
        ),
        Verb(
            "answer",
            (RECEIVED, DISPATCHED),
            CLOSED,
            DESK,
            SUBTREE,
            ("note",),
            ("article",),
            stops=("DISPATCH", "SIGN_IN", "CONTACT", "HANDLE"),
        ),
        Verb(
            "reject",
            (RECEIVED, DISPATCHED),
            REJECTED,
            DESK,
            SUBTREE,
            ("reason", "turn_to"),
            stops=("DISPATCH", "SIGN_IN", "CONTACT", "HANDLE"),
        ),
        Verb(
            "dispatch",
            UNHANDLED,
            DISPATCHED,
            ("agent", "manager", "system"),
            SUBTREE,
            ("unit",),
            ("reason",),
            starts=("SIGN_IN", "CONTACT"),
            stops=("DISPATCH", "SIGN_IN"),
            once=("CONTACT",),
            spreads="dispatch",
        ),
        Verb(
            "sign_in",
            (DISPATCHED,),
            SIGNED_IN,
            HANDLERS,
            HOLDER,
            takes=("note",),
            stops=("SIGN_IN",),
            spreads="sign_in",
        ),
        Verb("contact", (SIGNED_IN,), None, HANDLERS, HOLDER, takes=("note", "photos"), stops=("CONTACT",)),
        Verb(
            "report_up",
            WORKING,
            DISPATCHED,
            HANDLERS,
            HOLDER,
            ("reason",),
            starts=("SIGN_IN",),
            stops=("SIGN_IN",),
            spreads="dispatch",
        ),
        Verb(
            "give_back",
            WORKING,
            DISPATCHED,
            HANDLERS,
            HOLDER,
            ("reason",),
            ("basis",),
            starts=("SIGN_IN",),
            stops=("SIGN_IN",),
            spreads="dispatch",
        ),
        Verb(
            "handle",
            (SIGNED_IN,),
            HANDLED,
            HANDLERS,
            HOLDER,
            ("note",),
            ("lon", "lat", "datum", "photos"),
            starts=("CALL_BACK",),
            stops=("CONTACT", "HANDLE"),
            spreads="handle",
        ),
        Verb(
            "call_back",
            (HANDLED,),
            CLOSED,
            DESK,
            SUBTREE,
            ("resolved",),
            ("contacted", "satisfaction", "note"),
            stops=("CALL_BACK",),
            when=("!recheck",),
        ),
        Verb(
            "rate",
            (HANDLED, CLOSED),
            CLOSED,
            ("citizen",),
            BY_CITIZEN,
            ("resolved",),
            ("satisfaction", "note"),
            stops=("CALL_BACK",),
        ),
        Verb(
            "redo",
            (HANDLED,),
            DISPATCHED,
            DESK,
            SUBTREE,
            ("reason",),
            starts=("SIGN_IN", "CONTACT", "HANDLE"),
            stops=("CALL_BACK",),
        ),
        Verb(
            "reopen",
            (CLOSED,),
            DISPATCHED,
            ("citizen",),
            BY_CITIZEN,
            ("reason",),
            starts=("SIGN_IN", "CONTACT", "HANDLE"),
        ),
        Verb(
            "relocate",
            UNHANDLED,
            None,
            STAFF[:3],
            SUBTREE,
            (),
            ("lon", "lat", "datum", "region", "address", "reason"),
        ),
        Verb("change_kind", OPEN, None, DESK, SUBTREE, ("kind", "reason")),
        Verb("change_category", OPEN, None, DESK, SUBTREE, ("category", "reason")),
        Verb("change_urgency", OPEN, None, DESK, SUBTREE, ("urgency", "reason")),
        Verb("hold", (SIGNED_IN,), None, ("manager",), ABOVE_OR_DISTRICT, ("reason",), when=("!on_hold",)),
        Verb("resume", (SIGNED_IN,), None, ("manager",), ABOVE_OR_DISTRICT, (), ("reason",), when=("on_hold",)),
        Verb(
            "extend",
            WORKING,
            None,
            HANDLERS,
            HOLDER_OR_ABOVE,
            ("reason", "amount"),
            ("measure",),
            when=("!extension_asked",),
        ),
        Verb("extend_approve", WORKING, None, ("manager",), ABOVE, (), ("reason",), when=("extension_asked",)),
        Verb("extend_refuse", WORKING, None, ("manager",), ABOVE, ("reason",), when=("extension_asked",)),
        Verb("whistle", WORKING, None, HANDLERS, HOLDER, ("units", "reason"), when=("street_or_above",)),
        Verb("report_in", WORKING, None, HANDLERS, CO_HANDLER, takes=("note",), when=("called",)),
        Verb("co_handle", WORKING, None, HANDLERS, CO_HANDLER, ("note",), ("photos",), when=("reported",)),
        Verb("supervise", UNHANDLED, None, ("manager",), ABOVE, ("reason",)),
        Verb("answer_supervision", OPEN, None, HANDLERS, HOLDER, ("note",), ("photos",), when=("supervised",)),
        Verb("recheck", (HANDLED,), None, HANDLERS, ABOVE, ("resolved",), ("note", "photos"), when=("recheck",)),
        Verb("urge", UNHANDLED, None, ("citizen", "agent"), SUBTREE, takes=("note",)),
        Verb("merge", OPEN, None, DESK, SUBTREE, ("into",), ("reason",)),
        Verb("unmerge", OPEN, None, DESK, SUBTREE, (), ("reason",), when=("clustered",)),
        Verb("note", OPEN, None, STAFF[:3], SUBTREE, ("note",), ("photos",)),
        Verb("reveal", STATUSES, None, STAFF[:3], SUBTREE, ("reason",)),
        Verb("blur", STATUSES, None, STAFF[:3], SUBTREE, ("key", "areas")),
        # Out of the rates: asked by who holds it, decided by a manager above; dispatch/exclusions.py.
        Verb("exclude", STATUSES, None, HANDLERS, HOLDER, ("reason",)),
        Verb("exclude_approve", STATUSES, None, ("manager",), SUBTREE, takes=("note",)),
        Verb("exclude_refuse", STATUSES, None, ("manager",), SUBTREE, ("reason",)),
        Verb("warn", OPEN, None, ("system",), BY_SYSTEM, ("clock",)),
        Verb("escalate", OPEN, None, ("system",), BY_SYSTEM, ("clock",)),
        Verb("recompute", OPEN, None, ("system",), BY_SYSTEM, ("clock",)),  # a calendar's plan became known
        # What a merge or unmerge means for the other tickets of the cluster, an ended one among them.
        Verb("regroup", STATUSES, None, ("system",), BY_SYSTEM),
    )
}
# Inputs that are words, and how many characters they may have.
LONGEST = {
    "into": 16,
    "reason": 1000,
    "note": 4000,
    "basis": 1000,
    "article": 200,
    "turn_to": 200,
    "address": 300,
    "region": 40,
    "key": 40,
    "kind": 16,
    "category": 48,
    "urgency": 12,
    "measure": 20,
}
INPUTS = {name for verb in TABLE.values() for name in verb.needs + verb.takes}
