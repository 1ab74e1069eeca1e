"""A uniform sample of a column's distinct values, taken while the batches pass by.

The sample is the ``size`` values of smallest keyed hash (see ``recense.evidence.ValueSample``), so it is the same
whatever the order and the cutting of the rows. The values themselves live in this object only, in memory, until the
partition is read and ``seal`` replaces each by its hash and the labels that detectors gave it.

A hash is 128 bits: 64 of a cheap vectorised mix of the cell's length and bytes, which decides who may enter, and 64 of
BLAKE2b, which keeps different values apart.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.evidence import SAMPLE_SIZE, ValueSample

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_MASKS = np.array([0, *(0xFFFFFFFFFFFFFFFF >> (64 - 8 * size) for size in range(1, 9))], np.uint64)
"""Keeps the first 0 to 8 bytes of a little-endian word."""

WORDS = 128
"""Words of 8 bytes up to which cells are hashed many at once."""

_CACHED = 1 << 14
"""Cells that are ranked at once: what is computed of them fits the processor's cache."""


def ranks(cells: pa.StringArray, key: bytes) -> np.ndarray:
    """Returns one keyed 64-bit rank per cell: equal cells have equal ranks, the others are spread evenly.

    Every byte counts, or the rows of a form would be drawn by the few bytes in which they agree. Up to ``WORDS`` words
    of 8 bytes go into a dot product with random odd words (multiply-shift hashing, Dietzfelbinger 1996) and one round
    of mixing; longer cells are hashed one by one.
    """
    count = len(cells)
    if count == 0:
        return np.empty(0, np.uint64)
    _, offset_buffer, data_buffer = cells.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[cells.offset : cells.offset + count + 1]
    windows = _windows(data_buffer, int(offsets[-1]))
    weights = _weights(key)
    ranked = np.empty(count, np.uint64)
    for at in range(0, count, _CACHED):
        ranked[at : at + _CACHED] = _mixed(windows, offsets[at : at + _CACHED + 1], weights)
    lengths = np.diff(offsets)
    for row in np.flatnonzero(lengths > 8 * WORDS).tolist():
        whole = memoryview(data_buffer)[offsets[row] : offsets[row + 1]]
        ranked[row] = int.from_bytes(hashlib.blake2b(whole, digest_size=8, key=key).digest(), "little")
    return ranked


def _weights(key: bytes) -> np.ndarray:
    """Returns random odd words, two more than a cell has words."""
    blocks = range(-(-(WORDS + 2) // 8))
    drawn = b"".join(hashlib.blake2b(bytes((block,)), key=key).digest() for block in blocks)
    return np.frombuffer(drawn, "<u8") | np.uint64(1)


def _mixed(windows: np.ndarray, offsets: np.ndarray, weights: np.ndarray) -> np.ndarray:
    starts, ends = offsets[:-1].astype(np.intp), offsets[1:]
    lengths = ends - starts
    # Whole words before the last, which may be less; -1 of an empty cell, and none of those hashed one by one.
    words = np.where(lengths <= 8 * WORDS, (lengths - 1) >> 3, 0)
    with np.errstate(over="ignore"):
        mixed = lengths.astype(np.uint64) * weights[-1]
        last = windows[np.maximum(ends - 8, starts)] & _MASKS[np.minimum(lengths, 8)]
        mixed += _folded(last) * weights[-2]
        having = len(words) - np.cumsum(np.bincount(words + 1))[1:-1]  # cells of more than 0, 1, 2 ... words
        # Longest first, so that the cells that have one word more are always the first rows.
        ragged = len(having) > 0 and int(having[-1]) < len(words)
        order = np.argsort(-words.astype(np.int16), kind="stable") if ragged else slice(None)
        place, summed = starts[order], mixed[order]
        for word, rows in enumerate(having.tolist()):
            summed[:rows] += _folded(windows[place[:rows]]) * weights[word]
            place[:rows] += 8
        mixed[order] = summed
        return _scramble(mixed)


def _folded(words: np.ndarray) -> np.ndarray:
    """Lets the high bytes count in the low ones: a product keeps but the last bits of its factor for them."""
    words ^= words >> np.uint64(32)
    return words


def _windows(data_buffer: pa.Buffer | None, end: int) -> np.ndarray:
    """Returns a view of the 8 bytes that begin at every byte up to ``end``; copies only when the buffer stops short."""
    data = np.frombuffer(data_buffer or b"", np.uint8)
    if len(data) < end + 8:
        padded = np.zeros(end + 8, np.uint8)
        padded[: min(len(data), end)] = data[:end]
        data = padded
    return np.ndarray((end + 1,), "<u8", data, strides=(1,))


def _scramble(words: np.ndarray) -> np.ndarray:
    """Mixes in place by the finaliser of SplitMix64 (Steele, Lea, Flood 2014): each bit reaches all others."""
    words ^= words >> np.uint64(30)
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words


class Reservoir:
    """The values of a column's sample while its partition is being read. Never pickled, never stored.

    Args:
        key: 16 random bytes of the run.
        size: distinct values to keep.
    """

    def __init__(self, key: bytes, size: int = SAMPLE_SIZE) -> None:
        self.key = key
        self.size = size
        self._kept: dict[int, list[object]] = {}  # hash -> [value, cells]
        self._limit = int(_ALL)  # no value of a higher rank can enter any more

    def add(self, cells: pa.StringArray) -> None:
        """Lets the cells of a batch compete for the sample."""
        if not len(cells):
            return
        if self._limit < int(_ALL):
            cells = cells.take(pa.array(np.flatnonzero(ranks(cells, self.key) <= np.uint64(self._limit))))
        elif len(cells) > 8 * self.size:
            cells = self._low(cells, ranks(cells, self.key))
        for value, count, rank in self._smallest(cells):
            whole = hashlib.blake2b(value.encode(), digest_size=8, key=self.key).digest()
            digest = rank << 64 | int.from_bytes(whole, "little")
            entry = self._kept.setdefault(digest, [value, 0])
            entry[1] = int(entry[1]) + count  # type: ignore[call-overload]
        self._trim()

    def _low(self, cells: pa.StringArray, order: np.ndarray) -> pa.StringArray:
        """Returns the cells of low rank when these alone fill the sample, else all: few need to be compared then."""
        low = np.flatnonzero(order <= np.uint64(int(_ALL) // len(order) * 4 * self.size))
        return cells.take(pa.array(low)) if len(np.unique(order[low])) >= self.size else cells

    def _smallest(self, cells: pa.StringArray) -> list[tuple[str, int, int]]:
        """Returns (value, cells, rank) of the distinct values that may be among the smallest."""
        if not len(cells):
            return []
        counted = pc.value_counts(cells)
        values, counts = counted.field("values"), counted.field("counts").to_numpy()
        order = ranks(values, self.key)
        if len(order) > self.size:
            bar = np.partition(order, self.size - 1)[self.size - 1]
            keep = np.flatnonzero(order <= bar)
            values, counts, order = values.take(pa.array(keep)), counts[keep], order[keep]
        return list(zip(values.to_pylist(), counts.tolist(), order.tolist(), strict=True))

    def _trim(self) -> None:
        if len(self._kept) >= self.size:
            ordered = sorted(self._kept)
            for digest in ordered[self.size :]:
                del self._kept[digest]
            self._limit = ordered[self.size - 1] >> 64

    @property
    def hashes(self) -> Iterable[int]:
        """Returns the hashes of the sample, in no order."""
        return self._kept.keys()

    def absorb(self, other: Reservoir) -> None:
        """Makes this the sample of both columns' cells, of the same key and size."""
        for digest, (value, cells) in other._kept.items():
            entry = self._kept.setdefault(digest, [value, 0])
            entry[1] = int(entry[1]) + int(cells)  # type: ignore[call-overload]
        self._trim()

    def values(self) -> list[str]:
        """Returns the sampled values, smallest hash first."""
        return [str(self._kept[digest][0]) for digest in sorted(self._kept)]

    def seal(
        self, label: Callable[[Sequence[str]], Sequence[frozenset[str]]], earlier: Sequence[int] = ()
    ) -> ValueSample:
        """Returns the sample without values: each becomes its hash, its cells and what ``label`` says of it.

        Args:
            label: names what values look like; what it costs is most of what a sample costs.
            earlier: hashes of the same column's samples in other partitions of the run. Values that cannot be in the
                sample of all of them are left out, unread: merged with those samples, the result is the same.
        """
        kept = sorted(self._kept)
        together = smallest((*kept, *earlier), self.size)
        if earlier and len(together) == self.size:
            kept = kept[: bisect_right(kept, together[-1])]
        labels = label([str(self._kept[digest][0]) for digest in kept])
        entries = {
            digest: (int(self._kept[digest][1]), spoken)  # type: ignore[call-overload]
            for digest, spoken in zip(kept, labels, strict=True)
        }
        return ValueSample(self.size, entries)


def smallest(hashes: Iterable[int], size: int) -> list[int]:
    """Returns the ``size`` smallest of the different hashes, in order."""
    return sorted(set(hashes))[:size]


@lru_cache(maxsize=2)
def read_before(key: bytes, dataset: str) -> dict[str, list[int]]:
    """Returns, per column, the hashes sampled from a dataset's partitions that this process has read in a run.

    A column of many partitions is so read by the language detectors about 512 x (1 + ln partitions) times instead of
    512 x partitions: a later partition's value enters the common sample ever more rarely. Two datasets are remembered.
    """
    return {}
