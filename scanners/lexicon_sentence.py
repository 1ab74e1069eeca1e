"""What a sentence says around a term of Articles 9 and 10: of whom, whether at all, or of an animal, a thing, a rule.

Reaches are in characters or words of the normalised text (``lexicon_terms.normalise``). How the answers count together
stands in ``lexicon``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recense.scanners.gazetteers import fold
from recense.scanners.lexicon_terms import Hit, kinds, normalise, shared
from recense.scanners.people import first_odds
from recense.scanners.somebody import company_like, ends_in_name, named_person, surname_like

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
    r"|(?: [\w'’-]+){0,4},\s+"
    r"(?:(?:M|Mr|Mme|Mlle|Mrs|Ms|Dr|il|elle|je|he|she|I|notre|mon|ma|our|my)\b|j'|(?P<first>[A-ZÀ-Þ][a-zà-ÿ]+))"
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
_ABBREVIATED = re.compile(r"(?:^|[^\w])(?:mr?|mm|mme|mrs|ms|dr|pr|st|p|ex|cf|etc)\.$")
"""A full stop that ends no sentence; asked of the few characters before one."""
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)|[;\n]+")


class Sentence:
    """A sentence with the terms and cues that stand in it, and what it says of each."""

    def __init__(
        self,
        text: str,
        plain: str,
        hits: list[Hit],
        offsets: Sequence[int] | None,
        start: int,
        end: int,
        persons: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.text, self.plain, self.hits, self.offsets = text, plain, hits, offsets
        self.start, self.end = start, end
        first, last = (offsets[start], offsets[min(end, len(offsets)) - 1] + 1) if offsets else (start, end)
        self.names = [name for name in persons if first <= name[0] < last]
        self.named = bool(self.names) or named_person(text[first:last])
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
            if near and self._subject_is_somebody(being) and not (hit.entry.weak and self._genitive(being)):
                return True
        if hit.entry.weak:
            return False
        return self._adjacent(hit) or self._apposed(hit)

    def _genitive(self, being: Hit) -> bool:
        """Tells whether an *'s* is of a name, so that it may say whose: *Mr White's black shoes*."""
        clause = self.plain[self.start : being.start]
        return self.plain[being.start : being.end] == "'s" and not _PRONOUN.search(clause)

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
            goes_on = _TO_SOMEBODY.match(self.text, self.original(hit)[1])
            return goes_on is not None and (not goes_on["first"] or first_odds(fold(goes_on["first"])) > 1.0)
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
        return self._ends_in_name(first, end)

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
        return self._ends_in_name(first, being.start)

    def _ends_in_name(self, start: int, end: int) -> bool:
        """Tells whether the words of a clause end in somebody's name, known or told by its words."""
        begin, last = self._places(start, end)
        words = self.text[begin:last]
        return any(name[1] == begin + len(words.rstrip()) for name in self.names) or ends_in_name(words)

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
                overlaps = other.start < hit.end and hit.start < other.end
                # As long as the term, or what its last word goes on with: *adhère à un* [*syndicat*] *mixte*.
                if overlaps and (other.end - other.start >= hit.end - hit.start or other.end > hit.end):
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
        name = self.text[start:end]
        if not name[:1].isupper() or (hit.start == self.start and not name.isupper()):
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


def sentence_bounds(plain: str) -> Iterator[tuple[int, int]]:
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
