"""The knowledge base: answers that settle a call, found while the agent types by the words of the matter."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any, NamedTuple

from dispatch.errors import BadInput

COLUMNS = ("code", "category", "title", "title_en", "words", "text", "text_en", "source")
NEEDED = ("code", "title", "text")
LIMITS = {"code": 48, "title": 120, "text": 2000}
ENOUGH = 0.12  # likeness (cosine of character pairs and triples, 0 to 1) below which an article is not offered
WORD, SAME_CATEGORY = 0.35, 0.1  # what a word of the article in the text adds, and its category being the matter's
LEAST = 4  # characters: less says nothing


@dataclass(frozen=True)
class Article:
    """One row of geodata/articles.csv; `words` are how citizens ask for it, `category` what it is about, or ""."""

    code: str
    category: str
    title: str
    title_en: str
    words: tuple[str, ...]
    text: str
    text_en: str
    source: str


class Found(NamedTuple):
    """An article with its score; the higher the likelier that it answers."""

    article: Article
    score: float


class Knowledge:
    """The articles in the order of the file, ready to be searched."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = {one.code: one for one in articles}

    @cached_property
    def model(self) -> tuple[Any, Any]:
        """Vectorizer and matrix, made at the first search: scikit-learn takes a second to be loaded."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
        texts = [f"{one.title} {' '.join(one.words)} {one.text}" for one in self.articles.values()]
        return vectors, vectors.fit_transform(texts)

    def search(self, text: str, category: str | None = None, most: int = 3) -> list[Found]:
        """The articles that may answer, the likeliest first; none for a text that says too little."""
        text = text.strip()[-2000:]
        if len(text) < LEAST or not self.articles:
            return []
        vectors, matrix = self.model
        likeness = (matrix @ vectors.transform([text]).T).toarray().ravel()
        found = [
            Found(one, round(float(share) + bonus(one, text, category), 3))
            for one, share in zip(self.articles.values(), likeness, strict=True)
        ]
        good = [one for one in found if one.score >= ENOUGH]
        return sorted(good, key=lambda one: (-one.score, one.article.code))[:most]


def bonus(one: Article, text: str, category: str | None) -> float:
    told = WORD if any(word in text for word in one.words) else 0.0
    same = bool(category and one.category) and (category or "").split(".")[0] == one.category.split(".")[0]
    return told + (SAME_CATEGORY if same and told else 0.0)


def read_articles(text: str) -> Knowledge:
    """Reads the CSV. Raises BadInput naming the line that is wrong."""
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise BadInput("articles_columns", columns=", ".join(missing))
    found: list[Article] = []
    for row in reader:
        found.append(read_article(row, reader.line_num, {one.code for one in found}))
    return Knowledge(found)


def read_article(row: dict[str, Any], line: int, known: set[str]) -> Article:
    given = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    for name in NEEDED:
        if not given[name]:
            raise BadInput("articles_missing", line=line, column=name)
    for name, limit in LIMITS.items():
        if len(given[name]) > limit:
            raise BadInput("articles_long", line=line, column=name, limit=limit)
    if given["code"] in known:
        raise BadInput("articles_twice", line=line, article=given["code"])
    words = tuple(part.strip() for part in given.pop("words").split("|") if part.strip())
    return Article(**given, words=words)
