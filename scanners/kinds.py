"""What the detectors see in columns of few skeletons: most of it is asked of the skeletons, once each.

A column of a million phone numbers has a handful of skeletons (``skeletons.py``). They tell which detectors may match
in which cells, which may cover them, and whether a label stands there; of detectors that treat all digits alike and
check nothing, they tell all. Only what is left is asked of the cells.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners import re2
from recense.scanners.arrays import Rows, characters, take, western
from recense.scanners.buffers import bools
from recense.scanners.detector import Detector
from recense.scanners.grouping import spread
from recense.scanners.plan import MET, possible
from recense.scanners.skeletons import blind, skeletons, veiled
from recense.scanners.validate import Outcomes, covered, cued, uncovered, validate

MAY, COVERS, LABELLED, INSIDE, TOLD = 1, 2, 4, 8, 4
"""Bits of what a skeleton says of a detector: that it may match, may cover the cell, may have its label before it, may
match a part of it; and by how many bits the outcome is shifted, where the skeleton tells it."""

KEPT, COLUMNS, PARTS = 4_096, 32, 8
"""Skeletons of a column and columns that are remembered, and into how many expressions one is split."""

WORTH, SAMPLE, FEW, CLOSE = 4_096, 256, 1 / 32, 8
"""Cells from which looking for several detectors at once pays, cells that tell whether one is rare, the share of these
that it may match, and how many are looked for at once: particular digits of more make an automaton too large."""

Bits = npt.NDArray[np.uint8]


_NONE, _NOTHING = np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.uint8)


class _Memory(NamedTuple):
    """The skeletons of a column that were met, and what each says of the detectors that may match in any of them."""

    texts: pa.Array
    bits: Mapping[str, Bits]


class Kinds:
    """Asks detectors about columns by their skeletons; threads may share it.

    Skeletons of the last columns are remembered in memory. One without digits is the cell itself: they go nowhere else.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._twins = {d.id: twin for d in detectors if (twin := veiled(d)) is not None}
        self._detectors = {d.id: d for d in detectors}
        self._unveiled = tuple(d for d in detectors if d.id not in self._twins)
        self._memories: dict[str, _Memory] = {}
        self._lock = threading.Lock()

    def outcomes(self, cells: pa.Array, column: str) -> Iterator[tuple[Detector, Rows, Outcomes]] | None:
        """Returns, per detector, rows and what each adds to its tally; None when the cells have too many skeletons.

        Args:
            cells: folded, without nulls.
            column: what they belong to.
        """
        found = skeletons(cells)
        return None if found is None else self._outcomes(cells, *found, column)

    def _outcomes(
        self, cells: pa.Array, texts: pa.Array, kind: Rows, column: str
    ) -> Iterator[tuple[Detector, Rows, Outcomes]]:
        memory, places = self._recalled(texts, column)
        kind = places[kind]
        asked = []
        for detector in self._unveiled:
            rows = _matching(cells, (detector,))
            yield detector, rows, validate(detector, take(cells, rows))
        for id_, bits in memory.bits.items():
            detector = self._detectors[id_]
            rows, outcomes, open_rows = _told(detector, cells, bits[kind])
            if len(rows):
                yield detector, rows, outcomes
            if len(open_rows):
                asked.append((detector, open_rows))
        yield from _exact(asked, cells)

    def _recalled(self, texts: pa.Array, column: str) -> tuple[_Memory, Rows]:
        """Returns what is known of these skeletons, asking for the new ones, and their places in it."""
        memory = self._memories.get(column)
        if memory is None or memory.texts.type != texts.type:
            memory = _Memory(texts.slice(0, 0), {})
        places = np.asarray(pc.fill_null(pc.index_in(texts, memory.texts), -1)).astype(np.intp)
        new = np.flatnonzero(places < 0)
        if len(new):
            places[new] = len(memory.texts) + np.arange(len(new))
            memory = self._learned(memory, take(texts, new))
            self._keep(column, memory)
        return memory, places

    def _keep(self, column: str, memory: _Memory) -> None:
        """Remembers the skeletons of a column, and forgets the column that came first when there are too many."""
        with self._lock:
            if len(memory.texts) > KEPT:
                self._memories.pop(column, None)
                return
            if column not in self._memories and len(self._memories) >= COLUMNS:
                del self._memories[next(iter(self._memories))]
            self._memories[column] = memory

    def _learned(self, memory: _Memory, texts: pa.Array) -> _Memory:
        """Returns the memory with these skeletons added."""
        said = self._asked(texts, [self._twins[id_] for id_ in memory.bits])
        none = np.zeros(len(texts), dtype=np.uint8)
        before = np.zeros(len(memory.texts), dtype=np.uint8)
        ids = (*memory.bits, *(id_ for id_ in said if id_ not in memory.bits))
        bits = {id_: np.concatenate((memory.bits.get(id_, before), said.get(id_, none))) for id_ in ids}
        return _Memory(pa.concat_arrays((memory.texts, texts)), bits)

    def _asked(self, texts: pa.Array, met: Sequence[Detector]) -> dict[str, Bits]:
        """Returns what the skeletons say of each detector that may match in any of them."""
        twins, bare = possible(tuple(self._twins.values()), *characters(texts))
        known = [twin for twin in twins if twin in met] if len(met) <= MET else []
        others = tuple(twin for twin in twins if twin not in known)
        found = {twin: _matching(texts, (twin,), bare) for twin in known}
        found |= dict(_resolved(others, texts, np.arange(len(texts)), bare))
        return {
            twin.id: _bits(self._detectors[twin.id], twin, texts, rows) for twin, rows in found.items() if len(rows)
        }


def _resolved(twins: tuple[Detector, ...], texts: pa.Array, rows: Rows, bare: bool) -> Iterator[tuple[Detector, Rows]]:
    """Yields each twin that matches in some of these rows, splitting them in parts until one is left."""
    if not twins:
        return
    rows = rows[_matching(take(texts, rows), twins, bare)]
    if len(rows) == 0:
        return
    if len(twins) == 1:
        yield twins[0], rows
        return
    size = -(-len(twins) // PARTS)
    for start in range(0, len(twins), size):
        yield from _resolved(twins[start : start + size], texts, rows, bare)


def _matching(cells: pa.Array, detectors: tuple[Detector, ...], bare: bool = False) -> Rows:
    return np.flatnonzero(bools(pc.match_substring_regex(cells, pattern=re2.anywhere(detectors, bare=bare))))


def _bits(detector: Detector, twin: Detector, texts: pa.Array, rows: Rows) -> Bits:
    """Returns what each skeleton says of a detector that may match in those at these rows."""
    some = take(texts, rows)
    near = re2.close(twin) if twin.triage else None
    if near is not None:
        rows = rows[bools(pc.match_substring_regex(some, pattern=near)) | ~western(some)]
        some = take(texts, rows)
    bits = np.zeros(len(texts), dtype=np.uint8)
    if blind(detector) and detector.check is None:
        bits[rows] = validate(detector, some) << np.uint8(TOLD)
        return bits
    said = np.full(len(rows), MAY | INSIDE, dtype=np.uint8)
    if detector.cue in ("required", "always"):
        said[cued(twin, some, np.ones(len(some), dtype=bool), worth=1)] |= LABELLED
    covering, inside = re2.covering(twin), re2.inside(twin)
    if covering is not None:
        said[bools(pc.match_substring_regex(some, pattern=covering))] |= COVERS
    if inside is not None and blind(detector):
        said[~bools(pc.match_substring_regex(some, pattern=inside))] &= ~np.uint8(INSIDE)
    bits[rows] = said
    return bits


def _told(detector: Detector, cells: pa.Array, bits: Bits) -> tuple[Rows, Outcomes, Rows]:
    """Returns rows with their outcomes, and other rows in which the detector's own expression has still to be asked."""
    if blind(detector) and detector.check is None:
        rows = np.flatnonzero(bits)
        return rows, bits[rows] >> np.uint8(TOLD), _NONE
    wanted = bits > 0
    if detector.cue == "always":
        wanted &= (bits & LABELLED) > 0
    elif detector.cue == "required":
        wanted &= (bits & (LABELLED | COVERS)) > 0
    rows = np.flatnonzero(wanted)
    if len(rows) == 0 or re2.covering(detector) is None or detector.cue == "always":
        return _NONE, _NOTHING, rows
    some, said = take(cells, rows), bits[rows]
    shaped = (said & COVERS) > 0
    if blind(detector):
        return rows, validate(detector, some, shaped, alone=(said & INSIDE) == 0), _NONE
    maybe = np.flatnonzero(shaped)
    if len(maybe):
        shaped[maybe] = covered(detector, take(some, maybe))
    whole = np.flatnonzero(shaped)
    outcomes = validate(detector, take(some, whole), shaped[whole]) if len(whole) else _NOTHING
    parts = ~shaped if detector.cue != "required" else ~shaped & ((said & LABELLED) > 0)
    return rows[whole], outcomes, rows[parts]


def _exact(asked: Sequence[tuple[Detector, Rows]], cells: pa.Array) -> Iterator[tuple[Detector, Rows, Outcomes]]:
    """Yields the outcomes of the cells that detectors' own expressions match; rare ones are looked for together."""
    rare = [ask for ask in asked if _rare(*ask, cells)]
    together = tuple(detector for detector, _ in rare[:CLOSE])
    if len(together) > 1:
        hits = np.zeros(len(cells), dtype=bool)
        for _, rows in rare[:CLOSE]:
            hits[rows] = True
        rows = np.flatnonzero(hits)
        hits[:] = False
        hits[rows[_matching(take(cells, rows), together)]] = True
        asked = [(detector, rows[hits[rows]] if detector in together else rows) for detector, rows in asked]
    for detector, rows in asked:
        if len(rows) == 0:
            continue
        if re2.covering(detector) is not None and detector.cue != "always":
            yield detector, rows, uncovered(detector, take(cells, rows))
            continue
        if not blind(detector) and not (detector.triage and re2.close(detector)):
            rows = rows[_matching(take(cells, rows), (detector,))]
        yield detector, rows, validate(detector, take(cells, rows))


def _rare(detector: Detector, rows: Rows, cells: pa.Array) -> bool:
    """Tells whether few of many cells hold what the detector looks for."""
    if len(rows) < WORTH or blind(detector):
        return False
    sample = take(cells, rows[spread(len(rows), SAMPLE)])
    return len(_matching(sample, (detector,))) <= len(sample) * FEW
