"""Takes a uniform sample of rows out of a stream of batches, whatever the source; see ``recense.model.Draw``.

Which rows are taken depends on the seed and on a row's place in the stream, not on how the stream is cut into batches.
Never the head: a table's first rows are its oldest, or somebody's tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from recense.model import Draw

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

HELD_BYTES = 64 << 20
"""Bytes of rows that wait until the end of a stream of unknown length; beyond, the sample gets smaller, not biased."""


def thin(batches: Iterable[pa.RecordBatch], draw: Draw, held_bytes: int = HELD_BYTES) -> Iterator[pa.RecordBatch]:
    """Yields the rows that a draw takes, in their order.

    Args:
        batches: all rows of a partition.
        draw: which of them; without a known number of rows they are held back until the stream ends.
        held_bytes: memory for rows held back.
    """
    if not draw.rows:
        return _by_chance(batches, draw)
    if draw.of is not None:
        return _by_place(batches, places(draw))
    return _lowest(batches, draw, held_bytes)


def places(draw: Draw) -> npt.NDArray[np.int64]:
    """Returns which rows of ``draw.of`` are taken, counted from 0, in order."""
    import numpy as np

    rows = draw.of or 0
    if draw.rows >= rows:
        return np.arange(rows)
    return np.sort(np.random.default_rng(draw.seed).choice(rows, draw.rows, replace=False, shuffle=False))


def within(chosen: npt.NDArray[np.int64], start: int, rows: int) -> npt.NDArray[np.int64]:
    """Returns which rows of a batch are taken, when it begins at row ``start`` of what the places count."""
    low, high = chosen.searchsorted((start, start + rows))
    return chosen[low:high] - start


def _by_place(batches: Iterable[pa.RecordBatch], chosen: npt.NDArray[np.int64]) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in batches:
        taken = within(chosen, start, batch.num_rows)
        start += batch.num_rows
        if len(taken):
            yield batch.take(pa.array(taken))


def _by_chance(batches: Iterable[pa.RecordBatch], draw: Draw) -> Iterator[pa.RecordBatch]:
    import numpy as np

    chance = np.random.default_rng(draw.seed)
    for batch in batches:
        taken = np.flatnonzero(chance.random(batch.num_rows) < draw.share)
        if len(taken):
            yield batch.take(pa.array(taken))


def _lowest(batches: Iterable[pa.RecordBatch], draw: Draw, held_bytes: int) -> Iterator[pa.RecordBatch]:
    """Gives every row a random rank and yields the ``draw.rows`` lowest: a sample of each beginning of the stream."""
    import numpy as np

    chance = np.random.default_rng(draw.seed)
    held: list[tuple[npt.NDArray[np.float64], pa.RecordBatch]] = []
    most, bar, rows, size = draw.rows, 1.0, 0, 0
    for batch in batches:
        ranks = chance.random(batch.num_rows)
        taken = np.flatnonzero(ranks < bar)
        if not len(taken):
            continue
        held.append((ranks[taken], batch.take(pa.array(taken))))
        rows, size = rows + len(taken), size + held[-1][1].nbytes
        if rows > 2 * most or size > held_bytes:
            if size > held_bytes:
                most = max(1, min(most, rows) // 2)
            held, bar = _lower(held, most)
            rows, size = sum(len(part) for part, _ in held), sum(part.nbytes for _, part in held)
    yield from (part for _, part in _lower(held, most)[0])


def _lower(
    held: list[tuple[npt.NDArray[np.float64], pa.RecordBatch]], most: int
) -> tuple[list[tuple[npt.NDArray[np.float64], pa.RecordBatch]], float]:
    """Returns the rows of the ``most`` lowest ranks, and the rank from which on no row can be among them."""
    import numpy as np

    ranks = np.concatenate([part for part, _ in held]) if held else np.empty(0)
    if len(ranks) <= most:
        return held, 1.0
    bar = float(np.partition(ranks, most)[most])
    kept = []
    for part, batch in held:
        low = np.flatnonzero(part < bar)
        if len(low):
            kept.append((part[low], batch.take(pa.array(low))))
    return kept, bar
