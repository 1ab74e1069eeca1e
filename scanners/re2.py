"""Detectors as RE2 expressions, for pyarrow's kernels: one alternation that says which cells may hold anything.

RE2 has no look-around. What may stand beside a match is therefore captured with it: to know *whether* a cell holds a
match, ``(?:^|[^0-9A-Za-z])CORE(?:[^0-9A-Za-z]|$)`` is as good as the look-around. A detector whose core RE2 cannot
express declares a superset under ``triage``. Every expression made here finds at least the cells of the original.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from recense.errors import DetectorError
from recense.scanners.detector import Detector, Shape

EDGES = {
    "word": ("(?:^|[^0-9A-Za-z])", "(?:$|[^0-9A-Za-z])"),
    "number": (
        "(?:^|[^0-9A-Za-z.,_/-]|(?:^|[^0-9])[.,_/-])",
        "(?:$|[^0-9A-Za-z.,_/-]|[.,_/-](?:$|[^0-9]))",
    ),
    "cell": (r"^[ \t\r\n]*", r"[ \t\r\n]*$"),
    "open": ("", ""),
}
"""The edges of ``recense.scanners.detector.EDGES`` in RE2."""


def anywhere(detectors: Iterable[Detector]) -> str:
    """Returns an expression that matches in every text in which one of the detectors may match.

    It is exact for ASCII texts, but for detectors with a ``triage`` of their own.
    """
    parts: list[str] = []
    closed: dict[str, list[str]] = {}
    for detector in detectors:
        if detector.triage:
            parts.append(_cased(detector, detector.triage))
            continue
        for shape in detector.shapes:
            closed.setdefault(shape.edges, []).append(_cased(detector, shape.regex))
    for edges, cores in closed.items():
        left, right = EDGES[edges]
        parts.append(f"{left}(?:{'|'.join(cores)}){right}")
    return "|".join(parts)


def covering(detector: Detector) -> str | None:
    """Returns an expression for texts that one shape of the detector covers but for white space.

    None when RE2 cannot say it exactly. For ASCII texts it is exact.
    """
    if detector.triage:
        return None
    cores = "|".join(_cased(detector, shape.regex) for shape in detector.shapes)
    return rf"^[ \t\r\n]*(?:{cores})[ \t\r\n]*$"


def _cased(detector: Detector, regex: str) -> str:
    return f"(?:{regex})" if detector.case == "exact" else f"(?i:{regex})"


def compiles(regex: str) -> str | None:
    """Returns None when RE2 takes the expression, else what it says."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern=regex)
    except pa.ArrowInvalid as problem:
        return str(problem)
    return None


def refuse_bad(detector: Detector, where: str) -> None:
    r"""Refuses a detector that the column path could not look for.

    Raises:
        DetectorError: RE2 does not take a shape and there is no ``triage``, or the ``triage`` misses an example.
    """
    if detector.triage is None:
        for shape in detector.shapes:
            _refuse_shape(detector, shape, where)
        return
    if problem := compiles(detector.triage):
        raise DetectorError(f"{where}: key 'triage' is no RE2 expression: {problem}")
    from recense.scanners.folding import fold

    found = pc.match_substring_regex(pa.array([fold(text) for text in detector.match]), pattern=anywhere([detector]))
    for number, hit in enumerate(found.to_pylist(), 1):
        if not hit:
            raise DetectorError(f"{where}: key 'triage' does not find examples.match, entry {number}: it must be wider")


def _refuse_shape(detector: Detector, shape: Shape, where: str) -> None:
    if r"\s" in shape.regex or r"\S" in shape.regex:
        raise DetectorError(rf"{where}: key 'patterns': write the white space you mean ([ \t\n]): RE2's \s differs")
    if problem := compiles(anywhere([detector])):
        raise DetectorError(
            f"{where}: key 'patterns': RE2 does not take {shape.regex!r} ({problem}); give a wider one under 'triage'"
        )
