"""Texts judged in a second on one core, against the usual tf-idf of characters with an SVM in scikit-learn."""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator

from dispatch.classifier.judge import Judge
from dispatch.classifier.training import train
from dispatch.classify import Taxonomy
from tests.bench.ratios import Line, in_turns
from tests.bench.worlds import World
from tests.history import messages

TEXTS, LEARNED = 2000, 600


def lines(worlds: list[World], args: Namespace) -> Iterator[Line]:
    texts = ["".join(part) for part in zip(*(messages(TEXTS, seed)[0] for seed in range(5, 13)), strict=True)]
    learned, categories = messages(LEARNED)
    model = train(learned, categories).model
    note = f"{sum(map(len, texts)) // TEXTS} characters a text"
    both = in_turns(args.rounds, timed(model.judge, texts), timed(characters(learned, categories), texts))
    yield Line("classify, many texts", "texts/s", *both, higher_is_better=True, note=note)
    judge, few = Judge.of(Taxonomy.load(), model), texts[:300]
    alone = in_turns(
        args.rounds,
        timed(lambda some: [judge.judge(text) for text in some], few),
        timed(one_by_one(learned, categories), few),
    )
    yield Line("classify one at a time, with lexicon and reasons", "texts/s", *alone, higher_is_better=True, note=note)


def characters(texts: list[str], categories: list[str]) -> Callable[[list[str]], object]:
    """What one writes first: tf-idf of one to three characters and a linear SVM."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    tool = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
    predict: Callable[[list[str]], object] = tool.fit(texts, categories).predict
    return predict


def one_by_one(texts: list[str], categories: list[str]) -> Callable[[list[str]], object]:
    predict = characters(texts, categories)
    return lambda some: [predict([text]) for text in some]


def timed(judge: Callable[[list[str]], object], texts: list[str]) -> Callable[[], float]:
    """Texts per second of processor time: the machine may have other work."""

    def run() -> float:
        began = time.process_time()
        judge(texts)
        return len(texts) / (time.process_time() - began)

    judge(texts[:10])
    return run
