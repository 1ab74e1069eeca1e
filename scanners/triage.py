"""The column path: what every pattern detector sees in every cell, near the speed of reading.

The truth is what the Presidio recognizer of a detector says of a cell (``reference_tally``). This path gives the same
counts and only ever skips work that cannot change them:

1. **Plan.** From the characters that occur in the cells and the longest cell follows which detectors can match at all
   (a column of dates has no letters, so no IBAN).
2. **Triage.** One RE2 alternation of these says which cells may hold anything.
3. **Resolve.** On those cells, the alternation is split in halves until one detector is left. Detectors that nearly
   every cell of a sample answers are taken out first and asked directly.
4. **Validate.** Cells that a shape covers are checked in numpy (``vector.py``), the rest by ``matching.judge``, once
   for each distinct value.

Batches of 64 K rows or more serve it best: RE2 compiles an expression at each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.evidence import Tally
from recense.scanners import re2
from recense.scanners.detector import Detector
from recense.scanners.folding import ODD, fold
from recense.scanners.grouping import pools, repeats, spread
from recense.scanners.matching import judge, judge_folded, matches
from recense.scanners.vector import VECTOR, buffers

ACCEPTED, WHOLE, REFUSED = 1, 2, 4
"""Bits of an outcome: what one cell adds to a tally."""

SAMPLE = 64
"""Cells of a batch that the plan is made from."""

_ANY = frozenset(map(chr, range(128)))
_ODD_LEADS = sorted({char.encode()[0] for char in ODD})
_SOLID = r"^[ \t\r\n]*[0-9A-Za-z]+[ \t\r\n]*$"

Rows = npt.NDArray[np.intp]
Outcomes = npt.NDArray[np.uint8]


class Found(NamedTuple):
    """A place in a text: ``detector`` says which detector found it."""

    start: int
    end: int
    detector: str
    score: float


class _Plan:
    """Which detectors can match in a kind of column, and how to ask them.

    Attributes:
        ways: detectors that nearly every cell answers, asked one by one; the others, asked together first.
    """

    def __init__(self, possible: Sequence[Detector]) -> None:
        self.possible = tuple(possible)
        self.ways: tuple[tuple[Detector, ...], tuple[Detector, ...]] = ((), self.possible)
        self.learned = False

    def learn(self, frequent: Iterable[Detector]) -> None:
        """Moves detectors from ``rest`` to ``direct``."""
        chosen = set(frequent) | set(self.ways[0])
        # One assignment: another thread reads both or neither.
        self.ways = (
            tuple(detector for detector in self.possible if detector in chosen),
            tuple(detector for detector in self.possible if detector not in chosen),
        )
        self.learned = True


class Triage:
    """Asks all detectors about whole columns. It keeps plans and expressions, never values; threads may share it."""

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        # File by file, so that detectors that answer the same cells stay in the same half.
        self.detectors = tuple(sorted(detectors.values(), key=lambda detector: (detector.file, detector.id)))
        self._plans: dict[tuple[frozenset[str], int], _Plan] = {}
        self._expressions: dict[tuple[tuple[str, ...], bool], str] = {}

    def tally(self, cells: pa.Array | pa.ChunkedArray) -> dict[str, Tally]:
        """Returns what each detector sees in the cells; detectors that see nothing are left out.

        Args:
            cells: strings, large strings or a dictionary of them; nulls count for nothing.
        """
        values, weights = _distinct_if_repeated(cells)
        tallies = {}
        for detector, rows, outcomes in self._outcomes(values):
            count = np.ones(len(rows), dtype=np.int64) if weights is None else weights[rows]
            tally = Tally(
                cells=int(count[(outcomes & ACCEPTED) > 0].sum()),
                whole=int(count[(outcomes & WHOLE) > 0].sum()),
                refused=int(count[(outcomes & REFUSED) > 0].sum()),
            )
            if tally != Tally():
                tallies[detector.id] = tally
        return dict(sorted(tallies.items()))

    def tally_each(self, columns: Sequence[pa.Array]) -> list[dict[str, Tally]]:
        """Returns ``tally`` of every column. Small ones are asked together: compiling would cost more than looking.

        Args:
            columns: strings; nulls count for nothing.
        """
        answers: list[dict[str, Tally]] = [{} for _ in columns]
        for group in pools(columns):
            if len(group) == 1:
                answers[group[0]] = self.tally(columns[group[0]])
                continue
            parts = [columns[place].drop_null() for place in group]
            owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
            for detector, rows, outcomes in self._outcomes(pa.concat_arrays(parts)):
                counts = [
                    np.bincount(owner[rows[(outcomes & bit) > 0]], minlength=len(parts))
                    for bit in (ACCEPTED, WHOLE, REFUSED)
                ]
                for place, cells, whole, refused in zip(group, *(count.tolist() for count in counts), strict=True):
                    if cells or refused:
                        answers[place][detector.id] = Tally(cells, whole, refused)
        return [dict(sorted(answer.items())) for answer in answers]

    def labels(self, values: Sequence[str]) -> list[frozenset[str]]:
        """Returns, for each value, the ids of the detectors that accept it."""
        found: list[set[str]] = [set() for _ in values]
        for detector, rows, outcomes in self._outcomes(_strings(values)):
            for row in rows[(outcomes & ACCEPTED) > 0]:
                found[row].add(detector.id)
        return [frozenset(ids) for ids in found]

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """Returns, for each text, the places that detectors accept, in order; overlaps are the caller's to resolve.

        The same places as those of ``recognizers()``, without asking every recognizer about every text.
        """
        found: list[list[Found]] = [[] for _ in texts]
        for detector, rows in self._candidates(_folded(_strings(texts))):
            for row in rows:
                found[row] += [
                    Found(match.start, match.end, detector.id, match.score) for match in matches(detector, texts[row])
                ]
        return [sorted(places) for places in found]

    # --- the steps --------------------------------------------------------------------------------------------------

    def _outcomes(self, cells: pa.Array) -> Iterator[tuple[Detector, Rows, Outcomes]]:
        """Yields, per detector, the rows that may match and what each adds to its tally."""
        folded = _folded(cells)
        for detector, rows in self._candidates(folded):
            if len(rows):
                yield detector, rows, _validate(detector, _take(folded, rows))

    def _candidates(self, folded: pa.Array) -> Iterator[tuple[Detector, Rows]]:
        """Yields each detector with the rows in which its pattern may match: all of them, and few others."""
        if len(folded) == 0:
            return
        plan = self._plan(folded)
        if not plan.learned:
            self._learn(plan, folded)
        direct, rest = plan.ways
        for detector in direct:
            yield detector, self._matching(folded, (detector,))
        if rest:
            rows = self._matching(folded, rest, wide=True)
            yield from self._resolve(rest, folded, rows)

    def _resolve(
        self, detectors: tuple[Detector, ...], folded: pa.Array, rows: Rows
    ) -> Iterator[tuple[Detector, Rows]]:
        """Splits detectors in halves until each has its own rows."""
        if len(rows) == 0:
            return
        if len(detectors) == 1:
            yield detectors[0], rows
            return
        cells = _take(folded, rows)
        middle = len(detectors) // 2
        for half in (detectors[:middle], detectors[middle:]):
            # A single detector is asked for exactly what it looks for, several for what any of them may.
            yield from self._resolve(half, folded, rows[self._matching(cells, half, wide=len(half) > 1)])

    def _matching(self, cells: pa.Array, detectors: tuple[Detector, ...], wide: bool = False) -> Rows:
        key = (tuple(detector.id for detector in detectors), wide)
        expression = self._expressions.get(key)
        if expression is None:
            expression = self._expressions[key] = re2.anywhere(detectors, wide)
        return np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=expression)))

    def _plan(self, folded: pa.Array) -> _Plan:
        alphabet, longest = _characters(folded)
        key = (alphabet, longest)
        plan = self._plans.get(key)
        if plan is None:
            plan = _Plan([d for d in self.detectors if re2.possible(d, alphabet, longest)])
            if len(self._plans) < 4096:
                self._plans[key] = plan
        return plan

    def _learn(self, plan: _Plan, folded: pa.Array) -> None:
        """Finds the detectors that more than a quarter of a sample answers."""
        sample = _take(folded, spread(len(folded), SAMPLE))
        found = self._resolve_wide(plan.possible, sample, np.arange(len(sample)))
        plan.learn(detector for detector, rows in found if len(rows) * 4 >= len(sample))

    def _resolve_wide(
        self, detectors: tuple[Detector, ...], sample: pa.Array, rows: Rows
    ) -> Iterator[tuple[Detector, Rows]]:
        """As ``_resolve``, but by what a detector may match rather than what it does: what would reach ``_resolve``."""
        if len(detectors) == 0 or len(rows) == 0:
            return
        rows = rows[self._matching(_take(sample, rows), detectors, wide=True)]
        if len(detectors) == 1:
            yield detectors[0], rows
            return
        middle = len(detectors) // 2
        yield from self._resolve_wide(detectors[:middle], sample, rows)
        yield from self._resolve_wide(detectors[middle:], sample, rows)


def _validate(detector: Detector, cells: pa.Array) -> Outcomes:
    """Returns what each candidate cell (folded) adds to the tally of a detector."""
    outcomes = np.zeros(len(cells), dtype=np.uint8)
    open_rows = np.arange(len(cells))
    expression = re2.covering(detector)
    if detector.cue != "always" and expression is not None:
        # (?i) in RE2 also takes two letters beyond ASCII for s and k: only plain ASCII is decided here.
        shaped = _bools(pc.match_substring_regex(cells, pattern=expression))
        covered = shaped & _bools(pc.string_is_ascii(cells))
        answers = _answers(detector, cells, np.flatnonzero(covered))
        outcomes[answers == 1] = ACCEPTED | WHOLE
        undecided = answers == -1
        if (answers == 0).any():
            # Refused as a whole; a part of it may still pass, unless the cell is one unbroken word with closed edges.
            closed = all(shape.edges != "open" for shape in detector.shapes)
            solid = _bools(pc.match_substring_regex(cells, pattern=_SOLID)) if closed else np.zeros(len(cells), bool)
            outcomes[(answers == 0) & solid] = REFUSED
            undecided |= (answers == 0) & ~solid
        if detector.cue == "required":
            # In running text a match counts only behind a label: without any of its words there is nothing to judge.
            undecided &= shaped | _bools(pc.match_substring_regex(cells, pattern=re2.cue(detector.context)))
        open_rows = np.flatnonzero(undecided)
        if detector.cue != "required" and len(open_rows) >= SAMPLE:
            plain = open_rows[~shaped[open_rows] & _bools(pc.string_is_ascii(_take(cells, open_rows)))]
            inside = plain[_passes_inside(detector, _take(cells, plain))]
            outcomes[inside] = ACCEPTED
            open_rows = np.setdiff1d(open_rows, inside, assume_unique=True)
    elif detector.cue == "always":
        open_rows = np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=re2.cue(detector.context))))
    if len(open_rows):
        outcomes[open_rows] = _judged(detector, _take(cells, open_rows))
    return outcomes


def _passes_inside(detector: Detector, cells: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells of ASCII cells that no match covers whether the first match in them passes; False leaves it open."""
    passed = np.zeros(len(cells), dtype=bool)
    if detector.check is not None and detector.check not in VECTOR:
        return passed
    for expression in re2.firsts(detector):
        found = pc.struct_field(pc.extract_regex(cells, pattern=expression), "m")
        rows = np.flatnonzero(_bools(found.is_valid()) & ~passed)
        if len(rows):
            passed[rows] = _answers(detector, _take(found, rows), np.arange(len(rows))) == 1
    return passed


def _answers(detector: Detector, cells: pa.Array, covered: Rows) -> npt.NDArray[np.int8]:
    """Returns 1, 0 or -1 (unknown) for each cell; only covered ones can be known."""
    answers = np.full(len(cells), -1, dtype=np.int8)
    if len(covered) == 0:
        return answers
    if detector.check is None:
        answers[covered] = 1
    elif detector.check in VECTOR:
        answers[covered] = VECTOR[detector.check](pc.ascii_trim_whitespace(_take(cells, covered)))
    return answers


def _judged(detector: Detector, cells: pa.Array) -> Outcomes:
    """Returns the outcomes of ``matching.judge``, asked once for each distinct cell."""
    encoded = pc.dictionary_encode(cells)
    judged = np.zeros(len(encoded.dictionary), dtype=np.uint8)
    for position, text in enumerate(encoded.dictionary.to_pylist()):
        accepted, whole, refused = judge_folded(detector, text)
        judged[position] = accepted * ACCEPTED | whole * WHOLE | refused * REFUSED
    return np.asarray(judged[np.asarray(encoded.indices)])


# --- cells -----------------------------------------------------------------------------------------------------------


def _strings(values: Sequence[str]) -> pa.Array:
    return pa.array(values, type=pa.large_string())


def _distinct_if_repeated(cells: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, npt.NDArray[np.int64] | None]:
    """Returns the cells without nulls; as distinct values with their counts when a sample repeats itself."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        indices = cells.indices.drop_null()
        counts = np.bincount(np.asarray(indices, dtype=np.int64), minlength=len(cells.dictionary))
        used = np.flatnonzero(counts)
        values = _take(cells.dictionary, used)
        present = np.flatnonzero(_bools(pc.is_valid(values)))
        return _take(values, present), counts[used][present].astype(np.int64)
    cells = cells.drop_null()
    if not repeats(cells):
        return cells, None
    encoded = pc.dictionary_encode(cells)
    counts = np.bincount(np.asarray(encoded.indices), minlength=len(encoded.dictionary))
    return encoded.dictionary, counts.astype(np.int64)


def _take(cells: pa.Array, rows: Rows) -> pa.Array:
    return cells if len(rows) == len(cells) else cells.take(pa.array(rows))


def _folded(cells: pa.Array) -> pa.Array:
    """Returns the cells as ``folding.fold`` gives them."""
    raw, _ = buffers(cells)
    if any((raw == lead).any() for lead in _ODD_LEADS):
        odd = np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=f"[{ODD}]")))
    else:
        odd = np.zeros(0, dtype=np.intp)
    floats = np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=r"^[0-9 \t\r\n]{5,24}\.0[ \t\r\n]*$")))
    rows = np.union1d(odd, floats)
    if len(rows) == 0:
        return cells
    texts = pa.array([fold(text) for text in _take(cells, rows).to_pylist()], type=cells.type)
    mask = np.zeros(len(cells), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(cells, pa.array(mask), texts)


def _characters(cells: pa.Array) -> tuple[frozenset[str], int]:
    """Returns the ASCII characters that occur in the cells and the length of the longest, rounded up.

    Long texts are taken to hold every character: finding out would cost as much as looking for patterns.
    """
    raw, places = buffers(cells)
    longest = int(np.diff(places).max(initial=0))
    if longest > 64:
        return _ANY, 1 << 30
    known = np.zeros(256, dtype=bool)
    known[raw[:4096]] = True
    other = raw[~known[raw]]
    known[other] = True
    return frozenset(chr(code) for code in np.flatnonzero(known[:128])), longest if longest <= 20 else (
        longest + 7
    ) // 8 * 8


def _bools(mask: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(mask.to_numpy(zero_copy_only=False))


# --- the truth -------------------------------------------------------------------------------------------------------


def reference_tally(cells: Iterable[str | None], detectors: Mapping[str, Detector]) -> dict[str, Tally]:
    """Returns the counts by asking Presidio about every cell: the definition that ``Triage.tally`` must equal.

    Slow (a fifth of a second for a thousand cells and a few detectors): for tests.
    """
    from recense.scanners.matching import whole
    from recense.scanners.recognizers import recognizers

    counts = {id_: [0, 0, 0] for id_ in detectors}
    asked = recognizers(("fr",), only=detectors)
    for cell in cells:
        if cell is None:
            continue
        folded = fold(cell)
        for recognizer in asked:
            results = recognizer.analyze(cell, recognizer.supported_entities)
            count = counts[recognizer.name]
            count[0] += bool(results)
            count[1] += any(whole(folded, result.start, result.end) for result in results)
            count[2] += not results and judge(recognizer.detector, cell)[2]
    return {id_: Tally(*count) for id_, count in counts.items() if any(count)}
