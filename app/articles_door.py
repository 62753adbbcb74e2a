"""The door for the knowledge base, of the page and of the command line: tried with its difference, put in force."""

from sqlalchemy.orm import Session

from app.acts import note
from app.babel import locale
from app.clock import now
from app.staff_door import Change, Difference
from dispatch.config import current_config, newest_setting, put_setting, shipped
from dispatch.knowledge import Article, Found, read_articles
from grids.models import Setting
from grids.scope import Actor

NAME = "articles"
SHOWN = ("title", "category", "text", "title_en", "text_en", "source")


def text_in_force(db: Session) -> str:
    """The CSV in force."""
    setting = newest_setting(db, NAME)
    return str(setting.value) if setting else shipped(NAME)


def difference(db: Session, text: str) -> Difference:
    """What the draft would change: articles that are new, other, or gone. Raises BadInput."""
    before, after = current_config(db).knowledge.articles, read_articles(text).articles
    told = Difference()
    for code, article in after.items():
        told.take(Change(code, article.title, code not in before, fields_of(before.get(code), article)))
    for code in before.keys() - after.keys():
        told.take(Change(code, before[code].title, False, [("gone", before[code].title, "")]))
    return told


def fields_of(before: Article | None, after: Article) -> list[tuple[str, str, str]]:
    if before is None:
        return []
    changed = [(name, str(getattr(before, name)), str(getattr(after, name))) for name in SHOWN]
    changed.append(("words", "|".join(before.words), "|".join(after.words)))
    return [one for one in changed if one[1] != one[2]]


def enact(db: Session, actor: Actor | str, text: str, reason: str) -> Setting | None:
    """Puts the articles in force; None when nothing differs. Raises BadInput."""
    read_articles(text)
    made = put_setting(db, NAME, text, now())
    if made is not None:
        note(db, actor, "articles_load", NAME, version=made.version, reason=reason)
    return made


def article_json(found: Found) -> dict[str, object]:
    """As the desk shows it, in the reader's language."""
    one, english = found.article, locale() == "en"
    title, text = (one.title_en or one.title, one.text_en or one.text) if english else (one.title, one.text)
    return {"code": one.code, "title": title, "text": text, "source": one.source, "score": found.score}
