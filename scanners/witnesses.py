"""What speaks for a candidate being a person: the model, the gazetteers, the words around it, its shape.

Each witness is a number, mostly 0 or 1; ``persons.WEIGHTS`` says how much it counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from recense.scanners.gazetteers import names, spaced, words
from recense.scanners.people import first_odds, name_odds
from recense.scanners.places import big_cities
from recense.scanners.reading import Candidate, Reading, Word

_PLACE_WORDS = frozenset({"IN", "AT", "FROM", "NEAR", "EN", "VERS", "INTO", "AROUND"})
_ARTICLES = frozenset({"LE", "LA", "LES", "DES", "DU", "AU", "AUX", "UN", "UNE", "CE", "CET", "CETTE", "CES"})
_QUOTES = '"«“„‹'
_OWNS_FIRM = re.compile(r" ?['’]s [A-ZÀ-Ý]")
_IS_FIRM = re.compile(
    r", (?:boulangerie|restaurant|brasserie|garage|bar|café|hôtel|traiteur|société|entreprise|sarl|sas|inc|ltd|llc)"
)
_NUMBER_END = re.compile(r"(?<!\d)(?!(?:1\d|20)\d\d )\d+[a-zA-Z]? $")
_NUMBER_START = re.compile(r",? (?!(?:1\d|20)\d\d(?!\d))\d")
_SPEAKS = re.compile(r" ?[\[(]\d\d?:\d\d|: ?[\"'«]? ?[A-ZÀ-Ý]")
_INTRODUCES = (
    r"\b(?:names? (?:is|was|are)|nam(?:ed|e) ?:?|call(?:ed|s)? (?:me|him|her|you)|I am|I['’]m|this is|starring|known as"
    r"|signed ?:?|from ?:|née?|[ms]['’]appelle|je suis|c['’]est|(?:pré)?nom ?:?|ici|signée? ?:?|de la part de|de ?:"
    r"|à l['’]attention de|soy|sono|me llamo|mi chiamo)"
)
INTRODUCED = re.compile(_INTRODUCES, re.IGNORECASE)
"""Words that say that a name follows, anywhere in a text."""
_NAMED_SO = re.compile(rf"{_INTRODUCES}\s*$", re.IGNORECASE)


def witnesses(text: Reading, candidate: Candidate) -> dict[str, float]:
    """Returns what every witness says of a candidate, by name."""
    run = text.words[candidate.first : candidate.last]
    heavy = [word for word in run if not word.initial and word.folded not in text.lists.particles] or run
    return {
        **_model(text, run, heavy),
        **_rampart(text, candidate, heavy),
        **_gazetteers(text, run, heavy),
        **_neighbours(text, candidate),
        **_marks(text, run),
        **_shape(text, candidate, run, heavy),
    }


def _model(text: Reading, run: Sequence[Word], heavy: Sequence[Word]) -> dict[str, float]:
    """What the model says; the French one is the better of the two."""
    labels = {named.label for named in text.named if named.start < run[-1].end and named.end > run[0].start}
    person = "PERSON" in labels
    return {
        "ner": float(person),
        "ner_fr": float(person and text.language == "fr"),
        "ner_single": float(person and len(heavy) == 1),
        "ner_place": float(not person and "LOCATION" in labels),
        "ner_org": float(not person and "ORGANIZATION" in labels),
        "ner_none": float(not labels),
        "english": float(text.language == "en"),
    }


def _rampart(text: Reading, candidate: Candidate, heavy: Sequence[Word]) -> dict[str, float]:
    """What Rampart says, as log-odds of -5 to 5: it is sure of most words. Nothing when it is not installed."""
    if text.heard is None:
        return {}
    kept = set(heavy)
    says = [text.heard[at] for at in range(candidate.first, candidate.last) if text.words[at] in kept]
    people = [person for person, _ in says]
    person, place = sum(people) / len(people), max(place for _, place in says)
    labels = {named.label for named in text.named if named.start < heavy[-1].end and named.end > heavy[0].start}
    ner, heard = "PERSON" in labels, person >= 0.5
    return {
        "heard": _log_odds(person),
        "heard_least": _log_odds(min(people)),
        "heard_place": _log_odds(place),
        "heard_fr": _log_odds(person) * (text.language == "fr"),
        "heard_ner": float(heard and ner),
        "heard_org": float(heard and "ORGANIZATION" in labels),
        "heard_single": _log_odds(person) * (len(heavy) == 1),
        "ner_note": float(ner and text.note),
    }


def _surname_in_capitals(heavy: Sequence[Word], language: str) -> bool:
    """Tells whether the words are a first name and a known surname in capitals: ``LE BRIS Anne-Laure``."""
    capitals = [word.text.isupper() and len(word.text) > 1 for word in heavy]
    given = [word for word, upper in zip(heavy, capitals, strict=True) if not upper and not word.initial]
    ends = (capitals[0] or capitals[-1]) and not (capitals[0] and capitals[-1])
    if not (2 <= len(heavy) <= 4 and ends and given and all(first_odds(w.folded, language) > 0.5 for w in given)):
        return False
    return all(name_odds(w.folded, language) > 0.0 for w, up in zip(heavy, capitals, strict=True) if up)


def _log_odds(share: float) -> float:
    return max(-5.0, min(5.0, math.log((share + 1e-9) / (1.0 - share + 1e-9))))


def _gazetteers(text: Reading, run: Sequence[Word], heavy: Sequence[Word]) -> dict[str, float]:
    """What the lists of names, words and places say."""
    odds = [name_odds(word.folded, text.language) for word in heavy]
    given = first_odds(heavy[0].folded, text.language)
    known = [word.folded in names().first or word.folded in names().surname for word in heavy]
    common = [words().common(word.folded, text.language) for word in heavy]
    rare = [not k and c == 0.0 for k, c in zip(known, common, strict=True)]
    single = len(heavy) == 1
    return {
        "least_odds": min(odds),
        "given": given,
        "unknown": known.count(False) / len(known),
        "wordy": max(math.log(min(max(c, 1e-6), 5.5e-5) / 1e-6) for c in common),
        "clear_given": float(single and given > 3.0),
        "plain_surname": float(single and given < 0.0 and odds[0] > 1.0),
        "single_rare": float(single and rare[0]),
        "rare_two": float(len(heavy) == 2 and any(rare)),
        "big_city": float(spaced(" ".join(word.folded for word in run)) in big_cities()),
    }


def _neighbours(text: Reading, candidate: Candidate) -> dict[str, float]:
    """What the words before and after say."""
    lists, run = text.lists, text.words[candidate.first : candidate.last]
    before, after = text.beside(candidate)
    gap_before, gap_after = text.gaps(candidate)
    touching = gap_after in (" ", "-", "'")
    folded = {word.folded for word in run}
    return {
        "titled": float(candidate.titled),
        "cue_before": float(before in lists.cues_before),
        "verb_after": float(after in lists.human_verbs),
        "place_before": float(before in _PLACE_WORDS),
        "article_before": float(text.language == "fr" and before in _ARTICLES and gap_before == " "),
        "office_before": float(not candidate.titled and gap_before == " " and before in lists.jobs | lists.weak_titles),
        "company": float(
            before in lists.company_words
            or (touching and after in lists.company_words | lists.legal_forms)
            or not folded.isdisjoint(lists.company_words | lists.legal_forms)
            or _IS_FIRM.match(text.text[run[-1].end : run[-1].end + 24].lower()) is not None
        ),
        "site": float(before in lists.company_words and gap_before in (" ", "-", "' ") and text.language == "fr"),
        "firm": float(
            any(word.folded in lists.legal_forms for word in run[1:]) or (touching and after in lists.legal_forms)
        ),
        "cut_firm": float(candidate.cut_firm),
        "street": float(touching and after in lists.ways),
    }


def _marks(text: Reading, run: Sequence[Word]) -> dict[str, float]:
    """What stands right before and after, in characters."""
    start, end = run[0].start, run[-1].end
    head, tail = text.text[max(0, start - 32) : start], text.text[end : end + 12]
    lone_head = text.text[:start].strip(" \t\n\"'«([-—*>")
    lone_tail = text.text[end:].strip(" \t\n\"'».,;:!?)]-")
    return {
        "named_so": float(bool(_NAMED_SO.search(head))),
        "speaker": float(bool(_SPEAKS.match(tail)) and text.starts_line(start)),
        "possessive": float(tail.startswith(("'s", "’s"))),
        "number_before": float(bool(_NUMBER_END.search(head[-8:]))),
        "number_after": float(bool(_NUMBER_START.match(tail[:6]))),
        "alone": float(not lone_head and not lone_tail),
        "quoted": float(head.rstrip()[-1:] in _QUOTES and head.strip() != "" and tail.lstrip()[:1] in '"»”“›'),
        "owner_firm": float(bool(_OWNS_FIRM.match(tail))),
    }


def _shape(text: Reading, candidate: Candidate, run: Sequence[Word], heavy: Sequence[Word]) -> dict[str, float]:
    """What the words look like. After a title a surname needs no capital (``mme le goff``)."""
    lower = not all(word.capital or word.folded in text.lists.particles for word in run)
    known = candidate.titled and all(name_odds(word.folded, text.language) > 1.0 for word in heavy)
    return {
        "single": float(len(heavy) == 1),
        "two": float(len(heavy) == 2),
        "three": float(len(heavy) >= 3),
        "long": float(len(run) > 4),
        "initial": float(any(word.initial for word in run)),
        "hyphen": float(any("-" in word.text for word in heavy)),
        "lower": float(lower and not known),
        "surname_capitals": float(not text.upper and _surname_in_capitals(heavy, text.language)),
        "upper": float(not text.upper and all(word.text.isupper() and len(word.text) > 1 for word in heavy)),
        "acronym": float(len(heavy) == 1 and heavy[0].text.isupper() and len(heavy[0].text) < 6),
        "caseless": float(text.caseless),
    }
