"""Invented arrivals and the people who work them off, for demonstrations: what comes, where, when, who does what."""
