"""The words of recense as frozen data: no input or output, no third-party library but pyarrow's types.

A **Source** (a URL) holds **Datasets** (a table, a file, a sheet, a partitioned folder) with **Columns** (a path such
as ``address.city`` in nested data). A dataset is read by **Partition**, the unit of retry and of resuming. A scan
turns the cells into evidence (``recense.evidence``) and evidence into **Findings**; what could not be read is
**Unreadable**. None of these ever holds a cell's value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pyarrow as pa

UNREADABLE_CODES: Mapping[str, str] = {
    "unsupported_format": "recense has no reader for this kind of file",
    "corrupt": "the bytes do not follow the format they claim",
    "encrypted": "a password or key is needed",
    "permission_denied": "the account may not read it",
    "not_found": "it disappeared, or a name in it leads nowhere",
    "too_large": "it exceeds a limit on size, ratio or depth (see limits in recense.yaml)",
    "undecodable": "the text is in no encoding that could be found",
    "unreachable": "the server does not answer",
    "access_refused": "the server refused the login",
    "failed": "reading stopped half-way for another reason",
}


class Proof(StrEnum):
    """How sure a finding is, strongest first (DESIGN §3)."""

    PROVED = "proved"  # check digits, or overwhelming content
    INDICATED = "indicated"  # name and content agree, or strong content
    TO_CHECK = "to_check"  # one weak witness: a person has to look


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the source declares it.

    Attributes:
        path: its name; nested fields are joined by ``.``, list items marked ``[]`` (``contacts[].email``).
        type: the source's own word for the type (``VARCHAR(40)``, ``timestamp[us]``), or the Arrow type.
        comment: what the source's author wrote about it, if anything.
        key: ``primary``, or ``foreign:table.column``, or None.
    """

    path: str
    type: str = ""
    comment: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table, view, file, sheet or partitioned folder.

    Attributes:
        source: the source's URI without credentials.
        name: unique within the source: ``schema.table``, ``folder/file.csv``, ``book.xlsx/Sheet1``.
        kind: ``table | view | file | sheet | folder | document | log | image``.
        columns: what the source declares; empty when only reading tells (JSON).
        rows: the source's own count or estimate, None when unknown.
    """

    source: str
    name: str
    kind: str
    columns: tuple[Column, ...] = ()
    rows: int | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a dataset that is read, retried and resumed as one.

    Attributes:
        key: stable within the dataset: the same bytes have the same key in the next run.
        state: changes when the content may have changed (size and mtime, a row version), None when unknown.
        hint: what the connector needs to find it again; plain data, so that a partition can go to another process.
        about: rows, roughly, for plans and progress; ``rows`` is for certain.
        bytes: of its cells in memory, roughly.
    """

    dataset: Dataset
    key: str
    rows: int | None = None
    state: str | None = None
    hint: tuple[str, ...] = ()
    about: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that was not read, and why: an entry of the report, never a silent gap.

    Attributes:
        path: dataset, file or archive member within the source.
        code: one of ``UNREADABLE_CODES``.
    """

    source: str
    path: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep a scan safe on any input.

    Attributes:
        batch_rows: rows of a record batch at most.
        batch_bytes: bytes of a record batch, roughly, at most.
        file_bytes: bytes of one compressed stream or archive member once unpacked, at most.
        ratio: unpacked bytes per packed byte, at most (a bomb has thousands).
        depth: archives within archives, at most.
        members: members of one archive, at most.
        nesting: levels of nested data, at most.
        statement_seconds: a database statement's time-out.
        held_bytes: bytes of rows that a sample of a stream of unknown length holds back, at most.
    """

    batch_rows: int = 65_536
    batch_bytes: int = 16 << 20
    file_bytes: int = 20 << 30
    ratio: int = 500
    depth: int = 3
    members: int = 100_000
    nesting: int = 600
    statement_seconds: int = 3_600
    held_bytes: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Draw:
    """How to take a uniform sample of a partition's rows; the same draw of the same rows takes the same ones.

    Attributes:
        rows: so many rows (all, when there are fewer); 0 when ``share`` decides. Both 0 take none.
        of: how many rows the partition holds, None when only reading tells.
        share: the probability with which each row is taken, for itself.
        seed: 64 random bits of the run and the partition.
    """

    rows: int = 0
    of: int | None = None
    share: float = 0.0
    seed: int = 0


@runtime_checkable
class Source(Protocol):
    """What a connector gives: datasets, their partitions, and record batches in bounded memory.

    A source is opened read-only and is cheap to open again: a worker in another process gets the target and a
    partition, opens the source itself and reads. It is a context manager.
    """

    uri: str
    kind: str

    def datasets(self) -> Iterator[Dataset | Unreadable]:
        """Yields every dataset, and an entry for everything that cannot be read."""
        ...

    def partitions(self, dataset: Dataset) -> Iterator[Partition]:
        """Yields the parts of a dataset; together they hold every row once."""
        ...

    def batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a partition as Arrow; nested types stay nested.

        The columns of a batch may differ from batch to batch when the format has no schema (JSON lines).

        Raises:
            SourceError: reading stopped; what was yielded before is good.
        """
        ...

    def close(self) -> None:
        """Gives back connections and temporary files."""
        ...

    def __enter__(self) -> Source: ...
    def __exit__(self, *exc: object) -> None: ...


@runtime_checkable
class Sampler(Protocol):
    """A source that can draw rows without handing over the others; from any other source all rows are read."""

    def sample(self, partition: Partition, draw: Draw) -> Iterator[pa.RecordBatch]:
        """Yields the rows that a draw takes; the rest as ``Source.batches``."""
        ...


@dataclass(frozen=True, slots=True)
class Witness:
    """One reason for or against a finding, in counts.

    Attributes:
        kind: ``name | values | language | neighbours | against``.
        detector: the rule that speaks (``fr-nir``, ``header``, ``people``).
        says: a short English sentence with counts, never a value.
        cells: cells it speaks of, None when it speaks of the name.
    """

    kind: str
    detector: str
    says: str
    cells: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data of one category in one column.

    Attributes:
        id: stable over runs: the same source, dataset, column and category have the same id.
        category: an id of ``policy/taxonomy.yaml`` (``contact``, ``special.health``).
        entity: the finer kind (``EMAIL_ADDRESS``).
        score: 0 to 1; an ordering within a proof level, not a probability.
        cells: non-null cells read. matched: cells that hold the entity (for language work: estimated from the sample).
        share: matched / cells, 0 when no cell was read.
        declared: what the privacy policy says, ``None`` when no policy was given.
    """

    source: str
    dataset: str
    column: str
    category: str
    entity: str
    proof: Proof
    score: float
    cells: int
    matched: int
    detectors: tuple[str, ...] = ()
    evidence: tuple[Witness, ...] = ()
    declared: str | None = None

    @property
    def id(self) -> str:
        """Returns 16 hex digits that identify source, dataset, column and category, and nothing else."""
        key = "\x1f".join((self.source, self.dataset, self.column, self.category))
        return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def share(self) -> float:
        """Returns the share of non-null cells that hold the entity."""
        return self.matched / self.cells if self.cells else 0.0


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What a scan says of a column, found or not: the denominator of every claim.

    Attributes:
        cells: non-null cells read; nulls: null cells read.
        distinct: distinct values, estimated beyond a few hundred; None when the type is not scanned.
        clean_bound: with 95 % confidence a smaller share of cells than this holds personal data that the pattern
            detectors know; 0 when every cell was read and 1 when none was.
    """

    column: str
    type: str
    cells: int
    nulls: int
    distinct: int | None
    clean_bound: float


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What a scan says of a dataset."""

    source: str
    dataset: str
    kind: str
    rows: int | None
    rows_read: int
    columns: tuple[ColumnReport, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of a source: ``status`` is ``complete | partial | failed``."""

    uri: str
    kind: str
    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ScanRun:
    """One run, with everything a report shows. ``recense.reports`` renders it, the catalog keeps it.

    Attributes:
        status: ``complete | incomplete | stopped``.
        rules: version of recense and digest of the detectors that judged.
        started, finished: ISO 8601 in UTC.
    """

    id: str
    started: str
    finished: str | None
    status: str
    rules: str
    policy: str | None = None
    sources: tuple[SourceReport, ...] = ()
    datasets: tuple[DatasetReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
