"""The column path: what every pattern detector sees in every cell, near the speed of reading.

The truth is what the Presidio recognizer of a detector says of a cell (``reference_tally``). This path gives the same
counts and only ever skips work that cannot change them:

1. **Plan.** From the characters that occur in the cells and the longest cell follows which detectors can match at all
   (a column of dates has no letters, so no IBAN), and whether the label that some detectors need can be spelt. Of long
   texts, those without digits and signs are asked apart. A sample tells which detectors many cells answer.
2. **Peel.** Those are asked first, for cells that they cover; what they cover needs no second look.
3. **Triage.** One RE2 alternation of the others says which cells may hold anything; several, where one is slower.
4. **Resolve.** On those cells, the alternation is split in halves until one detector is left. The next batch of the
   column asks the detectors that were left by themselves first.
5. **Validate.** Cells that a shape covers are checked in numpy (``vector.py``); where nothing but the whole cell can
   match, a refusal is final. The rest is asked of ``matching.judge``, once for each distinct value.

Batches of 64 K rows or more serve it best: RE2 compiles an expression at each call.
"""

from __future__ import annotations

import time
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
from recense.scanners.grouping import joined, pools, repeats, spread
from recense.scanners.matching import judge, judge_folded, matches
from recense.scanners.vector import CODES, VECTOR, buffers

ACCEPTED, WHOLE, REFUSED = 1, 2, 4
"""Bits of an outcome: what one cell adds to a tally."""

CLOSE = 8
"""Detectors with particular digits in one expression: more make an automaton that does not fit the cache."""

LEARNT, SELDOM = 256, 1 / 32
"""Cells of a column that a plan is made from, and the share of them from which a detector is asked on its own."""

MET = 24
"""Detectors that are worth an expression each on the few cells that the common one lets through."""

PLANS = 4_096
"""Plans and expressions that are kept."""

TIMED, SLOW, APART = 4_096, 0.02, 8
"""Cells on which the common expression is timed, the processor seconds from which it may be ruined, and the number of
detectors that are left together whatever they cost. Times choose the way only: every way gives the same counts."""

TOGETHER, JOINED_CELLS, SHORT, CROWDED = 16, 4_096, 64, 1 / 16
"""Cells that are looked at as one text, the cells and the bytes a cell up to which it pays, and the share of such texts
with a match from which it does not."""

SAMPLE = 64
"""Cells from which an expression for all of them is worth its compiling."""

_ANY = frozenset(map(chr, range(128)))
_HARD = frozenset("/0123456789:;<=>?@#$%&[\\]^_`{|}~\x7f")
_SOFT = _ANY - _HARD
"""Prose is made of letters, blanks and the signs that are left: few detectors can find anything in these."""

_ONE_RUN = r"^[^0-9A-Za-z]*[0-9A-Za-z]+[^0-9A-Za-z]*$"

SORTED_CELLS, LONG = 1_024, 64
"""Texts of so many bytes on average, in so many cells, are sorted by their characters first."""

BLOCK = 1 << 18
"""Bytes that fit the processor's cache."""

_FLOAT = r"^[0-9 \t\r\n]{5,24}\.0[ \t\r\n]*$"
_FLOAT_ENDS = np.isin(np.arange(256), [*b"0 \t\r\n"])
_ODD_LEADS = sorted({char.encode()[0] for char in ODD})

Rows = npt.NDArray[np.intp]
Outcomes = npt.NDArray[np.uint8]


class Found(NamedTuple):
    """A place in a text: ``detector`` says which detector found it."""

    start: int
    end: int
    detector: str
    score: float


class _Ways(NamedTuple):
    """How the detectors of a plan are asked; each is in one of them, once.

    Attributes:
        direct: those that nearly every cell answers, one by one.
        close: those that some cells answer, or nearly every one but for particular digits, in small groups.
        groups: the others: those of a group by one expression, first.
    """

    direct: tuple[Detector, ...]
    close: tuple[Detector, ...]
    groups: tuple[tuple[Detector, ...], ...]


class _Plan:
    """Which detectors can match in a kind of column, and how to ask them.

    Attributes:
        bare: no word can stand in these cells, so a detector that needs one answers whole cells only.
        ways: how they are asked. Threads share a plan and learn it anew: take the ways once for a batch, or a detector
            that changes places meanwhile counts twice, or never.
    """

    def __init__(self, possible: Sequence[Detector], bare: bool) -> None:
        self.possible = tuple(possible)
        self.bare = bare
        self.ways = _Ways((), (), (self.possible,) if self.possible else ())
        self.learned = False
        self.dense: frozenset[tuple[Detector, ...]] = frozenset()
        self._met: frozenset[Detector] = frozenset()

    def learn(self, ways: _Ways) -> None:
        """Replaces all ways at once."""
        self.ways = ways
        self.learned = True

    def meet(self, detectors: Iterable[Detector]) -> None:
        """Remembers detectors that a few cells led to: the next batch asks them without searching for them."""
        self._met = self._met.union(detectors)

    def parted(self, group: tuple[Detector, ...]) -> tuple[tuple[Detector, ...], tuple[Detector, ...]]:
        """Returns those of a group that some cell has led to, and those that none has; all as the second when many."""
        met = self._met
        known = tuple(detector for detector in group if detector in met)
        if len(known) > MET:
            return (), group
        return known, tuple(detector for detector in group if detector not in met)


class Triage:
    """Asks all detectors about whole columns. It keeps plans and expressions, never values; threads may share it."""

    def __init__(self, detectors: Mapping[str, Detector]) -> None:
        # File by file, so that detectors that answer the same cells stay in the same half.
        self.detectors = tuple(sorted(detectors.values(), key=lambda detector: (detector.file, detector.id)))
        self._plans: dict[tuple[str, frozenset[str], int, bool], _Plan] = {}
        self._expressions: dict[tuple[tuple[str, ...], bool, bool], str] = {}

    def tally(self, cells: pa.Array | pa.ChunkedArray, column: str = "") -> dict[str, Tally]:
        """Returns what each detector sees in the cells; detectors that see nothing are left out.

        Args:
            cells: strings, large strings or a dictionary of them; nulls count for nothing.
            column: what the cells belong to: what was learnt of it serves its next batch. It changes no count.
        """
        values, weights = _distinct_if_repeated(cells)
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

    def _outcomes(self, cells: pa.Array, column: str = "") -> Iterator[tuple[Detector, Rows, Outcomes]]:
        """Yields, per detector, rows that may match and what each adds to its tally; a detector may come twice."""
        folded = _folded(cells)
        hard = _hard(folded)
        if hard is None:
            yield from self._outcomes_of(folded, column)
            return
        for rows, alphabet in ((np.flatnonzero(hard), None), (np.flatnonzero(~hard), _SOFT)):
            for detector, places, outcomes in self._outcomes_of(_take(folded, rows), column, alphabet):
                yield detector, rows[places], outcomes

    def _outcomes_of(
        self, folded: pa.Array, column: str, alphabet: frozenset[str] | None = None
    ) -> Iterator[tuple[Detector, Rows, Outcomes]]:
        if len(folded) == 0:
            return
        plan = self._learned(folded, column, alphabet)
        ways = plan.ways
        for detector in ways.direct:
            yield from self._peeled(detector, folded, plan.bare)
        for detector, rows in self._others(plan, ways, folded):
            if len(rows):
                yield detector, rows, _validate(detector, _take(folded, rows))

    def _peeled(self, detector: Detector, folded: pa.Array, bare: bool) -> Iterator[tuple[Detector, Rows, Outcomes]]:
        """Yields the outcomes of a detector that most cells answer: first of those that it covers, then the others."""
        expression = re2.covering(detector)
        if expression is None or detector.cue == "always":
            rows = self._matching(folded, (detector,))
            if len(rows):
                yield detector, rows, _validate(detector, _take(folded, rows))
            return
        shaped = _bools(pc.match_substring_regex(folded, pattern=expression))
        if shaped.any():
            rows = np.flatnonzero(shaped)
            yield detector, rows, _validate(detector, _take(folded, rows), np.ones(len(rows), dtype=bool))
        if not shaped.all() and not (bare and detector.cue == "required"):
            others = np.flatnonzero(~shaped)
            cells = _take(folded, others)
            found = self._matching(cells, (detector,))
            if len(found):
                some = _take(cells, found)
                yield detector, others[found], _validate(detector, some, np.zeros(len(found), dtype=bool))

    def _candidates(self, folded: pa.Array) -> Iterator[tuple[Detector, Rows]]:
        """Yields each detector with the rows in which its pattern may match: all of them, and few others."""
        if len(folded) == 0:
            return
        plan = self._learned(folded)
        ways = plan.ways
        for detector in ways.direct:
            yield detector, self._matching(folded, (detector,), bare=plan.bare)
        yield from self._others(plan, ways, folded)

    def _others(self, plan: _Plan, ways: _Ways, folded: pa.Array) -> Iterator[tuple[Detector, Rows]]:
        """Yields the detectors that few cells answer, with the rows in which they may match."""
        bare = plan.bare
        for start in range(0, len(ways.close), CLOSE):
            group = ways.close[start : start + CLOSE]
            rows = self._sparse(plan, group, folded, wide=False)
            yield from self._resolve(group, folded, rows, wide=False, bare=bare)
        for group in ways.groups:
            rows = self._sparse(plan, group, folded, wide=len(group) > 1)
            yield from self._rest(plan, group, _take(folded, rows), rows)

    def _sparse(self, plan: _Plan, group: tuple[Detector, ...], folded: pa.Array, wide: bool) -> Rows:
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
        hits = np.flatnonzero(_bools(pc.match_substring_regex(lines, pattern=f"(?m){expression}")))
        if len(hits) > len(lines) * CROWDED:
            plan.dense = plan.dense.union((group,))
        rows = (hits[:, None] * TOGETHER + np.arange(TOGETHER)).ravel()
        rows = rows[rows < len(folded)]
        return rows[self._matching(_take(folded, rows), group, wide, plan.bare)] if len(rows) else rows

    def _rest(
        self, plan: _Plan, group: tuple[Detector, ...], cells: pa.Array, rows: Rows
    ) -> Iterator[tuple[Detector, Rows]]:
        """Yields the detectors that the cells at these rows may match: those met before one by one, others by halves.

        Compiling a hundred patterns takes longer than looking for them in a few thousand cells.
        """
        if len(rows) == 0:
            return
        known, new = plan.parted(group)
        for detector in known:
            yield detector, rows[self._matching(cells, (detector,), bare=plan.bare)]
        if new:
            some = self._matching(cells, new, wide=len(new) > 1, bare=plan.bare)
            met = []
            for detector, found in self._resolve(new, cells, some, bare=plan.bare):
                met.append(detector)
                yield detector, rows[found]
            if met:
                plan.meet(met)

    def _learned(self, folded: pa.Array, column: str = "", alphabet: frozenset[str] | None = None) -> _Plan:
        plan = self._plan(folded, column, alphabet)
        if not plan.learned:
            self._learn(plan, folded)
        return plan

    def _resolve(
        self, detectors: tuple[Detector, ...], folded: pa.Array, rows: Rows, wide: bool = True, bare: bool = False
    ) -> Iterator[tuple[Detector, Rows]]:
        """Splits detectors in halves until each has its own rows."""
        if len(detectors) == 1:
            yield detectors[0], rows  # also when none is left: it was led to
            return
        if len(rows) == 0:
            return
        cells = _take(folded, rows)
        middle = len(detectors) // 2
        for half in (detectors[:middle], detectors[middle:]):
            # A single detector is asked for exactly what it looks for, several for what any of them may.
            some = rows[self._matching(cells, half, wide=wide and len(half) > 1, bare=bare)]
            yield from self._resolve(half, folded, some, wide, bare)

    def _matching(
        self, cells: pa.Array, detectors: tuple[Detector, ...], wide: bool = False, bare: bool = False
    ) -> Rows:
        expression = self._expression(detectors, wide, bare)
        return np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=expression)))

    def _expression(self, detectors: tuple[Detector, ...], wide: bool, bare: bool) -> str:
        key = (tuple(detector.id for detector in detectors), wide, bare)
        expression = self._expressions.get(key)
        if expression is None:
            if len(self._expressions) >= PLANS:
                self._expressions.clear()
            expression = self._expressions[key] = re2.anywhere(detectors, wide, bare)
        return expression

    def _plan(self, folded: pa.Array, column: str, known: frozenset[str] | None) -> _Plan:
        alphabet, longest, foreign = _characters(folded) if known is None else (known, 1 << 30, True)
        key = (column, alphabet, longest, foreign)
        plan = self._plans.get(key)
        if plan is None:
            spoken = {d for d in self.detectors if foreign or re2.speakable(d.context, alphabet)}
            possible = [d for d in self.detectors if d.cue != "always" or d in spoken]
            bare = not any(d.cue == "required" for d in spoken)
            plan = _Plan([d for d in possible if re2.possible(d, alphabet, longest)], bare)
            if len(self._plans) >= PLANS:
                self._plans.clear()
            self._plans[key] = plan
        return plan

    def _learn(self, plan: _Plan, folded: pa.Array) -> None:
        """Finds the detectors that more than a quarter of a sample answers, and those that some of it does."""
        sample = _take(folded, spread(len(folded), LEARNT))
        found = self._resolve_wide(plan.possible, sample, np.arange(len(sample)), plan.bare)
        shares = {detector: len(rows) / len(sample) for detector, rows in found}
        near = [detector for detector, share in shares.items() if share >= 0.25]
        some = [detector for detector, share in shares.items() if share >= SELDOM]
        if len(some) - len(near) <= CLOSE:  # one expression more for the column, and the rest has little to resolve
            near = some
        direct = [d for d in near if len(self._matching(sample, (d,), bare=plan.bare)) * 4 >= len(sample)]
        others = tuple(d for d in plan.possible if d not in near and d not in direct)
        plan.learn(
            _Ways(
                tuple(d for d in plan.possible if d in direct),
                tuple(d for d in plan.possible if d in near and d not in direct),
                tuple(self.grouped(others, folded, plan.bare)) if others else (),
            )
        )

    def grouped(
        self, detectors: tuple[Detector, ...], folded: pa.Array, bare: bool = False
    ) -> list[tuple[Detector, ...]]:
        """Returns the detectors in groups, each of which RE2 asks at speed; one group but where they ruin each other.

        Together they may make an automaton that does not fit RE2's cache, a hundred times slower: on JSON with long
        hexadecimal numbers it takes five of them that are harmless by themselves. Halves are timed on the column's own
        cells and parted while that is cheaper for all of them, compiling included.
        """
        if len(folded) < TIMED or len(detectors) <= APART:
            return [detectors]
        sample = _take(folded, spread(len(folded), TIMED))
        cost = self._seconds(detectors, sample, bare)
        if cost < SLOW:
            return [detectors]
        middle = len(detectors) // 2
        halves = detectors[:middle], detectors[middle:]
        if sum(self._seconds(half, sample, bare) for half in halves) > cost * 0.8:
            return [detectors]
        return [group for half in halves for group in self.grouped(half, sample, bare)]

    def _seconds(self, detectors: tuple[Detector, ...], cells: pa.Array, bare: bool) -> float:
        """Returns the processor time of this thread that asking the cells takes."""
        start = time.thread_time()
        self._matching(cells, detectors, wide=True, bare=bare)
        return time.thread_time() - start

    def _resolve_wide(
        self, detectors: tuple[Detector, ...], sample: pa.Array, rows: Rows, bare: bool
    ) -> Iterator[tuple[Detector, Rows]]:
        """As ``_resolve``, but by what a detector may match rather than what it does: what would reach ``_resolve``."""
        if len(detectors) == 0 or len(rows) == 0:
            return
        rows = rows[self._matching(_take(sample, rows), detectors, wide=True, bare=bare)]
        if len(detectors) == 1:
            yield detectors[0], rows
            return
        middle = len(detectors) // 2
        yield from self._resolve_wide(detectors[:middle], sample, rows, bare)
        yield from self._resolve_wide(detectors[middle:], sample, rows, bare)


def _validate(detector: Detector, cells: pa.Array, shaped: npt.NDArray[np.bool_] | None = None) -> Outcomes:
    """Returns what each candidate cell (folded) adds to the tally of a detector.

    Args:
        detector: whose candidates they are.
        cells: the candidates.
        shaped: which of them a shape covers, where that is known already.
    """
    outcomes = np.zeros(len(cells), dtype=np.uint8)
    expression = re2.covering(detector)
    if detector.triage and shaped is None and expression is not None and len(cells) >= SAMPLE:
        likely = np.flatnonzero(_likely(detector, cells))
        if len(likely) < len(cells):
            outcomes[likely] = _validate(detector, _take(cells, likely)) if len(likely) else 0
            return outcomes
    open_rows = np.arange(len(cells))
    if detector.cue != "always" and expression is not None:
        if shaped is None:
            shaped = _bools(pc.match_substring_regex(cells, pattern=expression))
        plain = _western(cells)
        answers = _answers(detector, cells, np.flatnonzero(shaped & plain))
        outcomes[answers == 1] = ACCEPTED | WHOLE
        undecided = answers == -1
        refused = np.flatnonzero(answers == 0)
        if len(refused):
            # Refused as a whole; a part of it may still pass, unless there is no match but the whole.
            parted = _parted(detector, _take(cells, refused))
            outcomes[refused[~parted]] = REFUSED
            undecided[refused[parted]] = True
        if detector.cue == "required":
            # In running text a match counts only behind a label: without any of its words there is nothing to judge.
            undecided &= shaped | _cued(detector, cells, undecided & ~shaped)
        open_rows = np.flatnonzero(undecided)
        if detector.cue != "required" and len(open_rows) >= SAMPLE:
            parts = open_rows[~shaped[open_rows] & plain[open_rows]]
            told = _told_inside(detector, _take(cells, parts))
            outcomes[parts] = told
            open_rows = np.setdiff1d(open_rows, parts[told > 0], assume_unique=True)
    elif detector.cue == "always":
        open_rows = np.flatnonzero(_cued(detector, cells, np.ones(len(cells), dtype=bool)))
    if len(open_rows):
        outcomes[open_rows] = _judged(detector, _take(cells, open_rows))
    return outcomes


def _likely(detector: Detector, cells: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells which of the cells that a triage let through the shapes themselves may match."""
    expression = re2.exact(detector)
    return _bools(pc.match_substring_regex(cells, pattern=expression)) | ~_western(cells)


def _cued(detector: Detector, cells: pa.Array, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tells which of the wanted cells hold a word that the detector needs."""
    rows = np.flatnonzero(wanted)
    cued = np.zeros(len(cells), dtype=bool)
    if len(rows):
        cued[rows] = _bools(pc.match_substring_regex(_take(cells, rows), pattern=re2.cue(detector.context)))
    return cued


def _parted(detector: Detector, cells: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells which cells may hold a match that does not cover them."""
    expression = re2.inside(detector)
    if expression is None:
        return np.ones(len(cells), dtype=bool)
    return _bools(pc.match_substring_regex(cells, pattern=expression))


def _western(cells: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells which cells are of ASCII and Latin-1 alone.

    Beyond, (?i) of RE2 takes letters for others that ``re`` does not: a long s for s, the sign of Kelvin for k.
    """
    raw, _ = buffers(cells)
    if len(raw) == 0 or raw.max() < 0xC4:  # the first byte of U+0100
        return np.ones(len(cells), dtype=bool)
    return ~_bools(pc.match_substring_regex(cells, pattern=r"[^\x00-\x{FF}]"))


def _told_inside(detector: Detector, cells: pa.Array) -> Outcomes:
    """Returns the outcomes of western cells that match and that no match covers; 0 leaves it open."""
    told = np.zeros(len(cells), dtype=np.uint8)
    if len(cells) == 0 or (detector.check is not None and detector.check not in VECTOR):
        return told
    if detector.proof is not None:
        told[_bools(pc.match_substring_regex(cells, pattern=detector.proof))] = ACCEPTED
        return told
    if detector.check is None and detector.triage is None:
        told[:] = ACCEPTED  # the expression was exact, and there is nothing more to pass
        return told
    if detector.check in CODES and detector.triage is None and re2.closed(detector):
        # One run of letters and digits: every match contains all of it, so the check reads the same of each.
        rows = np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=_ONE_RUN)))
        answers = _answers(detector, _take(cells, rows), np.arange(len(rows)))
        told[rows[answers == 1]] = ACCEPTED
        told[rows[answers == 0]] = REFUSED
    return _first_passes(detector, cells, told)


def _first_passes(detector: Detector, cells: pa.Array, told: Outcomes) -> Outcomes:
    """Adds the cells whose first match of a shape passes; where it fails, a later one may pass."""
    left = np.flatnonzero(told == 0)
    for expression in re2.firsts(detector) if len(left) else ():
        found = pc.struct_field(pc.extract_regex(_take(cells, left), pattern=expression), "m")
        rows = np.flatnonzero(_bools(found.is_valid()) & (told[left] == 0))
        if len(rows):
            passed = _answers(detector, _take(found, rows), np.arange(len(rows))) == 1
            told[left[rows[passed]]] = ACCEPTED
    return told


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
    raw, places = buffers(cells)
    odd = floats = np.zeros(0, dtype=np.intp)
    if _holds_odd(raw):
        odd = np.flatnonzero(_bools(pc.match_substring_regex(cells, pattern=f"[{ODD}]")))
    sizes = np.diff(places)
    maybe = np.flatnonzero(
        (sizes >= 7) & (sizes <= 56) & _FLOAT_ENDS[raw[np.maximum(places[1:], 1) - 1]] if len(raw) else []
    )
    if len(maybe):
        floats = maybe[_bools(pc.match_substring_regex(_take(cells, maybe), pattern=_FLOAT))]
    rows = np.union1d(odd, floats)
    if len(rows) == 0:
        return cells
    texts = pa.array([fold(text) for text in _take(cells, rows).to_pylist()], type=cells.type)
    mask = np.zeros(len(cells), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(cells, pa.array(mask), texts)


def _holds_odd(raw: npt.NDArray[np.uint8]) -> bool:
    """Tells whether a byte begins a character that folding may change, block by block in the processor's cache."""
    for start in range(0, len(raw), BLOCK):
        block = raw[start : start + BLOCK]
        if block.max() >= _ODD_LEADS[0] and any((block == lead).any() for lead in _ODD_LEADS):
            return True
    return False


def _hard(cells: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Tells which cells of long texts hold a digit or a sign that prose has not; None when that would gain little."""
    raw, places = buffers(cells)
    if len(cells) < SORTED_CELLS or len(raw) < LONG * len(cells):
        return None
    hard = np.zeros(len(cells), dtype=bool)
    for start in range(0, len(raw), BLOCK):
        part = raw[start : start + BLOCK]
        marks = np.flatnonzero(
            ((part - np.uint8(0x2F)) < np.uint8(0x12))  # / 0-9 : ; < = > ? @
            | ((part - np.uint8(0x23)) < np.uint8(0x04))  # # $ % &
            | ((part - np.uint8(0x5B)) < np.uint8(0x06))  # [ \ ] ^ _ `
            | ((part - np.uint8(0x7B)) < np.uint8(0x05))  # { | } ~ and delete
        )
        if len(marks) * 16 > len(part):
            return None
        hard[np.searchsorted(places, marks + start, side="right") - 1] = True
    return hard if np.count_nonzero(hard) * 2 <= len(cells) else None


def _characters(cells: pa.Array) -> tuple[frozenset[str], int, bool]:
    """Returns the ASCII characters in the cells, the length of the longest, rounded up, and whether others occur.

    Long texts are taken to hold every character: finding out would cost as much as looking for patterns.
    """
    raw, places = buffers(cells)
    longest = int(np.diff(places).max(initial=0))
    if longest > 64:
        return _ANY, 1 << 30, True
    known = bytes(np.unique(raw[:4096]))
    for start in range(4096, len(raw), BLOCK):
        # Without those known already, nothing is left of most blocks; numpy takes four times as long.
        known += bytes(set(raw[start : start + BLOCK].tobytes().translate(None, known)))
    rounded = longest if longest <= 20 else (longest + 7) // 8 * 8
    return frozenset(chr(code) for code in known if code < 128), rounded, max(known, default=0) >= 128


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
