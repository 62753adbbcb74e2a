"""The pages for people: staff desk, tickets, boards; phone pages of citizens and attendants."""

from flask import Flask

from app.pages import (
    admin,
    admin_articles,
    admin_audit,
    admin_calendars,
    admin_categories,
    admin_health,
    admin_keys,
    admin_regions,
    admin_staff,
    admin_units,
    admin_webhooks,
    batches,
    board,
    cases,
    decisions,
    desk,
    drafts,
    export_lists,
    exports,
    login,
    maps,
    offline,
    rates,
    snap,
    style,
    ticket,
    tickets,
    track,
    weekly,
)

PARTS = (
    login,
    desk,
    drafts,
    exports,
    export_lists,
    batches,
    tickets,
    ticket,
    board,
    maps,
    weekly,
    rates,
    snap,
    track,
    cases,
    admin,
    admin_calendars,
    admin_staff,
    admin_units,
    admin_articles,
    admin_audit,
    admin_categories,
    admin_health,
    admin_keys,
    admin_regions,
    admin_webhooks,
    decisions,
    offline,
    style,
)
BLUEPRINTS = [part.pages for part in PARTS]


def init_pages(app: Flask) -> None:
    """Registers every page."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    offline.init_offline(app)
