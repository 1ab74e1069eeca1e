"""Gathers the keyed hashes of the identifiers in a partition while a scan reads it.

Which cells are identifiers does not depend on batches or threads: e-mail addresses wherever they stand, also within
texts; telephone and social security numbers where the column's name says so or the cell is written like one; customer
numbers and names with dates of birth where the columns' names say so (the header model of ``recense.scanners``).
A failure here never costs the scan: it is noted, and the index says that it is not complete.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.catalog.persons import Part
from recense.model import Column, Dataset
from recense.pipelines.defects import describe
from recense.scanners.buffers import holds
from recense.scanners.cells import Leaf
from recense.scanners.context import TableContext
from recense.scanners.names import classify
from recense.subjects import identifiers
from recense.subjects.bytewise import edges
from recense.subjects.identifiers import Kind
from recense.subjects.keys import Key

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 50_000_000
"""Hashes that one partition may give (400 MB); beyond them the index of the dataset is not complete."""

MOST_PAIRS = 12
"""Pairs of a name and a date of birth that a table may have."""

TOGETHER = " + "
"""Joins the columns of a name and a date of birth."""

_ENTITIES = {
    "EMAIL_ADDRESS": Kind.email,
    "PHONE_NUMBER": Kind.phone,
    "FAX_NUMBER": Kind.phone,
    "FR_NIR": Kind.nir,
    "CUSTOMER_ID": Kind.customer,
    "EMPLOYEE_ID": Kind.customer,
}
_WRITTEN_PHONE = r"^\s*(?:(?:\+|00)[1-9][\d .\-()]{7,18}|0[1-9](?:[ .\-]?\d{2}){4})\s*$"
_WRITTEN_NIR = r"^\s*[1-478] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3} ?\d\d\s*$"
_COMPACT_AT = 1 << 21


@dataclass(frozen=True, slots=True)
class Indexing:
    """With which key people are indexed, and from where telephone numbers of a source are."""

    key: Key
    region: str = identifiers.REGION
    regions: Mapping[str, str] = field(default_factory=dict)

    def of(self, source: str) -> str:
        """Returns the country of a source, by its name in recense.yaml."""
        return self.regions.get(source, self.region)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns' names say: kinds per column, and which columns make a name with a date of birth.

    Attributes:
        dropped: pairs beyond ``MOST_PAIRS`` that are not indexed.
    """

    kinds: Mapping[str, frozenset[Kind]]
    pairs: tuple[tuple[str, ...], ...]
    dropped: int = 0


def layout(dataset: Dataset, found: Mapping[str, Leaf]) -> Layout:
    """Returns what the names of a dataset's columns say."""
    declared = {column.path: column for column in dataset.columns}
    columns = [declared.get(path) or Column(path, str(leaf.array.type)) for path, leaf in found.items()]
    context = TableContext(dataset.name, columns, dataset.comment)
    said: dict[str, set[str]] = {}
    kinds: dict[str, frozenset[Kind]] = {}
    for column in columns:
        plain = Column(column.path, column.type, column.comment)  # a key is a number of a person all the same
        entities = {hint.entity for hint in classify(plain, context) if hint.strength != "against"}
        said[column.path] = entities
        own = {_ENTITIES[entity] for entity in entities if entity in _ENTITIES}
        if context.is_person_key(column) or (context.setting == "person" and context.is_key(column)):
            own.add(Kind.customer)
        kinds[column.path] = frozenset(own)
    pairs = list(_pairs(said))
    return Layout(kinds, tuple(pairs[:MOST_PAIRS]), max(0, len(pairs) - MOST_PAIRS))


def _pairs(said: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Yields the columns of names with those of dates of birth at the same place in nested data."""
    for born in (path for path, entities in said.items() if "BIRTH_DATE" in entities):
        near = {path: said[path] for path in said if path.rpartition(".")[0] == born.rpartition(".")[0]}
        firsts = [path for path, entities in near.items() if "FIRST_NAME" in entities]
        lasts = [path for path, entities in near.items() if entities & {"LAST_NAME", "PERSON"} and path not in firsts]
        for last in lasts:
            for first in firsts:
                yield first, last, born
            if "PERSON" in near[last] and not firsts:
                yield last, born


def identified(
    columns: Mapping[str, Leaf], plan: Layout, region: str, kinds: frozenset[Kind] = frozenset(Kind)
) -> Iterator[tuple[str, Kind, pa.Array]]:
    """Yields the identifiers of a batch: path, kind and one normal form or null for each cell or row that may be one.

    Args:
        columns: leaves by path.
        plan: what their names say.
        region: of telephone numbers.
        kinds: wanted ones.
    """
    for path, (array, text) in columns.items():
        if len(text) and (plan.kinds[path] or not _is_bare(array)):
            yield from ((path, kind, values) for kind, values in _alone(text, plan.kinds[path], region, kinds))
    if Kind.named in kinds:
        aligned = {path: _aligned(columns[path]) for path in {one for pair in plan.pairs for one in pair}}
        for pair in plan.pairs:
            cells = [aligned[path] for path in pair]
            if len({len(cell) for cell in cells}) == 1:
                # Each column is folded before they are joined: a first name is often there, a whole name once.
                names = [identifiers.folded(cell) for cell in cells[:-1]]
                name = names[0] if len(names) == 1 else pc.binary_join_element_wise(*names, " ")
                yield TOGETHER.join(pair), Kind.named, identifiers.named(name, cells[-1])


def _alone(
    text: pa.Array, said: frozenset[Kind], region: str, kinds: frozenset[Kind]
) -> Iterator[tuple[Kind, pa.Array]]:
    spelt = identifiers.without_escapes(text) if Kind.email in kinds and holds(text, b"%") else text
    if Kind.email in kinds and holds(spelt, b"@"):
        some = spelt.filter(pc.match_substring(spelt, "@"))
        whole = identifiers.emails(some)
        yield Kind.email, whole
        if within := identifiers.emails_within(some, whole):
            yield Kind.email, pa.array(within, pa.string())
    if Kind.customer in kinds and Kind.customer in said:
        yield Kind.customer, identifiers.customers(text)
    yield from ((kind, identifiers.normal(kind, text, region)) for kind in _WRITTEN if kind in kinds & said)
    if unsaid := [kind for kind in _WRITTEN if kind in kinds - said]:
        yield from ((kind, identifiers.normal(kind, some, region)) for kind, some in _written(text, unsaid))


def _is_bare(array: pa.Array) -> bool:
    """Tells whether no cell of a column can be written like an identifier: days, truth, numbers that are too short.

    A telephone number that shows what it is begins with 0 or +, and a social security number has fifteen digits.
    """
    kind = array.type
    if pa.types.is_temporal(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return True
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)) or pa.types.is_float16(kind):
        return False
    most = pc.max(array).as_py()
    return most is None or most < 10**14


def _bytes(*those: int) -> NDArray[np.bool_]:
    return np.isin(np.arange(256), [*those, *b" \t\n\v\f\r"])


class _Look(NamedTuple):
    """How an identifier of a kind looks: its first and last bytes, how many there are at least, and all of it."""

    first: NDArray[np.bool_]
    last: NDArray[np.bool_]
    least: int
    pattern: str


_WRITTEN = {
    Kind.phone: _Look(_bytes(*b"+0"), _bytes(*b"0123456789.-()"), 9, _WRITTEN_PHONE),
    Kind.nir: _Look(_bytes(*b"123478"), _bytes(*b"0123456789"), 15, _WRITTEN_NIR),
}


def _written(text: pa.Array, kinds: Iterable[Kind]) -> Iterator[tuple[Kind, pa.Array]]:
    """Yields the cells that are written like a telephone or social security number, if there are any."""
    first, last, lengths = edges(text)
    for kind in kinds:
        look = _WRITTEN[kind]
        may = look.first[first] & look.last[last] & (lengths >= look.least)
        if may.any():
            some = text.filter(pa.array(may))
            some = some.filter(pc.match_substring_regex(some, look.pattern))
            if len(some):
                yield kind, some


def _distinct(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns each hash once, in any order. Where nearly all differ, all of them: putting them in order costs more."""
    if not len(hashes) or _mostly_differ(hashes):
        return hashes
    ordered = np.sort(hashes)
    once: NDArray[np.uint64] = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return once


def _mostly_differ(hashes: NDArray[np.uint64]) -> bool:
    """Tells whether at most some three in a hundred have come before (linear counting, Whang et al. 1990)."""
    if len(hashes) > _COMPACT_AT:  # the table would take more room than the hashes
        return False
    size = 1 << (8 * len(hashes)).bit_length()
    seen = np.zeros(size, bool)
    seen[hashes & np.uint64(size - 1)] = True
    return int(np.count_nonzero(seen)) > 0.97 * -size * math.expm1(-len(hashes) / size)


def _aligned(leaf: Leaf) -> pa.Array:
    """Returns the cells of a column as text, nulls in their places."""
    array, text = leaf
    if len(text) == len(array):
        return text
    if len(text) != len(array) - array.null_count:
        return pa.nulls(len(array), pa.string())
    return pc.replace_with_mask(pa.nulls(len(array), pa.string()), array.is_valid(), text)


class Collector:
    """Gathers the keyed hashes of one partition; threads may add batches at the same time."""

    def __init__(self, indexing: Indexing, dataset: Dataset, source: str) -> None:
        self._key = indexing.key
        self._region = indexing.of(source)
        self._dataset = dataset
        self._lock = threading.Lock()
        self._found: dict[tuple[str, Kind], list[NDArray[np.uint64]]] = {}
        self._layouts: dict[tuple[str, ...], Layout] = {}
        self._rows = 0
        self._problem: str | None = None  # nothing more can be gathered
        self._left_out: str | None = None  # all but this is

    def add(self, rows: int, columns: Mapping[str, Leaf]) -> None:
        """Hashes the identifiers of a batch; what fails is noted and not raised."""
        if self._problem is not None:
            return
        try:
            plan = self._layout(columns)
            for path, kind, values in identified(columns, plan, self._region):
                if len(there := values.drop_null()):
                    self._keep((path, kind), self._key.hashes(kind, there))
            with self._lock:
                self._rows += rows
                if plan.dropped:
                    self._left_out = f"{plan.dropped} pairs of a name and a date of birth are more than are indexed"
        except Exception as error:  # the scan goes on without the index
            self._problem = describe(error)

    def _layout(self, columns: Mapping[str, Leaf]) -> Layout:
        names = tuple(columns)
        with self._lock:
            if names not in self._layouts:
                self._layouts[names] = layout(self._dataset, columns)
            return self._layouts[names]

    def _keep(self, place: tuple[str, Kind], hashes: NDArray[np.uint64]) -> None:
        with self._lock:
            parts = self._found.setdefault(place, [])
            parts.append(hashes)
            if len(parts) > 1 and sum(map(len, parts[1:])) > max(_COMPACT_AT, len(parts[0])):
                parts[:] = [_distinct(np.concatenate(parts))]
            if sum(len(part) for parts in self._found.values() for part in parts) > MOST:
                self._found.clear()
                self._problem = f"a part of it holds more than {MOST:,} identifiers: divide it"

    def result(self, problem: str | None) -> Part:
        """Returns what was gathered, sealed; ``problem`` says why the partition was not read to its end, if so."""
        with self._lock:
            try:
                found = {place: _distinct(np.concatenate(parts)) for place, parts in sorted(self._found.items())}
                sealed = self._key.seal(pack(found))
            except Exception as error:
                sealed, self._problem = self._key.seal(pack({})), describe(error)
            return Part(self._key.id, self._rows, self._problem or problem or self._left_out, sealed)


def pack(found: Mapping[tuple[str, Kind], NDArray[np.uint64]]) -> bytes:
    """Returns hashes as bytes: a line of JSON with paths, kinds and counts, then the numbers."""
    head = json.dumps([[path, kind, len(hashes)] for (path, kind), hashes in found.items()])
    return b"".join((head.encode(), b"\n", *(hashes.astype("<u8", copy=False).data for hashes in found.values())))


def unpack(data: bytes) -> Iterator[tuple[str, Kind, NDArray[np.uint64]]]:
    """Yields what ``pack`` was given."""
    end = data.index(b"\n")
    start = end + 1
    for path, kind, count in json.loads(data[:end]):
        yield path, Kind(kind), np.frombuffer(data, "<u8", count, start).astype(np.uint64)
        start += 8 * count
