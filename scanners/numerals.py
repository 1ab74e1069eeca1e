"""Numbers that a spreadsheet dressed up, as the digits they stand for.

A column of identifiers comes out of a spreadsheet as ``'0612345678`` (kept as text), ``="0612345678"`` (kept as text
in a CSV file), ``612345678,0`` (a float), ``6.12345678e8`` or ``185,057,800,608,491`` (a large number). ``restored``
takes this off where the digits are all there, so that the detectors need no shape of their own for it. Where digits are
lost (``6.12346E+08``) nothing can be restored, and nothing is.

Everything here is a function of the single cell. Amounts keep their marks: groups of thousands are joined from thirteen
digits on (a thousand billions), and two zeros behind the comma go from nine digits on.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import buffers

_BLANK = "[ \t\r\n\u00a0]*"
_INSIDE = "[0-9A-Za-z .,()+/_:\u00a0\u202f-]"
_QUOTED = f"^{_BLANK}(?:'|=?\")([0-9A-Za-z+(]{_INSIDE}{{3,60}}?)[\"']?{_BLANK}$"
_FLOAT = f"^{_BLANK}(?:([0-9]{{5,19}}),0|([0-9]{{9,19}})[.,]00){_BLANK}$"
_SCIENTIFIC = re.compile(r"([1-9])[.,]([0-9]{5,17})[eE]\+?([0-9]{1,2})")
_GROUPS = "|".join(f"(?:{mark}[0-9]{{3}}){{4,6}}" for mark in (" ", ",", r"\.", "\u00a0", "\u202f", "\u2009", "'"))
_GROUPED = f"^{_BLANK}[0-9]{{1,3}}(?:{_GROUPS}){_BLANK}$"

_NAUGHT, _NINE = np.uint8(0x30), np.uint8(0x39)
_POINT = np.isin(np.arange(256), [*b".,"])
_THOUSANDS = np.isin(np.arange(256), [*b" ,.'", 0xA0, 0xAF, 0x89])
"""The last bytes of the signs between thousands."""

Restore = Callable[[pa.StringArray], pa.StringArray]


def restored(cells: pa.StringArray) -> pa.StringArray:
    """Returns the cells (text, no nulls) with dressed-up numbers as their digits.

    >>> restored(pa.array(["'0612345678", '="01000"', "6.12345678e8", "6.12346E+08", "1 250 000"])).to_pylist()
    ['0612345678', '01000', '612345678', '6.12346E+08', '1 250 000']
    """
    raw, places = buffers(cells)
    if len(raw) == 0 or (raw.max() <= _NINE and raw.min() >= _NAUGHT):
        return cells  # bare digits
    sizes = np.diff(places)
    first = raw[np.minimum(places[:-1], len(raw) - 1)]
    quoted = ((first == 0x27) | (first == 0x22) | (first == 0x3D)) & (sizes >= 5) & (sizes <= 80)
    if quoted.any():
        cells = _replaced(cells, np.flatnonzero(quoted), _unquoted)
        raw, places = buffers(cells)
        sizes = np.diff(places)
        first = raw[np.minimum(places[:-1], len(raw) - 1)]
    numbers = np.flatnonzero((first - _NAUGHT < 10) & (sizes >= 7) & (sizes <= 40))
    if len(numbers) == 0:
        return cells
    ends = places[numbers + 1]
    mark, (last, second, third, fourth) = raw[places[numbers] + 1], (raw[ends - back] for back in (1, 2, 3, 4))
    power = ((second | 0x20) == 0x65) | ((third | 0x20) == 0x65) | ((fourth | 0x20) == 0x65)
    long = sizes[numbers] >= 17
    # The mark before it stands three digits further, and up to three bytes long: a time with its thousandths has none.
    before = [_THOUSANDS[raw[np.maximum(ends - back, 0)]] for back in (8, 9, 10)]
    forms = (
        (_unfloated, (last == _NAUGHT) & (_POINT[third] | (second == 0x2C))),
        (_unscaled, power & _POINT[mark]),
        (_joined, _THOUSANDS[fourth] & long & (before[0] | before[1] | before[2])),
    )
    for restore, like in forms:
        if like.any():
            cells = _replaced(cells, numbers[like], restore)
    return cells


def _replaced(cells: pa.StringArray, rows: npt.NDArray[np.intp], restore: Restore) -> pa.StringArray:
    mask = np.zeros(len(cells), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(cells, pa.array(mask), restore(cells.take(pa.array(rows))))


def _unquoted(cells: pa.StringArray) -> pa.StringArray:
    """Takes quotation marks off codes: what holds a digit and no other sign."""
    codes = pc.match_substring_regex(cells, "[0-9]")
    return pc.if_else(codes, pc.replace_substring_regex(cells, _QUOTED, r"\1"), cells)


def _unfloated(cells: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(cells, _FLOAT, r"\1\2")


def _joined(cells: pa.StringArray) -> pa.StringArray:
    grouped = pc.match_substring_regex(cells, _GROUPED)
    return pc.if_else(grouped, pc.replace_substring_regex(cells, "[^0-9]", ""), cells)


def _unscaled(cells: pa.StringArray) -> pa.StringArray:
    return pa.array([_whole(cell) for cell in cells.to_pylist()], cells.type)


def _whole(cell: str) -> str:
    """Returns the integer that scientific notation gives in full, else the cell."""
    parts = _SCIENTIFIC.fullmatch(cell.strip())
    return parts[1] + parts[2] if parts and len(parts[2]) == int(parts[3]) else cell
