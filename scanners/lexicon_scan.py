"""Articles 9 and 10 in every cell of a column, at the speed of one pass over its bytes.

``lexicon_filter`` names the cells that may matter (14 ms for a megabyte of prose, fifty thousand terms or ten);
``lexicon.examine`` reads only those, and equal cells once. The filter is a superset: a cell it skips holds nothing that
``examine`` would report.

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
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from recense.evidence import Tally
from recense.scanners.lexicon import Strength, examine
from recense.scanners.lexicon_terms import kinds

if TYPE_CHECKING:  # numpy comes with the extra that scans; the gate asks here for detector ids without it
    import numpy as np
    import numpy.typing as npt

_CANDIDATE = "-candidate"
_INFERRED = "-inferred"
_VALUE = "-value"


class LexiconScan:
    """Counts the cells of a column that speak of Article 9 or 10 matters.

    >>> scan = LexiconScan()
    >>> scan.tally(pa.array(["Mme Roux est en arrêt maladie", "Aucun blessé", None]))["lexicon-health"].cells
    1
    """

    def __init__(self) -> None:
        self._codes = {f"code-{id_}": pattern for kind in kinds().values() for id_, pattern in kind.codes.items()}
        self._any_code = _whole("|".join(f"(?:{pattern})" for pattern in self._codes.values()))

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

        from recense.scanners.buffers import bools

        suspect = self._suspects(cells)
        for counts, first, last in parts:
            rows = np.flatnonzero(suspect[first:last]) + first
            for entry in pc.value_counts(cells.take(pa.array(rows))).to_pylist() if len(rows) else ():
                for detector, tally in _counted(entry["values"], entry["counts"]).items():
                    counts[detector] = counts.get(detector, Tally()).plus(tally)
        coded = np.flatnonzero(bools(pc.match_substring_regex(cells, self._any_code)))
        some = cells.take(pa.array(coded))
        for detector, pattern in self._codes.items() if len(coded) else ():
            rows = coded[bools(pc.match_substring_regex(some, _whole(pattern)))]
            if len(rows):
                for counts, first, last in parts:
                    whole = int(np.searchsorted(rows, last) - np.searchsorted(rows, first))
                    if whole:
                        counts[detector] = Tally(cells=whole, whole=whole)

    def _suspects(self, cells: pa.Array) -> npt.NDArray[np.bool_]:
        """Tells of every cell whether the triage cannot rule it out."""
        import numpy as np

        from recense.scanners.grouping import repeats
        from recense.scanners.lexicon_filter import suspects

        if repeats(cells):
            encoded = pc.dictionary_encode(cells)
            return np.asarray(suspects(encoded.dictionary)[np.asarray(encoded.indices)])
        return suspects(cells)


def _whole(pattern: str) -> str:
    """Returns an expression for cells that are nothing but the pattern."""
    return rf"^\s*(?:{pattern})\s*$"


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
        elif seen & {Strength.CANDIDATE, Strength.UNLINKED, Strength.INFERRED}:
            found[detector + _CANDIDATE] = Tally(cells=number)
            if not seen & {Strength.CANDIDATE, Strength.UNLINKED}:
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
