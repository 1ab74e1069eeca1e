"""The bytes of a column of texts, without a copy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]


def buffers(cells: pa.Array) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Returns the bytes of a string array without nulls and the n + 1 offsets of its cells in them."""
    wide = pa.types.is_large_string(cells.type)
    _, offsets, data = cells.buffers()
    dtype = np.int64 if wide else np.int32
    if len(cells) == 0 or offsets is None:
        return np.zeros(0, dtype=np.uint8), np.zeros(1, dtype=np.int64)
    places = np.frombuffer(offsets, dtype=dtype)[cells.offset : cells.offset + len(cells) + 1].astype(np.int64)
    raw = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return raw[places[0] : places[-1]], places - places[0]


def holds(cells: pa.Array, byte: bytes) -> bool:
    """Tells whether a byte occurs in any of the cells, block by block in the processor's cache."""
    raw, _ = buffers(cells)
    wanted = byte[0]
    return any(bool((raw[start : start + (1 << 18)] == wanted).any()) for start in range(0, len(raw), 1 << 18))


def bools(mask: pa.Array) -> npt.NDArray[np.bool_]:
    """Returns a mask of Arrow as one of numpy."""
    return np.asarray(mask.to_numpy(zero_copy_only=False))
