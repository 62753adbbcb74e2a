"""Who may call which endpoint: one table. An endpoint that is not in it answers nobody (a test lists it)."""

PUBLIC = "public"
STAFF = "staff"
DESK = ("agent", "manager", "admin")

POLICY: dict[str, str | tuple[str, ...]] = {
    "static": PUBLIC,
    # API
    "api.transcripts": ("agent", "manager", "admin"),
    "api.snaps": PUBLIC,
    "api.snaps_near": PUBLIC,  # figures only
    "api.create_ticket": ("agent", "manager"),
    "api.tickets": STAFF,
    "api.ticket": STAFF,
    "api.ticket_timeline": STAFF,
    "api.ticket_deadlines": STAFF,
    "api.ticket_similar": STAFF,
    "api.ticket_verb": STAFF,
    "api.workflow": PUBLIC,
    "api.readings": DESK,
    "api.callers": DESK,
    "api.drafts": DESK,
    "api.draft_file": ("agent", "manager"),
    "api.draft_drop": ("agent", "manager"),
    "api.locate": PUBLIC,
    "api.locate_map": PUBLIC,
    "api.geocode": PUBLIC,
    "api.region": STAFF,
    "api.region_children": STAFF,
    "api.region_counters": STAFF,
    "api.region_geometry": STAFF,
    "api.track": PUBLIC,
    "api.track_rate": PUBLIC,
    "api.track_reopen": PUBLIC,
    "api.track_urge": PUBLIC,
    "api.changes": STAFF,
    "api.photo": PUBLIC,  # the view asks for the staff's scope or the citizen's token
    "api.openapi": PUBLIC,
    "api.docs": PUBLIC,
    # Open311: what an anonymous reader sees is said in app/open311/__init__.py
    "open311.services": PUBLIC,
    "open311.service_definition": PUBLIC,
    "open311.discovery": PUBLIC,
    "open311.service_requests": PUBLIC,
    "open311.service_request": PUBLIC,
    "open311.create_request": PUBLIC,
    "open311.nowhere": PUBLIC,
    # root
    "root.healthz": PUBLIC,
    "root.readyz": PUBLIC,
    "root.metrics": PUBLIC,
    "root.language": PUBLIC,
    # pages
    "login.show": PUBLIC,
    "login.log_in": PUBLIC,
    "login.log_out": STAFF,
    "desk.show": DESK,
    "desk.save": ("agent", "manager"),
    "desk.call_backs": DESK,
    "desk.drop": ("agent", "manager"),
    "tickets.index": STAFF,
    "ticket.show": STAFF,
    "ticket.ledger": STAFF,
    "ticket.do": STAFF,
    "board.mine": STAFF,
    "board.show": STAFF,
    "board.figures": STAFF,
    "cases.mine": STAFF,
    "cases.me": STAFF,
    "cases.case": STAFF,
    "cases.do": STAFF,
    "snap.form": PUBLIC,
    "snap.send": PUBLIC,
    "snap.done": PUBLIC,  # opened by the ticket's token
    "track.find": PUBLIC,
    "track.show": PUBLIC,
    "track.say": PUBLIC,
}
