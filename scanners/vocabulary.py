"""The words that headers are made of, from ``headers/*.yaml``: stems of data, nouns, modifiers, kinds of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from recense.errors import DetectorError, unknown
from recense.guard import FAST
from recense.policy import taxonomy
from recense.scanners.words import Splitter, fold, singular

HERE = Path(__file__).parent / "headers"
SETTINGS = ("person", "linked", "company", "place", "thing", "lookup", "unknown")
TYPES = ("text", "integer", "number", "date", "bool", "binary")
_ENDED = 8
"""Letters of a word that is known by its ending alone."""
_SHARED = ("words", "trust", "codes")
_NOUNS = ("subjects", "modifiers", "topics")
_KEYS = {"entity", "id", "says", "trust", "phrases", "keeps", "types", "topics", "only", "strict", "yields", "requires"}
_KEYS |= {"unless", "least", "leads", "ends", "endings", "without", "match", "reject"}

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One way to name a datum; see ``headers/README.md`` for the fields.

    Attributes:
        id: ``contact.email_address``, or ``contact.email_address.hashed`` where an entity has several rules.
        trust: per setting ``strong``, ``weak`` or ``none``; None for a rule that speaks against.
        least: a text column shorter than this cannot hold the datum.
    """

    id: str
    entity: str
    category: str | None
    says: str
    trust: Mapping[str, str] | None
    phrases: tuple[str, ...]
    keeps: frozenset[str]
    types: frozenset[str]
    topics: frozenset[str]
    without: frozenset[str]
    only: bool
    strict: bool
    yields: bool
    leads: bool
    ends: bool
    requires: frozenset[str]
    unless: tuple[Words, ...]
    endings: tuple[str, ...]
    least: int
    match: tuple[str, ...]
    reject: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that a word or phrase may mean."""

    rules: tuple[Rule, ...] = ()
    subjects: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unit:
    """A word or phrase of a header with its meaning; ``meaning`` is None when no rule knows it."""

    words: Words
    meaning: Meaning | None


@dataclass(slots=True)
class _Draft:
    rules: list[Rule] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    modifiers: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)


class Vocabulary:
    """Splits headers into units and knows what each unit means."""

    def __init__(self, rules: Iterable[Rule], words: Mapping[str, Any], codes: Mapping[str, str]) -> None:
        self.rules = tuple(rules)
        self.neutral = frozenset(words["neutral"])
        self.placeholders = frozenset(words["placeholders"])
        nouns = [(kind, name, phrase) for kind in _NOUNS for name, all_ in words[kind].items() for phrase in all_]
        abbreviations = {short: words_of(long) for short, long in words["abbreviations"].items()}
        known = {word for rule in self.rules for phrase in rule.phrases for word in words_of(phrase)}
        known |= {word for *_, noun in nouns for word in words_of(noun)}
        known |= {word for long in abbreviations.values() for word in long}
        self._splitter = Splitter(abbreviations, known, words["fillers"], words["short"])
        drafts: dict[Words, _Draft] = {}
        for rule in self.rules:
            for phrase in rule.phrases:
                drafts.setdefault(self.words(phrase), _Draft()).rules.append(rule)
        for kind, name, noun in nouns:
            getattr(drafts.setdefault(self.words(noun), _Draft()), kind).add(name)
        for parts, draft in drafts.items():
            if len(parts) > 1 and all(rule.topics for rule in draft.rules):  # elsewhere its words mean what they mean
                for word in parts:
                    draft.modifiers |= drafts[(word,)].modifiers if (word,) in drafts else set()
        self._meanings = {
            parts: Meaning(
                tuple(dict.fromkeys(d.rules)), frozenset(d.subjects), frozenset(d.modifiers), frozenset(d.topics)
            )
            for parts, d in drafts.items()
        }
        self._longest = max(map(len, self._meanings))
        self._endings = {ending: Meaning((rule,)) for rule in self.rules for ending in rule.endings}
        by_entity = {rule.entity: rule for rule in reversed(self.rules)}
        self._codes = {fold(code): by_entity[entity] for code, entity in codes.items()}

    def words(self, header: str) -> Words:
        """Returns the words of a header, folded, singular and written out."""
        return self._splitter.split(header)

    def knows(self, word: str) -> bool:
        """Tells whether a rule or a noun is about this word."""
        return self.words(word) in self._meanings

    def code(self, header: str) -> Rule | None:
        """Returns the rule of a header that is a product's own code (``ORT01``), None for all others."""
        whole = fold(header).replace("-", "_")
        return self._codes.get(whole) or self._codes.get(whole.rstrip("0123456789_"))

    def _by_ending(self, phrase: Words) -> Meaning | None:
        """Returns the meaning of a word that no rule knows by its ending: ``tonsillectomy``."""
        word = phrase[0]
        if len(phrase) > 1 or len(word) < _ENDED:
            return None
        return next((meaning for ending, meaning in self._endings.items() if word.endswith(ending)), None)

    def nouns(self, phrase: Words) -> frozenset[str]:
        """Returns what the single words of a phrase name, ``person``, ``company`` or ``thing`` for instance."""
        meanings = (self._meanings.get((word,)) for word in phrase)
        return frozenset(name for meaning in meanings if meaning for name in meaning.subjects)

    def units(self, words: Words) -> tuple[Unit, ...]:
        """Returns the words as the fewest units that leave the fewest words unknown, longer phrases first."""
        best: list[tuple[int, int, tuple[Unit, ...]]] = [(0, 0, ())]
        for end in range(1, len(words) + 1):
            options = []
            for start in range(max(0, end - self._longest), end):
                meaning = self._meanings.get(words[start:end]) or self._by_ending(words[start:end])
                if meaning is None and end - start > 1:
                    continue
                strange, count, units = best[start]
                unit = Unit(words[start:end], meaning)
                options.append((strange + (meaning is None), count + 1, (*units, unit)))
            best.append(min(options, key=lambda option: option[:2]))
        return best[-1][2]


@cache
def words_of(phrase: str) -> Words:
    """Returns the words of a phrase of a rule, as headers are folded: ``nombre d'enfants`` -> ``nombre enfant``."""
    return tuple(singular(word) for word in fold(phrase).split())


@cache
def vocabulary() -> Vocabulary:
    """Returns the vocabulary of ``headers/*.yaml``.

    Raises:
        DetectorError: a file breaks the rules of its format.
    """
    trust = _read("trust")["trust"]
    rules = [
        rule for path in sorted(HERE.glob("*.yaml")) if path.stem not in _SHARED for rule in _rules(path.stem, trust)
    ]
    codes = {code: entity for product in _read("codes").values() for code, entity in product.items()}
    return Vocabulary(rules, _read("words"), codes)


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.load((HERE / f"{name}.yaml").read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a SafeLoader
    return data


class _Loader(FAST):  # type: ignore[misc]  # libyaml's safe loader or PyYAML's own
    """YAML 1.2 words: ``no``, ``on`` and ``yes`` are words of headers, not booleans."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tf"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _rules(name: str, trust: Mapping[str, Mapping[str, str]]) -> Iterator[Rule]:
    data = _read(name)
    defaults = data.get("defaults", {})
    for entry in data["rules"]:
        where = f"headers/{name}.yaml, {entry.get('entity')}"
        if odd := set(entry) - _KEYS:
            raise DetectorError(f"{where}: {unknown('key', min(odd), _KEYS)}")
        if entry["trust"] != "against" and entry["trust"] not in trust:
            raise DetectorError(f"{where}: {unknown('trust', entry['trust'], trust)}")
        yield _rule(name, {**defaults, **entry}, trust, where)


def _rule(name: str, entry: Mapping[str, Any], trust: Mapping[str, Mapping[str, str]], where: str) -> Rule:
    known = taxonomy()
    entity = entry["entity"]
    if entity not in known.entities:
        raise DetectorError(f"{where}: {unknown('entity', entity, known.entities)}")
    parts = [name, entity.lower(), entry.get("id")]
    return Rule(
        id=".".join(part for part in parts if part),
        entity=entity,
        category=known.category_of(entity),
        says=entry.get("says") or known.entities[entity].label["en"].lower(),
        trust=trust.get(entry["trust"]),
        phrases=tuple(entry["phrases"]),
        keeps=frozenset(entry.get("keeps", ())) | {"last"},
        types=frozenset(entry.get("types", TYPES)),
        topics=frozenset(entry.get("topics", ())),
        without=frozenset(entry.get("without", ())),
        only=entry.get("only", False),
        strict=entry.get("strict", False),
        yields=entry.get("yields", False),
        leads=entry.get("leads", False),
        ends=entry.get("ends", False),
        requires=frozenset(entry.get("requires", ())),
        unless=tuple(words_of(phrase) for phrase in entry.get("unless", ())),
        endings=tuple(entry.get("endings", ())),
        least=entry.get("least", 0),
        match=tuple(entry["match"]),
        reject=tuple(entry["reject"]),
    )
