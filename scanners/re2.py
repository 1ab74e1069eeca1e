"""Detectors as RE2 expressions, for pyarrow's kernels, and what is known of a pattern before it is run.

RE2 has no look-around. What may stand beside a match is therefore captured with it: to know *whether* a cell holds a
match, ``(?:^|[^0-9A-Za-z])CORE(?:$|[^0-9A-Za-z])`` is as good as the look-around. A detector whose core RE2 cannot
express declares a superset under ``triage``. Every expression made here finds at least the cells of the original.

RE2 is fast while its automaton is small. A hundred patterns that each insist on particular digits make an automaton
that remembers digits; ``widened`` patterns ask only that there are digits, so the automaton counts them and stays small
(measured on e-mail addresses with digits: 3 MB/s against 165).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recense.errors import DetectorError
from recense.scanners.detector import Detector, Shape
from recense.scanners.folding import plain

EDGES = {
    "word": ("(?:^|[^0-9A-Za-z])", "(?:$|[^0-9A-Za-z])"),
    "number": (
        "(?:^|[^0-9A-Za-z.,_/-]|(?:^|[^0-9])[.,_/-])",
        "(?:$|[^0-9A-Za-z.,_/-]|[.,_/-](?:$|[^0-9]))",
    ),
    "token": (
        "(?:^|[^0-9A-Za-z.,_/-]|(?:^|[^0-9A-Za-z])[.,_/-])",
        "(?:$|[^0-9A-Za-z.,_/-]|[.,_/-](?:$|[^0-9A-Za-z]))",
    ),
    "cell": (r"^[ \t\r\n]*", r"[ \t\r\n]*$"),
    "open": ("", ""),
}
"""The edges of ``recense.scanners.detector.EDGES`` in RE2."""

PARSER: Any = importlib.import_module("re._parser")  # the syntax tree of ``re``, unchanged for twenty years

_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*(?:,\d*)?\}|\(\?[a-zA-Z-]*:|.", re.DOTALL)


def anywhere(detectors: Iterable[Detector], wide: bool = False, bare: bool = False) -> str:
    """Returns an expression that matches in every text in which one of the detectors may match.

    It is exact for ASCII texts, but for detectors with a ``triage`` of their own and when ``wide``.

    Args:
        detectors: which ones.
        wide: any digit will do where a shape asks for particular ones.
        bare: no cue can stand in the texts: what needs one in running text is looked for as a whole text only.
    """
    return _anywhere(detectors, wide, triage=True, bare=bare)


def begins_text(expression: str) -> bool:
    """Tells whether an expression asks for the beginning or the end of a text in a way that a line has not."""
    return re.search(r"\\[AzZ]|\(\?[a-zA-Z]*-[a-zA-Z]*m", expression) is not None


@cache
def close(detector: Detector) -> str | None:
    """Returns an expression that matches where a shape does and in few other texts, for a detector with a ``triage``.

    A look-around for one character that must not stand before or behind becomes a character that may, or the edge of
    the text; a count beyond what RE2 takes becomes no count. None when that does not make it one for RE2.
    """
    shapes = tuple(replace(shape, regex=relaxed(shape.regex)) for shape in detector.shapes)
    regex = _anywhere((replace(detector, shapes=shapes),), wide=False, triage=False, bare=False)
    return None if compiles(regex) else regex


COUNTED = 1_000
"""The largest count that RE2 takes."""

_NOT_BEFORE = re.compile(r"\(\?<!\[(?!\^)((?:[^\]\\]|\\.)*)\]\)")
_NOT_BEHIND = re.compile(r"\(\?!\[(?!\^)((?:[^\]\\]|\\.)*)\]\)$")


def relaxed(regex: str) -> str:
    r"""Returns a superset of the expression without look-around at its ends and with no count above 1,000.

    >>> relaxed(r"(?<![0-9A-F:])(?:[0-9A-F]{2}:){5}[0-9A-F]{2}(?![0-9A-F:])")
    '(?:^|[^0-9A-F:])(?:[0-9A-F]{2}:){5}[0-9A-F]{2}(?:$|[^0-9A-F:])'
    """
    if str(PARSER.parse(regex)[0][0]) != "BRANCH":  # else an end is that of one alternative
        before, behind = _NOT_BEFORE.match(regex), _NOT_BEHIND.search(regex)
        if before:
            regex = f"(?:^|[^{before[1]}]){regex[before.end() :]}"
        if behind:
            regex = f"{regex[: -len(behind[0])]}(?:$|[^{behind[1]}])"
    return uncounted(regex)


def uncounted(regex: str) -> str:
    """Returns the expression with no count from ``COUNTED`` on: the same for texts that are shorter."""
    return re.sub(r"\{(\d+),\d{4,}\}", r"{\1,}", regex)


def closed(detector: Detector) -> bool:
    """Tells whether no letter or digit may stand beside a match."""
    return all(shape.edges in ("word", "number", "token") for shape in detector.shapes)


def _anywhere(detectors: Iterable[Detector], wide: bool, triage: bool, bare: bool) -> str:
    parts: dict[str, None] = {}
    cores_by_edges: dict[str, dict[str, None]] = {}
    for detector in detectors:
        alone = bare and detector.cue == "required" and covering(detector) is not None
        if detector.triage and triage and not alone:
            parts[_cased(detector, detector.triage)] = None
            continue
        for shape in detector.shapes:
            core = _cased(detector, widened(shape.regex) if wide else shape.regex)
            cores_by_edges.setdefault("cell" if alone else shape.edges, {})[core] = None
    for edges, cores in cores_by_edges.items():
        left, right = EDGES[edges]
        parts[f"{left}(?:{'|'.join(cores)}){right}"] = None
    return "|".join(parts)


@cache
def covering(detector: Detector, short: bool = False) -> str | None:
    """Returns an expression for texts that one shape of the detector covers but for white space.

    None when RE2 cannot say it. For ASCII texts it is exact.

    Args:
        detector: whose shapes they are.
        short: the texts are under ``COUNTED`` bytes, where a count beyond that says as much as none.
    """
    shapes = (uncounted(shape.regex) if short else shape.regex for shape in detector.shapes)
    cores = "|".join(_cased(detector, regex) for regex in shapes)
    regex = rf"^[ \t\r\n]*(?:{cores})[ \t\r\n]*$"
    return None if compiles(regex) else regex


@cache
def widest(detector: Detector) -> int | None:
    """Returns the characters of the longest text that a shape may match; None when there is no limit."""
    most = max(int(parsed.getwidth()[1]) for parsed in _parsed(detector))
    return most if most < int(PARSER.MAXREPEAT) else None


_BLANK = r" \t\r\n"
_NOT_BLANK = rf"[^{_BLANK}](?s:.)*"
_BESIDE = {
    "word": ("[^0-9A-Za-z]", f"[^0-9A-Za-z{_BLANK}]", "", ""),
    "number": (
        "[^0-9A-Za-z.,_/-]", f"[^0-9A-Za-z.,_/{_BLANK}-]", "|(?:^|[^0-9])[.,_/-]", "|[.,_/-](?:$|[^0-9])",
    ),
    "token": (
        "[^0-9A-Za-z.,_/-]", f"[^0-9A-Za-z.,_/{_BLANK}-]",
        "|(?:^|[^0-9A-Za-z])[.,_/-]", "|[.,_/-](?:$|[^0-9A-Za-z])",
    ),
    "open": ("", f"[^{_BLANK}]", "", ""),
}  # fmt: skip
"""Per kind of edge: a character that ends it, one that is no blank either, and the edges of two characters."""


@cache
def inside(detector: Detector) -> str | None:
    """Returns an expression that matches in every text with a match that more than white space stands beside.

    Where it is silent, all matches of the detector cover the text. For ASCII texts; None when RE2 cannot say it.
    """
    parts = []
    for shape in detector.shapes:
        if shape.edges == "cell":
            continue
        core = _cased(detector, shape.regex)
        left, right = EDGES[shape.edges]
        edge, filled, before, after = _BESIDE[shape.edges]
        parts.append(f"(?:{_NOT_BLANK}{edge}|{filled}{before}){core}{right}")
        parts.append(f"{left}{core}(?:{edge}(?s:.)*[^{_BLANK}]|{filled}{after})")
    regex = "|".join(parts) or r"[^\x00-\x{10FFFF}]"
    return None if compiles(regex) else regex


@cache
def firsts(detector: Detector) -> tuple[str, ...]:
    """Returns one expression per shape whose group ``m`` is the shape's first match in a text; () when RE2 cannot say.

    For ASCII texts it is the match that ``re`` finds first: both take the leftmost one, alternatives in their order,
    and the edges come in the order of how far they reach back. None of them when any shape cannot be said.
    """
    found = []
    for shape in detector.shapes:
        left, right = EDGES[shape.edges]
        found.append(f"{left}(?P<m>{_cased(detector, shape.regex)}){right}")
        try:
            pc.extract_regex(pa.array([""]), pattern=found[-1])
        except pa.ArrowInvalid:  # a group without a name, or what only look-around can say
            return ()
    return tuple(found)


@cache
def twice(detector: Detector) -> str | None:
    """Returns an expression that matches in every text with matches at two places; None when RE2 cannot say it."""
    left, right = zip(*(EDGES[shape.edges] for shape in detector.shapes), strict=True)
    cores = [_cased(detector, shape.regex) for shape in detector.shapes]
    first = "|".join(before + core for before, core in zip(left, cores, strict=True))
    then = "|".join(before + core + after for before, core, after in zip(left, cores, right, strict=True))
    regex = f"(?:{first})(?s:.)*(?:{then})"
    return None if compiles(regex) else regex


@cache
def widened(regex: str) -> str:
    r"""Returns the expression with any digit allowed wherever some digit is.

    >>> widened(r"0[1-9](?:[ .-]?\d{2}){4}")
    '[0-9][0-9](?:[ .-]?[0-9]{2}){4}'
    """
    out = []
    for part in _PART.findall(regex):
        if part == r"\d" or part in tuple("0123456789"):  # not isdigit: ² is no digit here
            out.append("[0-9]")
        elif part.startswith("[") and not part.startswith("[^") and re.search(r"[0-9]|\\d", part):
            rest = re.sub(r"[0-9]-[0-9]|\\d|(?<!-)[0-9](?!-)", "", part[1:-1])
            out.append(f"[0-9{rest}]")
        else:
            out.append(part)
    return "".join(out)


def _cased(detector: Detector, regex: str) -> str:
    return f"(?:{regex})" if detector.case == "exact" else f"(?i:{regex})"


@cache
def cue(context: tuple[str, ...], ascii_only: bool = False) -> str:
    """Returns an expression that matches in every text in which one of the words may stand, accents or not.

    Args:
        context: the words.
        ascii_only: for texts of ASCII alone: twenty times cheaper.
    """
    if ascii_only:
        return f"(?i:{'|'.join(re.escape(plain(word)) for word in context)})"
    beyond = r"[^\x00-\x7F]"
    words = ("".join(f"(?:{re.escape(char)}|{beyond}){beyond}*" for char in plain(word)) for word in context)
    return f"(?i:{'|'.join(words)})"


@cache
def behind_cue(detector: Detector, window: int) -> str | None:
    """Returns an expression for ASCII texts that matches where a shape may begin that near behind a label.

    Args:
        detector: one whose labels count.
        window: characters between the label's beginning and the match, at most.
    """
    # What must not stand before a match may be the end of the label: it is left out.
    cores = "|".join(_cased(detector, relaxed(_NOT_BEFORE.sub("", shape.regex))) for shape in detector.shapes)
    regex = f"{cue(detector.context, ascii_only=True)}(?s:.){{0,{window}}}(?:{cores})"
    return None if compiles(regex) else regex


# --- what a pattern needs -------------------------------------------------------------------------------------------


def possible(detector: Detector, alphabet: frozenset[str], longest: int) -> bool:
    """Tells whether the detector can match in a text of these characters and at most this length.

    Args:
        detector: the one in question.
        alphabet: the ASCII characters that occur; beyond ASCII, any may.
        longest: in bytes.
    """
    written = (
        alphabet
        if detector.case == "exact"
        else alphabet | set(map(str.lower, alphabet)) | set(map(str.upper, alphabet))
    )
    return any(
        parsed.getwidth()[0] <= longest and _satisfiable(parsed, frozenset(written)) for parsed in _parsed(detector)
    )


def speakable(context: tuple[str, ...], alphabet: frozenset[str]) -> bool:
    """Tells whether one of the words may be made of these ASCII characters, in either case."""
    letters = {char.lower() for char in alphabet}
    return any(letters.issuperset(plain(word)) for word in context)


@cache
def _parsed(detector: Detector) -> tuple[Any, ...]:
    return tuple(PARSER.parse(shape.regex, int(detector.flags)) for shape in detector.shapes)


def _satisfiable(tree: Any, alphabet: frozenset[str]) -> bool:
    """Tells whether every part of a sequence can be made of the alphabet."""
    for op, arg in tree:
        name = str(op)
        if name in ("LITERAL", "IN"):
            if not _allowed(((op, arg),) if name == "LITERAL" else arg, alphabet):
                return False
        elif name == "BRANCH":
            if not any(_satisfiable(branch, alphabet) for branch in arg[1]):
                return False
        elif name == "SUBPATTERN":
            if not _satisfiable(arg[-1], alphabet):
                return False
        elif name.endswith("_REPEAT") and arg[0] > 0 and not _satisfiable(arg[2], alphabet):
            return False
        # All else (look-around, anchors, "not this", any character) asks for nothing in particular.
    return True


def _allowed(items: Any, alphabet: frozenset[str]) -> bool:
    """Tells whether a character class holds a character of the alphabet, or one beyond ASCII."""
    for op, arg in items:
        name = str(op)
        if name == "LITERAL":
            if arg > 127 or chr(arg) in alphabet:
                return True
        elif name == "RANGE":
            if arg[1] > 127 or any(arg[0] <= ord(char) <= arg[1] for char in alphabet):
                return True
        elif name == "CATEGORY" and str(arg) == "CATEGORY_DIGIT":
            if any(char.isdigit() for char in alphabet):
                return True
        else:  # negations and other categories
            return True
    return False


# --- rules for authors ----------------------------------------------------------------------------------------------


def compiles(regex: str) -> str | None:
    """Returns None when RE2 takes the expression, else what it says."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern=regex)
    except pa.ArrowInvalid as problem:
        return str(problem)
    return None


def refuse_bad(detector: Detector, where: str) -> None:
    """Refuses a detector that the column path could not look for.

    Raises:
        DetectorError: RE2 does not take a shape and there is no ``triage``, or the ``triage`` misses an example.
    """
    if detector.proof is not None:
        _refuse_proof(detector, detector.proof, where)
    if detector.triage is None:
        for shape in detector.shapes:
            _refuse_shape(shape, where)
        return
    if problem := compiles(detector.triage):
        raise DetectorError(f"{where}: key 'triage' is no RE2 expression: {problem}")
    from recense.scanners.folding import fold

    found = pc.match_substring_regex(pa.array([fold(text) for text in detector.match]), pattern=anywhere([detector]))
    for number, hit in enumerate(found.to_pylist(), 1):
        if not hit:
            raise DetectorError(f"{where}: key 'triage' does not find examples.match, entry {number}: it must be wider")


def _refuse_proof(detector: Detector, proof: str, where: str) -> None:
    if detector.cue in ("required", "always"):
        raise DetectorError(f"{where}: key 'proof' cannot say what a label that is {detector.cue} allows; leave it out")
    if problem := compiles(proof):
        raise DetectorError(f"{where}: key 'proof' is no RE2 expression: {problem}")
    for number, hit in enumerate(pc.match_substring_regex(pa.array(detector.reject), pattern=proof).to_pylist(), 1):
        if hit:
            raise DetectorError(f"{where}: key 'proof' matches examples.reject, entry {number}: it must be narrower")


def _refuse_shape(shape: Shape, where: str) -> None:
    if r"\s" in shape.regex or r"\S" in shape.regex:
        raise DetectorError(rf"{where}: key 'patterns': write the white space you mean ([ \t\n]): RE2's \s differs")
    for regex in (shape.regex, widened(shape.regex)):
        if problem := compiles(f"(?i:{regex})"):
            raise DetectorError(
                f"{where}: key 'patterns': RE2 does not take {shape.regex!r} ({problem}); "
                "give a wider one under 'triage'"
            )
