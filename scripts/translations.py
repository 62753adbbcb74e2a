"""make translations: brings every catalogue up to date with the texts of the code, and says what has no words yet.

A catalogue is sorted and carries neither places nor dates, so that a change of it is a change of words.
"""

import io
import sys
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "app" / "translations"
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(["_l", "lazy_gettext", "lazy_pgettext:1c,2"])
HEADER = """\
# The words of the platform: msgid is the Chinese text of the code. `make translations` keeps the list complete.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def main() -> int:
    texts = extracted()
    missing = 0
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        catalog = updated(texts, read(path))
        path.write_text(written(catalog), "utf-8")
        empty = [message for message in words(catalog) if not all(strings(message))]
        print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {len(empty)} without a translation")
        missing += len(empty)
    return 1 if missing else 0


def extracted() -> Catalog:
    """Every text of the code, without translations."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for _, _, text, _, context in extract_from_dir(str(ROOT), methods, options, KEYWORDS):
        found.add(text, context=context)
    return found


def read(path: Path) -> Catalog:
    """The catalogue of the language that its folder names."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], domain="messages")


def updated(texts: Catalog, old: Catalog) -> Catalog:
    """All texts of the code and no others, each with the words that it had."""
    new = Catalog(locale=old.locale)
    for text in words(texts):
        known = old.get(text.id, text.context)
        kept = known is not None and isinstance(known.id, str) == isinstance(text.id, str)
        new.add(text.id, known.string if known and kept else "", context=text.context)
    return new


def written(catalog: Catalog) -> str:
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.format(language=catalog.locale, plural_forms=catalog.plural_forms) + body.getvalue().decode()


def words(catalog: Catalog) -> list[Message]:
    """All messages but the header."""
    return [message for message in catalog if message.id]


def strings(message: Message) -> tuple[str, ...]:
    """The translation, or its plural forms; empty where there is none yet."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(form or "" for form in forms)


if __name__ == "__main__":
    sys.exit(main())
