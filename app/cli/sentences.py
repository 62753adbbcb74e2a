"""Sentences for what is wrong with a file that is imported."""

from grids.units import BadRow

ROWS = {
    "no_column": "the column {column} is missing",
    "missing": "{column} is missing",
    "too_long": "{column} is longer than {limit} characters",
    "unknown": "{column} is {value!r}, which is none of {known}",
    "no_region": "there is no region {region}",
    "no_unit": "there is no unit {unit}",
    "no_shape": "the region {region} has no outline, or does not exist",
    "bad_area": "area is neither region codes parted by | nor a valid WKT polygon in (lon lat) degrees",
    "bad_login": "{login!r} cannot be a login: it is empty or has spaces",
    "short_password": "a password needs at least {least} characters",
    "centre_of_region": "{unit}: a centre unit comes with its region; a file can only change its name",
}


def sentence(problem: BadRow) -> str:
    where = f"line {problem.line}: " if problem.line else ""
    return where + ROWS[problem.code].format(**problem.params)
