"""Candidate cells judged: by checks over whole columns where these are sure, by ``matching.judge`` where not.

Cells that a shape covers are checked in numpy (``vector.py``); where nothing but the whole cell can match, a refusal is
final. The rest is asked of ``matching.judge``, once for each distinct value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners import re2
from recense.scanners.arrays import Rows, take, western
from recense.scanners.buffers import bools, buffers
from recense.scanners.detector import Detector
from recense.scanners.matching import CUE_WINDOW, judge_folded
from recense.scanners.vector import CODES, VECTOR

ACCEPTED, WHOLE, REFUSED = 1, 2, 4
"""Bits of an outcome: what one cell adds to a tally."""

SAMPLE = 64
"""Cells from which an expression for all of them is worth its compiling."""

_BYTES = 4
"""Bytes of a character in UTF-8, at most."""
_BLANKS = np.isin(np.arange(256), [*b" \t\r\n"])

_ONE_RUN = r"^[^0-9A-Za-z]*[0-9A-Za-z]+[^0-9A-Za-z]*$"

Outcomes = npt.NDArray[np.uint8]


def validate(
    detector: Detector,
    cells: pa.Array,
    shaped: npt.NDArray[np.bool_] | None = None,
    alone: npt.NDArray[np.bool_] | None = None,
) -> Outcomes:
    """Returns what each candidate cell (folded) adds to the tally of a detector.

    Args:
        detector: whose candidates they are.
        cells: the candidates.
        shaped: which of them a shape covers, where that is known already.
        alone: in which of them nothing but the whole cell can match, where that is known already.
    """
    near = re2.close(detector) if detector.triage and shaped is None and len(cells) >= SAMPLE else None
    if near is None:
        return _validated(detector, cells, shaped, alone)
    outcomes = np.zeros(len(cells), dtype=np.uint8)
    likely = np.flatnonzero(bools(pc.match_substring_regex(cells, pattern=near)) | ~western(cells))
    if len(likely):
        outcomes[likely] = _validated(detector, take(cells, likely), exact=_short(cells))
    return outcomes


def covered(detector: Detector, cells: pa.Array, short: bool = False) -> npt.NDArray[np.bool_]:
    """Tells which cells a shape covers, but for white space around it.

    Args:
        detector: one of which RE2 can say what it covers.
        cells: any.
        short: all of them are shorter than ``re2.COUNTED``.
    """
    found = np.zeros(len(cells), dtype=bool)
    rows = _coverable(detector, cells)
    if len(rows):
        expression = re2.covering(detector, short=short)
        found[rows] = bools(pc.match_substring_regex(take(cells, rows), pattern=expression))
    return found


def _coverable(detector: Detector, cells: pa.Array) -> Rows:
    """Returns the rows of the cells that are no longer than a match may be, or begin or end with white space."""
    widest = re2.widest(detector)
    raw, places = buffers(cells)
    if widest is None or len(raw) <= widest * len(cells):
        return np.arange(len(cells))
    sizes = np.diff(places)
    blank = _BLANKS[raw[np.minimum(places[:-1], len(raw) - 1)]] | _BLANKS[raw[np.maximum(places[1:], 1) - 1]]
    return np.flatnonzero(blank | (sizes <= widest * _BYTES))


def uncovered(detector: Detector, cells: pa.Array, bare: bool = False) -> Outcomes:
    """Returns the outcomes of cells that no shape covers, 0 for those without a match.

    Args:
        detector: which one; its labels are not ``always``, and RE2 can say what it covers.
        cells: any that are not covered.
        bare: none of its labels can stand in them.
    """
    outcomes = np.zeros(len(cells), dtype=np.uint8)
    rows = np.arange(len(cells))
    if detector.proof is not None and len(cells) >= SAMPLE:
        outcomes[bools(pc.match_substring_regex(cells, pattern=detector.proof)) & western(cells)] = ACCEPTED
        rows = np.flatnonzero(outcomes == 0)
    some = take(cells, rows)
    near = re2.close(detector) if detector.triage and len(rows) >= SAMPLE else None
    found = bools(pc.match_substring_regex(some, pattern=near or re2.anywhere((detector,), bare=bare)))
    if near is not None:
        found |= ~western(some)
    rows = rows[found]
    if len(rows):
        none = np.zeros(len(rows), dtype=bool)
        exact = near is not None and _short(cells)
        outcomes[rows] = _validated(detector, take(cells, rows), none, exact=exact)
    return outcomes


def _short(cells: pa.Array) -> bool:
    """Tells whether no cell is so long that a count which RE2 does not take could matter."""
    return bool(pc.max(pc.binary_length(cells)).as_py() < re2.COUNTED)


def _validated(
    detector: Detector,
    cells: pa.Array,
    shaped: npt.NDArray[np.bool_] | None = None,
    alone: npt.NDArray[np.bool_] | None = None,
    exact: bool = False,
) -> Outcomes:
    """As ``validate``; ``exact`` when the shapes are known to match in every western cell."""
    outcomes = np.zeros(len(cells), dtype=np.uint8)
    expression = re2.covering(detector, short=exact)
    open_rows = np.arange(len(cells))
    if detector.cue != "always" and expression is not None:
        if shaped is None:
            shaped = covered(detector, cells, short=exact)
        plain = western(cells)
        answers = _answers(detector, cells, np.flatnonzero(shaped & plain))
        outcomes[answers == 1] = ACCEPTED | WHOLE
        undecided = answers == -1
        refused = np.flatnonzero(answers == 0)
        if len(refused):
            # Refused as a whole; a part of it may still pass, unless there is no match but the whole.
            parted = _parted(detector, take(cells, refused)) if alone is None else ~alone[refused]
            outcomes[refused[~parted]] = REFUSED
            undecided[refused[parted]] = True
        if detector.cue == "required":
            # In running text a match counts only behind a label: without any of its words there is nothing to judge.
            undecided &= shaped | cued(detector, cells, undecided & ~shaped)
        open_rows = np.flatnonzero(undecided)
        if detector.cue != "required" and len(open_rows) >= SAMPLE:
            parts = open_rows[~shaped[open_rows] & plain[open_rows]]
            told = _told_inside(detector, take(cells, parts), exact or detector.triage is None)
            outcomes[parts] = told
            open_rows = np.setdiff1d(open_rows, parts[told > 0], assume_unique=True)
    elif detector.cue == "always":
        open_rows = np.flatnonzero(cued(detector, cells, np.ones(len(cells), dtype=bool)))
    if len(open_rows):
        outcomes[open_rows] = _judged(detector, take(cells, open_rows))
    return outcomes


def cued(
    detector: Detector, cells: pa.Array, wanted: npt.NDArray[np.bool_], worth: int = SAMPLE
) -> npt.NDArray[np.bool_]:
    """Tells which of the wanted cells may hold a match behind a word that the detector needs: all that do.

    Args:
        detector: whose words and shapes they are.
        cells: all cells.
        wanted: which of them are asked.
        worth: cells from which an expression is worth its compiling; fewer are taken to hold one.
    """
    found = np.zeros(len(cells), dtype=bool)
    rows = np.flatnonzero(wanted)
    if len(rows) == 0:
        return found
    plain = bools(pc.string_is_ascii(take(cells, rows)))
    beyond = rows[~plain]
    if len(beyond) < worth:
        found[beyond] = True
    else:
        found[beyond] = bools(pc.match_substring_regex(take(cells, beyond), pattern=re2.cue(detector.context)))
    rows = rows[plain]
    for pattern in (re2.cue(detector.context, ascii_only=True), re2.behind_cue(detector, CUE_WINDOW)):
        if pattern and len(rows) >= worth:
            rows = rows[bools(pc.match_substring_regex(take(cells, rows), pattern=pattern))]
    found[rows] = True
    return found


def _parted(detector: Detector, cells: pa.Array) -> npt.NDArray[np.bool_]:
    """Tells which cells may hold a match that does not cover them."""
    expression = re2.inside(detector)
    if expression is None:
        return np.ones(len(cells), dtype=bool)
    return bools(pc.match_substring_regex(cells, pattern=expression))


def _told_inside(detector: Detector, cells: pa.Array, exact: bool) -> Outcomes:
    """Returns the outcomes of western cells that no match covers; 0 leaves it open.

    Args:
        detector: the one that is asked.
        cells: candidates.
        exact: a shape matches in all of them.
    """
    told = np.zeros(len(cells), dtype=np.uint8)
    if len(cells) == 0 or (detector.check is not None and detector.check not in VECTOR):
        return told
    if detector.proof is not None:
        told[bools(pc.match_substring_regex(cells, pattern=detector.proof))] = ACCEPTED
    if detector.check is None and exact:
        told[:] = ACCEPTED  # there is nothing more to pass
        return told
    if detector.check in CODES and detector.triage is None and re2.closed(detector):
        # One run of letters and digits: every match contains all of it, so the check reads the same of each.
        rows = np.flatnonzero(bools(pc.match_substring_regex(cells, pattern=_ONE_RUN)))
        answers = _answers(detector, take(cells, rows), np.arange(len(rows)))
        told[rows[answers == 1]] = ACCEPTED
        told[rows[answers == 0]] = REFUSED
    return _first_passes(detector, cells, told)


def _first_passes(detector: Detector, cells: pa.Array, told: Outcomes) -> Outcomes:
    """Adds the cells whose first match of a shape passes, and those of one place whose matches all fail."""
    left = np.flatnonzero(told == 0)
    failed = np.zeros(len(told), dtype=bool)
    unsure = np.zeros(len(told), dtype=bool)
    for expression in re2.firsts(detector):
        if len(left) == 0:
            return told
        some = take(cells, left)
        if detector.check is None:  # that there is a match is all there is to know
            passed = bools(pc.match_substring_regex(some, pattern=expression))
        else:
            found = pc.struct_field(pc.extract_regex(some, pattern=expression), "m")
            passed = bools(found.is_valid())
            rows = np.flatnonzero(passed)
            answers = _answers(detector, take(found, rows), np.arange(len(rows)))
            failed[left[rows[answers == 0]]] = True
            unsure[left[rows[answers == -1]]] = True
            passed[rows] = answers == 1
        told[left[passed]] = ACCEPTED
        left = left[~passed]
    once = np.flatnonzero(failed & ~unsure & (told == 0))
    if len(once) >= SAMPLE and (twice := re2.twice(detector)) is not None:
        told[once[~bools(pc.match_substring_regex(take(cells, once), pattern=twice))]] = REFUSED
    return told


def _answers(detector: Detector, cells: pa.Array, covered: Rows) -> npt.NDArray[np.int8]:
    """Returns 1, 0 or -1 (unknown) for each cell; only covered ones can be known."""
    answers = np.full(len(cells), -1, dtype=np.int8)
    if len(covered) == 0:
        return answers
    if detector.check is None:
        answers[covered] = 1
    elif detector.check in VECTOR:
        answers[covered] = VECTOR[detector.check](pc.ascii_trim_whitespace(take(cells, covered)))
    return answers


def _judged(detector: Detector, cells: pa.Array) -> Outcomes:
    """Returns the outcomes of ``matching.judge``, asked once for each distinct cell."""
    encoded = pc.dictionary_encode(cells)
    judged = np.zeros(len(encoded.dictionary), dtype=np.uint8)
    for position, text in enumerate(encoded.dictionary.to_pylist()):
        accepted, whole, refused = judge_folded(detector, text)
        judged[position] = accepted * ACCEPTED | whole * WHOLE | refused * REFUSED
    return np.asarray(judged[np.asarray(encoded.indices)])
