"""What was seen in a column, as counts that add up: the one idea of recense (DESIGN §2).

    evidence(a ∪ b) = evidence(a) + evidence(b)

``Evidence`` is a commutative monoid: batches, partitions and workers each count for themselves and the counts are
added in any order with the same result. From this follow bounded memory, resuming, scaling out and re-judging
without reading again. It never holds a cell's value: counters, and a sample of
the distinct values in which each value is only a keyed hash and the labels that detectors gave it. The key is drawn
per run and forgotten with it; what is stored after a run (``ColumnProfile``) holds no hash either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SAMPLE_SIZE = 512
"""Distinct values a column's sample holds: 0 hits in 512 means, with 95 % confidence, fewer than 0.59 % of them."""

_HASHES = 1 << 128
FORM, DECADE = "form:", "decade:"
"""Prefixes of the labels that class a sampled value by shape and by decade; ``profile`` sets them apart."""
_COUNTS = ("cells", "nulls", "blanks", "characters", "longest", "images", "unscanned", "distinct")


class Tally(NamedTuple):
    """What one detector saw in one column, in cells.

    Attributes:
        cells: cells that hold at least one accepted match.
        whole: of these, cells that are nothing but the match.
        refused: cells with a match of the right shape and none that passes the detector's check. They tell chance
            from proof: a column of serial numbers refuses nine cells for each that passes a Luhn key.
    """

    cells: int = 0
    whole: int = 0
    refused: int = 0

    def plus(self, other: Tally) -> Tally:
        """Returns the sum of two tallies over disjoint cells."""
        return Tally(self.cells + other.cells, self.whole + other.whole, self.refused + other.refused)


class LabelCount(NamedTuple):
    """How much of a sample carries a label: distinct values and the cells that hold them."""

    distinct: int = 0
    cells: int = 0


class ValueSample:
    """A uniform sample of a column's distinct values: the ``size`` ones with the smallest keyed hashes.

    Every value in the final sample has been in it since it was first met (a bottom-k sketch), so the counts of its
    cells are exact, whatever the order of batches, and two samples merge into the sample of the union. Each entry is
    ``hash -> (cells, labels)``; labels are what detectors said of that value.

    >>> a, b = ValueSample(size=2), ValueSample(size=2)
    >>> a.add(5, 3, {"PERSON"}); a.add(9, 1, ()); b.add(2, 4, ()); b.add(5, 1, {"PERSON"})
    >>> a.merge(b); sorted(a.entries)
    [2, 5]
    >>> a.labels()["PERSON"]
    LabelCount(distinct=1, cells=4)
    """

    __slots__ = ("entries", "size")

    def __init__(
        self, size: int = SAMPLE_SIZE, entries: Mapping[int, tuple[int, frozenset[str]]] | None = None
    ) -> None:
        self.size = size
        self.entries: dict[int, tuple[int, frozenset[str]]] = dict(entries or {})

    def add(self, digest: int, cells: int, labels: Iterable[str]) -> None:
        """Counts ``cells`` cells that hold the value of this hash. The same value must come with the same labels."""
        seen, known = self.entries.get(digest, (0, frozenset()))
        self.entries[digest] = (seen + cells, known | frozenset(labels))
        self._trim()

    def merge(self, other: ValueSample) -> None:
        """Makes this the sample of both columns' cells; of two sizes the smaller one holds for both."""
        self.size = min(self.size, other.size) if self.entries else other.size
        for digest, (cells, labels) in other.entries.items():
            seen, known = self.entries.get(digest, (0, frozenset()))
            self.entries[digest] = (seen + cells, known | labels)
        self._trim()

    def _trim(self) -> None:
        if len(self.entries) > self.size:
            for digest in sorted(self.entries)[self.size :]:
                del self.entries[digest]

    def distinct(self) -> int:
        """Returns the number of distinct values: exact below ``size``, else estimated (about ± 5 % for 512)."""
        if len(self.entries) < self.size:
            return len(self.entries)
        return round((self.size - 1) * _HASHES / (max(self.entries) + 1))

    def labels(self) -> dict[str, LabelCount]:
        """Returns, per label, how many sampled values and cells carry it."""
        distinct: Counter[str] = Counter()
        cells: Counter[str] = Counter()
        for count, labels in self.entries.values():
            for label in labels:
                distinct[label] += 1
                cells[label] += count
        return {label: LabelCount(distinct[label], cells[label]) for label in sorted(distinct)}

    def cells(self) -> int:
        """Returns how many cells hold one of the sampled values."""
        return sum(count for count, _ in self.entries.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ValueSample) and (self.size, self.entries) == (other.size, other.entries)


@dataclass(slots=True)
class ColumnEvidence:
    """The counts of one column (a path) over some of its cells.

    Attributes:
        cells: non-null cells. nulls: null cells. blanks: of the cells, those that are empty or white space.
        characters, longest: total and greatest length of a cell's text.
        tallies: per detector id.
        images: binary cells that are pictures.
        unscanned: cells of a type that no detector reads (binary, narrow numbers).
    """

    cells: int = 0
    nulls: int = 0
    blanks: int = 0
    characters: int = 0
    longest: int = 0
    images: int = 0
    unscanned: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    sample: ValueSample = field(default_factory=ValueSample)

    def tally(self, detector: str, counts: Tally) -> None:
        """Adds what a detector saw in further cells."""
        self.tallies[detector] = self.tallies.get(detector, Tally()).plus(counts)

    def merge(self, other: ColumnEvidence) -> None:
        """Adds the counts of other cells of the same column."""
        self.cells += other.cells
        self.nulls += other.nulls
        self.blanks += other.blanks
        self.characters += other.characters
        self.longest = max(self.longest, other.longest)
        self.unscanned += other.unscanned
        self.images += other.images
        for detector, counts in other.tallies.items():
            self.tally(detector, counts)
        self.sample.merge(other.sample)

    def profile(self) -> ColumnProfile:
        """Returns what may be stored and judged: the counts, without the hashes of the sample."""
        labels = self.sample.labels()
        return ColumnProfile(
            cells=self.cells,
            nulls=self.nulls,
            blanks=self.blanks,
            characters=self.characters,
            longest=self.longest,
            images=self.images,
            unscanned=self.unscanned,
            forms={label.removeprefix(FORM): n.cells for label, n in labels.items() if label.startswith(FORM)},
            tallies=dict(sorted(self.tallies.items())),
            decades={
                int(label.removeprefix(DECADE)): n.cells for label, n in labels.items() if label.startswith(DECADE)
            },
            distinct=self.sample.distinct(),
            sampled=LabelCount(len(self.sample.entries), self.sample.cells()),
            labels={label: n for label, n in labels.items() if not label.startswith((FORM, DECADE))},
        )


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The evidence of a whole column, ready to be judged: counts only. See ``ColumnEvidence`` for the fields.

    Attributes:
        forms: sampled cells per class of shape (``recense.scanners.cells.FORMS``); the classes exclude each other.
        decades: sampled cells per decade of those that are dates (``1980`` -> 12).
        distinct: distinct values (blank cells apart), estimated beyond the sample's size.
        sampled: how many distinct values, and cells holding them, the sample has; the denominator of ``labels``.
        labels: per label of the language detectors, the sampled values and cells that carry it.
    """

    cells: int = 0
    nulls: int = 0
    blanks: int = 0
    characters: int = 0
    longest: int = 0
    images: int = 0
    unscanned: int = 0
    forms: Mapping[str, int] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    decades: Mapping[int, int] = field(default_factory=dict)
    distinct: int = 0
    sampled: LabelCount = LabelCount()
    labels: Mapping[str, LabelCount] = field(default_factory=dict)

    @property
    def filled(self) -> int:
        """Returns the cells that hold something: the denominator of every share."""
        return self.cells - self.blanks

    def form_share(self, *forms: str) -> float:
        """Returns the share of sampled cells whose shape is one of these classes."""
        return sum(self.forms.get(form, 0) for form in forms) / self.sampled.cells if self.sampled.cells else 0.0

    def label_share(self, label: str) -> float:
        """Returns the share of sampled distinct values that carry a label."""
        return self.labels[label].distinct / self.sampled.distinct if label in self.labels else 0.0

    def to_json(self) -> dict[str, Any]:
        """Returns plain data for the catalog."""
        return {
            "cells": self.cells,
            "nulls": self.nulls,
            "blanks": self.blanks,
            "characters": self.characters,
            "longest": self.longest,
            "images": self.images,
            "unscanned": self.unscanned,
            "forms": dict(self.forms),
            "tallies": {detector: list(tally) for detector, tally in self.tallies.items()},
            "decades": {str(decade): count for decade, count in self.decades.items()},
            "distinct": self.distinct,
            "sampled": list(self.sampled),
            "labels": {label: list(count) for label, count in self.labels.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnProfile:
        """Returns the profile that ``to_json`` wrote."""
        return cls(
            **{
                name: data[name]
                for name in ("cells", "nulls", "blanks", "characters", "longest", "unscanned", "distinct")
            },
            images=data.get("images", 0),  # catalogs of before pictures were counted
            forms=dict(data["forms"]),
            tallies={detector: Tally(*counts) for detector, counts in data["tallies"].items()},
            decades={int(decade): count for decade, count in data["decades"].items()},
            sampled=LabelCount(*data["sampled"]),
            labels={label: LabelCount(*count) for label, count in data["labels"].items()},
        )


@dataclass(slots=True)
class Evidence:
    """The evidence of (a part of) a dataset: rows read and the counts per column path."""

    rows: int = 0
    columns: dict[str, ColumnEvidence] = field(default_factory=dict)

    def column(self, path: str) -> ColumnEvidence:
        """Returns the counts of a column, new ones when it is met for the first time."""
        return self.columns.setdefault(path, ColumnEvidence())

    def merge(self, other: Evidence) -> None:
        """Adds the evidence of other rows of the same dataset."""
        self.rows += other.rows
        for path, counts in other.columns.items():
            self.column(path).merge(counts)

    def profiles(self) -> dict[str, ColumnProfile]:
        """Returns what may be stored and judged, per column path."""
        return {path: counts.profile() for path, counts in self.columns.items()}
