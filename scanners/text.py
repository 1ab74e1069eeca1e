"""Personal data in running text: one Presidio engine per process, and one answer per text.

``find_spans`` is the text API of recense. It runs every detector as a Presidio recognizer: the patterns and check
digits of ``recognizers.py``, and here persons (by vote), addresses (by rules) and the lexicons of Articles 9 and 10.
spaCy's own recognizer is not registered: the model is one witness of the vote and never speaks alone.

The answer for a text depends on that text and nothing else: documents go through the model one by one (a batch's
shape would change the last bits of its numbers), long texts in overlapping windows cut at the same places.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from recense.scanners import language as languages
from recense.scanners.dotted import says_version
from recense.scanners.lexicon import Strength, examine, mentions
from recense.scanners.lexicon_terms import kinds
from recense.scanners.models import MODELS, model
from recense.scanners.persons import Vote, may_name, vote
from recense.scanners.places import find_addresses
from recense.scanners.rampart import hear
from recense.scanners.reading import Named

WINDOW = 8_000
"""Characters of a long text that are read at once."""
OVERLAP = 400
"""Characters that neighbouring windows share: no span is longer."""

_LABELS = {
    "PER": "PERSON", "PERSON": "PERSON", "LOC": "LOCATION", "GPE": "LOCATION", "FAC": "LOCATION", "ORG": "ORGANIZATION",
}  # fmt: skip
_SCORES = {Strength.FOUND: 0.8, Strength.CANDIDATE: 0.5, Strength.INFERRED: 0.4, Strength.VALUE: 0.5}
"""Score of a lexicon's match by its strength; what is not named here is no span."""
_ENGINE_LOCK = threading.Lock()


class Span(NamedTuple):
    """Personal data in a text.

    Attributes:
        start, end: offsets in characters, end exclusive.
        entity: ``EMAIL_ADDRESS``, ``PERSON`` …; category: its category, ``""`` when it is not personal by itself.
        score: 0 to 1; an order of strength, not a probability.
        detector: id of the rule that spoke.
    """

    start: int
    end: int
    entity: str
    category: str
    score: float
    detector: str


def _quiet() -> None:
    """Sets what keeps the libraries from the network, before any of them is imported."""
    os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def named(text: str, language: str) -> list[Named]:
    """Returns what the language's model names in a text: one weak witness, see ``persons.vote``."""
    return _named_in(model(language)(text))


def persons(text: str, seen: Sequence[Named], language: str) -> list[Vote]:
    """Returns the persons of a text by vote; Rampart is asked where another voice can agree with it."""
    asked = any(name.label == "PERSON" for name in seen) or may_name(text, language)
    return vote(text, seen, language, hear(text) if asked else None)


@functools.lru_cache(maxsize=1)
def _voted(text: str, seen: tuple[Named, ...], language: str) -> tuple[Vote, ...]:
    """Returns ``persons``, once for the recognizers that ask about the same text one after the other."""
    return tuple(persons(text, seen, language))


def _seen(artifacts: Any) -> tuple[Named, ...]:
    return tuple(_named_in(artifacts.tokens)) if artifacts is not None else ()


def _named_in(doc: Any) -> list[Named]:
    return [Named(e.start_char, e.end_char, _LABELS[e.label_]) for e in doc.ents if e.label_ in _LABELS]


@functools.cache
def _classes() -> dict[str, Any]:
    """Returns the Presidio classes of ours; defined inside, so that importing this module imports no Presidio."""
    _quiet()
    from presidio_analyzer import EntityRecognizer, RecognizerResult
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    def result(entity: str, start: int, end: int, score: float, detector: str) -> Any:
        # The identifier is Presidio's to add: a foreign one would be dropped by its context enhancer.
        return RecognizerResult(
            entity, start, end, score, recognition_metadata={RecognizerResult.RECOGNIZER_NAME_KEY: detector}
        )

    class ModelEngine(NlpEngine):  # type: ignore[misc]  # Presidio has no types
        """Gives Presidio the tokens and entities of our two pipelines."""

        def load(self) -> None:
            for code in MODELS:
                model(code)

        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> Any:
            doc = model(language)(text)
            return NlpArtifacts(
                entities=list(doc.ents),
                tokens=doc,
                tokens_indices=[token.idx for token in doc],
                lemmas=[token.lower_ for token in doc],
                nlp_engine=self,
                language=language,
                scores=[0.5] * len(doc.ents),
            )

        def process_batch(self, texts: Iterable[str], language: str, **_: Any) -> Iterator[tuple[str, Any]]:
            for text in texts:  # one by one: the answer must not depend on the neighbours
                yield text, self.process_text(text, language)

        def is_stopword(self, word: str, language: str) -> bool:
            return bool(model(language).vocab[word].is_stop)

        def is_punct(self, word: str, language: str) -> bool:
            return bool(model(language).vocab[word].is_punct)

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return list(MODELS)

    class PeopleRecognizer(EntityRecognizer):  # type: ignore[misc]
        """Persons, by the vote of model, gazetteers, titles and context."""

        def __init__(self, language: str) -> None:
            super().__init__(["PERSON"], supported_language=language, name="people")

        def load(self) -> None:
            """Nothing to do: the lists load at the first text."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            return [
                result("PERSON", v.start, v.end, round(min(0.95, 0.5 + v.odds / 12), 3), "people")
                for v in _voted(text, _seen(nlp_artifacts), self.supported_language)
            ]

    class AddressRecognizer(EntityRecognizer):  # type: ignore[misc]
        """Postal addresses, by rules."""

        def __init__(self, language: str) -> None:
            super().__init__(["ADDRESS"], supported_language=language, name="address")

        def load(self) -> None:
            """Nothing to do: the lists load at the first text."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            return [result("ADDRESS", p.start, p.end, 0.85, "address") for p in find_addresses(text)]

    class LexiconRecognizer(EntityRecognizer):  # type: ignore[misc]
        """Articles 9 and 10, all kinds at once; who is a person by vote counts as named."""

        def __init__(self, language: str) -> None:
            super().__init__([kind.entity for kind in kinds().values()], supported_language=language, name="lexicon")

        def load(self) -> None:
            """Nothing to do: the lexicons load at the first text."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
            if not mentions(text):
                return []
            people = [(v.start, v.end) for v in _voted(text, _seen(nlp_artifacts), self.supported_language)]
            return [
                result(kinds()[m.kind].entity, m.start, m.end, _SCORES[m.strength], _detector(m.kind, m.strength))
                for m in examine(text, people)
                if m.strength in _SCORES
            ]

    return {
        "nlp": ModelEngine,
        "people": PeopleRecognizer,
        "address": AddressRecognizer,
        "lexicon": LexiconRecognizer,
    }


def _detector(kind: str, strength: Strength) -> str:
    return kinds()[kind].detector + ("" if strength is Strength.FOUND else f"-{strength.value}")


def language_recognizers(codes: Sequence[str]) -> list[Any]:
    """Returns the recognizers of this module, one per language and kind."""
    classes = _classes()
    return [classes[name](code) for code in codes for name in ("people", "address", "lexicon")]


@functools.cache
def _build() -> Any:
    _quiet()
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    from recense.scanners.recognizers import recognizers

    codes = list(MODELS)
    found = [*recognizers(codes), *language_recognizers(codes)]
    registry = RecognizerRegistry(recognizers=found, supported_languages=codes)
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=_classes()["nlp"](),
        supported_languages=codes,
        default_score_threshold=0.3,
        context_aware_enhancer=LemmaContextAwareEnhancer(
            context_similarity_factor=0.35,
            min_score_with_context_similarity=0.4,
            context_prefix_count=5,
            context_suffix_count=1,
            context_matching_mode="whole_word",
        ),
    )


def engine() -> Any:
    """Returns the process's one Presidio ``AnalyzerEngine``, built at the first call."""
    with _ENGINE_LOCK:
        return _build()


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """Yields (offset, part) of a text; neighbours overlap, cuts fall on white space where there is some."""
    at = 0
    while len(text) - at > WINDOW:
        cut = at + WINDOW
        space = max(text.rfind("\n", cut - OVERLAP, cut), text.rfind(" ", cut - OVERLAP, cut))
        cut = space if space > at else cut
        yield at, text[at:cut]
        back = text.find(" ", cut - OVERLAP, cut)
        at = back + 1 if back > at else cut - OVERLAP
    yield at, text[at:]


def find_spans(text: str, language: str | None = None) -> list[Span]:
    """Returns the personal data of a text, in order of appearance.

    Spans of different entities do not overlap, but for those of Articles 9 and 10, which say what a text is about
    and may hold other data.

    Args:
        text: any length; long texts are read in windows of ``WINDOW`` characters.
        language: ``fr`` or ``en``; None to let ``language.identify`` decide (names alone are read as French).
    """
    if not text or text.isspace():
        return []
    code = language if language in MODELS else languages.reading_language(text)
    analyzer = engine()
    found: set[Span] = set()
    for offset, part in _windows(text):
        for item in analyzer.analyze(part, language=code):
            if item.entity_type != "IP_ADDRESS" or not says_version(part, item.start):
                found.add(_span(item, offset))
    return resolve(found)


def find_spans_many(texts: Iterable[str], language: str | None = None) -> list[list[Span]]:
    """Returns ``find_spans`` of every text, in order; equal texts are read once."""
    seen: dict[str, list[Span]] = {}
    answers = []
    for text in texts:
        if text not in seen:
            seen[text] = find_spans(text, language)
        answers.append(seen[text])
    return answers


def _span(item: Any, offset: int) -> Span:
    from recense.policy import taxonomy

    metadata = item.recognition_metadata or {}
    detector = metadata.get("recognizer_name", "")
    category = taxonomy().category_of(item.entity_type) or ""
    return Span(
        item.start + offset, item.end + offset, item.entity_type, category, round(float(item.score), 3), detector
    )


_RANKS = {
    "EMAIL_ADDRESS": 9, "TOKEN": 9, "PRIVATE_KEY": 9, "PASSWORD": 8, "ADDRESS": 6, "URL": 4, "PERSON": 3, "DATE": 2,
    "LOCATION": 1, "ORGANIZATION": 1,
}  # fmt: skip
"""Order of entities where spans of equal strength overlap; unnamed ones (identifiers, patterns) stand at 5, or at 4
when they are not personal."""


def _rank(span: Span) -> tuple[float, int, float, int]:
    """Returns what decides between overlapping spans: check digits, the kind of entity, the score, the length."""
    # What is not personal (SIRET, version, serial) gives way to what is, unless its check digits are as good as proof.
    rank = _RANKS.get(span.entity, 5 if span.category or span.score >= 0.9 else 4)
    proved = 1.0 if span.score >= 0.95 and rank >= 5 else 0.0
    return proved, rank, span.score, span.end - span.start


def resolve(spans: Iterable[Span]) -> list[Span]:
    """Returns the spans that stand after conflicts, in order.

    What is proved comes first, then an e-mail over its parts, an address over the persons in it, identifiers over
    names, the higher score, the longer span. Spans of Articles 9 and 10 stay beside all others;
    of the same entity the longest stays.
    """
    special: list[Span] = []
    plain: list[Span] = []
    for span in spans:
        (special if span.category.startswith("special.") or span.category == "criminal" else plain).append(span)
    kept: list[Span] = []
    for span in sorted(plain, key=lambda s: (*(-part for part in _rank(s)), s)):
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    for span in sorted(special, key=lambda s: (s.start - s.end, -s.score, s)):
        if not any(s.entity == span.entity and span.start < s.end and s.start < span.end for s in kept):
            kept.append(span)
    return sorted(kept)
