"""The register in the formats that people and other tools take. Exports are generated, never edited.

Spreadsheets and CSV hold what others wrote (names of tables, of columns): no cell is ever a formula.
"""

from __future__ import annotations

from collections.abc import Callable

from recense.errors import UserError, unknown
from recense.register.folder import Register

SUFFIXES = {".xlsx": "xlsx", ".ods": "ods", ".html": "html", ".csv": "csv", ".jsonld": "jsonld", ".yaml": "fideslang"}
"""The format of a file's name."""

FORMATS = tuple(SUFFIXES.values())


def export(register: Register, format: str, language: str = "fr") -> bytes:
    """Returns a register in a format.

    Args:
        register: what people wrote, with its machine blocks.
        format: one of ``FORMATS``.
        language: ``fr`` or ``en``, of labels; people's words are taken in it where they wrote them.

    Raises:
        UserError: no such format.
    """
    from recense.register.exports import comma, dpv, fides, ods, page, xlsx

    writers: dict[str, Callable[[Register, str], bytes]] = {
        "xlsx": xlsx.written,
        "ods": ods.written,
        "html": page.written,
        "csv": comma.written,
        "jsonld": dpv.written,
        "fideslang": fides.written,
    }
    if format not in writers:
        raise UserError(unknown("export format", format, writers))
    return writers[format](register, language)
