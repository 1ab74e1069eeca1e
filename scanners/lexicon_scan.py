"""Articles 9 and 10 in every cell of a column, at the speed of a few regular expressions.

A cheap triage per kind (one RE2 alternation of its terms, of pairs of its context terms and of its whole-cell values;
25 ms for 100 000 cells of 100 characters) names the cells that may matter; ``lexicon.examine`` reads only those, and
equal cells once. The triage is a superset: a cell it skips holds nothing that ``examine`` would report.

Detector ids, in cells:

- ``lexicon-health``: a strong term and a person in the sentence, no trap. ``refused``: cells with terms that traps,
  negations, hypotheses or legal text explain.
- ``lexicon-health-candidate``: a strong term without a person, two context terms with one, or an inference: for the
  verdict to combine with the column's name and neighbours.
- ``lexicon-health-inferred``: of the candidates, the cells that rest on inference alone (C-184/20).
- ``lexicon-health-value``: the whole cell is a term of the kind (a column ``religion``).
- ``code-icd10`` …: the whole cell has a code's shape; it means nothing without a column name and a high share.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recense.evidence import Tally
from recense.scanners.gazetteers import fold
from recense.scanners.lexicon import Kind, Strength, examine, kinds, normalise

_SEPARATOR = r"[\s\x{202f}_'’ʼ‑–-]+"
_BEFORE = r"(?:^|[^a-z0-9à-öø-ÿœ])"
_ENDING = r"(?:es|e|s|x)?"
_AFTER = r"(?:$|[^a-z0-9à-öø-ÿœ])"

_CANDIDATE = "-candidate"
_INFERRED = "-inferred"
_VALUE = "-value"


def _alternation(terms: Iterable[str]) -> str:
    """Returns an RE2 alternation of terms, with and without accents, with any separators between their words."""
    forms = set()
    for term in terms:
        plain = normalise(term)[0].strip()
        for form in (plain, fold(plain).lower()):
            forms.add(_SEPARATOR.join(re.escape(word) for word in re.split(r"[ ']", form) if word))
    return f"(?:{'|'.join(sorted(forms))})"


def _triage(kind: Kind) -> str:
    """Returns the RE2 expression, for lower-case text, that every cell with a report of this kind matches."""
    parts = [f"{_BEFORE}{_alternation((*kind.terms['strong'], *kind.terms['inferred']))}{_ENDING}{_AFTER}"]
    if kind.patterns:
        ascii_too = {form for pattern in kind.patterns for form in (_re2(pattern), fold(_re2(pattern)).lower())}
        parts.append(f"(?:{'|'.join(sorted(ascii_too))})")
    if kind.terms["context"]:
        context = _alternation(kind.terms["context"])
        parts.append(f"{_BEFORE}{context}{_ENDING}{_AFTER}(?s:.*){context}")
    if kind.values:
        parts.append(f"^[\\s\\pP]*{_alternation(kind.values)}{_ENDING}[\\s\\pP]*$")
    return "|".join(f"(?:{part})" for part in parts)


def _re2(pattern: str) -> str:
    r"""Returns a pattern of word endings as an RE2 one: ``\w`` becomes the letters of French and English."""
    return pattern.replace(r"\w", "[a-zà-öø-ÿœ]")


class LexiconScan:
    """Counts the cells of a column that speak of Article 9 or 10 matters.

    >>> scan = LexiconScan()
    >>> scan.tally(pa.array(["Mme Roux est en arrêt maladie", "Aucun blessé", None]))["lexicon-health"].cells
    1
    """

    def __init__(self) -> None:
        self._triage = {kind.id: _triage(kind) for kind in kinds().values()}
        self._codes = {f"code-{id_}": pattern for kind in kinds().values() for id_, pattern in kind.codes.items()}

    def tally(self, cells: pa.StringArray) -> dict[str, Tally]:
        """Returns the counts per detector id over the non-null cells; ids without a cell are left out.

        Args:
            cells: strings (string, large_string or a dictionary of them), nulls allowed.
        """
        if pa.types.is_dictionary(cells.type):
            cells = cells.cast(cells.type.value_type)
        cells = cells.drop_null()
        if not len(cells):
            return {}
        counts: dict[str, Tally] = {}
        for text, number in self._suspects(cells):
            for detector, tally in _counted(text, number).items():
                counts[detector] = counts.get(detector, Tally()).plus(tally)
        for detector, pattern in self._codes.items():
            whole = pc.sum(pc.match_substring_regex(cells, f"^\\s*(?:{pattern})\\s*$")).as_py()
            if whole:
                counts[detector] = Tally(cells=whole, whole=whole)
        return counts

    def _suspects(self, cells: pa.StringArray) -> Iterable[tuple[str, int]]:
        """Yields every distinct cell that the triage cannot rule out, with the number of cells that hold it."""
        lowered = pc.utf8_lower(cells)
        if not pc.all(pc.string_is_ascii(cells)).as_py():
            lowered = pc.utf8_normalize(lowered, form="NFKC")
        suspect = None
        for expression in self._triage.values():
            hit = pc.match_substring_regex(lowered, expression)
            suspect = hit if suspect is None else pc.or_(suspect, hit)
        for entry in pc.value_counts(cells.filter(suspect)).to_pylist():
            yield entry["values"], entry["counts"]


@functools.cache
def _detectors() -> Mapping[str, str]:
    return {kind.id: kind.detector for kind in kinds().values()}


def _counted(text: str, number: int) -> dict[str, Tally]:
    """Returns the tallies of ``number`` equal cells."""
    strengths: dict[str, set[Strength]] = {}
    for match in examine(text):
        strengths.setdefault(match.kind, set()).add(match.strength)
    found: dict[str, Tally] = {}
    for kind, seen in strengths.items():
        detector = _detectors()[kind]
        if Strength.VALUE in seen:
            found[detector + _VALUE] = Tally(cells=number, whole=number)
        elif Strength.FOUND in seen:
            found[detector] = Tally(cells=number)
        elif seen & {Strength.CANDIDATE, Strength.INFERRED}:
            found[detector + _CANDIDATE] = Tally(cells=number)
            if Strength.CANDIDATE not in seen:
                found[detector + _INFERRED] = Tally(cells=number)
        else:
            found[detector] = Tally(refused=number)
    return found


def detector_ids() -> dict[str, tuple[str, Any]]:
    """Returns every detector id of this module with its entity and, for codes, None as the strength."""
    ids: dict[str, tuple[str, Any]] = {}
    for kind in kinds().values():
        ids[kind.detector] = (kind.entity, Strength.FOUND)
        ids[kind.detector + _CANDIDATE] = (kind.entity, Strength.CANDIDATE)
        ids[kind.detector + _INFERRED] = (kind.entity, Strength.INFERRED)
        ids[kind.detector + _VALUE] = (kind.entity, Strength.VALUE)
        ids.update({f"code-{code}": (kind.entity, None) for code in kind.codes})
    return ids
