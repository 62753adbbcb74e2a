"""Sentences for what is wrong with a file that is imported."""

from grids.import_rows import Problem
from grids.region_files import BadFile
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

FILES = {
    "empty": "the file holds nothing to import",
    "not_geojson": "the file is not a GeoJSON FeatureCollection: {problem}",
    "needs_pyogrio": "reading {suffix} needs the package pyogrio, which is not installed (pip install pyogrio);"
    " GeoJSON is read without it",
    "not_readable": "the file cannot be read: {problem}",
    "bad_crs": "coordinates must be WGS-84 or CGCS2000 in degrees, not {crs}; convert the file first",
    "bad_geometry": "feature {number}: the geometry cannot be read",
    "too_large": "the file is larger than {limit} bytes",
    "too_many": "the file has more than {limit} rows",
    "bad_encoding": "the file is neither UTF-8 nor GB 18030",
    "not_csv": "the file is not CSV: {problem}",
    "no_columns": "columns are missing: {columns}",
    "bad_level": "feature {number}: the level is {level!r}; give 1-6, a name from province to cell, or --level",
}
REGIONS = {
    "duplicate": "duplicate, the code occurs {times} times",
    "bad_code": "feature {number}: {value!r} cannot be a code; 1 to 20 letters, digits, - and _ can",
    "long_name": "feature {number}: the name is longer than {limit} characters",
    "no_name": "feature {number}: a new region needs a name",
    "no_outline": "there is no outline",
    "no_polygon": "feature {number}: the geometry is {kind}, or empty; a polygon is needed",
    "invalid_polygon": "the outline is not valid: {reason}",
    "not_lon_lat": "feature {number}: the coordinates are not (longitude, latitude) in degrees",
    "other_level": "the file says level {level}, the tree has it at level {present}",
    "moved": "the file says that it lies in {parent}, the tree has it in {present}; an import moves no regions",
    "orphan": "orphan, the region {parent!r} above it does not exist or is retired",
    "parent_retired": "orphan, it is in force though the region {parent} above it is retired",
    "overlap": "overlap with {other}: {area_m2} m² around ({lon}, {lat})",
    "gap": "gap, {area_m2} m² around ({lon}, {lat}) are covered by no region of the next level",
    "sticks_out": "it sticks out of {parent} by {area_m2} m²",
    "wrong_path": "its path or level does not follow from the region above it",
    "no_centre": "it has no centre unit",
}

PLACES = {
    "name_length": "the name needs {least} to {limit} characters",
    "too_common": "the name is a kind of place or that of a chain ({times} rows), not of one place",
    "no_datum": "no datum is named; give the column datum or --datum",
    "unknown_datum": "the datum {datum!r} is none of wgs84, cgcs2000, gcj02, bd09",
    "no_point": "there are no usable coordinates",
    "outside": "it lies in no grid cell",
    "repeated": "name and place were in the file before; left out",
}


def sentence(problem: BadRow) -> str:
    where = f"line {problem.line}: " if problem.line else ""
    return where + ROWS[problem.code].format(**problem.params)


def file_sentence(problem: BadFile) -> str:
    return FILES[problem.code].format(**problem.params)


def place_sentence(problem: Problem) -> str:
    weight = "left out" if problem.fatal else "remark"
    return f"{weight}: row {problem.params['number']}: {problem.region or '(no name)'}: " + PLACES[problem.code].format(
        **problem.params
    )


def problem_sentence(problem: Problem) -> str:
    weight = "fault" if problem.fatal else "remark"
    return f"{weight}: {problem.region or '(root)'}: {REGIONS[problem.code].format(**problem.params)}"
