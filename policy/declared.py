"""Declared against found: what the policy says of every finding, with its sentence.

========== =====================================================================================================
declared   the text names it; Article 9 data also ask for their exception of Article 9(2)
open       it falls under a list that ends with "…" or "e.g.", or under a reading to confirm: a person decides
undeclared the text does not mention it, or it concerns people whom the text does not cover
prohibited the text excludes it, or it is of a family that nobody may keep without a ground of its own
========== =====================================================================================================

The word is an indicator for review: it compares two texts and concludes nothing about the law.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from recense.policy import taxonomy

if TYPE_CHECKING:
    from recense.model import Finding
    from recense.policy.model import Element, Family, Outside, Policy


class Word(StrEnum):
    """What the policy says of a finding, worst first."""

    PROHIBITED = "prohibited"
    UNDECLARED = "undeclared"
    OPEN = "open"
    DECLARED = "declared"


class Why(StrEnum):
    """The reason of a word; reports say it in their language."""

    SPECIAL_NONE = "special_none"  # the policy says that it has no Article 9 data
    SPECIAL_OTHER = "special_other"  # it declares other kinds of Article 9 data than this one
    SPECIAL_SILENT = "special_silent"  # it says nothing of Article 9 data
    SPECIAL_DECLARED = "special_declared"  # it declares this kind, and names or owes an exception
    CRIMINAL = "criminal"  # Article 10, which it does not declare
    FAMILY = "family"  # of a family that it never mentions
    OUTSIDE = "outside"  # about people whom it does not cover
    NAMED = "named"
    OPEN_ELEMENT = "open_element"  # it may cover it, as a reading to confirm
    OPEN_LIST = "open_list"  # its category's list goes on with "…"
    CLOSED_LIST = "closed_list"  # its category's list does not name it
    SILENT = "silent"  # it has no such category


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policy says of one finding.

    Attributes:
        place: where the file says it: ``contact.email``, ``undeclared.location``, ``article9``, ``outside.employee``.
        sentence: the policy's own words, None where it is silent. note: what the file adds to them.
        ground: the exception of Article 9(2) that the policy claims. asks: something has to be shown first: the
            exception of Article 9(2), or the ``condition`` the text makes.
        condition: the words in which the text makes a datum depend on something.
    """

    finding: Finding
    declared: Word
    why: Why
    place: str | None = None
    sentence: str | None = None
    note: str | None = None
    ground: str | None = None
    condition: str | None = None
    outside: str | None = None

    @property
    def asks(self) -> str | None:
        """Returns what a person has to show: ``9(2)``, ``condition`` or None."""
        if self.why is Why.SPECIAL_DECLARED:
            return "9(2)"
        return "condition" if self.condition else None


def judge(findings: Iterable[Finding], policy: Policy) -> list[Judgement]:
    """Returns what the policy says of each finding, in their order."""
    return [_judge(finding, policy) for finding in findings]


def mark(findings: Iterable[Finding], policy: Policy | None) -> tuple[Finding, ...]:
    """Returns the findings with their ``declared``; unchanged without a policy."""
    if policy is None:
        return tuple(replace(finding, declared=None) if finding.declared else finding for finding in findings)
    return tuple(replace(one.finding, declared=str(one.declared)) for one in judge(findings, policy))


def outside_of(dataset: str, entity: str | None, policy: Policy) -> Outside | None:
    """Returns the people outside the policy whom a dataset's name, or the entity, speaks of; None when none."""
    words = _words(dataset)
    return next(
        (
            group
            for group in policy.outside
            if entity in group.entities or any(_stands(s, words) for s in group.datasets)
        ),
        None,
    )


def _judge(finding: Finding, policy: Policy) -> Judgement:
    article = _article(finding.category)
    if article == "9":
        return _special(finding, policy)
    group = outside_of(finding.dataset, finding.entity, policy)
    family = next((one for one in policy.undeclared if finding.entity in one.entities), None)
    if family is not None and not (group and group.id in family.except_in):
        return _family(finding, family)
    if article == "10" and policy.category(finding.category) is None:
        return Judgement(finding, Word.PROHIBITED, Why.CRIMINAL)
    if group is not None:
        note = group.note
        return Judgement(finding, Word.UNDECLARED, Why.OUTSIDE, f"outside.{group.id}", note=note, outside=group.id)
    return _listed(finding, policy)


def _special(finding: Finding, policy: Policy) -> Judgement:
    """Judges data of Article 9: its general prohibition holds unless the policy declares the kind."""
    statement = policy.article9
    exception = next((one for one in statement.exceptions if one.category == finding.category), None)
    category = policy.category(finding.category)
    if exception or category:
        source = exception or category
        assert source is not None
        ground = (exception.ground if exception else None) or (category.ground if category else None)
        sentence = source.quote or (category.quote if category else None) or statement.quote
        return Judgement(
            finding, Word.DECLARED, Why.SPECIAL_DECLARED, finding.category, sentence, source.note, ground=ground
        )
    why = {"none": Why.SPECIAL_NONE, "declared": Why.SPECIAL_OTHER, "silent": Why.SPECIAL_SILENT}[statement.stance]
    return Judgement(finding, Word.PROHIBITED, why, "article9", statement.quote, statement.note)


_OF_VERDICT: Mapping[str, Word] = {
    "prohibited": Word.PROHIBITED,
    "needs_decision": Word.UNDECLARED,
    "needs_confirmation": Word.OPEN,
    "not_personal": Word.DECLARED,
}


def _family(finding: Finding, family: Family) -> Judgement:
    return Judgement(finding, _OF_VERDICT[family.verdict], Why.FAMILY, f"undeclared.{family.id}", note=family.why)


def _listed(finding: Finding, policy: Policy) -> Judgement:
    """Judges by the policy's lists of data: by the element that takes the entity in, else by its category."""
    found = policy.element_of(finding.entity)
    if found is not None:
        category, element = found
        place, sentence = f"{category.id}.{element.id}", category.quote or element.quote
        word, why = _of_element(element)
        condition = element.condition.quote if element.condition else None
        return Judgement(finding, word, why, place, sentence, element.note, condition=condition)
    own = policy.category(finding.category)
    if own is None:
        return Judgement(finding, Word.UNDECLARED, Why.SILENT)
    word, why = (Word.UNDECLARED, Why.CLOSED_LIST) if own.closed else (Word.OPEN, Why.OPEN_LIST)
    return Judgement(finding, word, why, own.id, own.quote, own.note)


def _of_element(element: Element) -> tuple[Word, Why]:
    return {
        "named": (Word.DECLARED, Why.NAMED),
        "open": (Word.OPEN, Why.OPEN_ELEMENT),
        "absent": (Word.UNDECLARED, Why.CLOSED_LIST),
    }[element.declared]


def _article(category: str) -> str | None:
    known = taxonomy().categories.get(category)
    return known.article if known else None


@lru_cache(maxsize=4_096)
def _words(name: str) -> tuple[str, ...]:
    """Returns the words of a dataset's name, folded: ``rh/BulletinsPaie.csv`` -> rh, bulletins, paie, csv."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return tuple(re.findall(r"[a-z]+|\d+", plain))


def _stands(stem: str, words: tuple[str, ...]) -> bool:
    """Tells whether the words of a stem stand one after the other."""
    wanted = tuple(stem.split("_"))
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))
