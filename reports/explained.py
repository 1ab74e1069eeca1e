"""Why a column has a finding, or has none, as lines of a terminal: ``recense explain``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from recense.evidence import ColumnProfile
from recense.model import Finding, Witness
from recense.policy import Category, Entity, taxonomy
from recense.reports.evidence import said
from recense.reports.texts import Texts, texts
from recense.reports.visible import visible

HEAD = 10
"""Characters of the words in front of a line."""


def explanation(finding: Finding, language: str, width: int | None = None) -> str:
    """Returns what a finding is and what speaks for and against it, in counts.

    Args:
        finding: as the catalog has it.
        language: of ``LANGUAGES``.
        width: sentences are wrapped to so many columns; None leaves each on its line.
    """
    t = texts(language)
    known = taxonomy()
    category, entity = known.categories.get(finding.category), known.entities.get(finding.entity)
    article = t("explain.article", article=category.article) if category and category.article else ""
    score = f"{finding.score:.2f}".replace(".", "," if language == "fr" else ".")
    cells = t("count.cells_of", n=finding.matched, cells=finding.cells)
    lines = [
        f"{finding.id}  {visible(finding.dataset)}.{visible(finding.column)}",
        _line(t("explain.source"), visible(finding.source)),
        _line(t("explain.category"), visible(finding.category) + _in_words(category, language, article)),
        _line(t("explain.entity"), visible(finding.entity) + _in_words(entity, language)),
        _line(t("explain.proof"), t("explain.score", proof=t(f"proof.{finding.proof.value}"), score=score)),
        _line(t("explain.cells"), t("explain.share", cells=cells, share=t.share(finding.share))),
    ]
    against = [witness for witness in finding.evidence if witness.kind == "against"]
    spoken = [witness for witness in finding.evidence if witness.kind != "against"]
    lines += [t("explain.for" if spoken else "explain.for.nothing"), *_testimonies(spoken, t, width)]
    lines += [t("explain.against" if against else "explain.against.nothing"), *_testimonies(against, t, width)]
    return "\n".join(lines)


def silence(
    name: str, source: str, profile: ColumnProfile, heard: Iterable[Witness], language: str, width: int | None = None
) -> str:
    """Returns what was read and heard of a column without a finding.

    Args:
        name: of the dataset and the column.
        source: its URI.
        profile: its counts.
        heard: as ``recense.scanners.why_not`` tells it.
        language: of ``LANGUAGES``.
        width: see ``explanation``.
    """
    t = texts(language)
    read = t("explain.counts", n=profile.cells, nulls=profile.nulls, distinct=profile.distinct)
    lines = [visible(name), _line(t("explain.source"), visible(source)), _line(t("explain.read"), read)]
    return "\n".join([*lines, t("explain.silent"), *_testimonies(heard, t, width)])


def _line(head: str, text: str) -> str:
    return f"{head:<{HEAD}}{text}"


def _in_words(known: Category | Entity | None, language: str, more: str = "") -> str:
    return f" ({', '.join(part for part in (known.label[language], more) if part)})" if known else ""


def _testimonies(witnesses: Iterable[Witness], t: Texts, width: int | None) -> Iterator[str]:
    """Yields witnesses' sentences after their kind and detector, wrapped under themselves."""
    for witness in witnesses:
        key = f"witness.{witness.kind}"
        kind = t(key).lower() if key in t else visible(witness.kind)
        line = f"  {kind:<10} {visible(witness.detector):<20} {visible(said(witness.says, t.language).text)}"
        yield line if width is None else textwrap.fill(line, width, subsequent_indent=" " * 13)
