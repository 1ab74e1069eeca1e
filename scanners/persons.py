"""Persons in running text, by vote: no voice alone makes a person.

spaCy alone flags a person in 13 % of the comments that hold none, and misses a third of the names in notes. So every
candidate (what spaCy calls a person; runs of capitalised words; titles with what follows; pairs of a first name and a
surname in any case) is weighed by all witnesses at once: the model, the gazetteers, the words around it, its shape.
The weights are those of a logistic regression, rounded, fitted on half of permissively licensed sets (see
``benchmarks/accuracy/text.py``); the threshold asks for the equivalent of two voices.

This is the vote of ``text.PeopleRecognizer``; it knows neither Presidio nor spaCy: the model's spans come as offsets.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from recense.scanners.gazetteers import communes, fold, names, words
from recense.scanners.places import big_cities
from recense.scanners.people import first_odds, name_odds, people_words

THRESHOLD = 0.0
"""Log-odds from which a candidate is a person."""

_WORD = re.compile(r"[^\W\d_]+(?:['’\-‑][^\W\d_]+)*")
_GAP = re.compile(r"[ \t]{1,2}|\.[ ]?|\.?-|\xa0")
_ELIDED = re.compile(r"(?:[dlnsjcmt]|(?:lors|puis|jus|quoi|)qu)['’](?=[^\W\d_])", re.IGNORECASE)
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
        """Tells whether it begins with a capital."""
        return self.text[0].isupper()

    @property
    def initial(self) -> bool:
        """Tells whether it is an initial: ``J`` or ``J-P``."""
        return (len(self.text) == 1 and self.capital) or (
            len(self.text) == 3 and self.text[1] in "-‑" and self.text.isupper()
        )


def _words(text: str) -> list[Word]:
    """Returns the words of a text; a possessive ``'s`` is no part of its word."""
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        if len(word) > 2 and word[-2] in "'’" and word[-1] in "sS":
            word = word[:-2]
        elided = _ELIDED.match(word)
        if elided:  # d'Alice, qu'Élodie
            at = elided.end()
            found.append(Word(word[: at - 1], match.start(), match.start() + at - 1, fold(word[: at - 1])))
            found.append(Word(word[at:], match.start() + at, match.start() + len(word), fold(word[at:])))
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

    def __init__(self, text: str, named: Sequence[Named], language: str) -> None:
        self.text = text
        self.language = language
        self.words = _words(text)
        self.named = sorted(named)
        self.cut_firm = False  # the last run that was trimmed lost a company word at its end
        self.lists = people_words()
        self.caseless = not any(c.isupper() for c in text)
        self.upper = sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() for c in text))

    # -- candidates ------------------------------------------------------------------------------------------------

    def candidates(self) -> Iterator[tuple[int, int]]:
        """Yields candidate runs of words as (first, last + 1)."""
        yield from self._capital_runs()
        yield from self._titled()
        yield from self._pairs()
        if self.caseless:
            yield from self._lower_runs()
        for span in self.named:
            if span.label == "PERSON":
                line_end = self.text.find("\n", span.start)
                stop = min(span.end, line_end) if line_end > span.start else span.end
                inside = [i for i, word in enumerate(self.words) if word.start < stop and word.end > span.start]
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
                if not (
                    following.capital
                    or following.folded in self.lists.particles
                    or name_odds(following.folded, self.language) > 1.0
                ):
                    break
                if following.folded in self.lists.functions and end == at + 1 and not following.capital:
                    nxt = self.words[end + 1] if end + 1 < len(self.words) else None
                    if nxt is None or name_odds(nxt.folded, self.language) < 1.0:
                        break
                end += 1
            if end > at + 1:
                yield at, end

    def _lower_runs(self) -> Iterator[tuple[int, int]]:
        """Words of a text without capitals that are names far rather than words."""
        at = 0
        while at < len(self.words):
            end = at
            while (
                end < len(self.words)
                and self._nameish(self.words[end])
                and (end == at or _joined(self.text, self.words[end - 1], self.words[end]))
            ):
                end += 1
            if end > at:
                yield at, end
            at = max(end, at + 1)

    def _nameish(self, word: Word) -> bool:
        return len(word.text) > 2 and name_odds(word.folded, self.language) > 1.0

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """A first name beside a surname, whatever their case (``leone mazzi``, ``dupont jean``)."""
        for at in range(len(self.words) - 1):
            left, right = self.words[at], self.words[at + 1]
            if (left.capital and right.capital) or not _joined(self.text, left, right):
                continue
            if (
                min(name_odds(left.folded, self.language), name_odds(right.folded, self.language)) > 1.5
                and max(first_odds(left.folded, self.language), first_odds(right.folded, self.language)) > 2.0
            ):
                yield at, at + 2

    # -- trimming --------------------------------------------------------------------------------------------------

    def trimmed(self, start: int, end: int) -> tuple[int, int, bool]:
        """Returns the run without titles and ordinary words at its ends, and whether a title stood there."""
        titled = self.cut_firm = False
        lists = self.lists
        while start < end:
            word = self.words[start]
            if word.folded in lists.titles and end - start > 1 and self._is_title(start, end):
                titled = True
            elif self._is_title_before(start):
                titled = True
                break
            elif (
                word.folded in lists.particles
                and word.capital
                and end - start > 1
                and not self._starts_sentence(word.start)
            ):
                break  # Le Goff, LE BRIS: at the start of a sentence it may be an article
            elif (
                word.folded in lists.particles
                and word.text.isupper()
                and len(word.text) > 1
                and end - start > 1
                and self.words[start + 1].text.isupper()
            ) or not (word.folded in lists.first_words or self._ordinary(word)):
                break
            start += 1
        while end > start and (
            self.words[end - 1].folded in lists.first_words
            or (
                self.words[end - 1].folded in lists.particles
                and len(self.words[end - 1].text) < 4
                and not self.words[end - 1].initial
            )
            or self._ordinary(self.words[end - 1])
        ):
            if titled and end - start == 1:
                break
            end -= 1
            self.cut_firm |= self.words[end].folded in lists.company_words or self.words[end].folded in lists.legal_forms
        return start, end, titled or (start < end and self._is_title_before(start))

    def _is_title(self, at: int, end: int) -> bool:
        word = self.words[at]
        return word.folded not in self.lists.weak_titles or word.capital

    def _is_title_before(self, at: int) -> bool:
        if at == 0 or not _joined(self.text, self.words[at - 1], self.words[at]):
            return False
        before = self.words[at - 1]
        return before.folded in self.lists.titles and (
            before.folded not in self.lists.weak_titles or before.text in ("M", "Me", "Pr")
        )

    def _ordinary(self, word: Word) -> bool:
        """Tells whether a word is far more likely a common word than a name."""
        if word.initial:
            return False
        lower = words().common(word.folded, self.language)
        if (
            word.capital
            and names().first.get(word.folded, 0.0) > 5e-6
            and lower < 1e-3
            and not self._starts_sentence(word.start)
        ):
            return False
        return (lower > 3e-6 and name_odds(word.folded, self.language) < -1.0) or (
            lower > 1e-3 and name_odds(word.folded, self.language) < 0.5
        )

    def inside_code(self, start: int, end: int) -> bool:
        """Tells whether the run is a part of a login, path, host or e-mail: ``moreau.thomas``, ``/home/paul``."""
        run = self.words[start:end]
        if any(
            self.text[left.end : right.start] in _CODE_GAPS and not _joined(self.text, left, right)
            for left, right in itertools.pairwise(run)
        ):
            return True
        before = self.text[max(0, run[0].start - 2) : run[0].start]
        after = self.text[run[-1].end : run[-1].end + 2]
        titled = start > 0 and (self.words[start - 1].folded in self.lists.titles or self.words[start - 1].initial)
        return (bool(_CODE_BEFORE.search(before)) and not titled) or bool(_CODE_AFTER.match(after))

    def in_street(self, start: int) -> bool:
        """Tells whether a way word stands before, with only articles, titles and first names between."""
        for at in range(start - 1, max(-1, start - 4), -1):
            word = self.words[at]
            if word.folded in self.lists.ways:
                return True
            if not (word.folded in self.lists.particles or word.folded in self.lists.titles):
                return False
        return False

    # -- features --------------------------------------------------------------------------------------------------

    def features(self, start: int, end: int, titled: bool) -> dict[str, float]:
        """Returns what the witnesses say of a trimmed run."""
        run = self.words[start:end]
        heavy = [w for w in run if not w.initial and w.folded not in self.lists.particles] or run
        odds = [name_odds(w.folded, self.language) for w in heavy]
        firsts = [first_odds(w.folded, self.language) for w in heavy]
        known = [names().first.get(w.folded, 0.0) > 0 or w.folded in names().surname for w in heavy]
        text = words()
        lower = [text.common(w.folded, self.language) for w in heavy]
        title = [text.title.get(w.folded, 0.0) for w in heavy]
        a, b = run[0].start, run[-1].end
        labels = [n.label for n in self.named if n.start < b and n.end > a]
        before = self.words[start - 1] if start else None
        after = self.words[end] if end < len(self.words) else None
        near_before = (
            before is not None
            and len(self.text[before.end : a].strip(" \t,:.")) == 0
            and "\n" not in self.text[before.end : a]
        )
        near_after = (
            after is not None
            and len(self.text[b : after.start].strip(" \t,'’")) == 0
            and "\n" not in self.text[b : after.start]
        )
        fb = before.folded if before is not None and near_before else ""
        fa = after.folded if after is not None and near_after else ""
        touching_before = before is not None and self.text[before.end : a] in (" ", "-", "' ")
        touching_after = after is not None and self.text[b : after.start] in (" ", "-", "'")
        place = fold(" ".join(w.folded for w in run)).replace("-", " ").replace("'", " ")
        return {
            "ner": float("PERSON" in labels),
            "ner_fr": float("PERSON" in labels and self.language == "fr"),
            "none_fr": float(not labels and self.language == "fr"),
            "ner_place": float("LOCATION" in labels and "PERSON" not in labels),
            "ner_org": float("ORGANIZATION" in labels and "PERSON" not in labels),
            "ner_none": float(not labels),
            "titled": float(titled),
            "odds": sum(odds) / len(odds),
            "odds_min": min(odds),
            "first": max(firsts),
            "first_first": firsts[0],
            "unknown": sum(not k for k in known) / len(known),
            "rare": sum(k == 0.0 and lo == 0.0 and t == 0.0 for k, lo, t in zip(known, lower, title, strict=True))
            / len(known),
            "wordy": max(0.0 if lo < 1e-6 else min(4.0, math.log(lo / 1e-6)) for lo in lower),
            "two": float(len(heavy) == 2),
            "rare_two": float(len(heavy) == 2 and any(k is False and lo == 0.0 for k, lo in zip(known, lower, strict=True))),
            "english": float(self.language == "en"),
            "three": float(len(heavy) >= 3),
            "long": float(len(run) > 4),
            "initial": float(any(w.initial for w in run)),
            "full": float(len(heavy) >= 2 and max(firsts) > 1.0 and min(odds) > -0.8),
            "lower": float(not all(w.capital or w.folded in self.lists.particles for w in run)),
            "upper": float(all(w.text.isupper() and len(w.text) > 1 for w in heavy) and not self.upper),
            "acronym": float(len(heavy) == 1 and heavy[0].text.isupper() and len(heavy[0].text) < 6),
            "cue_before": float(fb in self.lists.cues_before),
            "cue_after": float(fa in self.lists.cues_after),
            "article": float(
                fb
                in ("THE", "LE", "LA", "LES", "L", "AN", "UN", "UNE", "DU", "AU", "DES", "AUX", "THIS", "CE", "CETTE")
            ),
            "place_before": float(fb in ("IN", "AT", "FROM", "NEAR", "EN", "VERS", "INTO", "AROUND")),
            "company": float(
                (fb in self.lists.company_words and start > 0)
                or _IS_FIRM.match(self.text[b : b + 24].lower()) is not None
                or (touching_after and fa in self.lists.company_words | self.lists.legal_forms)
                or any(w.folded in self.lists.company_words or w.folded in self.lists.legal_forms for w in run)
            ),
            "street": float(self.in_street(start) or (fa in self.lists.ways and touching_after)),
            "site": float(fb in self.lists.company_words and touching_before and self.language == "fr"),
            "cut_firm": float(self.cut_firm),
            "big_city": float(place in big_cities()),
            "firm": float(
                any(w.folded in self.lists.legal_forms for w in run[1:])
                or (touching_after and fa in self.lists.legal_forms)
            ),
            "commune": float(place in communes().names),
            "alone": float(
                not self.text[:a].strip(" \t\n\"'«([-—*>") and not self.text[b:].strip(" \t\n\"'».,;:!?)]-")
            ),
            "sentence_start": float(len(heavy) == 1 and self._starts_sentence(a)),
            "number_before": float(bool(_NUMBER_END.search(self.text[max(0, a - 8) : a]))),
            "number_after": float(bool(_NUMBER_START.match(self.text[b : b + 6]))),
            "verb_after": float(fa in self.lists.human_verbs),
            "speaker": float(bool(_SPEAKS.match(self.text[b : b + 12])) and self._starts_line(a)),
            "named_so": float(bool(_NAMED_SO.search(self.text[max(0, a - 32) : a]))),
            "single": float(len(heavy) == 1),
            "clear_first": float(len(heavy) == 1 and firsts[0] > 3.0),
            "plain_surname": float(len(heavy) == 1 and firsts[0] < 0.0 and odds[0] > 1.0),
            "single_rare": float(len(heavy) == 1 and known[0] is False and lower[0] == 0.0),
            "ner_single": float("PERSON" in labels and len(heavy) == 1),
            "ner_known": float("PERSON" in labels and max(odds) > 1.0),
            "caseless": float(self.caseless),
            "possessive": float(self.text[b : b + 2] in ("'s", "’s")),
            "hyphen": float(any("-" in w.text for w in heavy)),
        }

    def _starts_line(self, at: int) -> bool:
        head = self.text[:at].rstrip(" \t\"'«>-*")
        return not head or head[-1] == "\n"

    def _starts_sentence(self, at: int) -> bool:
        head = self.text[:at].rstrip(" \t\"'«([“")
        return not head or head[-1] in ".!?\n:;>-—•*"


_IS_FIRM = re.compile(
    r", (?:boulangerie|restaurant|brasserie|garage|bar|café|hôtel|traiteur|société|entreprise|sarl|sas|inc|ltd|llc)"
)
_CODE_GAPS = frozenset("._/\\@:")
_CODE_BEFORE = re.compile(r"[^\W_][._/\\@]$|[@#/\\_]$")
_CODE_AFTER = re.compile(r"[._/\\@][^\W_]|[@_\\]")
_NUMBER_END = re.compile(r"(?<!\d)(?!(?:1\d|20)\d\d )\d+[a-zA-Z]? $")
_NUMBER_START = re.compile(r",? (?!(?:1\d|20)\d\d(?!\d))\d")
_SPEAKS = re.compile(r" ?[\[(]\d\d?:\d\d|: ?[\"'«]? ?[A-ZÀ-Ý]")
_NAMED_SO = re.compile(
    r"(?:\bnames? (?:is|was|are)|\bnam(?:ed|e) ?:?|\bcall(?:ed|s)? (?:me|him|her|you)|\bI am|\bI['’]m|\bthis is|\bstarring|\bguy named|\bknown as"
    r"|\bm['’]appelle|\bs['’]appelle|\bje suis|\bc['’]est|\b(?:pré)?nom ?:?|\bici|\bsigné(?:e)? ?:?|\bde la part de|\bsigned ?:?|\bfrom ?:|\bde ?:|\bà l['’]attention de|\bsoy|\bsono|\bme llamo|\bmi chiamo)\s*$",
    re.IGNORECASE,
)


WEIGHTS: dict[str, float] = {
    # what the model says
    "bias": 0.1, "english": 0.4, "ner": 1.9, "ner_fr": 0.8, "ner_place": -1.7, "ner_org": -0.4, "ner_none": -0.5,
    "ner_single": -0.7,
    # what the gazetteers say
    "odds_min": 0.4, "first_first": 0.3, "unknown": -0.4, "wordy": -0.4, "clear_first": -0.6, "plain_surname": -0.7,
    "single_rare": -0.8, "rare_two": 0.6, "big_city": -0.8,
    # what stands around it
    "titled": 3.2, "cue_before": 0.9, "named_so": 2.8, "verb_after": 1.9, "speaker": 0.9, "possessive": 1.9,
    "place_before": -1.3, "company": -1.3, "street": -4.0, "site": -2.5, "firm": -3.0, "cut_firm": -3.0,
    "number_before": -4.4, "number_after": -4.3,
    # what it looks like
    "single": -0.5, "two": 0.4, "three": 1.2, "long": -3.9, "initial": 1.1, "hyphen": 0.6, "alone": 1.6, "lower": -3.0,
    "upper": -3.3, "acronym": -1.9, "caseless": 1.9,
}  # fmt: skip
"""Log-odds per witness; a witness that is not named says nothing."""

_AGAIN = 2.0
"""Bonus of a name that stands elsewhere in the text as (a part of) a clear person."""
_LISTED = 1.5
"""Bonus of a name that a comma, *and* or *et* joins to a person."""
_CLEAR = 1.0
_LEAST, _ENUMERATED = -1.8, 1.2
_LIST_GAP = re.compile(r"\s*(?:,|;|/|&|,? ?(?:and|et|y|e|und|or|ou))\s*")


class _Candidate(NamedTuple):
    start: int
    end: int
    odds: float
    voices: tuple[str, ...]
    names: frozenset[str]


def vote(text: str, named: Iterable[Named], language: str) -> list[Vote]:
    """Returns the persons of a text, in order, without overlaps.

    Args:
        text: at most a few thousand characters; longer texts come in windows.
        named: what a model named in it.
        language: ``fr`` or ``en``, whose common words are no names.
    """
    first = [_weighed(text, *found) for found in candidates(text, named, language)]
    clear = [candidate for candidate in first if candidate.odds > _CLEAR]
    second = [_supported(text, candidate, clear) for candidate in _enumerated(text, first)]
    kept: list[_Candidate] = []
    for candidate in sorted(second, key=lambda c: (-c.odds, c.start, -c.end)):
        if candidate.odds > THRESHOLD and not any(candidate.start < k.end and k.start < candidate.end for k in kept):
            kept.append(candidate)
    return [Vote(c.start, c.end, c.odds, c.voices) for c in sorted(kept)]


def _enumerated(text: str, found: Sequence[_Candidate]) -> list[_Candidate]:
    """Returns the candidates, those of a list of three or more (*Morrison, Rogers and Torres*) with a bonus.

    A list of firms (*Clark, Romero and Hall Orchestra*) has a word after it that ends the matter before: its last
    candidate is improbable, and the chain breaks there.
    """
    ordered = sorted(found)
    chains: list[list[_Candidate]] = []
    for candidate in ordered:
        if candidate.odds < _LEAST:
            continue
        last = chains[-1][-1] if chains else None
        if last is not None and 0 < candidate.start - last.end < 8 and _LIST_GAP.fullmatch(text, last.end, candidate.start):
            chains[-1].append(candidate)
        else:
            chains.append([candidate])
    listed = {candidate[:2] for chain in chains if len(chain) >= 3 for candidate in chain}
    return [c._replace(odds=c.odds + _ENUMERATED) if c[:2] in listed else c for c in found]


def _weighed(text: str, start: int, end: int, features: dict[str, float]) -> _Candidate:
    odds = WEIGHTS["bias"] + sum(WEIGHTS.get(name, 0.0) * value for name, value in features.items())
    voices = [name for name in ("ner", "titled", "named_so") if features[name]]
    if features["odds_min"] > 0.5 or features["first_first"] > 1.5:
        voices.append("gazetteer")
    heavy = frozenset(
        w.folded for w in _words(text[start:end]) if len(w.text) > 2 and w.folded not in people_words().particles
    )
    return _Candidate(start, end, odds, tuple(voices), heavy)


def _supported(text: str, candidate: _Candidate, clear: Sequence[_Candidate]) -> _Candidate:
    """Returns the candidate with the bonus that clear persons elsewhere in the text give it."""
    others = [c for c in clear if c.end <= candidate.start or c.start >= candidate.end]
    bonus = _AGAIN if any(candidate.names & other.names for other in others) else 0.0
    for other in others:
        left, right = (other.end, candidate.start) if other.end <= candidate.start else (candidate.end, other.start)
        if right - left < 8 and _LIST_GAP.fullmatch(text, left, right):
            bonus += _LISTED
            break
    return candidate._replace(odds=candidate.odds + bonus) if bonus else candidate


def candidates(text: str, named: Iterable[Named], language: str) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Yields every distinct candidate (start, end, features) of a text."""
    read = _Text(text, list(named), language)
    seen = set()
    for start, end in read.candidates():
        if end - start > _MAX_WORDS + 3:
            continue
        whole = start, end
        start, end, titled = read.trimmed(start, end)
        if start < end and all(w.folded in people_words().functions for w in read.words[start:end]):
            continue
        if start < end and (read.inside_code(start, end) or read.in_street(start)):
            continue
        lone = read.words[whole[0]].folded
        if start >= end and whole[1] - whole[0] == 1 and lone in names().first and lone not in people_words().first_words:
            start, end = whole  # a first name that is a common word as well (Chuck, Lone): the witnesses decide
        if start >= end or (start, end) in seen:
            continue
        if not any(len(w.text) > 1 for w in read.words[start:end]) and not titled:
            continue
        seen.add((start, end))
        yield read.words[start].start, read.words[end - 1].end, read.features(start, end, titled)
