"""Whether a sentence of a note names somebody: titles, first names, initials, and what only looks like a name."""

from __future__ import annotations

import functools
import re

from recense.scanners.gazetteers import fold
from recense.scanners.lexicon_terms import shared
from recense.scanners.people import first_odds, name_odds, people_words

_TITLED = re.compile(
    r"\b(?:M\.|MM\.|MR|MME|MLLE|MRS|Mr\.?|Mrs\.?|Ms\.?|Miss|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur|mr|mme|mlle)\s?([^\W\d_][\w'’-]*)"
)
_CAPITALISED = re.compile(r"(?<![\w.-])[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:-[A-ZÀ-ÖØ-Þ][^\W\d_]+)*")


_INITIALLED = re.compile(
    r"(?<![\w.])[A-Z]\.\s?[A-ZÀ-Þ][^\W\d_]{2,}(?![\w.])|\b[A-ZÀ-Þ][^\W\d_]{2,}\s[A-Z]\.(?=[\s,;)]|$)"
)
"""*J. Crane*, *Marc D.*"""
_THEN = re.compile(r"\s(?:[a-zà-ÿ]+|[A-ZÀ-Þ][^\W\d_]+)\b")
"""What follows a first name that begins a sentence: a verb, or a surname."""


def named_person(sentence: str) -> bool:
    """Tells whether somebody is named: a title and a name, a first name beside a surname, or a clear first name."""
    for match in _TITLED.finditer(sentence):
        if fold(match.group(1)) not in people_words().functions:
            return True
    if _INITIALLED.search(sentence):
        return True
    previous = -2
    strong = False
    for match in _CAPITALISED.finditer(sentence):
        word = fold(match.group())
        likely = name_odds(word) > 1.0
        if likely and strong and match.start() - previous == 1:
            return True
        if likely and _of_a_place(sentence[max(0, match.start() - 32) : match.start()]):
            continue
        leads = match.start() == 0 and not _THEN.match(sentence, match.end())  # a noun may begin a sentence
        if first_odds(word) > 3.0 and not leads and word not in people_words().first_words:
            return True
        strong, previous = likely, match.end()
    return False


def _of_a_place(before: str) -> bool:
    """Tells whether the words before a capitalised one make it a place or a firm: *site de*, *agence*, *société*."""
    found = _GOVERNED.search(before)
    return found is not None and fold(found.group(1)).lower() in _governing()


_GOVERNED = re.compile(r"([^\W\d_]+)\s+(?:(?:de|du|des|d'|d’|of|at|in|à|la|le|les|l'|l’|the)\s*)*$")


@functools.cache
def _governing() -> frozenset[str]:
    return frozenset(fold(word).lower() for key in ("places", "companies") for word in shared()[key])


def company_like(original: str, start: int, end: int) -> bool:
    """Tells whether a capitalised term is a part of a firm's or brand's name: *Cancer Contre-Attaque SAS*."""
    word = original[start:end]
    if not word[:1].isupper() or word[1:2].isupper():
        return False
    before = re.search(r"([^\W\d_]+)\s+$", original[max(0, start - 24) : start])
    if before and fold(before.group(1)).lower() in _firms():
        return True
    after = original[end : end + 40]
    names = re.match(r"((?:\s[A-ZÀ-Þ][\w’'-]*)+)", after)
    return names is not None and any(fold(name).lower() in _firms() for name in names.group(1).split())


@functools.cache
def _firms() -> frozenset[str]:
    return frozenset(fold(word).lower() for word in shared()["companies"]) | frozenset(
        form.lower() for form in people_words().legal_forms if len(form) > 1 and form.lower() not in ("as", "la", "es")
    )


def ends_in_name(words: str) -> bool:
    """Tells whether the last words are somebody's name: *Mme Roux*, *Fatou*, *Jean Petit*."""
    found = list(_CAPITALISED.finditer(words))
    if not found or words[found[-1].end() :].strip():
        return False
    last = found[-1]
    before = words[: last.start()].rstrip(". ").rpartition(" ")[2].lower()
    odds = first_odds(fold(last.group()))
    return odds > 1.0 or before in _TITLES or (len(found) > 1 and first_odds(fold(found[-2].group())) > 1.0)


_TITLES = frozenset(
    {"m", "mr", "mrs", "ms", "miss", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr", "docteur"}
)


def surname_like(original: str, start: int, end: int) -> bool:
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
