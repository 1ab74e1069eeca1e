"""Persons in running text, by vote: no voice alone makes a person.

spaCy alone flags a person in 13 % of the comments that hold none, and misses a third of the names in notes. So every
candidate (what spaCy or Rampart calls a person; runs of capitalised words; titles with what follows; pairs of a first
name and a surname in any case) is weighed by all witnesses at once: the models, the gazetteers, the words around it,
its shape.
Most weights are those of a logistic regression, rounded; those of the French model, of streets, sites, firms and
numbers and the bonuses were set by hand (``benchmarks/accuracy/text.py`` says on what and how far to trust it).

This is the vote of ``text.PeopleRecognizer``; it knows neither Presidio nor spaCy: the model's spans come as offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from recense.scanners.people import first_odds, name_odds, people_words
from recense.scanners.rampart import Heard
from recense.scanners.reading import Candidate, Named, Reading, words_of
from recense.scanners.witnesses import INTRODUCED, witnesses

THRESHOLD = 0.0
"""Log-odds from which a candidate is a person."""

WEIGHTS: dict[str, float] = {
    # what the model says
    "bias": 0.1, "english": 0.4, "ner": 1.9, "ner_fr": 0.8, "ner_place": -1.7, "ner_org": -0.4, "ner_none": -0.5,
    "ner_single": -0.7,
    # what the gazetteers say
    "least_odds": 0.4, "given": 0.3, "unknown": -0.4, "wordy": -0.4, "clear_given": -0.6, "plain_surname": -0.7,
    "single_rare": -0.8, "rare_two": 0.6, "big_city": -0.8,
    # what stands around it
    "titled": 3.2, "cue_before": 0.9, "named_so": 2.8, "verb_after": 1.9, "speaker": 0.9, "possessive": 1.9,
    "office_before": 0.2, "place_before": -1.3, "article_before": -0.5, "company": -1.3, "street": -4.0, "site": -2.5,
    "firm": -3.0, "cut_firm": -3.0, "owner_firm": -0.5, "quoted": -0.8, "number_before": -4.4, "number_after": -4.3,
    # what it looks like
    "single": -0.5, "two": 0.4, "three": 1.2, "long": -3.9, "initial": 1.1, "hyphen": 0.6, "alone": 1.6, "lower": -3.0,
    "upper": -3.3, "acronym": -1.9, "caseless": 1.9, "surname_capitals": 1.5,
}  # fmt: skip
"""Log-odds per witness of ``witnesses`` where Rampart is not installed; ``bias`` is what a candidate starts with."""

HEARD_WEIGHTS: dict[str, float] = {
    # what the models say; spaCy counts for less in notes than in prose
    "bias": -0.1, "english": 0.8, "ner": 1.9, "ner_fr": 1.4, "ner_place": -1.6, "ner_org": -0.7, "ner_none": -0.7,
    "ner_single": -1.0, "ner_note": -0.6,
    "heard": 0.4, "heard_least": 0.2, "heard_place": -0.2, "heard_fr": -0.1, "heard_single": -0.2, "heard_ner": -0.9,
    "heard_org": -0.4,
    # what the gazetteers say
    "least_odds": 0.1, "given": 0.2, "unknown": -0.6, "wordy": -0.4, "clear_given": -0.8, "plain_surname": -0.5,
    "single_rare": -0.4, "rare_two": 0.1, "big_city": -0.6,
    # what stands around it
    "titled": 3.2, "cue_before": 0.8, "named_so": 2.7, "verb_after": 1.8, "speaker": 1.0, "possessive": 1.7,
    "office_before": 0.5, "place_before": -0.9, "article_before": -0.6, "company": -1.1, "street": -4.0, "site": -2.5,
    "firm": -2.9, "cut_firm": -3.0, "owner_firm": -0.7, "quoted": -1.3, "number_before": -4.4, "number_after": -4.3,
    # what it looks like
    "single": -0.8, "two": 0.4, "three": 1.1, "long": -3.8, "initial": 1.1, "hyphen": 0.5, "alone": 1.6, "lower": -2.9,
    "upper": -3.3, "acronym": -1.7, "caseless": 2.0, "surname_capitals": 1.5,
}  # fmt: skip
"""The same where Rampart speaks as well: a regression over the even documents of five sets, drawn towards ``WEIGHTS``
(most of all for the witnesses that those sets have too few of: firms, sites, streets, titles, lower case), rounded."""

LIKELY_NAME, LIKELY_GIVEN = 0.5, 1.5
"""Log-odds of a name's words, and of a first name, from which the gazetteers are a voice."""
OVERRULED = WEIGHTS["ner_none"] - WEIGHTS["ner_place"]
"""What a model takes from a candidate at most: it calls a place what it did not name before."""
_AGAIN = 2.0
"""Bonus of a name that stands elsewhere in the text as (a part of) a clear person."""
_LISTED = 1.5
"""Bonus of a name that a comma, *and* or *et* joins to a person."""
_CLEAR = 1.0
_LEAST, _ENUMERATED = -1.8, 1.2
_LIST_GAP = re.compile(r"\s*(?:,|;|/|&|,? ?(?:and|et|y|e|und|or|ou))\s*")


class Vote(NamedTuple):
    """A person in a text: offsets, log-odds and the voices that spoke, such as ``ner``."""

    start: int
    end: int
    odds: float
    voices: tuple[str, ...]


class _Weighed(NamedTuple):
    start: int
    end: int
    odds: float
    voices: tuple[str, ...]
    names: frozenset[str]


def vote(text: str, named: Iterable[Named], language: str, heard: Sequence[Heard] | None = None) -> list[Vote]:
    """Returns the persons of a text, in order, without overlaps.

    Args:
        text: at most a few thousand characters; longer texts come in windows.
        named: what a model named in it.
        language: ``fr`` or ``en``, whose common words are no names.
        heard: what Rampart makes of its words; None when it is not installed.
    """
    read = Reading(text, list(named), language, heard)
    first = [_weigh(read, candidate) for candidate in read.candidates()]
    clear = [candidate for candidate in first if candidate.odds > _CLEAR]
    second = [_supported(text, candidate, clear) for candidate in _enumerated(text, first)]
    kept: list[_Weighed] = []
    for candidate in sorted(_whole(second), key=lambda c: (-c.odds, c.start, -c.end)):
        if candidate.odds > THRESHOLD and not any(candidate.start < k.end and k.start < candidate.end for k in kept):
            kept.append(candidate)
    return [Vote(c.start, c.end, c.odds, c.voices) for c in sorted(kept)]


def _whole(found: Sequence[_Weighed]) -> list[_Weighed]:
    """Returns the candidates without the first names of clear names with a surname in capitals (``LE BRIS Anne``)."""
    clear = [c for c in found if c.odds > _CLEAR and "surname_capitals" in c.voices]
    return [
        c
        for c in found
        if not any(o.start <= c.start and c.end <= o.end and o.end - o.start > c.end - c.start for o in clear)
    ]


def may_name(text: str, language: str) -> bool:
    """Tells whether a voice besides the model's can speak in a text: a word of the gazetteers, a title, "named so".

    Where it is False no candidate of ``vote`` has two voices, and the model need not be asked.
    """
    titles = people_words().titles | people_words().weak_titles
    return INTRODUCED.search(text) is not None or any(
        word.folded in titles
        or name_odds(word.folded, language) > LIKELY_NAME
        or first_odds(word.folded, language) > LIKELY_GIVEN
        for word in words_of(text)
    )


def _enumerated(text: str, found: Sequence[_Weighed]) -> list[_Weighed]:
    """Returns the candidates, those of a list of three or more (*Morrison, Rogers and Torres*) with a bonus.

    A list of firms (*Clark, Romero and Hall Orchestra*) has a word after it that ends the matter before: its last
    candidate is improbable, and the chain breaks there.
    """
    ordered = sorted(found)
    chains: list[list[_Weighed]] = []
    for candidate in ordered:
        if candidate.odds < _LEAST:
            continue
        last = chains[-1][-1] if chains else None
        near = last is not None and 0 < candidate.start - last.end < 8
        if last is not None and near and _LIST_GAP.fullmatch(text, last.end, candidate.start):
            chains[-1].append(candidate)
        else:
            chains.append([candidate])
    listed = {candidate[:2] for chain in chains if len(chain) >= 3 for candidate in chain}
    return [c._replace(odds=c.odds + _ENUMERATED) if c[:2] in listed else c for c in found]


def _weigh(read: Reading, candidate: Candidate) -> _Weighed:
    says = witnesses(read, candidate)
    odds = log_odds(says, WEIGHTS)
    if read.heard is not None:
        # The gazetteers are French: in French notes, which the regression has none of, they keep half of their say.
        french_note = read.note and read.language == "fr"
        odds = (odds + log_odds(says, HEARD_WEIGHTS)) / 2 if french_note else log_odds(says, HEARD_WEIGHTS)
    voices = [name for name in ("ner", "titled", "named_so") if says[name]]
    if says.get("heard", -1.0) > 0.0:
        voices.append("rampart")
    if says["least_odds"] > LIKELY_NAME or says["given"] > LIKELY_GIVEN:
        voices.append("gazetteer")
    run = read.words[candidate.first : candidate.last]
    heavy = frozenset(word.folded for word in run if len(word.text) > 2 and word.folded not in read.lists.particles)
    if says["surname_capitals"]:
        voices.append("surname_capitals")
    return _Weighed(run[0].start, run[-1].end, odds, tuple(voices), heavy)


def log_odds(says: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Returns what witnesses say of a candidate; those without a weight do not count."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in says.items())


def _supported(text: str, candidate: _Weighed, clear: Sequence[_Weighed]) -> _Weighed:
    """Returns the candidate with the bonus that clear persons elsewhere in the text give it."""
    others = [c for c in clear if c.end <= candidate.start or c.start >= candidate.end]
    bonus = _AGAIN if any(candidate.names & other.names for other in others) else 0.0
    for other in others:
        left, right = (other.end, candidate.start) if other.end <= candidate.start else (candidate.end, other.start)
        if right - left < 8 and _LIST_GAP.fullmatch(text, left, right):
            bonus += _LISTED
            break
    return candidate._replace(odds=candidate.odds + bonus) if bonus else candidate
