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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from recense.evidence import Tally
from recense.scanners.gazetteers import fold
from recense.scanners.lexicon import Strength, examine
from recense.scanners.lexicon_terms import Kind, kinds, normalise

if TYPE_CHECKING:  # numpy comes with the extra that scans; the gate asks here for detector ids without it
    import numpy as np
    import numpy.typing as npt

_SEPARATOR = r"[\s\x{202f}_'’ʼ‑–-]+"
_BEFORE = r"(?:^|[^a-z0-9à-öø-ÿœ])"
_ENDING = r"(?:es|e|s|x)?"
_AFTER = r"(?:$|[^a-z0-9à-öø-ÿœ])"

_CANDIDATE = "-candidate"
_INFERRED = "-inferred"
_VALUE = "-value"


_CHUNK = 200
"""Terms of one expression at most: a larger one outgrows RE2's cache of states and runs forty times slower."""


def _either_accent(word: str) -> str:
    """Returns an expression for a word with its accents or without."""
    pieces = []
    for char in word:
        plain = fold(char).lower()
        if plain == char:
            pieces.append(re.escape(char))
        else:
            pieces.append(f"[{char}{plain}]" if len(plain) == 1 else f"(?:{char}|{plain})")
    return "".join(pieces)


def _alternations(terms: Iterable[str]) -> Iterator[str]:
    """Yields RE2 alternations of terms, with and without accents, with any separators between their words."""
    forms = set()
    for term in terms:
        words = [word for word in re.split(r"[ ']", normalise(term)[0].strip()) if word]
        forms.add(_SEPARATOR.join(map(_either_accent, words)))
    ordered = sorted(forms)
    for at in range(0, len(ordered), _CHUNK):
        yield f"(?:{'|'.join(ordered[at : at + _CHUNK])})"


def _triage(kind: Kind) -> list[str]:
    """Returns RE2 expressions, for lower-case text, of which a cell with a report of this kind matches at least one."""
    found = [
        f"{_BEFORE}{terms}{_ENDING}{_AFTER}"
        for terms in _alternations((*kind.terms["strong"], *kind.terms["inferred"]))
    ]
    found += [f"[^\\x00-@]{endings}{_ENDING}{_AFTER}" for endings in _alternations(kind.endings)]
    context = "|".join(_alternations(kind.terms["context"]))
    if context:
        found.append(f"{_BEFORE}(?:{context}){_ENDING}{_AFTER}(?s:.*)(?:{context})")
    found += [f"^[\\s\\pP]*{values}{_ENDING}[\\s\\pP]*$" for values in _alternations(kind.values)]
    return found


class LexiconScan:
    """Counts the cells of a column that speak of Article 9 or 10 matters.

    >>> scan = LexiconScan()
    >>> scan.tally(pa.array(["Mme Roux est en arrêt maladie", "Aucun blessé", None]))["lexicon-health"].cells
    1
    """

    def __init__(self) -> None:
        self._triage = [expression for kind in kinds().values() for expression in _triage(kind)]
        self._codes = {f"code-{id_}": pattern for kind in kinds().values() for id_, pattern in kind.codes.items()}

    def tally(self, cells: pa.StringArray) -> dict[str, Tally]:
        """Returns the counts per detector id over the non-null cells; ids without a cell are left out.

        Args:
            cells: strings (string, large_string or a dictionary of them), nulls allowed.
        """
        return self.tally_each([cells])[0]

    def tally_each(self, columns: Sequence[pa.Array]) -> list[dict[str, Tally]]:
        """Returns ``tally`` of every column; small columns are looked through together."""
        import numpy as np

        from recense.scanners.grouping import pools

        answers: list[dict[str, Tally]] = [{} for _ in columns]
        plain = [
            column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column for column in columns
        ]
        for group in pools(plain):
            parts = [plain[place].drop_null() for place in group]
            edges = np.cumsum([0, *map(len, parts)])
            cells = parts[0] if len(parts) == 1 else pa.concat_arrays(parts)
            if len(cells):
                self._tally_parts(cells, [(answers[place], *edges[at : at + 2]) for at, place in enumerate(group)])
        return answers

    def _tally_parts(self, cells: pa.Array, parts: Sequence[tuple[dict[str, Tally], int, int]]) -> None:
        """Counts into one mapping for each part (mapping, first cell, last cell + 1) of the cells."""
        import numpy as np

        from recense.scanners.packed import bools

        suspect = self._suspects(cells)
        for counts, first, last in parts:
            rows = np.flatnonzero(suspect[first:last]) + first
            for entry in pc.value_counts(cells.take(pa.array(rows))).to_pylist() if len(rows) else ():
                for detector, tally in _counted(entry["values"], entry["counts"]).items():
                    counts[detector] = counts.get(detector, Tally()).plus(tally)
        for detector, pattern in self._codes.items():
            rows = np.flatnonzero(bools(pc.match_substring_regex(cells, f"^\\s*(?:{pattern})\\s*$")))
            if len(rows):
                for counts, first, last in parts:
                    whole = int(np.searchsorted(rows, last) - np.searchsorted(rows, first))
                    if whole:
                        counts[detector] = Tally(cells=whole, whole=whole)

    def _suspects(self, cells: pa.Array) -> npt.NDArray[np.bool_]:
        """Tells of every cell whether the triage cannot rule it out."""
        import numpy as np

        from recense.scanners.grouping import repeats

        if repeats(cells):
            encoded = pc.dictionary_encode(cells)
            return np.asarray(self._suspects_among(encoded.dictionary)[np.asarray(encoded.indices)])
        return self._suspects_among(cells)

    def _suspects_among(self, cells: pa.Array) -> npt.NDArray[np.bool_]:
        import numpy as np

        from recense.scanners.packed import bools
        from recense.scanners.vector import buffers

        raw, _ = buffers(cells)
        if not _speaks()[raw].any():  # numbers and dates
            return np.zeros(len(cells), dtype=bool)
        lowered = pc.utf8_lower(cells)
        if (raw > 127).any():
            lowered = pc.utf8_normalize(lowered, form="NFKC")
        suspect = np.zeros(len(cells), dtype=bool)
        for expression in self._triage:
            suspect |= bools(pc.match_substring_regex(lowered, expression))
        return suspect


@functools.cache
def _speaks() -> npt.NDArray[np.bool_]:
    """Returns, for each byte, whether it may be part of a word: letters and whatever is not ASCII."""
    import numpy as np

    table = np.zeros(256, dtype=bool)
    table[[*range(65, 91), *range(97, 123), *range(128, 256)]] = True
    return table


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
