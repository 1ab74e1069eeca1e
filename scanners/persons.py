"""Persons in running text, by vote: no voice alone makes a person.

spaCy alone flags a person in 13 % of the comments that hold none, and misses a third of the names in notes. So every
candidate (what spaCy calls a person; runs of capitalised words; titles with what follows; pairs of a first name and a
surname in any case) is weighed by all witnesses at once: the model, the gazetteers, the words around it, its shape.
The weights are those of a logistic regression, rounded, fitted on half of permissively licensed sets (see
``benchmarks/accuracy/text.py``); the threshold asks for the equivalent of two voices.

This is the vote of ``text.PeopleRecognizer``; it knows neither Presidio nor spaCy: the model's spans come as offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from recense.scanners.gazetteers import communes, fold, names, words
from recense.scanners.people import first_odds, name_odds, people_words

THRESHOLD = 0.0
"""Log-odds from which a candidate is a person."""

_WORD = re.compile(r"[^\W\d_]+(?:['’\-‑][^\W\d_]+)*")
_GAP = re.compile(r"[ \t]{1,2}|\.[ ]?|\.?-|\xa0")
_LETTERS_ONLY = re.compile(r"[^\W\d_]")
_MAX_WORDS = 6


class Named(NamedTuple):
    """A span of a text that a model gave a label: offsets in characters and the label (``PERSON``, ``LOCATION`` …)."""

    start: int
    end: int
    label: str


class Vote(NamedTuple):
    """A person in a text: offsets, log-odds and the voices that spoke (``ner``, ``title``, ``gazetteer`` …)."""

    start: int
    end: int
    odds: float
    voices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text with its offsets and its folded form."""

    text: str
    start: int
    end: int
    folded: str

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def initial(self) -> bool:
        return len(self.text) == 1 and self.capital or (len(self.text) == 3 and self.text[1] in "-‑" and self.text.isupper())


def _words(text: str) -> list[Word]:
    """Returns the words of a text; a possessive ``'s`` is no part of its word."""
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        if len(word) > 2 and word[-2] in "'’" and word[-1] in "sS":
            word = word[:-2]
        if len(word) > 2 and word[1] in "'’" and word[0] in "dlDLnNsSjJcCmMtT":  # d'Alice, l'Élodie: elided article
            found.append(Word(word[:1], match.start(), match.start() + 1, fold(word[:1])))
            found.append(Word(word[2:], match.start() + 2, match.start() + len(word), fold(word[2:])))
            continue
        found.append(Word(word, match.start(), match.start() + len(word), fold(word)))
    return found


def _joined(text: str, left: Word, right: Word) -> bool:
    """Tells whether two words stand together: a space, a hyphen, or a dot after an initial or a title."""
    gap = text[left.end : right.start]
    if gap in (" ", "  ", "\xa0", "-", ".-"):
        return True
    if gap in (".", ". "):
        return left.initial or left.folded in people_words().titles or len(left.text) == 1
    return gap in ("'", "’") and left.folded in ("D", "O", "L")


class _Text:
    """A text split into words, with what the model named in it."""

    def __init__(self, text: str, named: Sequence[Named]) -> None:
        self.text = text
        self.words = _words(text)
        self.named = sorted(named)
        self.lists = people_words()
        self.upper = sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() for c in text))

    # -- candidates ------------------------------------------------------------------------------------------------

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Yields candidate runs of words as (first, last + 1)."""
        yield from self._capital_runs()
        yield from self._titled()
        yield from self._pairs()
        for span in self.named:
            if span.label == "PERSON":
                inside = [i for i, word in enumerate(self.words) if word.start < span.end and word.end > span.start]
                if inside:
                    yield inside[0], inside[-1] + 1

    def _capital_runs(self) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(self.words):
            if not self.words[at].capital:
                at += 1
                continue
            end = last = at + 1
            while end < len(self.words) and _joined(self.text, self.words[end - 1], self.words[end]):
                if self.words[end].capital:
                    last = end + 1
                elif self.words[end].folded not in self.lists.particles:
                    break
                end += 1
            yield at, last
            at = last

    def _titled(self) -> Iterator[tuple[int, int]]:
        """Titles followed by lower-case names (``mme lefebvre demain``); capitalised ones are runs already."""
        for at, word in enumerate(self.words[:-1]):
            if word.folded not in self.lists.titles or word.folded in self.lists.weak_titles:
                continue
            end = at + 1
            while end < len(self.words) and end - at <= 3 and _joined(self.text, self.words[end - 1], self.words[end]):
                following = self.words[end]
                if not (following.capital or following.folded in self.lists.particles or name_odds(following.folded) > 1.0):
                    break
                if following.folded in self.lists.functions and end == at + 1 and not following.capital:
                    nxt = self.words[end + 1] if end + 1 < len(self.words) else None
                    if nxt is None or name_odds(nxt.folded) < 1.0:
                        break
                end += 1
            if end > at + 1:
                yield at, end

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """A first name beside a surname, whatever their case (``leone mazzi``, ``dupont jean``)."""
        for at in range(len(self.words) - 1):
            left, right = self.words[at], self.words[at + 1]
            if left.capital and right.capital or not _joined(self.text, left, right):
                continue
            if min(name_odds(left.folded), name_odds(right.folded)) > 1.5 and max(first_odds(left.folded), first_odds(right.folded)) > 2.0:
                yield at, at + 2

    # -- trimming --------------------------------------------------------------------------------------------------

    def trimmed(self, start: int, end: int) -> tuple[int, int, bool]:
        """Returns the run without titles and without words that are no names at its ends, and whether a title stood there."""
        titled = False
        lists = self.lists
        while start < end:
            word = self.words[start]
            if word.folded in lists.titles and end - start > 1 and self._is_title(start, end):
                titled = True
            elif self._is_title_before(start):
                titled = True
                break
            elif not (word.folded in lists.first_words or self._ordinary(word)):
                break
            start += 1
        while end > start and (
            self.words[end - 1].folded in lists.first_words
            or (self.words[end - 1].folded in lists.particles and len(self.words[end - 1].text) < 4 and not self.words[end - 1].initial)
            or self._ordinary(self.words[end - 1])
        ):
            if titled and end - start == 1:
                break
            end -= 1
        return start, end, titled or (start < end and self._is_title_before(start))

    def _is_title(self, at: int, end: int) -> bool:
        word = self.words[at]
        return word.folded not in self.lists.weak_titles or word.capital

    def _is_title_before(self, at: int) -> bool:
        if at == 0 or not _joined(self.text, self.words[at - 1], self.words[at]):
            return False
        before = self.words[at - 1]
        return before.folded in self.lists.titles and (before.folded not in self.lists.weak_titles or before.text in ("M", "Me", "Pr"))

    def _ordinary(self, word: Word) -> bool:
        """Tells whether a word is far more likely a common word than a name."""
        if word.initial:
            return False
        lower = words().lower.get(word.folded, 0.0)
        return lower > 3e-6 and name_odds(word.folded) < -1.0 or (lower > 1e-3 and name_odds(word.folded) < 0.5)

    # -- features --------------------------------------------------------------------------------------------------

    def features(self, start: int, end: int, titled: bool) -> dict[str, float]:
        """Returns what the witnesses say of a trimmed run."""
        run = self.words[start:end]
        heavy = [w for w in run if not w.initial and w.folded not in self.lists.particles] or run
        odds = [name_odds(w.folded) for w in heavy]
        firsts = [first_odds(w.folded) for w in heavy]
        known = [names().first.get(w.folded, 0.0) > 0 or w.folded in names().surname for w in heavy]
        text = words()
        lower = [text.lower.get(w.folded, 0.0) for w in heavy]
        title = [text.title.get(w.folded, 0.0) for w in heavy]
        a, b = run[0].start, run[-1].end
        labels = [n.label for n in self.named if n.start < b and n.end > a]
        before = self.words[start - 1] if start else None
        after = self.words[end] if end < len(self.words) else None
        near_before = before is not None and len(self.text[before.end : a].strip(" \t,:.")) == 0 and "\n" not in self.text[before.end : a]
        near_after = after is not None and len(self.text[b : after.start].strip(" \t,'’")) == 0 and "\n" not in self.text[b : after.start]
        fb = before.folded if before is not None and near_before else ""
        fa = after.folded if after is not None and near_after else ""
        touching_after = after is not None and self.text[b : after.start] in (" ", "-", "'")
        place = fold(" ".join(w.folded for w in run)).replace("-", " ").replace("'", " ")
        return {
            "ner": float("PERSON" in labels),
            "ner_place": float("LOCATION" in labels and "PERSON" not in labels),
            "ner_org": float("ORGANIZATION" in labels and "PERSON" not in labels),
            "ner_none": float(not labels),
            "titled": float(titled),
            "odds": sum(odds) / len(odds),
            "odds_min": min(odds),
            "first": max(firsts),
            "first_first": firsts[0],
            "unknown": sum(not k for k in known) / len(known),
            "rare": sum(k == 0.0 and lo == 0.0 and t == 0.0 for k, lo, t in zip(known, lower, title, strict=True)) / len(known),
            "wordy": max(0.0 if lo < 1e-6 else min(4.0, _log(lo / 1e-6)) for lo in lower),
            "two": float(len(heavy) == 2),
            "three": float(len(heavy) >= 3),
            "long": float(len(run) > 4),
            "initial": float(any(w.initial for w in run)),
            "full": float(len(heavy) >= 2 and max(firsts) > 1.0 and min(odds) > -0.8),
            "lower": float(not all(w.capital or w.folded in self.lists.particles for w in run)),
            "upper": float(all(w.text.isupper() and len(w.text) > 1 for w in heavy) and not self.upper),
            "acronym": float(len(heavy) == 1 and heavy[0].text.isupper() and len(heavy[0].text) < 6),
            "cue_before": float(fb in self.lists.cues_before),
            "cue_after": float(fa in self.lists.cues_after),
            "article": float(fb in ("THE", "LE", "LA", "LES", "L", "AN", "UN", "UNE", "DU", "AU", "DES", "AUX", "THIS", "CE", "CETTE")),
            "place_before": float(fb in ("IN", "AT", "FROM", "NEAR", "EN", "VERS", "TO", "INTO", "AROUND", "RUE", "AVENUE", "PLACE", "BOULEVARD", "OF", "DE")),
            "company": float(
                (fb in self.lists.company_words and start > 0) or (touching_after and fa in self.lists.company_words | self.lists.legal_forms)
                or any(w.folded in self.lists.company_words or w.folded in self.lists.legal_forms for w in run)
            ),
            "street": float(fb in _STREETS or fa in _STREETS and touching_after),
            "commune": float(place in communes().names),
            "alone": float(not self.text[:a].strip(" \t\n\"'«([-—*>") and not self.text[b:].strip(" \t\n\"'».,;:!?)]-")),
            "sentence_start": float(len(heavy) == 1 and self._starts_sentence(a)),
            "possessive": float(self.text[b : b + 2] in ("'s", "’s")),
            "hyphen": float(any("-" in w.text for w in heavy)),
        }

    def _starts_sentence(self, at: int) -> bool:
        head = self.text[:at].rstrip(" \t\"'«([“")
        return not head or head[-1] in ".!?\n:;>-—•*"


_STREETS = frozenset("STREET AVENUE ROAD RUE BOULEVARD PLACE ALLEE CHEMIN IMPASSE QUAI SQUARE LANE DRIVE COURT WAY ROUTE COURS".split())


def _log(x: float) -> float:
    import math

    return math.log(x)


WEIGHTS: dict[str, float] = {"bias": -3.0, "ner": 2.5, "odds": 0.5, "titled": 3.0, "full": 1.5, "cue_before": 1.0, "company": -3.0}


def candidates(text: str, named: Iterable[Named]) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Yields every distinct candidate (start, end, features) of a text."""
    read = _Text(text, list(named))
    seen = set()
    for start, end in read.candidates():
        if end - start > _MAX_WORDS + 3:
            continue
        start, end, titled = read.trimmed(start, end)
        if start >= end or (start, end) in seen:
            continue
        if not any(len(w.text) > 1 for w in read.words[start:end]) and not titled:
            continue
        seen.add((start, end))
        yield read.words[start].start, read.words[end - 1].end, read.features(start, end, titled)
