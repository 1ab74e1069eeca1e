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
| three kinds and nobody named, or a rule or a statistic about nobody | ``LEGAL``, counted |

How words match stands in ``lexicon_terms``. Both languages are read in every text; traps hold the false friends.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from recense.scanners.gazetteers import fold
from recense.scanners.lexicon_terms import Hit, forms_of, hits_in, kinds, normalise, shared
from recense.scanners.somebody import company_like, ends_in_name, named_person, surname_like

WINDOW = 12
"""Words between two context terms at most."""
PAIRED = ("context", "said", "support")
"""Tiers of which one term vouches for another; two that only support do not."""
NEGATION_REACH = 28
"""Characters between a negation and its term at most: three words."""
BEING_REACH = 24
"""Characters between a verb of being and what is said at most: *is a very devout*."""
SUBJECT_REACH = 40
"""Characters before a verb of being in which its subject is looked for."""
NOUN_REACH = 12
"""Characters between a person's noun and the verb at most: an adverb, a surname."""
BOND_REACH = 4
"""Words between a bond and the name it ties at most: *adhérent de longue date de la CNT*."""
ABSENCE_REACH = 3
"""Words between *aucun* and the end of what there is none of at most: *aucune autre donnée biométrique*."""
_PRONOUN = re.compile(r"(?:\b(?:i|we|he|she|je|il|elle|ils|elles|qui|who)|\b(?:j|qu'il|qu'elle)'?)(?: [\w']+){0,3}\s*$")
_LEADS = re.compile(
    r"(?:\b(?:un|une|a|an|ancien|ancienne|former|ex|très|very|aussi|also|toujours|still|plutôt|rather|se|dit|plus|lui|elle|même)\s+)+$"
)
"""Small words between a comma and what is said in apposition: *M. Roy, ancien gaulliste*."""
_TO_SOMEBODY = re.compile(
    r",\s+[A-ZÀ-Þ][a-zà-ÿ]"
    r"|(?: [a-zà-ÿ'’-]+){0,4},\s+(?:(?:M|Mr|Mme|Mlle|Mrs|Ms|Dr|il|elle|je|he|she|I|notre|mon|ma|our|my)\b|j')"
)
"""What a note goes on with after its first words: *Gaulliste convaincu depuis toujours, M. Roy …*."""
_OF_ANOTHER = re.compile(
    r"(?:\b(?:du|de|des|d|of|for|from|pour|par|chez|au|aux|à|with|avec)\b|\bd')\s*(?:(?:la|le|les|the|notre|our|m\.?|mme|mr|mrs)\s+)*"
    r"(?:[\w'-]+\s*){1,2}$"
)
"""The last words before the verb belong to something: *le contrat de Mme Roux*."""
_DEFINED = re.compile(
    r"\s*(?:is|are|means?|refers? to|falls?|fell|requires?|may|must|covers?|constitutes?"
    r"|est|sont|relève(?:nt)?|figure(?:nt)?|désigne(?:nt)?|constitue(?:nt)?|recouvre(?:nt)?|s'entend(?:ent)?|doi(?:t|vent)|peu(?:t|vent))\b"
)
"""After a term that begins its sentence: the sentence is about the notion."""
_ONE = re.compile(r"\b(?:i|he|she|je|il|elle|his|her|my|j'|mon|ma)\b")
"""A pronoun of one person."""
_WHOSE = re.compile(r"(\w+) (?:du|de la|de l'|des|de|d'|of the|of|for the|for)\s*(?:local |main )?$")
_DETERMINERS = re.compile(
    r"[\s\"'«(]*(?:(?:l'|la|le|les|toute|the|all|any|un|une|a|an)\s*)?(?:\w+ (?:or|ou|and|et) (?:l'|la |le )?)?$"
)
_SAID_OF = re.compile(r" (?:is|are|was|were|has|est|sont|était|a)(?: [\w']+)?(?: (?:a|an|un|une))? $")
"""Between a thing and what is said of it."""
_OF_A = re.compile(r" (?:du |de la |de l'|des |of the |of |in the |on the )")
"""Between a term and the thing that has it."""
_POSSESSIVES = frozenset({"ma", "mon", "my", "his", "her", "hers", "i", "je", "mes", "moi"})
LONGEST_SENTENCE = 2_000
"""Characters of a sentence at most."""
SHORT_TEXT = 400
"""In a text of up to this length a person anywhere is the person of every sentence."""


_ABBREVIATED = re.compile(r"(?:^|[^\w])(?:mr?|mm|mme|mrs|ms|dr|pr|st|p|ex|cf|etc)\.$")
"""A full stop that ends no sentence; asked of the few characters before one."""
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)|[;\n]+")


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


class _Sentence:
    """A sentence with its hits, judged."""

    def __init__(
        self, text: str, plain: str, hits: list[Hit], offsets: Sequence[int] | None, start: int, end: int
    ) -> None:
        self.text, self.plain, self.hits, self.offsets = text, plain, hits, offsets
        self.start, self.end = start, end
        first, last = (offsets[start], offsets[min(end, len(offsets)) - 1] + 1) if offsets else (start, end)
        self.named = named_person(text[first:last])
        roles = {hit.entry.role for hit in hits}
        self.person = self.named or "person" in roles or self._il()
        self.hypotheses = [hit for hit in hits if hit.entry.role == "hypothesis"]
        self.everyone = "everyone" in roles
        self.creatures = [hit for hit in hits if hit.entry.role == "creature"]
        self.things = [hit for hit in hits if hit.entry.role == "thing"]
        self.goods = "goods" in roles
        self.conditions = [hit for hit in hits if hit.entry.role == "condition"]
        self.legal = "legal" in roles
        self.group = "group" in roles
        self.negations = [hit for hit in hits if hit.entry.role == "negation"]
        self.absences = [hit for hit in hits if hit.entry.role == "absence"]

    def _il(self) -> bool:
        """Tells whether a French *il* stands for somebody."""
        for match in re.finditer(r"\bil ", self.plain[self.start : self.end]):
            rest = self.plain[self.start + match.end() :]
            if not rest.startswith(_impersonal()):
                return True
        return False

    def said_of_somebody(self, hit: Hit) -> bool:
        """Tells whether a verb of being leads from a person to the term, or the term stands right beside the person.

        *Mme Roux est*, and not *her card is*; *M. Hamon, gaulliste*; *a deaf customer*. A term that is another word
        first (*noir*, *white*) is said by a verb only.
        """
        for being in self.hits:
            near = being.entry.role == "being" and 0 <= hit.start - being.end <= BEING_REACH
            if near and self._subject_is_somebody(being):
                return True
        if hit.entry.weak:
            return False
        return self._adjacent(hit) or self._apposed(hit)

    def _adjacent(self, hit: Hit) -> bool:
        """Tells whether a person's noun stands right before or after, or a name right before."""
        for other in self.hits:
            if other.entry.role != "person" or self.plain[other.start : other.end] in _POSSESSIVES:
                continue
            if other.start == hit.end + 1 and self.plain[hit.end] == " ":
                return True
            if other.end + 1 == hit.start and self.plain[other.end] == " ":
                return not _OF_ANOTHER.search(self.plain[self.start : other.end])
        return self._name_before(hit.start)

    def _apposed(self, hit: Hit) -> bool:
        """Tells whether the term is an apposition: after somebody and a comma, or leading a note on somebody."""
        head = self.plain[self.start : hit.start]
        lead = _LEADS.search(head)
        head = head[: lead.start()] if lead else head
        if not head.strip():
            return bool(_TO_SOMEBODY.match(self.text, self.original(hit)[1]))
        head = head.rstrip()
        if head[-1] not in ",(:":
            return False
        end = self.start + len(head) - 1
        end -= len(self.plain[self.start : end]) - len(self.plain[self.start : end].rstrip())
        if any(
            other.entry.role == "person" and other.end == end and self.plain[other.start : end] not in _POSSESSIVES
            for other in self.hits
        ):
            return True
        return self._name_before(end)

    def _name_before(self, end: int) -> bool:
        """Tells whether the words before a place are somebody's name, and not whose something is."""
        first = max(self.start, end - SUBJECT_REACH)
        clause = self.plain[first:end]
        if _OF_ANOTHER.search(clause):
            return False
        begin, last = self._places(first, end)
        return ends_in_name(self.text[begin:last])

    def _subject_is_somebody(self, being: Hit) -> bool:
        first = max(self.start, being.start - SUBJECT_REACH)
        first = max((self.plain.rfind(mark, first, being.start) + 1 for mark in ",;:"), default=first) or first
        clause = self.plain[first : being.start]
        if _PRONOUN.search(clause):
            return True
        if _OF_ANOTHER.search(clause):  # the account of the client is …
            return False
        tail = being.start - 1
        for other in self.hits:
            noun = other.entry.role == "person" and self.plain[other.start : other.end] not in _POSSESSIVES
            if noun and first <= other.start and 0 <= tail - other.end <= NOUN_REACH:
                return True
        begin, end = self._places(first, being.start)
        return ends_in_name(self.text[begin:end])

    def _places(self, start: int, end: int) -> tuple[int, int]:
        """Returns offsets in the original text for offsets in the compared one."""
        if self.offsets is None or start >= end:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1

    def original(self, hit: Hit) -> tuple[int, int]:
        """Returns a hit's offsets in the original text."""
        if self.offsets is None:
            return hit.start, hit.end
        return self.offsets[hit.start], self.offsets[hit.end - 1] + 1

    def trapped(self, hit: Hit) -> bool:
        """Tells whether a trap of the kind covers the term or silences it from beside, or it is a name here."""
        kind = kinds()[hit.entry.kind]
        for other in self.hits:
            if other.entry.kind != kind.id or other.entry.trap < 0:
                continue
            if other.entry.role == "cover":
                if other.start < hit.end and hit.start < other.end and other.end - other.start >= hit.end - hit.start:
                    return True
            elif hit.entry.role in PAIRED and self._about(kind.traps[other.entry.trap], hit):
                return True
        start, end = self.original(hit)
        if company_like(self.text, start, end):
            return True
        return " " not in self.plain[hit.start : hit.end] and surname_like(self.text, start, end)

    def _about(self, trap: Mapping[str, Any], hit: Hit) -> bool:
        term = self.plain[hit.start : hit.end]
        return any(normalise(str(word))[0] in term for word in trap["terms"])

    def negated(self, hit: Hit) -> bool:
        """Tells whether a negation stands up to three words before the term."""
        return any(
            0 <= hit.start - negation.end <= NEGATION_REACH and "," not in self.plain[negation.end : hit.start]
            for negation in self.negations
        )

    def absent(self, hit: Hit) -> bool:
        """Tells whether there is none of the term, of whomever: *aucun test génétique sur Mme Roy*."""
        return any(
            absence.end < hit.end
            and "," not in self.plain[absence.end : hit.start]
            and len(self.plain[absence.end : hit.start].split()) < ABSENCE_REACH
            for absence in self.absences
        )

    def supposed(self, hit: Hit) -> bool:
        """Tells whether a drill or campaign is told of, or a condition governs the term: before it, or in its clause.

        *Campaign* is no hypothesis in politics, nor is training in a union: a cue that is a term of the kind is none.
        """
        own = [other for other in self.hits if other.entry.kind == hit.entry.kind and other.entry.role in PAIRED]
        if any(not any(o.start <= cue.start and cue.end <= o.end for o in own) for cue in self.hypotheses):
            return True
        return any(
            condition.start < hit.start
            or not any(mark in self.plain[hit.end : condition.start] for mark in (",", ":", "(", " - "))
            for condition in self.conditions
        )

    def of_everyone(self) -> bool:
        """Tells whether the sentence is a rule for all of a sort of people, and tells of no one of them."""
        return self.everyone and not self.named and not _ONE.search(self.plain, self.start, self.end)

    def of_an_animal(self, hit: Hit) -> bool:
        """Tells whether an animal stands before the term in its clause: *le chien de Mme Roux est diabétique*."""
        return any(
            creature.end < hit.start
            and hit.start - creature.end <= SUBJECT_REACH
            and not re.search(r"[,;:]| (?:and|et|for|pour|guide) ", self.plain[creature.end : hit.start])
            for creature in self.creatures
        )

    def of_no_person(self, hit: Hit) -> bool:
        """Tells whether the term is said of an animal, of a thing or of a body's building."""
        return self.of_an_animal(hit) or self.of_a_thing(hit) or self.of_premises(hit)

    def of_a_thing(self, hit: Hit) -> bool:
        """Tells whether the term is said of a thing: *the server suffers from*, *tumeur du bois*."""
        for thing in self.things:
            if thing.end < hit.start:
                said = self.plain[thing.end : hit.start]
                if said == " " or _SAID_OF.match(said):
                    return True
            elif hit.end < thing.start and _OF_A.fullmatch(self.plain[hit.end : thing.start]):
                return True
        return False

    def of_premises(self, hit: Hit) -> bool:
        """Tells whether the term is a body whose building is meant: *au siège du Parti socialiste*."""
        found = _WHOSE.search(self.plain[max(self.start, hit.start - 24) : hit.start])
        return found is not None and found.group(1) in _premises()

    def defined(self, hit: Hit) -> bool:
        """Tells whether the sentence says what the term is, of nobody: *Les données génétiques sont …*."""
        if hit.entry.kind == "health" or not _DETERMINERS.match(self.plain[self.start : hit.start]):
            return False
        return bool(_DEFINED.match(self.plain, hit.end))

    def bonded(self, hit: Hit) -> bool:
        """Tells whether a bond ties somebody to a name that is another word first."""
        start, end = self.original(hit)
        if not self.text[start:end][:1].isupper() or hit.start == self.start:
            return False
        for other in self.hits:
            if other.entry.kind != hit.entry.kind or other.entry.role != "support":
                continue
            between = self.plain[other.end : hit.start] if other.end <= hit.start else self.plain[hit.end : other.start]
            if other.start < hit.end and hit.start < other.end:
                continue
            if other.entry.bond and len(between.split()) <= BOND_REACH:
                return True
        return False


@functools.cache
def _premises() -> frozenset[str]:
    return frozenset(str(word) for word in shared()["premises"])


@functools.cache
def _impersonal() -> tuple[str, ...]:
    return tuple(normalise(phrase)[0] for phrase in shared()["impersonal"])


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


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    """Yields the bounds of sentences; one without end is cut, so that no input costs more than its length."""
    at = 0
    for match in (*_SENTENCE.finditer(plain), None):
        if match and _ABBREVIATED.search(plain, max(0, match.start() - 4), match.start() + 1):
            continue
        end = match.end() if match else len(plain)
        while end - at > LONGEST_SENTENCE:
            space = plain.rfind(" ", at, at + LONGEST_SENTENCE)
            cut = space if space > at else at + LONGEST_SENTENCE
            yield at, cut
            at = cut
        if at < end:
            yield at, end
        at = end


def examine(text: str, persons: bool = False) -> list[TermMatch]:
    """Returns what the lexicons say of a text, in order.

    Args:
        text: any text; its length is not limited, sentences are judged one by one.
        persons: a person is known to be in the text (a model found one): every sentence has its person.
    """
    plain, offsets = normalise(text)
    hits = hits_in(plain, text, offsets)
    if not any(hit.entry.role in ("strong", "inferred", "said", "context") for hit in hits):
        return []
    whole = _whole_value(plain, hits)
    if whole:
        start, end = (offsets[0], offsets[-1] + 1) if offsets else (0, len(text))
        return [TermMatch(start, end, kind, Strength.VALUE) for kind in whole]
    hits = _without_inner_cues(hits)
    sentences = []
    starts = [hit.start for hit in hits]
    for start, end in _sentences(plain):
        inside = hits[bisect_left(starts, start) : bisect_left(starts, end)]
        if inside:
            sentences.append(_Sentence(text, plain, inside, offsets, start, end))
    near = (
        persons
        or (len(text) <= SHORT_TEXT and any(sentence.person for sentence in sentences))
        or (len(text) <= SHORT_TEXT and named_person(text))
    )
    headed = bool(sentences) and bool(sentences[0].hypotheses) and len(text) <= SHORT_TEXT
    found: list[TermMatch] = []
    for number, sentence in enumerate(sentences):
        found.extend(_judge(sentence, near, headed and number > 0))
    if any(hit.entry.kind == "sex" for hit in hits):
        found.extend(_couples(text))
    return sorted(found)


_MAN, _WOMAN = r"(?:M\.|MM\.|Mr\.?|Monsieur)", r"(?:Mmes?|Mlle|Mrs\.?|Ms\.?|Miss|Madame|Mademoiselle)"
_UNTIL_WOMAN = (
    r"(?:(?!\b(?:Mme|Mlle|Mrs|Ms|Miss|Madame|elle|she|sœur|fille|mère|client[e]|sister|daughter)\b)[^.;:!?\n]){0,60}?\b"
)
_UNTIL_MAN = r"(?:(?!\b(?:M|Mr|MM|Monsieur|il|he|frère|fils|père|client|brother|son|father)\b)[^.;:!?\n]){0,60}?\b"
"""What may stand between somebody and the partner: nobody else whose partner it could be."""
_NAME = r"\s+(?:[A-ZÀ-Þ][\w'’-]*\s*){1,3}"
_HIS, _HER = (
    r"(?:mari|époux|compagnon|copain|petit ami|amoureux)",
    r"(?:femme|épouse|compagne|copine|petite amie|amoureuse)",
)
_WITH = r"(?:et|avec|and|with|de|à)\s+"
_COUPLE = re.compile(
    rf"\b{_MAN}{_NAME}{_UNTIL_WOMAN}{_WITH}(?:son|his)\s+(?:futur\s+|ex-?\s?)?(?:{_HIS}|husband|boyfriend|fiancé)\b"
    rf"|\b{_WOMAN}{_NAME}{_UNTIL_MAN}{_WITH}(?:sa|her)\s+(?:future\s+|ex-?\s?)?(?:{_HER}|wife|girlfriend|fiancée)\b"
    rf"|\b{_MAN}\s+(?:[A-ZÀ-Þ][\w-]*\s+){{0,2}}[A-ZÀ-Þ][\w-]*['’]s?\s+(?:husband|boyfriend|male partner)\b"
    rf"|\b{_WOMAN}\s+(?:[A-ZÀ-Þ][\w-]*\s+){{0,2}}[A-ZÀ-Þ][\w-]*['’]s?\s+(?:wife|girlfriend|female partner)\b"
    rf"|\b{_HIS}\s+de\s+{_MAN}{_NAME}|\b{_HER}\s+de\s+{_WOMAN}{_NAME}"
)
"""Two persons of one sex as a couple, as titles and nouns say: *Mme Girard et sa compagne* (CJEU C-184/20)."""


def _couples(text: str) -> Iterator[TermMatch]:
    """Yields what lets infer a person's orientation from a partner of the same sex."""
    for match in _COUPLE.finditer(text[: LONGEST_SENTENCE * 5]):
        yield TermMatch(match.start(), match.end(), "sex", Strength.INFERRED)


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


def _judge(sentence: _Sentence, near: bool, headed: bool) -> list[TermMatch]:
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


def _unlinked(hit: Hit, sentence: _Sentence) -> Strength:
    """Returns what a strong term says when nobody is told of: an illness is somebody's, a belief need not be.

    Two terms of a kind are a note on somebody (*musulman pratiquant, fait le ramadan*), and so is a term that a note
    begins with as its subject (*témoin de Jéhovah, refuse …*).
    """
    if hit.start == sentence.start and sentence.plain[hit.end : hit.end + 1] in (",", ""):
        return Strength.CANDIDATE
    kind, root = hit.entry.kind, _root(sentence, hit)
    others = {_root(sentence, h) for h in sentence.hits if h.entry.kind == kind and h.entry.role in ("strong", *PAIRED)}
    return Strength.CANDIDATE if kind in ("health", "criminal") or others - {root} else Strength.UNLINKED


def _pairs(sentence: _Sentence, settled: set[str]) -> list[TermMatch]:
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


def _vouched(sentence: _Sentence, hit: Hit, other: Hit) -> bool:
    """Tells whether two terms of a kind vouch for each other.

    Two that only support do not, nor does a term that is another word first, unless a bond ties it to somebody.
    """
    terms = [h for h in (hit, other) if h.entry.role != "support"]
    return any(not h.entry.weak or sentence.bonded(h) for h in terms)


def _root(sentence: _Sentence, hit: Hit) -> str:
    """Returns the beginning of a term, so that *syndicat* and *syndical* do not vouch for each other."""
    return fold(sentence.plain[hit.start : hit.end])[:6]
