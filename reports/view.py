"""The only shape a format sees: one run, sorted, labelled in one language, with names that are safe to show.

Names of sources, datasets and columns are hostile until proved otherwise. Every text of a view has gone through
``visible`` (in ``compose.py``): one line, no control or bidi character. ``exact`` leads to the object of
``recense.model`` with the name as it is, for formats whose syntax escapes everything (JSON). Escaping for HTML or
Markdown stays with the format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recense.model import ColumnReport, DatasetReport, Finding, ScanRun, SourceReport, Unreadable
from recense.reports.texts import Texts


@dataclass(frozen=True, slots=True)
class WitnessView:
    """One reason for or against: ``label`` in the report's language, ``says`` in its own ``language``."""

    kind: str
    label: str
    says: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding as people read it.

    Attributes:
        place: source, dataset and column in one line.
        article: ``9`` or ``10`` of the GDPR when the category is special, else None.
        cells: ``412 of 500``, or that only the name speaks; share: ``82 %``, empty without cells.
        declared: the policy's word and its label, both None when no policy was given.
        new: the last run did not have it.
    """

    exact: Finding
    source: str
    dataset: str
    column: str
    category: str
    category_label: str
    entity_label: str
    article: str | None
    proof: str
    proof_label: str
    cells: str
    share: str
    declared: str | None
    declared_label: str | None
    witnesses: tuple[WitnessView, ...]
    new: bool

    @property
    def place(self) -> str:
        """Returns dataset and column as one dotted name."""
        return f"{self.dataset}.{self.column}"


@dataclass(frozen=True, slots=True)
class CleanColumn:
    """A column without a finding, and what can be said of it: the bound, in words."""

    exact: ColumnReport
    column: str
    type: str
    says: str


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A dataset with its findings, most serious first, and its columns without one."""

    exact: DatasetReport
    source: str
    dataset: str
    rows: str
    columns: str
    findings: tuple[FindingView, ...]
    clean: tuple[CleanColumn, ...]


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source, what became of it, and in how many of its columns something, or something protected, was found."""

    exact: SourceReport
    uri: str
    kind: str
    status: str
    status_label: str
    reason: str
    reason_language: str
    columns: int
    protected: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not read, as people read it.

    Attributes:
        what: the dataset, file or archive member; the source itself when nothing of it was read.
        label: the code in words. reason: the reader's own sentence, in the language
            that ``reason_language`` tells; maybe empty.
    """

    source: str
    what: str
    label: str
    reason: str
    reason_language: str


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category that was found, with what it means and what to do about it.

    Attributes:
        columns: columns that hold it; proofs: findings per proof.
    """

    id: str
    label: str
    article: str | None
    columns: int
    proofs: Mapping[str, int]
    meaning: str
    action: str


@dataclass(frozen=True, slots=True)
class Protected:
    """The Article 9 and 10 block: its findings, the columns they are in, and both with the cells as a sentence."""

    findings: tuple[FindingView, ...]
    columns: int
    lead: str
    cells: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the last run of the same sources.

    Attributes:
        new: ids of findings. line: the counts as a sentence. details: a sentence for each finding gone or changed.
    """

    new: tuple[str, ...]
    line: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run; ``columns_found`` counts each column once, however many findings it has."""

    sources: Mapping[str, int]
    datasets: int
    columns: int
    columns_found: int
    rows_read: int
    cells: int
    findings: int
    protected: int
    proofs: Mapping[str, int]
    categories: Mapping[str, int]
    declared: Mapping[str, int]
    unreadable: int


@dataclass(frozen=True, slots=True)
class View:
    """A run, ready to be shown.

    Attributes:
        t: the texts of the report's language; ``t.number``, ``t.share`` and ``t.moment`` write numbers and times.
        result: one sentence: how many findings in how many columns, or that there are none.
        warnings: sentences that must not be missed: stopped, incomplete, unreadable.
        coverage: sentences on what was read and what its bounds are.
        protected: None when no finding falls under Article 9 or 10.
        unreadable: the entries as they are, for machines.
        gaps: the same for people, and the sources that failed without an entry.
    """

    exact: ScanRun
    t: Texts
    id: str
    rules: str
    policy: str | None
    started: str
    finished: str
    status: str
    status_label: str
    result: str
    warnings: tuple[str, ...]
    coverage: tuple[str, ...]
    summary: Summary
    protected: Protected | None
    sources: tuple[SourceView, ...]
    datasets: tuple[DatasetView, ...]
    findings: tuple[FindingView, ...]
    categories: tuple[CategoryView, ...]
    unreadable: tuple[Unreadable, ...]
    gaps: tuple[Gap, ...]
    changes: Changes | None

    @property
    def language(self) -> str:
        """Returns the language of the report, ``fr`` or ``en``."""
        return self.t.language

    @property
    def has_policy(self) -> bool:
        """Tells whether any finding was compared with a policy."""
        return any(finding.declared for finding in self.findings)
