"""Articles 9 and 10: which sentences speak of somebody's health, beliefs, union, offences … in French and English.

The words are data (``lexicons/*.yaml``, one file a kind); here are the rules of how they count:

| what stands in the sentence | strength |
|---|---|
| a strong term and a person, no trap | ``FOUND`` |
| a strong term and nobody; or a named person and a negation or hypothesis | ``CANDIDATE`` |
| a context term and a second one of the kind within 12 words, and a person | ``CANDIDATE`` |
| a term that only lets one infer (diet, place of worship), CJEU C-184/20 | ``INFERRED`` |
| the whole cell is a term | ``VALUE`` |
| a trap phrase over the term, a negation or a hypothesis about nobody | ``TRAPPED``, counted only |
| three kinds and nobody named: the sentence is legal text about the categories | ``LEGAL``, counted only |

Words match whole, with their accents first; without accents only where the text has none and the plain form is no
other French word (*gêne* is not *gène*). A final e, s, es or x is allowed. Terms written in capitals of up to five
letters (``FO``, ``AVC``) match only capitals. Both languages are read in every text; traps hold the false friends.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import ahocorasick
import yaml

from recense.errors import DetectorError
from recense.scanners.gazetteers import fold
from recense.scanners.people import first_odds, name_odds, people_words

HERE = Path(__file__).parent / "lexicons"
WINDOW = 12
"""Words between two context terms at most."""
NEGATION_REACH = 28
"""Characters between a negation and its term at most: three words."""
ENDING_AFTER = 3
"""Letters that stand before an ending at least."""
SHORT_TEXT = 400
"""In a text of up to this length a person anywhere is the person of every sentence."""

SEPARATORS = " \t\n\r\u00a0\u202f-_'’ʼ‑–"
"""Characters that stand for one another between the words of a term."""

_TO_SPACE = str.maketrans(dict.fromkeys("\t\r\xa0\u202f-_‑–", " ") | {"’": "'", "ʼ": "'"})
_ABBREVIATIONS = "".join(
    rf"(?<!\b{word})" for word in ("m", "mr", "mm", "mme", "mrs", "ms", "dr", "pr", "st", "p", "ex", "cf", "etc")
)
_SENTENCE = re.compile(_ABBREVIATIONS + r"[.!?]+(?=\s|$)|[;\n]+")
_ENDINGS = ("es", "e", "s", "x")


class Strength(StrEnum):
    """How much a term says, strongest first."""

    FOUND = "found"
    CANDIDATE = "candidate"
    INFERRED = "inferred"
    VALUE = "value"
    TRAPPED = "trapped"
    LEGAL = "legal"


class TermMatch(NamedTuple):
    """A term in a text: offsets in characters of the original text, kind id and strength."""

    start: int
    end: int
    kind: str
    strength: Strength


@dataclass(frozen=True, slots=True)
class Kind:
    r"""One lexicon file.

    Attributes:
        id: ``health``, ``trade-union`` … ; ``detector`` is the id it tallies under.
        entity: the entity of ``policy/taxonomy.yaml``.
        stems: words of a column name that announce the kind.
        codes: id -> pattern of a whole cell (``code-icd10``).
        endings: ends of longer words that make them strong terms (``ectomie``).
        examples: sentences that must match and must not.
    """

    id: str
    entity: str
    article: str
    terms: Mapping[str, tuple[str, ...]]
    stems: tuple[str, ...]
    codes: Mapping[str, str]
    endings: tuple[str, ...]
    values: tuple[str, ...]
    traps: tuple[Mapping[str, Any], ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def detector(self) -> str:
        """Returns the id that the kind tallies under."""
        return f"lexicon-{self.id}"


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Returns every kind by id.

    Raises:
        DetectorError: a lexicon file lacks a key or has an unknown one.
    """
    found = {}
    for path in sorted(HERE.glob("*.yaml")):
        if path.stem == "shared":
            continue
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        unknown = set(data) - {
            "kind",
            "entity",
            "article",
            "caveat",
            "fr",
            "en",
            "stems",
            "codes",
            "endings",
            "compounds",
            "values",
            "traps",
            "examples",
        }
        if unknown or not {"kind", "entity", "fr", "en"} <= set(data):
            raise DetectorError(
                f"lexicon {path.name}: needs kind, entity, fr and en, and does not know {sorted(unknown)}"
            )
        terms = {
            tier: tuple(dict.fromkeys(str(term) for language in ("fr", "en") for term in data[language].get(tier, ())))
            for tier in ("strong", "inferred", "context")
        }
        compounds = (
            stem + ending for entry in data.get("compounds", ()) for stem in entry["stems"] for ending in entry["endings"]
        )
        terms["strong"] = tuple(dict.fromkeys((*terms["strong"], *compounds)))
        found[data["kind"]] = Kind(
            id=data["kind"],
            entity=data["entity"],
            article=str(data["article"]),
            terms=terms,
            stems=tuple(map(str, data.get("stems", ()))),
            codes=data.get("codes", {}),
            endings=tuple(map(str, data.get("endings", ()))),
            values=tuple(map(str, data.get("values", ()))),
            traps=tuple(data.get("traps", ())),
            examples={key: tuple(listed) for key, listed in data.get("examples", {}).items()},
        )
    return found


@functools.cache
def shared() -> Mapping[str, Any]:
    """Returns the words that decide about a sentence (``lexicons/shared.yaml``)."""
    data: Mapping[str, Any] = yaml.safe_load((HERE / "shared.yaml").read_text(encoding="utf-8"))
    return data


def normalise(text: str) -> tuple[str, Sequence[int] | None]:
    """Returns the text as compared, and per character its offset in the original; None when offsets are the same.

    Lower case, NFKC, straight apostrophes, hyphens and underscores as spaces, spaces collapsed. The text is framed by
    neither space nor mark.
    """
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        pieces = [unicodedata.normalize("NFKC", char) for char in text]
        joined = "".join(pieces)
        offsets = [at for at, piece in enumerate(pieces) for _ in piece]
        composed = unicodedata.normalize("NFC", joined)
        if len(composed) != len(joined):  # letters with separate accents: compose, walking both
            offsets = _walk(joined, composed, offsets)
        text, origin = composed, offsets
    else:
        origin = None
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    plain = lowered.translate(_TO_SPACE)
    if "  " not in plain:
        return plain, origin
    kept = [at for at, char in enumerate(plain) if char != " " or at == 0 or plain[at - 1] != " "]
    return "".join(plain[at] for at in kept), [origin[at] for at in kept] if origin else kept


def _walk(joined: str, composed: str, offsets: Sequence[int]) -> list[int]:
    """Returns the offsets of the composed characters: each takes its base letter's."""
    bases = [at for at, char in enumerate(joined) if not unicodedata.combining(char)]
    marks = [at for at, char in enumerate(composed) if not unicodedata.combining(char)]
    if len(bases) != len(marks):
        return [offsets[min(at, len(offsets) - 1)] for at in range(len(composed))]
    found = [0] * len(composed)
    for mark, base in zip(marks, bases, strict=True):
        found[mark] = offsets[base]
    for at, char in enumerate(composed):
        if unicodedata.combining(char) and at:
            found[at] = found[at - 1]
    return found


class _Entry(NamedTuple):
    """What a phrase of the automaton is: a term of a kind and tier, or a cue."""

    role: str  # strong | inferred | context | cover | beside | person | negation | hypothesis | legal
    kind: str
    capitals: bool
    trap: int
    inflects: bool


class _Hit(NamedTuple):
    start: int
    end: int
    entry: _Entry


def _is_capitals(term: str) -> bool:
    return len(term) <= 5 and term.isalpha() and term.isupper()


def _forms(term: str, role: str) -> Iterable[str]:
    """Yields the normalised forms of a term: with its accents, and without where that is no other word."""
    exact = normalise(term)[0].strip()
    yield exact
    plain = fold(exact).lower()
    if plain != exact and not (" " not in plain and plain in _other_words()):
        yield plain


@functools.cache
def _other_words() -> frozenset[str]:
    return frozenset(word + ending for word in shared()["unaccented"] for ending in ("", "e", "s", "es"))


@functools.cache
def _automaton() -> Any:
    """Returns the automaton over every phrase; its values are tuples of (length, entry)."""
    entries: dict[str, set[_Entry]] = {}

    def add(phrase: str, role: str, kind: str = "", trap: int = -1, inflects: bool = True) -> None:
        for form in _forms(str(phrase), role):
            entries.setdefault(form, set()).add(_Entry(role, kind, _is_capitals(str(phrase)), trap, inflects))

    for kind in kinds().values():
        for tier, terms in kind.terms.items():
            for term in terms:
                add(term, tier, kind.id)
        for number, trap in enumerate(kind.traps):
            for phrase in trap.get("covers", ()):
                add(phrase, "cover", kind.id, number)
            for phrase in trap.get("beside", ()):
                add(phrase, "beside", kind.id, number)
        for ending in kind.endings:
            add(ending, "ending", kind.id)
    words = shared()
    for role, listed in (
        ("person", (*words["persons"]["fr"], *words["persons"]["en"])),
        ("hypothesis", (*words["hypotheses"]["fr"], *words["hypotheses"]["en"])),
        ("negation", words["negations"]),
        ("legal", words["legal"]),
    ):
        for phrase in listed:
            add(phrase, role, inflects=role != "negation")
    automaton = ahocorasick.Automaton()
    for form, values in entries.items():
        automaton.add_word(form, (len(form), tuple(sorted(values))))
    automaton.make_automaton()
    return automaton


def _word_start(plain: str, at: int) -> int:
    """Returns where the word begins that the character before ``at`` belongs to."""
    while at and plain[at - 1].isalpha():
        at -= 1
    return at


def _hits(plain: str, original: str, offsets: Sequence[int] | None) -> list[_Hit]:
    """Returns every phrase that stands in the text as whole words, inflected or not."""
    found = []
    size = len(plain)
    for last, (length, entries) in _automaton().iter(plain):
        start, end = last - length + 1, last + 1
        inside = start > 0 and plain[start - 1].isalnum() and plain[start].isalnum()
        if inside and all(entry.role != "ending" for entry in entries):
            continue
        inflected = end
        if end < size and plain[end].isalnum() and plain[last].isalnum():
            for ending in _ENDINGS:
                if plain.startswith(ending, end) and (
                    end + len(ending) == size or not plain[end + len(ending)].isalnum()
                ):
                    inflected = end + len(ending)
                    break
            else:
                continue
        for entry in entries:
            if entry.role == "ending":
                first = _word_start(plain, start)
                if start - first >= ENDING_AFTER:
                    found.append(_Hit(first, inflected, entry._replace(role="strong")))
                continue
            if inside or (inflected != end and not entry.inflects):
                continue
            if entry.capitals:
                at = offsets[start] if offsets else start
                if not original[at : at + length].isupper() or inflected != end:
                    continue
            found.append(_Hit(start, inflected, entry))
    return found


_TITLED = re.compile(
    r"\b(?:M\.|MM\.|MR|MME|MLLE|MRS|Mr\.?|Mrs\.?|Ms\.?|Miss|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur|mr|mme|mlle)\s?([^\W\d_][\w'’-]*)"
)
_CAPITALISED = re.compile(r"(?<![\w.-])[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:-[A-ZÀ-ÖØ-Þ][^\W\d_]+)*")


def _named_person(sentence: str) -> bool:
    """Tells whether somebody is named: a title and a name, a first name beside a surname, or a clear first name."""
    for match in _TITLED.finditer(sentence):
        if fold(match.group(1)) not in people_words().functions:
            return True
    previous = -2
    strong = False
    for match in _CAPITALISED.finditer(sentence):
        word = fold(match.group())
        likely = name_odds(word) > 1.0
        if likely and strong and match.start() - previous == 1:
            return True
        if first_odds(word) > 3.0 and match.start() > 0 and word not in people_words().first_words:
            return True
        strong, previous = likely, match.end()
    return False


def _surname_like(original: str, start: int, end: int) -> bool:
    """Tells whether a one-word term is a name or address here: *M. Chrétien*, *rue du Temple*."""
    word = original[start:end]
    if not word[:1].isupper() or " " in word:
        return False
    before = original[max(0, start - 24) : start]
    if re.search(r"\b(?:M|Mr|Mrs|Ms|Mme|Mlle|Dr|MM|Monsieur|Madame|Me)\.?\s*$", before) or before.endswith("-"):
        return True
    found = re.findall(r"[^\W\d_]+", before)
    if found and found[-1][:1].isupper() and len(found[-1]) > 1 and before.endswith(found[-1] + " "):
        return first_odds(fold(found[-1])) > 1.5  # a first name: John Brown
    near = {word.lower() for word in found[-3:]}
    return not near.isdisjoint(_places()) and not re.search(r"[.;:!?]", before[-12:])


@functools.cache
def _places() -> frozenset[str]:
    return frozenset(shared()["places"])


class _Sentence:
    """A sentence with its hits, judged."""

    def __init__(
        self, text: str, plain: str, hits: list[_Hit], offsets: Sequence[int] | None, start: int, end: int
    ) -> None:
        self.text, self.plain, self.hits, self.offsets = text, plain, hits, offsets
        self.start, self.end = start, end
        first, last = (offsets[start], offsets[min(end, len(offsets)) - 1] + 1) if offsets else (start, end)
        self.named = _named_person(text[first:last])
        roles = {hit.entry.role for hit in hits}
        self.person = self.named or "person" in roles or self._il()
        self.hypothesis = "hypothesis" in roles
        self.legal = "legal" in roles
        self.negations = [hit for hit in hits if hit.entry.role == "negation"]

    def _il(self) -> bool:
        """Tells whether a French *il* stands for somebody."""
        for match in re.finditer(r"\bil ", self.plain[self.start : self.end]):
            rest = self.plain[self.start + match.end() :]
            if not rest.startswith(_impersonal()):
                return True
        return False

    def original(self, hit: _Hit) -> tuple[int, int]:
        """Returns a hit's offsets in the original text."""
        if self.offsets is None:
            return hit.start, hit.end
        return self.offsets[hit.start], self.offsets[hit.end - 1] + 1

    def trapped(self, hit: _Hit) -> bool:
        """Tells whether a trap of the kind covers the term or silences it from beside, or it is a name here."""
        kind = kinds()[hit.entry.kind]
        for other in self.hits:
            if other.entry.kind != kind.id or other.entry.trap < 0:
                continue
            if other.entry.role == "cover":
                if other.start < hit.end and hit.start < other.end and other.end - other.start >= hit.end - hit.start:
                    return True
            elif hit.entry.role == "context" and self._about(kind.traps[other.entry.trap], hit):
                return True
        start, end = self.original(hit)
        return " " not in self.plain[hit.start : hit.end] and _surname_like(self.text, start, end)

    def _about(self, trap: Mapping[str, Any], hit: _Hit) -> bool:
        term = self.plain[hit.start : hit.end]
        return any(normalise(str(word))[0] in term for word in trap["terms"])

    def negated(self, hit: _Hit) -> bool:
        """Tells whether a negation stands up to three words before the term."""
        return any(
            0 <= hit.start - negation.end <= NEGATION_REACH and "," not in self.plain[negation.end : hit.start]
            for negation in self.negations
        )


@functools.cache
def _impersonal() -> tuple[str, ...]:
    return tuple(normalise(phrase)[0] for phrase in shared()["impersonal"])


def _longest(hits: Iterable[_Hit]) -> list[_Hit]:
    """Returns the hits of which no other hit of the same role and kind covers more."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start)):
        if not any(
            k.start <= hit.start
            and hit.end <= k.end
            and k.entry.kind == hit.entry.kind
            and k.entry.role == hit.entry.role
            for k in kept
        ):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def _sentences(plain: str) -> list[tuple[int, int]]:
    bounds, at = [], 0
    for match in _SENTENCE.finditer(plain):
        bounds.append((at, match.end()))
        at = match.end()
    if at < len(plain):
        bounds.append((at, len(plain)))
    return bounds


def examine(text: str, persons: bool = False) -> list[TermMatch]:
    """Returns what the lexicons say of a text, in order.

    Args:
        text: any text; its length is not limited, sentences are judged one by one.
        persons: a person is known to be in the text (a model found one): every sentence has its person.
    """
    plain, offsets = normalise(text)
    hits = _hits(plain, text, offsets)
    if not any(hit.entry.role in ("strong", "inferred", "context") for hit in hits):
        return []
    whole = _whole_value(plain, hits)
    if whole:
        start, end = (offsets[0], offsets[-1] + 1) if offsets else (0, len(text))
        return [TermMatch(start, end, kind, Strength.VALUE) for kind in whole]
    hits = _without_inner_cues(hits)
    sentences = []
    for start, end in _sentences(plain):
        inside = [hit for hit in hits if start <= hit.start < end]
        if inside:
            sentences.append(_Sentence(text, plain, inside, offsets, start, end))
    near = (
        persons
        or (len(text) <= SHORT_TEXT and any(sentence.person for sentence in sentences))
        or (len(text) <= SHORT_TEXT and _named_person(text))
    )
    headed = bool(sentences) and sentences[0].hypothesis and len(text) <= SHORT_TEXT
    found: list[TermMatch] = []
    for sentence in sentences:
        found.extend(_judge(sentence, near, headed))
    return sorted(found)


def _without_inner_cues(hits: list[_Hit]) -> list[_Hit]:
    """Returns the hits in order, without cues that are a part of a term (``campaign`` of *campaign donor*)."""
    terms = [hit for hit in hits if hit.entry.role in ("strong", "inferred")]
    kept = [
        hit
        for hit in hits
        if hit.entry.role not in ("hypothesis", "negation", "legal")
        or not any(term.start <= hit.start and hit.end <= term.end for term in terms)
    ]
    return sorted(kept, key=lambda hit: hit.start)


def _whole_value(plain: str, hits: Iterable[_Hit]) -> list[str]:
    """Returns the kinds of which the whole text, marks aside, is one term or listed value."""
    stripped = plain.strip(" .,;:!?()'\"")
    if len(stripped) > 60:
        return []
    at = plain.find(stripped)
    covered = {
        hit.entry.kind
        for hit in hits
        if hit.entry.role in ("strong", "inferred") and hit.start == at and hit.end == at + len(stripped)
    }
    covered |= {kind for kind, values in _values().items() if stripped in values}
    return sorted(covered)


@functools.cache
def _values() -> Mapping[str, frozenset[str]]:
    """Returns per kind the words that are its values when they fill a cell, inflected."""
    found = {}
    for kind in kinds().values():
        forms = {form for value in kind.values for form in _forms(value, "value")}
        found[kind.id] = frozenset(form + ending for form in forms for ending in ("", "e", "s", "es"))
    return found


def _judge(sentence: _Sentence, near: bool, headed: bool) -> list[TermMatch]:
    """Returns the matches of one sentence."""
    terms = _longest(hit for hit in sentence.hits if hit.entry.role in ("strong", "inferred"))
    found: list[TermMatch] = []
    free = []
    for hit in terms:
        if sentence.trapped(hit):
            found.append(TermMatch(*sentence.original(hit), hit.entry.kind, Strength.TRAPPED))
        else:
            free.append(hit)
    named_kinds = {hit.entry.kind for hit in free}
    if not sentence.named and (len(named_kinds) >= 3 or (len(named_kinds) >= 1 and sentence.legal)):
        return found + [TermMatch(*sentence.original(hit), hit.entry.kind, Strength.LEGAL) for hit in free]
    person = sentence.person or near
    for hit in free:
        doubt = sentence.negated(hit) or sentence.hypothesis or headed
        if doubt:
            strength = Strength.CANDIDATE if sentence.named else Strength.TRAPPED
        elif hit.entry.role == "inferred":
            strength = Strength.INFERRED
        else:
            strength = Strength.FOUND if person else Strength.CANDIDATE
        found.append(TermMatch(*sentence.original(hit), hit.entry.kind, strength))
    if person and not (sentence.hypothesis or headed or sentence.legal):
        found.extend(_pairs(sentence, {hit.entry.kind for hit in free}))
    return found


def _pairs(sentence: _Sentence, settled: set[str]) -> list[TermMatch]:
    """Returns context terms of one kind that stand within 12 words of another, where no strong term decided."""
    context = _longest(hit for hit in sentence.hits if hit.entry.role == "context" and hit.entry.kind not in settled)
    context = [hit for hit in context if not sentence.negated(hit) and not sentence.trapped(hit)]
    found = []
    for at, hit in enumerate(context):
        for other in context[at + 1 :]:
            if other.entry.kind != hit.entry.kind or other.start < hit.end:
                continue
            between = sentence.plain[hit.end : other.start]
            if len(between.split()) <= WINDOW and _root(sentence, hit) != _root(sentence, other):
                found += [TermMatch(*sentence.original(h), h.entry.kind, Strength.CANDIDATE) for h in (hit, other)]
                break
    return sorted(set(found))


def _root(sentence: _Sentence, hit: _Hit) -> str:
    """Returns the beginning of a term, so that *syndicat* and *syndical* do not vouch for each other."""
    return fold(sentence.plain[hit.start : hit.end])[:6]
