"""Detectors as data: what one is, and the strict loader of ``scanners/detectors/*.yaml``.

A detector recognises one kind of datum by its shape (regular expressions), proves it where it can (a check by name,
see ``recense.scanners.checks``) and carries the examples it must match and reject. Everything that looks for patterns
is built from these: the Presidio recognizers (``recognizers.py``) and the column path (``triage.py``).

A file that breaks a rule is refused as a whole with a message that names file, detector, key and the valid values: a
detector that silently does nothing would be a gap in every scan.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

from recense.errors import DetectorError, unknown
from recense.policy import taxonomy
from recense.scanners import checks, safe_yaml

HERE = Path(__file__).parent / "detectors"
ENTRY_POINTS = "recense.detectors"
"""Entry-point group of third parties: each names a package or module that holds ``*.yaml`` files beside it."""

CUES = ("none", "optional", "required", "always")
EDGES: Mapping[str, tuple[str, str]] = {
    "word": (r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"),
    "number": (r"(?<![0-9A-Za-z])(?<![0-9][.,_/-])", r"(?![0-9A-Za-z])(?![.,_/-][0-9])"),
    "token": (r"(?<![0-9A-Za-z])(?<![0-9A-Za-z][.,_/-])", r"(?![0-9A-Za-z])(?![.,_/-][0-9A-Za-z])"),
    "cell": (r"\A[ \t\r\n]*", r"[ \t\r\n]*\Z"),
    "open": ("", ""),
}
"""What may stand beside a match. ``word``: no letter or digit. ``number``: nor a further group of digits joined by a
point, comma, slash, hyphen or underscore. ``token``: nor letters and digits so joined (a piece of a UUID). ``cell``:
white space and the ends of the text only. ``open``: anything."""

_KEYS = {
    "id", "entity", "about", "patterns", "check", "chance", "cue", "context", "against", "edges", "case", "triage",
    "texts", "proof", "source", "examples",
}  # fmt: skip
_REQUIRED = ("id", "entity", "patterns", "source", "examples")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Shape:
    """A regular expression of a detector.

    Attributes:
        regex: without what stands beside it. ASCII classes; case is ignored unless the detector says ``case: exact``.
        score: how much the shape alone says, 0 to 1 (an ordering, not a probability).
        edges: what may stand beside it, see ``EDGES``.
    """

    regex: str
    score: float
    edges: str


@dataclass(frozen=True)
class Detector:
    """One kind of datum and how to recognise it.

    Attributes:
        id: kebab-case, unique over all files.
        entity: an entity of ``policy/taxonomy.yaml``.
        shapes: alternatives, each with a score.
        check: name of a check in ``recense.scanners.checks``, None when the shape is all there is.
        chance: share of random strings of the first shape that pass the check; 1 without a check.
        cue: whether a match in running text needs a word of ``context`` in the 40 characters before it: ``none``
            (never), ``optional`` (it raises the score), ``required`` (in running text, not where the match is the whole
            cell: there the column's name decides) or ``always`` (there too).
        context: such words, French and English.
        against: it speaks against personal data (SIRET, UUID, version …).
        triage: RE2 superset of the shapes for engines without look-around, None when the shapes serve.
        texts: it reads running text only: what it adds there is seldom in a column, and every cell would pay for it.
        proof: RE2 expression that matches only in texts of which the detector accepts a part; a short cut for columns
            of long texts, None when there is none.
        case: ``any`` or ``exact``.
        source: where the rule comes from.
        match, reject: texts it must and must not find.
        file: the file it stands in, for messages.
    """

    id: str
    entity: str
    shapes: tuple[Shape, ...]
    source: str
    match: tuple[str, ...]
    reject: tuple[str, ...]
    file: str
    about: str = ""
    check: str | None = None
    chance: float = 1.0
    cue: str = "none"
    context: tuple[str, ...] = ()
    against: bool = False
    case: str = "any"
    triage: str | None = None
    proof: str | None = None
    texts: bool = False

    @property
    def category(self) -> str | None:
        """Returns the category of its entity, None when that is not personal by itself."""
        return taxonomy().category_of(self.entity)

    @cached_property
    def flags(self) -> re.RegexFlag:
        """Returns the flags its expressions are compiled with: ASCII classes, and case ignored unless ``exact``."""
        return re.ASCII if self.case == "exact" else re.ASCII | re.IGNORECASE

    @cached_property
    def regexes(self) -> tuple[str, ...]:
        """Returns the expressions with their edges, as ``re`` and Presidio run them."""
        return tuple(EDGES[s.edges][0] + f"(?:{s.regex})" + EDGES[s.edges][1] for s in self.shapes)

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """Returns ``regexes`` compiled."""
        return tuple(re.compile(regex, self.flags) for regex in self.regexes)

    def passes(self, text: str) -> bool:
        """Tells whether a match passes the check, if there is one."""
        return self.check is None or checks.check(self.check)(text)


@cache
def detectors() -> Mapping[str, Detector]:
    """Returns every detector by id: our files and those of installed plug-ins.

    Raises:
        DetectorError: a file breaks a rule.
    """
    found: dict[str, Detector] = {}
    for name, text in _documents():
        for detector in load(text, name):
            if detector.id in found:
                raise DetectorError(
                    f"{name}: detector '{detector.id}' is already defined in {found[detector.id].file}; "
                    "choose another id"
                )
            found[detector.id] = detector
    return dict(sorted(found.items()))


@cache
def digest() -> str:
    """Returns 12 hex digits that change when any detector changes: part of what a run is stamped with."""
    hasher = hashlib.sha256()
    for name, text in _documents():
        hasher.update(f"{name}\0{text}\0".encode())
    return hasher.hexdigest()[:12]


def _documents() -> list[tuple[str, str]]:
    """Returns name and text of every detector file, ours first, each group sorted."""
    documents = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(HERE.glob("*.yaml"))]
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: (point.name, point.value)):
        try:
            folder = files(point.value)
            names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
            documents += [(f"{point.value}/{name}", (folder / name).read_text(encoding="utf-8")) for name in names]
        except (ModuleNotFoundError, OSError, UnicodeDecodeError, TypeError) as problem:
            raise DetectorError(
                f"plug-in '{point.name}' ({point.value}) of group {ENTRY_POINTS} cannot be read: "
                f"{type(problem).__name__}; it must name a package with *.yaml files in UTF-8"
            ) from None
    return documents


def load(text: str, file: str) -> list[Detector]:
    """Returns the detectors of one YAML document, each checked against its own examples.

    Args:
        text: the document: a mapping with the one key ``detectors``, a list.
        file: its name, for messages.

    Raises:
        DetectorError: names file, detector, key and what is valid.
    """
    data = safe_yaml.load(text, file, DetectorError)
    if not isinstance(data, dict) or set(data) != {"detectors"} or not isinstance(data["detectors"], list):
        raise DetectorError(f"{file}: must be a mapping with the one key 'detectors' that holds a list")
    return [_detector(entry, position, file) for position, entry in enumerate(data["detectors"], 1)]


def _detector(entry: Any, position: int, file: str) -> Detector:
    if not isinstance(entry, dict):
        raise DetectorError(f"{file}: entry {position} is not a mapping")
    where = f"{file}: detector '{entry.get('id', f'number {position}')}'"
    for key in entry:
        if key not in _KEYS:
            raise DetectorError(f"{where}: {unknown('key', str(key), _KEYS)}")
    for key in _REQUIRED:
        if key not in entry:
            raise DetectorError(f"{where}: key '{key}' is missing")
    detector = Detector(
        id=_word(entry, "id", where),
        entity=_word(entry, "entity", where),
        shapes=_shapes(entry, where),
        source=_word(entry, "source", where),
        match=_examples(entry, "match", where),
        reject=_examples(entry, "reject", where),
        file=file,
        about=_word(entry, "about", where) if "about" in entry else "",
        check=_check(entry, where),
        chance=_chance(entry, where),
        cue=_choice(entry, "cue", CUES, "none", where),
        context=_words(entry.get("context", []), "context", where),
        against=_flag(entry, "against", where),
        case=_choice(entry, "case", ("any", "exact"), "any", where),
        triage=_word(entry, "triage", where) if "triage" in entry else None,
        proof=_word(entry, "proof", where) if "proof" in entry else None,
        texts=_flag(entry, "texts", where),
    )
    _agree(detector, where)
    _prove(detector, where)
    return detector


def _agree(detector: Detector, where: str) -> None:
    """Refuses keys that contradict each other."""
    if not _ID.fullmatch(detector.id):
        raise DetectorError(f"{where}: key 'id' must be lower-case words joined by hyphens, such as fr-nir")
    if detector.entity not in taxonomy().entities:
        raise DetectorError(f"{where}: key 'entity': {unknown('entity', detector.entity, taxonomy().entities)}")
    if detector.against and detector.category is not None:
        raise DetectorError(
            f"{where}: key 'against' contradicts entity {detector.entity}, which is personal ({detector.category})"
        )
    if detector.cue != "none" and not detector.context:
        raise DetectorError(f"{where}: cue '{detector.cue}' needs words under key 'context'")
    for regex, compiled in zip(detector.regexes, detector.compiled, strict=True):
        if compiled.search("") or compiled.search(" "):
            raise DetectorError(f"{where}: key 'patterns': {regex!r} matches an empty text")
    if detector.case == "any" and (lonely := sorted(filter(_lonely, detector.shapes), key=str)):
        raise DetectorError(
            f"{where}: key 'patterns': {lonely[0].regex!r}: case is ignored for a-z only; "
            "write [éÉ] for accented letters"
        )
    from recense.scanners import re2  # here: it imports pyarrow, which words and checks do without

    re2.refuse_bad(detector, where)


def _lonely(shape: Shape) -> bool:
    """Tells whether an accented letter stands in a shape without its other case."""
    chars = {
        char for char in shape.regex if not char.isascii() and char.swapcase() != char and len(char.swapcase()) == 1
    }
    return "À-Ö" not in shape.regex and any(char.swapcase() not in chars for char in chars)


def _prove(detector: Detector, where: str) -> None:
    """Runs the detector on its own examples."""
    from recense.scanners.matching import matches

    for number, example in enumerate(detector.match, 1):
        if not matches(detector, example):
            raise DetectorError(f"{where}: examples.match, entry {number}, is not found: {example!r}")
    for number, example in enumerate(detector.reject, 1):
        if matches(detector, example):
            raise DetectorError(f"{where}: examples.reject, entry {number}, is found: {example!r}")


def _shapes(entry: Mapping[str, Any], where: str) -> tuple[Shape, ...]:
    given = entry["patterns"]
    if not isinstance(given, list) or not given:
        raise DetectorError(f"{where}: key 'patterns' must be a list of {{regex, score}}")
    default = _choice(entry, "edges", tuple(EDGES), "word", where)
    shapes = []
    for item in given:
        if not isinstance(item, dict) or not {"regex", "score"} <= set(item) <= {"regex", "score", "edges"}:
            raise DetectorError(f"{where}: key 'patterns': each entry has 'regex', 'score' and at most 'edges'")
        shape = Shape(
            regex=_word(item, "regex", where),
            score=_number(item, "score", where),
            edges=_choice(item, "edges", tuple(EDGES), default, where),
        )
        try:
            re.compile(shape.regex, re.ASCII)
        except (re.error, OverflowError, RecursionError) as problem:
            raise DetectorError(
                f"{where}: key 'patterns': {shape.regex!r} is no regular expression: {problem}"
            ) from None
        shapes.append(shape)
    return tuple(shapes)


def _check(entry: Mapping[str, Any], where: str) -> str | None:
    if "check" not in entry:
        return None
    given = entry["check"]
    if not isinstance(given, dict) or set(given) != {"kind"} or not isinstance(given["kind"], str):
        raise DetectorError(f"{where}: key 'check' must be {{kind: NAME}}")
    kind: str = given["kind"]
    if not checks.exists(kind):
        raise DetectorError(
            f"{where}: key 'check': {unknown('check', kind, checks.NAMES)}, or stdnum.MODULE of python-stdnum"
        )
    return kind


def _chance(entry: Mapping[str, Any], where: str) -> float:
    if ("chance" in entry) != ("check" in entry):
        raise DetectorError(
            f"{where}: keys 'check' and 'chance' belong together: a check has a rate of passing by chance"
        )
    return _number(entry, "chance", where) if "chance" in entry else 1.0


def _examples(entry: Mapping[str, Any], kind: str, where: str) -> tuple[str, ...]:
    given = entry["examples"]
    if not isinstance(given, dict) or set(given) != {"match", "reject"}:
        raise DetectorError(f"{where}: key 'examples' must have the keys 'match' and 'reject'")
    examples = _words(given[kind], f"examples.{kind}", where)
    if not examples:
        raise DetectorError(f"{where}: key 'examples.{kind}' is empty: give at least one")
    return examples


def _words(given: Any, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(item, str) for item in given):
        raise DetectorError(f"{where}: key '{key}' must be a list of texts (quote numbers and dates)")
    return tuple(given)


def _word(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise DetectorError(f"{where}: key '{key}' must be a text (quote numbers and dates)")
    return value


def _number(entry: Mapping[str, Any], key: str, where: str) -> float:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise DetectorError(f"{where}: key '{key}' must be a number from 0 to 1")
    return float(value)


def _flag(entry: Mapping[str, Any], key: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise DetectorError(f"{where}: key '{key}' must be true or false")
    return value


def _choice(entry: Mapping[str, Any], key: str, valid: tuple[str, ...], default: str, where: str) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str) or value not in valid:
        raise DetectorError(f"{where}: key '{key}': {unknown('value', str(value), valid)}")
    return value
