"""Articles 9 and 10: which sentences speak of somebody's health, beliefs, union, offences … in French and English.

The words are data (``lexicons/*.yaml``, one file a kind); here are the rules of how they count:

| what stands in the sentence | strength |
|---|---|
| a strong term and a person, no trap | ``FOUND`` |
| a strong term of health or offences and nobody; or a named person and a negation or hypothesis | ``CANDIDATE`` |
| a strong term of another kind and nobody: columns of persons count it, texts do not | ``UNLINKED`` |
| a term that is said of a person: *she is kabyle*, *M. Roy est royaliste* | ``FOUND`` |
| a context term beside a second one of the kind or a supporting word (12 words), and a person | ``CANDIDATE`` |
| a name that is another word first, tied by a bond: *voted Labour* | ``CANDIDATE`` |
| a term that only lets one infer (diet, place of worship), CJEU C-184/20 | ``INFERRED`` |
| the whole cell is a term | ``VALUE`` |
| a trap phrase over the term, none of the kind (*aucun*), a negation or hypothesis of nobody | ``TRAPPED``, counted |
| an animal, a thing or premises of which the term is said; goods, and nobody told of | ``TRAPPED``, counted |
| three kinds and nobody named, or a rule or a statistic about nobody | ``LEGAL``, counted |

How words match stands in ``lexicon_terms``, what a sentence says around them in ``lexicon_sentence``. Both languages
are read in every text; traps hold the false friends.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from recense.scanners.gazetteers import fold
from recense.scanners.lexicon_couples import couples
from recense.scanners.lexicon_sentence import PAIRED, Sentence, sentence_bounds
from recense.scanners.lexicon_terms import Hit, forms_of, hits_in, kinds, normalise
from recense.scanners.somebody import named_person

WINDOW = 12
"""Words between two context terms at most."""
SHORT_TEXT = 400
"""In a text of up to this length a person anywhere is the person of every sentence."""


class Strength(StrEnum):
    """How much a term says, strongest first."""

    FOUND = "found"
    CANDIDATE = "candidate"
    UNLINKED = "unlinked"
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


def examine(text: str, persons: Sequence[tuple[int, int]] = ()) -> list[TermMatch]:
    """Returns what the lexicons say of a text, in order.

    Args:
        text: any text; its length is not limited, sentences are judged one by one.
        persons: offsets of people who are known to be named in the text, beside those that the words tell.
    """
    plain, offsets = normalise(text)
    hits = hits_in(plain, text, offsets)
    if not _tells(hits):
        return []
    whole = _whole_value(plain, hits)
    if whole:
        start, end = (offsets[0], offsets[-1] + 1) if offsets else (0, len(text))
        return [TermMatch(start, end, kind, Strength.VALUE) for kind in whole]
    hits = _without_inner_cues(hits)
    sentences = []
    starts = [hit.start for hit in hits]
    for start, end in sentence_bounds(plain):
        inside = hits[bisect_left(starts, start) : bisect_left(starts, end)]
        if inside:
            sentences.append(Sentence(text, plain, inside, offsets, start, end, persons))
    near = len(text) <= SHORT_TEXT and (
        bool(persons) or any(sentence.person for sentence in sentences) or named_person(text)
    )
    headed = bool(sentences) and bool(sentences[0].hypotheses) and len(text) <= SHORT_TEXT
    found: list[TermMatch] = []
    for number, sentence in enumerate(sentences):
        found.extend(_judge(sentence, near, headed and number > 0))
    if any(hit.entry.kind == "sex" for hit in hits):
        found.extend(TermMatch(*place, "sex", Strength.INFERRED) for place in couples(text))
    return sorted(found)


def mentions(text: str) -> bool:
    """Tells whether any term of Articles 9 and 10 stands in a text, whatever is said with it."""
    plain, offsets = normalise(text)
    return _tells(hits_in(plain, text, offsets))


def _tells(hits: Iterable[Hit]) -> bool:
    return any(hit.entry.role in ("strong", "inferred", "said", "context") for hit in hits)


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Returns the hits of which no other hit of the same role and kind covers more, in order."""
    kept: list[Hit] = []
    reach: dict[tuple[str, str], int] = {}
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        key = (hit.entry.kind, hit.entry.role)
        if hit.end > reach.get(key, -1):
            reach[key] = hit.end
            kept.append(hit)
    return kept


def _without_inner_cues(hits: list[Hit]) -> list[Hit]:
    """Returns the hits in order, without cues that are a part of a term (``campaign`` of *campaign donor*)."""
    kept: list[Hit] = []
    reach = 0
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.entry)):
        if hit.entry.role in ("strong", "inferred"):
            reach = max(reach, hit.end)
        elif hit.entry.role in ("hypothesis", "negation", "legal") and hit.end <= reach:
            continue
        kept.append(hit)
    return kept


def _whole_value(plain: str, hits: Iterable[Hit]) -> list[str]:
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
        forms = {form for value in kind.values for form in forms_of(value)}
        found[kind.id] = frozenset(form + ending for form in forms for ending in ("", "e", "s", "es"))
    return found


def _judge(sentence: Sentence, near: bool, headed: bool) -> list[TermMatch]:
    """Returns the matches of one sentence."""
    terms = _longest(
        hit for hit in sentence.hits
        if hit.entry.role in ("strong", "inferred") or (hit.entry.role == "said" and sentence.said_of_somebody(hit))
    )  # fmt: skip
    strong = [hit for hit in terms if hit.entry.role == "strong"]
    terms = [
        hit
        for hit in terms
        if hit.entry.role != "said"
        or not any(
            hit.entry.kind == over.entry.kind and over.start < hit.end and hit.start < over.end for over in strong
        )
    ]
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
    of_nobody = not sentence.person and (sentence.group or any(sentence.defined(hit) for hit in free))
    if of_nobody or sentence.of_everyone():
        return found + [TermMatch(*sentence.original(hit), hit.entry.kind, Strength.LEGAL) for hit in free]
    person = sentence.person or near
    for hit in free:
        doubt = sentence.negated(hit) or sentence.supposed(hit) or headed
        if sentence.absent(hit) or sentence.of_no_person(hit) or (sentence.goods and not person):
            strength = Strength.TRAPPED
        elif doubt:
            strength = Strength.CANDIDATE if sentence.named else Strength.TRAPPED
        elif hit.entry.role == "inferred":
            strength = Strength.INFERRED
        else:
            strength = Strength.FOUND if person else _unlinked(hit, sentence)
        found.append(TermMatch(*sentence.original(hit), hit.entry.kind, strength))
    if person and not (headed or sentence.legal):
        found.extend(_pairs(sentence, {hit.entry.kind for hit in free}))
    return found


def _unlinked(hit: Hit, sentence: Sentence) -> Strength:
    """Returns what a strong term says when nobody is told of: an illness is somebody's, a belief need not be.

    Two terms of a kind are a note on somebody (*musulman pratiquant, fait le ramadan*), and so is a term that a note
    begins with as its subject (*témoin de Jéhovah, refuse …*).
    """
    if hit.start == sentence.start and sentence.plain[hit.end : hit.end + 1] in (",", ""):
        return Strength.CANDIDATE
    kind, root = hit.entry.kind, _root(sentence, hit)
    others = {_root(sentence, h) for h in sentence.hits if h.entry.kind == kind and h.entry.role in ("strong", *PAIRED)}
    return Strength.CANDIDATE if kind in ("health", "criminal") or others - {root} else Strength.UNLINKED


def _pairs(sentence: Sentence, settled: set[str]) -> list[TermMatch]:
    """Returns context terms of one kind that stand within 12 words of another, where no strong term decided."""
    context = _longest(
        hit for hit in sentence.hits if hit.entry.role in PAIRED and hit.entry.kind not in settled
    )  # fmt: skip
    context = [
        hit for hit in context if not sentence.negated(hit) and not sentence.supposed(hit) and not sentence.trapped(hit)
    ]
    found = []
    for at, hit in enumerate(context):
        for other in context[at + 1 :]:
            if other.entry.kind != hit.entry.kind or other.start < hit.end:
                continue
            if not _vouched(sentence, hit, other):
                continue
            between = sentence.plain[hit.end : other.start]
            if len(between.split()) <= WINDOW and _root(sentence, hit) != _root(sentence, other):
                terms = [h for h in (hit, other) if h.entry.role != "support"]
                found += [TermMatch(*sentence.original(h), h.entry.kind, Strength.CANDIDATE) for h in terms]
                break
    return sorted(set(found))


def _vouched(sentence: Sentence, hit: Hit, other: Hit) -> bool:
    """Tells whether two terms of a kind vouch for each other.

    Two that only support do not, nor does a term that is another word first, unless a bond ties it to somebody.
    """
    terms = [h for h in (hit, other) if h.entry.role != "support"]
    return any(not h.entry.weak or sentence.bonded(h) for h in terms)


def _root(sentence: Sentence, hit: Hit) -> str:
    """Returns the beginning of a term, so that *syndicat* and *syndical* do not vouch for each other."""
    return fold(sentence.plain[hit.start : hit.end])[:6]
