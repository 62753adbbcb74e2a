"""One answer out of two: what the lexicon reads from the words, and what the deployment's own history teaches.

The lexicon decides where it is clear, the model from its threshold on. Where both are sure of different matters nobody
decides: the agent is asked. A model that was trained on other classes than the taxonomy's counts for those it shares.
"""

from dataclasses import dataclass, field

from dispatch.classifier.model import Model
from dispatch.classify import CategoryGuess, Taxonomy, classify, decided

CLEAR = 0.6  # confidence from which the lexicon's guess counts as clear


@dataclass(frozen=True)
class Judge:
    """The taxonomy with the model that is at work, if there is one. `codes`: category of each class that it knows."""

    taxonomy: Taxonomy
    model: Model | None = None
    version: int | None = None
    codes: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(taxonomy: Taxonomy, model: Model | None = None, version: int | None = None) -> "Judge":
        """Classes are found by the code or by the Chinese name of a category."""
        names = {one.name: one.code for one in reversed(taxonomy.categories.values())}
        known = (
            {name: name if name in taxonomy.categories else names.get(name, "") for name in model.classes}
            if model
            else {}
        )
        return Judge(taxonomy, model, version, {name: code for name, code in known.items() if code})

    def judge(self, text: str) -> CategoryGuess | None:
        """The category of a matter in a citizen's words; None where it stays open."""
        told = self.guesses(text)
        return told[0] if len(told) == 1 else None

    def guesses(self, text: str) -> list[CategoryGuess]:
        """One guess that both can live with, or two that contradict each other, or none."""
        lexicon = decided(classify(text, self.taxonomy), self.taxonomy)
        learned = self.learned(text)
        if lexicon is None or learned is None:
            return [one for one in (lexicon, learned) if one is not None]
        if akin(lexicon.code, learned.code):
            return [max(lexicon, learned, key=lambda one: (len(one.code), one.confidence))]
        return [lexicon, learned] if lexicon.confidence >= CLEAR else [learned]

    def learned(self, text: str) -> CategoryGuess | None:
        """What the model would file by itself, with the words that made it."""
        if not self.codes or self.model is None or not text.strip():
            return None
        verdict = self.model.judge([text])[0]
        code = self.codes.get(verdict.label)
        if not verdict.automatic or code is None:
            return None
        reasons = self.model.reasons(text, verdict.label)
        return CategoryGuess(
            code,
            round(sum(one.weight for one in reasons), 2),
            round(verdict.probability, 2),
            tuple((one.start, one.end, one.text) for one in reasons),
            tuple(one.weight for one in reasons),
            "model",
            self.version,
        )


def akin(one: str, other: str) -> bool:
    """The same category, or one is the group of the other."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")
