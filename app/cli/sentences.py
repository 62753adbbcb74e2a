"""Sentences for what is wrong with a file that is imported, as the command line tells them: in English."""

from flask_babel import force_locale

from app.import_words import file_words, region_words, row_words
from grids.import_rows import Problem
from grids.region_files import BadFile
from grids.units import BadRow

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
    with force_locale("en"):
        return row_words(problem)


def file_sentence(problem: BadFile) -> str:
    with force_locale("en"):
        return file_words(problem)


def place_sentence(problem: Problem) -> str:
    weight = "left out" if problem.fatal else "remark"
    return f"{weight}: row {problem.params['number']}: {problem.region or '(no name)'}: " + PLACES[problem.code].format(
        **problem.params
    )


def problem_sentence(problem: Problem) -> str:
    weight = "fault" if problem.fatal else "remark"
    with force_locale("en"):
        return f"{weight}: {problem.region or '(root)'}: {region_words(problem)}"
