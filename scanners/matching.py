"""Where a detector matches in a text: expressions, check and cue, one text at a time.

This is the meaning of a detector in forty lines. Presidio's recognizer (``recognizers.py``) says the same through
Presidio's own machinery, and a property test holds the two together; the column path (``triage.py``) asks here for
the candidates that its vectorised shortcuts cannot decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from recense.scanners.detector import Detector
from recense.scanners.folding import fold, plain

CUE_WINDOW = 40
"""Characters before a match in which a cue counts."""

BLANKS = " \t\r\n"
"""White space around a match that covers its cell; folding has made other spaces of these."""

CUE_LIFT = 0.35
"""What a cue adds to the score: Presidio's own default for context words."""


class Match(NamedTuple):
    """A place in a text that a detector accepts: offsets, ``score`` 0 to 1, and whether a cue stands before it."""

    start: int
    end: int
    score: float
    cued: bool


def matches(detector: Detector, text: str) -> list[Match]:
    """Returns the accepted matches of a detector in a text, in order, without duplicates of the same span."""
    folded = fold(text)
    found: dict[tuple[int, int], Match] = {}
    for start, end, score in _places(detector, folded):
        match = accept(detector, folded, start, end, score)
        if match and ((start, end) not in found or found[start, end].score < match.score):
            found[start, end] = match
    return [found[span] for span in sorted(found)]


def accept(detector: Detector, folded: str, start: int, end: int, score: float) -> Match | None:
    """Returns the match when it passes cue and check, else None.

    Args:
        detector: whose shape matched.
        folded: the whole text, folded.
        start: where the match begins.
        end: where it ends.
        score: what the shape alone says.
    """
    labelled, cued = _labelled(detector, folded, start, end)
    if not labelled or not detector.passes(folded[start:end]):
        return None
    return Match(start, end, final_score(detector, score, cued), cued)


def judge(detector: Detector, text: str) -> tuple[bool, bool, bool]:
    """Returns what one cell adds to a tally: (accepted, whole, refused).

    A cell is refused when it has a match that its label allows, and none that passes the check.
    """
    return judge_folded(detector, fold(text))


def judge_folded(detector: Detector, folded: str) -> tuple[bool, bool, bool]:
    """As ``judge``, for a text that ``folding.fold`` gave: what the column path calls a million times."""
    accepted = failed = False
    labels = detector.cue in ("required", "always")  # an optional one adds to a score, and there is none here
    for regex in detector.compiled:
        for match in regex.finditer(folded):
            start, end = match.span()
            if start == end or (labels and not _labelled(detector, folded, start, end)[0]):
                continue
            if not detector.passes(match.group()):
                failed = True
            elif whole(folded, start, end):
                return True, True, False
            else:
                accepted = True
    return accepted, False, failed and not accepted


def _labelled(detector: Detector, folded: str, start: int, end: int) -> tuple[bool, bool]:
    """Returns whether the detector's rule on labels lets a match through, and whether a cue stands before it."""
    if detector.cue == "none":
        return True, False
    cued = has_cue(detector, folded, start)
    needed = detector.cue == "always" or (detector.cue == "required" and not whole(folded, start, end))
    return cued or not needed, cued


def whole(folded: str, start: int, end: int) -> bool:
    """Tells whether a match covers everything but the white space around it."""
    return (start == 0 or not folded[:start].strip(BLANKS)) and not folded[end:].strip(BLANKS)


def final_score(detector: Detector, score: float, cued: bool) -> float:
    """Returns the score of an accepted match.

    A check that random text never passes lifts it to 1, one that every tenth passes leaves it; a cue adds 0.35.
    """
    if detector.check is not None:
        score += (1.0 - score) * max(0.0, 1.0 - 10.0 * detector.chance)
    return min(1.0, score + (CUE_LIFT if cued else 0.0))


def has_cue(detector: Detector, folded: str, start: int) -> bool:
    """Tells whether a context word of the detector stands in the characters before a match."""
    return bool(_cue(detector.context).search(plain(folded[max(0, start - CUE_WINDOW) : start])))


def _places(detector: Detector, folded: str) -> Iterator[tuple[int, int, float]]:
    for shape, regex in zip(detector.shapes, detector.compiled, strict=True):
        for match in regex.finditer(folded):
            if match.end() > match.start():
                yield match.start(), match.end(), shape.score


@cache
def _cue(context: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(plain(word)) for word in sorted(context, key=len, reverse=True))
    # A label may be joined to what is around it (num_siret, TelFax): only letters close it.
    return re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")
