"""Intervals of F1: whole tables or documents are drawn again, since errors within one come together."""

from __future__ import annotations

from collections.abc import Sequence

DRAWS = 2_000
Counts = tuple[int, int, int]
"""Of one table or document: true positives, false positives, false negatives."""


def f1(counts: Counts) -> float:
    """Returns 2 tp / (2 tp + fp + fn); 0 without any."""
    right, wrong, missed = counts
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 0.0


def total(parts: Sequence[Counts]) -> Counts:
    """Returns the sums over all parts."""
    return sum(p[0] for p in parts), sum(p[1] for p in parts), sum(p[2] for p in parts)


def interval(parts: Sequence[Counts], seed: int = 7) -> tuple[float, float]:
    """Returns the 95 % percentile interval of F1 over ``DRAWS`` draws of the parts with replacement."""
    import numpy as np

    if not parts:
        return 0.0, 1.0
    table = np.array(parts, dtype=np.int64)
    weights = np.random.default_rng(seed).multinomial(len(parts), [1 / len(parts)] * len(parts), DRAWS)
    right, wrong, missed = (weights @ table).T
    scores = 2 * right / np.maximum(1, 2 * right + wrong + missed)
    low, high = np.percentile(scores, (2.5, 97.5))
    return float(low), float(high)


def shown(parts: Sequence[Counts]) -> str:
    """Returns F1 and its interval as a cell of a table."""
    low, high = interval(parts)
    return f"{f1(total(parts)):.3f} ({low:.2f}-{high:.2f})"
