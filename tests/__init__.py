"""The tests of the platform; see conftest.py for the small world in which they play."""
