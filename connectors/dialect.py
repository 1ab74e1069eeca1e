"""How a delimited text or a grid of cells is laid out: delimiter, quoting, title lines above, header or none.

Whether the first row is a header matters twice: without one its cells must be scanned, and a cell taken for a column
name would be shown in reports. So a row is a header only when nothing in it looks like data.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SAMPLE_ROWS = 200
_DELIMITERS = "\t;|,\x1f\x01"  # in this order when nothing else decides
_PREAMBLE_ROWS = 30
_NAME_LENGTH = 120
_SEP_LINE = re.compile(r"sep=([^\w\s\"'\x80-\U0010ffff]|\t)\r?\n", re.IGNORECASE)

csv.field_size_limit(1 << 30)  # the default of 128 KiB would refuse honest comments; memory is bounded by blocks


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""The layout of a delimited text.

    Attributes:
        delimiter: one character.
        escaped: quotes within quotes are written ``\"``, not doubled.
        preamble: rows above the table (titles, ``sep=;``); empty lines do not count.
        header: column names; made-up ones when the text has none.
        has_header: whether the row after the preamble is the header.
    """

    delimiter: str
    escaped: bool
    preamble: int
    header: tuple[str, ...]
    has_header: bool


def reader(lines: Iterable[str], delimiter: str, escaped: bool) -> Iterator[list[str]]:
    """Returns the rows of a delimited text by Python's own parser, which refuses nothing."""
    return csv.reader(lines, delimiter=delimiter, doublequote=not escaped, escapechar="\\" if escaped else None)


def sniff(text: str, complete: bool, prefer: str | None = None) -> Dialect:
    """Returns the layout of a delimited text.

    Args:
        text: its beginning.
        complete: whether that is all of it; else the last row is cut and does not count.
        prefer: a delimiter that the file's name promises.
    """
    declared = _SEP_LINE.match(text)
    delimiter = declared[1] if declared else max(_DELIMITERS, key=lambda sign: _fit(text, complete, sign, prefer))
    escaped = bool(re.search(r'[^\\]\\"[^\s' + re.escape(delimiter) + "]", text)) and '""' not in text
    rows = _rows(text, complete, delimiter, escaped)
    skipped = 1 if declared else 0
    start, header = find_table(rows[skipped:])
    width = max((len(row) for row in rows[skipped + start :]), default=0)
    if header is None:
        common = Counter(len(row) for row in rows[skipped + start :]).most_common(1)
        width = common[0][0] if common else width
        return Dialect(delimiter, escaped, skipped + start, column_names([""] * width), False)
    return Dialect(delimiter, escaped, skipped + start, column_names(header), True)


def consistency(text: str, complete: bool, delimiter: str) -> tuple[int, int, float]:
    """Returns rows, the usual number of columns, and the share of rows that have it."""
    rows = _rows(text, complete, delimiter, False)
    if not rows:
        return 0, 0, 0.0
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    return len(rows), width, count / len(rows)


def _fit(text: str, complete: bool, delimiter: str, prefer: str | None) -> tuple[float, float, int]:
    """Returns how well a delimiter explains a text: greater is better."""
    rows = _rows(text, complete, delimiter, False)
    wide = [len(row) for row in rows if len(row) > 1]
    if not wide:
        return 0.0, 0.0, -_DELIMITERS.index(delimiter)
    width, count = Counter(wide).most_common(1)[0]
    share = count / len(rows)
    starts_well = len(rows[0]) == width  # the header has no decimal commas
    bonus = (0.5 if delimiter == prefer else 0.0) + (0.5 if starts_well else 0.0)
    much_wider = width // 3  # 20 columns by comma beat 3 by the semicolons of a user agent
    return round(share, 1) + bonus, much_wider if share > 0.9 else 0, -_DELIMITERS.index(delimiter)


def _rows(text: str, complete: bool, delimiter: str, escaped: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in reader(io.StringIO(text, newline=""), delimiter, escaped):
            if row:
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                return rows[:-1]
    except csv.Error:
        return rows
    return rows if complete or len(rows) < 2 else rows[:-1]


def find_table(rows: Sequence[Sequence[str]]) -> tuple[int, Sequence[str] | None]:
    """Returns the index of the table's first row and its header, None when that row is data.

    Rows above that are narrower than the table (a title, a date, a blank line) are not the table's.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    wide = [count for count in filled if count > 1]
    start = 0
    if wide:
        usual = Counter(wide).most_common(1)[0][0]
        enough = max(2, round(usual * 0.6))
        start = next((i for i, count in enumerate(filled[:_PREAMBLE_ROWS]) if count >= enough), 0)
    if start >= len(rows):
        return 0, None
    return start, rows[start] if _is_header(rows[start], rows[start + 1 :]) else None


_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"[-+(]?[\d\s.,'\u00a0\u202f]*\d[\d\s.,'\u00a0\u202f)]*\s*[%€$£]?$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*|[a-z]+(?:[A-Z][a-z0-9]*)+")


def _may_name(cell: str) -> bool:
    """Tells whether a cell can be a column's name: letters, no address, no date, no run of digits but a year."""
    cell = cell.strip()
    if _YEAR.fullmatch(cell):
        return True
    digits = re.findall(r"\d+", _YEAR.sub("", cell))
    return (
        bool(_LETTER.search(cell))
        and len(cell) <= _NAME_LENGTH
        and "@" not in cell
        and "://" not in cell
        and not _DATE.search(cell)
        and sum(map(len, digits)) < 4
    )


def _is_data(cell: str) -> bool:
    """Tells whether a cell cannot be a word: a number, a date, an address, a code."""
    return bool(_NUMBER.match(cell) or _DATE.search(cell) or "@" in cell or sum(map(str.isdigit, cell)) > 3)


def _is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    named = [cell for cell in first if cell.strip()]
    if not named or len(named) * 2 < len(first) or not all(map(_may_name, named)):
        return False
    columns: list[list[str]] = [
        [row[i].strip() for row in body if i < len(row) and row[i].strip()] for i in range(len(first))
    ]
    if any(cells and sum(map(_is_data, cells)) * 2 > len(cells) for cells in columns):
        return True  # words above data
    if any(name.strip() in cells for name, cells in zip(first, columns, strict=True)):
        return False  # the first row is like the others
    if all(_IDENTIFIER.fullmatch(cell.strip()) for cell in named):
        return len(first) > 1 or not columns[0] or not all(map(_IDENTIFIER.fullmatch, columns[0]))
    return len(first) > 1  # a single column of words: more likely a list than a table


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Returns unique, printable, bounded column names; a blank cell is named after its place.

    >>> column_names(["Nom", " Nom ", "", "a  b"])
    ('Nom', 'Nom_2', 'column_3', 'a b')
    """
    names: list[str] = []
    seen: set[str] = set()
    for place, cell in enumerate(header, start=1):
        words = " ".join("".join(sign if sign.isprintable() else " " for sign in cell).split())[:_NAME_LENGTH]
        base = name = words or f"column_{place}"
        copy = 2
        while name in seen:
            name = f"{base}_{copy}"
            copy += 1
        seen.add(name)
        names.append(name)
    return tuple(names)
