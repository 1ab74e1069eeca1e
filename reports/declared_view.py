"""Declared against found, labelled in one language; every name is safe to show.

``recense.policy.comparison`` says what the facts are; ``declared_page`` renders this view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recense.policy import taxonomy
from recense.policy.declared import Why
from recense.reports.texts import NBSP, Texts, texts
from recense.reports.visible import visible

if TYPE_CHECKING:
    from recense.model import Finding
    from recense.policy.comparison import Comparison, Group, Unseen
    from recense.policy.declared import Judgement


@dataclass(frozen=True, slots=True)
class Row:
    """A finding in one line: ``place`` (dataset and column), what it holds and in which share, and the proof."""

    place: str
    says: str
    proof: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Findings of which the policy says the same.

    Attributes:
        headline: the reason in words, with the people or the datum concerned. quote: the policy's sentence, in quotes.
        remarks: what the file adds, the exception claimed, the condition made.
    """

    word: str
    word_label: str
    headline: str
    quote: str | None
    remarks: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A datum that the policy names and no finding shows."""

    place: str
    label: str
    state: str
    quote: str | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class DeclaredView:
    """The whole comparison as people read it."""

    t: Texts
    title: str
    policy: str
    run: str
    counts: str
    warnings: tuple[str, ...]
    entries: tuple[Entry, ...]
    missing: tuple[Missing, ...]

    @property
    def language(self) -> str:
        """Returns the language of the texts."""
        return self.t.language


def view_of(comparison: Comparison, language: str) -> DeclaredView:
    """Returns the view of a comparison.

    Raises:
        UserError: no such language.
    """
    t = texts(language)
    policy = comparison.policy
    draft = [t("compare.draft")] if policy.status == "draft" else []
    return DeclaredView(
        t=t,
        title=t("compare.title"),
        policy=visible(f"{policy.title.of(language)} · {policy.name}"),
        run=visible(comparison.run.id),
        counts=t("compare.counts", outside=comparison.outside, **comparison.counts),
        warnings=(*draft, *([] if comparison.complete else [t("compare.incomplete")])),
        entries=tuple(_entry(group, comparison, t) for group in comparison.found),
        missing=tuple(_missing(one, t) for one in comparison.unseen),
    )


def _entry(group: Group, comparison: Comparison, t: Texts) -> Entry:
    one = group.judgement
    return Entry(
        word=str(one.declared),
        word_label=t(f"declared.{one.declared}"),
        headline=f"{t(f'why.{one.why}')}{_colon(t)} {_about(group, comparison, t)}",
        quote=t("compare.quote", words=visible(one.sentence)) if one.sentence else None,
        remarks=tuple(_remarks(one, t)),
        rows=tuple(_row(finding, t) for finding in group.findings),
    )


def _colon(t: Texts) -> str:
    return f"{NBSP}:" if t.language == "fr" else ":"


def _about(group: Group, comparison: Comparison, t: Texts) -> str:
    """Returns the data, or the people, that a group of findings is about."""
    one = group.judgement
    policy, place = comparison.policy, one.place or ""
    first, _, last = place.rpartition(".")
    if one.why is Why.OUTSIDE:
        return visible(next(people.label.of(t.language) for people in policy.outside if people.id == one.outside))
    if one.why is Why.FAMILY:
        return visible(next(family.label.of(t.language) for family in policy.undeclared if family.id == last))
    category = policy.category(first)
    element = next((each for each in category.elements if each.id == last), None) if category else None
    if element is not None:
        return visible(element.label.of(t.language))
    return ", ".join(dict.fromkeys(_label(finding.category, t) for finding in group.findings))


def _remarks(one: Judgement, t: Texts) -> list[str]:
    remarks = []
    if one.why is Why.SPECIAL_DECLARED:
        remarks.append(t("compare.ground", ground=one.ground) if one.ground else t("compare.no_ground"))
    if one.condition:
        remarks.append(t("compare.condition", words=visible(one.condition)))
    if one.note:
        remarks.append(visible(one.note))
    return remarks


def _row(finding: Finding, t: Texts) -> Row:
    known = taxonomy().entities.get(finding.entity)
    what = known.label[t.language] if known else visible(finding.entity)
    says = t("compare.row_name", what=what)
    if finding.matched and finding.cells:
        cells = t("count.cells_of", n=finding.matched, cells=t.number(finding.cells))
        says = t("compare.row", what=what, share=t.share(finding.share), cells=cells)
    return Row(visible(f"{finding.dataset}.{finding.column}"), says, t(f"proof.{finding.proof}"))


def _missing(one: Unseen, t: Texts) -> Missing:
    return Missing(
        place=visible(one.place),
        label=f"{_label(one.category, t)}{_colon(t)} {visible(one.label[t.language])}",
        state=t("declared.declared") if one.declared == "named" else t("declared.open"),
        quote=t("compare.quote", words=visible(one.sentence)) if one.sentence else None,
        remark=None if one.detectable else t("compare.undetectable"),
    )


def _label(category: str, t: Texts) -> str:
    known = taxonomy().categories.get(category)
    return known.label[t.language] if known else visible(category)
