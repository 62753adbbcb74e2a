"""Faults on purpose: processes killed at random points, a database that goes away; `python -m tests.faults`."""
