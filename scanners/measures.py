"""Lengths and blanks of whole columns, read from the bytes: an expression a cell would cost ten times as much."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import buffers

BLANK = r"^[\s\x{00A0}\x{FEFF}]*$"
"""White space, no-break spaces and byte order marks, and nothing else."""

_MAY_BE_BLANK = np.zeros(256, dtype=bool)
_MAY_BE_BLANK[[*b" \t\n\v\f\r", 0xC2, 0xEF]] = True
"""First bytes of blank cells in UTF-8."""


def lengths(cells: pa.StringArray) -> tuple[int, int]:
    """Returns the characters of all cells and those of the longest; the cells hold no nulls."""
    raw, places = buffers(cells)
    sizes = np.diff(places)
    if len(sizes) == 0:
        return 0, 0
    longest = int(sizes.max())
    beyond = int(np.count_nonzero(raw.view(np.int8) < -64))  # continuation bytes of UTF-8
    if beyond:
        one = cells.slice(int(sizes.argmax()), 1)
        floor = pc.utf8_length(one)[0].as_py()
        rivals = cells.take(pa.array(np.flatnonzero(sizes >= floor)))  # no other cell can have more characters
        longest = pc.max(pc.utf8_length(rivals)).as_py()
    return len(raw) - beyond, longest


def not_blank(cells: pa.StringArray) -> pa.StringArray:
    """Returns the cells that hold more than white space; the cells hold no nulls."""
    raw, places = buffers(cells)
    if len(cells) == 0:
        return cells
    starts = places[:-1]
    empty = starts == places[1:]
    if len(raw) == 0:
        return cells.slice(0, 0)
    suspects = np.flatnonzero(_MAY_BE_BLANK[raw[np.minimum(starts, len(raw) - 1)]] | empty)
    if len(suspects) == 0:
        return cells
    blank = np.asarray(pc.match_substring_regex(cells.take(pa.array(suspects)), BLANK).to_numpy(zero_copy_only=False))
    if not blank.any():
        return cells
    keep = np.ones(len(cells), dtype=bool)
    keep[suspects[blank]] = False
    return cells.filter(pa.array(keep))
