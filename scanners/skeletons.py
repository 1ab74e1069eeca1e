"""Cells with 0 for every digit, and detectors that ask for no particular digit.

Columns of numbers, dates, keys and log lines are made of few skeletons: ``06 12 34 56 78`` and ``01 98 76 54 32`` are
both ``00 00 00 00 00``. What an expression says of a text is what it says of its skeleton, where it treats all digits
alike; where it does not, its veiled twin, with any digit for a particular one, matches at least the skeletons of its
texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.arrays import Rows
from recense.scanners.buffers import buffers
from recense.scanners.detector import Detector, Shape
from recense.scanners.grouping import spread
from recense.scanners.re2 import PARSER, widened

WORTH, SAMPLE, MOST, FEW = 8_192, 4_096, 3 / 4, 1 / 8
"""Cells from which skeletons are worth making, cells that tell whether they repeat, the share of these that may be
different, and that of all cells."""

_BLOCK = 1 << 17
_DIGITS = frozenset(map(ord, "0123456789"))


def skeletons(cells: pa.Array) -> tuple[pa.Array, Rows] | None:
    """Returns the distinct skeletons of a column without nulls, and the place of each cell's among them.

    None where they are few cells or of many skeletons.
    """
    if len(cells) < WORTH:
        return None
    some = cells.take(pa.array(spread(len(cells), SAMPLE)))
    veiled_some = veiled_cells(some)
    if veiled_some.equals(some) or len(pc.unique(veiled_some)) > SAMPLE * MOST:
        return None
    encoded = pc.dictionary_encode(veiled_cells(cells))
    if len(encoded.dictionary) > len(cells) * FEW:
        return None
    return encoded.dictionary, np.asarray(encoded.indices)


def veiled_cells(cells: pa.Array) -> pa.Array:
    """Returns every cell of a column without nulls with 0 for each ASCII digit."""
    raw, places = buffers(cells)
    veiled = np.empty(len(raw), dtype=np.uint8)
    for start in range(0, len(raw), _BLOCK):
        part = raw[start : start + _BLOCK]
        digits = part - np.uint8(48)
        veiled[start : start + _BLOCK] = part - digits * (digits < 10)  # arithmetic: a choice a byte takes longer
    wide = pa.types.is_large_string(cells.type)
    offsets = pa.py_buffer(places.astype(np.int64 if wide else np.int32))
    return pa.Array.from_buffers(cells.type, len(cells), [None, offsets, pa.py_buffer(veiled)])


@cache
def veiled(detector: Detector) -> Detector | None:
    """Returns the detector's twin for skeletons: it matches at least the skeletons of what the detector matches.

    It has no check and no proof. None when some expression cannot be had without asking for particular digits.
    """
    regexes = [_veiled(shape.regex) for shape in detector.shapes]
    triage = _veiled(detector.triage) if detector.triage else None
    if None in regexes or (detector.triage and triage is None):
        return None
    shapes = tuple(
        Shape(str(regex), shape.score, shape.edges) for regex, shape in zip(regexes, detector.shapes, strict=True)
    )
    context = tuple(re.sub("[0-9]", "0", word) for word in detector.context)
    return replace(detector, shapes=shapes, triage=triage, context=context, check=None, proof=None)


@cache
def blind(detector: Detector) -> bool:
    """Tells whether shapes and labels of a detector say of a text what they say of its skeleton."""
    labels = detector.context if detector.cue in ("required", "always") else ()
    return all(_alike(shape.regex) for shape in detector.shapes) and not any(re.search("[0-9]", w) for w in labels)


def _veiled(regex: str) -> str | None:
    if _alike(regex):
        return regex
    wide = widened(regex)
    return wide if _alike(wide) else None


@cache
def _alike(regex: str) -> bool:
    """Tells whether an expression treats all digits alike."""
    try:
        return _same(PARSER.parse(regex))
    except re.error:  # what only RE2 takes
        return False


def _same(tree: Any) -> bool:
    for op, arg in tree:
        name = str(op)
        if name in ("LITERAL", "NOT_LITERAL"):
            if arg in _DIGITS:
                return False
        elif name == "IN":
            if not _all_or_none(arg):
                return False
        elif name == "BRANCH":
            if not all(map(_same, arg[1])):
                return False
        elif name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT") or name.endswith("_REPEAT"):
            if not _same(arg[-1]):
                return False
        elif name not in ("ANY", "AT"):
            return False  # a reference to a group, and what later versions may bring
    return True


def _all_or_none(items: Iterable[Any]) -> bool:
    """Tells whether a character class holds all digits or none."""
    held: set[int] = set()
    for op, arg in items:
        name = str(op)
        if name == "LITERAL":
            held.add(arg)
        elif name == "RANGE":
            held.update(range(max(arg[0], 48), min(arg[1], 57) + 1))
        elif name == "CATEGORY":
            if str(arg) not in ("CATEGORY_SPACE", "CATEGORY_NOT_SPACE", "CATEGORY_NOT_DIGIT", "CATEGORY_NOT_WORD"):
                held |= _DIGITS  # digits and words
            elif str(arg) == "CATEGORY_NOT_SPACE":
                held |= _DIGITS
        elif name != "NEGATE":
            return False
    return len(held & _DIGITS) in (0, 10)
