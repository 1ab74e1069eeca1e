"""Writes a workbook (ECMA-376) with the standard library: sheets of rows, text inline, no styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from recense.demo.writers import zipped

PROLOG = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
FORMATS = "http://schemas.openxmlformats.org"
MAIN = f"{FORMATS}/spreadsheetml/2006/main"
LINK = f"{FORMATS}/officeDocument/2006/relationships"
PACKAGE = f"{FORMATS}/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Returns an .xlsx of sheets by name; each is rows of at most 26 cells, text or numbers or None."""
    members = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": _index(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            *(("worksheet", f"worksheets/sheet{n + 1}.xml") for n in range(len(sheets)))
        ),
    }
    for number, rows in enumerate(sheets.values(), 1):
        members[f"xl/worksheets/sheet{number}.xml"] = f'<worksheet xmlns="{MAIN}">{_rows(rows)}</worksheet>'
    return zipped({name: (PROLOG + text).encode() for name, text in members.items()})


def _content_types(count: int) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>'
        for n in range(1, count + 1)
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>{sheets}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINK}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def _index(names: Mapping[str, object]) -> str:
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    return f'<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets>{sheets}</sheets></workbook>'


def _rows(rows: Sequence[Sequence[Any]]) -> str:
    lines = (
        f'<row r="{number}">{"".join(_cell(at, number, value) for at, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f"<sheetData>{''.join(lines)}</sheetData>"


def _cell(at: int, number: int, value: Any) -> str:
    """Returns a cell; ``at`` counts columns from 0 and stays below 26."""
    if value is None:
        return ""
    place = f"{chr(ord('A') + at)}{number}"
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
