"""How columns are put before the expressions: small ones together, repeated values once.

RE2 compiles an expression at each call, 1 to 4 ms: on a few thousand cells that is more than looking for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

POOLED_CELLS, POOLED_BYTES, POOLED_COLUMNS, POOL_BYTES = 4_096, 4 << 20, 256, 16 << 20
"""Columns of up to so many cells and bytes are asked together, so many of so many bytes at once."""

SAMPLE = 1_024
"""Cells of a column that tell whether its values repeat."""


def pools(columns: Sequence[pa.Array]) -> list[list[int]]:
    """Returns the places of the columns in groups: small ones of the same type together, each other one alone."""
    groups: list[list[int]] = []
    open_groups: dict[str, int] = {}
    held: dict[str, int] = {}
    for place, column in enumerate(columns):
        if len(column) > POOLED_CELLS or column.nbytes > POOLED_BYTES or pa.types.is_dictionary(column.type):
            groups.append([place])
            continue
        kind = str(column.type)
        full = len(groups[open_groups[kind]]) >= POOLED_COLUMNS if kind in open_groups else True
        if full or held[kind] + column.nbytes > POOL_BYTES:
            open_groups[kind], held[kind] = len(groups), 0
            groups.append([])
        groups[open_groups[kind]].append(place)
        held[kind] += column.nbytes
    return groups


def repeats(cells: pa.Array) -> bool:
    """Tells whether cells spread evenly over a column hold few values: then each distinct one is asked once."""
    if len(cells) < 256:
        return False
    sample = cells.take(pa.array(spread(len(cells), min(SAMPLE, len(cells) // 4))))
    return len(pc.unique(sample)) * 2 <= len(sample)


def spread(length: int, size: int) -> npt.NDArray[np.intp]:
    """Returns up to ``size`` places spread evenly over a column."""
    return np.unique(np.linspace(0, length - 1, min(length, size)).astype(np.intp))


def joined(cells: pa.Array, size: int) -> pa.Array:
    """Returns texts of ``size`` cells each, a line a cell, the last one of what is left; the cells hold no nulls."""
    places = np.append(np.arange(0, len(cells), size), len(cells)).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(places), cells), pa.scalar("\n", cells.type))
