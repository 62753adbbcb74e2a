"""Files and functions stay small: the largest ones decide whether code is calm."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.tree import texts

PRODUCT = ("app", "dispatch", "grids", "geodata")
FILE_LINES = {".py": 300, ".js": 120, ".html": 200, ".css": 300}
FUNCTION_LINES, FUNCTION_MEDIAN, FUNCTION_P90 = 40, 8, 25


@pytest.mark.parametrize("suffix", FILE_LINES)
def test_no_file_is_too_long(suffix: str) -> None:
    lengths = {str(path): len(text.splitlines()) for path, text in texts(suffix).items()}
    assert over(lengths, FILE_LINES[suffix]) == {}


def test_no_function_is_too_long() -> None:
    lengths = {name: size for path in modules() for name, size in functions(path)}
    assert over(lengths, FUNCTION_LINES) == {}


def test_most_functions_of_the_product_are_short() -> None:
    sizes = [size for path in modules() if path.parts[0] in PRODUCT for _, size in functions(path)]
    assert median(sizes) <= FUNCTION_MEDIAN
    assert quantiles(sizes, n=10)[-1] <= FUNCTION_P90


def test_every_file_begins_by_saying_its_subject() -> None:
    silent = [
        str(path) for path, text in texts(".py").items() if text.strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def over(lengths: dict[str, int], limit: int) -> dict[str, int]:
    return {name: size for name, size in lengths.items() if size > limit}


def modules() -> list[Path]:
    """Migrations are left out: theirs are written by Alembic, one function per step of the schema."""
    return [path for path in texts(".py") if path.parts[:2] != ("migrations", "versions")]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(texts(".py")[path])):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1
