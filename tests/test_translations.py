"""Texts and their English: the catalogue is complete and tidy, and no text on a screen goes round it."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Message
from flask import Flask
from marshmallow import Schema

from app.api import schemas
from app.api.faults import words_of_fault
from app.babel import LANGUAGES
from app.labels import LABELS
from app.sentences import FIELDS, SENTENCES
from dispatch.classify import Taxonomy
from dispatch.config import FILES, GEODATA
from dispatch.routing import read_rules
from dispatch.workflow import CLOCKS, KINDS, STATUSES, TABLE, URGENCIES
from grids.models import LEVELS
from scripts.translations import CATALOGUES, extracted, read, strings, updated, words, written
from tests.tree import texts

CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{[^{}]*\}")
PATH = CATALOGUES / "en" / "LC_MESSAGES" / "messages.po"

CALLS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext", "lazy_pgettext"}
CALL = re.compile(r"\b(?:_|ngettext|pgettext)\((?:\s*(?:'[^'\\]*'|\"[^\"\\]*\")\s*,?)+")
SCRIPT_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
# Chinese that is data, not a text of the screen: endings of names, what is stored, a name in both languages.
DATA = {
    "app/static/js/map.js": {"街道", "社区"},
    "app/intake.py": {"随手拍：见照片"},
    "app/open311/services.py": {"其他"},
}
SPEECH = ("app/traffic/", "app/cli/welcome.py")  # what callers of the demo say, and what the console says
SWITCH = {"中文"}  # the word that leads to Chinese pages

ERRORS = {"DispatchError", "NotFound", "NotAllowed", "Conflict", "BadInput", "NotLoggedIn", "TranscriptError"}
ERRORS |= {"PhotoError", "NoPolicy"}
OWN_WORDS = ("app/cli/", "app/open311/")  # doors with sentences of their own beside the common ones


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    return words(read(PATH))


def test_every_language_but_chinese_has_a_catalogue() -> None:
    assert {path.name for path in CATALOGUES.iterdir() if path.is_dir()} == set(LANGUAGES) - {"zh"}


def test_the_catalogue_is_what_make_translations_writes() -> None:
    """The texts of the code and no others, in order, without places, dates, fuzzy or obsolete entries."""
    assert PATH.read_text("utf-8") == written(updated(extracted(), read(PATH)))


def test_every_text_has_english_words_and_no_chinese_ones(messages: list[Message]) -> None:
    assert len(messages) > 500
    assert [message.id for message in messages if message.fuzzy or not all(map(str.strip, strings(message)))] == []
    assert [message.id for message in messages if any(map(CHINESE.search, strings(message)))] == []


def test_placeholders_are_kept(messages: list[Message]) -> None:
    """One thing may be said without its number (“once”); a stray % would break the formatting."""
    for message in messages:
        source = message.id[0] if isinstance(message.id, tuple) else message.id
        wanted = set(PLACEHOLDER.findall(source))
        one, *more = strings(message)
        assert all(set(PLACEHOLDER.findall(text)) == wanted for text in more or [one]), message.id
        assert set(PLACEHOLDER.findall(one)) <= wanted, message.id
        assert not any("%" in PLACEHOLDER.sub("", text) for text in strings(message)), message.id


def test_plurals_differ(messages: list[Message]) -> None:
    plural = [message for message in messages if isinstance(message.id, tuple)]
    assert plural and all(len(set(strings(message))) == 2 for message in plural)


@pytest.mark.parametrize("suffix", [".html", ".js"])
def test_no_text_goes_round_the_translation(suffix: str) -> None:
    files = {str(path): text for path, text in texts(suffix).items() if path.parts[0] == "app"}
    plain = without_comments_and_calls if suffix == ".html" else without_script_comments
    found = {path: chinese_in(plain(text)) - allowed(path) for path, text in files.items()}
    assert files and {path: left for path, left in found.items() if left} == {}


def test_no_python_text_goes_round_the_translation() -> None:
    files = {str(path): text for path, text in texts(".py").items() if path.parts[0] == "app"}
    shown = {path: text for path, text in files.items() if not path.startswith(SPEECH)}
    found = {path: set(bare_texts(ast.parse(text))) - allowed(path) for path, text in shown.items()}
    assert {path: left for path, left in found.items() if left} == {}


def allowed(path: str) -> set[str]:
    return DATA.get(path) or SWITCH


def without_comments_and_calls(template: str) -> str:
    return CALL.sub("(", re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL))


def without_script_comments(script: str) -> str:
    return SCRIPT_COMMENT.sub("", script)


def chinese_in(text: str) -> set[str]:
    return set(re.findall(rf"{CHINESE.pattern}+", text))


def bare_texts(tree: ast.Module) -> Iterator[str]:
    """Chinese string constants that are neither translated, nor documentation, nor keys of a table."""
    fine: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
            fine |= {id(each) for each in ast.walk(node)}
        elif isinstance(node, ast.Expr):
            fine.add(id(node.value))
        elif isinstance(node, ast.Dict):
            fine |= {id(key) for key in node.keys}
    bare = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in fine]
    yield from (text for text in bare if isinstance(text, str) and CHINESE.search(text))


def test_every_error_code_has_its_sentence_and_the_words_that_fill_it() -> None:
    """A refusal reaches users as a sentence, whatever door it leaves by."""
    raised = [(path, *each) for path, text in texts(".py").items() if common(path) for each in codes(ast.parse(text))]
    assert len(raised) > 60
    assert [(str(path), code) for path, code, _, _ in raised if code not in SENTENCES] == []
    for path, code, given, fields in raised:
        wanted = set(re.findall(r"%\((\w+)\)s", str(SENTENCES[code])))
        assert wanted <= given, (str(path), code, wanted - given)
        assert fields <= FIELDS.keys(), (str(path), code, fields)


def common(path: Path) -> bool:
    return path.parts[0] in ("app", "dispatch") and not str(path).startswith(OWN_WORDS)


def codes(tree: ast.Module) -> Iterator[tuple[str, set[str], set[str]]]:
    """(code, the names of its parameters, the codes of its fields) of each error that is made with a known code."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args):
            continue
        code, fields = node.args[0], next((one.value for one in node.keywords if one.arg == "fields"), None)
        if isinstance(code, ast.Constant):
            values = fields.values if isinstance(fields, ast.Dict) else []
            told = {str(value.value) for value in values if isinstance(value, ast.Constant)}
            yield str(code.value), {str(one.arg) for one in node.keywords}, told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_schema_refuses_is_said_in_words(built_app: Flask, language: str) -> None:
    """Every message that the request schemas can give has its own sentence in both languages."""
    with built_app.test_request_context(headers={"Accept-Language": language}):
        other = words_of_fault("?")
        for message in schema_messages():
            told = words_of_fault(message)
            assert told not in ("", message, other), message
            assert bool(CHINESE.search(told)) == (language == "zh"), told


def schema_messages() -> set[str]:
    """What marshmallow says to values that do not fit, for every field of every request."""
    wrong = [None, "x", "nan", "1e999", 10**400, -1, 10**9, [], {}, [0], [{}], b"\xff"]
    made = [one() for one in vars(schemas).values() if isinstance(one, type) and issubclass(one, Schema)]
    found = [one.validate({name: value}) for one in made for name in one.fields for value in wrong]
    return {text for faults in found for text in flat(faults)}


def flat(faults: object) -> Iterator[str]:
    if isinstance(faults, dict):
        faults = list(faults.values())
    if isinstance(faults, list):
        for each in faults:
            yield from flat(each)
    else:
        yield str(faults)


def test_the_names_in_our_data_have_english_words() -> None:
    """Categories and reasons of routes carry theirs; sources of policies and festivals of calendars have labels."""
    taxonomy = Taxonomy.read((GEODATA / FILES["categories"]).read_text("utf-8"))
    rules = read_rules((GEODATA / FILES["routing"]).read_text("utf-8"))
    told = [one.name_en for one in taxonomy.categories.values()] + [rule.reason_en for rule in rules]
    assert len(told) > 30 and all(text and not CHINESE.search(text) for text in told)
    assert column("policies/*.csv", "source") <= LABELS["source"].keys()
    assert column("calendars/*.csv", "name") <= LABELS["festival"].keys()


def column(files: str, name: str) -> set[str]:
    return {row[name] for path in GEODATA.glob(files) for row in csv.DictReader(path.open(encoding="utf-8"))}


def test_every_code_of_the_workflow_has_its_word() -> None:
    codes = {"verb": TABLE, "status": STATUSES, "clock": CLOCKS, "kind": KINDS, "urgency": URGENCIES, "level": LEVELS}
    assert {group: set(names) - LABELS[group].keys() for group, names in codes.items()} == {
        group: set() for group in codes
    }
