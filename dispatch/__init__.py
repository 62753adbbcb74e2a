"""The ticket: its workflow, clocks, routing and queries; no Flask in here."""
