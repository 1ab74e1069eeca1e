"""Telephone numbers and e-mail addresses over whole columns, as ``vector.py`` does for numbers with check digits."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import bools, buffers, holds
from recense.scanners.codes import Answers, codes, decided


def _digits(cells: pa.Array) -> pa.Array:
    """Returns cells of digits and punctuation without the punctuation."""
    values, places = codes(cells)
    return pa.LargeStringArray.from_buffers(
        len(cells), pa.py_buffer(places.astype(np.int64)), pa.py_buffer((values % 10 + 48).astype(np.uint8))
    )


def phone_fr_short(cells: pa.Array) -> Answers:
    """French numbers that lost their zero."""
    from recense.scanners.phones import expressions

    right = pc.match_substring_regex(_digits(cells), pattern=f"^(?:{expressions()[0]})$")
    return bools(right).astype(np.int8)


def phone_fr(cells: pa.Array) -> Answers:
    """French phone numbers in the usual forms: 0 and nine digits, +33 or 0033 and nine digits without brackets."""
    from recense.scanners.phones import expressions

    national, international = expressions()
    digits = _digits(cells)
    raw, places = buffers(cells)
    signs, marks = buffers(digits)
    if len(signs) == 0:
        return np.full(len(cells), -1, dtype=np.int8)
    opening = np.minimum(marks[:-1], max(len(signs) - 2, 0))
    plus = (raw[np.minimum(places[:-1], len(raw) - 1)] == 43) & (np.diff(places) > 0)
    ten = (np.diff(marks) == 10) & ~plus
    zero = ten & (signs[opening] == 48) & (signs[opening + ten] != 48)
    bracket = bools(pc.match_substring(cells, pattern="(")) if holds(cells, b"(") else np.zeros(len(cells), bool)
    passed = np.zeros(len(cells), dtype=bool)
    for chosen, regex in ((zero, f"^0(?:{national})$"), (plus, f"^(?:{international})$")):
        rows = np.flatnonzero(chosen)
        if len(rows):
            some = digits if len(rows) == len(cells) else digits.take(pa.array(rows))
            passed[rows] = bools(pc.match_substring_regex(some, pattern=regex))
    return decided((zero | plus) & ~bracket, passed)


def phone_international(cells: pa.Array) -> Answers:
    """International numbers: those of the French plan pass, the others are left to the check."""
    answers = phone_fr(cells)
    answers[answers != 1] = -1
    return answers


_COMMON = r"\.(?:fr|com|org|net|eu|test|example|be|ch|uk|de|info)$"


def email(cells: pa.Array) -> Answers:
    """E-mail of a common ending; the others are left to the check."""
    common = bools(pc.match_substring_regex(cells, pattern=_COMMON))
    odd = np.zeros(len(cells), dtype=bool)
    raw, _ = buffers(cells)
    if ((raw[:-1] == 46) & ((raw[1:] == 46) | (raw[1:] == 64))).any():
        odd = bools(pc.match_substring_regex(cells, pattern=r"\.[.@]"))
    return decided(common & ~odd, np.ones(len(cells), dtype=bool))
