"""The register as an Excel workbook: the list, then a sheet per activity. Every cell is text, no cell a formula."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from recense.register.exports.cells import WIDTHS, clipped, lines, tabs
from recense.register.folder import Register
from recense.register.sheets import Block, Sheet, sheets

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_DARK, _LIGHT = "1F3864", "DCE6F1"
_FONT = "Calibri"


def written(register: Register, language: str) -> bytes:
    """Returns the bytes of the workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    all_sheets = sheets(register, language)
    for sheet, tab in zip(all_sheets, tabs([sheet.name for sheet in all_sheets]), strict=True):
        _fill(book.create_sheet(tab), sheet)
    book.properties.title = all_sheets[0].title
    book.properties.creator = "recense"
    book.properties.language = language
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    columns = max(len(row) for block in sheet.blocks for row in (*block.rows, block.columns))
    for at in range(columns):
        page.column_dimensions[get_column_letter(at + 1)].width = WIDTHS[min(at, len(WIDTHS) - 1)]
    page.sheet_view.showGridLines = False
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    _put(page, 1, 1, sheet.title).font = Font(name=_FONT, bold=True, size=16, color=_DARK)
    row = 3
    for block in sheet.blocks:
        row = _block(page, row, block, columns) + 1


def _block(page: Worksheet, row: int, block: Block, columns: int) -> int:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    thin = Side(style="thin", color="A6A6A6")
    frame = Border(left=thin, right=thin, top=thin, bottom=thin)
    for at in range(1, columns + 1):
        page.cell(row, at).fill = PatternFill("solid", fgColor=_DARK)
    _put(page, row, 1, block.title).font = Font(name=_FONT, bold=True, color="FFFFFF")
    row += 1
    for head, cells in [*((True, cells) for cells in block.heads), *((False, cells) for cells in block.rows)]:
        for at, text in enumerate(cells, start=1):
            cell = _put(page, row, at, text)
            cell.border = frame
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if head or (at == 1 and len(cells) > 1):
                cell.font = Font(name=_FONT, bold=True)
                cell.fill = PatternFill("solid", fgColor=_LIGHT)
        wide = [WIDTHS[min(at, len(WIDTHS) - 1)] for at in range(columns)]
        if len(cells) == 2:  # a label and its text: the text takes the rest of the line
            page.merge_cells(start_row=row, start_column=2, end_row=row, end_column=columns)
            wide[1] = sum(wide[1:])
        tall = max(lines(text, wide[at]) for at, text in enumerate(cells))
        page.row_dimensions[row].height = min(15 * tall, 400)
        row += 1
    return row


def _put(page: Worksheet, row: int, column: int, text: str):  # type: ignore[no-untyped-def]
    """Writes a text as a text: a leading ``=`` must not make a formula, here or when somebody edits the cell."""
    cell = page.cell(row, column)
    cell.value = clipped(text)
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    return cell
