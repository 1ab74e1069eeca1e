"""Arrow columns of text as the column path needs them: folded, distinct, and by the characters that they hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import bools, buffers
from recense.scanners.folding import ODD, fold
from recense.scanners.grouping import repeats

ANY = frozenset(map(chr, range(128)))
HARD = frozenset("/0123456789:;<=>?@#$%&[\\]^_`{|}~\x7f")
SOFT = ANY - HARD
"""Prose is made of letters, blanks and the signs that are left: few detectors can find anything in these."""

SORTED_CELLS, LONG = 1_024, 64
"""Texts of so many bytes on average, in so many cells, are sorted by their characters first."""

BLOCK = 1 << 18
"""Bytes that fit the processor's cache."""

_FLOAT = r"^[0-9 \t\r\n]{5,24}\.0[ \t\r\n]*$"
_FLOAT_ENDS = np.isin(np.arange(256), [*b"0 \t\r\n"])
_ODD_LEADS = sorted({char.encode()[0] for char in ODD})

Rows = npt.NDArray[np.intp]


def strings(values: Sequence[str]) -> pa.Array:
    """Returns the texts as a column; any number of bytes."""
    return pa.array(values, type=pa.large_string())


def distinct_if_repeated(cells: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int64] | None]:
    """Returns the cells without nulls; as distinct values with their counts when a sample repeats itself."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        indices = cells.indices.drop_null()
        counts = np.bincount(np.asarray(indices, dtype=np.int64), minlength=len(cells.dictionary))
        used = np.flatnonzero(counts)
        values = take(cells.dictionary, used)
        present = np.flatnonzero(bools(pc.is_valid(values)))
        return take(values, present), counts[used][present].astype(np.int64)
    cells = cells.drop_null()
    if not repeats(cells):
        return cells, None
    encoded = pc.dictionary_encode(cells)
    counts = np.bincount(np.asarray(encoded.indices), minlength=len(encoded.dictionary))
    return encoded.dictionary, counts.astype(np.int64)


def take(cells: pa.Array, rows: Rows) -> pa.Array:
    """Returns the cells at these rows, the same column when they are all; rows do not repeat."""
    return cells if len(rows) == len(cells) else cells.take(pa.array(rows))


def folded_cells(cells: pa.Array) -> pa.Array:
    """Returns the cells as ``folding.fold`` gives them."""
    raw, places = buffers(cells)
    odd = floats = np.zeros(0, dtype=np.intp)
    if _holds_odd(raw):
        odd = np.flatnonzero(bools(pc.match_substring_regex(cells, pattern=f"[{ODD}]")))
    sizes = np.diff(places)
    maybe = np.flatnonzero(
        (sizes >= 7) & (sizes <= 56) & _FLOAT_ENDS[raw[np.maximum(places[1:], 1) - 1]] if len(raw) else []
    )
    if len(maybe):
        floats = maybe[bools(pc.match_substring_regex(take(cells, maybe), pattern=_FLOAT))]
    rows = np.union1d(odd, floats)
    if len(rows) == 0:
        return cells
    texts = pa.array([fold(text) for text in take(cells, rows).to_pylist()], type=cells.type)
    mask = np.zeros(len(cells), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(cells, pa.array(mask), texts)


def _holds_odd(raw: npt.NDArray[np.uint8]) -> bool:
    """Tells whether a byte begins a character that folding may change, block by block in the processor's cache."""
    for start in range(0, len(raw), BLOCK):
        block = raw[start : start + BLOCK]
        if block.max() >= _ODD_LEADS[0] and any((block == lead).any() for lead in _ODD_LEADS):
            return True
    return False


def hard(cells: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Tells which cells of long texts hold a digit or a sign that prose has not; None when that would gain little."""
    raw, places = buffers(cells)
    if len(cells) < SORTED_CELLS or len(raw) < LONG * len(cells):
        return None
    found = np.zeros(len(cells), dtype=bool)
    for start in range(0, len(raw), BLOCK):
        part = raw[start : start + BLOCK]
        marks = np.flatnonzero(
            ((part - np.uint8(0x2F)) < np.uint8(0x12))  # / 0-9 : ; < = > ? @
            | ((part - np.uint8(0x23)) < np.uint8(0x04))  # # $ % &
            | ((part - np.uint8(0x5B)) < np.uint8(0x06))  # [ \ ] ^ _ `
            | ((part - np.uint8(0x7B)) < np.uint8(0x05))  # { | } ~ and delete
        )
        if len(marks) * 16 > len(part):
            return None
        found[np.searchsorted(places, marks + start, side="right") - 1] = True
    return found if np.count_nonzero(found) * 2 <= len(cells) else None


def characters(cells: pa.Array) -> tuple[frozenset[str], int, bool]:
    """Returns the ASCII characters in the cells, the length of the longest, rounded up, and whether others occur.

    Long texts are taken to hold every character: finding out would cost as much as looking for patterns.
    """
    raw, places = buffers(cells)
    longest = int(np.diff(places).max(initial=0))
    if longest > 64:
        return ANY, 1 << 30, True
    known = bytes(np.unique(raw[:4096]))
    for start in range(4096, len(raw), BLOCK):
        # Without those known already, nothing is left of most blocks; numpy takes four times as long.
        known += bytes(set(raw[start : start + BLOCK].tobytes().translate(None, known)))
    rounded = longest if longest <= 20 else (longest + 7) // 8 * 8
    return frozenset(chr(code) for code in known if code < 128), rounded, max(known, default=0) >= 128


def western(cells: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells which cells are of ASCII and Latin-1 alone.

    Beyond, (?i) of RE2 takes letters for others that ``re`` does not: a long s for s, the sign of Kelvin for k.
    """
    raw, _ = buffers(cells)
    if len(raw) == 0 or raw.max() < 0xC4:  # the first byte of U+0100
        return np.ones(len(cells), dtype=bool)
    return ~bools(pc.match_substring_regex(cells, pattern=r"[^\x00-\x{FF}]"))
