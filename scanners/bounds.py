"""What a sample of distinct values says of all of them: upper bounds, with what they assume.

The sample is uniform (``sampling``): the values of smallest keyed hash over all partitions, its key drawn per run and
forgotten with it, so that no seed can be stored that would tell values by their hashes. A detector of language misses
some of what it looks for; the bounds are divided by the share it is assumed to find.
"""

from __future__ import annotations

import math

from recense.evidence import ColumnProfile
from recense.scanners.bars import LANGUAGE_RECALL, SAMPLE_CONFIDENCE


def language_bound(profile: ColumnProfile, label: str) -> float:
    """Returns the share of a column's distinct values that look like ``label`` at most, with 95 % confidence.

    Args:
        profile: of the column; all values were read when it has no more than the sample holds.
        label: of ``labels.LABELS``.

    Returns:
        0 to 1, ``LANGUAGE_RECALL`` taken into account; 1 when no value was read.
    """
    read, hits = profile.sampled.distinct, profile.labels[label].distinct if label in profile.labels else 0
    if not read:
        return 1.0
    share = hits / read if profile.distinct <= read else share_at_most(hits, read)
    return min(1.0, share / LANGUAGE_RECALL)


def share_at_most(hits: int, read: int, alpha: float = SAMPLE_CONFIDENCE) -> float:
    """Returns the largest share of which ``hits`` or fewer of ``read`` are not improbable (Clopper, Pearson 1934).

    >>> round(share_at_most(0, 512), 4)  # 1 - 0.05 ** (1 / 512)
    0.0058
    >>> round(share_at_most(5, 100), 3), share_at_most(7, 7)
    (0.102, 1.0)
    """
    if hits >= read:
        return 1.0
    low, high = hits / read, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _fewer(hits, read, middle) > alpha else (low, middle)
    return high


def _fewer(hits: int, read: int, share: float) -> float:
    """Returns the probability of at most ``hits`` among ``read`` when each is one with probability ``share``."""
    if not 0 < share < 1:
        return float(share <= 0)
    logs = (
        math.lgamma(read + 1)
        - math.lgamma(k + 1)
        - math.lgamma(read - k + 1)
        + k * math.log(share)
        + (read - k) * math.log1p(-share)
        for k in range(hits + 1)
    )
    return min(1.0, math.fsum(math.exp(log) for log in logs))
