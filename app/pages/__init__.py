"""The pages for people: staff desk, tickets, boards; phone pages of citizens and attendants."""

from flask import Flask

from app.pages import batches, board, cases, desk, drafts, login, snap, ticket, tickets, track

BLUEPRINTS = [part.pages for part in (login, desk, drafts, batches, tickets, ticket, board, snap, track, cases)]


def init_pages(app: Flask) -> None:
    """Registers every page."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
