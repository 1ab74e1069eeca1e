"""The scan loop: record batches in, evidence out, one batch in memory at a time.

Every text cell passes the pattern detectors and the lexicons; a uniform sample of each column's distinct values is
read by the language detectors once the partition has been read. Nothing here decides: see ``recense.scanners.verdict``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from recense.evidence import DECADE, FORM, SAMPLE_SIZE, ColumnEvidence, Evidence
from recense.scanners.buffers import holds
from recense.scanners.cells import Leaf, TextCells, as_text, decade, form, leaves_of
from recense.scanners.digits import veiled
from recense.scanners.dotted import dotted
from recense.scanners.figures import figures
from recense.scanners.grouping import POOLED_CELLS
from recense.scanners.measures import lengths, not_blank
from recense.scanners.sampling import Reservoir, read_before, smallest

if TYPE_CHECKING:
    from recense.scanners.lexicon_scan import LexiconScan
    from recense.scanners.triage import Triage


TOGETHER_ROWS, TOGETHER_BYTES = 196_608, 64 << 20
"""Small batches wait for each other up to so many rows and bytes: expressions are compiled once for all of them."""


Gather = Callable[[int, Mapping[str, Leaf]], None]
"""Called with the rows of a batch and its leaf columns by path, while their text is at hand."""


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How to look, the same for every partition of a run.

    Attributes:
        sample_key: 16 random bytes drawn per run; they key the hashes of the samples and are forgotten with the run.
        language: whether names, places and prose are read (False: patterns, headers and check digits only).
        sample_size: distinct values per column that the language detectors read.
        together_bytes: small batches wait for each other up to so many bytes.
    """

    sample_key: bytes
    language: bool = True
    sample_size: int = SAMPLE_SIZE
    together_bytes: int = TOGETHER_BYTES


def observe(batches: Iterable[pa.RecordBatch], settings: ScanSettings) -> Evidence:
    """Returns the evidence of the rows of all batches.

    The result is a function of the rows alone: any order, any cutting into batches and partitions gives, once merged,
    the same evidence (``tests/scanners/test_observe.py``).

    Raises:
        SourceError: the source stopped; use ``Observer`` to keep what was read until then.
    """
    observer = Observer(settings)
    for batch in batches:
        observer.add(batch)
    return observer.evidence()


class Observer:
    """Collects evidence batch by batch; ``evidence`` seals it. One observer reads one partition once.

    Args:
        settings: how to look.
        dataset: what the partition is one of, unique in a run: samples of its other partitions that this process has
            read spare the language detectors the values that cannot be in the sample of all. The evidence is then
            whole only when merged with that of those partitions. Empty to stand alone.
        gather: told of every batch, for who looks for something else in the same cells.
        first: at which of the columns to begin, from 0 to 1: threads that begin at others learn them for each other.

    Attributes:
        waiting_bytes: those of the batches that wait for others.
    """

    def __init__(
        self, settings: ScanSettings, dataset: str = "", gather: Gather | None = None, first: float = 0.0
    ) -> None:
        self.settings = settings
        self._first = first
        self._gather = gather
        self._earlier = read_before(settings.sample_key, dataset) if dataset else {}
        self._evidence = Evidence()
        self._reservoirs: dict[str, Reservoir] = {}
        self._waiting: list[list[pa.RecordBatch]] = []
        self.waiting_bytes = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Counts the cells of a batch, at once or together with the next ones."""
        if self.hold(batch):
            self.flush()

    def hold(self, batch: pa.RecordBatch) -> bool:
        """Takes a batch without looking at it; true when so much waits that it is time to ``flush``."""
        much = (self.waiting_bytes + batch.nbytes) * 4 > self.settings.together_bytes * 5
        if not self._waiting or much or self._waiting[-1][0].schema != batch.schema:
            self._waiting.append([])  # what waits and a large one would be copied into one still larger
        self._waiting[-1].append(batch)
        self.waiting_bytes += batch.nbytes
        rows = sum(map(len, self._waiting[-1]))
        return len(self._waiting) > 1 or self.waiting_bytes >= self.settings.together_bytes or rows >= TOGETHER_ROWS

    def flush(self) -> None:
        """Counts the batches that wait for others."""
        for waiting in self._taken():
            self._count(waiting)

    def _taken(self) -> list[list[pa.RecordBatch]]:
        """Returns the batches that wait, those together that are to be looked at together; none waits any more."""
        waiting, self._waiting, self.waiting_bytes = self._waiting, [], 0
        return waiting

    def _count(self, waiting: list[pa.RecordBatch]) -> None:
        small = []
        for asked in self._columns(waiting):
            if len(asked.cells) > POOLED_CELLS:  # at once, so that only one column's work is in memory
                _ask([asked], self.settings.language)
            else:
                small.append(asked)
        _ask(small, self.settings.language)

    def _columns(self, batches: list[pa.RecordBatch]) -> Iterator[_Asked]:
        """Counts the rows and cells of batches and yields what detectors must see, column by column.

        The list is emptied, and each column let go when the next is asked for.
        """
        if not batches:
            return
        schema, rows = batches[0].schema, sum(map(len, batches))
        columns = [[batch.column(place) for batch in batches] for place in range(len(schema))]
        batches.clear()
        self._evidence.rows += rows
        read: dict[str, Leaf] = {}
        for place in self._order(schema):
            name, parts, columns[place] = schema.names[place], columns[place], []
            column = parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
            del parts
            for path, array in leaves_of(name, column):
                cells = as_text(array)
                if self._gather is not None:
                    read[path] = Leaf(array, cells.text)
                scan = self._measure(path, array, cells)
                if len(scan):
                    packed = _packed(column, scan) if schema.names.count(name) == 1 else scan
                    yield _Asked(self._evidence.column(path), path, scan, packed)
        if self._gather is not None:
            self._gather(rows, read)

    def _order(self, schema: pa.Schema) -> list[int]:
        """Returns the places of the columns as they are looked at; in the evidence they stand as in the source."""
        places = list(range(len(schema)))
        if not self._first or any(pa.types.is_nested(one) or isinstance(one, pa.ExtensionType) for one in schema.types):
            return places  # the paths within a column show only when it is looked at
        for name in schema.names:
            self._evidence.column(name)
        begin = int(self._first * len(places))
        return places[begin:] + places[:begin]

    def _measure(self, path: str, array: pa.Array, cells: TextCells) -> pa.Array:
        """Counts the cells of a column of a batch and returns those that detectors must see."""
        seen = self._evidence.column(path)
        seen.cells += len(array) - array.null_count
        seen.nulls += array.null_count
        seen.images += cells.images
        seen.unscanned += cells.unscanned
        if len(cells.text):
            characters, longest = lengths(cells.text)
            seen.characters += characters
            seen.longest = max(seen.longest, longest)
        filled = not_blank(cells.text)
        seen.blanks += len(cells.text) - len(filled)
        self._reservoir(path).add(filled)
        return filled if cells.scan is cells.text else cells.scan

    def _reservoir(self, path: str) -> Reservoir:
        if path not in self._reservoirs:
            self._reservoirs[path] = Reservoir(self.settings.sample_key, self.settings.sample_size)
        return self._reservoirs[path]

    def evidence(self) -> Evidence:
        """Returns the evidence of all batches so far, its samples sealed; call it once, at the end."""
        self.flush()
        for path, reservoir in self._reservoirs.items():
            self._evidence.column(path).sample = reservoir.seal(self._label, self._earlier.get(path, ()))
        for path, reservoir in self._reservoirs.items():  # only now: a partition that failed counts for no other
            self._earlier[path] = smallest((*reservoir.hashes, *self._earlier.get(path, ())), reservoir.size)
        return self._evidence

    def absorb(self, other: Observer) -> None:
        """Takes over what another observer saw of the same partition, so that its values are labelled once."""
        other.flush()
        self.flush()
        self._evidence.merge(other._evidence)
        for path, reservoir in other._reservoirs.items():
            self._reservoir(path).absorb(reservoir)

    def _label(self, values: Sequence[str]) -> list[frozenset[str]]:
        """Says of each sampled value what it looks like; a function of the value alone."""
        labels = [_shape(value) for value in values]
        if self.settings.language:
            from recense.scanners.labels import label_values

            labels = [shape | spoken for shape, spoken in zip(labels, label_values(values), strict=True)]
        return labels


class _Asked(NamedTuple):
    """Cells that detectors must see: whose they are, their path, and as the dictionary that the source gave."""

    column: ColumnEvidence
    path: str
    cells: pa.Array
    packed: pa.Array


def count_together(observers: Iterable[Observer]) -> None:
    """Counts the batches that wait in several observers at once: expressions are compiled once for all of them."""
    asked: list[_Asked] = []
    language = False
    for observer in observers:
        for waiting in observer._taken():
            asked += observer._columns(waiting)
        language |= observer.settings.language
    _ask(asked, language)


def _ask(asked: Sequence[_Asked], language: bool) -> None:
    """Adds to each column what the detectors see in its cells."""
    if not asked:
        return
    answers = [patterns().tally_each([one.packed for one in asked], [one.path for one in asked])]
    if language:
        answers.append(lexicon().tally_each([one.cells for one in asked]))
    for answer in answers:
        for one, tallies in zip(asked, answer, strict=True):
            for detector, tally in tallies.items():
                one.column.tally(detector, tally)


def _packed(column: pa.Array, scan: pa.Array) -> pa.Array:
    """Returns the cells that detectors must see as the dictionary that the source gave, where that says the same."""
    if not pa.types.is_dictionary(column.type) or not pa.types.is_string(column.type.value_type):
        return scan
    values = column.dictionary
    if len(values) * 8 > len(scan) or len(scan) <= POOLED_CELLS or values.null_count or holds(values, b"&"):
        return scan
    same = len(scan) == len(column) - column.null_count  # blanks were left out
    return column if same else scan


def _shape(value: str) -> frozenset[str]:
    shape = form(value)
    if shape == "date" and (when := decade(value)) is not None:
        return frozenset((FORM + shape, f"{DECADE}{when}"))
    seen = veiled(value)
    return figures(value, seen) | dotted(value, seen) | {FORM + shape}


@cache
def patterns() -> Triage:
    """Returns the pattern detectors' column path, built once per process."""
    from recense.scanners.detector import detectors
    from recense.scanners.triage import Triage

    return Triage({id_: detector for id_, detector in detectors().items() if not detector.texts})


@cache
def lexicon() -> LexiconScan:
    """Returns the Article 9 and 10 lexicons' column path, built once per process."""
    from recense.scanners.lexicon_scan import LexiconScan

    return LexiconScan()
