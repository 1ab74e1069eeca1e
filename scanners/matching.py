"""Where a detector matches in a text: expressions, check and cue, one text at a time.

This is the meaning of a detector in forty lines. Presidio's recognizer (``recognizers.py``) says the same through
Presidio's own machinery, and a property test holds the two together; the column path (``triage.py``) asks here for
the candidates that its vectorised shortcuts cannot decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from recense.scanners.detector import Detector
from recense.scanners.folding import fold

CUE_WINDOW = 40
"""Characters before a match in which a cue counts."""

CUE_LIFT = 0.35
"""What a cue adds to the score: Presidio's own default for context words."""


class Match(NamedTuple):
    """A place in a text that a detector accepts: Python offsets, ``score`` 0 to 1, and whether a cue stands before it."""

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
    """Returns the match when it passes check and cue, else None.

    Args:
        folded: the whole text, folded.
        score: what the shape alone says.
    """
    cued = False
    if detector.cue != "none":
        cued = has_cue(detector, folded, start)
        if not cued and (detector.cue == "always" or (detector.cue == "required" and not whole(folded, start, end))):
            return None
    if not detector.passes(folded[start:end]):
        return None
    return Match(start, end, final_score(detector, score, cued), cued)


def judge(detector: Detector, text: str) -> tuple[bool, bool, bool]:
    """Returns what one cell adds to a tally: (accepted, whole, refused)."""
    folded = fold(text)
    accepted = seen = False
    for start, end, score in _places(detector, folded):
        seen = True
        if accept(detector, folded, start, end, score):
            accepted = True
            if whole(folded, start, end):
                return True, True, False
    return accepted, False, seen and not accepted


def whole(folded: str, start: int, end: int) -> bool:
    """Tells whether a match covers everything but the white space around it."""
    return not folded[:start].strip() and not folded[end:].strip()


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


def plain(text: str) -> str:
    """Returns the text in lower case without accents."""
    if text.isascii():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))


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
