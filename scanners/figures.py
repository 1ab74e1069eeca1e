"""Numbers that were counted up, and long numbers in which another is found by accident.

``figures`` labels a sampled value by its digits; no label tells which they are. ``runs_on`` and ``accidental`` weigh
the labels of a column.
"""

from __future__ import annotations

import re
from zlib import crc32

from recense.evidence import ColumnProfile
from recense.scanners import bars
from recense.scanners.digits import digits_of, veiled

_NUMBER = re.compile(r"[0-9 .,+/()-]{9,32}")
LABEL = "figures:"
LONG = LABEL + "long"
NINE = 9
"""Digits of a row in which other numbers are found by accident."""
BUCKETS, TAIL, FEWEST = 16, 4, 8
"""Numbers fall into so many classes by all but their last four digits; so many of them tell a sequence from chance."""
BASE = 0.2
"""Of random ten-digit numbers, 7 % read as French phone numbers; three times as many are no accident."""


def figures(value: str, seen: bytes | None = None) -> frozenset[str]:
    """Returns what a value's digits say: that nine stand together, and the class of the number's leading part.

    Args:
        value: any text.
        seen: the same ``veiled``, where that was done already.
    """
    labels = {LONG} if b"0" * NINE in (veiled(value) if seen is None else seen) else set()
    if _NUMBER.fullmatch(value.strip()):
        number = digits_of(value)
        if 9 <= len(number) <= 20:
            labels.add(f"{LABEL}{crc32(number[:-TAIL].encode()) % BUCKETS}")
    return frozenset(labels)


def runs_on(profile: ColumnProfile) -> bool:
    """Tells whether a column's numbers differ in the last four digits only: order numbers, or extensions of a firm."""
    classes = [profile.labels[name].distinct for at in range(BUCKETS) if (name := f"{LABEL}{at}") in profile.labels]
    return sum(classes) >= FEWEST and sum(sorted(classes)[-2:]) >= 0.95 * sum(classes)


def accidental(profile: ColumnProfile, share: float) -> bool:
    """Tells whether a share of cells with a number inside is what the long numbers of the column give by chance."""
    long = profile.label_share(LONG)
    return long >= bars.COLUMN and share <= BASE * long
