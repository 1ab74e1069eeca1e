"""Shares a sample of a dataset's rows out among its partitions, and says what such a sample proves.

With known numbers of rows the sample is a simple random one of the whole dataset: how many rows each partition gives
is drawn from the multivariate hypergeometric distribution. Where only the dataset's size is known, each row is drawn
for itself. Where nothing is known, each partition gives the full number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from recense.model import Dataset, Draw, Partition

CONFIDENCE = 0.95
_MOST = 10**9  # numpy draws from fewer; beyond, chance and proportion are the same to four digits


@dataclass(frozen=True, slots=True)
class Lot:
    """The draws of a dataset.

    Attributes:
        draws: by partition key; a partition without one is read whole.
        stratified: every partition gives the full number of rows, whatever its size.
    """

    draws: dict[str, Draw]
    stratified: bool = False


def draws(dataset: Dataset, partitions: Sequence[Partition], rows: int, key: bytes) -> Lot:
    """Returns which rows to take of each partition, a function of its arguments alone.

    Args:
        dataset: what is sampled.
        partitions: all of its partitions.
        rows: rows to take of the dataset.
        key: the run's secret key.
    """
    known = [partition.rows for partition in partitions if partition.rows is not None]
    seeds = [_seed(key, dataset, partition.key) for partition in partitions]
    if len(known) == len(partitions):
        counts = _shared_out(known, rows, _seed(key, dataset, ""))
        return Lot(
            {
                part.key: Draw(rows=count, of=of, seed=seed)
                for part, count, of, seed in zip(partitions, counts, known, seeds, strict=True)
                if count < of
            }
        )
    if len(partitions) > 1 and dataset.rows:
        if rows >= dataset.rows:
            return Lot({})
        share = rows / dataset.rows
        return Lot({part.key: Draw(share=share, seed=seed) for part, seed in zip(partitions, seeds, strict=True)})
    taken = {part.key: Draw(rows=rows, seed=seed) for part, seed in zip(partitions, seeds, strict=True)}
    return Lot(taken, stratified=len(partitions) > 1)


def exact_rows(partitions: Sequence[Partition]) -> int | None:
    """Returns how many rows the partitions have, None unless all know it for certain."""
    known = [partition.rows for partition in partitions]
    return None if None in known else sum(rows for rows in known if rows is not None)


def bound(rows_read: int, rows: int | None, wanted: int, lot: Lot) -> float:
    """Returns which share of a dataset's rows at most can hold what is in no sampled row, with 95 % confidence.

    A share p or more would have been missed with probability (1 - p)^n at most. Rows and not cells are what was drawn
    independently. In a stratified sample n is what the least partition gave: the bound of a whole that each of its
    parts was sampled that well.

    Args:
        rows_read: rows that were read.
        rows: rows there are, None when that is not known for certain.
        wanted: rows asked for.
        lot: how they were drawn.

    >>> round(bound(3_000, 1_000_000, 3_000, Lot({})), 6), bound(10, 10, 3_000, Lot({}))
    (0.000998, 0.0)
    """
    if rows is not None and rows_read >= rows:
        return 0.0
    drawn = min(rows_read, wanted) if lot.stratified else rows_read
    return 1.0 if drawn <= 0 else float(1 - (1 - CONFIDENCE) ** (1 / drawn))


def _shared_out(known: Sequence[int], rows: int, seed: int) -> list[int]:
    import numpy as np

    total = sum(known)
    if rows >= total:
        return list(known)
    chance = np.random.default_rng(seed)
    counts = []
    left, wanted = total, rows
    for size in known:
        if left >= _MOST or not 0 < size < left:
            taken = min(size, round(wanted * size / left) if left else 0)
        else:
            taken = int(chance.hypergeometric(size, left - size, wanted))
        counts.append(taken)
        left, wanted = left - size, wanted - taken
    return counts


def _seed(key: bytes, dataset: Dataset, part: str) -> int:
    name = "\x1f".join((dataset.source, dataset.name, part)).encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(name, digest_size=8, key=key).digest(), "little")
