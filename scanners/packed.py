"""Word lists as sorted arrays: built from whole Arrow columns without a Python object a word, looked up one by one.

A word is kept as a number below 2⁵⁵: its UTF-8 bytes behind a byte 1, read as one big number, modulo a prime.
Python computes it in two calls for the word that is looked up, numpy a byte at a time for a column of words. It is the
same in every process; a stranger's chance to be taken for one of 300 000 known words is 10⁻¹¹.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import bools, buffers

V = TypeVar("V", int, float)
Keys = npt.NDArray[np.uint64]

_PRIME = 31_174_132_052_409_979
"""Below 2⁵⁵, and far from a power of two: next to one, neighbouring letters of a word would cancel each other."""
_ACCENTS = r"[\x{0300}-\x{036F}]"


def key_of(word: str) -> int:
    """Returns the number under which a word is kept."""
    return int.from_bytes(b"\x01" + word.encode("utf-8", "surrogatepass"), "big") % _PRIME


def keys_of(words: pa.Array) -> Keys:
    """Returns ``key_of`` every word of a column without nulls."""
    raw, places = buffers(words)
    sizes = np.diff(places)
    order = np.argsort(-sizes, kind="stable")
    starts, sizes = places[:-1][order], sizes[order]
    keys = np.ones(len(order), np.uint64)
    prime = np.uint64(_PRIME)
    for at in range(int(sizes[0]) if len(sizes) else 0):
        longer = int(np.searchsorted(-sizes, -at, side="left"))  # words with a byte at this place come first
        keys[:longer] = (keys[:longer] * np.uint64(256) + raw[starts[:longer] + at]) % prime
    found = np.empty_like(keys)
    found[order] = keys
    return found


class Packed(Generic[V]):
    """A read-only mapping from folded words to numbers in 12 or 16 bytes an entry."""

    __slots__ = ("_keys", "_values")

    def __init__(self, entries: Mapping[str, V], typecode: str) -> None:
        pairs = sorted((key_of(word), value) for word, value in entries.items())
        self._keys = array("q", (key for key, _ in pairs))
        self._values: array[Any] = array(typecode, (value for _, value in pairs))

    @classmethod
    def of(cls, keys: Keys, values: npt.NDArray[Any], typecode: str) -> Packed[V]:
        """Returns the mapping of keys that are sorted and different from each other."""
        packed = cls({}, typecode)
        packed._keys.frombytes(keys.astype(np.int64).tobytes())
        packed._values.frombytes(values.astype(np.dtype(typecode)).tobytes())
        return packed

    def get(self, word: str, default: V) -> V:
        """Returns the number of a folded word, or the default."""
        key = key_of(word)
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            return self._values[at]  # type: ignore[no-any-return]
        return default

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        key = key_of(word)
        at = bisect_left(self._keys, key)
        return at < len(self._keys) and self._keys[at] == key

    def __len__(self) -> int:
        return len(self._keys)


def summed(keys: Keys, values: npt.NDArray[np.float64]) -> tuple[Keys, npt.NDArray[np.float64]]:
    """Returns the different keys, sorted, and the sum of the values of each."""
    distinct, places = np.unique(keys, return_inverse=True)
    return distinct, np.bincount(places, weights=values, minlength=len(distinct)).astype(np.float64)


def looked_up(keys: Keys, known: Keys, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns the values of keys in a sorted table, 0 for those it does not have."""
    if len(known) == 0:
        return np.zeros(len(keys))
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, values[at], 0.0)


def folded(words: pa.Array) -> pa.Array:
    """Returns ``gazetteers.fold`` of every word of a column without nulls."""
    from recense.scanners.gazetteers import fold

    upper = pc.ascii_upper(words)
    odd = np.flatnonzero(~bools(pc.string_is_ascii(words)))
    if len(odd) == 0:
        return upper
    some = words.take(pa.array(odd))
    plain = pc.ascii_upper(pc.replace_substring_regex(pc.utf8_normalize(some, form="NFKD"), _ACCENTS, ""))
    rare = ~bools(pc.string_is_ascii(plain))  # ligatures, other scripts: the long way
    if rare.any():
        long = [fold(word) for word in some.filter(pa.array(rare)).to_pylist()]
        plain = pc.replace_with_mask(plain, pa.array(rare), pa.array(long, plain.type))
    mask = np.zeros(len(words), dtype=bool)
    mask[odd] = True
    return pc.replace_with_mask(upper, pa.array(mask), plain)


_M, _SEED = 0xC6A4A7935BD1E995, 1


def vocabulary_ids(words: pa.Array) -> Keys:
    """Returns the ids that spaCy's vocabulary gives words: MurmurHash64A (Appleby, public domain) with seed 1."""
    raw, places = buffers(words)
    sizes = np.diff(places)
    ids = np.zeros(len(sizes), np.uint64)
    for size in np.unique(sizes).tolist():
        rows = np.flatnonzero(sizes == size)
        padded = np.zeros((len(rows), (size + 7) // 8 * 8), np.uint8)
        padded[:, :size] = raw[places[:-1][rows][:, None] + np.arange(size)]
        ids[rows] = _murmur(padded.view("<u8"), size)
    return ids


def _murmur(blocks: npt.NDArray[np.uint64], size: int) -> Keys:
    """Returns the hashes of texts of ``size`` bytes, each a row of 8-byte words padded with zeros."""
    m, shift = np.uint64(_M), np.uint64(47)
    hashes = np.full(len(blocks), (_SEED ^ (size * _M)) & 0xFFFFFFFFFFFFFFFF, np.uint64)
    with np.errstate(over="ignore"):
        for block in blocks[:, : size // 8].T:
            mixed = block * m
            mixed ^= mixed >> shift
            hashes = (hashes ^ (mixed * m)) * m
        if size % 8:
            hashes = (hashes ^ blocks[:, -1]) * m
        hashes = (hashes ^ (hashes >> shift)) * m
        return np.asarray(hashes ^ (hashes >> shift))
