"""The column path: what every pattern detector sees in every cell, near the speed of reading.

The truth is what the Presidio recognizer of a detector says of a cell (``reference_tally``). This path gives the same
counts and only ever skips work that cannot change them. Columns whose cells are alike but for their digits are asked
by their skeletons (``kinds.py``); all others go this way:

1. **Plan.** From the characters that occur in the cells and the longest cell follows which detectors can match at all
   (a column of dates has no letters, so no IBAN), and whether the label that some detectors need can be spelt. Of long
   texts, those without digits and signs are asked apart. A sample tells which detectors many cells answer.
2. **Peel.** Those are asked first, for cells that they cover; only the rest is searched for parts that they match
   (``peeling.py``).
3. **Triage.** One RE2 alternation of the others says which cells may hold anything; several, where one is slower.
4. **Resolve.** On those cells, the alternation is split in parts until one detector is left. The next batch of the
   column asks the detectors that were left by themselves first.
5. **Validate.** Cells that a shape covers are checked in numpy (``validate.py``); where nothing but the whole cell can
   match, a refusal is final. The rest is asked of ``matching.judge``, once for each distinct value.

Batches of 64 K rows or more serve it best: RE2 compiles an expression at each call.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.evidence import Tally
from recense.scanners import re2
from recense.scanners.arrays import (
    SOFT,
    Rows,
    characters,
    distinct_if_repeated,
    folded_cells,
    hard,
    strings,
    take,
)
from recense.scanners.buffers import bools
from recense.scanners.detector import Detector
from recense.scanners.folding import fold
from recense.scanners.grouping import joined, pools, spread
from recense.scanners.kinds import Kinds
from recense.scanners.matching import judge, matches
from recense.scanners.peeling import peeled
from recense.scanners.plan import Plan, Ways, possible
from recense.scanners.validate import ACCEPTED, REFUSED, WHOLE, Outcomes, validate

CLOSE = 8
"""Detectors with particular digits in one expression: more make an automaton that does not fit the cache."""

LEARNT, LEAST_LEARNT, LEARNT_BYTES, SELDOM, KNOWN = 256, 32, 1 << 16, 1 / 32, 1 / 64
"""Cells of a column that a plan is made from, of long texts fewer, so that they are about so many bytes; and the shares
of them from which a detector is asked on its own: of all cells, and of those that its group lets through."""

PARTS = 8
"""Into how many expressions one is split: each level compiles all of them, each part is asked about all cells."""

PLANS = 4_096
"""Plans and expressions that are kept."""

WORTH_TIMING, CROWD = 65_536, 64
"""Cells below which timing would cost more than it saves: so many detectors are then asked in halves."""

TIMED, SLOW, APART = 4_096, 0.05, 8
"""Cells on which the common expression is timed, the processor seconds from which it may be ruined, and the number of
detectors that are left together whatever they cost. Times choose the way only: every way gives the same counts."""

TOGETHER, JOINED_CELLS, SHORT, CROWDED = 16, 4_096, 64, 1 / 16
"""Cells that are looked at as one text, the cells and the bytes a cell up to which it pays, and the share of such texts
with a match from which it does not."""


class Found(NamedTuple):
    """A place in a text: ``detector`` says which detector found it."""

    start: int
    end: int
    detector: str
    score: float


class Triage:
    """Asks all detectors about whole columns; threads may share it.

    It keeps plans and expressions, and of columns of few skeletons these (``kinds.py``), no other value.
    """

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        # File by file, so that detectors that answer the same cells stay in the same half.
        self.detectors = tuple(sorted(detectors.values(), key=lambda detector: (detector.file, detector.id)))
        self._kinds = Kinds(self.detectors)
        self._plans: dict[tuple[str, frozenset[str], int, bool], Plan] = {}
        self._expressions: dict[tuple[tuple[str, ...], bool, bool], str] = {}

    def tally(self, cells: pa.Array | pa.ChunkedArray, column: str = "") -> dict[str, Tally]:
        """Returns what each detector sees in the cells; detectors that see nothing are left out.

        Args:
            cells: strings, large strings or a dictionary of them; nulls count for nothing.
            column: what the cells belong to: what was learnt of it serves its next batch. It changes no count.
        """
        values, weights = distinct_if_repeated(cells)
        tallies: dict[str, Tally] = {}
        for detector, rows, outcomes in self._outcomes(values, column):
            count = np.ones(len(rows), dtype=np.int64) if weights is None else weights[rows]
            tally = Tally(
                cells=int(count[(outcomes & ACCEPTED) > 0].sum()),
                whole=int(count[(outcomes & WHOLE) > 0].sum()),
                refused=int(count[(outcomes & REFUSED) > 0].sum()),
            )
            if tally != Tally():
                tallies[detector.id] = tallies.get(detector.id, Tally()).plus(tally)
        return dict(sorted(tallies.items()))

    def tally_each(self, columns: Sequence[pa.Array], names: Sequence[str] = ()) -> list[dict[str, Tally]]:
        """Returns ``tally`` of every column. Small ones are asked together: compiling would cost more than looking.

        Args:
            columns: strings; nulls count for nothing.
            names: what they are called, as ``column`` of ``tally``.
        """
        answers: list[dict[str, Tally]] = [{} for _ in columns]
        for group in pools(columns):
            if len(group) == 1:
                answers[group[0]] = self.tally(columns[group[0]], names[group[0]] if names else "")
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
                        before = answers[place].get(detector.id, Tally())
                        answers[place][detector.id] = before.plus(Tally(cells, whole, refused))
        return [dict(sorted(answer.items())) for answer in answers]

    def labels(self, values: Sequence[str]) -> list[frozenset[str]]:
        """Returns, for each value, the ids of the detectors that accept it."""
        found: list[set[str]] = [set() for _ in values]
        for detector, rows, outcomes in self._outcomes(strings(values)):
            for row in rows[(outcomes & ACCEPTED) > 0]:
                found[row].add(detector.id)
        return [frozenset(ids) for ids in found]

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """Returns, for each text, the places that detectors accept, in order; overlaps are the caller's to resolve.

        The same places as those of ``recognizers()``, without asking every recognizer about every text.
        """
        found: list[list[Found]] = [[] for _ in texts]
        for detector, rows in self._candidates(folded_cells(strings(texts))):
            for row in rows:
                found[row] += [
                    Found(match.start, match.end, detector.id, match.score) for match in matches(detector, texts[row])
                ]
        return [sorted(places) for places in found]

    # --- the steps --------------------------------------------------------------------------------------------------

    def _outcomes(self, cells: pa.Array, column: str = "") -> Iterator[tuple[Detector, Rows, Outcomes]]:
        """Yields, per detector, rows that may match and what each adds to its tally; a detector may come twice."""
        folded = folded_cells(cells)
        signed = hard(folded)
        if signed is None:
            yield from self._outcomes_of(folded, column)
            return
        for rows, alphabet in ((np.flatnonzero(signed), None), (np.flatnonzero(~signed), SOFT)):
            for detector, places, outcomes in self._outcomes_of(take(folded, rows), column, alphabet):
                yield detector, rows[places], outcomes

    def _outcomes_of(
        self, folded: pa.Array, column: str, alphabet: frozenset[str] | None = None
    ) -> Iterator[tuple[Detector, Rows, Outcomes]]:
        if len(folded) == 0:
            return
        by_kind = self._kinds.outcomes(folded, column)
        if by_kind is not None:
            yield from by_kind
            return
        plan = self._learned(folded, column, alphabet)
        ways = plan.ways
        yield from peeled(ways.direct, folded, plan.bare)
        for detector, rows in self._others(plan, ways, folded):
            if len(rows):
                yield detector, rows, validate(detector, take(folded, rows))

    def _candidates(self, folded: pa.Array) -> Iterator[tuple[Detector, Rows]]:
        """Yields each detector with the rows in which its pattern may match: all of them, and few others."""
        if len(folded) == 0:
            return
        plan = self._learned(folded)
        ways = plan.ways
        for detector in ways.direct:
            yield detector, self._matching(folded, (detector,), bare=plan.bare)
        yield from self._others(plan, ways, folded)

    def _others(self, plan: Plan, ways: Ways, folded: pa.Array) -> Iterator[tuple[Detector, Rows]]:
        """Yields the detectors that few cells answer, with the rows in which they may match."""
        bare = plan.bare
        for start in range(0, len(ways.close), CLOSE):
            group = ways.close[start : start + CLOSE]
            rows = self._sparse(plan, group, folded, wide=False)
            yield from self._resolve(group, folded, rows, wide=False, bare=bare)
        for group in ways.groups:
            rows = self._sparse(plan, group, folded, wide=len(group) > 1)
            yield from self._rest(plan, group, take(folded, rows), rows)

    def _sparse(self, plan: Plan, group: tuple[Detector, ...], folded: pa.Array, wide: bool) -> Rows:
        """Returns ``_matching`` rows, looking at several short cells at once while few of them hold anything.

        What RE2 spends on beginning and ending a text is half of what a short cell costs. Lines of one text begin and
        end as texts do under ``(?m)``, so that a text of cells matches at least where one of its cells does.
        """
        if len(folded) < JOINED_CELLS or folded.nbytes > SHORT * len(folded) or group in plan.dense:
            return self._matching(folded, group, wide, plan.bare)
        expression = self._expression(group, wide, plan.bare)
        if re2.begins_text(expression):
            return self._matching(folded, group, wide, plan.bare)
        lines = joined(folded, TOGETHER)
        hits = np.flatnonzero(bools(pc.match_substring_regex(lines, pattern=f"(?m){expression}")))
        if len(hits) > len(lines) * CROWDED:
            plan.dense = plan.dense.union((group,))
        rows = (hits[:, None] * TOGETHER + np.arange(TOGETHER)).ravel()
        rows = rows[rows < len(folded)]
        return rows[self._matching(take(folded, rows), group, wide, plan.bare)] if len(rows) else rows

    def _rest(
        self, plan: Plan, group: tuple[Detector, ...], cells: pa.Array, rows: Rows
    ) -> Iterator[tuple[Detector, Rows]]:
        """Yields the detectors that the cells at these rows may match: those met before one by one, others in parts.

        Compiling a hundred patterns takes longer than looking for them in a few thousand cells.
        """
        if len(rows) == 0:
            return
        known, new = plan.parted(group)
        for detector in known:
            yield detector, rows[self._matching(cells, (detector,), bare=plan.bare)]
        if new:
            # With none known, the group was asked just now.
            some = self._matching(cells, new, wide=len(new) > 1, bare=plan.bare) if known else np.arange(len(rows))
            met = []
            for detector, found in self._resolve(new, cells, some, bare=plan.bare):
                met.append(detector)
                yield detector, rows[found]
            if met:
                plan.meet(met)

    def _learned(self, folded: pa.Array, column: str = "", alphabet: frozenset[str] | None = None) -> Plan:
        plan = self._plan(folded, column, alphabet)
        if not plan.learned:
            self._learn(plan, folded)
        return plan

    def _resolve(
        self, detectors: tuple[Detector, ...], folded: pa.Array, rows: Rows, wide: bool = True, bare: bool = False
    ) -> Iterator[tuple[Detector, Rows]]:
        """Splits detectors in parts until each has its own rows."""
        if len(detectors) == 1:
            yield detectors[0], rows  # also when none is left: it was led to
            return
        if len(rows) == 0:
            return
        cells = take(folded, rows)
        size = -(-len(detectors) // PARTS)
        for part in (detectors[at : at + size] for at in range(0, len(detectors), size)):
            # A single detector is asked for exactly what it looks for, several for what any of them may.
            some = rows[self._matching(cells, part, wide=wide and len(part) > 1, bare=bare)]
            yield from self._resolve(part, folded, some, wide, bare)

    def _matching(
        self, cells: pa.Array, detectors: tuple[Detector, ...], wide: bool = False, bare: bool = False
    ) -> Rows:
        expression = self._expression(detectors, wide, bare)
        return np.flatnonzero(bools(pc.match_substring_regex(cells, pattern=expression)))

    def _expression(self, detectors: tuple[Detector, ...], wide: bool, bare: bool) -> str:
        key = (tuple(detector.id for detector in detectors), wide, bare)
        expression = self._expressions.get(key)
        if expression is None:
            if len(self._expressions) >= PLANS:
                self._expressions.clear()
            expression = self._expressions[key] = re2.anywhere(detectors, wide, bare)
        return expression

    def _plan(self, folded: pa.Array, column: str, known: frozenset[str] | None) -> Plan:
        alphabet, longest, foreign = characters(folded) if known is None else (known, 1 << 30, True)
        key = (column, alphabet, longest, foreign)
        plan = self._plans.get(key)
        if plan is None:
            plan = Plan(*possible(self.detectors, alphabet, longest, foreign))
            if len(self._plans) >= PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def _learn(self, plan: Plan, folded: pa.Array) -> None:
        """Finds the detectors that more than a quarter of a sample answers, and those that some of it does."""
        fitting = LEARNT_BYTES * len(folded) // max(1, folded.nbytes)
        sample = take(folded, spread(len(folded), max(LEAST_LEARNT, min(LEARNT, fitting))))
        # By what a detector may match rather than what it does: what would reach ``_resolve``.
        found = {d: self._matching(sample, (d,), wide=True, bare=plan.bare) for d in plan.possible}
        shares = {detector: len(rows) / len(sample) for detector, rows in found.items()}
        near = [detector for detector, share in shares.items() if share >= 0.25]
        some = [detector for detector, share in shares.items() if share >= SELDOM]
        if len(some) - len(near) <= CLOSE:  # one expression more for the column, and the rest has little to resolve
            near = some
        direct = [d for d in near if len(self._matching(sample, (d,), bare=plan.bare)) * 4 >= len(sample)]
        others = tuple(d for d in plan.possible if d not in near and d not in direct)
        close = tuple(d for d in plan.possible if d in near and d not in direct)
        groups = tuple(self.grouped(others, folded, plan.bare)) if others else ()
        plan.learn(Ways(tuple(d for d in plan.possible if d in direct), close, groups))
        plan.meet(detector for detector in others if shares.get(detector, 0) >= KNOWN)
        crowded = (group for group in groups if _share(found, group, len(sample)) * TOGETHER > CROWDED)
        plan.dense = plan.dense.union(crowded)

    def grouped(
        self, detectors: tuple[Detector, ...], folded: pa.Array, bare: bool = False
    ) -> list[tuple[Detector, ...]]:
        """Returns the detectors in groups, each of which RE2 asks at speed; one group but where they ruin each other.

        Together they may make an automaton that does not fit RE2's cache, a hundred times slower: on JSON with long
        hexadecimal numbers it takes five of them that are harmless by themselves. Halves are timed on the column's own
        cells and parted while that is cheaper for all of them, compiling included.
        """
        if len(detectors) <= APART:
            return [detectors]
        middle = len(detectors) // 2
        halves = detectors[:middle], detectors[middle:]
        if len(folded) < WORTH_TIMING:
            return [detectors] if len(detectors) < CROWD else list(halves)
        sample = take(folded, spread(len(folded), TIMED))
        cost = self._seconds(detectors, sample, bare)
        if cost < SLOW:
            return [detectors]
        if sum(self._seconds(half, sample, bare) for half in halves) > cost * 0.8:
            return [detectors]
        return [group for half in halves for group in self.grouped(half, sample, bare)]

    def _seconds(self, detectors: tuple[Detector, ...], cells: pa.Array, bare: bool) -> float:
        """Returns the processor time of this thread that asking the cells takes."""
        start = time.thread_time()
        self._matching(cells, detectors, wide=True, bare=bare)
        return time.thread_time() - start


def _share(found: Mapping[Detector, Rows], group: Iterable[Detector], cells: int) -> float:
    """Returns the share of the cells in which any detector of a group was found."""
    rows = [found[detector] for detector in group if detector in found]
    return len(np.unique(np.concatenate(rows))) / cells if rows else 0.0


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
