"""The register as CSV: one row per activity, the items of a cell apart by `` | ``.

French files have semicolons, as spreadsheets in French expect; English ones commas. UTF-8 with a byte order mark. A
cell that a spreadsheet would compute begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io

from recense.register.checking import activity_gaps
from recense.register.folder import Register
from recense.register.sheets import list_columns, list_row, plain, sheets
from recense.register.words import Words

_COMPUTED = ("=", "+", "-", "@", "\t", "\r")


def written(register: Register, language: str) -> bytes:
    """Returns the bytes of the file."""
    words = Words(language)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    groups = list_columns(words)
    singles = [
        f"{group} {column}" if group.endswith("?") else column for group, columns in groups for column in columns
    ]
    by_id = {sheet.id: sheet for sheet in sheets(register, language)}
    titles = [
        words(f"sheet.{key}")
        for key in ("data", "sensitive", "subjects", "recipients", "transfers", "measures", "machine")
    ]
    writer.writerow(["id", *singles, *titles, words("sheet.complete")])
    for activity in register.activities:
        blocks = {block.title: block for block in by_id[activity.id].blocks}
        cells = [
            " | ".join(
                " : ".join(part for part in row if part)
                for row in (blocks[title].rows if title in blocks else ())
                if len(row) < 2 or any(row[1:])
            )
            for title in titles
        ]
        said = " | ".join(gap.says(language) for gap in activity_gaps(register, activity))
        row = [activity.id, *list_row(register, activity, words), *cells, said]
        writer.writerow([inert(plain(cell)) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def inert(text: str) -> str:
    """Returns a text that no spreadsheet computes.

    >>> inert("=1+1"), inert("plain")
    ("'=1+1", 'plain')
    """
    return f"'{text}" if text.startswith(_COMPUTED) else text
