"""Detectors that most cells of a column answer, one by one: first the cells that they cover, then what is left.

Of long texts few hold a label: that is asked for all these detectors at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners import re2
from recense.scanners.arrays import LONG, Rows, take
from recense.scanners.buffers import bools
from recense.scanners.detector import Detector
from recense.scanners.grouping import spread
from recense.scanners.validate import Outcomes, covered, uncovered, validate

SEVERAL, SAMPLE, FEW = 3, 256, 1 / 16
"""Detectors from which one expression for all of them pays, cells that tell whether a label is rare, and in what share
of them it may stand."""

Truths = npt.NDArray[np.bool_]


def peeled(detectors: Sequence[Detector], cells: pa.Array, bare: bool) -> Iterator[tuple[Detector, Rows, Outcomes]]:
    """Yields rows and outcomes of each detector; one may come twice, with other rows.

    Args:
        detectors: those that most of the cells answer.
        cells: folded, without nulls.
        bare: no label can stand in them.
    """
    long = cells.nbytes >= LONG * len(cells)
    coverable = [d for d in detectors if d.cue != "always" and re2.covering(d) is not None]
    named = [] if bare or not long else [d for d in detectors if d.cue in ("required", "always")]
    named = [d for d in named if _rare(d, cells)] if len(named) >= SEVERAL else []
    said = _labelled(named, cells) if len(named) >= SEVERAL else np.ones(len(cells), dtype=bool)
    everywhere = np.full(len(cells), True)
    for detector in detectors:
        wanted = said if detector in named else everywhere
        if detector in coverable:
            yield from _peeled(detector, cells, ~everywhere if bare and detector.cue == "required" else wanted)
            continue
        rows = np.flatnonzero(wanted)
        rows = rows[bools(pc.match_substring_regex(take(cells, rows), pattern=re2.anywhere((detector,))))]
        if len(rows):
            yield detector, rows, validate(detector, take(cells, rows))


def _rare(detector: Detector, cells: pa.Array) -> bool:
    """Tells whether few cells hold a word that the detector needs."""
    some = take(cells, spread(len(cells), SAMPLE))
    hits = bools(pc.match_substring_regex(some, pattern=re2.cue(detector.context, ascii_only=True)))
    return bool(np.count_nonzero(hits) <= len(some) * FEW)


def _peeled(detector: Detector, cells: pa.Array, wanted: Truths) -> Iterator[tuple[Detector, Rows, Outcomes]]:
    shaped = covered(detector, cells)
    rows = np.flatnonzero(shaped)
    if len(rows):
        yield detector, rows, validate(detector, take(cells, rows), np.ones(len(rows), dtype=bool))
    others = np.flatnonzero(~shaped & wanted)
    if len(others):
        yield detector, others, uncovered(detector, take(cells, others))


def _labelled(detectors: Sequence[Detector], cells: pa.Array) -> Truths:
    """Tells which cells may hold a word that any of the detectors needs: all that do."""
    words = tuple(sorted(set(chain.from_iterable(detector.context for detector in detectors))))
    plain = bools(pc.string_is_ascii(cells))
    labelled = ~plain
    rows = np.flatnonzero(plain)
    some = take(cells, rows)
    labelled[rows] = bools(pc.match_substring_regex(some, pattern=re2.cue(words, ascii_only=True)))
    return labelled
