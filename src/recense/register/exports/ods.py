"""The register as an OpenDocument spreadsheet: the list, then a sheet per activity. Every cell is text."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from recense.register.exports.cells import WIDTHS, clipped, tabs
from recense.register.folder import Register
from recense.register.sheets import Sheet, sheets


def written(register: Register, language: str) -> bytes:
    """Returns the bytes of the spreadsheet."""
    with _path_kept():
        return _document(register, language)


@contextmanager
def _path_kept() -> Iterator[None]:
    """Takes back what importing odfpy adds to ``sys.path``: its own folder, with a ``math.py`` and a ``text.py``."""
    import odf

    try:
        yield
    finally:
        sys.path[:] = [folder for folder in sys.path if folder not in odf.__path__]


def _document(register: Register, language: str) -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet

    document = OpenDocumentSpreadsheet()
    styles = _styles(document)
    all_sheets = sheets(register, language)
    for sheet, tab in zip(all_sheets, tabs([sheet.name for sheet in all_sheets]), strict=True):
        document.spreadsheet.addElement(_table(sheet, tab, styles))
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def _styles(document: Any) -> dict[str, Any]:
    """Returns the named styles: title, block, head, label, text, and one per column's width."""
    from odf.style import (
        MasterPage,
        PageLayout,
        PageLayoutProperties,
        ParagraphProperties,
        Style,
        TableCellProperties,
        TableColumnProperties,
        TableProperties,
        TextProperties,
    )

    looks: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "title": ({}, {"fontweight": "bold", "fontsize": "16pt", "color": "#1F3864"}),
        "block": ({"backgroundcolor": "#1F3864"}, {"fontweight": "bold", "color": "#FFFFFF"}),
        "label": ({"backgroundcolor": "#DCE6F1"}, {"fontweight": "bold"}),
        "text": ({}, {}),
    }
    styles: dict[str, Any] = {}
    for name, (cell, text) in looks.items():
        style = Style(name=name, family="table-cell")
        framed = {"border": "0.5pt solid #A6A6A6", "wrapoption": "wrap", "verticalalign": "top"}
        style.addElement(TableCellProperties(**(cell if name in {"title", "block"} else framed | cell)))
        style.addElement(ParagraphProperties(textalign="start"))
        if text:
            style.addElement(TextProperties(**text))
        document.automaticstyles.addElement(style)
        styles[name] = style
    for at, width in enumerate(WIDTHS):
        style = Style(name=f"width{at}", family="table-column")
        style.addElement(TableColumnProperties(columnwidth=f"{width * 0.21:.2f}cm"))
        document.automaticstyles.addElement(style)
        styles[f"width{at}"] = style
    layout = PageLayout(name="landscape")
    layout.addElement(
        PageLayoutProperties(pagewidth="29.7cm", pageheight="21cm", printorientation="landscape", scaleto="50%")
    )
    document.automaticstyles.addElement(layout)
    document.masterstyles.addElement(MasterPage(name="Standard", pagelayoutname=layout))
    table = Style(name="table", family="table", masterpagename="Standard")
    table.addElement(TableProperties(display="true"))
    document.automaticstyles.addElement(table)
    styles["table"] = table
    return styles


def _table(sheet: Sheet, tab: str, styles: dict[str, Any]) -> Any:
    from odf.table import Table, TableColumn

    columns = max(len(row) for block in sheet.blocks for row in (*block.rows, block.columns))
    table = Table(name=tab, stylename=styles["table"])
    for at in range(columns):
        table.addElement(TableColumn(stylename=styles[f"width{min(at, len(WIDTHS) - 1)}"]))
    table.addElement(_row([sheet.title], ["title"], styles))
    for block in sheet.blocks:
        table.addElement(_row([""], ["text"], styles, bare=True))
        table.addElement(_row([block.title, *[""] * (columns - 1)], ["block"] * columns, styles))
        for heads in block.heads:
            table.addElement(_row(heads, ["label"] * len(heads), styles))
        for cells in block.rows:
            first = "label" if len(cells) > 1 else "text"
            # A label and its text: the text takes the rest of the line.
            rest = columns - 1 if len(cells) == 2 else 1
            table.addElement(_row(cells, [first, *["text"] * (len(cells) - 1)], styles, last=rest))
    return table


def _row(cells: Any, looks: list[str], styles: dict[str, Any], bare: bool = False, last: int = 1) -> Any:
    from odf.table import CoveredTableCell, TableCell, TableRow
    from odf.text import P

    row = TableRow()
    for text, look in zip(cells, looks, strict=True):
        cell = TableCell() if bare else TableCell(valuetype="string", stylename=styles[look])
        if text:
            cell.addElement(P(text=clipped(text)))
        row.addElement(cell)
    if last > 1:
        row.childNodes[-1].setAttribute("numbercolumnsspanned", last)
        row.addElement(CoveredTableCell(numbercolumnsrepeated=last - 1))
    return row
