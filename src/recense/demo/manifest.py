"""What the demo planted, column by column, and where it wrote it: the other side of planted-against-found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

SCHEMA = "recense.demo/1"
MANIFEST = "manifest.json"


class Kind(StrEnum):
    """What an entry of the manifest says of its column."""

    EXPECTED = "expected"  # personal data where its owner expects it
    PLANTED = "planted"  # personal data that has no business there: the point of the scan
    TRAP = "trap"  # looks personal and is not: flagging it at any proof level is an error
    EITHER = "either"  # careful people differ: never counted


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement about one column.

    Attributes:
        source: last part of the source's path (``crm.sqlite``, ``partage``) or ``postgresql``.
        dataset: name within the source, as the connectors give it, without a database schema.
        category: None in a trap that forbids every category.
        entity: what was written; a finding of another entity of the same category counts as found.
        note: why it is a problem, or why it is a trap.
    """

    source: str
    dataset: str
    column: str
    category: str | None
    entity: str | None
    kind: Kind
    note: str = ""

    @property
    def place(self) -> str:
        """Returns dataset and column for people; the blanks let a narrow screen break the line."""
        return f"{self.dataset} · {self.column}"


@dataclass(frozen=True, slots=True)
class Dates:
    """Rows by the age that was planted, for retention checks; the counts sum to ``rows``.

    Attributes:
        years: the period the generator had in mind, counted from ``column`` to ``Manifest.as_of``.
        due: rows within the period; overdue: rows beyond it that nothing excuses.
        held: rows beyond it under a litigation hold (column ``hold``); archived: rows beyond it in the intermediate
            archive (column ``zone``).
        missing, future, sentinel: rows whose date is absent, later than ``as_of``, or a placeholder (1900-01-01).
    """

    source: str
    dataset: str
    column: str
    years: int
    rows: int
    due: int
    overdue: int
    held: int
    archived: int
    missing: int
    future: int
    sentinel: int
    hold: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The demo estate as it was written.

    Attributes:
        folder: where; ``targets`` are what to scan, ``path`` is this manifest's own file, outside of them.
        as_of: the day the estate was "written": ages in ``dates`` count to it (ISO date).
        rows: rows per ``source/dataset``.
    """

    seed: int
    folder: Path
    as_of: str
    targets: tuple[str, ...] = field(repr=False)  # may hold a database password
    rows: dict[str, int]
    entries: tuple[Entry, ...]
    dates: tuple[Dates, ...] = ()

    @property
    def path(self) -> Path:
        """Returns the file that holds the manifest."""
        return self.folder / MANIFEST

    def of_kind(self, kind: Kind) -> Iterator[Entry]:
        """Yields the entries of one kind."""
        return (entry for entry in self.entries if entry.kind is kind)

    def save(self) -> None:
        """Writes ``manifest.json``; without folder and targets, so that the bytes depend on the seed alone."""
        data: dict[str, Any] = {
            "schema": SCHEMA,
            "seed": self.seed,
            "as_of": self.as_of,
            "rows": self.rows,
            "entries": [asdict(entry) for entry in self.entries],
            "dates": [asdict(dates) for dates in self.dates],
        }
        self.path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
