"""Declared against found as one document, in both directions.

*Found*: every finding under what the policy says of it, worst first. *Never seen*: what the policy names and no
finding shows; that proves nothing where a source was not read, or where recense has no detector for the datum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recense.model import Proof
from recense.policy.declared import Judgement, Why, Word, judge

if TYPE_CHECKING:
    from recense.model import Finding, ScanRun
    from recense.policy.model import Policy
    from recense.policy.statements import Label

_BY_CATEGORY = {Why.SILENT, Why.CLOSED_LIST, Why.OPEN_LIST}
"""Reasons of which the place alone does not tell what was found."""

_PROOFS = {proof: rank for rank, proof in enumerate(Proof)}


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of which the policy says the same, by the same sentence.

    Attributes:
        judgement: one of theirs: its word, reason, place, sentence, ground and condition are those of all.
        findings: surest first, then most cells.
    """

    judgement: Judgement
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A datum that the policy names and no finding shows.

    Attributes:
        place: ``contact.fax``. sentence: the policy's words.
        detectable: recense has a detector for it; without one, not to have seen it says nothing.
    """

    place: str
    category: str
    label: dict[str, str]
    declared: str
    sentence: str | None
    detectable: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both directions.

    Attributes:
        complete: everything was read; otherwise "never seen" holds only for what was.
        counts: findings per word, worst first; those outside the policy are counted again in ``outside``.
    """

    policy: Policy
    run: ScanRun
    found: tuple[Group, ...]
    unseen: tuple[Unseen, ...]
    counts: dict[str, int]
    outside: int
    complete: bool


def compare(run: ScanRun, policy: Policy) -> Comparison:
    """Returns what a run found held against what a policy says."""
    judged = judge(run.findings, policy)
    words = Counter(one.declared for one in judged)
    return Comparison(
        policy=policy,
        run=run,
        found=tuple(_groups(judged)),
        unseen=tuple(_unseen(policy, run.findings)),
        counts={str(word): words[word] for word in Word},
        outside=sum(one.why is Why.OUTSIDE for one in judged),
        complete=run.status == "complete",
    )


def _groups(judged: Iterable[Judgement]) -> Iterator[Group]:
    """Yields the groups, worst word first, then in the order of the reasons and places."""
    words, reasons = list(Word), list(Why)
    groups: dict[tuple[int, int, str, str], list[Judgement]] = {}
    for one in judged:
        category = one.finding.category if one.why in _BY_CATEGORY else ""
        key = (words.index(one.declared), reasons.index(one.why), one.place or "", category)
        groups.setdefault(key, []).append(one)
    for key in sorted(groups):
        members = sorted(
            (one.finding for one in groups[key]),
            key=lambda f: (_PROOFS[f.proof], -f.matched, f.source, f.dataset, f.column, f.entity),
        )
        yield Group(groups[key][0], tuple(members))


def _unseen(policy: Policy, findings: Iterable[Finding]) -> Iterator[Unseen]:
    found = list(findings)
    seen = {finding.entity for finding in found}
    categories = {finding.category for finding in found}
    for category in policy.categories:
        if not category.elements and category.id not in categories:
            yield Unseen(category.id, category.id, _label(category.label), "named", category.quote, detectable=True)
        for element in category.elements:
            if element.declared != "absent" and not seen & set(element.entities):
                yield Unseen(
                    place=f"{category.id}.{element.id}",
                    category=category.id,
                    label=_label(element.label),
                    declared=element.declared,
                    sentence=category.quote or element.quote,
                    detectable=bool(element.entities),
                )


def _label(label: Label) -> dict[str, str]:
    return {language: label.of(language) for language in ("fr", "en")}
