"""Excel and OpenDocument workbooks by calamine, in a process of its own: every sheet is a dataset."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from recense.connectors import isolated
from recense.connectors.archives import is_office
from recense.connectors.blobs import Blob
from recense.connectors.dialect import SAMPLE_ROWS, column_names, find_table
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import as_text, column, grid
from recense.errors import SourceError
from recense.model import Limits
from recense.plugins import driver

_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XLS_STREAM = "Workbook".encode("utf-16-le")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_LIST = "sheets"


@register
class Workbook(Format):
    """A workbook of sheets."""

    name = "workbook"
    groups = False

    def claim(self, blob: Blob) -> Claim:
        """Claims workbooks by their container and what is in it."""
        head = blob.head
        named = blob.suffix in _SUFFIXES
        if is_office(blob):
            return Claim.MAGIC if named or b"xl/" in head or b"opendocument.spreadsheet" in head[:200] else Claim.NO
        if head.startswith(_OLE):
            return Claim.MAGIC if named or _XLS_STREAM in head else Claim.NO
        return Claim.NAME if named else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields the sheets; charts have no cells and are not listed."""
        driver("python_calamine", "scan", "an Excel or OpenDocument workbook")
        if blob.head.startswith(_OLE) and _holds(blob, _ENCRYPTED_STREAM):
            raise SourceError("encrypted", "the workbook is protected by a password")
        for batch in isolated.batches(__name__, blob, _LIST, limits):
            for name in batch.column(0).to_pylist():
                yield Table(name, "sheet")

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a sheet as text; rows above the header come first, in the column ``preamble``."""
        yield from isolated.batches(__name__, blob, json.dumps({"sheet": table}), limits)


def _holds(blob: Blob, mark: bytes) -> bool:
    """Tells whether a mark occurs anywhere in the bytes."""
    tail = b""
    with blob.open() as stream:
        while block := stream.read(1 << 20):
            if mark in tail + block:
                return True
            tail = block[-len(mark) :]
    return False


def read_isolated(stream: BinaryIO, request: str, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields the names of the sheets, or the rows of one. Runs in the child process."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(stream)
        if request == _LIST:
            cells = python_calamine.SheetTypeEnum.WorkSheet, python_calamine.SheetTypeEnum.MacroSheet
            names = [sheet.name for sheet in book.sheets_metadata if sheet.typ in cells]
            yield pa.RecordBatch.from_arrays([pa.array(names, pa.string())], names=["sheet"])
        else:
            yield from _sheet(book.get_sheet_by_name(json.loads(request)["sheet"]).iter_rows(), limits)
    except python_calamine.PasswordError:
        raise SourceError("encrypted", "the workbook is protected by a password") from None
    except python_calamine.CalamineError:
        raise SourceError("corrupt", "the workbook is cut or damaged") from None


def _sheet(rows: Iterator[list[Any]], limits: Limits) -> Iterator[pa.RecordBatch]:
    texts = ([_text(cell) for cell in row] for row in rows)
    filled = (row for row in texts if any(row))
    sample = list(itertools.islice(filled, SAMPLE_ROWS))
    if not sample:
        return
    start, header = find_table(sample)
    titles = (" ".join(cell for cell in row if cell) for row in sample[:start])
    yield from column("preamble", titles, limits)
    body = itertools.chain(sample[start + (header is not None) :], filled)
    names = column_names(header if header is not None else [""] * len(sample[start]))
    yield from grid(names, body, limits)


def _text(cell: Any) -> str:
    """Returns a cell as its reader sees it: whole numbers without ``.0``, a date at midnight without the time."""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return as_text(cell) or ""
