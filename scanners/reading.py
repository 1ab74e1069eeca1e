"""A text read for persons: its words, what a model named in it, and the runs of words that may be somebody.

Candidates are runs of capitalised words, titles with what follows, a first name beside a surname in any case, and
what spaCy or Rampart calls a person. They are trimmed of titles and ordinary words at their ends; runs inside logins,
paths and street names are none. ``witnesses`` says what speaks for each, ``persons`` decides.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from recense.scanners.gazetteers import fold, names, words
from recense.scanners.people import first_odds, name_odds, people_words
from recense.scanners.rampart import Heard

_WORD = re.compile(r"[^\W\d_]+(?:['’\-‑][^\W\d_]+)*")
_ELIDED = re.compile(r"(?:[dlnsjcmt]|(?:lors|puis|jus|quoi|)qu)['’](?=[^\W\d_])", re.IGNORECASE)
_NOTE = 12
"""Words from which a text is prose, where spaCy is the better voice; in notes and cells Rampart is."""
_HEARD = 0.45
"""Probability from which Rampart's word may begin a candidate."""
_LONGEST = 9
"""Words of a candidate at most; a longer run of capitals is a heading."""
_CODE_GAPS = frozenset("._/\\@:")
_CODE_BEFORE = re.compile(r"[^\W_][._/\\@]$|[@#/\\_]$")
_CODE_AFTER = re.compile(r"[._/\\@][^\W_]|[@_\\]")


class Named(NamedTuple):
    """A span of a text that a model gave a label: offsets in characters and the label (``PERSON``, ``LOCATION`` …)."""

    start: int
    end: int
    label: str


class Candidate(NamedTuple):
    """A run of words that may be somebody.

    Attributes:
        first, last: numbers of its words, the last one exclusive.
        titled: a title stands before it.
        cut_firm: a company word was trimmed from its end.
    """

    first: int
    last: int
    titled: bool
    cut_firm: bool


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


def words_of(text: str) -> list[Word]:
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


def _aligned(words: Sequence[Word], heard: Sequence[Heard]) -> list[tuple[float, float]]:
    """Returns for each word the mean of what Rampart's words inside it say: person, place; 0 where it says nothing."""
    says: list[tuple[float, float]] = []
    at = 0
    for word in words:
        while at < len(heard) and heard[at].end <= word.start:
            at += 1
        inside = list(itertools.takewhile(lambda h: h.start < word.end, heard[at:]))  # noqa: B023 (used at once)
        count = max(1, len(inside))
        says.append((sum(h.person for h in inside) / count, sum(h.place for h in inside) / count))
    return says


def _joined(text: str, left: Word, right: Word) -> bool:
    """Tells whether two words stand together: a space, a hyphen, or a dot after an initial or a title."""
    gap = text[left.end : right.start]
    if gap in (" ", "  ", "\xa0", "-", ".-"):
        return True
    if gap in (".", ". "):
        return left.initial or left.folded in people_words().titles or len(left.text) == 1
    return gap in ("'", "’") and left.folded in ("D", "O", "L")


class Reading:
    """A text split into words, with what spaCy named in it and what Rampart heard (None: it is not installed)."""

    def __init__(self, text: str, named: Sequence[Named], language: str, heard: Sequence[Heard] | None = None) -> None:
        self.text = text
        self.language = language
        self.words = words_of(text)
        self.named = sorted(named)
        self.heard = None if heard is None else _aligned(self.words, heard)
        self.lists = people_words()
        self.note = len(self.words) < _NOTE
        self.caseless = not any(c.isupper() for c in text)
        self.upper = sum(c.isupper() for c in text) > 0.6 * max(1, sum(c.isalpha() for c in text))

    def candidates(self) -> Iterator[Candidate]:
        """Yields every distinct candidate, trimmed."""
        seen: set[tuple[int, int]] = set()
        for first, last in self._runs():
            if last - first > _LONGEST:
                continue
            candidate = self._trimmed(first, last)
            run = self.words[candidate.first : candidate.last]
            if not run and last - first == 1 and self._maybe_name(self.words[first]):
                candidate = Candidate(first, last, titled=False, cut_firm=False)
                run = self.words[first:last]
            if not run or (candidate.first, candidate.last) in seen:
                continue
            if all(word.folded in self.lists.functions for word in run):
                continue  # M. le maire
            if not candidate.titled and all(len(word.text) == 1 for word in run):
                continue
            if self._inside_code(candidate.first, candidate.last) or self.in_street(candidate.first):
                continue
            seen.add((candidate.first, candidate.last))
            yield candidate

    def _maybe_name(self, word: Word) -> bool:
        """Tells whether a common word is a first name as well (Chuck, Lone): the witnesses decide."""
        return word.folded in names().first and word.folded not in self.lists.first_words

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Yields runs of words, as (first, last + 1), before trimming."""
        yield from self._capital_runs()
        yield from self._titled()
        yield from self._pairs()
        if self.caseless:
            yield from self._lower_runs()
        yield from self._heard_runs()
        for span in self.named:
            if span.label == "PERSON":
                line_end = self.text.find("\n", span.start)
                stop = min(span.end, line_end) if line_end > span.start else span.end
                inside = [i for i, word in enumerate(self.words) if word.start < stop and word.end > span.start]
                if inside:
                    yield inside[0], inside[-1] + 1

    def _heard_runs(self) -> Iterator[tuple[int, int]]:
        """Yields neighbouring words that Rampart takes for names rather than places."""
        heard = self.heard or ()
        names = [at for at, (person, place) in enumerate(heard) if person >= _HEARD and person >= place]
        for _, group in itertools.groupby(enumerate(names), key=lambda pair: pair[1] - pair[0]):
            start = end = -1
            for _, at in group:
                if end >= 0 and _joined(self.text, self.words[end - 1], self.words[at]):
                    end = at + 1
                    continue
                if end >= 0:
                    yield start, end
                start, end = at, at + 1
            yield start, end

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
            if word.folded not in self.lists.titles:
                continue
            if word.folded in self.lists.weak_titles and not self._abbreviated(at):
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

    def _trimmed(self, start: int, end: int) -> Candidate:
        """Returns the run without titles and ordinary words at its ends, and whether a title stood there."""
        titled = cut_firm = False
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
                and not self.starts_sentence(word.start)
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
            cut_firm |= self.words[end].folded in lists.company_words or self.words[end].folded in lists.legal_forms
        return Candidate(start, end, titled or (start < end and self._is_title_before(start)), cut_firm)

    def _is_title(self, at: int, end: int) -> bool:
        word = self.words[at]
        return word.folded not in self.lists.weak_titles or word.capital or self._abbreviated(at)

    def _abbreviated(self, at: int) -> bool:
        """Tells whether a word is a title by its dot, before a word that is far rather a name: ``m. dupont``."""
        if len(self.words[at].text) > 2 or at + 1 >= len(self.words):
            return False
        following = self.words[at + 1]
        return self.text[self.words[at].end : following.start] in (".", ". ") and self._nameish(following)

    def _is_title_before(self, at: int) -> bool:
        if at == 0 or not _joined(self.text, self.words[at - 1], self.words[at]):
            return False
        before = self.words[at - 1]
        return before.folded in self.lists.titles and (
            before.folded not in self.lists.weak_titles or before.text in ("M", "Me", "Pr") or self._abbreviated(at - 1)
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
            and not self.starts_sentence(word.start)
        ):
            return False
        return (lower > 3e-6 and name_odds(word.folded, self.language) < -1.0) or (
            lower > 1e-3 and name_odds(word.folded, self.language) < 0.5
        )

    def _inside_code(self, start: int, end: int) -> bool:
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
                return not self._figurative(at)
            if not (word.folded in self.lists.particles or word.folded in self.lists.titles):
                return False
        return False

    def _figurative(self, at: int) -> bool:
        """Tells whether a way word is none: *à la place de*, *au cours de*, *in the way of*."""
        before = [word.folded for word in self.words[max(0, at - 2) : at]]
        return (
            (self.words[at].folded == "PLACE" and before[-1:] in (["LA"], ["SA"], ["TOOK"], ["TAKE"]) and "A" in before)
            or (self.words[at].folded == "COURS" and before[-1:] in (["AU"], ["EN"]))
            or (self.words[at].folded == "ROUTE" and before[-1:] == ["EN"])
        )

    def gaps(self, candidate: Candidate) -> tuple[str | None, str | None]:
        """Returns the characters up to the word before and to the word after, None at the text's ends."""
        before = after = None
        if candidate.first:
            before = self.text[self.words[candidate.first - 1].end : self.words[candidate.first].start]
        if candidate.last < len(self.words):
            after = self.text[self.words[candidate.last - 1].end : self.words[candidate.last].start]
        return before, after

    def beside(self, candidate: Candidate) -> tuple[str, str]:
        """Returns the folded words before and after on the same line, empty when another mark than , : ' parts them."""
        before, after = self.gaps(candidate)
        left = right = ""
        if before is not None and not before.strip(" \t,:."):
            left = self.words[candidate.first - 1].folded
        if after is not None and not after.strip(" \t,'’"):
            right = self.words[candidate.last].folded
        return left, right

    def starts_line(self, at: int) -> bool:
        """Tells whether the character at this offset begins a line, marks aside."""
        head = self.text[:at].rstrip(" \t\"'«>-*")
        return not head or head[-1] == "\n"

    def starts_sentence(self, at: int) -> bool:
        """Tells whether the character at this offset begins a sentence, marks aside."""
        head = self.text[:at].rstrip(" \t\"'«([“")
        return not head or head[-1] in ".!?\n:;>-—•*"
